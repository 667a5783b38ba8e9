"""Turns a source of any size into an allele table: bcftools norm (→ sort) → query → table, in bounded memory."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.children import Child, ChildFamily
from pipeline.annotation.engines.csq import start_pipe
from pipeline.annotation.prepare.blocks import tokenise
from pipeline.errors import PermanentError
from pipeline.reference.allele_tables import AlleleTableWriter, UnsortedError
from pipeline.reference.bundle import Bundle, Contig
from pipeline.reference.sources.allele_lines import UPLOADED_POS, AlleleLines
from pipeline.reference.sources.fields import ARROW_TYPES, TableField, typed
from pipeline.reference.sources.publisher_file import SourceFile, open_source
from pipeline.settings import get_settings

READ_BYTES = 4 << 20
WINDOW_BASES = 10_000  # norm keeps alleles in order within this; where one moves farther, a second run sorts
FIXED = 5  # columns before the fields: CHROM, POS, REF, ALT, and where the publisher had it
SORT_MEMORY = "256M"


def convert(
    paths: Sequence[Path], bundle: Bundle, fields: Sequence[TableField], out: Path, progress: Callable[[str], None]
) -> Counter[str]:
    """Write the allele table of a source (one file, or one for each contig); what was read, kept, changed and left out.

    Raises InputError where a file is no VCF. A source whose contigs or positions are not in order is sorted first.
    """
    for sort in (False, True):
        counts: Counter[str] = Counter()
        try:
            _convert(paths, bundle, fields, out, counts, progress, sort=sort)
        except UnsortedError:
            if sort:
                raise
            progress("sorting: the source is not in order")
        else:
            return Counter({name: count for name, count in counts.items() if count})
    raise AssertionError("the second run ends one way or the other")


def _convert(
    paths: Sequence[Path],
    bundle: Bundle,
    fields: Sequence[TableField],
    out: Path,
    counts: Counter[str],
    progress: Callable[[str], None],
    *,
    sort: bool,
) -> None:
    work = out.with_name(f"{out.name}.work")
    work.mkdir(parents=True, exist_ok=True)
    names = {alias: contig for contig in bundle.contigs.values() for alias in contig.aliases} | bundle.contigs
    schema = {field.name: ARROW_TYPES[field.type] for field in fields}
    try:
        with AlleleTableWriter(out, schema, counts) as writer:
            for path in paths:
                _add_file(path, bundle, names, fields, writer, work, progress, sort=sort)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _add_file(
    path: Path,
    bundle: Bundle,
    names: dict[str, Contig],
    fields: Sequence[TableField],
    writer: AlleleTableWriter,
    work: Path,
    progress: Callable[[str], None],
    *,
    sort: bool,
) -> None:
    settings = get_settings().model_copy(update={"child_timeout_s": get_settings().source_timeout_s})
    counts = writer.counts
    with (
        ChildFamily(work, settings, lambda: False) as family,
        open_source(path, family, counts) as source,
        ThreadPoolExecutor(1, "source-feed") as feeder,
        ExitStack() as on_error,
    ):
        lines = AlleleLines(names, [field.wanted for field in fields], counts)
        pipe = start_pipe(_steps(bundle, len(fields), work, sort=sort), family)
        on_error.callback(family.kill_running)  # else the feed would wait for ever for somebody to read on
        fed = feeder.submit(_feed, source, lines, pipe[0])
        fed.add_done_callback(partial(_kill_if_it_failed, pipe[0]))
        for contig, rows in _tables(pipe[-1], fields, counts):
            writer.add(contig, rows)
            progress(f"alleles of {contig}: {counts['read']:,} records read")
        fed.result()
        family.finish(pipe)
        on_error.pop_all()
        # norm leaves out nothing but what contradicts the reference, or lies where that is unknown (N).
        counts["reference_mismatch"] += lines.count - counts.pop("returned", 0)


def _steps(bundle: Bundle, fields: int, work: Path, *, sort: bool) -> list[list[str]]:
    steps = [
        ["norm", "--no-version", "-c", "x", "-f", str(bundle.fasta.resolve()), "-w", str(WINDOW_BASES), "-Ou", "-"]
    ]
    if sort:
        steps.append(["sort", "-m", SORT_MEMORY, "-T", str(work.resolve() / "sort"), "-Ou", "-"])
    values = "".join(f"\\t%INFO/V{at}" for at in range(fields))
    layout = f"%CHROM\\t%POS\\t%REF\\t%ALT\\t%INFO/{UPLOADED_POS}{values}\\n"
    steps.append(["query", "-u", "-o", "/dev/stdout", "-f", layout, "-"])
    return steps


def _feed(source: SourceFile, lines: AlleleLines, child: Child) -> None:
    """Write the alleles to the first child, in a thread: the caller reads from the last one meanwhile."""
    try:
        child.stdin.write(lines.header())
        for block in source.blocks():
            child.stdin.write(lines.lines(block))
        child.stdin.close()
    except BrokenPipeError:
        return  # the child's own end says why


def _kill_if_it_failed(child: Child, fed: Future[None]) -> None:
    """End the first child where the feed stopped before its end: its reader would wait for ever."""
    if fed.exception() is not None:
        child.kill()


def _tables(child: Child, fields: Sequence[TableField], counts: Counter[str]) -> Iterator[tuple[str, pa.Table]]:
    """Contig and rows of each stretch of the last child's lines."""
    rest = b""
    while True:
        chunk = child.stdout.read(READ_BYTES)
        data = rest + chunk
        cut = data.rfind(b"\n") + 1
        rest = data[cut:]
        if cut:
            block = tokenise(data[:cut], FIXED + len(fields), 1)
            if block is None:
                raise PermanentError("bcftools wrote a line that cannot be read.", code="engine_failed")
            columns = {"pos": block.column(1).cast(pa.int32()), "ref": block.column(2), "alt": block.column(3)}
            counts["returned"] += len(block)
            counts["moved"] += pc.sum(pc.not_equal(block.column(1), block.column(FIXED - 1))).as_py() or 0
            for at, field in enumerate(fields):
                columns[field.name] = typed(block.column(FIXED + at), field, counts)
            rows = pa.table(columns)
            ends = pc.run_end_encode(block.column(0))
            start = 0
            for contig, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
                yield contig, rows.slice(start, end - start)
                start = end
        if not chunk:
            return
