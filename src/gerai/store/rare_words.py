"""Orders with several words in their name, one of which few orders have: "Customer 1234567", where everybody is a
customer. Reading all that have each word would take as long as the shop has orders; so the names of those few are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from psycopg import AsyncConnection

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.search import TermRange, has_words
from gerai.store.conditions import Where, query
from gerai.store.term_weeks import of_week, way_of, weeks_of

#: A word that no more terms have is rare: each name lies somewhere else, and may have to come from the disk.
RARE: Final = 500
#: The orders of the rarest word, in the page's order, of each word no more terms counted than tell that it is not rare.
#: A common word has them in its newest weeks, another costs a look at each week. No row: none is rare.
_RAREST: Final = """
{weeks}
SELECT array_agg(x.order_id ORDER BY x.created_at {way}, x.order_id {way}) FILTER (WHERE x.order_id IS NOT NULL)
FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS r(low, high, place) LEFT JOIN LATERAL (
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


async def orders_with(
    connection: AsyncConnection, scope: Scope, asked: OrderFilter, where: Where, words: Sequence[TermRange], least: int
) -> list[int] | None:
    """The ids of orders ``t`` within the page's bounds that have a word of each range, in no order: the page's first
    ``least`` of them, perhaps some more. None: there is only one word, or none of them is rare."""
    if len(words) < 2:
        return None
    weeks, terms = weeks_of(scope, asked), of_week(scope, asked)
    text = _RAREST.format(weeks=weeks.text, where=terms.text, way=way_of(asked), enough=RARE + 1)
    ranges = [word.low for word in words], [word.high for word in words]
    row = await (await connection.execute(query(text), (*weeks.params, *ranges, *terms.params))).fetchone()
    if row is None:
        return None
    left, found, size = list(dict.fromkeys(row[0] or ())), list[int](), least
    while left and len(found) < least:
        next_ones, left = left[:size], left[size:]
        params = scope.merchant_id, next_ones, *where.params
        named = await connection.execute(query(_NAMES.format(where=where.text)), params)
        found += [order_id for order_id, name in await named.fetchall() if has_words(words, name)]
        size *= _GROWING
    return found
