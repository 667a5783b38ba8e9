"""How the commands answer when something happens that nobody expected."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.pipeline.annotation.odd_files import PLAIN
from tests.shared_data import ROOT
from util_jobs import annotate, cli

BROKEN = """
import runpy, sys
from util_jobs import annotate
annotate.annotate = lambda *_, **__: {}["no such key"]
sys.argv = ["util_jobs", "annotate", *sys.argv[1:]]
runpy.run_module("util_jobs", run_name="__main__")
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "in.vcf").write_text(PLAIN)
    return tmp_path / "in.vcf"


@pytest.mark.parametrize("as_json", [True, False])
def test_a_fault_of_the_program_is_shown_for_the_report_and_ends_like_any_failure(source: Path, as_json: bool) -> None:
    command = [sys.executable, "-c", BROKEN, str(source), "--out", str(source.parent / "out"), *["--json"] * as_json]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    sentence = "This is a fault of the program, please report it: KeyError: 'no such key'"
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    if as_json:
        error = {"code": "internal_error", "message": sentence, "line": None}
        assert json.loads(done.stdout) == {"status": "FAILED", "error": error}
    else:
        assert done.stderr.splitlines()[-1] == f"FAILED (internal_error): {sentence}"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (OSError(28, "No space left on device"), "file_system", "No space left on device: {out}"),
        (OSError(13, "Permission denied", "/a/file"), "file_system", "Permission denied: /a/file"),
        (KeyboardInterrupt(), "cancelled", "Stopped."),
    ],
)
def test_what_the_system_says_is_a_sentence(
    source: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: str, message: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(annotate, "annotate", fail)
    out = source.parent / "out"
    done = CliRunner().invoke(cli.main, ["annotate", str(source), "--out", str(out), "--json"])
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"] == {"code": code, "message": message.format(out=out), "line": None}
