"""Runs bcftools and other programs as child processes: bounded in time and memory, drained, killed as a group.

bcftools is the one inside pysam; it is called in a process of its own because in this one a crash, a leak or a wrong
record after an earlier error would reach the worker. Each child leads a process group, dies with its parent's pipes,
and runs in the job's work folder.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from pipeline.errors import CancelledError, GasError, LimitError, PermanentError, RetryableError
from pipeline.settings import Settings

# The limit is set inside the child, before bcftools is loaded: a preexec_fn is not safe in a process with threads.
BOOTSTRAP = """
import resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import pysam, pysam.bcftools
from pysam.utils import SamtoolsError
if sys.argv[2] == "bgzip":
    with pysam.BGZFile("-", sys.argv[3], None) as packed:
        while data := sys.stdin.buffer.read1(1 << 20):
            packed.write(data)
elif sys.argv[2] == "tabix":
    pysam.tabix_index(sys.argv[3], preset="vcf", csi=sys.argv[4] == "csi", force=True)
else:
    try:
        getattr(pysam.bcftools, sys.argv[2])(*sys.argv[3:], catch_stdout=False)
    except SamtoolsError as error:
        sys.stderr.write(f"[E::bcftools] {error}\\n")
        sys.exit(1)
"""
STDERR_TAIL_LINES = 40
OUT_OF_MEMORY = (
    r"MemoryError|[Cc]annot allocate|[Oo]ut of memory|failed to (re)?alloc|failed to map segment"
    r"|memory allocation of \d+ bytes failed"
)
LOST_READER = ("Broken pipe", "cannot write to -", "File write failed")  # bcftools' words for it
WATCH_INTERVAL_S = 0.1
STOP_WAIT_S = 5.0


class Child:
    """One child process. `stdin` and `stdout` are pipes or None; `memory_setting` names what bounds its memory.

    Lines on its standard error that match `expected` are not kept.
    """

    def __init__(
        self,
        name: str,
        process: subprocess.Popen[bytes],
        memory_setting: str,
        expected: re.Pattern[str] | None = None,
    ) -> None:
        self._expected = expected
        self.name = name
        self.memory_setting = memory_setting
        self.process = process
        self.started = time.monotonic()
        self.stderr_tail: deque[str] = deque(maxlen=STDERR_TAIL_LINES)
        self._drain = threading.Thread(target=self._read_stderr, name=f"stderr-{name}", daemon=True)
        self._drain.start()

    @property
    def stdin(self) -> IO[bytes]:
        """Its standard input, which must have been asked for."""
        assert self.process.stdin is not None  # noqa: S101 - a programming error, not an input
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """Its standard output, which must have been asked for."""
        assert self.process.stdout is not None  # noqa: S101 - a programming error, not an input
        return self.process.stdout

    def _read_stderr(self) -> None:
        stream = self.process.stderr
        if stream is not None:
            for line in iter(lambda: stream.readline(8192), b""):
                text = line.decode("utf-8", "replace").rstrip()
                if self._expected is None or not self._expected.search(text):
                    self.stderr_tail.append(text)

    def kill(self) -> None:
        """Kill the whole group, unless the child has ended: its number may belong to another process by now."""
        if self.process.poll() is not None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def wait(self, timeout: float) -> int:
        """Exit code, with the error output read to its end."""
        code = self.process.wait(timeout)
        self._drain.join(STOP_WAIT_S)
        return code


class ChildFamily:
    """All children of one job. Leaving the `with` block kills what still runs and closes every pipe."""

    def __init__(self, work_dir: Path, settings: Settings, cancelled: Callable[[], bool]) -> None:
        self.work_dir = work_dir
        self.settings = settings
        self.cancelled = cancelled
        self.children: list[Child] = []
        self.stopped_because: GasError | None = None
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._watch_over, name="child-watch", daemon=True)

    def __enter__(self) -> ChildFamily:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        for child in self.children:
            child.kill()
        for child in self.children:
            child.wait(STOP_WAIT_S)
            for pipe in (child.process.stdin, child.process.stdout, child.process.stderr):
                _close_quietly(pipe)
        self._watch.join(STOP_WAIT_S)

    def start(
        self,
        arguments: list[str],
        *,
        stdin: int | IO[bytes],
        stdout: int | IO[bytes],
        expected: re.Pattern[str] | None = None,
    ) -> Child:
        """Start `bcftools <arguments>`; the first one names the step. Paths among them are ours, never the user's."""
        name = f"bcftools {arguments[0]}"
        return self.start_command(name, self.bcftools(arguments), stdin=stdin, stdout=stdout, expected=expected)

    def bcftools(self, arguments: list[str]) -> list[str]:
        """The command line that runs `bcftools <arguments>` within its memory limit."""
        return [sys.executable, "-I", "-c", BOOTSTRAP, str(self.settings.child_memory_bytes), *arguments]

    def start_command(
        self,
        name: str,
        command: list[str],
        *,
        stdin: int | IO[bytes],
        stdout: int | IO[bytes],
        pass_fds: tuple[int, ...] = (),
        memory_setting: str = "child_memory_bytes",
        expected: re.Pattern[str] | None = None,
    ) -> Child:
        """Start a command that sets its own memory limit, which the setting `memory_setting` gives. What it starts in
        turn must stay in its process group, so that it ends with it."""
        self.raise_if_stopped()
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=self.work_dir,
            env={"PATH": os.environ.get("PATH", ""), "TMPDIR": str(self.work_dir), "LC_ALL": "C"},
            start_new_session=True,
            pass_fds=pass_fds,
        )
        child = Child(name, process, memory_setting, expected)
        self.children.append(child)
        return child

    def kill_running(self) -> None:
        """Kill what still runs; a child that has ended is left alone."""
        for child in self.children:
            child.kill()

    def finish(self, children: list[Child]) -> None:
        """Wait for these children, a pipe in its order, to end well; raise what went wrong otherwise.

        When one step of a pipe fails, those before it die of the broken pipe: the one that did not is the cause.
        """
        codes = [child.wait(self.settings.child_timeout_s) for child in children]
        failed = [(child, code) for child, code in zip(children, codes, strict=True) if code != 0]
        if failed:
            self.raise_if_stopped()
            causes = [(child, code) for child, code in failed if not _lost_its_reader(child, code)]
            raise failure(*(causes or failed)[0])

    def raise_if_stopped(self) -> None:
        """Raise the reason if the watch killed the children."""
        if self.stopped_because is not None:
            raise self.stopped_because

    def _watch_over(self) -> None:
        while not self._done.wait(WATCH_INTERVAL_S):
            reason = self._reason_to_stop()
            if reason is not None:
                self.stopped_because = reason
                for child in self.children:
                    child.kill()
                return

    def _reason_to_stop(self) -> GasError | None:
        if self.cancelled():
            return CancelledError("The job was cancelled.")
        limit = self.settings.child_timeout_s
        oldest = [child for child in self.children if child.process.poll() is None]
        if oldest and time.monotonic() - oldest[0].started > limit:
            return LimitError(
                f"The annotation took longer than {limit:,} seconds (setting child_timeout_s). "
                "Split the file by contig and upload the parts.",
                code="time_limit",
            )
        return None


def _lost_its_reader(child: Child, code: int) -> bool:
    said = "".join(child.stderr_tail)
    return code == -signal.SIGPIPE or any(words in said for words in LOST_READER)


def _close_quietly(pipe: IO[bytes] | None) -> None:
    if pipe is None or pipe.closed:
        return
    try:
        pipe.close()
    except BrokenPipeError:
        return


def failure(child: Child, code: int) -> GasError:
    """What a child's end means for the job."""
    text = "\n".join(child.stderr_tail)
    if "No space left on device" in text:
        return disk_full()
    if re.search(OUT_OF_MEMORY, text):
        return LimitError(
            f"The annotation needed more memory than {child.memory_setting} allows. "
            "Split the file and upload the parts.",
            code="memory_limit",
        )
    last = next((line for line in reversed(child.stderr_tail) if line.strip()), "no message")
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return PermanentError(f"The step `{child.name}` failed ({how}): {last[:300]}", code="engine_failed")


def disk_full() -> RetryableError:
    """The error for a full disk."""
    return RetryableError("The disk of this machine is full; the job is tried again later.", code="disk_full")


def is_disk_full(error: OSError) -> bool:
    """Whether an operating system error says that no space or quota is left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
