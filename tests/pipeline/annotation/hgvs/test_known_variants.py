"""Variants that everybody knows by their HGVS names."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.reference.bundle import load_bundle
from tests.pipeline.annotation.helpers import ask, run_job, vcf_text

# https://www.mitomap.org: position, REF, ALT, gene, term, m., n. or c., p.
MITOCHONDRIAL = [
    (3243, "A", "G", "MT-TL1", "non_coding_transcript_exon_variant", "m.3243A>G", "n.14A>G", None),
    (3308, "T", "C", "MT-ND1", "start_lost", "m.3308T>C", "c.2T>C", "p.Met1?"),
    (3460, "G", "A", "MT-ND1", "missense_variant", "m.3460G>A", "c.154G>A", "p.Ala52Thr"),
    (8993, "T", "G", "MT-ATP6", "missense_variant", "m.8993T>G", "c.467T>G", "p.Leu156Arg"),
    (11778, "G", "A", "MT-ND4", "missense_variant", "m.11778G>A", "c.1019G>A", "p.Arg340His"),
    (14484, "T", "C", "MT-ND6", "missense_variant", "m.14484T>C", "c.190A>G", "p.Met64Val"),
    (14674, "T", "C", "MT-TE", "non_coding_transcript_exon_variant", "m.14674T>C", "n.69A>G", None),
    (6930, "G", "A", "MT-CO1", "stop_gained", "m.6930G>A", "c.1027G>A", "p.Gly343Ter"),
    (8344, "A", "G", "MT-TK", "non_coding_transcript_exon_variant", "m.8344A>G", "n.50A>G", None),
]


@pytest.fixture(scope="module")
def mitochondrial(tmp_path_factory: pytest.TempPathFactory) -> AnnotationResult:
    records = [f"MT {pos} . {ref} {alt} . . ." for pos, ref, alt, *_ in sorted(MITOCHONDRIAL)]
    # Bases of incomplete stop codons: T-- of MT-CO3, MT-ND3 and MT-CYB, TA- of MT-ND1.
    records += ["MT 9990 . T C . . .", "MT 10404 . T C . . .", "MT 15887 . T C . . .", "MT 4262 . A G . . ."]
    records += ["MT 310 . T TC . . .", "MT 8270 . CACCCCCTCT C . . .", "MT 16500 . T C . . .", "MT 100 . G A . . ."]
    records.sort(key=lambda record: int(record.split()[1]))
    return run_job(tmp_path_factory.mktemp("mt"), vcf_text(*records))


@pytest.mark.parametrize("row", MITOCHONDRIAL, ids=lambda row: row[5])
def test_mitochondrial_disease_variants_C42(row: tuple[object, ...], mitochondrial: AnnotationResult) -> None:
    pos, _, _, gene, term, genomic, transcript, protein = row
    found = ask(mitochondrial, f"select gene, consequence, hgvs_g, hgvs_c, hgvs_p from variants where pos = {pos}")
    assert len(found) == 1
    assert found[0][:3] == (gene, term, f"NC_012920.1:{genomic}")
    assert found[0][3].partition(":")[2] == transcript
    assert (found[0][4] or "").rpartition(":")[2] == (protein or "")


@pytest.mark.parametrize(("pos", "gene"), [(4262, "MT-ND1"), (9990, "MT-CO3"), (10404, "MT-ND3"), (15887, "MT-CYB")])
def test_incomplete_mitochondrial_stop_codons_are_coding_C42(
    pos: int, gene: str, mitochondrial: AnnotationResult
) -> None:
    rows = ask(
        mitochondrial,
        "select c.consequence, c.amino_acids, c.hgvs_c is not null from consequences c join variants v using (rid) "
        f"where v.pos = {pos} and c.gene = '{gene}'",
    )
    assert rows == [("incomplete_terminal_codon_variant&coding_sequence_variant", "X", True)]


def test_indels_are_named_at_their_three_prime_end(mitochondrial: AnnotationResult) -> None:
    rows = dict(ask(mitochondrial, "select input_pos, hgvs_g from variants where type != 'SNV'"))
    assert rows == {310: "NC_012920.1:m.315dup", 8270: "NC_012920.1:m.8281_8289del"}


def test_the_way_over_the_origin_of_a_circle_counts(mitochondrial: AnnotationResult) -> None:
    """MT-TF begins 647 bases behind position 16,500; MT-TP (reverse) ends 646 bases before position 100."""
    rows = ask(
        mitochondrial,
        "select v.pos, c.gene, c.consequence, c.distance from consequences c join variants v using (rid) "
        "where v.pos in (100, 16500) and c.gene in ('MT-TF', 'MT-TP') order by all",
    )
    assert rows == [
        (100, "MT-TF", "upstream_gene_variant", 477),
        (100, "MT-TP", "upstream_gene_variant", 646),
        (16500, "MT-TF", "upstream_gene_variant", 646),
        (16500, "MT-TP", "upstream_gene_variant", 477),
    ]
    nearest = ask(mitochondrial, "select pos, gene, nearest_gene, distance from variants where pos in (100, 16500)")
    assert nearest == [(100, None, "MT-TF", 477), (16500, None, "MT-TP", 477)]


def test_descriptions_stand_in_the_vcf_too(mitochondrial: AnnotationResult) -> None:
    text = gzip.decompress(mitochondrial.files["vcf"].read_bytes()).decode()
    record = next(line for line in text.splitlines() if line.startswith("MT\t11778\t"))
    assert "ANN_HGVS_G=NC_012920.1:m.11778G>A" in record
    assert ":c.1019G>A" in record
    assert "ANN_HGVS_P=p.Arg340His" in record


def test_nuclear_genes_of_the_demonstration(tmp_path: Path) -> None:
    """TLR8 of the embedded bundle, GRCh37: the splice acceptor and the first bases of its second exon."""
    records = ("X 12937162 . G C . . .", "X 12937163 . G C . . .", "X 12937166 . A AGG . . .")
    text = vcf_text(*records).replace("##contig=<ID=MT,length=16569>\n", "")
    result = run_job(tmp_path, text, load_bundle("grch37-demo"))
    rows = ask(result, "select consequence, hgvs_g, hgvs_c, hgvs_p, exon, intron from variants order by pos")
    transcript, protein = "ENST00000218032.6", "ENSP00000218032"
    assert rows == [
        ("splice_acceptor_variant", "NC_000023.10:g.12937162G>C", f"{transcript}:c.4-1G>C", None, None, "1/1"),
        ("missense_variant", "NC_000023.10:g.12937163G>C", f"{transcript}:c.4G>C", f"{protein}:p.Glu2Gln", "2/2", None),
        (
            "frameshift_variant", "NC_000023.10:g.12937166_12937167insGG", f"{transcript}:c.7_8insGG",
            f"{protein}:p.Asn3ArgfsTer10", "2/2", None,
        ),
    ]  # fmt: skip
