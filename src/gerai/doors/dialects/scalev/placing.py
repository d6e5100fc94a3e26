"""From a read request to the engine's command: find the goods, check the parcel, add up, freeze the facts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec

from gerai.domain.money import round_rupiah, rupiah
from gerai.domain.records import Funding
from gerai.domain.refusals import NotFound
from gerai.doors.dialects.scalev.methods import Method, canonical, offered_by, payable_with
from gerai.doors.dialects.scalev.order_details import (
    CHANNEL,
    AgreedShipping,
    CustomerDetails,
    OrderDetails,
    StoreDetails,
    Totals,
    labels,
)
from gerai.doors.dialects.scalev.order_items import Goods, engine_lines, find_goods
from gerai.doors.dialects.scalev.order_parcel import check_parcel
from gerai.doors.dialects.scalev.request import RULES, NewOrder
from gerai.doors.http.fields import Fields
from gerai.engine.catalogue.products import ProductCatalogue, Store
from gerai.engine.command import Contact
from gerai.engine.orders.handing_out import HandOut
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.offered import OfferedChannels
from gerai.engine.shipping.places import Gazetteer
from gerai.engine.shipping.quote import RateTable

JAKARTA: Final = timezone(timedelta(hours=7))
#: When an order of a store gets its codes, by what completes it.
_HAND_OUT: Final[dict[str, HandOut]] = {
    "auto": "hand_out", "when_settled": "hand_out_settled", "manual": "hand_out_completed",
}  # fmt: skip
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODES: Final = len(_ALPHABET) ** 7
#: No factor in common with _CODES, so that different order ids give different codes.
_SPREAD: Final = 31_415_926_541


@dataclass(frozen=True)
class PlacingContext:
    """What an order is decided on besides its own request. ``channels``: the ways its buyer can pay us by;
    ``collected``: the methods by which others can, of whom more is known. ``luck`` is what the unique code of a manual
    transfer is made of."""

    merchant_id: int
    environment: str
    key_id: int
    now: datetime
    catalogue: ProductCatalogue
    districts: Gazetteer
    rates: RateTable
    channels: OfferedChannels
    collected: Callable[[], Collection[str]]
    luck: int


@dataclass(frozen=True)
class Identity:
    """The names a new order goes by."""

    order_id: int
    public_id: str
    secret: str
    customer_id: str


def order_number(order_id: int, now: datetime) -> str:
    """``YYMMDD`` in Jakarta and seven letters or digits; unique because order ids are."""
    rest, code = order_id * _SPREAD % _CODES, ""
    for _ in range(7):
        rest, digit = divmod(rest, len(_ALPHABET))
        code = _ALPHABET[digit] + code
    return f"{now.astimezone(JAKARTA):%y%m%d}{code}"


def compose(wanted: NewOrder, context: PlacingContext, identify: Callable[[], Identity]) -> PlaceOrder:
    """The command that places the order. ``identify`` is asked only once nothing is left to refuse.

    Refuses NotFound (store), InputInvalid (all field mistakes at once), ShippingCostMismatch, OutOfStock.
    """
    store = context.catalogue.store(wanted.store_unique_id)
    if store is None or not store.is_active:
        raise NotFound("store", wanted.store_unique_id)
    form = Fields.of_body({}, RULES)
    if len(wanted.customer_name) < store.settings.min_name_length:
        form.complain("customer_name", f"should be at least {store.settings.min_name_length} character(s)")
    method = _method(wanted, store, context, form)
    goods = find_goods(wanted, context.catalogue, store, form)
    checked = None
    if goods.has_parcel:
        grams = goods.weight_g + goods.weight_bump_g
        checked = check_parcel(wanted, store, context.catalogue, context.districts, context.rates, grams, form)
    shipping = checked.facts if checked else None
    # Faults are only collected so far: a client learns of all of them at once.
    totals = _totals(wanted, store, method, goods, shipping, context.luck, form)
    form.check()
    lines = engine_lines(goods, context.catalogue, context.environment, checked.warehouse if checked else None)
    funding, status = _start(wanted, method, totals)
    facts = _facts(wanted, context, store, goods, method, totals, shipping)
    # Only now: an order that is refused draws no ids.
    identity = identify()
    # A draft that came in like this holds its goods as well: nobody may ever complete it.
    open_for = store.settings.open_for if funding == "invoice" else None
    return PlaceOrder(
        merchant_id=context.merchant_id,
        environment=context.environment,
        channel=CHANNEL,
        key_id=context.key_id,
        order_id=identity.order_id,
        public_id=identity.public_id,
        number=order_number(identity.order_id, context.now),
        secret=identity.secret,
        lines=tuple(lines),
        total_sen=totals.exact,
        funding=funding,
        contact=_contact(wanted, identity),
        status=status,
        method=method.kind if method else "",
        after_payment=_after_payment(goods, store, context),
        parcel=checked.parcel if checked else None,
        payment_methods=payable_with(method, context.channels) if method else None,
        details=facts.as_details(),
        labels=labels(store_id=facts.store.id, method=facts.method, channel_code=facts.channel_code),
        expires_at=context.now + open_for if open_for is not None else None,
    )


def _method(wanted: NewOrder, store: Store, context: PlacingContext, form: Fields) -> Method | None:
    """How it is paid. A merchant may always say that nothing is collected here; the rest the store must offer, and
    what a gateway collects, we must be able to collect from this buyer: an own bank transfer is looked for by people,
    and the payer of an invoice chooses on the page among what is there then."""
    if not wanted.payment_method:
        return None
    method = canonical(wanted.payment_method, wanted.sub_payment_method or None)
    if method.kind in ("no_payment", "marketplace"):
        return method
    by_gateway = method.kind not in ("invoice", "bank_transfer", "cod")
    offered = offered_by(method, store.payment_methods, store.sub_payment_methods)
    here = not by_gateway or method.kind in context.channels
    if not offered or not (here or method.kind in context.collected()):
        form.complain("payment_method", "is not available in this store")
    elif not here:
        form.complain("payment_method", "is not available without the customer's telephone number and e-mail address")
    return method


def _totals(
    wanted: NewOrder,
    store: Store,
    method: Method | None,
    goods: Goods,
    shipping: AgreedShipping | None,
    luck: int,
    form: Fields,
) -> Totals:
    """The formula of §9.3. Discounts may not exceed what they are taken from."""
    cost = shipping.cost_sen if shipping else 0
    # Digital orders ignore shipping fields, the discount on shipping included.
    shipping_discount = wanted.shipping_discount if shipping else 0
    if wanted.product_discount > goods.price_sen:
        form.complain("product_discount", "must not exceed the product price")
    if shipping_discount > cost:
        form.complain("shipping_discount", "must not exceed the shipping cost")
    totals = Totals(
        product=goods.price_sen,
        product_discount=wanted.product_discount,
        shipping=cost,
        shipping_discount=shipping_discount,
        other_income=wanted.other_income,
        cost=goods.cost_sen,
    )
    most = store.settings.unique_code_max
    # Only where people compare transfers by their amount, and never so that nothing is left to pay.
    if method is None or method.kind != "bank_transfer" or most <= 0 or totals.exact <= rupiah(most):
        return totals
    return msgspec.structs.replace(totals, unique_code=rupiah(1 + luck % most))


def _start(wanted: NewOrder, method: Method | None, totals: Totals) -> tuple[Funding, str]:
    """Initial status (§9.2): incomplete data is a draft; what waits for money is pending; the rest is confirmed."""
    if method is None or not (wanted.customer_phone or wanted.customer_email):
        return "invoice", "draft"
    if method.collected and round_rupiah(totals.exact) > 0:
        return "invoice", "pending"
    return "free", "confirmed"


def _after_payment(goods: Goods, store: Store, context: PlacingContext) -> str:
    """A paid order without parcels is complete at once when the store is set so; one with licence codes once it has
    them."""
    completes, coded = store.settings.digital_completion, context.catalogue.with_codes
    if not any((context.environment, asked.variant.variant_id) in coded for asked in goods.variants):
        return "complete" if not goods.has_parcel and completes == "auto" else "confirm"
    return "hand_out_paid" if goods.has_parcel else _HAND_OUT[completes]


def _contact(wanted: NewOrder, identity: Identity) -> Contact:
    """The customer, found by e-mail, else by telephone; one who leaves neither cannot be distinguished."""
    return Contact(
        public_id=identity.customer_id,
        email=wanted.customer_email,
        mobile=f"+{wanted.customer_phone}" if wanted.customer_phone else "",
        mobile_as_sent=wanted.customer_phone,
        name=wanted.customer_name,
    )


def _facts(
    wanted: NewOrder,
    context: PlacingContext,
    store: Store,
    goods: Goods,
    method: Method | None,
    totals: Totals,
    shipping: AgreedShipping | None,
) -> OrderDetails:
    taken = [("", totals.product_discount), ("", totals.shipping_discount), ("Kode unik", totals.unique_code)]
    return OrderDetails(
        store=StoreDetails(
            store.store_id,
            store.unique_id,
            str(store.uuid),
            store.name,
            store.settings.digital_completion,
            store.domain if store.domain_verified else "",
        ),
        customer=CustomerDetails(wanted.customer_name, wanted.customer_email, wanted.customer_phone),
        totals=totals,
        item_types=sorted({asked.variant.item_type for asked in goods.variants}),
        method=method.kind if method else "",
        channel_code=method.channel if method else "",
        sent_method=wanted.payment_method,
        sent_sub_method=wanted.sub_payment_method,
        product_weight_g=goods.weight_g,
        weight_bump_g=goods.weight_bump_g if goods.has_parcel else 0,
        shipping=shipping,
        discounts=[{"title": title, "amount_sen": sen} for title, sen in taken if sen],
        note=wanted.notes,
        extras=wanted.extras,
    )
