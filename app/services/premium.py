"""The claim week: who can be claimed for and why not, what is at risk, and signing and queueing the claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.domain.dates import LONDON, day_date, short_date, week_start
from app.domain.errors import UserError
from app.domain.instruments import registry
from app.domain.messages import ClaimLine, Evidence, OutboxState
from app.domain.money import pounds
from app.domain.needs import need_label
from app.domain.people import Resident, ResidentId
from app.domain.premium import (
    AtRisk,
    Decision,
    Policy,
    WeekFacts,
    advice,
    cover_forecast,
    decide,
    reason_mend,
    reason_words,
)
from app.models import claims as claim_rows
from app.models import outbox
from app.services import sign_in
from app.services.access import Action, require
from app.services.changes import changes
from app.services.claim_facts import PAPER, WeekPicture, read_week
from app.services.claim_signing import (
    Submitted,
    ToSign,
    claim_to_sign,
    next_version,
    sign_and_queue,
    sum_pence,
)
from app.services.session import Session

_FORECAST_DAYS = 92


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """Why not: the code as the CCG writes it, the same in words, and what mends it."""

    code: str
    words: str
    mend: str


@dataclass(frozen=True, slots=True)
class ClaimState:
    """Where a claim that was submitted is; ``words`` say it for the manager.

    ``live`` while it stands: a claim that was refused can be made again.
    """

    identifier: str
    version: int
    words: str
    outbox_state: OutboxState
    outcome: str | None
    disposition: str | None
    reasons: tuple[str, ...]
    amount_pence: int
    decided_pence: int | None
    signed_revision: str
    outbox_id: str
    live: bool
    reversal_of: str = ""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One resident in the claim week.

    ``champions`` and ``evidence`` pair each area that passes with who and what carries it. ``claim`` is the claim that
    stands for the week, else the newest version, if any. While it stands, ``decision`` and everything else is as it was
    signed, whatever has been recorded since; otherwise it is as things are now. ``versions`` are all of them, reversals
    too, the newest first. ``at_risk``: an end of champion cover that is known of would cost the resident the premium.
    """

    resident_id: ResidentId
    resident_key: str
    resident_name: str
    room: str
    nhs_number: str | None
    decision: Decision
    reasons: tuple[ReasonLine, ...]
    left_out: tuple[ReasonLine, ...]
    champions: tuple[tuple[str, str], ...]
    evidence: tuple[tuple[str, str], ...]
    advice: tuple[str, ...]
    claim: ClaimState | None
    versions: tuple[ClaimState, ...] = ()
    at_risk: bool = False


@dataclass(frozen=True, slots=True)
class ClaimWeek:
    """A claim week as it stands now. ``submittable`` residents are eligible and not claimed yet.

    ``rules`` is the policy in force, None where there is none. ``why_not`` says in words why nobody can be claimed for
    without more ado; empty when somebody can.
    """

    week_start: date
    week_end: date
    policy: str
    rules: Policy | None
    rows: tuple[ClaimRow, ...]
    eligible: int
    total_pence: int
    claim_rate: Decimal
    at_risk: tuple[AtRisk, ...]
    submittable: int
    why_not: str
    submitted: tuple[str, ...]


def default_week(session: Session) -> date:
    """The Monday of the last week that has ended."""
    return week_start(session.today()) - timedelta(days=7)


def week(session: Session, start: date, *, ahead: bool = False) -> ClaimWeek:
    """The week that the date is in: every resident who lived here on some day of it.

    With ``ahead`` a week that has not ended is judged as it would be on the Monday after, so that a screen can show
    what is coming; it cannot be submitted all the same.
    """
    require(session, Action.VIEW_CLAIMS)
    monday = week_start(start)
    with session.read() as connection:
        picture = read_week(connection, session.home, monday)
        policy = picture.policy
        rows = rows_of(session, picture, ahead=ahead)
        submission = _submission_time(picture, session.now(), ahead=ahead)
        known_now = [picture.facts_for(resident, submission) for resident in picture.residents]
        messages = sorted({claim.outbox_id for items in picture.claims.values() for claim in items})
        bundles = tuple(line.message.bundle_id for m in messages if (line := outbox.line(connection, m)) is not None)
    at_risk = _at_risk(session, known_now, picture.policies)
    touched = {resident_id for risk in at_risk for resident_id in risk.resident_ids}
    rows = tuple(replace(row, at_risk=row.resident_id in touched) for row in rows)
    eligible = [row for row in rows if row.decision.eligible]
    open_rows = [row for row in eligible if _open(row)]
    why_not = _why_not(session, monday, rows, open_rows)
    return ClaimWeek(
        week_start=monday,
        week_end=monday + timedelta(days=6),
        policy=policy.version if policy else "",
        rules=policy,
        rows=rows,
        eligible=len(eligible),
        total_pence=sum(row.decision.amount_pence for row in eligible),
        claim_rate=_rate(len(eligible), len(rows)),
        at_risk=at_risk,
        submittable=0 if why_not else len(open_rows),
        why_not=why_not,
        submitted=bundles,
    )


def rows_of(
    session: Session, picture: WeekPicture, *, as_signed: bool = False, ahead: bool = False
) -> tuple[ClaimRow, ...]:
    """Every resident of the week with the decision; ``ahead`` as in :func:`week`.

    With ``as_signed`` a claim that was refused is shown as it was signed too, which is what evidence must show.
    """
    found = []
    for resident in picture.residents:
        claim = picture.shown_claim(resident)
        if claim is not None and (picture.stands(claim) or as_signed):
            facts, decision = picture.signed[claim.id]
        else:
            facts = picture.facts_for(resident, _submission_time(picture, session.now(), ahead=ahead))
            decision = decide(facts, picture.policy)
        found.append(_row(picture, resident, facts, decision))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be signed and sent for a week: the lines exactly as the message will carry them."""

    week_start: date
    lines: tuple[ClaimLine, ...]
    total_pence: int


Cited = Mapping[ResidentId, Sequence[str]]
"""The areas that the claims of some residents rely upon; for the others the rules choose."""


def preview(
    session: Session,
    start: date,
    *,
    chosen: Sequence[ResidentId] | None = None,
    late_reason: str = "",
    relied_upon: Cited | None = None,
) -> Preview:
    """What :func:`submit` would sign now; refused in words as it would be, the password apart."""
    require(session, Action.SIGN_CLAIMS)
    monday = week_start(start)
    refuse_unfinished(session, monday)
    with session.read() as connection:
        picture = read_week(connection, session.home, monday)
        items = _to_sign(picture, session.now(), chosen, late_reason, relied_upon)
    return Preview(monday, tuple(item.line for item in items), sum_pence(items))


def submit(
    session: Session,
    start: date,
    password: str,
    *,
    chosen: Sequence[ResidentId] | None = None,
    late_reason: str = "",
    relied_upon: Cited | None = None,
) -> Submitted:
    """Sign the week's claims and queue them, in one transaction.

    The rules run again inside it, on the facts as they are then. ``chosen`` limits it to those residents (all who can
    be claimed for, unless given); naming one who cannot is refused with the reasons. ``relied_upon`` names the areas
    that a claim cites, where the rules are not to choose them. After the claim window a ``late_reason`` is needed, and
    the CCG decides by hand. The password is asked again: the signature is the manager's.
    """
    require(session, Action.SIGN_CLAIMS)
    monday = week_start(start)
    now = session.now()
    refuse_unfinished(session, monday)
    signer = sign_in.unlock_again(session, password)
    with session.write_signed(signer) as work:
        picture = read_week(work.connection, session.home, monday)
        items = _to_sign(picture, now, chosen, late_reason, relied_upon)
        about = f"Premium claims, week of {short_date(monday)}"
        bundle_id, identifiers, total = sign_and_queue(session, work, signer, monday, items, about)
    return Submitted(bundle_id, identifiers, total, changes("claim", "outbox"))


def week_paper(session: Session, start: date, standings: Mapping[ResidentId, str], shown: str = "") -> bytes:
    """The week on paper for the residents named, each with the word that stands for them on the screen; ``shown`` says
    which residents those are. Printing it is audited."""
    from app.reports.claim_week import WeekLine, WeekPaper, week_pdf

    found = week(session, start, ahead=True)
    paper = WeekPaper(
        home=session.home.name,
        home_ods=session.home.ods,
        practice=session.home.practice,
        made_at=session.now(),
        made_by=session.account.name,
        week_start=found.week_start,
        policy=found.policy,
        eligible=found.eligible,
        total_pence=found.total_pence,
        shown=shown,
        lines=tuple(
            WeekLine(
                row.resident_name,
                row.room,
                row.nhs_number,
                standings[row.resident_id],
                row.decision.nights,
                _carried(row),
                _amount(row),
                (row.claim.words,) if row.claim else tuple(reason.words for reason in row.reasons),
                row.advice,
            )
            for row in found.rows
            if row.resident_id in standings
        ),
        at_risk=tuple(
            f"{', '.join(risk.champions)}, {risk.pathway.value}, until {short_date(risk.from_date)}: {risk.residents} "
            f"resident{'' if risk.residents == 1 else 's'}, {pounds(risk.pence_per_week)} a week"
            for risk in found.at_risk
        ),
    )
    with session.write() as work:
        work.audit("print", "claim", found.week_start.isoformat())
    return week_pdf(paper)


def _carried(row: ClaimRow) -> tuple[str, ...]:
    evidence = dict(row.evidence)
    return tuple(f"{area}: {evidence.get(area, 'evidence not recorded')}, {who}" for area, who in row.champions)


def _amount(row: ClaimRow) -> int | None:
    if row.claim is not None:
        return row.claim.amount_pence
    return row.decision.amount_pence if row.decision.eligible else None


def week_json(week_now: ClaimWeek, submitted: Mapping[str, object] | None) -> dict[str, object]:
    """The week in the shape of ``hartwell claim``; ``at_risk`` has the pathways whose end costs somebody money."""
    return {
        "week_start": week_now.week_start.isoformat(),
        "policy": week_now.policy or None,
        "decisions": [
            {
                "resident": row.resident_key,
                "eligible": row.decision.eligible,
                "amount_pence": row.decision.amount_pence,
                "nights": row.decision.nights,
                "relied_upon": [need.value for need in row.decision.relied_upon],
                "left_out": row.decision.left_out_json(),
                "reasons": list(row.decision.reasons),
            }
            for row in week_now.rows
        ],
        "total_pence": week_now.total_pence,
        "claim_rate": week_now.claim_rate,
        "at_risk": [
            {
                "pathway": risk.pathway.value,
                "from": risk.from_date.isoformat(),
                "residents": risk.residents,
                "pence_per_week": risk.pence_per_week,
            }
            for risk in week_now.at_risk
        ],
        "submitted": submitted,
    }


def refuse_future(session: Session, start: date) -> None:
    """Refuse a week that has not begun, in words: there is nothing yet to decide."""
    monday = week_start(start)
    if session.today() < monday:
        refuse_unfinished(session, monday)


def refuse_unfinished(session: Session, monday: date) -> None:
    """Refuse a week that has not ended, in words."""
    end = monday + timedelta(days=6)
    if session.today() <= end:
        raise UserError(
            f"The week of {day_date(monday)} has not ended: it ends on {day_date(end)}. "
            f"Claim from {day_date(end + timedelta(days=1))}",
            field="week",
        )


def _submission_time(picture: WeekPicture, now: datetime, *, ahead: bool) -> datetime:
    if not ahead:
        return now
    after = datetime.combine(picture.week_start + timedelta(days=7), time(9), LONDON)
    return max(now, after)


def _to_sign(
    picture: WeekPicture,
    now: datetime,
    chosen: Sequence[ResidentId] | None,
    late_reason: str,
    relied_upon: Cited | None,
) -> list[ToSign]:
    """Every claim that would be signed, decided on the facts as they are."""
    decided = []
    for resident in picture.residents:
        cited = (relied_upon or {}).get(resident.id)
        facts = picture.facts_for(resident, now, late_reason=late_reason.strip() or None, relied_upon=cited)
        decided.append((resident, facts, decide(facts, picture.policy)))
    found = []
    for resident, facts, decision in _taken(decided, chosen):
        # In time, a reason for being late is beside the point: the claim does not carry it.
        kept = facts if decision.manual else replace(facts, late_reason=None)
        found.append(claim_to_sign(picture, resident, kept, decision, next_version(picture, resident)))
    return found


def _taken(
    decided: Sequence[tuple[Resident, WeekFacts, Decision]], chosen: Sequence[ResidentId] | None
) -> list[tuple[Resident, WeekFacts, Decision]]:
    if chosen is not None:
        wanted = set(chosen)
        if wanted - {resident.id for resident, _, _ in decided}:
            raise UserError("Somebody you chose did not live here in this week", field="chosen")
        for resident, _, decision in decided:
            if resident.id in wanted and not (decision.eligible or decision.manual):
                why = "; ".join(reason_words(code) for code in decision.reasons)
                raise UserError(f"Cannot claim for {resident.details.banner_name}: {why}", field="chosen")
        decided = [item for item in decided if item[0].id in wanted]
    taken = [item for item in decided if item[2].eligible or item[2].manual]
    if taken:
        return taken
    if any(decision.reasons == ("LATE",) for _, _, decision in decided):
        raise UserError(reason_words("LATE") + ". " + reason_mend("LATE"), field="late_reason")
    if any("DUPLICATE" in decision.reasons for _, _, decision in decided):
        raise UserError("Everybody who can be claimed for this week has been claimed for already", field="week")
    raise UserError("Nobody can be claimed for this week. The reasons are beside each resident", field="week")


def _row(picture: WeekPicture, resident: Resident, facts: WeekFacts, decision: Decision) -> ClaimRow:
    details = resident.details
    claim = picture.shown_claim(resident)
    return ClaimRow(
        resident_id=resident.id,
        resident_key=details.key,
        resident_name=details.banner_name,
        room=details.room,
        nhs_number=details.nhs_number,
        decision=decision,
        reasons=_reason_lines(decision.reasons),
        left_out=_reason_lines([code for _, codes in decision.left_out for code in codes]),
        champions=tuple((need_label(s.area), ", ".join(c.name for c in s.champions)) for s in decision.supports),
        evidence=tuple(
            (need_label(s.area), evidence_words(picture.evidence[s.evidence_ref]))
            for s in decision.supports
            if s.evidence_ref
        ),
        advice=() if claim is not None and picture.stands(claim) else advice(facts, decision, picture.policies),
        claim=_claim_state(claim, stands=picture.stands(claim)) if claim else None,
        versions=tuple(
            _claim_state(version, stands=picture.stands(version))
            for version in reversed(picture.claims.get(resident.id, ()))
        ),
    )


def evidence_words(evidence: Evidence) -> str:
    """``MUST, High risk, 02-Nov-2026`` or ``paper document, 02-Nov-2026``."""
    if evidence.instrument == PAPER:
        return f"paper document, {short_date(evidence.on)}"
    tool = registry.instrument(evidence.instrument)
    band = f", {registry.band_label(evidence.instrument, evidence.band)}" if evidence.band else ""
    return f"{tool.short}{band}, {short_date(evidence.on)}"


def _reason_lines(codes: Sequence[str]) -> tuple[ReasonLine, ...]:
    return tuple(ReasonLine(code, reason_words(code), reason_mend(code)) for code in codes)


def _claim_state(claim: claim_rows.ClaimLineRow, *, stands: bool) -> ClaimState:
    return ClaimState(
        claim.identifier,
        claim.version,
        claim_words(claim),
        claim.message_state,
        claim.outcome,
        claim.disposition,
        claim.reasons,
        claim.amount_pence,
        claim.decided_pence,
        claim.revision_id,
        claim.outbox_id,
        stands,
        claim.reversal_of,
    )


_STATE_WORDS = {
    OutboxState.QUEUED: "Signed, waiting to be sent",
    OutboxState.SENDING: "Being sent",
    OutboxState.SENT: "Sent, not yet acknowledged",
    OutboxState.ACKNOWLEDGED: "Received by the CCG, decision awaited",
    OutboxState.DECIDED: "Decided",
    OutboxState.REFUSED: "Message refused by the CCG's system",
    OutboxState.UNDELIVERED: "Not delivered",
    OutboxState.SUPERSEDED: "Replaced by a later version",
    OutboxState.QUARANTINED: "Could not be sent",
}


def claim_words(claim: claim_rows.ClaimLineRow) -> str:
    """Where a claim is, in the manager's words: the CCG's decision when there is one, else where the message is."""
    answer = claim.newest_answer
    if claim.reversal_of:
        return _reversal_words(claim)
    if answer is None:
        return _STATE_WORDS[claim.message_state]
    if not answer.final:
        return "With a person at the CCG"
    if answer.superseded:
        return _STATE_WORDS[OutboxState.SUPERSEDED]
    if answer.paid:
        in_part = answer.amount_pence is not None and answer.amount_pence < claim.amount_pence
        return "Accepted in part" if in_part else "Accepted"
    if claim.live:
        return "Decided by the CCG, amount not said"
    why = "; ".join(reason_words(code) for code in answer.reason_codes)
    return f"Refused: {why}" if why else "Refused"


def _reversal_words(claim: claim_rows.ClaimLineRow) -> str:
    answer = claim.newest_answer
    if answer is None:
        return f"Taken back. {_STATE_WORDS[claim.message_state]}"
    if not answer.final:
        return "Taken back. With a person at the CCG"
    if not claim.live:
        why = "; ".join(reason_words(code) for code in answer.reason_codes)
        return f"Taking it back was refused{': ' + why if why else ''}"
    if answer.amount_pence:
        return f"Taken back: the CCG takes {pounds(-answer.amount_pence)} back"
    return "Taken back: nothing had been paid" if answer.amount_pence == 0 else "Taken back, amount not said"


def _why_not(session: Session, monday: date, rows: Sequence[ClaimRow], open_rows: Sequence[ClaimRow]) -> str:
    try:
        refuse_unfinished(session, monday)
    except UserError as error:
        return error.message
    if open_rows:
        return ""
    if late := sum(_open(row) and row.decision.reasons == ("LATE",) for row in rows):
        who = "1 resident is" if late == 1 else f"{late} residents are"
        return f"{who} past the claim window: give a reason, and the CCG decides by hand"
    if any(row.claim is not None for row in rows):
        return "Everybody who can be claimed for this week has been claimed for"
    return "Nobody can be claimed for this week"


def _open(row: ClaimRow) -> bool:
    """Whether no claim stands in the way of one."""
    return row.claim is None or not row.claim.live


def _at_risk(session: Session, facts: Sequence[WeekFacts], policies: tuple[Policy, ...]) -> tuple[AtRisk, ...]:
    horizon = session.today() + timedelta(days=_FORECAST_DAYS)
    return tuple(risk for risk in cover_forecast(facts, session.now(), horizon, policies) if risk.resident_ids)


def _rate(eligible: int, residents: int) -> Decimal:
    """The share of residents who can be claimed for, in per cent to one decimal."""
    if not residents:
        return Decimal("0.0")
    return (Decimal(100 * eligible) / residents).quantize(Decimal("0.1"), ROUND_HALF_UP)
