"""Licence codes come into a variant's pool, sealed, and are withdrawn from it. All in a change of master data."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gerai.domain.records import CodePool, LicenceCode
from gerai.domain.refusals import NotFound
from gerai.engine.changes import defer
from gerai.engine.core import Engine
from gerai.engine.orders.handing_out import expect_job, waiting_job
from gerai.kit.clock import real_now
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox
from gerai.store import codes as sql
from gerai.store.connection import Connection

#: Sealed and written at once: fewer than the ids in reserve.
_AT_ONCE: Final = 250
#: No process serves what it knew longer than that (engine/directory.py: TRUSTED_S).
_KNOWN_BY_ALL_S: Final = 10


@dataclass(frozen=True)
class OpenPool:
    """A pool that takes codes. ``key``: equal codes are found by it."""

    pool: CodePool
    key: bytes
    box: SecretBox

    def digest(self, code: str) -> bytes:
        """By which the pool knows a code, without telling it."""
        return hmac.digest(self.key, code.encode(), "sha256")

    def sealed(self, codes: Sequence[str]) -> list[bytes]:
        """The codes as they are kept."""
        return [self.box.seal(code) for code in codes]


async def open_pool(
    engine: Engine, box: SecretBox, connection: Connection, merchant_id: int, environment: str, variant_id: int
) -> OpenPool:
    """The variant's pool, made with nothing in it where there is none. Raises SecretBoxError: nothing can be sealed."""
    at = real_now()
    await engine.ids.refill(connection)
    fresh = CodePool(
        merchant_id, engine.ids.next(), environment, variant_id, box.seal(token()), 0, 0, 0, None, at
    )  # fmt: skip
    await sql.add_pool(connection, fresh)
    [pool] = await sql.pools_of(connection, merchant_id, environment, [variant_id])
    return OpenPool(pool, box.open(pool.marker).encode(), box)


async def add_codes(engine: Engine, connection: Connection, into: OpenPool, codes: Sequence[str]) -> set[str]:
    """Add the codes that the pool does not have, each once; returns them. They are nobody's to get until
    :func:`count_in`."""
    pool, at, added = into.pool, real_now(), set[str]()
    fresh = [*dict.fromkeys(codes)]
    for some in (fresh[begin : begin + _AT_ONCE] for begin in range(0, len(fresh), _AT_ONCE)):
        await engine.ids.refill(connection)
        # Sealing takes a moment for many: not on the thread that answers everybody.
        sealed = await asyncio.to_thread(into.sealed, some)
        rows = [
            LicenceCode(
                pool.merchant_id, engine.ids.next(), pool.pool_id, each, into.digest(code), "free", None, None, None,
                at, None,
            )
            for code, each in zip(some, sealed, strict=True)
        ]  # fmt: skip
        there = await sql.add_codes(connection, rows)
        added |= {code for code in some if into.digest(code) in there}
    return added


async def count_in(connection: Connection, pool: CodePool, added: int) -> None:
    """Count codes that were added, at the end of their transaction: orders that want any wait from here on. Those that
    wait for codes get theirs by a job. With a variant's first codes, orders that were placed without any begin to."""
    there = await sql.locked(connection, pool.merchant_id, pool.pool_id)
    if there is not None and there.free == there.given == there.withdrawn == 0:
        of = (pool.merchant_id, pool.environment, pool.variant_id)
        await defer(connection, expect_job(*of))
        # Once more, when every process knows of the pool: one that did not placed orders as before.
        await defer(connection, expect_job(*of, delay_s=_KNOWN_BY_ALL_S))
    await sql.count(connection, pool.merchant_id, pool.pool_id, real_now(), free=added)
    await defer(connection, waiting_job(pool.merchant_id, pool.environment))


async def withdraw(connection: Connection, pool: CodePool, code_ids: Sequence[int] | None) -> int:
    """Take free codes back, these or all; returns how many. One that was given stays its order's."""
    await sql.locked(connection, pool.merchant_id, pool.pool_id)
    gone = await sql.withdraw(connection, pool.merchant_id, pool.pool_id, code_ids)
    await sql.count(connection, pool.merchant_id, pool.pool_id, real_now(), free=-gone, withdrawn=gone)
    return gone


async def pool_there(connection: Connection, merchant_id: int, environment: str, variant_id: int) -> CodePool:
    """The variant's pool. Refuses NotFound."""
    found = await sql.pools_of(connection, merchant_id, environment, [variant_id])
    if not found:
        raise NotFound("code_pool", str(variant_id))
    return found[0]


async def code_there(
    connection: Connection, merchant_id: int, environment: str, code_id: int
) -> tuple[CodePool, LicenceCode]:
    """A code and its pool. Refuses NotFound, also where it is of the other environment."""
    found = await sql.one(connection, merchant_id, code_id)
    if found is None or found.environment != environment:
        raise NotFound("code", str(code_id))
    return await pool_there(connection, merchant_id, environment, found.variant_id), found.code
