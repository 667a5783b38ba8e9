"""What clicks, brushes and zooms do to a filter."""

from __future__ import annotations

from dash import no_update

from pipeline.results.filters.model import Group, InRegions, OneOf, Range, Region
from portal.explore import zoom
from portal.explore.picks import with_picks

HIGH, LOW = OneOf(column="impact", values=("HIGH",)), OneOf(column="impact", values=("LOW",))
STRETCH = Region(contig="chr1", start=101, end=200)
THERE = InRegions(regions=(STRETCH,))


def test_a_second_bar_is_added_and_a_second_click_takes_it_away() -> None:
    both = with_picks(with_picks(Group(), [HIGH]), [LOW])
    assert both == Group(parts=(OneOf(column="impact", values=("HIGH", "LOW")),))
    assert with_picks(both, [HIGH]) == Group(parts=(LOW,))
    assert with_picks(Group(parts=(LOW,)), [LOW]) == Group()


def test_a_brush_replaces_the_range_of_its_column_only() -> None:
    old, new = Range(column="qual", least=1), Range(column="qual", least=2, most=3)
    assert with_picks(Group(parts=(HIGH, old)), [new]) == Group(parts=(HIGH, new))


def test_conditions_that_a_click_means_together_take_their_places_and_go_together() -> None:
    """A substitution is a REF and an ALT: one more of each would let through what nobody clicked."""
    a_to_g = [OneOf(column="ref", values=("A",)), OneOf(column="alt", values=("G",))]
    c_to_t = [OneOf(column="ref", values=("C",)), OneOf(column="alt", values=("T",))]
    group = with_picks(Group(parts=(HIGH,)), a_to_g)
    assert group == Group(parts=(HIGH, *a_to_g))
    assert with_picks(group, c_to_t) == Group(parts=(HIGH, *c_to_t))
    assert with_picks(group, a_to_g) == Group(parts=(HIGH,))
    mixed = Group(parts=(OneOf(column="ref", values=("A",)), OneOf(column="alt", values=("T",))))
    assert with_picks(mixed, a_to_g) == Group(parts=tuple(a_to_g))


def test_another_residue_of_the_gene_replaces_the_first_one_and_the_same_gives_the_gene_back() -> None:
    gene = OneOf(column="gene", values=("GAB4",))
    first, second = ([gene, Range(column="protein_position", least=at, most=at)] for at in (10, 20))
    group = with_picks(Group(parts=(gene,)), first)
    assert group == Group(parts=tuple(first))
    assert with_picks(group, second) == Group(parts=tuple(second))
    assert with_picks(group, first) == Group(parts=(gene,))


def test_a_click_adds_to_a_filter_of_which_any_part_may_hold_as_a_whole() -> None:
    either = Group(join="any", parts=(HIGH, Range(column="qual", least=9)))
    assert with_picks(either, [LOW]) == Group(parts=(either, LOW))


def test_the_genome_plot_goes_to_the_one_region_that_is_picked_and_back() -> None:
    there = with_picks(Group(), [THERE])
    assert zoom.after_pick(there, [THERE], None, None) == zoom.document(STRETCH)
    assert zoom.after_pick(Group(), [THERE], STRETCH, zoom.document(STRETCH)) is None
    assert zoom.after_pick(Group(parts=(HIGH,)), [HIGH], STRETCH, zoom.document(STRETCH)) is no_update
    two = InRegions(regions=(STRETCH, Region(contig="chr2")))
    assert zoom.after_pick(Group(parts=(two,)), [two], STRETCH, zoom.document(STRETCH)) is None


def test_zooming_out_ends_at_the_whole_genome() -> None:
    steps: list[Region] = []
    region: Region | None = STRETCH
    while region is not None:
        steps.append(region)
        region = zoom.wider(region)
        assert len(steps) < 20
    assert steps[1] == Region(contig="chr1", start=1, end=550)
    assert steps[-1] == Region(contig="chr1")
