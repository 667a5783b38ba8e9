"""The sample file that everybody may try, and what is said of it: its people are invented."""

from __future__ import annotations

from functools import cache

from pipeline.jobs.model import Job
from portal.static_files import ASSETS_FOLDER

NAME = "sample.vcf"
URL = f"/assets/{NAME}"
NOTE = "The sample is an invented family; its mitochondrial variants stand at real sites."
NOTE_ON_JOB = "This is the sample: an invented family, with mitochondrial variants at real sites."


@cache
def _size() -> int:
    return (ASSETS_FOLDER / NAME).stat().st_size


def is_sample(job: Job) -> bool:
    """True for a job of a file with the name and the size of the sample."""
    return (job.input_file_name, job.input_size) == (NAME, _size())
