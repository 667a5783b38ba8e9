"""`reconcile`: rebuilds the job table from the object store, takes over jobs of an original system, finds orphans."""

from __future__ import annotations

from typing import Any

import click

from pipeline import logs
from pipeline.archive import settlement
from pipeline.jobs import rebuild
from util_jobs import answers, aws_answers

SENTENCES = {
    "rebuilt": "records made anew from their cards",
    "done_again": "of these without a result in the store: they are annotated again",
    "replaced": "records replaced that were older than their cards",
    "deleted": "tombstones of deleted jobs made anew",
    "present": "records were there",
    "cards_written": "of these had no card yet",
    "settled": "old results of free users follow the free rule from now on",
    "adopted": "jobs of an original system taken over",
    "without_input": "cards of jobs that have neither a result nor an uploaded file: left alone",
    "orphans_removed": "orphaned objects removed",
}
LISTS = {
    "differing": "are older in the table than their card says; look at them, or use --replace-older",
    "unreadable": "have a card or a record that this version cannot read",
}
MOST_NAMED = 10


@click.command("reconcile")
@click.option("--dry-run", is_flag=True, help="Change nothing; say what would be done.")
@click.option("--replace-older", is_flag=True, help="Replace records that are older than their cards.")
@click.option("--remove-orphans", is_flag=True, help="Remove objects older than a day that belong to no job.")
@click.option("--settle", is_flag=True, help="Begin the free rule for results from before there was an archive.")
@answers.as_json_option
def command(dry_run: bool, replace_older: bool, remove_orphans: bool, settle: bool, as_json: bool) -> None:
    """Rebuild the job table from the object store alone. Records that are there are never overwritten by older ones."""
    logs.configure("reconcile")

    def work() -> dict[str, Any]:
        report = rebuild.reconcile(dry_run=dry_run, replace_older=replace_older, remove_orphans=remove_orphans)
        settled = settlement.settle_old_results(dry_run=dry_run) if settle else 0
        return {"status": "COMPLETED", "dry_run": dry_run, "settled": settled} | report.as_dict()

    aws_answers.run(work, as_json, _tell, after="What was done stays done; the same command goes on.")


def _tell(document: dict[str, Any]) -> None:
    if document["dry_run"]:
        click.echo("Nothing was changed. This would be done:")
    for name, sentence in SENTENCES.items():
        if document[name] or name in ("rebuilt", "present"):
            click.echo(f"{document[name]:>9,} {sentence}")
    orphans = document["orphans"]
    if orphans and not document["orphans_removed"]:
        size = sum(orphan["size"] for orphan in orphans)
        click.echo(
            f"{len(orphans):>9,} orphaned objects with {size:,} bytes: --json names them, --remove-orphans removes"
        )
    for name, sentence in LISTS.items():
        ids = document[name]
        if ids:
            more = ", …" if len(ids) > MOST_NAMED else ""
            click.echo(f"{len(ids):>9,} jobs {sentence}: {', '.join(ids[:MOST_NAMED])}{more}")
