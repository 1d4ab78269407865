"""What becomes of text on its way to paper."""

from __future__ import annotations

import unicodedata

import pytest

from app.reports import fonts
from app.reports.fonts import Face
from app.reports.paper import STRONG, VALUE, Style, cut, wrap


def drawn(text: str) -> str:
    return "".join(piece for _, piece in fonts.runs(text, Face.REGULAR))


def test_latin_greek_and_cyrillic_need_one_face() -> None:
    assert len(fonts.runs("Łukasz Nguyễn Шевченко Παπαδόπουλος", Face.BOLD)) == 1


def test_other_signs_come_from_the_second_face_without_loss() -> None:
    pieces = fonts.runs("↑ worse, ნინო", Face.REGULAR)
    assert {font for font, _ in pieces} == {"HartwellFallback", Face.REGULAR.value}
    assert drawn("↑ worse, ნინო") == "↑ worse, ნინო"


def test_a_letter_no_face_has_is_printed_as_its_code_point() -> None:
    assert drawn("王 हि") == "[U+738B] [U+0939][U+093F]"


@pytest.mark.parametrize("name", ["שלום כהן", "יוסף בן־דוד"])
def test_hebrew_stands_in_visual_order(name: str) -> None:
    assert drawn(f"{name} (Mr)") == f"{name[::-1]} (Mr)"


@pytest.mark.parametrize("name", ["محمد علي", "فاطمة الزهراء", "عبد الله", "لاله"])
def test_arabic_letters_are_joined_and_none_is_lost(name: str) -> None:
    shown = drawn(name)
    assert "[U+" not in shown
    # Presentation forms fold back to the letters, joined pairs included, and the order back to the typed one.
    folded = "".join(unicodedata.normalize("NFKC", char) for char in reversed(shown))
    assert folded == name
    assert any("\ufe70" <= char <= "\ufefc" for char in shown)


def test_a_known_arabic_word_has_its_known_forms() -> None:
    # initial meem, medial hah, medial meem, final dal, read from the right
    assert drawn("محمد") == "\ufeaa\ufee4\ufea4\ufee3"


def test_digits_keep_their_order_beside_right_to_left_text() -> None:
    assert drawn("כהן 123") == "ןהכ 123"


def test_control_and_invisible_characters_are_dropped_and_line_breaks_kept() -> None:
    assert fonts.clean("a\u202eb\u200bc\td\x00e\r\nf") == "abc d e\nf"
    assert fonts.clean("e\u0301") == "é"


def test_no_line_is_wider_than_its_column_and_no_letter_is_lost() -> None:
    text = "A " + "x" * 300 + " Llanfairpwllgwyngyll-" * 6 + "end"
    for wide in (40.0, 133.0, 500.0):
        lines = wrap(((text, VALUE),), wide)
        for line in lines:
            x, last, style = line[-1]
            assert x + fonts.width(last.rstrip(" "), style.face, style.size) <= wide + 0.01
        joined = "".join(run[1] for line in lines for run in line)
        assert joined.replace(" ", "") == text.replace(" ", "")


def test_a_label_does_not_stay_behind_at_the_end_of_a_line() -> None:
    label = Style(Face.BOLD, 10)
    lines = wrap((("Dated", label), ("04-Mar-2026", VALUE), ("Review", label), ("04-Mar-2027", VALUE)), 150)
    assert [run[1].strip() for run in lines[1]] == ["Review", "04-Mar-2027"]


def test_cut_text_ends_in_its_tail_and_keeps_the_state_before_a_long_note() -> None:
    pieces = (("Catheter", Style(Face.BOLD, 10)), ("YES", STRONG), ("long-term, changed " * 9, VALUE))
    lines, was_cut = cut(pieces, 180, 1, "p.12")
    shown = " ".join(run[1].strip() for run in lines[0])
    assert was_cut
    assert len(lines) == 1
    assert shown.startswith("Catheter YES")
    assert shown.endswith("p.12")
    assert "…" in shown


def test_text_that_fits_is_not_touched() -> None:
    lines, was_cut = cut((("short", VALUE),), 200, 2, "see page 9")
    assert not was_cut
    assert lines == wrap((("short", VALUE),), 200)
