"""C37, C38: a missing or empty item in a list of alternate alleles keeps its place; no value moves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pysam
import pytest

from tests.pipeline.annotation.helpers import ask, complaints, records_of, run_job, vcf_text

SPLIT = "import sys, pysam.bcftools as b; sys.stdout.write(b.norm('-m-any', '-Ov', sys.argv[1]))"
PER_ALLELE = '##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count">\n'


def own_number_a(vcf: Path, info: str) -> dict[str, list[str]]:
    """The values of the fields in INFO that are declared with a value for each allele."""
    with pysam.VariantFile(str(vcf)) as opened:
        keys = {key for key, field in opened.header.info.items() if field.number == "A"}
    pairs = dict(item.partition("=")[::2] for item in info.split(";"))
    return {key: value.split(",") for key, value in pairs.items() if key in keys}


@pytest.mark.parametrize(
    ("alt", "written"),
    [
        ("C,.,G", "C,.,G"),
        (".,G", ".,G"),
        ("G,.", "G,."),
        ("C,,G", "C,.,G"),
        (",G", ".,G"),
        ("C,,,G,", "C,.,.,G,."),
    ],
)
def test_a_gap_among_the_alleles_moves_no_value_C37_C38(alt: str, written: str, tmp_path: Path) -> None:
    alleles = written.split(",")
    counts = ",".join(str(number) for number in range(1, len(alleles) + 1))
    result = run_job(tmp_path, vcf_text(f"MT 73 . A {alt} . . AC={counts}", meta=PER_ALLELE))
    [record] = records_of(result.files["vcf"])
    assert record[4] == written
    fields = own_number_a(result.files["vcf"], record[7])
    assert len(fields) > 1
    for key, values in fields.items():
        assert len(values) == len(alleles), key
        gaps = [value for value, allele in zip(values, alleles, strict=True) if allele == "."]
        assert key == "AC" or set(gaps) <= {".", "missing_allele"}, key
    rows = ask(result, "select allele, input_alt, type, skipped, ac from variants order by allele")
    expected = [
        (number, allele, *(("missing", "missing_allele") if allele == "." else ("SNV", None)), number)
        for number, allele in enumerate(alleles, start=1)
    ]
    assert rows == expected
    assert complaints(result.files["vcf"]) == ""
    done = subprocess.run([sys.executable, "-c", SPLIT, str(result.files["vcf"])], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    changed = any("empty entries in lists" in line for line in result.files["log"].read_text().splitlines())
    assert changed == (alt != written)


def test_a_lone_dot_is_still_no_allele_C37(tmp_path: Path) -> None:
    result = run_job(tmp_path, vcf_text("MT 73 . A . . . ."))
    assert result.counts["skipped"] == {"no_alternate_allele": 1}
    assert ask(result, "select count(*) from variants") == [(0,)]
