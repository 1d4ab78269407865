"""Turning an instrument on or off, and taking in a questionnaire: each asks for what the record must say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.instruments.tool import Instrument
from app.ui.forms.form import FormDialog
from app.ui.forms.typed import Ask, Reader
from app.ui.pages.assessment.chooser import PATHWAYS

if TYPE_CHECKING:
    from app.services.questionnaires import InFolder
    from app.ui.context import Context


class PermitDialog(FormDialog):
    """Records that the home may use an instrument, or that it wants an optional one."""

    def __init__(self, ctx: Context, parent: QWidget, tool: Instrument) -> None:
        self._tool = tool
        licensed = tool.needs_permission
        self._asks = (
            Ask(
                "note",
                "Where the permission can be seen" if licensed else "Why this home uses it",
                "notes",
                "For example: letter of the owner of 3-Nov-2026, in the policy folder" if licensed else "",
                "Enter where the owner's permission can be seen" if licensed else "Enter why the home uses it",
            ),
        )
        super().__init__(
            ctx, parent, f"Turn on {tool.short}", self._asks, {}, who="",
            intro=f"{tool.licence} {tool.attribution}", action="Turn on",
        )  # fmt: skip

    def save(self) -> None:
        """Record it."""
        from app.services import permission

        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        note, code = read.text("note"), self._tool.code
        read.finish()
        self.run(lambda s: permission.permit(s, code, note=note), lambda _: self.saved())


class TurnOffDialog(FormDialog):
    """Turns an instrument off, with the reason; what was recorded with it stays."""

    def __init__(self, ctx: Context, parent: QWidget, code: str, name: str) -> None:
        self._code = code
        self._asks = (Ask("reason", "Reason", "notes", "", "Enter the reason"),)
        super().__init__(
            ctx, parent, f"Turn off {name}", self._asks, {}, who="",
            intro="Nobody can record with it until it is turned on again. What was recorded stays readable.",
            action="Turn off",
        )  # fmt: skip

    def save(self) -> None:
        """Turn it off."""
        from app.domain.instruments import registry
        from app.services import permission, questionnaires

        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        reason, code = read.text("reason"), self._code
        read.finish()
        turn_off = questionnaires.turn_off if registry.is_of_the_home(code) else permission.withdraw
        self.run(lambda s: turn_off(s, code, reason=reason), lambda _: self.saved())


class TakeInDialog(FormDialog):
    """Takes a questionnaire in, under the pathway where carers will look for it."""

    def __init__(self, ctx: Context, parent: QWidget, found: InFolder) -> None:
        self._name = found.name
        self._asks = (
            Ask("pathway", "Pathway", "choice", "Where it stands in the list", "Choose the pathway", PATHWAYS),
        )
        super().__init__(
            ctx, parent, f"Take in {found.title}", self._asks, {"pathway": "health"}, who="",
            intro=f"Version {found.version}, {found.questions} questions. It is kept in the records, so that what is "
            "recorded with it can always be read.",
            action="Take in",
        )  # fmt: skip

    def save(self) -> None:
        """Take it in."""
        from app.services import questionnaires

        read = Reader(self._asks, self.form.typed(), self.ctx.today())
        pathway, name = read.text("pathway"), self._name
        read.finish()
        self.run(lambda s: questionnaires.take_in(s, name, pathway=pathway), lambda _: self.saved())
