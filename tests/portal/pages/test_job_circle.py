"""The whole circle with the steps that workers take: what the page says after each of them."""

from __future__ import annotations

from dataclasses import replace

from flask.testing import FlaskClient

from pipeline import aws, clock
from pipeline.accounts.store import User
from pipeline.archive import restoring, steps
from tests.builders import TINY_VCF, write_job
from tests.pipeline.results.finished import finished_job
from tests.portal.billing.test_demo_checkout import CHECKOUT, form_of
from tests.portal.pages.test_job import fill, news
from tests.portal.signing_in import csrf_headers
from tests.portal.stored_jobs import SUMMARY


def test_completed_archived_upgraded_restored_and_downgraded_C24_C26_C32(signed_in: FlaskClient, user: User) -> None:
    now = clock.now_s()
    job = finished_job(user.user_id, name="circle.vcf", summary=SUMMARY)
    job = write_job(replace(job, archive_after=now - 1, announced_at=now))
    aws.client("s3").put_object(Bucket=job.s3_inputs_bucket, Key=job.s3_key_input_file, Body=TINY_VCF)
    link = f"/api/jobs/{job.job_id}/files/variants"

    def page(seen: str = "") -> str:
        return str(news(signed_in, job.job_id, seen))

    assert link in page() and "data-countdown" in page()

    assert steps.archive_result(job.job_id) == "archived"
    assert "This result is in the archive" in page() and "/files/" not in page()
    assert signed_in.get(link).status_code == 409
    assert "10 variants" in fill(signed_in, "job-figures", job.job_id)
    assert "A summary." in fill(signed_in, "job-documents", job.job_id)
    again = signed_in.post(f"/api/jobs/{job.job_id}/rerun", json={"versions": "today"}, headers=csrf_headers(signed_in))
    assert again.status_code == 201, again.text

    assert signed_in.post(CHECKOUT, data=form_of(signed_in)).status_code == 303
    assert "You have Premium, so it comes back." in page()
    assert steps.settle(job.job_id) == "coming_back"
    assert "This result is coming back" in page() and "/files/" not in page()
    assert "1 result is on its way back already" in signed_in.get("/plans/demo-checkout/done").text

    assert restoring.thaw_result(job.job_id) == "restored"
    assert link in page() and "data-countdown" not in page()
    assert signed_in.get(link).status_code == 303
    assert "missense variant" in fill(signed_in, "job-figures", job.job_id)
    assert "10 alleles, one a row" in fill(signed_in, "job-variants", job.job_id)

    assert signed_in.post("/plans/cancel", data=form_of(signed_in, "/plans/cancel")).status_code == 303
    assert steps.settle(job.job_id) == "will_be_archived"
    assert link in page() and "data-countdown" in page()
