"""There and back: a fall in the night, 999, four nights in hospital, and what the home learns when they are home.

One story in the words of those who tell it, on a real store with a clock that moves. Four other residents go as well:
one dies there, one moves to another home, one does not go after all, one is back from A&E the same day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain.bags import BagState
from app.domain.journeys import (
    FollowUp,
    Item,
    JourneyKind,
    MedicineChange,
    MedicineFate,
    ReturnCheck,
    Stage,
    Step,
    StepKind,
)
from app.domain.people import Absence, FactKind, Medicine, ResidentId, Role, Stay
from app.domain.transfer import Call, Today, TransferReason
from app.services import due, journeys, observations, premium, residents, returns, transfers
from app.vault import keys
from tests.factories import MUST_LOW, NEWS2_HIGH, NEWS2_LOW, LivingHome
from tests.helpers.rebuild import same_as_stored

LISTER = "Lister Hospital"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LivingHome]:
    """A home with its manager signed in."""
    monkeypatch.setattr(keys, "derive", cache(keys.derive))
    living = LivingHome(tmp_path / "store", Role.MANAGER)
    yield living
    living.session.close()


class Story:
    """The clock, and what somebody records at its time."""

    def __init__(self, home: LivingHome) -> None:
        self.home, self.session = home, home.session

    def at(self, day: int, clock: str) -> datetime:
        """It is now that time of that day of November 2026 (30 and more go on into December)."""
        hour, minute = map(int, clock.split(":"))
        when = datetime(2026, 11, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)
        self.home.clock.advance(when - self.home.clock.now())
        return when

    def pack(self, person: ResidentId, situation: str, bag: str = "", kind: JourneyKind = JourneyKind.EMERGENCY,
             called: bool = True) -> transfers.Pack:  # fmt: skip
        calls = (Call("999", self.home.clock.now()),) if called else ()
        reason = TransferReason(situation=situation, destination=LISTER, called=calls, **({"bag": bag} if bag else {}))  # type: ignore[arg-type]
        return transfers.send_to_hospital(self.session, person, reason, kind=kind)

    def step(self, journey: str, kind: StepKind, name: str = "Nia Nurse", **more: object) -> journeys.Saved:
        return journeys.record(self.session, journey, Step(kind, self.home.clock.now(), name=name, **more))  # type: ignore[arg-type]

    def waits(self, journey: str) -> list[str]:
        return [each.key for each in journeys.journey(self.session, journey).waiting]

    def bag(self, number: str) -> BagState:
        return next(row.bag.state for row in journeys.bags(self.session) if row.bag.number == number)

    def facts(self, person: ResidentId, kind: FactKind) -> list[object]:
        return [fact.body for fact in residents.read_again(self.session, person).facts[kind]]

    def back_from_hospital(self, person: ResidentId) -> set[str]:
        items = due.present(self.session).items
        return {i.instrument for i in items if i.resident_id == person and "Back from hospital" in i.why}

    def claim(self, person: ResidentId, monday: date) -> premium.ClaimRow:
        return next(row for row in premium.week(self.session, monday).rows if row.resident_id == person)


def test_there_and_back(home: LivingHome) -> None:
    tell = Story(home)
    session = home.session
    home.champion("dementia")
    home.champion("falls")
    amlodipine = Medicine("Amlodipine 5 mg", "one in the morning")
    ramipril = Medicine("Ramipril 2.5 mg", "one in the morning")
    iris = home.complex_resident(1)
    for medicine in (amlodipine, ramipril):
        home.fact(iris, medicine)
    for code, answers in (("must", MUST_LOW), ("news2", NEWS2_LOW), ("cfs", {"level": 6})):
        home.assess(iris, code, answers)
    others = [home.resident(place) for place in (2, 3, 4, 5)]

    # Tuesday night. She is found on the floor; 999; the papers first, the answers after.
    tell.at(24, "03:05")
    pack = tell.pack(iris, "Found on the floor, hip pain", "RB-03")
    way = pack.journey_id
    assert (pack.version, tell.bag("RB-03")) == (1, BagState.IN_HOME)
    tell.at(24, "03:15")
    answered = transfers.send_to_hospital(
        session, iris,
        TransferReason(situation="Found on the floor, hip pain", background="Heard a fall at 03:00", bag="RB-03",
                       destination=LISTER, observations=NEWS2_HIGH),
        today=Today(mobility="Cannot stand", new_confusion=False),
    )  # fmt: skip
    assert (answered.version, answered.journey_id, answered.supersedes) == (2, way, 1)
    journeys.set_items(session, way, [Item("Glasses", 1), Item("Hearing aid, left", 1), Item("Hearing aid, right", 1)])
    tell.at(24, "03:40")
    tell.step(way, StepKind.HOME_OUT, bag=True)
    assert tell.bag("RB-03") is BagState.OUT
    assert residents.read_again(session, iris).status == "away"
    listed = due.present(session)
    assert iris not in {item.resident_id for item in listed.items}
    assert iris in {item.resident_id for item in listed.away}

    # At hospital.
    tell.at(24, "04:10")
    tell.step(way, StepKind.HOSPITAL_IN, "Sister Oak", place=LISTER, bag=True)
    tell.at(24, "08:00")
    tell.step(way, StepKind.ADMITTED, "Sister Oak", place="Ward 7B", bag=True)
    tell.at(25, "11:00")
    tell.step(way, StepKind.WARD_MOVE, "Nurse Ash", place="Ward 9A", bag=True)
    assert "visit" in tell.waits(way)
    tell.at(26, "10:00")  # 50 hours after admission
    tell.step(way, StepKind.VISIT, "Mo Manager", place="Ward 9A")
    assert "visit" not in tell.waits(way)
    tell.at(27, "10:00")
    tell.step(way, StepKind.FIT, "Dr Elm")
    tell.step(way, StepKind.DELAY, "Dr Elm", code="transport")
    tell.at(28, "14:00")
    tell.step(way, StepKind.HOSPITAL_OUT, "Nurse Ash", bag=True)
    assert journeys.journey(session, way).stage is Stage.RETURNING
    came = tell.at(28, "15:00")
    tell.step(way, StepKind.HOME_IN, bag=True)
    assert tell.bag("RB-03") is BagState.IN_HOME
    assert tell.facts(iris, FactKind.ABSENCE) == [
        Absence(datetime(2026, 11, 24, 3, 40, tzinfo=UTC), came, f"Hospital: {LISTER}")
    ]

    # Back: a hearing aid is missing, the letter changes the medicines.
    assert tell.waits(way)[:2] == ["check", "items"]
    aids = [Item("Glasses", 1, back=1), Item("Hearing aid, left", 1, back=0), Item("Hearing aid, right", 1, back=1)]
    assert journeys.set_items(session, way, aids).warnings == ("Missing: 1 × Hearing aid, left",)
    start = returns.start(session, way)
    assert start.pack is not None
    assert start.pack.version == 2
    assert start.weight is not None
    assert start.weight.value == Decimal(60), "the weight of the MUST"
    known = {fact.body.name: fact for fact in start.medicines if isinstance(fact.body, Medicine)}
    letter = (
        returns.compared(known["Amlodipine 5 mg"], MedicineFate.STOPPED, why="low blood pressure"),
        returns.compared(known["Ramipril 2.5 mg"], MedicineFate.SAME),
        MedicineChange("Paracetamol 1 g", MedicineFate.STARTED, directions="four times a day", why="hip pain"),
    )
    tell.at(28, "15:30")
    saved = returns.save(
        session, way,
        ReturnCheck(letter=True, medicines=letter, supply_days=5, equipment="Walking frame", skin="changed",
                    skin_note="left heel red", weight_kg=Decimal("57.4"), swallow="", infection="", lines="",
                    follow_up=(FollowUp("Fracture clinic", date(2026, 12, 9)),), no_cpr_form=True, bag_cleaned=True),
        finished=True,
    )  # fmt: skip
    assert saved.warnings == (
        "Order medicines: there is enough for 5 days",
        "Record the change of skin under Wounds: left heel red",
        "Follow-up: Fracture clinic, 09-Dec-2026",
    )
    taken = [m.name for m in tell.facts(iris, FactKind.MEDICINE) if isinstance(m, Medicine) and m.stopped is None]
    assert sorted(taken) == ["Paracetamol 1 g", "Ramipril 2.5 mg"]
    weights = observations.series(session, iris, ["weight_kg"])["weight_kg"]
    assert weights[-1].value == Decimal("57.4")
    assert {"supply", "skin", "losses"} <= set(tell.waits(way))
    sheet = " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(returns.changed_paper(session, way))).pages).split()
    )
    for words in ("pack version 2", "low blood pressure", "Paracetamol 1 g", "Walking frame", "left heel red"):
        assert words in sheet, words

    # What the return makes due is due, until it is signed.
    assert tell.back_from_hospital(iris) == {"waterlow", "must", "news2", "medicines_review", "cfs"}
    tell.at(28, "16:00")
    home.assess(iris, "news2", NEWS2_LOW)
    home.assess(iris, "must", {**MUST_LOW, "weight_kg": Decimal("57.4")})
    assert tell.back_from_hospital(iris) == {"waterlow", "medicines_review", "cfs"}

    # The hearing aid turns up.
    tell.at(29, "11:00")
    journeys.follow_loss(session, way, "Hearing aid, left", told="Ward 9A", outcome="found", note="in the linen")
    returns.settle(session, way, "supply")
    returns.settle(session, way, "skin", note="wound 1")
    assert tell.waits(way) == ["follow_up:Fracture clinic"]

    # Sunday and Monday, four others go.
    died, moved, stayed, short = others
    tell.at(29, "12:00")
    ways = {who: tell.pack(who, "short of breath", bag).journey_id
            for who, bag in ((died, "RB-04"), (moved, "RB-05"), (stayed, ""), (short, ""))}  # fmt: skip
    tell.at(29, "12:30")
    tell.step(ways[stayed], StepKind.NOT_CONVEYED, note="the crew treated her here")
    for who in (died, moved, short):
        tell.step(ways[who], StepKind.HOME_OUT, bag=True)
    tell.at(29, "13:00")
    for who in (died, moved, short):
        tell.step(ways[who], StepKind.HOSPITAL_IN, "Sister Oak", place=LISTER)
    tell.at(29, "18:00")
    tell.step(ways[short], StepKind.HOSPITAL_OUT, "Sister Oak")
    tell.at(29, "18:30")
    tell.step(ways[short], StepKind.HOME_IN)
    assert tell.back_from_hospital(short) == {"news2"}
    tell.at(30, "02:00")
    tell.step(ways[died], StepKind.ADMITTED, "Nurse Ash", place="Ward 1")
    death = tell.at(30, "05:00")
    tell.step(ways[died], StepKind.DIED, "Nurse Ash", bag=True)
    record = residents.read_again(session, died)
    assert (record.status, record.resident.details.died_at) == ("died", death)
    assert [b.until for b in tell.facts(died, FactKind.STAY) if isinstance(b, Stay)] == [death]
    assert [b.until for b in tell.facts(died, FactKind.ABSENCE) if isinstance(b, Absence)] == [death]
    assert tell.bag("RB-04") is BagState.RETURNING, "it comes back alone"
    tell.at(32, "10:00")
    bag = next(row for row in journeys.bags(session) if row.bag.number == "RB-04")
    journeys.move_bag(session, bag.id, BagState.IN_HOME)
    assert tell.bag("RB-04") is BagState.IN_HOME
    tell.step(ways[moved], StepKind.OTHER_HOME, "Nurse Ash", place="Elm Lodge")
    assert residents.read_again(session, moved).status == "left"
    assert residents.read_again(session, stayed).status == "here"

    # The premium week that her stay touches, and the one after: three nights are too few, seven are enough.
    tell.at(37, "09:00")
    before = tell.claim(iris, date(2026, 11, 16))
    assert (before.decision.nights, before.decision.eligible) == (7, True)
    touched = tell.claim(iris, date(2026, 11, 23))
    assert (touched.decision.nights, touched.decision.eligible) == (3, False)
    assert [reason.code for reason in touched.reasons] == ["NIGHTS-LT4"]
    after = tell.claim(iris, date(2026, 11, 30))
    assert (after.decision.nights, after.decision.eligible) == (7, True)

    # What it adds up to.
    found = journeys.outcomes(session, date(2026, 11, 23), date(2026, 11, 30))
    assert (found.journeys, found.called_999, found.attended, found.admitted) == (5, 5, 4, 2)
    assert (found.under_24h, found.avoided, found.died, found.delayed, found.losses) == (1, 1, 1, 1, 1)
    assert found.nights == 4 + 1 + 3 + 0
    with session.read() as connection:
        same_as_stored(connection)
