"""A finished job runs again over a copy of its file, as it was or with what is installed today (C45, C02, C03, C34)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import aws, clock, storage
from pipeline.annotation.engines.registry import engine_named
from pipeline.annotation.options import AnnotationOptions
from pipeline.annotation.outputs.manifest import versions_of
from pipeline.errors import ConfigurationError, ConflictError, LimitError, NotFoundError, PermanentError
from pipeline.jobs import delete, rerun, store, submit
from pipeline.jobs.model import Job
from pipeline.jobs.states import JobStatus
from pipeline.reference.bundle import load_bundle
from pipeline.settings import Settings
from pipeline.uploads import store as uploads
from pipeline.uploads.store import UploadState
from pipeline.workers import chosen
from pipeline.workers.sweep import sweep_uploads
from tests.builders import TINY_VCF, make_job, make_user, write_job
from tests.pipeline.results.finished import finished_job

TOKEN = "a-wish-of-the-browser"


def manifest_now(**changes: Any) -> dict[str, Any]:
    """The manifest of a job that was made with what is installed; `changes` replace parts of its bundle."""
    bundle = load_bundle("rcrs")
    manifest = versions_of(bundle, engine_named("csq", bundle))
    return manifest | {"bundle": manifest["bundle"] | changes}


def finished(user_id: str, manifest: dict[str, Any] | None = None, **changes: Any) -> Job:
    """A finished job with its file still there."""
    job = finished_job(user_id, manifest=manifest or manifest_now())
    aws.client("s3").put_object(Bucket=job.s3_inputs_bucket, Key=job.s3_key_input_file, Body=TINY_VCF)
    return write_job(replace(job, engine="csq", input_size=len(TINY_VCF), **changes))


def test_rerun_is_a_new_job_over_its_own_copy_and_both_name_each_other_C45(moto_aws: Settings) -> None:
    user = make_user()
    first = finished(user.user_id)
    again = rerun.rerun(user, first.job_id, "today", TOKEN)
    assert (again.job_status, again.rerun_of, again.input_file_name) == (JobStatus.PENDING, first.job_id, "a.vcf")
    assert again.s3_key_input_file != first.s3_key_input_file
    assert storage.size_of(again.s3_inputs_bucket, again.s3_key_input_file) == len(TINY_VCF)
    assert store.get_owned(first.job_id, user.user_id).reruns == [again.job_id]
    assert again.pinned is None


def test_double_click_makes_one_job_C02(moto_aws: Settings) -> None:
    user = make_user()
    first = finished(user.user_id)
    made = {rerun.rerun(user, first.job_id, "same", TOKEN).job_id for _ in range(3)}
    assert len(made) == 1
    assert len(submit.list_jobs(user.user_id)) == 2
    assert store.get_owned(first.job_id, user.user_id).reruns == list(made)


def test_another_wish_is_another_job(moto_aws: Settings) -> None:
    user = make_user()
    first = finished(user.user_id)
    assert rerun.rerun(user, first.job_id, "today").job_id != rerun.rerun(user, first.job_id, "today").job_id
    assert len(store.get_owned(first.job_id, user.user_id).reruns or []) == 2


def test_replay_after_the_rerun_was_deleted_brings_nothing_back_C02_C34(moto_aws: Settings) -> None:
    user = make_user()
    first = finished(user.user_id)
    again = rerun.rerun(user, first.job_id, "today", TOKEN)
    uploads.remove(uploads.get_owned(user.user_id, again.job_id))
    delete.delete(again)
    with pytest.raises(NotFoundError):
        rerun.rerun(user, first.job_id, "today", TOKEN)
    assert storage.size_of(again.s3_inputs_bucket, again.s3_key_input_file) is None


@pytest.mark.parametrize("doomed", ["first", "again"])
def test_deleting_either_job_leaves_the_other_its_file_C34(moto_aws: Settings, doomed: str) -> None:
    user = make_user()
    first = finished(user.user_id)
    again = rerun.rerun(user, first.job_id, "today", TOKEN)
    goes, stays = (first, again) if doomed == "first" else (again, first)
    delete.delete(goes)
    assert storage.size_of(goes.s3_inputs_bucket, goes.s3_key_input_file) is None
    assert storage.size_of(stays.s3_inputs_bucket, stays.s3_key_input_file) == len(TINY_VCF)


def test_crash_between_copy_and_job_is_mended_by_the_next_click_or_the_sweep_C16(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    first = finished(user.user_id)
    with monkeypatch.context() as patched:
        patched.setattr(submit, "submit", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            rerun.rerun(user, first.job_id, "today", TOKEN)
    assert rerun.rerun(user, first.job_id, "today", TOKEN).job_status == JobStatus.PENDING


def test_unfinished_copy_is_swept_and_never_shown(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    first = finished(user.user_id)
    with monkeypatch.context() as patched:
        patched.setattr(storage, "copy", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            rerun.rerun(user, first.job_id, "today", TOKEN)
    (record,) = uploads.of_user(user.user_id)
    assert record.state == UploadState.COPYING
    assert uploads.open_of_user(user.user_id) == []
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + moto_aws.rerun_copy_s + 1)
    assert sweep_uploads()["discarded_upload"] == 1
    assert uploads.of_user(user.user_id) == []


@pytest.mark.parametrize("job_id", ["f" * 32, "../../x", "", None, 7, "%00"])
def test_guessed_id_gets_nothing_C01(moto_aws: Settings, job_id: object) -> None:
    with pytest.raises(NotFoundError):
        rerun.rerun(make_user(), job_id, "today", TOKEN)


def test_job_of_another_is_no_job_C03(moto_aws: Settings) -> None:
    theirs = finished(make_user("eve@example.org").user_id)
    with pytest.raises(NotFoundError):
        rerun.rerun(make_user("ada@example.org"), theirs.job_id, "today", TOKEN)
    assert store.get_owned(theirs.job_id, theirs.user_id).reruns is None


def test_job_that_still_waits_is_refused(moto_aws: Settings) -> None:
    user = make_user()
    with pytest.raises(ConflictError, match="not finished"):
        rerun.rerun(user, make_job(user).job_id, "today")


def test_plan_limits_hold_for_reruns_too_C08(moto_aws: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    first = finished(user.user_id)
    with monkeypatch.context() as patched:
        patched.setattr(moto_aws, "free_max_active_jobs", 0)
        with pytest.raises(LimitError, match="waiting or running"):
            rerun.rerun(user, first.job_id, "today")
    with monkeypatch.context() as patched:
        patched.setattr(moto_aws, "free_max_upload_bytes", 10)
        with pytest.raises(LimitError, match="free plan takes up to"):
            rerun.rerun(user, first.job_id, "today")
    monkeypatch.setattr(moto_aws, "max_reruns", 1)
    rerun.rerun(user, first.job_id, "today")
    with pytest.raises(LimitError, match="max_reruns"):
        rerun.rerun(user, first.job_id, "today")
    assert len(submit.list_jobs(user.user_id)) == 2


def test_file_that_is_gone_is_said_so(moto_aws: Settings) -> None:
    user = make_user()
    first = finished(user.user_id)
    aws.client("s3").delete_object(Bucket=first.s3_inputs_bucket, Key=first.s3_key_input_file)
    with pytest.raises(PermanentError, match="Upload it again"):
        rerun.rerun(user, first.job_id, "today")
    assert uploads.of_user(user.user_id) == []


def test_same_versions_hold_the_new_job_to_engine_reference_and_sources_C45(moto_aws: Settings) -> None:
    user = make_user()
    again = rerun.rerun(user, finished(user.user_id).job_id, "same", TOKEN)
    assert (again.bundle_id, again.engine) == ("rcrs", "csq")
    assert again.source_ids == [source.id for source in load_bundle("rcrs").sources]
    bundle, options = chosen.bundle_and_options(again)
    assert bundle is not None and options.sources == tuple(again.source_ids or ())


def test_choice_by_itself_stays_one_among_that_reference_C45(moto_aws: Settings) -> None:
    user = make_user()
    first = finished(user.user_id, detected_build={"automatic": True})
    same = rerun.rerun(user, first.job_id, "same", TOKEN)
    bundle, options = chosen.bundle_and_options(same)
    assert (bundle, options.among) == (None, ("rcrs",))
    today = rerun.rerun(user, first.job_id, "today", TOKEN)
    assert (today.bundle_id, today.source_ids) == (None, None)
    assert chosen.bundle_and_options(today) == (None, AnnotationOptions())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "2020.1"}, "Reference was rcrs 2020.1 and is rcrs 2026"),
        ({"gene_model": {"file": "MT.gff3", "sha256": "0" * 64}}, "Gene models .* has another checksum"),
        ({"id": "not-here"}, "'not-here' is not installed"),
    ],
)
def test_versions_that_are_gone_are_named_and_todays_offered_C45(
    moto_aws: Settings, changes: dict[str, Any], said: str
) -> None:
    user = make_user()
    first = finished(user.user_id, manifest_now(**changes))
    with pytest.raises(ConflictError, match=said) as refused:
        rerun.rerun(user, first.job_id, "same", TOKEN)
    assert refused.value.code == "versions_gone"
    assert "today's versions" in refused.value.message
    assert rerun.rerun(user, first.job_id, "today", TOKEN).rerun_of == first.job_id


def test_source_that_was_removed_is_named_C45(moto_aws: Settings) -> None:
    user = make_user()
    manifest = manifest_now()
    manifest["sources"].append({"id": "clinvar", "title": "ClinVar", "version": "2025-01"})
    with pytest.raises(ConflictError, match=r"ClinVar \(2025-01\) is not installed any more"):
        rerun.rerun(user, finished(user.user_id, manifest).job_id, "same")


def test_manifest_of_an_older_version_that_states_less_can_be_run_again(moto_aws: Settings) -> None:
    user = make_user()
    manifest = manifest_now(checksums={})
    del manifest["bundle"]["sequence"], manifest["bundle"]["gene_model"], manifest["tool"]["pick_rule_version"]
    assert rerun.rerun(user, finished(user.user_id, manifest).job_id, "same").pinned


def test_failed_job_runs_again_with_todays_versions_only(moto_aws: Settings) -> None:
    user = make_user()
    failed = finished(user.user_id, job_status=JobStatus.FAILED, bundle_id=None)
    with pytest.raises(ConflictError, match="today's versions"):
        rerun.rerun(user, failed.job_id, "same")
    assert rerun.rerun(user, failed.job_id, "today").bundle_id is None


def test_a_reference_that_was_chosen_can_be_left_to_the_automatic_choice_C39(moto_aws: Settings) -> None:
    user = make_user()
    failed = finished(user.user_id, job_status=JobStatus.FAILED, bundle_id="rcrs", source_ids=["regions"])
    kept = rerun.rerun(user, failed.job_id, "today", TOKEN)
    anew = rerun.rerun(user, failed.job_id, "automatic", TOKEN)
    assert (kept.bundle_id, kept.source_ids) == ("rcrs", ["regions"])
    assert (anew.bundle_id, anew.source_ids, anew.rerun_of) == (None, None, failed.job_id)


def test_an_engine_that_is_gone_can_be_left_for_the_usual_one_with_all_else_as_chosen(moto_aws: Settings) -> None:
    user = make_user()
    failed = finished(user.user_id, job_status=JobStatus.FAILED, bundle_id="rcrs", source_ids=["regions"])
    write_job(replace(failed, engine="vep"))
    with pytest.raises(ConfigurationError, match="Choose the engine csq"):
        rerun.rerun(user, failed.job_id, "today", TOKEN)
    again = rerun.rerun(user, failed.job_id, "usual_engine", TOKEN)
    assert (again.engine, again.bundle_id, again.source_ids) == ("csq", "rcrs", ["regions"])


def test_reference_that_was_replaced_meanwhile_fails_the_work_with_a_sentence_C45(moto_aws: Settings) -> None:
    user = make_user()
    again = rerun.rerun(user, finished(user.user_id).job_id, "same")
    with pytest.raises(PermanentError, match="replaced after you asked"):
        chosen.bundle_and_options(replace(again, pinned={"versions": "another", "automatic": False}))


def test_message_names_no_path(moto_aws: Settings, tmp_path: Path) -> None:
    user = make_user()
    first = finished(user.user_id, manifest_now(id="../../etc"))
    with pytest.raises(ConflictError) as refused:
        rerun.rerun(user, first.job_id, "same")
    assert str(tmp_path) not in refused.value.message
