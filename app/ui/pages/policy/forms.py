"""The questions of a new policy and of an answer, and reading what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.errors import UserError
from app.domain.home_facts import CommissionerAnswer
from app.domain.instruments import registry
from app.domain.money import parse_pounds, pounds
from app.domain.needs import PremiumNeed, need_label
from app.domain.premium import POLICIES, ChampionRule, NightsRule, Policy
from app.domain.premium.policy_words import CHAMPION_WORDS, NIGHTS_WORDS
from app.ui.forms.typed import Ask, Reader, Typed, typed_date

_PAPERS = {
    "dementia_diagnosis": "Diagnosis of dementia",
    "dietitian_plan": "Dietitian's plan",
    "advance_care_plan": "Advance care plan",
    "neurological_record": "Neurological record",
    "respiratory_record": "Respiratory record",
}


def record_label(code: str) -> str:
    """What a record that may serve as evidence is called."""
    known = {tool.code: tool.short for tool in registry.all_instruments()}
    return known.get(code) or _PAPERS.get(code, code.replace("_", " "))


def candidates(policy: Policy, need: PremiumNeed) -> tuple[str, ...]:
    """The records that can be offered for an area: those that serve now or at the beginning, and its pathway's tools.

    Records of wellbeing and engagement serve for no area, so they are never among them.
    """
    own = [tool.code for tool in registry.all_instruments() if tool.pathway == need.pathway.value]
    first = POLICIES[0].evidence_records[need]
    return tuple(dict.fromkeys((*policy.evidence_records[need], *first, *own)))


def policy_form(policy: Policy) -> tuple[Ask, ...]:
    """A new policy, asked with the one before it in the boxes."""
    ages = [
        Ask(f"days_{need}", f"{need_label(need)}: days", needed=f"Enter the days for {need_label(need).lower()}",
            beside=index % 3 > 0, heading="How old evidence may be on the Sunday of the week" if index == 0 else "")
        for index, need in enumerate(PremiumNeed)
    ]  # fmt: skip
    serving = [
        Ask(f"record_{need}_{code}", record_label(code), "tick", beside=index % 2 > 0,
            heading=f"Records that show {need_label(need).lower()}" if index == 0 else "")
        for need in PremiumNeed
        for index, code in enumerate(candidates(policy, need))
    ]  # fmt: skip
    return (
        Ask("starts", "First week, from Monday", "date", "Weeks before it keep their own policy",
            "Enter the Monday of the first week"),
        Ask("ends", "Last week, to Sunday (optional)", "date", "Only when the premium comes to an end", beside=True),
        Ask("amount", "Amount for a week", needed="Enter the amount for a week"),
        Ask("pro_rata", "Amount a night", help="Only counts when paid by the night",
            needed="Enter the amount a night", beside=True),
        Ask("needs_required", "Different areas of need", needed="Enter how many areas of need"),
        Ask("areas_required", "Areas to rely on", needed="Enter how many areas to rely on", beside=True),
        Ask("champion_rule", "Champions", "choice", choices=tuple((k.value, v) for k, v in CHAMPION_WORDS.items())),
        Ask("nights_rule", "Nights", "choice", choices=tuple((k.value, v) for k, v in NIGHTS_WORDS.items())),
        Ask("retained", "Nights away that still count", help="Of a week, while the bed is kept",
            needed="Enter how many nights, 0 for none"),
        Ask("window", "Claim window in days (optional)", help="After the Sunday. Empty: no limit", beside=True),
        *ages,
        *serving,
        Ask("reason", "Reason", "notes", "Who said so, when, and where it can be seen", "Enter the reason",
            heading="Why it changes"),
    )  # fmt: skip


def typed_policy(policy: Policy) -> dict[str, str | bool]:
    """A policy as the form shows it; the dates are left for the person to give."""
    window = policy.claim_window_days
    return {
        "amount": pounds(policy.amount_pence).removeprefix("£"),
        "pro_rata": pounds(policy.pro_rata_pence).removeprefix("£"),
        "needs_required": str(policy.needs_required),
        "areas_required": str(policy.areas_required),
        "champion_rule": str(policy.champion_rule),
        "nights_rule": str(policy.nights_rule),
        "retained": str(policy.max_retained_nights),
        "window": "" if window is None else str(window),
        **{f"days_{need}": str(policy.evidence_days[need]) for need in PremiumNeed},
        **{
            f"record_{need}_{code}": code in policy.evidence_records[need]
            for need in PremiumNeed
            for code in candidates(policy, need)
        },
    }


def read_policy(typed: Typed, before: Policy, today: date) -> tuple[Policy, str]:
    """The policy that was typed, without a version yet, and the reason; UserError with one problem a field."""
    read = Reader(policy_form(before), typed, today)
    starts, ends = read.day("starts"), read.day("ends")
    if starts is not None and starts.weekday() != 0:
        read.bad("starts", "A claim week begins on a Monday. Enter a Monday")
    if ends is not None and ends.weekday() != 6:
        read.bad("ends", "A claim week ends on a Sunday. Enter a Sunday")
    read.in_order(starts, ends, "ends", "The last week must not be before the first")
    made = replace(
        before,
        version="",
        starts=starts or before.starts,
        ends=ends,
        amount_pence=_pence(read, "amount"),
        pro_rata_pence=_pence(read, "pro_rata"),
        needs_required=_whole(read, "needs_required", 1, 5),
        areas_required=_whole(read, "areas_required", 1, 5),
        champion_rule=ChampionRule(read.text("champion_rule") or before.champion_rule),
        nights_rule=NightsRule(read.text("nights_rule") or before.nights_rule),
        max_retained_nights=_whole(read, "retained", 0, 7),
        claim_window_days=_whole(read, "window", 0, 3650) if read.text("window") else None,
        evidence_days={need: _whole(read, f"days_{need}", 1, 3650) for need in PremiumNeed},
        evidence_records={
            need: tuple(code for code in candidates(before, need) if read.tick(f"record_{need}_{code}"))
            for need in PremiumNeed
        },
    )
    for need, records in made.evidence_records.items():
        if not records:
            read.bad(f"record_{need}_{candidates(before, need)[0]}", f"Choose a record that shows {need_label(need)}")
    reason = read.text("reason")
    read.finish()
    return made, reason


ANSWER_FORM: tuple[Ask, ...] = (
    Ask("answer", "What the commissioner said", "notes", needed="Enter the answer"),
    Ask("answered_by", "Who said it", needed="Enter who said it"),
    Ask("answered_on", "On", "date", needed="Enter the date", beside=True),
)


def read_answer(question: str, typed: Typed, today: date) -> CommissionerAnswer:
    """The answer that was typed; UserError with one problem a field."""
    read = Reader(ANSWER_FORM, typed, today)
    words, who, on = read.text("answer"), read.text("answered_by"), read.day("answered_on", past=True)
    read.finish()
    if on is None:
        raise AssertionError("a form without problems has a date")
    return CommissionerAnswer(question, words, on, who)


def typed_answer(today: date) -> dict[str, str]:
    """An answer that came today, unless the person says otherwise."""
    return {"answered_on": typed_date(today)}


def _pence(read: Reader, key: str) -> int:
    text = read.text(key)
    if not text:
        return 0
    try:
        pence = parse_pounds(text, field=key)
    except UserError as error:
        read.bad(key, error.message)
        return 0
    if pence <= 0:
        read.bad(key, "Enter an amount above nought")
    return pence


def _whole(read: Reader, key: str, least: int, most: int) -> int:
    text = read.text(key)
    if text.isdecimal() and len(text) < 6 and least <= int(text) <= most:
        return int(text)
    if text:
        read.bad(key, f"Enter a whole number from {least} to {most}")
    return least
