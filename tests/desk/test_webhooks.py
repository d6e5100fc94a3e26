"""Webhooks at the desk: added once their address takes a message, changed, paused, given another secret, removed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hooks_kit import elsewhere, hooked, order_of, send, webhook
from standardwebhooks import Webhook, WebhookVerificationError

from desk_kit import OPERATOR, OWNER, VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.desk.acts.edit_webhook import WebhookEdit
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done
from gerai.engine.keys.manage import create_key
from gerai.kit.secret_box import SecretBox
from gerai.testing.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Generator[Receiver]:
    """Somebody who takes messages."""
    with receiving() as receiver:
        yield receiver


@pytest_asyncio.fixture
async def desk(within: Within) -> Within:
    """A desk that may call this machine."""
    return hooked(within)


async def test_an_order_is_announced_with_the_secret_that_was_shown(
    desk: Within, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    """The address takes a test message, then what happens to orders; both are signed with the secret, which is neither
    listed nor written down."""
    done = await do(desk, "webhooks.add", webhook(receiver, events=("order.created",)))
    assert [json.loads(one.body)["event"] for one in receiver.requests] == ["business.test_event"]
    assert await send(desk, await order_of(desk, client)) == 1
    test, told = receiver.requests
    for one in (test, told):
        Webhook(done.secret).verify(one.body, one.headers)
    [row] = await seen(desk, "webhooks.list")
    assert (str(row.id), row.door, row.url, row.events) == (done.id, "scalev", receiver.url(), ("order.created",))
    assert (row.state, row.delivered, row.failed, row.pending, row.failure_percent) == ("active", 1, 0, 0, 0)
    [shown] = await seen(desk, "webhooks.show", id=row.id)
    [answer] = shown.answers
    assert (answer.event, answer.status_code, answer.answer, answer.error) == ("order.created", 200, '{"ok":true}', "")
    entry = next(entry for _, entry in await written(desk) if entry.act == "webhooks.add")
    assert (entry.target, entry.actor, entry.facts["url"]) == (done.id, OWNER.actor.id, receiver.url())
    assert done.secret not in f"{row}{shown}{await written(desk)}"


async def test_an_address_that_takes_no_message_is_not_added(desk: Within, receiver: Receiver) -> None:
    """It answers 500 to the test message: refused by its field, nothing is made; without a trial it is added and
    nobody is called."""
    receiver.answer = lambda _: 500
    with pytest.raises(InputInvalid, match=r"url.*answered the test message with 500"):
        await do(desk, "webhooks.add", webhook(receiver))
    assert (await seen(desk, "webhooks.list"), await written(desk), len(receiver.requests)) == ([], [], 1)
    await do(desk, "webhooks.add", webhook(receiver, trial=False))
    assert (len(await seen(desk, "webhooks.list")), len(receiver.requests)) == (1, 1)


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"door": "scale"}, r"door.*no such counter: scale \(did you mean scalev\?\)"),
        ({"events": ("order.creatd",)}, r"events.*no such event of scalev: order\.creatd"),
        ({"url": "http://example.com/hook"}, "url.*only https addresses are called"),
        ({"url": "https://10.0.0.7/hook"}, "url.*not at a public address"),
        ({"url": "https://a:b@example.com/hook"}, "url.*no user name or password"),
        ({"api_key": "x"}, "api_key.*is not asked"),
        ({"door": "durianpay"}, "api_key.*is required"),
        ({"door": "durianpay", "api_key": "dp_live_x"}, "api_key.*not a live durianpay key"),
    ],
)
async def test_what_cannot_be_called_is_refused(
    desk: Within, receiver: Receiver, facts: dict[str, Any], fault: str
) -> None:
    """By its field; nobody is called and nothing is made."""
    with pytest.raises(InputInvalid, match=fault):
        await do(desk, "webhooks.add", webhook(receiver, **facts))
    assert (await seen(desk, "webhooks.list"), await written(desk), receiver.requests) == ([], [], [])


async def test_without_a_key_to_seal_with_nothing_is_added(desk: Within, receiver: Receiver) -> None:
    """The refusal names the setting; nobody is called."""
    unsealed = replace(desk, house=replace(desk.house, sealer=SecretBox("")))
    with pytest.raises(InputInvalid, match=r"seal_key.*webhooks\.seal_key"):
        await do(unsealed, "webhooks.add", webhook(receiver))
    assert (await seen(desk, "webhooks.list"), receiver.requests) == ([], [])


async def test_the_same_address_twice_at_once(desk: Within, receiver: Receiver) -> None:
    """Five add one address for one counter at once: one does, and every message comes once. Under one idempotency key
    one is made, and its secret is shown once."""
    wanted = webhook(receiver, trial=False)
    results = await asyncio.gather(*(do(desk, "webhooks.add", wanted) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done"] + ["InputInvalid"] * 4
    assert len(await seen(desk, "webhooks.list")) == len(await written(desk)) == 1
    other = webhook(receiver, "/other", trial=False)
    done = await asyncio.gather(*(do(desk, "webhooks.add", other, key="k") for _ in range(5)))
    assert (len({one.id for one in done}), sum(bool(one.secret) for one in done)) == (1, 1)
    assert len(await seen(desk, "webhooks.list")) == 2


async def test_a_counter_that_signs_with_the_key(desk: Within, receiver: Receiver) -> None:
    """Its live key of this environment signs; one of the sandbox, or another shop's, is refused."""
    made = {}
    for name, shop, environment in (
        ("right", desk, "production"), ("sandbox", desk, "sandbox"),
        ("stranger's", await open_desk(desk.house), "production"),
    ):  # fmt: skip
        form = desk.house.doors["durianpay"].make(environment)
        made[name] = form.token
        await create_key(
            desk.engine, shop.merchant_id, environment, "durianpay", form.token,
            name=name, prefix=form.prefix, permissions=form.permissions,
        )  # fmt: skip
    for name in ("sandbox", "stranger's"):
        with pytest.raises(InputInvalid, match="api_key"):
            await do(desk, "webhooks.add", webhook(receiver, door="durianpay", api_key=made[name]))
    assert receiver.requests == []
    done = await do(desk, "webhooks.add", webhook(receiver, door="durianpay", api_key=made["right"]))
    [shown] = await seen(desk, "webhooks.show", id=int(done.id))
    assert shown.signed_with_key
    assert made["right"] not in f"{shown}{await written(desk)}"


async def test_an_endpoint_is_changed(desk: Within, receiver: Receiver) -> None:
    """What is given changes, once the new address took a message; the entry has both values."""
    done = await do(desk, "webhooks.add", webhook(receiver, trial=False))
    [before] = await seen(desk, "webhooks.list")
    edit = WebhookEdit(id=before.id, seen=before.seen, url=receiver.url("/new"), events=("order.created",))
    await do(desk, "webhooks.edit", edit)
    assert [one.path for one in receiver.requests] == ["/new"]
    Webhook(done.secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    [row] = await seen(desk, "webhooks.list")
    assert (row.url, row.events) == (receiver.url("/new"), ("order.created",))
    newest = (await written(desk))[0].entry
    assert newest.facts == {
        "url": [receiver.url(), receiver.url("/new")], "events": [[], ["order.created"]],
    }  # fmt: skip
    receiver.answer = lambda _: 404
    with pytest.raises(InputInvalid, match="answered the test message with 404"):
        await do(desk, "webhooks.edit", WebhookEdit(id=before.id, url=receiver.url("/gone")))
    assert [one.url for one in await seen(desk, "webhooks.list")] == [receiver.url("/new")]


async def test_nobody_overwrites_an_endpoint_unseen(desk: Within, receiver: Receiver) -> None:
    """Two change what both have seen, at once: one does. An address another endpoint has is refused."""
    await do(desk, "webhooks.add", webhook(receiver, trial=False))
    await do(desk, "webhooks.add", webhook(receiver, "/b", trial=False))
    first, second = await seen(desk, "webhooks.list")
    edits = [WebhookEdit(id=first.id, seen=first.seen, events=(f"payment.{name}",)) for name in ("received", "failed")]
    results = await asyncio.gather(*(do(desk, "webhooks.edit", one) for one in edits), return_exceptions=True)
    assert {type(one) for one in results} == {Done, ChangedMeanwhile}
    with pytest.raises(InputInvalid, match=f"already: endpoint {first.id}"):
        await do(desk, "webhooks.edit", WebhookEdit(id=second.id, url=first.url, trial=False))


async def test_another_secret_signs_and_the_ids_stay(
    desk: Within, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    """After two changes of the secret a replay is signed with the newest alone, and has the id it had at first."""
    first = await do(desk, "webhooks.add", webhook(receiver, events=("order.created",), trial=False))
    await send(desk, await order_of(desk, client))
    for _ in range(2):
        newest = await do(desk, "webhooks.rotate_secret", ById(id=int(first.id)))
    assert newest.secret not in ("", first.secret)
    [delivery] = await seen(desk, "deliveries.list")
    await do(desk, "deliveries.replay", ById(id=delivery.id))
    assert await send(desk, delivery.order_id) == 1
    before, after = receiver.requests
    assert (before.headers["webhook-id"], before.body) == (after.headers["webhook-id"], after.body)
    Webhook(newest.secret).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(first.secret).verify(after.body, after.headers)
    [shown] = await seen(desk, "deliveries.show", id=delivery.id)
    assert shown.message_id == before.headers["webhook-id"]
    assert newest.secret not in f"{await written(desk)}"


async def test_a_paused_endpoint_gets_nothing(desk: Within, client: httpx.AsyncClient, receiver: Receiver) -> None:
    """What happens meanwhile is dropped with the pause's reason beside the endpoint; resumed, it is sent again when
    somebody says so; removed, it is gone from the list."""
    done = await do(desk, "webhooks.add", webhook(receiver, events=("order.created",), trial=False))
    endpoint = ById(id=int(done.id))
    await do(desk, "webhooks.pause", endpoint, reason="server pindah")
    assert await send(desk, await order_of(desk, client)) == 0
    [row] = await seen(desk, "webhooks.list")
    assert (row.state, row.why, receiver.requests) == ("disabled", "server pindah", [])
    [delivery] = await seen(desk, "deliveries.list")
    assert delivery.status == "dropped"
    await do(desk, "webhooks.resume", endpoint)
    await do(desk, "deliveries.replay", ById(id=delivery.id))
    assert (await send(desk, delivery.order_id), len(receiver.requests)) == (1, 1)
    await do(desk, "webhooks.remove", endpoint)
    assert await seen(desk, "webhooks.list") == []
    for name in ("pause", "resume", "remove", "rotate_secret", "test"):
        with pytest.raises(NotFound, match="webhook endpoint"):
            await do(desk, f"webhooks.{name}", endpoint)
    acts = [entry.act for _, entry in await written(desk) if entry.act.partition(".")[0] in ("webhooks", "deliveries")]
    assert acts == ["webhooks.remove", "deliveries.replay", "webhooks.resume", "webhooks.pause", "webhooks.add"]


async def test_an_endpoint_is_tried(desk: Within, receiver: Receiver) -> None:
    """What was answered is returned and written down, taken or not; a counter without a test message says so."""
    done = await do(desk, "webhooks.add", webhook(receiver, trial=False))
    for status, taken in ((204, True), (500, False)):
        receiver.answer = lambda _, status=status: status
        tried = await do(desk, "webhooks.test", ById(id=int(done.id)))
        assert (tried.details["taken"], tried.details["status"]) == (taken, status)
        newest = (await written(desk))[0].entry
        assert (newest.act, newest.facts["status"]) == ("webhooks.test", status)
    without = await do(desk, "webhooks.add", webhook(receiver, door="leuwongrr", trial=False))
    with pytest.raises(InputInvalid, match="no test message"):
        await do(desk, "webhooks.test", ById(id=int(without.id)))
    assert len(receiver.requests) == 2


async def test_others_neither_see_nor_change_it(desk: Within, receiver: Receiver) -> None:
    """Not another shop, not the desk of the other environment; a viewer and an operator may not look."""
    done = await do(desk, "webhooks.add", webhook(receiver, trial=False))
    other = hooked(await open_desk(desk.house))
    for stranger in (other, elsewhere(desk, "sandbox")):
        assert await seen(stranger, "webhooks.list") == []
        with pytest.raises(NotFound):
            await seen(stranger, "webhooks.show", id=int(done.id))
        for name in ("pause", "resume", "remove", "rotate_secret", "test"):
            with pytest.raises(NotFound):
                await do(stranger, f"webhooks.{name}", ById(id=int(done.id)))
        with pytest.raises(NotFound):
            await do(stranger, "webhooks.edit", WebhookEdit(id=int(done.id), events=("order.created",)))
    for caller in (VIEWER, OPERATOR):
        with pytest.raises(PermissionMissing, match="webhooks:manage"):
            await seen(desk, "webhooks.list", caller)
        with pytest.raises(PermissionMissing, match="webhooks:manage"):
            await do(desk, "webhooks.remove", ById(id=int(done.id)), caller)
    assert (len(await seen(desk, "webhooks.list")), await written(other)) == (1, [])
