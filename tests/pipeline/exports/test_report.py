"""The report needs nothing but itself, and shows what users wrote as text."""

from __future__ import annotations

import re

from pipeline.exports.report.bars import Bar, bars
from pipeline.results.filters.model import Contains, Group, OneOf
from tests.pipeline.exports.conftest import Exporter
from tests.pipeline.exports.test_formats import HIGH


def test_the_report_asks_no_other_host_and_runs_no_script(export: Exporter) -> None:
    text = export("report").file.read_text()
    assert "<script" not in text and "@import" not in text
    assert not re.search(r"<[^>]*\b(href|src|srcset|action)\s*=", text) and "url(" not in text
    assert "default-src 'none'" in text and "@media print" in text


def test_the_report_says_filter_counts_rule_and_versions(export: Exporter) -> None:
    made = export("report", HIGH)
    text = made.file.read_text()
    assert made.rows == 6
    for told in ("Impact is", "<strong>6</strong> of 12 variants", "the most severe impact first", "1.24", "<svg"):
        assert told in text


def test_what_people_wrote_is_text_C09(export: Exporter) -> None:
    group = Group(parts=(OneOf(column="gene", values=("<script>alert(1)</script>", "ordinary")),))
    text = export("report", group).file.read_text()
    assert "<script" not in text and "&lt;script&gt;" in text


def test_a_report_of_nothing_says_so(export: Exporter) -> None:
    text = export("report", Group(parts=(Contains(text="nowhere"),))).file.read_text()
    assert "No variant meets this filter." in text and "Top variants" not in text


def test_labels_of_bars_are_text_and_numbers_stand_beside() -> None:
    drawn = bars([Bar("a<b>&", 1200), Bar("none", 0)], 'a "title"')
    assert "a&lt;b&gt;&amp;" in drawn and "1,200" in drawn and "&quot;title&quot;" in drawn
