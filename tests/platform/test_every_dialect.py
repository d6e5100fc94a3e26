"""What every dialect gets from its descriptor alone: keys at the terminal, webhooks, the demo and its figures."""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx
import pytest
import pytest_asyncio
from metrics_kit import series

from gerai.app import DIALECTS, App
from gerai.cli.keys import make_key
from gerai.cli.webhook_forms import EndpointForm, register
from gerai.demo.shop import open_demo
from gerai.demo.tour import show_all
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine
from gerai.engine.webhooks.endpoints import list_endpoints
from gerai.kit.secret_box import new_key
from gerai.settings import Settings, WebhookSettings
from gerai.testing.receiver import receiving

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@pytest_asyncio.fixture(scope="module")
async def demo(engine: Engine) -> dict[str, Any]:
    """The sections of a demo shop."""
    return await open_demo(engine)


@each_dialect
def test_a_dialect_introduces_itself(dialect: Dialect) -> None:
    """Nothing that people or the rest of Gerai read of a dialect is left out."""
    assert dialect.blurb is not None
    for text in (dialect.blurb.sold, dialect.blurb.paths, dialect.blurb.key):
        assert text.id.strip()
        assert text.en.strip()
    assert dialect.openapi is not None
    assert dialect.openapi.with_name("README.md").is_file()
    assert dialect.keys is not None
    assert dialect.demo is not None
    assert dialect.prefixes
    assert [d.name for d in DIALECTS if d.title == dialect.title] == [dialect.name]


@each_dialect
async def test_keys_are_made_at_the_terminal(dialect: Dialect, engine: Engine, merchant: Any) -> None:
    """`gerai keys create` makes a live key of each environment the dialect offers, all different, that belongs to a
    member where the dialect's keys do; what stays readable of it is not the secret."""
    assert dialect.keys is not None
    tokens: list[str] = []
    for environment in dialect.keys.environments * 2:
        tokens.append(await make_key(engine, merchant.merchant_id, dialect.name, environment, "bot", None, {}))
        key = engine.directory.find_key(tokens[-1])
        assert key is not None
        assert (key.dialect, key.environment, key.revoked_at) == (dialect.name, environment, None)
        assert key.merchant.merchant_id == merchant.merchant_id
        assert (key.member is not None) == dialect.keys.needs_member
        assert len(tokens[-1]) - len(key.prefix) >= 20
    assert len(set(tokens)) == len(tokens)


@each_dialect
async def test_webhooks_are_told_an_address(dialect: Dialect, engine: Engine, merchant: Any) -> None:
    """`gerai webhooks add` stores an endpoint for every event of the dialect, after its test message was taken."""
    contract = dialect.webhooks
    if contract is None:
        return
    key = await make_key(engine, merchant.merchant_id, dialect.name, "production", "bot", None, {})
    settings = dataclasses.replace(Settings(), webhooks=WebhookSettings(seal_key=new_key(), allow_loopback=True))
    with receiving() as receiver:
        form = EndpointForm(dialect.name, "production", receiver.url(), (), key, test_message=True)
        endpoint_id, secret, whose = await register(engine, settings, merchant.merchant_id, form)
    [stored] = await list_endpoints(engine, merchant.merchant_id)
    assert (stored.endpoint_id, stored.channel) == (endpoint_id, dialect.name)
    assert stored.environment == whose == "production"
    assert len(receiver.requests) == (contract.test_message is not None)
    assert len(secret) >= 24


@each_dialect
async def test_the_demo_is_shown_and_counted(
    dialect: Dialect, app: App, client: httpx.AsyncClient, demo: dict[str, Any]
) -> None:
    """The dialect's tour succeeds with what its seed made; its requests are in the metrics under the dialect's name."""
    before = await _answered(app, dialect)

    tour = await show_all(client, demo, [dialect.name])

    assert tour.failed == []
    [(name, calls)] = tour.doors.items()
    assert name == dialect.name
    assert all(call.curl.startswith("curl -sS ") and 200 <= call.status < 300 for call in calls)
    assert await _answered(app, dialect) == before + len(calls) > 0


@each_dialect
async def test_the_demo_client_places_orders(dialect: Dialect, client: httpx.AsyncClient, demo: dict[str, Any]) -> None:
    """The n-th order of the demo client is accepted, and another thing for every n."""
    assert dialect.demo is not None
    wanted = [dialect.demo.order(demo[dialect.name], number) for number in range(3)]
    for call in wanted:
        answer = await client.request(call.method, call.path, json=call.body, headers=call.headers)
        assert answer.status_code in (200, 201), answer.text
    assert len({str(call.body) for call in wanted}) == 3


async def _answered(app: App, dialect: Dialect) -> float:
    """How many requests of the dialect were answered well, as Prometheus reads it."""
    transport = httpx.ASGITransport(app=app.scrape)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        found = series((await client.get("/metrics")).text)
    wanted = {("door", dialect.name), ("status", "2xx")}
    return sum(
        value for (name, labels), value in found.items() if name == "gerai_requests_total" and wanted <= {*labels}
    )
