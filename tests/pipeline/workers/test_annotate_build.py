"""The annotate worker and the genome build: it chooses where nobody did, and refuses a wrong choice (C39)."""

from __future__ import annotations

from pipeline.jobs import store
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.jobs.submit import submit
from pipeline.settings import Settings, get_settings
from pipeline.uploads.choices import Choices
from tests.builders import TINY_VCF, make_upload, make_user
from tests.pipeline.workers.fake_work import make_runner, run_one

GRCH38 = (
    b"##fileformat=VCFv4.2\n##reference=GRCh38\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n1\t9\t.\tA\tG\t.\t.\t.\n"
)


def worked(content: bytes, choices: Choices | None = None) -> Job:
    """The record of a job after a worker has taken it."""
    user = make_user()
    job = submit(user, make_upload(user, content).upload_id, choices)
    assert run_one(make_runner())
    return store.get_owned(job.job_id, user.user_id)


def test_a_job_without_a_choice_gets_the_bundle_that_fits_into_its_record_C39(moto_aws: Settings) -> None:
    job = worked(TINY_VCF)
    assert (job.job_status, job.bundle_id) == (JobStatus.COMPLETED, get_settings().default_bundle)
    assert job.detected_build is not None
    assert set(job.detected_build) == {"assembly", "title", "evidence", "verdict", "automatic"}
    assert job.detected_build["automatic"] is True
    assert job.counts["annotated"] == 1


def test_the_chosen_bundle_and_sources_are_used(moto_aws: Settings) -> None:
    job = worked(TINY_VCF, Choices("rcrs", source_ids=("regions",)))
    assert (job.job_status, job.bundle_id, job.source_ids) == (JobStatus.COMPLETED, "rcrs", ["regions"])


def test_a_wrong_choice_ends_as_failed_with_what_to_do_C39(moto_aws: Settings) -> None:
    job = worked(GRCH38, Choices("grch37-demo"))
    assert job.job_status == JobStatus.FAILED
    assert job.error is not None
    assert (job.error["code"], job.error["retryable"]) == ("wrong_build", False)
    assert job.error["message"].startswith("This file is GRCh38 (hg38), you chose GRCh37 (hg19)")


def test_a_build_that_is_not_installed_is_completed_and_carried_through_C39(moto_aws: Settings) -> None:
    job = worked(GRCH38)
    assert job.job_status == JobStatus.COMPLETED
    assert job.counts["skipped"] == {"unknown_contig": 1}
    assert job.detected_build is not None
    assert (job.detected_build["title"], job.detected_build["verdict"]) == ("GRCh38 (hg38)", "does_not_fit")
    assert any("reference install GRCh38" in note for note in job.notes)
