"""Results to explore: a family of three with calls, and rows whose text is hostile."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import aws, storage
from pipeline.annotation.outputs.tables import GENOTYPES
from pipeline.jobs.model import Job
from tests.builders import write_job
from tests.pipeline.results.finished import Row, finished_job, variant

HOSTILE = "<img src=x onerror=alert(1)>"
FAMILY = ("child", "mother", "father")
# Row number: the calls of child, mother and father that hold the allele.
CALLS = {0: ("0/1", None, None), 1: ("1/1", "0/1", "0/1"), 2: (None, "0/1", None), 3: ("0/1", "0/1", None)}


def family_rows() -> list[Row]:
    """Six variants of two contigs; the gene of one is text that would be markup."""
    told = [
        ("chr1", 10, "BRCA1", "missense_variant", "MODERATE", 10.0),
        ("chr1", 20, "BRCA1", "stop_gained", "HIGH", 20.0),
        ("chr1", 30, "TP53", "synonymous_variant", "LOW", 30.0),
        ("chr2", 40, "TP53", "missense_variant", "MODERATE", 40.0),
        ("chr2", 50, HOSTILE, "missense_variant", "MODERATE", None),
        ("chr2", 60, None, None, None, 60.0),
    ]
    return [
        variant(rid, contig, pos, "A", "G", gene=gene, consequence=consequence, impact=impact, qual=qual, id=gene)
        for rid, (contig, pos, gene, consequence, impact, qual) in enumerate(told)
    ]


def family_job(user_id: str, name: str = "family.vcf") -> Job:
    """A stored job of these rows and calls."""
    job = finished_job(user_id, family_rows(), name=name, summary={"genotypes": [{"sample": s} for s in FAMILY]})
    calls = [
        {"rid": rid, "sample": sample, "gt": gt, "dp": 20 + rid, "gq": 50.0, "ad_ref": 10, "ad_alt": 10}
        for rid, row in CALLS.items()
        for sample, gt in zip(FAMILY, row, strict=True)
        if gt
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "genotypes"
        names = {field.name for field in GENOTYPES}
        rows = [{key: value for key, value in call.items() if key in names} for call in calls]
        pq.write_table(pa.Table.from_pylist(rows, GENOTYPES), path)
        key = storage.result_key(user_id, job.job_id, 1, "genotypes")
        stored = storage.upload(path, aws.bucket("results"), key)
    told = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": "genotypes.parquet"}
    return write_job(replace(job, outputs=job.outputs | {"genotypes": told}))
