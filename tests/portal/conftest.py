"""The portal for tests, with AWS in memory: `client` (nobody signed in), `user`, `signed_in` (a client of `user`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.accounts import store
from pipeline.accounts.store import User
from pipeline.settings import Settings
from portal.app import create_app
from portal.auth.rate_limits import limiter
from tests.conftest import forget_settings
from tests.portal.signing_in import PASSWORD, sign_in

TEST_KEY = "a key that only tests use, long enough to be taken"


@pytest.fixture(scope="session")
def portal_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all tests: Dash keeps its pages and callbacks in module-wide lists that one app empties."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GAS_SECRET_KEY", TEST_KEY)
        environment.setenv("GAS_DATA_DIR", str(tmp_path_factory.mktemp("portal")))
        forget_settings()
        app = create_app()
    forget_settings()
    yield app


@pytest.fixture
def client(portal_app: Flask, moto_aws: Settings) -> FlaskClient:
    """A browser where nobody is signed in; nothing counts towards a rate limit yet."""
    limiter.reset()
    return portal_app.test_client()


@pytest.fixture
def user(moto_aws: Settings) -> User:
    """Somebody with a free account and the password `PASSWORD`."""
    return store.create_local_account("ada@example.org", PASSWORD, "Ada Lovelace")


@pytest.fixture
def signed_in(client: FlaskClient, user: User) -> FlaskClient:
    """A browser where `user` is signed in."""
    assert sign_in(client, user.email).status_code == 303
    return client
