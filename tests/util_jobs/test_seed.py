"""Demo accounts exist only in the local stack."""

from __future__ import annotations

import pytest

from pipeline.accounts import store as accounts
from pipeline.accounts.demo import DEMO_ACCOUNTS
from pipeline.errors import ConfigurationError
from pipeline.settings import Settings
from tests.conftest import forget_settings
from util_jobs import seed


def test_in_production_nothing_is_seeded(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_ENVIRONMENT", "production")
    monkeypatch.setenv("GAS_SECRET_KEY", "k" * 64)
    forget_settings()
    with pytest.raises(ConfigurationError, match="only in the local stack"):
        seed.seed(lambda _: None)
    for demo in DEMO_ACCOUNTS:
        assert accounts.check_password(demo.email, demo.password) is None


def test_what_was_seeded_before_is_left_as_its_users_left_it(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(seed, "_start_job", lambda user: started.append(user.email))
    monkeypatch.setattr(seed, "_wait_until_finished", lambda *_: True)
    said: list[str] = []
    seed.seed(said.append)
    assert sorted(started) == sorted(demo.email for demo in DEMO_ACCOUNTS)
    free = accounts.check_password(DEMO_ACCOUNTS[0].email, DEMO_ACCOUNTS[0].password)
    assert free is not None
    accounts.change_password(free, "another good password")
    seed.seed(said.append)
    assert len(started) == len(DEMO_ACCOUNTS)
    assert accounts.check_password(free.email, "another good password") is not None
    assert len(said) == 1


def test_a_seeding_that_was_interrupted_goes_on(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(seed, "_start_job", lambda user: started.append(user.email))
    monkeypatch.setattr(seed, "_wait_until_finished", lambda *_: False)
    seed.seed(lambda _: None)
    monkeypatch.setattr(seed, "_wait_until_finished", lambda *_: True)
    seed.seed(lambda _: None)
    assert len(started) == 2 * len(DEMO_ACCOUNTS)
    seed.seed(lambda _: None)
    assert len(started) == 2 * len(DEMO_ACCOUNTS)
