"""HGVS on transcripts: `ENST00000361390.2:c.100A>G`, `c.-5del`, `c.*7dup`, `c.123+4A>G`, `n.14T>C`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.annotation.columnar import IntArray
from pipeline.annotation.hgvs.genomic import described_range
from pipeline.annotation.hgvs.wording import Wording, wording_of
from pipeline.annotation.transcripts.context import ContigContext
from pipeline.annotation.transcripts.placement import Placement

SIGNS = pa.array(["", "-", "*"])
OFFSET_SIGNS = pa.array(["-", "+"])


def transcript_descriptions(pairs: Placement, wording: Wording, context: ContigContext) -> pa.StringArray:
    """One description for each pair; null where the change reaches beyond the transcript. `wording` is by change."""
    own, transcript = context.own, pairs.transcript
    forward = own.forward[transcript]
    of_pairs = replace(wording, repeated=wording.repeated[pairs.change], shift=wording.shift[pairs.change])
    first, last = described_range(pairs.changes, of_pairs, forward)
    inside = (first >= own.start[transcript]) & (last <= own.end[transcript])
    words = pa.concat_arrays([wording.forward, wording.reverse]).take(
        pa.array(np.where(forward, pairs.change, pairs.change + len(wording.shift)))
    )
    place = _places(np.where(inside, first, own.start[transcript]), pairs, context)
    several = np.flatnonzero(last > first)
    if len(several):
        ends = _places(np.where(inside, last, own.end[transcript])[several], pairs, context, several)
        begins = place.take(pa.array(several))
        right = pa.array(forward[several])
        both = pc.binary_join_element_wise(pc.if_else(right, begins, ends), pc.if_else(right, ends, begins), "_")
        source = np.arange(len(place))
        source[several] = len(place) + np.arange(len(several))
        place = pa.concat_arrays([place, both]).take(pa.array(source))
    text = pc.binary_join_element_wise(context.coding_prefix.take(pa.array(transcript)), place, words, "")
    if inside.all():
        return text
    text = pc.if_else(pa.array(inside), text, None)
    fallen = np.flatnonzero(~inside & (of_pairs.repeated > 0))
    return _with_insertions(text, fallen, pairs, wording, context) if len(fallen) else text


def _with_insertions(
    text: pa.StringArray, fallen: IntArray, pairs: Placement, wording: Wording, context: ContigContext
) -> pa.StringArray:
    """Duplications of bases that the transcript does not hold are insertions to it."""
    changes = pairs.changes.take(fallen)
    shift = wording.shift[pairs.change[fallen]]
    plain = wording_of(changes, shift, duplications=False)
    some = Placement(
        transcript=pairs.transcript[fallen],
        change=np.arange(len(fallen)),
        changes=changes,
        exon_low=pairs.exon_low[fallen],
        exon_high=pairs.exon_high[fallen],
        low_in_exon=pairs.low_in_exon[fallen],
        high_in_exon=pairs.high_in_exon[fallen],
        coding=pairs.coding[fallen],
        terms=pairs.terms[fallen],
    )
    source = np.arange(len(text))
    source[fallen] = len(text) + np.arange(len(fallen))
    return pa.concat_arrays([text, transcript_descriptions(some, plain, context)]).take(pa.array(source))


def _places(
    position: IntArray, pairs: Placement, context: ContigContext, chosen: IntArray | None = None
) -> pa.StringArray:
    """Positions as HGVS counts them in each pair's transcript."""
    own, frame = context.own, context.frame
    transcript = pairs.transcript if chosen is None else pairs.transcript[chosen]
    exon = pairs.exon_low if chosen is None else pairs.exon_high[chosen]
    low = pairs.changes.low if chosen is None else pairs.changes.high[chosen]
    moved = np.flatnonzero(position != low)
    if len(moved):
        exon = exon.copy()
        exon[moved] = context.exon_at(transcript[moved], position[moved])
    anchor, offset = position.copy(), np.zeros(len(position), np.int64)
    intronic = np.flatnonzero(position > own.exon_end[exon])
    if len(intronic):
        exon = exon.copy()
        anchor[intronic], exon[intronic], offset[intronic] = _nearest_edge(
            position[intronic], exon[intronic], own.forward[transcript[intronic]], context
        )
    spliced = context.spliced_position(transcript, exon, anchor)
    first, last = frame.first[transcript], frame.last[transcript]
    translated = context.translated[transcript]
    before, behind = translated & (spliced < first), translated & (spliced > last)
    number = np.where(before, first - spliced, np.where(behind, spliced - last, spliced - first + 1))
    number = np.where(translated, number, spliced)
    text = pa.array(number).cast(pa.string())
    signed = before | behind
    if signed.any():
        text = pc.binary_join_element_wise(SIGNS.take(pa.array(before * 1 + behind * 2)), text, "")
    if len(intronic):
        steps = offset[intronic]
        with_offset = pc.binary_join_element_wise(
            text.take(pa.array(intronic)),
            OFFSET_SIGNS.take(pa.array((steps > 0).astype(np.int64))),
            pa.array(np.abs(steps)).cast(pa.string()),
            "",
        )
        source = np.arange(len(text))
        source[intronic] = len(text) + np.arange(len(intronic))
        text = pa.concat_arrays([text, with_offset]).take(pa.array(source))
    return text


def _nearest_edge(
    position: IntArray, exon: IntArray, forward: np.ndarray, context: ContigContext
) -> tuple[IntArray, IntArray, IntArray]:
    """Anchor, its exon, and the signed distance in the transcript's direction; the middle of an intron counts from
    the exon before it."""
    own = context.own
    left, right = position - own.exon_end[exon], own.exon_start[exon + 1] - position
    to_left = np.where(forward, left <= right, left < right)
    anchor = np.where(to_left, own.exon_end[exon], own.exon_start[exon + 1])
    distance = np.where(to_left, left, right)
    return anchor, np.where(to_left, exon, exon + 1), np.where(to_left == forward, distance, -distance)
