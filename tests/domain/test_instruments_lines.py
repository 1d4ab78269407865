"""Scoring by JSON lines: the published contract."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.instruments.lines import answer_line
from app.domain.instruments.outcome import AnswerError
from app.domain.instruments.registry import score

KEYS = ["id", "instrument", "version", "complete", "score", "band", "parts", "flags", "missing", "actions", "next_due",
        "attribution"]  # fmt: skip


def ask(line: str) -> tuple[dict[str, Any], bool]:
    text, accepted = answer_line(line)
    assert "\n" not in text
    assert text.isascii()
    found: dict[str, Any] = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    return found, accepted


def test_a_scored_line_has_exactly_the_published_keys() -> None:
    line = (
        '{"id": "a", "instrument": "must", "answers": {"height_m": 1.80, "weight_kg": 64.8, "previous_weight_kg": 65.0,'
        ' "acutely_ill_no_intake_5d": false}, "on": "2026-11-22"}'
    )
    found, accepted = ask(line)
    assert accepted
    assert list(found) == KEYS
    assert found["id"] == "a"
    assert found["parts"] == {"bmi_score": 1, "weight_loss_score": 0, "acute_disease_score": 0}
    assert (found["score"], found["band"], found["complete"]) == (1, "medium", True)
    assert (found["flags"], found["missing"], found["next_due"]) == ([], [], "2026-12-20")
    assert found["actions"]
    assert "BAPEN" in found["attribution"]


def test_without_a_date_nothing_is_due_and_without_an_id_the_id_is_null() -> None:
    found, accepted = ask('{"instrument": "abbey", "answers": {"items": [1, 1, 1, 1, 0, 0]}}')
    assert accepted
    assert (found["id"], found["next_due"], found["score"]) == (None, None, 4)


def test_decimal_scores_are_numbers_of_the_same_value() -> None:
    ulna, _ = answer_line('{"instrument": "ulna_height", "answers": {"ulna_cm": 23, "sex": "F", "age_years": 86}}')
    assert '"score": 1.55,' in ulna
    wound = '{"instrument": "wound_area_reduction", "answers": {"length0_cm": 6, "width0_cm": 4, "length1_cm": 4.8, '
    assert '"score": 20.0,' in answer_line(wound + '"width1_cm": 4}}')[0]


@pytest.mark.parametrize(
    ("line", "name", "field"),
    [
        ("", None, "line"),
        ("not json", None, "line"),
        ("[1]", None, "line"),
        ("null", None, "line"),
        ('{"id": 1, "instrument": "must"', None, "line"),
        ("[" * 100_000, None, "line"),
        ('{"id": ' + "1" * 5000 + "}", None, "line"),
        ('{"id": 1}', 1, "answers"),
        ('{"id": 1, "instrument": "must", "answers": []}', 1, "answers"),
        ('{"id": 1, "instrument": "musty", "answers": {}}', 1, "instrument"),
        ('{"id": 1, "instrument": ["must"], "answers": {}}', 1, "instrument"),
        ('{"id": 1, "answers": {}}', 1, "instrument"),
        ('{"id": 1, "instrument": "must", "answers": {}, "when": "2026-11-22"}', 1, "when"),
        ('{"id": 1, "instrument": "must", "answers": {}, "on": "22/11/2026"}', 1, "on"),
        ('{"id": 1, "instrument": "must", "answers": {}, "on": "2026-02-30"}', 1, "on"),
        ('{"id": 1, "instrument": "must", "answers": {}, "on": 20261122}', 1, "on"),
        ('{"id": "x", "instrument": "news2", "answers": {"pulse": 700}}', "x", "pulse"),
        ('{"id": "x", "instrument": "news2", "answers": {"pulse": "70"}}', "x", "pulse"),
        ('{"id": "x", "instrument": "news2", "answers": {"pulse": true}}', "x", "pulse"),
        ('{"id": "x", "instrument": "news2", "answers": {"pulse": NaN}}', "x", "pulse"),
        ('{"id": "x", "instrument": "news2", "answers": {"temp_c": Infinity}}', "x", "temp_c"),
        ('{"id": "x", "instrument": "news2", "answers": {"temp_c": 1e99999999999999999999}}', "x", "temp_c"),
        ('{"id": "x", "instrument": "news2", "answers": {"temp_c": 1e999999}}', "x", "temp_c"),
        ('{"id": "x", "instrument": "news2", "answers": {"temp_c": 37.000000000000000000000000000001}}', "x", "temp_c"),
        ('{"id": "x", "instrument": "news2", "answers": {"heart": 70}}', "x", "heart"),
        ('{"id": "x", "instrument": "news2", "answers": {"pulse": 70, "pulse": 130}}', "x", "pulse"),
    ],
)
def test_a_refused_line_names_the_field(line: str, name: object, field: str) -> None:
    found, accepted = ask(line)
    assert not accepted
    assert list(found) == ["id", "error"]
    assert found["id"] == name
    assert list(found["error"]) == ["field", "message"]
    assert found["error"]["field"] == field
    assert found["error"]["message"]


def test_the_callers_name_comes_back_unchanged() -> None:
    for name in ("a", "Zoë \u2028 \ud800", 7, -1.5, 0, "", None):
        line = json.dumps({"id": name, "instrument": "abbey", "answers": {"items": [0] * 6}})
        assert ask(line)[0]["id"] == name
    for raw, back in (("1e400", "1E+400"), ("NaN", None), ("[1]", None), ("{}", None), ("1.00000000000000000001",) * 2):
        assert ask(f'{{"id": {raw}, "instrument": "abbey", "answers": {{}}}}')[0]["id"] == back


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    ask(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_CODES = st.sampled_from(["must", "news2", "waterlow", "four_at", "abbey", "post_fall", "about_me", "ulna_height",
                          "falls_multifactorial", "pressure_ulcer_category", "wound_area_reduction"])  # fmt: skip
_ASKED = st.sampled_from(["pulse", "height_m", "skin", "items", "sex", "amt4_mistakes", "alcohol", "alcohol_by",
                          "depth", "completed_on", "days", "length0_cm", "minutes_on_floor", "items.0",
                          "items.x"])  # fmt: skip


@given(_CODES, st.dictionaries(_ASKED, _JSON), _JSON)
def test_no_answers_make_it_raise(code: str, answers: dict[str, Any], on: Any) -> None:
    ask(json.dumps({"id": 1, "instrument": code, "answers": answers, "on": on}))
    ask(json.dumps({"id": 1, "instrument": code, "answers": answers}))


@given(_CODES, st.dictionaries(_ASKED, st.integers(0, 60) | st.sampled_from(["F", "full", "2026-11-01", ["dry"]])))
def test_a_line_is_the_outcome_as_a_json_writer_writes_it(code: str, answers: dict[str, Any]) -> None:
    text, accepted = answer_line(json.dumps({"id": "Zoë", "instrument": code, "answers": answers, "on": "2026-11-22"}))
    try:
        outcome = score(code, answers, date(2026, 11, 22))
    except AnswerError:
        assert not accepted
    else:
        assert accepted
        assert text == json.dumps({"id": "Zoë", **outcome.as_json()})


def test_scoring_needs_neither_a_window_nor_a_database() -> None:
    """A carer's script must answer at once, on a computer without a screen."""
    program = (
        "import sys; from app.domain.instruments.lines import answer_line; "
        "heavy = {'PySide6', 'sqlalchemy', 'sqlcipher3', 'fhir', 'pydantic', 'reportlab'} & set(sys.modules); "
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=500)
