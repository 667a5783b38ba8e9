"""Accounts: registration, passwords, sessions, plans."""

from __future__ import annotations

import pytest

from pipeline import aws, dynamo
from pipeline.accounts import store
from pipeline.errors import ConflictError, InputError
from pipeline.settings import Settings
from tests.builders import PASSWORD, make_user


def test_registered_user_signs_in_with_any_spelling_of_the_address(moto_aws: Settings) -> None:
    user = make_user("Ada.Lovelace@Example.org")
    assert store.check_password(" ada.lovelace@EXAMPLE.org ", PASSWORD) == user


def test_wrong_password_and_unknown_address_answer_alike(moto_aws: Settings) -> None:
    make_user()
    assert store.check_password("ada@example.org", "wrong password") is None
    assert store.check_password("nobody@example.org", PASSWORD) is None
    assert store.check_password("no address", PASSWORD) is None


def test_address_registers_once(moto_aws: Settings) -> None:
    make_user("ada@example.org")
    with pytest.raises(ConflictError) as error:
        make_user("ADA@example.org")
    assert error.value.code == "email_taken"


@pytest.mark.parametrize("password", ["short", "a" * 20, "x" * 300])
def test_weak_password_is_refused_with_a_sentence(moto_aws: Settings, password: str) -> None:
    with pytest.raises(InputError, match="password"):
        store.create_local_account("ada@example.org", password)


@pytest.mark.parametrize("address", ["", "ada", "ada@", "a b@example.org", "ada@example.org\nBcc: x@y.org"])
def test_bad_address_is_refused_with_a_sentence(moto_aws: Settings, address: str) -> None:
    with pytest.raises(InputError, match="e-mail"):
        store.create_local_account(address, PASSWORD)


def test_password_change_ends_sessions_and_the_old_password_C05(moto_aws: Settings) -> None:
    user = make_user()
    changed = store.change_password(user, "another good password")
    assert changed.session_epoch == user.session_epoch + 1
    assert store.check_password(user.email, PASSWORD) is None
    assert store.check_password(user.email, "another good password") == changed


def test_password_is_stored_as_argon2id_hash_only_C04(moto_aws: Settings) -> None:
    make_user()
    items = aws.client("dynamodb").scan(TableName=aws.table_name("identities"))["Items"]
    assert items[0]["password_hash"]["S"].startswith("$argon2id$")
    assert PASSWORD not in str(items)


def test_a_record_of_an_earlier_version_reads_with_defaults(moto_aws: Settings) -> None:
    old = {"user_id": "u1", "email": "ada@example.org", "name": "Ada", "created_at": 1, "session_epoch": 3}
    aws.client("dynamodb").put_item(TableName=aws.table_name("users"), Item=dynamo.to_item(old))
    user = store.get_user("u1")
    assert user is not None
    assert (user.plan, user.plan_version, user.emails, user.deleting) == ("free_user", 0, True, None)


def test_emails_are_switched_off_and_on(moto_aws: Settings) -> None:
    user = make_user()
    assert user.emails
    assert not store.set_emails(user.user_id, wanted=False).emails
    assert store.set_emails(user.user_id, wanted=True).emails


def test_user_who_does_not_exist_gets_no_record_by_an_update(moto_aws: Settings) -> None:
    with pytest.raises(ConflictError):
        store.set_emails("nobody", wanted=False)
    assert store.get_user("nobody") is None
