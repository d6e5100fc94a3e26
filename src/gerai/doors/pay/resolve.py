"""How an address opens an order's page. Whoever knows the address may see and pay the order; nothing else is asked."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

import msgspec
import structlog

from gerai.domain.records import OrderView
from gerai.doors.http.context import RequestContext
from gerai.doors.http.page_details import NO_DETAILS, PageDetails, ReadPageDetails, no_page_details
from gerai.doors.http.paper.typesetter import can_set
from gerai.doors.pay.address import Address
from gerai.doors.pay.model import PageContext
from gerai.doors.pay.names import shown
from gerai.doors.pay.seller import shop_of
from gerai.engine.merchants.logos import LOGOS
from gerai.engine.payments.offered import PAYER, known_of, may_surcharge, offered_channels
from gerai.kit.discover import PluginBroken

log = structlog.get_logger("gerai.pages")

#: What a secret may look like at all; anything else is not worth a question to the database (a NUL would be an error).
SECRET: Final = re.compile(r"[A-Za-z0-9_~.\-]{20,128}")


@dataclass(frozen=True)
class ResolvedOrder:
    """An order behind the address it was asked for. ``private``: the address could be guessed. ``read_details``: its
    dialect's."""

    view: OrderView
    address: Address
    private: bool = False
    read_details: ReadPageDetails = no_page_details

    @cached_property
    def details(self) -> PageDetails:
        """What the order's dialect adds to the page; nothing when it cannot read what it once stored, so that the order
        can still be seen and paid."""
        try:
            return self.read_details(self.view)
        except msgspec.ValidationError as error:
            log.warning("page.details_unreadable", order_id=self.view.order.order_id, error=str(error))
            return NO_DETAILS

    def now(self, ctx: RequestContext) -> datetime:
        """The time on the order's clock."""
        return ctx.services.engine.now(self.view.order.merchant_id, self.view.order.environment)

    def page_context(self, ctx: RequestContext) -> PageContext:
        """What the page needs beside the order."""
        order = self.view.order
        context = context_of(ctx, order.merchant_id, order.environment, self.address, known_of(order.contact))
        return replace(context, details=self.details, private=self.private)


def context_of(
    ctx: RequestContext, merchant_id: int, environment: str, address: Address, payer: Collection[str] = PAYER
) -> PageContext:
    """What any page of a merchant at ``address`` needs, whose ``payer`` is known by so much."""
    merchant = ctx.services.engine.directory.merchant(merchant_id)
    methods = ctx.services.partners.payment_methods
    return PageContext(
        merchant_name=shown(merchant.name),
        environment=environment,
        simulated=merchant.plays_with(environment),
        methods=methods,
        offered=offered_channels(methods, merchant, environment, payer),
        no_surcharge=frozenset(n for n, m in methods.items() if not may_surcharge(m, merchant, environment)),
        here=ctx.base_url + address.at(),
        shop=shop_of(merchant.settings, ctx.services.engine.directory.get(LOGOS, merchant_id)),
        papers=can_set(),
    )


Resolver = Callable[[RequestContext], Awaitable[ResolvedOrder | None]]


@dataclass(frozen=True)
class BySecret:
    """Opens pages whose path holds the secret: ``/i/{secret}``."""

    path: str

    async def __call__(self, ctx: RequestContext) -> ResolvedOrder | None:
        secret = ctx.path_params["secret"]
        view = await _by_secret(ctx, secret)
        return None if view is None else ResolvedOrder(view, Address(_segments(self.path, "{secret}", secret)))


@dataclass(frozen=True)
class ByCode:
    """Opens pages whose path holds a code and whose query the secret: ``/invoices/{code}?t={secret}``. The code can be
    guessed, so both must name the same order."""

    path: str

    async def __call__(self, ctx: RequestContext) -> ResolvedOrder | None:
        code, secret = self.proof(ctx)
        view = await _by_secret(ctx, secret)
        if view is None or code not in (view.order.number, view.order.public_id):
            return None
        return ResolvedOrder(view, self.address(code, secret))

    def proof(self, ctx: RequestContext) -> tuple[str, str]:
        """The code and the secret of a request."""
        return ctx.path_params["code"], ctx.query.get("t", "")

    def address(self, code: str, secret: str) -> Address:
        """The address of what the code names."""
        return Address(_segments(self.path, "{code}", code), secret)


def opened_by(path: str) -> Resolver:
    """How a page's path opens it. PluginBroken: it holds neither ``{secret}`` nor ``{code}``."""
    for part, resolver in (("{secret}", BySecret), ("{code}", ByCode)):
        if part in path.split("/"):
            return resolver(path)
    raise PluginBroken(f"{path}: the path of a page holds {{secret}} or {{code}}")


def _segments(path: str, part: str, value: str) -> tuple[str, ...]:
    return tuple(value if segment == part else segment for segment in path.strip("/").split("/"))


def by_link(codes: Mapping[str, re.Pattern[str]]) -> Resolver:
    """``/payment/{code}``: the code is short, so the page is private, and wrong codes are limited per address
    (RateLimited). ``codes``: the form of a code by channel, of the channels whose orders have such links."""

    async def opened(ctx: RequestContext) -> ResolvedOrder | None:
        code = ctx.path_params["code"]
        was_right = ctx.guess("pages.link", ctx.services.settings.pages.link_lookups_per_minute)
        for channel, form in codes.items():
            if form.fullmatch(code) and (found := await ctx.services.engine.orders.by_link_code(channel, code)):
                was_right()
                return ResolvedOrder(found[-1], Address(("payment", code)), private=True)
        return None

    return opened


async def _by_secret(ctx: RequestContext, secret: str) -> OrderView | None:
    return await ctx.services.engine.orders.by_secret(secret) if SECRET.fullmatch(secret) else None
