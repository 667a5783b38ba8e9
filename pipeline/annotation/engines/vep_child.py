"""The child process of the engine `vep`: keeps normalised alleles in a file, runs vepyr on it, hands on what it says.

vepyr reads its input several times, so it cannot read a pipe; what it writes is read as it comes. Alleles that it
leaves out, as it does in silence on contigs that its cache lacks, are handed on without a word of its own, in their
place.
This file is run by its path, in a process group with all that it starts; it uses the standard library only.
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
    """Do what the arguments say; the exit code is 0 when all went well. The file goes when its work is done."""
    path = Path(told["spool"])
    try:
        with path.open("wb") as spool:
            if not fill(told["fill"], spool):
                return 1
        return annotate(path, told)
    finally:
        path.unlink()


def annotate(path: Path, told: dict[str, Any]) -> int:
    """Run vepyr over the file, if it holds any record that vepyr can say something about."""
    wait_for_turn(told["after"])
    held = {name.encode() for name in told["held"]}
    with path.open("rb") as spool:
        asked = any(line.split(b"\t", 1)[0] in held for line in records(spool))
    with path.open("rb") as spool:
        if not asked:
            return write(hand_on(records(spool), iter(())))
        vepyr = subprocess.Popen(
            told["vepyr"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=os.environ | told["environment"],
            preexec_fn=limited_to(told["memory_bytes"]),
        )
        return write(hand_on(records(spool), answers(vepyr)))


def fill(steps: list[list[str]], spool: IO[bytes]) -> bool:
    """Run a pipe from our standard input to the file; whether every step ended well."""
    running: list[subprocess.Popen[bytes]] = []
    for number, step in enumerate(steps):
        source = running[-1].stdout if running else None
        target = spool if number == len(steps) - 1 else subprocess.PIPE
        running.append(subprocess.Popen(step, stdin=source, stdout=target))
        if source is not None:
            source.close()
    codes = [process.wait() for process in running]
    return not any(codes)


def wait_for_turn(lock: str | None) -> None:
    """vepyr takes gigabytes, so one runs at a time: the run before holds its lock as long as it lives."""
    if lock is not None:
        with Path(lock).open() as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)


def limited_to(memory_bytes: int) -> Callable[[], None]:
    """Sets the limits in the process that becomes vepyr."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return limit


def records(lines: IO[bytes]) -> Iterator[bytes]:
    """The lines after the header."""
    return (line for line in lines if not line.startswith(b"#"))


def answers(vepyr: subprocess.Popen[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Allele number and CSQ text of each record that vepyr writes. Ends this process where vepyr fails."""
    assert vepyr.stdout is not None  # noqa: S101 - a programming error, not an input
    for line in records(vepyr.stdout):
        key, _, text = line.rstrip(b"\n").split(b"\t")[7].removeprefix(KEY).partition(SAYS)
        yield key, text or b"."
    code = vepyr.wait()
    if code:
        if code < 0:
            sys.stderr.write(f"vepyr ended by signal {-code}\n")
        sys.exit(1)


def hand_on(alleles: Iterator[bytes], said: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Contig, position, REF, ALT, allele number and vepyr's text of every allele, in the order of the file."""
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


def write(lines: Iterator[bytes]) -> int:
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
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
