"""What the genome browser reads: the reference of the reader's own jobs, in bounded stretches (C03, C06, C08)."""

from __future__ import annotations

import gzip
import struct
from dataclasses import replace

import pytest

from pipeline import ids as opaque
from pipeline.jobs.model import Job
from pipeline.reference.bundle import load_bundle
from pipeline.settings import get_settings
from tests.builders import write_job
from tests.pipeline.results.finished import finished_job
from tests.portal.api.conftest import Browser

GENES = "reference-genes?contig=MT&start=3300&end=4300"
ROUTES = ("browser", "reference/aliases", "reference/index", GENES)


@pytest.fixture
def job(ada: Browser) -> Job:
    """A result of the embedded reference, the mitochondrial genome."""
    found = finished_job(ada.user.user_id)
    files = {
        role: {"key": f"results/{role}", "size": 1, "sha256": "0", "name": f"a.{role}"} for role in ("vcf", "index")
    }
    return write_job(replace(found, outputs=found.outputs | files))


def test_a_job_tells_what_there_is_to_draw_on(ada: Browser, job: Job) -> None:
    told = ada.get(f"/api/jobs/{job.job_id}/browser")
    assert (told["id"], told["vcf_name"]) == ("rcrs", "a.vcf")
    index = ada.client.get(told["files"]["index"]).text.split("\t")
    assert index[1] == "16569"
    assert index[0] in ada.client.get(told["aliases"]).text.split()


def test_the_sequence_comes_in_ranges_no_longer_than_the_setting(
    ada: Browser, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "reference_range_bytes", 100)
    path = f"/api/jobs/{job.job_id}/reference/sequence"
    answer = ada.client.get(path, headers={"Range": "bytes=0-99"})
    assert (answer.status_code, len(answer.data)) == (206, 100)
    for headers in ({"Range": "bytes=0-100"}, {}):
        assert ada.error("GET", path, headers=headers)[:2] == (413, "range_too_long")


def test_genes_of_a_stretch_are_half_open_and_bounded(ada: Browser, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    (nd1,) = (gene for gene in ada.get(f"/api/jobs/{job.job_id}/{GENES}") if gene["name"] == "MT-ND1")
    assert (nd1["start"], nd1["end"], nd1["strand"]) == (3306, 4262, "+")  # 3307 to 4262, 1-based, in rCRS
    monkeypatch.setattr(get_settings(), "genome_browser_transcripts", 3)
    whole = f"/api/jobs/{job.job_id}/reference-genes?contig=MT&start=0&end=16569"
    assert ada.error("GET", whole)[:2] == (413, "stretch_too_long")
    assert ada.get(f"/api/jobs/{job.job_id}/reference-genes?contig=chrUn&start=0&end=9") == []


@pytest.mark.parametrize("stretch", ["start=x&end=9", "contig=MT", "contig=MT&start=1e9&end=2"])
def test_what_is_no_stretch_is_refused_with_a_sentence_C08(ada: Browser, job: Job, stretch: str) -> None:
    assert ada.error("GET", f"/api/jobs/{job.job_id}/reference-genes?{stretch}")[:2] == (422, "bad_stretch")


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fsecret", "sequence%00"])
def test_no_other_file_of_the_server_is_given_C06(ada: Browser, job: Job, name: str) -> None:
    assert ada.client.get(f"/api/jobs/{job.job_id}/reference/{name}").status_code == 404


@pytest.mark.parametrize("route", [*ROUTES, "reference/sequence"])
def test_a_job_of_another_answers_like_none_C03(ada: Browser, bob: Browser, job: Job, route: str) -> None:
    theirs, none = (bob.error("GET", f"/api/jobs/{job_id}/{route}") for job_id in (job.job_id, "0" * 32))
    assert theirs == none and theirs[0] == 404


def test_without_the_reference_the_sentence_says_what_to_do(ada: Browser, job: Job) -> None:
    write_job(replace(job, bundle_id="gone"))
    status, code, sentence = ada.error("GET", f"/api/jobs/{job.job_id}/browser")
    assert (status, code) == (404, "no_reference") and "IGV on your own machine" in sentence


def test_the_last_block_of_a_compressed_sequence_has_an_end_so_that_the_last_contig_is_drawn(
    ada: Browser, job: Job
) -> None:
    demo = write_job(replace(job, job_id=opaque.new_id(), bundle_id="grch37-demo"))
    path = f"/api/jobs/{demo.job_id}/reference"
    fasta = load_bundle("grch37-demo").fasta
    index = ada.client.get(f"{path}/blocks").data
    pairs = list(struct.iter_unpack("<QQ", index[8:]))
    assert struct.unpack_from("<Q", index) == (len(pairs),)
    (start, plain), (end, past) = pairs[-2:]
    assert (end, past > plain) == (fasta.stat().st_size, True)
    block = ada.client.get(f"{path}/sequence", headers={"Range": f"bytes={start}-{end - 1}"}).data
    assert gzip.decompress(block).rstrip().endswith(b"CACGATG")  # of the mitochondrial genome
