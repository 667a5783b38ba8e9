"""Names of a pasted list that no variant of a result has are told, whatever the names are."""

from __future__ import annotations

from pipeline.results.presence import contigs_without_variants, genes_without_variants
from tests.pipeline.results.conftest import JobMaker
from tests.pipeline.results.finished import variant

HOSTILE = "'; DROP TABLE v; --"


def test_genes_and_contigs_without_a_variant_are_told_in_the_order_of_the_list_C09(make_job: JobMaker) -> None:
    rows = [variant(0, "1", 5, "A", "C", gene="BRCA1"), variant(1, "MT", 5, "A", "C", gene=None)]
    job = make_job(rows)
    assert genes_without_variants(job, ["TP53", "BRCA1", HOSTILE]) == ["TP53", HOSTILE]
    assert contigs_without_variants(job, ["chr2", "chr1", "1", "chrM", HOSTILE]) == ["chr2", HOSTILE]
    assert genes_without_variants(job, []) == []
