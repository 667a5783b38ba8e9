"""What may befall an AWS call, and where in our code it was made."""

from __future__ import annotations

import random
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ReadTimeoutError

from pipeline import aws
from util_jobs.faults.errors import client_error

# Frames of these modules are passed over: who called them is the call site.
_PASSED_OVER = {"pipeline.dynamo", "pipeline.sweep_index", "pipeline.storage", "pipeline.messages", "pipeline.aws"}
_RECORD_MODULES = {"pipeline.jobs.store", "pipeline.archive.moves", "pipeline.accounts.store"}
_READERS = {"get", "get_user", "look_again"}
FAVOURITES = 12  # each schedule favours one call site in so many, so that all have their turn
POINTED_RATE = 0.25
SYNC_READS = ("Get", "Head", "List", "Query", "Batch", "Receive")


class Fate(StrEnum):
    """How one call ends."""

    GO = "go"
    DIE_BEFORE = "die-before"  # not done; the process is dead
    DIE_AFTER = "die-after"  # done; the process is dead
    THROTTLED = "throttled"  # refused, not done
    SERVER_ERROR = "server-error"  # 500, not done
    UNREACHABLE = "unreachable"  # not done
    ANSWER_LOST = "answer-lost"  # done; the caller hears of a timeout
    DONE_TWICE = "done-twice"  # done, the answer was lost, and the AWS library did it again by itself


def call_site(operation: str) -> str:
    """`module:function:operation` of our code that makes the call now."""
    frame = sys._getframe(1)
    while frame is not None:
        module, function = str(frame.f_globals.get("__name__", "")), frame.f_code.co_name
        ours = module.startswith(("pipeline.", "portal.")) and module not in _PASSED_OVER
        helper = module in _RECORD_MODULES and (function.startswith("_") or function in _READERS)
        if ours and not helper and not function.startswith("<"):
            return f"{module.removeprefix('pipeline.')}:{function}:{operation}"
        frame = frame.f_back  # type: ignore[assignment]
    return f"portal:{operation}"


def makes_archive(service: str, operation: str) -> bool:
    """Whether the call puts an archive into a vault; who does not hear the answer cannot find it by its name."""
    return service == "glacier" and operation in ("UploadArchive", "CompleteMultipartUpload")


def error_of(fate: Fate, service: str, operation: str) -> ClientError | BotoCoreError:
    """What boto3 raises for this fate, after its own retries."""
    if fate == Fate.THROTTLED:
        code = {"s3": "SlowDown", "dynamodb": "ProvisionedThroughputExceededException"}.get(service, "Throttling")
        return client_error(code, 503 if service == "s3" else 400, operation)
    if fate == Fate.SERVER_ERROR:
        return client_error("InternalError", 500, operation)
    if fate == Fate.UNREACHABLE:
        return EndpointConnectionError(endpoint_url=f"https://{service}.simulated")
    return ReadTimeoutError(endpoint_url=f"https://{service}.simulated")


@dataclass
class Misfortune:
    """Decides the fate of each call, within a budget that lets every schedule come to an end."""

    rng: random.Random
    seed: int
    crash_rate: float = 0.0
    error_rate: float = 0.0
    crashes_left: int = 0
    errors_left: int = 0
    only: str | None = None  # it strikes processes of this kind only
    pointed: bool = False  # it strikes at the favoured call sites only, and often
    crashed_at: Counter[str] = field(default_factory=Counter)

    def fate_of(self, task: str, site: str, service: str, operation: str) -> Fate:
        """The fate of the call that this task is about to make."""
        if self.only is not None and not task.startswith(self.only):
            return Fate.GO
        favourite = zlib.crc32(site.encode()) % FAVOURITES == self.seed % FAVOURITES
        if self.pointed and not favourite:
            return Fate.GO
        crash_rate = POINTED_RATE if self.pointed else self.crash_rate * (8 if favourite else 1)
        error_rate = POINTED_RATE if self.pointed else self.error_rate * (4 if favourite else 1)
        if self.crashes_left > 0 and self.rng.random() < crash_rate:
            self.crashes_left -= 1
            self.crashed_at[site] += 1
            return self.rng.choice((Fate.DIE_BEFORE, Fate.DIE_AFTER))
        if self.errors_left > 0 and self.rng.random() < error_rate:
            self.errors_left -= 1
            fates = [Fate.THROTTLED, Fate.SERVER_ERROR, Fate.UNREACHABLE, Fate.ANSWER_LOST]
            if not operation.startswith(SYNC_READS) and service not in aws.ASKED_ONCE:
                fates.append(Fate.DONE_TWICE)
            return self.rng.choice(fates)
        return Fate.GO

    def end(self) -> None:
        """Nothing fails any more: the schedule is drained."""
        self.crashes_left = self.errors_left = 0
