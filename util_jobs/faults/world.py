"""The surroundings of a schedule: AWS in this process, simulated time, seeded ids. AWS calls all pass through here."""

from __future__ import annotations

import os
import random
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import boto3.s3.inject
import structlog
from argon2 import PasswordHasher
from botocore.client import BaseClient
from botocore.config import Config
from moto import mock_aws

from pipeline import aws, clock, ids
from pipeline.accounts import passwords
from pipeline.settings import get_settings
from pipeline.workers import progress
from util_jobs.faults import stores
from util_jobs.faults.aws_as_it_is import AwsAsItIs
from util_jobs.faults.clock import SimulatedClock, TimeModule
from util_jobs.faults.crashes import Fate, Misfortune, call_site, error_of
from util_jobs.faults.mailboxes import Mailboxes
from util_jobs.faults.patches import Patches
from util_jobs.faults.processes import ProcessDied, current_task
from util_jobs.faults.quick_moto import hurry

ACCOUNT = "123456789012"  # moto's
SETTINGS = {
    "GAS_AWS_ACCOUNT_ID": ACCOUNT,
    "GAS_AWS_REGION": "us-east-1",
    "GAS_RECEIVE_WAIT_S": "0",
    "GAS_RETENTION_S": "40",
    "GAS_UPLOAD_TTL_S": "7200",
    "GAS_THAW_INTERVAL_S": "120",
    "GAS_RESTORED_COPY_DAYS": "1",
    "GAS_ENVIRONMENT": "local",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


# Shorter than AWS states, in the same order: a schedule need not wait for hours, a minute at a time.
DELAYS_S = {"Expedited": 180.0, "Standard": 500.0, "Bulk": 900.0}


class World:
    """Set up once (`with World() as world`), made new for each schedule by `begin`."""

    def __init__(self) -> None:
        self.clock = SimulatedClock()
        self.rng, self._ids = _random(0), _random(0)
        self.trace: list[str] = []
        self.called_at: Counter[str] = Counter()
        self.page_size: int | None = None
        self.mailboxes: Mailboxes
        self.misfortune: Misfortune
        self.on_change: Callable[[str, str, dict[str, Any], Any], None] = lambda *_: None
        self.archives = AwsAsItIs(DELAYS_S)
        self.complain: Callable[[str], None] = lambda _: None
        self.outbox: list[dict[str, Any]] = []
        self._patches = Patches()
        self._folder = tempfile.TemporaryDirectory(prefix="gas-faults-")
        self._moto = mock_aws()

    def __enter__(self) -> World:
        patches = self._patches
        for name in list(os.environ):
            if name.startswith(("GAS_", "AWS_")):
                patches.variable(name, None)
        for name, value in SETTINGS.items():
            patches.variable(name, value)
        patches.variable("GAS_DATA_DIR", self._folder.name)
        get_settings.cache_clear()
        aws.reset_clients()
        self._moto.start()
        make_config = aws._config
        one_try = Config(retries={"mode": "standard", "total_max_attempts": 1})
        patches.set(aws, "_config", lambda: make_config().merge(one_try))
        patches.set(aws, "queue_url", lru_cache(lambda name: f"https://sqs.simulated/{name}"))
        patches.set(clock, "now", self.clock.now)
        patches.set(progress, "time", TimeModule(self.clock))
        patches.set(ids, "new_id", self._new_id)
        patches.set(uuid, "uuid4", lambda: uuid.UUID(int=self._ids.getrandbits(128), version=4))
        patches.set(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        hurry(patches)
        self._transfer_in_turn(patches)
        self._log_before = structlog.get_config()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        stores.create()
        self.archives.attach(aws.client("s3"), aws.client("glacier"))
        self._hook(patches)
        return self

    def __exit__(self, *_: object) -> None:
        self.archives.detach()
        self._patches.undo()
        structlog.configure(**self._log_before)
        self._moto.stop()
        get_settings.cache_clear()
        aws.reset_clients()
        self._folder.cleanup()

    def begin(self, seed: int) -> None:
        """An empty AWS at the beginning of time, with random numbers of this seed."""
        self.rng, self._ids = _random(seed), _random(~seed)
        self.clock.reset()
        self.trace, self.called_at, self.page_size, self.outbox = [], Counter(), None, []
        stores.empty()
        settings = get_settings()
        self.mailboxes = Mailboxes(self.clock, self.rng, settings.max_receive_count, settings.stack_name)
        settings.archive_store = "s3"
        self.archives.reset()
        aws.client("glacier").create_vault(vaultName=settings.resolved_vault_name())
        self.misfortune = Misfortune(self.rng, seed)
        self.on_change = lambda *_: None

    def _new_id(self) -> str:
        return f"{self._ids.getrandbits(128):032x}"

    def _transfer_in_turn(self, patches: Patches) -> None:
        """boto3's transfers run in the thread that asks for them, so that the scheduler sees their calls."""
        make = boto3.s3.inject.create_transfer_manager

        def in_turn(client: Any, config: Any, *rest: Any, **named: Any) -> Any:
            config.use_threads = False
            return make(client, config, *rest, **named)

        patches.set(boto3.s3.inject, "create_transfer_manager", in_turn)

    def _hook(self, patches: Patches) -> None:
        real = BaseClient._make_api_call

        def make_api_call(client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
            return self._call(client.meta.service_model.service_name, operation, params, client, real)

        patches.set(BaseClient, "_make_api_call", make_api_call)

    def _call(self, service: str, operation: str, params: dict[str, Any], client: BaseClient, real: Any) -> Any:
        def perform() -> Any:
            if service in ("sns", "sqs"):
                return self.mailboxes.answer(service, operation, params)
            if service == "sesv2":
                self.outbox.append(params)
                return {"MessageId": str(len(self.outbox))}
            answer = real(client, operation, self._small_pages(operation, params))
            self.on_change(service, operation, params, answer)
            return answer

        task = current_task()
        if task is None:
            return perform()
        if not task.process.alive:
            raise ProcessDied
        site = call_site(operation)
        task.pause(site)
        self.called_at[site] += 1
        if task.acknowledged:
            self.complain(f"{task.name.split('-')[0]} went on with {site} after its message was deleted")
        task.acknowledged = task.acknowledged or operation == "DeleteMessage"
        fate = self.misfortune.fate_of(site, service, operation)
        self.trace.append(f"{self.clock.time:.3f} {task.name} {site} {fate}")
        if fate in (Fate.GO, Fate.DIE_AFTER, Fate.ANSWER_LOST, Fate.DONE_TWICE):
            answer = self._done(perform, fate)
        if fate in (Fate.DIE_BEFORE, Fate.DIE_AFTER):
            task.process.alive = False
            raise ProcessDied
        if fate in (Fate.GO, Fate.DONE_TWICE):
            return answer
        raise error_of(fate, service, operation)

    @staticmethod
    def _done(perform: Callable[[], Any], fate: Fate) -> Any:
        if fate == Fate.DONE_TWICE:
            perform()
            return perform()
        try:
            return perform()
        except Exception:
            if fate == Fate.GO:
                raise
            return None  # nobody hears of the refusal

    def _small_pages(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """AWS may end a page wherever it likes (1 MB, 1,000 keys): here after very few entries."""
        if self.page_size is None or current_task() is None:
            return params
        limit = {"Query": "Limit", "ListObjectsV2": "MaxKeys"}.get(operation)
        return params if limit is None else {limit: self.page_size} | params


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # it has to repeat itself
