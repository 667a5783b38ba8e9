"""Objects are confirmed after they are stored, and keys carry ids only."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline import aws, storage
from pipeline.errors import RetryableError
from pipeline.settings import Settings

BUCKET_KEY = "results/u/j/1/variants.parquet"


def test_small_file_is_stored_and_confirmed_C18(moto_aws: Settings, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"variants")
    stored = storage.upload(path, aws.bucket("results"), BUCKET_KEY)
    assert stored.sha256 == hashlib.sha256(b"variants").hexdigest()
    assert storage.size_of(aws.bucket("results"), BUCKET_KEY) == 8


def test_large_file_goes_up_in_parts_and_is_confirmed_C18(
    moto_aws: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PART_BYTES", 5 * 1024 * 1024)
    content = bytes(range(256)) * 50_000  # 12.8 MB: three parts
    path = tmp_path / "f"
    path.write_bytes(content)
    stored = storage.upload(path, aws.bucket("results"), BUCKET_KEY)
    assert stored.size == len(content)
    back = tmp_path / "back"
    storage.download(aws.bucket("results"), BUCKET_KEY, back, sha256=stored.sha256)
    assert back.read_bytes() == content


def test_object_that_differs_from_what_was_sent_is_refused_C18(
    moto_aws: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"variants")
    real = aws.client("s3").head_object
    monkeypatch.setattr(aws.client("s3"), "head_object", lambda **kw: real(**kw) | {"ContentLength": 7})
    with pytest.raises(RetryableError):
        storage.upload(path, aws.bucket("results"), BUCKET_KEY)


def test_download_with_wrong_checksum_leaves_no_file(moto_aws: Settings, tmp_path: Path) -> None:
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=BUCKET_KEY, Body=b"damaged")
    with pytest.raises(RetryableError):
        storage.download(aws.bucket("results"), BUCKET_KEY, tmp_path / "x", sha256=hashlib.sha256(b"ok").hexdigest())
    assert not (tmp_path / "x").exists()


def test_hostile_file_name_is_quoted_in_the_download_address_C09(moto_aws: Settings) -> None:
    url = storage.presigned_download(aws.bucket("results"), BUCKET_KEY, 'a"; filename="evil.exe\r\nX: é.vcf')
    (disposition,) = parse_qs(urlsplit(url).query)["response-content-disposition"]
    quoted = disposition.split('filename="')[1].split('"')[0]
    assert "\r" not in disposition and "\n" not in disposition
    assert quoted == "a__ filename__evil.exe__X_ _.vcf"
    assert disposition.endswith("filename*=UTF-8''a%22%3B%20filename%3D%22evil.exe%0D%0AX%3A%20%C3%A9.vcf")


def test_everything_under_a_prefix_goes_but_what_is_kept(moto_aws: Settings) -> None:
    for key in ("results/u/j/1/a", "results/u/j/2/a", "results/u/k/1/a"):
        aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=key, Body=b"x")
    assert storage.delete_under(aws.bucket("results"), "results/u/j/", keep="results/u/j/2/") == 1
    assert sorted(storage.keys_under(aws.bucket("results"), "results/")) == ["results/u/j/2/a", "results/u/k/1/a"]


def test_every_page_of_a_listing_is_read_C25(moto_aws: Settings) -> None:
    bucket, keys = aws.bucket("results"), [f"results/u/j/1/{name}" for name in "abcde"]
    for key in keys:
        aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")

    def two_a_page(params: dict[str, object], **_: object) -> None:
        params["MaxKeys"] = 2

    events, event = aws.client("s3").meta.events, "provide-client-params.s3.ListObjectsV2"
    events.register(event, two_a_page)
    try:
        assert list(storage.keys_under(bucket, "results/u/")) == keys
        assert storage.delete_under(bucket, "results/u/") == len(keys)
    finally:
        events.unregister(event, two_a_page)
    assert list(storage.keys_under(bucket, "results/")) == []


def test_keys_hold_ids_only_C10() -> None:
    assert storage.input_key("u", "j") == "uploads/u/j/input"
    assert storage.result_key("u", "j", 2, "variants.parquet") == "results/u/j/2/variants.parquet"
