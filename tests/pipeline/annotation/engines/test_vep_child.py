"""The child process of the engine vep: every allele comes back in its place, whatever vepyr says or leaves out."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.annotation.engines.vep import CHILD
from tests.vepyr import acting_vepyr

HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
ALLELES = HEADER + "".join(
    f"{contig}\t{pos}\t.\tA\tG\t.\t.\tK={pos}\n" for contig, pos in (("1", 5), ("2", 6), ("1", 9))
)
AS_IT_IS = [sys.executable, "-c", "import sys; sys.stdout.write(sys.stdin.read())"]
LINE_BY_LINE = [sys.executable, "-u", "-c", "import sys\nfor line in sys.stdin: print(line, end='')"]
# Says something of every record of contig 1 and leaves the others out, as vepyr does where its cache lacks a contig.
SAYS = """
for line in Path(option('-i')).read_text().splitlines():
    if line.startswith('1'):
        print(line + ';CSQ=G|' + line.split()[1])
"""


def told(tmp_path: Path, vepyr: Path, **other: object) -> list[str]:
    """The child's command line."""
    spool = tmp_path / "spool.vcf"
    document = {
        "fill": [AS_IT_IS],
        "spool": str(spool),
        "after": None,
        "held": ["1"],
        "batch": 100,
        "vepyr": [str(vepyr), "-i", str(spool)],
        "memory_bytes": 8 << 30,
        "environment": {},
    }
    orders = tmp_path / "orders.json"
    orders.write_text(json.dumps(document | other))
    return [sys.executable, "-I", str(CHILD), str(orders)]


def run(tmp_path: Path, vepyr: Path, text: str = ALLELES, **other: object) -> subprocess.CompletedProcess[str]:
    """Run the child on a text."""
    return subprocess.run(
        told(tmp_path, vepyr, **other), input=text, capture_output=True, text=True, timeout=60, check=False
    )


def test_alleles_that_vepyr_leaves_out_come_back_in_their_place(tmp_path: Path) -> None:
    done = run(tmp_path, acting_vepyr(tmp_path, SAYS))
    assert done.stdout == "1\t5\tA\tG\t5\tG|5\n2\t6\tA\tG\t6\t.\n1\t9\tA\tG\t9\tG|9\n"
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "spool.vcf").exists()


def test_vepyr_is_not_asked_where_it_has_nothing_to_say(tmp_path: Path) -> None:
    """vepyr fails when its cache has no contig of the file, and leaves such records out when it has others."""
    failing = acting_vepyr(tmp_path, "sys.exit('no variation shard')")
    assert run(tmp_path, failing, held=["X"]).stdout.count("\t.\n") == 3
    assert run(tmp_path, failing, HEADER).returncode == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("sys.exit('vepyr: error: bad cache')", "vepyr: error: bad cache"),
        (SAYS + "sys.stdout.flush(); os.kill(os.getpid(), 9)", "vepyr ended by signal 9"),
        (
            "print('1\\t9\\t.\\tA\\tG\\t.\\t.\\tK=9;CSQ=x'); print('1\\t5\\t.\\tA\\tG\\t.\\t.\\tK=5;CSQ=x')",
            "changed the order",
        ),
        ("print('1\\t7\\t.\\tA\\tG\\t.\\t.\\tK=77;CSQ=x')", "changed the order"),
    ],
)
def test_a_failing_vepyr_is_a_failing_child_with_its_reason(tmp_path: Path, body: str, reason: str) -> None:
    done = run(tmp_path, acting_vepyr(tmp_path, body))
    assert done.returncode != 0
    assert reason in done.stderr.splitlines()[-1]
    assert not (tmp_path / "spool.vcf").exists()


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_batches_do_not_show(tmp_path: Path, batch: int) -> None:
    done = run(tmp_path, acting_vepyr(tmp_path, SAYS), batch=batch)
    assert done.stdout == "1\t5\tA\tG\t5\tG|5\n2\t6\tA\tG\t6\t.\n1\t9\tA\tG\t9\tG|9\n"


def test_answers_come_while_alleles_are_still_fed(tmp_path: Path) -> None:
    """The records wait in memory until their alleles are answered: it must not take the whole file."""
    command = told(tmp_path, acting_vepyr(tmp_path, SAYS), batch=2, fill=[LINE_BY_LINE])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(ALLELES)
        child.stdin.flush()
        assert [child.stdout.readline().split("\t")[1] for _ in range(2)] == ["5", "6"]
        child.stdin.close()
        assert child.stdout.read().split("\t")[1] == "9"
        assert child.wait(20) == 0


def test_a_failing_normalisation_ends_it_before_vepyr_starts(tmp_path: Path) -> None:
    started = tmp_path / "started"
    vepyr = acting_vepyr(tmp_path, f"Path({str(started)!r}).touch()")
    done = run(tmp_path, vepyr, fill=[AS_IT_IS, [sys.executable, "-c", "import sys; sys.exit('norm failed')"]])
    assert (done.returncode, done.stdout) == (1, "")
    assert "norm failed" in done.stderr
    assert not started.exists()


def test_vepyr_may_not_take_more_memory_than_allowed_C19(tmp_path: Path) -> None:
    done = run(tmp_path, acting_vepyr(tmp_path, "x = bytearray(1 << 30)"), memory_bytes=512 << 20)
    assert done.returncode != 0
    assert "MemoryError" in done.stderr


def test_a_run_waits_until_the_one_before_has_ended(tmp_path: Path) -> None:
    lock = tmp_path / "before.lock"
    with lock.open("w") as before:
        fcntl.flock(before, fcntl.LOCK_EX)
        command = told(tmp_path, acting_vepyr(tmp_path, SAYS), after=str(lock))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdin is not None
            child.stdin.write(ALLELES)
            child.stdin.close()
            time.sleep(0.4)
            assert child.poll() is None
            fcntl.flock(before, fcntl.LOCK_UN)
            assert child.wait(20) == 0
