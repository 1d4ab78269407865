"""Skin damage that is not from pressure: moisture damage (GLOBIAD) and skin tears (ISTAP).

GLOBIAD, for incontinence-associated dermatitis: 1 is lasting redness, 2 is skin loss; A without and B with signs of
infection. It is moisture damage only where the skin is wet, diffuse and in folds or between the legs, without necrosis:
dry redness over a bone that fades is neither, and a full-thickness crater is a pressure ulcer to be categorised.

ISTAP, for skin tears: 1 the flap covers the whole bed again, 2 a part of the flap is lost, 3 all of it is lost. The
older STAR classes (1a to 3) are another system and are not mixed in.

Both are classifications: there is no score.
"""

from __future__ import annotations

from datetime import date

from app.domain.instruments.answers import Answers
from app.domain.instruments.outcome import Outcome, Severity
from app.domain.instruments.tool import INCOMPLETE, WEEKLY, Band, Instrument, Scored, conclude

_LOOK = "Look again at every dressing; record the wound every week."

# ---------------------------------------------------------------------------------------------------------- GLOBIAD

GLOBIAD_TOOL = Instrument(
    code="globiad",
    version="2018/1",
    title="Moisture damage of the skin (GLOBIAD)",
    short="GLOBIAD",
    pathway="wound",
    mode="S",
    owner="Ghent University",
    licence="© Ghent University; paraphrased. Agree the use in software with the University.",
    attribution="After the Ghent Global IAD Categorisation Tool (GLOBIAD), © Ghent University.",
    needs_permission=False,
    routine_days=WEEKLY,
    bands=(
        Band("1A", "1A: lasting redness, no infection", Severity.ATTENTION),
        Band("1B", "1B: lasting redness with infection", Severity.URGENT),
        Band("2A", "2A: skin loss, no infection", Severity.URGENT),
        Band("2B", "2B: skin loss with infection", Severity.URGENT),
    ),
)

_CLEAN = "Change wet pads at once. Clean gently, pat dry, and use the barrier product of the care plan."
_INFECTED = "Signs of infection: ask the nurse or GP to look today; a swab or treatment may be needed."
_LOSS = "Skin is lost: tell the nurse or community nurse today, and rule out a pressure ulcer."
_GLOBIAD = {
    "1A": (_CLEAN, "Review the continence plan. Score again in a week."),
    "1B": (_INFECTED, _CLEAN, "Review the continence plan. Score again in a week."),
    "2A": (_LOSS, _CLEAN, _LOOK),
    "2B": (_INFECTED, _LOSS, _CLEAN, _LOOK),
}


def score_globiad(answers: Answers, on: date | None = None) -> Outcome:
    """The category; with the skin not yet judged, signs of infection are acted on all the same."""
    loss = answers.yes_no("skin_loss", "Skin loss")
    infection = answers.yes_no("infection_signs", "Signs of infection")
    if loss is None or infection is None:
        return conclude(GLOBIAD_TOOL, INCOMPLETE, missing=answers.missing, actions=(_INFECTED,) if infection else ())
    band = f"{2 if loss else 1}{'B' if infection else 'A'}"
    words = f"{'Skin loss' if loss else 'No skin loss'}, {'signs' if infection else 'no signs'} of infection: {band}"
    return conclude(GLOBIAD_TOOL, band, actions=_GLOBIAD[band], on=on, days=WEEKLY, workings=(words,))


# ------------------------------------------------------------------------------------------------------------ ISTAP

ISTAP_TOOL = Instrument(
    code="istap",
    version="2013/1",
    title="Skin tear classification (ISTAP)",
    short="Skin tear",
    pathway="wound",
    mode="S",
    owner="International Skin Tear Advisory Panel (ISTAP)",
    licence="Free for clinical use with citation; agree the use in software with the panel.",
    attribution="After the skin tear classification of the International Skin Tear Advisory Panel (ISTAP).",
    needs_permission=False,
    routine_days=WEEKLY,
    bands=(
        Band("type_1", "Type 1: no skin lost", Severity.ATTENTION),
        Band("type_2", "Type 2: part of the flap lost", Severity.ATTENTION),
        Band("type_3", "Type 3: the whole flap lost", Severity.URGENT),
    ),
)

_FLAP = {"none": "type_1", "partial": "type_2", "total": "type_3"}
_STOP = "Stop the bleeding and clean gently."
_DRESS = "Use a dressing that does not stick; mark on it the way to take it off. No adhesive strips."
_CAUSE = "Fill in an incident form, find the cause (a fall, a rail, handling) and protect the limb."
_ISTAP = {
    "type_1": (_STOP, "Lay the flap back over the bed without stretching it.", _DRESS, _CAUSE, _LOOK),
    "type_2": (
        _STOP,
        "Lay what is left of the flap back without stretching it. Tell the nurse.",
        _DRESS,
        _CAUSE,
        _LOOK,
    ),
    "type_3": (_STOP, "Tell the nurse or community nurse today.", _DRESS, _CAUSE, _LOOK),
}


def score_istap(answers: Answers, on: date | None = None) -> Outcome:
    """The type of a skin tear."""
    flap = answers.choice("flap_loss", "Flap lost", _FLAP)
    if flap is None:
        return conclude(ISTAP_TOOL, INCOMPLETE, missing=answers.missing)
    band = _FLAP[flap]
    label = next(each.label for each in ISTAP_TOOL.bands if each.code == band)
    return conclude(ISTAP_TOOL, band, actions=_ISTAP[band], on=on, days=WEEKLY, workings=(label,))


GLOBIAD = Scored(GLOBIAD_TOOL, frozenset({"skin_loss", "infection_signs"}), score_globiad)
ISTAP = Scored(ISTAP_TOOL, frozenset({"flap_loss"}), score_istap)
