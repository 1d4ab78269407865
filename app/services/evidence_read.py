"""From the record to the rows of the evidence: every version of each claim as signed, and who was not claimed for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from app.domain.evidence import AreaEvidence, EvidenceRow, EvidenceWeek, Reason
from app.domain.instruments import registry
from app.domain.messages import Evidence
from app.domain.needs import need_label
from app.domain.people import Resident
from app.domain.periods import any_covers_day, any_covers_instant, as_utc, nights_of_week
from app.domain.premium import Decision, WeekFacts, decide, reason_words
from app.models import outbox, revisions
from app.models.claims import ClaimLineRow
from app.services.assessments import result_label, score_text
from app.services.claim_facts import PAPER, WeekPicture
from app.services.evidence_names import LEFT_OUT, Names
from app.services.premium import claim_words

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SHORT_CODE = 12


class WeekReader:
    """Makes the rows of week after week; what proves several weeks is read once.

    ``paid`` has what payments name each claim for, in pence, by its identifier.
    """

    def __init__(self, connection: Connection, names: Names, paid: Mapping[str, int], now: datetime) -> None:
        self._connection = connection
        self._names = names
        self._paid = paid
        self._now = now
        self._proofs: dict[str, tuple[str, str | None]] = {}
        self._bundles: dict[str, str] = {}

    def week(self, picture: WeekPicture) -> EvidenceWeek:
        """The week's evidence."""
        policy = picture.policy
        claims = [claim for items in picture.claims.values() for claim in items]
        signed = revisions.signers(self._connection, [claim.revision_id for claim in claims])
        rows = []
        for resident in picture.residents:
            versions = sorted(picture.claims.get(resident.id, ()), key=lambda each: each.version)
            rows += [self._claim(picture, resident, claim, signed[claim.revision_id]) for claim in versions]
            if not versions:
                facts = picture.facts_for(resident, self._now)
                rows.append(self._row(picture, resident, facts, decide(facts, picture.policy)))
        return EvidenceWeek(picture.week_start, policy.version if policy else "", tuple(rows))

    def _row(self, picture: WeekPicture, resident: Resident, facts: WeekFacts, decision: Decision) -> EvidenceRow:
        return EvidenceRow(
            resident=self._names.resident(resident),
            nhs_number=resident.details.nhs_number if self._names.named else LEFT_OUT,
            eligible=decision.eligible,
            amount_pence=decision.amount_pence,
            nights=decision.nights,
            areas=tuple(self._areas(picture, decision)),
            reasons=tuple(Reason(code, reason_words(code)) for code in decision.reasons),
            who=resident.id,
            nights_words=nights_words(facts),
        )

    def _claim(
        self, picture: WeekPicture, resident: Resident, claim: ClaimLineRow, signed: revisions.Signed
    ) -> EvidenceRow:
        names = self._names
        facts, decision = picture.signed[claim.id]
        return replace(
            self._row(picture, resident, facts, decision),
            amount_pence=claim.amount_pence,
            claim_id=names.claim(claim.identifier, resident),
            version=claim.version,
            ccg_decision=claim_words(claim),
            accepted_pence=(claim.decided_pence or 0) if claim.live else 0,
            signer=names.account(signed.author),
            signed_at=signed.recorded_at,
            signature=(signed.signature or "")[:_SHORT_CODE],
            bundle_id=self._bundle(claim) if names.named else "",
            reversal_of=names.claim(claim.reversal_of, resident),
            stands=picture.stands(claim),
            paid_pence=self._paid.get(claim.identifier, 0),
            late_reason=names.text(facts.late_reason or ""),
        )

    def _bundle(self, claim: ClaimLineRow) -> str:
        """The message that the claim travelled in."""
        if claim.outbox_id not in self._bundles:
            line = outbox.line(self._connection, claim.outbox_id)
            self._bundles[claim.outbox_id] = line.message.bundle_id if line else ""
        return self._bundles[claim.outbox_id]

    def _areas(self, picture: WeekPicture, decision: Decision) -> Iterator[AreaEvidence]:
        names = self._names
        for support in decision.supports:
            if decision.relied_upon and support.area not in decision.relied_upon:
                continue
            evidence = picture.evidence.get(support.evidence_ref or "")
            if evidence is None:
                continue
            author, score = self._proof(evidence)
            champion = support.champions[0] if support.champions else None
            member = picture.posts.get(champion.ref or "") if champion else None
            post = next((p.post for p in member.posts if champion and p.id == champion.ref), None) if member else None
            paper = evidence.instrument == PAPER
            yield AreaEvidence(
                area=need_label(support.area),
                instrument="Paper document" if paper else registry.instrument(evidence.instrument).short,
                assessed_on=evidence.on,
                score=score_text(evidence.instrument, score),
                band="" if paper else result_label(evidence.instrument, evidence.band or None, complete=True),
                assessor=names.account(author) if author else "",
                champion=names.member(member) if member else names.text(champion.name if champion else ""),
                certificate=names.text(post.certificate_no if post else ""),
                # as it was when the claim was signed, whatever has been recorded since
                certificate_expires=champion.certificate[1] if champion else None,
            )

    def _proof(self, evidence: Evidence) -> tuple[str, str | None]:
        """Who made the assessment, and its score; no score of a paper, nor of what was destroyed at the end of its
        keeping."""
        if evidence.revision_id not in self._proofs:
            revision = revisions.revision(self._connection, evidence.revision_id)
            body = revision.body if revision and evidence.instrument != PAPER else None
            score = body["outcome"]["score"] if body else None
            found = revision.author if revision else "", None if score is None else str(score)
            self._proofs[evidence.revision_id] = found
        return self._proofs[evidence.revision_id]


def nights_words(facts: WeekFacts) -> str:
    """Where the resident was each night of the week and who paid: ``Mon to Wed here; Thu to Sun away``."""
    stays = [(since and as_utc(since), until and as_utc(until)) for since, until in facts.stays]
    absences = [(since and as_utc(since), until and as_utc(until)) for since, until in facts.absences]
    died = None if facts.died_at is None else as_utc(facts.died_at)
    said: list[tuple[date, str]] = []
    for day, instant in nights_of_week(facts.week_start):
        if died is not None and died <= instant:
            where = "died"
        elif not any_covers_instant(stays, instant):
            where = "not living here"
        else:
            where = "away" if any_covers_instant(absences, instant) else "here"
            where += ", Continuing Healthcare" if any_covers_day(facts.chc, day) else ""
        said.append((day, where))
    parts = []
    for where, group in groupby(said, key=lambda pair: pair[1]):
        days = [day for day, _ in group]
        span = f"{days[0]:%a}" if len(days) == 1 else f"{days[0]:%a} to {days[-1]:%a}"
        parts.append(f"{span} {where}")
    return "; ".join(parts)
