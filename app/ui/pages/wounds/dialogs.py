"""The forms of a wound: new or changed, closed, opened again, entered in error, on paper; and what was known before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain import wounds as domain
from app.domain.charts.body import View
from app.domain.dates import date_time, short_date, to_local
from app.domain.errors import not_written
from app.domain.people import ResidentDetails, ResidentId
from app.domain.wounds import CAUSES, CLOSINGS, HEALED, Closing, Wound
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.forms.record_dialog import RecordDialog
from app.ui.forms.typed import Ask, Reader, Typed, typed_instant
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.text import label, rule

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.wounds import WoundRow, WoundVersion
    from app.ui.context import Context

Point = tuple[View, Decimal, Decimal]
_WOUND = (
    Ask("site", "Where on the body", "choice", needed="Choose where on the body it is", choices=domain.sites()),
    Ask("cause", "What it comes from", "choice", needed="Choose the cause", choices=tuple(CAUSES.items())),
    Ask("words", "In words", "notes", "What the lists cannot say, such as which toe"),
    Ask("found_at", "Found on", "date", needed="Enter the day on which it was found"),
    Ask("found_time", "at", "time"),
    Ask("found_by", "Found by", needed="Enter who found it"),
    Ask("on_admission", "Was it there when the resident came to live here?", "tick"),
    Ask("device_related", "Did a device press on it?", "tick", "Such as a mask, a tube, a splint or a catheter"),
    Ask("mucosal", "Is it in a moist lining?", "tick", "In the mouth, the nose or the like. It has no category"),
)
_REASON = Ask("reason", "Reason for the change", "notes", needed="Enter the reason for the change")
_CLOSING = (
    Ask("how", "How it ended", "choice", needed="Choose healed or another reason", choices=tuple(CLOSINGS.items())),
    Ask("at", "On", "date", needed="Enter the day"),
    Ask("at_time", "at", "time"),
    Ask("reason", "Reason", "notes", "Needed unless it has healed"),
)
_WHY = Ask("reason", "Reason", "notes", needed="Enter the reason")
_PAPER = (Ask("photos", "With the photos", "tick", "Whoever gets the paper sees them"),)


class WoundDialog(FormDialog):
    """A new wound, at the place that was marked on the body map; or with ``row`` a change of one."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, resident_id: ResidentId, details: ResidentDetails,
        place: tuple[str, Point] | None = None, row: WoundRow | None = None,
    ) -> None:  # fmt: skip
        typed = _typed_wound(row.wound) if row else _blank(ctx, place[0] if place else "")
        super().__init__(
            ctx,
            parent,
            "Change a wound" if row else "Add a wound",
            (*_WOUND, _REASON) if row else _WOUND,
            typed,
            who=spoken_resident(details, ctx.today()),
            action="Save" if row else "Add the wound",
        )
        self._resident_id, self._row = resident_id, row
        self._point = (row.wound.view, row.wound.x, row.wound.y) if row else place[1] if place else None

    def save(self) -> None:
        """Record it."""
        from app.services import wounds

        asks = (*_WOUND, _REASON) if self._row else _WOUND
        reader = Reader(asks, self.form.typed(), self.ctx.today())
        site, cause, words = reader.text("site"), reader.text("cause"), reader.text("words")
        found_at, found_by = reader.instant("found_at", "found_time"), reader.text("found_by")
        reason = reader.text("reason") if self._row else ""
        reader.finish()
        if found_at is None:
            raise AssertionError("a date that is needed was left empty and not marked")
        view, x, y = domain.placed(site, self._point)
        ticks = {key: reader.tick(key) for key in ("on_admission", "device_related", "mucosal")}
        wound = Wound(site, view, x, y, cause, found_at, found_by, words, **ticks)
        row, who = self._row, self._resident_id
        if row is None:
            self.run(lambda s: wounds.add(s, who, wound), lambda _: self.saved())
        else:
            self.run(lambda s: wounds.change(s, row.id, wound, reason=reason), lambda _: self.saved())


def _blank(ctx: Context, site: str) -> Typed:
    day, time = typed_instant(ctx.now())
    return {
        "site": site,
        "found_at": day,
        "found_time": time,
        "found_by": ctx.account.name,
    }


def _typed_wound(wound: Wound) -> Typed:
    day, time = typed_instant(wound.found_at)
    return {
        "site": wound.site,
        "cause": wound.cause,
        "words": wound.words,
        "found_at": day,
        "found_time": time,
        "found_by": wound.found_by,
        "on_admission": wound.on_admission,
        "device_related": wound.device_related,
        "mucosal": wound.mucosal,
    }


class CloseDialog(FormDialog):
    """A wound has healed, or its series ends for another reason."""

    def __init__(self, ctx: Context, parent: QWidget | None, details: ResidentDetails, row: WoundRow) -> None:
        day, time = typed_instant(ctx.now())
        super().__init__(
            ctx,
            parent,
            "Close this wound",
            _CLOSING,
            {"how": HEALED, "at": day, "at_time": time},
            who=f"{row.name}. {spoken_resident(details, ctx.today())}",
            intro="Reviews and dressings are no longer due for it. It stays in the record and can be opened again.",
            action="Close the wound",
        )
        self._row = row

    def save(self) -> None:
        """Record the end."""
        from app.services import wounds

        reader = Reader(_CLOSING, self.form.typed(), self.ctx.today())
        how, at, reason = reader.text("how"), reader.instant("at", "at_time"), reader.text("reason")
        reader.finish()
        if at is None:
            raise AssertionError("a date that is needed was left empty and not marked")
        closing, row = Closing(_not_before(at, self._row.wound.found_at), how, reason), self._row
        self.run(lambda s: wounds.close(s, row.id, closing), lambda _: self.saved())


def _not_before(at: datetime, found: datetime) -> datetime:
    """The minute as typed; the seconds of the finding, when both are of one minute."""
    return found if at == found.replace(second=0, microsecond=0) else at


class ReasonDialog(FormDialog):
    """One reason for something about a wound: that it is open again, or that it was entered in error."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, details: ResidentDetails, row: WoundRow, title: str, intro: str,
        action: str, work: Callable[[Session, str], object],
    ) -> None:  # fmt: skip
        super().__init__(
            ctx, parent, title, (_WHY,), {}, intro=intro, action=action,
            who=f"{row.name}. {spoken_resident(details, ctx.today())}",
        )  # fmt: skip
        self._work = work

    def save(self) -> None:
        """Record it with the reason."""
        reader = Reader((_WHY,), self.form.typed(), self.ctx.today())
        reason = reader.text("reason")
        reader.finish()
        work = self._work
        self.run(lambda s: work(s, reason), lambda _: self.saved())


def reopen_dialog(ctx: Context, parent: QWidget, details: ResidentDetails, row: WoundRow) -> ReasonDialog:
    """Ask why a closed wound is open again."""
    from app.services import wounds

    wound_id = row.id
    return ReasonDialog(
        ctx, parent, details, row, "Open this wound again", "That it was closed stays in the record.", "Open it again",
        lambda s, reason: wounds.reopen(s, wound_id, reason=reason),
    )  # fmt: skip


def in_error_dialog(ctx: Context, parent: QWidget, details: ResidentDetails, row: WoundRow) -> ReasonDialog:
    """Ask what was wrong about a wound that should not have been recorded."""
    from app.services import wounds

    wound_id = row.id
    return ReasonDialog(
        ctx, parent, details, row, "Wound entered in error",
        "It will no longer count, nothing is due for it, and its alerts are withdrawn. It is not deleted: the record "
        "keeps it with your name and the reason.", "Record as entered in error",
        lambda s, reason: wounds.entered_in_error(s, wound_id, reason=reason),
    )  # fmt: skip


class PaperDialog(FormDialog):
    """Takes the chart of a wound out of the encrypted store as a PDF, after saying what that means."""

    writes = False

    def __init__(self, ctx: Context, parent: QWidget | None, details: ResidentDetails, row: WoundRow) -> None:
        super().__init__(
            ctx, parent, "Wound chart on paper", _PAPER, {}, action="Save PDF…",
            who=f"{row.name}. {spoken_resident(details, ctx.today())}",
        )  # fmt: skip
        self._row = row
        self.below.addWidget(
            label(
                "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. "
                "Save it only where the resident's records may be kept, and delete it when it has been handed over.",
                "strong",
            )
        )
        self.below.addWidget(label("Saving is recorded in the audit trail with your name."))

    def dirty(self) -> bool:
        """One tick is quickly made again."""
        return False

    def save(self) -> None:
        """Ask where, then save."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the wound chart", documents("wound-chart.pdf"), "PDF files (*.pdf)"
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF there; the window says where it went."""
        wound_id, photos_too = self._row.id, bool(self.form.typed()["photos"])

        def work(session: Session) -> Path:
            from app.services import wounds

            return _written(path, wounds.wound_paper(session, wound_id, photos_too=photos_too))

        self.run(work, self._saved_at)

    def _saved_at(self, path: Path) -> None:
        self.saved()
        self.ctx.messages.good("The wound chart is saved", f"{path}. It is no longer protected by this program.")


def _written(path: Path, data: bytes) -> Path:
    try:
        path.write_bytes(data)
    except OSError as error:
        safe = "The wound is safe in the record."
        raise not_written("The PDF was not saved", error, safe=safe, do="Choose another place.") from error
    return path


class VersionsDialog(RecordDialog):
    """Everything that was ever recorded of where a wound is and what it comes from."""

    def __init__(self, ctx: Context, parent: QWidget | None, details: ResidentDetails, row: WoundRow) -> None:
        super().__init__(ctx, parent, f"What was recorded of: {row.name}", wide=720, high=520)
        self.banner.show_resident(details, ctx.today())
        wound_id = row.id

        def work(session: Session) -> tuple[WoundVersion, ...]:
            from app.services import wounds

            return wounds.versions(session, wound_id)

        ctx.call(work, self._show, owner=self)

    def _show(self, found: tuple[WoundVersion, ...]) -> None:
        for at, each in enumerate(found):
            if at:
                self.body.addWidget(rule())
            state = {"closed": "Closed. ", "entered-in-error": "Entered in error. "}.get(each.state, "")
            self.body.addWidget(label(f"{date_time(each.recorded_at)}, {each.by}", "strong"))
            words = [f"{state}{each.wound.where}, {CAUSES[each.wound.cause].lower()}"]
            words.append(f"found {short_date(to_local(each.wound.found_at).date())} by {each.wound.found_by}")
            self.body.addWidget(label(", ".join([*words, *came_words(each.wound)]) + "."))
            if each.wound.words:
                self.body.addWidget(label(each.wound.words))
            if each.reason:
                self.body.addWidget(label(f"Reason: {each.reason}", "secondary"))
        self.body.addStretch(1)


def came_words(wound: Wound) -> list[str]:
    """How it came, beside place and cause."""
    return [
        words
        for words, on in (
            ("present on admission", wound.on_admission),
            ("pressed by a device", wound.device_related),
            ("in a moist lining, without a category", wound.mucosal),
        )
        if on
    ]
