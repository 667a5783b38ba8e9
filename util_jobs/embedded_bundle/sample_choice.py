"""Chooses the nuclear variants of the sample: every kind of consequence, genes taking turns."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.annotation.annotate import annotate
from pipeline.reference.bundle import Bundle
from util_jobs.embedded_bundle.sample_candidates import Variant

QUOTAS = {
    "intron_variant": 128,
    "synonymous_variant": 74,
    "missense_variant": 76,
    "3_prime_UTR_variant": 26,
    "5_prime_UTR_variant": 14,
    "splice_region_variant": 22,
    "upstream_gene_variant": 5,
    "downstream_gene_variant": 5,
    "non_coding_transcript_exon_variant": 6,
    "frameshift_variant": 9,
    "stop_gained": 7,
    "inframe_deletion": 6,
    "inframe_insertion": 4,
    "splice_acceptor_variant": 4,
    "splice_donor_variant": 4,
    "start_lost": 2,
    "stop_lost": 2,
}


def far(variant: Variant, others: Iterable[Variant], bases: int = 12) -> bool:
    """Whether a variant keeps so many bases distance from the others."""
    return all(variant[0] != other[0] or abs(variant[1] - other[1]) > bases for other in others)


def chosen(bundle: Bundle, variants: list[Variant], seed: random.Random) -> list[tuple[Variant, str]]:
    """As many variants of each consequence as QUOTAS says, genes taking turns, with their most severe term."""
    taken: list[tuple[Variant, str]] = []
    by_gene = Counter[str | None]()
    annotated = _annotated(bundle, variants)
    seed.shuffle(annotated)
    for term, quota in QUOTAS.items():
        fitting = [(variant, gene) for variant, found, gene in annotated if found == term]
        for _ in range(quota):
            fitting = [(variant, gene) for variant, gene in fitting if far(variant, (other for other, _ in taken))]
            if not fitting:
                break
            variant, gene = min(fitting, key=lambda item: by_gene[item[1]])
            by_gene[gene] += 1
            taken.append((variant, term))
    return taken


def _annotated(bundle: Bundle, variants: list[Variant]) -> list[tuple[Variant, str, str | None]]:
    """The variants in normal form, with their most severe consequence and their gene."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates.vcf"
        rows = "".join(f"{contig}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t.\n" for contig, pos, ref, alt in variants)
        path.write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" + rows, "ascii")
        (Path(folder) / "out").mkdir()
        result = annotate(path, path.name, bundle, Path(folder) / "out", Path(folder))
        columns = ["chrom", "pos", "ref", "alt", "consequence", "gene"]
        table = pq.read_table(result.files["variants"], columns=columns)
    found = dict.fromkeys(zip(*(table[name].to_pylist() for name in columns), strict=True))
    return [((contig, pos, ref, alt), term, gene) for contig, pos, ref, alt, term, gene in found]
