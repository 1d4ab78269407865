"""A disk that is full, a folder that may not be written, records taken away while they are open.

Each has its own sentence and code, everything acknowledged stays readable, and when the trouble is over the same
session goes on, without a restart.
"""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import EnvironmentTrouble, ExitCode
from app.domain.people import ResidentId
from app.models import schema
from app.services import assessments, residents
from app.services.sign_in import sign_in
from tests.factories import NEWS2_LOW, PASSWORD, LivingHome
from tests.faults import truth
from tests.faults.figures import Row
from tests.helpers.cli import Home, without_privilege

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts, limits and modes of Linux")
LINE = {"resident": "R01", "instrument": "news2", "sign": True, "answers": {**NEWS2_LOW, "temp_c": 36.6}}
MEGABYTE = 1 << 20


def run(*command: str | Path) -> bool:
    """Whether a system command did it."""
    return subprocess.run([str(part) for part in command], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes. Only root can mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if not run("mount", "-t", "tmpfs", "-o", "size=3m", "hartwell-faults", place):
        pytest.skip("NOT TESTED: no small disk can be mounted here (needs root); the limit on file sizes stands for it")
    try:
        yield place
    finally:
        run("umount", "-l", place)


def living_in(folder: Path) -> tuple[LivingHome, ResidentId]:
    """A home in the folder, signed in, with one resident."""
    living = LivingHome(folder)
    return living, living.resident(1)


def fill(ballast: Path) -> None:
    """Write until the disk takes no more."""
    with ballast.open("wb", buffering=0) as handle:
        try:
            while handle.write(bytes(4096)):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - the end that is hoped for


def sign_until_it_fails(living: LivingHome, person: ResidentId, row: Row) -> tuple[set[str], EnvironmentTrouble]:
    """Sign until that is refused: what was acknowledged, and the refusal."""
    kept: set[str] = set()
    while len(kept) < 5000:
        try:
            kept.add(assessments.sign(living.session, person, "news2", NEWS2_LOW).revision_id)
        except EnvironmentTrouble as trouble:
            row.set(acknowledged=len(kept), code=int(trouble.exit_code))
            return kept, trouble
    raise AssertionError("it never failed")


def there(living: LivingHome) -> set[str]:
    """What the open session can read."""
    with living.session.read() as connection:
        return set(connection.execute(select(schema.revision.c.id)).scalars())


def goes_on(living: LivingHome, person: ResidentId, kept: set[str], row: Row) -> None:
    """The same session saves again, and after closing everything acknowledged is in the file, whole."""
    kept.add(assessments.sign(living.session, person, "news2", NEWS2_LOW).revision_id)
    living.session.close()
    with truth.opened(living.store_dir) as connection:
        lost = kept - truth.revisions(connection)
        row.set(lost=len(lost))
        assert lost == set()
        assert truth.chain_faults(connection) == []
        assert truth.damage(connection) == []


# ----------------------------------------------------------------------------------------------------------- full


def test_a_disk_that_fills_up_while_records_are_signed(small_disk: Path, row: Row) -> None:
    living, person = living_in(small_disk / "home")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(MEGABYTE))
    kept, trouble = sign_until_it_fails(living, person, row)
    assert trouble.exit_code is ExitCode.DISK_FULL
    assert "the disk is full" in trouble.happened
    assert "space" in trouble.do
    assert len(kept) > 10
    assert kept <= there(living), "what was acknowledged is readable while the disk is full"
    with pytest.raises(EnvironmentTrouble) as again:
        assessments.save_draft(living.session, person, "news2", {"notes": "x" * 100_000})
    assert again.value.exit_code is ExitCode.DISK_FULL
    ballast.unlink()
    goes_on(living, person, kept, row)


def test_a_disk_that_is_full_when_the_records_are_opened(small_disk: Path, row: Row) -> None:
    living, _ = living_in(small_disk / "home")
    before = there(living)
    living.session.close()
    files = {path.name for path in living.store_dir.iterdir()}
    ballast = small_disk / "ballast"
    fill(ballast)
    done = Home(living.store_dir).run("record", lines=[LINE])
    row.set(code=done.code)
    assert done.code == ExitCode.DISK_FULL, done.err
    assert "full" in done.err
    assert done.out == ""
    assert {path.name for path in living.store_dir.iterdir()} - files <= {"hartwell.db-wal", "hartwell.db-shm"}
    ballast.unlink()
    assert Home(living.store_dir).ok("record", lines=[LINE])["ack"]
    with truth.opened(living.store_dir) as connection:
        row.set(lost=len(before - truth.revisions(connection)))
        assert before < truth.revisions(connection)


def test_a_script_is_told_that_the_disk_is_full(small_disk: Path, row: Row) -> None:
    living, _ = living_in(small_disk / "home")
    living.session.close()
    (small_disk / "ballast").write_bytes(bytes(MEGABYTE))
    done = Home(living.store_dir).run("record", lines=[LINE] * 2000)
    acknowledged = {line["ack"] for line in done.lines}
    row.set(acknowledged=len(acknowledged), code=done.code)
    assert done.code == ExitCode.DISK_FULL, done.err
    assert "the disk is full" in done.err
    (small_disk / "ballast").unlink()
    with truth.opened(living.store_dir) as connection:
        assert acknowledged <= truth.revisions(connection)


def test_a_file_that_may_not_grow(tmp_path: Path, row: Row) -> None:
    """What a quota looks like: the same words as a full disk, with the doubt that the system leaves."""
    import resource

    living, person = living_in(tmp_path / "home")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, hard))
    try:
        kept, trouble = sign_until_it_fails(living, person, row)
        assert kept <= there(living)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert trouble.exit_code is ExitCode.DISK_FULL
    assert "full" in trouble.happened
    goes_on(living, person, kept, row)


# --------------------------------------------------------------------------------------------------- not permitted


@contextmanager
def forbidden(path: Path, mode: int) -> Iterator[None]:
    """The file or folder with another mode."""
    before = path.stat().st_mode & 0o7777
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.mark.parametrize(
    ("what", "mode"),
    [
        (".", 0o500),
        (".", 0o000),
        ("hartwell.db", 0o400),
        ("hartwell.db", 0o000),
        ("store.keys", 0o000),
        ("store.anchor", 0o000),
    ],
)
def test_a_folder_or_file_without_permission(tmp_path: Path, row: Row, what: str, mode: int) -> None:
    living, _ = living_in(tmp_path / "home")
    before = there(living)
    living.session.close()
    home = Home(living.store_dir)
    with forbidden(living.store_dir / what, mode):
        done = without_privilege(home, "record", lines=(LINE,))
    row.set(code=done.code)
    assert done.code == ExitCode.READ_ONLY, done.err
    assert done.out == ""
    assert "permission" in done.err or "access" in done.err
    assert len(done.err.splitlines()) == 1, "three sentences and no fault report"
    again = without_privilege(home, "record", lines=(LINE,))
    assert again.code == 0, again.err
    with truth.opened(living.store_dir) as connection:
        row.set(lost=len(before - truth.revisions(connection)))
        assert before < truth.revisions(connection)


def test_a_disk_that_is_read_only(small_disk: Path, row: Row) -> None:
    living, _ = living_in(small_disk / "home")
    before = there(living)
    living.session.close()
    assert run("mount", "-o", "remount,ro", small_disk)
    done = Home(living.store_dir).run("record", lines=[LINE])
    row.set(code=done.code)
    assert done.code == ExitCode.READ_ONLY, done.err
    assert done.out == ""
    assert run("mount", "-o", "remount,rw", small_disk)
    assert Home(living.store_dir).ok("record", lines=[LINE])["ack"]
    with truth.opened(living.store_dir) as connection:
        row.set(lost=len(before - truth.revisions(connection)))
        assert before < truth.revisions(connection)


# ---------------------------------------------------------------------------------------------- taken away while open


def unmounted(folder: Path) -> Callable[[], object]:
    """Unplug the disk that the folder is on; what plugs it in again."""
    assert run("umount", "-l", folder)
    return lambda: run("mount", "--bind", folder.parent / "behind", folder)


def moved(folder: Path) -> Callable[[], object]:
    """Move the folder; what puts it back."""
    away = folder.rename(folder.parent / "elsewhere")
    return lambda: away.rename(folder)


def renamed(folder: Path) -> Callable[[], object]:
    """Rename the records in their folder; what puts them back."""
    away = (folder / "hartwell.db").rename(folder / "hartwell old.db")
    return lambda: away.rename(folder / "hartwell.db")


def replaced(folder: Path) -> Callable[[], object]:
    """Put another file in the records' place; what puts the true one back."""
    away = (folder / "hartwell.db").rename(folder / "hartwell old.db")
    shutil.copy(away, folder / "hartwell.db")
    return lambda: away.replace(folder / "hartwell.db")


@pytest.mark.parametrize("taken", [moved, renamed, replaced, unmounted])
def test_records_taken_away_while_they_are_open(
    tmp_path: Path, row: Row, taken: Callable[[Path], Callable[[], object]]
) -> None:
    """SQLite itself reports success for a write into a file that nobody will find again."""
    folder = tmp_path / "home"
    living, person = living_in(tmp_path / "behind" if taken is unmounted else folder)
    if taken is unmounted:
        living.session.close()
        folder.mkdir()
        if not run("mount", "--bind", tmp_path / "behind", folder):
            pytest.skip("NOT TESTED: nothing can be mounted here (needs root)")
        living.store_dir = folder
        living.session = sign_in(folder, "mo", PASSWORD, living.clock)
    kept = {assessments.sign(living.session, person, "news2", NEWS2_LOW).revision_id for _ in range(5)}
    put_back = taken(folder)
    with pytest.raises(EnvironmentTrouble) as refusal:
        assessments.sign(living.session, person, "news2", NEWS2_LOW)
    row.set(code=int(refusal.value.exit_code))
    assert refusal.value.exit_code is ExitCode.READ_ONLY
    assert "no longer where it was opened" in refusal.value.happened
    assert "paper" in refusal.value.do
    assert kept <= there(living), "still readable"
    put_back()
    goes_on(living, person, kept, row)
    assert residents.find_residents(sign_again(living))
    living.session.close()
    if taken is unmounted:
        run("umount", folder)


def sign_again(living: LivingHome) -> object:
    """Sign in anew, as after a restart."""
    living.session = sign_in(living.store_dir, "mo", PASSWORD, living.clock)
    return living.session
