"""The statements behind webhook endpoints: who listens, and whether the address answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection

from gerai.domain.webhooks import Endpoint
from gerai.store.conditions import query

_ENDPOINT: Final = ", ".join(f"t.{name}" for name in Endpoint.__struct_fields__)


async def add_endpoint(connection: AsyncConnection, new: Endpoint) -> None:
    """Insert it; it receives what happens from now on (``after_event_id`` is set here)."""
    await connection.execute(
        "INSERT INTO webhook_endpoints (merchant_id, endpoint_id, environment, channel, key_id, url, events, "
        "secret_sealed, key_sealed, status, reason, after_event_id, created_at, updated_at) "
        "SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, coalesce(max(event_id), 0), %s, %s "
        "FROM events WHERE merchant_id = %s",
        (
            new.merchant_id, new.endpoint_id, new.environment, new.channel, new.key_id, new.url, list(new.events),
            new.secret_sealed, new.key_sealed, new.status, new.reason, new.created_at, new.updated_at, new.merchant_id,
        ),
    )  # fmt: skip


async def endpoints(connection: AsyncConnection, merchant_id: int) -> list[Endpoint]:
    """A merchant's endpoints that were not removed, oldest first."""
    cursor = await connection.execute(
        query(f"SELECT {_ENDPOINT} FROM webhook_endpoints t WHERE t.merchant_id = %s AND t.status <> 'removed' "
               "ORDER BY t.endpoint_id"),
        (merchant_id,),
    )  # fmt: skip
    return [_endpoint(row) for row in await cursor.fetchall()]


async def endpoint(connection: AsyncConnection, merchant_id: int, endpoint_id: int) -> Endpoint | None:
    """One of them, removed or not."""
    cursor = await connection.execute(
        query(f"SELECT {_ENDPOINT} FROM webhook_endpoints t WHERE t.merchant_id = %s AND t.endpoint_id = %s"),
        (merchant_id, endpoint_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _endpoint(row)


async def set_endpoint_status(
    connection: AsyncConnection, merchant_id: int, endpoint_id: int, status: str, reason: str, at: datetime
) -> bool:
    """Change it, and forget its failures; False when there is none (a removed one stays removed)."""
    cursor = await connection.execute(
        "UPDATE webhook_endpoints SET status = %s, reason = %s, updated_at = %s, failures = 0, paused_until = NULL "
        "WHERE merchant_id = %s AND endpoint_id = %s AND status <> 'removed'",
        (status, reason, at, merchant_id, endpoint_id),
    )
    return cursor.rowcount > 0


async def change_endpoint(connection: AsyncConnection, new: Endpoint) -> None:
    """Store what a person chooses of an endpoint: where it is, of which events, and what signs."""
    await connection.execute(
        "UPDATE webhook_endpoints SET url = %s, events = %s, key_id = %s, secret_sealed = %s, key_sealed = %s, "
        "ids_sealed = %s, updated_at = %s WHERE merchant_id = %s AND endpoint_id = %s",
        (
            new.url, list(new.events), new.key_id, new.secret_sealed, new.key_sealed, new.ids_sealed, new.updated_at,
            new.merchant_id, new.endpoint_id,
        ),
    )  # fmt: skip


async def note_answered(connection: AsyncConnection, merchant_id: int, endpoint_id: int) -> None:
    """Reset the endpoint's failures: its address responds."""
    await connection.execute(
        "UPDATE webhook_endpoints SET failures = 0, paused_until = NULL "
        # Nearly every answer comes after another one: then no row is written.
        "WHERE merchant_id = %s AND endpoint_id = %s AND failures > 0",
        (merchant_id, endpoint_id),
    )


async def note_silent(
    connection: AsyncConnection, merchant_id: int, endpoint_id: int, allowed: int, longest_s: float
) -> None:
    """Count a failure. From ``allowed`` in a row on, the address is left alone, twice as long each time."""
    await connection.execute(
        # The exponent is bounded as well: powers of a count that grows for months overflow.
        "UPDATE webhook_endpoints SET failures = failures + 1, paused_until = CASE WHEN failures + 1 >= %s "
        "THEN now() + least(power(2, least(failures + 1 - %s, 20)), %s) * interval '1 second' END "
        "WHERE merchant_id = %s AND endpoint_id = %s",
        (allowed, allowed, longest_s, merchant_id, endpoint_id),
    )


async def by_state(connection: AsyncConnection) -> list[tuple[str, str, int]]:
    """(environment, state, how many) of endpoints that were not removed: ``answering``, ``failing`` (silent the last
    time), ``paused`` (left alone for now), ``disabled``."""
    cursor = await connection.execute(
        "SELECT environment, CASE WHEN status = 'disabled' THEN 'disabled' WHEN paused_until > now() THEN 'paused' "
        "WHEN failures > 0 THEN 'failing' ELSE 'answering' END, count(*) "
        "FROM webhook_endpoints WHERE status <> 'removed' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def listening(connection: AsyncConnection, merchant_ids: Sequence[int]) -> dict[int, frozenset[tuple[str, str]]]:
    """The (environment, channel) pairs somebody listens to, for each of these merchants."""
    cursor = await connection.execute(
        "SELECT DISTINCT merchant_id, environment, channel FROM webhook_endpoints "
        "WHERE merchant_id = ANY(%s) AND status <> 'removed'",
        (list(merchant_ids),),
    )
    found: dict[int, set[tuple[str, str]]] = {merchant_id: set() for merchant_id in merchant_ids}
    for merchant_id, environment, channel in await cursor.fetchall():
        found[merchant_id].add((environment, channel))
    return {merchant_id: frozenset(pairs) for merchant_id, pairs in found.items()}


def _endpoint(row: Sequence[Any]) -> Endpoint:
    found = Endpoint(*row)
    return msgspec.structs.replace(found, events=tuple(found.events))
