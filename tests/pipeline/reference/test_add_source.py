"""Sources as operators and publishers have them become tables of a bundle; nothing is lost in silence (C37, C40)."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import CancelledError, ConfigurationError, GasError, InputError, LimitError
from pipeline.reference import add_source as adding
from pipeline.reference.add_source import SourceRequest, add_source, remove_source
from pipeline.reference.bundle import load_bundle
from pipeline.reference.contigs import REFSEQ
from pipeline.reference.manifest import Source, SourceDescription
from pipeline.reference.sources import conversion
from pipeline.reference.sources.columns import ColumnRequest
from pipeline.reference.verify import differences
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, complaints, run_job
from tests.pipeline.reference.genomes import made, sequences, vcf_text
from tests.shared_data import shared_data

INFO = (
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency">\n'
    '##INFO=<ID=AD,Number=R,Type=Integer,Description="Depths">\n'
    '##INFO=<ID=DB,Number=0,Type=Flag,Description="In the database">\n'
    '##INFO=<ID=N,Number=1,Type=Integer,Description="n">\n'
    '##INFO=<ID=TEXT,Number=.,Type=String,Description="Words">\n##fileDate=20260102\n'
)
BASES = sequences()["1"]


def base(pos: int) -> str:
    return BASES[pos - 1]


def other(pos: int, step: int = 1) -> str:
    return "ACGT"["ACGT".index(base(pos)) - step]


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAS_BUNDLES_DIR", str(tmp_path / "bundles"))
    get_settings.cache_clear()
    made(tmp_path / "bundles", "tiny")
    return tmp_path / "bundles"


def add(
    bundles: Path,
    content: str | bytes,
    *columns: str,
    name: str = "own",
    preset: str = "",
    replace: bool = False,
    more_files: tuple[Path, ...] = (),
    **description: str,
) -> tuple[Source, Counter[str]]:
    file = bundles.parent / "source.vcf"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    asked = tuple(ColumnRequest.parse(column) for column in columns)
    described = SourceDescription(**description)
    request = SourceRequest(name, file, more_files, asked, preset, described, replace)
    return add_source(bundles, "tiny", request, lambda text: None)


def rows(bundles: Path, source: Source) -> list[dict[str, object]]:
    found = pq.read_table(bundles / "tiny" / source.file).to_pylist()
    return [{key: value for key, value in row.items() if key not in ("code", "letters")} for row in found]


def test_values_belong_to_their_allele_C37(bundles: Path) -> None:
    vcf = vcf_text(
        f"chr1 100 rs1;rs2 {base(100)} {other(100)},{other(100, 2)} . q10 "
        "AF=0.25,0.5;AD=9,4,5;DB;N=7;TEXT=a%3Bb,c;ODD=1",
        f"1 120 . {base(120)} {other(120)} . . AF=.;AD=1,2;N=x",
        meta=INFO,
    )
    source, counts = add(bundles, vcf, "AF", "AD:depth:Depth of the allele", "DB", "N", "TEXT", "ID:own_id")
    assert counts == {"read": 2, "kept": 3, "not_a_number": 1}
    assert [(column.name, column.field, column.type, column.source_field) for column in source.columns] == [
        ("own_af", "OWN_AF", "float", "AF"), ("depth", "DEPTH", "integer", "AD"), ("own_db", "OWN_DB", "integer", "DB"),
        ("own_n", "OWN_N", "integer", "N"), ("own_text", "OWN_TEXT", "string", "TEXT"),
        ("own_id", "OWN_ID", "string", "ID"),
    ]  # fmt: skip
    assert source.columns[1].title == "Depth of the allele" and source.columns[0].description == "Frequency"
    assert (source.date, source.version, source.licence, source.records) == (
        "2026-01-02",
        "2026-01-02",
        "not stated",
        3,
    )
    by_alt = {(row["pos"], row["alt"]): row for row in rows(bundles, source)}
    first, second = by_alt[100, other(100)], by_alt[100, other(100, 2)]
    assert (first["OWN_AF"], first["DEPTH"], second["OWN_AF"], second["DEPTH"]) == (0.25, 4, 0.5, 5)
    assert (first["OWN_DB"], first["OWN_N"], first["OWN_TEXT"], first["OWN_ID"]) == (1, 7, "a;b,c", "rs1,rs2")
    last = by_alt[120, other(120)]
    assert (last["OWN_AF"], last["DEPTH"], last["OWN_DB"], last["OWN_N"], last["OWN_ID"]) == (None, 2, None, None, None)
    assert differences(bundles / "tiny", lambda text: None) == []


def test_everything_that_is_left_out_or_changed_is_counted_C40(bundles: Path) -> None:
    vcf = vcf_text(
        f"1 100 . {base(100)} {other(100)} . . N=1",
        f"1 100 . {base(100)} {other(100)} . . N=2",
        f"1 101 . {other(101)} {base(101)} . . N=3",
        "1 102 . N A . . N=3",
        f"1 103 . {base(103)} <DEL>,* . . N=3",
        f"1 104 . {base(104)} . . . N=3",
        f"1 105 . {base(105)} {base(105)} . . N=3",
        "1 3000 . AA A . . N=3",
        "1 0 . A C . . N=3",
        "1 x . A C . . N=3",
        "HLA*01:01 5 . A C . . N=3",
        "1 110 .",
        f"1 520 . {base(520)} {base(520)}A . . N=4",
        meta=INFO,
    )
    source, counts = add(bundles, vcf, "N")
    assert counts == {
        "read": 13, "kept": 2, "duplicate": 1, "reference_mismatch": 1, "not_an_allele": 3, "no_alternate_allele": 1,
        "same_as_reference": 1, "beyond_contig": 3, "contig_not_held": 1, "malformed": 1, "moved": 1,
    }  # fmt: skip
    assert source.cleaned == {key: count for key, count in counts.items() if key not in ("read", "kept")}
    assert [(row["pos"], row["ref"], row["alt"], row["OWN_N"]) for row in rows(bundles, source)] == [
        (100, base(100), other(100), 1), (501, "G", "GA", 4)
    ]  # fmt: skip


def test_an_unsorted_source_is_sorted(bundles: Path) -> None:
    two = sequences()["2"]
    vcf = vcf_text(
        f"1 300 . {base(300)} {other(300)} . . N=1", f"2 10 . {two[9]} {'ACGT'['ACGT'.index(two[9]) - 1]} . . N=2",
        f"1 200 . {base(200)} {other(200)} . . N=3", meta=INFO,
    )  # fmt: skip
    source, counts = add(bundles, vcf, "N")
    assert [row["pos"] for row in rows(bundles, source)] == [200, 300, 10] and counts == {"read": 3, "kept": 3}


@pytest.mark.parametrize("form", ["gzip", "members", "crlf", "bcf"])
def test_a_source_may_be_packed_or_bcf(bundles: Path, form: str) -> None:
    text = vcf_text(
        f"1 100 rs5 {base(100)} {other(100)} . . AF=0.5", meta=INFO + "##contig=<ID=1,length=3000>\n"
    ).encode()
    packed = {"gzip": gzip.compress(text), "members": gzip.compress(text[:150]) + gzip.compress(text[150:])}
    packed["crlf"] = text.replace(b"\n", b"\r\n")
    if form == "bcf":
        (bundles / "in.vcf").write_bytes(text)
        script = "import sys, pysam.bcftools as b; b.view('-Ob', '-o', sys.argv[2], sys.argv[1], catch_stdout=False)"
        subprocess.run([sys.executable, "-c", script, str(bundles / "in.vcf"), str(bundles / "in.bcf")], check=True)
        packed["bcf"] = (bundles / "in.bcf").read_bytes()
    source, _ = add(bundles, packed[form], "AF", "ID")
    assert [(row["pos"], row["OWN_AF"], row["OWN_ID"]) for row in rows(bundles, source)] == [(100, 0.5, "rs5")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no VCF"),
        (b"chrom\tpos\n1\t5\n", "is no VCF: line 1"),
        (bytes(range(256)) * 30, "is no VCF"),
        (gzip.compress(vcf_text("1 1 . A C . . N=1", meta=INFO).encode() * 50)[:-40], "cut off or damaged"),
        (b"BCF\x02\x02" + bytes(100), "bcftools|no VCF"),
    ],
)
def test_what_is_no_source_is_refused_and_the_bundle_stays_as_it_was(
    bundles: Path, content: bytes, sentence: str
) -> None:
    before = sorted(path.name for path in (bundles / "tiny").iterdir())
    with pytest.raises(GasError, match=sentence):
        add(bundles, content, "N")
    assert sorted(path.name for path in (bundles / "tiny").iterdir()) == before
    assert differences(bundles / "tiny", lambda text: None) == []


def test_columns_and_names_are_checked(bundles: Path) -> None:
    vcf = vcf_text(f"1 100 . {base(100)} {other(100)} . . N=1", meta=INFO)
    for columns, words, sentence in (
        (("NO",), {}, "declares no INFO field 'NO'. It has: ID, AF, AD"),
        ((), {}, "Say which fields"),
        (("N:chrom",), {}, "a column chrom already"),
        (("N:a", "AF:a"), {}, "a column a already"),
        (("N:Bad-name",), {}, "cannot be the name of a column"),
        (("N",), {"name": "../x"}, "cannot be the name of a source"),
        (("N",), {"preset": "exac"}, "no preset 'exac'"),
    ):
        with pytest.raises(ConfigurationError, match=sentence):
            add(bundles, vcf, *columns, **words)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot be read"):
        add_source(bundles, "tiny", SourceRequest("own", bundles / "nothing.vcf"), lambda text: None)
    with pytest.raises(ConfigurationError, match="part of the program"):
        add_source(bundles, "rcrs", SourceRequest("own", bundles / "nothing.vcf"), lambda text: None)


def test_a_source_is_replaced_only_when_asked_and_can_be_removed(bundles: Path) -> None:
    vcf = vcf_text(f"1 100 . {base(100)} {other(100)} . . N=1", meta=INFO)
    first, _ = add(bundles, vcf, "N", attribution="whom to name")
    assert load_bundle("tiny").attribution == ("whom to name",)
    with pytest.raises(ConfigurationError, match="--replace"):
        add(bundles, vcf, "N")
    second, _ = add(bundles, vcf.replace("N=1", "N=2"), "N", replace=True, version="2")
    assert load_bundle("tiny").sources == (second,) and load_bundle("tiny").attribution == ()
    assert not (bundles / "tiny" / first.file).exists()
    remove_source(bundles, "tiny", "own")
    assert load_bundle("tiny").sources == () and differences(bundles / "tiny", lambda text: None) == []
    with pytest.raises(ConfigurationError, match="It has: none"):
        remove_source(bundles, "tiny", "own")


def test_a_conversion_that_fails_in_the_middle_leaves_the_bundle_as_it_was(
    bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "_steps", lambda *_, **__: [["norm", "-f", "/nowhere.fa", "-"], ["query", "-"]])
    with pytest.raises(GasError, match="bcftools"):
        add(bundles, vcf_text(f"1 100 . {base(100)} {other(100)} . . N=1", meta=INFO), "N")
    assert differences(bundles / "tiny", lambda text: None) == [] and load_bundle("tiny").sources == ()


def test_a_source_that_breaks_behind_its_header_says_so_and_nothing_waits_for_more(
    bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records are fed by a thread, whose error reaches the caller."""
    monkeypatch.setenv("GAS_MAX_LINE_BYTES", "1000")
    get_settings.cache_clear()
    vcf = vcf_text(f"1 100 . {base(100)} {other(100)} . . N=1", f"1 101 . {base(101)} C . . N={'1' * 1000}", meta=INFO)
    with pytest.raises(LimitError, match="max_line_bytes"):
        add(bundles, vcf.rstrip("\n"), "N")
    assert differences(bundles / "tiny", lambda text: None) == [] and load_bundle("tiny").sources == ()


def test_a_conversion_that_is_stopped_while_there_is_more_to_feed_ends(
    bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More records than the pipes hold wait to be read when the reader stops."""
    monkeypatch.setattr(conversion, "READ_BYTES", 1000)
    found = sequences()
    lengthened = [(name, pos, found[name][pos - 1]) for name in ("1", "2") for pos in range(1, 1001) for _ in range(20)]
    records = [f"{name} {pos} . {letter} {letter}C . . N=1" for name, pos, letter in lengthened]
    source = bundles.parent / "source.vcf"
    source.write_text(vcf_text(*records, meta=INFO))
    request = SourceRequest(name="own", file=source, columns=(ColumnRequest.parse("N"),))

    def stop(text: str) -> None:
        if text.startswith("alleles of"):
            raise CancelledError(text)

    with pytest.raises(CancelledError, match="alleles of 1"):
        add_source(bundles, "tiny", request, stop)
    assert differences(bundles / "tiny", lambda text: None) == [] and load_bundle("tiny").sources == ()


def test_a_killed_addition_leaves_the_bundle_usable_and_the_next_one_clears_up(bundles: Path) -> None:
    (bundles / "tiny" / ".adding-own.parquet").write_bytes(b"half")
    (bundles / "tiny" / ".adding-else.parquet.work" / "sort").mkdir(parents=True)
    assert differences(bundles / "tiny", lambda text: None) == []
    add(bundles, vcf_text(f"1 100 . {base(100)} {other(100)} . . N=1", meta=INFO), "N")
    assert [path.name for path in (bundles / "tiny").iterdir() if path.name.startswith(".")] == []


def test_bed_files_are_tracks(bundles: Path) -> None:
    (bundles / "bands.bed.gz").write_bytes(gzip.compress(b"chr1\t0\t1500\tp11\tgneg\nchr1\t1500\t3000\tq11\tgpos\n"))
    described = SourceDescription(title="Cytogenetic band", licence="facts")
    request = SourceRequest("band", bundles / "bands.bed.gz", described=described)
    source, counts = add_source(bundles, "tiny", request, lambda text: None)
    assert (source.kind, source.columns[0].name, source.columns[0].field, counts["kept"]) == (
        "track",
        "band",
        "BAND",
        2,
    )
    assert differences(bundles / "tiny", lambda text: None) == []


def clinvar(*reviews: str) -> str:
    meta = "".join(
        f'##INFO=<ID={key},Number=.,Type=String,Description="x">\n' for key in ("CLNSIG", "CLNREVSTAT", "CLNDN")
    )
    records = [
        f"1 {100 + at} {900 + at} {base(100 + at)} {other(100 + at)} . . CLNSIG=Pathogenic/Likely_pathogenic|other;"
        f"CLNREVSTAT={review};CLNDN=Breast-ovarian_cancer,_familial_1|not_provided"
        for at, review in enumerate(reviews)
    ]
    return vcf_text(*records, meta=meta)


def test_clinvar_is_recognised_and_its_review_status_becomes_stars(bundles: Path) -> None:
    reviews = (
        "practice_guideline", "reviewed_by_expert_panel", "criteria_provided,_multiple_submitters,_no_conflicts",
        "criteria_provided,_conflicting_classifications", "criteria_provided,_single_submitter",
        "no_assertion_criteria_provided", "no_classification_provided", "something_new",
    )  # fmt: skip
    source, _ = add(bundles, clinvar(*reviews), name="clinvar")
    found = rows(bundles, source)
    assert [row["CLINVAR_STARS"] for row in found] == [4, 3, 2, 1, 1, 0, 0, None]
    assert found[2]["CLINVAR_REVIEW"] == "criteria provided, multiple submitters, no conflicts"
    assert found[0]["CLINVAR_SIGNIFICANCE"] == "Pathogenic/Likely pathogenic; other"
    assert found[0]["CLINVAR_CONDITIONS"] == "Breast-ovarian cancer, familial 1; not provided"
    assert found[0]["CLINVAR_ID"] == "900" and source.title == "ClinVar" and source.licence == "public domain"


def test_dbsnp_is_recognised_with_its_refseq_names_C37(bundles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REFSEQ["GRCh38"], "1", (3000, 11))
    made(bundles, "human")
    file = bundles / "GCF_000001405.40.vcf"
    meta = '##dbSNP_BUILD_ID=157\n##INFO=<ID=RS,Number=1,Type=Integer,Description="dbSNP ID (i.e. rs number)">\n'
    file.write_text(
        vcf_text(f"NC_000001.11 100 rs5 {base(100)} {other(100)} . . RS=5", "NT_1 1 rs6 A C . . RS=6", meta=meta)
    )
    source, counts = add_source(bundles, "human", SourceRequest("dbsnp", file), lambda text: None)
    assert [column.name for column in source.columns] == ["dbsnp_id"] and source.version == "157"
    assert counts == {"read": 2, "kept": 1, "contig_not_held": 1}
    vcf = vcf_text(f"chr1 100 mine {base(100)} {other(100)} . . .", f"chr1 101 . {base(101)} {other(101)} . . .")
    result = run_job(bundles.parent, vcf, load_bundle("human"))
    assert ask(result, "select id, dbsnp_id from variants order by pos") == [("mine", "rs5"), (None, None)]
    assert complaints(result.files["vcf"]) == ""


@pytest.mark.parametrize("prefix", ["AF", "AF_joint"])
def test_gnomad_is_recognised_with_the_populations_it_has(bundles: Path, prefix: str) -> None:
    meta = "".join(
        f'##INFO=<ID={key},Number=A,Type=Float,Description="Alternate allele frequency in gnomAD">\n'
        for key in (prefix, f"{prefix}_afr", f"{prefix}_nfe", "AF_XX")
    )
    source, _ = add(
        bundles,
        vcf_text(
            f"chr1 100 . {base(100)} {other(100)} . . {prefix}=6.57e-06;{prefix}_afr=0.1;{prefix}_nfe=nan", meta=meta
        ),
        name="gnomad",
    )
    assert [column.name for column in source.columns] == ["gnomad_af", "gnomad_af_afr", "gnomad_af_nfe"]
    row = rows(bundles, source)[0]
    assert (row["GNOMAD_AF"], row["GNOMAD_AF_AFR"], row["GNOMAD_AF_NFE"]) == (6.57e-06, 0.1, None)
    assert source.cleaned == {"not_a_number": 1}


def test_several_files_of_one_source_are_one_table(bundles: Path) -> None:
    two = sequences()["2"]
    (bundles / "b.vcf").write_text(vcf_text(f"2 10 . {two[9]} {'ACGT'['ACGT'.index(two[9]) - 1]} . . N=2", meta=INFO))
    source, counts = add(
        bundles, vcf_text(f"1 300 . {base(300)} {other(300)} . . N=1", meta=INFO), "N", more_files=(bundles / "b.vcf",)
    )
    assert [(row["contig"], row["OWN_N"]) for row in rows(bundles, source)] == [("1", 1), ("2", 2)] and counts[
        "read"
    ] == 2


def test_a_real_file_of_clinvar(bundles: Path, tmp_path: Path) -> None:
    """Its records are GRCh38's; on another sequence each is counted."""
    request = SourceRequest("clinvar", shared_data("clinvar/clinvar_50.vcf.gz"))
    _, counts = add_source(bundles, "tiny", request, lambda text: None)
    reasons = ("contig_not_held", "beyond_contig", "reference_mismatch", "no_alternate_allele", "not_an_allele", "kept")
    assert counts["read"] == 50 == sum(counts[reason] for reason in reasons) and counts["contig_not_held"] > 40


def test_a_job_shows_values_of_sources_in_table_and_vcf(bundles: Path, tmp_path: Path) -> None:
    add(bundles, clinvar("practice_guideline"), name="clinvar")
    result = run_job(tmp_path, vcf_text(f"chr1 100 . {base(100)} {other(100)} . . ."), load_bundle("tiny"))
    assert ask(result, "select clinvar_stars, clinvar_id from variants") == [(4, "900")]
    assert complaints(result.files["vcf"]) == ""


def test_the_presets_are_those_the_command_offers() -> None:
    assert adding.PRESETS == ("clinvar", "dbsnp", "gnomad")
