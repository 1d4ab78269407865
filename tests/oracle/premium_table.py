"""The premium's rules a second time, as tables: one row a night, one row an area, one row a rule.

Written from the text of the rules alone, on the JSON that ``hartwell decide`` reads. Nothing of the program is used,
the calendar neither: summer time is worked out from the last Sundays of March and October.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final

Case = dict[str, Any]
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)

# ------------------------------------------------------------------------------------------- the tables of the text

COUNTS_AS: Final = {
    "dementia": "dementia", "falls": "falls", "nutrition": "nutrition", "wound": "wound", "health": "health",
    "end_of_life": "health", "continence": "health", "neurological": "health", "respiratory": "health",
    "engagement": None,
}  # fmt: skip
DAYS_OLD: Final = {"nutrition": 35, "wound": 35, "health": 92, "dementia": 183, "falls": 183}
FEWEST_NIGHTS: Final = {"at_least_4": 4, "any": 1, "all7": 7, "pro_rata": 1}
DEFAULTS: Final[dict[str, Any]] = {
    "version": "2015-10-05/1", "starts": "2015-10-05", "ends": None, "amount_pence": 7000, "needs_required": 2,
    "areas_required": 2, "champion_rule": "every_cited", "nights_rule": "at_least_4", "pro_rata_pence": 1000,
    "max_retained_nights": 0, "claim_window_days": 28,
}  # fmt: skip


# ------------------------------------------------------------------------------------------------- days and instants


def last_sunday(year: int, month: int) -> date:
    """The last Sunday of March or October, which both have 31 days."""
    end = date(year, month, 31)
    return end - ((end.weekday() + 1) % 7) * _DAY


def summer(instant: datetime) -> bool:
    """Whether British Summer Time holds at a UTC instant: between 01:00 UTC of the two Sundays."""
    begins, ends = (last_sunday(instant.year, month) for month in (3, 10))
    naive = instant.replace(tzinfo=None)
    return datetime(begins.year, 3, begins.day, 1) <= naive < datetime(ends.year, 10, ends.day, 1)  # noqa: DTZ001


@cache
def utc(text: str) -> datetime:
    """The UTC instant of ``2016-11-14T17:00``, local unless it says otherwise, or of a date alone, its midnight."""
    read = datetime.fromisoformat(text if "T" in text else f"{text}T00:00")
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    as_summer = (read - _HOUR).replace(tzinfo=UTC)
    return as_summer if summer(as_summer) else read.replace(tzinfo=UTC)


def local_day(instant: datetime) -> date:
    """The date in the home at a UTC instant."""
    return (instant + _HOUR if summer(instant) else instant).date()


def on_days(period: list[str | None], day: date) -> bool:
    """Date periods include both ends; null is open."""
    first, last = period
    return (first is None or date.fromisoformat(first) <= day) and (last is None or day <= date.fromisoformat(last))


def at_instants(period: list[str | None], instant: datetime) -> bool:
    """Instants run from the first up to the last, which is not in them; null is open."""
    first, last = period
    return (first is None or utc(first) <= instant) and (last is None or instant < utc(last))


# ------------------------------------------------------------------------------------------------- a row for a night


@dataclass(frozen=True)
class Night:
    """The state at 23:59 local of one date."""

    here: bool
    away: bool
    funded: bool


def nights(case: Case, monday: date) -> list[Night]:
    """The seven rows of the week."""
    who = case["resident"]
    rows = []
    for n in range(7):
        day = monday + n * _DAY
        at = utc(f"{day.isoformat()}T23:59")
        dead = who.get("died_at") is not None and utc(who["died_at"]) <= at
        rows.append(
            Night(
                here=not dead and any(at_instants(stay, at) for stay in who["stays"]),
                away=any(at_instants(absence, at) for absence in who["absences"]),
                funded=any(on_days(award, day) for award in who["chc"]),
            )
        )
    return rows


def eligible_nights(rows: list[Night], retained: int) -> tuple[int, int]:
    """How many nights count, and how many would if none were funded by Continuing Healthcare."""
    beds = [row for row in rows if row.here and row.away]
    in_home = [row for row in rows if row.here and not row.away]
    unfunded = len([row for row in in_home if not row.funded]) + min(
        retained, len([row for row in beds if not row.funded])
    )
    return unfunded, len(in_home) + min(retained, len(beds))


# ------------------------------------------------------------------------------------------------ a row for an area


@dataclass(frozen=True)
class Area:
    """One of the five areas, with what stands against it under R3 and under R4 (empty: it passes)."""

    name: str
    needed: bool
    cited: bool
    evidence: str
    champion: str

    @property
    def passes(self) -> bool:
        """Evidence and champion both hold."""
        return not self.evidence and not self.champion

    @property
    def codes(self) -> list[str]:
        """Both codes, evidence first."""
        return [code for code in (self.evidence, self.champion) if code]


def areas(case: Case, monday: date, limits: dict[str, int]) -> list[Area]:
    """The rows of the areas that are needed or named, by name."""
    sunday = monday + 6 * _DAY
    end, submitted = utc(f"{sunday.isoformat()}T23:59"), utc(case["submitted_at"])
    named = case.get("relied_upon")
    rows = []
    for name in ("dementia", "falls", "health", "nutrition", "wound"):
        needs = [need for need in case["needs"] if COUNTS_AS[need["area"]] == name]
        cited = bool(needs) if named is None else name in {COUNTS_AS[area] for area in named}
        if not needs and not cited:
            continue
        dates = [need.get("evidenced_on") for need in needs]
        usable = [on for on in map(date.fromisoformat, [each for each in dates if each]) if on <= sunday]
        if not usable:
            evidence = f"EVIDENCE-MISSING:{name}"
        else:
            evidence = f"EVIDENCE-STALE:{name}" if (sunday - max(usable)).days > limits[name] else ""
        trained = [each for each in case["champions"] if each["pathway"] == name]
        covered = [
            any(on_days(each["certificate"], day) and at_instants(each["in_post"], instant) for each in trained)
            for day, instant in ((sunday, end), (local_day(submitted), submitted))
        ]
        rows.append(Area(name, bool(needs), cited, evidence, "" if all(covered) else f"CHAMPION-NOT-IN-POST:{name}"))
    return rows


# -------------------------------------------------------------------------------------------------- a row for a rule


def check_digit_holds(number: str) -> bool:
    """Ten digits, not ten equal ones, with weights 10 to 2 and modulus 11; a remainder of 10 is never issued."""
    digits = "".join(char for char in number if char not in " -.\u00a0")
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit() or len(set(digits)) == 1:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    return check != 10 and check == int(digits[9])


def identity_known(case: Case) -> bool:
    """R11: the number, or why it is not known; the date of birth; the home's code."""
    who, ods = case["resident"], (case["home"]["ods"] or "").strip().upper()
    number, reason = who["nhs_number"], who.get("nhs_number_absent_reason")
    known = check_digit_holds(number) if number else bool(reason and reason.strip())
    return known and bool(who["date_of_birth"]) and 3 <= len(ods) <= 12 and ods.isascii() and ods.isalnum()


def answer(case: Case) -> dict[str, Any]:
    """The decision, in the shape in which ``hartwell decide`` writes it."""
    policy = {**DEFAULTS, **(case.get("policy") or {})}
    limits = {**DAYS_OLD, **policy.get("evidence_days", {})}
    monday = date.fromisoformat(case["week_start"])
    sunday = monday + 6 * _DAY
    after = (local_day(utc(case["submitted_at"])) - sunday).days
    in_force = date.fromisoformat(policy["starts"]) <= monday and (
        policy["ends"] is None or monday <= date.fromisoformat(policy["ends"])
    )
    accredited = all(any(on_days(each, monday + n * _DAY) for each in case["home"]["accredited"]) for n in range(7))
    duplicate = any(other["week_start"] == case["week_start"] for other in case["other_live_claims"])
    rows = nights(case, monday)
    counted, without_chc = eligible_nights(rows, policy["max_retained_nights"] if in_force else 0)

    table = areas(case, monday, limits)
    cited = [row for row in table if row.cited]
    passing = [row.name for row in cited if row.passes]
    failing = [row for row in cited if not row.passes]
    enough = len(passing) >= (1 if policy["champion_rule"] == "any" else policy["areas_required"])
    strict = case.get("relied_upon") is not None and policy["champion_rule"] == "every_cited"
    refusing = failing if strict or not enough else []
    fewest = FEWEST_NIGHTS[policy["nights_rule"]]
    window = policy["claim_window_days"]

    # rule, whether it needs a policy to be in force, and the codes it gives
    rules: list[tuple[str, bool, list[str]]] = [
        ("R1", False, [] if accredited else ["HOME-NOT-ACCREDITED"]),
        ("R2", True, ["NEEDS-LT2"] if sum(row.needed for row in table) < policy["needs_required"] else []),
        ("R3", True, [row.evidence for row in refusing if row.evidence]),
        ("R4", True, [row.champion for row in refusing if row.champion]),
        ("R5", True, [] if enough else ["CHAMPION-LT2"]),
        ("R6", True, ["CHC-FUNDED"] if counted < fewest <= without_chc else []),
        ("R7", True, ["NIGHTS-LT4"] if counted < fewest else []),
        ("R8", False, ["DUPLICATE"] if duplicate else []),
        ("R9 early", False, ["TOO-EARLY"] if after <= 0 else []),
        ("R9 late", True, ["LATE"] if window is not None and after > window else []),
        ("R10", False, [] if in_force else ["NO-POLICY"]),
        ("R11", False, [] if identity_known(case) else ["IDENTITY"]),
    ]
    reasons = [code for _, needs_policy, codes in rules for code in codes if in_force or not needs_policy]
    eligible = not reasons
    each_night = min(policy["pro_rata_pence"] * counted, policy["amount_pence"])
    amount = each_night if policy["nights_rule"] == "pro_rata" else policy["amount_pence"]
    late_reason = case.get("late_reason")
    found: dict[str, Any] = {
        "id": case["id"],
        "eligible": eligible,
        "amount_pence": amount if eligible else 0,
        "nights": counted,
        "relied_upon": passing if eligible else [],
        "manual": reasons == ["LATE"] and bool(late_reason and late_reason.strip()),
        "reasons": reasons,
        "policy": policy["version"] if in_force else None,
    }
    if eligible:
        found["left_out"] = {row.name: row.codes for row in table if row.name not in passing}
    return found
