"""Removes what a change of state made obsolete: the hot copies of what is archived, the archived copies of what is hot,
the files of attempts that lost."""

from __future__ import annotations

from pipeline import aws, clock, storage
from pipeline.archive import moves
from pipeline.archive.files import ArchivedFile
from pipeline.archive.stores import remove_under, store_named
from pipeline.archive.stores.vaults import VaultStore
from pipeline.jobs.attempts import remove_attempts
from pipeline.jobs.model import Job


def clean(job: Job) -> Job:
    """Remove everything that `cleanup` names, and note it. What a slower worker may still be storing is looked for
    again when it cannot be working any more (`not_before`)."""
    if not job.cleanup:
        return job
    bucket = job.s3_results_bucket or aws.bucket("results")
    storage.delete_keys(bucket, job.cleanup.get("hot", []))
    for values in job.cleanup.get("archive", []):
        file = ArchivedFile.from_dict(values)
        store_named(file.store).remove(file)
    for prefix in job.cleanup.get("prefixes", []):
        remove_under(prefix)
    if job.cleanup.get("attempts"):
        remove_attempts(job, job.cleanup["attempts"])
    if job.cleanup.get("others"):
        VaultStore().remove_under(job.cleanup["others"], keep={file.archive_id for file in archived_copies(job)})
    if clock.now() < job.cleanup.get("not_before", 0):
        return job
    return moves.cleaned(job)


def archived_copies(job: Job) -> list[ArchivedFile]:
    """Every archived copy that the job names: those that it relies on, and before them those that are obsolete."""
    return [ArchivedFile.from_dict(v) for v in [*(job.cleanup or {}).get("archive", []), *job.archived.values()]]


def remove_archived(job: Job) -> None:
    """Remove every archived copy of a deleted job: those that its record names, and all under its prefix."""
    for file in archived_copies(job):
        store_named(file.store).remove(file)
    remove_under(storage.archive_prefix(job.user_id, job.job_id))
