"""Sign in, register, sign out, and the account page: plain pages that work without JavaScript."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from pipeline.accounts import store
from pipeline.accounts.demo import DEMO_ACCOUNTS, DemoAccount
from pipeline.errors import ConflictError, InputError
from pipeline.logs import get_logger
from pipeline.settings import get_settings
from portal.auth import letters, rate_limits, sessions
from portal.auth.current import current_user, optional_user
from portal.auth.forms import EmailsForm, LoginForm, PasswordForm, RegisterForm
from portal.auth.next_page import safe_next
from portal.auth.rate_limits import limiter
from portal.plain.rendering import upload_limit_of

log = get_logger()
blueprint = Blueprint("auth", __name__)

REFUSED = "This e-mail address and password do not belong together. Check both and try again."
FIELD_OF = {"bad_email": "email", "email_taken": "email", "weak_password": "password"}


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit(rate_limits.login_limit, methods=["POST"])
@limiter.limit(
    rate_limits.login_limit, methods=["POST"], key_func=rate_limits.account_key, deduct_when=rate_limits.failed
)
def login() -> ResponseReturnValue:
    """The sign-in page; leads to `next` or the jobs."""
    target = safe_next(request.values.get("next"))
    if optional_user() is not None:
        return redirect(target, 303)
    form = LoginForm(data={"next": request.args.get("next", "")})
    if form.validate_on_submit():
        user = store.check_password(form.email.data, form.password.data)
        if user is not None:
            sessions.start(user)
            log.info("signed_in", user_id=user.user_id)
            return redirect(target, 303)
        log.info("sign_in_refused")
        form.form_errors.append(REFUSED)
    return render_template("login.html", form=form, demo_accounts=_demo_accounts()), _status(form)


@blueprint.route("/register", methods=["GET", "POST"])
@limiter.limit(rate_limits.register_limit, methods=["POST"])
def register() -> ResponseReturnValue:
    """A new free account; signs in at once. A letter to the address asks whether it is the user's."""
    if optional_user() is not None:
        return redirect(safe_next(None), 303)
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            user = store.create_local_account(
                form.email.data, form.password.data, form.name.data or "", confirmed=False
            )
        except (InputError, ConflictError) as error:
            _show_at_field(form, FIELD_OF, error)
        else:
            sessions.start(user)
            log.info("registered", user_id=user.user_id)
            answer = make_response(redirect(safe_next(None), 303))
            return letters.send_after(answer, "confirm", user) if letters.are_sent() else answer
    return render_template("register.html", form=form, free_limit=upload_limit_of("free_user")), _status(form)


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out here and everywhere else (C05): a copied cookie is worthless afterwards."""
    user = current_user()
    store.end_sessions(user.user_id)
    sessions.end()
    log.info("signed_out", user_id=user.user_id)
    return redirect(url_for("home.home"), 303)


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """Who I am, my plan, my password, my sessions."""
    return _account_page(PasswordForm())


@blueprint.post("/account/password")
@limiter.limit(rate_limits.login_limit, key_func=lambda: current_user().user_id, deduct_when=rate_limits.failed)
def change_password() -> ResponseReturnValue:
    """Change the password; every other session ends, this one goes on under a new id."""
    user = current_user()
    form = PasswordForm()
    if form.validate_on_submit():
        if store.check_password(user.email, form.old_password.data) is None:
            form.old_password.errors = [*form.old_password.errors, "This is not your current password."]
        else:
            try:
                changed = store.change_password(user, form.new_password.data)
            except InputError as error:
                _show_at_field(form, {"weak_password": "new_password"}, error)
            else:
                sessions.start(changed)
                log.info("password_changed", user_id=user.user_id)
                flash("Your password is changed. You were signed out everywhere else.")
                return redirect(url_for("auth.account"), 303)
    return _account_page(form)


@blueprint.post("/account/sessions")
def end_other_sessions() -> ResponseReturnValue:
    """End every session but this one."""
    user = store.end_sessions(current_user().user_id)
    sessions.start(user)
    log.info("other_sessions_ended", user_id=user.user_id)
    flash("You were signed out everywhere else.")
    return redirect(url_for("auth.account"), 303)


@blueprint.post("/account/emails")
def change_emails() -> ResponseReturnValue:
    """Switch e-mails on or off."""
    user = current_user()
    form = EmailsForm()
    if form.validate_on_submit():
        store.set_emails(user.user_id, form.emails.data)
        log.info("emails_switched", user_id=user.user_id, wanted=form.emails.data)
        flash("You get an e-mail when a job ends." if form.emails.data else "You get no more e-mails.")
    return redirect(url_for("auth.account"), 303)


def _account_page(form: PasswordForm) -> ResponseReturnValue:
    user = current_user()
    return render_template("account.html", user=user, form=form, upload_limit=upload_limit_of(user.plan)), _status(form)


def _status(form: FlaskForm) -> int:
    return 422 if form.errors else 200


def _show_at_field(form: FlaskForm, fields: dict[str, str], error: InputError | ConflictError) -> None:
    field = form[fields[error.code]]
    field.errors = [*field.errors, error.message]


def _demo_accounts() -> tuple[DemoAccount, ...]:
    return DEMO_ACCOUNTS if get_settings().environment == "local" else ()
