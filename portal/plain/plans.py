"""The plans: what each gives, what changing does to my results, and the way back to Free."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pipeline.accounts.plans import change_plan
from pipeline.accounts.store import User
from pipeline.jobs.submit import list_jobs
from pipeline.logs import get_logger
from pipeline.settings import get_settings
from portal.auth.current import current_user
from portal.billing import effects, tokens
from portal.billing.provider import NONE, provider
from portal.plain.rendering import upload_limit_of

log = get_logger()
blueprint = Blueprint("plans", __name__, url_prefix="/plans")
FREE, PREMIUM = "free_user", "premium_user"
PLANS = (FREE, PREMIUM)


@blueprint.get("")
def page() -> ResponseReturnValue:
    """What each plan gives, which one is mine, and what the other would do to my results."""
    user = current_user()
    jobs = list_jobs(user.user_id)
    found = effects.of_upgrade(jobs) if user.plan == FREE else effects.of_downgrade(jobs)
    return render_template("plans.html", user=user, effects=found, **_terms())


@blueprint.get("/cancel")
def cancel() -> ResponseReturnValue:
    """The rules and the user's own numbers, before anything changes (C32)."""
    user = _who_may_cancel()
    if user.plan == FREE:
        return redirect(url_for("plans.page"), 303)
    found = effects.of_downgrade(list_jobs(user.user_id))
    return render_template("plan_cancel.html", user=user, effects=found, token=tokens.issue(user, FREE), **_terms())


@blueprint.post("/cancel")
def confirm_cancel() -> ResponseReturnValue:
    """Back to Free, once; a second click finds it done, a page from before another change is shown anew."""
    user = _who_may_cancel()
    if user.plan != FREE:
        if not tokens.holds(request.form.get("token"), user, FREE):
            flash("Your plan has changed since this page was opened. Look at it again.", "error")
            return redirect(url_for("plans.cancel"), 303)
        user = change_plan(user.user_id, FREE)
        log.info("plan_changed", user_id=user.user_id, plan=user.plan, by="user")
        flash("You are on the Free plan now.")
    return redirect(url_for("plans.page"), 303)


def _who_may_cancel() -> User:
    """The user; where the operator changes plans there is no such page."""
    user = current_user()
    if provider() == NONE:
        abort(404)
    return user


def _terms() -> dict[str, Any]:
    """What the plans give, from the settings."""
    settings = get_settings()
    return {
        "retention": effects.span(settings.retention_s),
        "upload_limits": {plan: upload_limit_of(plan) for plan in PLANS},
        "active_jobs": {plan: settings.max_active_jobs(plan) for plan in PLANS},
        "provider": provider(),
    }
