"""What was sold, by day, hour, door, way of payment, item or member; by when orders were made.

An order's figures stand where it was made, whatever happens to it later: a refund or money that came late changes that
day's row. When money moved is the statement's (``reports.statement``).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.fields import LARGEST, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.laid_down import laid_down
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.report_time import Days, ReportFilter, days_of, each_sen, rows_behind, share_bp
from gerai.kit.bilingual import Bilingual
from gerai.kit.json_values import is_array
from gerai.store import report_tops
from gerai.store import reports as sql
from gerai.store.connection import Connection

#: By hour there are many rows; by member every order of the time is read.
_LONGEST_DAYS: Final = {"hour": 92, "hour_door": 92, "member": 92}
_USUAL_DAYS: Final = 1100
_TIMELY: Final = frozenset({"day", "hour", "day_door", "hour_door"})


class SalesFilter(ReportFilter, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``day_door`` is by day and door, ``hour_door`` by hour and door."""

    by: Annotated[
        Literal["day", "hour", "door", "method", "item", "member", "day_door", "hour_door"],
        words("Menurut", "By", "day"),
    ] = "day"
    after: Annotated[Annotated[str, Meta(max_length=1200)], words("Sesudah", "After")] = ""
    limit: Annotated[Annotated[int, Meta(ge=1, le=1000)], words("Paling banyak", "At most")] = 100


class SalesRow(msgspec.Struct, frozen=True):
    """``what``: the day (2026-11-30), the hour (2026-11-30 14:00, of Jakarta), the door, the way of payment (empty: of
    orders that are not paid), the item or the member. ``sales_sen``: what was taken for orders, before
    ``refunds_sen``; ``fees_sen``: what the ways of payment kept. An item has none of what belongs to whole orders;
    ``quantity`` is an item's alone. ``paid_bp``: 6300 are 63 %. ``behind``: the query of ``orders.list`` that shows the
    orders of this row; of a way of payment or an item, those among which they are."""

    what: Annotated[str, words("Apa", "What")]
    door: Annotated[str, words("Konter", "Counter")]
    orders: Annotated[int | None, words("Pesanan", "Orders")]
    paid: Annotated[int | None, words("Dibayar", "Paid")]
    paid_bp: Annotated[int | None, words("Jadi dibayar", "Paid ratio")]
    quantity: Annotated[int | None, words("Jumlah barang", "Quantity")]
    sales_sen: Annotated[int, words("Penjualan", "Sales")]
    average_sen: Annotated[int | None, words("Rata-rata", "Average")]
    refunds_sen: Annotated[int | None, words("Dikembalikan", "Refunded")]
    fees_sen: Annotated[int | None, words("Biaya", "Fees")]
    behind: Annotated[str, words("Pesanan di baliknya", "Orders behind it")]


async def run(within: Within, wanted: SalesFilter) -> ViewPage:
    """Times in their order, newest first; items and members by what they brought. Refuses InputInvalid: dates that do
    not fit, more days than can be read at once, a page that is none of ours."""
    longest = _LONGEST_DAYS.get(wanted.by, _USUAL_DAYS)
    days = days_of(wanted, within.merchant.now(within.environment), longest)
    asked = sql.ReportAsked(within.merchant_id, within.environment, *days.bounds, wanted.door)
    async with within.engine.connection() as connection:
        match wanted.by:
            case "item":
                return await _items(connection, asked, days, wanted)
            case "member":
                return await _members(connection, asked, days, wanted)
            case by:
                groups = await sql.sums(connection, asked, by)
    timely = by in _TIMELY
    groups.sort(key=lambda group: (group.key, group.door), reverse=timely)
    if wanted.after:
        last = _place(wanted.after, (str, str))
        groups = [g for g in groups if ((g.key, g.door) < last if timely else (g.key, g.door) > last)]
    rows = [_row(group, by, days, wanted.door) for group in groups[: wanted.limit + 1]]
    return _page(rows, wanted.limit, [(group.key, group.door) for group in groups])


def _row(group: sql.SalesGroup, by: str, days: Days, door: str) -> SalesRow:
    figures, door = group.figures, group.key if by == "door" else group.door or door
    behind = rows_behind(days, door)
    if by in _TIMELY:
        behind = rows_behind(_one(days, group.key[:10]), door)
    return SalesRow(
        group.key, door, figures.orders, figures.paid, share_bp(figures.paid, figures.orders), None, figures.sales_sen,
        each_sen(figures.sales_sen, figures.paid), figures.refunds_sen, figures.fees_sen, behind,
    )  # fmt: skip


def _one(days: Days, day: str) -> Days:
    first = type(days.first).fromisoformat(day)
    return Days(first, first, days.now)


async def rest(within: Within, wanted: SalesFilter) -> AsyncGenerator[Sequence[msgspec.Struct]]:
    """From ``after`` on: of items and members all are summed once, laid down, and read from there as fast as they are
    taken. Refuses as :func:`run`."""
    days = days_of(wanted, within.merchant.now(within.environment), _LONGEST_DAYS.get(wanted.by, _USUAL_DAYS))
    asked = sql.ReportAsked(within.merchant_id, within.environment, *days.bounds, wanted.door)
    if wanted.by == "item":
        of = _items_asked(asked, days)
        async for items in laid_down(within, lambda c: sql.every_item(c, of, _item_after(wanted)), sql.ItemSold):
            yield [_item_row(item, days, asked.door) for item in items]
    elif wanted.by == "member":
        after = _member_after(wanted)
        async for buyers in laid_down(within, lambda c: sql.every_buyer(c, asked, after), sql.BuyerFound):
            yield [_member_row(one, days) for one in buyers]
    else:
        page = await run(within, wanted)
        yield page.rows
        while page.next:
            page = await run(within, msgspec.structs.replace(wanted, after=page.next))
            yield page.rows


def _items_asked(asked: sql.ReportAsked, days: Days) -> sql.ItemsAsked:
    return sql.ItemsAsked(asked.merchant_id, asked.environment, days.first, days.last, asked.door)


def _item_after(wanted: SalesFilter) -> sql.ItemSold | None:
    return sql.ItemSold(*_item_place(wanted.after)) if wanted.after else None


def _member_after(wanted: SalesFilter) -> tuple[Any, ...] | None:
    return _place(wanted.after, (int, int)) if wanted.after else None


async def _items(connection: Connection, asked: sql.ReportAsked, days: Days, wanted: SalesFilter) -> ViewPage:
    of, after = _items_asked(asked, days), _item_after(wanted)
    found = await report_tops.best(connection, of, after, wanted.limit + 1)
    if found is None:
        found = await sql.items(connection, of, after, wanted.limit + 1)
    return _page([_item_row(item, days, asked.door) for item in found], wanted.limit, found)


def _item_row(item: sql.ItemSold, days: Days, door: str) -> SalesRow:
    behind = rows_behind(days, door)
    return SalesRow(item.name, door, None, None, None, item.quantity, item.sales_sen, None, None, None, behind)


async def _members(connection: Connection, asked: sql.ReportAsked, days: Days, wanted: SalesFilter) -> ViewPage:
    found = await sql.buyers(connection, asked, _member_after(wanted), wanted.limit + 1)
    places = [(one.sales_sen, one.member_id) for one in found]
    return _page([_member_row(one, days) for one in found], wanted.limit, places)


def _member_row(one: sql.BuyerFound, days: Days) -> SalesRow:
    return SalesRow(
        one.name or str(one.member_id), one.door, one.orders, one.paid, share_bp(one.paid, one.orders), None,
        one.sales_sen, each_sen(one.sales_sen, one.paid), one.refunds_sen, None,
        rows_behind(days, one.door, member=one.member_id),
    )  # fmt: skip


def _page(rows: list[SalesRow], limit: int, places: Sequence[Any]) -> ViewPage:
    if len(rows) <= limit:
        return ViewPage(rows)
    place = msgspec.json.encode(places[limit - 1])
    return ViewPage(rows[:limit], base64.urlsafe_b64encode(place).decode().rstrip("="))


def _item_place(after: str) -> tuple[Any, ...]:
    return _place(after, (str, int, str, int, int))


def _place(after: str, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """What a page ended with. Refuses InputInvalid."""
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        found = None
    if not is_array(found) or [type(one) for one in found] != list(kinds) or not all(map(_fits, found)):
        raise InputInvalid({"after": ["is not the end of a page"]})
    return tuple(found)


def _fits(part: str | int) -> bool:
    """Whether a column may hold it."""
    return "\0" not in part if isinstance(part, str) else -LARGEST <= part <= LARGEST


VIEW = View(
    "reports.sales", "money:read", Bilingual("Penjualan", "Sales"), SalesFilter, SalesRow, run,
    personal=True, rest=rest,
)  # fmt: skip
