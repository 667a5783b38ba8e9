"""What a filter lets through on the explorer's page: with the rows behind the tags that it asks for."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pipeline.jobs.model import Job
from pipeline.results.filters.model import Group
from pipeline.results.matches import Source, matching
from portal.explore.tagged import tagged_of


def matched(job: Job, group: Group) -> AbstractContextManager[Source]:
    """`matching`, knowing the job's notes."""
    return matching(job, group, tagged_of(job, group))
