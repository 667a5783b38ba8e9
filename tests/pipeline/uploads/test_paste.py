"""Pasted text becomes a VCF, or every line that cannot be read is named."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pysam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import LimitError
from pipeline.settings import get_settings
from pipeline.uploads import paste

CORE = "MT\t3243\t.\tA\tG\t.\t.\t."


def records(text: str) -> list[str]:
    pasted = paste.read(text)
    assert not pasted.problems
    return [line for line in pasted.vcf.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("line", "record"),
    [
        ("MT 3243 A G", CORE),
        ("chrM\t3243\tA\tG", CORE.replace("MT", "chrM")),
        ("MT 3243 A>G", CORE),
        ("MT:3243A>G", CORE),
        ("MT 3243A>G", CORE),
        ("m.3243A>G", CORE),
        ("3243A>G", CORE),
        ("A3243G", CORE),
        ("NC_012920.1:m.3243A>G", CORE),
        ("MT-3243-A-G", CORE),
        ("MT:3243:A:G", CORE),
        ("MT 3,243 A G", CORE),
        ("chr1:g.1,234,567A>G", "chr1\t1234567\t.\tA\tG\t.\t.\t."),
        ("HLA-DRB1-100-A-G", "HLA-DRB1\t100\t.\tA\tG\t.\t.\t."),
        ("1 55 rs3 A C,T", "1\t55\trs3\tA\tC,T\t.\t.\t."),
        ("1 55 rs3 A C 30 PASS DP=7", "1\t55\trs3\tA\tC\t30\tPASS\tDP=7"),
        ("1 55 AT A", "1\t55\t.\tAT\tA\t.\t.\t."),
        ("1 55 rs3 A <DEL>", "1\t55\trs3\tA\t<DEL>\t.\t.\t."),
        ("2 321681 b G G]17:198982]", "2\t321681\tb\tG\tG]17:198982]\t.\t.\t."),
    ],
)
def test_each_notation_is_the_same_variant(line: str, record: str) -> None:
    assert records(line) == [record]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("rs123", "alone does not say where"),
        ("NM_000249.4:c.350C>T", "transcript or protein"),
        ("p.Met1Val", "transcript or protein"),
        ("m.8281_8289del", "only substitutions"),
        ("g.100A>G", "Name the chromosome"),
        ("NC_000001.11:99:A:G", "SPDI"),
        ("MT 0 A G", "not a position"),
        ("MT 99999999999 A G", "not a position"),
        ("MT -5 A G", "not a position"),
        ("MT ３ A G", "not a position"),
        ("MT 5 A A", "the same"),
        ("MT 5 A a", "the same"),
        ("MT 5 X G", "reference allele"),
        ("MT 5 A <script>alert(1)</script>", "other allele"),
        ("=cmd|x 5 A G", "not the name of a chromosome"),
        ("<script> 5 A G", "not the name of a chromosome"),
        ("MT 5", "“MT 5” is not a variant"),
        ("MT 5 A", "3 columns"),
        ("1 2 3 A G . . . GT 0/1", "#CHROM line too"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_what_to_write_instead(line: str, word: str) -> None:
    pasted = paste.read(f"MT 3243 A G\n\n{line}\n")
    assert [problem.line for problem in pasted.problems] == [3]
    assert word in pasted.problems[0].message
    assert pasted.vcf == ""


def test_a_whole_vcf_is_kept_and_its_blanks_become_tabs() -> None:
    text = (
        "##source=mine\r\n##fileformat=VCFv4.1\r\n#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1\r\n"
        "MT 5 . A G . . . GT 0/1\r\n"
    )
    assert paste.read(text).vcf.splitlines() == [
        "##fileformat=VCFv4.1",
        "##source=mine",
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1",
        "MT\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1\nMT 5 . A G . . .", 2),
        ("#CHROM POS REF ALT\nMT 5 . A G", 1),
        ("#CHROM POS ID REF ALT QUAL FILTER INFO\n#CHROM POS ID REF ALT QUAL FILTER INFO", 2),
    ],
)
def test_a_header_that_does_not_fit_is_named(text: str, line: int) -> None:
    assert [problem.line for problem in paste.read(text).problems] == [line]


@pytest.mark.parametrize("text", ["", "\n \n", "# a remark\n", "##fileformat=VCFv4.2\n"])
def test_text_without_a_variant_is_no_file(text: str) -> None:
    pasted = paste.read(text)
    assert (pasted.vcf, pasted.count, pasted.problems) == ("", 0, [])


def test_lines_are_counted_as_a_text_box_counts_them() -> None:
    pasted = paste.read("MT 3243 A G\rMT 3243 A G\r\nMT 3243 A G\x0bMT 1 A G\nbad\n")
    assert [problem.line for problem in pasted.problems][-1] == 4


def test_many_problems_are_counted_and_the_first_are_shown_C44() -> None:
    pasted = paste.read("bad\n" * 50)
    assert (len(pasted.problems), pasted.problem_count) == (paste.MAX_PROBLEMS, 50)


def test_too_long_a_text_is_refused_with_the_limit_C08(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_PASTE_MAX_BYTES", "1024")
    get_settings.cache_clear()
    with pytest.raises(LimitError, match="1 KiB"):
        paste.read("é" * 513)


def test_a_long_hostile_line_is_refused_at_once() -> None:
    hostile = ":m." * 80_000
    assert paste.read(hostile).problem_count == 1
    assert paste.read("-1" * 100_000).problem_count == 1
    assert paste.read("MT 1 A " + "[" * 200_000).problem_count == 1


@given(st.text(max_size=300))
def test_any_text_gives_a_vcf_or_a_problem(text: str) -> None:
    pasted = paste.read(text)
    assert bool(pasted.vcf) == (pasted.count > 0 and not pasted.problem_count)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["chr1", "MT", "HLA-A"]), st.integers(1, 2**31 - 2), st.text("ACGT", min_size=1, max_size=5)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_what_was_pasted_is_what_htslib_reads(variants: list[tuple[str, int, str]]) -> None:
    pasted = paste.read("\n".join(f"{contig} {pos} {ref} {ref}A" for contig, pos, ref in variants))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pasted.vcf"
        path.write_text(pasted.vcf)
        with pysam.VariantFile(str(path)) as vcf:
            read = [(r.chrom, r.pos, r.ref, r.alts) for r in vcf]
    assert read == [(contig, pos, ref, (f"{ref}A",)) for contig, pos, ref in variants]
    assert io.StringIO(pasted.vcf).readline() == "##fileformat=VCFv4.2\n"
