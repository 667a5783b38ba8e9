"""Gives results that were completed before there was an archive what the plan of their owner asks for: once, for the
operator. Whatever is completed since has its date from the very beginning."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from pipeline import dynamo, logs
from pipeline.archive.rules import is_free
from pipeline.archive.steps import settle
from pipeline.errors import GasError
from pipeline.jobs import store
from pipeline.jobs.states import StorageState

log = logs.get_logger()
WITHOUT_DATE = "result_storage = :hot AND attribute_not_exists(archive_after) AND attribute_not_exists(deleting)"


def settle_old_results(*, dry_run: bool = False) -> int:
    """Let the free rule begin now for every hot result of a free user that has no date; how many.

    Reads the whole table. What was settled is not found again, so a run that was stopped is carried on by the next one.
    """
    free: dict[str, bool] = {}
    return sum(_is_settled(job_id, dry_run) for job_id, user_id in _without_date() if _is_free(user_id, free))


def _without_date() -> Iterator[tuple[str, str]]:
    found = dynamo.scan_all(
        store.TABLE,
        FilterExpression=WITHOUT_DATE,
        ExpressionAttributeValues=dynamo.to_item({":hot": StorageState.HOT}),
        ProjectionExpression="job_id, user_id",
    )
    return ((record["job_id"], record["user_id"]) for record in found)


def _is_free(user_id: str, known: dict[str, bool]) -> bool:
    if user_id not in known:
        known[user_id] = is_free(user_id)
    return known[user_id]


def _is_settled(job_id: str, dry_run: bool) -> bool:
    """Whether the result gets a date; one odd result keeps no other one."""
    if dry_run:
        return True
    try:
        return settle(job_id) != "nothing"
    except (GasError, ClientError) as error:
        log.warning("not_settled", job_id=job_id, error=type(error).__name__)
        return False
