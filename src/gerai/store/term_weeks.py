"""The weeks in which the orders of a page may be, from its beginning on, and the terms of one of them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from gerai.domain.filters import OrderFilter, Scope
from gerai.domain.search_terms import week_of
from gerai.store.conditions import Where

_EDGE: Final = "FROM orders e WHERE e.merchant_id = %s AND e.order_id = %s"
_EDGE_WEEK: Final = f"(SELECT floor(extract(epoch FROM e.created_at) / {7 * 24 * 3600})::int4 {_EDGE})"
_EDGE_PLACE: Final = f"(SELECT e.created_at, e.order_id {_EDGE})"
#: One look at the index for each week; as many as are read of it are worked out.
_WEEKS: Final = """WITH RECURSIVE weeks(week) AS (
    (SELECT x.week FROM order_terms x {first} ORDER BY x.week {way} LIMIT 1)
    UNION ALL
    SELECT n.week FROM weeks w CROSS JOIN LATERAL
        (SELECT x.week FROM order_terms x {next} ORDER BY x.week {way} LIMIT 1) n
)"""


class Weeks(NamedTuple):
    """The beginning of a statement that reads ``weeks``, and its parameters."""

    text: str
    params: list[Any]


def way_of(asked: OrderFilter) -> str:
    """How the page is sorted."""
    return "ASC" if asked.after_id is not None else "DESC"


def weeks_of(scope: Scope, asked: OrderFilter) -> Weeks:
    """Weeks that may hold orders of the page, in its order."""
    way = way_of(asked)
    first, following = _within(scope, asked), _within(scope, asked)
    following.add(f"x.week {'<' if way == 'DESC' else '>'} w.week")
    text = _WEEKS.format(first=first.text, next=following.text, way=way)
    return Weeks(text, [*first.params, *following.params])


def of_week(scope: Scope, asked: OrderFilter) -> Where:
    """Terms ``x`` of week ``w``, within the page's bounds."""
    place, merchant_id = "(x.created_at, x.order_id)", scope.merchant_id
    return (
        _face(scope)
        .add("x.week = w.week")
        .add_if(asked.created_from is not None, "x.created_at >= %s", asked.created_from)
        .add_if(asked.created_until is not None, "x.created_at < %s", asked.created_until)
        .add_if(asked.before_id is not None, f"{place} < {_EDGE_PLACE}", merchant_id, asked.before_id)
        .add_if(asked.after_id is not None, f"{place} > {_EDGE_PLACE}", merchant_id, asked.after_id)
    )


def _within(scope: Scope, asked: OrderFilter) -> Where:
    since, until, merchant_id = asked.created_from, asked.created_until, scope.merchant_id
    return (
        _face(scope)
        .add_if(since is not None, "x.week >= %s", since and week_of(since))
        .add_if(until is not None, "x.week <= %s", until and week_of(until))
        .add_if(asked.before_id is not None, f"x.week <= {_EDGE_WEEK}", merchant_id, asked.before_id)
        .add_if(asked.after_id is not None, f"x.week >= {_EDGE_WEEK}", merchant_id, asked.after_id)
    )


def _face(scope: Scope) -> Where:
    return Where(
        "x.merchant_id = %s AND x.environment = %s AND x.channel = %s",
        scope.merchant_id, scope.environment, scope.channel,
    )  # fmt: skip
