"""The inventory of a vault: asked for once, read slice by slice, whatever else lies in the vault."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from pipeline import aws
from pipeline.archive.stores import vault_inventory
from pipeline.archive.stores.base import Retrieval
from pipeline.archive.stores.vault_inventory import Listed
from pipeline.archive.stores.vault_jobs import current_job
from pipeline.archive.stores.vaults import VaultStore
from tests.pipeline.archive.conftest import START_S, MovedClock
from tests.pipeline.archive.stores.conftest import TARGET, HotFile
from util_jobs.faults.aws_as_it_is import AwsAsItIs

STORE = VaultStore()


def listed(slices: int = 1) -> list[Listed]:
    """The whole of the inventory that is ready; it has to take so many slices."""
    job = vault_inventory.newest("gas")
    assert job is not None and job.state == Retrieval.READY
    rows: list[Listed] = []
    position, seen = 0, 0
    while position < job.size:
        found, position = vault_inventory.read_slice("gas", job, position)
        rows += found
        seen += 1
    assert seen == slices
    return rows


def test_an_inventory_names_every_archive_with_what_it_was_stored_as(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock
) -> None:
    one, two = hot.archive(STORE), hot.archive(STORE, "archive/user/other/2/variants")
    assert vault_inventory.newest("gas") is None
    assert vault_inventory.ask("gas")
    running = vault_inventory.newest("gas")
    assert running is not None and (running.state, running.created_at) == (Retrieval.RUNNING, START_S)
    moved_clock.time += 5 * 3600
    assert [(row.archive_id, row.description, row.created_at) for row in listed()] == [
        (one.archive_id, TARGET, START_S),
        (two.archive_id, "archive/user/other/2/variants", START_S),
    ]
    assert current_job("gas", one.archive_id) is None  # an inventory is no retrieval
    moved_clock.time += 25 * 3600
    assert vault_inventory.newest("gas") is None


def test_slices_end_at_lines_and_miss_no_archive(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_inventory, "SLICE_BYTES", 700)
    stored = [hot.archive(STORE, f"archive/user/job/{version}/vcf").archive_id for version in range(9)]
    vault_inventory.ask("gas")
    moved_clock.time += 5 * 3600
    assert [row.archive_id for row in listed(slices=5)] == stored


@pytest.mark.parametrize("description", ['a "quoted", part', "back\\slash\\", "", 'archive/u/j/1/vcf",2020'])
def test_descriptions_of_others_do_not_confuse_the_reading(
    as_it_is: AwsAsItIs, hot: HotFile, moved_clock: MovedClock, description: str
) -> None:
    hot.archive(STORE, description)
    ours = hot.archive(STORE)
    vault_inventory.ask("gas")
    moved_clock.time += 5 * 3600
    found = {row.archive_id: row.description for row in listed()}
    assert found[ours.archive_id] == TARGET
    assert description in found.values()


def test_a_vault_without_an_inventory_is_asked_again_later(as_it_is: AwsAsItIs) -> None:
    assert not vault_inventory.ask("no-such-vault")
    assert vault_inventory.newest("no-such-vault") is None


def test_other_refusals_are_raised(as_it_is: AwsAsItIs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise ClientError({"Error": {"Code": "LimitExceededException"}}, "InitiateJob")

    monkeypatch.setattr(aws.client("glacier"), "initiate_job", refused)
    with pytest.raises(ClientError):
        vault_inventory.ask("gas")
