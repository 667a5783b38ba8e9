"""Notes on variants: conditional on what their writer saw, bounded, gone with the job."""

from __future__ import annotations

import pytest
from moto.dynamodb.models import table as moto_tables

from pipeline import dynamo
from pipeline.accounts import delete as account_deletion
from pipeline.accounts import removal
from pipeline.accounts import store as accounts
from pipeline.errors import InputError, LimitError, NotFoundError
from pipeline.jobs import delete, store
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from pipeline.notes.model import variant_key
from pipeline.settings import Settings
from tests.conftest import forget_settings
from tests.pipeline.results.finished import finished_job

KEY = "chr2:10:A:G"
HOSTILE = "<script>alert(1)</script>\n=cmd|' /C calc'!A0 ' OR 1=1 -- ünïcødé"


@pytest.fixture
def job(moto_aws: Settings) -> Job:
    """A finished job whose record stands."""
    made = finished_job("owner")
    dynamo.put_new(store.TABLE, vars(made), "job_id")
    return made


def written(job: Job, variant: str = KEY, tag: str = "to_confirm", text: str = "", rids: tuple[int, ...] = (0,)) -> str:
    """A new note's version."""
    note = notes.write(job, variant, rids, tag, text, "owner", None)
    assert note is not None
    return note.version


def test_a_note_is_read_as_it_was_written_whatever_letters_it_holds_C09(job: Job) -> None:
    written(job, tag="artefact", text=f"  {HOSTILE} \ud800 ")
    note = notes.get(job.job_id, KEY)
    assert note is not None
    assert (note.text, note.tag, note.by, note.rids) == (f"{HOSTILE} ?", "artefact", "owner", [0])


def test_of_two_windows_the_later_one_is_told_and_overwrites_nothing(job: Job) -> None:
    seen = written(job, text="first")
    notes.write(job, KEY, [0], "artefact", "window one", "owner", seen)
    with pytest.raises(notes.NoteChangedError) as told:
        notes.write(job, KEY, [0], "likely_causal", "window two", "owner", seen)
    assert told.value.current is not None and told.value.current.text == "window one"
    assert notes.get(job.job_id, KEY) == told.value.current


def test_a_first_note_does_not_overwrite_one_that_came_meanwhile(job: Job) -> None:
    written(job, text="window one")
    for tag, text in (("artefact", "window two"), ("none", "")):
        with pytest.raises(notes.NoteChangedError):
            notes.write(job, KEY, [0], tag, text, "owner", None)
    assert [note.text for note in notes.of_job(job.job_id)] == ["window one"]


def test_removing_and_writing_anew_in_another_window_is_a_change_too(job: Job) -> None:
    seen = written(job, text="same")
    notes.write(job, KEY, [0], "none", "", "owner", seen)
    with pytest.raises(notes.NoteChangedError) as gone:
        notes.write(job, KEY, [0], "none", "mine", "owner", seen)
    assert gone.value.current is None
    written(job, text="same")
    with pytest.raises(notes.NoteChangedError):
        notes.write(job, KEY, [0], "none", "mine", "owner", seen)


def test_rows_by_tag_are_complete_over_many_pages_C36(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto_tables, "RESULT_SIZE_LIMIT", 10_000)  # bytes of a page, which DynamoDB ends at 1 MB
    tags = ("likely_causal", "artefact", "none")
    for rid in range(60):
        written(job, f"chr2:{rid}:A:G", tags[rid % 3], "x" * 1_000, (rid,))
    written(job, "chr2:twice:A:G", "artefact", "", (900, 700))
    rows = notes.tagged_rows(job.job_id)
    assert {tag: len(rids) for tag, rids in rows.items()} == {"likely_causal": 20, "artefact": 22, "none": 20}
    assert rows["artefact"][-2:] == [700, 900] and rows["none"][0] == 2
    assert len(notes.by_row(job.job_id)) == 62


def test_a_job_holds_so_many_notes_and_one_more_when_one_is_removed_C44(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAS_MAX_NOTES_PER_JOB", "2")
    forget_settings()
    first = written(job, "a:1:A:C")
    written(job, "a:2:A:C")
    with pytest.raises(LimitError, match="max_notes_per_job"):
        written(job, "a:3:A:C")
    notes.write(job, "a:1:A:C", [0], "artefact", "changed, not new", "owner", first)
    changed = notes.get(job.job_id, "a:1:A:C")
    assert changed is not None
    notes.write(job, "a:1:A:C", [0], "none", "", "owner", changed.version)
    written(job, "a:3:A:C")
    assert [note.variant for note in notes.of_job(job.job_id)] == ["a:2:A:C", "a:3:A:C"]


def test_what_is_no_note_is_refused(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    for tag, text in (("benign", ""), (None, "x"), ("none", None), ("none", {"a": 1})):
        with pytest.raises(InputError):
            notes.write(job, KEY, [0], tag, text, "owner", None)
    with pytest.raises(LimitError, match="2,001"):
        written(job, text="y" * 2_001)
    assert notes.of_job(job.job_id) == []


def test_alleles_of_any_length_have_a_key_of_their_own() -> None:
    assert variant_key("chr2", 10, "A", "G") == KEY
    long, other = variant_key("1", 5, "A" * 100_000, "A"), variant_key("1", 5, "A" * 100_001, "A")
    assert long != other and len(long) < 100


def test_notes_go_with_the_job_and_none_is_written_after_its_tombstone_C34(job: Job) -> None:
    kept = finished_job("owner")
    dynamo.put_new(store.TABLE, vars(kept), "job_id")
    seen = written(job)
    for rid in range(60):
        written(job, f"chr1:{rid}:A:G", rids=(rid,))
    written(kept)
    delete.delete(job)
    assert notes.of_job(job.job_id) == [] and len(notes.of_job(kept.job_id)) == 1
    for version in (None, seen):
        with pytest.raises(NotFoundError):
            notes.write(job, KEY, [0], "artefact", "late", "owner", version)
    assert dynamo.get(notes.TABLE, {"job_id": job.job_id, "variant": notes.HEAD}) is None


def test_a_deletion_that_was_cut_off_is_finished_by_the_last_look_C34(job: Job) -> None:
    written(job)
    delete.bury(store.mark_deleting(job))
    assert notes.of_job(job.job_id) == []


def test_nobody_writes_notes_on_a_job_of_somebody_else_C03(job: Job) -> None:
    posing = Job(**{**vars(job), "user_id": "eve"})
    with pytest.raises(NotFoundError):
        notes.write(posing, KEY, [0], "artefact", "mine", "eve", None)


def test_notes_go_with_the_account_also_those_of_a_job_that_cannot_be_read_C34(moto_aws: Settings) -> None:
    user = accounts.create_local_account("ada@example.org", "correct horse battery", "Ada")
    jobs = [finished_job(user.user_id) for _ in range(2)]
    for job in jobs:
        dynamo.put_new(store.TABLE, vars(job), "job_id")
        notes.write(job, KEY, [0], "artefact", "", user.user_id, None)
    dynamo.Update(store.TABLE, {"job_id": jobs[1].job_id}).set(job_status="FROM_THE_FUTURE").write()
    account_deletion.delete_account(user)
    removal.remove_account(user.user_id)
    assert [notes.of_job(job.job_id) for job in jobs] == [[], []]
