"""Care for the pack: how the resident is when well, what changes the first hour, how to talk and move with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.domain import people, transfer
from app.domain.instruments.continence import CATHETER
from app.domain.key_facts import TOPICS
from app.domain.people import KeyFact
from app.domain.transfer import NOT_RECORDED, Said, said
from app.services.assessments import Assessment
from app.services.pack_record import Held
from app.services.pack_words import bodies, day_of, first_said, joined, own_words, result, state_of, word_of
from app.services.person import answers_in_words

_MEMORY = ("sixcit", "amt10", "four_at", "cornell_total")
_SKIN = ("waterlow", "braden_total", "purpose_t_outcome")
_FRAILTY = ("cfs", "edmonton_total")
_DEMENTIA = ("dementia", "alzheimer")
_YEAR = timedelta(days=365)
_OWN_WORDS = {
    "Eating and drinking": "eating_drinking",
    "Mobility, transfers, aids, hoist": "mobility",
    "Washing and dressing": "personal_care",
    "Sleep": "sleep",
    "Communication": "communication",
}
"""Under which heading of About me a need is told in the resident's own words."""
_RESULTS = {
    "Eating and drinking": ("must", "oral_health"),
    "Mobility, transfers, aids, hoist": ("barthel",),
    "Washing and dressing": ("barthel",),
}
"""Which results say something about a need."""
_CONTINENCE = ("bladder", "bowels", "pads", "toilet_plan")


def flags(
    held: Held, medicines: Said[tuple[transfer.Medicine, ...]], reason: transfer.TransferReason
) -> transfer.Flags:
    """The eight facts of the first hour: the key fact first, else what the record says in words. The absence of a word
    is not a no."""
    known = held.known
    texts = [d.text for d in bodies(held, people.Diagnosis)]

    def mentions(*words: str) -> transfer.Flag:
        found = next((text for text in texts if any(word in text.casefold() for word in words)), None)
        return transfer.Flag(state=True, note=found) if found else transfer.Flag()

    return transfer.Flags(
        diabetes=_asked(known, "diabetes") or mentions("diabet"),
        pacemaker=_asked(known, "pacemaker") or mentions("pacemaker"),
        anticoagulated=_thinners(medicines, reason),
        oxygen=_asked(known, "oxygen") or mentions("home oxygen", "long-term oxygen"),
        catheter=_asked(known, "catheter") or _catheter(held.latest.get("continence")) or mentions("catheter"),
        swallow_risk=_asked(known, "swallow_risk") or mentions("dysphagia", "swallow"),
        pressure_ulcer=_pressure_ulcer(held) or mentions("pressure ulcer", "pressure sore"),
        infection=_infection(known) or mentions("mrsa", "difficile", "infection"),
    )


def _asked(known: Mapping[str, KeyFact], topic: str) -> transfer.Flag | None:
    fact = known.get(topic)
    return transfer.Flag(fact.state, fact.text.strip()) if fact is not None and fact.state is not None else None


def _thinners(medicines: Said[tuple[transfer.Medicine, ...]], reason: transfer.TransferReason) -> transfer.Flag:
    listed = [m.name for m in medicines] if isinstance(medicines, tuple) else []
    names = dict.fromkeys([*listed, *(dose.medicine for dose in reason.last_doses)])
    thinners = [name for name in names if transfer.time_critical_kind(name) == "Anticoagulant"]
    return transfer.Flag(state=True, note=", ".join(thinners)) if thinners else transfer.Flag()


def _catheter(continence: Assessment | None) -> transfer.Flag | None:
    """What the continence assessment says the bladder is managed with."""
    bladder = continence.answers.get("bladder") if continence is not None else None
    if continence is None or bladder is None:
        return None
    on = f"continence assessment of {day_of(continence.row.at)}"
    if bladder != CATHETER:
        return transfer.Flag(state=False, note=on)
    given = answers_in_words("continence", continence.answers)
    size = f"{given['catheter_size_ch']} Ch" if given.get("catheter_size_ch") else ""
    change = f"next change {given['catheter_due']}" if given.get("catheter_due") else ""
    return transfer.Flag(state=True, note=", ".join(p for p in (given.get("catheter_type", ""), size, change, on) if p))


def _pressure_ulcer(held: Held) -> transfer.Flag | None:
    sites = [row.wound.where for row in held.wounds if row.open and row.wound.cause == "pressure"]
    if sites:
        return transfer.Flag(state=True, note=", ".join(dict.fromkeys(sites)))
    category = held.latest.get("pressure_ulcer_category")
    if category is None or category.row.about:
        return None
    is_one = category.row.band != "not_a_pressure_ulcer"
    return transfer.Flag(is_one, f"{category.row.band_label}, {day_of(category.row.at)}")


def _infection(known: Mapping[str, KeyFact]) -> transfer.Flag | None:
    """The key fact; MRSA or C. difficile that somebody said yes to is an infection, whatever else was said."""
    asked = _asked(known, "infection")
    carried = [
        ": ".join(part for part in (label, known[topic].text.strip()) if part)
        for topic, label in (("mrsa", "MRSA"), ("c_diff", "C. difficile"))
        if state_of(known, topic) is True
    ]
    if not carried:
        return asked
    return transfer.Flag(state=True, note=". ".join(part for part in (asked.note if asked else "", *carried) if part))


def cognition(held: Held) -> Said[str]:
    """How memory and thinking usually are: the key fact, a diagnosis of dementia, the newest memory test."""
    diagnosed = [d.text for d in bodies(held, people.Diagnosis) if any(word in d.text.casefold() for word in _DEMENTIA)]
    tests = [held.latest[code] for code in _MEMORY if code in held.latest]
    newest = max(tests, key=lambda each: each.row.at, default=None)
    return joined(
        word_of(held.known, "usual_cognition"),
        f"Diagnosis: {', '.join(diagnosed)}" if diagnosed else NOT_RECORDED,
        result(held.latest, newest.row.instrument) if newest else NOT_RECORDED,
    )


def diet(held: Held, told: Mapping[str, object]) -> Said[str]:
    """Food and fluid texture; without the key fact, what About me says of eating and drinking."""
    return first_said(word_of(held.known, "diet_texture"), own_words(told, "eating_drinking"))


def communication(held: Held, told: Mapping[str, object]) -> transfer.Communication:
    """How to reach the person; the words beside the answer about an interpreter stand with the language."""
    known = held.known
    asked = known.get("interpreter")
    beside = f"Interpreter: {asked.text.strip()}" if asked is not None and asked.text.strip() else NOT_RECORDED
    return transfer.Communication(
        how=first_said(word_of(known, "communication"), own_words(told, "communication")),
        hearing_aid=word_of(known, "hearing_aid"),
        glasses=word_of(known, "glasses"),
        language=joined(word_of(known, "language"), beside),
        interpreter=state_of(known, "interpreter"),
    )


def mobility(held: Held, told: Mapping[str, object], told_today: transfer.Today) -> transfer.Mobility:
    """Moving today and usually, the risk of falls, and the bed rails."""
    return transfer.Mobility(
        today=told_today.mobility,
        usual=first_said(word_of(held.known, "moving"), own_words(told, "mobility")),
        falls_risk=joined(_falls_assessed(held.latest.get("falls_multifactorial")), result(held.latest, "frat"),
                          _fallen(held)),
        bed_rails=word_of(held.known, "bed_rails"),
    )  # fmt: skip


def _falls_assessed(falls: Assessment | None) -> Said[str]:
    if falls is None:
        return NOT_RECORDED
    concerns = falls.outcome.parts.get("concerns", 0)
    return f"{concerns} concern{'' if concerns == 1 else 's'} at the falls assessment of {day_of(falls.row.at)}"


def _fallen(held: Held) -> Said[str]:
    """The falls of the last year, if there were any: an empty register is no promise that nobody fell."""
    recent = [each.fall for each in held.falls if each.fall.at >= held.now - _YEAR]
    if not recent:
        return NOT_RECORDED
    many = f"{len(recent)} fall{'s'[: len(recent) > 1]} in 12 months"
    return f"{many}, the last on {day_of(recent[0].at)}"


def baseline(held: Held, told: Mapping[str, object], told_today: transfer.Today) -> tuple[transfer.Baseline, ...]:
    """Each need when well, from the key fact or About me and the results that speak of it, beside today's words."""
    now = {topic: said(words) for topic, words in told_today.baseline_now.items()}
    return tuple(
        transfer.Baseline(topic, _well(held, told, topic), now.get(topic, NOT_RECORDED))
        for topic in transfer.BASELINE_TOPICS
    )


def _well(held: Held, told: Mapping[str, object], topic: str) -> Said[str]:
    keys = {each.field.partition(".")[2]: each.code for each in TOPICS if each.field.startswith("baseline.")}
    keys["Communication"] = "communication"
    own = own_words(told, _OWN_WORDS[topic]) if topic in _OWN_WORDS else NOT_RECORDED
    said_of_it = first_said(word_of(held.known, keys[topic]) if topic in keys else NOT_RECORDED, own)
    more = [result(held.latest, code) for code in _RESULTS.get(topic, ())]
    match topic:
        case "Swallow":
            return joined(said_of_it, word_of(held.known, "diet_texture"))
        case "Weight and date":
            return weight(held)
        case "Toileting and continence":
            return joined(said_of_it, _continence(held.latest.get("continence")))
        case "Skin":
            return joined(said_of_it, skin_risk(held))
        case _:
            return joined(said_of_it, *more)


def weight(held: Held) -> Said[str]:
    """The newest weight, whatever it was measured with."""
    newest = next((each for each in held.readings["weight_kg"] if each.value is not None), None)
    if newest is not None:
        return f"{newest.value:f} kg on {day_of(newest.at)}"
    must = held.latest.get("must")
    kg = must.answers.get("weight_kg") if must is not None else None
    return f"{kg} kg on {day_of(must.row.at)}" if must is not None and kg is not None else NOT_RECORDED


def _continence(found: Assessment | None) -> Said[str]:
    if found is None:
        return NOT_RECORDED
    given = answers_in_words("continence", found.answers)
    words = [f"{key.replace('_', ' ').capitalize()}: {given[key].lower()}" for key in _CONTINENCE if given.get(key)]
    return f"{', '.join(words)} ({day_of(found.row.at)})" if words else NOT_RECORDED


def skin_risk(held: Held) -> Said[str]:
    """The newest results about the risk to the skin."""
    return joined(*(result(held.latest, code) for code in _SKIN))


def frailty(latest: Mapping[str, Assessment]) -> Said[str]:
    """The newest frailty score."""
    return first_said(*(result(latest, code) for code in _FRAILTY))
