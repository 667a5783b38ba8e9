"""Reads a bundle's GFF3 (Ensembl's dialect) into compact tables: genes, transcripts, exons, regulatory features.

It streams: a GFF3 of the whole human genome has three million lines.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipeline.errors import ConfigurationError

BLOCK_BYTES = 8 << 20
COLUMNS = ["contig", "source", "type", "start", "end", "score", "strand", "phase", "attributes"]
REGULATORY = {
    "regulatory_region", "promoter", "promoter_flanking_region", "enhancer", "open_chromatin_region",
    "CTCF_binding_site", "TF_binding_site", "epigenetically_modified_region", "EMAR",
}  # fmt: skip
MANE_SELECT, MANE_PLUS_CLINICAL, CANONICAL, START_NOT_FOUND = 1, 2, 4, 8
TAGS = (
    ("mane[_ ]select", MANE_SELECT),
    ("mane[_ ]plus[_ ]clinical", MANE_PLUS_CLINICAL),
    ("ensembl[_ ]canonical", CANONICAL),
    ("cds_start_nf", START_NOT_FOUND),
)
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class GeneTables:
    """`genes`, `transcripts` and `regulatory` are sorted by contig and start; exons lie in order of their transcript.

    Positions are 1-based and inclusive. Exons of a transcript rise along the contig whatever its strand; `before` are
    the bases of its earlier exons in that order.
    """

    genes: pa.Table
    transcripts: pa.Table
    exons: pa.Table
    regulatory: pa.Table


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
    return _tables({kind: pa.concat_tables(parts.pop(kind)).combine_chunks() for kind in list(parts)})


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


def _tables(found: dict[str, pa.Table]) -> GeneTables:
    if not found:
        found = _sorted_out(_empty_batch())
    order = {name: number for number, name in enumerate(_contigs(found))}
    genes = _placed(found["gene"], order)
    transcripts = _placed(found["transcript"], order)
    parent = pc.index_in(transcripts["@Parent"], value_set=genes["@ID"])
    transcripts = transcripts.append_column("gene", parent).filter(pc.is_valid(parent)).combine_chunks()
    exons, coding = _exons(found["exon"], found["CDS"], transcripts)
    return GeneTables(
        genes=_genes(genes),
        transcripts=_transcripts(transcripts, exons, coding, found["circular"]),
        exons=pa.table({name: exons[name] for name in ("start", "end", "before")}),
        regulatory=_regulatory(_placed(found["regulatory"], order)),
    )


def _empty_batch() -> pa.RecordBatch:
    schema = [(name, pa.int32() if name in ("start", "end") else pa.string()) for name in COLUMNS]
    return pa.RecordBatch.from_pylist([], pa.schema(schema))


def _contigs(found: dict[str, pa.Table]) -> list[str]:
    names: dict[str, None] = {}
    for kind in ("gene", "transcript", "regulatory"):
        names |= dict.fromkeys(pc.unique(found[kind]["contig"]).to_pylist())
    return list(names)


def _placed(table: pa.Table, order: dict[str, int]) -> pa.Table:
    """Sorted by contig, start and end, then by id."""
    rank = pc.index_in(table["contig"], value_set=pa.array(list(order), pa.string()))
    keys = [(name, "ascending") for name in ("@rank", "start", "end", "@ID")]
    return table.append_column("@rank", rank).sort_by(keys).drop_columns(["@rank"]).combine_chunks()


def _regulatory(features: pa.Table) -> pa.Table:
    return pa.table(
        {
            "contig": features["contig"].dictionary_encode(),
            "type": features["type"],
            "start": features["start"],
            "end": features["end"],
            "id": features["@ID"],
        }
    ).combine_chunks()


def _genes(genes: pa.Table) -> pa.Table:
    gene_id = pc.coalesce(genes["@gene_id"], genes["@ID"])
    return pa.table(
        {
            "contig": genes["contig"].dictionary_encode(),
            "start": genes["start"],
            "end": genes["end"],
            "forward": pc.not_equal(genes["strand"], "-"),
            "id": gene_id,
            "name": pc.coalesce(genes["@Name"], gene_id),
        }
    ).combine_chunks()


def _exons(exon: pa.Table, cds: pa.Table, transcripts: pa.Table) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Exons by transcript, and for each transcript its coding region, the phase where it begins and its protein."""
    ids = transcripts["@ID"]
    count = len(transcripts)
    exon_of, exon_start, exon_end, _ = _of_transcripts(exon, ids)
    cds_of, cds_start, cds_end, cds_rows = _of_transcripts(cds, ids)
    bare = np.ones(count, bool)
    bare[exon_of] = False
    spare = bare[cds_of]  # a transcript without exon lines has those of its coding sequence
    exon_of, exon_start, exon_end = (
        np.concatenate([exon_of, cds_of[spare]]),
        np.concatenate([exon_start, cds_start[spare]]),
        np.concatenate([exon_end, cds_end[spare]]),
    )
    bare[exon_of] = False
    alone = np.flatnonzero(bare)  # a transcript without parts is one exon
    exon_of = np.concatenate([exon_of, alone])
    exon_start = np.concatenate([exon_start, transcripts["start"].to_numpy()[alone]])
    exon_end = np.concatenate([exon_end, transcripts["end"].to_numpy()[alone]])
    by = np.lexsort((exon_start, exon_of))
    exon_of, exon_start, exon_end = exon_of[by], exon_start[by], exon_end[by]
    length = exon_end - exon_start + 1
    total = np.concatenate(([0], np.cumsum(length, dtype=np.int64)))
    first = np.searchsorted(exon_of, np.arange(count + 1))
    exons = {
        "start": exon_start.astype(np.int32),
        "end": exon_end.astype(np.int32),
        "before": (total[:-1] - total[first[exon_of]]).astype(np.int32),
        "first": first[:-1].astype(np.int32),
        "count": np.diff(first).astype(np.int32),
    }
    forward = pc.not_equal(transcripts["strand"], "-").to_numpy()
    return exons, _coding(cds_of, cds_start, cds_end, (cds, cds_rows), forward)


def _of_transcripts(lines: pa.Table, ids: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Number of the transcript, start, end and row of each line whose transcript is known."""
    parent = pc.index_in(lines["@Parent"], value_set=ids)
    known = np.flatnonzero(pc.is_valid(parent).to_numpy())
    of = pc.fill_null(parent, -1).to_numpy()[known].astype(np.int64)
    return of, lines["start"].to_numpy()[known], lines["end"].to_numpy()[known], known


def _coding(
    of: np.ndarray, start: np.ndarray, end: np.ndarray, lines: tuple[pa.Table, np.ndarray], forward: Bools
) -> dict[str, np.ndarray]:
    count = len(forward)
    begins = np.full(count, np.iinfo(np.int32).max, np.int64)
    ends = np.zeros(count, np.int64)
    np.minimum.at(begins, of, start)
    np.maximum.at(ends, of, end)
    begins[ends == 0] = 0
    leading = np.flatnonzero(np.where(forward[of], start == begins[of], end == ends[of]))
    phase = np.zeros(count, np.int8)
    first_lines = lines[0].take(pa.array(lines[1][leading]))
    text = first_lines["phase"]
    phase[of[leading]] = pc.if_else(pc.is_in(text, value_set=pa.array(["0", "1", "2"])), text, "0").cast(pa.int8())
    protein = np.full(count, None, object)
    protein[of[leading]] = _versioned(first_lines["@protein_id"], first_lines["@version"]).to_numpy()
    return {"start": begins, "end": ends, "phase": phase, "protein": protein}


def _transcripts(
    table: pa.Table, exons: dict[str, np.ndarray], coding: dict[str, np.ndarray], circular: pa.Table
) -> pa.Table:
    tag = pc.fill_null(table["@tag"], "")
    flags = np.zeros(len(table), np.int8)
    for pattern, flag in TAGS:
        flags |= np.where(pc.match_substring_regex(tag, pattern, ignore_case=True).to_numpy(), flag, 0).astype(np.int8)
    return pa.table(
        {
            "contig": table["contig"].dictionary_encode(),
            "start": table["start"],
            "end": table["end"],
            "forward": pc.not_equal(table["strand"], "-"),
            "id": table["@ID"],
            "name": _versioned(table["@ID"], table["@version"]),
            "gene": table["gene"],
            "biotype": pc.fill_null(table["@biotype"], "").dictionary_encode(),
            "flags": pa.array(flags),
            "coding_start": pa.array(coding["start"].astype(np.int32)),
            "coding_end": pa.array(coding["end"].astype(np.int32)),
            "phase": pa.array(coding["phase"]),
            "protein": pa.array(coding["protein"], pa.string()),
            "exon_first": pa.array(exons["first"]),
            "exon_count": pa.array(exons["count"]),
            "circular": pc.is_in(table["contig"], value_set=pc.unique(circular["contig"])),
        }
    ).combine_chunks()


def _versioned(names: pa.ChunkedArray, versions: pa.ChunkedArray) -> pa.ChunkedArray:
    """`ENST00000361390` and `2` → `ENST00000361390.2`, unless the name has a version already."""
    bare = pc.and_(pc.is_valid(versions), pc.invert(pc.match_substring_regex(names, r"\.\d+$")))
    joined = pc.binary_join_element_wise(pc.fill_null(names, ""), pc.fill_null(versions, ""), ".")
    return pc.if_else(bare, joined, names)
