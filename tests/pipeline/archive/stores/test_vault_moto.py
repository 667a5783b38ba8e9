"""The vault store against moto's own Glacier, and its calls for an upload in parts against AWS's service model."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
from moto.backends import get_backend

from pipeline import aws
from pipeline.archive.stores import vault_upload
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.archive.stores.vaults import VaultStore
from pipeline.errors import RetryableError
from pipeline.settings import MEBIBYTE, Settings
from tests.conftest import forget_settings
from tests.pipeline.archive.stores.conftest import TARGET, HotFile, read

STORE = VaultStore()


def test_the_circle_against_moto(moto_aws: Settings, hot: HotFile) -> None:
    vault = moto_aws.resolved_vault_name()
    aws.client("glacier").create_vault(vaultName=vault)
    file = hot.archive(STORE)
    assert STORE.request(file, "Expedited") == "Expedited"
    assert STORE.request(file, "Expedited") == "Expedited"
    assert STORE.retrieval(file) == Retrieval.RUNNING
    backend: Any = get_backend("glacier")[moto_aws.aws_account_id][moto_aws.aws_region]
    (job,) = backend.vaults[vault].jobs.values()  # one, although it was asked for twice
    job.et -= timedelta(seconds=5)  # moto's jobs take two seconds; no need to wait for them
    assert STORE.retrieval(file) == Retrieval.READY
    STORE.bring_back(file, hot.bucket, "back")
    STORE.remove(file)
    assert read(hot.bucket, "back") == hot.content
    assert backend.vaults[vault].archives == {}


@pytest.fixture
def large(moto_aws: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HotFile:
    """A file of three parts."""
    monkeypatch.setenv("GAS_VAULT_PART_BYTES", str(MEBIBYTE))
    forget_settings()
    monkeypatch.setattr(vault_upload, "WHOLE_BYTES", MEBIBYTE)
    return HotFile(random.Random(1).randbytes(2 * MEBIBYTE + 5)).store(tmp_path)


def expect_parts(stub: Stubber, content: bytes) -> None:
    """The calls, in order, up to the completion, each with its range and its tree hash."""
    where = {"vaultName": "gas"}
    begun = where | {"archiveDescription": TARGET, "partSize": str(MEBIBYTE)}
    stub.add_response("initiate_multipart_upload", {"uploadId": "u1"}, begun)
    for start in range(0, len(content), MEBIBYTE):
        piece = content[start : start + MEBIBYTE]
        stated = {"range": f"bytes {start}-{start + len(piece) - 1}/*", "checksum": tree_hash_of(piece)}
        sent = where | stated | {"uploadId": "u1", "body": piece}
        stub.add_response("upload_multipart_part", {"checksum": stated["checksum"]}, sent)


def completion(content: bytes) -> dict[str, str]:
    stated = {"archiveSize": str(len(content)), "checksum": tree_hash_of(content)}
    return {"vaultName": "gas", "uploadId": "u1"} | stated


def test_an_upload_in_parts_speaks_as_glacier_expects_C33(large: HotFile) -> None:
    with Stubber(aws.client("glacier")) as stub:
        expect_parts(stub, large.content)
        stored = {"archiveId": "a1", "checksum": tree_hash_of(large.content)}
        stub.add_response("complete_multipart_upload", stored, completion(large.content))
        file = large.archive(STORE)
        stub.assert_no_pending_responses()
    assert (file.archive_id, file.size, file.sha256) == ("a1", len(large.content), large.sha256)


def test_a_part_that_is_refused_aborts_the_upload_C33(large: HotFile) -> None:
    with Stubber(aws.client("glacier")) as stub:
        expect_parts(stub, large.content)
        stub.add_client_error("complete_multipart_upload", "InvalidParameterValueException")
        aborted = {"vaultName": "gas", "uploadId": "u1"}
        stub.add_response("abort_multipart_upload", {}, aborted)
        with pytest.raises(aws.client("glacier").exceptions.InvalidParameterValueException):
            large.archive(STORE)
        stub.assert_no_pending_responses()


def test_an_archive_whose_stored_hash_differs_is_deleted_and_refused_C23(large: HotFile) -> None:
    with Stubber(aws.client("glacier")) as stub:
        expect_parts(stub, large.content)
        stored = {"archiveId": "a1", "checksum": "0" * 64}
        stub.add_response("complete_multipart_upload", stored, completion(large.content))
        stub.add_response("delete_archive", {}, {"vaultName": "gas", "archiveId": "a1"})
        with pytest.raises(RetryableError) as refused:
            large.archive(STORE)
        stub.assert_no_pending_responses()
    assert refused.value.code == "checksum_mismatch"
