"""Accounts in DynamoDB: `users` by opaque id; `identities` map (issuer, subject) to a user id.

A local password is one kind of identity: issuer `local`, subject the normalised e-mail address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import ClientError
from email_validator import EmailNotValidError, validate_email

from pipeline import aws, clock, dynamo, ids
from pipeline.accounts import passwords
from pipeline.errors import ConflictError, InputError, NotFoundError

LOCAL_ISSUER = "local"
Plan = Literal["free_user", "premium_user"]
PLANS: tuple[Plan, ...] = ("free_user", "premium_user")


@dataclass(frozen=True)
class User:
    """A person with an account. `session_epoch` counts up when all sessions of the user end, `plan_version` when the
    plan changes; `emails` tells whether notifications are wanted, `email_confirmed` that the address is the user's:
    False until a letter to it was answered, where somebody registered with a password.

    `deleting` is the tombstone of an account that is being deleted; at the end its record holds only that and the id.
    """

    user_id: str
    email: str
    name: str
    plan: Plan
    created_at: int
    session_epoch: int
    plan_version: int = 0
    plan_changed_at: int | None = None
    emails: bool = True
    email_confirmed: bool = True
    deleting: int | None = None

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> User:
        """The user in a record of the `users` table."""
        return cls(
            user_id=record["user_id"],
            email=record.get("email", ""),
            name=record.get("name", ""),
            plan=record.get("plan", "free_user"),
            created_at=record.get("created_at", 0),
            session_epoch=record.get("session_epoch", 0),
            plan_version=record.get("plan_version", 0),
            plan_changed_at=record.get("plan_changed_at"),
            emails=record.get("emails", True),
            email_confirmed=record.get("email_confirmed", True),
            deleting=record.get("deleting"),
        )


def normalise_email(text: str) -> str:
    """The address in the form that identifies an account; `InputError` if it is none."""
    try:
        valid = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InputError(f"This is not an e-mail address: {error}", code="bad_email") from error
    return valid.normalized.casefold()


def _identity(issuer: str, subject: str) -> str:
    return f"{issuer}|{subject}"


def identities_of(user: User) -> list[str]:
    """Keys of the records by which the user signs in."""
    return [_identity(LOCAL_ISSUER, user.email)]


def create_local_account(
    email: str, password: str, name: str = "", plan: Plan = "free_user", *, confirmed: bool = True
) -> User:
    """Register an e-mail address with a password; both records are written together or not at all.

    `confirmed` is False where nobody has shown yet that the address is theirs.
    Raises `InputError` (bad address, weak password) and `ConflictError` with code `email_taken`.
    """
    address = normalise_email(email)
    passwords.check_strength(password)
    user = User(ids.new_id(), address, name.strip()[:100], plan, clock.now_s(), 0, email_confirmed=confirmed)
    identity = {
        "identity": _identity(LOCAL_ISSUER, address),
        "user_id": user.user_id,
        "password_hash": passwords.hash_password(password),
    }
    try:
        aws.client("dynamodb").transact_write_items(
            TransactItems=[
                _put_new("identities", identity, "identity"),
                _put_new("users", vars(user), "user_id"),
            ]
        )
    except ClientError as error:
        if dynamo.is_condition_failure(error):
            raise ConflictError(
                "This e-mail address already has an account. Sign in instead.", code="email_taken"
            ) from error
        raise
    return user


def _put_new(table: str, values: dict[str, Any], key: str) -> dict[str, Any]:
    return {
        "Put": {
            "TableName": aws.table_name(table),
            "Item": dynamo.to_item(values),
            "ConditionExpression": "attribute_not_exists(#k)",
            "ExpressionAttributeNames": {"#k": key},
        }
    }


def check_password(email: str, password: str) -> User | None:
    """The user whom address and password name together, else None (in the same time for an unknown address)."""
    try:
        address = normalise_email(email)
    except InputError:
        passwords.matches(None, password)
        return None
    record = dynamo.get("identities", {"identity": _identity(LOCAL_ISSUER, address)})
    password_hash = record.get("password_hash") if record else None
    if not passwords.matches(password_hash, password) or record is None:
        return None
    if passwords.needs_rehash(record["password_hash"]):
        _improve_hash(record, password)
    user = get_user(record["user_id"])
    return None if user is None or user.deleting else user


def user_of_address(address: str) -> User | None:
    """The user who signs in with this normalised address and a password."""
    record = dynamo.get("identities", {"identity": _identity(LOCAL_ISSUER, address)})
    return get_user(record["user_id"]) if record else None


def change_password(user: User, password: str) -> User:
    """Set a new password and end all sessions; returns the user with the new session epoch."""
    passwords.check_strength(password)
    key = {"identity": _identity(LOCAL_ISSUER, user.email)}
    new_hash = dynamo.Update("identities", key).set(password_hash=passwords.hash_password(password))
    new_epoch = dynamo.Update("users", {"user_id": user.user_id}).add("session_epoch", 1)
    # Both or neither: a new password never leaves an old session alive (C05).
    aws.client("dynamodb").transact_write_items(
        TransactItems=[
            {"Update": new_hash.when_exists("identity").request()},
            {"Update": new_epoch.when_exists("user_id").request()},
        ]
    )
    changed = get_user(user.user_id)
    if changed is None:
        raise NotFoundError("This account is gone.")
    return changed


def _improve_hash(record: dict[str, Any], password: str) -> None:
    """Hash the same password with today's parameters, unless it was changed at this moment."""
    key = {"identity": record["identity"]}
    update = dynamo.Update("identities", key).set(password_hash=passwords.hash_password(password))
    try:
        update.when_equal(password_hash=record["password_hash"]).write()
    except ConflictError:
        return


def get_user(user_id: str) -> User | None:
    """The user with this id, read consistently (the plan is never taken from a session)."""
    record = dynamo.get("users", {"user_id": user_id}) if ids.is_id(user_id) else None
    return User.from_record(record) if record else None


def end_sessions(user_id: str) -> User:
    """Make every session of the user invalid."""
    update = dynamo.Update("users", {"user_id": user_id}).add("session_epoch", 1).when_exists("user_id")
    return User.from_record(update.write())


def set_emails(user_id: str, wanted: bool) -> User:
    """Switch notifications by e-mail on or off."""
    update = dynamo.Update("users", {"user_id": user_id}).set(emails=wanted).when_exists("user_id")
    return User.from_record(update.when_absent("deleting").write())


def require_standing(user_id: str) -> None:
    """Refuse what would give new files to an account that is being deleted: `NotFoundError`.

    Asked *after* a new upload was recorded: the deletion writes its tombstone before it looks for uploads, so one of
    the two always sees the other (C34).
    """
    user = get_user(user_id)
    if user is None or user.deleting:
        raise NotFoundError("This account is gone.")
