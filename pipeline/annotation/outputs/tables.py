"""The three Parquet tables: variants (one row an allele), consequences (allele × transcript), genotypes."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.annotation.columnar import PACKED
from pipeline.annotation.genotypes import CALL_SCHEMA
from pipeline.annotation.ordering import Ordered
from pipeline.annotation.sources.allele_source import ARROW_TYPES
from pipeline.reference.manifest import Source, SourceColumn

ROW_GROUP_ROWS = 100_000  # a query by region, gene or row number reads few groups; a group is fast to scan

# Texts that come again and again: written as they are held, each once for a group of rows.
REPEATED = (
    "chrom", "type", "filter", "gene", "gene_id", "transcript", "biotype", "strand", "consequence", "impact",
    "most_severe", "exon", "intron", "transcript_tag", "nearest_gene", "skipped",
)  # fmt: skip
DISTINCT = ("hgvs_g", "hgvs_c", "dna_change")  # hardly a value comes twice: a dictionary would only cost
PLACES = ("rid", "chrom", "pos")  # what rows are sorted by: only there a reader can skip groups of rows
RISING = ("rid", "record", "input_pos", "pos")

LEADING = [
    ("rid", pa.int64()),
    ("record", pa.int64()),
    ("allele", pa.int32()),
    ("input_pos", pa.int64()),
    ("input_ref", pa.string()),
    ("input_alt", pa.string()),
    ("chrom", pa.string()),
    ("pos", pa.int64()),
    ("id", pa.string()),
    ("ref", pa.string()),
    ("alt", pa.string()),
    ("type", pa.string()),
    ("qual", pa.float64()),
    ("filter", pa.string()),
    ("gene", pa.string()),
    ("gene_id", pa.string()),
    ("transcript", pa.string()),
    ("biotype", pa.string()),
    ("consequence", pa.string()),
    ("impact", pa.string()),
    ("most_severe", pa.string()),
    ("strand", pa.string()),
    ("hgvs_g", pa.string()),
    ("hgvs_c", pa.string()),
    ("hgvs_p", pa.string()),
    ("dna_change", pa.string()),
    ("amino_acids", pa.string()),
    ("protein_position", pa.int64()),
    ("codons", pa.string()),
    ("cds_position", pa.int64()),
    ("exon", pa.string()),
    ("intron", pa.string()),
    ("nearest_gene", pa.string()),
    ("distance", pa.int64()),
    ("af", pa.float64()),
    ("ac", pa.int64()),
    ("an", pa.int64()),
    ("dp", pa.int64()),
]
TRAILING = [
    ("n_called", pa.int64()),
    ("n_het", pa.int64()),
    ("n_hom_alt", pa.int64()),
    ("n_missing", pa.int64()),
    ("skipped", pa.string()),
]
CONSEQUENCES = pa.schema(
    [
        ("rid", pa.int64()),
        ("transcript", pa.string()),
        ("gene", pa.string()),
        ("gene_id", pa.string()),
        ("biotype", pa.string()),
        ("strand", pa.string()),
        ("consequence", pa.string()),
        ("impact", pa.string()),
        ("amino_acids", pa.string()),
        ("protein_position", pa.int64()),
        ("dna_change", pa.string()),
        ("hgvs_c", pa.string()),
        ("hgvs_p", pa.string()),
        ("codons", pa.string()),
        ("cds_position", pa.int64()),
        ("exon", pa.string()),
        ("intron", pa.string()),
        ("distance", pa.int64()),
        ("transcript_tag", pa.string()),
    ]
)
GENOTYPES = pa.schema([("rid", pa.int64()), *list(CALL_SCHEMA)[1:]])


def variants_schema(sources: tuple[Source, ...], extra: tuple[SourceColumn, ...] = ()) -> pa.Schema:
    """Columns of variants.parquet for a bundle with these sources; `extra` are the columns that an engine adds."""
    own = [(column.name, ARROW_TYPES[column.type]) for source in sources for column in source.columns]
    return pa.schema(LEADING + typed(extra) + own + TRAILING)


def typed(columns: tuple[SourceColumn, ...]) -> list[tuple[str, pa.DataType]]:
    """Names and Arrow types of declared columns."""
    return [(column.name, ARROW_TYPES[column.type]) for column in columns]


def layout_of(schema: pa.Schema) -> dict[str, Any]:
    """How a table is packed: numbers that rise from row to row as differences, all else with a dictionary."""
    rising = [name for name in RISING if name in schema.names]
    return {
        "compression": "snappy",  # half the time of zstd to write and less to read, for a fifth more bytes
        "use_dictionary": [name for name in schema.names if name not in (*rising, *DISTINCT)],
        "write_statistics": [name for name in PLACES if name in schema.names],
        "store_schema": False,  # a reader sees text, however it was held
        "column_encoding": dict.fromkeys(rising, "DELTA_BINARY_PACKED"),
    }


def as_held(schema: pa.Schema) -> pa.Schema:
    """The schema with repeated texts packed, as the rows come."""
    return pa.schema([pa.field(item.name, PACKED if item.name in REPEATED else item.type) for item in schema])


def in_packed_form(table: pa.Table) -> pa.Table:
    """The table with its repeated texts packed."""
    return table.cast(as_held(table.schema))


class Tables:
    """Writes the tables as rows come; every row group but the last holds at least ROW_GROUP_ROWS rows."""

    def __init__(self, folder: Path, sources: tuple[Source, ...], extra: tuple[SourceColumn, ...] = ()) -> None:
        schemas = {
            "variants": variants_schema(sources, extra),
            "consequences": pa.schema([*CONSEQUENCES, *pa.schema(typed(extra))]),
            "genotypes": GENOTYPES,
        }
        self.paths = {name: folder / f"{name}.parquet" for name in schemas}
        self.rows = dict.fromkeys(schemas, 0)
        self._schemas = {name: as_held(schema) for name, schema in schemas.items()}
        self._held: dict[str, list[pa.Table]] = {name: [] for name in schemas}
        self._writers = {
            name: pq.ParquetWriter(path, self._schemas[name], **layout_of(schemas[name]))
            for name, path in self.paths.items()
        }

    def __enter__(self) -> Tables:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, writer in self._writers.items():
            if kind is None:
                self._flush(name)
            writer.close()

    def add(self, ordered: Ordered | None) -> None:
        """Append rows, if there are any."""
        if ordered is None:
            return
        for name, table in (
            ("variants", ordered.variants),
            ("consequences", ordered.consequences),
            ("genotypes", ordered.calls),
        ):
            self._held[name].append(table.select(self._schemas[name].names).cast(self._schemas[name]))
            self.rows[name] += len(table)
            if sum(len(part) for part in self._held[name]) >= ROW_GROUP_ROWS:
                self._flush(name)

    def _flush(self, name: str) -> None:
        if self._held[name]:
            table = pa.concat_tables(self._held[name]).unify_dictionaries()
            if len(table):
                self._writers[name].write_table(table, row_group_size=max(len(table), 1))
            self._held[name] = []
