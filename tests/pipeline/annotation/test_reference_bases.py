"""Bases by position: the same as in the FASTA, whatever of it is in memory."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pysam
import pytest

from pipeline.annotation import reference_bases
from pipeline.annotation.reference_bases import ContigBases, ReferenceBases

LENGTH = 200_000


@pytest.fixture
def sequence(tmp_path: Path) -> tuple[str, pysam.FastaFile]:
    text = "".join(random.Random(3).choices("ACGTacgtN", k=LENGTH))
    (tmp_path / "s.fa").write_text(f">1\n{text}\n")
    pysam.faidx(str(tmp_path / "s.fa"))
    return text.upper(), pysam.FastaFile(str(tmp_path / "s.fa"))


@pytest.mark.parametrize("held", [1, 2, 512])
def test_bases_are_right_with_any_number_of_chunks_in_memory(
    held: int, sequence: tuple[str, pysam.FastaFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference_bases, "HELD_CHUNKS", held)
    text, fasta = sequence
    bases = ContigBases(fasta, "1")
    chance = np.random.default_rng(1)
    for _ in range(5):
        positions = chance.integers(1, LENGTH + 1, 1000)
        assert bases.at(positions).tobytes().decode() == "".join(text[pos - 1] for pos in positions.tolist())


def test_positions_off_the_contig_are_unknown(sequence: tuple[str, pysam.FastaFile]) -> None:
    text, fasta = sequence
    bases = ContigBases(fasta, "1")
    assert bases.at(np.array([0, -5, 1, LENGTH, LENGTH + 1])).tobytes().decode() == f"NN{text[0]}{text[-1]}N"
    assert bases.text(10, 12) == text[9:12]


def test_threads_may_share_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One reads ahead of the other, over more contigs and chunks than are held."""
    monkeypatch.setattr(reference_bases, "HELD_CHUNKS", 2)
    texts = {name: "".join(random.Random(name).choices("ACGT", k=LENGTH)) for name in "1234"}
    (tmp_path / "s.fa").write_text("".join(f">{name}\n{text}\n" for name, text in texts.items()))
    pysam.faidx(str(tmp_path / "s.fa"))
    with ReferenceBases(tmp_path / "s.fa") as shared, ThreadPoolExecutor(4) as threads:

        def wrong(seed: int) -> int:
            chance = np.random.default_rng(seed)
            found = 0
            for name, text in texts.items():
                for first in range(1, LENGTH - 2000, 9000):
                    positions = first + chance.integers(0, 2000, 50)
                    told = shared.of(name).at(positions).tobytes().decode()
                    found += told != "".join(text[pos - 1] for pos in positions.tolist())
                    found += shared.of(name).text(first, first + 99) != text[first - 1 : first + 99]
            return found

        assert list(threads.map(wrong, range(4))) == [0] * 4
