"""C41 (as far as this version goes) and C17: every odd file gives right counts, every broken one a code and a line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pysam
import pytest

from pipeline.annotation.annotate import annotate
from pipeline.errors import InputError
from pipeline.reference.bundle import load_bundle
from pipeline.settings import get_settings
from tests.pipeline.annotation.odd_files import ACCEPTED, REFUSED, Odd
from tests.pipeline.annotation.summary_checks import check_summary

READ_BACK = "import sys, pysam.bcftools as b; b.view('-Ou', '-o', '/dev/null', sys.argv[1], catch_stdout=False)"


def complaints(vcf: Path) -> str:
    """What bcftools says on standard error while it reads a file."""
    done = subprocess.run([sys.executable, "-c", READ_BACK, str(vcf)], capture_output=True, text=True, check=False)
    return done.stderr


@pytest.mark.parametrize("odd", ACCEPTED, ids=lambda odd: odd.name)
def test_an_odd_file_is_read_right_C41(odd: Odd, tmp_path: Path) -> None:
    source, out, work = tmp_path / "in", tmp_path / "out", tmp_path / "work"
    out.mkdir(), work.mkdir()
    odd.write(source)
    result = annotate(source, f"{odd.name}.vcf", load_bundle("rcrs"), out, work)
    counts = result.counts
    assert (counts["read"], counts["annotated"], counts["skipped"]) == (odd.read, odd.annotated, odd.skipped)
    assert counts["read"] == counts["annotated"] + sum(counts["skipped"].values())
    check_summary(result)
    changes = json.loads(result.files["summary"].read_text())["changes"]
    assert set(odd.changes) <= set(changes)
    assert complaints(result.files["vcf"]) == ""
    with pysam.VariantFile(str(result.files["vcf"])) as vcf:
        assert sum(1 for _ in vcf) == odd.read
    rows = duckdb.connect().execute("select count(*) from read_parquet(?)", [str(result.files["variants"])]).fetchone()
    assert rows == (counts["alleles"],)
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("odd", REFUSED, ids=lambda odd: odd.name)
def test_a_broken_file_gets_a_code_a_sentence_and_its_line_C17_C41(
    odd: Odd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in odd.settings.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    source, out, work = tmp_path / "in", tmp_path / "out", tmp_path / "work"
    out.mkdir(), work.mkdir()
    odd.write(source)
    with pytest.raises(InputError) as refused:
        annotate(source, f"{odd.name}.vcf", load_bundle("rcrs"), out, work)
    assert refused.value.code == odd.error
    assert refused.value.message.endswith(".")
    if odd.line is not None:
        assert refused.value.line == odd.line
    assert list(work.iterdir()) == [], "C20: temporary files stay behind"
    assert list(out.iterdir()) == [], "a failed job leaves results behind"
