"""The child process of the engine `vep`: normalises alleles, runs vepyr on so many at a time, hands on what it says.

vepyr reads its input several times, so it cannot read a pipe: each batch of alleles becomes a file. What it writes is
read as it comes. Contigs that its cache lacks are not shown to it, as it would leave them out in silence; whatever it
leaves out is handed on without a word, in its place. This file is run by its path, in a process group with all that it
starts; it uses the standard library only.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

KEY = b"K="
SAYS = b";CSQ="
WRITE_BYTES = 1 << 20


def main(told: dict[str, Any]) -> int:
    """Do what the arguments say; the exit code is 0 when all went well. Nothing stays behind."""
    steps = started(told["fill"])
    try:
        return annotate_all(steps, told)
    finally:
        for step in steps:
            step.kill()
            step.wait()
        Path(told["spool"]).unlink(missing_ok=True)


def started(commands: list[list[str]]) -> list[subprocess.Popen[bytes]]:
    """Commands as a pipe that begins at our standard input."""
    steps: list[subprocess.Popen[bytes]] = []
    for command in commands:
        source = steps[-1].stdout if steps else None
        steps.append(subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE))
        if source is not None:
            source.close()
    return steps


def annotate_all(steps: list[subprocess.Popen[bytes]], told: dict[str, Any]) -> int:
    """Take what comes out of the steps in batches."""
    header: list[bytes] = []
    batch: list[bytes] = []
    wait_for_turn(told["after"])
    for line in piped(steps[-1]):
        if line.startswith(b"#"):
            header.append(line)
            continue
        batch.append(line)
        if len(batch) == told["batch"]:
            annotate(header, batch, told)
            batch = []
    if any([step.wait() for step in steps]):  # noqa: C419 - each step is waited for
        return 1
    annotate(header, batch, told)
    return 0


def wait_for_turn(lock: str | None) -> None:
    """vepyr takes gigabytes, so one runs at a time: the run before holds its lock as long as it lives."""
    if lock is not None:
        with Path(lock).open() as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)


def annotate(header: list[bytes], batch: list[bytes], told: dict[str, Any]) -> None:
    """Write a line for each allele of the batch. Ends this process where vepyr fails."""
    held = {name.encode() for name in told["held"]}
    known = [line for line in batch if line.split(b"\t", 1)[0] in held]
    said: Iterator[tuple[bytes, bytes]] = iter(())
    if known:
        with Path(told["spool"]).open("wb") as spool:
            spool.writelines(header)
            spool.writelines(known)
        said = answers(told)
    write(hand_on(batch, said))


def answers(told: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """Allele number and CSQ text of each record that vepyr writes. Ends this process where vepyr fails."""
    vepyr = subprocess.Popen(
        told["vepyr"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=os.environ | told["environment"],
        preexec_fn=limited_to(told["memory_bytes"]),
    )
    for line in piped(vepyr):
        if not line.startswith(b"#"):
            key, _, text = line.rstrip(b"\n").split(b"\t")[7].removeprefix(KEY).partition(SAYS)
            yield key, text or b"."
    code = vepyr.wait()
    if code:
        if code < 0:
            sys.stderr.write(f"vepyr ended by signal {-code}\n")
        sys.exit(1)


def piped(process: subprocess.Popen[bytes]) -> IO[bytes]:
    """What a process writes."""
    assert process.stdout is not None  # noqa: S101 - a programming error, not an input
    return process.stdout


def limited_to(memory_bytes: int) -> Callable[[], None]:
    """Sets the limits in the process that becomes vepyr."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return limit


def hand_on(alleles: list[bytes], said: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Contig, position, REF, ALT, allele number and vepyr's text of every allele, in their order."""
    key, text = next(said, (b"", b""))
    for line in alleles:
        contig, pos, _, ref, alt, _, _, info = line.rstrip(b"\n").split(b"\t")
        own = info.removeprefix(KEY)
        if own == key:
            yield b"\t".join((contig, pos, ref, alt, own, text)) + b"\n"
            key, text = next(said, (b"", b""))
        else:
            yield b"\t".join((contig, pos, ref, alt, own, b".")) + b"\n"
    if key:
        sys.exit("vepyr changed the order of the alleles")


def write(lines: Iterator[bytes]) -> None:
    """Write the lines to standard output, many at once."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= WRITE_BYTES:
            sys.stdout.buffer.write(b"".join(waiting))
            waiting, size = [], 0
    sys.stdout.buffer.write(b"".join(waiting))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_bytes())))
