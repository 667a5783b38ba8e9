"""`bench explore`: a large result as its reader meets it, alone and among ten, and the same questions to peers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline import aws, storage
from pipeline.errors import ConfigurationError
from pipeline.settings import get_settings
from util_jobs.bench.annotation.memory import PeakMemory, tree_pss
from util_jobs.bench.explore import peers, questions
from util_jobs.bench.explore.made_up import write_table
from util_jobs.bench.explore.reader import p95, seconds
from util_jobs.bench.explore.result import job_of, put_into_cache
from util_jobs.local.environment import ROOT
from util_jobs.local.private_stack import private_stack

PEOPLE, PEOPLE_VARIANTS, TURNS = 10, 1_000_000, 2


def measure(variants: int, seed: int, quick: bool, progress: Callable[[str], None]) -> dict[str, Any]:
    """Everything in one run; `quick` leaves out the object store, the ten people and the peers."""
    with tempfile.TemporaryDirectory(prefix="gas-bench-") as name:
        folder = Path(name)
        table = folder / "variants.parquet"
        progress(f"making a result of {variants:,} variants …")
        write_table(table, variants, seed)
        progress("one reader …")
        answered, peak = _asked(folder, "alone", [[table]], quick=quick)
        figures: dict[str, Any] = {"variants": variants, "table_mb": round(table.stat().st_size / 1e6, 1)}
        figures |= {**answered[0], "peak_rss_mb": peak, "peers": None}
        if quick:
            return figures
        progress("fetching the result from the object store of a stack of its own …")
        figures["open_from_store_s"] = _from_store(table)
        progress(f"{PEOPLE} readers of {PEOPLE} results of {PEOPLE_VARIANTS:,} variants …")
        figures |= _people(folder, seed)
        return figures | {"peers": peers.measure(table, TURNS, progress)}


def _asked(folder: Path, what: str, tables: list[list[Path]], **others: Any) -> tuple[list[dict[str, Any]], float]:
    """Run web processes, one for each list of results, at once; what they found, and the peak of their memory."""
    environment = os.environ | {"GAS_DATA_DIR": str(folder / "data")}
    with _data_in(folder / "data"):
        jobs = [[_record(table) for table in own] for own in tables]
    requests = [json.dumps({"what": what, "jobs": own, **others}) for own in jobs]
    before = tree_pss(os.getpid()) / 1e6
    with PeakMemory(os.getpid()) as memory:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "util_jobs.bench.explore.reader", request],
                stdout=subprocess.PIPE,
                env=environment,
                cwd=ROOT,
            )
            for request in requests
        ]
        answers = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise ConfigurationError("A reader failed; its message is above.", code="bench_failed")
    return [json.loads(answer) for answer in answers], round(memory.peak_mb - before, 1)


def _record(table: Path) -> dict[str, Any]:
    """The job of a result that lies in the cache already."""
    job = job_of(table)
    put_into_cache(job, table)
    return asdict(job)


@contextmanager
def _data_in(folder: Path) -> Iterator[None]:
    """This process keeps its data in a folder while the block runs."""
    before = dict(os.environ)
    os.environ["GAS_DATA_DIR"] = str(folder)
    get_settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        get_settings.cache_clear()


def _from_store(table: Path) -> float:
    """Seconds until a result that is in the object store only is open, first rows and all plots."""
    with private_stack():
        job = job_of(table, aws.bucket("results"))
        storage.upload(table, aws.bucket("results"), job.outputs["variants"]["key"])
        return round(seconds(lambda: questions.answer(job)), 3)


def _people(folder: Path, seed: int) -> dict[str, Any]:
    """Ten people, shared out among as many web processes as the portal has."""
    tables = []
    for number in range(PEOPLE):
        tables.append(folder / f"person-{number}.parquet")
        write_table(tables[-1], PEOPLE_VARIANTS, seed + 1 + number)
    workers = get_settings().web_workers
    answered, peak = _asked(folder, "together", [tables[start::workers] for start in range(workers)], turns=TURNS)
    times = [time for answer in answered for time in answer["seconds"]]
    failed = [text for answer in answered for text in answer["failed"]]
    return {"users": PEOPLE, "users_p95_ms": p95(times), "users_peak_rss_mb": peak, "users_errors": len(failed)}
