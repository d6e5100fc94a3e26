"""Webhooks as a seller meets them: endpoints added at the terminal of a running server, orders placed over HTTP,
messages verified as a receiver would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

import fork_server
from gerai.testing.receiver import Received, Receiver, receiving
from gerai.testing.server import LiveServer, live_server

_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("webhooks") / "data") as server:
        server.start()
        yield server


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with receiving() as receiver:
        yield receiver


def gerai(server: LiveServer, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """`gerai webhooks …` on the running server's data folder."""
    return fork_server.run(["webhooks", *words, "--data", str(server.folder)], given=given)


def add(server: LiveServer, *words: str, given: str = "") -> tuple[str, str]:
    """Add an endpoint; answers its id and the secret that was shown."""
    done = gerai(server, "add", *words, given=given)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    return lines[0].removeprefix("added "), lines[3]


def until(told: Callable[[], list[Received]], number: int) -> list[Received]:
    """The requests, once there are that many."""
    end = time.monotonic() + _WITHIN_S
    while time.monotonic() < end:
        if len(found := told()) >= number:
            return found
        time.sleep(0.05)
    raise AssertionError(f"only {len(told())} of {number} messages came")


def post(server: LiveServer, path: str, headers: dict[str, str], body: Any) -> Any:
    answer = httpx.post(server.base_url + path, headers=headers, json=body, trust_env=False, timeout=30)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def test_scalev_is_told_with_a_signature_over_the_raw_body(server: LiveServer, receiver: Receiver) -> None:
    """The address is tried with the test event when it is added; then an order's creation arrives, signed in base64
    over the raw body and by Standard Webhooks; the log names it; replaying sends the same bytes."""
    demo = server.demo["scalev"]
    endpoint_id, secret = add(server, "scalev", receiver.url(), "--events", "order.created")
    assert [json.loads(r.body)["event"] for r in receiver.requests] == ["business.test_event"]
    order = {
        "store_unique_id": demo["store_unique_id"], "customer_name": "Budi", "customer_phone": "081234567890",
        "customer_email": "budi@example.com", "payment_method": "bank_transfer",
        "ordervariants": [{"quantity": 1, "variant_unique_id": demo["digital_variant_unique_id"]}],
    }  # fmt: skip
    placed = post(server, "/v3/orders", {"Authorization": f"Bearer {demo['secret_key']}"}, order)
    told = until(lambda: receiver.requests[1:], 1)
    body = json.loads(told[0].body)
    assert (body["event"], body["data"]["id"]) == ("order.created", placed["id"])
    right = base64.b64encode(hmac.digest(secret.encode(), told[0].body, hashlib.sha256)).decode()
    assert told[0].headers["x-scalev-hmac-sha256"] == right
    Webhook(secret).verify(told[0].body, told[0].headers)
    log = gerai(server, "log", "--endpoint", endpoint_id)
    assert "order.created" in log.stdout
    assert "delivered" in log.stdout
    delivery_id = next(line.split()[0] for line in log.stdout.split("\n") if "order.created" in line)
    assert placed["id"] in gerai(server, "show", delivery_id).stdout
    assert gerai(server, "replay", delivery_id).stdout == "replaying 1\n"
    again = until(lambda: receiver.requests[1:], 2)[1]
    assert (again.body, again.headers["webhook-id"]) == (told[0].body, told[0].headers["webhook-id"])
    assert gerai(server, "remove", endpoint_id).returncode == 0
    assert receiver.url() not in gerai(server, "list").stdout


def test_durianpay_is_told_with_the_keys_signature(server: LiveServer, receiver: Receiver) -> None:
    """The API key is read from standard input, must be one of this merchant, and signs `id|amount` inside the data."""
    key = server.demo["durianpay"]["test_key"]
    wrong = gerai(server, "add", "durianpay", receiver.url(), given="dp_test_nobody\n")
    assert (wrong.returncode, receiver.requests) == (1, [])
    add(server, "durianpay", receiver.url(), given=f"{key}\n")
    receiver.requests.clear()
    order = {
        "amount": "20000.00", "currency": "IDR", "payment_option": "full_payment", "order_ref_id": "webhook-1",
        "customer": {"given_name": "Budi", "email": "budi@example.com", "mobile": "081234567890"},
        "items": [{"name": "Kaos", "qty": 1, "price": "20000.00", "logo": ""}],
    }  # fmt: skip
    basic = base64.b64encode(f"{key}:".encode()).decode()
    post(server, "/v1/orders", {"Authorization": f"Basic {basic}"}, order)
    body = json.loads(until(lambda: receiver.requests, 1)[0].body)
    data = body["data"]
    assert (body["event"], body["retry_count"], data["amount"]) == ("order.created", 0, 2_000_000)
    message = f"{data['id']}|{data['amount_str']}"
    assert data["signature"] == hmac.digest(key.encode(), message.encode(), hashlib.sha256).hex()


def test_cek_ceir_is_told_of_that_keys_orders_only(server: LiveServer, receiver: Receiver) -> None:
    """Another key of the same merchant is not announced there."""
    demo = server.demo["cekceir"]
    add(server, "cekceir", receiver.url(), given=demo["api_key"])
    order = {"code": "cek_imei", "data": {"imeis": ["356789012345670"]}}
    post(server, "/api/order", {"Authorization": f"Bearer {demo['second_api_key']}"}, order)
    mine = post(server, "/api/order", {"Authorization": f"Bearer {demo['api_key']}"}, order)
    told = until(lambda: [r for r in receiver.requests if b'"success"' in r.body], 1)[-1]
    assert json.loads(told.body) == mine
    assert {json.loads(request.body)["order_id"] for request in receiver.requests} == {mine["order_id"]}
    assert told.headers["x-webhook-event"] == "dispatch.webhook.order"
    message = f'{{"orderId":{mine["order_id"]},"amount":"{mine["charged_amount"]}"}}'
    secret = demo["api_key"].partition(".")[2]
    assert told.headers["x-signature"] == hmac.digest(secret.encode(), message.encode(), hashlib.sha256).hex()


def test_addresses_inside_are_refused_at_the_terminal(server: LiveServer) -> None:
    """Private addresses, addresses with a password, and what is no address: refused with a reason, nothing stored."""
    for url in ("https://10.0.0.7/hook", "https://user:pass@example.com/", "ftp://example.com/", "nonsense"):
        refused = gerai(server, "add", "scalev", url, "--no-trial")
        assert refused.returncode == 1, url
        assert "pass@" not in gerai(server, "list").stdout
    assert gerai(server, "add", "nobody", "https://example.com/").returncode == 2
    assert gerai(server, "add", "scalev", "https://example.com/", "--events", "nothing").returncode == 2
    assert gerai(server, "show", "1").returncode == 1
    assert Path(server.folder, "seal.key").stat().st_mode & 0o777 == 0o600
