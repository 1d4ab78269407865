"""Whether a bundle of evidence is still what was signed: told from its files alone, by anybody, without the records.

What is checked: the signature over the manifest, the hash of each file that it names, and that no file is missing and
none was added. A forger who signs anew with a key of their own passes all that; so the answer names the key, to be
compared with the one that the home gives by another way.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app.domain.codec import canonical, parse
from app.domain.errors import ExitCode, UserError
from app.domain.evidence import fingerprint
from app.services.evidence import FORMAT, MANIFEST
from app.vault.signing import is_signed

_LARGEST_MANIFEST = 4_000_000
_BLOCK = 1 << 20
_PUBLIC_KEY_LETTERS = 64
_TOLD = ("home", "home_name", "from", "to", "kind", "practice", "made_at", "made_by", "made_by_name")


@dataclass(frozen=True, slots=True)
class CheckedEvidence:
    """What was found. ``problems`` says in words everything that is not as it was signed; empty when all is well.

    ``files`` has for each file of the bundle ``ok``, ``changed``, ``missing`` or ``added``. What ``manifest`` says of
    itself is worth no more than its signature.
    """

    path: Path
    manifest: Mapping[str, Any]
    signature: str
    files: Mapping[str, str]
    problems: tuple[str, ...]

    @property
    def key(self) -> str:
        """The public key that the bundle was signed with, hexadecimal."""
        return str(_signature(self.manifest).get("public_key", ""))

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with."""
        return ExitCode.DAMAGED if self.problems else ExitCode.DONE

    @property
    def words(self) -> tuple[str, ...]:
        """What a person is told, line by line."""
        if self.problems:
            return ("This bundle is NOT what was signed.", *self.problems)
        told = {name: self.manifest.get(name, "not said") for name in _TOLD}
        made = f"{told['made_by_name']} ({told['made_by']}) of {told['home']}"
        return (
            f"Unchanged: {len(self.files)} files as {made} signed them at {told['made_at']}.",
            f"It shows {told['from']} to {told['to']}, {told['kind']}.",
            f"Signed with the key {fingerprint(self.key)}. Compare it with the key that the home tells you.",
        )

    def as_json(self) -> dict[str, object]:
        """The shape of ``hartwell verify FILE``."""
        return {
            "bundle": "ok" if not self.problems else list(self.problems),
            **{name: self.manifest.get(name) for name in _TOLD},
            "public_key": self.key,
            "key": fingerprint(self.key),
            "signature": self.signature,
            "files": dict(self.files),
        }


def check_bundle(path: Path, *, key: str = "") -> CheckedEvidence:
    """Check a ``manifest.json`` with the files around it, or the ZIP that holds them all.

    ``key`` is the home's public key or its fingerprint, known by another way: then another key is a problem too. Raises
    UserError for a file that is no bundle at all.
    """
    with _opened(path) as (read, names):
        if MANIFEST not in names:
            raise UserError(f"{path} holds no {MANIFEST}: it is no bundle of evidence", field="file")
        raw = _beginning(read(MANIFEST))
        manifest = _manifest(path, raw)
        problems: list[str] = []
        signature = _check_signature(manifest, raw, problems)
        if key:
            _check_key(manifest, key, problems)
        if len(names) != len(set(names)):  # a ZIP may name a file twice
            problems.append("A file is in the archive twice, so that nobody can say which was signed.")
        archive = f"evidence-{manifest.get('home')}-{manifest.get('from')}-{manifest.get('to')}.zip"
        beside = archive in names
        files = _check_files(manifest, set(names) - {MANIFEST, archive}, read, problems)
    if beside:
        _check_archive((path if path.is_dir() else path.parent) / archive, manifest, problems)
    return CheckedEvidence(path, manifest, signature, files, tuple(problems))


Read = Callable[[str], Iterable[bytes]]


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Read, list[str]]]:
    """How to read a file of the bundle, piece by piece, and the names of all that are there."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as held:
                names = [entry.filename for entry in held.infolist() if not entry.is_dir()]
                yield lambda name: _pieces_of_entry(held, name), names
            return
        if path.name != MANIFEST and not path.is_dir():
            raise UserError(f"Give {MANIFEST} of a bundle, or its ZIP: {path} is neither", field="file")
        folder = path if path.is_dir() else path.parent
        yield lambda name: _pieces(folder / name), _names(folder)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}", field="file") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise UserError(f"{path} is damaged and cannot be unpacked: {error}", field="file") from None


def _names(folder: Path) -> list[str]:
    """Every file below the folder."""
    found = [one for one in folder.rglob("*") if one.is_symlink() or not one.is_dir()]
    return sorted(one.relative_to(folder).as_posix() for one in found)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_BLOCK):
            yield piece


def _pieces_of_entry(held: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with held.open(name) as file:
        while piece := file.read(_BLOCK):
            yield piece


def _beginning(pieces: Iterable[bytes]) -> bytes:
    """A small file whole, and of one that is larger than any list more than a list may have."""
    found = b""
    for piece in pieces:
        found += piece
        if len(found) > _LARGEST_MANIFEST:
            break
    return found


def _manifest(path: Path, raw: bytes) -> dict[str, Any]:
    wrong = UserError(f"The {MANIFEST} of {path} is no list of evidence that Hartwell made", field="file")
    if len(raw) > _LARGEST_MANIFEST:
        raise wrong
    try:
        found = parse(raw)
    except ValueError:
        raise wrong from None
    if not isinstance(found, dict) or not isinstance(found.get("files"), dict) or "signature" not in found:
        raise wrong
    if found.get("format") != FORMAT:
        raise UserError(f"{path} is evidence of another format: {found.get('format') or 'an older one'}", field="file")
    return found


def _signature(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    held = manifest.get("signature")
    return held if isinstance(held, dict) else {}


def _check_signature(manifest: Mapping[str, Any], raw: bytes, problems: list[str]) -> str:
    held = _signature(manifest)
    public, made = str(held.get("public_key", "")), str(held.get("ed25519", ""))
    said = canonical({name: value for name, value in manifest.items() if name != "signature"}).encode()
    if not is_signed(said, made, public) or manifest.get("public_key") != public:
        problems.append(f"The list of files ({MANIFEST}) or its signature was changed: they do not belong together.")
        return "wrong"
    if raw != canonical(manifest).encode() + b"\n":
        problems.append(f"The list of files ({MANIFEST}) says what was signed, but was written anew since.")
    return "ok"


def _check_key(manifest: Mapping[str, Any], key: str, problems: list[str]) -> None:
    public = str(_signature(manifest).get("public_key", ""))
    given = "".join(key.lower().split()).replace("-", "")
    known = public if len(given) == _PUBLIC_KEY_LETTERS else fingerprint(public).lower().replace("-", "")
    if given != known:
        problems.append(
            f"It was signed with the key {fingerprint(public)}, which is not the key that you named: "
            "somebody else made it, or made it anew."
        )


def _check_archive(path: Path, manifest: Mapping[str, Any], problems: list[str]) -> None:
    """The ZIP beside the files, which must be the same bundle once more."""
    try:
        found = check_bundle(path)
    except UserError as error:
        problems.append(f"The archive beside the files cannot be used: {error.message}.")
        return
    if found.manifest != manifest:
        problems.append(f"{path.name} beside the files holds another bundle.")
    problems += [f"In {path.name}: {words}" for words in found.problems]


def _check_files(manifest: Mapping[str, Any], there: set[str], read: Read, problems: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, digest in sorted(manifest["files"].items()):
        if _leads_elsewhere(name):
            problems.append(f"{name} names a place outside the bundle.")
            found[name] = "missing"
        elif name not in there:
            problems.append(f"{name} is missing.")
            found[name] = "missing"
        else:
            found[name] = "ok" if _digest(read(name)) == digest else "changed"
            if found[name] == "changed":
                problems.append(f"{name} was changed: it is not the file that was signed.")
    for name in sorted(there - set(manifest["files"])):
        problems.append(f"{name} was added: it is not in the signed list.")
        found[name] = "added"
    return found


def _digest(pieces: Iterable[bytes]) -> str:
    """The hash of a file; empty when the archive that holds it does not unpack there."""
    seen = hashlib.sha256()
    try:
        for piece in pieces:
            seen.update(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return ""
    return seen.hexdigest()


def _leads_elsewhere(name: str) -> bool:
    parts = PurePosixPath(name)
    return parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name
