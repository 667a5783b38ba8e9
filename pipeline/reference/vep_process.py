"""Runs vepyr to fetch or convert a cache: its progress is passed on, its end is a sentence, nothing of it survives."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable

from pipeline.annotation.children import disk_full
from pipeline.annotation.engines.vep_command import require_vep_command
from pipeline.errors import LimitError, RetryableError
from pipeline.settings import get_settings

TAIL_LINES = 20
# vepyr's advice at its end: it names the folder where the cache is made, which is not where it will be.
ADVICE = ("Cache ready:", "Next:")


def run_vepyr(arguments: list[str], mirror: str | None, progress: Callable[[str], None]) -> None:
    """Run it to its end. `mirror` is the address of a server in the layout of Hugging Face.

    Raises RetryableError when it fails, LimitError when it takes longer than `vep_install_timeout_s`.
    """
    limit = get_settings().vep_install_timeout_s
    process = subprocess.Popen(
        [str(require_vep_command()), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=os.environ | ({"HF_ENDPOINT": mirror} if mirror else {}),
        start_new_session=True,
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill(process)

    clock = threading.Timer(limit, stop)
    clock.daemon = True
    clock.start()
    try:
        said = _follow(process, progress)
    finally:
        clock.cancel()
        _kill(process)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if late.is_set():
        raise LimitError(
            f"Installing the cache took longer than {limit:,} seconds (setting vep_install_timeout_s).",
            code="time_limit",
        )
    if process.returncode:
        _refuse(said, process.returncode)


def _follow(process: subprocess.Popen[str], progress: Callable[[str], None]) -> list[str]:
    """Pass on what it says until it ends; its last lines."""
    said: deque[str] = deque(maxlen=TAIL_LINES)
    for line in process.stdout or ():
        text = " ".join(line.split())
        if text:
            said.append(text)
            if not text.startswith(ADVICE):
                progress(text)
    process.wait()
    return list(said)


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _refuse(said: list[str], code: int) -> None:
    text = "\n".join(said)
    if "No space left" in text or "os error 28" in text:
        raise disk_full()
    reason = next(
        (line for line in reversed(said) if "error" in line.lower()), said[-1] if said else f"exit code {code}"
    )
    raise RetryableError(
        f"vepyr could not make the cache: {reason[:500]} Once that is put right, type the same command again; what "
        "was downloaded is kept.",
        code="vep_install_failed",
    )
