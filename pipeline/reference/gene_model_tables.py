"""The compact tables of a gene model, put together from the lines of a GFF3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

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


def tables_of(found: dict[str, pa.Table]) -> GeneTables:
    """The tables of features by kind: gene, transcript, exon, CDS, regulatory, circular (contigs)."""
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
