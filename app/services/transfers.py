"""Sending a resident to hospital: the red-bag pack, kept exactly as it was printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.domain import questionnaire, transfer
from app.domain.changed import kept as kept_fields
from app.domain.codec import instant, instant_text
from app.domain.dates import to_local
from app.domain.errors import UserError
from app.domain.instruments import registry
from app.domain.instruments.outcome import Outcome
from app.domain.journeys import STAGE_LABELS, Item, JourneyKind, Stage
from app.domain.people import FactKind, Medicine, ResidentId
from app.domain.transfer import TransferReason
from app.models import journeys as journey_rows
from app.models import residents as resident_rows
from app.models import restored, settings
from app.models import transfers as rows
from app.models.store import Work
from app.services import assessments, digital_copy, journeys, pack_printing, pack_record
from app.services.access import Action, require
from app.services.changes import Changes, changes
from app.services.known import known_resident
from app.services.pack_content import pack_content
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MOST_COPIES = 10
_NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class PackRow:
    """A printed pack in a list."""

    id: str
    resident_id: ResidentId
    version: int
    printed_at: datetime
    printed_by: str
    pages: int
    sha256: str
    bag: str
    reason: str
    journey_id: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack just made: the bytes to print or save, and which fields it prints as not recorded.

    ``recorded`` is False when the records may only be read: then the record does not know that it was made.
    ``changed_pages`` are the pages (indexes from 0, the cover) that differ from what lies on paper for this journey,
    and ``gone_pages`` those on paper that have no place any more; both are empty when nothing was printed for it yet.
    ``supersedes`` is the version before of the same journey, ``on_paper`` whether anything was printed for it.
    """

    id: str
    version: int
    pdf: bytes
    pages: int
    missing: tuple[str, ...]
    sha256: str
    changes: Changes
    recorded: bool = True
    journey_id: str = ""
    changed_pages: tuple[int, ...] = ()
    gone_pages: tuple[int, ...] = ()
    supersedes: int | None = None
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Prefill:
    """What can be offered before anybody types: the last observations with their time, medicines whose last dose a
    ward must know, and the bag that has been home longest (empty while no bag was ever sent)."""

    observations: Mapping[str, object]
    observed_at: datetime | None
    medicines: tuple[str, ...]
    bag: str


def prefill(session: Session, resident_id: ResidentId) -> Prefill:
    """What the record can offer for the questions of :func:`send_to_hospital`."""
    require(session, Action.PRINT_PACK)
    last = assessments.previous(session, resident_id, "news2")
    with session.read() as connection:
        medicines = [
            f.body
            for f in resident_rows.facts(connection, resident_id, FactKind.MEDICINE)
            if isinstance(f.body, Medicine) and f.body.taken_on(session.today())
        ]
        bags = rows.bags_used(connection)
    ordered = sorted(medicines, key=lambda m: (not (m.time_critical or transfer.time_critical_kind(m.name)), m.name))
    return Prefill(
        last.answers if last else {},
        last.row.at if last else None,
        tuple(m.name for m in ordered),
        bags[-1] if bags else "",
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed for a pack that was not made yet: texts by question, observations as the form keeps them."""

    author: str
    at: datetime
    texts: Mapping[str, str]
    observations: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Start:
    """What "Send to hospital" shows before anything is asked.

    ``same_name`` says who else in the home bears the name; ``where`` is said of somebody who is recorded as gone
    already, empty otherwise; ``printed`` are the packs of the open journey, newest first, and ``kind`` its kind.
    ``kept`` is what was typed and not yet printed, else what the last pack of that journey was made from.
    """

    prefill: Prefill
    kept: Typed | None
    kept_is_printed: bool
    same_name: tuple[str, ...]
    where: str
    kind: JourneyKind | None
    printed: tuple[PackRow, ...]


def start(session: Session, resident_id: ResidentId) -> Start:
    """Everything that the first screen says, and what can be offered for the questions."""
    require(session, Action.PRINT_PACK)
    offered, kept = prefill(session, resident_id), typed(session, resident_id)
    with session.read() as connection:
        line = known_resident(connection, resident_id)
        journey = journeys.open_of(connection, resident_id, session.now())
        before = rows.of_journey(connection, journey.id) if journey else ()
        body = rows.body(connection, before[0].id) if before else {}
        same = pack_record.same_name(connection, resident_id, line.resident.details, session.now())
    answers = body.get("answers")
    printed = False
    if kept is None and isinstance(answers, dict):
        printed = True
        kept = Typed(
            session.person(before[0].printed_by), before[0].printed_at, answers["texts"], answers["observations"]
        )
    gone = journey is not None and journey.journey.stage is not Stage.PREPARING
    where = f"{STAGE_LABELS[journey.journey.stage]}: {journey.journey.place}".rstrip(": ") if journey and gone else ""
    return Start(
        offered, kept, printed, same, where, journey.journey.kind if journey else None,
        tuple(_pack_row(each) for each in before),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be sent to hospital, in a list; ``status`` is here or away, ``same_name`` that another resident
    bears the name."""

    id: ResidentId
    name: str
    born: date
    room: str
    nhs_number: str | None
    status: str
    same_name: bool


def people(session: Session, query: str = "") -> tuple[Person, ...]:
    """Who lives here and whose name, room, key or NHS number holds what was typed, by family name."""
    require(session, Action.PRINT_PACK)
    now = session.now()
    compact = "".join(query.split()).replace("-", "")
    digits = compact if compact.isdecimal() and len(compact) >= 3 else ""
    with session.read() as connection:
        everybody = resident_rows.find(connection, living=now)
        found = {line.resident.id for line in resident_rows.find(
            connection, resident_rows.fold(query).split(), digits=digits, living=now)}  # fmt: skip
    names = Counter(_whole_name(line) for line in everybody)
    return tuple(
        Person(
            line.resident.id, line.resident.details.banner_name, line.resident.details.date_of_birth,
            line.resident.details.room, line.resident.details.nhs_number, line.status(now),
            names[_whole_name(line)] > 1,
        )
        for line in everybody
        if line.resident.id in found
    )  # fmt: skip


def _whole_name(line: resident_rows.ResidentLine) -> tuple[str, str]:
    details = line.resident.details
    return resident_rows.fold(details.given_name), resident_rows.fold(details.family_name)


def keep_typed(
    session: Session, resident_id: ResidentId, typed: tuple[Mapping[str, str], Mapping[str, object]] | None
) -> None:
    """Keep what was typed for a pack, through the lock and for whoever goes on with it; None forgets it."""
    require(session, Action.PRINT_PACK)
    with session.write() as work:
        if typed is None:
            settings.forget(work, _typed_key(resident_id))
            return
        texts, observations = typed
        body = {"author": session.account.user, "at": instant_text(session.now()), "texts": dict(texts)}
        settings.note(work, _typed_key(resident_id), body | {"observations": dict(observations)})


def typed(session: Session, resident_id: ResidentId) -> Typed | None:
    """What was kept, or None."""
    require(session, Action.PRINT_PACK)
    with session.read() as connection:
        found = settings.get(connection, _typed_key(resident_id))
    if not isinstance(found, dict):
        return None
    return Typed(session.person(found["author"]), instant(found["at"]), found["texts"], found["observations"])


def _typed_key(resident_id: ResidentId) -> str:
    return f"{settings.TYPED}/{resident_id}"


def send_to_hospital(
    session: Session,
    resident_id: ResidentId,
    reason: TransferReason,
    *,
    copies: int = 1,
    today: transfer.Today | None = None,
    kind: JourneyKind = JourneyKind.EMERGENCY,
    answers: tuple[Mapping[str, str], Mapping[str, object]] | None = None,
    packed: Mapping[str, int] | None = None,
) -> Pack:
    """Make the pack and keep it as a new version, with the hash of its bytes. It begins a journey (of ``kind``), or
    belongs to the one that is open, whose last pack it then supersedes.

    Nothing that is missing stops it: missing fields are printed as not recorded and named in the answer. Observations
    that cannot be true are refused at the field, because a wrong pulse on page 1 is worse than none. Records that may
    only be read do not stop it either: then the pack is made all the same, says in its footer that it is not recorded,
    and is kept nowhere. ``answers`` is what was typed, as :func:`keep_typed` has it: it is kept with the pack, so that
    the next version of this journey begins with it; ``packed`` says what is in the bag and how many of each, for the
    journey's list.
    """
    from app.reports.pack import pack_pdf

    require(session, Action.PRINT_PACK)
    if not 1 <= copies <= _MOST_COPIES:
        raise UserError(f"Copies must be between 1 and {_MOST_COPIES}", field="copies")
    reason, observed = _checked(session, reason)
    now = session.now()
    recorded = session.trouble is None
    with session.look() as work:
        content = _content(session, work, resident_id, reason, observed, today or transfer.Today())
        journey = journeys.begin(session, work, resident_id, reason, kind) if recorded else None
        if journey is not None and packed:
            journey = _with_items(work, journey, packed)
        before = rows.of_journey(work.connection, journey.id) if journey else ()
        version = rows.next_version(work.connection, resident_id)
        pack_id = work.new_id() if recorded else _NOT_RECORDED
        stamp = transfer.PackStamp(
            pack_id=pack_id,
            version=version,
            home_name=session.home.name,
            home_phone=transfer.said(session.home.phone),
            printed_at=now,
            printed_by=session.account.name,
            valid_at=now,
            supersedes=before[0].version if before else None,
            copies=copies,
            practice=session.home.practice,
            restored_from=restored.restored_from(work.connection),
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if recorded else _NOT_RECORDED,
        )
        made = pack_pdf(content, stamp)
        bag = reason.bag if isinstance(reason.bag, str) else ""
        situation = reason.situation if isinstance(reason.situation, str) else ""
        body = {
            "resident_id": resident_id,
            "version": version,
            "supersedes": stamp.supersedes,
            "sha256": made.sha256,
            "content_hash": transfer.content_hash(content),
            "content": kept_fields(content),
            "pages": made.pages,
            "copies": copies,
            "journey": journey.id if journey else "",
            "bag": bag,
            "destination": transfer.words(reason.destination),
            "situation": situation,
            "missing": list(made.missing),
            "page_digests": list(made.page_digests),
            "answers": {"texts": dict(answers[0]), "observations": dict(answers[1])} if answers else None,
        }
        on_paper = pack_printing.on_paper(work.connection, resident_id, before)
        if journey is not None:
            body |= digital_copy.keep(work, session, content, stamp, made.data, before[0].id if before else "")
            settings.forget(work, _typed_key(resident_id))
            rows.save(
                work, pack_id, resident_id, version, made.data, body,
                pages=made.pages, sha256=made.sha256, bag=bag, situation=situation, journey_id=journey.id,
            )  # fmt: skip
    touched = changes("transfer", "journey", "bag", resident=resident_id) if recorded else Changes()
    journey_id = journey.id if journey else ""
    differ, gone = _differences(on_paper, made.page_digests)
    return Pack(
        pack_id, version, made.data, made.pages, made.missing, made.sha256, touched, recorded, journey_id, differ, gone,
        stamp.supersedes, on_paper is not None,
    )  # fmt: skip


def _with_items(work: Work, line: journey_rows.JourneyLine, packed: Mapping[str, int]) -> journey_rows.JourneyLine:
    """The journey with what was packed on its list; what is on it already and not named now stays."""
    known = {item.name: item for item in line.journey.items}
    named = {name: replace(known.get(name, Item(name, count)), name=name, out=count) for name, count in packed.items()}
    items = tuple({**known, **named}.values())
    if items == line.journey.items:
        return line
    after = replace(line.journey, items=items)
    return journey_rows.save(work, line.resident_id, after, journey_id=line.id, action="change")


def _differences(on_paper: Mapping[int, str] | None, now: Sequence[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The pages that must be printed, and those on paper that must be taken away, as indexes."""
    if on_paper is None:
        return (), ()
    differ = tuple(index for index, digest in enumerate(now) if on_paper.get(index) != digest)
    return differ, tuple(sorted(index for index in on_paper if index >= len(now)))


def get_ready() -> None:
    """Load what a pack is drawn with, before it is needed."""
    import app.reports.pack  # noqa: F401


def pack_pdf(session: Session, pack_id: str) -> bytes:
    """A pack as it was printed. Opening it again is audited."""
    require(session, Action.PRINT_PACK)
    with session.look() as work:
        line = rows.pack(work.connection, pack_id)
        content = rows.content(work.connection, line.sha256) if line else None
        if line is None or content is None:
            raise UserError("This pack is not in the records", field="pack")
        work.audit("reopen", "transfer", pack_id, resident_id=line.resident_id)
    return content


def packs(session: Session, resident_id: ResidentId) -> tuple[PackRow, ...]:
    """A resident's packs, newest first."""
    require(session, Action.VIEW_RESIDENTS)
    with session.read() as connection:
        return pack_rows(connection, resident_id)


def pack_rows(connection: Connection, resident_id: ResidentId) -> tuple[PackRow, ...]:
    """A resident's packs inside a transaction already open."""
    return tuple(_pack_row(line) for line in rows.packs(connection, resident_id))


def _pack_row(line: rows.PackLine) -> PackRow:
    return PackRow(
        line.id, line.resident_id, line.version, line.printed_at, line.printed_by, line.pages, line.sha256, line.bag,
        line.situation, line.journey_id,
    )  # fmt: skip


def content_now(session: Session, work: Work, resident_id: ResidentId) -> transfer.PackContent:
    """What a pack would say of a resident now, inside a transaction already open, for the other papers that say it.

    Nothing is kept, and no journey is begun."""
    return _content(session, work, resident_id, TransferReason(), None, transfer.Today())


def _content(
    session: Session,
    work: Work,
    resident_id: ResidentId,
    reason: TransferReason,
    observed: Outcome | None,
    today: transfer.Today,
) -> transfer.PackContent:
    signed = transfer.Signature(session.account.name, session.account.role.value.capitalize(), session.now())
    held = pack_record.read(session, work.connection, resident_id)
    return pack_content(held, reason, observed, today, signed)


def _checked(session: Session, reason: TransferReason) -> tuple[TransferReason, Outcome | None]:
    """The reason with its observations typed, and their NEWS2 result; None when nothing was observed."""
    given = {key: value for key, value in reason.observations.items() if value not in (None, "")}
    if not given:
        return reason, None
    form = assessments.form("news2")
    typed = questionnaire.gather(questionnaire.check_answers(form, given), form)
    outcome = registry.score("news2", typed, to_local(session.now()).date())
    return replace(reason, observations=typed), outcome
