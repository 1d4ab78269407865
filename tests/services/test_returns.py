"""Coming home: the checklist, what it writes into the record once, and what it leaves open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.domain.errors import UserError
from app.domain.journeys import FollowUp, MedicineChange, MedicineFate, ReturnCheck, Step, StepKind
from app.domain.people import Allergy, Fact, FactKind, KeyFact, Medicine, ResidentId
from app.domain.transfer import Call, TransferReason
from app.services import journeys, observations, residents, returns, transfers
from tests.factories import NOW, LivingHome
from tests.helpers.rebuild import same_as_stored

HOUR = timedelta(hours=1)
SAME, CHANGED, STOPPED, STARTED = MedicineFate
ANSWERED = ReturnCheck(
    letter=True, medicines=(), supply_days=14, equipment="", skin="sound", weight_not="too tired", swallow="",
    infection="", lines="", follow_up=(), no_cpr_form=True, bag_cleaned=True,
)  # fmt: skip


class Away:
    """A resident with medicines who went to hospital for three nights and is back."""

    def __init__(self, home: LivingHome, *names: str) -> None:
        self.home, self.person = home, home.resident(1)
        for name in names:
            residents.add_fact(home.session, self.person, Medicine(name, "one in the morning"))
        self.facts = {f.body.name: f for f in self.medicines() if isinstance(f.body, Medicine)}
        reason = TransferReason(situation="a fall", bag="RB-03", called=(Call("999", NOW),))
        self.pack = transfers.send_to_hospital(home.session, self.person, reason)
        self.journey = self.pack.journey_id
        self.step(StepKind.HOME_OUT, 1)
        self.step(StepKind.HOSPITAL_IN, 2)
        self.step(StepKind.HOSPITAL_OUT, 71)
        self.step(StepKind.HOME_IN, 72)

    def step(self, kind: StepKind, hours: float) -> None:
        self.home.clock.advance(NOW + hours * HOUR - self.home.clock.now())
        journeys.record(self.home.session, self.journey, Step(kind, self.home.clock.now(), name="Nia", bag=True))

    def medicines(self) -> tuple[Fact, ...]:
        return residents.read_again(self.home.session, self.person).facts[FactKind.MEDICINE]

    def taken(self) -> dict[str, str]:
        bodies = [fact.body for fact in self.medicines()]
        return {b.name: b.directions for b in bodies if isinstance(b, Medicine) and b.stopped is None}

    def save(self, check: ReturnCheck, *, finished: bool = False) -> journeys.Saved:
        return returns.save(self.home.session, self.journey, check, finished=finished)

    def check(self) -> ReturnCheck:
        found = journeys.journey(self.home.session, self.journey).journey.back
        assert found is not None
        return found

    def waits(self) -> list[str]:
        return [wait.key for wait in journeys.journey(self.home.session, self.journey).waiting]


def weights(home: LivingHome, person: ResidentId) -> list[Decimal | None]:
    return [each.value for each in observations.series(home.session, person, ["weight_kg"])["weight_kg"]]


def test_the_letter_is_written_into_the_list_once_with_its_reasons(home: LivingHome) -> None:
    away = Away(home, "Amlodipine 5 mg", "Ramipril 2.5 mg", "Senna 7.5 mg")
    facts = away.facts
    letter = (
        returns.compared(facts["Amlodipine 5 mg"], STOPPED, why="low blood pressure"),
        returns.compared(facts["Ramipril 2.5 mg"], CHANGED, name="Ramipril 5 mg", directions="one at night"),
        returns.compared(facts["Senna 7.5 mg"], SAME),
        MedicineChange("Apixaban 2.5 mg", STARTED, directions="one twice a day", next_dose=NOW + 80 * HOUR),
    )
    check = replace(ANSWERED, medicines=letter)
    assert returns.will_write(check, away.medicines()) == (
        "Amlodipine 5 mg is stopped",
        "Ramipril 2.5 mg becomes Ramipril 5 mg, one at night",
        "Apixaban 2.5 mg, one twice a day is started",
    )
    away.save(check)
    assert away.taken() == {
        "Ramipril 5 mg": "one at night", "Senna 7.5 mg": "one in the morning", "Apixaban 2.5 mg": "one twice a day",
    }  # fmt: skip
    history = residents.fact_history(home.session, facts["Amlodipine 5 mg"].id)
    assert history[0].reason == "Discharge letter: low blood pressure"
    assert isinstance(history[0].body, Medicine)
    assert history[0].body.stopped == date(2026, 11, 25), "the last day given: it is not given on the day of return"
    new = next(f for f in away.medicines() if isinstance(f.body, Medicine) and f.body.name.startswith("Apixaban"))
    assert new.body == Medicine("Apixaban 2.5 mg", "one twice a day", time_critical=True, started=date(2026, 11, 26))
    before = [(fact.id, fact.revision_id) for fact in away.medicines()]
    away.save(check, finished=True)  # sent as it was typed
    away.save(away.check())  # and as it was kept
    assert [(fact.id, fact.revision_id) for fact in away.medicines()] == before, "nothing is written twice"
    assert returns.will_write(away.check(), away.medicines(), away.check()) == ()
    with home.session.read() as connection:
        same_as_stored(connection)


def test_a_medicine_that_was_changed_in_the_record_meanwhile_is_refused_in_words_and_nothing_is_written(
    home: LivingHome,
) -> None:
    away = Away(home, "Amlodipine 5 mg", "Ramipril 2.5 mg")
    one, two = away.facts["Amlodipine 5 mg"], away.facts["Ramipril 2.5 mg"]
    residents.change_fact(home.session, two.id, Medicine("Ramipril 2.5 mg", "one at night"), reason="GP")
    check = replace(ANSWERED, medicines=(returns.compared(one, STOPPED), returns.compared(two, SAME)))
    with pytest.raises(UserError, match=r"Ramipril 2.5 mg was changed in the record meanwhile \(Mo Manager, 26-Nov"):
        away.save(check)
    assert set(away.taken()) == {"Amlodipine 5 mg", "Ramipril 2.5 mg"}
    residents.fact_in_error(home.session, two.id, reason="another resident's")
    with pytest.raises(UserError, match="taken off the list in the record meanwhile"):
        away.save(check)
    away.save(replace(ANSWERED, medicines=(returns.compared(one, STOPPED),)))
    assert away.taken() == {}


def test_every_medicine_of_the_list_needs_a_word_and_a_new_one_is_not_on_it(home: LivingHome) -> None:
    away = Away(home, "Amlodipine 5 mg")
    with pytest.raises(UserError, match="Say what the letter says of Amlodipine 5 mg"):
        away.save(replace(ANSWERED, medicines=()))
    again = MedicineChange("amlodipine 5 MG", STARTED, directions="one")
    with pytest.raises(UserError, match="is on the list already: mark it as changed"):
        away.save(replace(ANSWERED, medicines=(returns.compared(away.facts["Amlodipine 5 mg"], SAME), again)))
    with pytest.raises(UserError, match="enter what changed"):
        away.save(replace(ANSWERED, medicines=(returns.compared(away.facts["Amlodipine 5 mg"], CHANGED),)))


def test_a_medicine_that_the_checklist_names_twice_is_not_doubled(home: LivingHome) -> None:
    away = Away(home, "Amlodipine 5 mg")
    same = returns.compared(away.facts["Amlodipine 5 mg"], SAME)
    new = MedicineChange("Apixaban 2.5 mg", STARTED, directions="one twice a day")
    with pytest.raises(UserError, match=r"apixaban 2\.5 mg is listed twice"):
        away.save(replace(ANSWERED, medicines=(same, new, replace(new, name="apixaban 2.5 mg "))))
    assert set(away.taken()) == {"Amlodipine 5 mg"}


def test_a_changed_medicine_does_not_take_the_name_of_another(home: LivingHome) -> None:
    away = Away(home, "Ramipril 2.5 mg", "Ramipril 5 mg", "Senna 7.5 mg")
    low, high, senna = (away.facts[name] for name in ("Ramipril 2.5 mg", "Ramipril 5 mg", "Senna 7.5 mg"))
    up = returns.compared(low, CHANGED, name="ramipril 5 mg ")
    with pytest.raises(UserError, match="is on the list already: mark that entry as changed"):
        away.save(replace(ANSWERED, medicines=(up, returns.compared(high, SAME), returns.compared(senna, SAME))))
    both = returns.compared(senna, CHANGED, name="Docusate 100 mg")
    new = MedicineChange("docusate 100 mg", STARTED, directions="one at night")
    same = (returns.compared(low, SAME), returns.compared(high, SAME))
    with pytest.raises(UserError, match="docusate 100 mg is listed twice"):
        away.save(replace(ANSWERED, medicines=(*same, both, new)))
    assert set(away.taken()) == {"Ramipril 2.5 mg", "Ramipril 5 mg", "Senna 7.5 mg"}
    away.save(replace(ANSWERED, medicines=(up, returns.compared(high, STOPPED), returns.compared(senna, SAME))))
    assert set(away.taken()) == {"ramipril 5 mg", "Senna 7.5 mg"}


def test_swallow_advice_and_infection_go_into_the_key_facts_once_and_lose_nothing(home: LivingHome) -> None:
    away = Away(home)
    home.fact(away.person, KeyFact("infection", "MRSA carrier", state=True))
    home.fact(away.person, KeyFact("swallow_risk", state=False))
    check = replace(ANSWERED, swallow="IDDSI 5, drinks level 2", infection="C. difficile")

    def kept() -> dict[str, tuple[bool | None, str]]:
        facts = residents.read_again(home.session, away.person).facts[FactKind.KEY_FACT]
        return {f.body.topic: (f.body.state, f.body.text) for f in facts if isinstance(f.body, KeyFact)}

    assert returns.will_write(check, ()) == (
        "Key fact when the list is finished: Swallow risk, IDDSI 5, drinks level 2",
        "Key fact when the list is finished: Infection, C. difficile",
    )
    away.save(check)
    assert kept()["infection"] == (True, "MRSA carrier"), "an unfinished list writes none"
    away.save(check, finished=True)
    told = {
        "swallow_risk": (True, "IDDSI 5, drinks level 2"),
        "infection": (True, "C. difficile (hospital, 26-Nov-2026). Before: MRSA carrier"),
    }
    assert kept() == told
    assert away.waits() == []
    away.save(check, finished=True)
    assert kept() == told
    with pytest.raises(UserError, match="Infection was written into the key facts already: change it there"):
        away.save(replace(check, infection="none"))
    with home.session.read() as connection:
        same_as_stored(connection)


def test_what_was_written_is_changed_on_the_record_and_what_stayed_the_same_can_still_be_stopped(
    home: LivingHome,
) -> None:
    away = Away(home, "Amlodipine 5 mg", "Senna 7.5 mg")
    one, two = away.facts["Amlodipine 5 mg"], away.facts["Senna 7.5 mg"]
    away.save(replace(ANSWERED, medicines=(returns.compared(one, STOPPED), returns.compared(two, SAME))))
    with pytest.raises(UserError, match="Amlodipine 5 mg was written into the record already: change it there"):
        away.save(replace(ANSWERED, medicines=(returns.compared(one, SAME), returns.compared(two, SAME))))
    residents.add_fact(home.session, away.person, Medicine("Paracetamol 500 mg", "as needed"))  # by the GP, later
    away.save(replace(away.check(), letter_note="on the ward's paper"))
    away.save(replace(ANSWERED, medicines=(returns.compared(one, STOPPED), returns.compared(two, STOPPED))))
    assert away.taken() == {"Paracetamol 500 mg": "as needed"}


def test_the_weight_is_a_measurement_of_the_home_and_recorded_once(home: LivingHome) -> None:
    away = Away(home)
    check = replace(ANSWERED, weight_kg=Decimal("61.2"), weight_not="")
    away.save(check)
    away.save(check, finished=True)
    assert weights(home, away.person) == [Decimal("61.2")]
    with pytest.raises(UserError, match="correct it under Observations") as caught:
        away.save(replace(check, weight_kg=Decimal("62")))
    assert caught.value.problems[0].field == "weight_kg"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"letter": None}, "letter"),
        ({"medicines": None}, "medicines"),
        ({"skin": None}, "skin"),
        ({"skin": "changed"}, "skin_note"),
        ({"weight_not": ""}, "weight_kg"),
        ({"weight_kg": Decimal(60)}, "weight_not"),
        ({"weight_kg": Decimal(2), "weight_not": ""}, "weight_kg"),
        ({"supply_days": -1}, "supply_days"),
        ({"swallow": None}, "swallow"),
        ({"no_cpr_form": False}, "cpr_original"),
        ({"bag_cleaned": None}, "bag_cleaned"),
        ({"follow_up": (FollowUp(" "),)}, "follow_up"),
    ],
)
def test_a_question_without_an_answer_is_named_when_the_list_is_finished(
    home: LivingHome, change: dict[str, object], field: str
) -> None:
    away = Away(home)
    with pytest.raises(UserError) as caught:
        away.save(replace(ANSWERED, **change), finished=True)  # type: ignore[arg-type]
    assert [problem.field for problem in caught.value.problems] == [field]


def test_what_is_left_open_stands_on_the_journey_until_it_is_settled(home: LivingHome) -> None:
    away = Away(home)
    assert away.waits() == ["check"]
    open_ones = replace(
        ANSWERED, letter=False, medicines=None, supply_days=6, skin="changed", skin_note="red heel, left",
        swallow="thickened, level 2", infection="", no_cpr_form=False, cpr_original=False, bag_cleaned=False,
        follow_up=(FollowUp("Fracture clinic", date(2026, 12, 3)),),
    )  # fmt: skip
    away.save(open_ones)
    assert away.waits() == ["check"], "an unfinished list says so, no more"
    away.save(open_ones, finished=True)
    listed = ["letter", "medicines", "cpr", "supply", "skin", "clean", "follow_up:Fracture clinic"]
    assert away.waits() == listed
    words = {w.key: w for w in journeys.journey(home.session, away.journey).waiting}
    assert words["skin"].words == "Record the change of skin under Wounds: red heel, left"
    assert words["supply"].words == "Order medicines: there is enough for 6 days"
    assert not words["follow_up:Fracture clinic"].is_late(words["skin"].late or NOW)
    returns.settle(home.session, away.journey, "skin", note="wound 1")
    with pytest.raises(UserError, match="not open any more"):
        returns.settle(home.session, away.journey, "skin")
    away.save(replace(away.check(), letter=True, medicines=(), supply_days=7))
    assert away.waits() == [key for key in listed if key not in {"letter", "medicines", "supply", "skin"}]
    for key in away.waits():
        returns.settle(home.session, away.journey, key)
    assert away.waits() == []


def test_the_checklist_begins_when_the_resident_is_back(home: LivingHome) -> None:
    person = home.resident(1)
    pack = transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall"))
    with pytest.raises(UserError, match="Record first when the resident came back"):
        returns.start(home.session, pack.journey_id)


def test_what_is_typed_is_kept_for_whoever_goes_on(home: LivingHome) -> None:
    away = Away(home, "Senna 7.5 mg")
    returns.keep(home.session, away.journey, {"weight": "6", "skin": "sound"})
    found = returns.start(home.session, away.journey)
    assert found.unfinished is not None
    assert (found.unfinished.author, found.unfinished.typed) == ("Mo Manager", {"weight": "6", "skin": "sound"})
    assert [fact.id for fact in found.medicines] == [away.facts["Senna 7.5 mg"].id]
    away.save(ANSWERED if not found.medicines else replace(ANSWERED, medicines=None))
    assert returns.start(home.session, away.journey).unfinished is None


def test_papers_are_out_of_date_once_the_record_says_otherwise_and_until_new_ones_are_made(home: LivingHome) -> None:
    person = home.resident(1, Allergy("Penicillin"))
    made = transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall"))
    assert returns.out_of_date(home.session, made.journey_id) == ()
    home.clock.advance(timedelta(minutes=9))
    home.fact(person, Allergy("Latex", "rash"))
    assert returns.out_of_date(home.session, made.journey_id) == ("Allergies",)
    transfers.send_to_hospital(home.session, person, TransferReason(situation="a fall"))
    assert returns.out_of_date(home.session, made.journey_id) == ()


def test_what_changed_since_the_pack_is_told_line_by_line_on_screen_and_paper(home: LivingHome) -> None:
    away = Away(home, "Amlodipine 5 mg", "Ramipril 2.5 mg", "Senna 7.5 mg")
    facts = away.facts
    assert returns.what_changed(home.session, away.journey).changes == ()
    letter = (
        returns.compared(facts["Amlodipine 5 mg"], STOPPED, why="low blood pressure"),
        returns.compared(facts["Ramipril 2.5 mg"], CHANGED, name="Ramipril 5 mg", directions="one at night"),
        returns.compared(facts["Senna 7.5 mg"], SAME),
    )
    away.save(replace(ANSWERED, medicines=letter, skin="changed", skin_note="red heel"), finished=True)
    residents.add_fact(home.session, away.person, KeyFact("diet_texture", "Level 2 drinks"))
    found = returns.what_changed(home.session, away.journey)
    assert found.changes is not None
    told = [(each.label, each.name, each.before, each.now) for each in found.changes]
    assert sorted(told[:2]) == [
        ("Medicines", "Amlodipine 5 mg", "one in the morning", ""),
        ("Medicines", "Ramipril 5 mg", "Ramipril 2.5 mg, one in the morning", "Ramipril 5 mg, one at night"),
    ]
    assert ("Food and fluid texture", "", "Not recorded", "Level 2 drinks") in told
    assert {label for label, *_ in told} <= {"Medicines", "Food and fluid texture", "Baseline when well against now"}
    assert found.whys == {"Amlodipine 5 mg": "low blood pressure"}
    pdf = PdfReader(BytesIO(returns.changed_paper(home.session, away.journey)))
    text = " ".join(page.extract_text() for page in pdf.pages)
    for words in (
        "What changed since the pack", "FAMILYB1, John (Mr)", "Compared: pack version 1 of", "STOPPED",
        "low blood pressure", "Ramipril 5 mg", "one at night", "Level 2 drinks", "red heel",
        "Not weighed: too tired", "Record the change of skin under Wounds", "Page 1 of",
    ):  # fmt: skip
        assert words in " ".join(text.split()), words
