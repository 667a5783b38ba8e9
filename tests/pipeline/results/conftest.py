"""A finished job in the object store."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from pipeline.jobs.model import Job
from pipeline.settings import Settings
from tests.pipeline.results.finished import finished_job

JobMaker = Callable[..., Job]


@pytest.fixture
def make_job(moto_aws: Settings) -> JobMaker:
    """Stores tables (rows), documents (dicts) and a log (text) of a new job and returns its record."""
    return partial(finished_job, "owner")
