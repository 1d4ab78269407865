"""How long a full pack of twelve pages takes against the same words on reportlab's bare canvas and on fpdf2.

    python benchmarks/pack.py --fpdf2-python PATH

fpdf2 is no part of this project: without an interpreter that has it the script makes itself a temporary virtual
environment, and leaves that comparison out when it cannot.

The bare canvas gets the words, frames and drawings with the places that our layout found, so all else that we do is our
cost: wrapping, fitting page 1, digests, tags, packing. "Words alone" leaves the frames and drawings out; fpdf2 gets the
words alone too, each with its place, and neither wraps nor frames. Our caches of measured text are emptied before each
pack, as if every resident were new; the line "measured before" leaves them. Sides take turns in one run; the times are
those of the process's CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app.domain.transfer import (  # noqa: E402 - the path comes first
    AboutMe,
    AssessmentRow,
    BodyPlace,
    Contact,
    Diagnosis,
    Medicine,
    PackContent,
    Trend,
    Wound,
)
from tests.helpers.pack_samples import LONG, NO, at, stamp, typical  # noqa: E402

PAGES = 12
_FIRST = """
import sys, time, resource
from benchmarks.pack import full
from tests.helpers.pack_samples import stamp
content = full()
began, cpu = time.perf_counter(), time.process_time()
from app.reports.pack import pack_pdf
made = pack_pdf(content, stamp())
print(time.perf_counter() - began, time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
_FPDF2 = """
import json, sys, time
from fpdf import FPDF
given = json.load(open(sys.argv[1]))
def make():
    pdf = FPDF(unit="pt", format="A4")
    for name, path in given["fonts"].items():
        pdf.add_font(name, "", path)
    for page in given["pages"]:
        pdf.add_page()
        for x, y, name, size, text in page:
            pdf.set_font(name, size=size)
            pdf.text(x, y, text)
    return bytes(pdf.output())
make()
began = time.process_time()
made = make()
print(json.dumps({"seconds": time.process_time() - began, "size": len(made)}))
"""


def full(photo: bytes | None = None) -> PackContent:
    """A resident whose every page is full and none runs over: twelve pages."""
    base = typical()
    sentence = LONG.strip()
    return replace(
        base,
        identity=replace(base.identity, photo=photo),
        diagnoses=tuple(Diagnosis(f"Diagnosis number {n}", date(2000 + n, 3, 4), f"{49436004 + n}") for n in range(8)),
        assessments=tuple(
            AssessmentRow(f"Instrument {n}", date(2026, 11, n + 1), str(n), "Medium risk", "Nia Nurse", Trend.WORSE)
            for n in range(8)
        ),
        medicines=tuple(
            Medicine(f"Medicine {n} 25 mg tablet", "1 tablet", "oral", "twice a day", f"reason {n}", at(19, 20),
                     at(20, 9), f"{n}")
            for n in range(7)
        ),
        wounds=tuple(
            Wound(f"Site {n}", "skin tear", "type 1", f"{n} × 1 cm", "silicone", date(2026, 11, 18), date(2026, 11, 1),
                  NO, BodyPlace(n % 2 == 0, 40 + n, 15 + 5 * n))
            for n in range(6)
        ),
        about_me=AboutMe(*[sentence[:150]] * 8, updated_on=date(2026, 9, 1)),
        contacts=tuple(Contact(f"Contact number {n}", "friend", "07700 900 123", at(20, 7)) for n in range(2)),
        professionals=tuple(Contact(f"Team number {n}", "district nurse", "01920 555 0300") for n in range(1)),
    )  # fmt: skip


def main() -> int:
    """Run all sides in turn and print the medians; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--fpdf2-python", default="", help="an interpreter that has fpdf2")
    given = parser.parse_args()
    missed = _first_pack()

    from app.reports import fonts, paper
    from app.reports.pack import pack_pdf
    from app.reports.pdf_lock import locked

    content = full()
    made = pack_pdf(content, stamp())
    if made.pages != PAGES:
        raise SystemExit(f"the sample has {made.pages} pages, not {PAGES}")
    sheets = _sheets(content)
    words = [_words(sheet) for sheet in sheets]

    def fresh() -> object:
        for cached in (paper.wrap, fonts.width, fonts.runs):
            cached.cache_clear()
        return pack_pdf(content, stamp())

    sides: dict[str, Callable[[], object]] = {
        "words alone": lambda: _bare([[] for _ in sheets], words),
        "bare canvas": lambda: _bare([sheet.marks for sheet in sheets], words),
        "our pack": fresh,
        "measured before": lambda: pack_pdf(content, stamp()),
        "AES-256": lambda: locked(made.data, "cranberry unsterile door"),
    }
    taken: dict[str, list[float]] = {name: [] for name in sides}
    other: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        python = given.fpdf2_python or _environment(Path(folder))
        listed = Path(folder) / "words.json"
        listed.write_text(json.dumps({"fonts": _font_files(), "pages": words}), encoding="utf-8")
        for _round in range(given.rounds):
            for name, make in sides.items():
                began = time.process_time()
                make()
                taken[name].append(time.process_time() - began)
            if python and _round < 5:
                done = subprocess.run(
                    [python, "-c", _FPDF2, str(listed)], check=True, stdout=subprocess.PIPE, text=True
                )
                other.append(json.loads(done.stdout)["seconds"])
    print(f"{PAGES} pages, {sum(map(len, words))} pieces of text, {given.rounds} rounds, CPU time")
    for name, times in {**taken, "fpdf2": other}.items():
        if times:
            low, high = 1000 * min(times), 1000 * max(times)
            print(f"{name:16} {1000 * statistics.median(times):8.1f} ms ({low:.1f} to {high:.1f})")
    size = len(made.data)
    goals = [
        ("of the bare canvas", statistics.median(taken["our pack"]) / statistics.median(taken["bare canvas"]), 1.3),
        ("bytes without photo", size, 150_000),
        ("seconds for AES-256", statistics.median(taken["AES-256"]), 0.05),
    ]
    if other:
        goals.append(("of fpdf2", statistics.median(taken["our pack"]) / statistics.median(other), 1 / 12))
    for name, found, goal in goals:
        print(f"{found:.3f} {name}; the goal is {goal:.3f}")
    return int(missed or any(found > goal for _, found, goal in goals))


def _first_pack() -> bool:
    """The first pack of a process, reportlab's import included: wall time, because somebody waits for it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", _FIRST], check=True, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
        )
        runs.append([float(each) for each in done.stdout.split()])
    wall, cpu, memory = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"first pack with its imports: {wall:.3f} s ({cpu:.3f} s of CPU), {memory:.0f} MiB; the goals are 0.5 s, 250")
    return wall > 0.5 or memory > 250


Word = tuple[float, float, str, float, str]


def _sheets(content: PackContent) -> list[Any]:
    """The pack's sheets as they are painted."""
    from app.reports import pack

    kept: list[Any] = []
    paint = pack.painted

    def keep(sheets: Any, **rest: Any) -> bytes:
        kept.extend(sheets)
        return paint(sheets, **rest)

    pack.painted = keep  # type: ignore[assignment]
    try:
        pack.pack_pdf(content, stamp())
    finally:
        pack.painted = paint
    return kept


def _words(sheet: Any) -> list[Word]:
    """Every piece of text of the sheet with its place, font and size."""
    from app.reports import fonts

    page: list[Word] = []
    for kind, _, *mark in sheet.marks:
        if kind == "text":
            x, y, text, style = mark
            for font, piece in fonts.runs(text, style.face):
                page.append((x, y, font, style.size, piece))
                x += fonts.width(piece, style.face, style.size)
    return page


def _bare(frames: list[list[Any]], pages: list[list[Word]]) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pageCompression=1, invariant=1)
    for marks, page in zip(frames, pages, strict=True):
        for kind, _, *mark in marks:
            if kind == "box":
                x, y, wide, tall, stroke, fill, edge = mark
                if fill:
                    canvas.setFillColor(fill)
                canvas.setStrokeColor(edge)
                canvas.setLineWidth(stroke)
                canvas.rect(x, 841.89 - y - tall, wide, tall, stroke=1 if stroke else 0, fill=1 if fill else 0)
            elif kind == "rule":
                x1, y1, x2, y2, stroke, edge = mark
                canvas.setStrokeColor(edge)
                canvas.setLineWidth(stroke)
                canvas.line(x1, 841.89 - y1, x2, 841.89 - y2)
            elif kind == "drawing":
                mark[0](canvas, 841.89)
        canvas.setFillColor("#000000")
        for x, y, font, size, text in page:
            canvas.setFont(font, size)
            canvas.drawString(x, 841.89 - y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _font_files() -> dict[str, str]:
    from app.reports import fonts

    folder = ROOT / "resources" / "fonts"
    named = {face.value: str(folder / file) for face, file in fonts._FILES.items()}
    return {**named, fonts._FALLBACK: str(folder / fonts._FALLBACK_FILE)}


def _environment(folder: Path) -> str:
    """A virtual environment with fpdf2; an empty text when it cannot be had."""
    home = folder / "fpdf2"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run([str(python), "-m", "pip", "install", "-q", "fpdf2"], check=False)
    return str(python) if done.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
