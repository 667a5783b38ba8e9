"""The checkout of a portal on one machine: it looks like one, says on every page that it is none, and takes no money.

It calls what every payment will call (`change_plan`). Where it is not the provider, its addresses do not exist (C07).
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pipeline.accounts.plans import change_plan
from pipeline.jobs.submit import list_jobs
from pipeline.logs import get_logger
from portal.auth.current import current_user
from portal.billing import effects, tokens
from portal.billing.provider import DEMO, provider

log = get_logger()
blueprint = Blueprint("demo_checkout", __name__, url_prefix="/plans/demo-checkout")
PREMIUM = "premium_user"


@blueprint.before_request
def only_where_it_is_the_provider() -> None:
    """Elsewhere there is no such page."""
    if provider() != DEMO:
        abort(404)


@blueprint.get("")
def page() -> ResponseReturnValue:
    """What is ordered and what it does; nothing changes here (C06)."""
    user = current_user()
    if user.plan == PREMIUM:
        return redirect(url_for("plans.page"), 303)
    found = effects.of_upgrade(list_jobs(user.user_id))
    return render_template("demo_checkout.html", user=user, effects=found, token=tokens.issue(user, PREMIUM))


@blueprint.post("")
def confirm() -> ResponseReturnValue:
    """Premium, once: a second click or a replay finds it done, and a used token changes nothing any more."""
    user = current_user()
    if user.plan != PREMIUM:
        if not tokens.holds(request.form.get("token"), user, PREMIUM):
            return render_template("demo_checkout_stale.html", user=user), 409
        user = change_plan(user.user_id, PREMIUM)
        log.info("plan_changed", user_id=user.user_id, plan=user.plan, by="demo_checkout")
    return redirect(url_for("demo_checkout.done"), 303)


@blueprint.get("/done")
def done() -> ResponseReturnValue:
    """What happens now; of the plan as the store has it, whoever opens this page (C07)."""
    user = current_user()
    if user.plan != PREMIUM:
        return redirect(url_for("plans.page"), 303)
    return render_template("demo_checkout_done.html", user=user, effects=effects.of_upgrade(list_jobs(user.user_id)))
