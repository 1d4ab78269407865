"""What a pack's digital copy says in words: the headings, one line a fact, nothing left blank.

The lines are made from the same content as the paper and worded by the same rules
(:func:`app.domain.transfer.words`), so that "None known", "Not known" and "Not recorded" stay three different things.
Headings are those reconstructed for an urgent transfer; a heading has a code only where the UK Core list of record
headings has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TypeVar

from app.domain.dates import age_years, short_date, to_local
from app.domain.nhs import format_nhs_number
from app.domain.transfer import (
    ABOUT_ME_HEADINGS,
    BASELINE_TOPICS,
    CONSCIOUSNESS,
    FIELD_LABELS,
    FLAG_LABELS,
    NONE_KNOWN,
    SAME_NAME,
    Allergy,
    AssessmentRow,
    BagItem,
    Baseline,
    Contact,
    CprDecision,
    Diagnosis,
    Fall,
    LastDose,
    Medicine,
    Observations,
    PackContent,
    PackStamp,
    Said,
    Signature,
    Silence,
    StoppedMedicine,
    Wound,
    cpr_warning,
    is_said,
    said,
    why_not_in_force,
    words,
)

T = TypeVar("T")

HEADINGS = "https://fhir.hl7.org.uk/CodeSystem/UKCore-RecordStandardHeadings"
"""The UK Core code system of record headings."""
SLUGS = frozenset({
    "person-demographics", "gp-practice", "person-completing-record", "reason-for-referral",
    "presenting-complaints-or-issues", "individual-requirements", "alerts", "allergies-and-adverse-reaction",
    "medications-and-medical-devices", "mental-capacity-assessment", "advance-decision-to-refuse-treatment",
    "safeguarding", "observations", "examination-findings", "assessments", "social-context", "distribution-list",
})  # fmt: skip
"""The codes of that system which were read in its source; no other is used."""
NOT_IN_FORCE = "NOT IN FORCE: "
"""How a resuscitation document begins that is not a decision to act on."""
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is asked, the answer in words, and which silence it is if it is one."""

    label: str
    text: str
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines. ``key`` is ours, ``slug`` the code of the UK Core heading or empty."""

    key: str
    title: str
    slug: str
    rows: tuple[Row, ...]
    parts: tuple[Part, ...] = ()

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Which silences the part consists of, when there is nothing else in it; otherwise none."""
        kinds = {row.silence for row in self.rows}.union(*(part.silences or (None,) for part in self.parts))
        return () if None in kinds else tuple(each for each in Silence if each in kinds)


def clean(text: str) -> str:
    """The text without characters that neither FHIR nor XML can carry; each becomes the mark for a lost character."""
    return _NO_TEXT.sub("�", text)


def narrative(rows: Iterable[Row], *, lead: str = "") -> str:
    """The lines as an XHTML ``div``: a table that any browser shows, every text escaped, line breaks kept."""
    body = "".join(f"<tr><th>{_escaped(row.label)}</th><td>{_escaped(row.text)}</td></tr>" for row in rows)
    paragraph = f"<p>{_escaped(lead)}</p>" if lead else ""
    table = f"<table><tbody>{body}</tbody></table>" if body else ""
    return f'<div xmlns="http://www.w3.org/1999/xhtml" style="white-space: pre-line">{paragraph}{table}</div>'


def _escaped(text: str) -> str:
    # A carriage return is written out: a reader of XML would make a line feed of it.
    plain = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("\r", "&#13;") if "\r" in plain else plain


# --- lines -----------------------------------------------------------------------------------------------------------


def _row(label: str, value: object, none: str = "None known") -> Row:
    kept = said(value)
    return Row(label, words(value, none=none), kept if isinstance(kept, Silence) else None)


def _field(content: PackContent, key: str, none: str = "None known") -> Row:
    """The line of a field of :data:`FIELD_LABELS` that is one value."""
    value: object = content
    for name in key.split("."):
        value = getattr(value, name)
    return _row(FIELD_LABELS[key], value, none)


def _each(label: str, values: Said[tuple[T, ...]], text: Callable[[T], str], none: str = "None known") -> list[Row]:
    """One line an entry, or the silence of the list."""
    if isinstance(values, Silence) or not values:
        return [_row(label, values, none)]
    return [Row(label, text(value)) for value in values]


def _lower(value: object) -> str:
    """The words inside a sentence: a silence does not begin with a capital there."""
    return words(value) if is_said(value) else words(value).lower()


def cpr_words(each: CprDecision) -> str:
    """A resuscitation document in the words of the paper; one that is not in force says so first."""
    text = (
        f"{each.kind.value}. Decided {_lower(each.decided_on)} by {_lower(each.decided_by)}; review "
        f"{_lower(each.review_on)}; form number {_lower(each.form_number)}. Original: {_lower(each.original_at)}. "
        f"Original enclosed: {_lower(each.original_enclosed)}; copy enclosed: {_lower(each.copy_enclosed)}."
    )
    if each.in_force:
        return f"{text} {each.note}".strip()
    return f"{NOT_IN_FORCE}do not act on it until the original is seen. {why_not_in_force(each)} Recorded: {text}"


def allergy_words(each: Allergy) -> str:
    """An agent and what it does."""
    return f"{each.agent}: {words(each.reaction) if is_said(each.reaction) else f'reaction {_lower(each.reaction)}'}"


def dosage_words(each: Medicine) -> str:
    """How a medicine is taken."""
    patch = f"; patch on {each.patch_site}" if each.patch_site else ""
    needed = "; AS NEEDED" if each.as_needed else ""
    return f"dose {_lower(each.dose)}; route {_lower(each.route)}; {_often(each)}{patch}{needed}"


def _often(each: Medicine) -> str:
    return words(each.frequency) if is_said(each.frequency) else f"how often {_lower(each.frequency)}"


def supply_words(each: Medicine) -> str:
    """When a medicine was last given, when it is next due, and what goes along."""
    return (
        f"last given {_lower(each.last_given)}; next due {_lower(each.next_due)}; stock sent {_lower(each.stock_sent)}"
    )


def _medicine(each: Medicine) -> str:
    return f"{each.name}: {dosage_words(each)}; for {_lower(each.indication)}; {supply_words(each)}"


def _stopped(each: StoppedMedicine) -> str:
    return f"{each.name}, stopped {_lower(each.stopped_on)}, why: {_lower(each.why)}"


def _dose(each: LastDose) -> str:
    return f"{each.medicine}{f' ({each.kind})' if each.kind else ''}: last {_lower(each.given_at)}"


def _contact(each: Contact) -> str:
    told = "not told" if each.told_at is NONE_KNOWN else _lower(each.told_at)
    return f"{each.name}; {_role(each.role)}; phone {_lower(each.phone)}; told of this transfer: {told}"


def _role(role: Said[str]) -> str:
    return words(role) if is_said(role) else f"relation or role {_lower(role)}"


def _wound(each: Wound) -> str:
    place = ""
    if each.place is not None:
        side = "back" if each.place.back else "front"
        place = f"; body map: {side}, {each.place.across} % across, {each.place.down} % down"
    return (
        f"{each.site}: {_kind(each)}; category {_lower(each.category)}; size {_lower(each.size)}; dressing "
        f"{_lower(each.dressing)}; changed {_lower(each.last_change)}; photo {_lower(each.photo_on)}{place}"
    )


def _kind(each: Wound) -> str:
    return words(each.kind) if is_said(each.kind) else f"type {_lower(each.kind)}"


def _diagnosis(each: Diagnosis) -> str:
    return f"{each.name}; since {_lower(each.since)}{f'; code {each.code}' if each.code else '; no code'}"


def _assessment(each: AssessmentRow) -> str:
    return (
        f"{each.instrument}, {short_date(each.on)}: score {_lower(each.score)}; result {_lower(each.band)}; trend "
        f"{_lower(each.trend)}; assessor {_lower(each.assessor)}"
    )


def _item(each: BagItem) -> str:
    packed = "n.a." if each.packed is False else "packed" if each.packed is True else _lower(each.packed)
    absent = each.packed is False and not is_said(each.quantity)
    quantity = "" if absent else f"; quantity {_lower(each.quantity)}"
    return f"{each.name}: {packed}{quantity}{f'; {each.note}' if each.note else ''}"


def _fall(fall: Said[Fall]) -> Row:
    if isinstance(fall, Silence):
        return _row("Fall behind this transfer", fall, "No fall")
    lie = f"{fall.lie_minutes} minutes" if is_said(fall.lie_minutes) else _lower(fall.lie_minutes)
    text = (
        f"Found {_lower(fall.found_at)}; time on the floor: {lie}; head injury: {_lower(fall.head_injury)}; "
        f"anticoagulant: {_lower(fall.anticoagulated)}. {fall.note}"
    )
    return Row("Fall behind this transfer", text.strip())


def _signed(label: str, signature: Signature) -> Row:
    if not is_said(signature.name):
        return _row(label, signature.name)
    return Row(label, f"{words(signature.name)}, {_role(signature.role)}, {_lower(signature.at)}")


# --- observations ----------------------------------------------------------------------------------------------------


def reading_words(taken: Observations, key: str) -> str:
    """One reading with its unit, as the observations section says it; a silence in words."""
    value = getattr(taken, key)
    if not is_said(value):
        return words(value)
    if key == "on_oxygen":
        note = f", {taken.oxygen_note}" if taken.oxygen_note else ""
        return f"{'Oxygen' if value else 'Air'}{note}"
    if key == "consciousness":
        level = words(value)
        return f"{level}: {CONSCIOUSNESS.get(level, level)}"
    if key == "systolic":
        below = words(taken.diastolic) if is_said(taken.diastolic) else f"diastolic {_lower(taken.diastolic)}"
        return f"{value}/{below} mmHg" if is_said(taken.diastolic) else f"{value} mmHg systolic, {below}"
    if key == "spo2":
        scale = f", NEWS2 scale {words(taken.spo2_scale)}" if is_said(taken.spo2_scale) else ""
        return f"{value} %{scale}"
    if key == "temp_c":
        return f"{value:.1f} °C" if isinstance(value, Decimal) else words(value)
    return f"{words(value)} a minute"


READINGS = {
    "resp_rate": "Breathing rate",
    "spo2": "Oxygen saturation",
    "on_oxygen": "Air or oxygen",
    "systolic": "Blood pressure",
    "pulse": "Pulse",
    "consciousness": "Consciousness",
    "temp_c": "Temperature",
}
"""The seven readings of NEWS2, in its order."""


def total_words(taken: Observations) -> str:
    """The NEWS2 total with its band, or why there is none."""
    band = f", {words(taken.band)}" if is_said(taken.band) else ""
    status = f"; {taken.status}" if taken.status else ""
    if taken.total is not None:
        return f"{taken.total}{band}{status}"
    least = f"at least {taken.at_least}, incomplete" if taken.at_least is not None else "no total, incomplete"
    return f"{least[0].upper()}{least[1:]}{band}{status}"


def _observations(label: str, taken: Said[Observations]) -> tuple[Row, ...]:
    if isinstance(taken, Silence):
        return (_row(label, taken),)
    rows = [Row("Taken", f"{_lower(taken.measured_at)} by {_lower(taken.measured_by)}")]
    for key, name in READINGS.items():
        points = taken.points.get(key)
        scored = "" if points is None else f"; {points} point{'' if points == 1 else 's'}"
        silence = None if is_said(getattr(taken, key)) else said(getattr(taken, key))
        rows.append(Row(name, reading_words(taken, key) + scored, silence))
    return (*rows, Row("NEWS2 total", total_words(taken)))


# --- the headings ----------------------------------------------------------------------------------------------------


def document_parts(content: PackContent, stamp: PackStamp) -> tuple[Part, ...]:
    """Everything the pack says, under the headings of an urgent transfer, in their order."""
    return (
        Part("person", "Person demographics", "person-demographics", _person(content, stamp)),
        Part("gp", "GP practice", "gp-practice", tuple(
            _field(content, key) for key in ("gp.practice", "gp.phone", "gp.code")
        )),
        Part("author", "Person completing record", "person-completing-record", _author(content)),
        Part("transfer", "Transfer details", "reason-for-referral", _transfer(content, stamp)),
        Part("complaint", "Presenting complaints or issues", "presenting-complaints-or-issues", (
            _field(content, "reason.situation"),
            _field(content, "reason.background"),
            _field(content, "reason.onset_at"),
            _field(content, "reason.assessment"),
            _row("Actions taken by the home", content.actions_taken),
        )),
        Part("contacts", "Personal contacts", "", tuple(
            _each("Contact, the main one first", content.contacts, _contact)
        )),
        Part("professionals", "Professional contacts", "", (
            *_each("Professional contact", content.professionals, _contact), _field(content, "locality"),
        )),
        Part("about_me", "About me", "", tuple(
            _row(title, getattr(content.about_me, key)) for key, title in ABOUT_ME_HEADINGS.items()
        )),
        Part("requirements", "Individual requirements", "individual-requirements", tuple(
            _row(FIELD_LABELS[f"communication.{key}"], getattr(content.communication, key))
            for key in ("how", "hearing_aid", "glasses", "language", "interpreter")
        )),
        Part("alerts", "Alerts", "alerts", _alerts(content)),
        Part("allergies", "Allergies and adverse reactions", "allergies-and-adverse-reaction", tuple(
            _each("Allergy", content.allergies, allergy_words, "No known allergies")
        )),
        Part("medicines", "Medications and devices", "medications-and-medical-devices", _medicines(content)),
        Part("legal", "Legal information", "", tuple(
            _field(content, f"legal.{key}")
            for key in ("dols", "lpa_health", "deputy", "mental_health_act", "best_interest", "consent_to_share",
                        "organ_donation")
        ), (
            Part("capacity", "Mental capacity assessment", "mental-capacity-assessment", (
                _field(content, "legal.capacity"), _field(content, "legal.capacity_assessment"),
            )),
            Part("adrt", "Advance decision to refuse treatment", "advance-decision-to-refuse-treatment", (
                _field(content, "legal.adrt"),
            )),
        )),
        Part("safeguarding", "Safeguarding", "safeguarding", tuple(
            _each("Safeguarding raised for a wound", content.wounds,
                  lambda each: f"{each.site}: {_lower(each.safeguarding)}", "No wounds")
        )),
        Part("problems", "Problem list and history", "", (
            *_each("Diagnosis", content.diagnoses, _diagnosis), *_each("Operation", content.operations, str),
        )),
        Part("findings", "Examination findings", "examination-findings", _findings(content)),
        Part("now", "Observations now", "observations", _observations("Observations now", content.observations)),
        Part("usual", "Usual observations", "observations", _observations(
            "Usual observations", content.usual_observations
        )),
        Part("assessments", "Assessments", "assessments", (
            *_each("Assessment", content.assessments, _assessment), _field(content, "frailty"),
        )),
        Part("risks", "Risks", "", (
            *(_flag(content, key) for key in FLAG_LABELS),
            *(_field(content, key) for key in (
                "mobility.falls_risk", "mobility.bed_rails", "detail.mrsa", "detail.c_diff",
                "detail.diarrhoea_vomiting", "detail.outbreak_in_home",
            )),
        )),
        Part("needs", "Nursing care needs", "", _needs(content)),
        Part("social", "Social context", "social-context", (
            _field(content, "funding"), _field(content, "legal.faith"),
        )),
        Part("services", "Services and care", "", tuple(
            _each(FIELD_LABELS["detail.recent_contacts"], content.detail.recent_contacts, str)
        )),
        Part("plan", "Plan and requested actions", "", (
            _field(content, "reason.request"), _field(content, "can_return"),
            _field(content, "reason.escort", "No one travels"),
        )),
        Part("care_plans", "Care and contingency plans", "", (
            _field(content, "legal.treatment_limits"), _field(content, "legal.preferred_place"),
        )),
        Part("cpr", "End of life care: resuscitation (CPR)", "", _cpr(content)),
        Part("documents", "Documents", "", _documents(content, stamp)),
    )  # fmt: skip


def _person(content: PackContent, stamp: PackStamp) -> tuple[Row, ...]:
    who = content.identity
    born = _row("Date of birth", who.date_of_birth)
    if not isinstance(who.date_of_birth, Silence):
        years = age_years(who.date_of_birth, to_local(stamp.valid_at).date())
        born = Row(born.label, f"{born.text} ({years} years)")
    number = _row("NHS number", who.nhs_number)
    if not isinstance(who.nhs_number, Silence):
        number = Row(number.label, format_nhs_number(who.nhs_number))
    elif who.nhs_number_absent_reason:
        number = Row(number.label, f"{number.text} ({who.nhs_number_absent_reason})", number.silence)
    return (
        Row("Name", who.full_name),
        _row("Preferred name", who.preferred_name),
        born,
        number,
        _row("Sex", who.sex),
        _row("Room", who.room),
    )


def _author(content: PackContent) -> tuple[Row, ...]:
    checker = (_signed("Checked by", content.second_checker),) if content.second_checker is not None else ()
    return (_signed("Completed by", content.completed_by), *checker)


def _transfer(content: PackContent, stamp: PackStamp) -> tuple[Row, ...]:
    called = _each(
        "Called before leaving", content.reason.called, lambda call: f"{call.who}: {_when(call.at)}", "Nobody"
    )
    superseded = f", supersedes version {stamp.supersedes}" if stamp.supersedes is not None else ""
    practice = [Row("PRACTICE", "An invented person of a practice home")] if stamp.practice else []
    restored = []
    if stamp.restored_from is not None:
        text = f"The record came back from a backup of {words(stamp.restored_from)}: ask the home what is missing"
        restored = [Row("Restored record", text)]
    return (
        *practice,
        Row("From", f"{stamp.home_name}; phone {_lower(stamp.home_phone)}"),
        _row("To", content.reason.destination),
        _field(content, "reason.bag"),
        *called,
        _field(content, "home.name"),
        _field(content, "home.phone"),
        _field(content, "home.secure_mail"),
        Row("Pack", f"{stamp.pack_id} version {stamp.version}{superseded}"),
        Row("Printed", f"{words(stamp.printed_at)} by {stamp.printed_by}"),
        _row("Facts as at", stamp.valid_at),
        *restored,
    )


def _when(at: object) -> str:
    return words(at) if is_said(at) else f"time {_lower(at)}"


def _flag(content: PackContent, key: str) -> Row:
    flag = getattr(content.flags, key)
    row = _row(FLAG_LABELS[key], flag.state)
    return Row(row.label, f"{row.text}: {flag.note}", row.silence) if flag.note else row


def _alerts(content: PackContent) -> tuple[Row, ...]:
    same = [Row("Same name in the home", SAME_NAME)] if content.same_name else []
    return (*same, *_each("Alert", content.alerts, str))


def _medicines(content: PackContent) -> tuple[Row, ...]:
    sheets = _field(content, "mar_sheets")
    if is_said(content.mar_sheets):
        sheets = Row(sheets.label, f"{sheets.text} sheets")
    told = content.reason.last_doses
    return (
        *_each(
            "Time-critical medicine, last dose", content.time_critical, _dose, "None recognised in the medicine list"
        ),
        *_each("Medicine", content.medicines, _medicine, "No medicines"),
        *(Row("Last dose as told at transfer", f"{each.medicine}: {_lower(each.given_at)}") for each in told),
        *_each("Stopped in the last 14 days", content.stopped_medicines, _stopped),
        _field(content, "covert_or_crushed"),
        sheets,
        *_each("Device", content.devices, str),
    )


def _findings(content: PackContent) -> tuple[Row, ...]:
    detail = content.detail
    return (
        _field(content, "new_confusion"),
        _field(content, "usual_cognition"),
        *_each("Last 72 hours", detail.timeline, lambda each: f"{_when(each.at)}: {each.what}"),
        _fall(detail.fall),
        *(_field(content, f"detail.{key}") for key in ("fluid_intake", "last_bowel", "last_urine", "pain")),
        *_each("Recent result", detail.recent_results, str),
    )


def _needs(content: PackContent) -> tuple[Row, ...]:
    held = {each.topic: each for each in content.baseline}
    baseline = [held.pop(topic, Baseline(topic)) for topic in BASELINE_TOPICS] + list(held.values())
    pairs = chain.from_iterable(
        (_row(f"{each.topic}, when well", each.well), _row(f"{each.topic}, now", each.now)) for each in baseline
    )
    return (
        _field(content, "diet_texture"),
        _field(content, "mobility.today"),
        _field(content, "mobility.usual"),
        *pairs,
        _field(content, "skin"),
        *_each("Wound", content.wounds, _wound, "No wounds"),
    )


def _cpr(content: PackContent) -> tuple[Row, ...]:
    rows = _each("CPR decision", content.cpr, cpr_words, "No CPR decision made")
    warning = "" if isinstance(content.cpr, Silence) or not content.cpr else cpr_warning(content.cpr)
    return (Row("CPR: read this first", warning), *rows) if warning else tuple(rows)


def _documents(content: PackContent, stamp: PackStamp) -> tuple[Row, ...]:
    return (
        Row("The pack as printed", f"PDF, version {stamp.version}. The signed paper counts, not this copy"),
        *_each("In the bag", content.bag_items, _item),
    )
