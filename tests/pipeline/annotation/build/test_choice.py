"""Which bundle is taken, which choice is refused, and what becomes of the records (C39)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.annotation.annotate import AnnotationResult, annotate
from pipeline.annotation.build.choice import choose_bundle
from pipeline.annotation.options import AnnotationOptions
from pipeline.errors import ConfigurationError, InputError
from pipeline.reference.bundle import Bundle, load_bundle
from pipeline.settings import get_settings
from tests.pipeline.annotation.build.making import build_of, records, sequence, vcf
from tests.pipeline.annotation.helpers import ask, make_bundle
from tests.shared_data import shared_data

GOOD37, GOOD38 = records(sequence(37), 200), records(sequence(38), 200)


def run(tmp_path: Path, text: str | Path, bundle: Bundle | None = None, **options: object) -> AnnotationResult:
    """Annotate with automatic choice unless a bundle is given."""
    source = text
    if isinstance(text, str):
        source = tmp_path / "in.vcf"
        source.write_text(text)
    for name in ("out", "work"):
        (tmp_path / name).mkdir(exist_ok=True)
    assert isinstance(source, Path)
    chosen = AnnotationOptions(**options)  # type: ignore[arg-type]
    return annotate(source, source.name, bundle, tmp_path / "out", tmp_path / "work", options=chosen)


def test_the_bundle_that_fits_is_taken_C39(b37: Bundle, b38: Bundle) -> None:
    for text, wanted in ((GOOD37, "b37"), (GOOD38, "b38")):
        choice = choose_bundle(build_of(vcf(text), b37, b38), None, "b37")
        assert (choice.bundle.id, choice.automatic, choice.notes) == (wanted, True, ())


def test_of_two_that_fit_the_one_with_more_sequence_is_taken(masked: Bundle, b37: Bundle) -> None:
    build = build_of(vcf(GOOD37, "##reference=GRCh37"), masked, b37)
    assert choose_bundle(build, None, "masked").bundle.id == "b37"


def test_equals_leave_it_to_the_default(b37: Bundle, b38: Bundle) -> None:
    build = build_of(vcf(records(sequence(1, 16_569), 30, "MT")), b37, b38)
    assert choose_bundle(build, None, "b37").bundle.id == "b37"
    assert choose_bundle(build, None, "b38").bundle.id == "b38"


def test_a_wrong_choice_is_refused_with_the_sentence_that_one_needs_C39(b37: Bundle, b38: Bundle) -> None:
    with pytest.raises(InputError) as refused:
        choose_bundle(build_of(vcf(GOOD37, "##reference=hs37d5"), b37, b38), "b38", "b37")
    assert refused.value.code == "wrong_build"
    sentence = refused.value.message
    assert sentence.startswith("This file is GRCh37 (hg19), you chose GRCh38 (hg38), “Title of b38”.")
    assert "The header names hs37d5, which is GRCh37 (hg19)." in sentence
    assert "REF matches GRCh37 (hg19) in 200 of 200 compared records (100 %)." in sentence
    assert sentence.endswith("Choose Title of b37, or leave the choice to us (Automatic).")


def test_words_alone_refuse_a_wrong_choice_C39(masked: Bundle) -> None:
    with pytest.raises(InputError, match="This file is GRCh38"):
        choose_bundle(build_of(vcf("1\t5\t.\tA\tG\t.\t.\t.\n", "##reference=hg38"), masked), "masked", "masked")


def test_a_sequence_of_no_known_build_is_refused_also_without_a_choice_C39(b37: Bundle) -> None:
    with pytest.raises(InputError) as refused:
        choose_bundle(build_of(vcf(GOOD38), b37), None, "b37")
    assert refused.value.code == "wrong_build"
    assert "its REF column is not this reference's" in refused.value.message


def test_a_bundle_that_is_not_there_and_none_at_all(b37: Bundle) -> None:
    with pytest.raises(ConfigurationError):
        choose_bundle(build_of(vcf(GOOD37), b37), "gone", "b37")
    with pytest.raises(ConfigurationError):
        choose_bundle(build_of(vcf(GOOD37)), None, "b37")


# ---- through the whole annotation


def test_a_known_build_that_is_not_installed_is_carried_through_and_named_C39(b37: Bundle, tmp_path: Path) -> None:
    mitochondrial = records(sequence(1, 16_569), 5, "MT")
    result = run(tmp_path, vcf(GOOD38 + mitochondrial, "##reference=GRCh38"))
    assert result.counts["skipped"]["unknown_contig"] == 200
    assert result.build["assembly"] == "GRCh38"
    text = " ".join(result.notes)
    assert "This file is GRCh38 (hg38), and none of the installed references fits it" in text
    assert "python -m util_jobs reference install GRCh38" in text


def test_overriding_is_possible_and_loud_C39(b37: Bundle, tmp_path: Path) -> None:
    text = vcf(GOOD38, "##reference=GRCh38")
    with pytest.raises(InputError):
        run(tmp_path, text, b37)
    result = run(tmp_path, text, b37, any_build=True)
    assert result.counts["skipped"]["reference_mismatch"] > 100
    assert "The check of the genome build was overridden." in result.notes[0]


def test_every_spelling_is_annotated_and_comes_out_as_it_went_in_C40(b37: Bundle, tmp_path: Path) -> None:
    base = sequence(37)[499]
    other = "G" if base != "G" else "T"
    for name in ("1", "chr1", "CHR1", "NC_000001.10"):
        result = run(tmp_path, vcf(f"{name}\t500\t.\t{base}\t{other}\t.\t.\t.\n", "##reference=GRCh37"), b37)
        assert ask(result, "select chrom, skipped from variants") == [(name, None)]


def test_an_accession_of_another_build_is_another_sequence_C40(b37: Bundle, tmp_path: Path) -> None:
    other = "NC_000001.11\t500\t.\tA\tG\t.\t.\t.\n"
    result = run(tmp_path, vcf(GOOD37 + other), b37)
    assert result.counts["skipped"] == {"unknown_contig": 1}


def test_lengths_of_no_assembly_do_not_keep_a_file_from_its_annotation(b37: Bundle, tmp_path: Path) -> None:
    result = run(tmp_path, vcf(GOOD37, "##contig=<ID=1,length=19999>"))
    assert result.counts["annotated"] == 200
    assert any("the lengths were not believed" in note for note in result.notes)


def test_the_mitochondrial_genome_of_hg19_is_carried_through_and_named_C40(b37: Bundle, tmp_path: Path) -> None:
    text = vcf(GOOD37 + records(sequence(5, 16_569), 40, "chrM"), "##contig=<ID=chrM,length=16571>")
    for lines in (text, text.replace("##contig=<ID=chrM,length=16571>\n", "")):
        result = run(tmp_path, lines)
        assert result.counts["skipped"] == {"unknown_contig": 40}
        assert any("40 records lie on contig chrM" in note and "NC_001807" in note for note in result.notes)


def test_the_contigs_that_are_listed_are_bounded_and_the_others_counted_C40(
    b37: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_MAX_CONTIGS_LISTED", "3")
    get_settings.cache_clear()
    decoys = "".join(f"decoy{n}\t5\t.\tA\tG\t.\t.\t.\n" * (n + 1) for n in range(10))
    result = run(tmp_path, vcf(GOOD37 + decoys))
    summary = json.loads(result.files["summary"].read_text())
    assert list(summary["unannotated_contigs"]) == ["decoy9", "decoy8", "decoy7"]
    assert summary["unannotated"] == {"contigs": 10, "records": 55}
    assert summary["contigs_not_listed"] == {"contigs": 8, "records": 36}
    assert len(summary["contigs"]) == 3
    assert "and 8 more" in result.files["log"].read_text()


def test_more_contigs_than_any_assembly_has_are_refused(
    b37: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_MAX_CONTIGS", "20")
    get_settings.cache_clear()
    with pytest.raises(InputError, match="max_contigs"):
        run(tmp_path, vcf("".join(f"c{n}\t5\t.\tA\tG\t.\t.\t.\n" for n in range(21))))


def test_the_build_is_in_log_and_summary(b37: Bundle, tmp_path: Path) -> None:
    result = run(tmp_path, vcf(GOOD37))
    build = json.loads(result.files["summary"].read_text())["build"]
    assert (build["assembly"], build["bundle"], build["automatic"], build["verdict"]) == ("GRCh37", "b37", True, "fits")
    log = result.files["log"].read_text()
    assert "GRCh37 (hg19); reference bundle b37, chosen by itself" in log
    assert "REF matches GRCh37 (hg19) in 200 of 200" in log


# ---- with real files and the embedded bundles

REAL = [
    ("gas/test.vcf", "rCRS", 350, 350),
    ("gas/free_1.vcf", "rCRS", 1141, None),
    ("gas/premium_2.vcf", "GRCh37", 976, None),
    ("gas/premium_3.vcf", "NCBI36", 3431, 0),
    ("clinvar/clinvar_50.vcf.gz", "GRCh38", 50, None),
]


@pytest.mark.parametrize(("name", "assembly", "read", "annotated"), REAL)
def test_real_files_are_completed_by_themselves_C39(
    name: str, assembly: str, read: int, annotated: int | None, tmp_path: Path
) -> None:
    result = run(tmp_path, shared_data(name))
    assert result.build["assembly"] == assembly
    assert result.counts["read"] == read
    assert result.counts["annotated"] + sum(result.counts["skipped"].values()) == read
    if annotated is not None:
        assert result.counts["annotated"] == annotated


def test_clinvar_is_refused_with_the_demonstration_of_grch37_C39(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"This file is GRCh38 \(hg38\), you chose GRCh37 \(hg19\)"):
        run(tmp_path, shared_data("clinvar/clinvar_50.vcf.gz"), load_bundle("grch37-demo"))


def test_real_genomes_beside_each_other_C39(bundles_dir: Path, tmp_path: Path) -> None:
    """A slice of GRCh37 and one of GRCh38 are installed: each file finds its own."""
    make_bundle(bundles_dir, "mini", shared_data("mini_grch37/mini.fa.gz"), shared_data("mini_grch37/mini.gff3"))
    make_bundle(bundles_dir, "chr22", shared_data("chr22/x.fa.gz"), shared_data("chr22/x.gff3"))
    result = run(tmp_path, shared_data("chr22/x.vcf.gz"))
    assert result.build["bundle"] == "chr22"
    assert result.counts["annotated"] == result.counts["read"] == 15_039
    with pytest.raises(InputError) as refused:
        run(tmp_path, shared_data("chr22/x.vcf.gz"), load_bundle("mini"))
    assert refused.value.code == "wrong_build"
