"""The rows that a case's orders leave behind: read back from some that were really placed, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier

#: Tables an order may write to, parents first, and the column of each that holds an id of the order's own.
_BY_ID: Final = {
    "orders": "order_id",
    "order_lines": "order_id",
    "invoices": "invoice_id",
    "payments": "payment_id",
    "fulfilments": "fulfilment_id",
    "shipments": "shipment_id",
    "transfers": "transfer_id",
    "deposits": "deposit_id",
    "events": "order_id",
}
#: Rows that are there before and that an order changes.
SHARED: Final = ("accounts", "stock", "members")
JOBS: Final = "procrastinate_jobs"
KEYS: Final = "idempotency_keys"
#: How much the mean size of a row may differ: times and random texts are of different lengths.
_SIZE_TOLERANCE: Final = 0.03


@dataclass(frozen=True)
class Value:
    """A column's value as text; None is NULL. ``type`` is PostgreSQL's name of the column's type."""

    text: str | None
    type: str


Row = Mapping[str, Value]
#: The rows of each table by their primary key.
Snapshot = dict[str, dict[tuple[str, ...], Row]]


@dataclass(frozen=True)
class Span:
    """The orders of one case at one merchant: ``ranges`` of ids (first, and the first one after), and the idempotency
    keys that begin with ``run``."""

    merchant_id: int
    ranges: tuple[tuple[int, int], ...]
    run: str
    since: str

    def rows_of(self, table: str, column: str) -> Composable:
        """The condition for this case's rows of a table."""
        if table in SHARED:
            return SQL("merchant_id = {}").format(self.merchant_id)
        if table == KEYS:
            return SQL("merchant_id = {} AND created_at >= {} AND starts_with(key, {})").format(
                self.merchant_id, self.since, self.run
            )
        merchant, own = SQL("merchant_id"), Identifier(column) if column else SQL("")
        if table == JOBS:
            merchant, own = SQL("(args ->> 'merchant_id')::bigint"), SQL("(args ->> 'order_id')::bigint")
        within = SQL(" OR ").join(
            SQL("({} >= {} AND {} < {})").format(own, first, own, end) for first, end in self.ranges
        )
        return SQL("{} = {} AND ({})").format(merchant, self.merchant_id, within)


def tables(connection: Connection) -> dict[str, str]:
    """Every table that holds rows of orders, parents first, and its column of their ids. One that this file does not
    name is found by its columns."""
    found = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'order_id' "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped ORDER BY 1"
    ).fetchall()
    return {KEYS: "", **_BY_ID, **{name: "order_id" for (name,) in found if name not in _BY_ID}, JOBS: ""}


def snapshot(connection: Connection, span: Span) -> Snapshot:
    """The case's rows, and those that it shares with others. Columns the database numbers by itself are left out."""
    wanted = tables(connection) | dict.fromkeys(SHARED, "")
    return {table: _rows(connection, table, span.rows_of(table, column)) for table, column in wanted.items()}


def _rows(connection: Connection, table: str, where: Composable) -> dict[tuple[str, ...], Row]:
    columns = connection.execute(
        "SELECT a.attname, format_type(a.atttypid, NULL), a.attidentity <> '', a.attnum = ANY(i.indkey) "
        "FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary "
        "WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        (table,),
    ).fetchall()
    texts = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name, _, _, _ in columns)
    in_order = SQL(", ").join(Identifier(name) for name, _, _, is_key in columns if is_key)
    found: dict[tuple[str, ...], Row] = {}
    query = SQL("SELECT {} FROM {} WHERE {} ORDER BY {}").format(texts, Identifier(table), where, in_order)
    for texts_of_row in connection.execute(query).fetchall():
        pairs = list(zip(columns, texts_of_row, strict=True))
        key = tuple(text for (_, _, _, is_key), text in pairs if is_key)
        found[key] = {name: Value(text, kind) for (name, kind, numbered, _), text in pairs if not numbered}
    return found


@dataclass(frozen=True)
class Weight:
    """How many rows of a table, and how many bytes they are together."""

    rows: int
    bytes: int


def weights(connection: Connection, span: Span) -> dict[str, Weight]:
    """The case's own rows, by table."""
    found: dict[str, Weight] = {}
    for table, column in tables(connection).items():
        query = SQL("SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0)::bigint FROM {} t WHERE {}").format(
            Identifier(table), span.rows_of(table, column)
        )
        row = connection.execute(query).fetchone()
        assert row is not None
        found[table] = Weight(*row)
    return found


def wrong_counts(found: Mapping[str, Weight], of_one: Mapping[str, int], units: int) -> list[str]:
    """Tables that do not hold exactly ``of_one`` rows for each unit."""
    return [
        f"{table}: {weight.rows} rows of {units} acknowledged, {of_one.get(table, 0)} of each"
        for table, weight in found.items()
        if weight.rows != units * of_one.get(table, 0)
    ]


def unlike(ours: Mapping[str, Weight], theirs: Mapping[str, Weight]) -> list[str]:
    """Tables whose rows differ in mean size between the two sides."""
    return [
        f"{table}: {a.bytes / a.rows:.0f} bytes a row against {b.bytes / b.rows:.0f}"
        for table, a in ours.items()
        if (b := theirs[table]).rows and a.rows
        and abs(a.bytes * b.rows - b.bytes * a.rows) > _SIZE_TOLERANCE * a.bytes * b.rows
    ]  # fmt: skip


def highest_id(connection: Connection, merchant_id: int, below: int) -> int:
    """The highest id below ``below`` that an order of the merchant, or what hangs on it, has drawn; 0 without any."""
    found = [
        connection.execute(
            SQL("SELECT max({}) FROM {} WHERE merchant_id = {} AND {} < {}").format(
                Identifier(column), Identifier(table), merchant_id, Identifier(column), below
            )
        ).fetchone()
        for table, column in _BY_ID.items()
        if table not in ("order_lines", "events")
    ]
    return max((row[0] for row in found if row and row[0] is not None), default=0)


def primary_keys(connection: Connection) -> dict[str, list[str]]:
    """The columns of each table's primary key."""
    found = connection.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) "
        "WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace GROUP BY 1"
    ).fetchall()
    return dict(found)
