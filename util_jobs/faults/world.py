"""The surroundings of a schedule: AWS in this process, simulated time, seeded ids."""

from __future__ import annotations

import os
import random
import tempfile
import uuid
from functools import lru_cache
from typing import Any

import boto3.s3.inject
import structlog
from argon2 import PasswordHasher
from botocore.config import Config
from moto import mock_aws

from pipeline import aws, clock, ids
from pipeline.accounts import passwords
from pipeline.settings import get_settings
from pipeline.workers import progress
from util_jobs.faults import small_parts, stores
from util_jobs.faults.aws_as_it_is import AwsAsItIs
from util_jobs.faults.calls import Calls
from util_jobs.faults.clock import SimulatedClock, TimeModule
from util_jobs.faults.crashes import Misfortune
from util_jobs.faults.mailboxes import Mailboxes
from util_jobs.faults.patches import Patches

SETTINGS = {
    "GAS_AWS_ACCOUNT_ID": "123456789012",  # moto's
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
        self.calls = Calls(self.clock)
        self.rng, self._ids = _random(0), _random(0)
        self.mailboxes: Mailboxes
        self.misfortune: Misfortune
        self.archives = AwsAsItIs(DELAYS_S)
        self._patches, self._parts = Patches(), Patches()
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
        patches.set(clock, "now", self.clock.of_process)
        patches.set(progress, "time", TimeModule(self.clock))
        patches.set(ids, "new_id", self._new_id)
        patches.set(uuid, "uuid4", lambda: uuid.UUID(int=self._ids.getrandbits(128), version=4))
        patches.set(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        _transfer_in_turn(patches)
        self._log_before = structlog.get_config()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        stores.create()
        self.archives.attach(aws.client("s3"), aws.client("glacier"))
        self.calls.hook(patches)
        return self

    def __exit__(self, *_: object) -> None:
        self.archives.detach()
        small_parts.whole_again(self._parts)
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
        small_parts.whole_again(self._parts)
        stores.empty()
        settings = get_settings()
        self.mailboxes = Mailboxes(self.clock, self.rng, settings.max_receive_count, settings.stack_name)
        settings.archive_store = "s3"
        self.misfortune = Misfortune(self.rng, seed)
        self.calls.begin(self.mailboxes, self.misfortune)
        self.calls.indexes.begin(self.rng)
        self.archives.reset()
        aws.client("glacier").create_vault(vaultName=settings.resolved_vault_name())

    def cut_files(self) -> None:
        """Until the next `begin` files have more than one part."""
        small_parts.cut(self._parts)

    def _new_id(self) -> str:
        return f"{self._ids.getrandbits(128):032x}"


def _transfer_in_turn(patches: Patches) -> None:
    """boto3's transfers run in the thread that asks for them, so that the scheduler sees their calls."""
    make = boto3.s3.inject.create_transfer_manager

    def in_turn(client: Any, config: Any, *rest: Any, **named: Any) -> Any:
        config.use_threads = False
        return make(client, config, *rest, **named)

    patches.set(boto3.s3.inject, "create_transfer_manager", in_turn)


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # it has to repeat itself
