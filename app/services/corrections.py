"""What a later correction does to weeks that were claimed: a task each, reversals drafted, previewed and signed.

Every claim is tested again as it was made, with the facts as they are recorded now. A week whose claim would not stand
any more is taken back by a reversal, one that is worth another amount is taken back and claimed anew, and one that was
taken back and would stand after all (an appeal was won) is claimed again. Or a manager looks at it and says why nothing
follows; another difference of the same claim asks again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.dates import date_time, short_date, week_start
from app.domain.errors import UserError
from app.domain.home_facts import ClaimReview, HomeFactKind
from app.domain.messages import ClaimLine
from app.domain.money import pounds
from app.domain.needs import need_label, premium_need
from app.domain.people import FactKind, Resident, ResidentId
from app.domain.premium import POLICIES, Policy, reason_words
from app.domain.premium.corrections import (
    Change,
    Difference,
    Part,
    Verdict,
    as_made_then,
    fallen_difference,
    standing_difference,
)
from app.domain.premium.rules import decide
from app.models import claims as claim_rows
from app.models import home_facts as home_rows
from app.models import residents as resident_rows
from app.models import revisions
from app.services import home_facts, sign_in
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.claim_facts import WeekPicture, read_weeks
from app.services.claim_signing import ToSign, claim_to_sign, next_version, reversal_to_sign, sign_and_queue, sum_pence
from app.services.home_facts import SavedHomeFact
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LONGEST_REASON = 500


class Remedy(StrEnum):
    """What a task offers; the value is its words."""

    TAKE_BACK = "Take it back"
    CHANGE = "Take it back and claim the right amount"
    CLAIM_AGAIN = "Claim it again"
    WEEK_SCREEN = "Claim it again on the week's page"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Which part of the record reads otherwise, then and now, and when and by whom it was recorded, if that can be
    told."""

    part: str
    then: str
    now: str
    recorded: str


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """A claimed week that a later correction touches.

    ``stood`` is what the claim is counted at in pence, ``worth`` what the week is worth as it is known now. ``settled``
    says what a manager decided about exactly this difference, empty while the task is open. ``finding`` names the
    difference.
    """

    identifier: str
    version: int
    resident_id: ResidentId
    resident_key: str
    resident_name: str
    room: str
    week_start: date
    verdict: Verdict
    remedy: Remedy
    words: str
    reasons: tuple[str, ...]
    changes: tuple[ChangeLine, ...]
    claim_words: str
    stood: int
    worth: int
    finding: str
    settled: str = ""

    @property
    def difference_pence(self) -> int:
        """What following the correction brings in; negative when it costs."""
        return self.worth - self.stood


@dataclass(frozen=True, slots=True)
class DraftWeek:
    """One message as it would be sent: the lines of one home-week."""

    week_start: date
    lines: tuple[ClaimLine, ...]
    total_pence: int


@dataclass(frozen=True, slots=True)
class Drafts:
    """What would be signed, week by week."""

    weeks: tuple[DraftWeek, ...]
    total_pence: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """Reversals and new claims were signed and queued, one message a week."""

    bundle_ids: tuple[str, ...]
    identifiers: tuple[str, ...]
    total_pence: int
    changes: Changes


Chosen = Mapping[str, str]
"""The claims to follow up: the identifier of each, and the finding that was looked at."""


def tasks(
    session: Session, first: date | None = None, last: date | None = None, *, settled: bool = False
) -> tuple[ClaimTask, ...]:
    """The claimed weeks that a correction touches, the newest week first; with ``settled`` also those looked at.

    ``first`` and ``last`` limit it to weeks with a day between them.
    """
    require(session, Action.VIEW_CLAIMS)
    with session.read() as connection:
        found = [_task(session, connection, touched) for touched in _touched(session, connection, first, last)]
    return tuple(task for task in found if settled or not task.settled)


def settle(session: Session, identifier: str, finding: str, words: str) -> SavedHomeFact:
    """Say what was decided about a task when no money follows from it. The same difference asks no more."""
    require(session, Action.MANAGE_MONEY)
    with session.read() as connection:
        _the_same({identifier: finding}, _touched(session, connection, None, None, {identifier}))
    return home_facts.add(session, ClaimReview(identifier, finding, words.strip()))


def preview(session: Session, chosen: Chosen, reason: str = "") -> Drafts:
    """The reversals and new claims exactly as they would be sent."""
    require(session, Action.SIGN_CLAIMS)
    with session.read() as connection:
        weeks = _drafted(session, connection, chosen, reason.strip())
    found = tuple(DraftWeek(m, tuple(item.line for item in items), sum_pence(items)) for m, items in weeks)
    return Drafts(found, sum(week.total_pence for week in found))


def sign(session: Session, chosen: Chosen, password: str, reason: str) -> Corrected:
    """Sign the reversals and new claims and queue them, one message a week, all in one transaction or none.

    They are drafted again inside it: when a claim no longer has the finding that was looked at, nothing is signed. The
    reason goes on record with each, and in the message with a claim that is made again.
    """
    require(session, Action.SIGN_CLAIMS)
    reason = reason.strip()
    if not reason:
        raise UserError("Enter the reason", field="reason")
    if len(reason) > _LONGEST_REASON:
        raise UserError(f"The reason must be {_LONGEST_REASON} characters or fewer", field="reason")
    signer = sign_in.unlock_again(session, password)
    bundles: list[str] = []
    identifiers: list[str] = []
    total = 0
    with session.write_signed(signer) as work:
        for monday, items in _drafted(session, work.connection, chosen, reason):
            about = f"Premium corrections, week of {short_date(monday)}"
            bundle_id, signed, pence = sign_and_queue(session, work, signer, monday, items, about)
            bundles.append(bundle_id)
            identifiers.extend(signed)
            total += pence
    return Corrected(tuple(bundles), tuple(identifiers), total, changes("claim", "outbox"))


# -------------------------------------------------------------------------------------------- testing claims again


@dataclass(frozen=True, slots=True)
class _Touched:
    """A claim whose week reads otherwise now: ``taken_back`` when a reversal was what ended it."""

    picture: WeekPicture
    resident: Resident
    claim: claim_rows.ClaimLineRow
    policy: Policy | None
    difference: Difference
    stands: bool

    @property
    def remedy(self) -> Remedy:
        """What can be done about it."""
        if self.difference.verdict is Verdict.FALLS:
            return Remedy.TAKE_BACK
        if self.stands:
            return Remedy.CHANGE
        return Remedy.CLAIM_AGAIN if self.claim.reversal_of else Remedy.WEEK_SCREEN


def _touched(
    session: Session,
    connection: Connection,
    first: date | None,
    last: date | None,
    only: Iterable[str] | None = None,
) -> list[_Touched]:
    """Every claim of the span, or of those named, that is touched; the newest week first."""
    begins = week_start(first) if first else POLICIES[0].starts
    claims = claim_rows.claims_between(connection, begins, last or session.today())
    wanted = None if only is None else set(only)
    mondays = {claim.week_start for claim in claims if wanted is None or claim.identifier in wanted}
    found = []
    pictures = read_weeks(connection, session.home, mondays)
    under = _under_their_own(session, connection, pictures)
    for picture in pictures:
        for resident in picture.residents:
            touched = _tested(session, under, picture, resident)
            if touched is not None and (wanted is None or touched.claim.identifier in wanted):
                found.append(touched)
    return sorted(found, key=lambda each: (-each.claim.week_start.toordinal(), each.resident.details.banner_name))


_Under = Mapping[tuple[str, date], WeekPicture]
"""Weeks as another policy than the one in force reads their evidence, by its version and the Monday."""


def _under_their_own(session: Session, connection: Connection, pictures: Sequence[WeekPicture]) -> _Under:
    """The weeks with a claim that was decided under a policy that is not the one in force for them, read once each."""
    wanted: dict[str, tuple[Policy, set[date]]] = {}
    for picture in pictures:
        for policy in picture.decided_under.values():
            if policy is not None and picture.policy is not None and policy.version != picture.policy.version:
                wanted.setdefault(policy.version, (policy, set()))[1].add(picture.week_start)
    return {
        (version, picture.week_start): picture
        for version, (policy, mondays) in wanted.items()
        for picture in read_weeks(connection, session.home, mondays, under=policy)
    }


def _tested(session: Session, under: _Under, picture: WeekPicture, resident: Resident) -> _Touched | None:
    claim = picture.shown_claim(resident)
    if claim is None:
        return None
    policy = picture.decided_under[claim.id]
    picture = under.get((policy.version, picture.week_start), picture) if policy is not None else picture
    signed, then = picture.signed[claim.id]
    now = picture.facts_for(resident, session.now())
    if picture.stands(claim):
        difference = standing_difference(signed, then, now, policy, claim.counted_pence)
        return _Touched(picture, resident, claim, policy, difference, stands=True) if difference else None
    if claim.reversal_of and policy is not None:
        policy = replace(policy, claim_window_days=None)
    difference = fallen_difference(signed, then, now, policy)
    return _Touched(picture, resident, claim, policy, difference, stands=False) if difference else None


def _the_same(chosen: Chosen, found: Sequence[_Touched]) -> list[_Touched]:
    """Those chosen; refused when one of them is not, or not any more, what somebody looked at."""
    now = {touched.claim.identifier: touched for touched in found}
    for identifier, finding in chosen.items():
        touched = now.get(identifier)
        if touched is None or touched.difference.finding != finding:
            raise UserError("What is recorded of this claim has changed since you looked: look again", field="chosen")
    return [touched for touched in found if touched.claim.identifier in chosen]


# ---------------------------------------------------------------------------------------------- reversals drafted


def _drafted(session: Session, connection: Connection, chosen: Chosen, reason: str) -> list[tuple[date, list[ToSign]]]:
    """The lines of each week, the oldest week first; a reversal stands before the claim that takes its place."""
    if not chosen:
        raise UserError("Choose at least one week", field="chosen")
    weeks: dict[date, list[ToSign]] = defaultdict(list)
    for touched in _the_same(chosen, _touched(session, connection, None, None, chosen)):
        if touched.remedy is Remedy.WEEK_SCREEN:
            name = touched.resident.details.banner_name
            raise UserError(f"{name} was refused, not taken back: claim again on the week's page", field="chosen")
        weeks[touched.picture.week_start].extend(_lines(touched, reason))
    return sorted(weeks.items())


def _lines(touched: _Touched, reason: str) -> list[ToSign]:
    picture, resident, claim, policy = touched.picture, touched.resident, touched.claim, touched.policy
    signed, _ = picture.signed[claim.id]
    version = next_version(picture, resident)
    beside = {"reason": reason, "corrects": claim.identifier, "finding": touched.difference.finding}
    found = []
    now = picture.facts_for(resident, signed.submitted_at)
    if touched.stands:
        cited = touched.difference.then.relied_upon or tuple(s.area for s in touched.difference.then.supports)
        facts = as_made_then(signed, now, cited)
        found.append(reversal_to_sign(picture, resident, facts, touched.difference.now, version, claim, beside=beside))
        version += 1
    if touched.difference.worth:
        # Made again for a week that was claimed in time: the window is waived, and the reason says why.
        waived = replace(policy, claim_window_days=None) if policy is not None else None
        cited = touched.difference.now.relied_upon
        facts = replace(as_made_then(signed, now, cited), late_reason=reason or None)
        item = claim_to_sign(
            picture, resident, facts, decide(facts, waived), version, beside={**beside, "window_waived": True}
        )
        found.append(item)
    return found


# -------------------------------------------------------------------------------------------------- tasks in words


def _task(session: Session, connection: Connection, touched: _Touched) -> ClaimTask:
    from app.services.premium import claim_words

    details, claim, difference = touched.resident.details, touched.claim, touched.difference
    reviews = home_rows.facts(connection, HomeFactKind.CLAIM_REVIEW, about=claim.identifier)
    settled = next(
        (
            f"{fact.body.words} ({session.person(fact.recorded_by)}, {date_time(fact.recorded_at)})"
            for fact in reviews
            if isinstance(fact.body, ClaimReview) and fact.body.finding == difference.finding
        ),
        "",
    )
    lines = tuple(
        ChangeLine(change.part.value, change.then, change.now, _recorded_words(session, connection, touched, change))
        for change in difference.changes
    )
    return ClaimTask(
        identifier=claim.identifier,
        version=claim.version,
        resident_id=touched.resident.id,
        resident_key=details.key,
        resident_name=details.banner_name,
        room=details.room,
        week_start=claim.week_start,
        verdict=difference.verdict,
        remedy=touched.remedy,
        words=_words(difference),
        reasons=difference.now.reasons,
        changes=lines,
        claim_words=claim_words(claim),
        stood=difference.stood,
        worth=difference.worth,
        finding=difference.finding,
        settled=settled,
    )


def _words(difference: Difference) -> str:
    """What it comes to, as sentences."""
    if difference.verdict is Verdict.FALLS:
        why = ". ".join(reason_words(code) for code in difference.now.reasons)
        rest = " and ".join(need_label(need).lower() for need in difference.rest)
        also = f". It would stand on {rest} alone" if rest else ""
        return f"{difference.verdict.value}: {why}{also}"
    if difference.verdict is Verdict.STANDS_NOW:
        return f"{difference.verdict.value}: {pounds(difference.worth)}"
    return f"{difference.verdict.value}: {pounds(difference.worth)}, not {pounds(difference.stood)}"


_FACTS_OF = {
    Part.STAYS: FactKind.STAY,
    Part.ABSENCES: FactKind.ABSENCE,
    Part.FUNDING: FactKind.CHC,
    Part.NEEDS: FactKind.NEED,
}


def _recorded_words(session: Session, connection: Connection, touched: _Touched, change: Change) -> str:
    """When and by whom what reads otherwise was recorded, the newest of it; empty when that cannot be told."""
    after = touched.claim.signed_at
    seen: list[tuple[datetime, str]] = []
    kind = _FACTS_OF.get(change.part)
    if kind is not None:
        facts = resident_rows.facts(connection, touched.resident.id, kind, in_error=True)
        seen += [(fact.recorded_at, fact.recorded_by) for fact in facts]
    for name in _REVISED.get(change.part, _nothing)(touched):
        revision = revisions.revision(connection, name)
        if revision is not None:
            seen.append((revision.recorded_at, revision.author))
    if change.part is Part.ACCREDITATION:
        seen += [(each.recorded_at, each.author) for each in revisions.revisions(connection, "home")]
    newest = max((each for each in seen if each[0] > after), default=None)
    return f"recorded {date_time(newest[0])} by {session.person(newest[1])}" if newest else ""


def _nothing(_touched: _Touched) -> Iterable[str]:
    return ()


def _of_person(touched: _Touched) -> Iterable[str]:
    return (touched.resident.revision_id,)


def _of_evidence(touched: _Touched) -> Iterable[str]:
    return [need.evidence_ref for need in touched.picture.needs.get(touched.resident.id, ()) if need.evidence_ref]


def _of_champions(touched: _Touched) -> Iterable[str]:
    wanted = {premium_need(need.area) for need in touched.picture.needs.get(touched.resident.id, ())}
    for member in set(touched.picture.posts.values()):
        for post in member.posts:
            if post.post.pathway in {need.value for need in wanted if need}:
                yield post.revision_id
                yield member.revision_id


_REVISED: dict[Part, Callable[[_Touched], Iterable[str]]] = {
    Part.DEATH: _of_person,
    Part.IDENTITY: _of_person,
    Part.NEEDS: _of_evidence,
    Part.CHAMPIONS: _of_champions,
}
