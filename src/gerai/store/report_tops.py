"""What sold best in the last 1, 7, 30 and 90 days: the upper ends of these lists, kept right with the sums they are of
(decision 0031)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.store.conditions import query
from gerai.store.order_faces import FACES
from gerai.store.report_statements import JAKARTA
from gerai.store.reports import ItemsAsked, ItemSold, items, items_after, shown
from gerai.store.test_clock import NOW

#: How many days a list is about, all that end today.
SPANS: Final = (1, 7, 30, 90)
#: How many items a list is made with. It grows and shrinks with what is sold, and is made anew beyond these bounds.
KEPT: Final = 2000
FEWEST: Final = 1000
MOST: Final = 4000

#: Environments in which something was sold, each with its day in Jakarta and whether the lists are of that day.
TODAY: Final = f"""
SELECT e.environment, d.today, EXISTS
    (SELECT FROM report_tops t WHERE t.merchant_id = m.merchant_id AND t.environment = e.environment
       AND t.last_day = d.today) AS listed
FROM (VALUES ('production', false), ('sandbox', true)) e(environment, simulated)
CROSS JOIN LATERAL
    (SELECT ((CASE WHEN e.simulated THEN {NOW} ELSE now() END) AT TIME ZONE {JAKARTA})::date AS today) d
WHERE EXISTS (SELECT FROM report_items i WHERE i.merchant_id = m.merchant_id AND i.environment = e.environment)"""
_DAYS: Final = f"SELECT x.* FROM merchants m CROSS JOIN LATERAL ({TODAY}) x WHERE m.merchant_id = %s"
_DOORS: Final = f"{FACES} SELECT channel FROM faces WHERE environment = %(environment)s ORDER BY channel"
_FORGET: Final = (
    "DELETE FROM report_top_items WHERE merchant_id = %s AND environment = %s",
    "DELETE FROM report_tops WHERE merchant_id = %s AND environment = %s",
)
_HEAD: Final = f"INSERT INTO report_tops VALUES ({', '.join(['%s'] * 9)})"
_ROWS: Final = """
INSERT INTO report_top_items
SELECT %s, %s, %s, %s, * FROM unnest(%s::text[], %s::int8[], %s::text[], %s::int8[], %s::int8[])"""

#: Some items' sums in every list, by the index of names; those at or above a list's lower end are its items.
_FOLLOW: Final = """
WITH keys AS MATERIALIZED (
    SELECT DISTINCT k.item_kind, k.item_id, CASE k.item_id WHEN 0 THEN k.name ELSE '' END AS named
    FROM unnest(%(kinds)s::text[], %(ids)s::int8[], %(names)s::text[]) k(item_kind, item_id, name)
), spans AS MATERIALIZED (
    SELECT DISTINCT days, last_day FROM report_tops
    WHERE merchant_id = %(merchant_id)s AND environment = %(environment)s
), summed AS (
    SELECT s.days, coalesce(t.channel, '') AS channel, k.item_kind, k.item_id, k.named,
        sum(t.quantity)::int8 AS quantity, sum(t.sales_sen)::int8 AS sales_sen
    FROM keys k CROSS JOIN spans s CROSS JOIN LATERAL (
        SELECT t.channel, t.quantity, t.sales_sen FROM report_items t
        WHERE k.item_id = 0 AND t.merchant_id = %(merchant_id)s AND t.environment = %(environment)s
          AND t.item_kind = k.item_kind AND t.item_id = 0 AND t.name = k.named
          AND t.day > s.last_day - s.days AND t.day <= s.last_day
        UNION ALL
        SELECT t.channel, t.quantity, t.sales_sen FROM report_items t
        WHERE k.item_id <> 0 AND t.merchant_id = %(merchant_id)s AND t.environment = %(environment)s
          AND t.item_kind = k.item_kind AND t.item_id = k.item_id
          AND t.day > s.last_day - s.days AND t.day <= s.last_day) t
    GROUP BY GROUPING SETS ((s.days, k.item_kind, k.item_id, k.named),
                            (s.days, k.item_kind, k.item_id, k.named, t.channel))
), counted AS MATERIALIZED (
    SELECT x.* FROM summed x JOIN report_tops t ON t.merchant_id = %(merchant_id)s
        AND t.environment = %(environment)s AND t.days = x.days AND t.channel = x.channel
    WHERE t.low_sen IS NULL
       OR (x.sales_sen, x.item_kind, x.item_id, x.named) >= (t.low_sen, t.low_kind, t.low_id, t.low_named)
), forgotten AS (
    DELETE FROM report_top_items t USING keys k
    WHERE t.merchant_id = %(merchant_id)s AND t.environment = %(environment)s AND t.item_kind = k.item_kind
      AND t.item_id = k.item_id AND t.named = k.named AND NOT EXISTS
        (SELECT FROM counted c WHERE c.item_kind = k.item_kind AND c.item_id = k.item_id AND c.named = k.named
           AND c.days = t.days AND c.channel = t.channel))
INSERT INTO report_top_items AS t
    (merchant_id, environment, days, channel, item_kind, item_id, named, quantity, sales_sen)
SELECT %(merchant_id)s, %(environment)s, days, channel, item_kind, item_id, named, quantity, sales_sen FROM counted
ON CONFLICT (merchant_id, environment, item_kind, item_id, named, days, channel) DO UPDATE
SET quantity = EXCLUDED.quantity, sales_sen = EXCLUDED.sales_sen
WHERE (t.quantity, t.sales_sen) <> (EXCLUDED.quantity, EXCLUDED.sales_sen)"""
_OUTGROWN: Final = """
SELECT EXISTS (SELECT FROM report_tops t CROSS JOIN LATERAL
    (SELECT count(*) AS many FROM report_top_items i WHERE i.merchant_id = t.merchant_id
       AND i.environment = t.environment AND i.days = t.days AND i.channel = t.channel) i
    WHERE t.merchant_id = %s AND t.environment = %s
      AND (i.many > %s OR i.many < %s AND t.low_sen IS NOT NULL))"""
_LIST: Final = """
SELECT t.low_sen IS NULL FROM report_tops t JOIN report_places p ON p.merchant_id = t.merchant_id
WHERE t.merchant_id = %s AND t.environment = %s AND t.days = %s AND t.channel = %s AND t.last_day = %s
  AND p.listed_event_id = p.event_id AND p.refill_from IS NULL"""
_LISTED: Final = shown("""
    SELECT * FROM report_top_items s WHERE s.merchant_id = %(merchant_id)s AND s.environment = %(environment)s
      AND s.days = %(days)s AND s.channel = %(door)s AND (%(after_sen)s::int8 IS NULL
       OR (s.sales_sen, s.item_kind, s.item_id, s.named)
         < (%(after_sen)s::int8, %(after_kind)s::text, %(after_id)s::int8, %(after_named)s::text))
    ORDER BY s.sales_sen DESC, s.item_kind DESC, s.item_id DESC, s.named DESC LIMIT %(limit)s""")


class ItemKey(NamedTuple):
    """An item of a row of the sums."""

    item_kind: str
    item_id: int
    name: str


class ShopDay(NamedTuple):
    """An environment in which something was sold: the day it is there, and whether the lists are of that day."""

    environment: str
    today: date
    listed: bool


async def days(connection: AsyncConnection, merchant_id: int) -> list[ShopDay]:
    """Of a merchant."""
    cursor = await connection.execute(query(_DAYS), (merchant_id,))
    return [ShopDay(*row) for row in await cursor.fetchall()]


async def renew(connection: AsyncConnection, merchant_id: int, environment: str, today: date) -> None:
    """Make all lists of an environment anew, to end with this day. Sums ninety days."""
    names = {"merchant_id": merchant_id, "environment": environment}
    cursor = await connection.execute(query(_DOORS), names)
    doors = ["", *(row[0] for row in await cursor.fetchall())]
    for text in _FORGET:
        await connection.execute(query(text), (merchant_id, environment))
    for span in SPANS:
        for door in doors:
            first = today - timedelta(days=span - 1)
            await _make(connection, ItemsAsked(merchant_id, environment, first, today, door), span)


async def _make(connection: AsyncConnection, asked: ItemsAsked, span: int) -> None:
    found = await items(connection, asked, None, KEPT + 1)
    whole, found = len(found) <= KEPT, found[:KEPT]
    low = (None,) * 4 if whole else _place(found[-1])
    of = asked.merchant_id, asked.environment, span, asked.door
    await connection.execute(query(_HEAD), (*of, asked.last, *low))
    rows = [(one.item_kind, one.item_id, one.named, one.quantity, one.sales_sen) for one in found]
    columns = [[row[n] for row in rows] for n in range(5)]
    await connection.execute(query(_ROWS), (*of, *columns))


def _place(one: ItemSold) -> tuple[int, str, int, str]:
    return one.sales_sen, one.item_kind, one.item_id, one.named


async def follow(connection: AsyncConnection, merchant_id: int, environment: str, changed: Iterable[ItemKey]) -> None:
    """The sums of these items changed: sum them anew in every list of the environment."""
    kinds, ids, names = ([*column] for column in zip(*changed, strict=True))
    values = {"merchant_id": merchant_id, "environment": environment, "kinds": kinds, "ids": ids, "names": names}
    await connection.execute(query(_FOLLOW), values)


async def outgrown(connection: AsyncConnection, merchant_id: int, environment: str) -> bool:
    """Whether a list became so long or so short that it is to be made anew."""
    cursor = await connection.execute(query(_OUTGROWN), (merchant_id, environment, MOST, FEWEST))
    return await cursor.fetchone() == (True,)


async def best(
    connection: AsyncConnection, asked: ItemsAsked, after: ItemSold | None, limit: int
) -> list[ItemSold] | None:
    """As :func:`reports.items`, read from the list of these days; None: there is none, or it does not reach so far."""
    span = (asked.last - asked.first).days + 1
    if span not in SPANS:
        return None
    of = asked.merchant_id, asked.environment, span, asked.door, asked.last
    row = await (await connection.execute(query(_LIST), of)).fetchone()
    if row is None:
        return None
    values = {**items_after(asked, after, limit), "days": span}
    found = [ItemSold(*row) for row in await (await connection.execute(query(_LISTED), values)).fetchall()]
    return found if row[0] or len(found) == limit else None
