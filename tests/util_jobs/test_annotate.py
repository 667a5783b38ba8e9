"""`python -m util_jobs annotate`: results and errors as an operator's script sees them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.pipeline.annotation.odd_files import HEADER, PLAIN, SITES
from tests.shared_data import ROOT, shared_data
from util_jobs import cli

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


def command_line(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "util_jobs", "annotate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, **options)  # type: ignore[call-overload]


def invoke(*arguments: str | Path) -> tuple[int, dict[str, object]]:
    """Exit code and the JSON object of the last line of standard output, in this process."""
    result = CliRunner().invoke(cli.main, ["annotate", *map(str, arguments), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def test_a_real_file_through_the_command_line(tmp_path: Path) -> None:
    done = command_line(shared_data("gas/test.vcf"), "--out", tmp_path / "new" / "out", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["status"] == "COMPLETED"
    assert document["counts"] == {"read": 350, "alleles": 359, "annotated": 350, "skipped": {}}
    assert {Path(path).exists() for path in document["files"].values()} == {True}
    assert done.stdout.count("\n") == 1
    assert "Finding consequences" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_json_it_speaks_to_people(tmp_path: Path) -> None:
    done = command_line(shared_data("gas/premium_2.vcf"), "--out", tmp_path)
    assert done.returncode == 0
    assert "976 records read, 15 annotated" in done.stdout
    assert "961 of 976 records lie outside the 43 gene regions" in done.stdout


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("", "empty_file", None),
        ("a,b,c\n1,2,3\n", "not_vcf", 1),
        (HEADER + COLUMNS + "MT\tx\t.\tA\tG\t.\t.\t.\n", "bad_position", 4),
    ],
)
def test_bad_input_fails_with_code_and_line_and_leaves_nothing(
    content: str, code: str, line: int | None, tmp_path: Path
) -> None:
    source = tmp_path / "in.vcf"
    source.write_text(content)
    exit_code, document = invoke(source, "--out", tmp_path / "out")
    assert exit_code == 2
    assert document["status"] == "FAILED"
    error = document["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["line"]) == (code, line)
    assert set(error) == {"code", "message", "line"}
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_a_missing_file_and_a_bundle_that_is_not_there(tmp_path: Path) -> None:
    good = tmp_path / "in.vcf"
    good.write_text(PLAIN)
    for arguments, code in (
        ((tmp_path,), "not_a_file"),
        ((tmp_path / "none.vcf",), "no_such_file"),
        ((good, "--bundle", "hg99"), "bundle_not_installed"),
    ):
        exit_code, document = invoke(*arguments, "--out", tmp_path / "out")
        assert exit_code == 2
        assert document["error"]["code"] == code  # type: ignore[index]


def test_a_bundle_of_another_build_is_refused_unless_overridden_C39(tmp_path: Path) -> None:
    file = shared_data("clinvar/clinvar_50.vcf.gz")
    exit_code, document = invoke(file, "--out", tmp_path, "--bundle", "grch37-demo")
    assert exit_code == 2
    error = document["error"]
    assert isinstance(error, dict)
    assert error["code"] == "wrong_build"
    assert error["message"].startswith("This file is GRCh38 (hg38), you chose GRCh37 (hg19)")
    assert error["message"].endswith("--any-build annotates it all the same.")
    exit_code, document = invoke(file, "--out", tmp_path, "--bundle", "grch37-demo", "--any-build")
    assert (exit_code, document["status"]) == (0, "COMPLETED")
    assert "The check of the genome build was overridden." in document["notes"][0]  # type: ignore[index]


def test_without_a_bundle_the_fitting_one_is_taken_and_said(tmp_path: Path) -> None:
    exit_code, document = invoke(shared_data("gas/premium_2.vcf"), "--out", tmp_path)
    build = document["build"]
    assert isinstance(build, dict)
    assert (exit_code, build["assembly"], build["bundle"]) == (0, "GRCh37", "grch37-demo")
    assert "The header names human_g1k_v37, which is GRCh37 (hg19)." in build["evidence"]


def test_sources_are_chosen_one_by_one_or_left_out(tmp_path: Path) -> None:
    source = tmp_path / "in.vcf"
    source.write_text(PLAIN)
    for arguments, ids in (
        ((), {"mitomap_disease", "mitomap_frequency", "regions"}),
        (("--source", "regions", "--source", "mitomap_disease"), {"mitomap_disease", "regions"}),
        (("--no-sources",), set()),
    ):
        exit_code, document = invoke(source, "--out", tmp_path / "out", "--bundle", "rcrs", *arguments)
        assert exit_code == 0
        manifest = json.loads(Path(document["files"]["manifest"]).read_text())  # type: ignore[index]
        assert {item["id"] for item in manifest["sources"]} == ids
    for arguments, code in (
        (("--source", "nope"), "source_not_installed"),
        (("--engine", "nope"), "engine_unknown"),
    ):
        exit_code, document = invoke(source, "--out", tmp_path / "out", *arguments)
        assert (exit_code, document["error"]["code"]) == (2, code)  # type: ignore[index]
    both = CliRunner().invoke(
        cli.main, ["annotate", str(source), "--out", str(tmp_path), "--no-sources", "--source", "regions"]
    )
    assert both.exit_code == 2


def test_an_output_folder_that_cannot_be_made(tmp_path: Path) -> None:
    good = tmp_path / "in.vcf"
    good.write_text(PLAIN)
    for out in (good, good / "below", Path("/proc/no-such-folder")):
        exit_code, document = invoke(good, "--out", out)
        assert (exit_code, document["error"]["code"]) == (2, "bad_output")  # type: ignore[index]


def test_a_hostile_file_name_on_the_command_line_C09(tmp_path: Path) -> None:
    source = tmp_path / "-o $(touch pwned); a.b~c:d=é.vcf"
    source.write_text(PLAIN)
    done = command_line("--out", tmp_path / "out", "--json", "--", source)
    assert json.loads(done.stdout)["counts"]["annotated"] == 3
    assert not list(tmp_path.rglob("pwned"))
    assert not (ROOT / "pwned").exists()
    assert (tmp_path / "out" / "o_touch_pwned_a.b_c_d_e.annot.vcf.gz").exists()


def test_results_of_an_earlier_run_survive_a_failed_one(tmp_path: Path) -> None:
    source, out = tmp_path / "in.vcf", tmp_path / "out"
    source.write_text(PLAIN)
    assert invoke(source, "--out", out)[0] == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    source.write_text(PLAIN + "broken\n")
    assert invoke(source, "--out", out)[0] == 2
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_sigterm_cleans_up_and_says_so(tmp_path: Path) -> None:
    source, out = tmp_path / "in.vcf", tmp_path / "out"
    source.write_text(PLAIN + SITES * 400_000)  # unsorted: takes a while
    command = [sys.executable, "-m", "util_jobs", "annotate", str(source), "--out", str(out), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    deadline = time.monotonic() + 20
    while not (out.is_dir() and list(out.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 2
    assert json.loads(stdout)["error"]["code"] == "cancelled"
    assert "Traceback" not in stderr
    assert list(out.iterdir()) == []


def test_every_command_of_the_list_loads() -> None:
    for name in cli.COMMANDS:
        assert CliRunner().invoke(cli.main, [name, "--help"]).exit_code == 0
    assert CliRunner().invoke(cli.main, ["no-such-command"]).exit_code == 2


def test_reference_list_names_sources_and_licences() -> None:
    result = CliRunner().invoke(cli.main, ["reference", "list", "--json"])
    bundles = {bundle["id"]: bundle for bundle in json.loads(result.stdout)["bundles"]}
    assert {source["licence"] for source in bundles["rcrs"]["sources"]} >= {"CC BY 3.0"}
    assert "MITOMAP" in CliRunner().invoke(cli.main, ["reference", "list"]).stdout
