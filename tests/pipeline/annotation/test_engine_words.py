"""What bcftools csq writes becomes Sequence Ontology terms, impacts and amino acids in VEP's form."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.annotation.consequence_terms import IMPACT, SEVERITY, impact_of, sequence_ontology, severity_rank
from pipeline.annotation.engines.csq import CsqEngine
from pipeline.annotation.gene_context import merged_by_transcript


def parsed(*texts: str | None) -> list[dict[str, object]]:
    return CsqEngine().parse(pa.array(texts, pa.string())).to_pylist()


@pytest.mark.parametrize(
    ("change", "amino_acids", "position"),
    [
        ("107V>107A", "V/A", 107),
        ("107V", "V", 107),
        ("10W>10*", "W/*", 10),
        ("5*>5Q", "*/Q", 5),
        ("86LV>86L", "LV/L", 86),
        ("45W>45CR", "W/CR", 45),
        ("2P..319>2P..29", "P/X", 2),
        ("182Y..1042>182*", "Y/*", 182),
        ("12LK>12LK", "LK", 12),
    ],
)
def test_amino_acids_take_the_form_of_vep(change: str, amino_acids: str, position: int) -> None:
    row = parsed(f"missense|MT-ND1|ENST1|protein_coding|+|{change}|3310C>T")[0]
    assert (row["amino_acids"], row["protein_position"], row["dna_change"]) == (amino_acids, position, "3310C>T")


def test_several_consequences_of_several_alleles() -> None:
    rows = parsed("missense|A|T1|protein_coding|+|1M>1V|1A>G,intron|B||lncRNA", None, "non_coding|C||Mt_tRNA")
    assert [(row["row"], row["gene"], row["transcript"], row["consequence"]) for row in rows] == [
        (0, "A", "T1", "missense_variant"),
        (0, "B", None, "intron_variant"),
        (2, "C", None, "non_coding_transcript_exon_variant"),
    ]


def test_pointers_and_marks_of_csq_are_understood() -> None:
    assert parsed("@3310") == []
    assert parsed("*missense|A|T1|protein_coding|+|9L>9P|3T>C")[0]["consequence"] == "missense_variant"


def test_a_small_deletion_in_an_intron_is_not_a_truncation_of_the_gene() -> None:
    rows = parsed("feature_truncation|G|T1|protein_coding,intron|G||protein_coding")
    assert [row["consequence"] for row in rows] == ["intron_variant"]
    assert sequence_ontology(pa.array(["frameshift&feature_truncation"])).to_pylist() == ["frameshift_variant"]


def test_two_entries_for_one_transcript_become_one_row() -> None:
    table = CsqEngine().parse(
        pa.array(
            ["splice_region|G|T1|protein_coding,missense|G|T1|protein_coding|-|7R>7S|5C>A,intron|G|T2|protein_coding"]
        )
    )
    rows = merged_by_transcript(table).to_pylist()
    assert [(row["transcript"], row["consequence"], row["amino_acids"]) for row in rows] == [
        ("T2", "intron_variant", None),
        ("T1", "missense_variant&splice_region_variant", "R/S"),
    ]


def test_terms_are_ordered_by_severity_and_unknown_ones_are_plain() -> None:
    terms = sequence_ontology(pa.array(["frameshift&stop_gained", "never_heard_of", None])).to_pylist()
    assert terms == ["stop_gained&frameshift_variant", "sequence_variant", None]


def test_impacts_and_severity_are_those_that_ensembl_publishes() -> None:
    terms = pa.array(["missense_variant&splice_region_variant", "synonymous_variant", "intron_variant", "start_lost"])
    assert impact_of(terms).to_pylist() == ["MODERATE", "LOW", "MODIFIER", "HIGH"]
    ranks = severity_rank(terms).to_pylist()
    assert ranks[3] < ranks[0] < ranks[1] < ranks[2]
    order = [("HIGH", "MODERATE", "LOW", "MODIFIER").index(IMPACT[term]) for term in SEVERITY]
    assert order == sorted(order)
    assert len(SEVERITY) == 41
