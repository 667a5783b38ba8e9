"""Deleting a job: a tombstone first, then every object. The tombstone stays, so that nothing brings the job back."""

from __future__ import annotations

from pipeline import aws, clock, dynamo, storage
from pipeline.archive.cleaning import remove_archived
from pipeline.exports import removal as exports
from pipeline.jobs import store
from pipeline.jobs.card import write_card
from pipeline.jobs.model import Job
from pipeline.notes import store as notes
from pipeline.settings import get_settings


def delete(job: Job) -> None:
    """Remove a job for its owner and every object of it; a running worker notices and removes what it stores."""
    write_card(job, deleting=clock.now_s())
    doomed = store.mark_deleting(job)
    write_card(doomed)  # the result may have moved since `job` was read
    remove_objects(doomed)
    look_again(doomed)


def look_again(job: Job) -> None:
    """Let the sweep look once more when no worker can still be writing (its lease has passed)."""
    later = clock.now_s() + 2 * get_settings().lease_s
    dynamo.Update(store.TABLE, {"job_id": job.job_id}).set(sweep_bucket=store.SWEEP_BUCKET, sweep_at=later).when_exists(
        "deleting"
    ).write()


def remove_objects(job: Job) -> int:
    """Delete the input, everything that any attempt stored, and the notes; returns how many were there."""
    count = storage.delete_under(job.s3_inputs_bucket, job.s3_key_input_file)
    remove_archived(job)
    exports.remove_of_job(job.user_id, job.job_id)
    notes.remove_all(job.job_id)
    results = job.s3_results_bucket or aws.bucket("results")
    storage.delete_keys(results, [output["key"] for output in job.outputs.values()])
    card = storage.card_key(job.user_id, job.job_id)  # it is a tombstone now, and stays
    prefix = storage.results_prefix(job.user_id, job.job_id)
    return count + storage.abort_uploads(results, prefix) + storage.delete_under(results, prefix, keep=card)


def bury(job: Job) -> None:
    """The last look at a deleted job: nothing is left but its tombstone, which holds no name and no file."""
    write_card(job)
    remove_objects(job)
    update = dynamo.Update(store.TABLE, {"job_id": job.job_id}).set(input_file_name="(deleted)")
    update.remove("sweep_bucket", "sweep_at", "outputs", "counts", "notes", "steps", "error", "progress")
    update.remove("detected_build", "reruns", "pinned", "archived", "cleanup", "thawed", "notified", "restore_message")
    update.remove("results_file_archive_id", "archive_after", "restored_at", "asking_until")
    update.when_exists("deleting").write()
