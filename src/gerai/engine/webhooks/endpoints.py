"""Webhook endpoints: the acts of an operator. Each is one transaction and notifies every process."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Final

import msgspec

from gerai.domain.records import Environment
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.domain.webhooks import Endpoint
from gerai.engine.core import Engine
from gerai.engine.merchants.open import changing, note
from gerai.kit.secret_box import SecretBox
from gerai.store import webhook_deliveries, webhook_endpoints
from gerai.store.connection import Connection

_SECRET_BYTES: Final = 32
_THING: Final = "webhook endpoint"


class NewEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's settings of an endpoint. ``url`` was judged by the caller. ``events``: the door's names, empty for
    all. ``key_id``: only orders placed with that key. ``key_secret``: what signs at a door whose signatures are made
    with the API key; empty: the endpoint's own secret signs."""

    merchant_id: int
    environment: Environment
    channel: str
    url: str
    events: tuple[str, ...] = ()
    key_id: int | None = None
    key_secret: str = ""


def new_secret() -> str:
    """``whsec_`` and 256 random bits, the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


async def add_endpoint(engine: Engine, sealer: SecretBox, new: NewEndpoint, secret: str) -> int:
    """Store an endpoint that signs with ``secret`` (:func:`new_secret`); returns its id.

    It receives what happens from now on. Refuses InputInvalid: its address receives the same already. Raises
    SecretBoxError when secrets cannot be sealed.
    """
    endpoint_id = engine.ids.next()
    now = engine.now(new.merchant_id, new.environment)
    endpoint = Endpoint(
        merchant_id=new.merchant_id,
        endpoint_id=endpoint_id,
        environment=new.environment,
        channel=new.channel,
        key_id=new.key_id,
        url=new.url,
        events=new.events,
        secret_sealed=sealer.seal(secret),
        key_sealed=sealer.seal(new.key_secret) if new.key_secret else b"",
        status="active",
        reason="",
        after_event_id=0,
        failures=0,
        paused_until=None,
        created_at=now,
        updated_at=now,
    )
    async with changing(engine, new.merchant_id) as connection:
        await _require_alone(connection, endpoint)
        await webhook_endpoints.add_endpoint(connection, endpoint)
        note(endpoint_id, door=new.channel, url=new.url, events=list(new.events))
    return endpoint_id


async def list_endpoints(engine: Engine, merchant_id: int) -> list[Endpoint]:
    """A merchant's endpoints, oldest first; removed ones are left out."""
    async with engine.connection() as connection:
        return await webhook_endpoints.endpoints(connection, merchant_id)


async def change_endpoint(
    engine: Engine, merchant_id: int, endpoint_id: int, decide: Callable[[Endpoint], Endpoint]
) -> None:
    """Store what ``decide`` makes of the endpoint as it stands; it may refuse, and notes what it changes.

    Refuses NotFound, and InputInvalid: its address receives the same already.
    """
    async with changing(engine, merchant_id) as connection:
        there = await _there(connection, merchant_id, endpoint_id)
        new = msgspec.structs.replace(decide(there), updated_at=engine.now(merchant_id, there.environment))
        await _require_alone(connection, new)
        await webhook_endpoints.change_endpoint(connection, new)


async def enable_endpoint(engine: Engine, merchant_id: int, endpoint_id: int) -> None:
    """Send to it (again). What was dropped meanwhile stays dropped until it is replayed. NotFound."""
    await _set_status(engine, merchant_id, endpoint_id, "active", "")


async def disable_endpoint(engine: Engine, merchant_id: int, endpoint_id: int, reason: str) -> None:
    """Send nothing to it any more; what is under way is dropped, and can be replayed later. NotFound."""
    await _set_status(engine, merchant_id, endpoint_id, "disabled", reason)


async def remove_endpoint(engine: Engine, merchant_id: int, endpoint_id: int) -> None:
    """As if it had never been, but for its delivery log. NotFound."""
    await _set_status(engine, merchant_id, endpoint_id, "removed", "")


async def _set_status(engine: Engine, merchant_id: int, endpoint_id: int, status: str, reason: str) -> None:
    async with changing(engine, merchant_id) as connection:
        there = await _there(connection, merchant_id, endpoint_id)
        now = engine.now(merchant_id, there.environment)
        await webhook_endpoints.set_endpoint_status(connection, merchant_id, endpoint_id, status, reason, now)
        if status != "active":
            await webhook_deliveries.drop_pending(connection, merchant_id, endpoint_id, now)
        note(endpoint_id, url=there.url, status=[there.status, status])


async def _there(connection: Connection, merchant_id: int, endpoint_id: int) -> Endpoint:
    found = await webhook_endpoints.endpoint(connection, merchant_id, endpoint_id)
    if found is None or found.status == "removed":
        raise NotFound(_THING, str(endpoint_id))
    return found


async def _require_alone(connection: Connection, new: Endpoint) -> None:
    """Refuses InputInvalid: every message would come twice."""
    for one in await webhook_endpoints.endpoints(connection, new.merchant_id):
        if one.endpoint_id != new.endpoint_id and _reaches(one) == _reaches(new):
            raise InputInvalid(
                {
                    "url": [
                        f"it receives what happens to {new.channel} orders in {new.environment} already: endpoint "
                        f"{one.endpoint_id} ({one.status})"
                    ]
                }
            )


def _reaches(endpoint: Endpoint) -> tuple[str, str, str, int | None]:
    return endpoint.channel, endpoint.environment, endpoint.url, endpoint.key_id
