"""Photos of a wound: asking who agrees, choosing or dropping the file, and two of them side by side.

A photo is shown only when somebody asks for it: the screen may stand where others see it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.domain.dates import date_time
from app.domain.people import ResidentDetails
from app.domain.photos import CONSENTS, Consent
from app.ui import theme
from app.ui.forms.form import FormDialog, show_dialog
from app.ui.forms.record_dialog import RecordDialog
from app.ui.forms.typed import Ask, Reader, typed_instant
from app.ui.forms.with_file import FileFormDialog
from app.ui.messages import in_words
from app.ui.theme import M, S
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import link
from app.ui.widgets.field import ChoiceBox
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.photos import Added, PhotoRow
    from app.services.session import Session
    from app.services.wounds import WoundRow
    from app.ui.context import Context

RULER = "Put a paper ruler with the date beside the wound, and nothing in the picture that says who it is."
_CONSENT = (
    Ask("by", "Who agrees to the photo?", "choice", needed="Say who agrees to the photo. Without consent no photo is "
        "kept", choices=tuple(CONSENTS.items())),
    Ask("name", "Who made the best-interests decision", help="Only when the resident cannot decide"),
    Ask("taken", "Taken on", "date", needed="Enter the day on which it was taken"),
    Ask("taken_time", "at", "time"),
    Ask("note", "Note"),
)  # fmt: skip
_WHY = Ask("reason", "Reason", "notes", needed="Enter the reason")


class AddPhotoDialog(FileFormDialog):
    """Who agrees, when it was taken, and the file: chosen with the button or dropped on the form."""

    def __init__(self, ctx: Context, parent: QWidget | None, details: ResidentDetails, row: WoundRow) -> None:
        day, time = typed_instant(ctx.now())
        super().__init__(
            ctx,
            parent,
            "Add a photo",
            _CONSENT,
            {"taken": day, "taken_time": time},
            who=f"{row.name}. {spoken_resident(details, ctx.today())}",
            intro="Ask first. It is kept encrypted, made smaller, and without the place where it was taken.",
            action="Keep the photo",
        )
        self._row = row
        self.below.addWidget(label(RULER, "strong"))
        kinds = "Photos (*.jpg *.jpeg *.png *.JPG *.JPEG *.PNG)"
        self.ask_for("photo", "Photo (JPEG or PNG)", kinds, help_text="Or drop the file on this form", drops=True)

    def save(self) -> None:
        """Keep the photo."""
        reader = Reader(_CONSENT, self.form.typed(), self.ctx.today())
        by, name, note = reader.text("by"), reader.text("name"), reader.text("note")
        taken = reader.instant("taken", "taken_time")
        path, row = self.chosen(reader), self._row

        def work(session: Session) -> Added:
            from app.services import photos

            data = photos.read_file(path)
            return photos.add(
                session, row.resident_id, data, consent=Consent(by, name), about=row.id, taken_at=taken, note=note
            )

        self.run(work, self._kept)

    def _kept(self, _added: Added) -> None:
        self.kept()
        self.ctx.messages.good(
            "The photo is kept", "The file that it came from is not encrypted: delete it, on the camera too."
        )


class Picture(QLabel):
    """A photo as large as there is room, never cut and never larger than it is."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = QPixmap()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(200, 240))

    def show_jpeg(self, jpeg: bytes, words: str) -> None:
        """Show it, with these words for a screen reader."""
        self._whole.loadFromData(jpeg, "JPEG")
        self.setAccessibleName(words)
        self._fit()

    def clear_picture(self) -> None:
        """Show nothing."""
        self._whole = QPixmap()
        self.clear()
        self.setAccessibleName("No photo")

    @property
    def shown(self) -> bool:
        """Whether there is a picture."""
        return not self._whole.isNull()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep it whole in the room there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = (self.size() * ratio).boundedTo(self._whole.size())
        fitted = self._whole.scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        self.setPixmap(fitted)


class PhotoSide(QFrame):
    """One side of the comparison: a list of the photos by date, and the one chosen.

    ``wrong`` carries the id of a photo that should not be there.
    """

    wrong = Signal(str)

    def __init__(self, ctx: Context, name: str, rows: tuple[PhotoRow, ...], at: int) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(name)
        self._ctx = ctx
        self._rows = {row.id: row for row in rows}
        self._visit = 0
        self.box = ChoiceBox((row.id, date_time(row.taken_at)) for row in rows)
        self.box.setAccessibleName(name)
        self.picture = Picture()
        self.words = label("")
        self.error_button = link("This photo was entered in error…", self._say_wrong)
        self.error_button.setAccessibleDescription(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(S)
        column.addWidget(label(name, "strong"))
        column.addWidget(self.box)
        column.addWidget(self.picture, 1)
        column.addWidget(self.words)
        column.addWidget(self.error_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.box.setCurrentIndex(at)
        self.box.currentIndexChanged.connect(lambda _index: self.load())
        self.load()

    def load(self) -> None:
        """Fetch the chosen photo; looking at it is audited."""
        self._visit += 1
        visit, row = self._visit, self._rows[str(self.box.value())]
        self.picture.clear_picture()
        self.words.setText("Opening the photo…")

        def arrived(jpeg: bytes) -> None:
            if visit == self._visit:
                note = f" {row.photo.note}." if row.photo.note else ""
                words = f"{date_time(row.taken_at)}. {row.photo.consent.words}.{note}"
                self.words.setText(words)
                self.picture.show_jpeg(jpeg, f"Photo of {words}")

        def failed(exc: BaseException) -> None:
            if visit == self._visit:
                message = in_words(exc)
                self.words.setText(f"{message.text} {message.detail}".strip())

        self._ctx.call(partial(_bytes, row.id), arrived, failed, owner=self)

    def _say_wrong(self) -> None:
        self.wrong.emit(str(self.box.value()))


class PhotosDialog(RecordDialog):
    """The photos of a wound: the newest, and beside it an earlier one, the first unless another is chosen."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, details: ResidentDetails, row: WoundRow, *, writes: bool
    ) -> None:
        super().__init__(ctx, parent, f"Photos: {row.name}", wide=1180, high=760)
        self._row, self._details = row, details
        self.banner.show_resident(details, ctx.today())
        self.sides: list[PhotoSide] = []
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(M)
        names = ("Earlier", "Later") if len(row.photos) > 1 else ("Photo",)
        for name, at in zip(names, (len(row.photos) - 1, 0), strict=False):
            side = PhotoSide(ctx, name, row.photos, at)
            side.wrong.connect(self._in_error)
            side.error_button.setVisible(writes)
            self.sides.append(side)
            self._beside.addWidget(side, 1)
        self.body.addLayout(self._beside, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Side by side where there is room at this text size, else one above the other."""
        super().resizeEvent(event)
        roomy = self.width() >= theme.scaled(700)
        self._beside.setDirection(
            QBoxLayout.Direction.LeftToRight if roomy else QBoxLayout.Direction.TopToBottom
        )  # fmt: skip

    def _in_error(self, photo_id: str) -> None:
        dialog = PhotoErrorDialog(self.ctx, self, self._details, self._row, photo_id)
        dialog.accepted.connect(self.accept)
        show_dialog(dialog)


class PhotoErrorDialog(FormDialog):
    """Says that a photo should not be in this record; it is shown no more."""

    def __init__(
        self, ctx: Context, parent: QWidget | None, details: ResidentDetails, row: WoundRow, photo_id: str
    ) -> None:
        super().__init__(
            ctx,
            parent,
            "Photo entered in error",
            (_WHY,),
            {},
            who=f"{row.name}. {spoken_resident(details, ctx.today())}",
            intro="It will be shown no more. It is not deleted: the record keeps it with your name and the reason.",
            action="Record as entered in error",
        )
        self._photo_id = photo_id

    def save(self) -> None:
        """Record the mistake with its reason."""
        from app.services import photos

        reader = Reader((_WHY,), self.form.typed(), self.ctx.today())
        reason, photo_id = reader.text("reason"), self._photo_id
        reader.finish()
        self.run(lambda s: photos.entered_in_error(s, photo_id, reason=reason), lambda _: self.saved())


def _bytes(photo_id: str, session: Session) -> bytes:
    from app.services import photos

    return photos.photo_bytes(session, photo_id)
