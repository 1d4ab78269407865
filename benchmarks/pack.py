"""How long a full pack of twelve pages takes against the same words on reportlab's bare canvas and on fpdf2.

    python benchmarks/pack.py --fpdf2-python PATH

fpdf2 is no part of this project: without an interpreter that has it the script makes itself a temporary virtual
environment, and leaves that comparison out when it cannot.

The bare canvas gets the words, frames and drawings with the places that our layout found, so all else that we do is our
cost: wrapping, fitting page 1, digests, tags, packing. "Words alone" leaves the frames and drawings out. fpdf2 lays out
the same paragraphs, labelled facts and tables itself, with the same fonts and foot: it has to, because no caller hands
it finished places. Its cells have one face each and it makes no tags and marks no wounds, which is to its
advantage; the code and the outline of the body are drawn as ours are.

A resident of whom nothing was measured before ("our pack") is what the goal is about: the pack that somebody waits for
is the first of its resident. "Measured before" is the same pack again, as after an answer. Sides take turns in one
run; the times are those of the process's CPU.
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
    content_hash,
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
import segno
from fpdf import FPDF, FontFace
given = json.load(open(sys.argv[1]))

class Pack(FPDF):
    def footer(self):
        self.set_y(-65)
        self.set_font("body", size=10)
        for line in given["foot"]:
            self.multi_cell(0, 12, line, new_x="LMARGIN", new_y="NEXT")
        self.set_font("bold", size=12)
        self.cell(0, 12, f"Page {self.page_no()} of {{nb}}", align="R")

def make():
    pdf = Pack(unit="pt", format="A4")
    for name, path in given["fonts"].items():
        pdf.add_font(name, "", path)
    pdf.set_margins(34, 30, 34)
    pdf.set_auto_page_break(True, 70)
    for kind, *what in given["parts"]:
        if kind == "sheet":
            pdf.add_page()
        elif kind == "code":
            x, y, side, text = what
            matrix = segno.make(text, error="m", micro=False, mask=4).matrix
            unit = side / (len(matrix) + 4)
            for row, cells in enumerate(matrix):
                for column, dark in enumerate(cells):
                    if dark:
                        pdf.rect(x + (column + 2) * unit, y + (row + 2) * unit, unit, unit, style="F")
        elif kind == "shape":
            pdf.polygon(what[0])
        elif kind == "words":
            font, size, text = what
            pdf.set_font(font, size=size)
            pdf.multi_cell(0, size * 1.2, text, new_x="LMARGIN", new_y="NEXT")
        else:
            strong = FontFace(family="bold", emphasis="")
            size, shares, head, rows = what
            pdf.set_font("body", size=size)
            with pdf.table(col_widths=shares, line_height=size * 1.2, first_row_as_headings=head,
                           headings_style=strong, text_align="LEFT", padding=2) as table:
                for row in rows:
                    cells = table.row()
                    for text, bold in row:
                        cells.cell(text, style=strong if bold else None)
    return bytes(pdf.output()), pdf.pages_count

make()
began = time.process_time()
made, pages = make()
if len(sys.argv) > 2:
    open(sys.argv[2], "wb").write(made)
print(json.dumps({"seconds": time.process_time() - began, "size": len(made), "pages": pages}))
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
        paper.wrap.cache_clear()
        fonts.forget()
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
    others_pages = 0
    with tempfile.TemporaryDirectory() as folder:
        python = given.fpdf2_python or _environment(Path(folder))
        listed = Path(folder) / "words.json"
        listed.write_text(json.dumps(_for_fpdf2(content)), encoding="utf-8")
        for _round in range(given.rounds):
            for name, make in sides.items():
                began = time.process_time()
                make()
                taken[name].append(time.process_time() - began)
            if python and _round < 5:
                done = subprocess.run(
                    [python, "-c", _FPDF2, str(listed)], check=True, stdout=subprocess.PIPE, text=True
                )
                answer = json.loads(done.stdout)
                other.append(answer["seconds"])
                others_pages = answer["pages"]
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
        print(f"fpdf2 needs {others_pages} pages")
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


def _for_fpdf2(content: PackContent) -> dict[str, Any]:
    """The pack as paragraphs and tables, in the order of its pages: what our layout is asked to set."""
    from app.reports import fonts, pack, pack_forms, pack_front, paper

    parts: list[Any] = []

    def said(pieces: Any) -> str:
        return " ".join(fonts.clean(text) for text, _ in pieces)

    def cell(pieces: Any) -> tuple[str, bool]:
        return said(pieces), bool(pieces) and pieces[0][1].face is fonts.Face.BOLD

    class Told(paper.Flow):
        """Keeps what it is asked to set, and sets it."""

        def new_sheet(self) -> None:
            if self.section == "":
                parts.append(("sheet",))
            super().new_sheet()

        def heading(self, title: str, anchor: str, **rest: Any) -> None:
            super().heading(title, anchor, **rest)
            parts.append(("words", "bold", 14, title))

        def subheading(self, title: str, anchor: str = "", **rest: Any) -> None:
            super().subheading(title, anchor, **rest)
            parts.append(("words", "bold", 12, title))

        def paragraph(self, *pieces: Any, **rest: Any) -> None:
            super().paragraph(*pieces, **rest)
            parts.append(("words", "body", max(style.size for _, style in pieces), said(pieces)))

        def fact(self, label: str, *pieces: Any, **rest: Any) -> None:
            super().fact(label, *pieces, **rest)
            row = ((label, True), cell(pieces))
            if parts[-1][:2] == ("table", 12) and parts[-1][2] == (150, 377):
                parts[-1][4].append(row)
            else:
                parts.append(("table", 12, (150, 377), False, [row]))

        def grid(self, facts: Any, **rest: Any) -> None:
            super().grid(facts, **rest)
            cells = [(f"{label} {said((value,))}", False) for label, value in facts]
            parts.append(("table", 12, (1, 1), False, [cells[n : n + 2] for n in range(0, len(cells), 2)]))

        def table(self, headers: Any, shares: Any, rows: Any, **rest: Any) -> None:
            super().table(headers, shares, rows, **rest)
            size = max((style.size for row in rows for cell in row for _, style in cell), default=12)
            head = [(each, True) for each in headers]
            parts.append(("table", size, tuple(shares), True, [head, *([cell(c) for c in row] for row in rows)]))

    flow, pack.Flow = pack.Flow, Told  # type: ignore[misc]
    try:
        pack.pack_pdf(content, stamp())
    finally:
        pack.Flow = flow  # type: ignore[misc]
    # The two pages that are no flow: the cover line by line, page 1 as a table for each row of its frames.
    foot = pack_front.footer(content, stamp())
    cover = [("words", "bold", mark[3].size, mark[2]) for kind, _, *mark in _sheets(content)[0].marks if kind == "text"]

    def framed(cell: Any) -> tuple[str, bool]:
        return "\n".join([*([cell.bar] if cell.bar else []), *(said(each.pieces) for each in cell.entries)]), False

    first = [
        ("table", 12, [each.share for each in row.cells], False, [[framed(each) for each in row.cells]])
        for row in pack_front.FrontPage(content, stamp(), foot).rows
    ]
    parts += [("table", 12, (205, 322), False, [((label, True), ("", False)) for label, _ in pack_forms._DISCHARGE])]
    code = f"{stamp().pack_id} sha256:{content_hash(content)}".upper()
    shape = [(pack.MARGIN + 110 + side * x * 2.5, 400 + y * 3) for side in (1, -1) for x, y in pack._OUTLINE]
    skin = next(n for n, part in enumerate(parts) if part[-1] == "Skin and wounds")
    parts[skin:skin] = [("shape", [(x + dx, y) for x, y in shape]) for dx in (0, 200)]
    parts[:0] = [
        ("sheet",),
        *cover,
        ("sheet",),
        ("code", 490, 30, 62, code),
        ("words", "bold", 19, content.identity.full_name),
        *first,
    ]
    folder = ROOT / "resources" / "fonts"
    lines = ["".join(text for _, text, _ in line) for line in foot.lines]
    named = {"body": fonts._FILES[fonts.Face.REGULAR], "bold": fonts._FILES[fonts.Face.BOLD]}
    return {"fonts": {name: str(folder / file) for name, file in named.items()}, "parts": parts, "foot": lines}


def _environment(folder: Path) -> str:
    """A virtual environment with fpdf2; an empty text when it cannot be had."""
    home = folder / "fpdf2"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run([str(python), "-m", "pip", "install", "-q", "fpdf2", "segno"], check=False)
    return str(python) if done.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
