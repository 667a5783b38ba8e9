"""One run of the local stack: the embedded AWS, the infrastructure, the Procfile's processes, the demo accounts."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from honcho.environ import expand_processes, parse_procfile

from pipeline.errors import ConfigurationError, GasError
from util_jobs import drift, provision, template
from util_jobs.local import ports
from util_jobs.local.environment import (
    MARKER,
    ROOT,
    emulator_url,
    enter_local_environment,
    marker_value,
    process_environment,
)
from util_jobs.local.lock import only_one
from util_jobs.local.messages import ready_message, say, show_line
from util_jobs.local.processes import LocalProcess, stop_left_overs
from util_jobs.local.supervisor import Supervisor

if TYPE_CHECKING:
    from pipeline.accounts.demo import DemoAccount

EMULATOR = "emulator"
WEB = "web"
EMULATOR_COMMAND = f"{shlex.quote(sys.executable)} -m util_jobs.local.emulator"
EMULATOR_STOP_S = 20.0
EXTRA_STOP_S = 5.0


class LocalStack:
    """One run of the local stack."""

    def __init__(self, procfile: Path, *, verbose: bool, with_seed: bool) -> None:
        self._settings = enter_local_environment()
        self._procfile = procfile
        self._verbose = verbose
        self._with_seed = with_seed
        self._stop_requested = threading.Event()
        self._signals = 0
        self._supervisor = Supervisor(say, self._stop_requested, longest_pause_s=self._settings.local_restart_longest_s)
        self._started: list[str] = []

    def run(self) -> int:
        """Start everything, watch it, and stop it in order; 1 if something went wrong, after saying what to do.

        Raises `ConfigurationError` where it cannot even begin.
        """
        commands = self._commands()
        with only_one(self._settings):
            self._clear_left_overs()
            self._check_ports(commands)
            self._listen_for_signals()
            try:
                if self._start(commands):
                    self._supervisor.watch()
            except GasError as error:
                say(f"\n{error.message}\n")
                return 1
            except (BotoCoreError, ClientError) as error:
                log = self._settings.data_dir / "logs" / f"{EMULATOR}.log"
                say(f"\nThe embedded AWS does not do its work: {error}\nIts log: {log}\n")
                return 1
            finally:
                self._stop()
        return 0

    def _commands(self) -> dict[str, str]:
        if not self._procfile.is_file():
            raise ConfigurationError(f"There is no Procfile at {self._procfile}.")
        processes = parse_procfile(self._procfile.read_text(encoding="utf-8")).processes
        if WEB not in processes:
            raise ConfigurationError(f"{self._procfile} names no `web` process.")
        return {
            params.name.removesuffix(".1"): params.cmd for params in expand_processes(processes, env=dict(os.environ))
        }

    def _port(self, name: str, names: list[str]) -> int:
        if name == WEB:
            return self._settings.web_port
        return self._settings.worker_port_base + [n for n in names if n != WEB].index(name)

    def _clear_left_overs(self) -> None:
        for left_over in stop_left_overs(MARKER, marker_value(self._settings), self._settings.stop_timeout_s):
            say(f"Stopped a process that an earlier, interrupted run left behind: {left_over}")

    def _check_ports(self, commands: dict[str, str]) -> None:
        ports.require_free(self._settings.web_port, "the portal", "GAS_WEB_PORT")
        ports.require_free(self._settings.emulator_port, "the embedded AWS", "GAS_EMULATOR_PORT")
        names = list(commands)
        for name in names:
            if name != WEB:
                ports.require_free(self._port(name, names), f"the health probe of `{name}`", "GAS_WORKER_PORT_BASE")

    def _listen_for_signals(self) -> None:
        def request_stop(number: int, frame: Any) -> None:
            self._signals += 1
            self._stop_requested.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, request_stop)

    def _start(self, commands: dict[str, str]) -> bool:
        """Bring everything up; False if a stop was asked for meanwhile."""
        timeout_s = self._settings.local_start_timeout_s
        say("Starting the embedded AWS …")
        emulator = self._process(
            EMULATOR,
            EMULATOR_COMMAND,
            self._settings.emulator_port,
            f"{emulator_url(self._settings)}/_ministack/health",
        )
        self._launch(emulator)
        if not self._supervisor.wait_until_healthy([emulator], timeout_s):
            return False
        record = self._settings.data_dir / "aws" / "provisioned"
        known = record.is_file() and record.read_text(encoding="utf-8") == template.fingerprint()
        if not known:
            self._provision(record)
        say("Starting the portal and the workers …")
        names = list(commands)
        processes = [
            self._process(name, command, port, f"http://127.0.0.1:{port}/healthz")
            for name, command in commands.items()
            for port in [self._port(name, names)]
        ]
        for process in processes:
            self._launch(process)
        # The processes take seconds to load; what was created in an earlier run is compared meanwhile.
        if known and drift.differences():
            self._provision(record)
        if not self._supervisor.wait_until_healthy(processes, timeout_s):
            return False
        accounts = self._seed()
        if not self._stop_requested.is_set():
            say(ready_message(self._settings, accounts))
        return True

    def _process(self, name: str, command: str, port: int, health_url: str) -> LocalProcess:
        return LocalProcess(
            name,
            command,
            environment=process_environment(os.environ, name, port, self._settings),
            folder=ROOT,
            health_url=health_url,
            log_path=self._settings.data_dir / "logs" / f"{name}.log",
            log_bytes=self._settings.local_log_bytes,
            echo=show_line if self._verbose else None,
        )

    def _launch(self, process: LocalProcess) -> None:
        self._started.append(process.name)
        self._supervisor.start(process)

    def _provision(self, record: Path) -> None:
        say("Creating buckets, tables, topics and queues …")
        provision.deploy()
        record.write_text(template.fingerprint(), encoding="utf-8")

    def _seed(self) -> Sequence[DemoAccount]:
        if not self._with_seed:
            return ()
        # Imported while the processes load, not before they start: it brings in most of the pipeline.
        from pipeline.accounts.demo import DEMO_ACCOUNTS
        from util_jobs.seed import seed

        try:
            return seed(say, self._stop_requested.is_set)
        except ConfigurationError as error:
            # The portal works, and its pages show more of what went wrong than this line.
            say(error.message)
            return DEMO_ACCOUNTS

    def _stop(self) -> None:
        if not self._started:
            return
        say("Stopping; a second Ctrl-C does not wait for work in hand …" if self._signals else "Stopping …")
        first = self._signals

        def patience() -> bool:
            return self._signals <= max(1, first)

        workers = [name for name in self._started if name not in (WEB, EMULATOR)]
        self._supervisor.stop([workers, [WEB]], self._settings.stop_timeout_s + EXTRA_STOP_S, patience)
        self._supervisor.stop([[EMULATOR]], EMULATOR_STOP_S, lambda: True)
        say(f"Stopped. Everything is kept in {self._settings.data_dir}.")
