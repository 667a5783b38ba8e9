"""Filters as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given

from pipeline.results.filters.model import Group, Part
from pipeline.results.filters.reading import read_filter
from pipeline.results.filters.words import chip, in_words
from tests.pipeline.results.filters.strategies import groups

TITLES = {"impact": "Impact", "gnomad_af": "gnomAD frequency", "qual": "Quality"}


def only(document: dict[str, object]) -> Part:
    return read_filter(document).parts[0]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"kind": "one_of", "column": "impact", "values": ["HIGH", "MODERATE"]}, "Impact is high or moderate"),
        ({"kind": "one_of", "column": "impact", "values": ["HIGH", None]}, "Impact is high or unknown"),
        ({"kind": "one_of", "column": "impact", "values": ["LOW"], "negated": True}, "Impact is not low"),
        (
            {"kind": "one_of", "column": "impact", "values": ["LOW", "HIGH"], "negated": True},
            "Impact is neither low nor high",
        ),
        ({"kind": "one_of", "column": "gene", "values": list("ABCDE")}, "gene is one of 5 genes"),
        ({"kind": "one_of", "column": "gene", "values": list("ABCDE"), "negated": True}, "gene is none of 5 genes"),
        (
            {"kind": "one_of", "column": "consequence", "values": ["stop_gained"], "terms": True, "negated": True},
            "consequence does not have stop gained",
        ),
        (
            {"kind": "one_of", "column": "consequence", "values": ["stop_gained"], "terms": True},
            "consequence has stop gained",
        ),
        (
            {"kind": "range", "column": "gnomad_af", "most": 0.01, "or_unknown": True},
            "gnomAD frequency up to 0.01 or unknown",
        ),
        ({"kind": "range", "column": "qual", "least": 30}, "Quality at least 30"),
        ({"kind": "range", "column": "pos", "least": 1, "most": 1_234_567}, "pos from 1 to 1,234,567"),
        ({"kind": "range", "column": "qual", "least": 5, "most": 5}, "Quality is 5"),
        ({"kind": "contains", "text": "brca"}, "the text “brca”"),
        ({"kind": "contains", "text": "x", "columns": ["qual", "id"]}, "the text “x” in Quality or id"),
        ({"kind": "known", "column": "qual", "known": False}, "Quality is unknown"),
        (
            {"kind": "regions", "regions": [{"contig": "7", "start": 1000, "end": 2000}, {"contig": "MT"}]},
            "in 7:1,000–2,000 or MT",
        ),
        (
            {"kind": "carries", "sample": "NA1", "calls": ["het", "hom"], "least_depth": 10},
            "sample NA1 is heterozygous or homozygous (10 reads or more)",
        ),
        (
            {"kind": "inherited", "pattern": "de_novo", "child": "C", "mother": "{father}", "father": "F"},
            "new in C: neither {father} nor F has it",
        ),
        ({"kind": "private", "samples": ["A", "B"]}, "only in A or B"),
        ({"kind": "tagged", "tags": ["to_confirm"]}, "tagged to confirm"),
        ({"kind": "tagged", "tags": ["artefact", "none"]}, "tagged artefact or with a note without a tag"),
        (
            {"kind": "carries", "sample": "na1", "calls": ["hom"], "least_quality": 50, "least_balance": 0.3},
            "sample na1 is homozygous (genotype quality 50 or more, allele balance 0.3 or more)",
        ),
    ],
)
def test_a_condition_reads_as_people_say_it(document: dict[str, object], words: str) -> None:
    assert chip(only(document), TITLES) == words


def test_a_filter_reads_as_a_sentence_with_its_groups_in_brackets() -> None:
    rare = {"kind": "range", "column": "gnomad_af", "most": 0.01}
    known = {"kind": "known", "column": "gene"}
    group = read_filter({"kind": "group", "parts": [known, {"kind": "group", "join": "any", "parts": [rare, known]}]})
    assert in_words(group, TITLES) == "Gene is known and (gnomAD frequency up to 0.01 or gene is known)."
    assert in_words(Group(), TITLES) == "All variants."


@given(group=groups)
def test_every_filter_can_be_said(group: Group) -> None:
    assert in_words(group, TITLES).endswith(".")
