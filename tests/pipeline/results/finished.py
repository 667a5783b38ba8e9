"""Makes a finished job: its tables, documents and log lie in the object store as an annotate worker leaves them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import aws, clock, ids, storage
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState

Row = dict[str, Any]
MANIFEST = {"engine": {"name": "csq", "version": "1.24"}, "bundle": {"id": "rcrs", "attribution": ["Andrews et al."]}}


def variant(rid: int, chrom: str, pos: int, ref: str, alt: str, **others: Any) -> Row:
    """A row of variants.parquet; whatever is not named is empty."""
    row: Row = {
        "rid": rid,
        "record": rid,
        "allele": 1,
        "chrom": chrom,
        "pos": pos,
        "ref": ref,
        "alt": alt,
        "id": None,
        "qual": None,
        "gene": None,
        "consequence": None,
        "impact": None,
    }
    return row | others


TEN_VARIANTS = [
    variant(0, "chr2", 10, "A", "G", qual=5.0, gene="B", consequence="missense_variant", impact="MODERATE"),
    variant(1, "chr2", 900, "A", "C", qual=float("nan"), consequence="intergenic_variant", impact="MODIFIER"),
    variant(2, "chr2", 901, "C", "T", qual=float("inf"), consequence="stop_gained", impact="HIGH"),
    variant(3, "chr10", 5, "AT", "A", qual=1.0, consequence="frameshift_variant", impact="HIGH"),
    variant(4, "chr10", 6, "A", "ATTT", qual=7.5),
    variant(5, "chr10", 7, "AC", "GT"),
    variant(6, "chr10", 8, "A", "<DEL>"),
    variant(7, "chr10", 9, "g", "a", qual=2.0, consequence="missense_variant", impact="MODERATE"),
    variant(8, "'; DROP TABLE x; --", 1, "T", "C", id="<script>alert(1)</script>"),
    variant(9, "'; DROP TABLE x; --", 2, "T" * 1000, "T", qual=3.0),
]


def finished_job(
    user_id: str, rows: list[Row] | None = None, log: str = "A summary.\n", name: str = "a.vcf", **documents: Any
) -> Job:
    """A COMPLETED job with these rows of variants.parquet; its record is not stored yet."""
    job_id = ids.new_id()
    documents = {"manifest": MANIFEST} | documents
    files = {"log": log.encode()} | {role: json.dumps(value).encode() for role, value in documents.items()}
    table = pa.Table.from_pylist(TEN_VARIANTS if rows is None else rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        pq.write_table(table, path)
        files["variants"] = path.read_bytes()
        outputs = {}
        for role, content in files.items():
            path.write_bytes(content)
            stored = storage.upload(path, aws.bucket("results"), storage.result_key(user_id, job_id, 1, role))
            outputs[role] = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": f"{name}.{role}"}
    now = clock.now_s()
    return Job(
        job_id=job_id,
        user_id=user_id,
        input_file_name=name,
        s3_inputs_bucket=aws.bucket("inputs"),
        s3_key_input_file=storage.input_key(user_id, job_id),
        submit_time=now - 10,
        complete_time=now - 8,
        job_status=JobStatus.COMPLETED,
        result_storage=StorageState.HOT,
        input_size=2048,
        bundle_id="rcrs",
        s3_results_bucket=aws.bucket("results"),
        attempt=1,
        outputs=outputs,
        counts={
            "read": 10,
            "alleles": len(table),
            "annotated": 7,
            "skipped": {"symbolic_allele": 1, "unknown_contig": 2},
        },
        notes=["2 records lie on a contig that is not there. Ask for `GRCh38`."],
        steps=[{"key": "fetch", "title": "Fetching the file", "started_at": now - 10.0, "ended_at": now - 8.5}],
    )
