"""What every test may ask for: AWS in memory (`moto_aws`), AWS in a process of its own (`ministack_aws`), and
a guard that fails any test which tries to leave this machine.
"""

from __future__ import annotations

import functools
import ipaddress
import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import structlog
from argon2 import PasswordHasher
from botocore.config import Config
from botocore.loaders import JSONFileLoader
from moto import mock_aws

from pipeline import aws
from pipeline.accounts import passwords
from pipeline.settings import Settings, get_settings
from tests import quick_moto
from tests.emulator_process import EmulatorProcess, free_port
from tests.infrastructure import create_resources
from util_jobs import provision

MOTO_ACCOUNT = "123456789012"  # moto's account, whatever the credentials say
_FOREIGN_ENVIRONMENT = ("GAS_", "AWS_")


@pytest.fixture(autouse=True, scope="session")
def cheap_surroundings() -> None:
    """Keep what costs every test time and none of them is about: AWS's service models, slow password hashes, and
    tracebacks with the value of every variable, in colours."""
    read = functools.cache(functools.partial(JSONFileLoader.load_file, JSONFileLoader()))
    JSONFileLoader.load_file = lambda self, path: read(path)  # type: ignore[method-assign]
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    quick_moto.make_quick()


@pytest.fixture(autouse=True)
def no_connection_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse connections to other machines, and fail the test even if it swallowed the refusal."""
    attempts: list[str] = []
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(sock: socket.socket, address: object) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(str(address[0])):  # type: ignore[index]
            attempts.append(str(address))
            raise ConnectionRefusedError(f"a test tried to reach {address}")

    def guarded_connect(self: socket.socket, address: object) -> None:
        check(self, address)
        connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        check(self, address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    yield
    assert not attempts, f"this test tried to reach other machines: {attempts}"


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def settings_of_this_test_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting or credential of the developer's shell reaches a test; nothing is cached from one to the next."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN_ENVIRONMENT):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GAS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-aws-credentials"))
    forget_settings()
    yield
    forget_settings()


def forget_settings() -> None:
    """Read settings anew and make new clients; for tests that change the environment themselves."""
    get_settings.cache_clear()
    aws.reset_clients()


_moto_clients: dict[tuple[str, str | None], Any] = {}
_make_client = boto3.client


def _kept_client(service: str, *, config: Config | None = None, endpoint_url: str | None = None, **rest: Any) -> Any:
    """One client a service for the whole run: making one takes longer than most tests, and moto serves old ones."""
    if rest or endpoint_url:
        return _make_client(service, config=config, endpoint_url=endpoint_url, **rest)
    signature = getattr(config, "signature_version", None)
    if (service, signature) not in _moto_clients:
        _moto_clients[service, signature] = _make_client(service, config=config)
    return _moto_clients[service, signature]


@pytest.fixture
def moto_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """AWS in memory with every resource of the template; yields the settings. `GAS_DATA_DIR` is a temporary folder."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("GAS_AWS_ACCOUNT_ID", MOTO_ACCOUNT)
    monkeypatch.setenv("GAS_RECEIVE_WAIT_S", "0")
    monkeypatch.setattr(boto3, "client", _kept_client)
    with mock_aws():
        forget_settings()
        create_resources()
        yield get_settings()


@pytest.fixture(scope="session")
def ministack_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorProcess]:
    """The embedded AWS in a process of its own, shared by the whole test run; see `ministack_aws`."""
    emulator = EmulatorProcess(tmp_path_factory.mktemp("ministack"), free_port()).start()
    yield emulator
    emulator.stop()


@pytest.fixture
def ministack_aws(ministack_server: EmulatorProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A stack of this test's own in the embedded AWS, deployed from stack.yaml; yields the settings.

    The environment points there, so processes started by the test use it too. `GAS_DATA_DIR` is a temporary folder.
    """
    for name, value in ministack_server.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GAS_STACK_NAME", f"t{uuid.uuid4().hex[:10]}")
    monkeypatch.setenv("GAS_RECEIVE_WAIT_S", "1")
    forget_settings()
    provision.deploy()
    yield get_settings()
