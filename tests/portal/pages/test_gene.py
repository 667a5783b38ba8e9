"""The page of one gene: its variants and no others, its notes, links outside, for the owner alone (C03, C09)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from portal.genes.address import gene_address, gene_of
from tests.builders import make_user, write_job
from tests.pipeline.results.finished import MANIFEST, finished_job, variant
from tests.portal.pages.conftest import ask

HOSTILE = "<b>A/B</b> & 'c'%2F"
GENES = ["BRCA2", "BRCA2", None, "TP53", HOSTILE]
GRCH38 = MANIFEST | {"bundle": {"id": "grch38", "assembly": "GRCh38"}}


def job_of(user_id: str, **more: Any) -> Job:
    rows = [
        variant(n, "13", 100 + n, "A", "G", gene=gene, impact="HIGH" if n % 2 else "LOW")
        for n, gene in enumerate(GENES)
    ]
    return write_job(finished_job(user_id, rows, **({"manifest": GRCH38} | more)))


def shown(client: FlaskClient, which: object) -> str:
    answer = ask(client, [("gene-parts", "children")], {("gene-which", "data"): which}, {})
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json, ensure_ascii=False)


def block(client: FlaskClient, which: object) -> dict[str, Any]:
    answer = ask(
        client,
        [("gene-grid", "getRowsResponse"), ("gene-rows-notice", "children")],
        {("gene-grid", "getRowsRequest"): {"startRow": 0, "endRow": 100}},
        {("gene-which", "data"): which},
    )
    assert answer.status_code == 200, answer.text
    return answer.json["response"]["gene-grid"]["getRowsResponse"]


def test_a_gene_shows_its_variants_and_no_others(signed_in: FlaskClient, user: User) -> None:
    job = job_of(user.user_id)
    said = shown(signed_in, [job.job_id, "BRCA2"])
    assert "2 variants in this gene" in said and "1 high, 1 low impact" in said
    assert [row["rid"] for row in block(signed_in, [job.job_id, "BRCA2"])["rowData"]] == [0, 1]


def test_links_lead_outside_by_a_click_and_only_where_the_build_is_known(signed_in: FlaskClient, user: User) -> None:
    said = shown(signed_in, [job_of(user.user_id).job_id, "BRCA2"])
    assert "https://gnomad.broadinstitute.org/gene/BRCA2?dataset=gnomad_r4" in said and "noopener noreferrer" in said
    unknown = job_of(user.user_id, manifest={"bundle": {"assembly": "a fish"}})
    assert "https://" not in shown(signed_in, [unknown.job_id, "BRCA2"])


def test_a_gene_of_any_name_has_an_address(signed_in: FlaskClient, page_of: Callable[[str], str], user: User) -> None:
    job = job_of(user.user_id)
    address = gene_address(job.job_id, HOSTILE)
    assert gene_of(address.rpartition("/")[2]) == HOSTILE and address.count("/") == 4
    page = json.loads(page_of(address))
    assert json.dumps([job.job_id, HOSTILE]) in json.dumps(page)
    assert [row["rid"] for row in block(signed_in, [job.job_id, HOSTILE])["rowData"]] == [4]
    assert "https://" not in shown(signed_in, [job.job_id, HOSTILE])


def test_notes_on_the_genes_variants_stand_there_and_those_on_others_do_not(signed_in: FlaskClient, user: User) -> None:
    job = job_of(user.user_id)
    notes.write(job, "13:101:A:G", [1], "likely_causal", "<script>seen</script>", user.user_id, None)
    notes.write(job, "13:103:A:G", [3], "artefact", "of TP53", user.user_id, None)
    said = shown(signed_in, [job.job_id, "BRCA2"])
    assert "<script>seen</script>" in said and "Likely causal" in said and "of TP53" not in said


def test_genes_that_are_none_and_jobs_of_others_get_a_sentence_C03(
    signed_in: FlaskClient, page_of: Callable[[str], str], user: User
) -> None:
    job = job_of(user.user_id)
    for gene in ("NOSUCH", "", "x" * 500, None, 7, ["BRCA2"], "'; DROP TABLE v; --"):
        assert "no such gene" in shown(signed_in, [job.job_id, gene])
    theirs = job_of(make_user("eve@example.org").user_id)
    for which in ([theirs.job_id, "BRCA2"], ["0" * 32, "BRCA2"], None, [], [1, 2, 3]):
        assert "no such job" in shown(signed_in, which) and block(signed_in, which)["rowData"] == []
    pages = {page_of(gene_address(job_id, "BRCA2")) for job_id in (theirs.job_id, "0" * 32)}
    assert len(pages) == 1 and "There is no such job" in pages.pop()
