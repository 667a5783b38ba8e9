"""C45: the VCF header, the manifest and the job page tell the same provenance, and all of it."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.annotation.annotate import AnnotationResult
from pipeline.annotation.options import AnnotationOptions
from pipeline.annotation.outputs.provenance_lines import flattened, provenance_lines
from pipeline.reference.bundle import load_bundle
from portal.components import provenance as page
from tests.pipeline.annotation.helpers import complaints, run_job, vcf_text

LINE = re.compile(r'^##annotation(\w+)=<ID=([^,>]+)((?:,\w+="(?:[^"\\]|\\.)*")*)>$')
VALUE = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def header_facts(result: AnnotationResult) -> dict[tuple[str, str], dict[str, str]]:
    """(kind, id) → values of the structured lines, as any reader of VCF takes them apart."""
    lines = gzip.decompress(result.files["vcf"].read_bytes()).decode().splitlines()
    ours = [line for line in lines if line.startswith("##annotation") and "=<" in line]
    found = {}
    for line in ours:
        match = LINE.match(line)
        assert match, line
        values = {key: re.sub(r"\\(.)", r"\1", value) for key, value in VALUE.findall(match[3])}
        found[match[1], match[2]] = values
    return found


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> AnnotationResult:
    options = AnnotationOptions(sources=("mitomap_disease",))
    text = vcf_text("MT 3308 . T C . . .", "MT 73 . A G . . .")
    return run_job(tmp_path_factory.mktemp("job"), text, options=options, job_id="job-17")


@pytest.fixture(scope="module")
def manifest(result: AnnotationResult) -> dict[str, Any]:
    return json.loads(result.files["manifest"].read_text())


def test_header_and_manifest_agree_on_every_fact_C45(result: AnnotationResult, manifest: dict[str, Any]) -> None:
    facts = header_facts(result)
    bundle = load_bundle("rcrs")
    assert facts["Engine", "csq"]["Version"] == manifest["engine"]["version"]
    options = ";".join(f"{name} {value}" for name, value in manifest["engine"]["parameters"].items())
    assert facts["Engine", "csq"]["Parameters"] == options
    assert facts["Bundle", "rcrs"]["Version"] == manifest["bundle"]["version"] == bundle.version
    files = {name: values["SHA256"] for (kind, name), values in facts.items() if kind == "File"}
    assert files == manifest["bundle"]["checksums"] == bundle.checksums
    assert manifest["bundle"]["gene_model"] == {"file": "MT.gff3", "sha256": bundle.checksums["MT.gff3"]}
    sources = {name: values for (kind, name), values in facts.items() if kind == "Source"}
    assert list(sources) == [source["id"] for source in manifest["sources"]] == ["mitomap_disease"]
    (source,) = manifest["sources"]
    assert sources["mitomap_disease"] == {
        "Title": source["title"],
        "Version": source["version"],
        "Date": source["date"],
        "Licence": source["licence"],
        "SHA256": source["sha256"],
    }
    libraries = {name: values["Version"] for (kind, name), values in facts.items() if kind == "Library"}
    assert libraries == manifest["libraries"]
    parameters = {name: values["Value"] for (kind, name), values in facts.items() if kind == "Parameter"}
    assert parameters == dict(flattened({"parameters": manifest["parameters"], "tool": manifest["tool"]}))
    assert "##annotationJob=job-17" in gzip.decompress(result.files["vcf"].read_bytes()).decode()


def test_every_parameter_is_there_C45(manifest: dict[str, Any]) -> None:
    parameters = manifest["parameters"]
    assert parameters["engine"] == "csq"
    assert parameters["sources"] == ["mitomap_disease"]
    assert parameters["bundle_chosen"] == "by the owner"
    assert set(parameters["build"]) == {"assembly", "title", "verdict", "records_sampled", "evidence"}
    assert set(parameters["contigs"]) >= {"nuclear", "mitochondrial"}
    assert parameters["picked_consequence"]["rule_version"] == manifest["tool"]["pick_rule_version"]
    assert "left-aligned" in parameters["normalisation"]
    assert parameters["any_build"] is False
    assert parameters["settings"]["build_sample_records"] == 500


def test_the_page_and_its_copy_tell_all_of_it_C45(manifest: dict[str, Any]) -> None:
    shown = json.dumps(page.provenance_section(manifest).to_plotly_json(), default=lambda part: part.to_plotly_json())
    text = page.plain_text(manifest)
    kept = {key: manifest[key] for key in ("engine", "bundle", "parameters", "tool", "libraries")}
    kept["engine"] = {key: value for key, value in kept["engine"].items() if key != "columns"}  # heads of the table
    for name, value in flattened(kept):
        if not value:
            continue
        assert f"{name}: {value}\n" in text
        as_number = f"{int(value):,}" if value.isdigit() else value
        assert json.dumps(as_number)[1:-1] in shown, name
    for source in manifest["sources"]:
        assert source["sha256"] in shown and source["sha256"] in text


def test_the_header_is_valid_C38(result: AnnotationResult) -> None:
    assert complaints(result.files["vcf"]) == ""


def test_values_with_quotes_and_line_ends_stay_one_line_C09() -> None:
    hostile = 'a "b" \\ c\n##INFO=<ID=X>'
    provenance = {
        "tool": {"name": "x"},
        "engine": {"name": "csq", "version": hostile, "parameters": {}},
        "bundle": {
            "id": "b",
            "title": hostile,
            "assembly": "",
            "version": "",
            "sequence": {"sha256": ""},
            "checksums": {},
        },
        "sources": [],
        "libraries": {},
        "parameters": {"evidence": [hostile]},
    }
    lines = provenance_lines(provenance, None)
    assert all("\n" not in line for line in lines)
    assert all(LINE.match(line) for line in lines if "=<" in line)


def test_a_bundle_that_states_no_checksums_is_no_error(tmp_path: Path) -> None:
    bundle = replace(load_bundle("rcrs"), checksums={})
    result = run_job(tmp_path, vcf_text("MT 73 . A G . . ."), bundle)
    manifest = json.loads(result.files["manifest"].read_text())
    assert manifest["bundle"]["checksums"] == {}
    assert {source["sha256"] for source in manifest["sources"]} <= {"", *load_bundle("rcrs").checksums.values()}
