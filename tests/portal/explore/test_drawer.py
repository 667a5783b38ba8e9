"""Where the genome browser of a drawer looks: around the variant, by the reference's name of its contig."""

from __future__ import annotations

import pytest

from pipeline.jobs.model import Job
from pipeline.results.variant import detail
from portal.explore.drawer import _locus
from tests.pipeline.results.finished import Row, finished_job, variant


def locus(*rows: Row) -> str:
    job: Job = finished_job("ada", list(rows))  # of the mitochondrial genome
    return _locus(job, detail(job, 0))


@pytest.mark.usefixtures("moto_aws")
def test_the_surroundings_of_the_reference_allele_are_shown_under_the_name_that_the_reference_has() -> None:
    assert locus(variant(0, "chrM", 100, "ACG", "A")) == "MT:70-132"
    assert locus(variant(0, "MT", 5, "A", "G")) == "MT:1-35"  # not before the first base


@pytest.mark.usefixtures("moto_aws")
def test_on_a_contig_that_the_reference_lacks_there_is_nothing_to_show() -> None:
    assert locus(variant(0, "22", 100, "A", "G")) == ""
