"""Terms for orders from before there were any, piece by piece (migration 0019)."""

from __future__ import annotations

from typing import Any, Final

from psycopg import Connection

from gerai.domain.records import OrderTerm
from gerai.domain.search_terms import records, states_of, terms_of
from gerai.store.conditions import query
from gerai.store.table import Table
from gerai.store.tables import FULFILMENTS, INVOICES, ORDERS, SHIPMENTS, TERMS

#: What ``migrate.pending`` calls it.
NAME: Final = "terms of earlier orders"
#: Orders of one transaction: about a tenth of a second.
_AT_ONCE: Final = 2000

_TO_DO: Final = "SELECT merchant_id, before_id FROM orders_without_terms ORDER BY merchant_id LIMIT 1"
_ORDERS: Final = (
    f"SELECT {ORDERS.select_list} FROM orders t WHERE t.merchant_id = %s AND t.order_id < %s "
    "ORDER BY t.order_id DESC LIMIT %s"
)
_AROUND: Final = "SELECT {columns} FROM {table} t WHERE t.merchant_id = %s AND t.{key} = ANY(%s)"


def is_due(connection: Connection) -> bool:
    """Whether orders are left without terms."""
    [there] = connection.execute("SELECT to_regclass('orders_without_terms') IS NOT NULL").fetchone() or (False,)
    return there and connection.execute(_TO_DO).fetchone() is not None


def fill_terms(connection: Connection) -> None:
    """Give every order its terms; cut off, it goes on where it was. The connection commits each statement."""
    while is_due(connection):
        with connection.transaction():
            _fill_piece(connection)


def _fill_piece(connection: Connection) -> None:
    [(merchant_id, before_id)] = connection.execute(_TO_DO).fetchall()
    found = connection.execute(query(_ORDERS), (merchant_id, before_id, _AT_ONCE)).fetchall()
    orders = [ORDERS.read(row) for row in found]
    if not orders:
        connection.execute("DELETE FROM orders_without_terms WHERE merchant_id = %s", (merchant_id,))
        return
    ids = [order.order_id for order in orders]
    invoices, fulfilments, shipments = (
        _by_order(connection, table, merchant_id, ids) for table in (INVOICES, FULFILMENTS, SHIPMENTS)
    )
    terms: list[OrderTerm] = []
    for order in orders:
        around = (rows.get(order.order_id) for rows in (invoices, fulfilments, shipments))
        terms += records(order, terms_of(order) + states_of(order, *around))
    if terms:
        connection.execute(TERMS.insert_sql + b" ON CONFLICT DO NOTHING", TERMS.insert_params(terms))
    connection.execute(
        "UPDATE orders_without_terms SET before_id = %s WHERE merchant_id = %s", (orders[-1].order_id, merchant_id)
    )


def _by_order(connection: Connection, table: Table[Any], merchant_id: int, ids: list[int]) -> dict[int, Any]:
    text = _AROUND.format(columns=table.select_list, table=table.name, key=table.key[1])
    return {record.order_id: record for record in map(table.read, connection.execute(query(text), (merchant_id, ids)))}
