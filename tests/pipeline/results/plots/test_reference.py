"""Plots that look at the job's reference: proteins with their exons, substitutions with their neighbours."""

from __future__ import annotations

from collections import Counter

import pysam
import pytest

from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.reference.gene_model import load_gene_model
from pipeline.results.filters.reading import read_filter
from pipeline.results.plots import contexts, protein
from tests.pipeline.results.plots.tables import HOSTILE, random_rows, row, source_of

ROWS = random_rows(800)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("grch37-demo")


def test_lollipops_are_the_gene_s_variants_by_residue_and_the_others_counted_C44() -> None:
    found = protein.protein(source_of(ROWS), HOSTILE, None)
    of_gene = [r for r in ROWS if r["gene"] == HOSTILE]
    placed = Counter((r["protein_position"], r["impact"]) for r in of_gene if r["protein_position"])
    assert {(each.residue, each.impact): each.variants for each in found.lollipops} == placed
    assert found.elsewhere == len(of_gene) - sum(placed.values())
    assert found.borders is None


def test_the_gene_is_the_one_of_the_filter_else_the_one_with_most_damaging_variants() -> None:
    only = {"kind": "one_of", "column": "gene", "values": ["A"]}
    assert protein.gene_of(source_of(ROWS, only), read_filter(only)) == "A"
    damaging = Counter(
        r["gene"] for r in ROWS if r["gene"] and r["protein_position"] and r["impact"] in ("HIGH", "MODERATE")
    )
    found = protein.gene_of(source_of(ROWS), read_filter(None))
    assert damaging[str(found)] == max(damaging.values())
    assert (
        protein.protein(source_of(ROWS, {"kind": "one_of", "column": "gene", "values": ["no"]}), None, None).gene
        is None
    )


def test_exons_end_where_the_coding_sequence_is_spliced(bundle: Bundle) -> None:
    """The mitochondrial gene has one exon; of genes on either strand the exons add up to the protein."""
    model = load_gene_model(bundle.gff3)
    transcripts = model.transcripts_of("2")
    assert transcripts is not None
    seen = set()
    for number in range(len(transcripts)):
        if not transcripts.coding_end[number]:
            continue
        name = str(transcripts.id[number])
        rows = [
            row(0, "2", int(transcripts.coding_start[number]), "A", "C", gene="G", transcript=name, protein_position=1)
        ]
        found = protein.protein(source_of(rows), "G", bundle)
        assert found.residues is not None
        assert found.borders == sorted(found.borders or [])
        assert all(0 < border < found.residues + 1 for border in found.borders or [])
        seen.add(bool(transcripts.forward[number]))
    assert seen == {True, False}


def test_contexts_are_read_from_the_pyrimidine_s_strand(bundle: Bundle) -> None:
    rows, expected = [], Counter()
    with pysam.FastaFile(str(bundle.fasta)) as fasta:
        for pos in range(700, 1_500):
            before, ref, after = fasta.fetch("MT", pos - 2, pos + 1)
            alt = "ACGT"[("ACGT".index(ref) + 1 + pos % 3) % 4]
            rows.append(row(len(rows), "chrM", pos, ref, alt, type="SNV"))
            other = str.maketrans("ACGT", "TGCA")
            if ref in "AG":
                before, ref, after, alt = (base.translate(other) for base in (after, ref, before, alt))
            expected[f"{before}[{ref}>{alt}]{after}"] += 1
    wrong = {"A": "C"}.get(rows[0]["ref"], "A")
    rows += [
        row(len(rows), "chrM", 2_000, "N", "A", type="SNV"),
        row(len(rows) + 1, "chrUn", 5, wrong, "T", type="SNV"),
    ]
    found = contexts.contexts(source_of(rows), bundle)
    assert {name: n for name, n in found.counts.items() if n} == expected
    assert len(found.counts) == 96
    assert (found.every, found.unplaced) == (1, 1)


def test_of_many_places_every_so_many_is_looked_at_and_told(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "MOST_STRETCHES", 10)
    rows = [row(n, "1", 1 + n * 100_000, "A", "C", type="SNV") for n in range(100)]
    assert contexts.contexts(source_of(rows), bundle).every == 10
