"""Random filters over the columns of `cohort`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pipeline.results.filters.model import (
    Carries,
    Contains,
    Group,
    Inherited,
    InRegions,
    Known,
    OneOf,
    PrivateTo,
    Range,
    Region,
    Tagged,
)
from tests.pipeline.results.filters.cohort import CLASSES, CONSEQUENCES, CONTIGS, HOSTILE, SAMPLES

TRIO = {"child": "child", "mother": "mother", "father": "father"}
samples = st.sampled_from(SAMPLES)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
numbers = st.one_of(
    st.sampled_from((-1.5, 0.0, 0.01, 7.0, 30.0, 1e308)),
    st.floats(-100, 100),
    st.floats(allow_nan=False, allow_infinity=False),
)


def some(values: Any, most: int = 4) -> Any:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def ranges(draw: Any) -> Range:
    bounds = sorted(draw(st.tuples(numbers, numbers)))
    least, most = draw(st.sampled_from((tuple(bounds), (bounds[0], None), (None, bounds[1]))))
    column = draw(st.sampled_from(("qual", "dp", "pos")))
    return Range(column=column, least=least, most=most, or_unknown=draw(st.booleans()))


@st.composite
def stretches(draw: Any) -> Region:
    start, end = sorted(draw(st.tuples(st.integers(1, 450), st.integers(1, 450))))
    contig = draw(st.sampled_from((*CONTIGS, "1", "chr2", "MT", "absent")))
    return draw(st.sampled_from((Region(contig=contig, start=start, end=end), Region(contig=contig))))


def one_of(column: str, values: Any, **others: Any) -> Any:
    return st.builds(OneOf, column=st.just(column), values=some(values), negated=st.booleans(), **others)


@st.composite
def calls(draw: Any) -> Carries:
    bound = {"least_depth": 10, "least_quality": 50.0, "least_balance": 0.4}
    chosen = draw(st.sets(st.sampled_from(sorted(bound))))
    kinds = draw(some(("het", "hom", "absent", "missing")))
    return Carries(sample=draw(samples), calls=kinds, **{name: bound[name] for name in chosen})


searched = st.one_of(texts, st.sampled_from([text for text in HOSTILE if text]))
patterns = st.sampled_from(("de_novo", "recessive", "compound_het")).map(lambda p: Inherited(pattern=p, **TRIO))
conditions = st.one_of(
    ranges(),
    one_of("consequence", CONSEQUENCES),
    one_of("consequence", ("intron_variant", "x", "splice_region_variant", None), terms=st.just(True)),
    one_of("class", CLASSES),
    one_of("class", ("Pathogenic", "Likely pathogenic", "drug response", "benign"), terms=st.just(True)),
    one_of("dp", ("0", "7", None, str(2**62))),
    one_of("qual", ("30", "0.01", None)),
    st.builds(Contains, text=searched, columns=st.sampled_from(((), ("class",), ("class", "gene")))),
    st.builds(Known, column=st.sampled_from(("qual", "dp", "gene", "class")), known=st.booleans()),
    st.builds(InRegions, regions=st.lists(stretches(), min_size=1, max_size=5).map(tuple)),
    st.builds(InRegions, regions=st.lists(stretches(), min_size=25, max_size=40).map(tuple)),
    calls(),
    patterns,
    st.builds(PrivateTo, samples=some(SAMPLES)),
    st.builds(Tagged, tags=some(("artefact", "to_confirm", "nobody used this"))),
)  # fmt: skip
groups = st.recursive(
    st.builds(Group, join=st.sampled_from(("all", "any")), parts=st.lists(conditions, max_size=3).map(tuple)),
    lambda inner: st.builds(
        Group,
        join=st.sampled_from(("all", "any")),
        parts=st.lists(st.one_of(conditions, inner), min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=3,
)
