"""Deleting one's own account: what goes, then the password; the account is closed, and a worker removes it (C34)."""

from __future__ import annotations

from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from pipeline.accounts import store
from pipeline.accounts.delete import delete_account
from pipeline.accounts.passwords import MAX_PASSWORD_LENGTH
from pipeline.jobs.model import Job
from pipeline.jobs.submit import list_jobs
from pipeline.logs import get_logger
from pipeline.results import cache_upkeep
from portal.auth import rate_limits, sessions
from portal.auth.current import current_user
from portal.auth.rate_limits import limiter
from portal.components.words import size

log = get_logger()
blueprint = Blueprint("delete_account", __name__, url_prefix="/account/delete")


class DeleteForm(FlaskForm):
    """An open browser is not enough to delete an account."""

    password = PasswordField(
        "Your password",
        [
            InputRequired("Enter your password."),
            Length(max=MAX_PASSWORD_LENGTH, message=f"A password has at most {MAX_PASSWORD_LENGTH} characters."),
        ],
    )


@blueprint.get("")
def page() -> ResponseReturnValue:
    """What goes; nothing changes here (C06)."""
    return _page(DeleteForm())


@blueprint.post("")
@limiter.limit(rate_limits.login_limit, key_func=lambda: current_user().user_id, deduct_when=rate_limits.failed)
def confirm() -> ResponseReturnValue:
    """The account is closed at once, however much it holds; this browser is signed out."""
    user = current_user()
    form = DeleteForm()
    if form.validate_on_submit():
        known = store.check_password(user.email, form.password.data)
        if known is not None and known.user_id == user.user_id:
            delete_account(user)
            sessions.end()
            log.info("account_leaving", user_id=user.user_id)
            answer = make_response(render_template("account_deleted.html", email=user.email))
            # Once the page is on its way: what other machines keep goes with their own look at the records.
            answer.call_on_close(partial(_forget_copies, user.user_id))
            return answer
        form.password.errors = [*form.password.errors, "This is not your password."]
    return _page(form)


def _forget_copies(user_id: str) -> None:
    try:
        cache_upkeep.forget_jobs_of(user_id)
    except (BotoCoreError, ClientError) as error:
        log.warning("copies_not_forgotten", user_id=user_id, error=type(error).__name__)  # the upkeep does it later


def _page(form: DeleteForm) -> ResponseReturnValue:
    user = current_user()
    status = 422 if form.errors else 200
    return render_template("account_delete.html", user=user, form=form, **_amount(list_jobs(user.user_id))), status


def _amount(jobs: list[Job]) -> dict[str, Any]:
    """How many jobs and bytes go, as their records tell."""
    stored = sum(job.input_size or 0 for job in jobs)
    stored += sum(int(output.get("size", 0)) for job in jobs for output in job.outputs.values())
    return {"jobs": len(jobs), "active": sum(job.is_active for job in jobs), "size": size(stored)}
