"""What changed since the pack, on the screen and as a paper for whoever looks after the resident next."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.dates import date_time
from app.domain.journeys import NOT_CHECKED
from app.domain.transfer import FIELD_LABELS
from app.ui.pages.hospital.papers import PaperDialog

if TYPE_CHECKING:
    from app.domain.changed import Change
    from app.services.returns import Sheet
    from app.services.session import Session
    from app.ui.context import Context


class ChangedDialog(PaperDialog):
    """The differences line by line, and the way to paper below them."""

    def __init__(self, ctx: Context, parent: QWidget | None, journey_id: str, sheet: Sheet) -> None:
        super().__init__(
            ctx, parent, "What changed since the pack", "what-changed.pdf", _compared(sheet), sheet.resident.details,
            change_lines(sheet),
        )  # fmt: skip
        self._journey_id = journey_id
        self.lines = change_lines(sheet)

    def first(self) -> QWidget:
        """It is read first: Enter closes it again, and prints nothing."""
        return self.close_button

    def maker(self) -> Callable[[Session], bytes]:
        """The sheet of this journey."""
        from app.services import returns

        journey_id = self._journey_id
        return lambda session: returns.changed_paper(session, journey_id)


def change_lines(sheet: Sheet) -> list[tuple[str, str]]:
    """The sheet as lines, each with its role."""
    found: list[tuple[str, str]] = []
    back = sheet.row.journey.back
    if back is None or back.done_at is None:
        found.append(("strong", NOT_CHECKED))
    if sheet.open:
        found.append(("heading", "Still to do"))
        found += [("strong", f"•  {each.words}") for each in sheet.open]
    if sheet.changes is None:
        return [*found, ("strong", "There is no pack of this journey whose fields were kept: nothing can be compared.")]
    if not sheet.changes:
        return [*found, ("body", "The record says the same as the pack.")]
    for key, changes in groupby(sheet.changes, key=lambda each: each.key):
        found.append(("heading", FIELD_LABELS[key]))
        found += [("body", _words(each, sheet.whys.get(each.name, ""))) for each in changes]
    return found


def _words(change: Change, why: str) -> str:
    reason = f" ({why})" if why else ""
    if change.is_new:
        return f"NEW: {change.name}. {change.now}{reason}"
    if change.is_gone:
        return f"NO LONGER: {change.name}. Before: {change.before}{reason}"
    name = f"{change.name}. " if change.name else ""
    return f"CHANGED: {name}Before: {change.before}. Now: {change.now}{reason}"


def _compared(sheet: Sheet) -> str:
    if sheet.pack is None:
        return "No pack was made for this journey before the return."
    made = date_time(sheet.pack.printed_at)
    return f"Compared: pack version {sheet.pack.version} of {made}, and the record as of {date_time(sheet.made_at)}."


def open_changed(ctx: Context, journey_id: str, parent: QWidget | None) -> None:
    """Read what changed and show it over the parent's window."""
    from app.services import returns

    def show(sheet: Sheet) -> None:
        ChangedDialog(ctx, parent, journey_id, sheet).open_with_keyboard()

    ctx.call(lambda session: returns.what_changed(session, journey_id), show)
