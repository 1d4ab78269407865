"""``hartwell decide``: one JSON line of facts in, one JSON line with the decision out.

Everything is checked before anything is decided. Unknown keys are refused by name, wrong types by the path of the field
(``resident.stays[0][1]``). A refused line is answered with the first thing to mend, and later lines are not affected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar

from app.domain.dates import to_utc
from app.domain.errors import UserError
from app.domain.needs import ChampionPathway, PremiumNeed, premium_need
from app.domain.periods import DatePeriod, InstantPeriod
from app.domain.premium.facts import Champion, NeedEvidence, OtherClaim, WeekFacts
from app.domain.premium.policy import POLICIES, ChampionRule, NightsRule, Policy, policy_for
from app.domain.premium.rules import decide

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_FIRST_WEEK: Final = date(1948, 7, 5)
_LAST_WEEK: Final = date(2199, 12, 30)

_CASE: Final = frozenset({"id", "week_start", "submitted_at", "home", "resident", "needs", "champions",
                          "other_live_claims"})  # fmt: skip
_CASE_MAY: Final = _CASE | {"relied_upon", "late_reason", "policy"}
_HOME: Final = frozenset({"ods", "accredited"})
_RESIDENT: Final = frozenset({"nhs_number", "date_of_birth", "stays", "absences", "chc"})
_RESIDENT_MAY: Final = _RESIDENT | {"nhs_number_absent_reason", "died_at"}
_NEED: Final = frozenset({"area"})
_NEED_MAY: Final = _NEED | {"evidenced_on"}
_CHAMPION: Final = frozenset({"name", "pathway", "certificate", "in_post"})
_OTHER: Final = frozenset({"home", "week_start"})
_POLICY_MAY: Final = frozenset(field.name for field in fields(Policy))


def decide_line(line: str) -> tuple[str, bool]:
    """Answer one line: the JSON text (without a line end), and whether the line was accepted.

    A refused line is answered with ``{"id", "error": {"field", "message"}}``; ``id`` is null when it could not be read.
    """
    identifier: object = None
    try:
        case = _load(line)
        if isinstance(case, dict) and isinstance(case.get("id"), str | int):
            identifier = case["id"]
        facts, policy = read_case(case)
        answer = decide(facts, policy).as_json()
    except UserError as refused:
        error = {"field": refused.field, "message": refused.message}
        return json.dumps({"id": identifier, "error": error}), False
    return json.dumps(answer | {"id": identifier}), True


def read_case(case: object) -> tuple[WeekFacts, Policy | None]:
    """The facts, and the policy in force with the case's overrides. Raises UserError that names the field."""
    top = _object(case, "", _CASE, _CASE_MAY)
    home = _object(top["home"], "home", _HOME, _HOME)
    resident = _object(top["resident"], "resident", _RESIDENT, _RESIDENT_MAY)
    week_start = _week(top["week_start"], "week_start")
    absent_reason = "nhs_number_absent_reason"
    facts = WeekFacts(
        id=_identifier(top["id"]),
        week_start=week_start,
        submitted_at=_instant(top["submitted_at"], "submitted_at"),
        home_ods=_optional(_text, home["ods"], "home.ods"),
        accredited=_list(_dates, home["accredited"], "home.accredited"),
        nhs_number=_optional(_text, resident["nhs_number"], "resident.nhs_number"),
        nhs_number_absent_reason=_optional(_text, resident.get(absent_reason), f"resident.{absent_reason}"),
        date_of_birth=_optional(_date, resident["date_of_birth"], "resident.date_of_birth"),
        stays=_list(_instants, resident["stays"], "resident.stays"),
        absences=_list(_instants, resident["absences"], "resident.absences"),
        chc=_list(_dates, resident["chc"], "resident.chc"),
        died_at=_optional(_death, resident.get("died_at"), "resident.died_at"),
        needs=_list(_need, top["needs"], "needs"),
        champions=_list(_champion, top["champions"], "champions"),
        relied_upon=_optional(_relied_upon, top.get("relied_upon"), "relied_upon"),
        other_live_claims=_list(_other_claim, top["other_live_claims"], "other_live_claims"),
        late_reason=_optional(_text, top.get("late_reason"), "late_reason"),
    )
    return facts, policy_for(week_start, _policies(top.get("policy")))


class _Twice(ValueError):  # noqa: N818 - only ever turned into a UserError
    """A key stands twice in one object, so one of the two values would be lost silently."""


def _load(line: str) -> object:
    try:
        return json.loads(line, object_pairs_hook=_once_each)
    except _Twice as twice:
        key = str(twice)
        raise UserError(f"{key} is given twice", field=key) from None
    except (ValueError, RecursionError):
        raise UserError("The line must be one JSON object", field="line") from None


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return found


def _object(value: object, path: str, must: frozenset[str], may: frozenset[str]) -> dict[str, object]:
    """The value as an object that has every key of ``must`` and no key outside ``may``."""
    if not isinstance(value, dict):
        raise UserError(f"{path or 'The line'} must be an object", field=path or "line")
    keys = value.keys()
    if not keys <= may:
        name = min(keys - may)
        raise UserError(f"{name} is not a known key", field=_join(path, name))
    if not must <= keys:
        name = min(must - keys)
        raise UserError(f"{name} is missing", field=_join(path, name))
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _list(read: Callable[[object, str], _T], value: object, path: str) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise UserError(f"{path} must be a list", field=path)
    if not value:
        return ()
    return tuple([read(entry, f"{path}[{n}]") for n, entry in enumerate(value)])


def _optional(read: Callable[[object, str], _T], value: object, path: str) -> _T | None:
    return None if value is None else read(value, path)


def _identifier(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UserError("id must be text", field="id")
    return str(value)


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise UserError(f"{path} must be text", field=path)
    return value


def _date(value: object, path: str) -> date:
    try:
        return _read_date(_text(value, path))
    except ValueError:
        raise UserError(f"{path} must be a real date such as 2016-11-07", field=path) from None


def _week(value: object, path: str) -> date:
    day = _date(value, path)
    if day.weekday() != 0:
        raise UserError(f"{path} must be a Monday", field=path)
    if not _FIRST_WEEK <= day <= _LAST_WEEK:
        raise UserError(f"{path} must be a week between 1948 and 2199", field=path)
    return day


def _instant(value: object, path: str) -> datetime:
    try:
        return _read_instant(_text(value, path))
    except (ValueError, OverflowError):
        raise UserError(f"{path} must be a real date and time such as 2016-11-14T17:00", field=path) from None


# Both are kept because a home's posts, stays and dates stand on line after line.


@lru_cache(maxsize=4096)
def _read_date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


@lru_cache(maxsize=4096)
def _read_instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    return to_utc(datetime.fromisoformat(text))


def _death(value: object, path: str) -> datetime:
    """An instant, or a date alone where the time of death is not known."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        _date(value, path)
        return _instant(f"{value}T00:00", path)
    return _instant(value, path)


def _pair(value: object, path: str) -> tuple[object, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise UserError(f"{path} must be a list of two: the start and the end, null where open", field=path)
    return value[0], value[1]


def _dates(value: object, path: str) -> DatePeriod:
    if type(value) is list and len(value) == 2:
        try:
            return _known_dates(*value)
        except (UserError, TypeError):
            pass  # read below, where the message is made
    return _dates_of(value, path)


def _dates_of(value: object, path: str) -> DatePeriod:
    start, end = _pair(value, path)
    first, last = _optional(_date, start, f"{path}[0]"), _optional(_date, end, f"{path}[1]")
    if first is not None and last is not None and last < first:
        raise UserError(f"{path} must not end before it starts", field=path)
    return first, last


def _instants(value: object, path: str) -> InstantPeriod:
    if type(value) is list and len(value) == 2:
        try:
            return _known_instants(*value)
        except (UserError, TypeError):
            pass  # as above
    return _instants_of(value, path)


def _instants_of(value: object, path: str) -> InstantPeriod:
    start, end = _pair(value, path)
    first, last = _optional(_instant, start, f"{path}[0]"), _optional(_instant, end, f"{path}[1]")
    if first is not None and last is not None and last < first:
        raise UserError(f"{path} must not end before it starts", field=path)
    return first, last


# A home's champions, stays and dates stand on line after line: what was read and accepted once is kept by what it was
# read from, which is text or null. What is refused is never kept, so the message is made anew with its path.


@lru_cache(maxsize=4096)
def _known_dates(first: object, last: object) -> DatePeriod:
    return _dates_of([first, last], "")


@lru_cache(maxsize=4096)
def _known_instants(first: object, last: object) -> InstantPeriod:
    return _instants_of([first, last], "")


@lru_cache(maxsize=4096)
def _known_champion(
    name: object, pathway: object, first: object, last: object, since: object, until: object
) -> Champion:
    return _champion_of({"name": name, "pathway": pathway, "certificate": [first, last], "in_post": [since, until]}, "")


@lru_cache(maxsize=4096)
def _known_need(area: object, evidenced_on: object) -> NeedEvidence:
    return _need_of({"area": area, "evidenced_on": evidenced_on}, "")


def _need(value: object, path: str) -> NeedEvidence:
    if type(value) is dict and value.keys() == _NEED_MAY:
        try:
            return _known_need(value["area"], value["evidenced_on"])
        except (UserError, TypeError):
            pass  # as above
    return _need_of(value, path)


def _need_of(value: object, path: str) -> NeedEvidence:
    found = _object(value, path, _NEED, _NEED_MAY)
    area = _text(found["area"], f"{path}.area")
    premium_need(area, field=f"{path}.area")
    return NeedEvidence(area, _optional(_date, found.get("evidenced_on"), f"{path}.evidenced_on"))


def _champion(value: object, path: str) -> Champion:
    if type(value) is dict and value.keys() == _CHAMPION:
        certificate, post = value["certificate"], value["in_post"]
        if type(certificate) is list and type(post) is list and len(certificate) == len(post) == 2:
            try:
                return _known_champion(value["name"], value["pathway"], *certificate, *post)
            except (UserError, TypeError):
                pass  # as above
    return _champion_of(value, path)


def _champion_of(value: object, path: str) -> Champion:
    found = _object(value, path, _CHAMPION, _CHAMPION)
    return Champion(
        name=_text(found["name"], f"{path}.name"),
        pathway=_choice(ChampionPathway, found["pathway"], f"{path}.pathway"),
        certificate=_dates(found["certificate"], f"{path}.certificate"),
        in_post=_instants(found["in_post"], f"{path}.in_post"),
    )


def _other_claim(value: object, path: str) -> OtherClaim:
    found = _object(value, path, _OTHER, _OTHER)
    return OtherClaim(_text(found["home"], f"{path}.home"), _week(found["week_start"], f"{path}.week_start"))


def _relied_upon(value: object, path: str) -> tuple[str, ...]:
    return _list(_premium_area, value, path)


def _premium_area(value: object, path: str) -> str:
    area = _text(value, path)
    if premium_need(area, field=path) is None:
        raise UserError(f"{area} earns no premium, so a claim cannot rely on it", field=path)
    return area


def _choice(kind: type[_E], value: object, path: str) -> _E:
    try:
        return kind(_text(value, path))
    except ValueError:
        raise UserError(f"{path} must be one of: {', '.join(kind)}", field=path) from None


def _whole(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise UserError(f"{path} must be a whole number, 0 or more", field=path)
    return value


def _policies(value: object) -> tuple[Policy, ...]:
    """Every dated policy with the case's overrides applied to it; absent or null: as they are."""
    if value is None:
        return POLICIES
    given = _object(value, "policy", frozenset(), _POLICY_MAY)
    return tuple([replace(policy, **_overrides(given, policy)) for policy in POLICIES])  # type: ignore[arg-type]


def _overrides(given: dict[str, object], policy: Policy) -> dict[str, object]:
    read: dict[str, Callable[[object, str], object]] = {
        "version": _text,
        "starts": _date,
        "ends": lambda value, path: _optional(_date, value, path),
        "champion_rule": lambda value, path: _choice(ChampionRule, value, path),
        "nights_rule": lambda value, path: _choice(NightsRule, value, path),
        "claim_window_days": lambda value, path: _optional(_whole, value, path),
        "evidence_days": lambda value, path: {**policy.evidence_days, **_by_need(_whole, value, path)},
        "evidence_records": lambda value, path: {**policy.evidence_records, **_by_need(_records, value, path)},
    }
    return {name: read.get(name, _whole)(value, f"policy.{name}") for name, value in given.items()}


def _by_need(read: Callable[[object, str], _T], value: object, path: str) -> dict[PremiumNeed, _T]:
    found = _object(value, path, frozenset(), frozenset(PremiumNeed))
    return {PremiumNeed(name): read(entry, f"{path}.{name}") for name, entry in found.items()}


def _records(value: object, path: str) -> tuple[str, ...]:
    return _list(_text, value, path)
