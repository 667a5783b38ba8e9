"""A confirmed address, and a forgotten password that is set once (C05)."""

from __future__ import annotations

import pytest

from pipeline import dynamo
from pipeline.accounts import delete, recovery, store
from pipeline.accounts.store import User
from pipeline.errors import ConflictError, InputError, NotFoundError
from pipeline.settings import Settings
from tests.builders import PASSWORD, make_user

NEW = "a new password entirely"


@pytest.fixture
def registered(moto_aws: Settings) -> User:
    """Somebody who registered and has not confirmed the address."""
    return store.create_local_account("ada@example.org", PASSWORD, confirmed=False)


def test_who_registers_is_not_confirmed_until_the_letter_is_answered(registered: User) -> None:
    assert not registered.email_confirmed
    assert store.get_user(registered.user_id) == registered
    assert recovery.confirm_email(registered.user_id, registered.email).email_confirmed
    assert recovery.confirm_email(registered.user_id, registered.email).email_confirmed
    assert store.get_user(registered.user_id).email_confirmed  # type: ignore[union-attr]


def test_accounts_from_before_and_those_of_the_operator_count_as_confirmed(moto_aws: Settings) -> None:
    user = make_user()
    dynamo.Update("users", {"user_id": user.user_id}).remove("email_confirmed").write()
    assert store.get_user(user.user_id).email_confirmed  # type: ignore[union-attr]


def test_a_link_confirms_only_the_address_that_it_was_sent_to(registered: User) -> None:
    with pytest.raises(NotFoundError):
        recovery.confirm_email(registered.user_id, "eve@example.org")
    with pytest.raises(NotFoundError):
        recovery.confirm_email("nobody", registered.email)
    assert dynamo.get("users", {"user_id": "nobody"}) is None
    assert not store.get_user(registered.user_id).email_confirmed  # type: ignore[union-attr]


def test_a_forgotten_password_is_set_once_and_ends_all_sessions_C05(registered: User) -> None:
    mark = recovery.password_mark(registered)
    changed = recovery.set_forgotten_password(registered.user_id, mark, NEW)
    assert changed.session_epoch == registered.session_epoch + 1
    assert changed.email_confirmed, "the link was sent to the address"
    assert store.check_password(registered.email, NEW) == changed
    assert store.check_password(registered.email, PASSWORD) is None
    with pytest.raises(ConflictError, match="used already"):
        recovery.set_forgotten_password(registered.user_id, mark, "yet another password")
    assert store.check_password(registered.email, NEW) == changed


def test_a_password_changed_meanwhile_makes_the_link_useless_C05(registered: User) -> None:
    mark = recovery.password_mark(registered)
    store.change_password(registered, NEW)
    with pytest.raises(ConflictError):
        recovery.check_link(registered.user_id, mark)


def test_of_two_uses_at_once_one_wins_C05(registered: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one has checked the link already when this one sets the password."""
    mark = recovery.password_mark(registered)
    check = recovery.check_link

    def late(user_id: str, given: str) -> User:
        user = check(user_id, given)
        with monkeypatch.context() as first:
            first.setattr(recovery, "check_link", check)
            recovery.set_forgotten_password(user_id, given, NEW)
        return user

    seen = recovery._password_hash(registered)
    monkeypatch.setattr(recovery, "check_link", late)
    monkeypatch.setattr(recovery, "_password_hash", lambda _user: seen)
    with pytest.raises(ConflictError):
        recovery.set_forgotten_password(registered.user_id, mark, "the slower password")
    assert store.check_password(registered.email, NEW)


def test_a_weak_password_is_refused_and_the_link_stays_good(registered: User) -> None:
    mark = recovery.password_mark(registered)
    with pytest.raises(InputError):
        recovery.set_forgotten_password(registered.user_id, mark, "short")
    assert recovery.set_forgotten_password(registered.user_id, mark, NEW)


def test_an_account_that_is_leaving_has_no_way_back_C34(registered: User) -> None:
    mark = recovery.password_mark(registered)
    delete.delete_account(registered)
    assert recovery.account_of(registered.email) is None
    with pytest.raises(NotFoundError):
        recovery.password_mark(registered)
    with pytest.raises((ConflictError, NotFoundError)):
        recovery.set_forgotten_password(registered.user_id, mark, NEW)
    with pytest.raises(NotFoundError):
        recovery.confirm_email(registered.user_id, registered.email)


@pytest.mark.parametrize("text", ["", "nobody", "nobody@example.org", "a@b@c"])
def test_an_unknown_address_has_no_account(registered: User, text: str) -> None:
    assert recovery.account_of(text) is None


def test_the_address_is_found_however_it_is_written(registered: User) -> None:
    assert recovery.account_of(" ADA@Example.org ") == registered


def test_the_mark_tells_nothing_of_the_password(registered: User) -> None:
    record = dynamo.get("identities", {"identity": store.identities_of(registered)[0]})
    assert record is not None
    assert recovery.password_mark(registered) not in record["password_hash"]
