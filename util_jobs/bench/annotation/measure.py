"""`bench annotate`: the whole job against the bare bcftools steps, in one run, on the same made-up data."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from pipeline.reference.add_source import SourceRequest, add_to_folder
from pipeline.reference.build import BuildRequest, build_bundle
from pipeline.reference.manifest import SourceDescription
from pipeline.reference.sources.columns import ColumnRequest
from util_jobs.bench.annotation import bare_steps, snpeff, whole_job
from util_jobs.bench.annotation.genome import Genome, make_genome
from util_jobs.bench.annotation.variants import SOURCE_FIELDS, write_source, write_variants, written

SOURCE_RECORDS = 5_000_000
QUICK_SOURCE_RECORDS = 500_000
ROUNDS = 3  # of each, in turn: what else the machine does touches both alike, and the median is told
FEW_VARIANTS = 100_000  # rounds of so few cost little, even where all has to be quick
BUNDLE_ID = "bench"


def measure(
    variants: int, samples: int, seed: int, quick: bool, repair: bool, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Everything in one run. `repair` measures, beside the clean file, one whose header declares nothing."""
    with tempfile.TemporaryDirectory(prefix="gas-bench-") as name:
        folder = Path(name)
        progress("making a genome with gene models …")
        genome = make_genome(folder, seed)
        records = QUICK_SOURCE_RECORDS if quick else SOURCE_RECORDS
        progress(f"making {variants:,} sites and a source of {records:,} records …")
        vcf = written(folder / "sites.vcf", lambda out: write_variants(genome, variants, samples, seed, out))
        text = written(folder / "source.vcf", lambda out: write_source(genome, records, variants, seed, out))
        source = bare_steps.to_bcf(text, folder)
        text.unlink()
        environment = _installed(genome, source, folder, progress)
        bare: list[dict[str, float]] = []
        whole: list[whole_job.Measured] = []
        for turn in range(1, (1 if quick and variants > FEW_VARIANTS else ROUNDS) + 1):
            progress(f"the bare bcftools steps, round {turn} …")
            bare.append(bare_steps.run(vcf, genome, source, list(SOURCE_FIELDS), folder / f"bare{turn}"))
            progress(f"the whole job, round {turn} …")
            whole.append(whole_job.run(vcf, BUNDLE_ID, folder / f"job{turn}", environment))
        steps = {name: median(step[name] for step in bare) for name in bare[0]}
        job = replace(whole[0], seconds=median(one.seconds for one in whole), peak_mb=max(one.peak_mb for one in whole))
        figures = _figures(variants, steps, job) | {"rounds": len(whole)}
        if repair:
            progress("the whole job, on a file whose header declares nothing …")
            undeclared = written(
                folder / "bare.vcf", lambda out: write_variants(genome, variants, samples, seed, out, clean=False)
            )
            again = whole_job.run(undeclared, BUNDLE_ID, folder / "repaired", environment)
            figures["repair_seconds"] = round(again.seconds, 3)
            figures["repair_ratio"] = round(again.seconds / job.seconds, 3)
        if not quick:
            progress("SnpEff …" if snpeff.command() else "SnpEff is not installed.")
        peer = None if quick else snpeff.seconds(vcf, genome, folder / "snpeff")
        figures["snpeff_seconds"] = None if peer is None else round(peer, 2)
        figures["samples"] = samples
        return figures


def _installed(genome: Genome, source: Path, folder: Path, progress: Callable[[str], None]) -> dict[str, str]:
    """Build the bundle as an operator does; gives the environment in which it is found."""
    bundles = folder / "bundles"
    request = BuildRequest(id=BUNDLE_ID, fasta=genome.fasta, gff3=genome.gff3, title="Made up", assembly="made up")
    columns = tuple(ColumnRequest(field) for field in SOURCE_FIELDS)
    described = SourceDescription(title="Made up", licence="none")
    asked = SourceRequest(name="src", file=source, columns=columns, described=described)
    build_bundle(request, bundles, progress, lambda built: add_to_folder(built, asked, progress))
    return os.environ | {"GAS_BUNDLES_DIR": str(bundles)}


def _figures(variants: int, steps: dict[str, float], job: whole_job.Measured) -> dict[str, Any]:
    bare = sum(steps.values())
    return {
        "variants": variants,
        "bare_seconds": round(bare, 3),
        "job_seconds": round(job.seconds, 3),
        "ratio": round(job.seconds / bare, 3),
        "variants_per_second": round(variants / job.seconds),
        "peak_rss_mb": round(job.peak_mb, 1),
        "bare_step_seconds": {name: round(value, 3) for name, value in steps.items()},
        "read": job.read,
        "annotated": job.annotated,
    }
