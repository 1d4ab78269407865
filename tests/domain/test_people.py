"""Residents as banners and lists name them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.people import (
    CPR_LABELS,
    FACT_TYPES,
    CprDecision,
    CprKind,
    FactKind,
    ResidentDetails,
    fact_kind,
)

SMITH = ResidentDetails("R1", "Smith", "John", date(1937, 9, 6), title="Mr")


def test_the_banner_has_the_family_name_in_capitals_and_the_title_in_brackets() -> None:
    assert SMITH.banner_name == "SMITH, John (Mr)"
    assert ResidentDetails("R2", "O'Neil-Zoë", "Ann", date(1940, 1, 1)).banner_name == "O'NEIL-ZOË, Ann"


def test_age_is_shown_beside_the_date_of_birth() -> None:
    assert SMITH.born_with_age(date(2026, 9, 5)) == "06-Sep-1937 (88y)"


def test_for_somebody_who_died_it_is_the_age_at_death_where_the_home_is() -> None:
    died = ResidentDetails(
        "R1", "Smith", "John", date(1937, 9, 6), died_at=datetime(2020, 9, 5, 23, 30, tzinfo=UTC)
    )  # the 6th at half past midnight in London
    assert died.born_with_age(date(2026, 1, 1)) == "06-Sep-1937 (83y)"


def test_a_dnacpr_without_clinician_or_date_is_not_verified() -> None:
    assert not CprDecision(CprKind.DNACPR).verified
    assert not CprDecision(CprKind.DNACPR, date(2026, 1, 1)).verified
    assert not CprDecision(CprKind.RESPECT, clinician="Dr P.").verified
    assert CprDecision(CprKind.DNACPR, date(2026, 1, 1), "Dr P.").verified
    assert CprDecision(CprKind.ATTEMPT).verified


def test_every_kind_of_fact_has_a_type() -> None:
    assert set(FACT_TYPES) == set(FactKind)
    assert set(CPR_LABELS) == set(CprKind)
    assert fact_kind(CprDecision(CprKind.ATTEMPT)) is FactKind.CPR


def test_details_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        SMITH.room = "2"  # type: ignore[misc]
