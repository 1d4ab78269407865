"""Pressure ulcer category (EPUAP, NPIAP and PPPIA, 2019), as a decision.

For damage over a bone or under a device; moisture damage and skin tears are assessed otherwise. In order: intact skin
whose redness fades under a finger is not an ulcer; purple or maroon intact skin, or a blood blister, is a suspected
deep tissue injury; redness that stays is category 1; an open area of partial thickness, or a serum blister, is
category 2; full thickness with its base hidden is unstageable; with bone, tendon or muscle it is category 4,
otherwise 3. A healing ulcer keeps its category: it is never staged backwards.

Colour decides only on intact skin, depth only on broken skin, and neither is asked for elsewhere. Slough, fat, bone
or a hidden base mean full thickness; any of them with another depth, or with skin that is not broken, is refused.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import AnswerError, Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, WEEKLY, Band, Instrument, Scored, conclude

KEYS = frozenset({
    "skin", "colour", "blanches", "depth", "slough", "fat_visible", "bone_tendon_muscle", "base_obscured",
})  # fmt: skip

TOOL = Instrument(
    code="pressure_ulcer_category",
    version="2019/1",
    title="Pressure ulcer category",
    short="Ulcer category",
    pathway="wound",
    mode="S",
    owner="EPUAP, NPIAP and PPPIA",
    licence="Definitions © the three panels; paraphrased and cited.",
    attribution="After the 2019 international classification of pressure ulcers (EPUAP, NPIAP, PPPIA).",
    needs_permission=False,
    routine_days=WEEKLY,
    bands=(
        Band("not_a_pressure_ulcer", "Not a pressure ulcer: at risk", Severity.ROUTINE),
        Band("category_1", "Category 1", Severity.ATTENTION),
        Band("category_2", "Category 2", Severity.URGENT),
        Band("category_3", "Category 3", Severity.URGENT),
        Band("category_4", "Category 4", Severity.URGENT),
        Band("unstageable", "Unstageable", Severity.URGENT),
        Band("deep_tissue_injury", "Suspected deep tissue injury", Severity.URGENT),
    ),
    serves=("wound",),
)

_SKIN = {
    "intact": "Intact skin", "blood_blister": "Blood blister", "serum_blister": "Clear blister",
    "broken": "Broken skin",
}  # fmt: skip
_COLOUR = {"red": 0, "purple_maroon": 0}
_DEPTH = {"partial": 0, "full": 0}
_FULL_ONLY = {
    "slough": "Slough", "fat_visible": "Visible fat", "bone_tendon_muscle": "Bone, tendon or muscle",
    "base_obscured": "A hidden base",
}  # fmt: skip

_RELIEVE = "Take the pressure off and look at the place again at every change of position."
_INCIDENT = "Fill in an incident form and start a wound chart; measure every week."
_DEEP = (
    "Refer to the tissue viability nurse today. Consider a safeguarding referral.",
    _RELIEVE,
    _INCIDENT,
)
_ACTIONS = {
    "not_a_pressure_ulcer": ("At risk: relieve the pressure, and score the pressure ulcer risk.", _RELIEVE),
    "category_1": (_RELIEVE, "Review the repositioning plan and the mattress. Score the pressure ulcer risk."),
    "category_2": ("Tell the nurse or the community nurse today.", _RELIEVE, _INCIDENT),
    "category_3": _DEEP,
    "category_4": _DEEP,
    "unstageable": _DEEP,
    "deep_tissue_injury": _DEEP,
}


def score(answers: Answers, on: date | None = None) -> Outcome:
    """The category as a band; there is no score. Raises AnswerError for findings that exclude each other."""
    skin = answers.choice("skin", "Skin", _SKIN, need=False)
    colour = answers.choice("colour", "Colour", _COLOUR, need=False)
    blanches = answers.yes_no("blanches", "Fades under pressure", need=False)
    depth = answers.choice("depth", "Depth", _DEPTH, need=False)
    found = [key for key, label in _FULL_ONLY.items() if answers.yes_no(key, label, need=False)]
    if skin is not None:
        _refuse_impossible(skin, depth, found)
    band, missing, why = _decide(skin, colour, blanches, depth, found)
    return conclude(
        TOOL,
        band,
        missing=missing,
        actions=_ACTIONS.get(band, ()),
        on=on,
        days=None if band == "not_a_pressure_ulcer" else WEEKLY,
        workings=(why,) if why else (),
    )


def _refuse_impossible(skin: str, depth: str | None, found: list[str]) -> None:
    if skin != "broken":
        if depth == "full" or (depth and skin != "serum_blister"):
            raise AnswerError("depth", f"{_SKIN[skin]} has no {depth} thickness wound: change the skin or the depth")
        if found:
            raise AnswerError(found[0], f"{_FULL_ONLY[found[0]]} cannot be seen under {_SKIN[skin].lower()}")
    elif depth == "partial" and found:
        raise AnswerError(found[0], f"{_FULL_ONLY[found[0]]} means full thickness: change the depth")


def _decide(
    skin: str | None,
    colour: str | None,
    blanches: bool | None,
    depth: str | None,
    found: list[str],
) -> tuple[str, tuple[str, ...], str]:
    """The band, the keys still missing, and the reason in words."""
    if skin is None:
        return INCOMPLETE, ("skin",), ""
    if skin == "intact":
        return _decide_intact(colour, blanches)
    if skin == "blood_blister":
        return "deep_tissue_injury", (), "Blood blister: suspected deep tissue injury"
    if skin == "serum_blister" or depth == "partial":
        return "category_2", (), "Partial thickness: category 2"
    if "base_obscured" in found:
        return "unstageable", (), "Full thickness, base hidden: unstageable"
    if depth is None and not found:
        return INCOMPLETE, ("depth",), ""
    if "bone_tendon_muscle" in found:
        return "category_4", (), "Full thickness with bone, tendon or muscle: category 4"
    return "category_3", (), "Full thickness, no bone, tendon or muscle: category 3"


def _decide_intact(colour: str | None, blanches: bool | None) -> tuple[str, tuple[str, ...], str]:
    if colour is None:
        return INCOMPLETE, ("colour",) if blanches is not None else ("colour", "blanches"), ""
    if colour == "purple_maroon":
        return "deep_tissue_injury", (), "Intact skin, purple or maroon: suspected deep tissue injury"
    if blanches is None:
        return INCOMPLETE, ("blanches",), ""
    if blanches:
        return "not_a_pressure_ulcer", (), "Intact skin, redness fades: not a pressure ulcer, at risk"
    return "category_1", (), "Intact skin, redness stays: category 1"


SCORED = Scored(TOOL, KEYS, score)
