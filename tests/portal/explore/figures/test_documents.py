"""Figures of all plots: what a click means, what is told beside them, and that names of the file stay text (C09)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.results import cache
from pipeline.results.filters.model import Group, Region
from pipeline.results.filters.reading import read_filter
from pipeline.results.filters.sql import where
from portal.explore.figures.catalogue import PLOTS, Asked, Drawn, Plot, available, plot_of
from tests.pipeline.results.plots.tables import HOSTILE, calls_of, random_rows, source_of

ROWS = random_rows(400)
SAMPLES = (HOSTILE, "mother")
NOTHING_PASSES = {"kind": "one_of", "column": "gene", "values": ["nobody"]}
CALLS = [(r["rid"], sample, "0/1", 40.0) for r in ROWS for sample in SAMPLES]
COLOUR = re.compile(r"#[0-9a-f]{3,8}|rgb")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Of a job whose tables are at hand."""
    paths = {"variants": source_of(ROWS, samples=SAMPLES).parameters["path"], "genotypes": calls_of(CALLS)}

    @contextmanager
    def opened(_job: object, role: str) -> Iterator[Path]:
        yield Path(paths[role])

    monkeypatch.setattr(cache, "opened", opened)
    outputs = {"genotypes": {}, "variants": {}}
    job = Job(
        job_id="j",
        user_id="u",
        input_file_name="a.vcf",
        s3_inputs_bucket="b",
        s3_key_input_file="k",
        submit_time=1,
        job_status=JobStatus.COMPLETED,
        bundle_id="grch37-demo",
        outputs=outputs,
    )
    return Asked(job)


def drawn(plot: Plot, asked: Asked, document: Any = None, selected: Any = None) -> Drawn:
    return plot.drawn(plot.query(source_of(ROWS, document, SAMPLES), asked), read_filter(selected))


def conditions(figure: dict[str, Any]) -> list[Any]:
    return [each for trace in figure["data"] for each in trace.get("customdata", []) if each]


@pytest.fixture(params=PLOTS, ids=[plot.name for plot in PLOTS])
def plot(request: pytest.FixtureRequest) -> Plot:
    return request.param


def test_a_result_with_all_columns_has_all_plots(asked: Asked) -> None:
    table = source_of(ROWS, samples=SAMPLES).table
    found = available(table, asked.job) + available(table, asked.job, on_demand=True)
    assert [each.name for each in found] == [each.name for each in PLOTS]


def test_every_click_is_a_filter_that_this_result_takes(plot: Plot, asked: Asked) -> None:
    figure = drawn(plot, asked).figure
    assert figure is not None
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    table = source_of(ROWS, samples=SAMPLES).table
    found = conditions(figure)
    assert found or plot.name in ("rainfall", "contexts", "genotype_quality")
    for document in found:
        assert isinstance(where(read_filter(document), table).sql, str)
    brush = figure["layout"].get("meta", {}).get("brush")
    if brush:
        assert figure["layout"]["dragmode"] == "select"
        assert brush["kind"] in ("range", "regions")


def test_each_tells_in_words_and_numbers_what_it_shows(plot: Plot, asked: Asked) -> None:
    found = drawn(plot, asked)
    assert found.alternative.endswith(".")
    assert any(letter.isdigit() for letter in found.alternative)
    assert found.rows
    assert all(len(row) == len(found.header) for row in found.rows)


def test_where_nothing_passes_a_sentence_stands_in_place_of_the_figure(plot: Plot, asked: Asked) -> None:
    found = drawn(plot, asked, NOTHING_PASSES)
    assert found.figure is None
    assert found.alternative.endswith(".")


def texts(value: Any) -> Iterator[str]:
    """All that plotly would read as text: whatever is no condition of a click and no name in `meta`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("customdata", "meta"):
                yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def test_names_of_the_file_are_text_only_C09(plot: Plot, asked: Asked) -> None:
    figure = drawn(plot, Asked(asked.job, gene=HOSTILE)).figure
    assert not [text for text in texts(figure) if "<b" in text.replace("<br>", "")]
    zoomed = drawn(plot_of("genome"), Asked(asked.job, zoom=Region(contig=HOSTILE))).figure
    assert not [text for text in texts(zoomed) if "<b" in text.replace("<br>", "")]


def test_colours_are_those_of_the_theme(plot: Plot, asked: Asked) -> None:
    """But for the six changes of a pyrimidine, which are the same in both."""
    if plot.name == "contexts":
        return
    figure = drawn(plot, asked).figure
    found = {text for text in texts(figure) if COLOUR.match(text)}
    assert found <= {"rgba(0,0,0,0)"}


@pytest.mark.parametrize(
    ("name", "selected"),
    [
        ("consequences", {"kind": "one_of", "column": "consequence", "values": ["missense_variant"]}),
        ("consequences", {"kind": "one_of", "column": "impact", "values": ["HIGH"]}),
        ("genes", {"kind": "one_of", "column": "gene", "values": ["A"]}),
        ("clinvar", {"kind": "one_of", "column": "clinvar_significance", "values": ["Benign"]}),
        ("frequencies", {"kind": "range", "column": "gnomad_af", "most": 0.01}),
        ("substitutions", {"kind": "one_of", "column": "ref", "values": ["C"]}),
        ("indels", {"kind": "one_of", "column": "type", "values": ["deletion"]}),
        ("quality", {"kind": "range", "column": "qual", "least": 300}),
        ("depth", {"kind": "range", "column": "dp", "least": 10, "most": 20}),
        ("genome", {"kind": "regions", "regions": [{"contig": "chr2", "start": 1, "end": 2000}]}),
        ("lollipop", {"kind": "range", "column": "protein_position", "least": 10, "most": 30}),
        ("circle", {"kind": "regions", "regions": [{"contig": "MT", "start": 1, "end": 2000}]}),
    ],
)
def test_what_the_filter_leaves_out_is_dimmed_and_the_rest_stands_out(name: str, selected: Any, asked: Asked) -> None:
    figure = drawn(plot_of(name), asked, selected=selected).figure
    assert figure is not None
    opacities = [each for trace in figure["data"] for each in _opacities(trace)]
    assert 1 in opacities
    assert min(opacities) < 0.5
    whole = drawn(plot_of(name), asked).figure
    assert whole is not None
    assert {each for trace in whole["data"] for each in _opacities(trace)} <= {1}


def _opacities(trace: dict[str, Any]) -> list[float]:
    found = trace.get("marker", {}).get("opacity", 1)
    return found if isinstance(found, list) else [found]


def test_no_plot_needs_a_browser_that_makes_code_from_text(plot: Plot, asked: Asked) -> None:
    """Plotly's WebGL traces do, which the content security policy forbids: nobody would see them (C04)."""
    figure = drawn(plot, asked).figure
    assert figure is not None
    assert not [trace["type"] for trace in figure["data"] if "gl" in trace["type"]]


def test_the_legend_keeps_its_colours_while_bars_are_dimmed(asked: Asked) -> None:
    selected = {"kind": "one_of", "column": "consequence", "values": ["nothing"]}
    figure = drawn(plot_of("consequences"), asked, selected=selected).figure
    assert figure is not None
    shown = [trace for trace in figure["data"] if trace.get("showlegend", True)]
    assert len(shown) * 2 == len(figure["data"])
    assert all("opacity" not in trace["marker"] and trace["x"] == [None] for trace in shown)
    elsewhere = {"kind": "regions", "regions": [{"contig": "chr2", "start": 1, "end": 2}]}
    shades = drawn(plot_of("genome"), asked, selected=elsewhere).figure
    assert shades is not None
    told = {trace["name"]: trace["opacity"] for trace in shades["data"] if trace.get("showlegend", True)}
    assert sorted(told.values()) == list(dict.fromkeys(sorted(told.values())))  # each shade is another one


def test_the_filter_s_own_columns_are_those_that_clicks_are_on(asked: Asked) -> None:
    table = source_of(ROWS, samples=SAMPLES).table
    assert plot_of("frequencies").columns(table, asked) == ("gnomad_af",)
    assert plot_of("frequencies").columns(table, Asked(asked.job, frequency="af")) == ("af",)
    assert plot_of("frequencies").columns(table, Asked(asked.job, frequency="; DROP")) == ("gnomad_af",)
    assert plot_of("clinvar").columns(table, asked) == ("clinvar_significance",)
    assert isinstance(read_filter(None), Group)
