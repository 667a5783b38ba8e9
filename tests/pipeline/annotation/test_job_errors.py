"""An error in one of a job's threads ends the job: none waits for another that has gone."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from pipeline.annotation.batch import Annotator
from tests.pipeline.annotation.helpers import run_job, vcf_text

PATIENCE_S = 60


def test_an_error_while_blocks_wait_ends_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight blocks of a megabyte, of which the first is never annotated: the thread that reads them must not wait."""
    raised: list[BaseException] = []

    def fail(*_: Any) -> None:
        raise RuntimeError("broken on purpose")

    def work() -> None:
        try:
            run_job(tmp_path, text)
        except RuntimeError as error:
            raised.append(error)

    monkeypatch.setattr(Annotator, "annotate", fail)
    text = vcf_text(*(f"MT {200 + number} . N A . . X={'x' * 20_000}" for number in range(400)))
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert [str(error) for error in raised] == ["broken on purpose"]
