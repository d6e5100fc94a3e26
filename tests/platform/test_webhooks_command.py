"""`gerai webhooks` at the terminal: what it refuses is refused for the true reason, with the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from terminal_kit import gerai_here as gerai
from terminal_kit import run_here

from gerai.app import DIALECTS
from gerai.cli.keys import make_key
from gerai.domain.records import Environment
from gerai.domain.webhooks import Delivery
from gerai.doors.http.door import Dialect
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, list_endpoints, new_secret
from gerai.engine.webhooks.history import list_deliveries
from gerai.kit.clock import real_now
from gerai.kit.secret_box import SecretBox, new_key
from gerai.store.webhook_deliveries import add_deliveries


class Sent:
    """An endpoint of a merchant, and what was sent there."""

    def __init__(self, merchant: Any, endpoint: int, deliveries: list[int]) -> None:
        self.merchant, self.endpoint, self.deliveries = merchant, endpoint, deliveries

    async def states(self) -> dict[int, str]:
        found = await list_deliveries(self.merchant.engine, self.merchant.merchant_id)
        return {one.delivery_id: one.status for one in found}


@pytest.fixture
async def sent(merchant: Any) -> Sent:
    """One delivery in each state that is final."""
    engine, merchant_id, now = merchant.engine, merchant.merchant_id, real_now()
    new = NewEndpoint(merchant_id=merchant_id, environment="sandbox", channel="scalev", url="https://shop.example/")
    endpoint = await add_endpoint(engine, SecretBox(new_key()), new, new_secret())
    made = [
        Delivery(
            merchant_id=merchant_id, delivery_id=engine.ids.next(), endpoint_id=endpoint, environment="sandbox",
            order_id=0, event_id=engine.ids.next(), part=0, event="order.created", data="{}", status=status, attempts=1,
            tries=1, next_attempt_at=now, happened_at=now, created_at=now, finished_at=now, sequence=1, due_since=now,
        )
        for status in ("delivered", "failed", "dropped")
    ]  # fmt: skip
    async with engine.connection() as connection, connection.transaction():
        await add_deliveries(connection, made)
    return Sent(merchant, endpoint, [one.delivery_id for one in made])


async def test_a_replay_to_an_endpoint_that_gets_nothing(dsn: str, sent: Sent) -> None:
    """One delivery, in whatever state, or a stretch of time: the endpoint is named as the reason, disabled with the
    command that helps, removed as such; nothing is sent again. Enabled, it is; and what is pending already is said to
    be."""
    of, before = ("--merchant", sent.merchant.code), await sent.states()
    day = real_now()
    stretch = ("--endpoint", str(sent.endpoint), "--from", f"{day - timedelta(days=1):%Y-%m-%d}")
    replays = [*((str(one),) for one in sent.deliveries), (*stretch, "--until", f"{day + timedelta(days=2):%Y-%m-%d}")]
    first = str(sent.deliveries[0])

    async def turn(act: str) -> None:
        assert (await gerai(dsn, "webhooks", act, str(sent.endpoint), *of))[0] == 0

    await turn("disable")
    for words in replays:
        assert await gerai(dsn, "webhooks", "replay", *words, *of) == (
            1, "", f"gerai: endpoint {sent.endpoint} is disabled: run `gerai webhooks enable {sent.endpoint}` first\n",
        ), words  # fmt: skip
    assert await sent.states() == before
    await turn("enable")
    assert await gerai(dsn, "webhooks", "replay", first, *of) == (0, "replaying 1\n", "")
    assert await gerai(dsn, "webhooks", "replay", first, *of) == (
        1, "", f"gerai: delivery {first} is pending: it will be sent without a replay\n",
    )  # fmt: skip
    await turn("remove")
    before = await sent.states()
    assert before[sent.deliveries[0]] == "dropped"
    for words in replays:
        assert await gerai(dsn, "webhooks", "replay", *words, *of) == (
            1, "", f"gerai: endpoint {sent.endpoint} was removed: what was sent there cannot be replayed\n",
        ), words  # fmt: skip
    assert await sent.states() == before


@pytest.mark.parametrize("dialect", [one for one in DIALECTS if one.webhooks], ids=lambda one: one.name)
async def test_whose_orders_an_endpoint_receives(dsn: str, merchant: Any, dialect: Dialect) -> None:
    """Where the API key signs, the key decides: with none named its environment is taken and said, with the other one
    named nothing is added (2) and both are in the sentence. Elsewhere what is named counts, else the sandbox."""
    assert dialect.webhooks is not None
    signs, ends = bool(dialect.webhooks.key_secret), list[tuple[str, str]]()
    environ = {"DATABASE_URL": dsn, "GERAI_WEBHOOKS_SEAL_KEY": new_key()}
    others: list[tuple[Environment, Environment]] = [("sandbox", "production"), ("production", "sandbox")]
    for environment, other in others:
        key = await make_key(merchant.engine, merchant.merchant_id, dialect.name, environment, "bot", None, {})
        url = f"https://shop.example/{environment}"
        words = ["webhooks", "add", dialect.name, url, "--no-trial", "--merchant", merchant.code]
        with patch("gerai.engine.webhooks.register.check_address", AsyncMock()):
            if signs:
                code, out, err = await run_here(environ, [*words[:4], other, *words[4:]], key)
                assert (code, out) == (2, "")
                assert err == (
                    f"gerai: {other} was named, but this is a {environment} key, whose orders are in {environment}: "
                    f"nothing is added; name {environment}, or give a {other} key\n"
                )
            for named in ([], [environment]):
                chosen = environment if named or signs else "sandbox"
                code, out, err = await run_here(environ, [*words[:3], f"{url}/{len(named)}", *named, *words[4:]], key)
                assert (code, err) == (0, "")
                decided = ", the environment of the key" if signs else ""
                assert out.splitlines()[1] == f"It receives {dialect.name} orders in {chosen}{decided}."
                ends.append((f"{url}/{len(named)}", chosen))
    stored = await list_endpoints(merchant.engine, merchant.merchant_id)
    assert [(one.url, one.environment) for one in stored] == ends
