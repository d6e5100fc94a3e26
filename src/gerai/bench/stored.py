"""A database that holds many orders already: of one or two large merchants, and of some small ones.

The rows keep every rule of the books (``gerai check`` passes); ``stored.sql`` says what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import resources
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import ClientCursor, Connection

from gerai.bench.case import BenchError
from gerai.engine.ids import BLOCK
from gerai.store.conditions import query

#: Orders of one transaction: the temporary table stays in memory.
_AT_ONCE: Final = 50_000
#: The ids of stored orders, and of what hangs on them, end below; those drawn later are higher.
IDS_BELOW: Final = 8 * 10**9 + BLOCK
_NEXT_BLOCK: Final = IDS_BELOW // BLOCK + 1
_SMALL_SHOPS: Final = 20
_MEMBERS: Final = 300
#: What every wallet is opened with, so that no order overdraws it: Rp10 trillion.
_FUNDS_SEN: Final = 10**15


class StoredShop(NamedTuple):
    """A merchant and the ids that its orders refer to. ``endpoint_id`` None: nobody listens, no deliveries."""

    is_large: bool
    merchant_id: int
    members: int
    first_member: int
    first_wallet: int
    sales_id: int
    gateway_id: int
    stock_id: int
    endpoint_id: int | None


class StoredDetails(NamedTuple):
    """What a counter keeps with its orders: JSON texts of ``details``, ``labels`` and a line's ``details``. ``item_id``
    None: fifty articles in turn."""

    channel: str
    details: str
    labels: str
    item_kind: str = "goods"
    item_id: int | None = None
    line_details: str = "{}"


#: Of orders that nobody reads through a door.
UNREAD: Final = (
    StoredDetails("cekceir", '{"note": "an order from earlier"}', '{"service": "imei"}'),
    StoredDetails("durianpay", '{"note": "an order from earlier"}', "{}"),
    StoredDetails("leuwongrr", '{"note": "an order from earlier"}', "{}"),
    StoredDetails("scalev", '{"note": "an order from earlier"}', '{"method": "qris"}'),
)


def adopted(
    connection: Connection, merchant_id: int, environment: str, members: int, first_member: int, first_wallet: int
) -> StoredShop:
    """A merchant that is there, as a large shop. Its members and their wallets have consecutive ids."""
    accounts: dict[str, int] = dict(
        connection.execute(
            "SELECT kind, account_id FROM accounts WHERE merchant_id = %s AND environment = %s AND member_id IS NULL",
            (merchant_id, environment),
        ).fetchall()
    )
    shop = StoredShop(
        True, merchant_id, members, first_member, first_wallet, accounts["sales"], accounts["gateway"],
        _new_ids(connection), None,
    )  # fmt: skip
    _fill(connection, shop, environment, accounts["funding"], _new_ids(connection))
    return shop


def new_shops(connection: Connection, environment: str, *, large: int) -> list[StoredShop]:
    """``large`` large merchants and twenty small ones, each with members, their wallets and a webhook endpoint."""
    return [_new_shop(connection, environment, number, number < large) for number in range(large + _SMALL_SHOPS)]


def _new_shop(connection: Connection, environment: str, number: int, is_large: bool) -> StoredShop:
    first = _new_ids(connection)
    shop = StoredShop(is_large, first, _MEMBERS, first + 100, first + 400, first + 1, first + 2, first + 4, first + 5)
    facts = {
        "merchant": first, "environment": environment, "code": f"stored-{first}", "name": f"Toko {number}",
        "members": _MEMBERS, "first_member": shop.first_member, "first_wallet": shop.first_wallet,
    }  # fmt: skip
    _run(connection, "stored_shop.sql", facts)
    _fill(connection, shop, environment, first + 3, first + 700)
    return shop


def _fill(connection: Connection, shop: StoredShop, environment: str, funding_id: int, first_id: int) -> None:
    """Money in its wallets, by deposits with ids from ``first_id`` on, and stock to sell."""
    facts = {
        "merchant": shop.merchant_id, "environment": environment, "members": shop.members, "funds": _FUNDS_SEN,
        "first_member": shop.first_member, "first_wallet": shop.first_wallet, "funding": funding_id,
        "first_id": first_id,
    }  # fmt: skip
    _run(connection, "stored_funds.sql", facts)
    connection.execute(
        "INSERT INTO stock VALUES (%s, %s, %s, %s, 1, 1000000, 0, now())",
        (shop.merchant_id, shop.stock_id, environment, shop.stock_id),
    )


def _run(connection: Connection, name: str, values: dict[str, Any]) -> None:
    """The statements of a file, with their values put in here: the server takes several at once only without."""
    text = resources.files("gerai.bench").joinpath(name).read_text(encoding="utf-8")
    with ClientCursor(connection) as cursor:
        cursor.execute(query(text), values)


def _new_ids(connection: Connection) -> int:
    """The first of a block of ids that is nobody else's."""
    row = connection.execute("SELECT nextval('gerai_ids')").fetchone()
    assert row is not None
    return (row[0] - 1) * BLOCK + 1


def add_orders(
    dsn: str,
    shops: Sequence[StoredShop],
    environment: str,
    numbers: range,
    now: datetime,
    step: Callable[[str], None] = lambda _: None,
    details: Sequence[StoredDetails] = UNREAD,
) -> None:
    """Write the orders with these numbers (1: the newest, made at ``now``), and statistics of all tables. Ids that are
    drawn afterwards are higher than those of these orders. ``details``: of every counter."""
    if numbers.start < 1 or numbers.step != 1:
        raise BenchError("orders are numbered from 1")
    with psycopg.connect(dsn, autocommit=True) as connection:
        # VACUUM takes rows for seen by all only once their commit is on the disk.
        connection.execute("SET synchronous_commit = on")
        for first in range(numbers.start, numbers.stop, _AT_ONCE):
            last = min(first + _AT_ONCE, numbers.stop) - 1
            step(f"storing orders: {last:,} of {numbers.stop - 1:,}")
            with connection.transaction():
                # The rows refer to each other rightly; asking for each of them would take half of the time.
                connection.execute("SET LOCAL session_replication_role = replica")
                connection.execute(_TABLES)
                connection.cursor().executemany(_ADD_SHOP, shops)
                connection.cursor().executemany(_ADD_DETAILS, details)
                facts = {"first": first, "last": last, "now": now, "environment": environment}
                _run(connection, "stored.sql", facts)
        connection.execute("SELECT setval('gerai_ids', greatest(%s, nextval('gerai_ids')))", (_NEXT_BLOCK,))
        connection.execute("VACUUM ANALYZE")


_TABLES: Final = """
CREATE TEMPORARY TABLE stored_shops (
    is_large bool, merchant_id int8, members int8, first_member int8, first_wallet int8, sales_id int8, gateway_id int8,
    stock_id int8, endpoint_id int8
) ON COMMIT DROP;
CREATE TEMPORARY TABLE stored_details (
    channel text, details jsonb, labels jsonb, item_kind text, item_id int8, line_details jsonb
) ON COMMIT DROP"""
_ADD_SHOP: Final = "INSERT INTO stored_shops VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_ADD_DETAILS: Final = "INSERT INTO stored_details VALUES (%s, %s, %s, %s, %s, %s)"
