"""Two to five jobs side by side: each of them the reader's own, in every callback (C03); counts, rows, words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.results.shared_variants import Shared
from portal.comparing import parts, upset
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
    assert "2 variants" in said and "gene 2, consequence 0, ClinVar class 0" in said
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
        "12 different variants: 4 variants in all 3 jobs, 6 in two or more. In one job only: A 5, B 0, C 1."
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
    row = parts.row(shared | {"told": [told, None, told]}, 3)
    assert (row["who"], row["gene"], row["consequence"], row["clinvar"]) == ("A, C", "A_B", "stop gained", "")
