"""Deploys `cloudformation/stack.yaml` to AWS and to the embedded AWS alike, and compares what exists with it.

`python -m util_jobs provision` creates or updates the stack through a change set, waits, and says what changed;
`--check` changes nothing and names each difference (exit code 1).
"""

from __future__ import annotations

import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from pipeline import aws
from pipeline.errors import ConfigurationError, GasError
from pipeline.settings import get_settings
from util_jobs import drift, template

# Lower case because bucket names are; 20 characters leave room for the account, the region and the longest suffix.
STACK_NAME = re.compile(r"^[a-z][a-z0-9-]{0,19}$")
DEPLOY_TIMEOUT_S = 1800
FIRST_POLL_S = 0.05
LONGEST_POLL_S = 5.0
NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed", "no changes")


@dataclass
class Deployment:
    """What a deployment did."""

    stack: str
    action: str  # created, updated or unchanged
    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def deploy() -> Deployment:
    """Create the stack or bring it up to the template. Raises `ConfigurationError` with CloudFormation's reason."""
    stack = _checked_stack_name()
    status = stack_status(stack)
    if status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}:
        raise ConfigurationError(
            f"The stack {stack} is in the state {status} after a failed creation and cannot be updated. "
            f"Delete it (`aws cloudformation delete-stack --stack-name {stack}`) and provision again."
        )
    is_new = status in (None, "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
    change_set = _create_change_set(stack, "CREATE" if is_new else "UPDATE")
    deployment = Deployment(stack, "unchanged")
    if change_set is not None:
        deployment.action = "created" if is_new else "updated"
        deployment.changes = [_change_line(change) for change in change_set["Changes"]]
        _execute(stack, change_set["ChangeSetName"])
    if drift.is_emulator():
        deployment.notes = drift.complete_on_emulator()
    return deployment


def stack_status(stack: str) -> str | None:
    """CloudFormation's status of the stack; None if there is none."""
    try:
        stacks = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return str(stacks[0]["StackStatus"])


def _checked_stack_name() -> str:
    settings = get_settings()
    if not STACK_NAME.match(settings.stack_name):
        raise ConfigurationError(
            f"GAS_STACK_NAME is {settings.stack_name!r}; it must be 1 to 20 lower-case letters, digits and hyphens, "
            "beginning with a letter, because bucket names begin with it."
        )
    account = aws.client("sts").get_caller_identity()["Account"]
    if account != settings.aws_account_id:
        raise ConfigurationError(
            f"These AWS credentials belong to the account {account}, but GAS_AWS_ACCOUNT_ID is "
            f"{settings.aws_account_id}. Set it to {account} for every process: the names contain it."
        )
    return settings.stack_name


def _create_change_set(stack: str, kind: str) -> dict[str, Any] | None:
    """A change set that is ready to be executed; None if there is nothing to change."""
    cloudformation = aws.client("cloudformation")
    name = f"provision-{int(time.time() * 1000)}"
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateBody=template.template_body(),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in template.parameters().items()],
    )
    for _ in _polls(f"the change set {name}"):
        answer = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
        if answer["Status"] == "CREATE_COMPLETE":
            answer["Changes"] = _all_changes(stack, name)
            return dict(answer)
        if answer["Status"] == "FAILED":
            cloudformation.delete_change_set(StackName=stack, ChangeSetName=name)
            reason = answer.get("StatusReason", "")
            if any(words in reason for words in NOTHING_TO_DO):
                return None
            raise ConfigurationError(f"CloudFormation refused the template: {reason}")
    return None


def _all_changes(stack: str, name: str) -> list[dict[str, Any]]:
    pages = aws.client("cloudformation").get_paginator("describe_change_set")
    return [c for page in pages.paginate(StackName=stack, ChangeSetName=name) for c in page["Changes"]]


def _execute(stack: str, change_set: str) -> None:
    cloudformation = aws.client("cloudformation")
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=change_set)
    for _ in _polls(f"the stack {stack}"):
        status = stack_status(stack) or "gone"
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            return
        if not status.endswith("_IN_PROGRESS"):
            raise ConfigurationError(f"The stack {stack} ended as {status}. {_failure_reasons(stack)}")


def _failure_reasons(stack: str) -> str:
    events = aws.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    failures = [e for e in events if e.get("ResourceStatus", "").endswith("FAILED")]
    return " ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', 'no reason')}." for e in failures[:5])


def _polls(what: str) -> Any:
    """Yields until the caller is content, at first quickly and then less and less often."""
    deadline, pause = time.monotonic() + DEPLOY_TIMEOUT_S, FIRST_POLL_S
    while time.monotonic() < deadline:
        yield
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_POLL_S)
    raise ConfigurationError(f"CloudFormation is not done with {what} after {DEPLOY_TIMEOUT_S} s.")


def _change_line(change: dict[str, Any]) -> str:
    body = change["ResourceChange"]
    replaced = " (replaced)" if body.get("Replacement") == "True" else ""
    return f"{body['Action'].lower()} {body['LogicalResourceId']} ({body['ResourceType']}){replaced}"


@click.command("provision")
@click.option("--check", is_flag=True, help="Change nothing; name each difference from the template (exit 1).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(check: bool, as_json: bool) -> None:
    """Create or update the infrastructure from stack.yaml."""
    try:
        exit_code = _check(as_json) if check else _deploy(as_json)
    except GasError as error:
        _fail(error.code, error.message, as_json)
    except (ClientError, BotoCoreError) as error:
        _fail("aws_error", f"AWS answered: {error}", as_json)
    else:
        sys.exit(exit_code)


def _check(as_json: bool) -> int:
    differences = drift.differences()
    if as_json:
        click.echo(json.dumps({"in_sync": not differences, "differences": [asdict(d) for d in differences]}))
    elif differences:
        for difference in differences:
            click.echo(str(difference))
        click.echo(f"{len(differences)} differences from stack.yaml. `python -m util_jobs provision` repairs them.")
    else:
        click.echo(f"Everything that stack.yaml names exists as written (stack {get_settings().stack_name}).")
    return 1 if differences else 0


def _deploy(as_json: bool) -> int:
    done = deploy()
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return 0
    click.echo(f"Stack {done.stack}: {done.action}.")
    for line in done.changes + done.notes:
        click.echo(f"  {line}")
    return 0


def _fail(code: str, message: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": {"code": code, "message": message}}))
    else:
        click.echo(message, err=True)
    sys.exit(2)


if __name__ == "__main__":
    command()
