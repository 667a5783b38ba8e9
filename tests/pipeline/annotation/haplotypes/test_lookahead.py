"""When the pass ahead runs, what bounds it, and that it costs nothing where there is nothing to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.annotation import job
from pipeline.annotation.haplotypes import lookahead
from pipeline.errors import LimitError
from pipeline.reference.bundle import Bundle
from pipeline.settings import get_settings
from tests.pipeline.annotation.haplotypes.genes import annotated, place, vcf
from tests.pipeline.annotation.helpers import ask, run_job, vcf_text

PAIR = (f"{place(5)} C A", f"{place(6)} A T")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of loci that csq was asked about."""
    counts: list[int] = []
    original = lookahead.judge

    def counted(loci: list, *rest: object) -> object:
        counts.append(len(loci))
        return original(loci, *rest)

    monkeypatch.setattr(lookahead, "judge", counted)
    return counts


def test_csq_is_asked_where_alleles_may_act_together(bundle: Bundle, tmp_path: Path, asked: list[int]) -> None:
    annotated(tmp_path, bundle, *(f"{record} 0|1" for record in PAIR))
    assert asked == [1]


def test_csq_is_not_asked_without_phase_or_without_neighbours(bundle: Bundle, tmp_path: Path, asked: list[int]) -> None:
    annotated(tmp_path, bundle, *(f"{record} 0/1" for record in PAIR))
    annotated(tmp_path, bundle, f"{PAIR[0]} 0|1", f"{PAIR[1]} 1|0")
    annotated(tmp_path, bundle, f"{PAIR[0]} 0|1", f"{place(20)} A T 0|1")
    assert asked == []


def test_a_file_without_samples_or_phase_is_not_read_ahead(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(lookahead, "load_gene_model", never)
    unphased = run_job(tmp_path, vcf(*(f"{record} 0/1" for record in PAIR)), bundle)
    assert (unphased.counts["annotated"], unphased.counts["alleles"]) == (2, 2)
    assert ask(unphased, "select count(*), count(haplotype) from consequences where distance is null") == [(2, 0)]
    without_samples = run_job(tmp_path, vcf_text("MT 3308 . T C . . ."))
    assert (without_samples.counts["annotated"], without_samples.counts["alleles"]) == (1, 1)
    assert ask(without_samples, "select gene, haplotype from variants") == [("MT-ND1", None)]


def test_only_the_first_records_tell_whether_a_file_is_phased(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [f"{place(1) - 90} {'ACGT'[0]} C 0/1", *(f"{record} 0|1" for record in PAIR)]
    found = annotated(tmp_path, bundle, *records)
    assert found[1][0][3] is not None
    monkeypatch.setenv("GAS_PHASE_PROBE_RECORDS", "1")
    get_settings.cache_clear()
    found = annotated(tmp_path, bundle, *records)
    assert found[1][0][3] is None


def test_too_many_phased_genotypes_are_refused_with_the_setting(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_MAX_HAPLOTYPE_BYTES", "1")
    get_settings.cache_clear()
    with pytest.raises(LimitError, match="max_haplotype_bytes") as error:
        annotated(tmp_path, bundle, *(f"{record} 0|1" for record in PAIR))
    assert error.value.code == "haplotype_limit"


def test_the_file_is_looked_at_once_though_it_is_annotated_again(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GQ with decimals makes the job start over; the alleles that act together are known by then."""
    calls: list[int] = []
    original = job.look_ahead

    def counted(*arguments: object) -> object:
        calls.append(1)
        return original(*arguments)

    monkeypatch.setattr(job, "look_ahead", counted)
    text = vcf(*(f"{record} 0|1:2.5" for record in PAIR), fields="GT:GQ")
    result = run_job(tmp_path, text, bundle)
    assert len(calls) == 1
    assert ask(result, "select count(*) from variants where haplotype is not null") == [(2,)]


def test_many_samples_and_copies(bundle: Bundle, tmp_path: Path) -> None:
    """Forty samples, each of the four ways to have two heterozygous changes: more copies than one number's bits."""
    ways = ["0|1 0|1", "0|1 1|0", "1|0 1|0", "1|0 0|1"]
    calls = [ways[number % 4].split() for number in range(40)]
    names = " ".join(f"s{number}" for number in range(40))
    records = [f"{PAIR[side]} " + " ".join(call[side] for call in calls) for side in (0, 1)]
    found = annotated(tmp_path, bundle, *records, samples=names)
    assert [[row[0] for row in rows] for rows in found.values()] == [
        ["stop_gained", "missense_variant"],
        ["synonymous_variant", "missense_variant"],
    ]
