"""What every known client needs of every answer (contract §21): strict types of Go, fixed keys of PHP, known words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
from durianpay_shop import Shop

TIMES = {
    "created_at", "updated_at", "expiry_date", "expire_time", "expiration_date", "expiration_time", "creation_time",
    "payment_date", "paid_at",
}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
WORDS = {"started", "processing", "completed", "failed", "cancelled", "expired"}
#: Go's map[string]string.
TEXT_MAPS = {"metadata", "failure_reason"}
COUNTS = {"count", "total", "address_id", "qty", "retry_count"}
CHARGES = ["VA", "EWALLET", "RETAILSTORE", "ONLINE_BANKING", "QRIS", "CARD", "BNPL"]


def walk(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every value with its path and its key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}", key, inner
            yield from walk(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from walk(inner, f"{path}[{number}]")


def faults(answer: Any) -> list[str]:
    """Where a strict client would stop."""
    found: list[str] = []
    for path, key, value in walk(answer):
        right = True
        if key in TIMES:
            right = isinstance(value, str) and TIME.fullmatch(value) is not None
        elif key in TEXT_MAPS and ".items[" not in path:
            right = value is None or (isinstance(value, dict) and all(isinstance(v, str) for v in value.values()))
        elif key in COUNTS:
            right = type(value) is int and value >= 0
        elif key in ("status", "payment_status") and value not in ("", "Payment Successful", "Payment Unsuccessful"):
            right = value in WORDS
        elif key in ("items", "orders", "payments"):
            right = value is None or (isinstance(value, list) and value != [])
        elif key in ("amount", "price", "total_fee", "paid_amount", "shipping_fee"):
            right = isinstance(value, str)
        if not right:
            found.append(f"{path}: {value!r}")
    return found


async def test_every_answer_is_read_by_strict_clients(shop: Shop) -> None:
    """All served operations, before, while and after payments of all types, with and without what may be left out."""
    answers: list[httpx.Response] = [
        await shop.ask("GET", "/orders"),
        await shop.ask("GET", "/payments"),
        await shop.ask("POST", "/merchants/token"),
    ]
    bare = {"items": None, "metadata": [], "description": None, "order_ref_id": "", "customer": {"mobile": 81234567890}}
    for changes in (bare, {"is_payment_link": True}, {}):
        order = await shop.order(**changes)
        kinds = CHARGES if not changes else ["VA", "QRIS"]
        for kind in kinds:
            charged = await shop.charge(order, kind)
            payment_id = charged.json()["data"]["response"]["payment_id"]
            answers += [
                charged,
                await shop.ask("GET", f"/payments/{payment_id}?expand=customer&expand=order"),
                await shop.ask("GET", f"/payments/{payment_id}/status"),
                await shop.ask("POST", f"/payments/{payment_id}/verify", {"verification_signature": "x"}),
            ]
        account = (await shop.charge(order)).json()["data"]["response"]["account_number"]
        transfer = {"account_number": account, "amount": order["amount"]}
        answers += [
            await shop.ask("PUT", f"/payments/{payment_id}/cancel"),
            await shop.ask("POST", "/payments/va/simulate", transfer),
            await shop.ask("GET", f"/orders/{order['id']}?expand=customer&expand=payments"),
        ]
    answers += [await shop.ask("GET", "/orders"), await shop.ask("GET", "/payments")]
    assert {answer.status_code for answer in answers} == {200}, [a.text for a in answers if a.status_code != 200]
    assert [fault for answer in answers for fault in faults(answer.json())] == []


async def test_every_error_has_the_keys_php_destructures(shop: Shop) -> None:
    """Three texts, however the error came about; where ``errors`` is there it is a list of field and message."""
    order = await shop.order()
    ended = (await shop.charge(order)).json()["data"]["response"]
    await shop.ask("PUT", f"/payments/{ended['payment_id']}/cancel")
    answers = [
        await shop.ask_raw("POST", "/orders", b"{"),
        await shop.ask_raw("POST", "/orders", b""),
        await shop.ask("POST", "/orders", []),
        await shop.ask("POST", "/orders", {"amount": "x"}),
        await shop.charge(order, "VA", bank_code="X"),
        await shop.charge({"id": "ord_0000000000000", "amount": "1"}),
        await shop.ask("GET", "/orders?limit=x"),
        await shop.ask("GET", "/orders?from=x"),
        await shop.ask("GET", "/payments/x"),
        await shop.ask("GET", "/payments/x/status"),
        await shop.ask("PUT", f"/payments/{ended['payment_id']}/cancel"),
        await shop.ask("POST", "/payments/va/simulate", {"account_number": ended["account_number"], "amount": 10001}),
        await shop.ask("POST", "/payments/va/static/simulate", {"account_number": "1", "amount": 10001}),
        await shop.ask("DELETE", "/orders"),
        await shop.ask("GET", "/v1/nothing"),
        await shop.client.get("/orders"),
    ]
    for answer in answers:
        body = answer.json()
        assert answer.status_code >= 400
        assert [type(body[name]) for name in ("error", "error_code", "request_id")] == [str, str, str], body
        assert body["error"], body
        assert all(set(error) == {"field", "message"} for error in body.get("errors", []))


async def test_lines_and_controls_in_texts(shop: Shop) -> None:
    """Old clients send lines, and what they pasted, in a text: it is read back as it was sent, and the buyer's page
    shows it as plain text that changes nothing around it."""
    name = "TV\x1b[2K\x1b]0;owned\x07\x9b\u202e\r\n</bdi><script>alert(1)</script> total Rp1"
    item = {"name": name, "qty": 1, "price": "20000.00", "logo": ""}
    made = await shop.order(amount="20000", items=[item], description=f"two\nlines{name}")
    answer = await shop.ask("GET", f"/v1/orders/{made['id']}")
    assert answer.json()["data"]["items"][0]["name"] == name
    assert answer.json()["data"]["description"] == f"two\nlines{name}"
    page = await shop.client.get(f"/i/{made['access_token']}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    # As text, inside the element that keeps turned letters to itself.
    shown = re.findall(r"<bdi>(TV[^<]*)</bdi>", page.text)
    assert [one.endswith("&lt;/bdi&gt;&lt;script&gt;alert(1)&lt;/script&gt; total Rp1") for one in shown] == [True]


async def test_what_cannot_be_linked_is_kept_and_never_a_link(shop: Shop) -> None:
    """A logo of any form is answered as it came, and the buyer's page neither links nor draws it; an expiry that never
    comes leaves the order open, in every read."""
    logos = ["/img/a.png", "https://x.y/a b.png", "javascript:alert(1)", False, None]
    items = [{"name": "TV", "qty": 1, "price": "10000", "logo": logo} for logo in logos]
    made = await shop.order(amount="50000", items=items, expiry_date="9999-12-31T23:59:59Z")
    read = (await shop.ask("GET", f"/v1/orders/{made['id']}")).json()["data"]
    assert [item["logo"] for item in read["items"]] == [*logos[:3], "", ""]
    assert (read["status"], read["expiry_date"]) == ("started", "9998-12-31T23:59:59Z")
    page = (await shop.client.get(f"/i/{made['access_token']}")).text
    assert [logo for logo in logos[:3] if str(logo) in page] == []
