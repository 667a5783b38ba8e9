"""Deleting one's own account in the portal (C34)."""

from __future__ import annotations

import threading
from typing import Any

from flask.testing import FlaskClient

from pipeline import aws, messages, storage
from pipeline.accounts import store
from pipeline.accounts.store import User
from pipeline.jobs import store as jobs
from pipeline.jobs.card import is_card_key
from pipeline.jobs.states import StorageState
from pipeline.results import cache, cache_room
from pipeline.workers.delivery import Delivery
from pipeline.workers.restore import RestoreHandler
from tests.builders import make_job, make_user
from tests.portal.signing_in import PASSWORD, form_token, send_form, sign_in
from tests.portal.stored_jobs import stored_job
from tests.queues import bodies

PAGE = "/account/delete"


def test_the_page_says_what_goes_and_changes_nothing_C06(signed_in: FlaskClient, user: User) -> None:
    stored_job(user.user_id, StorageState.ARCHIVED)
    make_job(user)
    text = signed_in.get(PAGE).text
    assert "2 jobs with their files and results, " in text
    assert "1 of them is waiting or running" in text
    assert user.email in text
    assert store.get_user(user.user_id) == user


def test_the_account_page_leads_to_it(signed_in: FlaskClient) -> None:
    assert f'href="{PAGE}"' in signed_in.get("/account").text


def test_a_wrong_password_deletes_nothing(signed_in: FlaskClient, user: User) -> None:
    for password, sentence in (("wrong", "This is not your password."), ("", "Enter your password.")):
        answer = send_form(signed_in, PAGE, {"password": password})
        assert answer.status_code == 422 and sentence in answer.text
    assert store.get_user(user.user_id) == user


def test_the_password_of_another_account_deletes_nothing_C03(signed_in: FlaskClient, user: User) -> None:
    make_user("eve@example.org")
    store.change_password(user, "another password entirely")
    sign_in(signed_in, user.email, "another password entirely")
    assert send_form(signed_in, PAGE, {"password": PASSWORD}).status_code == 422
    kept = store.get_user(user.user_id)
    assert kept is not None and not kept.deleting


def test_without_the_token_of_the_site_nothing_is_deleted_C06(signed_in: FlaskClient, user: User) -> None:
    assert signed_in.post(PAGE, data={"password": PASSWORD}).status_code == 400
    assert store.get_user(user.user_id) == user


def _work() -> None:
    """What the worker does after the request."""
    while waiting := bodies("restore"):
        for body in waiting:
            RestoreHandler().handle(messages.parse(body), Delivery(1, threading.Event()))


def test_the_right_password_closes_the_account_and_the_worker_removes_everything_C34(
    signed_in: FlaskClient, user: User, portal_app: Any
) -> None:
    elsewhere = portal_app.test_client()
    sign_in(elsewhere, user.email)
    job = make_job(user)
    stored = stored_job(user.user_id, StorageState.HOT)
    with cache.opened(stored, "variants"):
        pass
    bystander = stored_job(make_user("eve@example.org").user_id, StorageState.HOT)
    with cache.opened(bystander, "variants"):
        pass
    answer = send_form(signed_in, PAGE, {"password": PASSWORD})
    assert answer.status_code == 200 and "Your account is deleted" in answer.text
    for browser in (signed_in, elsewhere):
        assert browser.get("/account").location.startswith("/login"), "signed out, here and everywhere"
    assert store.check_password(user.email, PASSWORD) is None
    answer.close()
    assert not (cache_room.cache_dir() / stored.job_id).exists(), "the portal's own copy of the table"
    assert (cache_room.cache_dir() / bystander.job_id).exists()
    assert "finished within minutes" in answer.text and "all your jobs" in answer.text
    _work()
    for each in (job, stored):
        found = jobs.get(each.job_id)
        assert found is None or found.deleting
    assert storage.size_of(job.s3_inputs_bucket, job.s3_key_input_file) is None
    left = [key for key in storage.keys_under(aws.bucket("results"), "results/") if not is_card_key(key)]
    assert left and all(bystander.job_id in key for key in left)


def test_a_second_press_finds_nobody_signed_in(signed_in: FlaskClient, user: User) -> None:
    fields = {"password": PASSWORD, "csrf_token": form_token(signed_in, PAGE)}
    assert signed_in.post(PAGE, data=fields).status_code == 200
    assert signed_in.post(PAGE, data=fields).location.startswith("/login")
