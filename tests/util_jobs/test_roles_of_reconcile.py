"""The role of the person who types `reconcile`, and the sweep's look at a vault, allow what they ask of AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from pipeline import aws, clock, dynamo, storage
from pipeline.accounts.store import User
from pipeline.archive import settlement, steps
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.archive.vault_sweep import VaultSweep
from pipeline.jobs import delete, rebuild
from pipeline.jobs.card import write_card
from pipeline.jobs.model import Job
from pipeline.settings import Settings, get_settings
from tests.builders import make_job, make_user
from tests.conftest import forget_settings
from tests.iam import Need, recorded_needs, refused
from tests.pipeline.archive.results_with_files import whole_result
from util_jobs import template
from util_jobs.faults.aws_as_it_is import AwsAsItIs

DAY_S = 86400


@pytest.fixture
def in_vault(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsAsItIs]:
    """Results go to a vault that behaves as AWS's do."""
    monkeypatch.setenv("GAS_ARCHIVE_STORE", "vault")
    forget_settings()
    archives = AwsAsItIs()
    archives.attach(aws.client("s3"), aws.client("glacier"))
    aws.client("glacier").create_vault(vaultName=get_settings().resolved_vault_name())
    yield archives
    archives.detach()


def needs_of(archives: AwsAsItIs, work: Callable[[], None]) -> set[Need]:
    """What the work asks of AWS; the archives answer the clients that are made for it."""
    archives.detach()
    with recorded_needs() as needs:
        archives.attach(aws.client("s3"), aws.client("glacier"))
        work()
        archives.detach()
    return needs


def a_lost_table(user: User) -> list[Job]:
    """Jobs of several states with their cards; their records are gone."""
    jobs = [whole_result(user.user_id), whole_result(user.user_id), make_job(user), whole_result(user.user_id)]
    for job in jobs:
        write_card(job)
    assert steps.archive_result(jobs[1].job_id) == "archived"
    delete.delete(jobs[3])
    for record in list(dynamo.scan_all("jobs")):
        key = dynamo.to_item({"job_id": record["job_id"]})
        aws.client("dynamodb").delete_item(TableName=aws.table_name("jobs"), Key=key)
    return jobs


@pytest.mark.parametrize("kind", ["s3", "vault"])
def test_the_person_who_reconciles_may_do_it_all(
    moto_aws: Settings, in_vault: AwsAsItIs, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("GAS_ARCHIVE_STORE", kind)
    forget_settings()
    user = make_user(plan="free_user")
    a_lost_table(user)
    orphan = storage.result_key(user.user_id, "no-such-job", 1, "vcf")
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key=orphan, Body=b"x")
    later = clock.now() + 2 * DAY_S
    monkeypatch.setattr(clock, "now", lambda: later)

    def work() -> None:
        report = rebuild.reconcile(remove_orphans=True, replace_older=True)
        assert (report.rebuilt, report.deleted, report.orphans_removed) == (3, 1, 1)
        settlement.settle_old_results()

    needs = needs_of(in_vault, work)
    assert {action for action, _ in needs} >= {"dynamodb:Scan", "dynamodb:PutItem", "s3:ListBucket", "s3:DeleteObject"}
    assert refused("reconcile", needs) == set()


def test_the_person_who_reconciles_may_take_over_original_jobs(
    moto_aws: Settings, in_vault: AwsAsItIs, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(plan="premium_user")
    body = b"an old result"
    stored = aws.client("glacier").upload_archive(vaultName="gas", body=body, checksum=tree_hash_of(body))
    original = {
        "job_id": "0d4c1f9a0b2e7d4f60a1b2c3d4e5f607", "user_id": user.user_id, "input_file_name": "free_1.vcf",
        "s3_inputs_bucket": aws.bucket("inputs"), "s3_key_input_file": "old/input", "submit_time": 1_600_000_000,
        "job_status": "COMPLETED", "s3_results_bucket": aws.bucket("results"), "s3_key_result_file": "old/result",
        "s3_key_log_file": "old/log", "results_file_archive_id": stored["archiveId"],
    }  # fmt: skip
    aws.client("s3").put_object(Bucket=aws.bucket("results"), Key="old/log", Body=b"log")
    dynamo.put_new("jobs", original, "job_id")

    def work() -> None:
        assert rebuild.reconcile().adopted == 1

    needs = needs_of(in_vault, work)
    assert "glacier:InitiateJob" in {action for action, _ in needs}
    assert refused("reconcile", needs) == set()


def test_the_sweep_may_read_the_inventory_and_remove_what_no_record_names_C34(
    in_vault: AwsAsItIs, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = whole_result(make_user().user_id)
    write_card(job)
    body, target = b"in doubt", storage.archive_key(job.user_id, job.job_id, 1, "vcf")
    aws.client("glacier").upload_archive(
        vaultName="gas", archiveDescription=target, body=body, checksum=tree_hash_of(body)
    )
    moment = [clock.now() + 2 * DAY_S]
    monkeypatch.setattr(clock, "now", lambda: moment[0])

    def work() -> None:
        sweep = VaultSweep()
        assert sweep.step() == "vault_inventory_asked"
        moment[0] += 5 * 3600
        assert sweep.step() == "vault_inventory_read"

    needs = needs_of(in_vault, work)
    assert in_vault.vaults.archives == {}
    assert {"glacier:InitiateJob", "glacier:GetJobOutput", "glacier:DeleteArchive"} <= {action for action, _ in needs}
    assert refused("sweep", needs) == set()


def test_nobody_takes_on_the_role_without_a_second_factor(moto_aws: Settings) -> None:
    role = next(r for r in template.resolve() if r.logical_id == "ReconcileRole")
    (statement,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
    assert json.dumps(statement["Condition"]) == '{"Bool": {"aws:MultiFactorAuthPresent": "true"}}'
