"""Thousands of resident-weeks decided twice: by the program, and by tables written from the text of the rules alone.

The weeks are the same each time. Some parts take every combination of one rule's edges, the rest is drawn at random
around them; that every code, setting and kind of week really occurs is asked as well.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest

from app.domain.premium import REASON_CODES, decide_line
from tests.oracle.premium_table import COUNTS_AS, DAYS_OLD, FEWEST_NIGHTS, Case, answer

DAY: Final = timedelta(days=1)
WEEKS: Final = (
    date(2015, 9, 28),  # before the premium began
    date(2015, 10, 5),  # its first week
    date(2015, 10, 19),  # the clocks go back on its Sunday
    date(2015, 12, 28),  # ISO week 53
    date(2016, 2, 29),
    date(2016, 3, 21),  # the clocks go forward on its Sunday
    date(2016, 7, 4),  # all of it in summer time
    date(2016, 10, 24),  # the clocks go back on its Sunday
    date(2016, 11, 7),  # the week of the worked cases
    date(2020, 12, 28),  # ISO week 53, over the new year
    date(2026, 10, 19),
    date(2026, 12, 28),  # ISO week 53
)
AREAS: Final = ("dementia", "falls", "health", "nutrition", "wound")
RANDOM_WEEKS: Final = 2500


def stamp(day: date, clock: str = "12:00") -> str:
    return f"{day.isoformat()}T{clock}"


def champion(pathway: str, name: str = "A", certificate: Any = (None, None), in_post: Any = (None, None)) -> Any:
    return {"name": name, "pathway": pathway, "certificate": list(certificate), "in_post": list(in_post)}


def case(monday: date = date(2016, 11, 7), **changes: Any) -> Case:
    """Dementia and falls, fresh evidence, covered, seven nights, claimed on the Monday after: eligible as it stands."""
    resident = {
        "nhs_number": "9990000018", "nhs_number_absent_reason": None, "date_of_birth": "1931-05-02",
        "stays": [["2014-02-01T11:00", None]], "absences": [], "chc": [], "died_at": None,
    } | changes.pop("resident", {})  # fmt: skip
    home = {"ods": "V123A", "accredited": [["2015-01-05", None]]} | changes.pop("home", {})
    fresh = (monday - DAY).isoformat()
    usual: Case = {
        "id": "c", "week_start": monday.isoformat(), "submitted_at": stamp(monday + 7 * DAY, "17:00"), "home": home,
        "resident": resident,
        "needs": [{"area": "dementia", "evidenced_on": fresh}, {"area": "falls", "evidenced_on": fresh}],
        "champions": [champion("dementia"), champion("falls")],
        "relied_upon": None, "other_live_claims": [], "late_reason": None, "policy": {},
    }  # fmt: skip
    return usual | changes


# --------------------------------------------------------------------------------------------- every edge of one rule


def evidence_edges() -> Iterator[Case]:
    """Each area at each age around its limit, undated, dated after the week, and with an older piece beside it."""
    for monday, area in itertools.product(WEEKS[1:], AREAS):
        sunday, other = monday + 6 * DAY, "falls" if area != "falls" else "wound"
        sure = {"area": other, "evidenced_on": sunday.isoformat()}
        cover = [champion(area), champion(other)]
        ages = (-1, 0, 1, DAYS_OLD[area] - 1, DAYS_OLD[area], DAYS_OLD[area] + 1)
        for age in ages:
            on = (sunday - age * DAY).isoformat()
            yield case(monday, needs=[sure, {"area": area, "evidenced_on": on}], champions=cover)
        too_new = {"area": area, "evidenced_on": (sunday + DAY).isoformat()}
        stale = {"area": area, "evidenced_on": (sunday - 200 * DAY).isoformat()}
        undated = {"area": area, "evidenced_on": None}
        for needs in ([sure, too_new, stale], [sure, undated], [sure, undated, stale], [undated]):
            yield case(monday, needs=needs, champions=cover)
            yield case(monday, needs=needs, champions=cover, relied_upon=[area, other])


def nights_edges() -> Iterator[Case]:
    """Every nights rule with 0 to 7 nights, lost by arrival, death, funding, absence, and with a retained bed."""
    for monday, rule, gone in itertools.product((WEEKS[2], WEEKS[5]), FEWEST_NIGHTS, range(8)):
        day = monday + gone * DAY
        back = monday + 9 * DAY
        for retained, clock in itertools.product((0, 2), ("00:00", "23:59")):
            policy = {"nights_rule": rule, "max_retained_nights": retained}
            for resident in (
                {"stays": [[stamp(day, clock), None]]},
                {"stays": [["2014-02-01T11:00", stamp(day, clock)]]},
                {"died_at": stamp(day, clock)},
                {"chc": [[day.isoformat(), None]]},
                {"absences": [[stamp(day, clock), stamp(back)]]},
                {"absences": [[stamp(monday - DAY), stamp(day, clock)]]},
                {"absences": [[stamp(monday + DAY), stamp(back)]], "chc": [[day.isoformat(), None]]},
            ):
                yield case(monday, policy=policy, resident=resident)


def champion_edges() -> Iterator[Case]:
    """Both champion rules, every choice of areas, with falls covered at the week's end, at submission, both, never."""
    monday = date(2016, 11, 7)
    sunday, claimed = monday + 6 * DAY, monday + 7 * DAY
    posts: tuple[list[Any], ...] = (
        [],
        [champion("falls")],
        [champion("falls", in_post=(None, stamp(sunday, "23:59")))],
        [champion("falls", in_post=(None, stamp(claimed, "00:00")))],
        [champion("falls", in_post=(None, stamp(claimed, "17:00")))],
        [champion("falls", in_post=(None, stamp(claimed, "17:01")))],
        [champion("falls", in_post=(stamp(sunday, "23:59"), None))],
        [champion("falls", in_post=(stamp(claimed, "00:00"), None))],
        [champion("falls", certificate=(None, sunday.isoformat()))],
        [champion("falls", certificate=(None, claimed.isoformat()))],
        [champion("falls", certificate=(claimed.isoformat(), None))],
        [champion("falls", "A", in_post=(None, stamp(claimed, "09:00"))),
         champion("falls", "B", in_post=(stamp(claimed, "09:00"), None))],
        [champion("engagement")],
    )  # fmt: skip
    fresh = monday.isoformat()
    needed = [{"area": area, "evidenced_on": fresh} for area in ("dementia", "falls", "wound")]
    cited = [
        None,
        *([*each] for size in range(4) for each in itertools.combinations(("dementia", "falls", "wound"), size)),
    ]
    for rule, falls, named, others in itertools.product(
        ("every_cited", "any"), posts, cited, ((), ("dementia",), ("dementia", "wound"))
    ):
        cover = [*falls, *(champion(area) for area in others)]
        yield case(monday, needs=needed, champions=cover, relied_upon=named, policy={"champion_rule": rule})


def window_edges() -> Iterator[Case]:
    """Submitted from the day before the end to beyond the window, by day and by minute, with and without a reason."""
    for monday, days, clock in itertools.product(
        (WEEKS[2], WEEKS[5], WEEKS[6], WEEKS[8]), (-1, 0, 1, 27, 28, 29, 90), ("00:00", "00:30", "23:59")
    ):
        for reason, window in itertools.product((None, "", " ", "the appeal"), (28, 0, None)):
            at = stamp(monday + (6 + days) * DAY, clock)
            yield case(monday, submitted_at=at, late_reason=reason, policy={"claim_window_days": window})


def needs_edges() -> Iterator[Case]:
    """Every pair of areas that may be recorded: four of them are one, and engagement is none."""
    for one, other in itertools.product(COUNTS_AS, repeat=2):
        needs = [{"area": area, "evidenced_on": "2016-11-01"} for area in (one, other)]
        yield case(needs=needs, champions=[champion(area) for area in (*AREAS, "engagement")])


def identity_edges() -> Iterator[Case]:
    """Numbers, reasons, dates of birth and codes, good and bad."""
    numbers = ("9990000018", "999 000 0018", "9990000019", "9999999999", "999000001", "99900000188", "", None)
    for number, reason, born, ods in itertools.product(
        numbers, (None, " ", "not registered yet"), ("1931-05-02", None), ("V123A", "v9", "V1 3", "", None)
    ):
        resident = {"nhs_number": number, "nhs_number_absent_reason": reason, "date_of_birth": born}
        yield case(resident=resident, home={"ods": ods})


def policy_edges() -> Iterator[Case]:
    """Weeks around the first and the last of a policy, at two amounts, in a home that is accredited for parts of it."""
    for monday in (date(2016, 10, 31) + 7 * n * DAY for n in range(5)):
        for starts, ends in itertools.product(
            ("2015-10-05", "2016-11-07", "2016-11-14"), (None, "2016-11-13", "2016-11-20", "2016-11-27")
        ):
            policy = {"starts": starts, "ends": ends, "amount_pence": 8150, "version": "x"}
            yield case(monday, policy=policy)
            yield case(monday, policy=policy, other_live_claims=[{"home": "V9", "week_start": monday.isoformat()}])
        for accredited in (
            [],
            [["2016-11-07", "2016-11-13"]],
            [["2016-11-08", None]],
            [[None, "2016-11-12"]],
            [[None, "2016-11-09"], ["2016-11-10", None]],
            [[None, "2016-11-09"], ["2016-11-11", None]],
        ):
            yield case(monday, home={"accredited": accredited})  # fmt: skip


# --------------------------------------------------------------------------------------------------- drawn at random


def drawn() -> Iterator[Case]:
    """Weeks in which several things are odd at once."""
    rng = random.Random(20161107)
    for number in range(RANDOM_WEEKS):
        monday = rng.choice(WEEKS)
        near = [monday + n * DAY for n in range(-9, 12)]

        def instant(near: list[date] = near) -> str:
            text = stamp(rng.choice(near), rng.choice(("00:00", "01:30", "09:00", "14:20", "23:58", "23:59")))
            return text + rng.choice(("", "", "", "", "Z", "+01:00"))

        def instants(open_too: bool = True, instant: Any = instant) -> list[Any]:
            # in order also where one of the two carries an offset
            one, other = sorted((instant() for _ in range(2)), key=_moment)
            return rng.choice(([one, other], [one, None], [None, other], [None, None])) if open_too else [one, other]

        def days(near: list[date] = near) -> list[Any]:
            one, other = sorted(rng.choice(near).isoformat() for _ in range(2))
            return rng.choice(([one, other], [one, None], [None, other], [None, None]))

        def odd(share: float = 0.2) -> bool:
            return rng.random() < share

        needs = [
            {
                "area": rng.choice((*COUNTS_AS, *AREAS)),
                "evidenced_on": None
                if odd(0.1)
                else (
                    monday + (6 - rng.choice((0, 3, 20, 34, 35, 36, 91, 92, 93, 182, 183, 184, -1))) * DAY
                ).isoformat(),
            }
            for _ in range(rng.randint(0, 6))
        ]
        cover = [
            champion(
                rng.choice((*AREAS, "engagement")), f"P{n}",
                days() if odd() else (None, None), instants() if odd() else (None, None),
            )
            for n in range(rng.randint(0, 9))
        ]  # fmt: skip
        named = rng.sample(AREAS, rng.randint(0, 4)) if odd(0.4) else None
        submitted = stamp(
            monday + rng.choice((6, 7, 7, 7, 8, 20, 34, 35, 40)) * DAY, rng.choice(("00:00", "09:00", "23:59"))
        )
        policy: dict[str, Any] = {
            "champion_rule": rng.choice(("every_cited", "any")),
            "nights_rule": rng.choice(tuple(FEWEST_NIGHTS)),
            "max_retained_nights": rng.choice((0, 0, 1, 3, 7)),
        }
        if odd(0.1):
            policy |= {"evidence_days": {"falls": 30, "health": 5}, "pro_rata_pence": 1500, "needs_required": 3}
        if odd(0.05):
            policy |= {"ends": (monday + rng.choice((-1, 6, 13)) * DAY).isoformat()}
        yield case(
            monday,
            id=f"r{number}",
            submitted_at=submitted,
            needs=needs,
            champions=cover,
            relied_upon=named,
            policy=rng.choice((policy, policy, None)),
            late_reason=rng.choice((None, "the appeal")),
            other_live_claims=[{"home": "V9", "week_start": rng.choice(WEEKS).isoformat()}] if odd(0.1) else [],
            home={"accredited": [days()]} if odd(0.1) else {},
            resident={
                "stays": [instants() for _ in range(rng.randint(0, 3))] if odd() else [[None, None]],
                "absences": [instants(open_too=False) for _ in range(rng.randint(0, 2))] if odd(0.3) else [],
                "chc": [days()] if odd() else [],
                "died_at": rng.choice((instant(), monday.isoformat())) if odd(0.1) else None,
                "nhs_number": "9990000019" if odd(0.05) else "9990000018",
            },
        )


def _moment(text: str) -> datetime:
    from tests.oracle.premium_table import utc

    return utc(text)


PARTS: Final = {
    "evidence": evidence_edges, "nights": nights_edges, "champions": champion_edges, "window": window_edges,
    "needs": needs_edges, "identity": identity_edges, "policy": policy_edges, "drawn": drawn,
}  # fmt: skip


@cache
def decided(part: str) -> tuple[tuple[Case, dict[str, Any]], ...]:
    """The cases of a part with the program's answers."""
    found = []
    for each in PARTS[part]():
        text, accepted = decide_line(json.dumps(each))
        assert accepted, text
        found.append((each, json.loads(text)))
    return tuple(found)


@pytest.mark.parametrize("part", PARTS)
def test_the_program_answers_as_the_tables_do(part: str) -> None:
    wrong = [(each, found, answer(each)) for each, found in decided(part) if found != answer(each)]
    assert not wrong, f"{len(wrong)} of {len(decided(part))} differ, the first: {wrong[0]}"


def test_there_are_enough_weeks_and_everything_occurs_in_them() -> None:
    answers = [(each, found) for part in PARTS for each, found in decided(part)]
    assert len(answers) >= 5000
    codes = Counter(code.partition(":")[0] for _, found in answers for code in found["reasons"])
    assert set(codes) == set(REASON_CODES)
    assert min(codes.values()) >= 20, codes
    by_area = {code for _, found in answers for code in found["reasons"] if ":" in code}
    kinds = ("EVIDENCE-MISSING", "EVIDENCE-STALE", "CHAMPION-NOT-IN-POST")
    assert by_area == {f"{kind}:{area}" for kind in kinds for area in AREAS}
    eligible = [(each, found) for each, found in answers if found["eligible"]]
    assert len(eligible) >= 1000
    assert {found["nights"] for _, found in eligible} == set(range(1, 8))
    assert len({found["amount_pence"] for _, found in eligible}) >= 8
    assert sum(found["manual"] for _, found in answers) >= 20
    assert sum(bool(found["left_out"]) for _, found in eligible) >= 100
    settings = {
        (each["policy"]["nights_rule"], each["policy"]["champion_rule"])
        for each, _ in decided("drawn")
        if each["policy"]
    }
    assert settings == set(itertools.product(FEWEST_NIGHTS, ("every_cited", "any")))
    for monday in WEEKS[1:]:
        mine = [found["eligible"] for each, found in answers if each["week_start"] == monday.isoformat()]
        assert {True, False} == set(mine), f"{monday} is decided both ways"


def test_the_tables_would_notice_a_rule_that_is_wrong_by_one() -> None:
    """The tables are no mirror: an answer wrong by one day, night or instant is not theirs."""
    limit = case(
        needs=[{"area": "dementia", "evidenced_on": "2016-05-14"}, {"area": "falls", "evidenced_on": "2016-11-01"}]
    )
    assert answer(limit)["eligible"], "183 days before Sunday the 13th"
    older = case(
        needs=[{"area": "dementia", "evidenced_on": "2016-05-13"}, {"area": "falls", "evidenced_on": "2016-11-01"}]
    )
    assert answer(older)["reasons"] == ["EVIDENCE-STALE:dementia", "CHAMPION-LT2"]
    assert answer(case(resident={"stays": [["2016-11-10T10:00", None]]}))["nights"] == 4
    assert answer(case(resident={"stays": [["2016-11-11T10:00", None]]}))["reasons"] == ["NIGHTS-LT4"]
