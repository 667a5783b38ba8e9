"""The heartbeat keeps lease and message apart."""

from __future__ import annotations

import threading
import time

import pytest
from botocore.exceptions import ClientError

from pipeline.settings import Settings
from pipeline.workers.delivery import Delivery
from pipeline.workers.heartbeat import Heartbeat
from pipeline.workers.queue import Queue, Received


def test_lease_is_renewed_although_the_message_cannot_be_kept_C13(
    moto_aws: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moto_aws, "cancel_check_s", 0.01)
    monkeypatch.setattr(moto_aws, "heartbeat_interval_s", 0.01)
    tries: list[int] = []

    def gone(*_: object) -> None:
        tries.append(1)
        raise ClientError({"Error": {"Code": "ReceiptHandleIsInvalid"}}, "ChangeMessageVisibility")

    monkeypatch.setattr(Queue, "hide", gone)
    renewed = threading.Event()
    delivery = Delivery(receives=1, stopping=threading.Event(), renew=lambda: len(tries) >= 2 and renewed.set())
    received = Received("{}", "handle", "id", 1, None)
    with Heartbeat(Queue("annotate"), received, delivery, lambda: None):
        assert renewed.wait(5)
        time.sleep(0.02)
    assert not delivery.lost.is_set()
