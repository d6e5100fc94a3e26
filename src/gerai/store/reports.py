"""What was sold, by the sums that are kept of it (``store/report_counting.py``); best buyers from the orders."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, NamedTuple

from psycopg import AsyncConnection

from gerai.store.conditions import Where, query

#: Rows of a piece of a whole report, and how long it may be summed.
_AT_ONCE: Final = 2000
_SUMMED_WITHIN_S: Final = 120
_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
By = Literal["all", "hour", "day", "door", "method", "day_door", "hour_door"]

_DAY: Final = "(t.hour AT TIME ZONE 'Asia/Jakarta')::date"
_HOUR: Final = "t.hour AT TIME ZONE 'Asia/Jakarta'"
_KEYS: Final[dict[By, str]] = {
    "all": "''", "hour": _HOUR, "day": _DAY, "door": "t.channel", "method": "t.method", "day_door": _DAY,
    "hour_door": _HOUR,
}  # fmt: skip
#: How a time is written, once it is summed by: for each row it would take half of the time.
_WRITTEN: Final[dict[str, str]] = {
    _DAY: "to_char(s.key, 'YYYY-MM-DD')",
    _HOUR: "to_char(s.key, 'YYYY-MM-DD HH24:MI')",
}
_SUMS: Final = (
    "orders", "paid", "cancelled", "failed", "sales_sen", "refunds_sen", "fees_sen", "pay_s", "pay_count", "fulfil_s",
    "fulfil_count",
)  # fmt: skip
_FIGURES: Final = ", ".join(f"coalesce(sum(t.{name}), 0)::int8 AS {name}" for name in _SUMS)
_SUMMED: Final = ", ".join(f"s.{name}" for name in _SUMS)


def shown(found: str) -> str:
    """The statement that reads items ``found``, what brought most first, each under the newest name it was sold by. An
    item without a number is known by its name."""
    return f"""
SELECT s.item_kind, s.item_id, coalesce(n.name, s.named), s.quantity, s.sales_sen FROM ({found}) s
LEFT JOIN LATERAL (SELECT t.name FROM report_items t WHERE s.item_id <> 0
     AND t.merchant_id = %(merchant_id)s AND t.environment = %(environment)s AND t.item_kind = s.item_kind
     AND t.item_id = s.item_id AND t.day >= %(first)s AND t.day <= %(last)s
     AND (%(door)s = '' OR t.channel = %(door)s)
   ORDER BY t.day DESC, t.name LIMIT 1) n ON true
ORDER BY s.sales_sen DESC, s.item_kind DESC, s.item_id DESC, s.named DESC"""


_ITEMS: Final = shown("""
    SELECT * FROM (
        SELECT t.item_kind, t.item_id, CASE t.item_id WHEN 0 THEN t.name ELSE '' END AS named,
            sum(t.quantity)::int8 AS quantity, sum(t.sales_sen)::int8 AS sales_sen
        FROM report_items t WHERE t.merchant_id = %(merchant_id)s AND t.environment = %(environment)s
          AND t.day >= %(first)s AND t.day <= %(last)s AND (%(door)s = '' OR t.channel = %(door)s)
        GROUP BY 1, 2, 3) s
    WHERE %(after_sen)s::int8 IS NULL OR (s.sales_sen, s.item_kind, s.item_id, s.named)
        < (%(after_sen)s::int8, %(after_kind)s::text, %(after_id)s::int8, %(after_named)s::text)
    ORDER BY s.sales_sen DESC, s.item_kind DESC, s.item_id DESC, s.named DESC LIMIT %(limit)s""")
#: A free order has nothing that was charged: its invoice says whether it is paid.
_MEMBERS: Final = """
WITH RECURSIVE doors(channel) AS (
    (SELECT channel FROM orders WHERE merchant_id = %(merchant_id)s AND environment = %(environment)s
     ORDER BY channel LIMIT 1)
    UNION ALL
    SELECT n.channel FROM doors d CROSS JOIN LATERAL
        (SELECT o.channel FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.environment = %(environment)s
           AND o.channel > d.channel ORDER BY o.channel LIMIT 1) n
), bought AS (
    SELECT o.member_id, count(*) AS orders, count(*) FILTER (WHERE o.paid) AS paid,
        sum(o.charged_sen)::int8 AS sales_sen,
        sum(CASE o.funding WHEN 'hold' THEN 0 ELSE o.refunded_sen END)::int8 AS refunds_sen
    FROM doors d CROSS JOIN LATERAL
        (SELECT o.member_id, o.charged_sen, o.refunded_sen, o.funding, o.charged_sen > 0 OR o.total_sen = 0 AND EXISTS
             (SELECT FROM invoices i WHERE i.merchant_id = o.merchant_id AND i.invoice_id = o.order_id
                AND i.status IN ('paid', 'refunded')) AS paid
         FROM orders o WHERE o.merchant_id = %(merchant_id)s AND o.environment = %(environment)s
           AND o.channel = d.channel AND o.created_at >= %(since)s AND o.created_at < %(until)s
           AND o.member_id IS NOT NULL OFFSET 0) o
    WHERE %(door)s = '' OR d.channel = %(door)s
    GROUP BY o.member_id
), best AS (
    SELECT * FROM bought b
    WHERE %(after_sen)s::int8 IS NULL OR (b.sales_sen, b.member_id) < (%(after_sen)s, %(after_id)s::int8)
    ORDER BY b.sales_sen DESC, b.member_id DESC LIMIT %(limit)s)
SELECT b.member_id, m.name, m.channel, b.orders, b.paid, b.sales_sen, b.refunds_sen
FROM best b JOIN members m ON m.merchant_id = %(merchant_id)s AND m.member_id = b.member_id
ORDER BY b.sales_sen DESC, b.member_id DESC"""


class SalesFigures(NamedTuple):
    """Sums of orders, by when they were made. ``pay_s`` and ``fulfil_s`` are the seconds of ``…_count`` orders."""

    orders: int = 0
    paid: int = 0
    cancelled: int = 0
    failed: int = 0
    sales_sen: int = 0
    refunds_sen: int = 0
    fees_sen: int = 0
    pay_s: int = 0
    pay_count: int = 0
    fulfil_s: int = 0
    fulfil_count: int = 0


class SalesGroup(NamedTuple):
    """Sums of one hour, day, door or method; ``door`` only where it is by time and door."""

    key: str
    door: str
    figures: SalesFigures


class ItemSold(NamedTuple):
    """What was sold of an item. The name is the newest it was sold under."""

    item_kind: str
    item_id: int
    name: str
    quantity: int
    sales_sen: int

    @property
    def named(self) -> str:
        """By what it is known beside its number: nothing, where it has one."""
        return "" if self.item_id else self.name


class BuyerFound(NamedTuple):
    """What a member has bought."""

    member_id: int
    name: str
    door: str
    orders: int
    paid: int
    sales_sen: int
    refunds_sen: int


class ReportAsked(NamedTuple):
    """Whose sums, from when until before when; ``door`` empty: of all."""

    merchant_id: int
    environment: str
    since: datetime
    until: datetime
    door: str = ""


class ItemsAsked(NamedTuple):
    """Whose items, of which days, both included; ``door`` empty: of all."""

    merchant_id: int
    environment: str
    first: date
    last: date
    door: str = ""


def items_after(asked: ItemsAsked, after: ItemSold | None, limit: int | None) -> dict[str, Any]:
    """The values that the statements of items take; they go on behind ``after``."""
    place = [None] * 4 if after is None else [after.sales_sen, after.item_kind, after.item_id, after.named]
    names = ("after_sen", "after_kind", "after_id", "after_named")
    return {**asked._asdict(), **dict(zip(names, place, strict=True)), "limit": limit}


async def sums(connection: AsyncConnection, asked: ReportAsked, by: By) -> list[SalesGroup]:
    """By whole hours, in the order of the keys."""
    where = Where(
        "t.merchant_id = %s AND t.environment = %s AND t.hour >= %s AND t.hour < %s",
        asked.merchant_id, asked.environment, asked.since, asked.until,
    ).add_if(asked.door != "", "t.channel = %s", asked.door)  # fmt: skip
    door = "t.channel" if by.endswith("_door") else "''"
    key = _KEYS[by]
    summed = f"SELECT {key} AS key, {door} AS door, {_FIGURES} FROM report_hours t {where.text} GROUP BY 1, 2"
    text = f"SELECT {_WRITTEN.get(key, 's.key')}, s.door, {_SUMMED} FROM ({summed}) s ORDER BY 1, 2"
    cursor = await connection.execute(query(text), where.params)
    return [SalesGroup(row[0], row[1], SalesFigures(*row[2:])) for row in await cursor.fetchall()]


async def items(connection: AsyncConnection, asked: ItemsAsked, after: ItemSold | None, limit: int) -> list[ItemSold]:
    """What brought most first. Sums every row of the days."""
    cursor = await connection.execute(query(_ITEMS), items_after(asked, after, limit))
    return [ItemSold(*row) for row in await cursor.fetchall()]


async def every_item(
    connection: AsyncConnection, asked: ItemsAsked, after: ItemSold | None
) -> AsyncGenerator[list[ItemSold]]:
    """As :func:`items`, all of them, summed once: in pieces, for whoever takes them quickly."""
    async for rows in _every(connection, _ITEMS, items_after(asked, after, None)):
        yield [ItemSold(*row) for row in rows]


async def every_buyer(
    connection: AsyncConnection, asked: ReportAsked, after: tuple[int, int] | None
) -> AsyncGenerator[list[BuyerFound]]:
    """As :func:`buyers`, all of them, summed once: in pieces, for whoever takes them quickly."""
    async for rows in _every(connection, _MEMBERS, _buyers_after(asked, after, None)):
        yield [BuyerFound(*row) for row in rows]


async def _every(connection: AsyncConnection, text: str, values: dict[str, Any]) -> AsyncGenerator[list[Any]]:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL statement_timeout = {_SUMMED_WITHIN_S * 1000}".encode())
        async with connection.cursor("gerai_report") as cursor:
            await cursor.execute(query(text), values)
            while rows := await cursor.fetchmany(_AT_ONCE):
                yield rows


async def buyers(
    connection: AsyncConnection, asked: ReportAsked, after: tuple[int, int] | None, limit: int
) -> list[BuyerFound]:
    """Who bought most first; ``after``: sales and member of the last one seen. Reads every order of the time."""
    cursor = await connection.execute(query(_MEMBERS), _buyers_after(asked, after, limit))
    return [BuyerFound(*row) for row in await cursor.fetchall()]


def _buyers_after(asked: ReportAsked, after: tuple[int, int] | None, limit: int | None) -> dict[str, Any]:
    after_sen, after_id = (None, None) if after is None else after
    return {**asked._asdict(), "after_sen": after_sen, "after_id": after_id, "limit": limit}


async def counting_from(connection: AsyncConnection, merchant_id: int) -> datetime | None:
    """The beginning of the day that a worker counts next of all that was ever sold; the first of all days where it has
    not begun. None: all is counted (what happened in the last seconds aside)."""
    cursor = await connection.execute(
        "SELECT CASE WHEN rebuild_asked_at IS NULL THEN refill_from ELSE %s END FROM report_places "
        "WHERE merchant_id = %s",
        (_FIRST, merchant_id),
    )
    row = await cursor.fetchone()
    return _FIRST if row is None else row[0]
