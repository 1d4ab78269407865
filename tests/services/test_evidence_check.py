"""A bundle is proved unchanged from its files alone, and what was changed is said in words."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app import cli
from app.domain.codec import canonical, parse
from app.domain.errors import ExitCode, UserError
from app.domain.evidence import Kind, fingerprint
from app.reports.evidence import evidence_pdf
from app.services import attachments, premium, staff
from app.services.evidence import evidence
from app.services.evidence_check import check_bundle
from app.vault.signing import Signer, new_signing_key
from tests.factories import PASSWORD, WEEK, LivingHome
from tests.helpers.evidence_samples import bundle as sample

ZIP = "evidence-VN3X2-2026-11-16-2026-11-22.zip"
CERTIFICATE = "papers/001 Certificate.pdf"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle as it was saved, made once."""
    folder = tmp_path_factory.mktemp("made")
    home = LivingHome(folder / "store")
    home.champion("dementia")
    home.champion("falls")
    home.complex_resident(1)
    premium.submit(home.session, WEEK, PASSWORD)
    post = next(post for member in staff.list_staff(home.session) for post in member.posts)
    attachments.add(home.session, post.id, "Certificate", evidence_pdf(sample()))
    for name, content in evidence(home.session, WEEK, WEEK, PASSWORD).with_archive().items():
        path = folder / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    home.session.close()
    shutil.rmtree(folder / "store")  # whoever checks has no record to look anything up in
    return folder / "bundle"


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "bundle")
    return tmp_path / "bundle"


def loose(bundle: Path) -> Path:
    """The bundle without its archive, which would be found to differ as well."""
    (bundle / ZIP).unlink()
    return bundle / "manifest.json"


def packed(bundle: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """The archive with its files changed."""
    with zipfile.ZipFile(bundle / ZIP) as held:
        files = {name: held.read(name) for name in held.namelist()}
    change(files)
    path = bundle.parent / ZIP
    with zipfile.ZipFile(path, "w") as again:
        for name, content in files.items():
            again.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["manifest.json", ZIP, "."])
def test_an_unchanged_bundle_is_said_to_be_that(bundle: Path, name: str) -> None:
    found = check_bundle(bundle / name)
    assert (found.problems, found.signature, found.exit_code) == ((), "ok", ExitCode.DONE)
    assert found.files == dict.fromkeys(("evidence.csv", "evidence.pdf", "evidence.xlsx", CERTIFICATE), "ok")
    assert "as Mo Manager (mo) of VN3X2 signed them at 2026-11-23T10:00:00.000Z" in found.words[0]
    assert fingerprint(found.key) in found.words[2]
    assert check_bundle(bundle / name, key=found.key).problems == ()
    assert check_bundle(bundle / name, key=fingerprint(found.key).lower()).problems == ()


@pytest.mark.parametrize("name", ["evidence.pdf", "evidence.xlsx", "evidence.csv", CERTIFICATE])
def test_one_changed_byte_of_a_file_is_noticed(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    found = check_bundle(loose(bundle))
    assert found.problems == (f"{name} was changed: it is not the file that was signed.",)
    assert found.files[name] == "changed"
    assert found.exit_code is ExitCode.DAMAGED
    in_zip = check_bundle(packed_copy(bundle, name, bytes(content)))
    assert in_zip.problems == found.problems


def packed_copy(bundle: Path, name: str, content: bytes) -> Path:
    """The archive anew, with one file in another's place."""
    path = bundle.parent / ZIP
    with zipfile.ZipFile(path, "w") as again:
        for one in sorted(bundle.rglob("*")):
            if one.is_file():
                told = one.relative_to(bundle).as_posix()
                again.writestr(told, content if told == name else one.read_bytes())
    return path


def test_a_missing_and_an_added_file_are_named(bundle: Path) -> None:
    (bundle / "evidence.csv").unlink()
    (bundle / "papers" / "002 Certificate.pdf").write_bytes(b"%PDF-1.4")
    found = check_bundle(loose(bundle))
    assert found.problems == (
        "evidence.csv is missing.",
        "papers/002 Certificate.pdf was added: it is not in the signed list.",
    )
    assert (found.files["evidence.csv"], found.files["papers/002 Certificate.pdf"]) == ("missing", "added")


def test_the_same_is_found_in_the_archive(bundle: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        del files["evidence.csv"]
        files["more.txt"] = b"x"

    assert check_bundle(packed(bundle, change)).problems == (
        "evidence.csv is missing.", "more.txt was added: it is not in the signed list.",
    )  # fmt: skip


def test_a_file_that_is_twice_in_the_archive_is_noticed(bundle: Path) -> None:
    with zipfile.ZipFile(bundle / ZIP) as held:
        files = [(name, held.read(name)) for name in held.namelist()]
    path = bundle.parent / ZIP
    with zipfile.ZipFile(path, "w") as again:
        for name, content in files:
            again.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            again.writestr("evidence.csv", b"forged")
    assert check_bundle(path).problems == (
        "A file is in the archive twice, so that nobody can say which was signed.",
        "evidence.csv was changed: it is not the file that was signed.",
    )


def test_an_archive_beside_the_files_must_be_the_same_bundle(bundle: Path) -> None:
    shutil.move(packed(bundle, lambda files: files.update({"evidence.csv": b"forged"})), bundle / ZIP)
    found = check_bundle(bundle / "manifest.json")
    assert found.problems == (f"In {ZIP}: evidence.csv was changed: it is not the file that was signed.",)


@pytest.mark.parametrize("field", ["made_by", "home", "from", "kind", "files", "public_key", "audit"])
def test_a_list_whose_words_were_changed_no_longer_has_its_signature(bundle: Path, field: str) -> None:
    path = loose(bundle)
    manifest = parse(path.read_bytes())
    manifest[field] = {} if isinstance(manifest[field], dict) else "other"
    path.write_bytes(canonical(manifest).encode() + b"\n")
    found = check_bundle(path)
    assert found.signature == "wrong"
    assert "The list of files (manifest.json) or its signature was changed" in found.problems[0]


def test_a_forger_who_signs_anew_is_found_by_the_key(bundle: Path) -> None:
    path = loose(bundle)
    known = check_bundle(path).key
    (bundle / "evidence.csv").write_bytes(b"forged")
    manifest = parse(path.read_bytes())
    signer = Signer(new_signing_key())
    manifest["files"]["evidence.csv"] = hashlib.sha256(b"forged").hexdigest()
    manifest["public_key"] = signer.public
    del manifest["signature"]
    signature = signer.sign(canonical(manifest).encode())
    manifest["signature"] = {"public_key": signer.public, "ed25519": signature}
    path.write_bytes(canonical(manifest).encode() + b"\n")
    assert check_bundle(path).problems == (), "nothing but the key tells"
    (problem,) = check_bundle(path, key=known).problems
    assert "not the key that you named" in problem


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"files": [], "signature": {}}', b'{"files": {}, "signature": {}}', b"\xff\xfe",
     b"x" * 5_000_000],
    ids=["empty", "half", "a list", "wrong files", "another format", "no text", "far too long"],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content)
    with pytest.raises(UserError) as refusal:
        check_bundle(path)
    assert refusal.value.field == "file"


def test_other_files_and_broken_archives_are_refused_in_words(bundle: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes((bundle / ZIP).read_bytes()[:-40])
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w"):
        pass
    for path in (bundle / "evidence.pdf", broken, empty, tmp_path / "not there.json", tmp_path / "manifest.json"):
        with pytest.raises(UserError) as refusal:
            check_bundle(path)
        assert refusal.value.field == "file"


# --------------------------------------------------------------------------------------------------------- by command


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = cli.main([str(each) for each in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_needs_neither_store_nor_password(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "verify", bundle / ZIP)
    answer = json.loads(out)
    assert code == 0
    assert (answer["bundle"], answer["home"], answer["from"], answer["to"]) == (
        "ok",
        "VN3X2",
        "2026-11-16",
        "2026-11-22",
    )
    assert err.startswith("Unchanged: 4 files")
    (bundle / "evidence.csv").write_bytes(b"forged")
    code, out, err = run(capsys, "verify", loose(bundle))
    assert code == ExitCode.DAMAGED
    assert json.loads(out)["files"]["evidence.csv"] == "changed"
    assert err.splitlines() == [
        "This bundle is NOT what was signed.", "evidence.csv was changed: it is not the file that was signed.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("verify", "--key", "AAAA"), "key"),
        (("verify", "manifest.json", "--printed", "1234-0a1b2c3d"), "anchor"),
        (("verify", "no such file.zip"), "file"),
    ],
    ids=["a key without a bundle", "an anchor with a bundle", "no such file"],
)
def test_what_does_not_belong_together_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], field: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (int(ExitCode.REFUSED), "")
    assert err.startswith(f"{field}: ")


@pytest.mark.parametrize("kind", Kind)
def test_the_command_makes_each_kind_and_what_it_makes_can_be_checked(
    home: LivingHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: Kind
) -> None:
    home.session.close()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode())))
    code, out, err = run(
        capsys, "evidence", "--from", "2026-11-09", "--to", "2026-11-16", "--out", tmp_path / "out", "--kind", kind,
        "--store", home.store_dir, "--user", "mo", "--password-stdin",
    )  # fmt: skip
    assert (code, err) == (0, "")
    names = {Path(path).name for path in json.loads(out)["files"]}
    assert names == {
        "evidence.pdf", "evidence.xlsx", "evidence.csv", "manifest.json", "evidence-VN3X2-2026-11-09-2026-11-22.zip",
    }  # fmt: skip
    code, out, _ = run(capsys, "verify", tmp_path / "out" / "manifest.json")
    assert (code, json.loads(out)["kind"]) == (0, kind.value)
