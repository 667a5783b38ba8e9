"""Where the genome plot looks: it goes to the region that is picked in it, and back out in steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import no_update

from pipeline.results.filters.model import Group, InRegions, Part, Region

STEP = 8  # times as wide with each step out
WHOLE = 2**31 - 1


def document(region: Region | None) -> dict[str, Any] | None:
    """The zoom as its Store holds it."""
    return region.model_dump(mode="json") if region else None


def after_pick(group: Group, parts: Sequence[Part], shown: Region | None, stored: Any) -> Any:
    """The zoom's document after parts were picked in a plot: a single region that is filtered now is gone to; the same
    click again, which takes the region away, shows the whole genome."""
    picked = [part for part in parts if isinstance(part, InRegions)]
    if not picked:
        return no_update
    if picked[0] not in group.parts:
        return None if stored else no_update
    wanted = picked[0].regions[0] if len(picked[0].regions) == 1 else None
    return no_update if wanted == shown else document(wanted)


def wider(region: Region) -> Region | None:
    """A stretch around the same middle; None, the whole genome, from a whole contig."""
    if region == Region(contig=region.contig):
        return None
    middle, half = (region.start + region.end) // 2, (region.end - region.start + 1) * STEP // 2
    start, end = max(1, middle - half), middle + half
    if start == 1 and end >= WHOLE:
        return Region(contig=region.contig)
    return Region(contig=region.contig, start=start, end=min(end, WHOLE))
