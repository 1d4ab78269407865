"""What proves the premium's claims of some weeks: the content of the evidence, whatever file shows it.

Values only: they are filled from decisions as stored at submission, so that a past week prints the same again. Money is
whole pence; a reversal carries a negative amount. Nothing here is left out or covered up: that is the business of
:mod:`app.domain.evidence_hidden`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """How much of people the evidence shows.

    ``PSEUDONYMISED`` has a key in place of each resident and member of staff and nothing else that names them;
    ``ANONYMISED`` has counts and sums only, small numbers hidden: for the good of the community, not for an auditor.
    """

    IDENTIFIABLE = "identifiable"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"

    @property
    def words(self) -> str:
        """What stands at the foot of each page."""
        return _KIND_WORDS[self]


_KIND_WORDS = {
    Kind.IDENTIFIABLE: "IDENTIFIABLE: names residents, keep as their records",
    Kind.PSEUDONYMISED: "PSEUDONYMISED: no names, still about individual people, keep as their records",
    Kind.ANONYMISED: "ANONYMISED: counts and sums only, numbers under 5 hidden",
}


class Stopped(Exception):  # noqa: N818 - it is how a person's wish arrives, not a fault
    """Somebody asked for the making to stop; nothing was written."""


Tell = Callable[[int, int, str], None]
"""Told how far the making is: steps done, steps in all, and what is being done. It may raise :class:`Stopped`."""


@dataclass(frozen=True, slots=True)
class AreaEvidence:
    """One relied-upon premium area: the assessment that proves it and the champion in post for it.

    ``certificate_expires`` None means a certificate without an end date, not an unknown one.
    """

    area: str
    instrument: str
    assessed_on: date | None
    score: str = ""
    band: str = ""
    assessor: str = ""
    champion: str = ""
    certificate: str = ""
    certificate_expires: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a resident-week is not eligible: the rule's code and what it means in words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One version of a claim, or a resident-week for which nothing was claimed (then ``claim_id`` is empty).

    ``who`` tells residents apart and is never written into a file. ``amount_pence`` is what the rules decided, claimed
    or not; ``accepted_pence`` what the commissioner has agreed to so far (``ccg_decision`` has its words), nothing for
    a version that was refused or replaced; ``paid_pence`` what payments name it for. ``stands`` is said of the version
    that counts for its resident and week. ``reversal_of`` names the claim that this one takes back. ``nights_words``
    says of each night of the week how it counted. ``signature`` is the short code of the signer's signature.
    """

    resident: str
    nhs_number: str | None
    eligible: bool
    amount_pence: int
    nights: int
    areas: tuple[AreaEvidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    claim_id: str = ""
    version: int = 1
    ccg_decision: str = ""
    accepted_pence: int = 0
    signer: str = ""
    signed_at: datetime | None = None
    signature: str = ""
    bundle_id: str = ""
    who: str = ""
    reversal_of: str = ""
    stands: bool = True
    paid_pence: int = 0
    nights_words: str = ""
    late_reason: str = ""

    @property
    def claimed(self) -> bool:
        """Whether a claim has been submitted."""
        return bool(self.claim_id)

    @property
    def claimed_pence(self) -> int:
        """What was claimed: the amount once submitted, otherwise nothing."""
        return self.amount_pence if self.claimed else 0

    @property
    def standing_pence(self) -> int:
        """The same for the version that stands, nothing for every other."""
        return self.claimed_pence if self.stands else 0

    @property
    def person(self) -> str:
        """What residents are counted by."""
        return self.who or self.resident


class _Sums:
    """The sums over claim rows; a week has them and the whole span has them. All in pence."""

    __slots__ = ()

    @property
    def lines(self) -> Iterable[EvidenceRow]:
        """The rows that are added up."""
        raise NotImplementedError

    @property
    def claimed_pence(self) -> int:
        """Every version that was submitted, reversals taken off: the sum of the store's claims."""
        return sum(row.claimed_pence for row in self.lines)

    @property
    def reversed_pence(self) -> int:
        """What reversals took back: nothing or negative."""
        return sum(row.claimed_pence for row in self.lines if row.reversal_of)

    @property
    def standing_pence(self) -> int:
        """The claims that stand today: one version for a resident and week at most."""
        return sum(row.standing_pence for row in self.lines)

    @property
    def accepted_pence(self) -> int:
        """What the commissioner has agreed to so far, what it took back taken off."""
        return sum(row.accepted_pence for row in self.lines)

    @property
    def paid_pence(self) -> int:
        """What payments name these claims for."""
        return sum(row.paid_pence for row in self.lines)

    @property
    def eligible_pence(self) -> int:
        """What the rules decided for claims that stand and for weeks that were not claimed."""
        return sum(row.amount_pence for row in self.lines if row.eligible and row.stands)


@dataclass(frozen=True, slots=True)
class ChampionRecord:
    """One appointment in the champion register of this home; ``recorded_at`` is when it was last recorded."""

    name: str
    pathway: str
    certificate: str = ""
    passed_on: date | None = None
    expires_on: date | None = None
    in_post_from: date | None = None
    in_post_to: date | None = None
    provider: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EvidenceWeek(_Sums):
    """Everything decided and claimed for one home and one Monday-to-Sunday week.

    ``rows`` has every resident of the week, claimed or not; a resident whose claim was made again has a row a version.
    """

    week_start: date
    policy_version: str
    rows: tuple[EvidenceRow, ...]

    @property
    def lines(self) -> tuple[EvidenceRow, ...]:
        """The rows."""
        return self.rows

    @property
    def week_end(self) -> date:
        """The Sunday."""
        return self.week_start + timedelta(days=6)

    @property
    def claimed(self) -> tuple[EvidenceRow, ...]:
        """The submitted claims, every version, in the order of the rows."""
        return tuple(row for row in self.rows if row.claimed)

    @property
    def not_claimed(self) -> tuple[EvidenceRow, ...]:
        """Every other resident of the week."""
        return tuple(row for row in self.rows if not row.claimed)


Value = str | int | date | datetime | None
How = Literal["text", "number", "pence", "date", "instant"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a register: what its cells are, and its share of the width of the paper."""

    name: str
    how: How = "text"
    share: int = 80


@dataclass(frozen=True, slots=True)
class Register:
    """A list that goes with the claims: champions, payments, training. ``sheet`` is its short name (at most 31
    characters). ``empty`` says in words that there is nothing, so that nothing blank can be read as "none". With
    ``total`` its pence are added up."""

    title: str
    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    empty: str
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceBundle(_Sums):
    """The evidence of a span of weeks. ``signer_key`` is the public half of the maker's key, hexadecimal.

    Of an anonymised one ``weeks`` is empty, and ``registers`` are counts and sums.
    """

    kind: Kind
    home_name: str
    home_ods: str
    ccg: str
    first: date
    last: date
    made_at: datetime
    made_by: str
    signer_key: str = ""
    weeks: tuple[EvidenceWeek, ...] = ()
    registers: tuple[Register, ...] = ()
    practice: bool = False

    @property
    def lines(self) -> Iterable[EvidenceRow]:
        """The rows of every week."""
        return (row for week in self.weeks for row in week.rows)

    @property
    def residents(self) -> int:
        """How many residents lived here on some day of the span."""
        return len({row.person for row in self.lines})

    @property
    def policies(self) -> str:
        """The versions of the policy that governed the weeks, in order."""
        return ", ".join(dict.fromkeys(week.policy_version for week in self.weeks if week.policy_version))


def fingerprint(public_key: str) -> str:
    """The beginning of a public key in groups of four, short enough to be read out over the telephone."""
    return "-".join(public_key[start : start + 4] for start in range(0, 16, 4)).upper()
