"""The same questions to what people use otherwise: pandas on the loaded table, OpenCRAVAT and vcfclick if installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from util_jobs.bench.explore.questions import ROWS, filters, texts
from util_jobs.local.environment import ROOT

OTHERS = {"vcfclick": "vcfclick", "opencravat": "cravat"}  # name → module


def measure(table: Path, turns: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Figures of each peer; None where it is not installed, which is said on stderr."""
    found: dict[str, Any] = {}
    for name, module in OTHERS.items():
        if importlib.util.find_spec(module) is None:
            progress(f"{name} is not installed: no figures of it.")
        else:
            progress(f"{name} has no command that answers such questions without its own import: no figures of it.")
        found[name] = None
    progress("pandas …")
    command = [sys.executable, "-m", "util_jobs.bench.explore.peers", str(table), str(turns)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return found | {"pandas": json.loads(answer.stdout)}


def _pandas(table: Path, turns: int) -> dict[str, Any]:
    import pandas as pd

    started = time.perf_counter()
    frame = pd.read_parquet(table)
    opened = time.perf_counter() - started
    _answer(frame)
    figures = {"open_s": round(time.perf_counter() - started, 3), "load_s": round(opened, 3)}
    figures["memory_mb"] = round(float(frame.memory_usage(deep=False).sum()) / 1e6)
    found = []
    for turn in range(turns):
        for group in filters(turn):
            found.append(_seconds(lambda g=group: _answer(frame[_mask(frame, g)])))  # type: ignore[misc]
    looked = [
        _seconds(lambda t=group.parts[0]: _answer(frame[_contains(frame, t)]))  # type: ignore[misc]
        for group in texts(0)
    ]
    ordered = _seconds(
        lambda: frame.sort_values(["qual", "rid"], ascending=[False, True]).iloc[len(frame) // 2 :][:ROWS]
    )
    return figures | {"filter_p95_ms": _p95(found), "text_p95_ms": _p95(looked), "deep_sort_ms": round(ordered * 1000)}


def _seconds(ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def _p95(found: list[float]) -> float:
    return round(sorted(found)[min(len(found) - 1, int(len(found) * 0.95))] * 1000, 1)


def _mask(frame: Any, group: Any) -> Any:
    """The rows that meet the conditions of `questions.filters`."""
    import pandas as pd

    mask = pd.Series(True, index=frame.index)
    for part in group.parts:
        if part.kind == "range":
            column = frame[part.column]
            held = pd.Series(True, index=frame.index)
            if part.least is not None:
                held &= column >= part.least
            if part.most is not None:
                held &= column <= part.most
            mask &= held | column.isna() if part.or_unknown else held
        elif part.kind == "one_of":
            mask &= frame[part.column].isin(part.values)
        elif part.kind == "known":
            mask &= frame[part.column].notna() if part.known else frame[part.column].isna()
        else:
            region = part.regions[0]
            last = frame["pos"] + frame["ref"].str.len() - 1
            mask &= (frame["chrom"] == region.contig) & (frame["pos"] <= region.end) & (last >= region.start)
    return mask


def _contains(frame: Any, part: Any) -> Any:
    masks = [frame[name].str.contains(part.text, case=False, regex=False, na=False) for name in part.columns]
    return masks[0] | masks[1] | masks[2] | masks[3]


def _answer(frame: Any) -> int:
    """The same ten plots and first rows."""
    import numpy as np

    frame.groupby(["consequence", "impact"], observed=True, dropna=False).size()
    frame.groupby(["chrom", frame["pos"] // 1_000_000, "impact"], observed=True, dropna=False).size()
    for name in ("gnomad_af", "af"):
        np.floor(np.log10(frame[name][frame[name] > 0]) * 4).value_counts()
    single = frame[frame["type"] == "SNV"]
    (single["ref"] + single["alt"]).value_counts()
    frame[frame["impact"].isin(["HIGH", "MODERATE"])].groupby("gene").size().nlargest(25)
    longer = frame[frame["type"] != "SNV"]
    (longer["alt"].str.len() - longer["ref"].str.len()).value_counts()
    np.floor(np.log(frame["qual"].clip(lower=0.001)) * 4).value_counts()
    (frame["dp"] // 2).value_counts()
    frame["clinvar_significance"].value_counts(dropna=False)
    frame.head(ROWS).to_dict("records")
    return len(frame)


if __name__ == "__main__":
    print(json.dumps(_pandas(Path(sys.argv[1]), int(sys.argv[2]))))
