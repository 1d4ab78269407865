"""A home with some hundred rows in its record, made once, and ways to damage a copy of it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.domain.people import Allergy, Role
from app.domain.photos import Consent
from app.domain.transfer import TransferReason
from app.models.store import STORE_NAME
from app.services import assessments, falls, notes, photos, transfers, wounds
from app.vault import keyfile, keys
from tests.factories import MUST_HIGH, NEWS2_LOW, LivingHome
from tests.services.test_falls import LIFT
from tests.services.test_photos import jpeg
from tests.services.test_wounds import a_wound

PAGE = 4096
RESIDENTS = 12


@dataclass(frozen=True)
class FullHome:
    """A copy to damage: its folder and what opens its store without the program."""

    folder: Path
    key: str

    @property
    def store(self) -> Path:
        """The store's file."""
        return self.folder / STORE_NAME

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.store.stat().st_size // PAGE

    def flip(self, page: int, byte: int = 1000, bit: int = 3) -> None:
        """Turn one bit of a page, counted from 1."""
        with self.store.open("r+b") as handle:
            handle.seek((page - 1) * PAGE + byte)
            found = handle.read(1)[0]
            handle.seek(-1, 1)
            handle.write(bytes([found ^ 1 << bit]))

    def zero(self, page: int) -> None:
        """Write zeros over a page."""
        with self.store.open("r+b") as handle:
            handle.seek((page - 1) * PAGE)
            handle.write(bytes(PAGE))

    def cut(self, length: int) -> None:
        """Cut the file off."""
        with self.store.open("r+b") as handle:
            handle.truncate(length)


@cache
def _template() -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(prefix="hartwell-full-")) / "store"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    living = LivingHome(folder, Role.MANAGER)
    for place in range(1, RESIDENTS + 1):
        person = living.resident(place, Allergy(f"Penicillin {place}"))
        for _ in range(8):
            assessments.sign(living.session, person, "news2", NEWS2_LOW)
        assessments.sign(living.session, person, "must", MUST_HIGH)
        assessments.save_draft(living.session, person, "news2", {"notes": f"draft {place}"})
    wound = wounds.add(living.session, person, a_wound()).wound_id
    photos.add(living.session, person, jpeg(), consent=Consent("resident"), about=wound)
    notes.add(living.session, person, "Sang at tea")
    falls.record(living.session, person, LIFT)
    transfers.send_to_hospital(living.session, person, TransferReason(situation="a fall"))
    key = keys.sqlcipher_key(living.session.data_key, keyfile.read_keyfile(folder).store_id)
    living.session.close()
    return folder, key


def full_home(folder: Path) -> FullHome:
    """A fresh copy in a folder that is not there yet."""
    template, key = _template()
    shutil.copytree(template, folder)
    return FullHome(folder, key)
