"""One gene in one result: how many variants it has, on which transcripts, and where else it is described."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

from pipeline.errors import NotFoundError
from pipeline.jobs.model import Job
from pipeline.results import cache, connection
from pipeline.results.filters.model import MOST_TEXT, Group, OneOf
from pipeline.results.matches import Source
from pipeline.results.table_schema import types_of
from pipeline.results.variant_links import GENE, Link, build_of

MOST_TRANSCRIPTS = 200
IMPACTS = ("HIGH", "MODERATE", "LOW", "MODIFIER")
# What a transcript is told by, where the result has it.
TOLD = ("transcript", "biotype", "transcript_tag", "gene_id")


@dataclass(frozen=True)
class GeneTranscript:
    """A transcript of the gene and the alleles (rows) that change it, by impact (`IMPACTS`; others have none)."""

    name: str
    biotype: str | None
    tag: str | None
    alleles: int
    impacts: dict[str, int]


@dataclass(frozen=True)
class Gene:
    """`alleles` are the rows whose consequence is told for this gene, `elsewhere` those that touch one of its
    transcripts and are told for another gene. `more_transcripts` are beyond `MOST_TRANSCRIPTS`."""

    name: str
    gene_id: str | None
    alleles: int
    impacts: dict[str, int]
    transcripts: list[GeneTranscript]
    more_transcripts: int
    elsewhere: int


def filter_of(gene: object) -> Group:
    """The filter that lets the gene's variants through. NotFoundError for what cannot be a gene's name."""
    if not isinstance(gene, str) or not 0 < len(gene) <= MOST_TEXT or not gene.isprintable():
        raise NotFoundError("There is no such gene in this result.")
    return Group(parts=(OneOf(column="gene", values=(gene,)),))


def describe(job: Job, source: Source, gene: str) -> Gene:
    """The gene; `source` is what `filter_of` lets through. NotFoundError where no variant has to do with it."""
    asked = f"SELECT v.impact, count(*) FROM {source.quick} GROUP BY ALL"
    impacts = {str(impact): count for impact, count in connection.rows(asked, source.parameters) if impact}
    if "consequences" not in job.outputs:
        if not source.count:
            raise NotFoundError("There is no such gene in this result.")
        return Gene(gene, None, source.count, impacts, [], 0, 0)
    with cache.opened(job, "consequences") as path:
        rows = _transcripts(str(path), gene)
        touched = connection.rows(
            "SELECT count(DISTINCT c.rid) FROM read_parquet($consequences) c "
            f"WHERE c.gene = $gene AND c.rid NOT IN (SELECT v.rid FROM {source.quick})",
            source.parameters | {"consequences": str(path), "gene": gene},
        )
    elsewhere = int(touched[0][0])
    if not source.count and not elsewhere:
        raise NotFoundError("There is no such gene in this result.")
    gene_id = next((str(row[3]) for row in rows if row[3]), None)
    named = [_transcript(row) for row in rows if row[0]]
    return Gene(
        gene,
        gene_id,
        source.count,
        impacts,
        named[:MOST_TRANSCRIPTS],
        max(0, len(named) - MOST_TRANSCRIPTS),
        elsewhere,
    )


def _transcripts(path: str, gene: str) -> list[tuple[object, ...]]:
    known = types_of(path)
    told = ", ".join(name if name in known else f"NULL AS {name}" for name in TOLD)
    counts = ", ".join(f"count(DISTINCT rid) FILTER (impact = '{impact}')" for impact in IMPACTS)
    asked = (
        f"SELECT {told}, count(DISTINCT rid) AS alleles, {counts} FROM read_parquet($path) WHERE gene = $gene "
        "GROUP BY ALL ORDER BY alleles DESC, transcript"
    )
    return connection.rows(asked, {"path": path, "gene": gene})


def _transcript(row: tuple[object, ...]) -> GeneTranscript:
    name, biotype, tag, _, alleles, *impacts = row
    counts = {impact: int(str(count)) for impact, count in zip(IMPACTS, impacts, strict=True)}
    return GeneTranscript(str(name), _text(biotype), _text(tag), int(str(alleles)), counts)


def _text(value: object) -> str | None:
    return str(value) if value else None


def rows_among(source: Source, rids: list[int]) -> set[int]:
    """Those of the rows that are the gene's."""
    if not rids:
        return set()
    asked = f"SELECT v.rid FROM {source.quick} WHERE v.rid IN (SELECT unnest($rids))"
    return {row[0] for row in connection.rows(asked, source.parameters | {"rids": rids})}


def gene_links(gene: str, gene_id: str | None, assembly: str | None) -> list[Link]:
    """Where the gene is described, for human builds only; nothing for a name that is none a database has."""
    build = build_of(assembly)
    if build is None or not GENE.fullmatch(gene):
        return []
    host = f"https://{'www' if build == 38 else 'grch37'}.ensembl.org/Homo_sapiens"
    wanted = gene_id.split(".")[0] if gene_id and gene_id.startswith("ENSG") else gene
    dataset = "gnomad_r4" if build == 38 else "gnomad_r2_1"
    term, protein = quote_plus(f"{gene}[gene]"), quote_plus(f"(gene_exact:{gene}) AND (organism_id:9606)")
    return [
        Link("Ensembl", wanted, f"{host}/Gene/Summary?g={quote_plus(wanted)}"),
        Link("gnomAD", gene, f"https://gnomad.broadinstitute.org/gene/{quote_plus(wanted)}?dataset={dataset}"),
        Link("ClinVar", gene, f"https://www.ncbi.nlm.nih.gov/clinvar/?term={term}"),
        Link("UniProt", gene, f"https://www.uniprot.org/uniprotkb?query={protein}"),
        Link("PubMed", gene, f"https://pubmed.ncbi.nlm.nih.gov/?term={quote_plus(gene)}"),
    ]
