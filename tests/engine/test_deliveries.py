"""Webhook deliveries: what happens to an order reaches those who listen, once, in order, signed, however often they
fail, and nobody else."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Generator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from standardwebhooks import Webhook
from structlog.testing import capture_logs

from engine_kit import EPOCH, Shop, open_shop
from gerai.domain.refusals import NotFound, StateConflict
from gerai.domain.webhooks import Delivery, Endpoint
from gerai.engine.core import Engine
from gerai.engine.merchants.open import set_test_clock
from gerai.engine.overdue import forget_old
from gerai.engine.subscriptions import ANNOUNCE_TASK
from gerai.engine.webhooks import endpoints, history
from gerai.engine.webhooks.contract import (
    STANDARD_SCHEDULE_S,
    DeliveryAttempt,
    Occurrence,
    SignedRequest,
    WebhookContract,
    WebhookMessage,
)
from gerai.engine.webhooks.deliver import Due, claim
from gerai.engine.webhooks.fan_out import fan_out
from gerai.engine.webhooks.replay_stretch import Replayed, Stretch, replay_range
from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.kit.secret_box import SecretBox, SecretBoxError, new_key
from gerai.testing.receiver import Received, Receiver, receiving
from gerai.worker.webhook_sender import WebhookSender

KEY = new_key()


async def compose(_: Engine, occurrence: Occurrence) -> list[WebhookMessage]:
    """Every order event is one message; a payment's completion is two."""
    event = occurrence.event
    if event.name.startswith("order."):
        return [WebhookMessage(event.name, {"status": event.facts["status"], "z": 1, "a": 2})]
    if event.name == "payment.completed":
        return [WebhookMessage("payment.completed", {}), WebhookMessage("money.in", {})]
    return []


def sign(message: WebhookMessage, attempt: DeliveryAttempt) -> SignedRequest:
    body = json.dumps({"event": message.event, "data": message.data, "retries": attempt.retries})
    return SignedRequest(
        body.encode(), {"X-Signed-With": attempt.secret, "X-Happened": attempt.happened_at.isoformat()}
    )


WEBHOOKS = WebhookContract(("order.placed", "order.processing", "payment.completed", "money.in"), compose, sign)
WEBHOOK_CONTRACTS = {"test": WEBHOOKS}


@pytest.fixture
def receiver() -> Generator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest_asyncio.fixture
async def clocked(engine: Engine) -> Shop:
    """A sandbox shop whose clock stands still."""
    shop = await open_shop(engine, environment="sandbox", money_sen=100_000_00)
    await set_test_clock(engine, shop.merchant_id, frozen_at=EPOCH)
    return shop


@pytest_asyncio.fixture
async def sender(engine: Engine) -> AsyncGenerator[WebhookSender]:
    outgoing = Outgoing(Guard(allow_loopback=True))
    yield WebhookSender(engine, WEBHOOK_CONTRACTS, outgoing, SecretBox(KEY), timeout_s=2.0)
    await outgoing.close()


async def listen(shop: Shop, url: str, **changes: Any) -> tuple[int, str]:
    """An endpoint of the shop; answers its id and secret."""
    secret = endpoints.new_secret()
    fields = {"merchant_id": shop.merchant_id, "environment": shop.environment, "channel": "test", "url": url}
    new = endpoints.NewEndpoint(**(fields | changes))
    return await endpoints.add_endpoint(shop.engine, SecretBox(KEY), new, secret), secret


async def announce(shop: Shop, placed: Any) -> int:
    order = getattr(placed, "view", placed).order
    return await fan_out(shop.engine, WEBHOOK_CONTRACTS, shop.merchant_id, order.order_id, "http://gerai.test")


async def log_of(shop: Shop, **only: Any) -> list[Delivery]:
    """The shop's deliveries, oldest first."""
    return (await history.list_deliveries(shop.engine, shop.merchant_id, limit=1000, **only))[::-1]


def events(requests: list[Received]) -> list[str]:
    return [json.loads(request.body)["event"] for request in requests]


async def advance(shop: Shop, to: datetime) -> None:
    await set_test_clock(shop.engine, shop.merchant_id, frozen_at=to)


async def test_an_order_is_told_in_order_once_and_signed(shop: Shop, sender: WebhookSender, receiver: Receiver) -> None:
    """Every message arrives once, in the order things happened, with the contract's headers, the frozen data in its
    own field order, and a Standard Webhooks signature that the library of that standard accepts."""
    _, secret = await listen(shop, receiver.url())
    placed = await shop.place()
    await shop.pay(await shop.start_payment(placed))
    assert await announce(shop, placed) == 4
    assert await announce(shop, placed) == 0
    await sender.run_once()
    await sender.run_once()
    got = receiver.at("/hook")
    assert events(got) == ["order.placed", "payment.completed", "money.in", "order.processing"]
    for request in got:
        Webhook(secret).verify(request.body, request.headers)
        assert request.headers["x-signed-with"] == secret
        assert request.headers["content-type"] == "application/json"
    assert got[0].body == b'{"event": "order.placed", "data": {"status": "pending", "z": 1, "a": 2}, "retries": 0}'
    assert len({request.headers["webhook-id"] for request in got}) == 4
    # Nothing of the engine's own numbers can be read off them.
    assert all(re.fullmatch(r"event_[A-Za-z0-9_-]{24}", request.headers["webhook-id"]) for request in got)
    assert [d.status for d in await log_of(shop)] == ["delivered"] * 4


async def test_the_transaction_that_changes_an_order_defers_the_announcement(shop: Shop) -> None:
    """A job is deferred with the change itself, once somebody listens, and only for whom they listen to."""
    before = await shop.place()
    assert ANNOUNCE_TASK not in await shop.jobs(before)
    await listen(shop, "https://receiver.example/hook")
    placed = await shop.place()
    assert await shop.jobs(placed) == [ANNOUNCE_TASK]
    assert await shop.jobs(await shop.place(channel="another")) == []


async def test_nobody_else_hears_of_it(shop: Shop, engine: Engine, sender: WebhookSender, receiver: Receiver) -> None:
    """Another merchant, the other environment, another door and another key hear nothing; what happened before an
    endpoint was added is not told."""
    placed = await shop.place(key_id=5)
    other = await open_shop(engine)
    await listen(other, receiver.url("/other-merchant"))
    await listen(shop, receiver.url("/other-environment"), environment="sandbox")
    await listen(shop, receiver.url("/other-door"), channel="another")
    await listen(shop, receiver.url("/other-key"), key_id=6)
    await listen(shop, receiver.url("/same-key"), key_id=5)
    await listen(shop, receiver.url("/chosen"), events=("money.in",))
    assert await announce(shop, placed) == 0
    await shop.pay(await shop.start_payment(placed))
    await announce(shop, placed)
    await sender.run_once()
    assert {request.path for request in receiver.requests} == {"/same-key", "/chosen"}
    assert events(receiver.at("/chosen")) == ["money.in"]
    assert "order.placed" not in events(receiver.at("/same-key"))


async def test_a_failing_receiver_is_tried_by_the_schedule(
    clocked: Shop, sender: WebhookSender, receiver: Receiver
) -> None:
    """0 s, 5 s, 5 min … on the merchant's clock; the body's retry count grows, the id stays; after the last attempt the
    message is given up."""
    receiver.answer = lambda request: 500 if b"order.placed" in request.body else 200
    await listen(clocked, receiver.url())
    placed = await clocked.place()
    await announce(clocked, placed)
    now = EPOCH
    for number, wait_s in enumerate(STANDARD_SCHEDULE_S):
        await advance(clocked, now + timedelta(seconds=max(wait_s - 1, 0)))
        if number:
            await sender.run_once()
            assert len(receiver.requests) == number
        now += timedelta(seconds=wait_s)
        await advance(clocked, now)
        await sender.run_once()
        if number < len(STANDARD_SCHEDULE_S) - 1:
            assert len(receiver.requests) == number + 1
    tried = [json.loads(r.body)["retries"] for r in receiver.requests if b"order.placed" in r.body]
    assert tried == list(range(10))
    assert len({r.headers["webhook-id"] for r in receiver.requests if b"order.placed" in r.body}) == 1
    [first] = await log_of(clocked)
    assert (first.status, first.attempts) == ("failed", 10)
    _, attempts = await history.show_delivery(clocked.engine, clocked.merchant_id, first.delivery_id)
    assert [(a.number, a.status_code, a.answer) for a in attempts] == [(n, 500, '{"ok":true}') for n in range(1, 11)]


async def test_a_stuck_message_holds_back_its_own_order_only(
    clocked: Shop, sender: WebhookSender, receiver: Receiver
) -> None:
    """Later messages of the same order wait for the one that fails; other orders go on."""
    await listen(clocked, receiver.url())
    receiver.answer = lambda _: 503
    await announce(clocked, await clocked.place("wallet"))
    await sender.run_once()
    assert events(receiver.requests) == ["order.placed"]
    receiver.answer = lambda _: 200
    await announce(clocked, await clocked.place("wallet"))
    await sender.run_once()
    assert events(receiver.requests[1:]) == ["order.placed", "order.processing"]
    await advance(clocked, EPOCH + timedelta(seconds=5))
    await sender.run_once()
    assert events(receiver.requests[3:]) == ["order.placed", "order.processing"]
    assert {d.status for d in await log_of(clocked)} == {"delivered"}


async def test_a_message_holds_back_its_order_for_two_minutes(
    clocked: Shop, sender: WebhookSender, receiver: Receiver
) -> None:
    """A receiver that fails at one message for good hears of the rest after two minutes, each once, numbered in the
    order things happened; the failing one goes on by its schedule."""
    receiver.answer = lambda request: 500 if b"order.placed" in request.body else 200
    await listen(clocked, receiver.url())
    placed = await clocked.place()
    await clocked.pay(await clocked.start_payment(placed))
    await announce(clocked, placed)
    await sender.run_once()
    for after_s in (5, 119):
        await advance(clocked, EPOCH + timedelta(seconds=after_s))
        await sender.run_once()
    assert set(events(receiver.requests)) == {"order.placed"}
    await advance(clocked, EPOCH + timedelta(seconds=120))
    await sender.run_once()
    later = [request for request in receiver.requests if b"order.placed" not in request.body]
    assert events(later) == ["payment.completed", "money.in", "order.processing"]
    assert [request.headers["webhook-sequence"] for request in later] == ["2", "3", "4"]
    assert {r.headers["webhook-sequence"] for r in receiver.requests if b"order.placed" in r.body} == {"1"}
    assert [d.status for d in await log_of(clocked)] == ["pending"] + ["delivered"] * 3


async def test_a_number_never_comes_again(clocked: Shop, sender: WebhookSender, receiver: Receiver) -> None:
    """An order that moves after its deliveries were removed goes on with the next number: a receiver drops what has a
    lower one than it knows. So does the first message to an endpoint that was added while the order was under way."""
    await listen(clocked, receiver.url())
    placed = await clocked.place()
    await announce(clocked, placed)
    await sender.run_once()
    # The clock of the sandbox is far behind: what was sent has long been old enough to go.
    limits = {"keys_after_days": 30, "deliveries_after_days": 7, "jobs_after_days": 60, "proofs_after_days": 365}
    await forget_old(clocked.engine, **limits, limit=100_000)
    assert await log_of(clocked) == []
    await listen(clocked, receiver.url("/later"))
    await clocked.pay(await clocked.start_payment(placed))
    assert await announce(clocked, placed) == 6
    assert await announce(clocked, placed) == 0
    await sender.run_once()
    for path in ("/hook", "/later"):
        got = receiver.at(path)[-3:]
        assert events(got) == ["payment.completed", "money.in", "order.processing"]
        assert [request.headers["webhook-sequence"] for request in got] == ["2", "3", "4"]
    assert len(receiver.requests) == 7


@pytest.mark.parametrize("code", [400, 401, 404, 422, 499])
async def test_a_plain_refusal_lets_the_rest_go_at_once(
    clocked: Shop, sender: WebhookSender, receiver: Receiver, code: int
) -> None:
    """A receiver that answers 4xx to one message will do so again: the order's later messages do not wait for it. It is
    still tried again by the schedule."""
    receiver.answer = lambda request: code if b"order.placed" in request.body else 200
    await listen(clocked, receiver.url())
    await announce(clocked, await clocked.place("wallet"))
    await sender.run_once()
    assert events(receiver.requests) == ["order.placed", "order.processing"]
    await advance(clocked, EPOCH + timedelta(seconds=5))
    await sender.run_once()
    assert events(receiver.requests[2:]) == ["order.placed"]
    assert [(d.status, d.attempts) for d in await log_of(clocked)] == [("pending", 2), ("delivered", 1)]


@pytest.mark.parametrize("code", [408, 409, 425, 429, 500, 503, 301])
async def test_a_refusal_that_may_pass_holds_the_rest_back(
    clocked: Shop, sender: WebhookSender, receiver: Receiver, code: int
) -> None:
    """Time-outs, conflicts, "too early", "too many" and server errors are worth waiting for: nothing overtakes."""
    receiver.answer = lambda _: code
    await listen(clocked, receiver.url())
    await announce(clocked, await clocked.place("wallet"))
    await sender.run_once()
    receiver.answer = lambda _: 200
    await advance(clocked, EPOCH + timedelta(seconds=5))
    await sender.run_once()
    assert events(receiver.requests) == ["order.placed", "order.placed", "order.processing"]


async def test_410_switches_the_endpoint_off(shop: Shop, sender: WebhookSender, receiver: Receiver) -> None:
    """The message is given up, the rest dropped; what happens meanwhile is kept as dropped, and a replay of that time
    brings all of it, in order, once the endpoint is enabled again."""
    receiver.answer = lambda _: 410
    endpoint_id, _ = await listen(shop, receiver.url())
    begin = shop.engine.now(shop.merchant_id, shop.environment) - timedelta(seconds=1)
    placed = await shop.place("wallet")
    await announce(shop, placed)
    await sender.run_once()
    assert len(receiver.requests) == 1
    [endpoint] = await endpoints.list_endpoints(shop.engine, shop.merchant_id)
    assert (endpoint.status, endpoint.reason) == ("disabled", "the address answered 410")
    later = await shop.place("wallet")
    await announce(shop, later)
    assert [d.status for d in await log_of(shop)] == ["failed"] + ["dropped"] * 3
    await sender.run_once()
    assert len(receiver.requests) == 1
    end = shop.engine.now(shop.merchant_id, shop.environment) + timedelta(seconds=1)
    with pytest.raises(StateConflict):
        await replay_range(shop.engine, Stretch(shop.merchant_id, endpoint_id, begin, end, undelivered=False))
    receiver.answer = lambda _: 200
    await endpoints.enable_endpoint(shop.engine, shop.merchant_id, endpoint_id)
    stretch = Stretch(shop.merchant_id, endpoint_id, begin, end, undelivered=False)
    assert len((await replay_range(shop.engine, stretch)).delivery_ids) == 4
    await sender.run_once()
    assert {d.status for d in await log_of(shop)} == {"delivered"}
    assert len(receiver.requests) == 5
    nothing = Stretch(shop.merchant_id, endpoint_id, end, end, undelivered=False)
    assert await replay_range(shop.engine, nothing) == Replayed([], follows=False)


async def test_a_replay_has_the_same_id_and_data(shop: Shop, sender: WebhookSender, receiver: Receiver) -> None:
    """One delivery is sent again on request, under its old id; while it is pending that is refused; another merchant's
    is not found."""
    await listen(shop, receiver.url(), events=("order.placed",))
    await announce(shop, await shop.place())
    [pending] = await log_of(shop)
    with pytest.raises(StateConflict):
        await history.replay_one(shop.engine, shop.merchant_id, pending.delivery_id)
    await sender.run_once()
    await history.replay_one(shop.engine, shop.merchant_id, pending.delivery_id)
    await sender.run_once()
    first, again = receiver.requests
    assert (first.headers["webhook-id"], first.body) == (again.headers["webhook-id"], again.body)
    [done] = await log_of(shop)
    assert (done.status, done.attempts, done.tries) == ("delivered", 2, 1)
    other = await open_shop(shop.engine)
    with pytest.raises(NotFound):
        await history.replay_one(shop.engine, other.merchant_id, pending.delivery_id)
    assert len(receiver.requests) == 2


async def test_two_senders_send_it_once(shop: Shop, engine: Engine, sender: WebhookSender, receiver: Receiver) -> None:
    """Workers on the same database share the work; every message arrives once."""
    await listen(shop, receiver.url(), events=("order.placed",))
    for _ in range(20):
        await announce(shop, await shop.place())
    outgoing = Outgoing(Guard(allow_loopback=True))
    rival = WebhookSender(engine, WEBHOOK_CONTRACTS, outgoing, SecretBox(KEY), timeout_s=2.0)
    await asyncio.gather(sender.run_once(), rival.run_once(), sender.run_once(), rival.run_once())
    await outgoing.close()
    assert len(receiver.requests) == 20
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 20


async def test_a_worker_that_dies_leaves_the_message_to_the_next(
    shop: Shop, sender: WebhookSender, receiver: Receiver
) -> None:
    """Claimed and never recorded: nobody else sends it while the lease lasts; afterwards it goes out."""
    endpoint_id, _ = await listen(shop, receiver.url(), events=("order.placed",))
    await announce(shop, await shop.place())
    [waiting] = await log_of(shop)
    taken = Due(shop.merchant_id, waiting.delivery_id, endpoint_id)
    assert await claim(shop.engine, taken, lease_s=0.4) is not None
    assert await claim(shop.engine, taken, lease_s=0.4) is None
    await sender.run_once()
    assert receiver.requests == []
    await asyncio.sleep(0.5)
    await sender.run_once()
    assert len(receiver.requests) == 1


async def test_addresses_inside_are_never_called(shop: Shop, engine: Engine, receiver: Receiver) -> None:
    """Without the setting for this machine a loopback address gets no connection; the log says why."""
    await listen(shop, receiver.url(), events=("order.placed",))
    await announce(shop, await shop.place())
    outgoing = Outgoing(Guard())
    await WebhookSender(engine, WEBHOOK_CONTRACTS, outgoing, SecretBox(KEY), timeout_s=2.0).run_once()
    await outgoing.close()
    assert receiver.requests == []
    [refused] = await log_of(shop)
    _, [attempt] = await history.show_delivery(engine, shop.merchant_id, refused.delivery_id)
    assert (refused.status, attempt.status_code, attempt.error) == ("pending", None, "only https addresses are called")


async def test_a_silent_address_is_left_alone_for_a_while(clocked: Shop, sender: WebhookSender) -> None:
    """After five attempts in a row without an answer nothing is sent to it for a time; an answer ends that."""
    with receiving() as gone:
        url = gone.url()
    endpoint_id, _ = await listen(clocked, url, events=("order.placed",))
    for _ in range(8):
        await announce(clocked, await clocked.place())
    await sender.run_once()
    [endpoint] = await endpoints.list_endpoints(clocked.engine, clocked.merchant_id)
    assert endpoint.failures >= 5
    assert endpoint.paused_until is not None
    await advance(clocked, EPOCH + timedelta(hours=1))
    tried = [d.attempts for d in await log_of(clocked)]
    await sender.run_once()
    assert [d.attempts for d in await log_of(clocked)] == tried
    await endpoints.enable_endpoint(clocked.engine, clocked.merchant_id, endpoint_id)
    [endpoint] = await endpoints.list_endpoints(clocked.engine, clocked.merchant_id)
    assert (endpoint.failures, endpoint.paused_until) == (0, None)


async def test_secrets_are_sealed_and_never_logged(
    shop: Shop, engine: Engine, sender: WebhookSender, receiver: Receiver
) -> None:
    """The database holds no secret in clear; a worker without the key sends nothing and says so; no log line holds
    one."""
    _, secret = await listen(shop, receiver.url(), events=("order.placed",), key_secret="the-key's-secret")
    await announce(shop, await shop.place())
    [endpoint] = await endpoints.list_endpoints(engine, shop.merchant_id)
    stored = repr(endpoint)
    assert secret not in stored
    assert "the-key's-secret" not in stored
    outgoing = Outgoing(Guard(allow_loopback=True))
    with capture_logs() as lines:
        await WebhookSender(engine, WEBHOOK_CONTRACTS, outgoing, SecretBox(new_key()), timeout_s=2.0).run_once()
        assert receiver.requests == []
        await endpoints.enable_endpoint(engine, shop.merchant_id, endpoint.endpoint_id)
        await history_due_now(shop)
        await sender.run_once()
    await outgoing.close()
    assert receiver.requests[0].headers["x-signed-with"] == "the-key's-secret"
    Webhook(secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    assert secret not in repr(lines)
    assert "the-key's-secret" not in repr(lines)
    with pytest.raises(SecretBoxError):
        SecretBox("").seal("x")


async def history_due_now(shop: Shop) -> None:
    """Let what waits for its next attempt be due."""
    await shop.execute(
        "UPDATE webhook_deliveries SET next_attempt_at = now() WHERE merchant_id = %s AND status = 'pending'",
        (shop.merchant_id,),
    )


async def test_removed_endpoints_hear_nothing_more(shop: Shop, sender: WebhookSender, receiver: Receiver) -> None:
    """What was under way is dropped; the log stays; a second removal is not found; no job is deferred any more."""
    endpoint_id, _ = await listen(shop, receiver.url())
    placed = await shop.place()
    await announce(shop, placed)
    await endpoints.remove_endpoint(shop.engine, shop.merchant_id, endpoint_id)
    await sender.run_once()
    assert receiver.requests == []
    assert [d.status for d in await log_of(shop)] == ["dropped"]
    assert await endpoints.list_endpoints(shop.engine, shop.merchant_id) == list[Endpoint]()
    with pytest.raises(NotFound):
        await endpoints.remove_endpoint(shop.engine, shop.merchant_id, endpoint_id)
    assert await shop.jobs(await shop.place()) == []
