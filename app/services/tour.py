"""The main job from end to end without a screen, on a practice home: a day that anybody can look at afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.domain.clock import Clock
from app.domain.dates import short_date
from app.domain.errors import UserError
from app.domain.transfer import read_reason
from app.services import assessments, evidence, practice, premium, residents, sync, transfers
from app.services.session import Session
from app.vault.files import replace_file

Pictures = Callable[[Session, Path], object]
_UNWELL = "R10"


def run(
    out: Path,
    clock: Clock,
    *,
    connection: Mapping[str, Any] | None = None,
    pictures: Pictures | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, object]:
    """Do the main job and leave ``pack.pdf``, ``evidence.pdf``, ``evidence.xlsx``, ``evidence.csv``,
    ``claim.json``, ``outbox.json`` and, with ``pictures``, a PNG of every screen in the folder. The practice home
    itself stays in ``out/store``.

    ``connection`` is used instead of the practice CCG; its answers then come when that CCG has answered. Raises
    UserError when the folder holds an earlier tour.
    """
    store = out / "store"
    if store.exists():
        raise UserError(f"{out} holds an earlier tour. Choose another folder, or remove it first", field="out")
    out.mkdir(parents=True, exist_ok=True)
    session = practice.build(store, clock, say)
    try:
        return _tour(session, out, connection, pictures, say)
    finally:
        session.close()


def _tour(
    session: Session,
    out: Path,
    connection: Mapping[str, Any] | None,
    pictures: Pictures | None,
    say: Callable[[str], None],
) -> dict[str, object]:
    if connection is not None:
        sync.connect(session, connection, practice.PASSWORD)
    resident = residents.resident_by_key(session, _UNWELL)
    say(f"NEWS2 for {resident.details.banner_name}: deteriorating")
    observed = {
        "resp_rate": 26, "spo2": 90, "spo2_scale": 1, "on_oxygen": True, "systolic": 98, "pulse": 118,
        "consciousness": "C", "temp_c": Decimal("38.9"),
    }  # fmt: skip
    signed = assessments.sign(session, resident.id, "news2", observed)
    for alert in signed.alerts:
        say(f"Alert: {alert.title}. Phone {alert.phone_who}: {alert.phone_number}. {alert.outbox_words}")
    say("Red-bag pack")
    offered = transfers.prefill(session, resident.id)
    pack = transfers.send_to_hospital(session, resident.id, read_reason(_reason(session, observed, offered.medicines)))
    replace_file(out / "pack.pdf", pack.pdf)
    monday = premium.default_week(session)
    say(f"Premium claims for the week of {short_date(monday)}")
    done = premium.submit(session, monday, practice.PASSWORD)
    say("Sync: alerts first, then the claims")
    summary = sync.sync_now(session)
    claim = premium.week_json(
        premium.week(session, monday), {"bundle": done.bundle_id, "claims": list(done.identifiers)}
    )
    _write_json(out / "claim.json", claim)
    _write_json(out / "outbox.json", sync.outbox_json(session))
    say("Evidence")
    files = evidence.evidence(session, monday, monday + timedelta(days=6), practice.PASSWORD).by_name()
    for name, content in files.items():
        (out / name).parent.mkdir(exist_ok=True)
        replace_file(out / name, content)
    if pictures is not None:
        say("A picture of every screen")
        pictures(session, out / "screens")
    return {
        "out": str(out),
        "news2": signed.outcome.score,
        "alerts": [alert.kind for alert in signed.alerts],
        "pack": {"pages": pack.pages, "sha256": pack.sha256, "missing": len(pack.missing)},
        "claims": len(done.identifiers),
        "total_pence": done.total_pence,
        "sync": summary.as_json(),
    }


def _reason(session: Session, observed: Mapping[str, object], medicines: tuple[str, ...]) -> dict[str, object]:
    now = session.now()

    def ago(minutes: int) -> str:
        return (now - timedelta(minutes=minutes)).isoformat(timespec="minutes")

    return {
        "situation": "Breathless and newly confused since breakfast, NEWS2 is high",
        "background": "COPD, treated for a chest infection this week. Usually alert and chatty, walks with a frame",
        "assessment": "Sat upright, oxygen as prescribed, GP advised 999 at 10:05. Possible sepsis",
        "request": "Urgent assessment and treatment. We can take her back as soon as she is fit",
        "onset_at": ago(150),
        "observations": dict(observed),
        "last_doses": [{"medicine": name, "given_at": ago(180)} for name in medicines[:2]],
        "bag": "RB-03",
        "destination": "Lister Hospital, emergency department",
        "called": [{"who": "GP: Practice Surgery", "at": ago(40)}, {"who": "999", "at": ago(20)}],
        "escort": "Cal Campion, carer",
    }


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, default=_number)
    replace_file(path, text.encode() + b"\n")


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
