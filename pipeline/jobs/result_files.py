"""The files of a result: what each is called as an object, and its content type."""

from __future__ import annotations

# By role, as `outputs` of the job's record has it.
RESULT_FILES: dict[str, tuple[str, str]] = {
    "vcf": ("annotated.vcf.gz", "application/gzip"),
    "index": ("annotated.vcf.gz.index", "application/octet-stream"),
    "variants": ("variants.parquet", "application/vnd.apache.parquet"),
    "consequences": ("consequences.parquet", "application/vnd.apache.parquet"),
    "genotypes": ("genotypes.parquet", "application/vnd.apache.parquet"),
    "summary": ("summary.json", "application/json"),
    "log": ("count.log", "text/plain; charset=utf-8"),
    "manifest": ("manifest.json", "application/json"),
}

_TYPES = dict(RESULT_FILES.values())


def content_type_of(key: str) -> str:
    """The content type of a result file by its key; of a file that another system named, plain bytes."""
    return _TYPES.get(key.rpartition("/")[2], "application/octet-stream")
