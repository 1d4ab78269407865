"""A home after ten years: made here through the program's own first run, then measured.

    python benchmarks/ten_years.py                      # made in a temporary folder, measured, deleted
    python benchmarks/ten_years.py --store DIR          # made in DIR unless it is there already, measured, kept
    python benchmarks/ten_years.py --store DIR --make   # made and nothing else; then: hartwell --store DIR

The store is a real one: SQLCipher file, keyfile, anchor and an account ("mo"; the password is printed), so the window
and every command open on it, and ``hartwell verify`` finds nothing wrong. In it: 60 beds and the 400 residents who had
them, one of them all the ten years; about 23,000 assessments, 219,000 notes of 14 to 33 invented words, residents,
facts, alerts, falls and wounds, each with its signed revision and its audit event, written in the order of time through
the program's own :class:`~app.models.store.Work`; and 2,000,000 measurements in their series. Those that an assessment
took stand behind it as always. The single ones (fluids, bowels, pain, glucose, weights between) are laid out WITHOUT
their two million revisions: those would be another 3 GB that no screen reads.

The rows are the same each time for the same ``--seed``; keys, and with them ciphertext, signatures and hashes, are not.
The home's clock stands at :data:`NOW`. Ratios compare with a peer in the same alternating run, because milliseconds
drift from run to run. Of every time the median and the quickest of the rounds are printed; a goal is compared with the
quickest, which nothing else that runs on the machine can make shorter. The exit code is 1 when one is missed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count as numbers
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PASSWORD = "three quiet words"  # noqa: S105 - of an invented home
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAYS = 3650
BEDS = 60
BLOCK = 30
"""Days of work in one transaction."""
CHUNK = 50_000
MEASUREMENTS = 2_000_000
_SYLLABLES = ("ba", "co", "di", "fa", "gle", "hin", "jo", "ka", "lum", "mo", "ner", "pi", "ro", "sta", "tu", "ven")
_PLAIN = (
    "ate", "half", "lunch", "slept", "well", "walked", "garden", "daughter", "visited", "skin", "intact", "heel", "red",
    "cream", "applied", "refused", "tea", "drank", "fluids", "encouraged", "settled", "cheerful", "tearful", "pain",
    "paracetamol", "given", "effect", "mobile", "frame", "carers", "two", "hoist", "bath", "shower", "hair", "music",
    "choir", "bowels", "opened", "pad", "dry", "cough", "chest", "breathing", "GP", "phoned", "nurse", "dressing",
    "changed", "wound", "smaller", "confused", "evening", "reassured", "glasses", "hearing", "aid", "battery", "new",
    "slippers", "fall", "unwitnessed", "checked", "observations", "stable", "family", "informed", "appetite", "poor",
    "snack", "offered", "weight", "physio", "stairs", "optician", "chiropodist", "church", "bingo", "crossword",
)  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- making


@dataclass(slots=True)
class Person:
    """Somebody who lived here: place from 1, bed, and the days (from the first) of arrival and leaving."""

    place: int
    bed: int
    first: int
    last: int  # the day after the last; DAYS for those who are here
    died: bool
    id: str = ""
    weight: Decimal = Decimal(60)
    wound: Any = None
    heals: int = 0


def stays(chance: random.Random, days: int, beds: int) -> list[Person]:
    """Who had which bed when: one for all the time, the others a year and a half or so each; 400 in ten years."""
    turns = [1] + [7 if bed < 45 else 6 for bed in range(beds - 1)]
    people: list[Person] = []
    for bed, count in enumerate(turns):
        cuts = sorted(chance.sample(range(60, days - 60), count - 1)) if count > 1 else []
        edges = [0, *cuts, days]
        for first, last in pairwise(edges):
            people.append(Person(0, bed, first, last, died=last < days and chance.random() < 0.8))
    people.sort(key=lambda person: (person.first, person.bed))
    for place, person in enumerate(people, start=1):
        person.place = place
        person.weight = Decimal(chance.randint(450, 850)) / 10
    return people


class Gathering:
    """A connection that keeps new revisions and events until there are many, and answers for those meanwhile."""

    def __init__(self, connection: Any, parents: dict[str, str], previous: str) -> None:
        self._connection = connection
        self._parents = parents
        self.previous = previous
        self._revisions: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []

    def execute(self, statement: Any, given: Any = None) -> Any:
        """What :class:`~app.models.store.Work` asks for, from what was gathered; everything else goes through."""
        from app.models import store

        if statement is store._PREVIOUS:
            return _Scalar(self.previous or None)
        if statement is store._PARENT:
            return _Scalar(self._parents.get(given["entity"]))
        if statement is store._ADD_REVISION:
            self.previous = given["hash"]
            self._parents[given["entity_id"]] = given["id"]
            self._revisions.append(given)
            return None
        if statement is store._ADD_EVENT:
            self._events.append(given)
            return None
        return self._connection.execute(statement, given) if given is not None else self._connection.execute(statement)

    def flush(self) -> None:
        """Write what was gathered."""
        from app.models import store

        for statement, rows in ((store._ADD_REVISION, self._revisions), (store._ADD_EVENT, self._events)):
            if rows:
                self._connection.execute(statement, rows)
                rows.clear()


@dataclass(frozen=True, slots=True)
class _Scalar:
    value: Any

    def scalar(self) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class Variant:
    """An assessment as the program itself scores it, to be dated anew: its body, outcome and measurements."""

    body: Mapping[str, Any]
    outcome: Any
    due_in: int | None
    measured: tuple[Any, ...]


_ON = date(2020, 3, 2)
_FALL_SIGNS = (
    "intense_pain", "suspected_collapse", "trauma_head_neck_back", "unusual_behaviour",
    "marked_breathing_difficulty_or_chest_pain", "bleeding_freely", "loss_of_consciousness", "evidence_of_fracture",
    "fast_abnormal", "head_struck_or_unwitnessed", "on_anticoagulant_or_antiplatelet",
)  # fmt: skip


def variants(chance: random.Random) -> dict[str, list[Variant]]:
    """Forty of each instrument, through the program's own forms and rules."""
    return {code: [_variant(code, answers) for answers in given] for code, given in _answers(chance).items()}


def _variant(code: str, answers: dict[str, object]) -> Variant:
    import json

    from app.domain import codec, questionnaire
    from app.domain.instruments import registry
    from app.domain.observations import measured_by
    from app.services import assessments

    form = assessments.form(code)
    checked = questionnaire.check_answers(form, answers)
    gathered = questionnaire.gather(checked, form)
    outcome = registry.score(code, gathered, _ON)
    response = questionnaire.response(form, checked, subject="", authored=NOW, author="")
    body = {
        "instrument": code, "response": codec.parse(json.dumps(response)), "answers": assessments._plain(gathered),
        "outcome": assessments.outcome_plain(outcome), "note": "", "unable": {}, "about": "",
    }  # fmt: skip
    due_in = (outcome.next_due - _ON).days if outcome.next_due else None
    return Variant(body, outcome, due_in, measured_by(code, gathered))


def _answers(chance: random.Random) -> dict[str, list[dict[str, object]]]:
    def must() -> dict[str, object]:
        weight = Decimal(chance.randint(420, 880)) / 10
        return {
            "height_m": Decimal(chance.randint(150, 178)) / 100, "weight_kg": weight,
            "previous_weight_kg": weight + Decimal(chance.randint(-20, 40)) / 10, "acutely_ill_no_intake_5d": False,
        }  # fmt: skip

    serial = numbers()

    def news2() -> dict[str, object]:
        ill = next(serial) % 12 == 0
        return {
            "resp_rate": chance.randint(25, 28) if ill else chance.randint(12, 20),
            "spo2": chance.randint(91, 94) if ill else chance.randint(95, 99), "spo2_scale": 1, "on_oxygen": False,
            "systolic": chance.randint(108, 168), "pulse": chance.randint(58, 96), "consciousness": "A",
            "temp_c": Decimal(chance.randint(358, 388 if ill else 374)) / 10,
        }  # fmt: skip

    def waterlow() -> dict[str, object]:
        return {
            "sex": chance.choice("MF"), "age_years": chance.randint(72, 98), "build": "average",
            "skin": chance.choice((["healthy"], ["dry"], ["tissue_paper", "dry"])), "mst_weight_lost": "no",
            "mst_poor_appetite": chance.random() < 0.3, "continence": chance.choice(("urine", "both")),
            "mobility": chance.choice(("restricted", "chairbound")), "tissue_malnutrition": [],
            "neurological_points": 0, "surgery": "none", "medication_points": 0,
        }  # fmt: skip

    def four_at() -> dict[str, object]:
        mistakes = chance.randint(0, 2)
        return {"alertness": "normal", "amt4_mistakes": mistakes, "months_backwards": 7 - mistakes,
                "acute_change": False}  # fmt: skip

    def falls() -> dict[str, object]:
        from app.domain.instruments.falls_multifactorial import DOMAINS

        return dict.fromkeys(DOMAINS, "no_concern")

    def about_me() -> dict[str, object]:
        return {
            "preferred_name": "John", "completed_on": "2020-03-02", "consent_to_share": True,
            "what_matters": "A proper cup of tea, and being asked before anything is done.",
            "life_so_far": "Worked at the post office, kept bees, sang in the choir.",
            "communication": "Speak clearly on my left side.", "helped_by": "Cass Coltsfoot",
        }  # fmt: skip

    def abbey() -> dict[str, object]:
        return {"items": [chance.randint(0, 1) for _ in range(6)]}

    def post_fall() -> dict[str, object]:
        signs: dict[str, object] = dict.fromkeys(_FALL_SIGNS, False)
        return signs | {
            "danger_clear": True,
            "responsive_and_breathing": True,
            "minutes_on_floor": chance.randint(0, 20),
        }

    makers: dict[str, Callable[[], dict[str, object]]] = {
        "must": must, "news2": news2, "waterlow": waterlow, "four_at": four_at, "falls_multifactorial": falls,
        "about_me": about_me, "abbey": abbey, "post_fall": post_fall,
    }  # fmt: skip
    return {code: [make() for _ in range(40)] for code, make in makers.items()}


_EVERY = {
    "news2": 28, "must": 31, "waterlow": 61, "abbey": 182, "falls_multifactorial": 170, "four_at": 365, "about_me": 365,
}  # fmt: skip
"""Days between two of an instrument for one resident."""


class Maker:
    """Writes the ten years into a home that first run has made."""

    def __init__(self, session: Any, seed: int, days: int, beds: int) -> None:
        self.session = session
        self.chance = random.Random(seed)
        self.days = days
        self.people = stays(self.chance, days, beds)
        self.variants = variants(self.chance)
        self.words = _vocabulary(self.chance)
        self.start = NOW.replace(hour=0) - timedelta(days=days)
        self.assessments: dict[int, list[dict[str, Any]]] = {person.place: [] for person in self.people}
        self.measured: dict[int, list[tuple[str, str, str, str, str]]] = {person.place: [] for person in self.people}
        self._notes: list[dict[str, Any]] = []
        self._parents: dict[str, str] = {}
        self._extra: list[tuple[Any, dict[str, Any]]] = []

    def run(self, say: Callable[[str], object]) -> None:
        """All of it, a month's work in each transaction."""
        from sqlalchemy import select

        from app.models import schema
        from app.models.store import Author

        author = Author(self.session.account.user, self.session.unlocked.signer)
        store = self.session.store
        with store.read() as connection:
            revision = schema.revision.c
            previous = connection.execute(select(revision.hash).order_by(revision.seq.desc()).limit(1)).scalar() or ""
        for begin in range(0, self.days, BLOCK):
            with store.write(author, self.start + timedelta(days=begin)) as work:
                gathering = Gathering(work.connection, self._parents, previous)
                work.connection = gathering
                for day in range(begin, min(begin + BLOCK, self.days)):
                    self._day(work, day)
                self._keep_notes(work)
                gathering.flush()
                previous = gathering.previous
            if begin % (BLOCK * 24) == 0:
                say(f"  {begin // 365} years")
        say("  the assessments' lines")
        self._lay_out_assessments(store, author)
        say("  the measurements")
        self._lay_out_measurements(store, author)
        say("  tidying the search index")
        with store.write(author, NOW) as work:
            work.connection.exec_driver_sql("INSERT INTO note_fts(note_fts) VALUES ('optimize')")

    # ------------------------------------------------------------------------------------------- one day of the home

    def _day(self, work: Any, day: int) -> None:
        midnight = self.start + timedelta(days=day)
        for person in self.people:
            if person.first > day or person.last <= day:
                continue
            work.now = midnight + timedelta(hours=8, seconds=person.place)
            if person.first == day:
                self._arrive(work, person)
            for code, every in _EVERY.items():
                if (day - person.first) % every == 0:
                    self._sign(work, person, code, work.now + timedelta(minutes=len(code)))
            if self.chance.random() < 0.004:
                self._fall(work, person, midnight + timedelta(hours=11, seconds=person.place))
            self._skin(work, person, day)
            self._note(work, person, midnight + timedelta(hours=20, seconds=person.place))
            if person.last == day + 1 and person.last < self.days:
                self._leave(work, person, midnight + timedelta(hours=21, seconds=person.place))

    def _arrive(self, work: Any, person: Person) -> None:
        from app.domain.people import (
            Allergy,
            Contact,
            CprDecision,
            CprKind,
            Diagnosis,
            Gender,
            Medicine,
            Need,
            ResidentDetails,
            Stay,
        )
        from app.models import residents as rows

        day, place = work.now.date(), person.place
        man = place % 3 == 1
        details = ResidentDetails(
            key=f"R{place:03d}", family_name=f"{_name(place)}", given_name="John" if man else "Joan",
            date_of_birth=date(1925 + place % 25, 1 + place % 12, 1 + place % 28),
            nhs_number_absent_reason="Invented", title="Mr" if man else "Mrs",
            gender=Gender.MALE if man else Gender.FEMALE, room=str(person.bed + 1), gp_name="Cedar Surgery",
            gp_phone="01632 960110", consent_sharing=True,
        )  # fmt: skip
        made = rows.save_resident(work, None, details)
        person.id = made.id
        bodies = [
            Stay(work.now), Allergy("Penicillin", "rash"), CprDecision(CprKind.DNACPR, day, "Dr P. Practice", "Office"),
            Contact("Sam Sorrel", "niece", "01632 960200", main=True), Diagnosis("Vascular dementia"),
            Diagnosis("Osteoarthritis"), Need("dementia", day), Need("falls", day),
            *(Medicine(f"Invented {n} mg", "one at night", started=day) for n in range(1, 7)),
        ]  # fmt: skip
        for body in bodies:
            rows.save_fact(work, made.id, None, body)

    def _leave(self, work: Any, person: Person, at: datetime) -> None:
        from app.domain.people import FactKind, ResidentId, Stay
        from app.models import residents as rows

        work.now = at
        line = rows.resident(work.connection, ResidentId(person.id))
        assert line is not None
        for fact in rows.facts(work.connection, ResidentId(person.id), FactKind.STAY):
            assert isinstance(fact.body, Stay)
            rows.save_fact(work, ResidentId(person.id), fact.id, replace(fact.body, until=at), reason="Left")
        if person.died:
            details = replace(line.resident.details, died_at=at)
            rows.save_resident(work, line.resident.id, details, reason="Died in the home")

    def _fall(self, work: Any, person: Person, at: datetime) -> None:
        from app.domain.falls import Fall
        from app.domain.people import ResidentId
        from app.models import falls as rows

        work.now = at
        place, activity = self.chance.choice(("bedroom", "lounge")), self.chance.choice(("walking", "getting_up"))
        found = Fall(at, head=False, place=place, activity=activity, witness="nobody", no_injury=True)
        fall = rows.save(work, ResidentId(person.id), found)
        self._sign(work, person, "post_fall", at + timedelta(minutes=4), fall.id)

    def _sign(self, work: Any, person: Person, code: str, at: datetime, about: str = "") -> None:
        from app.domain.codec import instant_text

        variant = self.chance.choice(self.variants[code])
        due = (at.date() + timedelta(days=variant.due_in)).isoformat() if variant.due_in is not None else None
        response = {**variant.body["response"], "subject": {"reference": f"Patient/{person.id}"},
                    "authored": instant_text(at)}  # fmt: skip
        body = {
            **variant.body, "resident_id": person.id, "response": response, "about": about,
            "outcome": {**variant.body["outcome"], "next_due": due},
        }  # fmt: skip
        work.now = at
        entity = work.new_id()
        revised = work.revise(
            "assessment", entity, body, resident_id=person.id, state="signed", valid_at=at, action="sign"
        )
        state = "signed"
        if self.chance.random() < 0.01:
            work.now = at + timedelta(minutes=20)
            revised = work.revise(
                "assessment", entity, body, resident_id=person.id, state="amended", valid_at=at, reason="Typing error",
                action="amend",
            )  # fmt: skip
            state = "amended"
        outcome = variant.outcome
        self.assessments[person.place].append({
            "resident_id": person.id, "instrument": code, "at": instant_text(at), "id": entity,
            "revision_id": revised.id, "state": state, "score": None if outcome.score is None else str(outcome.score),
            "band": outcome.band, "severity": outcome.severity.value, "complete": int(outcome.complete),
            "next_due": due, "signed_by": work.author.user, "signed_at": work.at, "latest": 0, "about": about,
        })  # fmt: skip
        for each in variant.measured:
            value = "" if each.value is None else format(each.value, "f")
            self.measured[person.place].append((each.kind, instant_text(at), entity, value, each.detail))
        if outcome.severity.value in ("urgent", "emergency") and code == "news2":
            self._alert(work, person, entity, revised.id)

    def _alert(self, work: Any, person: Person, entity: str, revision: str) -> None:
        from app.models import alerts as rows

        body = rows.AlertBody(
            "deterioration", "urgent", "NEWS2 is high", ("Phone the GP",), "GP: Cedar Surgery", "01632 960110", ("gp",),
            work.now, work.author.user, revision,
        )  # fmt: skip
        raised = rows.save(work, None, person.id, entity, body, outbox_id=None, action="raise")
        called = replace(body, called_at=work.now + timedelta(minutes=9), spoke_to="Dr Patel, GP")
        closed = replace(called, closed_at=work.now + timedelta(hours=5), outcome="Seen, antibiotics")
        rows.save(work, raised, person.id, entity, closed, outbox_id=None, action="close")

    def _skin(self, work: Any, person: Person, day: int) -> None:
        """A wound is found now and then, and closed some weeks later; one at a time for each resident."""
        from app.domain.people import ResidentId
        from app.domain.wounds import HEALED, Closing, Wound, placed
        from app.models import wounds as rows

        if person.wound is None and self.chance.random() < 0.0015:
            site = self.chance.choice(("sacrum", "left_heel", "right_heel", "left_hip"))
            found = Wound(site, *placed(site), "pressure", work.now, "Cal Campion", "Invented")
            line = rows.save(work, ResidentId(person.id), found)
            person.wound, person.heals = line, day + self.chance.randint(20, 90)
        elif person.wound is not None and day >= person.heals:
            closing = Closing(work.now, HEALED)
            line = person.wound
            rows.save(work, line.resident_id, line.wound, closing, wound_id=line.id, action="close")
            person.wound = None

    def _note(self, work: Any, person: Person, at: datetime) -> None:
        from app.domain.codec import instant_text
        from app.models import notes

        text = " ".join(self.chance.choices(self.words[0], cum_weights=self.words[1], k=self.chance.randint(14, 33)))
        work.now = at
        entity = work.new_id()
        body = {"resident_id": person.id, "text": text}
        revised = work.revise(notes.KIND, entity, body, resident_id=person.id, valid_at=at)
        self._notes.append({
            "id": entity, "resident_id": person.id, "at": instant_text(at), "author": work.author.user, "source": "",
            "in_error": 0, "revision_id": revised.id, "text": text,
        })  # fmt: skip

    # ----------------------------------------------------------------------------------------- what screens read from

    def _keep_notes(self, work: Any) -> None:
        from sqlalchemy import insert

        from app.models import schema

        if self._notes:
            work.connection.execute(insert(schema.note), self._notes)
            self._notes = []

    def _lay_out_assessments(self, store: Any, author: Any) -> None:
        from sqlalchemy import insert

        from app.models import schema

        everything = []
        for person in sorted(self.people, key=lambda each: each.id):
            lines = sorted(self.assessments[person.place], key=lambda line: (line["instrument"], line["at"]))
            newest = {(line["instrument"], line["about"]): line for line in lines}
            for line in newest.values():
                line["latest"] = 1
            everything += lines
        with store.write(author, NOW) as work:
            work.connection.execute(insert(schema.assessment), everything)

    def _lay_out_measurements(self, store: Any, author: Any) -> None:
        from sqlalchemy import insert

        from app.models import schema

        add = insert(schema.observation)
        names = ("resident_id", "kind", "at", "id", "value", "detail")
        waiting: list[dict[str, str]] = []
        for person in sorted(self.people, key=lambda each: each.id):
            rows = [*self.measured[person.place], *self._singles(person)]
            rows.sort()
            waiting += [dict(zip(names, (person.id, *row), strict=True)) for row in rows]
            if len(waiting) >= CHUNK:
                with store.write(author, NOW) as work:
                    work.connection.execute(add, waiting)
                waiting = []
        with store.write(author, NOW) as work:
            work.connection.execute(add, waiting)

    def _singles(self, person: Person) -> Iterator[tuple[str, str, str, str, str]]:
        """What was measured by itself: drinks all day, urine, bowels, pain every third day, a weight each week."""
        chance, serial = self.chance, 0
        for day in range(person.first, person.last):
            at = self.start + timedelta(days=day)
            text = at.strftime("%Y-%m-%dT")
            millis = int(at.timestamp() * 1000)
            todo = [("fluid_in_ml", hour) for hour in (8, 10, 12, 15, 17, 20)[: 5 + (chance.random() < _SIXTH)]]
            todo += [("fluid_out_ml", hour) for hour in (7, 14)] + [("bowel_type", 9)] * (chance.random() < 0.7)
            todo += [("pain_nrs", 11)] * (day % 3 == 0) + [("weight_kg", 10)] * (day % 7 == 0)
            for kind, hour in todo:
                serial += 1
                value = _VALUES[kind](chance)
                stamp = f"{millis + hour * 3_600_000 + serial % 1000:012x}"
                code = chance.getrandbits(62)
                tail = f"{(code >> 48) | 0x8000:04x}-{code & 0xFFFFFFFFFFFF:012x}"
                name = f"{stamp[:8]}-{stamp[8:]}-7{serial & 0xFFF:03x}-{tail}"
                yield kind, f"{text}{hour:02d}:{serial % 60:02d}:00.000Z", name, value, ""


_SIXTH = 0.6
_VALUES: Mapping[str, Callable[[random.Random], str]] = {
    "fluid_in_ml": lambda chance: str(chance.randrange(50, 301, 10)),
    "fluid_out_ml": lambda chance: str(chance.randrange(100, 501, 10)),
    "bowel_type": lambda chance: str(chance.randint(1, 7)),
    "pain_nrs": lambda chance: str(chance.randint(0, 6)),
    "weight_kg": lambda chance: f"{chance.randint(450, 850) / 10:.1f}",
}


def _name(place: int) -> str:
    """An invented family name, different for each place up to 4,096."""
    return "".join(_SYLLABLES[place >> shift & 15] for shift in (8, 4, 0)).capitalize()


def _vocabulary(chance: random.Random) -> tuple[list[str], list[float]]:
    """About 3,000 words, the first of them used far more often than the last, as in any language."""
    made = {"".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(3000)}
    words = [*_PLAIN, *sorted(made)]
    total, weights = 0.0, []
    for rank in range(len(words)):
        total += 1 / (rank + 10)
        weights.append(total)
    return words, weights


def make(
    folder: Path, say: Callable[[str], object] = print, *, seed: int = 4, days: int = DAYS, beds: int = BEDS
) -> None:
    """Make the home in the folder, which must not hold one."""
    from app.domain.people import Home
    from app.services.clock import SetClock
    from app.services.first_run import HomeSetup, create_home
    from app.services.sign_in import sign_in
    from app.vault import keys

    begun = time.perf_counter()
    before = SetClock(NOW - timedelta(days=days + 1))
    home = Home("Ten Years House", "VN3X2", phone="01632 960100", beds=beds, accredited=((date(2016, 1, 4), None),))
    create_home(folder, HomeSetup(home, "mo", "Mo Manager", "office laptop"), PASSWORD, before, cost=keys.FLOOR)
    session = sign_in(folder, "mo", PASSWORD, before)
    try:
        Maker(session, seed, days, beds).run(say)
    finally:
        session.close()
    size = (folder / "hartwell.db").stat().st_size / 2**20
    say(f"made in {time.perf_counter() - begun:,.0f} s, {size:,.0f} MiB in {folder}; account mo, password: {PASSWORD}")


# ---------------------------------------------------------------------------------------------------------- measuring


@dataclass(frozen=True, slots=True)
class Took:
    """How long the rounds took in milliseconds."""

    median: float
    best: float


@dataclass(frozen=True, slots=True)
class Figure:
    """What is printed: a name, a value with its unit or how long something took, and the goal in milliseconds."""

    name: str
    value: float | Took
    unit: str = ""
    goal: float = 0

    @property
    def met(self) -> bool:
        """Whether the goal was met, or there is none."""
        return not self.goal or not isinstance(self.value, Took) or self.value.best <= self.goal

    def line(self) -> str:
        """As it is printed."""
        if not isinstance(self.value, Took):
            return f"{self.name:<70}{self.value:>14,.2f} {self.unit}"
        verdict = f"   goal <= {self.goal:g} ms: {'met' if self.met else 'MISSED'}" if self.goal else ""
        return f"{self.name:<70}{self.value.median:>10,.2f} ms, best {self.value.best:>8,.2f}{verdict}"


ROUNDS = 15
_RARE = "lunch heel"
_OFTEN = "walked"


def took(work: Callable[[], object], rounds: int = ROUNDS) -> Took:
    """So many runs, after one that does not count."""
    work()
    return _took([_once(work) for _ in range(rounds)])


def _took(times: Sequence[float]) -> Took:
    return Took(statistics.median(times), min(times))


def _once(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def measure(folder: Path) -> int:
    """Measure and print; whether every goal was met is the exit code."""
    from app.services.clock import SetClock
    from app.services.sign_in import sign_in

    session = sign_in(folder, "mo", PASSWORD, SetClock(NOW))
    try:
        found = [
            *_contents(session),
            *_series(session, folder),
            *_lists(session),
            *_search(session, folder),
            *_pages(session),
        ]
    finally:
        session.close()
    for figure in found:
        print(figure.line())
    return 0 if all(figure.met for figure in found) else 1


def _contents(session: Any) -> Iterator[Figure]:
    tables = ("resident", "observation", "assessment", "note", "alert", "fall", "wound", "revision", "event")
    with session.read() as connection:
        for table in tables:
            count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608 - our own names
            yield Figure(f"rows of {table}", float(count))
    yield Figure("size of the file", session.store.path.stat().st_size / 2**20, "MiB")


def _key(session: Any) -> str:
    from app.vault import keys

    return keys.sqlcipher_key(session.data_key, session.store.id)


def longest_here(session: Any) -> str:
    """The id of the resident who has been here for all the ten years."""
    query = "SELECT resident_id FROM assessment GROUP BY resident_id ORDER BY count(*) DESC LIMIT 1"
    with session.read() as connection:
        return str(connection.exec_driver_sql(query).scalar())


_IN_ORDER_OF_ARRIVAL = """
SELECT resident_id, kind, at, id, value, detail FROM observation
WHERE kind IN ('pain_nrs', 'weight_kg', 'bowel_type', 'resp_rate', 'pulse', 'systolic', 'temp_c') ORDER BY at, id
"""
_SERIES = "SELECT at, value, detail, id FROM {} WHERE resident_id = ? AND kind = ? ORDER BY at, id"


def _series(session: Any, folder: Path) -> Iterator[Figure]:
    """Ten years of one series on a connection that has read nothing yet, beside the same from a table in the order in
    which the measurements came, which has an index instead of being clustered."""
    import sqlcipher3.dbapi2 as driver

    from app.models import observations
    from app.models.store import connect_raw

    person, key = longest_here(session), _key(session)
    naive = folder / "naive.db"
    naive.unlink(missing_ok=True)
    made = driver.connect(str(naive), isolation_level=None)
    made.execute(f"PRAGMA key = \"x'{key}'\"")
    made.execute("CREATE TABLE plain (resident_id TEXT, kind TEXT, at TEXT, id TEXT, value TEXT, detail TEXT)")
    made.execute("CREATE INDEX ix ON plain (resident_id, kind, at)")
    store = connect_raw(session.store.path, key)
    made.execute("BEGIN")
    made.executemany("INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?)", store.execute(_IN_ORDER_OF_ARRIVAL))
    made.execute("COMMIT")
    made.close()
    store.close()

    def fresh(path: Path, table: str, kind: str) -> tuple[float, int]:
        connection = connect_raw(path, key)
        try:
            begun = time.perf_counter()
            count = len(connection.execute(_SERIES.format(table), (person, kind)).fetchall())
            return 1000 * (time.perf_counter() - begun), count
        finally:
            connection.close()

    for kind in ("pain_nrs", "weight_kg"):
        ours, theirs, count = [], [], 0
        for _ in range(ROUNDS):
            time_taken, count = fresh(session.store.path, "observation", kind)
            ours.append(time_taken)
            theirs.append(fresh(naive, "plain", kind)[0])
        yield Figure(f"ten years of {kind}, {count:,} points, cold", _took(ours), goal=1.5)
        ratio = statistics.median(ours) / statistics.median(theirs)
        yield Figure("  as a ratio to a table in the order of arrival", ratio, "x")
    naive.unlink()
    with session.read() as connection:
        whole = took(lambda: observations.series(connection, person, "pain_nrs"))
    yield Figure("the same as readings through the model, warm", whole)


def _lists(session: Any) -> Iterator[Figure]:
    from app.models import assessments as rows
    from app.models import residents as resident_rows
    from app.services import assessments, residents
    from app.ui.pages.today.load import load_today

    with session.read() as connection:
        raw: Any = connection.connection.driver_connection
        living, board, due = _compiled()

        def asked(statement: tuple[str, dict[str, Any]]) -> Took:
            return took(lambda: raw.execute(*statement).fetchall())

        here = [line.id for line in resident_rows.living(connection, NOW)]
        yield Figure("who lives here, in SQL, warm", asked(living))
        yield Figure("latest results of all who live here, in SQL, warm", asked(board), goal=5)
        yield Figure("what is due and for whom, in SQL, warm", asked(due), goal=5)
        yield Figure("the board through the model", took(lambda: rows.board(connection, here)))
    yield Figure("the due list through the service", took(lambda: assessments.due(session)), goal=25)
    yield Figure("the list of residents through the service", took(lambda: residents.find_residents(session)), goal=50)
    yield Figure("everything of the first page", took(lambda: load_today(session)))


def _compiled() -> list[tuple[str, dict[str, Any]]]:
    """The statements themselves: the living; their newest results; of these what is due by today."""
    from sqlalchemy import select
    from sqlalchemy.dialects import sqlite

    from app.models import residents as resident_rows
    from app.models import schema

    r, a = schema.resident.c, schema.assessment.c
    living = select(r.id).where(resident_rows.living_at(NOW))
    board = select(a.resident_id, a.instrument, a.at, a.next_due, a.about).where(
        a.latest == 1, a.resident_id.in_(living)
    )
    due = board.where(a.next_due <= NOW.date().isoformat())
    found = []
    for query in (living, board, due):
        made = query.compile(dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
        found.append((str(made), dict(made.params)))
    return found


def _alternating(one: Any, other: Any, statement: str, given: dict[str, Any]) -> tuple[Took, Took]:
    """The times of the statement on both connections, asked in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS + 1):
        for connection, into in ((one, times[0]), (other, times[1])):
            begun = time.perf_counter()
            connection.execute(statement, given).fetchall()
            into.append(1000 * (time.perf_counter() - begun))
    return _took(times[0][1:]), _took(times[1][1:])


def _search(session: Any, folder: Path) -> Iterator[Figure]:
    """Search, beside the same rows and index in a file without a key, in one alternating run."""
    import sqlcipher3.dbapi2 as driver

    from app.models import notes as rows
    from app.models.store import connect_raw
    from app.services import notes

    plain = folder / "plain.db"
    for path in folder.glob("plain.db*"):
        path.unlink()
    keyed = connect_raw(session.store.path, _key(session))
    keyed.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
    columns = "id TEXT, resident_id TEXT, at TEXT, author TEXT, source TEXT, in_error INT, revision_id TEXT, text TEXT"
    keyed.execute(f"CREATE TABLE plain.note (n INTEGER PRIMARY KEY, {columns})")
    keyed.execute("INSERT INTO plain.note SELECT * FROM main.note")
    keyed.execute("DETACH DATABASE plain")
    bare = driver.connect(str(plain), isolation_level=None)
    bare.execute("PRAGMA cache_size = -65536")
    bare.execute(
        "CREATE VIRTUAL TABLE note_fts USING fts5(text, content='note', content_rowid='n', tokenize='unicode61')"
    )
    bare.execute("INSERT INTO note_fts(note_fts) VALUES ('rebuild')")
    bare.execute("INSERT INTO note_fts(note_fts) VALUES ('optimize')")
    person = longest_here(session)
    for words, one, ranked, name, goal in (
        (_RARE, False, False, "two words, the newest 50", 3.0),
        (_OFTEN, False, False, "one frequent word, the newest 50", 3.0),
        (_RARE, False, True, "two words, the best 50", 40.0),
        (_OFTEN, False, True, "one frequent word, the best 50", 0.0),
        (_RARE, True, False, "two words, one resident, the newest 50", 0.0),
    ):
        statement = str(rows._SEARCHES[one, ranked].text)
        given: dict[str, Any] = {"words": notes._query(words), "limit": 50, "before": 1 << 62, "resident": person}
        ours, theirs = _alternating(keyed, bare, statement, given)
        yield Figure(f"search of the notes: {name}, in SQL, warm", ours, goal=goal)
        yield Figure("  as a ratio to the same without a key", ours.median / theirs.median, "x")
    keyed.close()
    bare.close()
    plain.unlink()
    yield Figure("search through the service, its audit event committed", took(lambda: notes.search(session, _RARE)))


def _pages(session: Any) -> Iterator[Figure]:
    from app.domain.people import ResidentId
    from app.services import residents, timeline

    person = ResidentId(longest_here(session))
    middle = NOW - timedelta(days=DAYS // 2)
    opened = took(lambda: residents.open_resident(session, person))
    yield Figure("the resident page's whole read, the view committed", opened, goal=60)
    yield Figure("the same read again", took(lambda: residents.read_again(session, person)))
    newest = took(lambda: timeline.timeline(session, person))
    yield Figure("the timeline's newest 50 of ten years", newest, goal=30)
    older = took(lambda: timeline.timeline(session, person, before=middle))
    yield Figure("the timeline's 50 from five years ago", older, goal=30)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is asked for, measure, print; whether every goal was met is the exit code."""
    parser = argparse.ArgumentParser(description="A home after ten years, made and measured.")
    parser.add_argument("--store", type=Path, help="keep it in this folder, or use the one that is there")
    parser.add_argument("--make", action="store_true", help="make it and measure nothing")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--days", type=int, default=DAYS, help="fewer, for a quick look")
    asked = parser.parse_args(arguments)
    folder = asked.store or Path(tempfile.mkdtemp(prefix="hartwell-ten-years-")) / "store"
    try:
        if not (folder / "hartwell.db").exists():
            make(folder, seed=asked.seed, days=asked.days)
        return 0 if asked.make else measure(folder)
    finally:
        if asked.store is None:
            shutil.rmtree(folder.parent, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
