"""Plots that look at the job's reference: proteins with their exons, substitutions with their neighbours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pysam
import pytest

from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.reference.gene_model import load_gene_model
from pipeline.reference.manifest import Source
from pipeline.reference.track_tables import write_track_table
from pipeline.results.filters.reading import read_filter
from pipeline.results.plots import contexts, protein
from pipeline.results.plots.coding_path import CodingPath, coding_path
from pipeline.results.plots.domains import Domain, domains_of
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


def test_the_stop_codon_is_no_residue(bundle: Bundle) -> None:
    """By UniProt: ND1 has 318, CYB (whose stop the polyadenylation ends) 380."""
    expected = {"MT-ND1": 318, "MT-CO1": 513, "MT-CYB": 380, "MT-ND6": 174}
    model = load_gene_model(bundle.gff3)
    transcripts = model.transcripts_of("MT")
    assert transcripts is not None
    genes = [str(gene) for gene in transcripts.gene]
    found = {}
    for name in expected:
        path = coding_path(transcripts, genes.index(name), "MT")
        assert path is not None
        found[name] = path.residues(bundle)
    assert found == expected


@pytest.mark.parametrize(
    ("forward", "start", "end", "residues"),
    [
        (True, 11, 13, (1, 1)),
        (True, 1, 100, (1, 4)),
        (True, 17, 31, (3, 3)),  # the codon that the intron splits: two bases before, one after
        (True, 20, 30, None),
        (False, 34, 36, (1, 1)),
        (False, 11, 13, (4, 4)),
    ],
)
def test_bases_are_of_the_residue_that_they_code(
    forward: bool, start: int, end: int, residues: tuple[int, int] | None
) -> None:
    stretches = [(11, 18), (31, 34)] if forward else [(12, 18), (32, 36)]
    path = CodingPath("1", stretches if forward else stretches[::-1], forward, 0)
    assert path.residues_of(start, end) == residues


def test_domains_of_a_bundle_s_tracks_lie_along_the_protein(bundle: Bundle, tmp_path: Path) -> None:
    """ND1 begins at 3,307. Blocks of one domain that an intron splits follow each other in the protein."""
    bed = tmp_path / "domains.bed"
    lines = ["MT\t3306\t3336\tHead", "MT\t3336\t3366\tHead", "MT\t3500\t3501\tSite", "MT\t1\t600\tElsewhere"]
    bed.write_text("\n".join(lines) + "\n")
    known = bundle.contig_for("MT")
    assert known is not None
    write_track_table(bed, {"MT": known}, "", tmp_path / "domains.parquet", lambda _: None)
    track = replace(bundle, folder=tmp_path, sources=tuple(_track(name) for name in ("domains", "cytobands")))
    path = CodingPath("MT", [(3307, 4262)], True, 0)
    assert domains_of(track, path) == [Domain("Head", 1, 20), Domain("Site", 65, 65)]
    assert domains_of(replace(track, sources=track.sources[1:]), path) == []


def _track(name: str) -> Source:
    return Source(id=name, title=name, kind="track", file="domains.parquet", version="1", licence="own", columns=())


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
