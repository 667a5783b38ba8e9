"""The neighbourhood of genes."""

from __future__ import annotations

import numpy as np

from pipeline.annotation.gene_context import neighbours
from pipeline.reference.gene_model import ContigGenes


def test_the_nearest_gene_and_its_side() -> None:
    genes = ContigGenes(
        starts=np.array([1000, 2000, 20000]),
        ends=np.array([9000, 2500, 21000]),
        reach=np.array([9000, 9000, 21000]),
        reaching=np.array([0, 0, 2]),
        forward=np.array([True, False, False]),
        names=["LONG", "INNER", "BACK"],
    )
    found = neighbours(np.array([500, 9400, 15000, 14999, 22000, 30000, 5000]), np.ones(7, np.int64), genes)
    assert found.consequence.to_pylist() == [
        "upstream_gene_variant",  # before a gene on the forward strand
        "downstream_gene_variant",  # after it; INNER ends earlier
        "downstream_gene_variant",  # 5,000 before a gene on the reverse strand
        "intergenic_variant",
        "upstream_gene_variant",  # after a gene on the reverse strand
        "intergenic_variant",
        "sequence_variant",  # inside a gene about which the engine is silent
    ]
    assert found.gene.to_pylist() == ["LONG", "LONG", "BACK", None, "BACK", None, "LONG"]
    assert found.distance.to_pylist() == [500, 400, 5000, None, 1000, None, 0]


def test_the_nearest_gene_on_a_circle() -> None:
    one = np.array([100])
    genes = ContigGenes(one, one + 99, one + 99, np.array([0]), np.array([True]), ["ONLY"])
    pos = np.array([9_900, 300, 5_200])
    straight = neighbours(pos, np.ones(3, np.int64), genes)
    assert straight.distance.to_pylist() == [None, 101, None]
    round_ = neighbours(pos, np.ones(3, np.int64), genes, 10_000)
    assert round_.distance.to_pylist() == [200, 101, 4900]
    assert round_.consequence.to_pylist() == [
        "upstream_gene_variant", "downstream_gene_variant", "upstream_gene_variant"
    ]  # fmt: skip
