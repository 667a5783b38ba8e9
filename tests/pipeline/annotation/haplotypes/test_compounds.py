"""Alleles that act together on one chromosome copy: in one codon, over an intron, with the frame shifted and back."""

from __future__ import annotations

from pathlib import Path

from pipeline.reference.bundle import Bundle
from tests.pipeline.annotation.haplotypes.genes import annotated, mirrored, place, vcf
from tests.pipeline.annotation.helpers import ask, complaints, records_of, run_job

# Codon 2 is TCA (Ser): C>A alone makes a stop, A>T alone changes nothing, both make TAT (Tyr).
STOP = f"{place(5)} C A"
SILENT = f"{place(6)} A T"
BOTH = f"{place(5)}C>A+{place(6)}A>T"
ALONE = {0: [("stop_gained", "S/*", 2, None)], 1: [("synonymous_variant", "S", 2, None)]}
TOGETHER = ("missense_variant", "S/Y", 2, BOTH)


def test_two_substitutions_of_a_codon_in_cis_are_judged_together(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{STOP} 0|1", f"{SILENT} 0|1")
    assert found == {0: [TOGETHER], 1: [TOGETHER]}


def test_in_trans_each_is_judged_alone(bundle: Bundle, tmp_path: Path) -> None:
    assert annotated(tmp_path, bundle, f"{STOP} 0|1", f"{SILENT} 1|0") == ALONE


def test_where_one_of_them_is_not_phased_each_is_judged_alone(bundle: Bundle, tmp_path: Path) -> None:
    assert annotated(tmp_path, bundle, f"{STOP} 0/1", f"{SILENT} 0|1") == ALONE


def test_haploid_calls_lie_together(bundle: Bundle, tmp_path: Path) -> None:
    assert annotated(tmp_path, bundle, f"{STOP} 1", f"{SILENT} 1") == {0: [TOGETHER], 1: [TOGETHER]}


def test_an_unphased_homozygous_call_lies_on_both_copies(bundle: Bundle, tmp_path: Path) -> None:
    """One copy has the silent change too, the other one has the stop alone."""
    found = annotated(tmp_path, bundle, f"{STOP} 1/1", f"{SILENT} 0|1")
    assert found == {0: [*ALONE[0], TOGETHER], 1: [TOGETHER]}


def test_an_own_row_stays_where_some_sample_has_the_allele_alone(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{STOP} 0|1 1|0 0|0", f"{SILENT} 0|1 0|0 0|0", samples="a b c")
    assert found == {0: [*ALONE[0], TOGETHER], 1: [TOGETHER]}


def test_an_own_row_stays_where_some_sample_is_not_phased(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{STOP} 0|1 0|0", f"{SILENT} 0|1 0/1", samples="a b")
    assert found == {0: [TOGETHER], 1: [*ALONE[1], TOGETHER]}


def test_calls_of_different_phase_sets_say_nothing_of_each_other(bundle: Bundle, tmp_path: Path) -> None:
    assert annotated(tmp_path, bundle, f"{STOP} 0|1:7", f"{SILENT} 0|1:9", fields="GT:PS") == ALONE
    same = annotated(tmp_path, bundle, f"{STOP} 0|1:7", f"{SILENT} 0|1:7", fields="GT:PS")
    assert same == {0: [TOGETHER], 1: [TOGETHER]}


def test_each_allele_of_a_site_keeps_to_its_copy(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{place(5)} C A,G 1|2", f"{SILENT} 0|1")
    joined = ("missense_variant", "S/C", 2, f"{place(5)}C>G+{place(6)}A>T")
    assert found == {0: [*ALONE[0], joined], 1: [joined]}


def test_a_codon_that_an_intron_splits(bundle: Bundle, tmp_path: Path) -> None:
    """GAT (Asp): the first base ends an exon, the other two begin the next. Splice regions stay with their site."""
    found = annotated(tmp_path, bundle, f"{place(31)} G A 0|1", f"{place(33)} T G 0|1")
    joined = f"{place(31)}G>A+{place(33)}T>G"
    terms = "missense_variant&splice_region_variant"
    assert found == {0: [(terms, "D/K", 11, joined)], 1: [(terms, "D/K", 11, joined)]}


def test_a_deletion_makes_good_what_an_insertion_shifted(bundle: Bundle, tmp_path: Path) -> None:
    records = (f"{place(9)} A AC", f"{place(15)} CT C")
    joined = f"{place(9)}A>AC+{place(15)}CT>C"
    row = ("missense_variant&protein_altering_variant", "GPL/RTL", 4, joined)
    assert annotated(tmp_path, bundle, *(f"{record} 0|1" for record in records)) == {0: [row], 1: [row]}
    apart = annotated(tmp_path, bundle, f"{records[0]} 0|1", f"{records[1]} 1|0")
    assert [rows[0][0] for rows in apart.values()] == ["frameshift_variant", "frameshift_variant"]


def test_a_shift_is_made_good_beyond_the_intron_by_a_deletion_that_stands_elsewhere(
    bundle: Bundle, tmp_path: Path
) -> None:
    """The deleted T is written at the right end of its repeat, csq sees it at the left one."""
    found = annotated(tmp_path, bundle, f"{place(30)} T TC 0|1", f"{place(33)} TT T 0|1")
    joined = f"{place(30)}T>TC+{place(32)}AT>A"
    assert [(rows[0][1], rows[0][3]) for rows in found.values()] == [("D/R", joined), ("D/R", joined)]
    assert all("frameshift_variant" not in rows[0][0] for rows in found.values())


def test_what_follows_a_lasting_shift_keeps_its_own_rows(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{place(9)} A AC 0|1", f"{place(23)} A T 0|1", f"{place(24)} C A 0|1")
    assert [rows[0][0] for rows in found.values()] == ["frameshift_variant", "missense_variant", "missense_variant"]
    assert [rows[0][3] for rows in found.values()] == [None, None, None]


def test_the_reverse_strand_reads_the_other_way(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{mirrored(6)} T A 0|1", f"{mirrored(5)} G T 0|1")
    row = ("missense_variant", "S/Y", 2, f"{mirrored(6)}T>A+{mirrored(5)}G>T")
    assert found == {0: [row], 1: [row]}
    found = annotated(tmp_path, bundle, f"{mirrored(33)} A C 1|0", f"{mirrored(31)} C T 1|0")
    assert [rows[0][1] for rows in found.values()] == ["D/K", "D/K"]


def test_three_changes_of_a_codon(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{place(4)} T C 1|0", f"{STOP} 1|0", f"{SILENT} 1|0")
    assert {rows[0][1] for rows in found.values()} == {"S/H"}


def test_an_unknown_base_joins_nothing(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{place(5)} C N 0|1", f"{SILENT} 0|1")
    assert found[1] == ALONE[1]


def test_the_row_that_speaks_is_what_really_occurs(bundle: Bundle, tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf(f"{STOP} 0|1", f"{SILENT} 0|1"), bundle)
    columns = "consequence, impact, most_severe, codons, cds_position, hgvs_c, split_part(hgvs_p, 'p.', 2), dna_change"
    row = ("missense_variant", "MODERATE", "missense_variant", "tCA/tAT", 5, "TF:c.[5C>A;6A>T]", "Ser2Tyr")
    assert ask(result, f"select {columns}, haplotype from variants") == [(*row, BOTH, BOTH)] * 2
    for record in records_of(result.files["vcf"]):
        fields = dict(field.partition("=")[::2] for field in record[7].split(";"))
        assert fields["ANN_HAPLOTYPE"] == BOTH
        assert fields["ANN_CONSEQUENCE"] == "missense_variant"
    assert complaints(result.files["vcf"]) == ""


def test_the_worst_that_occurs_in_any_sample_speaks(bundle: Bundle, tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf(f"{STOP} 0|1 0|1", f"{SILENT} 0|1 0|0", samples="a b"), bundle)
    rows = ask(result, "select consequence, haplotype from variants order by record")
    assert rows == [("stop_gained", None), ("missense_variant", BOTH)]


def test_records_out_of_order_are_sorted_first(bundle: Bundle, tmp_path: Path) -> None:
    assert annotated(tmp_path, bundle, f"{SILENT} 0|1", f"{STOP} 0|1") == {0: [TOGETHER], 1: [TOGETHER]}


def test_a_change_that_stands_twice_counts_once(bundle: Bundle, tmp_path: Path) -> None:
    found = annotated(tmp_path, bundle, f"{STOP} 0|1", f"{STOP} 0|1", f"{SILENT} 0|1")
    assert found == {0: [TOGETHER], 1: [TOGETHER], 2: [TOGETHER]}
