"""Passwords: argon2id hashes by argon2-cffi, with its recommended parameters."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipeline.errors import InputError

MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 256  # argon2 takes any length; a bound keeps a hostile one from costing memory

_hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _unknown_user_hash() -> str:
    """Checked when nobody has the given address, so that the answer takes as long as for an existing account."""
    return _hasher.hash("nobody has this password")


def check_strength(password: str) -> None:
    """Refuse a password that is too short, too long or all one character."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise InputError(f"Choose a password of at least {MIN_PASSWORD_LENGTH} characters.", code="weak_password")
    if len(password) > MAX_PASSWORD_LENGTH:
        raise InputError(f"Choose a password of at most {MAX_PASSWORD_LENGTH} characters.", code="weak_password")
    if len(set(password)) < 4:
        raise InputError("Choose a password with at least four different characters.", code="weak_password")


def hash_password(password: str) -> str:
    """An argon2id hash in PHC string format."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """True if the password belongs to the hash; takes the same time when there is no hash."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return False
    try:
        return _hasher.verify(password_hash or _unknown_user_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """True if the library's recommended parameters have moved on since the hash was made."""
    return _hasher.check_needs_rehash(password_hash)
