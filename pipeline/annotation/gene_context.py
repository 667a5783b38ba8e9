"""What the gene model adds to an engine's words: names of transcripts, and what lies near a variant outside genes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray, mask, to_numpy
from pipeline.annotation.consequence_terms import sequence_ontology, translate
from pipeline.annotation.transcripts.context import NEAR_BASES
from pipeline.reference.gene_model import ContigGenes, GeneModel

FAR = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Neighbour:
    """For alleles outside genes: the term, the nearest gene within reach and the bases between."""

    consequence: pa.StringArray
    gene: pa.StringArray
    distance: pa.Int64Array


def complete(rows: pa.Table, model: GeneModel) -> pa.Table:
    """Fill transcript, gene_id, biotype and strand of consequence rows from the model."""
    pair = pc.binary_join_element_wise(pc.fill_null(rows["gene"], ""), pc.fill_null(rows["biotype"], ""), "\t")
    unnamed = pc.if_else(pc.is_null(rows["transcript"]), pair, None)
    named = translate(unnamed, lambda text: None if text is None else _only_transcript(text, model))
    transcript = pc.coalesce(rows["transcript"].combine_chunks(), named)
    own = {
        name: translate(transcript, lambda key, name=name: getattr(model.transcripts.get(key), name, None))
        for name in ("gene_id", "biotype", "strand")
    }
    filled = rows.set_column(rows.schema.get_field_index("transcript"), "transcript", transcript)
    for name, values in own.items():
        place = rows.schema.get_field_index(name)
        filled = filled.set_column(place, name, pc.coalesce(values, rows[name].combine_chunks()))
    return filled


def merged_by_transcript(rows: pa.Table) -> pa.Table:
    """One row for each allele and transcript: csq reports a missense change in a splice region as two."""
    transcripts = pc.fill_null(rows["transcript"].combine_chunks(), "").dictionary_encode()
    codes = transcripts.indices.to_numpy().astype(np.int64)
    place = to_numpy(rows["row"]) * (len(transcripts.dictionary) + 1) + codes
    named = mask(pc.not_equal(transcripts.dictionary, ""))[codes] if len(codes) else np.zeros(0, bool)
    _, group, count = np.unique(place, return_inverse=True, return_counts=True)
    repeated = (count[group] > 1) & named
    if not repeated.any():
        return rows
    several = rows.filter(pa.array(repeated))
    keys = ["row", "transcript"]
    others = [name for name in rows.column_names if name not in (*keys, "consequence")]
    merged = several.group_by(keys, use_threads=False).aggregate(
        [("consequence", "list"), *((name, "max") for name in others)]
    )
    terms = pc.binary_join(merged["consequence_list"].combine_chunks(), "&")
    columns = {name: merged[name if name in keys else f"{name}_max"] for name in (*keys, *others)}
    columns["consequence"] = sequence_ontology(terms)
    single = pa.table({name: columns[name] for name in rows.column_names}, schema=rows.schema)
    return pa.concat_tables([rows.filter(pa.array(~repeated)), single]).sort_by("row").combine_chunks()


def _only_transcript(pair: str, model: GeneModel) -> str | None:
    """The transcript of a gene with that biotype, where there is just one."""
    gene, biotype = pair.split("\t", 1)
    found = model.by_gene.get((gene, biotype.lower()), [])
    return found[0].id if len(found) == 1 else None


def neighbours(
    pos: IntArray, length: IntArray, genes: ContigGenes | None, circumference: int | None = None
) -> Neighbour:
    """The nearest gene of each allele at `pos` (1-based) with `length` reference bases, on one contig.

    On a circle of `circumference` bases the way over the origin counts too.
    """
    if circumference is None or genes is None:
        return _nearest(pos, length, genes)
    ways = [_nearest(pos + turn, length, genes) for turn in (0, circumference, -circumference)]
    far = np.iinfo(np.int64).max
    gaps = np.stack([pc.fill_null(way.distance, far).to_numpy() for way in ways])
    take = pa.array(gaps.argmin(axis=0) * len(pos) + np.arange(len(pos)))
    parts = ("consequence", "gene", "distance")
    return Neighbour(*(pa.concat_arrays([getattr(way, part) for way in ways]).take(take) for part in parts))


def _nearest(pos: IntArray, length: IntArray, genes: ContigGenes | None) -> Neighbour:
    count = len(pos)
    if genes is None or not len(genes.starts):
        return Neighbour(
            pa.array(["intergenic_variant"] * count), pa.nulls(count, pa.string()), pa.nulls(count, pa.int64())
        )
    right = np.searchsorted(genes.starts, pos + length - 1, side="right")
    right_gap = np.where(right < len(genes.starts), np.append(genes.starts, 0)[right] - (pos + length - 1), FAR)
    left = np.searchsorted(genes.starts, pos, side="right") - 1
    left_gap = np.where(left >= 0, pos - genes.reach[np.maximum(left, 0)], FAR)
    is_right = right_gap <= np.maximum(left_gap, 0)
    nearest = np.where(is_right, np.minimum(right, len(genes.starts) - 1), genes.reaching[np.maximum(left, 0)])
    gap = np.where(is_right, right_gap, np.maximum(left_gap, 0))
    forward = genes.forward[nearest]
    near = gap <= NEAR_BASES
    upstream = is_right == forward
    terms = np.where(upstream, "upstream_gene_variant", "downstream_gene_variant")
    terms = np.where(gap == 0, "sequence_variant", terms)
    return Neighbour(
        consequence=pa.array(np.where(near, terms, "intergenic_variant"), pa.string()),
        gene=pa.array(genes.names, pa.string()).take(pa.array(nearest, mask=~near)),
        distance=pa.array(gap, mask=~near),
    )
