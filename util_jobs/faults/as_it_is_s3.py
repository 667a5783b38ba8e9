"""S3's restores as AWS does them, over moto's objects: they take their time, are refused twice, and expire.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html. What moto does otherwise: a restore is finished
at once, a second one is accepted, Expedited is always there, a part of an archived object can be copied, it
falls over what is asked of an upload that is over, and the time of its own clock counts.
"""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

from moto.backends import get_backend

from pipeline import clock
from pipeline.settings import get_settings
from util_jobs.faults.as_it_is_answers import Answer, PaidRetrieval, answer, refusal

WAITING_CLASSES = ("GLACIER", "DEEP_ARCHIVE")
OF_OPEN_UPLOADS = ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload")
DAY_S = 86400
SPEED = ("Bulk", "Standard", "Expedited")  # a faster tier may be asked for, and is paid, while a slower one runs


@dataclass(frozen=True)
class Restore:
    """A restore of one object. Its temporary copy goes at the midnight (UTC) after so many days."""

    ready_at: float
    days: int
    tier: str

    @property
    def expires_at(self) -> float:
        """S3: the time of readiness and the days, rounded up to the next midnight UTC."""
        return float(math.ceil((self.ready_at + self.days * DAY_S) / DAY_S) * DAY_S)


class Restores:
    """Knows the restores of moto's objects; an object that is overwritten or copied onto itself loses its own."""

    def __init__(self, delays_s: dict[str, float], ledger: list[PaidRetrieval]) -> None:
        self.expedited_available = True
        self._delays_s, self._ledger = delays_s, ledger
        self._known: weakref.WeakKeyDictionary[Any, Restore] = weakref.WeakKeyDictionary()
        self._announced: set[tuple[str, str, Restore]] = set()

    def before(self, operation: str, params: dict[str, Any]) -> Answer | None:
        """AWS's answer to an S3 call where it is another than moto's."""
        if operation in OF_OPEN_UPLOADS and not _is_open(params):
            return refusal(404, "NoSuchUpload", "The specified upload does not exist.")
        if operation == "RestoreObject":
            return self._restore(params)
        if operation == "GetObject":
            return self._gate(params["Bucket"], params["Key"])
        if operation in ("CopyObject", "UploadPartCopy"):
            return self._gate(*_source(params["CopySource"]))
        return None

    def after(self, operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> None:
        """Put what is true into the answer of HeadObject."""
        if operation == "HeadObject":
            parsed.pop("Restore", None)
            found = _object(params["Bucket"], params["Key"])
            restore = self._current(found) if found is not None else None
            if restore is not None:
                parsed["Restore"] = _header(restore)

    def ready_times(self) -> list[float]:
        """When the running restores will be ready, the next first."""
        return sorted(restore.ready_at for restore in self._known.values() if restore.ready_at > clock.now())

    def completed(self) -> list[tuple[str, str]]:
        """Bucket and key of each restore that was finished since the last call: S3's ObjectRestore:Completed events."""
        done = [(key, restore) for key, restore in self._known.items() if restore.ready_at <= clock.now()]
        fresh = [(str(key.bucket_name), str(key.name), restore) for key, restore in done]
        told = [(bucket, name) for bucket, name, restore in fresh if (bucket, name, restore) not in self._announced]
        self._announced.update(fresh)
        return sorted(told)

    def _current(self, found: Any) -> Restore | None:
        restore = self._known.get(found)
        if restore is not None and restore.expires_at <= clock.now():
            del self._known[found]
            return None
        return restore

    def _restore(self, params: dict[str, Any]) -> Answer:
        found = _object(params["Bucket"], params["Key"])
        if found is None:
            return refusal(404, "NoSuchKey", "The specified key does not exist.")
        if found.storage_class not in WAITING_CLASSES:
            return refusal(403, "InvalidObjectState", "Restore is not allowed for the object's current storage class")
        wish = params["RestoreRequest"]
        tier = wish.get("GlacierJobParameters", {}).get("Tier", "Standard")
        if tier == "Expedited" and found.storage_class == "DEEP_ARCHIVE":
            return refusal(400, "InvalidArgument", "Retrieval option is not supported by this storage class")
        current = self._current(found)
        if current is not None and current.ready_at <= clock.now():
            # The same copy, kept for longer; nothing is retrieved again.
            self._known[found] = Restore(clock.now(), wish["Days"], current.tier)
            self._announced.add((found.bucket_name, found.name, self._known[found]))
            return answer(200)
        if current is not None and SPEED.index(tier) <= SPEED.index(current.tier):
            return refusal(409, "RestoreAlreadyInProgress", "Object restore is already in progress")
        if tier == "Expedited" and not self.expedited_available:
            return refusal(503, "GlacierExpeditedRetrievalNotAvailable", "Expedited retrievals are not available.")
        name = f"{params['Bucket']}/{params['Key']}"
        self._ledger.append(PaidRetrieval(clock.now(), "s3", name, tier, needless=current is not None))
        self._known[found] = Restore(clock.now() + self._delays_s[tier], wish["Days"], tier)
        return answer(202)

    def _gate(self, bucket: str, key: str) -> Answer | None:
        """Refuse to read an archived object that was not restored; tell moto where it was."""
        found = _object(bucket, key)
        if found is None or found.storage_class not in WAITING_CLASSES:
            return None
        restore = self._current(found)
        if restore is None or restore.ready_at > clock.now():
            found.set_expiry(None)
            message = "The operation is not valid for the object's storage class"
            return refusal(403, "InvalidObjectState", message)
        found.set_expiry(datetime.fromtimestamp(restore.expires_at, UTC))
        return None


def _is_open(params: dict[str, Any]) -> bool:
    """Whether the upload in parts was neither completed nor aborted; moto falls over what is asked of another one."""
    backend: Any = get_backend("s3")[get_settings().aws_account_id]["aws"]
    found = backend.buckets.get(params["Bucket"])
    return found is None or params["UploadId"] in found.multiparts


def _object(bucket: str, key: str) -> Any:
    backend: Any = get_backend("s3")[get_settings().aws_account_id]["aws"]
    found = backend.buckets.get(bucket)
    return found.keys.get(key) if found is not None else None


def _source(copy_source: str | dict[str, str]) -> tuple[str, str]:
    if isinstance(copy_source, dict):
        return copy_source["Bucket"], copy_source["Key"]
    bucket, _, key = unquote(copy_source).lstrip("/").partition("/")
    return bucket, key


def _header(restore: Restore) -> str:
    if restore.ready_at > clock.now():
        return 'ongoing-request="true"'
    return f'ongoing-request="false", expiry-date="{formatdate(restore.expires_at, usegmt=True)}"'
