"""Who may do what: every action by every role, through the use cases themselves and through the commands.

The roles are written down here once more, by hand. Every public function of the services that works on a session must
stand in one of the lists below, so that a new one that forgets to ask fails here.
"""

from __future__ import annotations

import importlib
import inspect
import io
import json
import pkgutil
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

import pytest

import app.services
from app import cli
from app.domain.bags import BagState
from app.domain.errors import EnvironmentTrouble, NotAllowed, UserError
from app.domain.handovers import Handover
from app.domain.home_facts import CommissionerAnswer, Course, HomeFactKind, Spend, SpendCategory, Training
from app.domain.journeys import Journey, JourneyKind, ReturnCheck, Step, StepKind
from app.domain.people import Allergy, ChampionPost, KeyFact, Role, StaffDetails, StaffId
from app.domain.premium import POLICIES
from app.domain.retention import RetentionPolicy
from app.domain.transfer import TransferReason
from app.domain.wounds import Closing, Wound, placed
from app.services import (
    accounts,
    accreditation,
    alerts,
    answers,
    assessments,
    attachments,
    audit,
    backups,
    cga,
    corrections,
    digital_copy,
    downtime,
    due,
    evidence,
    export,
    falls,
    handovers,
    home_facts,
    imports,
    journeys,
    key_facts,
    money,
    notes,
    observations,
    pack_printing,
    permission,
    person,
    photos,
    policies,
    premium,
    questionnaires,
    recording,
    recovery,
    residents,
    restore,
    retention,
    returns,
    rotation,
    settings,
    sign_in,
    staff,
    sync,
    timeline,
    training,
    transfers,
    verify,
    wounds,
)
from app.services.access import Action, allowed, require
from app.services.session import Session
from tests.factories import MUST_LOW, NEWS2_HIGH, NOW, PASSWORD, USERS, WEEK, LivingHome, details

ALL = frozenset(Role)
CARE = ALL - {Role.AUDITOR}
CLAIMS = ALL - {Role.CARER}
MANAGER = frozenset({Role.MANAGER})
READERS = MANAGER | {Role.AUDITOR}
ROLES: dict[Action, frozenset[Role]] = {
    Action.VIEW_RESIDENTS: ALL,
    Action.EDIT_RESIDENTS: CARE,
    Action.RECORD_ASSESSMENT: CARE,
    Action.SIGN_ASSESSMENT: CARE,
    Action.PRINT_PACK: ALL,
    Action.FOLLOW_TRANSFER: CARE,
    Action.CLOSE_ALERTS: CARE,
    Action.VIEW_CLAIMS: CLAIMS,
    Action.SIGN_CLAIMS: MANAGER,
    Action.MANAGE_MONEY: MANAGER,
    Action.EXPORT_EVIDENCE: READERS,
    Action.VIEW_STAFF: ALL,
    Action.MANAGE_STAFF: MANAGER,
    Action.MANAGE_ACCOUNTS: MANAGER,
    Action.MANAGE_HOME: MANAGER,
    Action.IMPORT: MANAGER,
    Action.SYNC: CARE,
    Action.VERIFY: READERS,
    Action.VIEW_AUDIT: READERS,
    Action.EXPORT_RESIDENT: READERS,
    Action.BACKUP: MANAGER | {Role.NURSE},
    Action.RESTORE: MANAGER,
    Action.ROTATE: MANAGER,
    Action.RETENTION: MANAGER,
    Action.ACCEPT_ANCHOR: MANAGER,
}


class Made:
    """What there is to work on: made by the manager before the role is tried."""

    def __init__(self, home: LivingHome) -> None:
        self.folder = home.store_dir.parent
        self.person = home.complex_resident(1)
        self.fact = home.fact(self.person, Allergy("Penicillin"))
        self.signed = home.assess(self.person, "news2", NEWS2_HIGH)
        self.alert = self.signed.alerts[0].id
        self.draft = assessments.save_draft(home.session, self.person, "must", MUST_LOW).draft_id
        self.staff, self.post = home.champion("falls")
        home.champion("dementia")
        self.pack = transfers.send_to_hospital(home.session, self.person, TransferReason(situation="a fall")).id
        self.wound = Wound("sacrum", *placed("sacrum"), "pressure", NOW, "Cal Carer")
        self.spend = home_facts.add(home.session, SPENT).fact_id
        self.stick = self.folder / "stick"
        self.stick.mkdir()
        self.backup = backups.make(home.session, folder=self.stick)


SPENT = Spend(NOW.date(), SpendCategory.EQUIPMENT, 12_000, "Sensor mats")
KIT = downtime.Kit(b"", 1, 1, NOW)
Call = Callable[[Session, Made], object]
USES: dict[str, tuple[Action, Call]] = {
    "accounts.list_accounts": (Action.MANAGE_ACCOUNTS, lambda s, _: accounts.list_accounts(s)),
    "accounts.add_account": (
        Action.MANAGE_ACCOUNTS,
        lambda s, m: accounts.add_account(s, m.staff, "zed", Role.CARER, PASSWORD),
    ),
    "accounts.add_account_by_key": (
        Action.MANAGE_ACCOUNTS,
        lambda s, _: accounts.add_account_by_key(s, "zoe", Role.CARER, PASSWORD),
    ),
    "accounts.add_practice_account": (
        Action.MANAGE_ACCOUNTS,
        lambda s, m: accounts.add_practice_account(s, m.staff, "zac", Role.CARER, PASSWORD),
    ),
    "accounts.reset_password": (Action.MANAGE_ACCOUNTS, lambda s, _: accounts.reset_password(s, "zed", PASSWORD)),
    "accounts.change_role": (Action.MANAGE_ACCOUNTS, lambda s, _: accounts.change_role(s, "zed", Role.NURSE, PASSWORD)),
    "accounts.disable_leaver": (
        Action.MANAGE_ACCOUNTS,
        lambda s, _: accounts.disable_leaver(s, StaffId("nobody"), NOW, PASSWORD),
    ),
    "accounts.leaver_by_user": (Action.MANAGE_ACCOUNTS, lambda s, _: accounts.leaver_by_user(s, "cal")),
    "accounts.reset_throttle": (Action.MANAGE_ACCOUNTS, lambda s, _: accounts.reset_throttle(s, "cal")),
    "accounts.secret_slip": (
        Action.MANAGE_ACCOUNTS,
        lambda s, _: accounts.secret_slip(s, accounts.NewSecret("zed", "words", s_changes()), "Zed"),
    ),
    "accreditation.overview": (Action.VIEW_CLAIMS, lambda s, _: accreditation.overview(s)),
    "attachments.add": (Action.MANAGE_STAFF, lambda s, m: attachments.add(s, m.post, "Certificate", b"")),
    "attachments.of": (Action.VIEW_STAFF, lambda s, m: attachments.of(s, m.post)),
    "attachments.every": (Action.VIEW_STAFF, lambda s, _: attachments.every(s)),
    "attachments.content": (Action.VIEW_STAFF, lambda s, m: attachments.content(s, m.spend)),
    "alerts.standing": (Action.VIEW_RESIDENTS, lambda s, _: alerts.standing(s)),
    "alerts.all_alerts": (Action.VIEW_RESIDENTS, lambda s, _: alerts.all_alerts(s)),
    "alerts.record_call": (Action.CLOSE_ALERTS, lambda s, m: alerts.record_call(s, m.alert, spoke_to="999")),
    "alerts.close": (Action.CLOSE_ALERTS, lambda s, m: alerts.close(s, m.alert, outcome="seen")),
    "assessments.save_draft": (
        Action.RECORD_ASSESSMENT,
        lambda s, m: assessments.save_draft(s, m.person, "must", {}),
    ),
    "assessments.drafts": (Action.VIEW_RESIDENTS, lambda s, _: assessments.drafts(s)),
    "assessments.load_draft": (Action.RECORD_ASSESSMENT, lambda s, m: assessments.load_draft(s, m.draft)),
    "assessments.discard_draft": (Action.RECORD_ASSESSMENT, lambda s, m: assessments.discard_draft(s, m.draft)),
    "assessments.sign": (Action.SIGN_ASSESSMENT, lambda s, m: assessments.sign(s, m.person, "must", MUST_LOW)),
    "assessments.amend": (
        Action.SIGN_ASSESSMENT,
        lambda s, m: assessments.amend(s, m.signed.revision_id, NEWS2_HIGH, reason="r"),
    ),
    "assessments.entered_in_error": (
        Action.SIGN_ASSESSMENT,
        lambda s, m: assessments.entered_in_error(s, m.signed.revision_id, reason="r"),
    ),
    "assessments.assessment_of": (
        Action.VIEW_RESIDENTS,
        lambda s, m: assessments.assessment_of(s, m.signed.revision_id),
    ),
    "assessments.assessment": (
        Action.VIEW_RESIDENTS,
        lambda s, m: assessments.assessment(s, m.signed.assessment_id),
    ),
    "assessments.versions": (
        Action.VIEW_RESIDENTS,
        lambda s, m: assessments.versions(s, m.signed.assessment_id),
    ),
    "assessments.before": (
        Action.VIEW_RESIDENTS,
        lambda s, m: assessments.before(s, assessments.assessment(s, m.signed.assessment_id).row),
    ),
    "assessments.listed": (
        Action.VIEW_RESIDENTS,
        lambda s, m: assessments.listed(s, m.signed.assessment_id),
    ),
    "assessments.previous": (Action.VIEW_RESIDENTS, lambda s, m: assessments.previous(s, m.person, "news2")),
    "assessments.history": (Action.VIEW_RESIDENTS, lambda s, m: assessments.history(s, m.person)),
    "assessments.due": (Action.VIEW_RESIDENTS, lambda s, _: assessments.due(s)),
    "audit.who_looked": (Action.VIEW_AUDIT, lambda s, m: audit.who_looked(s, m.person)),
    "audit.trail": (Action.VIEW_AUDIT, lambda s, _: audit.trail(s)),
    "audit.trail_csv": (Action.VIEW_AUDIT, lambda s, _: audit.trail_csv(s, PASSWORD)),
    "backups.prepare": (Action.BACKUP, lambda s, _: backups.prepare(s)),
    "backups.make": (Action.BACKUP, lambda s, m: backups.make(s, folder=m.stick)),
    "backups.set_schedule": (Action.MANAGE_HOME, lambda s, _: backups.set_schedule(s, None, 24)),
    "backups.looked_at_change": (Action.MANAGE_HOME, lambda s, _: backups.looked_at_change(s, "looked")),
    "evidence.evidence": (Action.EXPORT_EVIDENCE, lambda s, _: evidence.evidence(s, WEEK, WEEK, PASSWORD)),
    "export.export_resident": (Action.EXPORT_RESIDENT, lambda s, m: export.export_resident(s, m.person, PASSWORD)),
    "downtime.set_days": (Action.MANAGE_HOME, lambda s, _: downtime.set_days(s, 7)),
    "downtime.plan": (Action.PRINT_PACK, lambda s, _: downtime.plan(s)),
    "downtime.read": (Action.PRINT_PACK, lambda s, m: downtime.read(s, (m.person,))),
    "downtime.released": (Action.PRINT_PACK, lambda s, _: downtime.released(s, KIT, downtime.SAVED)),
    "downtime.note_made": (Action.PRINT_PACK, lambda s, _: downtime.note_made(s, KIT)),
    "due.shift": (Action.VIEW_RESIDENTS, lambda s, _: due.shift(s, WEEK, "night")),
    "due.present": (Action.VIEW_RESIDENTS, lambda s, _: due.present(s)),
    "due.passed": (Action.VIEW_RESIDENTS, lambda s, _: due.passed(s, NOW)),
    "due.coming": (Action.VIEW_RESIDENTS, lambda s, _: due.coming(s, 7)),
    "due.paper": (Action.PRINT_PACK, lambda s, _: due.paper(s, WEEK, "night")),
    "falls.falls": (Action.VIEW_RESIDENTS, lambda s, _: falls.falls(s)),
    "falls.register": (Action.VIEW_RESIDENTS, lambda s, m: falls.register(s, m.person)),
    "falls.whose": (Action.VIEW_RESIDENTS, lambda s, m: falls.whose(s, m.person)),
    "falls.fall": (Action.VIEW_RESIDENTS, lambda s, _: falls.fall(s, "x")),
    "falls.start": (Action.RECORD_ASSESSMENT, lambda s, m: falls.start(s, m.person)),
    "falls.observations_due": (Action.VIEW_RESIDENTS, lambda s, _: falls.observations_due(s)),
    "falls.actions": (Action.VIEW_RESIDENTS, lambda s, m: falls.actions(s, m.person)),
    "falls.record": (Action.SIGN_ASSESSMENT, lambda s, m: falls.record(s, m.person, {"danger_clear": False})),
    "falls.mark_injuries": (Action.RECORD_ASSESSMENT, lambda s, _: falls.mark_injuries(s, "x", ())),
    "falls.stop_observations": (Action.RECORD_ASSESSMENT, lambda s, _: falls.stop_observations(s, "x", why="died")),
    "falls.go_on_observing": (Action.RECORD_ASSESSMENT, lambda s, _: falls.go_on_observing(s, "x", reason="r")),
    "falls.entered_in_error": (Action.SIGN_ASSESSMENT, lambda s, _: falls.entered_in_error(s, "x", reason="r")),
    "falls.fall_paper": (Action.PRINT_PACK, lambda s, _: falls.fall_paper(s, "x")),
    "handovers.offer": (Action.PRINT_PACK, lambda s, m: handovers.offer(s, m.person)),
    "handovers.make": (Action.PRINT_PACK, lambda s, m: handovers.make(s, m.person, Handover.CALL)),
    "home_facts.listed": (Action.VIEW_CLAIMS, lambda s, _: home_facts.listed(s, HomeFactKind.SPEND)),
    "home_facts.add": (Action.MANAGE_MONEY, lambda s, _: home_facts.add(s, SPENT)),
    "home_facts.add_all": (Action.MANAGE_MONEY, lambda s, _: home_facts.add_all(s, (SPENT,))),
    "home_facts.change": (Action.MANAGE_MONEY, lambda s, m: home_facts.change(s, m.spend, SPENT, reason="r")),
    "home_facts.in_error": (Action.MANAGE_MONEY, lambda s, m: home_facts.in_error(s, m.spend, reason="r")),
    "home_facts.history": (Action.VIEW_CLAIMS, lambda s, m: home_facts.history(s, m.spend)),
    "imports.import_residents": (Action.IMPORT, lambda s, _: imports.import_residents(s, b"")),
    "imports.import_staff": (Action.MANAGE_STAFF, lambda s, _: imports.import_staff(s, b"")),
    "key_facts.save": (
        Action.EDIT_RESIDENTS,
        lambda s, m: key_facts.save(s, m.person, (KeyFact("language", "Welsh"),)),
    ),
    "journeys.board": (Action.VIEW_RESIDENTS, lambda s, _: journeys.board(s)),
    "journeys.journey": (Action.VIEW_RESIDENTS, lambda s, _: journeys.journey(s, "x")),
    "journeys.of_resident": (Action.VIEW_RESIDENTS, lambda s, m: journeys.of_resident(s, m.person)),
    "journeys.versions": (Action.VIEW_RESIDENTS, lambda s, _: journeys.versions(s, "x")),
    "journeys.bags": (Action.VIEW_RESIDENTS, lambda s, _: journeys.bags(s)),
    "journeys.outcomes": (Action.VIEW_RESIDENTS, lambda s, _: journeys.outcomes(s, WEEK, WEEK)),
    "journeys.record": (Action.FOLLOW_TRANSFER, lambda s, _: journeys.record(s, "x", Step(StepKind.FIT, NOW))),
    "journeys.correct": (
        Action.FOLLOW_TRANSFER,
        lambda s, _: journeys.correct(s, "x", Journey(JourneyKind.EMERGENCY, NOW), reason="r"),
    ),
    "journeys.entered_in_error": (Action.FOLLOW_TRANSFER, lambda s, _: journeys.entered_in_error(s, "x", reason="r")),
    "journeys.set_items": (Action.FOLLOW_TRANSFER, lambda s, _: journeys.set_items(s, "x", ())),
    "journeys.follow_loss": (
        Action.FOLLOW_TRANSFER,
        lambda s, _: journeys.follow_loss(s, "x", "Glasses", told="the ward", outcome=""),
    ),
    "journeys.add_bag": (Action.FOLLOW_TRANSFER, lambda s, _: journeys.add_bag(s, "RB-77")),
    "journeys.move_bag": (Action.FOLLOW_TRANSFER, lambda s, _: journeys.move_bag(s, "x", BagState.LOST)),
    "journeys.custody_paper": (Action.PRINT_PACK, lambda s, _: journeys.custody_paper(s, "x")),
    "journeys.bag_labels": (Action.PRINT_PACK, lambda s, _: journeys.bag_labels(s)),
    "returns.start": (Action.FOLLOW_TRANSFER, lambda s, _: returns.start(s, "x")),
    "returns.keep": (Action.FOLLOW_TRANSFER, lambda s, _: returns.keep(s, "x", None)),
    "returns.save": (Action.FOLLOW_TRANSFER, lambda s, _: returns.save(s, "x", ReturnCheck())),
    "returns.settle": (Action.FOLLOW_TRANSFER, lambda s, _: returns.settle(s, "x", "skin")),
    "returns.what_changed": (Action.VIEW_RESIDENTS, lambda s, _: returns.what_changed(s, "x")),
    "returns.out_of_date": (Action.VIEW_RESIDENTS, lambda s, _: returns.out_of_date(s, "x")),
    "returns.changed_paper": (Action.PRINT_PACK, lambda s, _: returns.changed_paper(s, "x")),
    "money.money": (Action.VIEW_CLAIMS, lambda s, _: money.money(s)),
    "money.outstanding": (Action.VIEW_CLAIMS, lambda s, _: money.outstanding(s)),
    "money.paper": (Action.EXPORT_EVIDENCE, lambda s, _: money.paper(s, 2026)),
    "money.table_csv": (Action.EXPORT_EVIDENCE, lambda s, _: money.table_csv(s, 2026)),
    "money.ledger_csv": (Action.EXPORT_EVIDENCE, lambda s, _: money.ledger_csv(s, 2026)),
    "money.record_payments": (Action.MANAGE_MONEY, lambda s, _: money.record_payments(s, ())),
    "money.import_payments": (Action.MANAGE_MONEY, lambda s, _: money.import_payments(s, b"", "x.csv")),
    "money.settle": (Action.MANAGE_MONEY, lambda s, _: money.settle(s, "x", "words")),
    "notes.add": (Action.RECORD_ASSESSMENT, lambda s, m: notes.add(s, m.person, "slept well")),
    "notes.entered_in_error": (Action.RECORD_ASSESSMENT, lambda s, _: notes.entered_in_error(s, "x", reason="r")),
    "notes.note": (Action.VIEW_RESIDENTS, lambda s, _: notes.note(s, "x")),
    "notes.of_resident": (Action.VIEW_RESIDENTS, lambda s, m: notes.of_resident(s, m.person)),
    "notes.search": (Action.VIEW_RESIDENTS, lambda s, _: notes.search(s, "slept")),
    "observations.record": (
        Action.RECORD_ASSESSMENT,
        lambda s, m: observations.record(s, m.person, "fluid_in_ml", 200),
    ),
    "observations.entered_in_error": (
        Action.RECORD_ASSESSMENT,
        lambda s, _: observations.entered_in_error(s, "nothing", reason="r"),
    ),
    "observations.board": (Action.VIEW_RESIDENTS, lambda s, m: observations.board(s, m.person)),
    "observations.paper": (Action.PRINT_PACK, lambda s, m: observations.paper(s, m.person, ("news2",))),
    "observations.series": (Action.VIEW_RESIDENTS, lambda s, m: observations.series(s, m.person, ("pulse",))),
    "observations.weight_before": (
        Action.VIEW_RESIDENTS,
        lambda s, m: observations.weight_before(s, m.person, NOW),
    ),
    "permission.instruments": (Action.VIEW_RESIDENTS, lambda s, _: permission.instruments(s)),
    "permission.permit": (Action.MANAGE_HOME, lambda s, _: permission.permit(s, "waterlow", note="letter")),
    "permission.withdraw": (Action.MANAGE_HOME, lambda s, _: permission.withdraw(s, "waterlow", reason="r")),
    "questionnaires.in_folder": (Action.MANAGE_HOME, lambda s, _: questionnaires.in_folder(s)),
    "questionnaires.taken_in": (Action.VIEW_RESIDENTS, lambda s, _: questionnaires.taken_in(s)),
    "questionnaires.take_in": (Action.MANAGE_HOME, lambda s, _: questionnaires.take_in(s, "x.json", pathway="health")),
    "questionnaires.turn_off": (Action.MANAGE_HOME, lambda s, _: questionnaires.turn_off(s, "home_x", reason="r")),
    "policies.overview": (Action.VIEW_CLAIMS, lambda s, _: policies.overview(s)),
    "policies.add": (Action.MANAGE_HOME, lambda s, _: policies.add(s, POLICIES[0], reason="r")),
    "policies.claimed_from": (Action.VIEW_CLAIMS, lambda s, _: policies.claimed_from(s, WEEK)),
    "policies.answer": (
        Action.MANAGE_HOME,
        lambda s, _: policies.answer(s, CommissionerAnswer("respite", "No", NOW.date())),
    ),
    "policies.withdraw": (Action.MANAGE_HOME, lambda s, m: policies.withdraw(s, m.spend, reason="r")),
    "premium.week": (Action.VIEW_CLAIMS, lambda s, _: premium.week(s, WEEK)),
    "premium.preview": (Action.SIGN_CLAIMS, lambda s, _: premium.preview(s, WEEK)),
    "premium.week_paper": (Action.VIEW_CLAIMS, lambda s, _: premium.week_paper(s, WEEK, {})),
    "corrections.tasks": (Action.VIEW_CLAIMS, lambda s, _: corrections.tasks(s)),
    "corrections.settle": (Action.MANAGE_MONEY, lambda s, _: corrections.settle(s, "x", "x", "w")),
    "corrections.preview": (Action.SIGN_CLAIMS, lambda s, _: corrections.preview(s, {})),
    "corrections.sign": (Action.SIGN_CLAIMS, lambda s, _: corrections.sign(s, {}, PASSWORD, "r")),
    "answers.answers": (Action.VIEW_CLAIMS, lambda s, _: answers.answers(s)),
    "answers.overdue_count": (Action.VIEW_CLAIMS, lambda s, _: answers.overdue_count(s)),
    "answers.disagreements": (Action.VIEW_CLAIMS, lambda s, _: answers.disagreements(s)),
    "answers.disagreement_files": (Action.EXPORT_EVIDENCE, lambda s, _: answers.disagreement_files(s, PASSWORD)),
    "answers.set_overdue_days": (Action.MANAGE_HOME, lambda s, _: answers.set_overdue_days(s, 10)),
    "premium.submit": (Action.SIGN_CLAIMS, lambda s, _: premium.submit(s, WEEK, PASSWORD)),
    "recording.record_line": (
        Action.VIEW_RESIDENTS,
        lambda s, _: recording.record_line(s, '{"resident": "R99", "instrument": "must", "answers": {}}'),
    ),
    "retention.policies": (Action.RETENTION, lambda s, _: retention.policies(s)),
    "retention.set_policy": (
        Action.RETENTION,
        lambda s, _: retention.set_policy(s, RetentionPolicy(NOW.date()), reason="the council's schedule"),
    ),
    "retention.review": (Action.RETENTION, lambda s, _: retention.review(s)),
    "retention.place_hold": (Action.RETENTION, lambda s, m: retention.place_hold(s, m.person, "inquest")),
    "retention.lift_hold": (Action.RETENTION, lambda s, _: retention.lift_hold(s, "x", "closed")),
    "retention.purge": (Action.RETENTION, lambda s, m: retention.purge(s, [m.person], PASSWORD, "reviewed")),
    "recovery.replace_key": (Action.MANAGE_ACCOUNTS, lambda s, _: recovery.replace_key(s, PASSWORD)),
    "residents.find_residents": (Action.VIEW_RESIDENTS, lambda s, _: residents.find_residents(s)),
    "residents.open_resident": (Action.VIEW_RESIDENTS, lambda s, m: residents.open_resident(s, m.person)),
    "residents.read_again": (Action.VIEW_RESIDENTS, lambda s, m: residents.read_again(s, m.person)),
    "residents.resident_by_key": (Action.VIEW_RESIDENTS, lambda s, _: residents.resident_by_key(s, "R01")),
    "residents.check_resident": (Action.VIEW_RESIDENTS, lambda s, _: residents.check_resident(s, details(1))),
    "residents.details_history": (Action.VIEW_RESIDENTS, lambda s, m: residents.details_history(s, m.person)),
    "residents.fact_history": (Action.VIEW_RESIDENTS, lambda s, m: residents.fact_history(s, m.fact)),
    "residents.add_resident": (
        Action.EDIT_RESIDENTS,
        lambda s, _: residents.add_resident(s, details(5), stay_since=NOW - timedelta(days=1)),
    ),
    "residents.change_resident": (
        Action.EDIT_RESIDENTS,
        lambda s, m: residents.change_resident(s, m.person, details(1, room="9")),
    ),
    "residents.add_fact": (Action.EDIT_RESIDENTS, lambda s, m: residents.add_fact(s, m.person, Allergy("Nuts"))),
    "residents.change_fact": (
        Action.EDIT_RESIDENTS,
        lambda s, m: residents.change_fact(s, m.fact, Allergy("Nuts"), reason="r"),
    ),
    "residents.fact_in_error": (Action.EDIT_RESIDENTS, lambda s, m: residents.fact_in_error(s, m.fact, reason="r")),
    "restore.restore_in_place": (
        Action.RESTORE,
        lambda s, m: restore.restore_in_place(s, m.backup.path, "not the one", device="another laptop"),
    ),
    "restore.newer_than": (Action.RESTORE, lambda s, m: restore.newer_than(s, m.backup.manifest)),
    "restore.looked_after": (Action.RESTORE, lambda s, _: restore.looked_after(s, "entered again")),
    "rotation.rotate": (Action.ROTATE, lambda s, _: rotation.rotate(s, PASSWORD)),
    "settings.set_lock_minutes": (Action.MANAGE_HOME, lambda s, _: settings.set_lock_minutes(s, 5)),
    "settings.set_phones": (Action.MANAGE_HOME, lambda s, _: settings.set_phones(s, ())),
    "settings.set_accreditation": (Action.MANAGE_HOME, lambda s, _: settings.set_accreditation(s, ())),
    "settings.change_home": (Action.MANAGE_HOME, lambda s, _: settings.change_home(s, s.home, reason="r")),
    "sign_in.accept_as_is": (Action.ACCEPT_ANCHOR, lambda s, _: sign_in.accept_as_is(s, PASSWORD, "looked")),
    "staff.list_staff": (Action.VIEW_STAFF, lambda s, _: staff.list_staff(s)),
    "staff.cover": (Action.VIEW_STAFF, lambda s, _: staff.cover(s)),
    "staff.add_staff": (Action.MANAGE_STAFF, lambda s, _: staff.add_staff(s, StaffDetails("Z", "Zed", Role.CARER))),
    "staff.change_staff": (
        Action.MANAGE_STAFF,
        lambda s, m: staff.change_staff(s, m.staff, StaffDetails("Z", "Zed", Role.CARER)),
    ),
    "staff.appoint": (Action.MANAGE_STAFF, lambda s, m: staff.appoint(s, m.staff, ChampionPost("wound", WEEK))),
    "staff.change_post": (
        Action.MANAGE_STAFF,
        lambda s, m: staff.change_post(s, m.post, ChampionPost("falls", WEEK), reason="r"),
    ),
    "sync.connect": (Action.MANAGE_HOME, lambda s, _: sync.connect(s, {}, PASSWORD)),
    "sync.connection": (Action.VIEW_RESIDENTS, lambda s, _: sync.connection(s)),
    "sync.outbox": (Action.VIEW_RESIDENTS, lambda s, _: sync.outbox(s)),
    "sync.outbox_json": (Action.VIEW_RESIDENTS, lambda s, _: sync.outbox_json(s)),
    "sync.parked": (Action.VIEW_RESIDENTS, lambda s, _: sync.parked(s)),
    "sync.requeue": (Action.SYNC, lambda s, _: sync.requeue(s, "x")),
    "sync.sync_now": (Action.SYNC, lambda s, _: sync.sync_now(s)),
    "training.board": (Action.VIEW_STAFF, lambda s, _: training.board(s, WEEK)),
    "training.forecast": (Action.VIEW_CLAIMS, lambda s, _: training.forecast(s)),
    "training.record": (
        Action.MANAGE_STAFF,
        lambda s, m: training.record(s, Training(m.staff, Course.LIFTING, WEEK)),
    ),
    "training.record_shifts": (
        Action.MANAGE_STAFF,
        lambda s, m: training.record_shifts(s, (m.staff,), (WEEK,), time(8), time(20)),
    ),
    "training.leaver_effect": (Action.MANAGE_STAFF, lambda s, m: training.leaver_effect(s, m.staff, NOW)),
    "training.post_effect": (Action.MANAGE_STAFF, lambda s, m: training.post_effect(s, m.post, NOW)),
    "training.provider_list": (Action.VIEW_STAFF, lambda s, _: training.provider_list(s)),
    "training.provider_csv": (Action.VIEW_STAFF, lambda s, _: training.provider_csv(s)),
    "training.provider_paper": (Action.VIEW_STAFF, lambda s, _: training.provider_paper(s)),
    "training.matrix_paper": (Action.VIEW_STAFF, lambda s, _: training.matrix_paper(s, WEEK)),
    "timeline.timeline": (Action.VIEW_RESIDENTS, lambda s, m: timeline.timeline(s, m.person)),
    "transfers.prefill": (Action.PRINT_PACK, lambda s, m: transfers.prefill(s, m.person)),
    "transfers.people": (Action.PRINT_PACK, lambda s, _: transfers.people(s)),
    "transfers.start": (Action.PRINT_PACK, lambda s, m: transfers.start(s, m.person)),
    "pack_printing.printing": (Action.PRINT_PACK, lambda s, _: pack_printing.printing(s)),
    "pack_printing.keep_printing": (Action.PRINT_PACK, lambda s, _: pack_printing.keep_printing(s, "Office", 2)),
    "pack_printing.printed": (
        Action.PRINT_PACK,
        lambda s, m: pack_printing.printed(s, m.pack, printer="", copies=2),
    ),
    "pack_printing.saved": (Action.PRINT_PACK, lambda s, m: pack_printing.saved(s, m.pack, locked=True)),
    "pack_printing.previewed": (Action.PRINT_PACK, lambda s, m: pack_printing.previewed(s, m.pack)),
    "pack_printing.log": (Action.VIEW_RESIDENTS, lambda s, m: pack_printing.log(s, m.person)),
    "transfers.typed": (Action.PRINT_PACK, lambda s, m: transfers.typed(s, m.person)),
    "transfers.keep_typed": (Action.PRINT_PACK, lambda s, m: transfers.keep_typed(s, m.person, ({"bag": "1"}, {}))),
    "transfers.send_to_hospital": (
        Action.PRINT_PACK,
        lambda s, m: transfers.send_to_hospital(s, m.person, TransferReason()),
    ),
    "transfers.pack_pdf": (Action.PRINT_PACK, lambda s, m: transfers.pack_pdf(s, m.pack)),
    "digital_copy.digital_copy": (Action.PRINT_PACK, lambda s, m: digital_copy.digital_copy(s, m.pack)),
    "transfers.packs": (Action.VIEW_RESIDENTS, lambda s, m: transfers.packs(s, m.person)),
    "verify.verify": (Action.VERIFY, lambda s, _: verify.verify(s)),
    "wounds.wounds": (Action.VIEW_RESIDENTS, lambda s, m: wounds.wounds(s, m.person)),
    "wounds.wound": (Action.VIEW_RESIDENTS, lambda s, _: wounds.wound(s, "x")),
    "wounds.versions": (Action.VIEW_RESIDENTS, lambda s, _: wounds.versions(s, "x")),
    "wounds.add": (Action.RECORD_ASSESSMENT, lambda s, m: wounds.add(s, m.person, m.wound)),
    "wounds.change": (Action.RECORD_ASSESSMENT, lambda s, m: wounds.change(s, "x", m.wound, reason="r")),
    "wounds.close": (Action.RECORD_ASSESSMENT, lambda s, _: wounds.close(s, "x", Closing(NOW, "healed"))),
    "wounds.reopen": (Action.RECORD_ASSESSMENT, lambda s, _: wounds.reopen(s, "x", reason="r")),
    "wounds.entered_in_error": (Action.SIGN_ASSESSMENT, lambda s, _: wounds.entered_in_error(s, "x", reason="r")),
    "wounds.review": (Action.SIGN_ASSESSMENT, lambda s, _: wounds.review(s, "x", {})),
    "wounds.classify": (Action.SIGN_ASSESSMENT, lambda s, _: wounds.classify(s, "x", {})),
    "wounds.wound_paper": (Action.PRINT_PACK, lambda s, _: wounds.wound_paper(s, "x")),
    "cga.assemble": (Action.VIEW_RESIDENTS, lambda s, m: cga.assemble(s, m.person)),
    "cga.begin": (Action.RECORD_ASSESSMENT, lambda s, m: cga.begin(s, m.person)),
    "cga.cga_paper": (Action.PRINT_PACK, lambda s, _: cga.cga_paper(s, "x")),
    "person.without_activity": (Action.VIEW_RESIDENTS, lambda s, _: person.without_activity(s)),
    "person.person": (Action.VIEW_RESIDENTS, lambda s, m: person.person(s, m.person)),
    "person.dear_gp_letter": (Action.PRINT_PACK, lambda s, _: person.dear_gp_letter(s, "x")),
    "person.about_me_paper": (Action.PRINT_PACK, lambda s, m: person.about_me_paper(s, m.person)),
    "person.behaviour_paper": (Action.PRINT_PACK, lambda s, m: person.behaviour_paper(s, m.person)),
    "photos.add": (Action.RECORD_ASSESSMENT, lambda s, m: photos.add(s, m.person, b"", consent=None)),
    "photos.photos": (Action.VIEW_RESIDENTS, lambda s, m: photos.photos(s, m.person)),
    "photos.photo_bytes": (Action.VIEW_RESIDENTS, lambda s, _: photos.photo_bytes(s, "x")),
    "photos.entered_in_error": (Action.RECORD_ASSESSMENT, lambda s, _: photos.entered_in_error(s, "x", reason="r")),
}

OPEN: dict[str, str] = {
    "answers.overdue_days": "a number of the home's, no record",
    "unsaved.keep": "one's own words",
    "unsaved.kept": "one's own words",
    "unsaved.forget": "one's own words",
    "questionnaires.folder": "a path",
    "restore.restored_from": "a warning that everybody must see",
    "access.allowed": "the table itself",
    "access.require": "the table itself",
    "accounts.change_own_password": "everybody's own, with the present one",
    "assessments.revision_of": "gives back the id it was given, for recording, which asks",
    "assessments.row_of": "lays out a line that a use case, which asks, has read",
    "backups.note": "notes what prepare, which asks, was allowed to make",
    "backups.is_due": "a yes or no for the clock",
    "backups.settings_of": "where the backups go: no record",
    "backups.noted": "their age is in everybody's sight",
    "backups.last_of": "their age is in everybody's sight",
    "checks.due": "whether the files are due to be looked at: the program's own care",
    "checks.prepare": "the program's own care",
    "checks.note": "the program's own care",
    "checks.run": "the program's own care",
    "downtime.standing": "its age is in everybody's sight",
    "outgoing.signed_in": "the signed-in person's own staff record",
    "premium.default_week": "a date",
    "premium.refuse_future": "a date",
    "premium.refuse_unfinished": "a date",
    "premium.rows_of": "works on a picture that week and evidence, which ask, have read",
    "protection.protection": "how the records are protected: counts and ages",
    "settings.get": "everybody's own preferences",
    "settings.put": "everybody's own preferences; the home's own settings are refused by name",
    "practice_hospital.prepare": "builds the practice home through use cases, each of which asks",
    "practice_hospital.unwell": "builds the practice home through use cases, each of which asks",
    "practice_hospital.after_the_fall": "builds the practice home through use cases, each of which asks",
    "practice_hospital.there_and_back": "builds the practice home through use cases, each of which asks",
    "practice_hospital.away": "builds the practice home through use cases, each of which asks",
    "practice_premium.record": "builds the practice home through use cases, each of which asks",
    "settings.lock_minutes": "the lock is for everybody",
    "sign_in.unlock_again": "everybody's own password",
    "sign_in.own_slot": "everybody's own password",
    "status.status": "counts and ages for the status line, nobody's record",
    "sync.connection_now": "from what connection, which asks, has read",
    "sync.poll_every": "how often to look for messages",
}


def s_changes() -> accounts.Changes:
    return accounts.changes()


def with_a_session() -> Iterator[str]:
    """The public functions of the services that work on a session, but for those inside somebody else's transaction."""
    for found in pkgutil.iter_modules(app.services.__path__):
        module = importlib.import_module(f"app.services.{found.name}")
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            kinds = {str(part.annotation) for part in inspect.signature(function).parameters.values()}
            if "Session" in kinds and not kinds & {"Work", "Connection"}:
                yield f"{found.name}.{name}"


def test_every_use_case_stands_in_a_list() -> None:
    """A new one must say which action it is, or why it needs none."""
    found = set(with_a_session())
    assert sorted(found - {*USES, *OPEN}) == [], "new: which action is it, or why does it need none?"
    assert sorted({*USES, *OPEN} - found) == [], "gone"
    assert not set(USES) & set(OPEN)


def test_every_action_is_asked_by_a_use_case() -> None:
    assert {action for action, _ in USES.values()} == set(Action)


def test_the_table_is_the_one_that_was_agreed(home: LivingHome) -> None:
    for role in Role:
        session = home.sign_in_as(role)
        assert {action for action in Action if allowed(session, action)} == {
            action for action, roles in ROLES.items() if role in roles
        }


@pytest.mark.parametrize("role", Role)
def test_every_use_case_is_open_to_exactly_its_roles(home: LivingHome, role: Role) -> None:
    made = Made(home)
    session = home.sign_in_as(role)
    refused = set()
    for name, (_, call) in USES.items():
        try:
            call(session, made)
        except NotAllowed:
            refused.add(name)
        except (UserError, EnvironmentTrouble):
            pass  # allowed, and refused for what was asked (an empty file, no connection, a changed revision)
    assert refused == {name for name, (action, _) in USES.items() if role not in ROLES[action]}


def test_before_a_password_is_chosen_no_use_case_is_open(home: LivingHome) -> None:
    made = Made(home)
    person = staff.add_staff(home.session, StaffDetails("Z9", "Zara Zinnia", Role.MANAGER)).staff_id
    secret = accounts.add_account(home.session, person, "zara", Role.MANAGER, PASSWORD).secret
    home.session.close()
    session = home.session = sign_in.sign_in(home.store_dir, "zara", secret, home.clock)
    for name, (_, call) in USES.items():
        with pytest.raises(NotAllowed, match="password of your own first"):
            pytest.fail(f"{name} was let through: {call(session, made)}")


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
        lambda: accounts.add_account(session, StaffId("x"), "zed", Role.MANAGER, PASSWORD),
    ):
        with pytest.raises(NotAllowed):
            call()
    with session.read() as connection:
        last = connection.exec_driver_sql("SELECT action FROM event ORDER BY seq DESC LIMIT 1").scalar()
    assert last == "sign-in"


# ---------------------------------------------------------------------------------------------------------- by command


@dataclass(frozen=True)
class Command:
    """A command line, which action it needs, and what follows the password on standard input."""

    action: Action
    arguments: tuple[str, ...]
    lines: tuple[str, ...] = ()


RECORD = json.dumps({"resident": "R01", "instrument": "must", "answers": {}, "sign": True})
COMMANDS: tuple[Command, ...] = (
    Command(Action.IMPORT, ("import", "residents", "FILES/empty.csv")),
    Command(Action.MANAGE_STAFF, ("import", "staff", "FILES/empty.csv")),
    Command(Action.SIGN_ASSESSMENT, ("record",), (RECORD,)),
    Command(Action.PRINT_PACK, ("pack", "R01", "--reason", "FILES/reason.json", "--out", "FILES/pack.pdf")),
    Command(Action.VIEW_CLAIMS, ("claim", "--week", "2026-11-16")),
    Command(Action.SIGN_CLAIMS, ("claim", "--week", "2026-11-16", "--submit")),
    Command(Action.EXPORT_EVIDENCE, ("evidence", "--from", "2026-11-16", "--to", "2026-11-16", "--out", "FILES/e")),
    Command(Action.MANAGE_HOME, ("connect", "FILES/connection.json")),
    Command(Action.SYNC, ("sync",)),
    Command(Action.VIEW_RESIDENTS, ("outbox",)),
    Command(Action.VERIFY, ("verify",)),
    Command(Action.VIEW_RESIDENTS, ("instruments",)),
    Command(Action.MANAGE_HOME, ("instruments", "--withdraw", "waterlow", "--note", "not renewed")),
    Command(Action.BACKUP, ("backup", "--to", "FILES/stick")),
    Command(Action.EXPORT_RESIDENT, ("export", "R01", "--out", "FILES/export")),
    Command(Action.MANAGE_ACCOUNTS, ("user", "add", "zed", "--role", "carer")),
    Command(Action.MANAGE_ACCOUNTS, ("user", "password", "zed")),
    Command(Action.MANAGE_ACCOUNTS, ("user", "remove", "zed")),
    Command(Action.RESTORE, ("salvage", "--out", "FILES/salvage")),
    Command(Action.ROTATE, ("rotate",)),
)


@pytest.mark.parametrize("role", Role)
def test_every_command_is_open_to_exactly_its_roles(
    home: LivingHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], role: Role
) -> None:
    Made(home)
    home.session.close()
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "reason.json").write_text('{"situation": "a fall"}')
    (tmp_path / "connection.json").write_text("{}")
    refused, meant = set(), set()
    for command in COMMANDS:
        given = "\n".join((PASSWORD, *command.lines)) + "\n"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        arguments = [part.replace("FILES", str(tmp_path)) for part in command.arguments]
        code = cli.main(["--store", str(home.store_dir), "--user", USERS[role], *arguments, "--password-stdin"])
        said = capsys.readouterr()
        name = " ".join(command.arguments)
        if f"Your role ({role.value}) does not let you" in said.err + said.out:
            assert code == 1, name
            refused.add(name)
        if role not in ROLES[command.action]:
            meant.add(name)
    assert refused == meant
    home.session = sign_in.sign_in(home.store_dir, "mo", PASSWORD, home.clock)


def test_every_command_that_opens_a_home_is_tried_here() -> None:
    """A new command must join the list above, or stand here with the reason."""
    without = {"tour", "score", "decide", "init", "check-message", "info"}  # no home, or one of their own
    # These have no session: they ask for a manager of the backup or of the keyfile, or for the recovery key.
    by_key = {"restore", "recover", "salvage"}
    parser = cli._parser()
    choices = next(action.choices for action in parser._actions if action.choices and action.dest != "demo")
    assert choices is not None
    assert set(choices) == without | by_key | {command.arguments[0] for command in COMMANDS}


def test_a_copied_home_is_whole(home: LivingHome, tmp_path: Path) -> None:
    """What the tests above start from: each role's account opens the copy."""
    home.session.close()
    copy = Path(shutil.copytree(home.store_dir, tmp_path / "copy"))
    assert set(sign_in.accounts(copy)) == set(USERS.values())
    home.session = sign_in.sign_in(home.store_dir, "mo", PASSWORD, home.clock)


def test_the_manager_may_do_everything(home: LivingHome) -> None:
    assert all(allowed(home.session, action) for action in Action)
