"""SQL over the table of genotypes: a row for each allele and sample whose call holds the allele, or is not whole.

A sample without a row was called without the allele. `$genotypes` is the path of that table, `$path` that of the
variants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.results.filters.model import Call, Pattern

CALLS = "read_parquet($genotypes) g"
# GT's alleles; VCF 4.4 allows a separator before the first one.
_ALLELES = "list_distinct(list_filter(string_split(replace(g.gt, '|', '/'), '/'), lambda a: a <> ''))"
_MISSING = "contains(g.gt, '.')"
KINDS = {
    "missing": _MISSING,
    "hom": f"(NOT {_MISSING} AND len({_ALLELES}) = 1)",
    "het": f"(NOT {_MISSING} AND len({_ALLELES}) > 1)",
}
HOLDS = f"NOT {_MISSING}"
HOLDS_ANY = "regexp_matches(g.gt, '[1-9]')"  # also in a call that is not whole, such as ./1
BALANCE = "g.ad_alt / nullif(g.ad_alt + g.ad_ref, 0)"


@dataclass(frozen=True)
class Trio:
    """The parameters that hold the names of three samples."""

    child: str
    mother: str
    father: str


def _rows(sample: str, condition: str) -> str:
    return f"SELECT g.rid FROM {CALLS} WHERE g.sample = {sample} AND {condition}"


def _has(sample: str, condition: str) -> str:
    return f"v.rid IN ({_rows(sample, condition)})"


def _absent(sample: str) -> str:
    return f"v.rid NOT IN ({_rows(sample, 'true')})"


def carries(sample: str, calls: Sequence[Call], bounds: Sequence[str], counted: bool = False) -> str:
    """The sample's call is one of these; `bounds` hold for calls that hold the allele. With `counted` the table of
    variants says how many samples a record has calls of: without any, nobody is without the allele."""
    ways = []
    holding = [KINDS[call] for call in ("het", "hom") if call in calls]
    if holding:
        kinds = HOLDS if len(holding) == 2 else holding[0]
        ways.append(_has(sample, " AND ".join([kinds, *bounds])))
    if "missing" in calls:
        ways.append(_has(sample, _MISSING))
    if "absent" in calls:
        any_call = " AND v.n_called + v.n_missing > 0" if counted else ""
        ways.append(f"({_absent(sample)}{any_call})")
    return f"({' OR '.join(ways)})"


def private(samples: str) -> str:
    """Of all who hold the allele none is outside of `samples` (a list), and there is one."""
    held = f"SELECT g.rid FROM {CALLS} WHERE {HOLDS_ANY} AND"
    listed = f"list_contains({samples}, g.sample)"
    return f"(v.rid IN ({held} {listed}) AND v.rid NOT IN ({held} NOT {listed}))"


def inherited(pattern: Pattern, trio: Trio, others: str) -> str:
    """How the child came to it; `others` is what a second variant in the gene has to meet beside that."""
    if pattern == "de_novo":
        return f"({_has(trio.child, HOLDS)} AND {_absent(trio.mother)} AND {_absent(trio.father)})"
    if pattern == "recessive":
        parents = f"{_has(trio.mother, KINDS['het'])} AND {_has(trio.father, KINDS['het'])}"
        return f"({_has(trio.child, KINDS['hom'])} AND {parents})"
    return _compound(trio, others)


def _compound(trio: Trio, others: str) -> str:
    """Variants of which the child has one copy, from one parent only, in genes where there is one from each parent."""
    from_mother = f"{_has(trio.mother, HOLDS)} AND {_absent(trio.father)}"
    from_father = f"{_has(trio.father, HOLDS)} AND {_absent(trio.mother)}"
    candidates = (
        f"SELECT v.rid AS rid, v.gene AS gene, ({from_mother}) AS m, ({from_father}) AS f FROM read_parquet($path) v "
        f"WHERE v.gene IS NOT NULL AND {_has(trio.child, KINDS['het'])} AND {others}"
    )
    genes = f"SELECT gene FROM ({candidates}) GROUP BY gene HAVING bool_or(m) AND bool_or(f)"
    return f"v.rid IN (SELECT rid FROM ({candidates}) WHERE (m OR f) AND gene IN ({genes}))"
