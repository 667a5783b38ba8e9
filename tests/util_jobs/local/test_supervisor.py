"""What ends comes back, ever more slowly; what is stopped gets its time; what fails to start is named."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from util_jobs.local import supervisor as supervisor_module
from util_jobs.local.processes import LocalProcess, without_shell
from util_jobs.local.supervisor import Supervisor

STUBBORN = (
    "import signal,sys,time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(60)\n"
)
TIDY = (
    "import signal,sys,time\n"
    "def stop(*_):\n"
    "    time.sleep(0.3); print('work handed back', flush=True); sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, stop)\n"
    "print('ready', flush=True)\n"
    "time.sleep(60)\n"
)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[str], LocalProcess]]:
    made: list[LocalProcess] = []

    def process(source: str) -> LocalProcess:
        script = tmp_path / f"script{len(made)}.py"
        script.write_text(source)
        made.append(
            LocalProcess(
                f"p{len(made)}",
                f"{sys.executable} {script}",
                environment={},
                folder=tmp_path,
                health_url="http://127.0.0.1:9/healthz",
                log_path=tmp_path / "logs" / f"p{len(made)}.log",
                log_bytes=1000,
            )
        )
        return made[-1]

    yield process
    for each in made:
        each.kill()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_may_hand_back_its_work_before_the_next_group_is_stopped_C19(
    make: Callable[[str], LocalProcess],
) -> None:
    first, second, said = make(TIDY), make(TIDY), []
    supervisor = Supervisor(said.append, threading.Event())
    for process in (first, second):
        supervisor.start(process)
        wait_for(lambda p=process: "ready" in p.last_lines())
    supervisor.stop([["p0"], ["p1"]], 10.0, lambda: True)
    assert (first.exit_code(), second.exit_code(), said) == (0, 0, [])
    wait_for(lambda: "work handed back" in second.last_lines())


def test_a_deaf_process_is_killed_after_its_time_and_that_is_said(make: Callable[[str], LocalProcess]) -> None:
    deaf, said = make(STUBBORN), []
    supervisor = Supervisor(said.append, threading.Event())
    supervisor.start(deaf)
    wait_for(lambda: "deaf" in deaf.last_lines())
    supervisor.stop([["p0"]], 0.3, lambda: True)
    assert deaf.is_gone()
    assert said == ["p0 did not stop in time and was killed."]


def test_a_second_ctrl_c_does_not_wait(make: Callable[[str], LocalProcess]) -> None:
    deaf = make(STUBBORN)
    supervisor = Supervisor(lambda _: None, threading.Event())
    supervisor.start(deaf)
    wait_for(lambda: "deaf" in deaf.last_lines())
    supervisor.stop([["p0"]], 3600.0, lambda: False)
    assert deaf.is_gone()


def test_what_keeps_ending_is_started_again_ever_more_slowly(
    make: Callable[[str], LocalProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "FIRST_BACKOFF_S", 0.05)
    monkeypatch.setattr(supervisor_module, "POLL_S", 0.01)
    said: list[str] = []
    stop = threading.Event()
    supervisor = Supervisor(said.append, stop, longest_pause_s=0.2)
    supervisor.start(make("raise SystemExit(3)"))
    watching = threading.Thread(target=supervisor.watch)
    watching.start()
    wait_for(lambda: len(said) >= 5)
    stop.set()
    watching.join()
    pauses = [line.partition(" in ")[2].split(" ")[0] for line in said[:5]]
    assert pauses == ["0.05", "0.1", "0.2", "0.2", "0.2"]
    assert "p0 ended with exit code 3; starting it again" in said[0]


def test_an_unhealthy_process_is_named_with_the_end_of_its_log(make: Callable[[str], LocalProcess]) -> None:
    process = make("import time; print('waiting for the tide', flush=True); time.sleep(60)")
    supervisor = Supervisor(lambda _: None, threading.Event())
    supervisor.start(process)
    wait_for(lambda: "tide" in process.last_lines())
    with pytest.raises(ConfigurationError, match=r"(?s)p0 is not healthy after 0.2 s.*waiting for the tide"):
        supervisor.wait_until_healthy([process], 0.2)


def test_a_stop_while_starting_is_obeyed(make: Callable[[str], LocalProcess]) -> None:
    stop = threading.Event()
    stop.set()
    supervisor = Supervisor(lambda _: None, stop)
    process = make(TIDY)
    supervisor.start(process)
    assert supervisor.wait_until_healthy([process], 30.0) is False


def test_logs_are_bounded(make: Callable[[str], LocalProcess], tmp_path: Path) -> None:
    process = make("for i in range(2000): print('line', i)")
    process.start()
    wait_for(process.is_gone)
    wait_for(lambda: "line 1999" in process.last_lines())
    files = list((tmp_path / "logs").iterdir())
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) <= 4 * 1000


@pytest.mark.parametrize(
    ("command", "started"),
    [
        ("python -m gunicorn portal.app:server", "exec python -m gunicorn portal.app:server"),
        ("exec python worker.py", "exec python worker.py"),
        ("cd x && python worker.py", "cd x && python worker.py"),
        ("DEBUG=1 python worker.py", "DEBUG=1 python worker.py"),
    ],
)
def test_no_shell_stands_between_us_and_a_plain_command(command: str, started: str) -> None:
    assert without_shell(command) == started
