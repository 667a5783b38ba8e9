"""C19, C21: no input makes a step wait for ever or take quadratic time; names and unpacked files are bounded."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.annotation import children, engine_stream
from pipeline.annotation.children import ChildFamily
from pipeline.annotation.prepare import header as header_module
from pipeline.annotation.prepare import reading
from pipeline.annotation.prepare.cleaning import MAX_CONTIG_NAME_BYTES, Cleaner
from pipeline.annotation.prepare.header import VcfHeader
from pipeline.annotation.prepare.header_repair import add_meta_lines
from pipeline.annotation.prepare.survey import survey
from pipeline.errors import CancelledError, InputError, LimitError
from pipeline.settings import get_settings
from tests.pipeline.annotation.helpers import ask, records_of, run_job, vcf_text

ONE = vcf_text("MT 73 . A G . . .")


def outcome(work: object, wait_s: float = 30) -> list[BaseException]:
    """What `work` raised, in a thread so that one that never ends fails the test instead of stopping it."""
    raised: list[BaseException] = []

    def guarded() -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    thread.join(wait_s)
    assert not thread.is_alive(), "it waits for ever"
    return raised


@pytest.mark.parametrize("error", [MemoryError("no memory"), KeyError("MT"), RuntimeError("odd")])
@pytest.mark.parametrize("place", ["engine_lines", "_parsed"])
def test_any_error_of_an_engine_thread_reaches_the_job_C19(
    error: Exception, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(engine_stream, place, broken)
    assert outcome(lambda: run_job(tmp_path, ONE)) == [error]


def test_cancel_ends_the_wait_for_the_engine_C19(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads say nothing here, as if they hung."""
    monkeypatch.setattr(engine_stream.EngineStream, "_feed", lambda self: None)
    monkeypatch.setattr(engine_stream.EngineStream, "_read", lambda self: None)
    asked = itertools.count()
    raised = outcome(lambda: run_job(tmp_path, ONE, cancelled=lambda: next(asked) > 5))
    assert [type(error) for error in raised] == [CancelledError]


class CountedSet(set[str]):
    """A set that counts the look-ups."""

    asked = 0

    def __contains__(self, item: object) -> bool:
        CountedSet.asked += 1
        return super().__contains__(item)


def test_equal_sample_names_are_numbered_in_one_go_C21(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_module, "set", CountedSet, raising=False)
    CountedSet.asked = 0
    names = header_module._unique_names(["S"] * 3000 + ["S_2", "", ""], Counter())
    assert CountedSet.asked < 4 * len(names)
    assert len(set(names)) == len(names)
    assert names[:3] == ["S", "S_2", "S_3"]


def test_many_fileformat_lines_are_dropped_without_comparing_each_with_each_C21() -> None:
    class Line(str):
        __slots__ = ()
        compared = 0
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            Line.compared += 1
            return str.__eq__(self, other)

    lines = [Line(f"##fileformat=VCFv4.2 {number}") for number in range(500)]
    header = VcfHeader()
    add_meta_lines(header, [*lines, Line("##source=x")])
    assert header.meta == ["##fileformat=VCFv4.2", "##source=x"]
    assert Line.compared < len(lines)


def test_each_distinct_filter_is_repaired_once_C21(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaner = Cleaner(VcfHeader())
    passes = []
    equal = pa.compute.equal
    monkeypatch.setattr(pa.compute, "equal", lambda *given: passes.append(1) or equal(*given))
    rows = "".join(f"MT\t73\t.\tA\tG\t.\tq{number},s{number}\t.\n" for number in range(300))
    block = cleaner.clean(1, (rows + "MT\t73\t.\tA\tG\t.\t0\t.\n" * 2).encode())
    assert block.column(6).to_pylist() == [f"q{number};s{number}" for number in range(300)] + ["PASS"] * 2
    assert cleaner.changes == {"filter_rewritten": 300, "filter_zero": 2}
    assert len(passes) < 20


def test_cancel_is_heard_while_the_header_is_read_C19(tmp_path: Path) -> None:
    path = tmp_path / "x.vcf"
    path.write_text("##fileformat=VCFv4.2\n" + "##source=x\n" * 20_000)  # no record: only the header can notice

    def cancelled(_: int, records: int) -> None:
        assert records == 0
        raise CancelledError("The job was cancelled.")

    with pytest.raises(CancelledError):
        survey(path, get_settings(), cancelled)


def test_cancel_is_heard_between_the_meta_lines_C19() -> None:
    calls = []
    add_meta_lines(VcfHeader(), ["##source=x"] * 20_000, lambda: calls.append(1))
    assert len(calls) == 4


def test_a_child_that_was_reaped_is_not_signalled_C19(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may have given its number to another process."""
    signalled: list[int] = []
    with ChildFamily(tmp_path, get_settings(), lambda: False) as family:
        child = family.start(["view", "--no-version", "-"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        child.wait(30)
        monkeypatch.setattr(children.os, "killpg", lambda pid, _: signalled.append(pid))
        child.kill()
    assert signalled == []


def test_a_contig_name_without_end_is_refused_with_its_line_C21(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"at most {MAX_CONTIG_NAME_BYTES} bytes") as refused:
        run_job(tmp_path, vcf_text("MT 73 . A G . . .", "c" * 256 + " 1 . A G . . ."))
    assert (refused.value.code, refused.value.line) == ("bad_contig_name", 5)
    assert len(refused.value.message) < 300


def test_a_long_contig_name_is_cut_in_the_notes_and_whole_in_the_tables_C21(tmp_path: Path) -> None:
    name = "c" * MAX_CONTIG_NAME_BYTES
    result = run_job(tmp_path, vcf_text(f"{name} 1 . A G . . ."))
    assert max(len(note) for note in result.notes) < 300
    assert "c" * 60 + "… (255 letters)" in result.notes[0]
    assert ask(result, "select chrom from variants") == [(name,)]
    assert records_of(result.files["vcf"])[0][0] == name


def write_bcf(path: Path, records: int) -> None:
    """A BCF whose records say the same again and again, so that it packs well."""
    lines = "\n".join("MT\t73\t.\tA\tG\t.\t.\tX=" + "y" * 2000 for _ in range(records))
    meta = '##INFO=<ID=X,Number=1,Type=String,Description="x">\n'
    path.with_suffix(".txt").write_text(vcf_text(meta=meta) + lines + "\n")
    code = "import sys, pysam.bcftools as b; b.view('-Ob', '-o', sys.argv[2], sys.argv[1], catch_stdout=False)"
    subprocess.run([sys.executable, "-c", code, str(path.with_suffix(".txt")), str(path)], check=True)


@pytest.mark.parametrize("limit", ["max_uncompressed_bytes", "max_compression_ratio"])
def test_a_bcf_that_unpacks_to_too_much_is_refused_before_it_fills_the_disk_C21(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bcf(tmp_path / "bomb.bcf", 5000)
    monkeypatch.setattr(reading, "RATIO_FLOOR_BYTES", 1 << 20)
    monkeypatch.setenv(f"GAS_{limit.upper()}", str(3 << 20) if limit == "max_uncompressed_bytes" else "50")
    get_settings.cache_clear()
    with pytest.raises(LimitError, match=limit):
        run_job(tmp_path, tmp_path / "bomb.bcf")
    assert list((tmp_path / "work").iterdir()) == []


def test_a_bcf_within_the_limits_is_read_C21(tmp_path: Path) -> None:
    write_bcf(tmp_path / "fine.bcf", 2000)
    assert run_job(tmp_path, tmp_path / "fine.bcf").counts["read"] == 2000


@pytest.mark.parametrize(("wrong", "told"), [(1, False), (9, False), (10, True)])
def test_another_genome_build_is_suspected_only_with_enough_mismatches(wrong: int, told: bool, tmp_path: Path) -> None:
    records = ["MT 73 . A G . . ."] * 3 + ["MT 73 . C G . . ."] * wrong
    sentences = [note for note in run_job(tmp_path, vcf_text(*records)).notes if "another genome build" in note]
    assert len(sentences) == told
    assert all(note.endswith("ask your operator for a reference of that build.") for note in sentences)
