"""Orders by what they are found by: their terms, week by week from the newest (decision 0018).

Each week's matches are read from the index of terms alone and sorted; whoever asks for a page stops at the week that
fills it. What matches often is found in the newest week, what matches rarely costs a look at each week. Of several
words or conditions, one that few orders have is asked first (rare_terms.py).
"""

from __future__ import annotations

from typing import Any, Final

from psycopg import AsyncConnection

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.records import Order
from gerai.domain.search import (
    TermQuery,
    exactly,
    query_of,
    with_label,
    with_parcel,
    with_payment,
    with_total,
)
from gerai.store.conditions import Where, in_one_case, query
from gerai.store.order_filter import conditions
from gerai.store.rare_terms import orders_with, rarest
from gerai.store.tables import ORDERS
from gerai.store.term_weeks import of_week, way_of, weeks_of

#: Lateral and recursive parts are worked out row by row, so the outermost LIMIT ends the walk.
_PAGE: Final = """
{weeks}
SELECT {columns} FROM weeks w CROSS JOIN LATERAL (
    SELECT t.* FROM
        (SELECT m.created_at, m.order_id FROM ({matches}) m ORDER BY m.created_at {way}, m.order_id {way}) m
    CROSS JOIN LATERAL (SELECT * FROM orders t {where} AND t.order_id = m.order_id OFFSET 0) t
    LIMIT %s) t
LIMIT %s"""
_OF_RANGES: Final = """
SELECT x.created_at, x.order_id FROM unnest(%s::text[], %s::text[]) AS r(low, high) CROSS JOIN LATERAL
    (SELECT x.created_at, x.order_id FROM order_terms x {where} AND x.term >= r.low AND x.term < r.high OFFSET 0) x"""
#: In the index's own order: nothing to sort, however many there are.
_OF_TERM: Final = "SELECT x.created_at, x.order_id FROM order_terms x {where} AND x.term = %s"
#: The same of several: merged, and nothing twice, in that order. The limit, which is none, is one the planner cannot
#: know: it counts on a part being read and merges; for all of the few rows it expects, it would sort.
_OF_TERMS: Final = """
SELECT DISTINCT ON (x.created_at, x.order_id) x.* FROM ({each}) x WHERE {any}
ORDER BY x.created_at {way}, x.order_id {way} LIMIT (SELECT 4611686018427387904)"""
_OF_WORD: Final = "SELECT x.created_at, x.order_id FROM order_terms x {where} AND x.term >= %s AND x.term < %s"
#: Of a week without one of the words nothing is read.
_OF_WORDS: Final = "(SELECT i.* FROM ({all}) i WHERE {each})"
_CHOSEN: Final = """
SELECT {columns} FROM (SELECT * FROM orders t WHERE t.merchant_id = %s AND t.order_id = ANY(%s) OFFSET 0) t
ORDER BY t.created_at {way}, t.order_id {way} LIMIT %s"""
#: The few orders whose payment or parcel has this name.
_NAMED: Final = """
t.order_id = ANY(ARRAY(
    SELECT p.order_id FROM payments p WHERE p.merchant_id = %s AND p.environment = %s AND p.public_id = ANY(%s)
    UNION ALL
    SELECT p.order_id FROM payments p WHERE p.merchant_id = %s AND p.environment = %s
      AND p.instructions ->> 'code' = ANY(%s) AND p.instructions ->> 'code' <> ''
    UNION ALL
    SELECT s.order_id FROM shipments s WHERE s.merchant_id = %s AND s.environment = %s
      AND lower(s.receipt COLLATE "C") = ANY(%s) AND s.receipt <> ''))"""


def asked_of_terms(scope: Scope, asked: OrderFilter) -> TermQuery | None:
    """What this filter asks of the orders' terms, of several things the one that few orders have as a rule. None:
    nothing, they do not help."""
    if asked.search:
        found = query_of(asked.search, asked.search_fields)
        labels = [r for name, value in asked.search_labels for r in with_label(name, value, scope.member_id)]
        return found._replace(ranges=(*found.ranges, *labels))
    if asked.numbers:
        return exactly("number", asked.numbers)
    if asked.references:
        return exactly("reference", asked.references)
    return None


def listed_by(scope: Scope, asked: OrderFilter) -> list[TermQuery]:
    """What whole lists are narrowed by, and many orders may have: all of it, what fewer have as a rule first."""
    found: list[TermQuery] = []
    if asked.total_sen is not None:
        found.append(with_total(asked.total_sen))
    if asked.shipment_statuses:
        found.append(with_parcel(asked.shipment_statuses))
    labels = [TermQuery(with_label(name, value, scope.member_id)) for name, value in asked.labels.items()]
    payment = [with_payment(asked.payment_status, asked.statuses)] if asked.payment_status else []
    return [*found, *payment, *labels] if asked.statuses else [*found, *labels, *payment]


async def list_page(
    connection: AsyncConnection, scope: Scope, asked: OrderFilter, each: list[TermQuery], limit: int
) -> list[Order]:
    """Orders that have all of these terms, sorted as :func:`page`: by those that few orders have, if there are such."""
    things = [(terms.span,) if terms.span else terms.ranges for terms in each]
    rare = await rarest(connection, scope, asked, things) if len(things) > 1 else None
    return await page(connection, scope, asked, each[rare.place if rare else 0], limit)


async def page(
    connection: AsyncConnection, scope: Scope, asked: OrderFilter, terms: TermQuery, limit: int
) -> list[Order]:
    """Orders that have these terms, newest first (oldest first with ``after_id``)."""
    furthest, backwards = limit + asked.skip, asked.after_id is not None
    where = conditions(scope, asked).add_if(bool(asked.statuses), "t.status = ANY(%s)", list(asked.statuses))
    named = await orders_with(connection, scope, asked, where, terms.words, furthest)
    found: dict[int, Order] = {}
    for text, params in _statements(scope, asked, terms, where, named, furthest):
        cursor = await connection.execute(query(text), params)
        found |= {order.order_id: order for order in map(ORDERS.read, await cursor.fetchall())}
    ordered = sorted(found.values(), key=lambda order: (order.created_at, order.order_id), reverse=not backwards)
    return ordered[asked.skip : furthest]


def _statements(
    scope: Scope, asked: OrderFilter, terms: TermQuery, where: Where, named: list[int] | None, furthest: int
) -> list[tuple[str, tuple[Any, ...]]]:
    """``named``: the orders with the words, if they are known already."""
    way = way_of(asked)
    found: list[tuple[str, tuple[Any, ...]]] = []
    if named is not None:
        found.append((_CHOSEN.format(columns=ORDERS.select_list, way=way), (scope.merchant_id, named, furthest)))
        terms = terms._replace(words=())
    if terms.ranges or terms.words:
        found.append(_by_terms(scope, asked, terms, where, way, furthest))
    if terms.codes or terms.receipts:
        of = (scope.merchant_id, scope.environment)
        codes, receipts = list(terms.codes), in_one_case(terms.receipts)
        text = f"SELECT {ORDERS.select_list} FROM orders t {where.text} AND {_NAMED} " + (
            f"ORDER BY t.created_at {way}, t.order_id {way} LIMIT %s"
        )
        found.append((text, (*where.params, *of, codes, *of, codes, *of, receipts, furthest)))
    return found


def _by_terms(
    scope: Scope, asked: OrderFilter, terms: TermQuery, where: Where, way: str, furthest: int
) -> tuple[str, tuple[Any, ...]]:
    weeks = weeks_of(scope, asked)
    matches, params = _matches(of_week(scope, asked), terms, way)
    text = _PAGE.format(weeks=weeks.text, columns=ORDERS.select_list, matches=matches, where=where.text, way=way)
    return text, (*weeks.params, *params, *where.params, furthest, furthest)


def _matches(where: Where, terms: TermQuery, way: str) -> tuple[str, list[Any]]:
    """The (created_at, order_id) of a week's orders with these terms."""
    if all(found.is_one_term for found in terms.ranges) and not terms.words:
        return _merged(where, terms, way)
    parts: list[str] = []
    params: list[Any] = []
    if terms.ranges:
        parts.append(_OF_RANGES.format(where=where.text))
        params += [[r.low for r in terms.ranges], [r.high for r in terms.ranges], *where.params]
    if terms.words:
        # INTERSECT takes time in proportion to both sides, whatever the planner thinks of them.
        words, values = [_OF_WORD.format(where=where.text)] * len(terms.words), list[Any]()
        for word in terms.words:
            values += [*where.params, word.low, word.high]
        each = " AND ".join(f"EXISTS ({word})" for word in words)
        parts.append(_OF_WORDS.format(all=" INTERSECT ".join(words), each=each) if len(words) > 1 else words[0])
        params += values * 2 if len(words) > 1 else values
    return " UNION ".join(parts) if len(parts) > 1 else f"SELECT DISTINCT * FROM ({parts[0]}) d", params


def _merged(where: Where, terms: TermQuery, way: str) -> tuple[str, list[Any]]:
    """The same where each of the ranges is one term."""
    text, params = _OF_TERM.format(where=where.text), [v for one in terms.ranges for v in (*where.params, one.low)]
    if len(terms.ranges) == 1:
        return text, params
    each = " UNION ALL ".join([f"({text} ORDER BY x.created_at {way}, x.order_id {way})"] * len(terms.ranges))
    if terms.span is None:
        return _OF_TERMS.format(each=each, any="true", way=way), params
    # One look at a week that has none of them.
    text = _OF_TERMS.format(each=each, any=f"EXISTS ({_OF_WORD.format(where=where.text)})", way=way)
    return text, [*params, *where.params, terms.span.low, terms.span.high]
