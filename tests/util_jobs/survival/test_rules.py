"""The reckoning of a trial sees each way in which something can have gone wrong."""

from __future__ import annotations

import copy
import gzip
import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import aws, storage
from pipeline.accounts.store import Plan
from pipeline.archive.files import MOVING_ROLES
from util_jobs.queues.depths import Depth
from util_jobs.survival import rules, stored_rules
from util_jobs.survival.files import TrialFile
from util_jobs.survival.people import People
from util_jobs.survival.picture import Mails, Objects, Records, Stored
from util_jobs.survival.promises import Promises

FREE, PREMIUM = "f" * 32, "e" * 32
HOT, ARCHIVED, FAILED, DELETED, CANCELLED = ("a" * 32, "b" * 32, "c" * 32, "d" * 32, "1" * 32)
FILE = TrialFile("trial-1.vcf", b"", ids=("file1record7",))
BAD = TrialFile("rubbish.vcf", b"", refusal="not_vcf")
VCF = gzip.compress(b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\nMT\t73\tfile1record7;rs3087742\tA\tG\n", mtime=0)


@dataclass
class World:
    """One of everything, as it should be."""

    folder: Path
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    queues: tuple[Depth, ...] = (Depth("annotate", 0, 0, 0, None, 0),)
    mails: Mails = field(default_factory=Counter)
    people: People = field(default_factory=lambda: People(random.Random(1)))
    promises: Promises = field(default_factory=Promises)

    def put(self, bucket: str, key: str, content: bytes = VCF, storage_class: str = "STANDARD") -> None:
        path = self.folder / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.stored[bucket, key] = Stored(storage_class, path)

    def breaches(self) -> list[str]:
        records = Records(self.jobs, self.users, self.uploads, self.queues)
        found = Objects(self.stored, self.unfinished)
        self.promises.follow(records)
        return [
            *self.promises.complaints,
            *rules.breaches(rules.AT_REST + rules.ALWAYS_IN_THE_END, records, self.people),
            *stored_rules.results_are_where_their_records_say(records, found, self.people, self.promises),
            *stored_rules.nothing_exists_that_no_record_names(records, found),
            *stored_rules.at_most_one_mail_of_an_event(records, self.mails, self.people),
            *stored_rules.everybody_was_told(records, self.mails),
        ]


def add_job(world: World, job_id: str, owner: str, **facts: Any) -> None:
    """A job that a user submitted, with its input, its card and the record of its upload."""
    world.jobs[job_id] = {
        "job_id": job_id,
        "user_id": owner,
        "s3_inputs_bucket": aws.bucket("inputs"),
        "s3_key_input_file": storage.input_key(owner, job_id),
        "s3_results_bucket": aws.bucket("results"),
        "result_storage": "NONE",
        "attempt": 1,
        "announced_at": 1,
        **facts,
    }
    world.uploads[job_id] = {"upload_id": job_id, "user_id": owner, "state": "SUBMITTED"}
    world.people.submitted[job_id] = 1.0
    world.people.files[job_id] = BAD if facts.get("error") else FILE
    world.put(aws.bucket("results"), storage.card_key(owner, job_id), b"{}")
    if not facts.get("deleting"):
        world.put(aws.bucket("inputs"), storage.input_key(owner, job_id), b"input")


def add_result(world: World, job_id: str, owner: str, *, archived: bool) -> None:
    bucket, outputs, away = aws.bucket("results"), {}, {}
    for role in (*MOVING_ROLES, "log"):
        key = storage.result_key(owner, job_id, 1, role)
        outputs[role] = {"key": key, "size": len(VCF), "sha256": hashlib.sha256(VCF).hexdigest()}
        if archived and role in MOVING_ROLES:
            there = storage.archive_key(owner, job_id, 1, role)
            away[role] = {"role": role, "store": "s3", "bucket": bucket, "archive_id": there}
            world.put(bucket, there, storage_class="GLACIER")
        else:
            world.put(bucket, key)
    told = {"completed": {"round": 1, "sent_at": 1}}
    where = {"result_storage": "ARCHIVED", "archived": away} if archived else {"result_storage": "HOT"}
    add_job(world, job_id, owner, job_status="COMPLETED", outputs=outputs, notified=told, **where)
    world.mails["trial-1.vcf is annotated", job_id] = 1


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    plans: dict[str, Plan] = {FREE: "free_user", PREMIUM: "premium_user"}
    for user, plan in plans.items():
        made.users[user] = {"user_id": user, "plan": plan, "email": "somebody@example.org"}
        made.people.users.append(user)
        made.people.plans[user] = (plan, 1.0)
    add_result(made, HOT, PREMIUM, archived=False)
    add_result(made, ARCHIVED, FREE, archived=True)
    told = {"failed": {"round": 1, "sent_at": 1}}
    add_job(made, FAILED, FREE, job_status="FAILED", error={"code": "not_vcf"}, notified=told)
    made.mails["rubbish.vcf could not be annotated", FAILED] = 1
    add_job(made, DELETED, FREE, job_status="PENDING", deleting=1)
    made.people.deleted[DELETED] = 1.0
    add_job(made, CANCELLED, FREE, job_status="CANCELLED")
    made.people.cancelled[CANCELLED] = 1.0
    made.breaches()  # what stands now is promised
    return made


def test_a_world_as_it_should_be_has_no_breach(world: World) -> None:
    assert world.breaches() == []


def vcf_place(archived: bool) -> tuple[str, str]:
    if archived:
        return aws.bucket("results"), storage.archive_key(FREE, ARCHIVED, 1, "vcf")
    return aws.bucket("results"), storage.result_key(PREMIUM, HOT, 1, "vcf")


def lose(world: World, archived: bool) -> None:
    del world.stored[vcf_place(archived)]


def damage(world: World) -> None:
    world.stored[vcf_place(False)].file.write_bytes(b"other bytes")


def lose_on_disk(world: World) -> None:
    world.stored[vcf_place(False)].file.unlink()


def warm_up(world: World) -> None:
    place = vcf_place(True)
    world.stored[place] = replace(world.stored[place], storage_class="STANDARD")


def mix_up_files(world: World) -> None:
    world.people.files[HOT] = TrialFile("trial-2.vcf", b"", ids=("file2record7",))


def new_checksum(world: World) -> None:
    world.jobs[HOT]["outputs"]["log"]["sha256"] = "0" * 64


def claims_hot(world: World) -> None:
    world.jobs[ARCHIVED]["result_storage"] = "HOT"


def forget_an_archived_file(world: World) -> None:
    del world.jobs[ARCHIVED]["archived"]["variants"]


def lost_plan(world: World) -> None:
    world.users[PREMIUM]["plan"] = "free_user"


def half_left(world: World) -> None:
    world.people.left[PREMIUM] = 1.0


def set_in(table: str, key: str, **values: Any) -> Callable[[World], None]:
    return lambda world: getattr(world, table)[key].update(values)


def queue(**numbers: int) -> Callable[[World], None]:
    depth = replace(Depth("notify", 0, 0, 0, None, 0), **numbers)  # type: ignore[arg-type]
    return lambda world: setattr(world, "queues", (depth,))


BREACHES: dict[str, tuple[Callable[[World], object], str]] = {
    "stuck work": (set_in("jobs", CANCELLED, job_status="RUNNING"), "is RUNNING"),
    "stuck move": (set_in("jobs", HOT, result_storage="RESTORING"), "is RESTORING"),
    "not announced": (set_in("jobs", HOT, announced_at=None), "nobody was told that job"),
    "not told that it is back": (set_in("jobs", HOT, restored_at=5), "came back"),
    "not cleared away": (set_in("jobs", HOT, cleanup={"hot": []}), "should be removed"),
    "sweep not done": (set_in("jobs", DELETED, sweep_bucket="active"), "sweep has still to look"),
    "hot although free": (claims_hot, "of a free_user is HOT"),
    "plan change lost": (lost_plan, "confirmed was premium_user"),
    "plan not settled": (set_in("users", FREE, sweep_bucket="plan"), "waits for the sweep"),
    "account half deleted": (half_left, "was deleted and is still there"),
    "upload left": (set_in("uploads", HOT, state="UPLOADED"), "is UPLOADED"),
    "message left": (queue(in_flight=1), "1 messages are left in notify"),
    "message given up": (queue(dead_letters=2), "2 dead letters of notify"),
    "job lost": (lambda world: world.jobs.pop(FAILED), "record of submitted job"),
    "finished job lost": (lambda world: world.jobs.pop(HOT), "record of finished job"),
    "wrong reason": (set_in("jobs", FAILED, error={"code": "internal_error"}), "deserves not_vcf"),
    "worker lost too early": (set_in("jobs", FAILED, error={"code": "worker_lost"}, lost_leases=2), "deserves not_vcf"),
    "deleted is back": (set_in("jobs", DELETED, deleting=None), "is back"),
    "deleted by nobody": (set_in("jobs", FAILED, deleting=1), "is deleted"),
    "cancelled and run": (set_in("jobs", CANCELLED, job_status="FAILED"), "cancelled: True"),
    "finished and undone": (set_in("jobs", HOT, job_status="FAILED"), "finished job"),
    "checksum replaced": (new_checksum, "checksums of finished job"),
    "file lost": (lambda world: lose(world, False), "vcf of HOT job"),
    "archived file lost": (lambda world: lose(world, True), "vcf of ARCHIVED job"),
    "file lost on disk": (lose_on_disk, "is nowhere"),
    "file damaged": (damage, "other bytes"),
    "archive not cold": (warm_up, "is stored as STANDARD"),
    "another file's result": (mix_up_files, "not that of the submitted file"),
    "archive incomplete": (forget_an_archived_file, "in the archive"),
    "hot names an archive": (set_in("jobs", HOT, results_file_archive_id="x"), "still names an archive"),
    "orphan": (lambda world: world.put(aws.bucket("results"), "results/x/y/z"), "no record names: results/x/y/z"),
    "deleted input": (
        lambda world: world.put(aws.bucket("inputs"), storage.input_key(FREE, DELETED)),
        "no record names: uploads/",
    ),
    "half an upload": (lambda world: world.unfinished.append("uploads/x"), "unfinished upload: uploads/x"),
    "mail twice": (lambda world: world.mails.update({("trial-1.vcf is annotated", HOT): 1}), "2 e-mails"),
    "mail of nothing": (lambda world: world.mails.update({("x is back from the archive", HOT): 1}), "1 e-mails"),
    "mail not tried": (set_in("jobs", HOT, notified={}), "nobody tried to tell"),
    "mail noted, not sent": (lambda world: world.mails.clear(), "was noted as sent, and was not"),
}


@pytest.mark.parametrize("name", BREACHES)
def test_each_breach_is_seen(world: World, name: str) -> None:
    change, told = BREACHES[name]
    change(world)
    assert any(told in breach for breach in world.breaches()), world.breaches()


def test_a_claim_without_an_end_is_a_lost_mail(world: World) -> None:
    world.jobs[HOT]["notified"] = {"completed": {"round": 1, "claimed_at": 1}}
    records = Records(world.jobs, world.users, world.uploads, world.queues)
    assert stored_rules.lost_mails(records) == 1
    assert world.breaches() == []


def test_what_was_confirmed_just_before_a_power_cut_is_in_doubt_and_nothing_else(world: World) -> None:
    before = copy.deepcopy(world.jobs)
    world.people.deleted[HOT] = 100.0
    world.people.doubt(99.0)
    assert world.people.doubtful == {HOT}
    records = Records(world.jobs, world.users, world.uploads, world.queues).without(world.people.doubtful)
    assert set(records.jobs) == set(before) - {HOT}
    found = Objects(world.stored, [storage.input_key(PREMIUM, HOT)]).without(world.people.doubtful)
    assert not found.unfinished
    assert not any(HOT in key for _, key in found.stored)
