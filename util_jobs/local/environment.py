"""The environment of the local stack's processes: the embedded AWS instead of Amazon's, never a real credential."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline import aws
from pipeline.errors import ConfigurationError
from pipeline.settings import Settings, get_settings
from util_jobs.local.emulator import BIND_HOST, SECRET_ACCESS_KEY

ROOT = Path(__file__).resolve().parents[2]
ACCESS_KEY_ID = "test"
LOCAL_RECEIVE_WAIT_S = 2
# Marks a process as one of this data folder's stack, so that what a `kill -9` left behind is found again.
MARKER = "GAS_LOCAL_STACK"
PROCESS_NAME = "HONCHO_PROCESS_NAME"  # the process's name in the Procfile


def stack_environment(settings: Settings, inherited: Mapping[str, str]) -> dict[str, str]:
    """What the parent and its processes share. Raises `ConfigurationError` for production settings."""
    if settings.environment != "local":
        raise ConfigurationError(
            "GAS_ENVIRONMENT is `production`, and `make run` is the stack for one machine: unset it, or see "
            "docs/operator.md for running the Procfile on AWS."
        )
    kept = {key: value for key, value in inherited.items() if not key.startswith("AWS_")}
    # An idle worker notices SIGTERM when its receive ends: short receives cost nothing here and make Ctrl-C quick.
    kept.setdefault("GAS_RECEIVE_WAIT_S", str(LOCAL_RECEIVE_WAIT_S))
    return kept | {
        "AWS_ENDPOINT_URL": emulator_url(settings),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": settings.aws_region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "GAS_ENVIRONMENT": "local",
        "GAS_DATA_DIR": str(settings.data_dir.resolve()),
    }


def process_environment(shared: Mapping[str, str], name: str, port: int, settings: Settings) -> dict[str, str]:
    """The environment of one process: the shared one, its `PORT`, and this Python's programs first on the path."""
    own = {key: value for key, value in shared.items() if key != "GAS_WORKER_HEALTH_PORT"}
    return own | {
        "PORT": str(port),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), shared.get("PATH", os.defpath)]),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        MARKER: marker_value(settings),
        PROCESS_NAME: name,
    }


def marker_value(settings: Settings) -> str:
    """Tells this stack from another one on the same machine: its data folder."""
    return str(settings.data_dir.resolve())


def emulator_url(settings: Settings) -> str:
    """Address of the embedded AWS."""
    return f"http://{BIND_HOST}:{settings.emulator_port}"


def enter_local_environment() -> Settings:
    """Point this process, too, at the embedded AWS; returns the settings as they are then."""
    environment = stack_environment(get_settings(), os.environ)
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)
    get_settings.cache_clear()
    aws.reset_clients()
    return get_settings()
