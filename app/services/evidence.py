"""The evidence for claims: what an auditor is shown, made from the decisions as they stood at submission.

Made in three steps: everything is read in one transaction, the files are drawn outside any, and what leaves is noted in
the audit trail, whose head goes into the signed manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.domain.codec import canonical, instant_text
from app.domain.dates import short_date, week_start
from app.domain.errors import UserError
from app.domain.evidence import EvidenceBundle, EvidenceWeek, Kind, Tell
from app.domain.home_facts import Attachment, Remittance
from app.domain.people import Fact, Resident
from app.models import home_facts as home_rows
from app.services.access import Action, require
from app.services.claim_facts import WeekPicture, read_weeks
from app.services.evidence_counts import anonymised
from app.services.evidence_names import Names, names_of, pseudonym_key
from app.services.evidence_read import WeekReader
from app.services.evidence_registers import Reader
from app.services.session import Session
from app.services.sign_in import unlock_again

if TYPE_CHECKING:
    from sqlalchemy import Connection

FORMAT = "hartwell-evidence/2"
PDF, WORKBOOK, TABLE, MANIFEST = "evidence.pdf", "evidence.xlsx", "evidence.csv", "manifest.json"
NAMES = (PDF, WORKBOOK, TABLE, MANIFEST)
"""The files of every bundle."""
PAPERS = "papers"
"""The folder of the papers that were attached to what the home records: certificates, proof of the accreditation."""
_MOST_WEEKS = 53
_TOGETHER = 9
_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """The evidence as files: PDF, workbook, CSV, attached papers, and a manifest of their hashes signed with the
    maker's key. ``archive`` is all of them in one file, called ``archive_name``."""

    pdf: bytes
    workbook: bytes
    csv: bytes
    manifest: bytes
    archive: bytes
    archive_name: str
    papers: Mapping[str, bytes] = field(default_factory=dict)

    def by_name(self) -> dict[str, bytes]:
        """The files under the names they are saved with, the archive left out."""
        return {PDF: self.pdf, WORKBOOK: self.workbook, TABLE: self.csv, **self.papers, MANIFEST: self.manifest}

    def with_archive(self) -> dict[str, bytes]:
        """The same and the archive."""
        return {**self.by_name(), self.archive_name: self.archive}


def evidence(
    session: Session,
    first: date,
    last: date,
    password: str,
    *,
    kind: Kind = Kind.IDENTIFIABLE,
    tell: Tell | None = None,
) -> EvidenceFiles:
    """The evidence for every claim week that has a day between the two dates, both included (at most 53 weeks).

    It leaves the store: the password is asked again, and making it is audited. ``tell`` hears how far it is, and may
    raise Stopped. Raises NotAllowed, UserError for the dates, EnvironmentTrouble for a wrong password.
    """
    from app.reports.evidence import evidence_csv, evidence_pdf
    from app.reports.evidence_archive import archive
    from app.reports.evidence_workbook import evidence_workbook

    require(session, Action.EXPORT_EVIDENCE)
    signer = unlock_again(session, password)
    mondays = _mondays(first, last)
    begins, ends = mondays[0], mondays[-1] + timedelta(days=6)
    steps = 2 * len(mondays) + 3

    def say(done: int, words: str) -> None:
        if tell is not None:
            tell(done, steps, words)

    key = None
    if kind is Kind.PSEUDONYMISED:
        with session.write_signed(signer) as work:
            key = pseudonym_key(work)
    with session.read() as connection:
        names = names_of(connection, key=key)
        reading = _Reading(session, connection, names)
        weeks: list[EvidenceWeek] = []
        for start in range(0, len(mondays), _TOGETHER):
            some = mondays[start : start + _TOGETHER]
            say(start, f"Reading the weeks from {short_date(some[0])}")
            weeks += reading.weeks(some)
        reader = Reader(connection, session.home, names, begins, ends, session.now())
        shown: tuple[EvidenceWeek, ...] = ()
        if kind is Kind.ANONYMISED:
            registers = anonymised(connection, weeks, begins, ends)
        else:
            shown, registers = tuple(weeks), reader.registers(reading.claims, reading.facts_by_resident())
        papers = _papers(connection) if kind is Kind.IDENTIFIABLE else {}
    bundle = EvidenceBundle(
        kind=kind,
        home_name=session.home.name,
        home_ods=session.home.ods,
        ccg=f"{session.home.ccg_name} ({session.home.ccg_ods})",
        first=begins,
        last=ends,
        made_at=session.now(),
        made_by=session.account.name,
        signer_key=signer.public,
        weeks=shown,
        registers=registers,
        practice=session.home.practice,
    )
    pdf = evidence_pdf(bundle, lambda done: say(len(mondays) + done, "Laying out the paper"))
    say(steps - 2, "Writing the workbook")
    workbook = evidence_workbook(bundle)
    say(steps - 1, "Writing the table and signing")
    csv = evidence_csv(bundle)
    files = {PDF: pdf, WORKBOOK: workbook, TABLE: csv, **papers}
    span = {"from": begins.isoformat(), "to": ends.isoformat()}
    with session.write_signed(signer) as work:
        work.audit("export", "evidence", span["from"], detail={**span, "kind": kind.value})
        manifest = {
            "format": FORMAT,
            "home": session.home.ods,
            "home_name": session.home.name,
            **span,
            "kind": kind.value,
            "practice": session.home.practice,
            "made_at": instant_text(session.now()),
            "made_by": session.account.user,
            "made_by_name": session.account.name,
            "audit": {"count": work.chain.count, "head": work.chain.head},
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
            "public_key": signer.public,
        }
        signature = signer.sign(canonical(manifest).encode())
        manifest["signature"] = {"public_key": signer.public, "ed25519": signature}
        signed = canonical(manifest).encode() + b"\n"
        say(steps, "Done")  # the last moment at which it can be stopped: then nothing is noted either
    name = f"{bundle_name(session.home.ods, first, last)}.zip"
    whole = archive({**files, MANIFEST: signed}, session.now())
    return EvidenceFiles(pdf, workbook, csv, signed, whole, name, papers)


def bundle_name(ods: str, first: date, last: date, kind: Kind = Kind.IDENTIFIABLE) -> str:
    """``evidence-VN3X2-2026-11-16-2026-11-22``: the whole weeks of the span; other kinds say what they are."""
    ends = week_start(last) + timedelta(days=6)
    more = "" if kind is Kind.IDENTIFIABLE else f"-{kind.value}"
    return f"evidence-{ods}-{week_start(first).isoformat()}-{ends.isoformat()}{more}"


def _mondays(first: date, last: date) -> list[date]:
    if last < first:
        raise UserError("The last date must not be before the first", field="to")
    mondays = []
    monday = week_start(first)
    while monday <= last:
        mondays.append(monday)
        monday += timedelta(days=7)
    if len(mondays) > _MOST_WEEKS:
        raise UserError(f"Choose {_MOST_WEEKS} weeks or fewer", field="to")
    return mondays


class _Reading:
    """Reads week after week, and keeps who was claimed for with the facts that the lists show."""

    def __init__(self, session: Session, connection: Connection, names: Names) -> None:
        self._home = session.home
        self._connection = connection
        self._names = names
        self._reader = WeekReader(connection, names, _paid(connection), session.now())
        self.claims: dict[str, Resident] = {}
        self._residents: dict[str, Resident] = {}
        self._facts: dict[str, dict[str, Fact]] = {}

    def weeks(self, mondays: Sequence[date]) -> list[EvidenceWeek]:
        """The evidence of some weeks, read together."""
        found = []
        for picture in read_weeks(self._connection, self._home, mondays):
            self._note(picture)
            found.append(self._reader.week(picture))
        return found

    def _note(self, picture: WeekPicture) -> None:
        for resident in picture.residents:
            for claim in picture.claims.get(resident.id, ()):
                self.claims[claim.identifier] = resident
                self._residents[resident.id] = resident
                held = self._facts.setdefault(resident.id, {})
                held |= {fact.id: fact for fact in picture.facts.get(resident.id, ())}

    def facts_by_resident(self) -> list[tuple[Resident, tuple[Fact, ...]]]:
        """The claimed residents by name, with their facts."""
        found = [(resident, tuple(self._facts[key].values())) for key, resident in self._residents.items()]
        return sorted(found, key=lambda pair: (self._names.resident(pair[0]), pair[0].id))


def _paid(connection: Connection) -> dict[str, int]:
    """What payments name each claim for, in pence."""
    found: dict[str, int] = {}
    for payment in home_rows.bodies(connection, Remittance):
        for line in payment.lines:
            found[line.identifier] = found.get(line.identifier, 0) + line.pence
    return found


def _papers(connection: Connection) -> dict[str, bytes]:
    """The papers attached to what the home records, named by number and title."""
    found = {}
    held = sorted(home_rows.bodies(connection, Attachment), key=lambda paper: (paper.title, paper.sha256))
    for number, paper in enumerate(held, start=1):
        content = home_rows.paper(connection, paper.sha256)
        if content is not None:
            title = "".join(c if c.isalnum() or c in " -" else "-" for c in paper.title)[:60].strip() or "paper"
            found[f"{PAPERS}/{number:03d} {title}.{_ENDINGS.get(paper.media_type, 'bin')}"] = content
    return found
