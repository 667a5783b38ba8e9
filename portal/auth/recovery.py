"""Confirm an address, and choose a new password where the old one is forgotten: both by a link in a letter."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from pipeline.accounts import recovery
from pipeline.errors import ConflictError, InputError, NotFoundError
from pipeline.logs import get_logger
from pipeline.notify import letters as mails
from pipeline.settings import get_settings
from portal.auth import letters, links, rate_limits, sessions
from portal.auth.current import current_user, optional_user
from portal.auth.forms import ConfirmForm, ForgottenForm, NewPasswordForm
from portal.auth.rate_limits import limiter

log = get_logger()
blueprint = Blueprint("recovery", __name__)


@blueprint.record_once
def _tell_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["sends_letters"] = mails.are_sent


@blueprint.post("/account/confirm-letter")
@limiter.limit(rate_limits.letter_limit, key_func=lambda: current_user().user_id)
def send_again() -> ResponseReturnValue:
    """The letter that confirms the address, once more."""
    user = current_user()
    if user.email_confirmed:
        flash("Your e-mail address is confirmed already.")
    elif letters.send("confirm", user):
        flash(f"A letter is on its way to {user.email}.")
    else:
        flash("The letter could not be sent just now. Try again in a while.", "error")
    return redirect(url_for("auth.account"), 303)


@blueprint.route("/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """The link only shows a button: opening it changes nothing (C06)."""
    form = ConfirmForm(data={"token": request.args.get("token", "")})
    link = links.read("confirm", form.token.data)
    if link is None:
        return _stale("confirm")
    if form.validate_on_submit():
        try:
            user = recovery.confirm_email(*link)
        except NotFoundError:
            return _stale("confirm")
        log.info("email_confirmed", user_id=user.user_id)
        return render_template("email_confirmed.html", email=user.email, signed_in=optional_user() is not None)
    return render_template("email_confirm.html", form=form, email=link[1])


@blueprint.route("/forgotten", methods=["GET", "POST"])
@limiter.limit(rate_limits.letter_limit, methods=["POST"])
@limiter.limit(rate_limits.letter_limit, methods=["POST"], key_func=rate_limits.account_key)
def forgotten() -> ResponseReturnValue:
    """Asks for the letter; the answer is the same for every address, known or not."""
    form = ForgottenForm()
    if form.validate_on_submit():
        local = get_settings().environment == "local"
        page = render_template("forgotten_sent.html", email=form.email.data, local=local)
        return letters.help_after(make_response(page), form.email.data)
    return render_template("forgotten.html", form=form), 422 if form.errors else 200


@blueprint.route("/reset", methods=["GET", "POST"])
@limiter.limit(rate_limits.login_limit, methods=["POST"])
def reset() -> ResponseReturnValue:
    """A new password, once for each letter; it signs in here and ends every other session (C05)."""
    form = NewPasswordForm(data={"token": request.args.get("token", "")})
    link = links.read("reset", form.token.data)
    if link is None:
        return _stale("reset")
    try:
        user = recovery.check_link(*link)
        if form.validate_on_submit():
            changed = recovery.set_forgotten_password(*link, form.password.data)
            sessions.start(changed)
            log.info("forgotten_password_set", user_id=changed.user_id)
            flash("Your new password is set. You were signed out everywhere else.")
            return redirect(url_for("auth.account"), 303)
    except (ConflictError, NotFoundError):
        return _stale("reset")
    except InputError as error:
        form.password.errors = [*form.password.errors, error.message]
    return render_template("reset.html", form=form, email=user.email), 422 if form.errors else 200


def _stale(purpose: links.Purpose) -> ResponseReturnValue:
    return render_template("link_stale.html", purpose=purpose, signed_in=optional_user() is not None), 410
