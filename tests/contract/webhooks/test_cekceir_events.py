"""Cek Ceir's webhooks (section 9): the placement answer, to the byte, once per result, two of its fields signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from webhook_kit import Message, Shop, compact, contract_of, names
from webhook_orders import BAD, GOOD, place_cekceir

from gerai.doors.dialects.cekceir.events import secret_of
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.webhooks.contract import DeliveryAttempt, WebhookMessage

PLACED = "dispatch.webhook.order"


def verify(message: Message, api_key: str) -> bool:
    """As a receiver does it: the key's part after the first dot, over the compact JSON of order id and amount."""
    order = json.loads(message.signed.body)
    amount = order["total_price"] if order["status"] == "pending" else order["charged_amount"]
    if order["status"] in ("failed", "cancelled"):
        amount = 0
    signed = f'{{"orderId":{order["order_id"]},"amount":"{amount}"}}'
    right = hmac.new(api_key.split(".", 1)[1].encode(), signed.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(message.signed.headers["X-Signature"], right)


async def told(shop: Shop, order_id: int) -> list[Message | str]:
    """What is said of the order, signed as an endpoint of the shop's key would be."""
    return await shop.told(str(order_id), secret_of(shop.token))


@pytest.mark.parametrize(
    ("imeis", "http_status", "status", "amount"),
    [((GOOD,), 200, "success", 1500), ((GOOD, BAD, GOOD), 207, "partial", 3000), ((BAD, BAD), 503, "failed", 0)],
)
async def test_a_final_answer_is_the_only_message(
    cekceir: Shop, imeis: tuple[str, ...], http_status: int, status: str, amount: int
) -> None:
    """An order answered finally within the request gets one message: the very bytes of that answer, with the contract's
    headers, signed over what was charged ("0" when failed). Neither placing nor the provider's answer announces."""
    answer = await place_cekceir(cekceir, http_status, *imeis)

    said = await told(cekceir, answer.json()["order_id"])

    assert [entry.name for entry in said if isinstance(entry, Message)] == [PLACED]
    assert names(said)[:2] == ["(order.placed)", f"(fulfilment.{'succeeded' if status == 'success' else status})"]
    message = said[-1]
    assert isinstance(message, Message)
    assert message.signed.body == answer.content
    assert answer.json()["status"] == status
    key = cekceir.token.partition(".")[2].encode()
    signed = compact({"orderId": answer.json()["order_id"], "amount": str(amount)})
    assert message.signed.headers == {
        "Content-Type": "application/json",
        "Accept": "application/json, text/plain, */*",
        "X-Webhook-Event": "dispatch.webhook.order",
        "X-Signature": hmac.new(key, signed, hashlib.sha256).hexdigest(),
    }
    assert verify(message, cekceir.token)


async def test_a_waiting_order_is_told_twice(cekceir: Shop) -> None:
    """Pending while it waits, signed over its total price; then its result. Once it is final, nothing says pending any
    more."""
    answer = await place_cekceir(cekceir, 201, GOOD, code="unlock_manual")
    order_id = answer.json()["order_id"]

    [waiting] = await told(cekceir, order_id)

    assert isinstance(waiting, Message)
    assert waiting.signed.body == answer.content
    assert (waiting.sent["status"], waiting.sent["total_price"], waiting.sent["charged_amount"]) == (
        "pending",
        75_000,
        0,
    )
    assert verify(waiting, cekceir.token)

    view = await cekceir.view(str(order_id))
    await cekceir.do(RecordFulfilment, view, outcome="done", succeeded=1, result={"code": "NCK 1234"}, reference="op-7")
    placed, fulfilled, done = await told(cekceir, order_id)

    assert (placed, fulfilled) == ("order.placed", "fulfilment.succeeded")
    assert isinstance(done, Message)
    read = (await cekceir.ask("GET", f"/api/order/{order_id}")).json()["data"]
    del read["status_history"]
    assert done.signed.body == compact(read)
    assert (read["status"], read["charged_amount"], read["reference_id"]) == ("success", 75_000, "op-7")
    assert verify(done, cekceir.token)


async def test_a_cancelled_order_is_signed_over_nothing(cekceir: Shop) -> None:
    """Cancelled by the operator: everything returned, amount "0"."""
    order_id = (await place_cekceir(cekceir, 201, GOOD, code="unlock_manual")).json()["order_id"]
    await cekceir.do(CancelOrder, await cekceir.view(str(order_id)), reason="tutup")

    placed, cancelled = await told(cekceir, order_id)

    assert placed == "order.placed"
    assert isinstance(cancelled, Message)
    sent = cancelled.sent
    assert (sent["status"], sent["charged_amount"], sent["refunded_amount"]) == ("cancelled", 0, 75_000)
    assert sent["remaining_balance"] == sent["balance_before"]
    assert verify(cancelled, cekceir.token)


async def test_the_balances_of_a_message_are_its_orders_own(cekceir: Shop) -> None:
    """Another order in between does not show in them: what remains is what was there, less what this order took."""
    first = (await place_cekceir(cekceir, 201, GOOD, code="unlock_manual")).json()
    await place_cekceir(cekceir, 200, GOOD)
    [waits] = await told(cekceir, first["order_id"])
    view = await cekceir.view(str(first["order_id"]))
    await cekceir.do(RecordFulfilment, view, outcome="done", succeeded=1, result=None)
    *_, done = await told(cekceir, first["order_id"])
    for message in (waits, done):
        assert isinstance(message, Message)
        assert message.sent["balance_before"] == first["balance_before"]
        assert message.sent["remaining_balance"] == first["balance_before"] - 75_000


async def test_work_that_is_not_done_yet_is_not_announced(cekceir: Shop) -> None:
    """An answer that is pending or unknown, however often, says nothing."""
    order_id = (await place_cekceir(cekceir, 201, GOOD, code="unlock_manual")).json()["order_id"]
    for outcome in ("pending", "unknown", "unknown"):
        await cekceir.do(RecordFulfilment, await cekceir.view(str(order_id)), outcome=outcome)

    assert names(await told(cekceir, order_id)) == [
        PLACED,
        "(fulfilment.pending)",
        "(fulfilment.unknown)",
        "(fulfilment.unknown)",
    ]


def test_the_documented_sample() -> None:
    """``{"orderId":321,"amount":"1500"}`` is what is signed of the seed's example order; the key is what follows its
    first dot; an endpoint hears only of its own key's orders."""
    contract = contract_of("cekceir")
    order = {"order_id": 321, "status": "success", "total_price": 1500, "charged_amount": 1500}
    assert contract.key_secret is not None
    secret = contract.key_secret("kunci.raha.sia")

    sent = contract.sign(
        WebhookMessage(PLACED, order), DeliveryAttempt("event_1", datetime(2026, 4, 26, tzinfo=UTC), 3, secret)
    )

    assert (secret, contract.of_one_key, contract.test_message) == ("raha.sia", True, None)
    right = hmac.new(b"raha.sia", b'{"orderId":321,"amount":"1500"}', hashlib.sha256).hexdigest()
    assert sent.headers["X-Signature"] == right
    assert sent.body == compact(order)
