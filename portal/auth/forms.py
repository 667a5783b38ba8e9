"""The forms of sign-in, registration and the account page."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from pipeline.accounts.passwords import MAX_PASSWORD_LENGTH

MAX_EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1
MAX_NAME_LENGTH = 100


def _email() -> EmailField:
    too_long = Length(max=MAX_EMAIL_LENGTH, message="This address is too long.")
    return EmailField("E-mail address", [InputRequired("Enter your e-mail address."), too_long])


def _password(label: str, ask: str) -> PasswordField:
    too_long = Length(max=MAX_PASSWORD_LENGTH, message=f"A password has at most {MAX_PASSWORD_LENGTH} characters.")
    return PasswordField(label, [InputRequired(ask), too_long])


class LoginForm(FlaskForm):
    """E-mail and password; `next` is checked when it is used."""

    email = _email()
    password = _password("Password", "Enter your password.")
    next = HiddenField()


class RegisterForm(FlaskForm):
    """A new account; the strength of the password is checked by `pipeline.accounts`."""

    name = StringField("Name", [Length(max=MAX_NAME_LENGTH, message=f"Use at most {MAX_NAME_LENGTH} characters.")])
    email = _email()
    password = _password("Password", "Choose a password.")


class PasswordForm(FlaskForm):
    """A new password needs the old one: an open browser is not enough to take an account over."""

    old_password = _password("Current password", "Enter your current password.")
    new_password = _password("New password", "Choose a new password.")


class ForgottenForm(FlaskForm):
    """Whose password is forgotten."""

    email = _email()


class NewPasswordForm(FlaskForm):
    """A new password for who comes by a link from a letter."""

    token = HiddenField()
    password = _password("New password", "Choose a new password.")


class ConfirmForm(FlaskForm):
    """The press of the button that confirms an address: programs that open every link in a letter press none."""

    token = HiddenField()


class EmailsForm(FlaskForm):
    """Whether the service sends e-mails."""

    emails = BooleanField("Send me an e-mail when a job ends")
