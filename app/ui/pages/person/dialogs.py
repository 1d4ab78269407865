"""Taking a paper of the Person page out of the encrypted store, and adding the resident's own photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.people import Resident
from app.domain.photos import CONSENTS, Consent
from app.ui.dialogs.paper import save_pdf
from app.ui.dialogs.place import documents
from app.ui.forms.form import FormDialog
from app.ui.forms.record_dialog import RecordDialog
from app.ui.forms.typed import Ask, Reader
from app.ui.forms.with_file import FileFormDialog
from app.ui.messages import in_words
from app.ui.widgets.banner import spoken_resident
from app.ui.widgets.buttons import primary, secondary
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.photos import Added
    from app.services.session import Session
    from app.ui.context import Context

LEAVES = (
    "A saved PDF leaves the encrypted store. Whoever can open the folder can read it, with no password. "
    "Save it only where the resident's records may be kept, and delete it when it has been handed over."
)
_CONSENT = (
    Ask("by", "Who agrees to the photo?", "choice", needed="Say who agrees to the photo. Without consent no photo is "
        "kept", choices=tuple(CONSENTS.items())),
    Ask("name", "Who made the best-interests decision", help="Only when the resident cannot decide"),
)  # fmt: skip
_WHY = Ask("reason", "Reason", "notes", needed="Enter the reason")


class PaperDialog(RecordDialog):
    """Whose paper and which, the warning that a saved PDF is no longer protected, and where to save it.

    ``make`` makes the PDF, which is audited as a print; ``file`` is the name to offer, which names nobody.
    """

    def __init__(
        self,
        ctx: Context,
        parent: QWidget | None,
        resident: Resident,
        words: str,
        about: str,
        file: str,
        make: Callable[[Session], bytes],
    ) -> None:
        super().__init__(ctx, parent, words, wide=680, high=430)
        self._file, self._make = file, make
        self.banner.show_resident(resident.details, ctx.today())
        if about:
            self.body.addWidget(label(about))
        self.body.addWidget(label(LEAVES, "strong"))
        self.body.addWidget(label("Saving is recorded in the audit trail with your name."))
        self.trouble = label("", "error")
        self.trouble.hide()
        self.body.addWidget(self.trouble)
        self.body.addStretch(1)
        self.save_button = primary("Save PDF…", self.save)
        self.open_button = secondary("Save and open…", self.save_and_open)
        for at, button in enumerate((self.save_button, self.open_button)):
            button.setAccessibleDescription(LEAVES)
            self.buttons.insertWidget(at, button)
        self.close_button.setText("Cancel")
        self.close_button.setAccessibleName("Cancel")
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Ask where, then save."""
        self._ask(then_open=False)

    def save_and_open(self) -> None:
        """Ask where, save, and show the file with the system's PDF program."""
        self._ask(then_open=True)

    def _ask(self, *, then_open: bool) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save PDF", documents(self._file), "PDF files (*.pdf)")
        if name:
            self.save_to(Path(name), then_open=then_open)

    def save_to(self, path: Path, *, then_open: bool = False) -> None:
        """Write the PDF there; the window says where it went."""
        make = self._make

        def work(session: Session) -> Path:
            save_pdf(make(session), path, safe="The record is as it was.")
            return path

        def done(saved: Path) -> None:
            self.ctx.messages.good("The PDF is saved", f"{saved}. It is no longer protected by this program.")
            self.accept()
            if then_open:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(saved)))

        def failed(exc: BaseException) -> None:
            message = in_words(exc)
            self.trouble.setText(f"{message.text} {message.detail}".strip())
            self.trouble.show()

        self.trouble.hide()
        self.ctx.call(work, done, failed, owner=self)


class PortraitDialog(FileFormDialog):
    """Who agrees to a photo of the resident, and the file."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident) -> None:
        super().__init__(
            ctx,
            parent,
            "Photo of the resident",
            _CONSENT,
            {},
            who=spoken_resident(resident.details, ctx.today()),
            intro="Ask first. It is kept encrypted, made smaller, and without the place where it was taken. It stands "
            "beside About me, on the screen and on paper.",
            action="Keep the photo",
        )
        self._resident_id = resident.id
        self.ask_for("photo", "Photo (JPEG or PNG)", "Photos (*.jpg *.jpeg *.png *.JPG *.JPEG *.PNG)")

    def save(self) -> None:
        """Keep the photo."""
        reader = Reader(_CONSENT, self.form.typed(), self.ctx.today())
        by, name, resident_id = reader.text("by"), reader.text("name"), self._resident_id
        path = self.chosen(reader)

        def work(session: Session) -> Added:
            from app.services import photos

            return photos.add(session, resident_id, photos.read_file(path), consent=Consent(by, name))

        self.run(work, self._kept)

    def _kept(self, _added: Added) -> None:
        self.kept()
        self.ctx.messages.good(
            "The photo is kept", "The file that it came from is not encrypted: delete it, on the camera too."
        )


class WrongPhotoDialog(FormDialog):
    """Says that a photo should not be in this record; it is shown no more."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident, photo_id: str) -> None:
        super().__init__(
            ctx,
            parent,
            "Photo entered in error",
            (_WHY,),
            {},
            who=spoken_resident(resident.details, ctx.today()),
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
