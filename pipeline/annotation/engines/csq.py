"""bcftools csq: haplotype-free consequences for each allele, after left-alignment by bcftools norm.

Danecek and McCarthy, "BCFtools/csq: haplotype-aware variant consequences", Bioinformatics 2017.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
from pysam.version import __bcftools_version__, __version__

from pipeline.annotation.children import Child, ChildFamily
from pipeline.annotation.consequence_terms import STRUCTURAL_ONLY, sequence_ontology
from pipeline.annotation.engines.base import ALLELE_TAG, CONSEQUENCE_SCHEMA, EngineRun, Segment
from pipeline.annotation.haplotypes.column import HAPLOTYPE
from pipeline.reference.bundle import Bundle, Contig
from pipeline.reference.manifest import SourceColumn

# Consequence|gene|transcript|biotype|strand|amino_acid_change|dna_change; the last three only for coding changes.
BCSQ = (
    r"^(?P<consequence>[^|]*)\|(?P<gene>[^|]*)\|(?P<transcript>[^|]*)\|(?P<biotype>[^|]*)"
    r"(?:\|(?P<strand>[^|]*)\|(?P<change>[^|]*)\|(?P<dna>[^|]*))?$"
)
# 107V (synonymous), 107V>107A, 2P..319>2P..29 (abbreviated by -B)
AMINO_ACIDS = (
    r"^(?P<position>\d+)(?P<before>[A-Z*.]*[A-Z*])?(?:\.\.\d+)?(?:>\d+(?P<after>[A-Z*.]*[A-Z*])?(?P<rest>\.\.\d+)?)?$"
)


SORT_MEMORY = "256M"


class CsqEngine:
    """The default engine, shipped inside pysam."""

    name = "csq"
    silent_outside_genes = True
    block_bytes = 1 << 30
    info_key = "BCSQ"
    info_description = (
        "Consequences by bcftools csq, all alleles and transcripts. "
        "Format: Consequence|gene|transcript|biotype|strand|amino_acid_change|dna_change"
    )
    extra_columns: tuple[SourceColumn, ...] = (HAPLOTYPE,)

    def version(self) -> str:
        """bcftools' version and pysam's."""
        return f"bcftools csq {__bcftools_version__} (pysam {__version__})"

    def parameters(self, bundle: Bundle) -> dict[str, str]:
        """The options that decide the result."""
        codes = ",".join(
            f"{name}={contig.genetic_code}" for name, contig in bundle.contigs.items() if contig.genetic_code != 1
        )
        return {"norm": "-c x", "csq": "-l -B 1", "phased": "-p a", "genetic_codes": codes or "standard"}

    def route(self, contig: Contig, bundle: Bundle) -> str:
        """One way for all contigs."""
        return ""

    def notes(self, bundle: Bundle, records: Mapping[str, int]) -> list[str]:
        """Nothing is to be said."""
        return []

    def start(self, segment: Segment, bundle: Bundle, family: ChildFamily, *, sort: bool) -> EngineRun:
        """norm | csq | query; without csq on contigs without genes, where it would stop.

        norm keeps records in order within 1,000 bases; in a longer repeat an indel can move farther (`sort`).
        """
        fasta = str(bundle.fasta)
        # What contradicts the reference was marked before; were one to come through, -c x would leave it out, not end.
        steps = [["norm", "--no-version", "-c", "x", "-f", fasta, "-Ou", "-"]]
        if sort:
            steps.append(["sort", "-m", SORT_MEMORY, "-T", str(family.work_dir / "sort"), "-Ou", "-"])
        if segment.has_genes:
            options = ["-l", "-B", "1", "-C", str(segment.genetic_code), "-v", "0"]
            steps.append(["csq", "--no-version", *options, "-f", fasta, "-g", str(bundle.gff3), "-Ou", "-"])
        raw = "%INFO/BCSQ" if segment.has_genes else "."
        layout = f"%CHROM\\t%POS\\t%REF\\t%ALT\\t%INFO/{ALLELE_TAG}\\t{raw}\\n"
        steps.append(["query", "-u", "-o", "/dev/stdout", "-f", layout, "-"])
        return EngineRun(segment, start_pipe(steps, family))

    def parse(self, raw: pa.StringArray) -> pa.Table:
        """BCSQ texts as consequence rows."""
        lists = pc.split_pattern(raw, ",")
        rows = pc.list_parent_indices(lists)
        texts = pc.list_flatten(lists)
        own = pc.invert(pc.starts_with(texts, "@"))  # @pos points to the record that holds a compound change
        rows, texts = without_structural_doubles(rows.filter(own), texts.filter(own))
        fields = pc.extract_regex(texts, BCSQ)
        column = {
            name: pc.struct_field(fields, name)
            for name in ("consequence", "gene", "transcript", "biotype", "strand", "change", "dna")
        }
        amino = parse_amino_acids(column["change"])
        untold = {field.name: pa.nulls(len(rows), field.type) for field in CONSEQUENCE_SCHEMA}
        return pa.table(
            untold
            | {
                "row": rows.cast(pa.int64()),
                "consequence": sequence_ontology(column["consequence"]),
                "gene": empty_to_null(column["gene"]),
                "transcript": empty_to_null(column["transcript"]),
                "biotype": empty_to_null(column["biotype"]),
                "strand": empty_to_null(column["strand"]),
                "amino_acids": amino["amino_acids"],
                "protein_position": amino["protein_position"],
                "dna_change": empty_to_null(column["dna"]),
            },
            schema=CONSEQUENCE_SCHEMA,
        )


def without_structural_doubles(rows: pa.Array, texts: pa.StringArray) -> tuple[pa.Array, pa.StringArray]:
    """Leave out entries that only say feature_truncation or feature_elongation where the allele has another entry:
    for a small deletion in an intron they would outweigh the intron, as Ensembl means them for structural variants."""
    structural = pc.match_substring_regex(texts, rf"^(?:{'|'.join(STRUCTURAL_ONLY)})\|")
    telling = rows.filter(pc.invert(structural))
    keep = pc.invert(pc.and_(structural, pc.is_in(rows, value_set=telling)))
    return rows.filter(keep), texts.filter(keep)


def start_pipe(steps: list[list[str]], family: ChildFamily) -> list[Child]:
    """Start the steps so that each reads what the one before writes."""
    children: list[Child] = []
    for step in steps:
        source = children[-1].stdout if children else subprocess.PIPE
        children.append(family.start(step, stdin=source, stdout=subprocess.PIPE))
        if len(children) > 1:
            children[-2].stdout.close()  # ours: the step before must feel it when its reader dies
    return children


def empty_to_null(values: pa.StringArray) -> pa.StringArray:
    """Empty strings as null."""
    return pc.if_else(pc.equal(values, ""), None, values)


def parse_amino_acids(change: pa.StringArray) -> dict[str, pa.Array]:
    """VEP's form `M/T` (one letter where nothing changes, `P/X` for a frameshift) and the first residue, 1-based."""
    fields = pc.extract_regex(change, AMINO_ACIDS)
    before = empty_to_null(pc.struct_field(fields, "before"))
    after = empty_to_null(pc.struct_field(fields, "after"))
    cut = pc.not_equal(pc.struct_field(fields, "rest"), "")
    shown_after = pc.if_else(pc.fill_null(cut, False), "X", after)
    both = pc.binary_join_element_wise(before, pc.coalesce(shown_after, "-"), "/")
    single = pc.or_(pc.is_null(after), pc.fill_null(pc.equal(before, after), False))
    unchanged = pc.and_(single, pc.invert(pc.fill_null(cut, False)))
    position = pc.struct_field(fields, "position")
    return {
        "amino_acids": pc.if_else(unchanged, before, both),
        "protein_position": empty_to_null(position).cast(pa.int64()),
    }
