"""The file behind “Try the sample”: it is annotated whole, shows every kind of consequence, and its family is one."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.reference.bundle import load_bundle
from tests.pipeline.annotation.helpers import ask, records_of, run_job
from util_jobs.embedded_bundle.csq_cases import features_of
from util_jobs.embedded_bundle.sample import SAMPLE, TOLD
from util_jobs.embedded_bundle.sample_candidates import candidates
from util_jobs.embedded_bundle.sample_choice import QUOTAS
from util_jobs.embedded_bundle.sample_people import inherited, mitochondrial

LARGEST_BYTES = 60_000


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> AnnotationResult:
    return run_job(tmp_path_factory.mktemp("sample"), SAMPLE, load_bundle("grch37-demo"))


def alleles(call: str) -> list[str]:
    return call.split(":")[0].replace("|", "/").split("/")


def test_every_record_of_the_sample_is_annotated_and_the_file_needs_no_repair(result: AnnotationResult) -> None:
    assert SAMPLE.stat().st_size < LARGEST_BYTES
    assert result.counts["read"] == result.counts["annotated"] == len(records_of(SAMPLE)) > 300
    assert result.notes == []


def test_the_sample_shows_every_kind_of_consequence_in_many_genes(result: AnnotationResult) -> None:
    terms = dict(ask(result, "select consequence, count(*) from variants group by all"))
    assert set(terms) >= set(QUOTAS)
    assert ask(result, "select count(distinct gene) from variants where chrom <> 'MT'")[0][0] >= 40
    assert ask(result, "select count(*) from variants where mitomap_status = 'Confirmed'")[0][0] > 5
    assert ask(result, "select chrom, transcript from variants where chrom = 'X' and id = 'rs3764880'") == [
        ("X", "ENST00000218032")
    ]


def test_the_proband_has_one_allele_of_each_parent() -> None:
    new = []
    for record in records_of(SAMPLE):
        if record[0] == "MT":
            continue
        father, mother, proband = (alleles(call) for call in record[9:])
        pairs = {tuple(sorted((one, other))) for one in father for other in mother}
        if tuple(sorted(proband)) not in pairs:
            new.append((record[0], int(record[1])))
        if "|" in record[11].split(":")[0]:
            assert proband[0] in father and proband[1] in mother
    assert new == [("1", 107867126)]


def test_fathers_have_one_x_and_the_mothers_mitochondria_are_the_childs() -> None:
    for record in records_of(SAMPLE):
        father, mother, proband = (alleles(call) for call in record[9:])
        assert len(father) == (1 if record[0] == "X" else len(father))
        if record[0] == "MT" and len(mother) == 1:
            assert mother == proband


def test_counts_in_info_are_those_of_the_genotypes() -> None:
    for record in records_of(SAMPLE):
        info = dict(field.split("=") for field in record[7].split(";"))
        counted = Counter(allele for call in record[9:] for allele in alleles(call) if allele != ".")
        assert int(info["AN"]) == sum(counted.values())
        assert info["AC"] == ",".join(str(counted[str(n + 1)]) for n in range(len(record[4].split(","))))
        reads = [call.split(":") for call in record[9:]]
        assert int(info["DP"]) == sum(int(fields[2]) for fields in reads if fields[2] != ".")
        assert all(sum(map(int, fields[1].split(","))) == int(fields[2]) for fields in reads if fields[2] != ".")


def test_two_variants_of_one_codon_lie_on_one_chromosome() -> None:
    calls = {(record[0], int(record[1])): record[11].split(":")[0] for record in records_of(SAMPLE)}
    assert calls["5", 135489822] == calls["5", 135489823] == "1|0"
    assert len(TOLD) == 6


def test_candidates_are_the_same_for_the_same_seed_and_lie_in_known_sequence() -> None:
    bundle = load_bundle("grch37-demo")
    features = [feature for feature in features_of(bundle.gff3) if feature.contig == "X"]
    first, second = (candidates(bundle, features, random.Random(1)) for _ in range(2))
    assert first == second and len(first) > 100
    assert all("N" not in ref + alt and ref != alt for _, _, ref, alt in first)


def test_what_parents_cannot_tell_is_not_phased() -> None:
    seed = random.Random(1)
    assert inherited([0, 1], [0, 1], (1, 0), seed)[2].gt == "0/1"
    assert inherited([0, 1], [0, 1], (1, 1), seed)[2].gt == "1|1"
    assert inherited([0, 1], [0, 0], (1, 0), seed)[2].gt == "1|0"
    assert inherited([0, 0], [0, 0], (1, 0), seed)[2].gt == "0/1"


@pytest.mark.parametrize(("level", "gt"), [("-", "./."), ("0", "0"), ("1", "1"), (".38", "0/1"), ("2:.31", "0/2")])
def test_levels_become_genotypes(level: str, gt: str) -> None:
    call = mitochondrial(level, 2, random.Random(1))
    assert call.gt == gt
    assert len(call.text().split(":")) == 5


def test_sample_lies_where_the_portal_serves_it() -> None:
    assert Path(__file__).resolve().parents[3] / "assets" / "sample.vcf" == SAMPLE
