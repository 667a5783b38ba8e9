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
RARITY = 4  # so much likelier is misfortune at the first call from a call site; less with each that follows
MOST_AT_A_SITE = 3  # errors at one call site in a schedule
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


@dataclass(frozen=True)
class Plan:
    """When misfortune strikes, how often and whom: rates are probabilities a call, `crashes` and `errors` are budgets.

    They come in portions: the first after `wait` calls, every next one `pause` calls after the one before.
    """

    crash_rate: float
    error_rate: float
    crashes: int
    errors: int
    portions: int
    wait: int
    pause: int
    only: str | None  # it strikes processes of this kind only
    pointed: bool  # it strikes at the favoured call sites only, and often


@dataclass
class Misfortune:
    """Decides the fate of each call, within budgets that let every schedule come to an end."""

    rng: random.Random
    seed: int
    plan: Plan | None = None
    crashes_left: int = 0
    errors_left: int = 0
    crashed_at: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    _called_at: Counter[str] = field(default_factory=Counter)
    _erred_at: Counter[str] = field(default_factory=Counter)
    _portions: int = 0
    _calls_to_next: int = 0

    def begin(self, plan: Plan) -> None:
        """From now on calls may fail."""
        self.plan, self._portions, self._calls_to_next = plan, plan.portions, plan.wait

    def end(self) -> None:
        """Nothing fails any more."""
        self.plan = None

    def fate_of(self, task: str, site: str, service: str, operation: str) -> Fate:
        """The fate of the call that this task is about to make."""
        plan = self.plan
        if plan is None:
            return Fate.GO
        self._renew(plan)
        if plan.only is not None and not task.startswith(plan.only):
            return Fate.GO
        favourite = (zlib.crc32(site.encode()) + self.seed) % FAVOURITES == 0
        if plan.pointed and not favourite:
            return Fate.GO
        self._called_at[site] += 1
        crash_rate, error_rate = POINTED_RATE, POINTED_RATE
        if not plan.pointed:
            rarity = RARITY / self._called_at[site] * (4 if favourite else 1)
            crash_rate, error_rate = plan.crash_rate * rarity, plan.error_rate * rarity
        fates = self._deaths(site)
        if self.crashes_left > 0 and fates and self.rng.random() < crash_rate:
            self.crashes_left -= 1
            fate = self.rng.choice(fates)
            self.crashed_at[site, fate] += 1
            return fate
        if self.errors_left > 0 and self._erred_at[site] < MOST_AT_A_SITE and self.rng.random() < error_rate:
            self.errors_left -= 1
            self._erred_at[site] += 1
            return self.rng.choice(_errors(service, operation))
        return Fate.GO

    def _renew(self, plan: Plan) -> None:
        self._calls_to_next -= 1
        if self._calls_to_next < 0 and self._portions > 0:
            self._portions -= 1
            self._calls_to_next = plan.pause
            self.crashes_left, self.errors_left = plan.crashes, plan.errors

    def _deaths(self, site: str) -> list[Fate]:
        """How a process may die here: once before the call and once after it, so that frequent sites leave some of the
        budget to the others."""
        return [fate for fate in (Fate.DIE_BEFORE, Fate.DIE_AFTER) if not self.crashed_at[site, fate]]


def _errors(service: str, operation: str) -> list[Fate]:
    fates = [Fate.THROTTLED, Fate.SERVER_ERROR, Fate.UNREACHABLE, Fate.ANSWER_LOST]
    if not operation.startswith(SYNC_READS) and service not in aws.ASKED_ONCE:
        fates.append(Fate.DONE_TWICE)
    return fates
