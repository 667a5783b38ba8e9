"""Reads a bundle's GFF3 (Ensembl's dialect) into compact tables: genes, transcripts, exons, regulatory features.

It streams: a GFF3 of the whole human genome has three million lines.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipeline.errors import ConfigurationError
from pipeline.reference.gene_model_tables import GeneTables, tables_of

BLOCK_BYTES = 8 << 20
COLUMNS = ["contig", "source", "type", "start", "end", "score", "strand", "phase", "attributes"]
REGULATORY = {
    "regulatory_region", "promoter", "promoter_flanking_region", "enhancer", "open_chromatin_region",
    "CTCF_binding_site", "TF_binding_site", "epigenetically_modified_region", "EMAR",
}  # fmt: skip


def read_gene_tables(gff3: Path) -> GeneTables:
    """Read the file (plain or gzipped). Raises ConfigurationError for a file that is no GFF3."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    try:
        with pa.input_stream(str(gff3), compression="gzip" if gff3.suffix == ".gz" else None) as stream:
            for batch in _batches(stream):
                for kind, table in _sorted_out(batch).items():
                    parts[kind].append(table)
    except (pa.ArrowInvalid, OSError) as error:
        raise ConfigurationError(f"The gene model {gff3.name} cannot be read: {str(error)[:200]}.") from error
    found = {kind: pa.concat_tables(parts.pop(kind)).combine_chunks() for kind in list(parts)}
    return tables_of(found or _sorted_out(_empty_batch()))


def _batches(stream: pa.NativeFile) -> csv.CSVStreamingReader:
    kept = ["contig", "type", "start", "end", "strand", "phase", "attributes"]
    types = {name: pa.string() for name in kept} | {"start": pa.int32(), "end": pa.int32()}
    try:
        return csv.open_csv(
            stream,
            csv.ReadOptions(column_names=COLUMNS, block_size=BLOCK_BYTES, use_threads=False),
            csv.ParseOptions(delimiter="\t", quote_char=False, invalid_row_handler=lambda row: "skip"),
            csv.ConvertOptions(column_types=types, include_columns=kept, check_utf8=False, strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return iter(())
        raise


def _sorted_out(batch: pa.RecordBatch) -> dict[str, pa.Table]:
    """The lines of a block by what they are; comment lines have no nine columns and were passed over."""
    table = pa.table(batch)
    text = table["attributes"]
    is_gene = pc.match_substring_regex(text, r"(?:^|;)ID=gene:")
    is_transcript = pc.match_substring_regex(text, r"(?:^|;)ID=transcript:")
    kind = table["type"]
    found = {
        "gene": _with_keys(table.filter(is_gene), ("ID=gene:", "Name=", "gene_id=")),
        "transcript": _with_keys(
            table.filter(is_transcript), ("ID=transcript:", "Parent=gene:", "biotype=", "version=", "tag=")
        ),
        "regulatory": _with_keys(
            table.filter(pc.is_in(kind, value_set=pa.array(sorted(REGULATORY)))), ("ID=", "gene_id=")
        ),
    }
    exons = table.filter(pc.equal(kind, "exon")).select(["start", "end", "attributes"])
    found["exon"] = _one_parent(_with_keys(exons, ("Parent=",)))
    coding = table.filter(pc.equal(kind, "CDS")).select(["start", "end", "phase", "attributes"])
    found["CDS"] = _one_parent(_with_keys(coding, ("Parent=", "protein_id=", "version=")))
    whole = table.filter(pc.match_substring(text, "Is_circular=true"))
    found["circular"] = whole.select(["contig"])
    return found


def _with_keys(table: pa.Table, keys: tuple[str, ...]) -> pa.Table:
    """The wanted attributes as columns named as the key without `=` and what follows it; the rest goes."""
    text = table["attributes"]
    for key in keys:
        name, _, prefix = key.partition("=")
        found = pc.struct_field(pc.extract_regex(text, rf"(?:^|;){name}={prefix}(?P<value>[^;]*)"), "value")
        table = table.append_column(f"@{name}", found)
    return table.drop_columns(["attributes"])


def _one_parent(lines: pa.Table) -> pa.Table:
    """Lines with several parents stand once for each; the prefix `transcript:` goes."""
    parent = pc.fill_null(lines["@Parent"], "")
    if pc.any(pc.match_substring(parent, ",")).as_py():
        lists = pc.split_pattern(parent.combine_chunks(), ",")
        lines = lines.take(pc.list_parent_indices(lists))
        parent = pa.chunked_array([pc.list_flatten(lists)])
    plain = pc.replace_substring_regex(parent, r"^transcript:", "")
    return lines.set_column(lines.schema.get_field_index("@Parent"), "@Parent", plain)


def _empty_batch() -> pa.RecordBatch:
    schema = [(name, pa.int32() if name in ("start", "end") else pa.string()) for name in COLUMNS]
    return pa.RecordBatch.from_pylist([], pa.schema(schema))
