"""Which build a file is of: each kind of evidence alone, and evidence that contradicts itself (C39)."""

from __future__ import annotations

import pytest

from pipeline.annotation.build.assemblies import ASSEMBLIES
from pipeline.annotation.build.fit import Verdict
from pipeline.reference.bundle import Bundle, load_bundle
from tests.pipeline.annotation.build.making import build_of, records, sequence, vcf

GOOD37, GOOD38 = records(sequence(37), 200), records(sequence(38), 200)


def declared(assembly: str, prefix: str = "") -> list[str]:
    return [f"##contig=<ID={prefix}{name},length={n}>" for name, n in ASSEMBLIES[assembly].lengths.items()]


def test_ref_alone_tells_the_build_C39(b37: Bundle, b38: Bundle) -> None:
    build = build_of(vcf(GOOD38), b37, b38)
    assert build.assembly == "GRCh38"
    assert [fit.verdict for fit in build.fits] == [Verdict.DOES_NOT_FIT, Verdict.FITS]
    assert build.evidence[0] == "REF matches GRCh38 (hg38) in 200 of 200 compared records (100 %)."
    assert build.evidence[1].startswith("REF matches GRCh37 (hg19) in ")


@pytest.mark.parametrize("assembly", ["GRCh37", "GRCh38", "NCBI36", "T2T-CHM13", "GRCm39"])
@pytest.mark.parametrize("prefix", ["", "chr"])
def test_declared_lengths_tell_the_build_C39(assembly: str, prefix: str, masked: Bundle) -> None:
    build = build_of(vcf("", *declared(assembly, prefix)), masked)
    assert build.assembly == assembly
    assert f"{len(ASSEMBLIES[assembly].lengths)} contig lengths in the header are those of" in build.evidence[0]


def test_a_checksum_tells_the_build_C39(masked: Bundle) -> None:
    line = "##contig=<ID=1,length=5,M5=6AEF897C3D6FF0C78AFF06AC189178DD>"
    assert build_of(vcf("", line), masked).assembly == "GRCh38"


def test_accessions_tell_the_build_C40(b37: Bundle, b38: Bundle) -> None:
    build = build_of(vcf("NC_000001.11\t7\t.\tA\tG\t.\t.\t.\n"), b37, b38)
    assert build.assembly == "GRCh38"
    assert build.fit("b37").verdict == Verdict.DOES_NOT_FIT  # type: ignore[union-attr]
    assert "1 contig name is an accession of GRCh38 (hg38)." in build.evidence


def test_words_tell_the_build_and_descriptions_of_fields_do_not_C39(masked: Bundle) -> None:
    info = '##INFO=<ID=X,Number=1,Type=String,Description="Frequency lifted over from GRCh38">'
    build = build_of(
        vcf("1\t5\t.\tA\tG\t.\t.\t.\n", info, '##GATK="reference=/x/human_g1k_v37.fasta dbsnp=b37"'), masked
    )
    assert build.assembly == "GRCh37"
    assert build.evidence == ("The header names human_g1k_v37, which is GRCh37 (hg19).",)


def test_the_line_that_names_the_reference_outweighs_a_command_line(masked: Bundle) -> None:
    lines = ("##reference=GRCh37", "##cmd=CrossMap.py hg38 hg19")
    assert build_of(vcf("1\t5\t.\tA\tG\t.\t.\t.\n", *lines), masked).assembly == "GRCh37"


def test_words_that_contradict_each_other_tell_nothing(masked: Bundle) -> None:
    build = build_of(vcf("1\t5\t.\tA\tG\t.\t.\t.\n", "##cmd=annotate hg38 hg19"), masked)
    assert build.assembly is None
    assert "which are different builds" in build.evidence[0]
    assert build.fits[0].verdict == Verdict.CANNOT_TELL


def test_masked_bases_are_unknown_and_no_mismatch_C39(masked: Bundle) -> None:
    build = build_of(vcf(GOOD38), masked)
    tally = build.fits[0].match.nuclear
    assert tally.masked > 190
    assert tally.compared < 10
    assert build.fits[0].verdict == Verdict.CANNOT_TELL


def test_what_one_bundle_proves_settles_the_others_C39(masked: Bundle, b38: Bundle) -> None:
    build = build_of(vcf(GOOD38), masked, b38)
    assert [fit.verdict for fit in build.fits] == [Verdict.DOES_NOT_FIT, Verdict.FITS]


def test_sequence_outweighs_a_header_that_was_left_from_before_a_lift_over(b37: Bundle, b38: Bundle) -> None:
    build = build_of(vcf(GOOD38, "##reference=GRCh37", *declared("GRCh37")), b37, b38)
    assert build.assembly == "GRCh38"
    assert build.fit("b38").verdict == Verdict.FITS  # type: ignore[union-attr]
    assert build.fit("b37").verdict == Verdict.DOES_NOT_FIT  # type: ignore[union-attr]


def test_lengths_of_no_assembly_say_nothing(b37: Bundle) -> None:
    """PLINK writes the last position of each contig in place of its length."""
    build = build_of(vcf(GOOD37, "##contig=<ID=1,length=19999>"), b37)
    assert build.assembly == "GRCh37"
    assert build.fits[0].verdict == Verdict.FITS


def test_words_that_the_sequence_refutes_are_not_believed(b37: Bundle) -> None:
    build = build_of(vcf(GOOD38, "##reference=GRCh37"), b37)
    assert build.assembly is None
    assert build.fits[0].verdict == Verdict.DOES_NOT_FIT


def test_one_record_of_another_base_refutes_nothing(b37: Bundle) -> None:
    build = build_of(vcf(records(sequence(37), 1, wrong=1), "##reference=GRCh37"), b37)
    assert (build.assembly, build.fits[0].verdict) == ("GRCh37", Verdict.FITS)


def test_exchanged_alleles_leave_the_decision_to_the_header(b37: Bundle) -> None:
    build = build_of(vcf(records(sequence(37), 200, wrong=70), "##reference=GRCh37"), b37)
    assert build.fits[0].verdict == Verdict.FITS


def test_without_records_and_words_nothing_is_told(b37: Bundle) -> None:
    build = build_of(vcf(""), b37)
    assert (build.assembly, build.sampled, build.evidence) == (None, 0, ())
    assert build.fits[0].verdict == Verdict.CANNOT_TELL


def test_mitochondrial_records_fit_every_bundle_that_holds_rcrs(b37: Bundle, b38: Bundle) -> None:
    build = build_of(vcf(records(sequence(1, 16_569), 60, "chrM")), b37, b38)
    assert (build.assembly, build.mitochondrial_only) == ("rCRS", True)
    assert {fit.verdict for fit in build.fits} == {Verdict.FITS}
    assert "All records looked at are mitochondrial." in build.evidence


def test_the_mitochondrial_genome_of_hg19_is_recognised_by_its_length_C40(b37: Bundle) -> None:
    build = build_of(vcf(records(sequence(1, 16_569), 3, "chrM"), "##contig=<ID=chrM,length=16571>"), b37)
    assert not build.fits[0].mitochondrial
    assert any("16,571 bases" in sentence and "not the revised Cambridge" in sentence for sentence in build.evidence)


def test_the_mitochondrial_genome_of_hg19_is_recognised_by_its_sequence_C40(b37: Bundle) -> None:
    build = build_of(vcf(records(sequence(5, 16_569), 60, "chrM") + GOOD37), b37)
    assert build.assembly == "GRCh37"
    assert (build.fits[0].verdict, build.fits[0].mitochondrial) == (Verdict.FITS, False)


def test_thousands_of_contigs_and_odd_declarations_are_read(b37: Bundle) -> None:
    lines = [f"##contig=<ID=HLA-{n},length={n}>" for n in range(5000)]
    lines += [
        "##contig=<ID=,length=>",
        "##contig=<length=5>",
        "##contig=<ID=1,length=99999999999999999999>",
        "##contig",
    ]
    build = build_of(vcf(GOOD37, *lines), b37)
    assert build.assembly == "GRCh37"


def test_positions_off_every_contig_are_compared_with_nothing(b37: Bundle) -> None:
    build = build_of(vcf("1\t0\t.\tA\tG\t.\t.\t.\n1\t2000000000\t.\tA\tG\t.\t.\t.\nhuh\t5\t.\tA\tG\t.\t.\t.\n"), b37)
    match = build.fits[0].match
    assert (match.nuclear.outside, match.nuclear.compared, match.not_held) == (2, 0, 1)


def test_a_damaged_bundle_does_not_stop_the_others(b37: Bundle, b38: Bundle) -> None:
    b37.fasta.unlink()
    build = build_of(vcf(GOOD38), load_bundle("b37"), b38)
    assert build.assembly == "GRCh38"
