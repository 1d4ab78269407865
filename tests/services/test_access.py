"""Who may do what: every action by every role, through the use cases themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.errors import NotAllowed, UserError
from app.domain.people import Allergy, ChampionPost, ResidentId, Role, StaffDetails, StaffId
from app.domain.transfer import TransferReason
from app.services import alerts, assessments, evidence, imports, premium, residents, settings, staff, sync, transfers
from app.services.access import Action, allowed, require
from app.services.session import Session
from tests.factories import MUST_LOW, NEWS2_HIGH, NOW, PASSWORD, WEEK, LivingHome, details

ALL = frozenset(Role)
CARE = ALL - {Role.AUDITOR}
MANAGER = frozenset({Role.MANAGER})
PERSON = ResidentId("person")


class Made:
    """What there is to work on: made by the manager before the role is tried."""

    def __init__(self, home: LivingHome) -> None:
        self.person = home.complex_resident(1)
        self.fact = home.fact(self.person, Allergy("Penicillin"))
        self.signed = home.assess(self.person, "news2", NEWS2_HIGH)
        self.alert = self.signed.alerts[0].id
        self.draft = assessments.save_draft(home.session, self.person, "must", MUST_LOW).draft_id
        self.staff, self.post = home.champion("falls")
        home.champion("dementia")
        self.pack = transfers.send_to_hospital(home.session, self.person, TransferReason(situation="a fall")).id


CALLS: dict[str, tuple[frozenset[Role], Callable[[Session, Made], object]]] = {
    "find residents": (ALL, lambda s, _: residents.find_residents(s)),
    "open a resident": (ALL, lambda s, m: residents.open_resident(s, m.person)),
    "check for duplicates": (ALL, lambda s, _: residents.check_resident(s, details(1))),
    "read the history of a fact": (ALL, lambda s, m: residents.fact_history(s, m.fact)),
    "add a resident": (CARE, lambda s, _: residents.add_resident(s, details(5), stay_since=NOW - timedelta(days=1))),
    "change a resident": (CARE, lambda s, m: residents.change_resident(s, m.person, details(1, room="9"))),
    "add a fact": (CARE, lambda s, m: residents.add_fact(s, m.person, Allergy("Nuts"))),
    "change a fact": (CARE, lambda s, m: residents.change_fact(s, m.fact, Allergy("Nuts"), reason="r")),
    "mark a fact as an error": (CARE, lambda s, m: residents.fact_in_error(s, m.fact, reason="r")),
    "see drafts": (ALL, lambda s, _: assessments.drafts(s)),
    "save a draft": (CARE, lambda s, m: assessments.save_draft(s, m.person, "must", {})),
    "take up a draft": (CARE, lambda s, m: assessments.load_draft(s, m.draft)),
    "discard a draft": (CARE, lambda s, m: assessments.discard_draft(s, m.draft)),
    "sign": (CARE, lambda s, m: assessments.sign(s, m.person, "must", MUST_LOW)),
    "amend": (CARE, lambda s, m: assessments.amend(s, m.signed.revision_id, NEWS2_HIGH, reason="r")),
    "mark an assessment as an error": (
        CARE,
        lambda s, m: assessments.entered_in_error(s, m.signed.revision_id, reason="r"),
    ),
    "read an assessment": (ALL, lambda s, m: assessments.assessment(s, m.signed.assessment_id)),
    "read the last assessment": (ALL, lambda s, m: assessments.previous(s, m.person, "news2")),
    "read the history of assessments": (ALL, lambda s, m: assessments.history(s, m.person)),
    "see what is due": (ALL, lambda s, _: assessments.due(s)),
    "see alerts": (ALL, lambda s, _: alerts.standing(s)),
    "see all alerts": (ALL, lambda s, _: alerts.all_alerts(s)),
    "record a call": (CARE, lambda s, m: alerts.record_call(s, m.alert, spoke_to="999")),
    "close an alert": (CARE, lambda s, m: alerts.close(s, m.alert, outcome="seen")),
    "begin a pack": (ALL, lambda s, m: transfers.prefill(s, m.person)),
    "print a pack": (ALL, lambda s, m: transfers.send_to_hospital(s, m.person, TransferReason())),
    "open a pack again": (ALL, lambda s, m: transfers.pack_pdf(s, m.pack)),
    "list packs": (ALL, lambda s, m: transfers.packs(s, m.person)),
    "see claims": (ALL - {Role.CARER}, lambda s, _: premium.week(s, WEEK)),
    "sign claims": (MANAGER, lambda s, _: premium.submit(s, WEEK, PASSWORD)),
    "export evidence": (MANAGER | {Role.AUDITOR}, lambda s, _: evidence.evidence(s, WEEK, WEEK)),
    "list staff": (ALL, lambda s, _: staff.list_staff(s)),
    "see cover": (ALL, lambda s, _: staff.cover(s)),
    "add staff": (MANAGER, lambda s, _: staff.add_staff(s, StaffDetails("Z", "Zed", Role.CARER))),
    "change staff": (MANAGER, lambda s, m: staff.change_staff(s, m.staff, StaffDetails("Z", "Zed", Role.CARER))),
    "appoint a champion": (MANAGER, lambda s, m: staff.appoint(s, m.staff, ChampionPost("wound", WEEK))),
    "change a post": (MANAGER, lambda s, m: staff.change_post(s, m.post, ChampionPost("falls", WEEK), reason="r")),
    "add an account": (MANAGER, lambda s, m: staff.add_account(s, m.staff, "zed", Role.CARER, PASSWORD)),
    "import residents": (MANAGER, lambda s, _: imports.import_residents(s, b"")),
    "import staff": (MANAGER, lambda s, _: imports.import_staff(s, b"")),
    "connect": (MANAGER, lambda s, _: sync.connect(s, {})),
    "set telephone numbers": (MANAGER, lambda s, _: settings.set_phones(s, ())),
    "change the home's details": (MANAGER, lambda s, _: settings.change_home(s, s.home, reason="r")),
    "set accreditation": (MANAGER, lambda s, _: settings.set_accreditation(s, ())),
    "see the outbox": (ALL, lambda s, _: sync.outbox(s)),
    "see the connection": (ALL, lambda s, _: sync.connection(s)),
    "send and receive": (CARE, lambda s, _: sync.sync_now(s)),
    "send a message again": (CARE, lambda s, _: sync.requeue(s, "x")),
    "keep a preference": (ALL, lambda s, _: settings.put(s, "theme", "dark")),
}


@pytest.mark.parametrize("role", Role)
def test_every_use_case_is_open_to_exactly_its_roles(home: LivingHome, role: Role) -> None:
    made = Made(home)
    session = home.sign_in_as(role)
    refused = set()
    for name, (_, call) in CALLS.items():
        try:
            call(session, made)
        except NotAllowed:
            refused.add(name)
        except UserError:
            pass  # allowed, and refused for what was asked (an empty file, no connection, a changed revision)
    assert refused == {name for name, (roles, _) in CALLS.items() if role not in roles}


def test_a_refusal_says_what_is_refused_and_whom_to_ask(home: LivingHome) -> None:
    session = home.sign_in_as(Role.CARER)
    with pytest.raises(NotAllowed) as refusal:
        require(session, Action.SIGN_CLAIMS)
    assert refusal.value.message == "Your role (carer) does not let you sign premium claims. Ask a manager."


def test_a_refused_use_case_changes_nothing(home: LivingHome) -> None:
    session = home.sign_in_as(Role.AUDITOR)
    for call in (
        lambda: residents.add_resident(session, details(1), stay_since=NOW),
        lambda: staff.add_staff(session, StaffDetails("Z", "Zed", Role.CARER)),
        lambda: staff.add_account(session, StaffId("x"), "zed", Role.MANAGER, PASSWORD),
    ):
        with pytest.raises(NotAllowed):
            call()
    with session.read() as connection:
        last = connection.exec_driver_sql("SELECT action FROM event ORDER BY seq DESC LIMIT 1").scalar()
    assert last == "sign-in"


def test_the_manager_may_do_everything(home: LivingHome) -> None:
    assert all(allowed(home.session, action) for action in Action)
