"""`embed-sample`: makes assets/sample.vcf, a family's variants in the genes that the embedded demonstration knows.

Nuclear variants are invented, annotated with the demonstration, and chosen so that every kind of consequence occurs in
about the proportions of an exome; then three people get genotypes. The same seed gives the same file.
"""

from __future__ import annotations

import random
from pathlib import Path

import click

from pipeline.reference.bundle import Bundle, load_bundle
from util_jobs.embedded_bundle.bundle_manifest import BUNDLE_ID
from util_jobs.embedded_bundle.csq_cases import features_of
from util_jobs.embedded_bundle.sample_candidates import Variant, candidates
from util_jobs.embedded_bundle.sample_choice import chosen, far
from util_jobs.embedded_bundle.sample_mitochondrial import VARIANTS
from util_jobs.embedded_bundle.sample_people import PEOPLE, Call, family, inherited, mitochondrial

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample.vcf"
SEED = 37
RARE = {
    "frameshift_variant",
    "stop_gained",
    "splice_acceptor_variant",
    "splice_donor_variant",
    "start_lost",
    "stop_lost",
}
# For people who look: one codon of SMAD5 hit twice on the father's chromosome (each is missense, both together a stop);
# both copies of C16orf62 hit, one from each parent; a new mutation in NTNG1; and a common variant of TLR8.
# Variant, dbSNP id, alleles of father and mother, and what each passed on.
TOLD: tuple[tuple[Variant, str, list[int], list[int], tuple[int, int]], ...] = (
    (("5", 135489822, "C", "T"), ".", [0, 1], [0, 0], (1, 0)),
    (("5", 135489823, "C", "A"), ".", [0, 1], [0, 0], (1, 0)),
    (("16", 19621699, "CC", "C"), ".", [0, 1], [0, 0], (1, 0)),
    (("16", 19640070, "C", "T"), ".", [0, 0], [0, 1], (0, 1)),
    (("1", 107867126, "C", "T"), ".", [0, 0], [0, 0], (1, 0)),
    (("X", 12924826, "A", "G"), "rs3764880", [1], [0, 1], (1, 0)),
)
HEADER = """##fileformat=VCFv4.2
##source=GenomicsAnnotationServiceSample
##about="Invented family. Nuclear variants are invented, mitochondrial ones are real; for trying the service"
##reference=GRCh37
##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count in genotypes, for each ALT allele">
##INFO=<ID=AN,Number=1,Type=Integer,Description="Number of alleles in called genotypes">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Reads over all samples">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype; phased where the parents tell (the father's allele first)">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads with each allele">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
##FORMAT=<ID=AF,Number=A,Type=Float,Description="Fraction of reads with each ALT allele (mitochondrial genome)">
##PEDIGREE=<ID=proband,Father=father,Mother=mother>
"""


def sample_text(bundle: Bundle, seed_number: int = SEED) -> str:
    """The sample as VCF text."""
    seed = random.Random(seed_number)  # noqa: S311 - the same file again, not a secret
    told = {variant: (name, inherited(father, mother, child, seed)) for variant, name, father, mother, child in TOLD}
    features = [feature for feature in features_of(bundle.gff3) if bundle.contigs[feature.contig].genetic_code == 1]
    free = [variant for variant in candidates(bundle, features, seed) if far(variant, told)]
    for variant, term in chosen(bundle, free, seed):
        told[variant] = ".", family(variant[0], term in RARE, seed)
    order = {contig: number for number, contig in enumerate(bundle.contigs)}
    nuclear = sorted(told.items(), key=lambda item: (order[item[0][0]], *item[0][1:]))
    lines = [_line(*variant, name, calls, seed) for variant, (name, calls) in nuclear]
    lines += [_mitochondrial_line(*text.split(), seed=seed) for text in VARIANTS.split("\n") if text]
    contigs = dict.fromkeys(variant[0] for variant, _ in nuclear) | {"MT": None}
    head = HEADER + "".join(f"##contig=<ID={name},length={bundle.contigs[name].length}>\n" for name in contigs)
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *PEOPLE]
    return head + "\t".join(columns) + "\n" + "\n".join(lines) + "\n"


def _line(contig: str, pos: int, ref: str, alt: str, name: str, calls: list[Call], seed: random.Random) -> str:
    quality = min(9999, sum(30 * call.reads[1] for call in calls) + seed.randint(0, 25))
    return "\t".join([contig, str(pos), name, ref, alt, str(quality), "PASS", *_columns(calls, 1, "GT:AD:DP:GQ")])


def _mitochondrial_line(pos: str, name: str, ref: str, alts: str, *levels: str, seed: random.Random) -> str:
    count = alts.count(",") + 1
    calls = [mitochondrial(level, count, seed) for level in levels]
    quality = min(9999, sum(3 * read for call in calls for read in call.reads[1:]))
    return "\t".join(["MT", pos, name, ref, alts, str(quality), "PASS", *_columns(calls, count, "GT:AD:DP:GQ:AF")])


def _columns(calls: list[Call], alternates: int, layout: str) -> list[str]:
    alleles = [allele for call in calls for allele in call.alleles()]
    counts = ",".join(str(alleles.count(number)) for number in range(1, alternates + 1))
    info = f"AC={counts};AN={len(alleles)};DP={sum(sum(call.reads) for call in calls)}"
    return [info, layout, *(call.text() for call in calls)]


@click.command("embed-sample")
@click.option("--out", default=SAMPLE, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def command(out: Path) -> None:
    """Make the file behind “Try the sample” anew (for maintainers; see docs/embedded-bundle.md)."""
    text = sample_text(load_bundle(BUNDLE_ID))
    out.write_text(text, "utf-8")
    click.echo(f"{out}: {text.count(chr(10)) - text.count('##') - 1:,} records, {len(text):,} bytes")
