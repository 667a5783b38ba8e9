"""Feeds the alleles of a file to an engine in one thread and hands back its rows as they come, segment by segment."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.alleles import Alleles, engine_lines
from pipeline.annotation.children import ChildFamily
from pipeline.annotation.columnar import IntArray, to_numpy
from pipeline.annotation.contig_plan import ContigPlan
from pipeline.annotation.engines.base import ALLELE_TAG, OUTPUT_COLUMNS, Engine, EngineRun, OutOfOrderError, Segment
from pipeline.annotation.prepare.blocks import tokenise
from pipeline.errors import PermanentError
from pipeline.reference.bundle import Bundle

READ_BYTES = 1 << 20
QUEUED_BATCHES = 4
LOOK_UP_S = 0.2  # how often a waiting reader looks whether the job was stopped


@dataclass(frozen=True)
class EngineRows:
    """Rows of an engine, sorted by contig and normalised position: `key` is the running number of the allele."""

    key: IntArray
    contig_order: IntArray
    pos: IntArray
    ref: pa.StringArray
    alt: pa.StringArray
    raw: pa.StringArray  # the engine's own text; null where it says nothing

    def __len__(self) -> int:
        return len(self.key)

    def take(self, index: IntArray) -> EngineRows:
        """Some of the rows."""
        where = pa.array(index)
        return EngineRows(
            self.key[index],
            self.contig_order[index],
            self.pos[index],
            self.ref.take(where),
            self.alt.take(where),
            self.raw.take(where),
        )


def stacked(parts: list[EngineRows]) -> EngineRows:
    """Several batches as one."""
    if len(parts) == 1:
        return parts[0]
    return EngineRows(
        np.concatenate([part.key for part in parts]),
        np.concatenate([part.contig_order for part in parts]),
        np.concatenate([part.pos for part in parts]),
        pa.concat_arrays([part.ref for part in parts]),
        pa.concat_arrays([part.alt for part in parts]),
        pa.concat_arrays([part.raw for part in parts]),
    )


@dataclass(frozen=True)
class RunEnd:
    """A run has ended: every allele up to this running number has been answered, or never will be."""

    last_key: int


class EngineStream:
    """Runs the engine over `alleles()` (a pass over the file of its own) while the caller reads the rows."""

    def __init__(
        self,
        engine: Engine,
        bundle: Bundle,
        plan: ContigPlan,
        family: ChildFamily,
        alleles: Callable[[], Iterator[Alleles | None]],
        *,
        sort: bool = False,
    ) -> None:
        self.sort = sort
        self.engine = engine
        self.bundle = bundle
        self.plan = plan
        self.family = family
        self._alleles = alleles
        self._runs: queue.Queue[EngineRun | None] = queue.Queue()
        self._rows: queue.Queue[EngineRows | RunEnd | None] = queue.Queue(QUEUED_BATCHES)
        self._last_key: dict[int, int] = {}  # of each run that has not ended
        self._stopped = threading.Event()
        self._threads = ThreadPoolExecutor(2, "engine")
        self._work: list[Future[None]] = []

    def start(self) -> None:
        """Start feeding and reading."""
        self._work = [self._threads.submit(self._feed), self._threads.submit(self._read)]
        for work in self._work:
            work.add_done_callback(lambda _: self._runs.put(None))  # however it ended: no more runs come

    def stop(self) -> None:
        """End both threads; the children must have been killed or have ended."""
        self._stopped.set()
        self._runs.put(None)
        while wait(self._work, 0.05).not_done:
            self.family.kill_running()  # also what was being started a moment ago
            while not self._rows.empty():
                self._rows.get_nowait()
        self._threads.shutdown()

    def batches(self) -> Iterator[EngineRows | RunEnd]:
        """Batches of rows in order, and the ends of runs. Raises what went wrong in the threads or the children."""
        while (item := self._next_item()) is not None:
            yield item
        self.raise_if_failed()

    def raise_if_failed(self) -> None:
        """Raise what went wrong in the threads or the children, if anything has."""
        self.family.raise_if_stopped()
        for work in self._work:
            if work.done():
                work.result()

    def _next_item(self) -> EngineRows | RunEnd | None:
        """What comes next; a stopped job and a failed thread end the wait, whatever the other thread does."""
        while True:
            try:
                return self._rows.get(timeout=LOOK_UP_S)
            except queue.Empty:
                self.raise_if_failed()

    def _feed(self) -> None:
        current: EngineRun | None = None
        running = -1  # order of the contig that was sent last
        for found in self._alleles():
            if self._stopped.is_set():
                break
            if found is None:
                if current is not None:
                    self._end_input(current)
                current = None
                continue
            for order in np.unique(found.contig_order[found.sent]).tolist():
                contig = self.plan.by_order[order]
                segment = self.plan.segments[contig.segment]
                # bcftools sort has an order of contigs of its own: each is sorted by itself.
                if current is None or current.segment is not segment or (self.sort and order != running):
                    current = self._next_run(current, segment)
                running = order
                chosen = found.sent & (found.contig_order == order)
                target = contig.target.name if contig.target else ""
                self._last_key[id(current)] = int(found.keys[chosen][-1])
                self._write(current, engine_lines(found, chosen, target))
        if current is not None:
            self._end_input(current)

    def _next_run(self, current: EngineRun | None, segment: Segment) -> EngineRun:
        if current is not None:
            self._end_input(current)
        run = self.engine.start(segment, self.bundle, self.family, sort=self.sort)
        self._runs.put(run)
        self._write(run, engine_header(segment, self.bundle))
        return run

    def _write(self, run: EngineRun, data: bytes) -> None:
        with self._told_why(run):
            run.children[0].stdin.write(data)

    def _end_input(self, run: EngineRun) -> None:
        with self._told_why(run):  # what is still buffered is written now
            run.children[0].stdin.close()

    @contextmanager
    def _told_why(self, run: EngineRun) -> Iterator[None]:
        """A broken pipe says that a child ended early; its own end says why."""
        try:
            yield
        except BrokenPipeError as error:
            self._finish(run)
            raise PermanentError("The annotation engine stopped reading.", code="engine_failed") from error

    def _read(self) -> None:
        while True:
            run = self._runs.get()
            if run is None:
                break
            for rows in read_rows(run):
                self._rows.put(rows)
                if self._stopped.is_set():
                    return
            self._finish(run)
            self._rows.put(RunEnd(self._last_key.pop(id(run), -1)))
        self._rows.put(None)

    def _finish(self, run: EngineRun) -> None:
        try:
            self.family.finish(run.children)
        except PermanentError as error:
            if any("is not sorted" in line for child in run.children for line in child.stderr_tail):
                raise OutOfOrderError from error
            raise


def engine_header(segment: Segment, bundle: Bundle) -> bytes:
    """A header that declares what the engine can be fed: more contigs of the segment may come later in the file."""
    fitting = [
        contig
        for contig in bundle.contigs.values()
        if (contig.genetic_code, contig.has_genes) == (segment.genetic_code, segment.has_genes)
    ]
    contigs = "".join(f"##contig=<ID={contig.name},length={contig.length}>\n" for contig in fitting)
    tag = f'##INFO=<ID={ALLELE_TAG},Number=1,Type=Integer,Description="Running number of the allele">\n'
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    return f"##fileformat=VCFv4.2\n{contigs}{tag}{columns}".encode()


def read_rows(run: EngineRun) -> Iterator[EngineRows]:
    """Parse the last child's lines as they come."""
    rest = b""
    stream = run.children[-1].stdout
    last = (-1, -1)
    while True:
        chunk = stream.read(READ_BYTES)
        data = rest + chunk
        cut = data.rfind(b"\n") + 1
        if cut:
            rows = _parsed(data[:cut], run.segment)
            last = _checked_order(rows, last)
            yield rows
        rest = data[cut:]
        if not chunk:
            return


def _checked_order(rows: EngineRows, last: tuple[int, int]) -> tuple[int, int]:
    """The place of the last row; raises OutOfOrderError where one comes before the row ahead of it."""
    contig, pos = rows.contig_order, rows.pos
    back = (np.diff(contig) < 0) | ((np.diff(contig) == 0) & (np.diff(pos) < 0))
    if back.any() or (int(contig[0]), int(pos[0])) < last:
        raise OutOfOrderError
    return int(contig[-1]), int(pos[-1])


def _parsed(data: bytes, segment: Segment) -> EngineRows:
    block = tokenise(data, OUTPUT_COLUMNS, 1)
    if block is None:
        raise PermanentError("The annotation engine wrote a line that cannot be read.", code="engine_failed")
    names = block.column(0).dictionary_encode()
    orders = np.array([segment.contigs[name] for name in names.dictionary.to_pylist()], np.int64)
    raw = block.column(5)
    return EngineRows(
        key=to_numpy(block.column(4).cast(pa.int64())),
        contig_order=orders[names.indices.to_numpy()],
        pos=block.pos,
        ref=block.column(2),
        alt=block.column(3),
        raw=pc.if_else(pc.equal(raw, "."), None, raw),
    )
