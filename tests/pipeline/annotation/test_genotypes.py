"""Genotypes: counts for each allele and sample, and the table of calls that are not reference."""

from __future__ import annotations

import json
from pathlib import Path

import pysam
import pytest

from pipeline.annotation.genotype_kinds import parse_genotype
from tests.pipeline.annotation.helpers import ask, run_job, vcf_text
from tests.shared_data import shared_data

FORMATS = "".join(
    f'##FORMAT=<ID={key},Number={number},Type={kind},Description="{key}">\n'
    for key, number, kind in (
        ("GT", "1", "String"),
        ("DP", "1", "Integer"),
        ("GQ", "1", "Integer"),
        ("AD", "R", "Integer"),
    )
)


@pytest.mark.parametrize(
    ("text", "alleles"),
    [
        ("0/1", (0, 1)),
        ("1|0", (1, 0)),
        ("./.", (-1, -1)),
        (".", (-1,)),
        ("1", (1,)),
        ("./12", (-1, 12)),
        ("0/1/1", (0, 1, 1)),
    ],
)
def test_a_genotype_text_is_read(text: str, alleles: tuple[int, ...]) -> None:
    assert parse_genotype(text) == alleles


def test_calls_hold_depths_quality_and_phase(tmp_path: Path) -> None:
    text = vcf_text(
        "MT 73 . A G,C . . . GT:AD:DP:GQ 0/1:3,4,0:7:50 1|2:0,5,6:11:99 ./. 0/0:9,0,0:9:60",
        samples="a b c d",
        meta=FORMATS,
    )
    result = run_job(tmp_path, text)
    columns = "alt, sample, gt, phased, g.dp, gq, ad_ref, ad_alt"
    rows = ask(result, f"select {columns} from genotypes g join variants using (rid) order by alt, sample")
    assert rows == [
        ("C", "b", "1|2", True, 11, 99.0, 0, 6),
        ("C", "c", "./.", False, None, None, None, None),
        ("G", "a", "0/1", False, 7, 50.0, 3, 4),
        ("G", "b", "1|2", True, 11, 99.0, 0, 5),
        ("G", "c", "./.", False, None, None, None, None),
    ]
    counts = ask(result, "select alt, n_called, n_het, n_hom_alt, n_missing, ac, an, af from variants order by alt")
    assert counts == [("C", 3, 1, 0, 1, 1, 6, 1 / 6), ("G", 3, 2, 0, 1, 2, 6, 2 / 6)]


def test_odd_genotypes_haploid_polyploid_many_alleles_partly_missing(tmp_path: Path) -> None:
    alternates = "C,G,T," + ",".join("A" + "C" * length for length in range(1, 10))
    text = vcf_text(f"MT 73 . A {alternates} . . . GT 1 0/1/1 12|12 ./1 0", samples="a b c d e", meta=FORMATS)
    result = run_job(tmp_path, text)
    rows = ask(
        result,
        "select allele, n_called, n_het, n_hom_alt, n_missing, ac, an from variants where ac > 0 order by allele",
    )
    assert rows == [(1, 4, 1, 1, 1, 4, 8), (12, 4, 0, 1, 1, 2, 8)]
    assert ask(result, "select sample, allele from genotypes join variants using (rid) order by sample") == [
        ("a", 1), ("b", 1), ("c", 12), ("d", 1)
    ]  # fmt: skip


def test_records_without_genotypes_count_nothing(tmp_path: Path) -> None:
    text = vcf_text("MT 73 . A G . . . DP 5 6", "MT 74 . T C . . . GT 0/1 0/0", samples="a b", meta=FORMATS)
    result = run_job(tmp_path, text)
    assert ask(result, "select pos, n_called, n_het, an from variants order by pos") == [
        (73, 0, 0, None),
        (74, 2, 1, 4),
    ]


def test_info_wins_over_genotypes_for_frequencies(tmp_path: Path) -> None:
    text = vcf_text(
        "MT 73 . A G . . AC=7;AN=50;AF=0.2;DP=99 GT 0/1",
        "MT 74 . T C,G . . AC=3,1;AN=4 GT 0/1",
        samples="a",
        meta=FORMATS,
    )
    result = run_job(tmp_path, text)
    assert ask(result, "select alt, ac, an, af, dp from variants order by rid") == [
        ("G", 7, 50, 0.2, 99), ("C", 3, 4, 0.75, None), ("G", 1, 4, 0.25, None)
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["premium_2.vcf", "premium_3.vcf"])
def test_counts_agree_with_htslib(name: str, tmp_path: Path) -> None:
    result = run_job(tmp_path, shared_data(f"gas/{name}"))
    ours = {
        row[:3]: row[3:]
        for row in ask(result, "select chrom, pos, alt, n_called, n_het, n_hom_alt, n_missing from variants")
    }
    het_by_sample: dict[str, int] = {}
    with pysam.VariantFile(str(result.files["vcf"])) as vcf:
        for record in vcf:
            calls = {sample: call["GT"] for sample, call in record.samples.items()}
            missing = sum(None in call for call in calls.values())
            het = sum(None not in call and len(set(call)) > 1 for call in calls.values())
            hom = sum(set(call) == {1} for call in calls.values())
            assert ours[record.chrom, record.pos, record.alts[0]] == (len(calls) - missing, het, hom, missing)
            for sample, call in calls.items():
                het_by_sample[sample] = het_by_sample.get(sample, 0) + (None not in call and len(set(call)) > 1)
    summary = json.loads(result.files["summary"].read_text())
    assert {row["sample"]: row["het"] for row in summary["genotypes"]} == het_by_sample
