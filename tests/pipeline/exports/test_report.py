"""The report needs nothing but itself, and shows what users wrote as text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.exports.make import Wish, make
from pipeline.exports.report.bars import Bar, bars
from pipeline.jobs.model import Job
from pipeline.notes.model import Note
from pipeline.results.filters.model import NOTHING, Contains, Group, OneOf
from pipeline.settings import Settings
from tests.pipeline.exports.conftest import Exporter
from tests.pipeline.exports.test_formats import HIGH
from tests.pipeline.results.finished import finished_job, variant

HOSTILE = "<img src=x onerror=alert(1)>"


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


def test_a_gene_with_variants_of_two_impacts_has_the_colours_of_both() -> None:
    drawn = bars([Bar("GENE", 4, "#e69f00", 1, "#d55e00"), Bar("OTHER", 2, "#e69f00")], "Genes")
    wide = [
        (float(width), colour)
        for width, colour in re.findall(r'width="([\d.]+)" height="14" rx="2" fill="(#\w+)"', drawn)
    ]
    whole, high, other = wide
    assert (whole[1], high[1], other[1]) == ("#e69f00", "#d55e00", "#e69f00")
    assert high[0] == pytest.approx(whole[0] / 4, abs=0.1) and other[0] == pytest.approx(whole[0] / 2, abs=0.1)


def note(rid: int, tag: str, text: str) -> Note:
    return Note("job", "key", [rid], tag, text, "v", "owner", 0)


@pytest.fixture
def ranked(moto_aws: Settings) -> Job:
    """Five variants, each of which comes first by another rule."""
    given = (
        ("HIGH", 0.2, "Benign", 5.0),
        ("LOW", 0.1, "Pathogenic/Likely_pathogenic|risk_factor", 9.0),
        ("HIGH", 0.001, "Conflicting_classifications_of_pathogenicity", 7.0),
        ("HIGH", 0.001, None, 12345.6),
        ("MODIFIER", 0.5, None, float("nan")),
    )
    rows = [
        variant(n, "1", 10 * n + 1, "A", "C", gene=f"G{n}", consequence="missense_variant&splice_region_variant")
        | {"impact": impact, "gnomad_af": frequency, "clinvar_significance": significance, "qual": quality}
        for n, (impact, frequency, significance, quality) in enumerate(given)
    ]
    return finished_job("owner", rows, name=HOSTILE)


def report(job: Job, folder: Path, notes: dict[int, Note] | None = None) -> str:
    return make(job, Wish("report", NOTHING, notes=notes), folder).file.read_text()


def test_the_first_variants_are_those_marked_then_pathogenic_then_severe_then_rare_then_good(
    ranked: Job, tmp_path: Path
) -> None:
    text = report(ranked, tmp_path, {4: note(4, "likely_causal", "")})
    (listed,) = re.findall(r"<h2>Top variants.*?</section>", text, re.DOTALL)
    assert re.findall(r">(G\d)<", listed) == ["G4", "G1", "G3", "G2", "G0"]
    assert "All of them: those marked likely causal, then those that ClinVar calls pathogenic" in listed
    assert "12,346" in listed and "nan" not in listed and "missense variant, splice region variant" in listed
    assert "Pathogenic/Likely pathogenic, risk factor" in listed and "Likely causal" in listed


def test_every_marked_variant_is_listed_with_its_whole_note_as_text_C09(ranked: Job, tmp_path: Path) -> None:
    notes = {0: note(0, "artefact", HOSTILE), 3: note(3, "none", "a\nb " + "long " * 300)}
    text = report(ranked, tmp_path, notes)
    (listed,) = re.findall(r"<h2>Marked variants.*?</section>", text, re.DOTALL)
    assert "2 of these variants have a tag or a note" in listed and "Artefact" in listed
    assert "&lt;img src=x" in listed and "a\nb long long" in listed and listed.count("long ") == 300
    assert "<img" not in text
    (tmp_path / "without").mkdir()
    assert "Marked variants" not in report(ranked, tmp_path / "without")


def test_what_is_unknown_is_said_and_does_not_dwarf_what_is_known(ranked: Job, tmp_path: Path) -> None:
    text = report(ranked, tmp_path)
    assert "It says nothing of 2 others." in text and "ClinVar says nothing" not in text
    assert ">0.32 to 0.56<" in text and ">0.56 to 1<" not in text  # no bins beyond what there is


def test_the_report_has_colours_for_the_dark_and_paper_is_light_with_page_numbers(export: Exporter) -> None:
    text = export("report").file.read_text()
    assert "@media screen and (prefers-color-scheme: dark)" in text
    assert "counter(page)" in text and re.search(r'content: "Job [0-9a-f]{32}"', text)


def test_long_labels_take_two_lines_and_what_is_longer_ends_in_dots() -> None:
    drawn = bars([Bar("Conflicting classifications of pathogenicity", 1), Bar("x" * 90, 2)], "t")
    assert ">Conflicting classifications<" in drawn and ">of pathogenicity<" in drawn and "…<" in drawn
