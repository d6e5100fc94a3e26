"""Contracts with gateways, and payments and deposits as gateways have them, read and written outside the batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from gerai.domain.payment_status import CAME, DEPOSIT_CAME
from gerai.domain.records import GatewayAttempt, GatewayContract, OfferedWay
from gerai.store.conditions import listed, query
from gerai.store.tables import ATTEMPTS

_COLUMNS: Final = ", ".join(GatewayContract.__struct_fields__)


class AtGateway(NamedTuple):
    """A payment that a gateway takes, and of which order; or a deposit, as :class:`GatewayAttempt` keeps it."""

    order_id: int | None
    payment_id: int


async def open_contracts(
    connection: AsyncConnection, merchant_ids: Sequence[int]
) -> dict[int, tuple[GatewayContract, ...]]:
    """By merchant, every one of these, those that are open, oldest first."""
    cursor = await connection.execute(
        query(f"SELECT {_COLUMNS} FROM gateway_contracts "
               "WHERE merchant_id = ANY(%s) AND closed_at IS NULL ORDER BY merchant_id, contract_id"),
        (list(merchant_ids),),
    )  # fmt: skip
    found: dict[int, tuple[GatewayContract, ...]] = dict.fromkeys(merchant_ids, ())
    for row in await cursor.fetchall():
        found[row[0]] += (_contract(row),)
    return found


async def contract(connection: AsyncConnection, merchant_id: int, contract_id: int) -> GatewayContract | None:
    """The contract with this id, a closed one, too."""
    cursor = await connection.execute(
        query(f"SELECT {_COLUMNS} FROM gateway_contracts WHERE merchant_id = %s AND contract_id = %s"),
        (merchant_id, contract_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _contract(row)


async def contract_at(connection: AsyncConnection, merchant_id: int, source_id: int) -> GatewayContract | None:
    """The contract whose gateway reports at this source."""
    cursor = await connection.execute(
        query(f"SELECT {_COLUMNS} FROM gateway_contracts WHERE merchant_id = %s AND source_id = %s"),
        (merchant_id, source_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _contract(row)


async def add_contract(connection: AsyncConnection, new: GatewayContract) -> bool:
    """False when the merchant has an open one with this gateway in this environment."""
    values = msgspec.structs.asdict(new) | {
        "facts": Jsonb(new.facts), "ways": Jsonb(msgspec.to_builtins(new.ways)),
    }  # fmt: skip
    names = ", ".join(f"%({name})s" for name in values)
    cursor = await connection.execute(
        query(f"INSERT INTO gateway_contracts ({_COLUMNS}) VALUES ({names}) "
               "ON CONFLICT (merchant_id, environment, gateway) WHERE closed_at IS NULL DO NOTHING"),
        values,
    )  # fmt: skip
    return cursor.rowcount == 1


async def close_contract(
    connection: AsyncConnection, merchant_id: int, contract_id: int, at: datetime, by: str
) -> bool:
    """False when there is no such open one."""
    cursor = await connection.execute(
        "UPDATE gateway_contracts SET closed_at = %s, closed_by = %s "
        "WHERE merchant_id = %s AND contract_id = %s AND closed_at IS NULL",
        (at, by, merchant_id, contract_id),
    )
    return cursor.rowcount == 1


async def contracts(connection: AsyncConnection, merchant_id: int) -> list[GatewayContract]:
    """All of a merchant's there were, closed ones, too, oldest first."""
    cursor = await connection.execute(
        query(f"SELECT {_COLUMNS} FROM gateway_contracts WHERE merchant_id = %s ORDER BY contract_id"), (merchant_id,)
    )
    return [_contract(row) for row in await cursor.fetchall()]


async def change_ways(
    connection: AsyncConnection, merchant_id: int, contract_id: int, ways: Sequence[OfferedWay]
) -> bool:
    """False when there is no such contract."""
    cursor = await connection.execute(
        "UPDATE gateway_contracts SET ways = %s WHERE merchant_id = %s AND contract_id = %s",
        (Jsonb(msgspec.to_builtins(ways)), merchant_id, contract_id),
    )
    return cursor.rowcount == 1


async def attempt(connection: AsyncConnection, merchant_id: int, payment_id: int) -> GatewayAttempt | None:
    """The payment or deposit with this id as its gateway has it."""
    cursor = await connection.execute(
        query(f"SELECT {ATTEMPTS.select_list} FROM gateway_attempts t WHERE t.merchant_id = %s AND t.payment_id = %s"),
        (merchant_id, payment_id),
    )
    row = await cursor.fetchone()
    return None if row is None else ATTEMPTS.read(row)


#: By our id, else by the gateway's own: each through an index.
_FIND: Final = (
    "SELECT a.order_id, a.payment_id FROM payments p JOIN gateway_attempts a USING (merchant_id, payment_id) "
    "WHERE p.merchant_id = %(merchant)s AND p.environment = %(environment)s AND p.public_id = %(id)s "
    "AND a.contract_id = %(contract)s",
    "SELECT NULL::int8, deposit_id FROM deposits "
    "WHERE merchant_id = %(merchant)s AND contract_id = %(contract)s AND public_id = %(id)s",
    "SELECT order_id, payment_id FROM gateway_attempts "
    "WHERE merchant_id = %(merchant)s AND contract_id = %(contract)s AND reference = %(reference)s "
    "AND reference <> '' LIMIT 1",
)


async def find(connection: AsyncConnection, of: GatewayContract, public_id: str, reference: str) -> AtGateway | None:
    """The payment or deposit of this contract with our id, or with the gateway's own."""
    names = {
        "merchant": of.merchant_id, "environment": of.environment, "contract": of.contract_id, "id": public_id,
        "reference": reference,
    }  # fmt: skip
    for statement in _FIND if public_id else _FIND[-1:]:
        cursor = await connection.execute(query(statement), names)
        if (row := await cursor.fetchone()) is not None:
            return AtGateway(*row)
    return None


async def payer(connection: AsyncConnection, merchant_id: int, member_id: int) -> dict[str, str]:
    """What is known of a member who pays a deposit: name, email, mobile."""
    cursor = await connection.execute(
        "SELECT name, email, mobile FROM members WHERE merchant_id = %s AND member_id = %s", (merchant_id, member_id)
    )
    row = await cursor.fetchone()
    return {} if row is None else dict(zip(("name", "email", "mobile"), row, strict=True))


async def to_look_at(connection: AsyncConnection, merchant_id: int, limit: int) -> list[tuple[str, GatewayAttempt]]:
    """Payments and deposits about which a person should look, with our ids, oldest first. Other amounts, once decided
    about, are left out, and so is what would not start, after a day."""
    cursor = await connection.execute(
        query(f"SELECT coalesce(p.public_id, d.public_id, ''), {ATTEMPTS.select_list} FROM gateway_attempts t "
               "LEFT JOIN payments p ON p.merchant_id = t.merchant_id AND p.payment_id = t.payment_id "
               "LEFT JOIN deposits d ON d.merchant_id = t.merchant_id AND d.deposit_id = t.payment_id "
               "WHERE t.merchant_id = %s AND t.fault <> '' "
               f"AND NOT (t.status = 'mismatch' AND coalesce(p.status, d.status) IN ({listed(CAME | DEPOSIT_CAME)})) "
               "AND NOT (t.status = 'ended' AND t.reference = '' AND coalesce(p.status, d.status) = 'failed' "
               "AND t.updated_at < now() - interval '1 day') "
               "ORDER BY t.payment_id LIMIT %s"),
        (merchant_id, limit),
    )  # fmt: skip
    return [(row[0], ATTEMPTS.read(row[1:])) for row in await cursor.fetchall()]


def read_ways(stored: Any) -> tuple[OfferedWay, ...]:
    """What a contract offers, from its column."""
    return tuple(msgspec.convert(stored, list[OfferedWay]))


def _contract(row: tuple[Any, ...]) -> GatewayContract:
    values = dict(zip(GatewayContract.__struct_fields__, row, strict=True))
    values["ways"] = read_ways(values["ways"])
    return GatewayContract(**values)
