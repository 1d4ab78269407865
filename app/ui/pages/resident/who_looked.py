"""Who looked at, printed, exported, signed or changed one resident's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.people import Resident
from app.ui.audit_list import AuditList
from app.ui.forms.record_dialog import RecordDialog
from app.ui.widgets.text import label

if TYPE_CHECKING:
    from app.services.audit import AuditPage, Wanted
    from app.services.session import Session
    from app.ui.context import Context


class WhoLookedDialog(RecordDialog):
    """The audit entries about one resident."""

    def __init__(self, ctx: Context, parent: QWidget | None, resident: Resident) -> None:
        from app.services.audit import CATEGORIES, OF_A_RESIDENT

        super().__init__(ctx, parent, "Who looked at this record", wide=1080, high=720)
        self.banner.show_resident(resident.details, ctx.today())
        self.body.addWidget(
            label(
                "Every opening of this record, every print, export, signature and change. Lists of all residents, such "
                "as Today and Alerts, are not counted as a look at one record.",
                "secondary",
            )
        )
        who = resident.id

        def load(session: Session, wanted: Wanted, before: int | None) -> AuditPage:
            from app.services import audit

            return audit.who_looked(session, who, wanted, before=before)

        self.entries = AuditList(ctx, load, [(key, CATEGORIES[key][0]) for key in OF_A_RESIDENT], residents=False)
        self.body.addWidget(self.entries, 1)
        self.entries.load()
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)
