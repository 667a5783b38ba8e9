"""Bases by position: the same as in the FASTA, whatever of it is in memory."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pysam
import pytest

from pipeline.annotation.transcripts import sequences
from pipeline.annotation.transcripts.sequences import ContigBases

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
    monkeypatch.setattr(sequences, "HELD_CHUNKS", held)
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
