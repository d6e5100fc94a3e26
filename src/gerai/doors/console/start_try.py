"""An order to try: placed in the sandbox as its door places it, paid by a payer who is played, seen at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.filters import OrderFilter
from gerai.domain.records import OrderView
from gerai.domain.refusals import InputInvalid, MethodUnavailable, NotFound, PermissionMissing, Refusal, StateConflict
from gerai.doors.console import answers
from gerai.doors.console.acting import at_form
from gerai.doors.console.counters import Counter, Counters
from gerai.doors.console.first_steps import checks_of, steps_of
from gerai.doors.console.looking import desk_page
from gerai.doors.console.tones import tone_of
from gerai.doors.console.who import AtDesk, last_of
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import Dialect
from gerai.doors.http.ring import ring
from gerai.engine.desk.first_doing import Doing
from gerai.engine.desk.first_keys import fill_for, passing_key
from gerai.engine.desk.first_orders import curl_of, doors_to_try, first_order
from gerai.engine.desk.played_payer import pay_as_payer
from gerai.engine.desk.read import read_texts
from gerai.engine.desk.registry import acts, look, views
from gerai.kit.ids import token

#: Stands for a key that was shown before.
A_KEY: Final = "KUNCI_ANDA"
#: Orders that may come in while one is tried.
_MEANWHILE: Final = 50


@dataclass(frozen=True)
class DoorToTry:
    """A door, what is ordered there, and the command that does the same from elsewhere."""

    counter: Counter
    item: str
    price_sen: int
    curl: str


class StartTry:
    """Its pages. ``counters``: what the doors are called; ``dialects``: where orders are placed."""

    def __init__(self, counters: Counters, dialects: Iterable[Dialect]) -> None:
        self._counters = counters
        self._dialects = {one.name: one for one in dialects}

    async def page(
        self, ctx: RequestContext, desk: AtDesk, refused: tuple[int, str] = (200, "")
    ) -> Response:  # fmt: skip
        """The doors at which something can be ordered, what real money still needs, and the commands for a program.
        ``refused``: status and sentence of what was tried."""
        play = _play(desk)
        tries = [
            DoorToTry(
                self._counters.named(door), found.sold.name, found.sold.price_sen, curl_of(found.request, ctx.address)
            )
            for door in doors_to_try(play.within)
            if (found := first_order(play.within, door, A_KEY)) is not None
        ]
        steps = await steps_of(desk)
        led = [one for one in steps if not one.step.aside]
        return desk_page(
            ctx, desk, "start_order.html", "home", refused[0], title=answers.words_for(ctx)("start.order"),
            tries=tries, problem=refused[1], once=token(), may_try=desk.may("orders:act"), steps=steps,
            place=(len(led) + 1, len(led) + 1), open_steps=[one for one in led if one.url and not one.done],
            checks=await checks_of(desk), may_make_keys=desk.may(acts()["keys.create"].permission),
        )  # fmt: skip

    async def sent(self, ctx: RequestContext, desk: AtDesk, sent: dict[str, list[str]], doing: Doing) -> Response:
        """Placed, and on to how it is paid; or the page again with what is wrong. Refuses PermissionMissing."""
        _require(desk)
        try:
            view = await self._placed(ctx, _play(desk), last_of(sent, "door"), doing)
        except InputInvalid as refusal:
            words = answers.words_for(ctx)
            told = "; ".join(words.fault(text) for texts in refusal.fields.values() for text in texts)
            return await self.page(ctx, desk, (400, told))
        except Refusal as refusal:
            return await self.page(ctx, desk, at_form(refusal, answers.words_for(ctx)))
        return answers.see(f"{_play(desk).base}/start/tried?id={view.order.order_id}")

    async def tried_page(self, ctx: RequestContext, desk: AtDesk, problem: str = "") -> Response:
        """What became of it so far, and what is next. Refuses NotFound and PermissionMissing."""
        desk = _play(desk)
        order = await _order(desk, ctx.query.get("id", ""))
        paid = order.payment_status not in ("unpaid", "conflict")
        return desk_page(
            ctx, desk, "start_tried.html", "home", 409 if problem else 200,
            title=answers.words_for(ctx)("start.tried"), order=order, paid=paid, problem=problem,
            link=_from_here(ctx, desk, order.link or ""), tone=tone_of,
            counter=self._counters.named(order.door), may_try=desk.may("orders:act"),
            real=f"/console/{desk.merchant.code}/production",
        )  # fmt: skip

    async def tried_sent(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """Paid by a payer who is played, and on to the order at the desk. Refuses NotFound and PermissionMissing."""
        desk = _play(desk)
        _require(desk)
        order = await _order(desk, ctx.query.get("id", ""))
        house, found = desk.within.house, await desk.within.engine.orders.by_id(desk.merchant.merchant_id, order.id)
        assert found is not None
        try:
            await pay_as_payer(house.engine, house.payment_methods, found)
        except StateConflict:
            # Paid meanwhile, on its page or by a second press.
            pass
        except MethodUnavailable:
            return await self.tried_page(ctx, desk, answers.words_for(ctx)("start.no_method"))
        return answers.see(f"{desk.base}/orders/{order.id}")

    async def _placed(self, ctx: RequestContext, desk: AtDesk, door: str, doing: Doing) -> OrderView:
        within = desk.within
        if door not in doors_to_try(within):
            raise InputInvalid({"door": ["is required"]})
        key, secret = await passing_key(within, doing, door)
        found = first_order(within, door, secret)
        if found is None:
            raise NotFound("order", door)
        if found.request.from_wallet:
            await fill_for(within, doing, key, found.sold.price_sen)
        await ring(ctx.services, self._dialects[door], found.request, key)
        orders = await within.engine.orders.page(key.scope, OrderFilter(), _MEANWHILE)
        return next(one for one in orders if one.order.key_id == key.key_id)


def _play(desk: AtDesk) -> AtDesk:
    """The same desk where only play money moves."""
    return replace(desk, within=replace(desk.within, environment="sandbox"))


def _require(desk: AtDesk) -> None:
    if not desk.may("orders:act"):
        raise PermissionMissing("orders:act")


def _from_here(ctx: RequestContext, desk: AtDesk, link: str) -> str:
    """The same page by the address that this browser came by: the setting may be one that only the server knows."""
    own = desk.within.house.base_url
    return ctx.address + link.removeprefix(own) if link.startswith(own) else link


async def _order(desk: AtDesk, number: str) -> Any:
    """Refuses NotFound and PermissionMissing."""
    view = views()["orders.show"]
    try:
        wanted = read_texts(view.filter, {"id": number}, rupiah=True)
    except InputInvalid:
        raise NotFound("order", number) from None
    page = await look(view, desk.within, wanted, desk.caller)
    if not page.rows:
        raise NotFound("order", number)
    return page.rows[0]
