"""manifest.json: checksums and sizes of the outputs, versions of everything that made them, and the parameters."""

from __future__ import annotations

import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
from pysam.version import __bcftools_version__, __htslib_version__, __version__

from pipeline.annotation import pick_rule
from pipeline.annotation.build.choice import BundleChoice
from pipeline.annotation.engines.base import Engine
from pipeline.annotation.options import AnnotationOptions
from pipeline.files import sha256_of
from pipeline.reference.bundle import Bundle
from pipeline.settings import get_settings

TABLE_VERSION = 1  # layout of the Parquet tables; raised when a column changes its meaning


def file_entry(path: Path) -> dict[str, Any]:
    """Name, size in bytes and checksum."""
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def provenance_of(bundle: Bundle, engine: Engine, options: AnnotationOptions, choice: BundleChoice) -> dict[str, Any]:
    """Versions and checksums of engine, reference and sources, and every parameter that decides the result (C45).

    The VCF header, the manifest and the job page all show this one document.
    """
    return versions_of(bundle, engine) | {"parameters": parameters_of(engine, options, choice)}


def versions_of(bundle: Bundle, engine: Engine) -> dict[str, Any]:
    """Versions and checksums of what makes a result; checksums that the bundle does not state are left out."""
    return {
        "tool": {
            "name": "Genomics Annotation Service",
            "table_version": TABLE_VERSION,
            "pick_rule_version": pick_rule.VERSION,
        },
        "engine": {
            "name": engine.name,
            "version": engine.version(),
            "parameters": engine.parameters(bundle),
            "columns": [column.model_dump() for column in engine.extra_columns],
        },
        "libraries": {
            "python": platform.python_version(),
            "pysam": __version__,
            "htslib": __htslib_version__,
            "bcftools": __bcftools_version__,
            "pyarrow": pa.__version__,
        },
        "bundle": {
            "id": bundle.id,
            "title": bundle.title,
            "assembly": bundle.assembly,
            "version": bundle.version,
            "sequence": _stated(bundle, bundle.fasta.name),
            "gene_model": _stated(bundle, bundle.gff3.name),
            "checksums": bundle.checksums,
            "attribution": list(bundle.attribution),
        },
        "sources": [
            {
                "id": source.id,
                "title": source.title,
                "version": source.version,
                "date": source.date,
                "licence": source.licence,
                "attribution": source.attribution,
                "sha256": bundle.checksums.get(source.file, ""),
                "columns": [column.model_dump() for column in source.columns],
            }
            for source in bundle.sources
        ],
    }


def _stated(bundle: Bundle, file_name: str) -> dict[str, str]:
    return {"file": file_name, "sha256": bundle.checksums.get(file_name, "")}


def parameters_of(engine: Engine, options: AnnotationOptions, choice: BundleChoice) -> dict[str, Any]:
    """What was chosen, by whom, and by which rules."""
    settings = get_settings()
    document = choice.document()
    kept = ("assembly", "title", "verdict", "records_sampled", "evidence")
    return {
        "engine": engine.name,
        "sources": "all" if options.sources is None else list(options.sources),
        "any_build": options.any_build,
        "build": {key: document.get(key) for key in kept},
        "bundle_chosen": "automatically" if choice.automatic else "by the owner",
        "contigs": asdict(choice.policy),
        "normalisation": "each allele left-aligned and parsimonious (bcftools norm); records kept as uploaded",
        "picked_consequence": {"rule_version": pick_rule.VERSION, "rule": pick_rule.WORDS},
        "settings": {
            name: getattr(settings, name)
            for name in ("build_head_bytes", "build_sample_records", "build_check_s", "default_bundle")
        },
    }
