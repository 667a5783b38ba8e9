"""What users were told and what was paid for when everything is drained, and what the queues still hold."""

from __future__ import annotations

import re
from collections import Counter
from email import message_from_bytes
from email.policy import default as default_policy
from typing import Any

from util_jobs.faults.ledger import Ledger
from util_jobs.faults.rules import Breaches, short
from util_jobs.faults.world import World

JOB_LINK = re.compile(r"/jobs/([0-9a-f]{32})")


def at_most_one_mail_of_an_event(world: World, ledger: Ledger) -> Breaches:
    """No e-mail was sent twice: as often as the same event can have happened, and no more."""
    sent = Counter(_event_of(mail) for mail in world.calls.outbox)
    for (subject, job_id), times in sent.items():
        if times > ledger.times_of(subject, job_id):
            yield f"{times} e-mails '{subject}' about job {job_id[:6]}"


def _event_of(mail: dict[str, Any]) -> tuple[str, str]:
    letter = message_from_bytes(mail["Content"]["Raw"]["Data"], policy=default_policy)
    body = letter.get_body(("plain",))
    link = JOB_LINK.search(str(body.get_content()) if body is not None else "")
    return str(letter["Subject"]), link[1] if link else ""


def nothing_is_paid_twice(world: World, ledger: Ledger) -> Breaches:
    """No second paid retrieval of a file while one is running or usable (C14, C28), but by a worker that stood still
    for a whole lease between its look and its question."""
    for paid in world.archives.needless:
        if (paid.name, paid.at) in world.calls.asked_late:
            continue
        yield f"a {paid.tier} retrieval of {short(paid.name)[-30:]} ({paid.store}) was paid for nothing"


def queues_are_empty(world: World, ledger: Ledger) -> Breaches:
    """No message is left; among the dead letters only poison, and work that failed as often as it may."""
    for queue, count in world.mailboxes.waiting().items():
        yield f"{count} messages are left in {queue}"
    for queue, letter in world.mailboxes.dead_letters():
        if letter.body != "no JSON at all" and "the work failed" not in (letter.reason or ""):
            yield f"dead letter in {queue}: {letter.reason} {letter.body[:80]}"
