"""Two to five jobs side by side: each of them the reader's own, in every callback (C03); counts, rows, words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.results.filters.model import InRegions
from pipeline.results.shared_variants import Shared
from portal.comparing import listing, provenance, upset
from portal.explore.view import read_address
from tests.builders import make_user, write_job
from tests.pipeline.results.finished import finished_job, variant
from tests.portal.pages.conftest import ask

HOSTILE = "<img src=x onerror=alert(1)>"


def job_of(user_id: str, *positions: int, gene: str | None = "A", name: str = "a.vcf", **more: Any) -> Job:
    rows = [variant(n, "1", pos, "A", "C", gene=gene, consequence="stop_gained") for n, pos in enumerate(positions)]
    return write_job(finished_job(user_id, rows, name=name, **more))


def shown(client: FlaskClient, which: object) -> str:
    answer = ask(client, [("shared-result", "children")], {("shared-which", "data"): which}, {})
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json, ensure_ascii=False)


def block(client: FlaskClient, which: object, who: object = "all", what: object = "all") -> dict[str, Any]:
    answer = ask(
        client,
        [("shared-grid", "getRowsResponse"), ("shared-notice", "children")],
        {("shared-grid", "getRowsRequest"): {"startRow": 0, "endRow": 100}},
        {("shared-which", "data"): which, ("shared-who", "value"): who, ("shared-what", "value"): what},
    )
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def rows(client: FlaskClient, *given: Any) -> list[dict[str, Any]]:
    return block(client, *given)["shared-grid"]["getRowsResponse"]["rowData"]


def test_what_jobs_share_and_have_alone_is_counted_and_listed(signed_in: FlaskClient, user: User) -> None:
    one, two = job_of(user.user_id, 1, 2, 3), job_of(user.user_id, 2, 3, 4, 5, gene=HOSTILE)
    which = [one.job_id, two.job_id]
    said = shown(signed_in, which)
    assert "5 different variants: 2 variants in both jobs. In one job only: A 1, B 2." in said
    assert "2 variants" in said and "gene 2, consequence 0." in said
    assert [row["pos"] for row in rows(signed_in, which)] == [1, 2, 3, 4, 5]
    assert [row["pos"] for row in rows(signed_in, which, "2")] == [4, 5]
    (first, _) = rows(signed_in, which, "3", "gene")
    assert (first["gene"], first["consequence"], first["who"]) == (f"A: A · B: {HOSTILE}", "stop gained", "A, B")
    assert "no such variant" in json.dumps(block(signed_in, which, "all", "consequence"))


def test_every_job_has_to_be_the_readers_own_C03(
    signed_in: FlaskClient, page_of: Callable[[str], str], user: User
) -> None:
    mine, other = job_of(user.user_id, 1), job_of(user.user_id, 2)
    theirs = job_of(make_user("eve@example.org").user_id, 1, name="secret.vcf")
    for which in ([mine.job_id, theirs.job_id], [theirs.job_id, mine.job_id], [mine.job_id, "0" * 32], None, "x", [[]]):
        assert "no such job" in shown(signed_in, which)
        assert rows(signed_in, which) == []
    pages = {
        page_of(f"/jobs/compare?jobs={mine.job_id},{other.job_id},{last}") for last in (theirs.job_id, "0" * 32, "..")
    }
    assert len(pages) == 1 and "There is no such job" in pages.pop()


def test_the_choice_names_the_readers_finished_jobs_alone(
    signed_in: FlaskClient, page_of: Callable[[str], str], user: User
) -> None:
    jobs = [job_of(user.user_id, 1, name=name) for name in ("one.vcf", HOSTILE)]
    job_of(make_user("eve@example.org").user_id, 1, name="secret.vcf")
    for address in ("/jobs/compare", f"/jobs/compare?jobs={jobs[0].job_id}"):
        page = page_of(address)
        assert "one.vcf" in page and HOSTILE in page and "secret" not in page


def test_the_button_leads_to_two_to_five_jobs_and_says_what_is_missing(signed_in: FlaskClient) -> None:
    def led(chosen: object) -> dict[str, Any]:
        outputs = [("shared-go", "href"), ("shared-go", "className"), ("shared-said", "children")]
        return ask(signed_in, outputs, {("shared-chosen", "value"): chosen}, {}).json["response"]

    assert led(["a", "b"])["shared-go"]["href"] == "/jobs/compare?jobs=a,b"
    for chosen, missing in ((["a"], "two or more"), (list("abcdef"), "at most 5"), (None, "two or more")):
        answer = led(chosen)
        assert answer["shared-go"]["href"] == "/jobs/compare" and missing in answer["shared-said"]["children"]


def test_results_of_different_builds_get_a_sentence(signed_in: FlaskClient, user: User) -> None:
    jobs = [
        job_of(user.user_id, 1, manifest={"bundle": {"id": name, "assembly": name}}) for name in ("GRCh37", "GRCh38")
    ]
    which = [job.job_id for job in jobs]
    assert "different genome builds" in shown(signed_in, which) and rows(signed_in, which) == []
    assert "Choose each job once" in shown(signed_in, [which[0], which[0]])
    assert "two to 5 jobs" in shown(signed_in, [which[0]])


def test_the_plot_says_in_words_and_numbers_what_it_shows() -> None:
    found = Shared({1: 5, 7: 4, 3: 2, 4: 1}, [11, 6, 5], 6, {"gene": 0, "consequence": 0, "clinvar": 0, "any": 0})
    drawn = upset.drawn(found, ["x.vcf", HOSTILE, "z.vcf"])
    assert drawn.alternative == (
        "12 different variants: 4 variants in all 3 jobs, 6 in two or more. In one job only: A 5, B 0, C 1. "
        + upset.HELD
    )
    assert [row[0] for row in drawn.rows] == ["A only", "All 3", "A and B", "C only"]
    assert sum(row[-1] for row in drawn.rows) == found.variants
    assert drawn.figure is not None
    empty, full = drawn.figure["data"][1:3]
    assert len(empty["x"]) + len(full["x"]) == 4 * 3 and len(full["x"]) == 1 + 3 + 2 + 1
    assert HOSTILE not in json.dumps(drawn.figure)
    nothing = upset.drawn(Shared({}, [0, 0], 0, found.discordant), ["x", "y"])
    assert nothing.figure is None and "None of these jobs" in nothing.alternative


def test_a_row_without_difference_says_each_thing_once() -> None:
    told = {"gene": "A_B", "consequence": "stop_gained", "clinvar": None}
    shared = {"n": 0, "chrom": "1", "pos": 1, "ref": "A", "alt": "C", "members": 5, "differs": 0}
    row = listing.row(shared | {"told": [told, None, told]}, ["x", "y", "z"])
    assert (row["who"], row["gene"], row["consequence"], row["clinvar"]) == ("A, C", "A_B", "stop gained", "")


def test_only_differences_that_there_are_can_be_chosen_and_only_columns_that_there_are_are_shown(
    signed_in: FlaskClient, user: User
) -> None:
    alike = [job_of(user.user_id, 1, 2).job_id for _ in range(2)]
    said = shown(signed_in, alike)
    assert "All 2 shared variants have the same gene and consequence." in said
    assert "ClinVar class" not in said and "differs (0)" not in said
    other = job_of(user.user_id, 1, 2, gene="B").job_id
    said = shown(signed_in, [alike[0], other])
    assert "Gene differs (2)" in said and "Any of them" not in said and "Consequence differs" not in said


def test_versions_that_differ_are_named_as_what_may_be_why(signed_in: FlaskClient, user: User) -> None:
    def manifest(version: str) -> dict[str, Any]:
        return {"engine": {"version": "csq 1"}, "bundle": {"id": "rcrs", "version": version}}

    old, new, again = (
        job_of(user.user_id, 1, gene=gene, manifest=manifest(version)).job_id
        for gene, version in (("A", "2025.1"), ("B", HOSTILE), ("A", "2025.1"))
    )
    said = shown(signed_in, [old, new])
    assert "Not all of these jobs were made with the same versions" in said and "Reference." in said
    assert "rcrs 2025.1" in said and HOSTILE in said
    assert "Not all of these jobs" not in shown(signed_in, [old, again])
    assert provenance.differing([manifest("1"), manifest("1"), {}]) == []  # what is not stated is no difference


def test_each_letter_of_a_row_leads_to_the_variant_in_the_explorer_of_its_job(
    signed_in: FlaskClient, user: User
) -> None:
    which = [job_of(user.user_id, 1, 2).job_id, job_of(user.user_id, 2).job_id]
    first, second = rows(signed_in, which)
    assert [link["letter"] for link in first["links"]] == ["A"]
    assert [link["href"].split("?")[0] for link in second["links"]] == [f"/jobs/{job}/explore" for job in which]
    view = read_address(second["links"][1]["href"].split("view=")[1])
    (part,) = view.group.parts
    assert isinstance(part, InRegions) and (part.regions[0].start, part.regions[0].end) == (2, 2)


def test_before_there_are_two_results_the_page_says_what_to_do(page_of: Callable[[str], str], user: User) -> None:
    assert "so far there is none" in page_of("/jobs/compare")
    one = job_of(user.user_id, 1, name="one.vcf")
    page = page_of("/jobs/compare")
    assert "so far there is one, one.vcf" in page and "Upload a VCF" in page
    write_job(replace(one, result_storage=StorageState.ARCHIVED))
    assert "1 finished job is not listed: the files are in the archive" in page_of("/jobs/compare")


def test_jobs_that_cannot_be_read_now_are_named_with_the_reason(signed_in: FlaskClient, user: User) -> None:
    here, away, failed, running = (job_of(user.user_id, 1, name=name) for name in ("here", "away", "failed", "running"))
    write_job(replace(away, result_storage=StorageState.ARCHIVED))
    write_job(replace(failed, job_status=JobStatus.FAILED, result_storage=StorageState.NONE))
    write_job(replace(running, job_status=JobStatus.RUNNING, result_storage=StorageState.NONE))
    said = shown(signed_in, [job.job_id for job in (here, away, failed, running)])
    assert (
        "away is in the archive, or on its way there or back; failed has no result; running has not finished." in said
    )
