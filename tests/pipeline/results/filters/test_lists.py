"""Gene panels and regions as people paste and upload them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import LimitError
from pipeline.results.filters.lists import genes_of, regions_of
from pipeline.results.filters.model import Region
from pipeline.results.filters.reading import FilterError


def test_genes_are_read_in_every_usual_way_once_each() -> None:
    text = "\ufeffBRCA1, BRCA2;TP53\r\n# a remark\n\n  HLA-A\tBRCA1 # why not\nMT-ND1"
    assert genes_of(text) == ("BRCA1", "BRCA2", "TP53", "HLA-A", "MT-ND1")


@pytest.mark.parametrize("text", ["", "  \n", "# only a remark", ",,;"])
def test_no_gene_at_all_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="names of genes"):
        genes_of(text)


def test_a_name_that_is_no_genes_names_its_line() -> None:
    with pytest.raises(FilterError, match="Line 3"):
        genes_of("A\n\n" + "X" * 201)


def test_more_genes_than_the_limit_are_refused_not_cut_C44() -> None:
    with pytest.raises(LimitError, match="20,001 genes"):
        genes_of("\n".join(f"G{n}" for n in range(20_001)))
    with pytest.raises(LimitError, match="longer than"):
        genes_of("A" * 2_000_001)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("chr7:117,480,025-117,668,665", Region(contig="chr7", start=117480025, end=117668665)),
        ("chr7:117480025–117668665", Region(contig="chr7", start=117480025, end=117668665)),
        ("7:10..20", Region(contig="7", start=10, end=20)),
        ("chr7 : 10 - 20", Region(contig="chr7", start=10, end=20)),
        ("chr7:55,191,822", Region(contig="chr7", start=55191822, end=55191822)),
        ("MT", Region(contig="MT")),
        ("chr7\t9\t20\texon 4\t0\t+", Region(contig="chr7", start=10, end=20)),
        ("chr7 9 20", Region(contig="chr7", start=10, end=20)),
        ("HLA-A*01:01:01:5-9", Region(contig="HLA-A*01:01:01", start=5, end=9)),
    ],
)
def test_a_region_is_read_in_every_usual_way(text: str, region: Region) -> None:
    assert regions_of(text) == (region,)


def test_regions_are_one_a_line_or_separated_by_commas_and_remarks_are_passed_over() -> None:
    text = "track name=x\nbrowser position\n#chrom\tstart\tend\nchr1\t0\t5\n\nchr2:7-9, chr3:1-2; chr4"
    assert [(r.contig, r.start) for r in regions_of(text)] == [("chr1", 1), ("chr2", 7), ("chr3", 1), ("chr4", 1)]


@pytest.mark.parametrize(
    "line",
    ["chr1:0-5", "chr1:9-3", "chr1:x-y", "chr1 5", "chr1\t9\t3", "chr1:99999999999", "chr1:1-2-3", ":5-6", "chr1:5-"],
)
def test_a_line_that_is_no_region_is_named(line: str) -> None:
    with pytest.raises(FilterError, match="Line 2"):
        regions_of(f"chr1:1-5\n{line}")


def test_more_regions_than_the_limit_are_refused_not_cut_C44() -> None:
    with pytest.raises(LimitError, match="10,001 regions"):
        regions_of("\n".join(f"chr1\t{n}\t{n + 1}" for n in range(10_001)))


@given(text=st.text(max_size=80))
def test_whatever_is_pasted_is_read_or_refused_with_a_sentence(text: str) -> None:
    for read in (genes_of, regions_of):
        try:
            assert read(text)
        except FilterError as error:
            assert error.message
