"""Pools of licence codes and their codes, for those who load, withdraw and look at them. Whoever gives a code to an
order is a command of the batch; all of them hold the pool's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, get_args

from psycopg import AsyncConnection

from gerai.domain.records import CodeDelivery, CodePool, CodeStatus, LicenceCode
from gerai.store.conditions import query
from gerai.store.loads import CODE_POOLS_BY_ID
from gerai.store.tables import CODE_DELIVERIES, CODE_POOLS, LICENCE_CODES

_ADD_POOL: Final = CODE_POOLS.insert_sql + b" ON CONFLICT DO NOTHING"
_ADD_CODES: Final = LICENCE_CODES.insert_sql + b" ON CONFLICT DO NOTHING RETURNING digest"
_COUNT: Final = """
UPDATE code_pools SET free = free + %(free)s, withdrawn = withdrawn + %(withdrawn)s, updated_at = %(at)s
WHERE merchant_id = %(merchant)s AND pool_id = %(pool)s"""
_WITHDRAW: Final = """
UPDATE licence_codes SET status = 'withdrawn'
WHERE merchant_id = %(merchant)s AND pool_id = %(pool)s AND status = 'free'"""
_LISTED: Final = f"{LICENCE_CODES.select_list}, p.variant_id, p.environment"
#: One state of each pool is a piece of an index in the order of ids; the page is put together of the first of each.
_PAGE: Final = f"""
SELECT {_LISTED} FROM code_pools p CROSS JOIN unnest(%(statuses)s::text[]) s(status) CROSS JOIN LATERAL
     (SELECT * FROM licence_codes c WHERE c.merchant_id = p.merchant_id AND c.pool_id = p.pool_id
        AND c.status = s.status AND c.code_id > %(after)s ORDER BY c.code_id LIMIT %(limit)s) t
WHERE p.merchant_id = %(merchant)s AND p.environment = %(environment)s
  AND (%(variant)s::int8 = 0 OR p.variant_id = %(variant)s::int8)
ORDER BY t.code_id LIMIT %(limit)s"""
_JOINED: Final = f"""
SELECT {_LISTED} FROM licence_codes t
JOIN code_pools p ON p.merchant_id = t.merchant_id AND p.pool_id = t.pool_id"""
_OF_ORDER: Final = f"""{_JOINED}
WHERE t.merchant_id = %(merchant)s AND t.order_id = %(order)s ORDER BY t.line_no, t.unit_no LIMIT %(limit)s"""
_ONE: Final = f"{_JOINED} WHERE t.merchant_id = %(merchant)s AND t.code_id = %(code)s"


class ListedCode(NamedTuple):
    """A code, and whose pool it is of."""

    code: LicenceCode
    variant_id: int
    environment: str


async def pools_of(
    connection: AsyncConnection, merchant_id: int, environment: str, variant_ids: Sequence[int]
) -> list[CodePool]:
    """The pools of these variants that have one, by id."""
    return await _pools(
        connection, "environment = %s AND variant_id = ANY(%s::int8[]) ORDER BY pool_id",
        (merchant_id, environment, list(variant_ids)),
    )  # fmt: skip


async def pools_page(
    connection: AsyncConnection, merchant_id: int, environment: str, after_id: int, limit: int, *, low: bool
) -> list[CodePool]:
    """Pools behind the variant ``after_id``, by variant; ``low``: those alone that are low."""
    which = "AND low_at IS NOT NULL AND free <= low_at " if low else ""
    return await _pools(
        connection, f"environment = %s AND variant_id > %s {which}ORDER BY variant_id LIMIT %s",
        (merchant_id, environment, after_id, limit),
    )  # fmt: skip


async def _pools(connection: AsyncConnection, which: str, values: tuple[object, ...]) -> list[CodePool]:
    text = f"SELECT {CODE_POOLS.select_list} FROM code_pools t WHERE merchant_id = %s AND {which}"
    cursor = await connection.execute(query(text), values)
    return [CODE_POOLS.read(row) for row in await cursor.fetchall()]


async def locked(connection: AsyncConnection, merchant_id: int, pool_id: int) -> CodePool | None:
    """The pool, of which nobody else gives, loads or withdraws a code until this transaction ends."""
    cursor = await connection.execute(CODE_POOLS_BY_ID, (merchant_id, [pool_id]))
    row = await cursor.fetchone()
    return None if row is None else CODE_POOLS.read(row)


async def add_pool(connection: AsyncConnection, pool: CodePool) -> None:
    """A pool; one that its variant has there stays."""
    await connection.execute(_ADD_POOL, CODE_POOLS.insert_params([pool]))


async def add_codes(connection: AsyncConnection, new: Sequence[LicenceCode]) -> set[bytes]:
    """Add those that their pool does not have yet; returns their digests. It counts them once it is locked
    (:func:`count`)."""
    cursor = await connection.execute(_ADD_CODES, LICENCE_CODES.insert_params(new))
    return {row[0] for row in await cursor.fetchall()}


async def count(
    connection: AsyncConnection, merchant_id: int, pool_id: int, at: datetime, *, free: int, withdrawn: int = 0
) -> None:
    """Change what a pool counts by so much."""
    names = {"merchant": merchant_id, "pool": pool_id, "at": at, "free": free, "withdrawn": withdrawn}
    await connection.execute(_COUNT, names)


async def mark_low(connection: AsyncConnection, merchant_id: int, pool_id: int, low_at: int | None) -> None:
    """Set the mark of a pool, or take it away."""
    await connection.execute(
        "UPDATE code_pools SET low_at = %s WHERE merchant_id = %s AND pool_id = %s", (low_at, merchant_id, pool_id)
    )


async def known(connection: AsyncConnection, merchant_id: int, pool_id: int, digests: Sequence[bytes]) -> set[bytes]:
    """Which of these digests the pool has, whatever became of their codes."""
    cursor = await connection.execute(
        "SELECT digest FROM licence_codes WHERE merchant_id = %s AND pool_id = %s AND digest = ANY(%s::bytea[])",
        (merchant_id, pool_id, list(digests)),
    )
    return {row[0] for row in await cursor.fetchall()}


async def withdraw(connection: AsyncConnection, merchant_id: int, pool_id: int, code_ids: Sequence[int] | None) -> int:
    """Withdraw free codes of a locked pool: these, or all; returns how many were."""
    names = {"merchant": merchant_id, "pool": pool_id, "codes": None if code_ids is None else list(code_ids)}
    text = _WITHDRAW if code_ids is None else f"{_WITHDRAW} AND code_id = ANY(%(codes)s::int8[])"
    cursor = await connection.execute(query(text), names)
    return cursor.rowcount


async def waiting_orders(
    connection: AsyncConnection, merchant_id: int, environment: str, after_id: int, limit: int
) -> list[int]:
    """The ids of orders that wait for codes, in order."""
    cursor = await connection.execute(
        "SELECT order_id FROM code_deliveries WHERE merchant_id = %s AND environment = %s AND status = 'waiting' "
        "AND order_id > %s ORDER BY order_id LIMIT %s",
        (merchant_id, environment, after_id, limit),
    )
    return [row[0] for row in await cursor.fetchall()]


async def delivery_of(connection: AsyncConnection, merchant_id: int, order_id: int) -> CodeDelivery | None:
    """How an order's codes stand; None: it has none to get, or nobody looked yet."""
    cursor = await connection.execute(
        query(f"SELECT {CODE_DELIVERIES.select_list} FROM code_deliveries t WHERE merchant_id = %s AND order_id = %s"),
        (merchant_id, order_id),
    )
    row = await cursor.fetchone()
    return None if row is None else CODE_DELIVERIES.read(row)


async def page(
    connection: AsyncConnection,
    merchant_id: int,
    environment: str,
    variant_id: int,
    status: str,
    after_id: int,
    limit: int,
) -> list[ListedCode]:
    """Codes by id; ``variant_id``: 0 is any, ``status``: empty is any."""
    names = {
        "merchant": merchant_id, "environment": environment, "variant": variant_id,
        "statuses": [status] if status else [*get_args(CodeStatus)], "after": after_id, "limit": limit,
    }  # fmt: skip
    return await _codes(connection, _PAGE, names)


async def of_order(connection: AsyncConnection, merchant_id: int, order_id: int, limit: int) -> list[ListedCode]:
    """The codes that an order got, by line and unit."""
    return await _codes(connection, _OF_ORDER, {"merchant": merchant_id, "order": order_id, "limit": limit})


async def one(connection: AsyncConnection, merchant_id: int, code_id: int) -> ListedCode | None:
    """The code with this id."""
    found = await _codes(connection, _ONE, {"merchant": merchant_id, "code": code_id})
    return found[0] if found else None


async def _codes(connection: AsyncConnection, text: str, names: Mapping[str, object]) -> list[ListedCode]:
    cursor = await connection.execute(query(text), names)
    return [ListedCode(LICENCE_CODES.read(row[:-2]), *row[-2:]) for row in await cursor.fetchall()]
