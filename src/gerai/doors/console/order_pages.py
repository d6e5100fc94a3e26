"""The pages of orders: all counters in one list, and one order with everything about it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.refusals import InputInvalid, NotFound
from gerai.domain.states import PAYMENT
from gerai.doors.console import answers
from gerai.doors.console.cells import raw
from gerai.doors.console.counters import Counters
from gerai.doors.console.looking import bulk_of, desk_page, looked
from gerai.doors.console.menu import menu_of, pages_found
from gerai.doors.console.order_story import story_of
from gerai.doors.console.order_waits import waits_of
from gerai.doors.console.order_words import method_name, parted, steps_of
from gerai.doors.console.saved import saved_of
from gerai.doors.console.tones import tone_of
from gerai.doors.console.who import AtDesk
from gerai.doors.console.words import DeskWords
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.orders import ORDER_STATES
from gerai.engine.desk.read import fields_of, read_texts
from gerai.engine.desk.registry import Act, acts, look, views
from gerai.kit.clock import jakarta
from gerai.kit.phones import canonical_phone

#: States with a tab of their own in any shop; the others have one where there are such orders.
_USUAL: Final = ("pending", "confirmed", "processing", "ready", "shipped", "completed")
#: What narrows the list beside its state, in the order it is shown in.
_NARROW: Final = ("text", "door", "member", "since", "until")
#: How far back the links for dates reach, in days.
_BACK: Final = (("today", 0), ("week", 6), ("month", 29))
#: What moves an order on, the next step first. A parcel is sent before it can have arrived.
_FORWARD: Final = ("orders.retry", "orders.confirm", "orders.process", "orders.ship", "orders.deliver")
#: The same of one without a parcel, and of one that its buyer has not paid.
_WITHOUT_PARCEL: Final = ("orders.retry", "orders.confirm", "orders.process", "orders.complete")
_UNPAID: Final = ("payments.confirm",)
#: What ends an order without the buyer having it: drawn as such.
_ENDING: Final = frozenset({"orders.cancel", "orders.fail"})
#: What is done about a payment, and the verb that its state must allow. Late money is resolved before all.
_ON_PAYMENT: Final = (
    ("payments.resolve", "accept"), ("payments.confirm", "complete"), ("payments.refund", "refund"),
)  # fmt: skip


class OrderPages:
    """Their endpoints. ``counters``: the doors that orders come in by."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def list_page(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """A page of the list; the address says which. Refuses PermissionMissing."""
        view, words = views()["orders.list"], answers.words_for(ctx)
        known = {field.name for field in fields_of(view.filter)}
        asked = {name: value for name, value in ctx.query.items() if name in known and value}
        page, faults = await looked(view, desk, asked)
        today = self._today(desk)
        narrowed, ranges = [name for name in _NARROW if name in asked], _ranges(ctx, asked, today)
        # What a link for dates says already is said once.
        named = [name for name in narrowed if name != "since" or not any(shown for _, _, shown in ranges)]
        untouched = not (faults or page.rows or asked)
        return desk_page(
            ctx, desk, "orders.html", "orders", 400 if faults else 200,
            title=words("orders"), pages=pages_found(menu_of(desk, words), asked.get("text", "")),
            asked=asked, found=asked.get("text", ""), faults=faults,
            states=await self._tabs(ctx, desk, asked, counted=set(narrowed) <= {"door"}),
            ranges=ranges,
            chips=[(_chip(self._counters, words, name, asked[name]), answers.address(ctx, **{name: "", "after": ""}))
                   for name in named],
            tone=tone_of, rows=[self._row(desk, words, row, today) for row in page.rows], counters=list(self._counters),
            following=answers.address(ctx, after=page.next) if page.next else "", untouched=untouched,
            samples=await self._counters.samples(ctx.base_url)
            if untouched and desk.within.environment == "sandbox" else (),
            can_make_keys=desk.may(acts()["keys.create"].permission), bulk=bulk_of(desk, "orders", words),
            live="orders", later="after" in asked, saved=await saved_of(ctx, desk, "orders"),
        )  # fmt: skip

    async def show_page(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """One order. Refuses NotFound and PermissionMissing."""
        view, words, named = views()["orders.show"], answers.words_for(ctx), ctx.path_params["id"]
        try:
            wanted = read_texts(view.filter, {"id": named}, rupiah=True)
        except InputInvalid:
            raise NotFound("order", named) from None
        page = await look(view, desk.within, wanted, desk.caller)
        if not page.rows:
            raise NotFound("order", named)
        order: Any = page.rows[0]
        today, method = self._today(desk), partial(method_name, desk, words)
        first, others = ordered(desk, order)
        return desk_page(
            ctx, desk, "order.html", "orders", title=order.number, today=today, live="order",
            o=self._row(desk, words, order, today), order=order, next_act=first, other_acts=others,
            act_url=partial(_act_url, desk, order.id),
            steps=steps_of(order), story=story_of(order, words, method, await _people(desk, words, order)),
            waits=waits_of(desk, words, order), method=method, subtotal_sen=sum(line.total_sen for line in order.lines),
            whatsapp=_whatsapp(order.contact.phone),
            acts_on=partial(_on_payment, desk), ending=_ENDING, tone=tone_of, raw=raw,
        )  # fmt: skip

    def _today(self, desk: AtDesk) -> date:
        """The day it is in Jakarta, by the environment's own clock."""
        return jakarta(desk.merchant.now(desk.within.environment)).date()

    async def _tabs(
        self, ctx: RequestContext, desk: AtDesk, asked: dict[str, str], *, counted: bool
    ) -> list[tuple[str, str, str, bool]]:
        """State, address, count, and whether it is the one that is shown. Counted only where nothing but the door
        narrows the list, and it is a door's name: a number beside a search would say what the search does not find. A
        search asks for no counts at all: it shows the usual states, and that of its own list."""
        here, found = asked.get("status", ""), dict[str, Any]()
        if "text" not in asked:
            page, _ = await looked(views()["orders.counts"], desk, {"door": asked.get("door", "")})
            rows: list[Any] = [*page.rows]
            found = {row.status: row for row in rows if row.count}
        shown = [status for status in ORDER_STATES if status in _USUAL or status in found or status == here]
        tabs = [("", answers.address(ctx, status="", after=""), "", not here)]
        for status in shown:
            row = found.get(status)
            count = f"{row.count if row else 0:,}".replace(",", ".") + ("+" if row and row.capped else "")
            tabs.append(
                (status, answers.address(ctx, status=status, after=""), count if counted else "", status == here)
            )
        return tabs

    def _row(self, desk: AtDesk, words: DeskWords, row: Any, today: date) -> dict[str, Any]:
        """What is drawn of an order wherever it is listed."""
        return {
            "row": row,
            "url": f"{desk.base}/orders/{row.id}",
            "number": parted(row.number),
            "counter": self._counters.named(row.door),
            "method": method_name(desk, words, row.method),
            "at": words.short_time(row.created_at, today),
        }


def _ranges(ctx: RequestContext, asked: dict[str, str], today: date) -> list[tuple[str, str, bool]]:
    """Links to the last days: word, address, and whether it is what is shown."""
    since, until = asked.get("since", ""), asked.get("until", "")
    found = [("any_time", answers.address(ctx, since="", until="", after=""), not since and not until)]
    for word, days in _BACK:
        begin = (today - timedelta(days=days)).isoformat()
        found.append((word, answers.address(ctx, since=begin, until="", after=""), since == begin and not until))
    return found


def _chip(counters: Counters, words: DeskWords, name: str, value: str) -> str:
    """A filter in words."""
    if name == "door":
        return counters.named(value).title
    if name in ("since", "until"):
        try:
            value = words.date(date.fromisoformat(value))
        except ValueError:
            return value
        return f"{words(f'orders.{name}')} {value}"
    return f"{words('one.member')} {value}" if name == "member" else value


def _mine(desk: AtDesk, name: str) -> Act | None:
    act = acts().get(name)
    return act if act is not None and desk.may(act.permission) else None


def _act_url(desk: AtDesk, order_id: int, act: str, thing: int) -> str:
    """The form of an act on the order, or on something of it; done, it leads back to the order."""
    return f"{desk.base}/do/{act}?id={thing}&back=orders/{order_id}"


def ordered(desk: AtDesk, order: Any) -> tuple[Act | None, list[Act]]:
    """What the person may do now: the next step, or None where nothing leads on; and the rest, what ends the order
    last."""
    waits = order.status in ("draft", "pending") and order.funding == "invoice" and order.payment_status == "unpaid"
    forward = _UNPAID if waits else _FORWARD if order.parcel is not None else _WITHOUT_PARCEL
    named = [*order.can, *(name for name in forward if waits and name not in order.can)]
    can = [act for name in named if (act := _mine(desk, name)) is not None]
    first = next((act for name in forward for act in can if act.name == name), None)
    rest = [act for act in can if act is not first]
    return first, sorted(rest, key=lambda act: act.name in _ENDING)


def _on_payment(desk: AtDesk, payment: Any) -> list[Act]:
    """What the person may do about a payment as it stands."""
    can = [name for name, verb in _ON_PAYMENT if PAYMENT.can(payment.status, verb)]
    return [act for name in can[:1] if (act := _mine(desk, name)) is not None]


async def _people(desk: AtDesk, words: DeskWords, order: Any) -> dict[str, str]:
    """The names of who did something to the order: who looks is ``you``; colleagues by name for who may see them."""
    me, view = str(desk.visitor.who.person.person_id), views()["people.list"]
    others = any(event.by.startswith("person:") and event.by != f"person:{me}" for event in order.events)
    names = {me: words("who.me")}
    if others and desk.may(view.permission):
        rows: list[Any] = [*(await look(view, desk.within, view.filter(), desk.caller)).rows]
        names = {str(row.id): row.name for row in rows} | names
    return names


def _whatsapp(phone: str) -> str:
    """The address of a chat with this number, however it is written; empty where it is none."""
    try:
        return f"https://wa.me/{canonical_phone(phone).removeprefix('+')}"
    except ValueError:
        return ""
