"""NHS numbers and organisation codes.

The check digit is modulus 11 (NHS Data Dictionary, weights 10 to 2). Ten equal digits pass the arithmetic and are
refused all the same; so are temporary and old-format numbers, because they are not ten digits.
"""

from __future__ import annotations

import re

from nhs_number.validate import calculate_checksum

from app.domain.errors import UserError

_NATIONAL_INSURANCE = re.compile(r"[A-Za-z]{2}\d{6}[A-Za-z]?")
_ODS = re.compile(r"[A-Z0-9]{3,12}")


def parse_nhs_number(text: str, *, field: str = "nhs_number") -> str:
    """Ten digits from what was typed or pasted (spaces, dashes and dots are dropped).

    Raises UserError, in the words of the label, when it is not a number that can have been issued.
    """
    raw = re.sub(r"[\s\-.\u00a0]", "", text)
    if _NATIONAL_INSURANCE.fullmatch(raw):
        raise UserError("This looks like a National Insurance number. Enter the NHS number", field=field)
    if not re.fullmatch(r"[0-9]{10}", raw):
        raise UserError("NHS number must be 10 digits", field=field)
    # Only the check digit: the library's own test also refuses Scottish-range numbers that are no date of birth.
    if len(set(raw)) == 1 or calculate_checksum(raw[:9]) != int(raw[9]):
        raise UserError("Check the NHS number: one or more digits are wrong", field=field)
    return raw


def is_nhs_number(text: str) -> bool:
    """Whether :func:`parse_nhs_number` would accept the text."""
    try:
        parse_nhs_number(text)
    except UserError:
        return False
    return True


def format_nhs_number(digits: str | None) -> str:
    """``999 000 0018``: 3-3-4 with single spaces; "Not known" for None."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if digits else "Not known"


def parse_ods(text: str, *, field: str = "ods") -> str:
    """An organisation code (3 to 12 capitals and digits), upper-cased; UserError otherwise."""
    raw = text.strip().upper()
    if not _ODS.fullmatch(raw):
        raise UserError("Organisation code must be 3 to 12 letters and digits", field=field)
    return raw
