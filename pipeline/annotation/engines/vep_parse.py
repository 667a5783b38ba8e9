"""CSQ texts of Ensembl VEP become consequence rows."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipeline.annotation.consequence_terms import sequence_ontology, translate
from pipeline.annotation.engines.base import CONSEQUENCE_SCHEMA
from pipeline.annotation.engines.vep_fields import COLUMNS, EXTRA_COLUMNS, FIELDS, VepColumn
from pipeline.errors import PermanentError

TYPES = {"string": pa.string(), "float": pa.float64(), "integer": pa.int64()}
SCHEMA = pa.schema([*CONSEQUENCE_SCHEMA, *((column.name, TYPES[column.type]) for column in EXTRA_COLUMNS)])
STRANDS = {"1": "+", "-1": "-"}
# What VEP writes for characters that a VCF cannot hold; `%` comes last.
ESCAPES = {"%3D": "=", "%3B": ";", "%2C": ",", "%7C": "|", "%25": "%"}
PREDICTION = r"^(?P<prediction>[^(]*)(?:\((?P<score>[0-9.eE+-]+)\))?"
# Columns of CONSEQUENCE_SCHEMA that are a field as it stands, and those that are the first number in one.
WHOLE = {
    "gene": "SYMBOL",
    "gene_id": "Gene",
    "biotype": "BIOTYPE",
    "amino_acids": "Amino_acids",
    "codons": "Codons",
    "exon": "EXON",
    "intron": "INTRON",
}
FIRST_NUMBER = {"protein_position": "Protein_position", "cds_position": "CDS_position", "distance": "DISTANCE"}
TAGS = {"MANE_SELECT": "MANE Select", "MANE_PLUS_CLINICAL": "MANE Plus Clinical", "CANONICAL": "canonical"}
READ = sorted(
    {item.csq for item in COLUMNS}
    | {"Consequence", "Feature_type", "Feature", "STRAND", "HGVSc", "HGVSp"}
    | {*WHOLE.values(), *FIRST_NUMBER.values(), *TAGS}
)


def parse_csq(raw: pa.StringArray) -> pa.Table:
    """Rows of CONSEQUENCE_SCHEMA and EXTRA_COLUMNS. `raw` is the CSQ text of each allele; null where there is none."""
    lists = pc.split_pattern(raw, ",")
    rows = pc.list_parent_indices(lists).cast(pa.int64())
    if not len(rows):
        return SCHEMA.empty_table()
    fields = _fields(pc.list_flatten(lists))
    is_transcript = pc.equal(fields["Feature_type"], "Transcript")
    columns = _usual_columns(rows, fields, pc.fill_null(is_transcript, False))
    for item in COLUMNS:
        columns[item.column.name] = _part(item, fields[item.csq])
    columns["vep_feature"] = pc.if_else(pc.fill_null(is_transcript, True), None, fields["Feature"])
    return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)


def _fields(entries: pa.StringArray) -> dict[str, pa.StringArray]:
    """The fields that are read, each as a column; what is empty is null."""
    text = pc.binary_join(pa.ListArray.from_arrays([0, len(entries)], entries), "\n")[0].as_buffer()
    try:
        table = csv.read_csv(
            pa.BufferReader(text),
            read_options=csv.ReadOptions(column_names=list(FIELDS), use_threads=False, block_size=max(len(text), 1)),
            parse_options=csv.ParseOptions(delimiter="|", quote_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                include_columns=READ,
                column_types=dict.fromkeys(READ, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise PermanentError("The engine vep wrote an entry that cannot be read.", code="engine_failed") from error
    return {name: table[name].combine_chunks() for name in READ}


def _usual_columns(
    rows: pa.Int64Array, fields: dict[str, pa.StringArray], is_transcript: pa.BooleanArray
) -> dict[str, pa.Array]:
    """What every engine says. A regulatory feature is no transcript: it has its biotype and a column of its own."""
    columns = {field.name: pa.nulls(len(rows), field.type) for field in CONSEQUENCE_SCHEMA}
    columns |= {name: fields[field] for name, field in WHOLE.items()}
    columns |= {name: _first_number(fields[field]) for name, field in FIRST_NUMBER.items()}
    tags = [pc.if_else(pc.is_valid(fields[field]), tag, None) for field, tag in TAGS.items()]
    return columns | {
        "row": rows,
        "consequence": sequence_ontology(fields["Consequence"]),
        "transcript": pc.if_else(is_transcript, fields["Feature"], None),
        "strand": translate(fields["STRAND"], STRANDS.get),
        "hgvs_c": unescaped(fields["HGVSc"]),
        "hgvs_p": unescaped(fields["HGVSp"]),
        "transcript_tag": pc.coalesce(*tags),
    }


def _first_number(texts: pa.StringArray) -> pa.Int64Array:
    """The first of a range such as `514-516` or `?-12`."""
    return pc.struct_field(pc.extract_regex(texts, r"(?P<first>\d+)"), "first").cast(pa.int64())


def unescaped(texts: pa.StringArray) -> pa.StringArray:
    """`p.Val517%3D` as `p.Val517=`."""
    if not pc.any(pc.match_substring(texts, "%")).as_py():
        return texts
    for escape, character in ESCAPES.items():
        texts = pc.replace_substring(texts, escape, character)
    return texts


def _part(item: VepColumn, values: pa.StringArray) -> pa.Array:
    if item.part == "whole":
        return unescaped(values)
    if item.part == "highest":
        return translate(values, _highest, pa.float64())
    found = pc.struct_field(pc.extract_regex(values, PREDICTION), item.part)
    found = pc.if_else(pc.equal(found, ""), None, found)
    return found.cast(pa.float64()) if item.part == "score" else found


def _highest(text: str) -> float | None:
    """The highest of frequencies that are joined by `&`, where several known variants are the same change."""
    numbers = [float(part) for part in text.split("&") if part]
    return max(numbers, default=None)
