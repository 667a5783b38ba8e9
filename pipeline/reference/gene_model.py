"""Genes and transcripts of a bundle: names, exons, coding regions; small arrays, one contig at a time.

A large GFF3 is read once; its tables lie as Arrow files in a cache folder and are mapped into memory from then on, so
that a job of ten variants does not read three million lines.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.reference.gene_model_reading import read_gene_tables
from pipeline.reference.gene_model_tables import GeneTables
from pipeline.settings import get_settings

CACHED_FROM_BYTES = 64 << 10  # a smaller GFF3 is read in milliseconds
LAYOUT = 1  # of the cached tables; a change of the tables needs a new number
TABLES = ("genes", "transcripts", "exons", "regulatory")
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Transcript:
    """A transcript; `start` and `end` are 1-based and inclusive."""

    id: str
    gene: str
    gene_id: str
    biotype: str
    strand: str
    contig: str
    start: int
    end: int


@dataclass(frozen=True)
class ContigGenes:
    """Genes of one contig, sorted by start; positions are 1-based and inclusive."""

    starts: IntArray
    ends: IntArray
    reach: IntArray  # the farthest end among this gene and those before it
    reaching: IntArray  # index of the gene that has that end
    forward: npt.NDArray[np.bool_]
    names: list[str]


@dataclass(frozen=True)
class ContigTranscripts:
    """Transcripts of one contig, sorted by start; positions are 1-based and inclusive.

    `exon_start`, `exon_end` and `exon_before` hold the exons of all of them; those of transcript `t` are
    `exon_first[t] … exon_first[t] + exon_count[t] - 1`, rising along the contig. `coding_end` is 0 for transcripts
    that are not translated.
    """

    start: IntArray
    end: IntArray
    forward: npt.NDArray[np.bool_]
    flags: npt.NDArray[np.int8]
    coding_start: IntArray
    coding_end: IntArray
    phase: IntArray  # bases before the first whole codon (GFF3 column 8)
    exon_first: IntArray
    exon_count: IntArray
    exon_start: IntArray
    exon_end: IntArray
    exon_before: IntArray
    bases: IntArray  # of the spliced transcript
    id: pa.StringArray
    name: pa.StringArray  # id with version
    protein: pa.StringArray
    biotype: pa.StringArray
    gene: pa.StringArray
    gene_id: pa.StringArray
    gene_number: IntArray
    circular: bool

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Regions:
    """Regulatory features of one contig, sorted by start."""

    starts: IntArray
    ends: IntArray
    kind: pa.StringArray


@dataclass
class GeneModel:
    """The tables of a bundle, and what is read of them contig by contig."""

    tables: GeneTables

    def genes_of(self, contig: str) -> ContigGenes | None:
        """Genes of a contig; None where it has none."""
        rows = self._rows("genes", contig)
        if rows is None or not len(rows):
            return None
        ends = _ints(rows["end"])
        reach = np.maximum.accumulate(ends)
        farthest = np.where(ends == reach, np.arange(len(ends)), 0)
        return ContigGenes(
            starts=_ints(rows["start"]),
            ends=ends,
            reach=reach,
            reaching=np.maximum.accumulate(farthest),
            forward=rows["forward"].to_numpy(),
            names=rows["name"].to_pylist(),
        )

    def transcripts_of(self, contig: str) -> ContigTranscripts | None:
        """Transcripts of a contig; None where it has none."""
        rows = self._rows("transcripts", contig)
        if rows is None or not len(rows):
            return None
        first, count = _ints(rows["exon_first"]), _ints(rows["exon_count"])
        begin = int(first[0])
        exons = self.tables.exons.slice(begin, int(first[-1] + count[-1]) - begin)
        length = _ints(exons["end"]) - _ints(exons["start"]) + 1
        last = first - begin + count - 1
        names = self.tables.genes.select(["name", "id"]).take(rows["gene"])
        return ContigTranscripts(
            **{name: _ints(rows[name]) for name in ("start", "end", "coding_start", "coding_end", "phase")},
            **{name: rows[name].combine_chunks() for name in ("id", "name", "protein")},
            **{f"exon_{name}": _ints(exons[name]) for name in ("start", "end", "before")},
            forward=rows["forward"].to_numpy(),
            flags=rows["flags"].to_numpy(),
            exon_first=first - begin,
            exon_count=count,
            bases=_ints(exons["before"])[last] + length[last],
            biotype=rows["biotype"].cast(pa.string()).combine_chunks(),
            gene=names["name"].combine_chunks(),
            gene_id=names["id"].combine_chunks(),
            gene_number=_ints(rows["gene"]),
            circular=bool(rows["circular"][0].as_py()),
        )

    def regulatory_of(self, contig: str) -> Regions | None:
        """Regulatory features of a contig; None where the GFF3 has none there."""
        rows = self._rows("regulatory", contig)
        if rows is None or not len(rows):
            return None
        return Regions(_ints(rows["start"]), _ints(rows["end"]), rows["type"].combine_chunks())

    @cached_property
    def transcripts(self) -> dict[str, Transcript]:
        """All transcripts by id, one object each: for what asks about few of them, in models of any size."""
        rows = self.tables.transcripts
        names = self.tables.genes.select(["name", "id"]).take(rows["gene"])
        columns = [
            rows["id"].to_pylist(),
            names["name"].to_pylist(),
            names["id"].to_pylist(),
            rows["biotype"].cast(pa.string()).to_pylist(),
            ["+" if forward else "-" for forward in rows["forward"].to_pylist()],
            rows["contig"].cast(pa.string()).to_pylist(),
            rows["start"].to_pylist(),
            rows["end"].to_pylist(),
        ]
        return {values[0]: Transcript(*values) for values in zip(*columns, strict=True)}

    @cached_property
    def by_gene(self) -> dict[tuple[str, str], list[Transcript]]:
        """Transcripts by name of their gene and biotype in lower case, for engines that leave the transcript out."""
        found: dict[tuple[str, str], list[Transcript]] = {}
        for transcript in self.transcripts.values():
            found.setdefault((transcript.gene, transcript.biotype.lower()), []).append(transcript)
        return found

    def _rows(self, name: str, contig: str) -> pa.Table | None:
        at = self._extents[name].get(contig)
        return None if at is None else getattr(self.tables, name).slice(*at)

    @cached_property
    def _extents(self) -> dict[str, dict[str, tuple[int, int]]]:
        """First row and number of rows of each contig; tables are sorted by contig."""
        found = {}
        for name in ("genes", "transcripts", "regulatory"):
            column = getattr(self.tables, name)["contig"].unify_dictionaries()
            names = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
            codes = np.concatenate([np.zeros(0, np.int64), *(chunk.indices.to_numpy() for chunk in column.chunks)])
            begins = np.flatnonzero(np.diff(codes, prepend=-1))
            counts = np.diff(begins, append=len(codes))
            found[name] = {
                names[int(codes[at])]: (at, count) for at, count in zip(begins.tolist(), counts.tolist(), strict=True)
            }
        return found


def _ints(values: pa.ChunkedArray) -> IntArray:
    return values.to_numpy().astype(np.int64)


def load_gene_model(gff3: Path) -> GeneModel:
    """The gene model of a GFF3 file (plain or gzipped); kept in memory until the file changes.

    Raises ConfigurationError for a file that cannot be read.
    """
    status = gff3.stat()
    return _load(gff3, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _load(gff3: Path, modified: int, size: int) -> GeneModel:
    if size < CACHED_FROM_BYTES:
        return GeneModel(read_gene_tables(gff3))
    key = hashlib.sha256(f"{gff3.name}\n{modified}\n{size}\n{LAYOUT}".encode()).hexdigest()[:32]
    folder = get_settings().data_dir / "gene_models" / key
    if not folder.is_dir():
        _write(read_gene_tables(gff3), folder)
    return GeneModel(GeneTables(**{name: _mapped(folder / f"{name}.arrow") for name in TABLES}))


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _write(tables: GeneTables, folder: Path) -> None:
    """Whole or not at all; another worker may be doing the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        for name in TABLES:
            table = getattr(tables, name)
            with pa.OSFile(str(made / f"{name}.arrow"), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
                writer.write_table(table)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
