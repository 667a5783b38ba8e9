"""Chips: the way to a gene's page stands on the chip of that one gene."""

from __future__ import annotations

import json

from pipeline.results.filters.model import Group, OneOf
from portal.explore.chips import chips


def ways(*parts: OneOf) -> list[str]:
    told = json.dumps([each.to_plotly_json() for each in chips("abc", Group(parts=parts), {})], default=vars)
    return [word.split('"')[0] for word in told.split('"href": "')[1:]]


def test_the_chip_of_one_gene_leads_to_its_page_C09() -> None:
    assert ways(OneOf(column="gene", values=("BRCA1",))) == ["/jobs/abc/genes/BRCA1"]
    assert ways(OneOf(column="gene", values=("a/<b>",))) == ["/jobs/abc/genes/a%2F%3Cb%3E"]


def test_several_genes_others_than_a_gene_and_no_gene_have_no_page() -> None:
    assert ways(OneOf(column="gene", values=("A", "B")), OneOf(column="gene", values=("A",), negated=True)) == []
    assert ways(OneOf(column="gene", values=(None,)), OneOf(column="impact", values=("HIGH",))) == []
