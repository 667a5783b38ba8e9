"""AWS's archives as they behave, and a clock that the test moves, for every test of the archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipeline import aws, clock
from pipeline.settings import Settings
from util_jobs.faults.aws_as_it_is import AwsAsItIs

START_S = 1_800_000_000.0


@dataclass
class MovedClock:
    """Stands still until the test moves it."""

    time: float = START_S

    def now(self) -> float:
        return self.time


@pytest.fixture
def moved_clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """Replaces the one clock."""
    moved = MovedClock()
    monkeypatch.setattr(clock, "now", moved.now)
    return moved


@pytest.fixture
def as_it_is(moto_aws: Settings, moved_clock: MovedClock) -> Iterator[AwsAsItIs]:
    """AWS in memory whose archives take their time; with the vault of the settings."""
    archives = AwsAsItIs()
    archives.attach(aws.client("s3"), aws.client("glacier"))
    aws.client("glacier").create_vault(vaultName=moto_aws.resolved_vault_name())
    yield archives
    archives.detach()
