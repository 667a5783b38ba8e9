"""One web process that answers about a result: `python -m util_jobs.bench.explore.reader REQUEST` prints JSON figures.

A process of its own, so that nothing is warm that is not warm for whoever opens a result.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.exports.make import Wish, make
from pipeline.jobs.model import Job
from pipeline.results import beside, blocks, cache
from pipeline.results.filters.model import NOTHING
from util_jobs.bench.explore import questions

MAKING_TIMEOUT_S = 120
PAUSE_S = 1.0


@dataclass(frozen=True)
class Depth:
    """How often each is asked."""

    blocks: int
    deep: int  # of each order
    turns: int  # of ten filters, and of four texts


FULL, QUICK = Depth(40, 8, 4), Depth(20, 4, 2)


def seconds(ask: Callable[[], Any]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def p95(found: list[float]) -> float:
    """The 95th percentile, in milliseconds: of few the greatest."""
    ordered = sorted(found)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000, 1)


def cold(path: Path) -> None:
    """Let the system forget what it keeps of a file in memory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fdatasync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def alone(job: Job, depth: Depth) -> dict[str, Any]:
    """All figures of one person who explores one result."""
    cold(cache.path_of(job, "variants"))
    figures: dict[str, Any] = {"open_s": round(seconds(lambda: questions.answer(job)), 3)}
    figures["open_again_s"] = round(seconds(lambda: questions.answer(job)), 3)
    figures["prepared_s"] = round(seconds(_wait_until_prepared), 3)
    total = blocks.total(job)
    pick = random.Random(1)  # noqa: S311 - places, no secrets
    places = [pick.randrange(total - questions.ROWS) for _ in range(depth.blocks)]
    read = [seconds(lambda at=at: blocks.read(job, at, questions.ROWS)) for at in places]  # type: ignore[misc]
    figures["block_p95_ms"] = p95(read)
    return figures | _sorted(job, depth, pick, total) | _filtered(job, depth) | _exported(job)


def _wait_until_prepared() -> None:
    """Until what the first answers began to make beside them is there."""
    deadline = time.monotonic() + MAKING_TIMEOUT_S
    while not beside.is_idle() and time.monotonic() < deadline:
        time.sleep(0.05)


def _sorted(job: Job, depth: Depth, pick: random.Random, total: int) -> dict[str, Any]:
    first, deep = [], []
    for sorts in questions.SORTS:
        first.append(seconds(lambda s=sorts: blocks.read(job, total // 2, questions.ROWS, s)))  # type: ignore[misc]
        for _ in range(depth.deep):
            at = pick.randrange(total - questions.ROWS)
            deep.append(seconds(lambda s=sorts, at=at: blocks.read(job, at, questions.ROWS, s)))  # type: ignore[misc]
    return {"first_sort_p95_ms": p95(first), "deep_sort_p95_ms": p95(deep)}


def _filtered(job: Job, depth: Depth) -> dict[str, Any]:
    found: dict[str, list[float]] = {"filter": [], "text": [], "next_block": [], "next_plots": []}
    for turn in range(depth.turns):
        for kind, groups in (("filter", questions.filters(turn)), ("text", questions.texts(turn))):
            for group in groups:
                found[kind].append(seconds(lambda g=group: questions.answer(job, g)))  # type: ignore[misc]
                for start in (100, 200):
                    asked = lambda g=group, s=start: blocks.read(job, s, questions.ROWS, (), g)  # noqa: E731
                    found["next_block"].append(seconds(asked))
                found["next_plots"].append(seconds(lambda g=group: questions.answer(job, g)))  # type: ignore[misc]
    return {f"{name}_p95_ms": p95(values) for name, values in found.items()} | {
        "filter_median_ms": round(sorted(found["filter"])[len(found["filter"]) // 2] * 1000, 1)
    }


def _exported(job: Job) -> dict[str, Any]:
    """Rows a second as packed tab-separated text, as the export worker writes it: all rows, every column."""
    with tempfile.TemporaryDirectory(prefix="gas-bench-") as folder:
        started = time.perf_counter()
        made = make(job, Wish("tsv", NOTHING), Path(folder))
        return {"export_rows_per_s": round(made.rows / (time.perf_counter() - started))}


def together(jobs: list[Job], turns: int) -> dict[str, Any]:
    """Each thread is a person with a result of their own: opens it, then looks at each answer for a moment (a second on
    average) before the next filter."""
    found: list[float] = []
    pauses = random.Random(len(jobs))  # noqa: S311 - pauses, no secrets

    def person(job: Job, number: int) -> None:
        questions.answer(job)
        for turn in range(turns):
            for group in questions.filters(number * turns + turn):
                time.sleep(pauses.uniform(0, 2 * PAUSE_S))
                found.append(seconds(lambda g=group: questions.answer(job, g)))  # type: ignore[misc]

    with ThreadPoolExecutor(len(jobs)) as people:
        asked = [people.submit(person, job, number) for number, job in enumerate(jobs)]
    failed = [repr(error) for error in (each.exception() for each in asked) if error is not None]
    return {"seconds": found, "failed": failed}


def main(request: dict[str, Any]) -> dict[str, Any]:
    """Answer the request that stands on the command line."""
    jobs = [Job.from_record(record) for record in request["jobs"]]
    if request["what"] == "together":
        return together(jobs, request["turns"])
    return alone(jobs[0], QUICK if request["quick"] else FULL)


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
