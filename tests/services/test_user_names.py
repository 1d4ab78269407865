"""Names that nobody may sign in with, because the records use them for what is no person."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.domain.people import Home, Role
from app.services import accounts
from app.services.first_run import HomeSetup, create_home
from app.vault import keys
from tests.factories import PASSWORD, LivingHome

REFUSED = ["recovery", "System", "RECOVERY", "\uff52ecovery", " system ", "", "  "]


@pytest.mark.parametrize("user", REFUSED)
def test_no_account_is_added_under_such_a_name(home: LivingHome, user: str) -> None:
    with pytest.raises(UserError) as refused:
        accounts.add_account_by_key(home.session, user, Role.NURSE, PASSWORD)
    assert refused.value.field == "user"


@pytest.mark.parametrize("user", REFUSED)
def test_nor_is_the_first_manager(home: LivingHome, tmp_path: Path, user: str) -> None:
    setup = HomeSetup(Home("Practice House", "VN3X2"), user, "Mo Manager", "a laptop")
    with pytest.raises(UserError) as refused:
        create_home(tmp_path / "new", setup, PASSWORD, home.clock, cost=keys.FLOOR)
    assert refused.value.field == "user"
    assert not (tmp_path / "new").exists()


def test_a_name_that_only_holds_such_a_word_is_free(home: LivingHome) -> None:
    assert accounts.add_account_by_key(home.session, " systema ", Role.NURSE, PASSWORD).user == "systema"
