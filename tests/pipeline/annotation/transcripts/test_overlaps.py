"""Transcripts near alleles: the bins find what a comparison of all with all finds."""

from __future__ import annotations

import numpy as np

from pipeline.annotation.transcripts.overlaps import TranscriptIndex


def test_the_index_finds_each_pair_once() -> None:
    chance = np.random.default_rng(7)
    starts = np.sort(chance.integers(1, 300_000, 200))
    ends = starts + chance.integers(0, 60_000, 200)
    low = chance.integers(1, 320_000, 500)
    high = low + np.where(chance.random(500) < 0.2, chance.integers(0, 50_000, 500), 0)
    allele, transcript = TranscriptIndex(starts, ends, 5000).near(low, high)
    wanted = {
        (a, t)
        for a in range(len(low))
        for t in range(len(starts))
        if low[a] <= ends[t] + 5000 and high[a] >= starts[t] - 5000
    }
    assert sorted(zip(allele.tolist(), transcript.tolist(), strict=True)) == sorted(wanted)
    assert (np.diff(allele) >= 0).all()


def test_no_transcripts_and_places_off_the_contig() -> None:
    nothing = np.zeros(0, np.int64)
    assert [len(side) for side in TranscriptIndex(nothing, nothing, 10).near(np.array([5]), np.array([5]))] == [0, 0]
    index = TranscriptIndex(np.array([100]), np.array([200]), 50)
    assert [len(side) for side in index.near(np.array([-9000, 9_000_000]), np.array([-9000, 9_000_000]))] == [0, 0]
