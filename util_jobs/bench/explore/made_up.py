"""A made-up table of variants, the same for the same seed, with columns and layout as the annotator writes them.

It is made to be like a human genome where that matters to a reader: 25 contigs in proportion, 20,000 genes with names
of their own, consequences and impacts as frequent as they are, frequencies over eight orders of magnitude, few
alleles that ClinVar knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.annotation.outputs.tables import ROW_GROUP_ROWS, layout_of, variants_schema
from pipeline.reference.manifest import SourceColumn

Array = npt.NDArray[Any]
MEGABASES = (
    248,
    242,
    198,
    190,
    181,
    170,
    159,
    145,
    138,
    133,
    135,
    133,
    114,
    107,
    101,
    90,
    83,
    80,
    58,
    64,
    46,
    50,
    156,
    57,
)
CONTIGS = {f"chr{name}": size * 1_000_000 for name, size in zip([*range(1, 23), "X", "Y"], MEGABASES, strict=True)}
MITOCHONDRIAL = "chrM"  # the shortest contig has a share of its own: one row in a thousand
GENES = 20_000
# Consequence, impact, how often it comes among variants in genes.
IN_GENES = (
    ("intron_variant", "MODIFIER", 830), ("missense_variant", "MODERATE", 45), ("synonymous_variant", "LOW", 40),
    ("3_prime_UTR_variant", "MODIFIER", 45), ("5_prime_UTR_variant", "MODIFIER", 18), ("stop_gained", "HIGH", 2),
    ("splice_region_variant&intron_variant", "LOW", 12), ("frameshift_variant", "HIGH", 2),
    ("inframe_deletion", "MODERATE", 2), ("splice_acceptor_variant", "HIGH", 1), ("splice_donor_variant", "HIGH", 1),
    ("start_lost", "HIGH", 1), ("stop_lost", "HIGH", 1),
)  # fmt: skip
BETWEEN = (
    ("intergenic_variant", "MODIFIER", 800), ("upstream_gene_variant", "MODIFIER", 110),
    ("downstream_gene_variant", "MODIFIER", 90),
)  # fmt: skip
CLASSES = (
    "Benign", "Likely benign", "Uncertain significance", "Likely pathogenic", "Pathogenic",
    "Conflicting classifications of pathogenicity",
)  # fmt: skip
CLASS_SHARES = (0.4, 0.2, 0.28, 0.04, 0.05, 0.03)
EXTRA = (
    SourceColumn(name="gnomad_af", field="AF", type="float", title="gnomAD frequency"),
    SourceColumn(name="clinvar_significance", field="CLNSIG", type="string", title="ClinVar significance"),
)
SCHEMA = variants_schema((), EXTRA)


def write_table(path: Path, variants: int, seed: int) -> None:
    """Write a table of so many variants, a group of rows at a time."""
    with pq.ParquetWriter(path, SCHEMA, **layout_of(SCHEMA)) as writer:
        for number, (contig, places, first) in enumerate(_stretches(variants, seed)):
            columns = _columns(contig, places, first, np.random.default_rng((seed, 1, number)))
            arrays = [columns.get(field.name, pa.nulls(len(places), field.type)) for field in SCHEMA]
            writer.write_table(
                pa.Table.from_arrays([_as(a, f) for a, f in zip(arrays, SCHEMA, strict=True)], schema=SCHEMA)
            )


def _as(values: Any, field: pa.Field) -> pa.Array:
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    return array if array.type == field.type else array.cast(field.type)


def _stretches(variants: int, seed: int) -> Iterator[tuple[Array, Array, int]]:
    """Contig and position of the rows of each group, and the number of its first row."""
    pick = np.random.default_rng((seed, 0))
    sizes = np.array([*CONTIGS.values()])
    mitochondrial = variants // 1000
    counts = [*np.diff(np.round(np.append(0, np.cumsum(sizes)) / sizes.sum() * (variants - mitochondrial)).astype(int))]
    lengths = [*CONTIGS.values(), 16_569]
    contigs = np.repeat(np.arange(len(lengths)), [*counts, mitochondrial])
    places = np.concatenate(
        [
            np.sort(pick.integers(1, length, count))
            for length, count in zip(lengths, [*counts, mitochondrial], strict=True)
        ]
    )
    for first in range(0, variants, ROW_GROUP_ROWS):
        yield contigs[first : first + ROW_GROUP_ROWS], places[first : first + ROW_GROUP_ROWS], first


def _columns(contig: Array, places: Array, first: int, pick: np.random.Generator) -> dict[str, Any]:
    count = len(places)
    ref, alt, kind = _alleles(count, pick)
    chosen, gene = _effects(contig, places, pick)
    effects = (*IN_GENES, *BETWEEN)
    coding = np.isin(chosen, [1, 2, 5, 7, 8, 11, 12])
    codon = pick.integers(1, 900, count)
    name = pa.array([f"GENE{n}" for n in range(GENES)]).take(pa.array(gene, mask=gene < 0))
    number, codons = pa.array(places).cast(pa.string()), pa.array(codon, mask=~coding)
    change = pc.binary_join_element_wise(number, ref, pa.scalar(">"), alt, "")
    copies = np.where(pick.random(count) < 0.35, 2, 1)
    rows = np.arange(first, first + count)
    identifiers = pa.array(pick.integers(1, 2_000_000_000, count)).cast(pa.string())
    classes = pa.array(CLASSES).take(pa.array(pick.choice(len(CLASSES), count, p=CLASS_SHARES)))
    contigs = pa.array([*CONTIGS, MITOCHONDRIAL]).take(pa.array(contig))
    return {
        "rid": rows,
        "record": rows,
        "allele": np.ones(count, np.int32),
        "input_pos": places,
        "input_ref": ref,
        "input_alt": alt,
        "chrom": contigs,
        "pos": places,
        "id": _some(pc.binary_join_element_wise("rs", identifiers, ""), pick.random(count) < 0.8),
        "ref": ref,
        "alt": alt,
        "type": kind,
        "qual": np.round(pick.lognormal(6, 1.2, count), 2),
        "filter": pa.array(["PASS", "LowQual"]).take(pa.array((pick.random(count) < 0.07).astype(int))),
        "gene": name,
        "transcript": pc.binary_join_element_wise("ENST", pc.replace_substring(name, "GENE", "0000"), ""),
        "biotype": _some(pa.array(["protein_coding"] * count), gene >= 0),
        "consequence": pa.array([effect for effect, _, _ in effects]).take(pa.array(chosen)),
        "impact": pa.array([impact for _, impact, _ in effects]).take(pa.array(chosen)),
        "most_severe": pa.array([effect for effect, _, _ in effects]).take(pa.array(chosen)),
        "hgvs_g": pc.binary_join_element_wise(contigs, pa.scalar(":g."), change, ""),
        "hgvs_c": _some(pc.binary_join_element_wise(pa.scalar("c."), change, ""), gene >= 0),
        "hgvs_p": pc.binary_join_element_wise(pa.scalar("p.Ala"), codons.cast(pa.string()), pa.scalar("Val"), ""),
        "protein_position": codons,
        "nearest_gene": _some(pa.array(["GENE1"] * count), gene < 0),
        "af": copies / 2,
        "ac": copies,
        "an": np.full(count, 2),
        "dp": pick.poisson(32, count),
        "gnomad_af": _some(pa.array(10 ** pick.uniform(-6, 0, count)), pick.random(count) < 0.85),
        "clinvar_significance": _some(classes, pick.random(count) < 0.02),
        "n_called": np.ones(count, int),
        "n_het": (copies == 1).astype(int),
        "n_hom_alt": (copies == 2).astype(int),
        "n_missing": np.zeros(count, int),
    }  # fmt: skip


def _some(values: pa.Array, chosen: Array) -> pa.Array:
    return pc.if_else(pa.array(chosen), values, pa.scalar(None, values.type))


def _alleles(count: int, pick: np.random.Generator) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Nine of ten are single bases, two thirds of those transitions; the others are short insertions and deletions."""
    base = pick.integers(0, 4, count)
    other = np.where(pick.random(count) < 0.67, base ^ 2, base ^ pick.choice((1, 3), count))
    extra = pick.choice(120, count)  # which of some longer sequences is inserted or deleted
    longer = pa.array(["".join("ACGT"[(n * (k + 7)) % 4] for k in range(1 + n % 12)) for n in range(120)])
    letters = pa.array(["A", "C", "G", "T"])
    ref, alt = letters.take(pa.array(base)), letters.take(pa.array(other))
    long = pc.binary_join_element_wise(ref, longer.take(pa.array(extra)), "")
    kind = pick.choice(3, count, p=(0.9, 0.05, 0.05))
    types = pa.array(["SNV", "insertion", "deletion"]).take(pa.array(kind))
    deleted, inserted = pa.array(kind == 2), pa.array(kind == 1)
    return pc.if_else(deleted, long, ref), pc.if_else(inserted, long, pc.if_else(deleted, ref, alt)), types


def _effects(contig: Array, places: Array, pick: np.random.Generator) -> tuple[Array, Array]:
    """Number of the consequence, and of the gene (-1: in none). Genes stand evenly, and fill two fifths of a contig."""
    spacing = sum(CONTIGS.values()) // GENES
    starts = np.append(np.cumsum([0, *CONTIGS.values()]), 0)[contig]
    slot = (starts + places) // spacing % GENES
    inside = (starts + places) % spacing < spacing * 0.4
    chosen = np.where(inside, _drawn(IN_GENES, len(places), pick), len(IN_GENES) + _drawn(BETWEEN, len(places), pick))
    return chosen, np.where(inside, slot, -1)


def _drawn(effects: tuple[tuple[str, str, int], ...], count: int, pick: np.random.Generator) -> Array:
    shares = np.array([share for _, _, share in effects], float)
    return pick.choice(len(effects), count, p=shares / shares.sum())
