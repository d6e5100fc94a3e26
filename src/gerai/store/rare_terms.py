"""What few orders have, of several things that are asked for. Reading all that have each of them would take as long as
the shop has orders: for "Customer 1234567", where everybody is a customer, or what is paid and of a small store.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from psycopg import AsyncConnection

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.search import TermRange, has_words
from gerai.store.conditions import Where, query
from gerai.store.term_weeks import of_week, way_of, weeks_of

#: What no more terms have is rare: each order lies somewhere else, and may have to come from the disk.
RARE: Final = 500
#: Of each thing no more terms are counted than tell that it is not rare. What is common has them in its newest weeks,
#: anything else costs a look at each week. No row: nothing is rare.
_RAREST: Final = """
{weeks}
SELECT r.place,
    array_agg(x.order_id ORDER BY x.created_at {way}, x.order_id {way}) FILTER (WHERE x.order_id IS NOT NULL)
FROM unnest(%s::text[], %s::text[], %s::int4[]) AS r(low, high, place) LEFT JOIN LATERAL (
    SELECT x.created_at, x.order_id FROM weeks w CROSS JOIN LATERAL
        (SELECT x.created_at, x.order_id FROM order_terms x {where} AND x.term >= r.low AND x.term < r.high
         LIMIT {enough}) x
    LIMIT {enough}) x ON true
GROUP BY r.place HAVING count(x.order_id) < {enough} ORDER BY count(x.order_id) LIMIT 1"""
#: By what names them alone: an index of something else that is asked, too, would be read for all of that.
_NAMES: Final = """
SELECT t.order_id, coalesce(t.contact ->> 'name', '')
FROM (SELECT * FROM orders o WHERE o.merchant_id = %s AND o.order_id = ANY(%s) OFFSET 0) t {where}"""
#: The first names are as many as fill the page if each fits; those after them so many times more.
_GROWING: Final = 4


class Rarest(NamedTuple):
    """Which of the things it is, and its orders, in the page's order; one may be there twice."""

    place: int
    order_ids: list[int]


async def rarest(
    connection: AsyncConnection, scope: Scope, asked: OrderFilter, things: Sequence[Sequence[TermRange]]
) -> Rarest | None:
    """The rarest of several things within the page's bounds, each of them any of its ranges. None: none is rare."""
    weeks, terms = weeks_of(scope, asked), of_week(scope, asked)
    text = _RAREST.format(weeks=weeks.text, where=terms.text, way=way_of(asked), enough=RARE + 1)
    each = [(found.low, found.high, place) for place, ranges in enumerate(things) for found in ranges]
    lows, highs, places = map(list, zip(*each, strict=True))
    cursor = await connection.execute(query(text), (*weeks.params, lows, highs, places, *terms.params))
    row = await cursor.fetchone()
    return None if row is None else Rarest(row[0], row[1] or [])


async def orders_with(
    connection: AsyncConnection, scope: Scope, asked: OrderFilter, where: Where, words: Sequence[TermRange], least: int
) -> list[int] | None:
    """The ids of orders ``t`` within the page's bounds that have a word of each range, in no order: the page's first
    ``least`` of them, perhaps some more. None: there is only one word, or none of them is rare."""
    if len(words) < 2:
        return None
    rare = await rarest(connection, scope, asked, [(word,) for word in words])
    if rare is None:
        return None
    left, found, size = list(dict.fromkeys(rare.order_ids)), list[int](), least
    while left and len(found) < least:
        next_ones, left = left[:size], left[size:]
        params = scope.merchant_id, next_ones, *where.params
        named = await connection.execute(query(_NAMES.format(where=where.text)), params)
        found += [order_id for order_id, name in await named.fetchall() if has_words(words, name)]
        size *= _GROWING
    return found
