"""Beranda: what needs somebody, the figures of a time, a chart, the newest orders, what sells best."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any, Final, get_args

from starlette.responses import Response

from gerai.doors.console import answers
from gerai.doors.console.chart import HEIGHT, LENGTH, WIDTH, Chart, Column, Sold, chart_of
from gerai.doors.console.counters import Counters
from gerai.doors.console.first_steps import are_hidden, is_tried, may_hide, steps_of
from gerai.doors.console.looking import desk_page
from gerai.doors.console.tones import tone_of
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.first_shop import is_paid
from gerai.engine.desk.registry import look, views
from gerai.engine.desk.report_time import Range
from gerai.kit.clock import jakarta

RANGES: Final[tuple[Range, ...]] = get_args(Range)
#: On a phone, more lines than these are scrolled in their own frame.
_LINES: Final = 14
_LATEST: Final = 6
_BEST: Final = 5
#: More rows than days and counters make.
_ROWS: Final = 1000
#: What is drawn in the colour of a fault; the rest waits.
_URGENT: Final = frozenset(
    {"late_payment", "other_amount", "refund_refused", "provider_unknown", "webhook", "book_fault"}
)


class HomePage:
    """Its endpoint. ``counters``: the doors that orders come in by."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def page(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """The page, for a time that the address names."""
        words = answers.words_for(ctx)
        range_ = next((one for one in RANGES if one == ctx.query.get("range")), "30d")
        latest = await self._latest(desk, words)
        [summary] = await _rows(desk, "reports.summary", range=range_) or [None]
        counting = None if summary is None else summary.counting
        best = await _rows(desk, "reports.sales", range=range_, by="item", limit=_BEST)
        return desk_page(
            ctx, desk, "home.html", "home", live="home",
            ranges=[(one, answers.address(ctx, range=one), one == range_) for one in RANGES],
            needs=await _needs(desk, words), summary=summary, figures=_figures(desk, summary), latest=latest,
            chart=None if summary is None else await self._chart(desk, words, summary, range_),
            plot=(WIDTH, HEIGHT, LENGTH),
            lines_at_once=_LINES, best=best, most_sen=max((row.sales_sen for row in best), default=0),
            counting=words.date(date.fromisoformat(counting)) if counting else "",
            tone=tone_of, **await self._start(desk, any_order=bool(latest)),
        )  # fmt: skip

    async def _start(self, desk: AtDesk, *, any_order: bool) -> dict[str, Any]:
        """The first steps, until there are orders that can be paid, or somebody has had enough of them."""
        if (any_order and is_paid(desk.within)) or are_hidden(desk):
            return {"steps": [], "tried": True, "may_hide": False}
        tried = any_order or await is_tried(desk)
        return {"steps": await steps_of(desk), "tried": tried, "may_hide": may_hide(desk)}

    async def _latest(self, desk: AtDesk, words: DeskWords) -> list[dict[str, Any]]:
        today = jakarta(desk.merchant.now(desk.within.environment)).date()
        return [
            {
                "row": row,
                "url": f"{desk.base}/orders/{row.id}",
                "counter": self._counters.named(row.door),
                "at": words.short_time(row.created_at, today),
            }
            for row in await _rows(desk, "orders.list", limit=_LATEST)
        ]

    async def _chart(self, desk: AtDesk, words: DeskWords, summary: Any, range_: str) -> Chart:
        """By day; today by hour."""
        hourly = range_ == "today"
        sold: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        by = "hour_door" if hourly else "day_door"
        for row in await _rows(desk, "reports.sales", range=range_, by=by, limit=_ROWS):
            sold[row.what][row.door] = row
        first, last = (date.fromisoformat(day) for day in (summary.since, summary.until))
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        keys = [f"{first} {hour:02}:00" for hour in range(24)] if hourly else [day.isoformat() for day in days]
        labels = [key[11:] for key in keys] if hourly else [words.short_date(day) for day in days]
        columns = [
            Column(
                label,
                f"{desk.base}/orders?since={key[:10]}&until={key[:10]}",
                sum(row.orders for row in sold[key].values()),
                [Sold(c, sold[key][c.name].sales_sen) for c in self._named(sold[key]) if sold[key][c.name].sales_sen],
            )
            for key, label in zip(keys, labels, strict=True)
        ]
        doors = self._named({door for of in sold.values() for door in of})
        return chart_of(columns, doors)

    def _named(self, doors: Any) -> list[Any]:
        return [self._counters.named(door) for door in sorted(doors)]


async def _rows(desk: AtDesk, name: str, **wanted: Any) -> list[Any]:
    """Rows of a view; none where the person may not see it."""
    view = views()[name]
    if not desk.may(view.permission):
        return []
    return list((await look(view, desk.within, view.filter(**wanted), desk.caller)).rows)


async def _needs(desk: AtDesk, words: DeskWords) -> list[dict[str, Any]] | None:
    """What waits for a person, by kind; None: nobody counts it for this person."""
    if not desk.may(views()["waiting.counts"].permission):
        return None
    return [
        {
            "count": f"{words.number(row.count)}{'+' if row.capped else ''}",
            "text": words.word("need", row.kind),
            "sen": row.amount_sen,
            "url": f"{desk.base}/waiting?kind={row.kind}",
            "tone": "bad" if row.kind in _URGENT else "wait",
        }
        for row in await _rows(desk, "waiting.counts")
    ]


def _figures(desk: AtDesk, summary: Any) -> list[dict[str, Any]]:
    """Name, value, and by how much it changed; each with the orders behind it."""
    if summary is None:
        return []
    orders, sales = f"{desk.base}/orders?{summary.behind}", f"{desk.base}/reports?{summary.behind}"
    ratio = None if None in (summary.paid_bp, summary.paid_before_bp) else summary.paid_bp - summary.paid_before_bp
    return [
        {"name": "sales", "sen": summary.sales_sen, "change": summary.sales_change_bp, "url": orders},
        {"name": "orders", "count": summary.orders, "change": summary.orders_change_bp, "url": orders},
        {"name": "average", "sen": summary.average_sen, "change": summary.average_change_bp, "url": orders},
        {"name": "paid", "bp": summary.paid_bp, "points": ratio, "url": orders},
        {"name": "refunds", "sen": summary.refunds_sen, "small": True, "url": sales},
        {"name": "fees", "sen": summary.fees_sen, "small": True, "url": f"{sales}&by=method"},
    ]
