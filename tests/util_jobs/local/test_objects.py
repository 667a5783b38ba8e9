"""What a killed write left among the stored objects goes; whole objects stay."""

from __future__ import annotations

import json
from pathlib import Path

from util_jobs.local.objects import remove_half_written


def store(folder: Path, name: str, body: bytes, meta: dict[str, object] | None) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    if meta is not None:
        path.with_name(path.name + ".meta.json").write_text(json.dumps(meta))


def test_half_written_files_go_and_whole_objects_stay(tmp_path: Path) -> None:
    store(tmp_path, "000000000000/inputs/whole.vcf", b"12345", {"size": 5})
    store(tmp_path, "000000000000/inputs/half.vcf.tmp", b"12", None)
    store(tmp_path, "000000000000/inputs/replaced.vcf", b"new body", {"size": 5})
    assert remove_half_written(tmp_path) == 2
    left = sorted(p.name for p in (tmp_path / "000000000000/inputs").iterdir())
    assert left == ["replaced.vcf", "whole.vcf", "whole.vcf.meta.json"]


def test_a_sidecar_cut_short_goes(tmp_path: Path) -> None:
    store(tmp_path, "a.vcf", b"12345", {"size": 5})
    (tmp_path / "a.vcf.meta.json").write_text('{"size": 5, "et')
    assert remove_half_written(tmp_path) == 1


def test_a_delete_marker_stays(tmp_path: Path) -> None:
    store(tmp_path, "a.vcf", b"12345", {"is_delete_marker": True})
    assert remove_half_written(tmp_path) == 0


def test_no_folder_is_nothing_to_do(tmp_path: Path) -> None:
    assert remove_half_written(tmp_path / "absent") == 0
