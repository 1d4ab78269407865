"""Everything held about one resident: for the resident or their representative, for another home, for a court.

The answer is a file for programs (every version of every entry, exact), a document to read, and the papers as they
were printed. What names other residents, such as the bundle a claim travelled in, is left out and said to be.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.codec import canonical, from_plain, instant, instant_text
from app.domain.dates import date_time, short_date
from app.domain.errors import UserError, not_written
from app.domain.instruments import registry
from app.domain.journeys import (
    KIND_LABELS,
    LOSS_OUTCOMES,
    STEP_LABELS,
    Item,
    Journey,
    Loss,
    Step,
    bag_words,
    step_words,
)
from app.domain.key_facts import topic
from app.domain.money import pounds
from app.domain.nhs import format_nhs_number
from app.domain.observations import KINDS
from app.domain.people import FACT_TYPES, GENDER_LABELS, FactKind, ResidentDetails, ResidentId
from app.domain.photos import Photo
from app.domain.questionnaire import answer_words, spread
from app.domain.wounds import CAUSES, CLOSINGS
from app.models import dossier, schema
from app.models import photos as photo_rows
from app.models import transfers as transfer_rows
from app.models.dossier import Row
from app.models.store import Work
from app.models.wounds import taken_apart
from app.services import digital_copy
from app.services.access import Action, require
from app.services.assessments import form, outcome_from, result_label, score_text
from app.services.audit import action_words
from app.services.known import known_resident
from app.services.session import Session
from app.services.sign_in import unlock_again
from app.services.wounds import name_of
from app.vault.files import replace_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

JSON_NAME, PDF_NAME = "resident.json", "resident.pdf"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_KINDS = {
    FactKind.ALLERGY: "Allergies", FactKind.DIAGNOSIS: "Diagnoses", FactKind.MEDICINE: "Medicines",
    FactKind.CONTACT: "Contacts", FactKind.CPR: "CPR status", FactKind.NEED: "Needs",
    FactKind.CHC: "Continuing Healthcare", FactKind.STAY: "Stays", FactKind.ABSENCE: "Absences",
    FactKind.KEY_FACT: "Key facts",
}  # fmt: skip
_SHOWN = {"cpr": "CPR"}
_OF_A_WOUND = frozenset({"wound_area_cm2", "pain_nrs"})
"""Measurements whose detail may be the wound that they are of."""


@dataclass(frozen=True, slots=True, repr=False)
class Exported:
    """The files under their names, and how many revisions the record of the resident has."""

    files: Mapping[str, bytes]
    revisions: int


def export_resident(session: Session, resident_id: ResidentId, password: str) -> Exported:
    """Make the export. The password is asked again; making it is audited before anything is handed out.

    Raises NotAllowed, UserError for a resident who is not in the records, EnvironmentTrouble for a wrong password.
    """
    require(session, Action.EXPORT_RESIDENT)
    unlock_again(session, password)
    with session.look() as work:
        line = known_resident(work.connection, resident_id)
        work.audit("export", "resident", resident_id, resident_id=resident_id)
        held = _Held(session, work, resident_id, line.resident.details, line.status(session.now()))
    return held.files()


def save_files(folder: Path, files: Mapping[str, bytes], *, over: bool = False) -> tuple[Path, ...]:
    """Write the files into the folder, each whole or not at all; UserError when one is there already unless ``over``.

    EnvironmentTrouble says what happened when the folder cannot be written.
    """
    paths = {folder / name: content for name, content in files.items()}
    if not over:
        refuse_over(folder, files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in paths.items():
            replace_file(path, content)
    except OSError as error:
        safe = "The records are safe. Files that are in the folder are whole."
        raise not_written("The export was not saved", error, safe=safe, do="Choose another folder.") from error
    return tuple(paths)


def refuse_over(folder: Path, names: Iterable[str]) -> None:
    """UserError when a file of one of the names is in the folder: asked before anything is made and audited."""
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise UserError(
            f"{folder} holds {' and '.join(there)} already. Choose an empty folder: nothing is overwritten",
            field="folder",
        )


class _Held:
    """What the store holds about a resident, read in one transaction, and the files that say it."""

    def __init__(
        self, session: Session, work: Work, resident_id: ResidentId, details: ResidentDetails, status: str
    ) -> None:
        connection = work.connection
        self._session = session
        self._id = resident_id
        self._details = details
        self._status = status
        self._now = session.now()
        self._chain = work.chain
        self.revisions = dossier.revisions(connection, resident_id)
        self.facts = dossier.facts(connection, resident_id)
        self.assessments = dossier.assessments(connection, resident_id)
        self.observations = dossier.observations(connection, resident_id)
        self.notes = dossier.notes(connection, resident_id)
        self.wounds = dossier.wounds(connection, resident_id)
        self.falls = dossier.falls(connection, resident_id)
        self.drafts = dossier.drafts(connection, resident_id)
        self.alerts = dossier.alerts(connection, resident_id)
        self.transfers = dossier.transfers(connection, resident_id)
        self.journeys = dossier.journeys(connection, resident_id)
        self.claims = dossier.claims(connection, resident_id)
        self.messages = dossier.messages(connection, resident_id)
        self.answers = dossier.answers(connection, resident_id)
        self.events = dossier.events(connection, resident_id)
        self.photos, self.pictures = _pictures(connection, resident_id)
        self._bodies = {row["id"]: row["body"] for row in self.revisions}
        self.papers = self._packs(connection)
        self._about = {row["id"]: name_of(taken_apart(row["body"])[0]) for row in self.wounds}

    def _packs(self, connection: Connection) -> dict[str, bytes]:
        """The packs as printed, each with its digital copy."""
        found: dict[str, bytes] = {}
        for row in self.transfers:
            pdf = transfer_rows.content(connection, row["sha256"])
            if pdf is not None:
                name = f"red-bag-pack-v{row['version']}"
                found[f"{name}.pdf"] = pdf
                copy = digital_copy.from_body(connection, self._bodies.get(row["revision_id"]) or {}, pdf)
                found |= {f"{name}.fhir.json": copy} if copy is not None else {}
        return found

    def files(self) -> Exported:
        """The files, the PDF first, because the JSON names the fingerprint of each other file."""
        from app.reports.export import export_pdf

        files = {PDF_NAME: export_pdf(self._document()), **self.papers, **self.pictures}
        files[JSON_NAME] = self._json(files)
        return Exported(files, len(self.revisions))

    # -------------------------------------------------------------------------------------------------- for programs

    def _json(self, files: Mapping[str, bytes]) -> bytes:
        home = self._session.home
        parts: dict[str, object] = {
            "home": {"name": home.name, "ods": home.ods},
            "store": self._session.store.id,
            "schema": schema.SCHEMA,
            "made_at": instant_text(self._now),
            "made_by": self._session.account.user,
            "audit": {"count": self._chain.count, "head": self._chain.head},
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            "people": self._people(),
            "resident": {"id": self._id, "status": self._status, **_latest_details(self.revisions, self._id)},
            "revisions": self.revisions,
            "facts": self.facts,
            "assessments": [
                {**row, "answers": body["answers"], "outcome": body["outcome"]}
                if (body := self._bodies.get(row["revision_id"]))
                else row
                for row in self.assessments
            ],
            "observations": self.observations,
            "notes": self.notes,
            "wounds": self.wounds,
            "falls": self.falls,
            "photos": self.photos,
            "drafts": self.drafts,
            "alerts": self.alerts,
            "transfers": self.transfers,
            "journeys": self.journeys,
            "claims": self.claims,
            "messages": self.messages,
            "answers": self.answers,
            "events": self.events,
        }
        # One line an entry: exact as it is hashed, and still to be read and compared by eye.
        text = ",\n".join(f"{canonical(name)}:{_listed(value)}" for name, value in parts.items())
        return f"{{\n{text}\n}}\n".encode()

    def _people(self) -> dict[str, str]:
        users = {row["author"] for row in self.revisions} | {row["actor"] for row in self.events}
        return {user: self._session.person(user) for user in sorted(users)}

    # -------------------------------------------------------------------------------------------------- for people

    def _document(self) -> Any:
        from app.reports.export import ResidentDocument, Section

        sections = (
            Section("Who this is", (self._who(),)),
            Section("What is recorded", self._fact_blocks()),
            Section("Assessments", [self._assessment_block(row) for row in self.assessments]),
            Section("Measurements", self._measurement_blocks(), "Nothing was measured."),
            Section("Notes", self._note_blocks(), "No note was written."),
            Section("Wounds", [self._wound_block(row) for row in self.wounds], "No wound is recorded."),
            Section("Falls", [self._fall_block(row) for row in self.falls], "No fall is recorded."),
            Section("Photos", self._photo_blocks(), "No photo was kept."),
            Section("Unsigned drafts", [self._draft_block(row) for row in self.drafts], "There are no drafts."),
            Section("Alerts", [self._alert_block(row) for row in self.alerts], "No alert was raised."),
            Section("Red-bag packs", self._pack_blocks(), "No pack was printed."),
            Section(
                "To hospital and back", [self._journey_block(row) for row in self.journeys], "No journey was made."
            ),
            Section("Premium claims", self._claim_blocks(), "No claim was made."),
            Section("Messages", self._message_blocks(), "No message was sent."),
            Section("Every recorded version", (self._revision_block(),)),
            Section("Who did and looked at what", (self._event_block(),)),
        )
        home = self._session.home
        return ResidentDocument(
            self._details.banner_name,
            self._details.date_of_birth,
            self._details.nhs_number,
            f"{home.name} ({home.ods})",
            self._now,
            self._session.account.name,
            f"{self._chain.count}-{self._chain.head[:8]}",
            sections,
            practice=home.practice,
        )

    def _who(self) -> Any:
        from app.reports.export import Block

        d = self._details
        number = format_nhs_number(d.nhs_number) if d.nhs_number else f"Not known: {d.nhs_number_absent_reason}"
        consent = {True: "Yes", False: "No", None: "Not asked"}[d.consent_sharing]
        return Block(
            values=(
                ("Name", d.banner_name), ("Known as", d.preferred_name), ("Born", short_date(d.date_of_birth)),
                ("NHS No.", number),
                ("Gender", GENDER_LABELS[d.gender]), ("Key", d.key), ("Room", d.room), ("Status", self._status),
                ("Died", date_time(d.died_at) if d.died_at else "No"),
                ("GP", " ".join(filter(None, (d.gp_name, d.gp_code, d.gp_phone)))),
                ("Consent to sharing", consent),
            )
        )  # fmt: skip

    def _fact_blocks(self) -> list[Any]:
        from app.reports.export import Block

        found = []
        for kind, title in _KINDS.items():
            rows = [
                (
                    f"{'Entered in error. ' if row['in_error'] else ''}{_said(kind, row['body'])}",
                    _when(row["recorded_at"]),
                    self._person(row["recorded_by"]),
                    row["reason"],
                )
                for row in self.facts
                if row["kind"] == kind.value
            ]
            if rows:
                found.append(Block(title, headers=("Entry", "Recorded", "By", "Reason"), shares=(230, 106, 95, 96),
                                   rows=rows))  # fmt: skip
        return found

    def _assessment_block(self, row: Row) -> Any:
        from app.reports.export import Block

        tool = registry.instrument(row["instrument"])
        of = self._about.get(row["about"], "")
        title = f"{tool.title}, {_when(row['at'])}{f': {of}' if of else ''}"
        body = self._bodies.get(row["revision_id"])
        if not body:
            return Block(title, note="Its content was destroyed at the end of its keeping.")
        outcome = outcome_from(body["outcome"])
        result = ", ".join(
            filter(None, (
                score_text(tool.code, row["score"]),
                result_label(tool.code, row["band"], complete=bool(row["complete"])),
            ))
        )  # fmt: skip
        values = [
            ("Result", result or ("Complete" if row["complete"] else "Incomplete")),
            ("Signed", f"{_when(row['signed_at'])} by {self._person(row['signed_by'])} ({row['state']})"),
            ("Entry", row["revision_id"]),
        ]
        if outcome.actions:
            values.append(("What to do", "\n".join(outcome.actions)))
        if row["next_due"]:
            values.append(("Next due", short_date(date.fromisoformat(row["next_due"]))))
        values += _answers(row["instrument"], body["answers"])
        return Block(title, values=values, note=outcome.attribution)

    def _measurement_blocks(self) -> list[Any]:
        """Each series in one line: ten years of them would bury what there is to read."""
        from app.reports.export import Block

        series: dict[tuple[str, str], list[Row]] = {}
        for row in self.observations:
            of = row["detail"] if row["kind"] in _OF_A_WOUND else ""
            series.setdefault((row["kind"], of), []).append(row)
        rows = [_series_row(kind, self._about.get(of, ""), found) for (kind, of), found in series.items()]
        if not rows:
            return []
        headers = ("What", "How many", "First", "Last", "Lowest to highest")
        note = "Each measurement stands in resident.json."
        return [Block(headers=headers, shares=(150, 55, 106, 106, 110), rows=rows, note=note)]

    def _note_blocks(self) -> list[Any]:
        from app.reports.export import Block

        rows = [
            (
                _when(row["at"]),
                self._person(row["author"]),
                f"{'Entered in error. ' if row['in_error'] else ''}{row['text']}",
            )
            for row in self.notes
        ]
        return [Block(headers=("When", "Who", "Note"), shares=(106, 100, 321), rows=rows)] if rows else []

    def _wound_block(self, row: Row) -> Any:
        from app.reports.export import Block

        wound, closing = taken_apart(row["body"])
        values = [
            ("Where", f"{wound.where}{f'. {wound.words}' if wound.words else ''}"),
            ("Cause", CAUSES[wound.cause]),
            ("Found", f"{date_time(wound.found_at)} by {wound.found_by}"),
            ("Present on admission", _text(wound.on_admission)),
            ("Pressed by a device", _text(wound.device_related)),
            ("In a moist lining", _text(wound.mucosal)),
        ]
        if closing is not None:
            why = f": {closing.reason}" if closing.reason else ""
            values.append(("Closed", f"{date_time(closing.at)}, {CLOSINGS[closing.how].lower()}{why}"))
        if row["in_error"]:
            values.append(("State", "Entered in error"))
        values.append(("Entry", row["revision_id"]))
        return Block(f"{name_of(wound)}, found {_when(row['found_at'])}", values=values)

    def _fall_block(self, row: Row) -> Any:
        from app.reports.export import Block

        values = [(_field(str(key)), _text(value)) for key, value in _told(row["body"])]
        if row["in_error"]:
            values.append(("State", "Entered in error"))
        return Block(f"Fall, {_when(row['at'])}", values=[*values, ("Entry", row["revision_id"])])

    def _photo_blocks(self) -> list[Any]:
        from app.reports.export import Block

        rows = [
            (
                row["file"] or "Left out: entered in error, so it may show somebody else",
                _when(row["taken_at"]),
                self._about.get(row["about"], "The resident" if not row["about"] else ""),
                from_plain(row["body"]["photo"], Photo).consent.words,
            )
            for row in self.photos
        ]
        headers = ("File", "Taken", "Of", "Consent")
        return [Block(headers=headers, shares=(130, 106, 120, 171), rows=rows)] if rows else []

    def _draft_block(self, row: Row) -> Any:
        from app.reports.export import Block

        title = registry.instrument(row["instrument"]).title
        kept = [("Saved", f"{_when(row['updated_at'])} by {self._person(row['author'])}")]
        return Block(title, values=[*kept, *((name, _text(value)) for name, value in row["answers"].items())])

    def _alert_block(self, row: Row) -> Any:
        from app.reports.export import Block

        body = row["body"]
        return Block(
            f"{body['title']}, {_when(row['raised_at'])}",
            values=(
                ("Raised by", self._person(body["raised_by"])),
                ("What to do", "\n".join(body["do"])),
                ("Call", f"{_when(body['called_at'])}, {body['spoke_to']}" if body["called_at"] else "None recorded"),
                ("Closed", f"{_when(body['closed_at'])}: {body['outcome']}" if body["closed_at"] else "Standing"),
            ),
        )

    def _pack_blocks(self) -> list[Any]:
        from app.reports.export import Block

        rows = [
            (
                f"Version {row['version']}", _when(row["printed_at"]), self._person(row["printed_by"]),
                str(row["pages"]), row["bag"], row["situation"],
            )
            for row in self.transfers
        ]  # fmt: skip
        headers = ("Pack", "Printed", "By", "Pages", "Bag", "Why")
        return [Block(headers=headers, shares=(62, 95, 95, 40, 45, 190), rows=rows)] if rows else []

    def _journey_block(self, row: Row) -> Any:
        from app.reports.export import Block

        journey = from_plain(row["body"]["journey"], Journey)
        values = [
            ("Kind", KIND_LABELS[journey.kind]), ("Why", journey.why), ("To", journey.destination),
            ("Bag", journey.bag), ("Escort", journey.escort),
            *((STEP_LABELS[step.kind], _step_words(step)) for step in journey.steps),
            *((f"In the bag: {item.name}", _item_words(item)) for item in journey.items),
            *((f"Missing: {loss.quantity} × {loss.item}", _loss_words(loss)) for loss in journey.losses),
            *((_field(str(key)), _text(value)) for key, value in _told(row["body"]["journey"]["back"])),
        ]  # fmt: skip
        if row["in_error"]:
            values.append(("State", "Entered in error"))
        return Block(
            f"Journey, {_when(row['started_at'])}",
            values=[*((name, words) for name, words in values if words), ("Entry", row["revision_id"])],
        )

    def _claim_blocks(self) -> list[Any]:
        from app.reports.export import Block

        rows = [
            (
                short_date(date.fromisoformat(row["week_start"])), f"{row['identifier']}, version {row['version']}",
                pounds(row["amount_pence"]), row["outcome"] or "No answer yet",
                "" if row["decided_pence"] is None else pounds(row["decided_pence"]), "; ".join(row["reasons"] or ()),
            )
            for row in self.claims
        ]  # fmt: skip
        headers = ("Week from", "Claim", "Amount", "Answer", "Decided", "Reasons")
        return [Block(headers=headers, shares=(72, 140, 60, 80, 60, 115), rows=rows)] if rows else []

    def _message_blocks(self) -> list[Any]:
        from app.reports.export import Block

        rows = [
            (
                row["about"], row["state"], _when(row["created_at"]), _when(row["sent_at"]), _when(row["decided_at"]),
                "About other residents too" if row["shared"] else "",
            )
            for row in self.messages
        ]  # fmt: skip
        headers = ("About", "State", "Made", "Sent", "Decided", "")
        return [Block(headers=headers, shares=(150, 80, 85, 85, 85, 60), rows=rows)] if rows else []

    def _revision_block(self) -> Any:
        from app.reports.export import Block

        rows = [
            (
                row["kind"],
                row["state"],
                _when(row["recorded_at"]),
                self._person(row["author"]),
                row["reason"],
                row["id"],
            )
            for row in self.revisions
        ]
        return Block(
            headers=("What", "State", "Recorded", "By", "Reason", "Entry"),
            shares=(70, 70, 88, 88, 95, 116),
            rows=rows,
            note="Each entry stands in full, with its fingerprint and signature, in resident.json.",
        )

    def _event_block(self) -> Any:
        from app.reports.export import Block

        rows = [
            (str(row["seq"]), _when(row["at"]), self._person(row["actor"]),
             action_words(row["action"], row["object_kind"], row["detail"]), row["reason"])
            for row in self.events
        ]  # fmt: skip
        return Block(headers=("No.", "When", "Who", "What", "Reason"), shares=(36, 106, 105, 180, 100), rows=rows)

    def _person(self, user: str) -> str:
        return self._session.person(user)


def _pictures(connection: Connection, resident_id: ResidentId) -> tuple[tuple[Row, ...], dict[str, bytes]]:
    """What each photo is of, with its file's name, and the files; one entered in error may show somebody else."""
    rows, files = [], {}
    for number, row in enumerate(dossier.photos(connection, resident_id), 1):
        jpeg = None if row["in_error"] else photo_rows.content(connection, row["sha256"])
        name = f"photo-{number:02d}.jpg" if jpeg is not None else None
        if name is not None and jpeg is not None:
            files[name] = jpeg
        rows.append({**row, "file": name})
    return tuple(rows), files


def _series_row(kind: str, of: str, found: Sequence[Row]) -> tuple[str, ...]:
    known = KINDS.get(kind)
    values = [Decimal(row["value"]) for row in found if row["value"]]
    unit = f" {known.unit}" if known and known.unit else ""
    spread_words = "" if not values else f"{min(values):f} to {max(values):f}{unit}"
    if not values:  # in words only, such as the letter of consciousness
        spread_words = ", ".join(sorted({row["detail"] for row in found if row["detail"]}))
    name = known.label if known else kind
    return (
        f"{name}: {of}" if of else name, str(len(found)), _when(found[0]["at"]), _when(found[-1]["at"]), spread_words,
    )  # fmt: skip


def _told(body: object) -> list[tuple[object, object]]:
    """What a body says that holds something, without the ids that only programs read."""
    if not isinstance(body, Mapping):
        return []
    return [
        (key, value)
        for key, value in body.items()
        if value not in (None, "", [], {}) and not str(key).endswith(("_id", "_ids"))
    ]


def _step_words(step: Step) -> str:
    who = ", ".join(filter(None, (step.name, step.role)))
    bag = bag_words(step)
    said = (date_time(step.at), who, step.place, f"The bag: {bag.lower()}" if bag else "", step_words(step))
    return ". ".join(filter(None, said))


def _item_words(item: Item) -> str:
    back = "not looked at since" if item.back is None else f"{item.back} back"
    return ", ".join(filter(None, (f"{item.out} out", item.out_note, back, item.back_note)))


def _loss_words(loss: Loss) -> str:
    ended = LOSS_OUTCOMES.get(loss.outcome, loss.outcome) if loss.outcome else "Still looked for"
    closed = date_time(loss.closed_at) if loss.closed_at else ""
    told = f"Told: {loss.told}" if loss.told else "Nobody was told"
    return ". ".join(filter(None, (f"Noticed {date_time(loss.noticed_at)}", loss.note, told, ended, closed)))


def _latest_details(revisions: Sequence[Row], resident_id: ResidentId) -> Mapping[str, object]:
    of = [row for row in revisions if row["entity_id"] == resident_id and row["body"] is not None]
    return of[-1]["body"] if of else {}


def _listed(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        return "[\n" + ",\n".join(canonical(item) for item in value) + "\n]"
    return canonical(value)


def _answers(code: str, answers: Mapping[str, object]) -> list[tuple[str, str]]:
    """The answers in the words of the form, those that it does not ask for under their own names."""
    asked = form(code)
    given = spread(answers, asked)
    known = {question.link_id: question for question in asked.questions()}
    found = [(known[key].text, answer_words(known[key], given[key])) for key in known if given.get(key) is not None]
    return found + [(key, _text(value)) for key, value in given.items() if key not in known and value is not None]


def _said(kind: FactKind, body: Mapping[str, Any]) -> str:
    """A fact in words: each field that holds something, under its name, in the order in which it is asked."""
    if kind is FactKind.KEY_FACT:
        asked = topic(body["topic"])
        answer = {True: "Yes", False: "No", None: ""}[body.get("state")]
        said = ". ".join(part for part in (answer, body.get("text", "")) if part)
        return f"{asked.label if asked else body['topic']}: {said}"
    names = [each.name for each in fields(FACT_TYPES[kind])]
    return "; ".join(
        f"{_field(name)}: {_text(body[name])}" for name in names if body.get(name) not in (None, "", False)
    )


def _field(name: str) -> str:
    return _SHOWN.get(name, name.replace("_", " ").capitalize())


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{_field(str(key))}: {_text(item)}" for key, item in value.items())
    text = str(value)
    if _INSTANT.fullmatch(text):
        return _when(text)
    return short_date(date.fromisoformat(text)) if _DATE.fullmatch(text) else text


def _when(text: str | None) -> str:
    return date_time(instant(text)) if text else "Not yet"
