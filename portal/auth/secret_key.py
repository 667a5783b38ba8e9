"""The key that signs session cookies: given in production, made once under `data_dir` on one machine."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings

MIN_KEY_LENGTH = 32
FILE_NAME = "secret_key"


def secret_key(settings: Settings) -> str:
    """The signing key; `ConfigurationError` where production has none or a short one."""
    if settings.secret_key is not None:
        key = settings.secret_key.get_secret_value()
        if len(key) < MIN_KEY_LENGTH:
            raise ConfigurationError(
                f"GAS_SECRET_KEY is shorter than {MIN_KEY_LENGTH} characters. "
                "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
            )
        return key
    if settings.environment == "production":
        raise ConfigurationError(
            "GAS_SECRET_KEY is not set, and production needs one that all web processes share. "
            "Make one with: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return _kept_key(settings.data_dir / FILE_NAME)


def _kept_key(path: Path) -> str:
    """Read the key, or make it; of two processes that make one at the same time, both get the first one's."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=FILE_NAME)  # mkstemp: mode 600
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):  # another process was first: its key counts
                os.link(temporary, path)
        finally:
            Path(temporary).unlink()
    key = path.read_text().strip()
    if len(key) < MIN_KEY_LENGTH:
        raise ConfigurationError(
            f"{path} does not hold a key. Delete the file; a new one is made (all users sign in again)."
        )
    return key
