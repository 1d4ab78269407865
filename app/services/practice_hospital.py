"""What the practice home shows of hospital: bags, key facts, one of whom everything is recorded, two journeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from app.domain.charts.body import centre_of
from app.domain.dates import LONDON, to_local, to_utc
from app.domain.journeys import Item, Step, StepKind
from app.domain.key_facts import TOPICS, Asks
from app.domain.people import Contact, FactBody, FactKind, KeyFact, Medicine, ResidentId
from app.domain.photos import RESIDENT, Consent
from app.domain.transfer import NOT_RECORDED, Call, LastDose, Said, TransferReason
from app.domain.wounds import Wound
from app.models.residents import facts as resident_facts
from app.services import assessments, journeys, key_facts, notes, observations, photos, residents, transfers, wounds
from app.services.clock import SetClock
from app.services.session import Session

BAGS = ("RB-01", "RB-02", "RB-03", "RB-04", "RB-05")
"""About one for every ten residents."""
FULLEST, AWAY, BACK = 9, 14, 4
"""By place in the list: of whom everything is recorded, who is in hospital now, who came back last week."""
_HOSPITAL = "Lister Hospital"

EVERYTHING: dict[str, tuple[bool | None, str]] = {
    "diabetes": (True, "Type 2, tablets and insulin at night"),
    "pacemaker": (True, "Left chest, 2014, checked at Lister Hospital"),
    "oxygen": (False, ""),
    "catheter": (False, ""),
    "swallow_risk": (True, "Coughs on thin fluids"),
    "infection": (False, "Nothing known"),
    "mrsa": (False, "Swab negative in the spring"),
    "c_diff": (False, ""),
    "diet_texture": (None, "IDDSI food 5 (minced and moist), fluids 2 (mildly thick)"),
    "bed_rails": (None, "Do not use: climbs over them. Low bed and a mat"),
    "usual_cognition": (None, "Chatty, knows her room and her family, loses the day of the week"),
    "devices": (None, "Pacemaker; reading lamp with a large switch"),
    "operations": (None, "Left hip replaced 2009; gall bladder removed 1988"),
    "covert_or_crushed": (None, "None: takes tablets whole with yoghurt"),
    "eating": (None, "Eats alone from a deep plate, small helpings, slow"),
    "swallow": (None, "Seen by speech and language therapy in the summer: upright, small sips"),
    "moving": (None, "Walks ten metres with a frame and one person; stands from a high chair alone"),
    "toilet": (None, "Continent by day when taken every three hours; pad at night"),
    "washing": (None, "Washes face and hands alone, help of one for the rest"),
    "sleep": (None, "Up once at three; lamp on, door ajar"),
    "behaviour": (None, "Friendly; anxious when hurried, calm again with tea and time"),
    "skin": (None, "Paper-thin on both shins, turns alone in bed"),
    "communication": (None, "Speak on the left side, face to face, one thing at a time"),
    "hearing_aid": (None, "Right ear, battery size 312"),
    "glasses": (None, "For reading, in a red case"),
    "language": (None, "English and Welsh"),
    "interpreter": (False, "When ill she may answer in Welsh"),
    "capacity": (None, "Has capacity to agree to admission when well; fluctuates with fever"),
    "capacity_assessment": (None, "For care and residence, Dr P. Practice, last spring: has capacity"),
    "dols": (None, "None: has capacity"),
    "lpa_health": (None, "Sam Jackdaw, son, 01632 960209, registered; copy seen"),
    "deputy": (None, "None known"),
    "mental_health_act": (None, "Not subject to it"),
    "adrt": (None, "None known"),
    "best_interest": (None, "Not needed so far"),
    "treatment_limits": (None, "Hospital for what can be treated; no intensive care"),
    "preferred_place": (None, "Here, with the window to the garden"),
    "organ_donation": (None, "On the register: corneas"),
    "faith": (None, "Chapel; asks for Rev. B. Bellflower, 01632 960222"),
    "district_nurse": (None, "Dawn Daisychain, 01632 960104"),
    "mental_health_team": (None, "Community team for older people, 01632 960223"),
    "social_worker": (None, "Will Watercress, 01632 960224"),
    "matron": (None, "Matron M. Meadowfoam, 01632 960225"),
    "funding": (None, "Local authority, with a nursing contribution (FNC)"),
    "can_return": (None, "At any hour; the bed is held for six weeks"),
}
"""What is told of the resident of whom everything is recorded: yes or no, and words, by topic."""
_SOME = {
    0: ("diabetes", "language", "hearing_aid", "communication", "dols", "can_return"),
    3: ("swallow_risk", "diet_texture", "eating", "glasses", "social_worker"),
    6: ("behaviour", "sleep", "usual_cognition", "capacity", "mental_health_team", "funding"),
    12: ("moving", "skin", "bed_rails", "district_nurse"),
    14: ("oxygen", "language", "glasses", "moving", "can_return"),
    33: ("toilet", "washing", "skin", "matron", "catheter"),
}
"""Of a few others what most homes know."""


def prepare(session: Session, by_place: dict[int, ResidentId]) -> None:
    """Bags on their hooks, and key facts: of one resident all, of a few some, of the rest none yet."""
    for number in BAGS:
        journeys.add_bag(session, number)
    silent = [topic.code for topic in TOPICS if topic.code not in EVERYTHING]
    if silent:
        raise AssertionError(f"the practice home has no words for {silent}")
    for place, topics in {FULLEST: tuple(EVERYTHING), **_SOME}.items():
        key_facts.save(session, by_place[place], [_fact(topic) for topic in topics])
    for body in _more_of_the_fullest():
        residents.add_fact(session, by_place[FULLEST], body)


def _fact(code: str) -> KeyFact:
    state, text = EVERYTHING[code]
    asked = next(topic for topic in TOPICS if topic.code == code)
    return KeyFact(code, text, state if asked.asks is Asks.YES_NO else None)


def _more_of_the_fullest() -> tuple[FactBody, ...]:
    return (
        Medicine("Rivaroxaban 15 mg", "once a day with food", time_critical=True),
        Medicine("Insulin glargine 12 units", "at night", time_critical=True),
        Medicine("Codeine 15 mg", "one to two tablets when needed, at most four times a day"),
        Medicine("Doxycycline 100 mg", "once a day for seven days"),
        Contact("Gwen Honeysuckle", "sister", "01632 960226"),
        Contact("Will Watercress", "social worker", "01632 960224"),
    )


def unwell(session: Session, person: ResidentId, at: Callable[[int], datetime], sign: Callable[..., None]) -> None:
    """The last days of the resident of whom everything is recorded; the NEWS2 of today comes after."""
    today = to_local(at(52)).date()
    sign("four_at", {"alertness": "normal", "amt4_mistakes": 1, "months_backwards": 2, "acute_change": False})
    sign("cfs", {"level": 6})
    sign("barthel", {"items": [2, 1, 0, 1, 1, 2, 2, 1, 0, 1]})
    sign("continence", {
        "bladder": "occasional", "leak_type": "urge", "bowels": "continent", "new_or_worse": False,
        "diary": "done", "pads": "night", "pad_type": "small, night only", "toilet_plan": "timed",
        "skin": "healthy", "warnings": [],
    })  # fmt: skip
    sign("respect_summary", {
        "documents": ["respect"], "respect_cpr": "do_not_attempt",
        "decided_on": (today - timedelta(days=90)).isoformat(), "clinician": "Dr P. Practice",
        "original_at": "Bedroom, top drawer", "original_seen": True, "focus": "balanced",
        "recommendations": "Antibiotics by mouth or drip; no intensive care", "capacity": "had_capacity",
        "discussed_with_resident": True, "discussed_with_family": True, "health_attorney": "registered",
    })  # fmt: skip
    sign("preferred_place", {
        "first_choice": "usual_residence", "second_choice": "hospice",
        "stated_on": (today - timedelta(days=90)).isoformat(), "said_by": "resident", "capacity": "yes",
    })  # fmt: skip
    photos.add(session, person, _portrait(), consent=Consent(RESIDENT), note="By the window")
    notes.add(session, person, "Coughing since yesterday, ate half of her tea, asked twice what day it is.")
    with session.read() as connection:
        medicines = resident_facts(connection, person, FactKind.MEDICINE)
    for fact in medicines:
        if isinstance(fact.body, Medicine) and fact.body.name.startswith("Doxycycline"):
            stopped = replace(fact.body, stopped=today)
            residents.change_fact(session, fact.id, stopped, reason="Course finished")


def after_the_fall(session: Session, person: ResidentId) -> None:
    """A skin tear from the fall, with a photo, and what was measured and noted since."""
    view, x, y = centre_of("left_shin")
    found = session.now()
    wound = Wound("left_shin", view, x, y, "skin_tear", found, "Nia Nightingale", "from the fall")
    added = wounds.add(session, person, wound).wound_id
    wounds.classify(session, added, {"flap_loss": "partial"})
    wounds.review(session, added, {
        "length_cm": Decimal("2.5"), "width_cm": Decimal("1.5"), "tissue": ["granulating"], "infection": "none",
        "moisture": "moist", "exudate": "clear", "pain": 3, "odour": "none", "surrounding_skin": ["fragile"],
        "edge": "advancing", "same_at_last_review": False, "dressing": "Silicone contact layer",
        "next_change": (to_local(found).date() + timedelta(days=3)).isoformat(),
    })  # fmt: skip
    photos.add(session, person, _portrait("#b5651d"), consent=Consent(RESIDENT), about=added)
    observations.record(session, person, "glucose_mmol", Decimal("9.4"))
    observations.record(session, person, "fluid_out_ml", 250)
    assessments.sign(session, person, "abbey", {"items": [1, 1, 0, 0, 1, 1]})
    notes.add(session, person, "Sleepy this morning, hot to touch. Drinks when reminded. Son rung at breakfast.")


def _portrait(colour: str = "#5b7f95") -> bytes:
    """A drawn head and shoulders: nobody's."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (480, 600), "#e8e2d6")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 380, 420, 820), fill=colour)
    draw.ellipse((140, 110, 340, 370), fill="#d9b99b")
    draw.pieslice((130, 80, 350, 320), 180, 360, fill="#cfcfcf")
    for x in (195, 265):
        draw.ellipse((x, 215, x + 20, 235), fill="#333333")
    draw.arc((200, 260, 280, 320), 20, 160, fill="#7a3b2e", width=6)
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def there_and_back(session: Session, past: SetClock, person: ResidentId, day: datetime) -> None:
    """Out on one evening with a fall, back two days later; the bag came too."""

    def at(days: int, hour: int) -> datetime:
        local = datetime.combine(to_local(day).date() + timedelta(days=days), time(hour), LONDON)
        past.at = max(past.at, to_utc(local))
        return past.at

    called = at(0, 18)
    journey = _sent(session, person, "Fell against the bed, cannot stand on the right leg", "RB-02", called)
    steps = (
        (StepKind.HOME_OUT, 0, 19, "Nia Nightingale", "nurse", ""),
        (StepKind.HOSPITAL_IN, 0, 20, "R. Rosehip", "emergency nurse", "A&E"),
        (StepKind.ADMITTED, 0, 23, "R. Rosehip", "emergency nurse", "Ward 6A"),
        (StepKind.HOSPITAL_OUT, 2, 15, "T. Teasel", "ward nurse", "Ward 6A"),
        (StepKind.HOME_IN, 2, 17, "Nia Nightingale", "nurse", ""),
    )
    for kind, days, hour, name, role, place in steps:
        journeys.record(session, journey, Step(kind, at(days, hour), name, role, place, bag=True))


def away(session: Session, past: SetClock, person: ResidentId, called: datetime) -> None:
    """In hospital since about two and a half days ago, the bag with them.

    The steps are counted from the call: the week before may have ended later than these hours ago.
    """
    journey = _sent(session, person, "Chest infection, breathless, NEWS2 7", "RB-04", called)
    journeys.set_items(session, journey, (
        Item("Glasses", 1), Item("Hearing aid, left + batteries", 1), Item("Slippers or shoes", 1),
        Item("Clothes for day of discharge", 1),
    ))  # fmt: skip
    for kind, minutes, name, role, place in (
        (StepKind.HOME_OUT, 35, "Nia Nightingale", "nurse", ""),
        (StepKind.HOSPITAL_IN, 65, "R. Rosehip", "emergency nurse", "A&E"),
        (StepKind.ADMITTED, 340, "B. Bryony", "ward nurse", "Ward 10B"),
    ):
        past.at = called + timedelta(minutes=minutes)
        journeys.record(session, journey, Step(kind, past.at, name, role, place, bag=True))


def _sent(session: Session, person: ResidentId, why: str, bag: str, called: datetime) -> str:
    with session.read() as connection:
        given = [f.body.name for f in resident_facts(connection, person, FactKind.MEDICINE)
                 if isinstance(f.body, Medicine) and f.body.time_critical]  # fmt: skip
    told: Said[datetime] = called - timedelta(hours=3)
    reason = TransferReason(
        situation=why,
        background="Well until this afternoon. The rest stands in the pack",
        assessment="Kept warm and still, watched all the time",
        request="Assessment and treatment. We can take the resident back at any hour",
        onset_at=called - timedelta(hours=1),
        last_doses=tuple(LastDose(name, told) for name in given),
        bag=bag,
        destination=_HOSPITAL,
        called=(Call("999", called),),
        escort="Cal Campion, carer" if given else NOT_RECORDED,
    )
    return transfers.send_to_hospital(session, person, reason).journey_id
