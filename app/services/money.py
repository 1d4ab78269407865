"""The premium's money: what its weeks earn and where every penny is, what arrived, what does not agree, what it bought.

A claim week belongs to the month and to the year (April to March) in which its Sunday falls, and everything of the week
belongs to the week: so weeks, months and the year add up to the penny. Only weeks that have ended count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from app.domain.dates import to_local, week_start
from app.domain.errors import Problem, UserError
from app.domain.home_facts import ClaimReview, HomeFact, HomeFactKind, Remittance, Spend, SpendCategory
from app.domain.ledger import (
    ClaimMoney,
    Event,
    EventKind,
    Totals,
    Transaction,
    by_week,
    claim_events,
    ledger,
    totals,
)
from app.domain.money_review import Finding, Paid, review
from app.domain.needs import PremiumNeed
from app.domain.premium import Decision, decide, reason_words
from app.domain.remittance_file import read_remittances
from app.models import claims as claim_rows
from app.models import home_facts as fact_rows
from app.models import restored
from app.services import home_facts
from app.services.access import Action, require
from app.services.changes import Changes
from app.services.claim_facts import WeekPicture, read_weeks
from app.services.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FIRST = date(2015, 1, 1)
_WEEK = timedelta(days=7)
_NEVER_OURS: Final = frozenset({"NEEDS-LT2", "NO-POLICY"})
"""With one of these the week was never within reach: nothing is lost."""
_NOT_OWED: Final = frozenset({"CHC-FUNDED", "NIGHTS-LT4"})
"""Reasons that the home cannot and should not mend: somebody else paid, or the resident was not there."""
_OWN_WORDS: Final = {"LATE": "Not claimed within the claim window"}


@dataclass(frozen=True, slots=True)
class Period:
    """A week, a month or the year: its figures, and how many resident-weeks were claimed or can be.

    ``spent`` in pence; ``residents`` counts resident-weeks, so a year of 45 residents has 2,340 of them.
    """

    starts: date
    ends: date
    totals: Totals
    residents: int
    eligible: int
    spent: int

    @property
    def rate(self) -> Decimal | None:
        """The claim rate in per cent to one decimal, as the claim week shows it; None where nobody lived here."""
        if not self.residents:
            return None
        return (Decimal(100 * self.eligible) / self.residents).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Reason:
    """Pounds gained or lost for one reason. ``alone_pence`` is what this reason alone stopped.

    Several reasons can stop the same week, so their pence do not add up to what was lost.
    """

    code: str
    words: str
    weeks: int
    pence: int
    alone_pence: int = 0
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Pathway:
    """What rests on one area: claims that relied on it and stand, and their accepted and paid pence.

    A claim rests on two areas or more, so the areas do not add up to the year.
    """

    area: PremiumNeed
    claims: int
    accepted: int
    paid: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that arrived, and how much of it belongs to claims that are known."""

    fact: HomeFact
    body: Remittance
    matched_pence: int


@dataclass(frozen=True, slots=True)
class ToReview:
    """Something that does not agree; ``settled`` says what a manager decided about it, empty while it is open."""

    finding: Finding
    settled: str = ""
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """The money of one year, April to March. ``lost_pence`` and ``not_owed_pence`` count each week once.

    ``review`` is of all years: what does not agree is not forgotten on the first of April.
    """

    year: int
    first_year: int
    last_year: int
    weeks: tuple[Period, ...]
    months: tuple[Period, ...]
    whole: Period
    gained: tuple[Reason, ...]
    lost: tuple[Reason, ...]
    lost_pence: int
    not_owed_pence: int
    pathways: tuple[Pathway, ...]
    payments: tuple[Payment, ...]
    review: tuple[ToReview, ...]
    spent: tuple[HomeFact, ...]
    by_category: tuple[tuple[SpendCategory, int], ...]
    journal: tuple[Transaction, ...]

    @property
    def open_review(self) -> tuple[ToReview, ...]:
        """What nobody has looked at yet."""
        return tuple(item for item in self.review if not item.settled)


@dataclass(frozen=True, slots=True)
class PaymentsRecorded:
    """Payments were recorded: how many, of how many lines, how much, and what of them has to be looked at."""

    payments: int
    lines: int
    pence: int
    to_review: tuple[Finding, ...]
    changes: Changes


def year_of(day: date) -> int:
    """The year, April to March, that the claim week of the day belongs to."""
    sunday = week_start(day) + timedelta(days=6)
    return sunday.year if sunday.month >= 4 else sunday.year - 1


def money(session: Session, year: int | None = None) -> Money:
    """The money of the year that begins in April of ``year`` (None: the one of the last week that has ended)."""
    require(session, Action.VIEW_CLAIMS)
    with session.read() as connection:
        return read_money(session, connection, year)


def read_money(session: Session, connection: Connection, year: int | None) -> Money:
    """The same, inside a transaction already open."""
    last_ended = week_start(session.today()) - _WEEK
    year = year_of(last_ended) if year is None else year
    mondays = _mondays(year, last_ended)
    store = _Store.read(connection)
    tally = _Tally()
    for picture in read_weeks(connection, session.home, mondays, as_signed=False):
        _count_week(session, store, picture, tally)
    claims = [chain for (monday, _), chain in store.chains.items() if year_of(monday) == year]
    events = [*tally.owed, *(event for chain in claims for event in claim_events(chain)), *_payments_of(store, year)]
    journal = ledger(events)
    weekly = by_week(_in_weeks(journal))
    spends = [fact for fact in store.spends if isinstance(fact.body, Spend) and year_of(fact.body.on) == year]
    weeks = _weeks(mondays, weekly, tally, spends)
    gained, refused = _gained(claims, store), _refused(claims, store)
    return Money(
        year=year,
        first_year=min([year_of(last_ended), *(year_of(monday) for monday, _ in store.chains)]),
        last_year=year_of(last_ended),
        weeks=weeks,
        months=_months(weeks),
        whole=_whole(year, weeks),
        gained=gained,
        lost=tuple(sorted((*tally.lost.values(), *refused), key=lambda reason: (-reason.pence, reason.words))),
        lost_pence=tally.lost_pence,
        not_owed_pence=tally.not_owed_pence,
        pathways=_pathways(connection, claims, store, mondays),
        payments=tuple(_payment(fact, store) for fact in store.remittances if _paid_in(fact, year)),
        review=_to_review(session, store),
        spent=tuple(spends),
        by_category=_by_category(spends),
        journal=journal,
    )


def record_payments(session: Session, payments: Sequence[Remittance]) -> PaymentsRecorded:
    """Record payments, all of them or none; what of them matches no claim, or not what was accepted, is named.

    Raises UserError for a payment that is recorded already, or whose lines do not add up.
    """
    require(session, Action.MANAGE_MONEY)
    if not payments:
        raise UserError("There is no payment to record", field="lines")
    with session.read() as connection:
        before = _Store.read(connection)
    _refuse_known(payments, before)
    found_before = {finding.key for finding in before.findings()}
    home_facts.add_all(session, tuple(payments))
    with session.read() as connection:
        after = _Store.read(connection).findings()
    return PaymentsRecorded(
        len(payments),
        sum(len(payment.lines) for payment in payments),
        sum(payment.total_pence for payment in payments),
        tuple(finding for finding in after if finding.key not in found_before),
        home_facts.changed(HomeFactKind.REMITTANCE),
    )


def import_payments(session: Session, data: bytes, name: str) -> PaymentsRecorded:
    """Record the payments of a CSV file (:mod:`app.domain.remittance_file`), or none of them.

    Raises UserError whose problems name row and column.
    """
    require(session, Action.MANAGE_MONEY)
    return record_payments(session, read_remittances(data, today=session.today(), source=name))


def paper(session: Session, year: int) -> bytes:
    """The year on paper, as a PDF. It names no resident; making it is audited."""
    from app.reports.money import MoneyPaper, money_pdf

    require(session, Action.EXPORT_EVIDENCE)
    with session.look() as work:
        found = read_money(session, work.connection, year)
        work.audit("export", "money", str(year))
        made = MoneyPaper(
            home=session.home.name,
            practice=session.home.practice,
            made_at=session.now(),
            made_by=session.account.name,
            anchor=f"{work.chain.count}-{work.chain.head[:8]}" if session.trouble is None else "not recorded",
            restored_from=restored.restored_from(work.connection),
            year=year,
            whole=found.whole,
            months=found.months,
            weeks=found.weeks,
            gained=found.gained,
            lost=found.lost,
            lost_pence=found.lost_pence,
            not_owed_pence=found.not_owed_pence,
            pathways=found.pathways,
            payments=tuple((payment.body, payment.matched_pence) for payment in found.payments),
            review=tuple((item.finding.words, item.settled) for item in found.review),
            spent=tuple(fact.body for fact in found.spent if isinstance(fact.body, Spend)),
            by_category=found.by_category,
        )
    return money_pdf(made)


def table_csv(session: Session, year: int) -> bytes:
    """The weeks of the year as a CSV table (UTF-8), amounts in pence. Making it is audited."""
    from app.reports.money import money_csv

    require(session, Action.EXPORT_EVIDENCE)
    with session.look() as work:
        found = read_money(session, work.connection, year)
        work.audit("export", "money", str(year))
    return money_csv(found.weeks, found.whole)


def ledger_csv(session: Session, year: int) -> bytes:
    """Every movement of money of the year as a CSV table (UTF-8), one row a posting. Making it is audited."""
    from app.reports import money as reports

    require(session, Action.EXPORT_EVIDENCE)
    with session.look() as work:
        found = read_money(session, work.connection, year)
        work.audit("export", "money", str(year))
    return reports.ledger_csv(found.journal)


def outstanding(session: Session) -> tuple[tuple[str, int], ...]:
    """Claims with money that is accepted and not paid, the oldest week first: identifier and pence (negative: it has
    still to be taken back)."""
    require(session, Action.VIEW_CLAIMS)
    with session.read() as connection:
        store = _Store.read(connection)
    arrived: dict[str, int] = defaultdict(int)
    for line in store.paid():
        arrived[line.claim] += line.pence
    found = []
    for chain in store.chains.values():
        left = totals(ledger(claim_events(chain))).accepted - sum(arrived[claim.identifier] for claim in chain)
        if left:
            answered = [claim for claim in chain if claim.decided] or list(chain)
            found.append((max(answered, key=lambda claim: claim.version).identifier, left))
    return tuple(found)


def settle(session: Session, key: str, words: str) -> Changes:
    """Say what was decided about something that does not agree; it stays on the list, as looked at."""
    require(session, Action.MANAGE_MONEY)
    with session.read() as connection:
        found = {finding.key: finding for finding in _Store.read(connection).findings()}
    if key not in found:
        raise UserError("This has changed meanwhile. Look at the list again", field="words")
    return home_facts.add(session, ClaimReview(found[key].claim, key, words.strip())).changes


# ------------------------------------------------------------------------------------------------- what is recorded


@dataclass(frozen=True, slots=True)
class _Store:
    """Every claim and every payment, by what they are looked for."""

    chains: Mapping[tuple[date, str], tuple[ClaimMoney, ...]]
    rows: Mapping[str, claim_rows.ClaimLineRow]
    remittances: tuple[HomeFact, ...]
    spends: tuple[HomeFact, ...]
    reviews: tuple[HomeFact, ...]

    @classmethod
    def read(cls, connection: Connection) -> _Store:
        chains: dict[tuple[date, str], list[ClaimMoney]] = defaultdict(list)
        rows = {}
        for row in claim_rows.claims_between(connection, _FIRST, date.max):
            rows[row.identifier] = row
            chains[row.week_start, row.resident_id].append(_claim_money(row))
        return cls(
            {key: tuple(chain) for key, chain in chains.items()},
            rows,
            fact_rows.facts(connection, HomeFactKind.REMITTANCE),
            fact_rows.facts(connection, HomeFactKind.SPEND),
            fact_rows.facts(connection, HomeFactKind.CLAIM_REVIEW),
        )

    def paid(self) -> tuple[Paid, ...]:
        """Every line of every payment, the oldest first."""
        return tuple(
            Paid(fact.body.paid_on, fact.body.reference, line.identifier, line.pence)
            for fact in reversed(self.remittances)
            if isinstance(fact.body, Remittance)
            for line in fact.body.lines
        )

    def findings(self) -> tuple[Finding, ...]:
        """What does not agree."""
        return review(self.chains.values(), self.paid())


def _claim_money(row: claim_rows.ClaimLineRow) -> ClaimMoney:
    answer = row.newest_answer
    final = answer is not None and answer.final
    return ClaimMoney(
        identifier=row.identifier,
        version=row.version,
        week=row.week_start,
        pence=row.amount_pence,
        signed_on=to_local(row.signed_at).date(),
        live=row.live,
        decided=row.decided_pence if final else None,
        answered_on=to_local(row.answered_at).date() if final and row.answered_at else None,
        reversal_of=row.reversal_of,
    )


def _payments_of(store: _Store, year: int) -> list[Event]:
    """What was paid for claims of the year, whenever it was, and what arrived in the year for no claim."""
    found = []
    for line in store.paid():
        row = store.rows.get(line.claim)
        week = row.week_start if row is not None else week_start(line.on)
        if year_of(week) == year:
            kind = EventKind.PAID if row is not None else EventKind.UNMATCHED
            found.append(Event(kind, line.on, line.pence, week, line.claim, line.reference))
    return found


def _paid_in(fact: HomeFact, year: int) -> bool:
    return isinstance(fact.body, Remittance) and year_of(fact.body.paid_on) == year


def _payment(fact: HomeFact, store: _Store) -> Payment:
    if not isinstance(fact.body, Remittance):
        raise TypeError("a payment is a remittance")
    return Payment(fact, fact.body, sum(line.pence for line in fact.body.lines if line.identifier in store.rows))


def _to_review(session: Session, store: _Store) -> tuple[ToReview, ...]:
    settled = {fact.body.finding: fact for fact in store.reviews if isinstance(fact.body, ClaimReview)}
    found = []
    for finding in store.findings():
        fact = settled.get(finding.key)
        words = fact.body.words if fact is not None and isinstance(fact.body, ClaimReview) else ""
        found.append(ToReview(finding, words, session.person(fact.recorded_by) if fact is not None else ""))
    return tuple(sorted(found, key=lambda item: bool(item.settled)))


def _refuse_known(payments: Sequence[Remittance], store: _Store) -> None:
    known = {(b.reference.casefold(), b.paid_on) for f in store.remittances if isinstance(b := f.body, Remittance)}
    problems = tuple(
        Problem("reference", f"The payment {payment.reference} of {payment.paid_on.isoformat()} is recorded already")
        for payment in payments
        if (payment.reference.casefold(), payment.paid_on) in known
    )
    if problems:
        raise UserError("Nothing was recorded", problems=problems)


# -------------------------------------------------------------------------------------------- weeks, months, the year


def _mondays(year: int, last: date) -> tuple[date, ...]:
    """The claim weeks of the year that have ended."""
    monday = week_start(date(year, 4, 1))
    found = []
    while year_of(monday) == year and monday <= last:
        found.append(monday)
        monday += _WEEK
    return tuple(found)


@dataclass(slots=True)
class _Tally:
    """What the weeks say that no claim does: who could be claimed for, who not and why."""

    owed: list[Event] = field(default_factory=list)
    residents: dict[date, int] = field(default_factory=dict)
    eligible: dict[date, int] = field(default_factory=dict)
    lost: dict[str, Reason] = field(default_factory=dict)
    lost_pence: int = 0
    not_owed_pence: int = 0


def _count_week(session: Session, store: _Store, picture: WeekPicture, tally: _Tally) -> None:
    monday, policy, now = picture.week_start, picture.policy, session.now()
    eligible = 0
    for resident in picture.residents:
        claims = picture.claims.get(resident.id, ())
        if claim_rows.standing(claims) is not None:
            eligible += 1
            continue
        decision = decide(picture.facts_for(resident, now), policy)
        eligible += decision.eligible
        if (monday, resident.id) in store.chains:
            continue  # its money is where its claims have brought it
        if decision.eligible:
            tally.owed.append(Event(EventKind.OWED, monday + timedelta(days=6), decision.amount_pence, monday))
        else:
            _lose(decision, tally)
    tally.residents[monday], tally.eligible[monday] = len(picture.residents), eligible


def _lose(decision: Decision, tally: _Tally) -> None:
    codes = [code for code in decision.reasons if code != "CHAMPION-LT2"] or list(decision.reasons)
    kinds = {code.partition(":")[0] for code in codes}
    if kinds & _NEVER_OURS:
        return
    ours = not kinds & _NOT_OWED
    if ours:
        tally.lost_pence += decision.at_stake_pence
    else:
        tally.not_owed_pence += decision.at_stake_pence
    for code in codes:
        words = _OWN_WORDS.get(code, reason_words(code))
        before = tally.lost.get(code, Reason(code, words, 0, 0, ours=code not in _NOT_OWED))
        alone = decision.at_stake_pence if len(codes) == 1 else 0
        tally.lost[code] = Reason(
            code, words, before.weeks + 1, before.pence + decision.at_stake_pence, before.alone_pence + alone,
            before.ours,
        )  # fmt: skip


def _in_weeks(journal: Iterable[Transaction]) -> list[Transaction]:
    return [each for each in journal if each.event.week is not None]


def _weeks(
    mondays: Sequence[date], weekly: Mapping[date | None, Totals], tally: _Tally, spends: Sequence[HomeFact]
) -> tuple[Period, ...]:
    spent: dict[date, int] = defaultdict(int)
    for fact in spends:
        if isinstance(fact.body, Spend):
            spent[week_start(fact.body.on)] += fact.body.pence
    # Money can belong to the week that still runs: it arrived, or was spent, today.
    every = sorted({*mondays, *spent, *(week for week in weekly if week is not None)})
    return tuple(
        Period(
            monday, monday + timedelta(days=6), weekly.get(monday, Totals()), tally.residents.get(monday, 0),
            tally.eligible.get(monday, 0), spent.get(monday, 0),
        )
        for monday in every
    )  # fmt: skip


def _months(weeks: Sequence[Period]) -> tuple[Period, ...]:
    months: dict[date, list[Period]] = defaultdict(list)
    for week in weeks:
        months[week.ends.replace(day=1)].append(week)
    return tuple(_joined(items, items[0].starts, items[-1].ends) for _, items in sorted(months.items()))


def _whole(year: int, weeks: Sequence[Period]) -> Period:
    first = week_start(date(year, 4, 1))
    return _joined(weeks, first, weeks[-1].ends if weeks else first + timedelta(days=6))


def _joined(weeks: Sequence[Period], starts: date, ends: date) -> Period:
    return Period(
        starts,
        ends,
        sum((week.totals for week in weeks), Totals()),
        sum(week.residents for week in weeks),
        sum(week.eligible for week in weeks),
        sum(week.spent for week in weeks),
    )


def _by_category(spends: Sequence[HomeFact]) -> tuple[tuple[SpendCategory, int], ...]:
    found: dict[SpendCategory, int] = defaultdict(int)
    for fact in spends:
        if isinstance(fact.body, Spend):
            found[fact.body.category] += fact.body.pence
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))


# ------------------------------------------------------------------------------------------------- gained and refused


def _gained(chains: Sequence[Sequence[ClaimMoney]], _store: _Store) -> tuple[Reason, ...]:
    """How the accepted money was won; these add up to what was accepted."""
    found: dict[str, Reason] = {}
    for chain in chains:
        accepted = totals(ledger(claim_events(chain))).accepted
        if not accepted:
            continue
        code = _won_by(chain)
        before = found.get(code, Reason(code, _WON[code], 0, 0))
        found[code] = Reason(code, _WON[code], before.weeks + 1, before.pence + accepted)
    return tuple(found[code] for code in _WON if code in found)


_WON: Final = {
    "first": "Accepted in full, at the first claim",
    "again": "Accepted in full, after the claim was mended and made again",
    "appeal": "Accepted again after a reversal, for example when an appeal was won",
    "part": "Accepted in part",
    "back": "A reversal has still to be settled in full",
}


def _won_by(chain: Sequence[ClaimMoney]) -> str:
    standing = [claim for claim in chain if claim.live and not claim.reversal_of]
    reversed_ = {claim.reversal_of for claim in chain if claim.reversal_of and claim.live}
    stand = [claim for claim in standing if claim.identifier not in reversed_]
    newest = max(stand, key=lambda claim: claim.version, default=None)
    if newest is None:
        return "back"
    if (newest.decided or 0) < newest.pence:
        return "part"
    if reversed_:
        return "appeal"
    return "first" if newest.version == 1 else "again"


def _refused(chains: Sequence[Sequence[ClaimMoney]], store: _Store) -> tuple[Reason, ...]:
    """What the CCG did not accept, by its reasons, and what the home reversed."""
    found: dict[str, Reason] = {}

    def add(code: str, words: str, pence: int, *, alone: bool, ours: bool) -> None:
        before = found.get(code, Reason(code, words, 0, 0, ours=ours))
        found[code] = Reason(
            code, words, before.weeks + 1, before.pence + pence, before.alone_pence + (pence if alone else 0), ours
        )

    for chain in chains:
        figures = totals(ledger(claim_events(chain)))
        if figures.reversed:
            add("reversed", "Reversed by the home", figures.reversed, alone=True, ours=False)
        if figures.refused <= 0:
            continue
        newest = max((claim for claim in chain if not claim.reversal_of), key=lambda claim: claim.version)
        codes = store.rows[newest.identifier].reasons
        for code in codes or ("",):
            words = reason_words(code).rstrip(".") if code else "no reason was given"
            add(f"ccg:{code}", f"Refused by the CCG: {words}", figures.refused, alone=len(codes) < 2, ours=True)
    return tuple(found.values())


def _pathways(
    connection: Connection, chains: Sequence[Sequence[ClaimMoney]], store: _Store, mondays: Sequence[date]
) -> tuple[Pathway, ...]:
    if not mondays:
        return ()
    relied = claim_rows.relied_upon_between(connection, mondays[0], mondays[-1])
    paid: dict[str, int] = defaultdict(int)
    for line in store.paid():
        paid[line.claim] += line.pence
    found = {area: Pathway(area, 0, 0, 0) for area in PremiumNeed}
    for chain in chains:
        claims = [store.rows[claim.identifier] for claim in chain]
        stands = claim_rows.standing(claims)
        if stands is None:
            continue
        accepted = totals(ledger(claim_events(chain))).accepted
        arrived = sum(paid[claim.identifier] for claim in chain)
        for area in relied.get(stands.identifier, ()):
            before = found[PremiumNeed(area)]
            found[before.area] = Pathway(
                before.area, before.claims + 1, before.accepted + accepted, before.paid + arrived
            )
    return tuple(found.values())
