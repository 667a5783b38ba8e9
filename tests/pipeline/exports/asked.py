"""A finished job whose owner asks for exports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline import clock
from pipeline.exports import store
from pipeline.exports.ask import ask
from pipeline.exports.model import Export
from pipeline.jobs.model import Job
from tests.builders import make_user, write_job
from tests.pipeline.results.finished import finished_job


def stored_job(email: str = "ada@example.org") -> Job:
    """A finished job of a user, with ten variants."""
    return write_job(finished_job(make_user(email).user_id))


def asked(job: Job, format: str = "tsv", **more: Any) -> Export:
    """An export that waits, as the table has it."""
    return fresh(ask(job, format, more.get("filter"), more.get("columns")))


def fresh(export: Export) -> Export:
    """The export as its record is now."""
    found = store.get(export.user_id, export.export_id)
    assert found is not None
    return found


def write(export: Export, **changes: Any) -> Export:
    """Put a record as it is, with no question asked."""
    from pipeline import aws, dynamo

    changed = replace(export, **changes)
    aws.client("dynamodb").put_item(TableName=aws.table_name(store.TABLE), Item=dynamo.to_item(vars(changed)))
    return changed


def overdue() -> int:
    """A time that has passed."""
    return clock.now_s() - 1
