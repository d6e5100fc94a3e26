"""The steps of ``POST /me/orders``: check, ask Roblox, price, place; with a gateway method, the payment with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from gerai.domain.money import round_rupiah
from gerai.domain.records import OrderView
from gerai.domain.refusals import (
    FundingNotAllowed,
    IdentityNotLinked,
    InsufficientFunds,
    PartnerRefused,
    PartnerUnavailable,
)
from gerai.doors.dialects.leuwongrr import wire
from gerai.doors.dialects.leuwongrr.auth import CHANNEL, Caller
from gerai.doors.dialects.leuwongrr.gateway import GatewayCode, check_amount, find, on_the_page
from gerai.doors.dialects.leuwongrr.order_details import OrderDetails
from gerai.doors.dialects.leuwongrr.pricing import invoice_code, price_sen
from gerai.doors.dialects.leuwongrr.request import BALANCE, INVOICE, WantedOrder
from gerai.doors.http.context import RequestContext
from gerai.engine.fulfilment.providers import provider_for
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.offered import known_of, offered_channels
from gerai.engine.payments.open import WantedPayment, expected_by, payment_to_start
from gerai.engine.payments.start import StartPayment
from gerai.kit.ids import token
from gerai.ports.roblox import Roblox, RobloxProduct, RobloxRefused, RobloxUnreachable

_RETRY_AFTER_S: Final = 30


async def compose(ctx: RequestContext, caller: Caller, wanted: WantedOrder) -> PlaceOrder:
    """Everything that can be refused before the engine is asked, in a fixed order: the way of paying, Roblox, price.

    Refuses: FundingNotAllowed, IdentityNotLinked, InsufficientFunds (no wallet), MethodUnavailable, PartnerRefused,
    PartnerUnavailable, ItemClosed, AmountOutOfRange.
    """
    gateway = _check_funding(ctx, caller, wanted.payment_method)
    # After the cheap checks: nobody is asked about an order that could not be paid.
    product = await _look_up(ctx, caller, wanted)
    settings = caller.settings
    rate_sen, provider = settings.robux_rate_sen, settings.leuwongrr_provider
    if provider in ctx.services.partners.fulfilment:  # one that is not there leaves the order to people
        provider_for(ctx.services.partners.fulfilment, provider, caller.key.merchant, caller.key.environment)
    total_sen = price_sen(product.price_robux, rate_sen, caller.member.discount_bp)
    if gateway is not None:
        check_amount(gateway, total_sen)
    paid_now, methods = wanted.payment_method == BALANCE, ctx.services.partners.payment_methods
    order_id, now = ctx.services.engine.ids.next(), ctx.now
    code = invoice_code(order_id, now, sandbox=caller.key.environment == "sandbox")
    open_for = timedelta(minutes=settings.leuwongrr_invoice_minutes)
    return PlaceOrder(
        merchant_id=caller.key.merchant.merchant_id,
        environment=caller.key.environment,
        channel=CHANNEL,
        key_id=caller.key.key_id,
        member_id=caller.member.member_id,
        account_id=caller.key.account_id,
        order_id=order_id,
        public_id=code,
        number=code,
        secret=token(),
        lines=(_line(wanted, product, total_sen),),
        total_sen=total_sen,
        funding="wallet" if paid_now else "invoice",
        reference=wanted.client_reference,
        provider=provider,
        work=_work(wanted, product) if provider else {},
        details=_details(wanted, product, rate_sen, caller.member.discount_bp).kept(),
        expires_at=None if paid_now else now + open_for,
        payment_methods=None if paid_now else on_the_page(settings.leuwongrr_payment_methods, methods),
        charge=None if gateway is None else _charging(ctx, caller, gateway),
        expected=() if gateway is None else _expected(ctx, caller, gateway, total_sen),
    )


def _check_funding(ctx: RequestContext, caller: Caller, method: str) -> GatewayCode | None:
    """Whether the caller may pay so; the gateway when it is one."""
    if method == INVOICE:
        return None
    if caller.key.environment == "sandbox":
        raise FundingNotAllowed(method, "sandbox")
    if method != BALANCE:
        return _gateway(ctx, caller, method)
    # A bot names the buyer, and only a linked one may spend this wallet.
    if ctx.headers.get("x-discord-user-id", "") not in caller.member.links.get("discord", ()):
        raise IdentityNotLinked("discord")
    if caller.key.account_id is None:
        raise InsufficientFunds(available_sen=0, needed_sen=1)
    return None


async def _look_up(ctx: RequestContext, caller: Caller, wanted: WantedOrder) -> RobloxProduct:
    roblox: Roblox = ctx.services.partners.lookup("roblox", simulated=caller.key.simulated)
    prices = caller.settings.private_server_prices
    try:
        return await roblox.look_up(wanted.order_type, wanted.roblox_username, wanted.place_id, wanted.pass_id, prices)
    except RobloxRefused as refused:
        raise PartnerRefused("roblox", refused.reason) from refused
    except RobloxUnreachable as unreachable:
        raise PartnerUnavailable("roblox", _RETRY_AFTER_S) from unreachable


def _gateway(ctx: RequestContext, caller: Caller, code: str) -> GatewayCode:
    methods, merchant = ctx.services.partners.payment_methods, caller.key.merchant
    offered = offered_channels(methods, merchant, caller.key.environment, known_of(caller.member))
    return find(code, methods, offered, caller.settings.leuwongrr_payment_methods)


def _line(wanted: WantedOrder, product: RobloxProduct, total_sen: int) -> NewLine:
    name = f"{product.price_robux} Robux · {product.product_name}"
    return NewLine(wanted.order_type, product.product_id, name, 1, total_sen, total_sen)


def _details(wanted: WantedOrder, product: RobloxProduct, rate_sen: int, discount_bp: int) -> OrderDetails:
    return OrderDetails(
        order_type=wanted.order_type,
        roblox_username=wanted.roblox_username,
        roblox_user_id=product.user_id,
        place_id=wanted.place_id,
        roblox_pass_id=wanted.pass_id,
        universe_id=product.universe_id,
        robux_amount=product.price_robux,
        rate_sen=rate_sen,
        discount_bp=discount_bp,
        payment_method=wanted.payment_method,
    )


def _work(wanted: WantedOrder, product: RobloxProduct) -> dict[str, Any]:
    """What the provider of Robux is asked: one item, the player."""
    payload = {"order_type": wanted.order_type, "place_id": wanted.place_id, "roblox_pass_id": wanted.pass_id}
    payload |= {"roblox_user_id": product.user_id, "robux_amount": product.price_robux}
    return {"service": "robux", "items": [wanted.roblox_username], "payload": payload, "settings": {}}


def _expected(
    ctx: RequestContext, caller: Caller, gateway: GatewayCode, total_sen: int
) -> tuple[tuple[int, int, int], ...]:
    way, methods = (gateway.method.name, gateway.channel_code), ctx.services.partners.payment_methods
    # What the payer pays: whole rupiah, and fees are the shop's.
    return expected_by(methods, caller.key.merchant, caller.key.environment, way, round_rupiah(total_sen))


def _charging(ctx: RequestContext, caller: Caller, gateway: GatewayCode) -> Callable[[OrderView], StartPayment]:
    """What starts the payment of the new order, in the order's own transaction: a client that is answered busy has
    neither."""
    payment_id, methods = ctx.services.engine.ids.next(), ctx.services.partners.payment_methods

    def charge(view: OrderView) -> StartPayment:
        page = wire.invoice_url("", view.order)
        wanted = WantedPayment(method=gateway.method.name, channel=gateway.channel_code, page_path=page)
        return payment_to_start(payment_id, caller.key.merchant, methods, view, wanted)

    return charge
