"""What several results share: each variant once, matched as the same allele, told by who holds it (C37, C40, C44)."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from pipeline.errors import InputError, LimitError
from pipeline.jobs.model import Job
from pipeline.results import cache, cache_room, connection, shared_variants
from pipeline.results.shared_variants import compare, read
from tests.conftest import forget_settings
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import Row, variant


def build(assembly: str) -> dict[str, Any]:
    return {"engine": {}, "bundle": {"id": assembly, "assembly": assembly}}


def rows_of(*places: tuple[str, int, str, str], **more: Any) -> list[Row]:
    return [variant(n, *place, **more) for n, place in enumerate(places)]


def test_counts_and_rows_are_those_of_plain_sets(make_job: JobMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_SHARED_ROWS_AT_ONCE", "50")  # several stretches
    forget_settings()
    dice = random.Random(7)
    sets = [
        sorted({(str(dice.randint(1, 4)), dice.randint(1, 30), "A", dice.choice("CGT")) for _ in range(120)})
        for _ in range(4)
    ]
    jobs = [make_job(rows_of(*places)) for places in sets]
    found = compare(jobs)
    wanted = Counter(
        sum(1 << n for n, places in enumerate(sets) if place in places) for place in set().union(*map(set, sets))
    )
    assert found.intersections == dict(wanted) and list(found.intersections.values()) == sorted(
        wanted.values(), reverse=True
    )
    assert found.totals == [len(places) for places in sets] and found.variants == sum(wanted.values())
    for members, count in wanted.items():
        block = read(jobs, 0, 100, members)
        assert block.total == count == len(block.rows)
        for row in block.rows:
            place = (row["chrom"], row["pos"], row["ref"], row["alt"])
            assert sum(1 << n for n, places in enumerate(sets) if place in places) == members
    whole = [row["n"] for start in range(0, found.variants, 100) for row in read(jobs, start, 100).rows]
    assert whole == list(range(found.variants))


def test_contigs_are_the_same_with_and_without_chr_and_alleles_in_either_case_C40(make_job: JobMaker) -> None:
    one = make_job(rows_of(("chr1", 5, "A", "C"), ("chrM", 7, "g", "t"), ("chrX", 1, "A", "T")))
    two = make_job(rows_of(("1", 5, "A", "C"), ("MT", 7, "G", "T"), ("X", 1, "A", "G")))
    assert compare([one, two]).intersections == {3: 2, 1: 1, 2: 1}


def test_a_contig_with_more_rows_than_memory_may_hold_is_cut_by_position_C44(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_SHARED_ROWS_AT_ONCE", "20")
    forget_settings()
    crowd = [("1", 50, "A", "C" * n) for n in range(1, 31)]  # at one position, which is never cut
    places = [("1", pos, "A", "C") for pos in range(1, 41)] + crowd + [("1", pos, "A", "C") for pos in range(60, 80)]
    jobs = [make_job(rows_of(*places, ("2", 1, "A", "C"))), make_job(rows_of(*places[::2]))]
    held: list[int] = []
    ask = connection.batches
    monkeypatch.setattr(connection, "batches", lambda *given: (held.append(1), ask(*given))[1])
    assert compare(jobs).intersections == {1: 46, 3: 45}
    assert len(held) == 7  # 135 rows in sevenths, two of whose bounds are the crowd, and the other contig
    block = read(jobs, 0, 100)
    assert [row["pos"] for row in block.rows] == [pos for _, pos, *_ in places] + [1]


def test_another_allele_at_the_same_place_is_another_variant_C37(make_job: JobMaker) -> None:
    one, two = make_job(rows_of(("1", 5, "A", "C"))), make_job(rows_of(("1", 5, "AT", "C")))
    assert compare([one, two]).intersections == {1: 1, 2: 1}


def test_what_the_results_say_differently_is_counted_and_shown(make_job: JobMaker) -> None:
    def job(gene: str | None, consequence: str, **more: Any) -> Job:
        return make_job(rows_of(("1", 5, "A", "C"), ("1", 9, "A", "C"), gene=gene, consequence=consequence, **more))

    jobs = [
        job("A", "stop_gained", clinvar_significance="Benign"),
        job(None, "stop_gained", clinvar_significance=None),
        job("A", "stop_gained"),  # has no such source, which is no disagreement
    ]
    found = compare(jobs)
    assert found.discordant == {"gene": 2, "consequence": 0, "clinvar": 2, "any": 2}
    assert compare([jobs[0], jobs[2]]).discordant["any"] == 0
    (first, _) = read(jobs, 0, 10, differs="clinvar").rows
    assert [said["clinvar"] for said in first["told"]] == ["Benign", None, None]
    assert [said["gene"] for said in first["told"]] == ["A", None, "A"]
    assert read(jobs, 0, 10, differs="consequence").total == 0


def test_a_variant_of_one_result_alone_disagrees_with_nobody_also_if_it_is_repeated(make_job: JobMaker) -> None:
    twice = [variant(0, "1", 5, "A", "C", gene="A"), variant(1, "1", 5, "A", "C", gene="B")]
    found = compare([make_job(twice), make_job(rows_of(("2", 1, "A", "C")))])
    assert found.discordant["any"] == 0 and found.intersections == {1: 1, 2: 1}


def test_a_repeated_variant_is_compared_by_its_first_row_which_is_the_one_that_is_shown(make_job: JobMaker) -> None:
    twice = [variant(0, "1", 5, "A", "C", gene="A"), variant(1, "1", 5, "A", "C", gene="B")]
    once = [variant(0, "1", 5, "A", "C", gene="A")]
    assert compare([make_job(twice), make_job(once)]).discordant["any"] == 0
    assert compare([make_job(twice), make_job(list(twice))]).discordant["any"] == 0
    turned = [variant(0, "1", 5, "A", "C", gene="B"), variant(1, "1", 5, "A", "C", gene="A")]
    jobs = [make_job(turned), make_job(once)]
    assert compare(jobs).discordant["gene"] == 1
    (row,) = read(jobs, 0, 10, differs="gene").rows
    assert [told["gene"] for told in row["told"]] == ["B", "A"]


def test_hostile_names_and_endless_alleles_are_text_C09(make_job: JobMaker) -> None:
    name = "'; DROP TABLE x; --<script>"
    places = ((name, 1, "A" * 5_000, "A"), (name, 2, "A", "<DEL>"))
    block = read([make_job(rows_of(*places)), make_job(rows_of(*places))], 0, 10)
    assert [row["chrom"] for row in block.rows] == [name, name]
    assert block.rows[0]["ref"].endswith("… (5,000 letters)") and len(block.rows[0]["ref"]) < 300
    assert block.rows[1]["alt"] == "<DEL>"


def test_results_of_different_builds_are_refused_and_the_mitochondrion_goes_with_either(make_job: JobMaker) -> None:
    place = (("MT", 7, "G", "T"),)
    old, new, mito = (make_job(rows_of(*place), manifest=build(name)) for name in ("GRCh37", "hg38", "rCRS"))
    with pytest.raises(InputError, match=r"different genome builds.*GRCh37.*GRCh38") as refused:
        compare([old, mito, new])
    assert refused.value.code == "different_builds"
    assert compare([old, mito]).intersections == compare([mito, new]).intersections == {3: 1}


def test_what_cannot_be_compared_is_refused_with_a_sentence_C44(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [make_job(rows_of(("1", n + 1, "A", "C"))) for n in range(6)]
    for choice in ([], jobs[:1], jobs, [jobs[0], jobs[0]]):
        with pytest.raises(InputError, match="Choose"):
            compare(choice)
    for start, count, members, differs in ((-1, 10, None, None), (0, 101, None, None), (0, 1, 4, None), (0, 1, 1, "x")):
        with pytest.raises(InputError):
            read(jobs[:2], start, count, members, differs)
    monkeypatch.setenv("GAS_MAX_SHARED_VARIANTS", "1")
    forget_settings()
    with pytest.raises(LimitError, match="max_shared_variants"):
        compare(jobs[2:4])
    assert not list((cache_room.cache_dir() / cache.DERIVED).glob(f"*{jobs[2].job_id}*"))


def test_the_table_is_made_once_and_goes_with_either_job_C34(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [make_job(rows_of(("1", 1, "A", "C"))) for _ in range(2)]
    made: list[int] = []
    write = shared_variants.write_table
    monkeypatch.setattr(shared_variants, "write_table", lambda *given: (made.append(1), write(*given)))
    compare(jobs)
    read(jobs, 0, 10)
    assert made == [1]
    cache.forget(jobs[1].job_id)
    assert not [path for path, _ in cache_room.cached_files() if path.parent.name == cache.DERIVED]


def test_results_without_variants_share_none(make_job: JobMaker) -> None:
    empty = make_job(rows_of(("1", 1, "A", "C")))
    other = make_job(rows_of(("2", 1, "A", "C")))
    found = compare([empty, other])
    assert found.shared == 0 and read([empty, other], 0, 10, 3).rows == []
