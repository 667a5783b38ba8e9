"""Archives that no record names go by the vault's inventory, and no other archive ever does (C34, C35)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from pipeline import aws, clock, storage
from pipeline.archive import moves, steps, vault_orphans
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores import vault_inventory, vault_markers
from pipeline.archive.stores.tree_hash import tree_hash_of
from pipeline.archive.vault_sweep import VaultSweep
from pipeline.jobs import delete
from pipeline.jobs.card import write_card
from pipeline.jobs.model import Job
from pipeline.jobs.states import StorageState
from pipeline.settings import Settings, get_settings
from tests.builders import make_user, now_of, write_job
from tests.conftest import forget_settings
from tests.pipeline.archive.conftest import MovedClock
from tests.pipeline.archive.results_with_files import whole_result
from util_jobs.faults.aws_as_it_is import AwsAsItIs

DAY_S = 86400


@pytest.fixture(autouse=True)
def vault(as_it_is: AwsAsItIs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results go to a vault."""
    monkeypatch.setenv("GAS_ARCHIVE_STORE", "vault")
    forget_settings()


def left_behind(description: str) -> str:
    """An archive whose upload nobody heard the answer of; its id."""
    body = b"a copy that nobody noted"
    answer = aws.client("glacier").upload_archive(
        vaultName="gas", archiveDescription=description, body=body, checksum=tree_hash_of(body)
    )
    return str(answer["archiveId"])


def target_of(job: Job, version: int | None = None, role: str = "vcf") -> str:
    return storage.archive_key(job.user_id, job.job_id, job.storage_version if version is None else version, role)


def archived(user_id: str) -> Job:
    job = whole_result(user_id)
    assert steps.archive_result(job.job_id) == "archived"
    return now_of(job)


def days_of_sweeping(moved_clock: MovedClock, sweep: VaultSweep | None = None, days: float = 3) -> Counter[str]:
    """Rounds of the sweep every quarter of an hour; what they did."""
    sweep, done = sweep or VaultSweep(), Counter[str]()
    for _ in range(int(days * 96)):
        moved_clock.time += 900
        done[sweep.step()] += 1
    del done["nothing"]
    return done


def test_an_archive_in_doubt_is_found_and_removed_and_nothing_else_C34(
    as_it_is: AwsAsItIs, moved_clock: MovedClock
) -> None:
    user = make_user()
    kept, hot, gone = archived(user.user_id), whole_result(user.user_id), archived(user.user_id)
    noted = {file["archive_id"] for file in kept.archived.values()}
    doubts = [left_behind(target_of(kept)), left_behind(target_of(hot, 1)), left_behind(target_of(gone))]
    delete.delete(gone)
    assert set(as_it_is.vaults.archives) == noted | set(doubts)
    days_of_sweeping(moved_clock)
    assert set(as_it_is.vaults.archives) == noted
    assert as_it_is.paid == []


def test_what_no_record_of_ours_tells_of_stays(as_it_is: AwsAsItIs, moved_clock: MovedClock) -> None:
    """Archives of other systems in the same vault, of lost records, and of another stack."""
    user = make_user()
    strange = archived(user.user_id)
    aws.client("s3").put_object(
        Bucket=aws.bucket("results"), Key=storage.card_key(strange.user_id, strange.job_id), Body=b"{rubbish"
    )
    foreign = replace(strange, user_id=make_user("eve@example.org").user_id)
    kept = [
        left_behind(""),
        left_behind("free_1.annot.vcf"),
        left_behind('archive "quoted", old'),
        left_behind(storage.archive_key(user.user_id, "no-such-job", 1, "vcf")),
        left_behind(target_of(foreign)),
        left_behind(target_of(strange)),
    ]
    days_of_sweeping(moved_clock)
    assert set(kept) <= set(as_it_is.vaults.archives)


def test_what_is_young_or_being_moved_just_now_stays_until_it_is_told(
    as_it_is: AwsAsItIs, moved_clock: MovedClock
) -> None:
    moving = moves.begin_archiving(whole_result(make_user().user_id))
    doubt = left_behind(target_of(moving))
    days_of_sweeping(moved_clock)
    assert list(as_it_is.vaults.archives) == [doubt]
    moves.give_up_archiving(moving, None)
    young = left_behind(target_of(moving))
    days_of_sweeping(moved_clock, days=0.4)  # the next inventory is there; the archive is some hours old
    assert young in as_it_is.vaults.archives
    days_of_sweeping(moved_clock)
    assert as_it_is.vaults.archives == {}


def test_a_table_from_an_earlier_moment_costs_no_archive_that_a_card_names_C23(
    as_it_is: AwsAsItIs, moved_clock: MovedClock
) -> None:
    """After a restore of the table the record says HOT again; the only copies are in the vault."""
    job = archived(make_user().user_id)
    write_job(replace(job, result_storage=StorageState.HOT, storage_version=0, archived={}, cleanup=None))
    days_of_sweeping(moved_clock)
    assert set(as_it_is.vaults.archives) == {file["archive_id"] for file in job.archived.values()}


def test_what_is_named_as_obsolete_is_left_to_its_clean_up(as_it_is: AwsAsItIs, moved_clock: MovedClock) -> None:
    job = archived(make_user().user_id)
    obsolete = list(job.archived.values())
    hot = write_job(
        replace(job, result_storage=StorageState.HOT, archived={}, results_file_archive_id=None,
                cleanup={"archive": obsolete}, storage_version=2)
    )  # fmt: skip
    write_card(hot)
    days_of_sweeping(moved_clock)
    assert len(as_it_is.vaults.archives) == len(obsolete)


def test_the_note_of_an_archive_goes_with_it(as_it_is: AwsAsItIs, moved_clock: MovedClock) -> None:
    job = archived(make_user().user_id)
    again = left_behind(target_of(job))
    vault_markers.note(target_of(job), ArchivedFile("vcf", "vault", "gas", again, 1, ""))
    prefix = storage.archive_prefix(job.user_id, job.job_id)
    assert len(vault_markers.noted_under(prefix)) == len(job.archived) + 1
    days_of_sweeping(moved_clock)
    assert again not in as_it_is.vaults.archives
    assert {name for _, name in vault_markers.noted_under(prefix).values()} == set(as_it_is.vaults.archives)


def test_glacier_is_asked_for_one_inventory_a_day_and_each_is_read_once(
    as_it_is: AwsAsItIs, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    archived(make_user().user_id)
    monkeypatch.setattr(vault_inventory, "SLICE_BYTES", 700)
    done = days_of_sweeping(moved_clock, days=10)
    assert done["vault_inventory_asked"] == 10
    assert done["vault_inventory_read"] == 10 * 3


def test_a_sweep_that_starts_anew_reads_from_the_start_and_asks_for_no_second_inventory(
    as_it_is: AwsAsItIs, moved_clock: MovedClock
) -> None:
    job = archived(make_user().user_id)
    left_behind(target_of(job))
    done = Counter[str]()
    for _ in range(60):  # 15 hours, a new process each time
        moved_clock.time += 900
        done[VaultSweep().step()] += 1
    assert done["vault_inventory_asked"] == 1


def test_a_list_that_expires_under_the_hand_is_asked_for_again(
    as_it_is: AwsAsItIs, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = archived(make_user().user_id)
    doubt = left_behind(target_of(job))
    moved_clock.time += 2 * DAY_S
    sweep = VaultSweep()
    with monkeypatch.context() as broken:
        broken.setattr(vault_inventory, "read_slice", _expired)
        for _ in range(30):
            moved_clock.time += 900
            try:
                sweep.step()
            except ClientError:
                break
        else:
            pytest.fail("no list was read")
    moved_clock.time += 25 * 3600
    assert doubt in as_it_is.vaults.archives
    days_of_sweeping(moved_clock, sweep)
    assert doubt not in as_it_is.vaults.archives


def _expired(*_: object) -> None:
    raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetJobOutput")


def test_glacier_is_not_asked_where_no_vault_is_in_use(
    as_it_is: AwsAsItIs, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch, moto_aws: Settings
) -> None:
    monkeypatch.setenv("GAS_ARCHIVE_STORE", "s3")
    forget_settings()
    monkeypatch.setattr(vault_inventory, "newest", lambda _vault: pytest.fail("Glacier was asked"))
    assert days_of_sweeping(moved_clock, days=1) == {}
    monkeypatch.setenv("GAS_ARCHIVE_STORE", "vault")
    monkeypatch.setenv("GAS_VAULT_INVENTORY_S", "0")
    forget_settings()
    assert get_settings().vault_inventory_s == 0
    assert days_of_sweeping(moved_clock, days=1) == {}


def test_an_archive_that_somebody_else_removed_meanwhile_is_fine(as_it_is: AwsAsItIs, moved_clock: MovedClock) -> None:
    job = whole_result(make_user().user_id)
    doubt = left_behind(target_of(job, 7))
    listed = vault_inventory.Listed(doubt, target_of(job, 7), clock.now() - 2 * DAY_S)
    assert vault_orphans.remove_unnamed("gas", [listed, listed]) == 2
    assert as_it_is.vaults.archives == {}
