"""A finished job whose tables lie in the object store, as an annotate worker leaves them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import aws, ids, storage
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus, StorageState
from pipeline.settings import Settings

JobMaker = Callable[..., Job]


def variant(rid: int, chrom: str, pos: int, ref: str, alt: str, **others: Any) -> dict[str, Any]:
    """A row of variants.parquet; whatever is not named is empty."""
    row: dict[str, Any] = {
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


@pytest.fixture
def make_job(moto_aws: Settings, tmp_path: Path) -> JobMaker:
    """Stores tables (rows), documents (dicts) and a log (text) of a new job and returns its record."""

    def make(rows: list[dict[str, Any]] | None = None, log: str = "", **documents: dict[str, Any]) -> Job:
        job_id = ids.new_id()
        files: dict[str, bytes] = {"log": log.encode()} | {k: json.dumps(v).encode() for k, v in documents.items()}
        path = tmp_path / f"{job_id}.parquet"
        pq.write_table(pa.Table.from_pylist(TEN_VARIANTS if rows is None else rows), path)
        files["variants"] = path.read_bytes()
        outputs = {}
        for role, content in files.items():
            path.write_bytes(content)
            stored = storage.upload(path, aws.bucket("results"), storage.result_key("owner", job_id, 1, role))
            outputs[role] = {"key": stored.key, "size": stored.size, "sha256": stored.sha256, "name": role}
        return Job(
            job_id=job_id,
            user_id="owner",
            input_file_name="a.vcf",
            s3_inputs_bucket="in",
            s3_key_input_file="k",
            submit_time=0,
            job_status=JobStatus.COMPLETED,
            result_storage=StorageState.HOT,
            s3_results_bucket=aws.bucket("results"),
            outputs=outputs,
        )

    return make
