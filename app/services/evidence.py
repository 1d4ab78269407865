"""The evidence for claims: what an auditor is shown, made from the decisions as they stood at submission."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.codec import canonical, instant_text
from app.domain.dates import to_local, week_start
from app.domain.errors import UserError
from app.domain.evidence import AreaEvidence, ChampionRecord, EvidenceRow, EvidenceWeek, Reason
from app.domain.instruments import registry
from app.domain.needs import ChampionPathway, need_label, pathway_label
from app.domain.people import StaffMember
from app.domain.premium import Decision
from app.models import outbox, revisions
from app.models import staff as staff_rows
from app.models.store import Work
from app.services import premium
from app.services.access import Action, require
from app.services.assessments import result_label, score_text
from app.services.claim_facts import PAPER, WeekPicture, read_week
from app.services.session import Session
from app.services.sign_in import unlock_again

_MOST_WEEKS = 53
_SHORT_CODE = 12


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """The evidence as files: PDF, CSV, and a manifest of their hashes signed with the maker's key."""

    pdf: bytes
    csv: bytes
    manifest: bytes

    def by_name(self) -> dict[str, bytes]:
        """The files under the names they are saved with."""
        return {"evidence.pdf": self.pdf, "evidence.csv": self.csv, "manifest.json": self.manifest}


def evidence(session: Session, first: date, last: date, password: str) -> EvidenceFiles:
    """The evidence for every claim week that has a day between the two dates, both included (at most 53 weeks).

    It names residents and leaves the store: the password is asked again, and making it is audited.
    Raises NotAllowed, UserError for the dates, EnvironmentTrouble for a wrong password.
    """
    from app.reports.evidence import evidence_csv, evidence_pdf
    from app.reports.pdf_pages import joined

    require(session, Action.EXPORT_EVIDENCE)
    unlock_again(session, password)
    if last < first:
        raise UserError("The last date must not be before the first", field="to")
    mondays = []
    monday = week_start(first)
    while monday <= last:
        mondays.append(monday)
        monday += timedelta(days=7)
    if len(mondays) > _MOST_WEEKS:
        raise UserError(f"Choose {_MOST_WEEKS} weeks or fewer", field="to")
    with session.write() as work:
        weeks = [_week(session, work, monday) for monday in mondays]
        pdf = joined([evidence_pdf(week) for week in weeks])
        header, rows = b"", []
        for week in weeks:
            header, _, rest = evidence_csv(week).partition(b"\n")
            rows.append(rest)
        csv = header + b"\n" + b"".join(rows)
        span = {"from": mondays[0].isoformat(), "to": (mondays[-1] + timedelta(days=6)).isoformat()}
        work.audit("export", "evidence", span["from"], detail=span)
        manifest = {
            "home": session.home.ods,
            **span,
            "made_at": instant_text(session.now()),
            "made_by": session.account.user,
            "audit": {"count": work.chain.count, "head": work.chain.head},
            "files": {"evidence.pdf": _sha256(pdf), "evidence.csv": _sha256(csv)},
        }
        signed = canonical(manifest).encode()
        signer = work.author.signer
        if signer is not None:
            manifest["signature"] = {"public_key": signer.public, "ed25519": signer.sign(signed)}
    return EvidenceFiles(pdf, csv, canonical(manifest).encode() + b"\n")


def _week(session: Session, work: Work, monday: date) -> EvidenceWeek:
    picture = read_week(work.connection, session.home, monday)
    policy = picture.policy
    rows = premium.rows_of(session, picture, as_signed=True)
    everybody = staff_rows.staff(work.connection)
    return EvidenceWeek(
        home_name=session.home.name,
        home_ods=session.home.ods,
        ccg=f"{session.home.ccg_name} ({session.home.ccg_ods})",
        week_start=monday,
        policy_version=policy.version if policy else "",
        made_at=session.now(),
        made_by=session.account.name,
        rows=tuple(_evidence_row(session, work, picture, row) for row in rows),
        practice=session.home.practice,
        champions=tuple(_champion(member, index) for member in everybody for index in range(len(member.posts))),
    )


def _evidence_row(session: Session, work: Work, picture: WeekPicture, row: premium.ClaimRow) -> EvidenceRow:
    claim = row.claim
    signed = revisions.revision(work.connection, claim.signed_revision) if claim else None
    message = outbox.line(work.connection, claim.outbox_id) if claim else None
    return EvidenceRow(
        resident=row.resident_name,
        nhs_number=row.nhs_number,
        eligible=row.decision.eligible,
        amount_pence=claim.amount_pence if claim else row.decision.amount_pence,
        nights=row.decision.nights,
        areas=_areas(session, work, picture, row.decision),
        reasons=tuple(Reason(reason.code, reason.words) for reason in row.reasons),
        claim_id=claim.identifier if claim else "",
        version=claim.version if claim else 1,
        ccg_decision=claim.words if claim else "",
        accepted_pence=(claim.decided_pence or 0) if claim else 0,
        signer=session.person(signed.author) if signed else "",
        signed_at=signed.recorded_at if signed else None,
        signature=(signed.signature or "")[:_SHORT_CODE] if signed else "",
        bundle_id=message.message.bundle_id if message else "",
    )


def _areas(session: Session, work: Work, picture: WeekPicture, decision: Decision) -> tuple[AreaEvidence, ...]:
    found = []
    for support in decision.supports:
        if decision.relied_upon and support.area not in decision.relied_upon:
            continue
        evidence = picture.evidence[support.evidence_ref or ""]
        revision = revisions.revision(work.connection, evidence.revision_id)
        champion = support.champions[0] if support.champions else None
        post = next(
            (p.post for p in picture.posts[champion.ref or ""].posts if p.id == champion.ref) if champion else iter(()),
            None,
        )
        paper = evidence.instrument == PAPER
        score = revision.body["outcome"]["score"] if revision and not paper else None
        found.append(
            AreaEvidence(
                area=need_label(support.area),
                instrument="Paper document" if paper else registry.instrument(evidence.instrument).short,
                assessed_on=evidence.on,
                score=score_text(evidence.instrument, None if score is None else str(score)),
                band="" if paper else result_label(evidence.instrument, evidence.band or None, complete=True),
                assessor=session.person(revision.author) if revision else "",
                champion=champion.name if champion else "",
                certificate=post.certificate_no if post else "",
                certificate_expires=post.expires_on if post else None,
            )
        )
    return tuple(found)


def _champion(member: StaffMember, index: int) -> ChampionRecord:
    post = member.posts[index].post
    since = post.in_post_since or member.details.started_at
    until = post.in_post_until or member.details.left_at
    return ChampionRecord(
        name=member.details.name,
        pathway=pathway_label(ChampionPathway(post.pathway)),
        certificate=post.certificate_no,
        passed_on=post.trained_on,
        expires_on=post.expires_on,
        in_post_from=to_local(since).date() if since else None,
        in_post_to=to_local(until).date() if until else None,
        provider=post.provider,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
