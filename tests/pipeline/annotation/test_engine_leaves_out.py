"""An engine must answer for every allele that it was asked about: none may be taken for annotated without."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.annotation.children import Child, ChildFamily
from pipeline.annotation.engines import csq
from pipeline.errors import PermanentError
from tests.pipeline.annotation.helpers import run_job, vcf_text


def test_an_allele_that_the_engine_leaves_out_fails_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = csq.start_pipe

    def forgetful(steps: list[list[str]], family: ChildFamily) -> list[Child]:
        return original([steps[0], ["view", "--no-version", "-e", "POS=3310", "-Ou", "-"], *steps[1:]], family)

    monkeypatch.setattr(csq, "start_pipe", forgetful)
    run_job(tmp_path, vcf_text("MT 3308 . T C . . .", "MT 3312 . C T . . ."))
    with pytest.raises(PermanentError, match="left out") as failed:
        run_job(tmp_path, vcf_text("MT 3308 . T C . . .", "MT 3310 . C T . . .", "MT 3312 . C T . . ."))
    assert failed.value.code == "engine_failed"
