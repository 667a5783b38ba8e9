"""A local account's e-mail address: confirmed by a letter to it, and the way back in for who forgot the password.

Which links there are, and that nobody made one up, is the portal's; here is what a link may do once.
"""

from __future__ import annotations

import hashlib

from botocore.exceptions import ClientError

from pipeline import aws, dynamo
from pipeline.accounts import passwords
from pipeline.accounts.store import User, get_user, identities_of, normalise_email, user_of_address
from pipeline.errors import ConflictError, InputError, NotFoundError

STALE = "This link was used already, or the password was changed since. Ask for a new one."


def account_of(email: str) -> User | None:
    """The standing account that has this address, else None, also where it is no address."""
    try:
        user = user_of_address(normalise_email(email))
    except InputError:
        return None
    return None if user is None or user.deleting else user


def confirm_email(user_id: str, email: str) -> User:
    """Note that somebody who reads this address has the account. Doing it again changes nothing.

    Raises NotFoundError where the account is gone or has another address by now.
    """
    update = dynamo.Update("users", {"user_id": user_id}).set(email_confirmed=True)
    try:
        record = update.when_equal(email=email).when_absent("deleting").write()
    except ConflictError as error:
        raise NotFoundError("This account is gone.") from error
    return User.from_record(record)


def password_mark(user: User) -> str:
    """Changes with the password, and tells nothing of it: what makes a link of forgotten passwords good for one use."""
    return hashlib.sha256(_password_hash(user).encode()).hexdigest()[:32]


def _password_hash(user: User) -> str:
    record = dynamo.get("identities", {"identity": identities_of(user)[0]})
    if record is None or record.get("user_id") != user.user_id or "password_hash" not in record:
        raise NotFoundError("This account is gone.")
    return str(record["password_hash"])


def check_link(user_id: str, mark: str) -> User:
    """The user whose password may be set. Raises ConflictError (`stale_link`) where the mark is of another password, or
    the account is gone."""
    user = get_user(user_id)
    if user is None or user.deleting or password_mark(user) != mark:
        raise ConflictError(STALE, code="stale_link")
    return user


def set_forgotten_password(user_id: str, mark: str, password: str) -> User:
    """Set a new password once, end all sessions, and note the address as confirmed: the link was sent to it.

    Raises InputError (weak password), ConflictError (`stale_link`).
    """
    passwords.check_strength(password)
    user = check_link(user_id, mark)
    key = {"identity": identities_of(user)[0]}
    new_hash = dynamo.Update("identities", key).set(password_hash=passwords.hash_password(password))
    new_hash.when_equal(user_id=user_id, password_hash=_password_hash(user))
    new_epoch = dynamo.Update("users", {"user_id": user_id}).add("session_epoch", 1).set(email_confirmed=True)
    new_epoch.when_equal(email=user.email).when_absent("deleting")
    try:
        # Both or neither: a new password never leaves an old session alive (C05), and of two uses one wins.
        aws.client("dynamodb").transact_write_items(
            TransactItems=[{"Update": new_hash.request()}, {"Update": new_epoch.request()}]
        )
    except ClientError as error:
        if dynamo.is_condition_failure(error):
            raise ConflictError(STALE, code="stale_link") from error
        raise
    changed = get_user(user_id)
    if changed is None:
        raise NotFoundError("This account is gone.")
    return changed
