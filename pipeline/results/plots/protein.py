"""A gene's variants along its protein, with the exons that its transcript has in the job's reference."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.reference.bundle import Bundle
from pipeline.reference.gene_model import ContigTranscripts, load_gene_model
from pipeline.results import connection
from pipeline.results.filters.model import Group, OneOf
from pipeline.results.matches import Source

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
    its length; both are None where the reference does not hold the transcript. `elsewhere` are variants of the gene
    without a place in this protein, `left_out` lollipops beyond `MOST_LOLLIPOPS`."""

    gene: str | None
    transcript: str | None
    lollipops: list[Lollipop]
    residues: int | None
    borders: list[float] | None
    elsewhere: int
    left_out: int


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
    borders, residues = _exons(bundle, contig, transcript)
    kept = sorted(found, key=lambda each: -each.variants)[:MOST_LOLLIPOPS]
    kept.sort(key=lambda each: (each.residue, each.impact or ""))
    return Protein(gene, transcript, kept, residues, borders, total - placed, len(found) - len(kept))


def _exons(bundle: Bundle | None, contig: str, transcript: str | None) -> tuple[list[float] | None, int | None]:
    """Where in the protein the exons end, in residues, and how many residues it has (a stop codon not counted)."""
    known = bundle.contig_for(contig) if bundle and transcript else None
    if bundle is None or known is None or not bundle.gff3.exists():
        return None, None
    transcripts = load_gene_model(bundle.gff3).transcripts_of(known.name)
    if transcripts is None:
        return None, None
    wanted = str(transcript)
    # The table names a transcript with or without its version, as the reference does.
    found = [
        n for n, names in enumerate(zip(transcripts.id, transcripts.name, strict=True)) if wanted in map(str, names)
    ]
    return _coding_exons(transcripts, found[0]) if found else (None, None)


def _coding_exons(transcripts: ContigTranscripts, number: int) -> tuple[list[float] | None, int | None]:
    first, count = int(transcripts.exon_first[number]), int(transcripts.exon_count[number])
    begin, end = int(transcripts.coding_start[number]), int(transcripts.coding_end[number])
    if not end:
        return None, None
    inside = [
        min(int(transcripts.exon_end[at]), end) - max(int(transcripts.exon_start[at]), begin) + 1
        for at in range(first, first + count)
        if int(transcripts.exon_end[at]) >= begin and int(transcripts.exon_start[at]) <= end
    ]
    lengths = inside if bool(transcripts.forward[number]) else inside[::-1]
    phase = int(transcripts.phase[number])
    # Residues are counted from the codon that the phase tells to be cut off, as the table does.
    bases, borders = (3 - phase) % 3, []
    for length in lengths:
        bases += length
        borders.append(bases / 3)
    return borders[:-1], bases // 3
