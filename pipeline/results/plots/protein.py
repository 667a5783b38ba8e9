"""A gene's variants along its protein, with the exons and domains that its transcript has in the job's reference."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import load_gene_model
from pipeline.results import connection
from pipeline.results.filters.model import Group, OneOf
from pipeline.results.matches import Source
from pipeline.results.plots.coding_path import CodingPath, coding_path
from pipeline.results.plots.domains import Domain, domains_of

COLUMNS = ("protein_position",)
MOST_CHANGES = 5  # named for each residue
MOST_LOLLIPOPS = 2_000


@dataclass(frozen=True)
class Lollipop:
    """Variants of one impact at one residue (from 1), and the first of their changes in words."""

    residue: int
    impact: str | None
    variants: int
    changes: list[str]


@dataclass(frozen=True)
class Protein:
    """A gene's variants along the protein of one transcript. `borders` are the residues at which exons end, `residues`
    its length without the stop; both are None where the reference does not hold the transcript. `elsewhere` are
    variants of the gene without a place in this protein, `left_out` lollipops beyond `MOST_LOLLIPOPS`; `domains` are
    those of the bundle's tracks of domains."""

    gene: str | None
    transcript: str | None
    lollipops: list[Lollipop]
    residues: int | None
    borders: list[float] | None
    elsewhere: int
    left_out: int
    domains: list[Domain] = field(default_factory=list)


def gene_of(source: Source, group: Group) -> str | None:
    """The gene to show: the only one that the filter names, else the one with most damaging variants."""
    for part in group.parts if group.join == "all" else ():
        named = isinstance(part, OneOf) and part.column == "gene" and not part.negated
        if named and isinstance(part, OneOf) and len(part.values) == 1 and part.values[0]:
            return part.values[0]
    sql = f"""
        SELECT gene FROM {source.quick} WHERE impact IN ('HIGH', 'MODERATE') AND gene IS NOT NULL
        AND protein_position IS NOT NULL GROUP BY gene ORDER BY count(*) DESC, gene LIMIT 1
    """
    found = connection.rows(sql, source.parameters)
    return found[0][0] if found else None


def protein(source: Source, gene: str | None, bundle: Bundle | None) -> Protein:
    """The gene's variants that match, along the transcript that speaks for most of them."""
    if gene is None:
        return Protein(None, None, [], None, None, 0, 0)
    named = "hgvs_p" if "hgvs_p" in source.table.types else "amino_acids"
    asked = source.parameters | {"gene": gene}
    sql = f"""
        SELECT transcript, first(chrom ORDER BY pos), count(protein_position) AS n, count(*)
        FROM {source.sql} WHERE gene = $gene GROUP BY transcript ORDER BY n DESC, transcript
    """
    transcripts = connection.rows(sql, asked)
    total = sum(row[3] for row in transcripts)
    if not transcripts or not transcripts[0][2]:
        return Protein(gene, None, [], None, None, total, 0)
    transcript, contig, placed, _ = transcripts[0]
    sql = f"""
        SELECT protein_position, impact, count(*) AS n, list({named}) FILTER ({named} IS NOT NULL) FROM {source.sql}
        WHERE gene = $gene AND transcript IS NOT DISTINCT FROM $transcript AND protein_position IS NOT NULL
        GROUP BY protein_position, impact ORDER BY protein_position, impact
    """
    rows = connection.rows(sql, asked | {"transcript": transcript})
    found = [Lollipop(row[0], row[1], row[2], sorted(set(row[3] or []))[:MOST_CHANGES]) for row in rows]
    path = _path(bundle, contig, transcript)
    kept = sorted(found, key=lambda each: -each.variants)[:MOST_LOLLIPOPS]
    kept.sort(key=lambda each: (each.residue, each.impact or ""))
    return Protein(
        gene,
        transcript,
        kept,
        path.residues(bundle) if bundle and path else None,
        path.borders if path else None,
        total - placed,
        len(found) - len(kept),
        domains_of(bundle, path) if bundle and path else [],
    )


def _path(bundle: Bundle | None, contig: str, transcript: str | None) -> CodingPath | None:
    """The coding sequence of the transcript in the job's reference, if that holds it."""
    known = bundle.contig_for(contig) if bundle and transcript else None
    if bundle is None or known is None or not bundle.gff3.exists():
        return None
    transcripts = load_gene_model(bundle.gff3).transcripts_of(known.name)
    if transcripts is None:
        return None
    wanted = str(transcript)
    # The table names a transcript with or without its version, as the reference does.
    found = [
        n for n, names in enumerate(zip(transcripts.id, transcripts.name, strict=True)) if wanted in map(str, names)
    ]
    return coding_path(transcripts, found[0], known.name) if found else None
