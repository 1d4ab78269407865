"""Rules of this house that no off-the-shelf linter knows, each with its reason.

Every scan is also run on a planted offence, so that a scan that stopped seeing fails.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.nhs import is_nhs_number

ROOT = Path(__file__).resolve().parent.parent
_NOT_OURS = {".git", ".venv", ".venv-mesh", ".venv-build", "build", "dist", "out", "__pycache__", "node_modules"}
_BINARY = {".png", ".jpg", ".jpeg", ".ttf", ".otf", ".woff2", ".pdf", ".ico", ".icns", ".pyc", ".zip", ".gz",
           ".xlsx", ".db"}  # fmt: skip


def files(*folders: str) -> Iterator[Path]:
    """Every text file of the project below the folders (or everywhere), without environments, caches and results."""
    for start in [ROOT / folder for folder in folders] or [ROOT]:
        for path in sorted([start] if start.is_file() else start.rglob("*")):
            parts = path.relative_to(ROOT).parts
            ours = not any(part in _NOT_OURS or part.endswith(("_cache", ".egg-info")) for part in parts)
            if ours and path.is_file() and path.suffix not in _BINARY and ".hypothesis" not in parts:
                yield path


def offences(
    find: Callable[[ast.Module], Iterator[tuple[int, str]]], *folders: str, skip: tuple[str, ...] = ()
) -> list[str]:
    """What ``find`` objects to in the Python files of the folders, as ``path:line: what``."""
    return [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in files(*folders)
        if path.suffix == ".py" and path.relative_to(ROOT).as_posix() not in skip
        for line, what in find(ast.parse(path.read_text(encoding="utf-8")))
    ]


def called(node: ast.AST) -> str:
    """The dotted name that a call calls (``datetime.now``), or an empty string."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


# ------------------------------------------------------------------------------------------------------ the domain

_IMPURE_MODULES = {"os", "io", "time", "random", "secrets", "socket", "subprocess", "threading", "pathlib", "tempfile"}
_IMPURE_CALL = re.compile(r"(^|\.)(date\.today|datetime\.(now|utcnow|today)|uuid[14])$|^(open|print|input|float)$")


def impure(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Clocks, chance, disk, screen and binary fractions.

    ``json_number`` alone may call float: a JSON number has no other type, and it refuses a figure it would change.
    """
    door = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "json_number"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in door:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, n.name) for n in node.names if n.name.split(".")[0] in _IMPURE_MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _IMPURE_MODULES:
            yield node.lineno, node.module or ""
        elif isinstance(node, ast.Call) and _IMPURE_CALL.search(called(node)):
            yield node.lineno, called(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, ast.unparse(node)


def test_the_domain_asks_no_clock_rolls_no_dice_and_uses_no_float() -> None:
    """A score or a decision must come out the same on every machine and date; 64.8 kg at 1.80 m is BMI 20 exactly."""
    assert offences(impure, "app/domain") == []


@pytest.mark.parametrize(
    "offence",
    ["import random", "from os import urandom", "import os.path", "datetime.now(UTC)", "dt.datetime.now()",
     "date.today()", "float(x)", "def score(x):\n    return float(x)", "x = 0.5", "open('f')", "uuid.uuid4()"],
)  # fmt: skip
def test_the_domain_scan_sees(offence: str) -> None:
    assert len(list(impure(ast.parse(offence)))) == 1


# --------------------------------------------------------------------------------------------------------- threads


def ended_threads(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls of any method named ``terminate``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "terminate":
            yield node.lineno, called(node)


def test_no_thread_is_ended_by_force() -> None:
    """QThread.terminate stops a thread wherever it is, with the store's lock in its hand. Cancel is a flag."""
    assert offences(ended_threads, "app/ui", "app/main.py") == []


def test_the_thread_scan_sees() -> None:
    assert list(ended_threads(ast.parse("self.worker.thread().terminate()"))) == [(1, "self.worker.thread().terminate")]


# ----------------------------------------------------------------------------------------------------------- print


def prints(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls of ``print`` and of the standard streams' ``write``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in {"print", "sys.stdout.write", "sys.stderr.write"}:
            yield node.lineno, called(node)


def test_only_the_command_line_prints() -> None:
    """Standard output is the scripts' contract, and a stray print is how a resident's name gets into a log."""
    found = offences(prints, "app", skip=("app/cli.py", "app/cli_io.py"))
    # A crash report has no values in it, and whoever started the program from a console should see it there.
    assert [line for line in found if not line.startswith("app/ui/crash.py")] == []


def test_the_print_scan_sees() -> None:
    assert [line for line, _ in prints(ast.parse("print(resident)\nsys.stderr.write(resident)\nlog.info(1)"))] == [1, 2]


# ---------------------------------------------------------------------------------------------------- NHS numbers

_TEN_DIGITS = re.compile(r"(?<![0-9A-Za-z.#-])(\d{3})([ -]?)(\d{3})\2(\d{4})(?![0-9A-Za-z]|\.\d)")


def issued_nhs_numbers(text: str) -> list[str]:
    """Ten-digit runs, also written 3-3-4, that pass the check and are outside the test range that starts with 999."""
    runs = ["".join(found.group(1, 3, 4)) for found in _TEN_DIGITS.finditer(text)]
    return [digits for digits in runs if is_nhs_number(digits) and not digits.startswith("999")]


def test_every_nhs_number_is_from_the_test_range() -> None:
    """A number outside 999 may be somebody's; nobody real may be in a fixture, a picture or a practice home."""
    found = {
        path.relative_to(ROOT).as_posix(): numbers
        for path in files("app", "docs", "resources", "tests")
        if (numbers := issued_nhs_numbers(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_nhs_number_scan_sees() -> None:
    stems = [f"{prefix}555010" for prefix in (401, 999)]
    real, invented = (next(f"{s}{n}" for n in range(10) if is_nhs_number(f"{s}{n}")) for s in stems)
    assert issued_nhs_numbers(f'"{real}" {real[:3]} {real[3:6]} {real[6:]}, {invented}, 0{real}') == [real, real]


# ------------------------------------------------------------------------------------------------------ instruments


def test_every_instrument_is_a_questionnaire_with_distinct_questions() -> None:
    """A form that cannot be read, or that asks two questions under one name, must not reach a care home."""
    found = sorted((ROOT / "resources" / "instruments").glob("*.json"))
    assert found, "no instruments"
    for path in found:
        form = json.loads(path.read_text(encoding="utf-8"))
        assert form["resourceType"] == "Questionnaire", path.name
        names: list[str] = []
        todo = list(form["item"])
        while todo:
            item = todo.pop()
            names.append(item["linkId"])
            todo += item.get("item", [])
        assert len(names) == len(set(names)), path.name


# ------------------------------------------------------------------------------------------- what a clone must not know

# Written in pieces so that this file does not offend.
_PRIVATE = ["/" + "work/", "/" + "root/", "/" + "tmp/", "C:" + "\\Users"]


def private_paths(text: str) -> list[str]:
    """Addresses of one person's machine."""
    return [word for word in _PRIVATE if re.search(rf"(?<![\w.]){re.escape(word)}", text)]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """A path that exists on one machine only breaks the next newcomer's clone, quietly."""
    found = {p.relative_to(ROOT).as_posix(): w for p in files() if (w := private_paths(p.read_text(encoding="utf-8")))}
    assert found == {}


def test_the_path_scan_sees() -> None:
    assert private_paths("see " + _PRIVATE[0] + "x and http://example.org" + _PRIVATE[1]) == [_PRIVATE[0]]


def test_the_locks_are_hashed_and_name_no_index() -> None:
    """The same files everywhere, whichever mirror they come from; an index address would decide that for everybody."""
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    assert {"dev.lock", "run.lock", "build.lock", "mesh-sandbox.lock"} <= {path.name for path in locks}
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|^-[fi] ", text, re.M), (
            path.name
        )
        entries = re.split(r"(?<!\\)\n", text.strip())
        assert [
            entry for entry in entries if not re.match(r"[\w.\[\]-]+==\S+.*--hash=sha256:[0-9a-f]{64}", entry, re.S)
        ] == []


def test_the_run_lock_is_part_of_the_dev_lock() -> None:
    """What the checks ran against is what a home installs."""
    run, dev = (
        set(re.findall(r"^[\w.-]+==\S+", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.M))
        for name in ("run.lock", "dev.lock")
    )
    assert run, "empty lock"
    assert run <= dev


def test_every_instrument_stands_in_the_document_that_says_whose_it_is() -> None:
    from app.domain.instruments.registry import all_instruments

    text = (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8")
    missing = [tool.code for tool in all_instruments() if f"| `{tool.code}` | {tool.title} | {tool.mode}" not in text]
    assert missing == []
