"""Deposits, read without a lock."""

from __future__ import annotations

from typing import Final

from psycopg import AsyncConnection

from gerai.domain.filters import DepositFilter, Scope
from gerai.domain.records import Deposit
from gerai.store.conditions import Where, in_scope, query
from gerai.store.tables import DEPOSITS
from gerai.store.walk import Walk, walked

_NAMED_AT_MOST: Final = 10
_LIST: Final = Walk("deposits", "deposit_id", f"t.deposit_id, {DEPOSITS.select_list}")


async def by_filter(connection: AsyncConnection, scope: Scope, wanted: DepositFilter, limit: int) -> list[Deposit]:
    """A page, newest first."""
    where = (
        in_scope(scope)
        .add_if(bool(wanted.statuses), "t.status = ANY(%s)", list(wanted.statuses))
        .add_if(wanted.before_id is not None, "t.deposit_id < %s", wanted.before_id)
    )
    return await _select(connection, where, limit)


async def by_public_id(connection: AsyncConnection, scope: Scope, public_id: str) -> list[Deposit]:
    """The deposit with the door's code; none or one."""
    return await _select(connection, in_scope(scope).add("t.public_id = %s", public_id), 1)


async def by_code(connection: AsyncConnection, merchant_id: int, channels: list[str], code: str) -> list[Deposit]:
    """The deposits of these channels with the code, in both environments; ten at most."""
    where = Where(
        "t.merchant_id = %s AND t.environment = ANY(ARRAY['production', 'sandbox']) AND t.channel = ANY(%s) "
        "AND t.public_id = %s",
        merchant_id, channels, code,
    )  # fmt: skip
    return await _select(connection, where, _NAMED_AT_MOST)


async def page(
    connection: AsyncConnection,
    merchant_id: int,
    environment: str,
    status: str,
    method: str,
    member_id: int,
    before_id: int,
    limit: int,
) -> tuple[list[Deposit], int | None]:
    """Of all channels, of this state, method (empty: any) and member (0: any), newest first, as :func:`walked`."""
    wanted = (
        Where("t.environment = %s", environment)
        .add_if(status == "late", "t.status = 'late'")
        .add_if(status not in ("", "late"), "t.status = %s", status)
        .add_if(bool(method), "t.method = %s", method)
        .add_if(member_id > 0, "t.member_id = %s", member_id)
    )
    found, went_to = await walked(connection, _LIST, merchant_id, before_id, wanted, limit)
    return [DEPOSITS.read(row[1:]) for row in found], went_to


async def by_id(connection: AsyncConnection, merchant_id: int, deposit_id: int) -> list[Deposit]:
    """The deposit in whichever environment and channel; none or one."""
    return await _select(connection, Where("t.merchant_id = %s AND t.deposit_id = %s", merchant_id, deposit_id), 1)


async def by_secret(connection: AsyncConnection, secret: str) -> list[Deposit]:
    """The deposit that a hosted page's unguessable token opens, whoever's it is; none or one."""
    return await _select(connection, Where("t.secret = %s", secret), 1)


async def late(connection: AsyncConnection, merchant_id: int, limit: int) -> list[Deposit]:
    """Those whose money came late and waits for a person, oldest first."""
    cursor = await connection.execute(
        query(f"SELECT {DEPOSITS.select_list} FROM deposits t WHERE t.merchant_id = %s AND t.status = 'late' "
               "ORDER BY t.deposit_id LIMIT %s"),
        (merchant_id, limit),
    )  # fmt: skip
    return [DEPOSITS.read(row) for row in await cursor.fetchall()]


async def statuses(
    connection: AsyncConnection, merchant_id: int, deposit_ids: list[int]
) -> dict[int, tuple[str, bool]]:
    """By each deposit's id its state, and whether it has the way to pay that its gateway gave."""
    cursor = await connection.execute(
        "SELECT deposit_id, status, coalesce((instructions->>'at_gateway')::bool, false) FROM deposits "
        "WHERE merchant_id = %s AND deposit_id = ANY(%s)",
        (merchant_id, deposit_ids),
    )
    return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}


async def _select(connection: AsyncConnection, where: Where, limit: int) -> list[Deposit]:
    text = f"SELECT {DEPOSITS.select_list} FROM deposits t {where.text} ORDER BY t.deposit_id DESC LIMIT %s"
    cursor = await connection.execute(query(text), (*where.params, limit))
    return [DEPOSITS.read(row) for row in await cursor.fetchall()]
