"""The upload box in a browser: every way in, every state of a row, and one job for one file whatever happens (C02)."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from pipeline import aws
from pipeline.accounts.store import User
from pipeline.jobs.states import JobStatus
from pipeline.jobs.submit import list_jobs
from pipeline.uploads import store
from tests.browser.conftest import UPLOAD_PART
from tests.builders import TINY_VCF, write_job

pytestmark = [pytest.mark.browser, pytest.mark.emulator]

HEADER = b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


@pytest.fixture
def vcf(tmp_path: Path) -> Callable[..., Path]:
    """Makes a file of so many parts, whose every part is different."""

    def make(name: str = "mine.vcf", parts: int = 8) -> Path:
        path = tmp_path / name
        body = b"".join(bytes([65 + n % 26]) * UPLOAD_PART for n in range(parts))
        path.write_bytes((HEADER + body)[: parts * UPLOAD_PART])
        return path

    return make


def row(page: Page, name: str) -> Locator:
    return page.locator(".gas-upload-row").filter(has=page.get_by_text(name, exact=True))


def choose(page: Page, *paths: Path) -> None:
    page.locator("#upload-input").set_input_files(list(paths))


def expect_state(page: Page, name: str, state: str) -> None:
    expect(row(page, name)).to_have_attribute("data-state", state, timeout=20_000)


def part_number(url: str) -> int:
    return int(parse_qs(urlsplit(url).query)["partNumber"][0])


def watch_parts(page: Page) -> Counter[int]:
    """Counts the parts that the page sends from now on, by number."""
    sent: Counter[int] = Counter()
    page.on("request", lambda r: sent.update([part_number(r.url)]) if r.method == "PUT" else None)
    return sent


def wait_for(page: Page, happened: Callable[[], bool]) -> None:
    """Until it has happened, for at most 10 s; the page goes on meanwhile."""
    for _ in range(100):
        if happened():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")


class Gate:
    """Lets parts pass while it is open; holds them back while it is shut."""

    def __init__(self, page: Page, let_through: int) -> None:
        self.page = page
        self.left = let_through
        self.held: list[Route] = []
        page.route(lambda url: "partNumber=" in url, self._handle)

    def _handle(self, route: Route) -> None:
        if self.left > 0:
            self.left -= 1
            route.continue_()
        else:
            self.held.append(route)

    def open(self) -> None:
        """Everything passes, also what was held back."""
        for route in self.forget():
            route.continue_()

    def wait_until_held(self, count: int) -> None:
        """Until so many requests are held back (at most 10 s)."""
        wait_for(self.page, lambda: len(self.held) >= count)

    def break_off(self) -> None:
        """What is held back fails as without a network; what comes later passes."""
        for route in self.forget():
            route.abort("internetdisconnected")

    def forget(self) -> list[Route]:
        """What is held back stays so; what comes later passes."""
        self.left = 10**9
        held, self.held = self.held, []
        return held


def answer_part(route: Route, status: int) -> None:
    route.fulfill(status=status, headers={"Access-Control-Allow-Origin": "*"}, body="<Error/>")


def stored(user: User, name: str) -> bytes:
    job = next(job for job in list_jobs(user.user_id) if job.input_file_name == name)
    return aws.client("s3").get_object(Bucket=job.s3_inputs_bucket, Key=job.s3_key_input_file)["Body"].read()


def names_of_jobs(user: User) -> list[str]:
    return sorted(job.input_file_name for job in list_jobs(user.user_id))


DROP = """async ([files, target]) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  const at = document.querySelector(target);
  for (const kind of ["dragover", "drop"]) {
    at.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    if (kind === "dragover") window.highlighted = Boolean(document.querySelector("#upload-box.is-dragging"));
  }
}"""


def test_files_from_dialogue_and_drop_become_jobs_with_their_bytes_C09(
    box: Page, person: User, vcf: Callable[..., Path]
) -> None:
    hostile = ["a.b~c:d=é.vcf.gz", "<img src=x onerror=alert(1)>.vcf", "passwd .vcf"]
    many = vcf("many parts.vcf", 9)
    events = box.evaluate_handle(
        "() => { const a = []; addEventListener('gas:job-submitted', (e) => a.push(e.detail.job_id)); return a; }"
    )
    choose(box, many)
    box.evaluate(DROP, [[[name, TINY_VCF.decode()] for name in hostile], ".gas-upload-title"])
    assert box.evaluate("window.highlighted") is True
    for name in [many.name, *hostile]:
        expect_state(box, name, "done")
    assert stored(person, many.name) == many.read_bytes()
    assert all(stored(person, name) == TINY_VCF for name in hostile)
    assert sorted(events.json_value()) == sorted(job.job_id for job in list_jobs(person.user_id))
    assert store.open_of_user(person.user_id) == []
    expect(box.locator("#jobs-count")).to_contain_text("4 jobs")
    assert box.locator("#upload-list img").count() == 0
    row(box, many.name).get_by_role("link", name="Open the job").click()
    box.wait_for_url(re.compile(r"/jobs/[0-9a-f]{32}$"))
    box.go_back()
    expect_state(box, many.name, "done")
    assert len(list_jobs(person.user_id)) == 4


def test_a_drop_beside_the_box_leaves_the_page_as_it_is(box: Page, person: User) -> None:
    address = box.url
    box.evaluate(DROP, [[["x.vcf", "x"]], "header"])
    assert box.url == address
    expect(box.locator(".gas-upload-row")).to_have_count(0)


def test_what_the_server_would_refuse_is_said_before_anything_is_sent_C08(
    box: Page, person: User, tmp_path: Path, vcf: Callable[..., Path]
) -> None:
    kinds = {
        "empty.vcf": (b"", "is empty"),
        "archive.zip": (b"PK\x03\x04rest", "ZIP archive"),
        "paper.pdf": (b"%PDF-1.7", "PDF document"),
        "aligned.bam": (gzip.compress(b"BAM\x01"), "BAM file"),
    }
    for name, (content, _) in kinds.items():
        (tmp_path / name).write_bytes(content)
    sent = watch_parts(box)
    choose(box, *(tmp_path / name for name in kinds), vcf("too large.vcf", 41))
    for name, (_, words) in kinds.items():
        expect_state(box, name, "refused")
        expect(row(box, name)).to_contain_text(words)
    expect(row(box, "too large.vcf")).to_contain_text("the free plan takes up to 2.5 MiB")
    assert (sum(sent.values()), store.of_user(person.user_id)) == (0, [])
    row(box, "empty.vcf").get_by_role("button", name="Hide").click()
    expect(row(box, "empty.vcf")).to_have_count(0)
    expect(box.locator("#upload-choose")).to_be_focused()


def test_the_servers_refusal_is_shown_where_the_page_did_not_know_C08(box: Page, vcf: Callable[..., Path]) -> None:
    box.evaluate(
        "document.getElementById('upload-list').dataset.attached = ''; "
        "document.getElementById('upload-box').dataset.maxBytes = '999999999'; "
        "document.body.append(document.createElement('i'))"
    )
    choose(box, vcf("too large.vcf", 41))
    expect_state(box, "too large.vcf", "failed")
    expect(row(box, "too large.vcf")).to_contain_text("the free plan takes up to 2.5 MiB")
    row(box, "too large.vcf").get_by_role("button", name="Remove").click()
    expect(row(box, "too large.vcf")).to_have_count(0)


def test_pause_and_resume_send_no_part_twice(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    gate = Gate(box, let_through=4)
    choose(box, vcf(parts=10))
    mine = row(box, "mine.vcf")
    bar = mine.get_by_role("progressbar", name="Upload of mine.vcf")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^[4-9]\\d$"))
    mine.get_by_role("button", name="Pause").click()
    expect(mine).to_contain_text("Paused at 40 %")
    expect(mine.get_by_role("button", name="Resume")).to_be_focused()
    expect(box.locator("#upload-announcer")).to_have_text("mine.vcf is paused")
    sent = watch_parts(box)
    gate.open()
    box.keyboard.press("Enter")
    expect_state(box, "mine.vcf", "done")
    assert sum(sent.values()) == 6
    assert max(sent.values()) == 1
    assert stored(person, "mine.vcf") == vcf(parts=10).read_bytes()


def test_after_a_reload_only_the_missing_parts_are_sent(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    gate = Gate(box, let_through=4)
    path = vcf(parts=10)
    choose(box, path)
    expect(row(box, "mine.vcf").get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("^[4-9]\\d$"))
    box.reload()
    gate.forget()
    expect(row(box, "mine.vcf")).to_contain_text("Choose this file again to resume; 40 % is already here.")
    other = path.parent / "other" / "mine.vcf"
    other.parent.mkdir()
    other.write_bytes(b"x" * 10)
    with box.expect_file_chooser() as chooser:
        row(box, "mine.vcf").get_by_role("button", name="Choose file").click()
    chooser.value.set_files(other)
    expect(row(box, "mine.vcf")).to_contain_text("is another file: it has 10 bytes, the unfinished one 655,360")
    sent = watch_parts(box)
    choose(box, path)
    expect_state(box, "mine.vcf", "done")
    assert sum(sent.values()) == 6
    expect(box.locator(".gas-upload-row")).to_have_count(1)
    assert (stored(person, "mine.vcf"), names_of_jobs(person)) == (path.read_bytes(), ["mine.vcf"])


def test_expired_addresses_broken_connections_and_errors_of_the_store_pass(
    box: Page, person: User, vcf: Callable[..., Path]
) -> None:
    tries: Counter[int] = Counter()

    def trouble(route: Route) -> None:
        number = part_number(route.request.url)
        tries[number] += 1
        if tries[number] > 1:
            route.continue_()
        elif number == 1:
            answer_part(route, 403)
        elif number == 2:
            answer_part(route, 503)
        elif number == 3:
            route.abort()
        else:
            route.continue_()

    box.route(lambda url: "partNumber=" in url, trouble)
    choose(box, vcf(parts=5))
    expect_state(box, "mine.vcf", "done")
    assert tries == {1: 2, 2: 2, 3: 2, 4: 1, 5: 1}
    assert stored(person, "mine.vcf") == vcf(parts=5).read_bytes()


def test_a_store_that_refuses_for_good_ends_in_a_sentence_and_a_way_on(
    box: Page, person: User, vcf: Callable[..., Path]
) -> None:
    box.route(lambda url: "partNumber=" in url, lambda route: answer_part(route, 403))
    choose(box, vcf())
    expect_state(box, "mine.vcf", "failed")
    expect(row(box, "mine.vcf")).to_contain_text("The file store refused a part of the file (403).")
    box.unroute_all()
    row(box, "mine.vcf").get_by_role("button", name="Try again").click()
    expect_state(box, "mine.vcf", "done")
    assert names_of_jobs(person) == ["mine.vcf"]


def test_an_upload_that_the_store_lost_starts_anew_by_itself(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    gate = Gate(box, let_through=3)
    choose(box, vcf())
    row(box, "mine.vcf").get_by_role("button", name="Pause").click()
    upload = store.open_of_user(person.user_id)[0]
    aws.client("s3").abort_multipart_upload(Bucket=upload.bucket, Key=upload.key, UploadId=upload.multipart_id)
    gate.open()
    row(box, "mine.vcf").get_by_role("button", name="Resume").click()
    expect_state(box, "mine.vcf", "done")
    assert stored(person, "mine.vcf") == vcf().read_bytes()


def test_cancel_leaves_nothing_behind(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    Gate(box, let_through=2)
    choose(box, vcf())
    expect_state(box, "mine.vcf", "uploading")
    row(box, "mine.vcf").get_by_role("button", name="Cancel").click()
    expect(row(box, "mine.vcf")).to_have_count(0)
    assert store.of_user(person.user_id) == []
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=aws.bucket("inputs"))
    assert list_jobs(person.user_id) == []


def test_without_a_connection_it_waits_and_goes_on_by_itself(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    gate = Gate(box, let_through=2)
    choose(box, vcf())
    expect(row(box, "mine.vcf").get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile("^[2-9]\\d$"))
    box.context.set_offline(True)
    gate.break_off()
    expect_state(box, "mine.vcf", "offline")
    expect(row(box, "mine.vcf")).to_contain_text("You are offline.")
    box.context.set_offline(False)
    expect_state(box, "mine.vcf", "done")
    assert names_of_jobs(person) == ["mine.vcf"]


def test_two_tabs_send_a_file_once_C02(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    gate = Gate(box, let_through=2)
    choose(box, vcf())
    expect_state(box, "mine.vcf", "uploading")
    second = box.context.new_page()
    second.goto(box.url)
    expect(row(second, "mine.vcf")).to_contain_text("Being uploaded in another tab or window")
    gate.open()
    expect_state(box, "mine.vcf", "done")
    expect(row(second, "mine.vcf")).to_have_count(0)
    assert names_of_jobs(person) == ["mine.vcf"]


def test_a_submit_whose_answer_was_lost_makes_one_job_C02(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    """Every request that changes something is carried out, but the browser never hears of the first one."""
    seen: Counter[str] = Counter()

    def lose_the_first_answer(route: Route) -> None:
        path = re.sub(r"[0-9a-f]{32}", "*", urlsplit(route.request.url).path)
        if route.request.method == "POST":
            seen[path] += 1
            if seen[path] == 1:
                route.fetch()
                return route.abort()
        return route.continue_()

    box.route("**/api/**", lose_the_first_answer)
    choose(box, vcf())
    expect_state(box, "mine.vcf", "done")
    assert seen["/api/jobs"] == 2
    assert seen["/api/uploads"] == 2
    assert names_of_jobs(person) == ["mine.vcf"]
    assert len(store.of_user(person.user_id)) == 1


def test_an_upload_that_was_not_handed_over_can_be_after_a_reload_C02(
    box: Page, person: User, vcf: Callable[..., Path]
) -> None:
    box.route("**/api/jobs", lambda route: answer_part(route, 409))
    choose(box, vcf())
    expect_state(box, "mine.vcf", "failed")
    box.unroute_all()
    box.reload()
    expect(row(box, "mine.vcf")).to_contain_text("Uploaded, but not handed over")
    row(box, "mine.vcf").get_by_role("button", name="Annotate").dblclick()
    expect_state(box, "mine.vcf", "done")
    assert names_of_jobs(person) == ["mine.vcf"]


def test_a_double_click_on_the_sample_makes_one_job_C02(box: Page, person: User) -> None:
    box.get_by_role("button", name="Try the sample").dblclick()
    expect_state(box, "sample.vcf", "done")
    expect(box.locator(".gas-upload-row")).to_have_count(1)
    assert names_of_jobs(person) == ["sample.vcf"]


def test_the_row_says_what_became_of_the_job(box: Page, person: User) -> None:
    box.get_by_role("button", name="Try the sample").click()
    status = row(box, "sample.vcf").locator(".gas-upload-status")
    expect(status).to_have_text("Handed over for annotation")
    [job] = list_jobs(person.user_id)
    write_job(replace(job, job_status=JobStatus.RUNNING))
    expect(status).to_have_text("Being annotated")
    write_job(replace(job, job_status=JobStatus.COMPLETED, counts={"read": 444, "annotated": 440}))
    expect(status).to_have_text("Annotated: 440 of 444 records")
    expect(row(box, "sample.vcf").get_by_role("link", name="Open the job")).to_be_visible()


def test_the_row_says_that_the_job_failed(box: Page, person: User) -> None:
    box.get_by_role("button", name="Try the sample").click()
    expect_state(box, "sample.vcf", "done")
    [job] = list_jobs(person.user_id)
    write_job(replace(job, job_status=JobStatus.FAILED, error={"code": "bad_input", "message": "No."}))
    expect(row(box, "sample.vcf").locator(".gas-upload-status")).to_have_text(
        "Could not be annotated. The job says why."
    )


def test_pasted_variants_go_the_way_of_a_file(box: Page, person: User) -> None:
    box.get_by_role("button", name="Paste variants").click()
    text = box.get_by_label("Variants, one a line")
    expect(text).to_be_focused()
    text.fill("chrM 3243 A G\nrs123\n<script>alert(1)</script>")
    status = box.locator("#upload-paste-status")
    expect(status).to_contain_text("Line 2: The number rs123 alone does not say where the variant is.")
    expect(status).to_contain_text("Line 3: “<script>alert(1)</script>” is not a variant")
    box.get_by_role("button", name="Annotate these").click()
    expect(text).to_be_focused()
    expect(box.locator(".gas-upload-row")).to_have_count(0)
    text.fill("chrM 3243 A G\nm.8344A>G")
    expect(status).to_have_text("2 variants can be read.")
    box.get_by_role("button", name="Annotate these").dblclick()
    expect_state(box, "pasted-2-variants.vcf", "done")
    assert stored(person, "pasted-2-variants.vcf").decode().splitlines()[-2:] == [
        "chrM\t3243\t.\tA\tG\t.\t.\t.",
        "MT\t8344\t.\tA\tG\t.\t.\t.",
    ]
    assert names_of_jobs(person) == ["pasted-2-variants.vcf"]
    expect(text).to_be_hidden()


def test_several_files_go_up_two_at_a_time_and_the_others_wait(
    box: Page, person: User, vcf: Callable[..., Path]
) -> None:
    gate = Gate(box, let_through=0)
    choose(box, *(vcf(f"file {n}.vcf", 4) for n in range(4)))
    for name, state in zip(
        ("file 0.vcf", "file 1.vcf", "file 2.vcf", "file 3.vcf"), ("uploading",) * 2 + ("waiting",) * 2, strict=True
    ):
        expect_state(box, name, state)
    gate.wait_until_held(6)
    box.wait_for_timeout(300)
    assert len(gate.held) == 6
    assert {u.file_name for u in store.of_user(person.user_id)} == {"file 0.vcf", "file 1.vcf"}
    expect(box.locator(".gas-upload-name")).to_have_text([f"file {n}.vcf" for n in range(4)])
    gate.open()
    for n in range(4):
        expect_state(box, f"file {n}.vcf", "done")
    assert len(list_jobs(person.user_id)) == 4


def test_uploads_go_on_while_another_page_is_shown(box: Page, person: User, vcf: Callable[..., Path]) -> None:
    gate = Gate(box, let_through=1_000)
    choose(box, vcf("first.vcf", 1))
    expect_state(box, "first.vcf", "done")
    gate.left = 1
    choose(box, vcf())
    expect_state(box, "mine.vcf", "uploading")
    row(box, "first.vcf").get_by_role("link", name="Open the job").click()
    pill = box.locator("#upload-pill")
    expect(pill).to_contain_text("Uploading 1 file")
    pill.click()
    expect_state(box, "mine.vcf", "uploading")
    expect(pill).to_be_hidden()
    gate.open()
    expect_state(box, "mine.vcf", "done")
    assert names_of_jobs(person) == ["first.vcf", "mine.vcf"]


def test_an_upload_that_is_just_being_opened_is_not_offered_a_second_time_C02(
    box: Page, vcf: Callable[..., Path], person: User
) -> None:
    """The list of unfinished uploads is asked for when the page opens; the file is chosen while it is on its way."""
    asked: list[Route] = []
    opened: list[Route] = []
    box.route("**/api/uploads", lambda route: (asked if route.request.method == "GET" else opened).append(route))
    box.reload()
    wait_for(box, lambda: bool(asked))
    choose(box, vcf())
    wait_for(box, lambda: bool(opened))
    answer = opened[0].fetch()  # the portal has made the record; the page does not know it yet
    with box.expect_response(lambda r: r.url.endswith("/api/uploads") and r.request.method == "GET"):
        asked[0].continue_()
    box.wait_for_timeout(200)
    expect_state(box, "mine.vcf", "starting")
    opened[0].fulfill(response=answer)
    expect_state(box, "mine.vcf", "done")
    assert names_of_jobs(person) == ["mine.vcf"]


def test_the_page_warns_before_it_is_left_only_while_parts_move(box: Page, vcf: Callable[..., Path]) -> None:
    asked: list[str] = []
    box.on("dialog", lambda dialog: asked.append(dialog.type))
    box.get_by_role("button", name="Paste variants").click()
    box.reload()
    assert asked == []
    Gate(box, let_through=1)
    choose(box, vcf())
    expect_state(box, "mine.vcf", "uploading")
    box.unroute_all(behavior="ignoreErrors")
    box.reload()
    assert asked == ["beforeunload"]


def test_on_a_phone_nothing_is_wider_than_the_screen(box: Page, vcf: Callable[..., Path]) -> None:
    box.set_viewport_size({"width": 390, "height": 800})
    Gate(box, let_through=1)
    choose(box, vcf("a_very_long_name_without_any_blank_" * 5 + ".vcf"))
    expect(box.locator(".gas-upload-row")).to_have_attribute("data-state", "uploading")
    box.get_by_role("button", name="Paste variants").click()
    assert box.evaluate("document.getElementById('upload-box').scrollWidth <= 390")
    assert box.locator("#upload-box").bounding_box()["width"] <= 390  # type: ignore[index]
