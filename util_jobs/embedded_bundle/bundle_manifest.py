"""What `bundle.json` of the demonstration says: its contigs, where its parts come from, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.reference.contigs import aliases_of
from pipeline.reference.manifest import BundleManifest, ManifestContig
from pipeline.reference.staging import checksums_of, read_manifest, write_manifest
from util_jobs.embedded_bundle.csq_cases import Case

BUNDLE_ID = "grch37-demo"
VERSION = "2026.1"
FASTA = "genome.fa.gz"
GFF3 = "genes.gff3"
ATTRIBUTION = (
    "Sequence and gene models of the nuclear gene regions: test data of bcftools 1.21 (test/csq), "
    "https://github.com/samtools/bcftools, Copyright (C) 2012-2024 Genome Research Ltd., MIT licence "
    "(LICENSE-bcftools.txt).",
    "Gene models: Ensembl for GRCh37, https://grch37.ensembl.org, which sets no conditions on their use.",
)


def write_demo_manifest(folder: Path, rcrs: Path, cases: Sequence[Case], lengths: dict[str, int]) -> BundleManifest:
    """Write `folder/bundle.json`; the mitochondrial contig, sources and attribution are those of the bundle `rcrs`.

    The masked contigs declare no M5: theirs would be that of the mask, and tell nothing about a file.
    """
    mitochondrial = read_manifest(rcrs)
    taken = set(lengths) | {contig.name for contig in mitochondrial.contigs}
    nuclear = [
        ManifestContig(name=name, length=length, aliases=aliases_of(name, length, "", taken))
        for name, length in lengths.items()
    ]
    bases = sum(len(case.sequence) for case in cases)
    manifest = BundleManifest(
        id=BUNDLE_ID,
        title=f"GRCh37 demonstration: mitochondrial genome and {len(cases)} gene regions",
        assembly="GRCh37",
        version=VERSION,
        fasta=FASTA,
        gff3=GFF3,
        contigs=(*nuclear, *mitochondrial.contigs),
        sources=mitochondrial.sources,
        attribution=(*ATTRIBUTION, *mitochondrial.attribution),
        notes=(
            f"A demonstration: real sequence and gene models in {len(cases)} gene regions ({bases:,} bases on "
            f"{len(lengths)} chromosomes) and of the whole mitochondrial genome. All else is masked; variants there "
            "are carried through without annotation and counted as outside the demonstration.",
            "Some genes have one of their transcripts only. MITOMAP's sources tell of mitochondrial variants only.",
        ),
        demonstration_regions=len(cases),
        checksums=checksums_of(folder),
    )
    write_manifest(folder, manifest)
    return manifest
