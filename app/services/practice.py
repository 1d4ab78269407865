"""The practice home: 45 invented residents with some weeks of history, and a practice CCG that answers.

Built through the same use cases as a real home, with a clock that is moved from day to day, so that everything in it is
as it would be had it been recorded then. The same day gives the same home; only keys and identifiers differ.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from app.domain.charts.body import centre_of
from app.domain.clock import Clock
from app.domain.dates import LONDON, age_years, to_local, to_utc, week_start
from app.domain.falls import Injury, timetable
from app.domain.instruments.falls_multifactorial import DOMAINS
from app.domain.instruments.registry import all_instruments
from app.domain.nhs import is_nhs_number
from app.domain.people import (
    Allergy,
    ChampionPost,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    FactBody,
    FactKind,
    Gender,
    Home,
    Medicine,
    Need,
    ResidentDetails,
    ResidentId,
    Role,
    StaffDetails,
    Stay,
)
from app.domain.transfer import time_critical_kind
from app.domain.wounds import Wound
from app.models.residents import facts as resident_facts
from app.services import (
    accounts,
    alerts,
    assessments,
    cga,
    falls,
    first_run,
    observations,
    permission,
    practice_ccg,
    practice_hospital,
    practice_premium,
    premium,
    residents,
    sign_in,
    staff,
    sync,
    wounds,
)
from app.services.clock import SetClock
from app.services.session import Session
from app.vault import keys

USER = "mo"
PASSWORD = "practice makes perfect"  # noqa: S105 - published: a practice home protects nobody
ACCOUNTS = (("mo", Role.MANAGER), ("nia", Role.NURSE), ("cass", Role.CHAMPION), ("cal", Role.CARER))
"""The practice home's accounts; all have the same password."""
_WEEKS = 6
_SEED = 2016

_FAMILY = (
    "Alderfly", "Bramblebee", "Cornflower", "Dunnock", "Eiderdown", "Fieldfare", "Goldcrest", "Hawfinch", "Ivyleaf",
    "Jackdaw", "Kingcup", "Lapwing", "Mistletoe", "Nuthatch", "Oxeye", "Pipistrelle", "Quickthorn", "Redpoll",
    "Sandpiper", "Thistledown", "Umberwing", "Velvetleaf", "Whinchat", "Yellowhammer", "Zephyrbell", "Applegarth",
    "Bluethroat", "Chiffchaff", "Dragonfly", "Elderberry", "Foxglove", "Greenshank", "Honeysuckle", "Inkcap",
    "Juniperberry", "Kestrelwood", "Linnetsong", "Marigold", "Nightjar", "O'Starling", "Peregrine", "Ragwort",
    "Siskin-Wren", "Turnstone", "Waxwing",
)  # fmt: skip
_WOMEN = (
    "Ada", "Beryl", "Constance", "Doris", "Edna", "Florence", "Gladys", "Hilda", "Ivy", "Joan", "Kathleen", "Lilian",
    "Mabel", "Nora", "Olive", "Phyllis", "Queenie", "Ruby", "Sylvia", "Thelma", "Una", "Vera", "Winifred", "Yvonne",
    "Zoë", "Agnes", "Brenda", "Cicely", "Daphne",
)  # fmt: skip
_MEN = (
    "Albert", "Bernard", "Cyril", "Desmond", "Ernest", "Frank", "George", "Harold", "Ivor", "Jack", "Kenneth",
    "Leonard", "Maurice", "Norman", "Oswald", "Percy",
)  # fmt: skip
# Which residents have which needs, by their place in the list: twelve have two or more premium areas.
_NEEDS: dict[int, tuple[str, ...]] = {
    0: ("dementia", "falls"), 3: ("nutrition", "falls", "dementia"), 6: ("dementia", "nutrition"),
    9: ("falls", "respiratory"), 12: ("wound", "nutrition", "dementia"), 15: ("wound", "falls"),
    18: ("dementia", "end_of_life"), 21: ("falls", "nutrition"), 24: ("neurological", "falls"),
    27: ("nutrition", "continence"), 30: ("dementia", "falls", "nutrition"), 33: ("wound", "dementia", "falls"),
    36: ("continence", "respiratory"), 39: ("dementia", "engagement"), 42: ("falls",), 5: ("nutrition",),
    11: ("wound",), 20: ("dementia",),
}  # fmt: skip
_DIAGNOSES = {
    "dementia": "Alzheimer's disease",
    "falls": "Recurrent falls",
    "nutrition": "Unintended weight loss",
    "wound": "Peripheral vascular disease",
    "respiratory": "COPD",
    "end_of_life": "Advanced heart failure",
    "neurological": "Parkinson's disease",
    "continence": "Urinary incontinence",
}
_OTHER_DIAGNOSES = ("Hypertension", "Type 2 diabetes", "Osteoarthritis", "Atrial fibrillation", "Hypothyroidism")
_MEDICINES = {
    "dementia": ("Donepezil 10 mg", "at night"),
    "neurological": ("Co-careldopa 25/100 mg", "four times a day, on time"),
    "respiratory": ("Tiotropium 18 micrograms", "inhaled once a day"),
    "end_of_life": ("Furosemide 40 mg", "every morning"),
}
_OTHER_MEDICINES = (
    ("Paracetamol 1 g", "four times a day"), ("Amlodipine 5 mg", "once a day"), ("Apixaban 5 mg", "twice a day"),
    ("Metformin 500 mg", "twice a day with food"), ("Levothyroxine 50 micrograms", "every morning"),
    ("Colecalciferol 800 units", "once a day"), ("Macrogol sachet", "once a day when needed"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Person:
    """A practice resident while the home is being built."""

    place: int
    id: ResidentId
    details: ResidentDetails
    needs: tuple[str, ...]
    weight: Decimal
    height: Decimal


def build(store_dir: Path, clock: Clock, say: Callable[[str], None] = lambda _: None) -> Session:
    """Make the practice home and sign in its manager. ``say`` is told what is being done, a line at a time.

    Raises as :func:`app.services.first_run.create_home` does when there are records in the folder already.
    """
    now = clock.now()
    today = to_local(now).date()
    monday = week_start(today)
    past = SetClock(_local(monday - timedelta(weeks=_WEEKS), 9))
    say("Making the practice home: keys and store")
    setup = first_run.HomeSetup(_home(), USER, "Mo Manager", "practice laptop")
    first_run.create_home(store_dir, setup, PASSWORD, past, cost=keys.FLOOR)
    session = sign_in.sign_in(store_dir, USER, PASSWORD, past)
    for tool in all_instruments():
        if tool.needs_permission or tool.optional:
            permission.permit(session, tool.code, note="Practice home: for practising only, with invented residents")
    chance = random.Random(_SEED)  # noqa: S311 - invented facts, the same each time
    say("Staff, champions and accounts")
    sync.connect(session, practice_ccg.connection(store_dir, session.now), PASSWORD)
    _staff(session, today)
    say("45 invented residents")
    people = _residents(session, chance, today)
    practice_hospital.prepare(session, {person.place: person.id for person in people})
    for weeks_ago in range(_WEEKS, 0, -1):
        start = monday - timedelta(weeks=weeks_ago)
        say(f"{weeks_ago} week{'' if weeks_ago == 1 else 's'} ago")
        _week_of_care(session, past, chance, people, start, weeks=_WEEKS - weeks_ago)
        if weeks_ago > 1:
            past.at = _local(start + timedelta(days=7), 10)
            premium.submit(session, start, PASSWORD)
        sync.sync_now(session)
    say("This week")
    _this_week(session, past, people, now)
    practice_premium.record(session, {person.place: person.id for person in people}, now)
    session.clock = clock
    return session


def _home() -> Home:
    return Home(
        name="Practice House",
        ods="VN3X2",
        cqc_location="1-999999999",
        address=("1 Practice Lane", "Ware"),
        postcode="SG12 9ZZ",
        phone="01632 960100",
        email="practice.house@example.nhs.uk",
        beds=45,
        locality="Lower Lea Valley",
        kind="residential",
        accredited=((date(2016, 1, 4), None),),
        practice=True,
        phones=(
            ("homefirst", "01632 960101"),
            ("dietetics", "01632 960102"),
            ("tissue-viability", "01632 960103"),
            ("community-nurse", "01632 960104"),
            ("ccg-quality", "01632 960105"),
        ),
    )


def _staff(session: Session, today: date) -> None:
    """Champions of every pathway but wound; the falls champion leaves in five weeks."""
    started = _local(today - timedelta(days=900), 9)
    leaving = _local(today + timedelta(days=35), 9)
    people = (
        ("nia", "Nia Nightingale", Role.NURSE, ("health",), None),
        ("cass", "Cass Coltsfoot", Role.CHAMPION, ("dementia", "engagement"), None),
        ("dee", "Dee Dragonwell", Role.CHAMPION, ("dementia",), None),
        ("fay", "Fay Fernleaf", Role.CHAMPION, ("falls",), leaving),
        ("ned", "Ned Nettlebed", Role.CHAMPION, ("nutrition",), None),
        ("cal", "Cal Campion", Role.CARER, (), None),
        ("sal", "Sal Sorrel", Role.CARER, (), None),
    )
    roles = dict(ACCOUNTS)
    for number, (key, name, role, pathways, leaves) in enumerate(people):
        saved = staff.add_staff(session, StaffDetails(key, name, role, "", started, leaves))
        for pathway in pathways:
            post = ChampionPost(
                pathway, today - timedelta(days=400), today + timedelta(days=330), f"HC-{pathway[:2].upper()}-{number}",
                "Practice training provider", started, leaves,
            )  # fmt: skip
            staff.appoint(session, saved.staff_id, post)
        if key in roles:
            accounts.add_practice_account(session, saved.staff_id, key, roles[key], PASSWORD)


def _residents(session: Session, chance: random.Random, today: date) -> list[_Person]:
    people = []
    for place, family in enumerate(_FAMILY):
        man = place % 3 == 1
        given = _MEN[place // 3 % len(_MEN)] if man else _WOMEN[place * 2 // 3 % len(_WOMEN)]
        born = today.replace(day=1) - timedelta(days=365 * chance.randint(72, 99) + chance.randint(0, 364))
        details = ResidentDetails(
            key=f"R{place + 1:02d}",
            family_name=family,
            given_name=given,
            date_of_birth=born,
            nhs_number=_nhs_number(place) if place != 44 else None,
            nhs_number_absent_reason="" if place != 44 else "Moved from abroad, number applied for",
            title=("Mr" if man else chance.choice(("Mrs", "Miss"))),
            preferred_name=given[:3] if place % 7 == 2 else "",
            gender=Gender.MALE if man else Gender.FEMALE,
            room=str(place + 1),
            gp_code="E82999",
            gp_name="Practice Surgery",
            gp_phone="01632 960110",
            consent_sharing=None if place % 11 == 10 else True,
        )
        arrived = _local(today - timedelta(days=chance.randint(90, 1500)), 11)
        saved = residents.add_resident(session, details, stay_since=arrived)
        needs = _NEEDS.get(place, ())
        for body in _facts(place, needs, chance, today):
            residents.add_fact(session, saved.resident_id, body)
        height = Decimal(chance.randint(150, 182)) / 100
        bmi = Decimal("18.2") if "nutrition" in needs else Decimal(chance.randint(21, 28))
        weight = (bmi * height * height).quantize(Decimal("0.1"))
        people.append(_Person(place, saved.resident_id, details, needs, weight, height))
    return people


def _facts(place: int, needs: tuple[str, ...], chance: random.Random, today: date) -> list[FactBody]:
    bodies: list[FactBody] = []
    if place % 3 == 0:
        bodies.append(Allergy("Penicillin", "rash"))
    elif place % 3 == 1:
        bodies.append(Allergy(none_known=True))
    bodies += [Diagnosis(_DIAGNOSES[need], today - timedelta(days=700)) for need in needs if need in _DIAGNOSES]
    bodies += [Diagnosis(text) for text in chance.sample(_OTHER_DIAGNOSES, 2)]
    medicines = [_MEDICINES[need] for need in needs if need in _MEDICINES]
    medicines += chance.sample(_OTHER_MEDICINES, chance.randint(2, 5))
    bodies += [Medicine(name, how, time_critical=bool(time_critical_kind(name))) for name, how in medicines]
    if place % 4 == 0:
        decided = today - timedelta(days=200 + place)
        review = decided + timedelta(days=365)
        bodies.append(CprDecision(CprKind.DNACPR, decided, "Dr P. Practice", "Front of the care folder", review))
    elif place % 4 == 1:
        bodies.append(CprDecision(CprKind.RESPECT, today - timedelta(days=90), "Dr P. Practice", "Bedroom, top drawer"))
    elif place % 4 == 2:
        bodies.append(CprDecision(CprKind.ATTEMPT))
    relation = chance.choice(("daughter", "son", "niece", "friend"))
    bodies.append(Contact(f"Sam {_FAMILY[place]}", relation, f"01632 9602{place:02d}", main=True))
    since = today - timedelta(days=300)
    bodies += [Need(area, since, why="Recorded at the care review") for area in needs]
    if place == 21:
        bodies.append(ChcPeriod(today - timedelta(days=120)))
    return bodies


def _week_of_care(
    session: Session, past: SetClock, chance: random.Random, people: list[_Person], start: date, *, weeks: int
) -> None:
    """One week's assessments, in the order of the clock: everybody in the first week, then what falls due."""
    for day in range(7):
        for hour, person in enumerate(p for p in people if p.place % 7 == day):
            past.at = _local(start + timedelta(days=day), 8 + hour)
            _assess(session, chance, person, start, weeks=weeks)
        if weeks == _WEEKS - 1 and day == 1:
            back = next(person for person in people if person.place == practice_hospital.BACK)
            practice_hospital.there_and_back(session, past, back.id, past.at)
    for alert in alerts.standing(session):
        alerts.record_call(session, alert.id, spoke_to=alert.phone_who)
        alerts.close(session, alert.id, outcome="Advice given and added to the care plan")


def _assess(session: Session, chance: random.Random, person: _Person, today: date, *, weeks: int) -> None:
    """What falls due for a resident in a week: everything in the first, the monthly ones four weeks later."""
    first, monthly = weeks == 0, weeks % 4 == 0
    if monthly or ("nutrition" in person.needs and chance.random() < 0.5):
        _sign(session, person, "must", _must(person, chance))
    if monthly:
        _sign(session, person, "news2", _news2(chance, respiratory="respiratory" in person.needs))
    if (monthly and (first or person.place not in (7, 29))) or "wound" in person.needs:  # two are left to fall overdue
        _sign(session, person, "waterlow", _waterlow(person, today))
    if first:
        _sign(session, person, "falls_multifactorial", _falls(person, today))
        if "dementia" in person.needs:
            _sign(session, person, "four_at", _FOUR_AT)
            _sign(session, person, "abbey", {"items": [0, 1, 0, 0, 0, 1]})
        if person.place % 9 != 8:
            _sign(session, person, "about_me", _about_me(person, today))
    _as_a_person(session, person, today, weeks)
    if first and person.place % 9 != 7:
        _sign(session, person, "cga", _cga(session, person))
    if person.place in (33, 12):
        _wound(session, person, weeks)


def _wound(session: Session, person: _Person, weeks: int) -> None:
    """A pressure ulcer that heals (place 33), and a skin tear that has stopped healing (place 12), week by week."""
    ulcer = person.place == 33
    if weeks == 0:
        site = "sacrum" if ulcer else "left_shin"
        view, x, y = centre_of(site)
        cause = "pressure" if ulcer else "skin_tear"
        wound = Wound(site, view, x, y, cause, session.now(), "Nia Nightingale")
        added = wounds.add(session, person.id, wound).wound_id
        wounds.classify(session, added, {"skin": "broken", "depth": "partial"} if ulcer else {"flap_loss": "partial"})
    found = wounds.wounds(session, person.id, again=True).rows[0].id
    smaller = Decimal("0.3") * weeks if ulcer else Decimal("0.1") * min(weeks, 1)
    wounds.review(session, found, {
        "length_cm": Decimal("4.0") - smaller, "width_cm": Decimal("3.0") - smaller, "tissue": ["granulating"],
        "infection": "none", "moisture": "moist", "exudate": "clear", "pain": 2, "odour": "none",
        "surrounding_skin": ["fragile"], "dressing": "Foam border dressing",
        "next_change": (to_local(session.now()).date() + timedelta(days=4)).isoformat(),
        **({"edge": "advancing"} if ulcer else {"edge": "not_advancing", "same_at_last_review": weeks > 0}),
    })  # fmt: skip


def _charts(session: Session, people: list[_Person], now: datetime) -> None:
    """Drinks, stools and weights of the last days, for the residents whose charts are kept."""
    by_place = {person.place: person for person in people}
    drinks = (
        (7, 200, "Tea"), (9, 150, "Water"), (11, 180, "Coffee"), (13, 150, "Squash"), (16, 200, "Tea"),
        (20, 150, "Milk"),
    )  # fmt: skip
    for place, less in ((9, 60), (3, 0), (27, 40)):
        person = by_place[place]
        for days in (3, 2, 1):
            day = to_local(now).date() - timedelta(days=days)
            for hour, much, what in drinks:
                observations.record(session, person.id, "fluid_in_ml", much - less, detail=what, at=_local(day, hour))
            observations.record(session, person.id, "bowel_type", 4 if place != 27 else 2, at=_local(day, 8))
        observations.record(session, person.id, "weight_kg", person.weight, at=now - timedelta(days=7, hours=3))
    observations.record(session, by_place[9].id, "pain_nrs", 3, at=now - timedelta(hours=5))


def _as_a_person(session: Session, person: _Person, today: date, weeks: int) -> None:
    """What a few residents have besides: memory, behaviour, activities, how frail they are and what they wish."""
    first, now = weeks == 0, session.now()
    dementia = "dementia" in person.needs
    if first and dementia:
        _sign(session, person, "cfs", {"level": 6})
        _sign(session, person, "barthel", {"items": [1, 1, 0, 1, 1, 2, 2, 1, 0, 0]})
    if first and person.place in (27, 36):
        _sign(session, person, "dear_gp", _dear_gp(refers=person.place == 27))
    if person.place == 18 and weeks % 4 == 0:
        _sign(session, person, "needs_code", {"code": "B"})
    if first and person.place == 18:
        _sign(session, person, "preferred_place", {
            "first_choice": "usual_residence", "second_choice": "hospice",
            "stated_on": today.isoformat(), "said_by": "resident", "capacity": "yes",
        })  # fmt: skip
    if person.place == 6 and weeks >= 2:
        for hours in (14, 10):
            _sign(session, person, "abc_chart", _abc(now - timedelta(hours=hours + 29 * (weeks % 3))))
    if person.place == 6 and weeks == 3:
        _sign(session, person, "antipsychotic_review", {
            "started": (today - timedelta(days=60)).isoformat(), "last_review": today.isoformat(),
            "stopped": False, "lewy_body_or_parkinsons": False, "side_effects": ["none"], "clear_benefit": True,
            "target_behaviour": "Hits out at washing time", "consent_or_best_interests": True,
        })  # fmt: skip
    if person.place in (0, 3, 6, 39) and (person.place != 39 or weeks < _WEEKS - 1):
        _sign(session, person, "engagement_log", _activity("creative" if person.place == 3 else "one_to_one"))
    if person.place == 39 and weeks in (0, 5):
        _sign(session, person, "who5", {"items": [2, 3, 2, 3, 2] if first else [3, 3, 3, 3, 3]})


def _this_week(session: Session, past: SetClock, people: list[_Person], now: datetime) -> None:
    """What is open now: somebody in hospital, a death, a resident unwell, drafts not finished."""
    by_place = {person.place: person for person in people}

    def at(hours_ago: int) -> None:
        past.at = max(past.at, now - timedelta(hours=hours_ago))

    def hours_ago(hours: int) -> datetime:
        at(hours)
        return past.at

    practice_hospital.away(session, past, by_place[practice_hospital.AWAY].id, hours_ago(60))
    fullest = by_place[practice_hospital.FULLEST]
    practice_hospital.unwell(session, fullest.id, hours_ago, lambda code, given: _sign(session, fullest, code, given))
    at(50)
    gone = by_place[40]
    died = past.at
    residents.change_resident(session, gone.id, replace(gone.details, died_at=died), reason="Died in the home")
    _end_stay(session, gone.id, died)
    at(30)
    fallen = by_place[42]
    _fell(session, fallen, past.at - timedelta(days=19), minutes=5)
    fell_at = past.at
    _fell(session, fallen, fell_at, minutes=20, seen=False)
    _fell(session, fullest, fell_at, minutes=15)
    _sign(session, fallen, "falls_multifactorial", _falls(fallen, to_local(fell_at).date()))
    for due in timetable(fell_at, head_injury_possible=True, status=lambda _at: "here"):
        if due < now - timedelta(hours=6):
            past.at = due + timedelta(minutes=4)
            _sign(session, fallen, "news2", _WELL)
            _sign(session, fullest, "news2", _WELL)
    at(6)
    practice_hospital.after_the_fall(session, fullest.id)
    _sign(session, fullest, "news2", {
        "resp_rate": 23, "spo2": 93, "spo2_scale": 1, "on_oxygen": False, "systolic": 118, "pulse": 96,
        "consciousness": "A", "temp_c": Decimal("38.2"),
    })  # fmt: skip
    at(4)
    thin = by_place[6]
    _sign(session, thin, "must", {
        "height_m": thin.height, "weight_kg": thin.weight - Decimal("2.0"),
        "previous_weight_kg": thin.weight + Decimal("4.5"), "acutely_ill_no_intake_5d": False,
    })  # fmt: skip
    _sign(session, by_place[0], "engagement_log", _activity("one_to_one"))
    at(3)
    _sign(session, by_place[24], "soft_signs", {
        "signs": ["eating_less"], "can_take_news2": True, "senior_told": "Nia Nightingale",
    })  # fmt: skip
    at(2)
    assessments.save_draft(session, by_place[3].id, "waterlow", {"sex": "F", "age_years": 84, "build": "below_average"})
    assessments.save_draft(session, by_place[15].id, "news2", {"resp_rate": 18, "spo2": 96})
    _charts(session, people, past.at)


def _fell(session: Session, person: _Person, at: datetime, *, minutes: int, seen: bool = True) -> None:
    """A fall without a danger sign, its circumstances and its injury recorded."""
    answers: dict[str, object] = {
        "danger_clear": True, "responsive_and_breathing": True, "intense_pain": False, "suspected_collapse": False,
        "trauma_head_neck_back": False, "unusual_behaviour": False, "marked_breathing_difficulty_or_chest_pain": False,
        "bleeding_freely": False, "loss_of_consciousness": False, "evidence_of_fracture": False, "fast_abnormal": False,
        "head_struck_or_unwitnessed": not seen, "minutes_on_floor": minutes,
        **({} if seen else {"on_anticoagulant_or_antiplatelet": False}),
    }  # fmt: skip
    told = at + timedelta(minutes=40)
    now = session.now()
    fall_id = falls.record(session, person.id, answers, at=at).fall_id
    assessments.sign(session, person.id, "fall_record", {
        "found_at": at, "witness": "staff" if seen else "nobody", "head_struck": "no", "on_blood_thinner": False,
        **({} if seen else {"last_seen": at - timedelta(minutes=minutes)}),
        "injuries": ["bruise"], "first_aid": ["cold_pack"], "lifted_with": "cushion",
        "place": "lounge" if seen else "bathroom", "activity": "getting_up" if seen else "toilet",
        "footwear": "slippers", "aid": "used" if seen else "out_of_reach", "light": "good", "call_bell": "in_reach",
        "duty_of_candour": "done",
        **{f"{who}_told": True for who in ("family", "gp", "manager")},
        **{f"{who}_told_at": min(told, now) for who in ("family", "gp", "manager")},
    }, at=min(told, now), about=fall_id)  # fmt: skip
    view, x, y = centre_of("left_hip")
    falls.mark_injuries(session, fall_id, (Injury(view, "left_hip", x, y, "bruise"),))


def _end_stay(session: Session, resident_id: ResidentId, at: datetime) -> None:
    with session.read() as connection:
        stays = resident_facts(connection, resident_id, FactKind.STAY)
    for fact in stays:
        if isinstance(fact.body, Stay):
            residents.change_fact(session, fact.id, replace(fact.body, until=at), reason="Died in the home")


def _sign(session: Session, person: _Person, code: str, answers: dict[str, object]) -> None:
    assessments.sign(session, person.id, code, answers)


def _must(person: _Person, chance: random.Random) -> dict[str, object]:
    change = Decimal(chance.randint(-4, 6)) / 10
    return {
        "height_m": person.height,
        "weight_kg": person.weight + change,
        "previous_weight_kg": person.weight + Decimal("1.0"),
        "acutely_ill_no_intake_5d": False,
    }


def _news2(chance: random.Random, *, respiratory: bool) -> dict[str, object]:
    return {
        "resp_rate": chance.randint(14, 20),
        "spo2": chance.randint(89, 91) if respiratory else chance.randint(96, 98),
        "spo2_scale": 2 if respiratory else 1,
        "on_oxygen": False,
        "systolic": chance.randint(116, 158),
        "pulse": chance.randint(62, 88),
        "consciousness": "A",
        "temp_c": Decimal(chance.randint(362, 374)) / 10,
    }


def _waterlow(person: _Person, today: date) -> dict[str, object]:
    wound = "wound" in person.needs
    return {
        "sex": "M" if person.details.gender is Gender.MALE else "F",
        "age_years": age_years(person.details.date_of_birth, today),
        "build": "below_average" if "nutrition" in person.needs else "average",
        "skin": ["tissue_paper", "dry"] if wound else ["healthy"],
        "mst_weight_lost": "no",
        "mst_poor_appetite": "nutrition" in person.needs,
        "continence": "both" if wound else ("urine" if "continence" in person.needs else "complete_or_catheterised"),
        "mobility": "chairbound" if wound else "restricted",
        "tissue_malnutrition": ["pvd"] if wound else [],
        "neurological_points": 0,
        "surgery": "none",
        "medication_points": 0,
    }


def _falls(person: _Person, today: date) -> dict[str, object]:
    answers: dict[str, object] = dict.fromkeys(DOMAINS, "no_concern")
    if "falls" in person.needs:
        for domain, action in (("gait_balance", "Frame at hand, refer to physiotherapy"),
                               ("vision_hearing", "Optician visit, glasses cleaned daily")):  # fmt: skip
            answers |= {
                domain: "concern",
                f"{domain}_action": action,
                f"{domain}_owner": "Fay Fernleaf",
                f"{domain}_by": (today + timedelta(days=28)).isoformat(),
            }
    return answers


def _about_me(person: _Person, today: date) -> dict[str, object]:
    return {
        "preferred_name": person.details.preferred_name or person.details.given_name,
        "completed_on": today.isoformat(),
        "consent_to_share": True,
        "what_matters": "My family's visits, a proper cup of tea, and being asked before anything is done.",
        "knows_me_best": f"Sam {person.details.family_name}",
        "life_so_far": "Worked at the post office, kept bees, sang in the choir.",
        "hobbies": "Birds at the window, crosswords, old films.",
        "worries_and_comfort": "Being hurried worries me. Sit down, use my name, give me time.",
        "communication": "Speak clearly on my left side. I wear glasses for reading.",
        "mobility": "I walk with a frame and one person beside me.",
        "sleep": "I sleep best with the door ajar and a lamp on.",
        "eating_drinking": "Soft food, small helpings, and a beaker with a lid.",
        "helped_by": "Cass Coltsfoot",
    }


def _dear_gp(*, refers: bool) -> dict[str, object]:
    return {
        "agreed": "consents",
        "known_diagnosis": False,
        "sudden_change": False,
        "observations": ["memory", "orientation"] if refers else ["mood"],
        "examples": "Asks several times a day where the dining room is. Put the post in the oven on 3 occasions.",
        "duration": "three_months_or_more" if refers else "under_3_months",
        "amt_correct": 5 if refers else 9,
    }


def _activity(kind: str) -> dict[str, object]:
    return {"kind": kind, "took_part": "yes", "minutes": 40, "engagement": 2, "interest": True}


def _abc(started: datetime) -> dict[str, object]:
    return {
        "started": started,
        "place": "corridor",
        "antecedent": "visit_ended",
        "behaviour_kind": "trying_to_leave",
        "behaviour": "Went to the front door with a coat on, rattled the handle and called for the bus.",
        "response": ["time_and_calm", "distraction"],
        "helped": "distraction",
        "intensity": 3,
        "unmet_need": ["boredom"],
        "new_behaviour": False,
        "harm": [],
    }


def _cga(session: Session, person: _Person) -> dict[str, object]:
    """Assembled from the others, as on the screen, and completed."""
    return cga.assemble(session, person.id) | {
        "diagnoses": "covered",
        "diagnoses_reason": "As in the record, gone through with the GP",
        "sight_hearing": "covered",
        "sight_hearing_reason": "Glasses and hearing looked at on arrival",
        "surroundings": "covered",
        "surroundings_reason": "Bed, chair and bell checked",
        "present": ["resident", "family", "nurse"],
        "goal": "To stay here, among people who know me.",
    }


_WELL: dict[str, object] = {
    "resp_rate": 16, "spo2": 97, "spo2_scale": 1, "on_oxygen": False, "systolic": 132, "pulse": 76,
    "consciousness": "A", "temp_c": Decimal("36.6"),
}  # fmt: skip
_FOUR_AT: dict[str, object] = {
    "alertness": "normal", "amt4_mistakes": 1, "months_backwards": 5, "acute_change": False,
}  # fmt: skip


def _nhs_number(place: int) -> str:
    """The place-th number of the 999 range whose check digit exists."""
    found = -1
    stem = 0
    while True:
        stem += 1
        for digit in range(10):
            number = f"999{stem:06d}{digit}"
            if is_nhs_number(number):
                found += 1
                if found == place:
                    return number


def _local(day: date, hour: int) -> datetime:
    return to_utc(datetime.combine(day, time(hour), LONDON))
