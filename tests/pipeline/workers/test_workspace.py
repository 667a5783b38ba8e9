"""Temporary folders are gone after work and after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.workers.workspace import Workspace


@pytest.fixture
def settings(moto_aws: Settings) -> Settings:
    return moto_aws


def test_folder_of_one_piece_of_work_is_gone_however_it_ends_C20(settings: Settings) -> None:
    workspace = Workspace("annotate")
    with pytest.raises(KeyError), workspace.folder("job") as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("x")
        raise KeyError
    assert [p.name for p in workspace.root.iterdir()] == ["owner.lock"]


def test_new_start_clears_what_a_killed_worker_left_but_not_a_living_ones_C20(settings: Settings) -> None:
    living = Workspace("annotate")
    script = (
        "import os, sys; from pipeline.workers.workspace import Workspace; w = Workspace('annotate');"
        "open(w.root / 'left-over', 'w').write('x'); print(w.root, flush=True); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ}, check=False
    )
    left = Path(killed.stdout.strip())
    assert (left / "left-over").exists()
    assert Workspace("annotate").clear_abandoned() == 1
    assert not left.exists() and living.root.exists()


def test_worker_that_is_just_starting_is_not_taken_for_dead_C20(settings: Settings) -> None:
    workspace = Workspace("annotate")
    young, old = workspace.parent / "young", workspace.parent / "old"
    young.mkdir()
    old.mkdir()
    hour_ago = time.time() - 3600
    os.utime(old, (hour_ago, hour_ago))
    assert workspace.clear_abandoned() == 1
    assert young.exists() and not old.exists()


def test_folder_that_another_starting_worker_clears_at_this_moment_is_left_to_it_C20(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace("annotate")
    (workspace.parent / "vanishing").mkdir()
    real = Path.exists

    def vanish(path: Path) -> bool:
        if path.parent.name == "vanishing" and path.parent.is_dir():
            path.parent.rmdir()
        return real(path)

    monkeypatch.setattr(Path, "exists", vanish)
    assert workspace.clear_abandoned() == 0
