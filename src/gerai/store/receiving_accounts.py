"""The statements behind receiving accounts: where a seller's own money comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from gerai.domain.records import ReceivingAccount
from gerai.domain.settlement import SettleRule
from gerai.store.conditions import query
from gerai.store.tables import RECEIVING

#: One row of the index for each amount that is taken, 999 at most. Its own order may be asked for its own again.
_FULL: Final = """
SELECT asked.receiving_id FROM unnest(%(accounts)s::int8[], %(prices)s::int8[]) AS asked (receiving_id, price_sen),
  LATERAL (SELECT count(*) AS taken,
                  bool_or(e.order_id = %(order)s AND e.expected_until > now() + interval '1 hour') AS mine
           FROM expected_amounts e
           WHERE e.merchant_id = %(merchant)s AND e.receiving_id = asked.receiving_id
             AND e.amount_sen > asked.price_sen AND e.amount_sen <= asked.price_sen + %(reach)s) there
WHERE there.taken >= %(many)s AND NOT there.mine"""
_COLUMNS: Final = ", ".join(ReceivingAccount.__struct_fields__)


async def open_accounts(
    connection: AsyncConnection, merchant_ids: Sequence[int]
) -> dict[int, tuple[ReceivingAccount, ...]]:
    """By merchant, every one of these, those that are open, oldest first."""
    cursor = await connection.execute(
        query(f"SELECT {_COLUMNS} FROM receiving_accounts "
               "WHERE merchant_id = ANY(%s) AND closed_at IS NULL ORDER BY merchant_id, receiving_id"),
        (list(merchant_ids),),
    )  # fmt: skip
    found: dict[int, tuple[ReceivingAccount, ...]] = dict.fromkeys(merchant_ids, ())
    for row in await cursor.fetchall():
        found[row[0]] += (RECEIVING.read(row),)
    return found


async def add(connection: AsyncConnection, new: ReceivingAccount) -> bool:
    """False when the merchant has an open one for this method and channel, also one that another process just adds."""
    values = {**msgspec.structs.asdict(new), "details": Jsonb(new.details), "settles": _rule(new.settles)}
    cursor = await connection.execute(
        query(f"INSERT INTO receiving_accounts ({_COLUMNS}) VALUES ({', '.join(f'%({name})s' for name in values)}) "
              "ON CONFLICT (merchant_id, method, channel) WHERE closed_at IS NULL DO NOTHING"),
        values,
    )  # fmt: skip
    return cursor.rowcount == 1


async def accounts(connection: AsyncConnection, merchant_id: int) -> list[ReceivingAccount]:
    """All of a merchant's there were, closed ones, too, oldest first."""
    cursor = await connection.execute(
        query(f"SELECT {_COLUMNS} FROM receiving_accounts WHERE merchant_id = %s ORDER BY receiving_id"), (merchant_id,)
    )
    return [RECEIVING.read(row) for row in await cursor.fetchall()]


async def change_rule(
    connection: AsyncConnection, merchant_id: int, method: str, identity: str, receiving_id: int, rule: SettleRule
) -> None:
    """What its acquirer passes on is expected by this rule, of this account and of each that is the same one to it."""
    await connection.execute(
        "UPDATE receiving_accounts SET settles = %s WHERE merchant_id = %s AND (receiving_id = %s "
        "OR (settles IS NOT NULL AND method = %s AND identity = %s AND identity <> ''))",
        (_rule(rule), merchant_id, receiving_id, method, identity),
    )


def _rule(rule: SettleRule | None) -> Jsonb | None:
    return None if rule is None else Jsonb(msgspec.to_builtins(rule))


async def inherit(connection: AsyncConnection, new: ReceivingAccount) -> None:
    """What is still expected in the same bank account, which was closed, is expected in this one: it is one account to
    its bank."""
    await connection.execute(
        "UPDATE expected_amounts e SET receiving_id = %s FROM receiving_accounts a "
        "WHERE a.merchant_id = %s AND a.method = %s AND a.channel = %s AND a.identity = %s AND a.identity <> '' "
        "AND a.closed_at IS NOT NULL AND e.merchant_id = a.merchant_id AND e.receiving_id = a.receiving_id",
        (new.receiving_id, new.merchant_id, new.method, new.channel, new.identity),
    )


async def full(
    connection: AsyncConnection, merchant_id: int, order_id: int, prices: Mapping[int, int], reach_sen: int, many: int
) -> set[int]:
    """Those of the accounts, by the price asked there, in which all ``many`` amounts above it, up to ``reach_sen``
    more, are expected of other orders."""
    names = {"merchant": merchant_id, "order": order_id, "accounts": [*prices], "prices": [*prices.values()],
             "reach": reach_sen, "many": many}  # fmt: skip
    cursor = await connection.execute(_FULL, names)
    return {row[0] for row in await cursor.fetchall()}


async def close(connection: AsyncConnection, merchant_id: int, receiving_id: int, at: datetime, by: str) -> bool:
    """False when there is no such open one."""
    cursor = await connection.execute(
        "UPDATE receiving_accounts SET closed_at = %s, closed_by = %s "
        "WHERE merchant_id = %s AND receiving_id = %s AND closed_at IS NULL",
        (at, by, merchant_id, receiving_id),
    )
    return cursor.rowcount == 1
