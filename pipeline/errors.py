"""The errors that cross module boundaries: each has a code and a sentence that tells the user what to do.

`InputError` and `PermanentError` end a job as FAILED; `RetryableError` makes the worker try again.
"""

from __future__ import annotations


class GasError(Exception):
    """An error with a stable `code` (for machines) and a `message` (for the user)."""

    default_code = "internal_error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.message = message


class PermanentError(GasError):
    """Trying again gives the same failure."""

    default_code = "failed"


class InputError(PermanentError):
    """The user's file or form is at fault; `line` is the 1-based line of the file, where there is one."""

    default_code = "bad_input"

    def __init__(self, message: str, *, code: str | None = None, line: int | None = None) -> None:
        super().__init__(message, code=code)
        self.line = line


class LimitError(InputError):
    """A named limit was reached; the message names the limit and its value."""

    default_code = "limit_exceeded"


class RetryableError(GasError):
    """The surroundings are at fault (network, disk, a busy service): the same work may succeed later."""

    default_code = "temporarily_unavailable"


class NotFoundError(PermanentError):
    """There is no such thing, or it belongs to somebody else: the two answer alike."""

    default_code = "not_found"


class ConflictError(GasError):
    """The record is not in a state that allows this; somebody else was there first."""

    default_code = "conflict"


class SupersededError(ConflictError):
    """The same page asks something newer: nobody waits for this answer any more."""

    default_code = "superseded"


class MalformedRecordError(GasError):
    """A stored record is not what this version of the service writes and reads."""

    default_code = "malformed_record"


class LeaseLostError(GasError):
    """Another worker holds the job now; what this one did must not be written."""

    default_code = "lease_lost"


class CancelledError(GasError):
    """The user cancelled or deleted the job while the work was running."""

    default_code = "cancelled"


class ConfigurationError(PermanentError):
    """A setting, a bundle or a resource is missing or contradicts another."""

    default_code = "configuration"
