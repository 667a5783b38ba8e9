"""What a filter lets through, told row by row in plain Python: what the SQL is held against."""

from __future__ import annotations

import math
import re
from typing import Any

from pipeline.results.filters.model import (
    Carries,
    Contains,
    Group,
    Inherited,
    InRegions,
    Known,
    OneOf,
    Part,
    PrivateTo,
    Range,
    Tagged,
)
from tests.pipeline.results.filters.cohort import Row

SEARCHED = ("gene", "consequence")


def passes(part: Part, row: Row, rows: list[Row], tagged: dict[str, list[int]], beside: tuple[Part, ...] = ()) -> bool:
    """Whether the row meets the condition; `beside` are the others of its group (of an `all` group)."""

    def inner(other: Part, at: Row, others: tuple[Part, ...] = ()) -> bool:
        return passes(other, at, rows, tagged, others)

    match part:
        case Group():
            others = [tuple(p for p in part.parts if p is not q) if part.join == "all" else () for q in part.parts]
            held = (inner(p, row, o) for p, o in zip(part.parts, others, strict=True))
            return not part.parts or (all(held) if part.join == "all" else any(held))
        case OneOf():
            return _one_of(part, shown(row[part.column])) != part.negated
        case Range():
            value = shown(row[part.column])
            if value is None:
                return part.or_unknown
            return (part.least is None or value >= part.least) and (part.most is None or value <= part.most)
        case Known():
            return (shown(row[part.column]) is not None) == part.known
        case Contains():
            texts = (row[name] for name in part.columns or SEARCHED)
            return any(text is not None and part.text.lower() in text.lower() for text in texts)
        case InRegions():
            last = row["pos"] + len(row["ref"]) - 1
            return any(
                plain(region.contig) == plain(row["chrom"]) and row["pos"] <= region.end and last >= region.start
                for region in part.regions
            )
        case Tagged():
            return any(row["rid"] in tagged.get(tag, ()) for tag in part.tags)
        case PrivateTo():
            holders = [sample for sample, call in row["calls"].items() if "1" in alleles(call)]
            return bool(holders) and set(holders) <= set(part.samples)
        case Carries():
            return bool(row["calls"]) and _carries(part, row["calls"][part.sample])
        case Inherited():
            return bool(row["calls"]) and _inherited(part, row, rows, lambda at: all(inner(p, at) for p in beside))


def shown(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain(contig: str) -> str:
    return {"M": "MT"}.get(contig.removeprefix("chr"), contig.removeprefix("chr"))


def alleles(call: Row) -> list[str]:
    return [allele for allele in re.split(r"[/|]", call["gt"]) if allele]


def kind(call: Row) -> str:
    """het, hom, missing, absent, of allele 1; a missing call that holds only another allele is `absent`."""
    found = alleles(call)
    if "." in found:
        return "absent" if set(found) & {"2"} else "missing"
    if "1" not in found:
        return "absent"
    return "hom" if len(set(found)) == 1 else "het"


def _one_of(part: OneOf, value: Any) -> bool:
    if value is None:
        return None in part.values
    wanted = [v for v in part.values if v is not None]
    if part.terms:
        return bool(set(re.split(r"[&/;|,]", str(value).replace("; ", ";"))) & set(wanted))
    return any(value == type(value)(v) for v in wanted)


def _carries(part: Carries, call: Row) -> bool:
    found = kind(call)
    if found not in part.calls:
        return False
    if found not in ("het", "hom"):
        return True
    reads = (call["ad_ref"], call["ad_alt"])
    balance = None if None in reads or not sum(reads) else reads[1] / sum(reads)
    bounds = ((part.least_depth, call["dp"]), (part.least_quality, call["gq"]), (part.least_balance, balance))
    return all(least is None or (value is not None and value >= least) for least, value in bounds)


def _inherited(part: Inherited, row: Row, rows: list[Row], others_hold: Any) -> bool:
    child, mother, father = (kind(row["calls"][name]) for name in (part.child, part.mother, part.father))
    if part.pattern == "de_novo":
        return child in ("het", "hom") and mother == father == "absent"
    if part.pattern == "recessive":
        return (child, mother, father) == ("hom", "het", "het")
    origin = _origin(part, row)
    pairs = [r for r in rows if r["calls"] and r["gene"] == row["gene"] and others_hold(r)]
    return origin is not None and others_hold(row) and {"m", "f"} <= {_origin(part, r) for r in pairs}


def _origin(part: Inherited, row: Row) -> str | None:
    child, mother, father = (kind(row["calls"][name]) for name in (part.child, part.mother, part.father))
    if child != "het" or row["gene"] is None:
        return None
    if mother in ("het", "hom") and father == "absent":
        return "m"
    return "f" if father in ("het", "hom") and mother == "absent" else None
