"""What two to five results share: counts by which of them hold a variant, and what they say differently of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ConflictError, InputError, LimitError
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.results import cache, connection, documents, shared_rows
from pipeline.results.filters.presets import significance_column
from pipeline.results.result_table import table_of
from pipeline.results.shared_table import DIFFERING, LAYOUT, MOST_JOBS, Part, write_table
from pipeline.results.variant_links import build_of
from pipeline.settings import get_settings

MITOCHONDRION = "rCRS"  # of both human builds: it goes with either
BLOCKS_AT_ONCE = 50  # of the table in one block of a download
ANY = "any"  # variants that the results disagree about, in whichever way


@dataclass(frozen=True)
class Shared:
    """`intersections`: variants by the set of results that hold them (bit n is the n-th job), most first. `totals` are
    the variants of each result, `discordant` those of two or more results by what differs (`DIFFERING` and `any`).
    `told` are those of `DIFFERING` of which any result has a column, `compared` those of which two have one."""

    intersections: dict[int, int]
    totals: list[int]
    shared: int
    discordant: dict[str, int]
    told: tuple[str, ...] = DIFFERING
    compared: tuple[str, ...] = DIFFERING

    @property
    def variants(self) -> int:
        """All of them, each once."""
        return sum(self.intersections.values())


@dataclass(frozen=True)
class SharedBlock:
    """Consecutive variants, each with what each result says of it (`told`, None where it lacks the variant)."""

    rows: list[dict[str, Any]]
    total: int


def check(jobs: Sequence[Job]) -> None:
    """Raise InputError where these jobs cannot be compared (too few, too many, one twice, of different builds), and
    ConflictError (`no_result`) where one of them cannot be read now."""
    if not 2 <= len(jobs) <= MOST_JOBS:
        raise InputError(f"Choose two to {MOST_JOBS} jobs to compare.", code="bad_choice")
    if len({job.job_id for job in jobs}) < len(jobs):
        raise InputError("Choose each job once.", code="bad_choice")
    away = [f"{job.input_file_name} {_why_not(job)}" for job in jobs if not (job.has_results and job.has_tables)]
    if away:
        raise ConflictError(
            f"Not all of these jobs can be read now: {'; '.join(away)}. Choose others, or come back later.",
            code="no_result",
        )
    builds = {_build(job): job for job in jobs}
    builds.pop(MITOCHONDRION, None)
    if len(builds) > 1:
        named = "; ".join(f"{job.input_file_name}: {build}" for build, job in builds.items())
        raise InputError(
            f"These results are of different genome builds, in which the same place has different positions ({named}). "
            "Compare results of one build.",
            code="different_builds",
        )


def _why_not(job: Job) -> str:
    if job.job_status != JobStatus.COMPLETED:
        return "has not finished" if job.job_status in (JobStatus.PENDING, JobStatus.RUNNING) else "has no result"
    return "has no tables" if job.has_results else "is in the archive, or on its way there or back"


def _build(job: Job) -> str:
    bundle = documents.document(job, "manifest").get("bundle") or {}
    name = str(bundle.get("assembly") or bundle.get("id") or job.bundle_id or "no reference")
    if name.lower().startswith(("rcrs", "nc_012920")):
        return MITOCHONDRION
    build = build_of(name)
    return f"GRCh{build}" if build else name


@contextmanager
def _table(jobs: Sequence[Job]) -> Iterator[tuple[str, list[Part]]]:
    """The derived table and the results behind it, kept in place while the block runs."""
    check(jobs)
    with ExitStack() as held:
        parts = [Part(str(held.enter_context(cache.opened(job, "variants"))), _columns(job)) for job in jobs]

        def make(target: Path) -> None:
            write_table(parts, target)

        yield str(held.enter_context(cache.derived(list(jobs), LAYOUT, make))), parts


def _columns(job: Job) -> tuple[str | None, ...]:
    table = table_of(job)
    return (*(name if name in table.types else None for name in ("gene", "consequence")), significance_column(table))


def compare(jobs: Sequence[Job]) -> Shared:
    """Counts of what jobs share. Raises InputError (`bad_choice`, `different_builds`), LimitError, ConflictError."""
    with _table(jobs) as (path, parts):
        asked = "SELECT members, differs, count(*) FROM read_parquet($path) GROUP BY ALL"
        found = connection.rows(asked, {"path": path})
    counts: dict[int, int] = {}
    discordant = dict.fromkeys((*DIFFERING, ANY), 0)
    for members, differs, count in found:
        counts[members] = counts.get(members, 0) + count
        discordant[ANY] += count if differs else 0
        for bit, name in enumerate(DIFFERING):
            discordant[name] += count if differs & 1 << bit else 0
    totals = [sum(n for members, n in counts.items() if members & 1 << number) for number in range(len(jobs))]
    ordered = dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
    shared = sum(n for members, n in counts.items() if members.bit_count() > 1)
    told, compared = (_in_results(parts, least) for least in (1, 2))
    return Shared(ordered, totals, shared, discordant, told, compared)


def _in_results(parts: Sequence[Part], least: int) -> tuple[str, ...]:
    """Those of `DIFFERING` of which at least so many results have a column."""
    having = (sum(part.columns[bit] is not None for part in parts) for bit in range(len(DIFFERING)))
    return tuple(name for name, count in zip(DIFFERING, having, strict=True) if count >= least)


def read(
    jobs: Sequence[Job], start: int, count: int, members: int | None = None, differs: str | None = None
) -> SharedBlock:
    """Variants `start` (0-based) to `start + count`: of one intersection or all, all or only those about which the
    results disagree (`differs`: one of `DIFFERING`, or `any`). Raises InputError for what is none of these."""
    if start < 0 or not 0 < count <= get_settings().table_block_rows:
        raise InputError(
            f"Ask for 1 to {get_settings().table_block_rows:,} rows (table_block_rows) from row 0 on.", code="bad_block"
        )
    with _table(jobs) as (path, parts):
        where, parameters = _where(len(jobs), members, differs)
        parameters["path"] = path
        total = connection.rows(f"SELECT count(*) FROM read_parquet($path) WHERE {where}", parameters)[0][0]
        asked = f"SELECT n FROM read_parquet($path) WHERE {where} ORDER BY n LIMIT $count OFFSET $start"
        numbers = [row[0] for row in connection.rows(asked, parameters | {"count": count, "start": start})]
        return SharedBlock(shared_rows.numbered(path, parts, numbers, get_settings().table_cell_letters), total)


def all_rows(
    jobs: Sequence[Job], members: int | None = None, differs: str | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Every such variant, block by block; bounds and errors as in `read`, and LimitError over `compare_download_rows`,
    all of them before the first block."""
    most, at_once = get_settings().compare_download_rows, BLOCKS_AT_ONCE * get_settings().table_block_rows
    total = read(jobs, 0, 1, members, differs).total
    if total > most:
        raise LimitError(
            f"The list has {total:,} variants; one download holds at most {most:,} (compare_download_rows). Choose one "
            "set of jobs, or export the results themselves.",
            code="too_many_rows",
        )
    return _blocks(jobs, members, differs, at_once)


def _blocks(
    jobs: Sequence[Job], members: int | None, differs: str | None, at_once: int
) -> Iterator[list[dict[str, Any]]]:
    last = -1
    while True:
        with _table(jobs) as (path, parts):
            where, parameters = _where(len(jobs), members, differs)
            asked = f"SELECT n FROM read_parquet($path) WHERE {where} AND n > $last ORDER BY n LIMIT $count"
            bounds = parameters | {"path": path, "last": last, "count": at_once}
            numbers = [row[0] for row in connection.rows(asked, bounds)]
            rows = shared_rows.numbered(path, parts, numbers)
        if not rows:
            return
        yield rows
        last = numbers[-1]


def _where(jobs: int, members: int | None, differs: str | None) -> tuple[str, dict[str, Any]]:
    terms, parameters = ["true"], {}
    if members is not None:
        if not 0 < members < 1 << jobs:
            raise InputError("There is no such choice of jobs.", code="bad_choice")
        terms.append("members = $members")
        parameters["members"] = members
    if differs is not None:
        if differs not in (*DIFFERING, ANY):
            raise InputError("There is no such difference to look for.", code="bad_choice")
        terms.append("differs <> 0" if differs == ANY else "differs & $bit <> 0")
        parameters |= {} if differs == ANY else {"bit": 1 << DIFFERING.index(differs)}
    return " AND ".join(terms), parameters
