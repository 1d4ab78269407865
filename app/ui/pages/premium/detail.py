"""One resident's week: what the claim rests on, what stands in its way and where to mend it, and the CCG's answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.money import pounds
from app.domain.needs import need_label
from app.domain.nhs import format_nhs_number
from app.domain.premium import reason_mend, reason_words
from app.ui.pages.premium.words import (
    TONES,
    Place,
    Relied,
    Standing,
    assess_place,
    cites,
    claimable,
    late,
    mend_place,
    relied_upon,
    standing,
)
from app.ui.theme import M, S
from app.ui.widgets.buttons import link
from app.ui.widgets.layouts import empty, level
from app.ui.widgets.tag import Tag
from app.ui.widgets.text import card, heading, label, rule

if TYPE_CHECKING:
    from app.domain.premium import Policy
    from app.services.premium import ClaimRow, ClaimState
    from app.ui.context import Context


class Detail(QFrame):
    """Below the table, for the resident chosen in it."""

    def __init__(self, ctx: Context, *, may_assess: bool) -> None:
        super().__init__()
        self._ctx = ctx
        self._may_assess = may_assess
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._column = card(spacing=S)
        outer.addWidget(frame)
        self.setAccessibleName("Chosen resident's week")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.row: ClaimRow | None = None
        self._rules: Policy | None = None

    def show_row(self, row: ClaimRow | None, rules: Policy | None = None) -> None:
        """Show this resident under the policy of the week; nobody hides the panel."""
        self.row, self._rules = row, rules
        empty(self._column)
        self.setVisible(row is not None)
        if row is None:
            return
        self.setAccessibleName(f"{row.resident_name}: {standing(row)}")
        self._head(row)
        if row.claim is not None:
            self._claim(row, row.claim)
        if len(row.versions) > 1:
            self._versions(row)
        if row.reasons and not (row.claim is not None and row.claim.outcome is not None):
            self._reasons("What stands in the way", [reason.code for reason in row.reasons], row)
        self._areas(row)
        self._left_out(row)
        if row.advice:
            self._section("Advice")
            for words in row.advice:
                self._column.addWidget(label(words, "strong"))

    def first_control(self) -> QWidget | None:
        """The first button, for the keyboard."""
        return next((part for part in self.findChildren(QWidget) if part.focusPolicy() & Qt.FocusPolicy.TabFocus), None)

    def _head(self, row: ClaimRow) -> None:
        found = standing(row)
        room = f"Room {row.room}" if row.room else "Room not recorded"
        self._column.addWidget(
            level((heading(row.resident_name), Tag(found, TONES[found]), self._button(self._record(row), row)))
        )
        nights = row.decision.nights
        self._column.addWidget(
            label(
                f"{room} · NHS No. {format_nhs_number(row.nhs_number)} · {nights} of 7 nights count",
                "secondary",
                copyable=True,
            )
        )
        if row.claim is None and row.decision.eligible:
            self._column.addWidget(label(f"Not claimed yet: {pounds(row.decision.amount_pence)}", "strong"))

    def _claim(self, row: ClaimRow, claim: ClaimState) -> None:
        self._section("The claim and the CCG's answer")
        version = f", version {claim.version}" if claim.version > 1 else ""
        said = {
            Standing.ACCEPTED: f"Accepted: the CCG pays {pounds(claim.decided_pence or 0)}",
            Standing.REFUSED: "Refused: the CCG pays nothing",
        }.get(standing(row), claim.words)
        self._column.addWidget(label(f"Claimed {pounds(claim.amount_pence)}{version}. {said}", "strong"))
        if claim.disposition:
            self._column.addWidget(label(f"The CCG writes: {claim.disposition}"))
        if claim.reasons:
            self._reasons("Why the CCG refused", claim.reasons, row)
        if standing(row) is Standing.STUCK:
            self._column.addWidget(label("The message did not arrive. The Sync page says what happened to it."))
            self._column.addWidget(
                self._button(Place("Open Sync", "sync", claim.outbox_id), row), 0, Qt.AlignmentFlag.AlignLeft
            )
        if standing(row) in {Standing.REFUSED, Standing.TAKEN_BACK} and (claimable(row) or late(row)):
            self._column.addWidget(
                label(
                    "When it is mended, the resident can be claimed for again: the new claim is version "
                    f"{row.versions[0].version + 1}, and this one stays on record."
                )
            )
        self._column.addWidget(label(f"Claim {claim.identifier}", "secondary", copyable=True))

    def _versions(self, row: ClaimRow) -> None:
        self._section("Every version of the claim")
        for version in row.versions:
            back = f", takes back {version.reversal_of}" if version.reversal_of else ""
            said = f" The CCG writes: {version.disposition}" if version.disposition else ""
            amount = pounds(version.amount_pence)
            self._column.addWidget(label(f"Version {version.version}, {amount}{back}. {version.words}.{said}"))
        self._column.addWidget(
            self._button(Place("Open answers and corrections", "answers", None), row), 0, Qt.AlignmentFlag.AlignLeft
        )

    def _reasons(self, title: str, codes: Sequence[str], row: ClaimRow) -> None:
        self._section(title)
        for code in codes:
            self._column.addWidget(label(reason_words(code), "strong"))
            self._column.addWidget(label(reason_mend(code)))
            places = [mend_place(code, row), assess_place(code, row, self._rules) if self._may_assess else None]
            buttons = [self._button(place, row) for place in places if place is not None]
            if buttons:
                self._column.addWidget(level(buttons))

    def _areas(self, row: ClaimRow) -> None:
        found = relied_upon(row)
        if not found:
            return
        self._section("Areas relied upon" if cites(row) else "Areas that have evidence and a champion")
        for relied in found:
            self._column.addWidget(label(_area_line(relied)))

    def _left_out(self, row: ClaimRow) -> None:
        if not row.decision.left_out:
            return
        self._section("Areas left out, and why")
        for need, codes in row.decision.left_out:
            why = ". ".join(reason_words(code) for code in codes) or "It could have been cited and was not"
            self._column.addWidget(label(f"{need_label(need)}: {why}"))
            for code in codes:
                if (place := mend_place(code, row)) is not None:
                    self._column.addWidget(self._button(place, row), 0, Qt.AlignmentFlag.AlignLeft)

    def _section(self, words: str) -> None:
        self._column.addSpacing(M - S)
        self._column.addWidget(rule())
        self._column.addWidget(heading(words))

    def _record(self, row: ClaimRow) -> Place:
        return Place("Open the record", "resident", row.resident_id)

    def _button(self, place: Place, row: ClaimRow) -> QWidget:
        button = link(place.words, partial(self._ctx.navigate.emit, place.page, place.arg))
        button.setAccessibleName(f"{place.words}, {row.resident_name}")
        return button


def _area_line(relied: Relied) -> str:
    others = f" (also in post: {', '.join(relied.others)})" if relied.others else ""
    evidence = relied.evidence or "not recorded"
    return f"{relied.area}. Champion: {relied.champion}{others}. Evidence: {evidence}"
