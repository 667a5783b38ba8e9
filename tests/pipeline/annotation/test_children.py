"""C19, C20: child processes are bounded and end with the job; nothing stays behind, whatever happens."""

from __future__ import annotations

import errno
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from pipeline.annotation.children import ChildFamily
from pipeline.annotation.outputs.indexed_bgzip import IndexedBgzip
from pipeline.annotation.outputs.vcf_writer import VcfWriter
from pipeline.errors import CancelledError, LimitError, PermanentError, RetryableError
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import run_job, vcf_text

SLEEPER = ["view", "--no-version", "-Ou", "-o", "/dev/null", "-"]  # reads a pipe that nobody writes to


def left_behind(tmp_path: Path) -> list[str]:
    """Files in the work and output folders."""
    return [path.name for name in ("work", "out") for path in (tmp_path / name).iterdir()]


def living_children() -> list[int]:
    """Children of this process that still run."""
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE]


def test_cancel_stops_everything_within_two_seconds_C19_C20(tmp_path: Path) -> None:
    records = [f"MT {1 + index % 16000} . {'A'} G . . ." for index in range(60_000)]
    records.sort(key=lambda line: int(line.split()[1]))
    before = set(living_children())
    cancelled_at: list[float] = []

    def cancelled() -> bool:
        if set(living_children()) - before and not cancelled_at:
            cancelled_at.append(time.monotonic())
        return bool(cancelled_at)

    with pytest.raises(CancelledError):
        run_job(tmp_path, vcf_text(*records), cancelled=cancelled)
    assert time.monotonic() - cancelled_at[0] < 2
    assert set(living_children()) <= before
    assert left_behind(tmp_path) == []


def test_a_child_that_takes_too_long_is_killed_C19(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_CHILD_TIMEOUT_S", "1")
    get_settings.cache_clear()
    with ChildFamily(tmp_path, get_settings(), lambda: False) as family:
        child = family.start(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert child.process.wait(10) == -9
        with pytest.raises(LimitError, match="child_timeout_s"):
            family.finish([child])


def test_a_child_may_not_take_more_memory_than_allowed_C19(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of 24 MB needs more than the 48 MB that are left to bcftools here."""
    monkeypatch.setenv("GAS_CHILD_MEMORY_BYTES", str(48 << 20))
    get_settings.cache_clear()
    meta = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    text = vcf_text("MT 73 . A G . . X=" + "y" * (24 << 20) + " GT 0/1", samples="a", meta=meta)
    with pytest.raises(PermanentError) as refused:
        run_job(tmp_path, text)
    assert refused.value.code in ("memory_limit", "engine_failed"), "htslib calls it a read error in some places"
    assert left_behind(tmp_path) == []


def test_running_out_of_memory_is_named_C19(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAS_CHILD_MEMORY_BYTES", str(24 << 20))  # less than loading bcftools takes
    get_settings.cache_clear()
    with pytest.raises(LimitError, match="child_memory_bytes") as refused:
        run_job(tmp_path, vcf_text("MT 73 . A G . . ."))
    assert refused.value.code == "memory_limit"


def test_leaving_the_family_kills_its_children_C19(tmp_path: Path) -> None:
    with ChildFamily(tmp_path, get_settings(), lambda: False) as family:
        child = family.start(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert child.process.returncode == -9


def test_a_talkative_child_does_not_hang_and_its_last_words_are_kept_C19(tmp_path: Path) -> None:
    with ChildFamily(tmp_path, get_settings(), lambda: False) as family:
        as_text = [part.replace("-Ou", "-Ov") for part in SLEEPER]
        child = family.start(as_text, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        text = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        child.stdin.write(text.encode())
        for number in range(20_000):  # each contig is undeclared: a warning each, more than a pipe holds
            child.stdin.write(b"c%d\t1\t.\tA\tG\t.\t.\t.\n" % number)
        child.stdin.close()
        family.finish([child])
    assert "c19999" in "".join(child.stderr_tail)


def test_a_failing_step_is_named_with_its_reason(tmp_path: Path) -> None:
    with ChildFamily(tmp_path, get_settings(), lambda: False) as family:
        child = family.start(["norm", "-f", "missing.fa", "-"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        with pytest.raises(PermanentError, match="bcftools norm") as failed:
            family.finish([child])
    assert failed.value.code == "engine_failed"


@pytest.mark.parametrize(("place", "method"), [(VcfWriter, "write"), (IndexedBgzip, "_copy")])
def test_a_full_disk_is_an_error_with_a_name_and_is_tried_again_C20(
    place: type, method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(place, method, full)
    with pytest.raises(RetryableError) as refused:
        run_job(tmp_path, vcf_text(*[f"MT {at} . N C . . X={'y' * 1000}" for at in range(1, 3000)]))
    assert refused.value.code == "disk_full"
    assert left_behind(tmp_path) == []


def test_success_leaves_only_the_results_C20(tmp_path: Path) -> None:
    before = set(living_children())
    result = run_job(tmp_path, vcf_text("MT 73 . A G . . ."))
    assert sorted(left_behind(tmp_path)) == sorted(path.name for path in result.files.values())
    assert set(living_children()) <= before
