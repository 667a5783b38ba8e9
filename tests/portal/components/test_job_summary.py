"""The head of the job page says which genome build the file is of, and how that was found (C39)."""

from __future__ import annotations

from typing import Any

from pipeline.accounts.store import User
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from portal.components.job_summary import summary

SOMEBODY = User("u" * 32, "ada@example.org", "Ada", "free_user", 0, 0)
FOUND = {
    "assembly": "GRCh37",
    "title": "GRCh37 (hg19)",
    "evidence": ["The header names hs37d5, which is GRCh37 (hg19)."],
    "verdict": "fits",
    "automatic": True,
}


def shown(job: Job) -> str:
    return str([part.to_plotly_json() for part in summary(job, SOMEBODY)])


def made(**more: Any) -> Job:
    return Job("j" * 32, "u" * 32, "mine.vcf", "inputs", "key", 1_700_000_000, JobStatus.PENDING, **more)


def test_build_and_evidence_are_shown() -> None:
    text = shown(made(bundle_id="grch37-demo", detected_build=FOUND))
    assert "Genome build: GRCh37 (hg19)" in text
    assert "The header names hs37d5, which is GRCh37 (hg19)." in text
    assert "The reference was chosen by itself." in text
    assert "The reference was chosen by you." in shown(made(detected_build=FOUND | {"automatic": False}))


def test_before_the_work_nothing_is_said_of_it() -> None:
    for found in (None, {}, FOUND | {"evidence": [], "title": ""}):
        text = shown(made(detected_build=found))
        assert "Genome build" not in text
        assert "How the genome build was found" not in text
