"""A gene's variants along its protein: lollipops, and its exons and domains below."""

from __future__ import annotations

from pipeline.results.filters.model import Group, Range
from pipeline.results.plots.protein import Protein
from portal.components.words import counted
from portal.explore.figures import lollipops, look, protein_band, selection, wording

COLUMN = "protein_position"
BESIDE = 0.15  # of a stretch that the filter has chosen, which the plot goes to: what of either side is in sight
LEAST_BESIDE = 5  # residues


def figure(found: Protein, group: Group) -> look.Figure:
    """Lollipops as high as there are variants at the residue. A stretch that is brushed is shown closer."""
    end = max([each.residue for each in found.lollipops] + [found.residues or 0])
    highest = max((each.variants for each in found.lollipops), default=1)
    top = highest * 1.15
    start, stop = _shown(group, end)
    band = protein_band.band(found, end, (start, stop), top)
    drawn = look.layout(
        340 + band.pixels,
        xaxis=look.axis(
            title=look.axis_title(f"Residue of {wording.folded(str(found.gene), 30)}"),
            range=[start, stop],
            tickformat=",d",
            showgrid=False,
            zeroline=False,
            tickangle=0,
            nticks=6,
        ),
        yaxis=look.count_axis("Variants at the residue", highest, range=[band.bottom, top], zeroline=True),
        shapes=band.shapes,
        annotations=band.names,
        meta={
            "brush": {"kind": "range", "column": COLUMN, "whole": True, "beside": _gene(found)},
            "phone": {"annotations": band.names_on_phones},
        },
        dragmode="select",
        selectdirection="h",
        **look.legend(),
    )
    return {"data": [*lollipops.traces(found, group, highest), *band.told], "layout": drawn}


def alternative(found: Protein) -> str:
    """The gene, where most variants are, and what has no place in the protein (C44)."""
    if found.gene is None:
        return "No gene with a changed protein among them. Filter for a gene to see it here."
    if not found.lollipops:
        return f"None of {counted(found.elsewhere, 'variant')} of {found.gene} has a place in a protein."
    n = sum(each.variants for each in found.lollipops)
    most = max(found.lollipops, key=lambda each: each.variants)
    said = [f"{counted(n, 'variant')} of {found.gene} along {_named(found)}"]
    if most.variants > 1:
        said.append(f"most at residue {most.residue:,}: {most.variants:,}")
    sentences = ["; ".join(said), _below(found)]
    if found.elsewhere:
        lie = "lies" if found.elsewhere == 1 else "lie"
        sentences.append(f"{counted(found.elsewhere, 'variant')} of the gene {lie} elsewhere")
    if found.left_out:
        sentences.append(f"{found.left_out:,} places with fewer variants are not drawn")
    return f"{'. '.join(sentences)}."


def numbers(found: Protein) -> tuple[list[str], list[list[str | int]]]:
    """Each lollipop, with the first of its changes."""
    rows: list[list[str | int]] = [
        [
            found.gene or "",
            found.transcript or "",
            each.residue,
            each.impact or "",
            each.variants,
            "; ".join(each.changes),
        ]
        for each in found.lollipops
    ]
    return ["gene", "transcript", "residue", "impact", "variants", "changes"], rows


def is_empty(found: Protein) -> bool:
    """True if no variant has a place in the protein."""
    return not found.lollipops


def _shown(group: Group, end: int) -> tuple[float, float]:
    """From where to where the plot goes: the whole protein, or what the filter has chosen of it and a little beside."""
    for part in group.parts if group.join == "all" else ():
        if isinstance(part, Range) and part.column == COLUMN and part.least is not None and part.most is not None:
            beside = max(BESIDE * (part.most - part.least), LEAST_BESIDE)
            start, stop = max(part.least - beside, 0.5), min(part.most + beside, end + 0.5)
            if start < stop:
                return start, stop
    return 0.5 - 0.01 * end, end + 0.5 + 0.01 * end


def _gene(found: Protein) -> list[look.Condition]:
    """What a brush means beside its residues: those of this gene, of no other one."""
    gene = selection.one_of("gene", [found.gene])
    return [gene] if gene else []


def _named(found: Protein) -> str:
    length = f", {counted(found.residues, 'residue')}" if found.residues else ""
    return f"{found.transcript}{length}" if found.transcript else "its protein"


def _below(found: Protein) -> str:
    if found.borders is None:
        return "Its exons are not known here"
    domains = f" and {counted(len(found.domains), 'domain')}" if found.domains else ""
    return f"Below: {counted(len(found.borders) + 1, 'coding exon')}{domains}"
