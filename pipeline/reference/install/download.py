"""Fetches a file over HTTP: resumed where the server can, begun anew where it cannot."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from pipeline.errors import ConfigurationError, RetryableError

CHUNK_BYTES = 1 << 20
CONNECT_TIMEOUT_S = 30
READ_TIMEOUT_S = 60
BREAKS_ALLOWED = 8  # broken connections one after the other without a byte between them
PAUSE_S = 1.0
MAX_PAUSE_S = 30.0
BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError)
RETRIED = (429, 500, 502, 503, 504)
Told = Callable[[int, int], None]  # bytes so far, bytes in all (0: unknown)


@dataclass(frozen=True)
class Remote:
    """What the server says of a file: `size` in bytes (0 where it does not say), `stamp` changes with the content."""

    size: int
    stamp: str
    md5_base64: str = ""


def session(retries: int = 5) -> requests.Session:
    """A session that asks again when the server is busy."""
    made = requests.Session()
    policy = Retry(total=retries, backoff_factor=PAUSE_S, status_forcelist=RETRIED, raise_on_status=False)
    for scheme in ("http://", "https://"):
        made.mount(scheme, HTTPAdapter(max_retries=policy))
    made.headers["Accept-Encoding"] = "identity"
    return made


def look(http: requests.Session, url: str) -> Remote:
    """Ask for size and stamp, without the content. A server that does not answer HEAD leaves them open."""
    try:
        answer = http.head(url, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S), allow_redirects=True)
    except requests.RequestException as error:
        raise _out_of_reach(url, error) from error
    if answer.status_code in (404, 410):
        raise _refused(url, answer)
    return _remote(answer) if answer.ok else Remote(0, "")


def text_at(http: requests.Session, url: str, limit: int = 4 << 20) -> str:
    """A small text file. Raises ConfigurationError where it is not there, RetryableError where the server is not."""
    try:
        with http.get(url, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S), stream=True) as answer:
            if not answer.ok:
                raise _refused(url, answer)
            return answer.raw.read(limit, decode_content=True).decode("utf-8", "replace")
    except BROKEN as error:
        raise _out_of_reach(url, error) from error


def fetch(http: requests.Session, url: str, target: Path, told: Told, pause_s: float = PAUSE_S) -> Remote:
    """Bring the file to `target`; what a run before this one left in `<target>.part` is continued.

    Raises RetryableError when the connection breaks again and again (the part stays), ConfigurationError when the
    server has no such file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    breaks = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            remote = _go_on(http, url, part, told)
        except BROKEN as error:
            after = part.stat().st_size if part.exists() else 0
            breaks = 0 if after > before else breaks + 1
            if breaks >= BREAKS_ALLOWED:
                raise _out_of_reach(url, error) from error
            time.sleep(min(pause_s * 2**breaks, MAX_PAUSE_S))
            continue
        part.replace(target)
        _stamp_file(part).unlink(missing_ok=True)
        return remote


def _go_on(http: requests.Session, url: str, part: Path, told: Told) -> Remote:
    have = part.stat().st_size if part.exists() else 0
    stamp = _stamp_of(part)
    headers = {"Range": f"bytes={have}-", "If-Range": stamp} if have and stamp else {}
    with http.get(url, headers=headers, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S), stream=True) as answer:
        if answer.status_code == 416:  # nothing follows what we have: whole, or of another version
            whole = answer.headers.get("Content-Range", "").removeprefix("bytes */")
            if whole == str(have):
                return Remote(have, stamp)
            part.unlink()
            raise requests.ConnectionError("the file has changed on the server")
        if answer.status_code not in (200, 206):
            raise _refused(url, answer)
        remote = _remote(answer)
        continued = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if answer.status_code == 206 and not continued:
            part.unlink(missing_ok=True)
            raise requests.ConnectionError("the server sent another part than was asked for")
        start = have if continued else 0
        total = start + remote.size if remote.size else 0
        _stamp_file(part).write_text(json.dumps({"url": url, "stamp": remote.stamp}), "utf-8")
        with part.open("ab" if continued else "wb") as out:
            # The bytes as they are stored: some servers declare a .gz file as a Content-Encoding.
            for chunk in answer.raw.stream(CHUNK_BYTES, decode_content=False):
                out.write(chunk)
                told(out.tell(), total)
            size = out.tell()
    if total and size != total:
        raise requests.ConnectionError(f"{size:,} of {total:,} bytes came")
    return Remote(size, remote.stamp, remote.md5_base64)


def _remote(answer: requests.Response) -> Remote:
    stamp = answer.headers.get("ETag", "")
    if not stamp or stamp.startswith("W/"):  # If-Range needs a strong validator (RFC 9110, 13.1.5)
        stamp = answer.headers.get("Last-Modified", "")
    hashes = [part.strip() for part in answer.headers.get("x-goog-hash", "").split(",")]
    md5 = next((part.removeprefix("md5=") for part in hashes if part.startswith("md5=")), "")
    return Remote(int(answer.headers.get("Content-Length", 0)), stamp, md5)


def _stamp_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _stamp_of(part: Path) -> str:
    """What the server said of the content when the part was begun; empty where that is not known."""
    try:
        return str(json.loads(_stamp_file(part).read_text("utf-8")).get("stamp", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _refused(url: str, answer: requests.Response) -> ConfigurationError | RetryableError:
    if answer.status_code in RETRIED:
        return RetryableError(
            f"{url} is not available now ({answer.status_code} {answer.reason}). Run the command again later: it goes "
            "on where it stopped.",
            code="publisher_busy",
        )
    return ConfigurationError(
        f"{url} answers {answer.status_code} {answer.reason}. The publisher may have moved the file: give its address "
        "with --manifest, or a copy with --mirror.",
        code="publisher_refused",
    )


def _out_of_reach(url: str, error: Exception) -> RetryableError:
    return RetryableError(
        f"{url} is out of reach ({type(error).__name__}). Run the command again: it goes on where it stopped; or use "
        "--mirror.",
        code="publisher_out_of_reach",
    )
