"""Districts, warehouses and courier costs (contract §7, §8)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import msgspec
from starlette.responses import Response

from gerai.domain.refusals import NotFound
from gerai.doors.dialects.scalev import wire_shipping as wire
from gerai.doors.dialects.scalev.auth import authenticate, business, form_of, list_query, store_named, storefront
from gerai.doors.dialects.scalev.methods import METHODS
from gerai.doors.dialects.scalev.paging import PAGE_FIELDS, bare, list_mark, read_page, slice_page
from gerai.doors.dialects.scalev.request import MAX_LINES, MAX_QUANTITY, read_reference
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.field_values import thousands_form
from gerai.doors.http.fields import Fields
from gerai.engine.catalogue.storefront import available
from gerai.engine.shipping.nearest import Warehouse, nearest
from gerai.engine.shipping.places import Place

_SCOPE: Final = "order:create"
#: Ten tonnes: more than any courier takes.
_MAX_GRAMS: Final = 10_000_000
_NUMBER: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10})?", re.ASCII)
_ABSENT: Final = "does not exist"


class QuotedParcel(msgspec.Struct, frozen=True):
    """From where to where, and how heavy."""

    warehouse: Warehouse
    origin: Place
    destination: Place
    grams: int


async def locations(ctx: RequestContext) -> Response:
    """Districts that match ``search``, best first."""
    authenticate(ctx, _SCOPE)
    query = list_query(ctx, "search", *PAGE_FIELDS)
    search = query.text("search", most=1000)
    page = read_page(query, list_mark(ctx.scope, "locations", search))
    return reply(slice_page(storefront(ctx).districts.search(search), page, wire.location))


async def postal_codes(ctx: RequestContext) -> Response:
    """Postal codes of a district; none are known of some."""
    authenticate(ctx, _SCOPE)
    list_query(ctx).check()
    reference = ctx.path_params["location_id"]
    known = reference.isascii() and reference.isdigit() and len(reference) <= 18
    place = storefront(ctx).districts.by_id.get(int(reference)) if known else None
    if place is None:
        raise NotFound("location")
    return reply(bare([wire.postal_code(code) for code in place.postal_codes]))


async def search_warehouse(ctx: RequestContext) -> Response:
    """Warehouses that have everything a parcel needs, nearest to its destination first."""
    caller = authenticate(ctx, _SCOPE)
    form = form_of(await ctx.json(exact=True))
    store = read_reference(form, "store_id", required=True)
    destination = _place(ctx, form, "destination_id")
    # Of the order being edited; what is left in stock does not depend on it.
    form.text("order_id", most=64)
    items = form.objects("variants", most=MAX_LINES, required=True)
    asked = [
        (read_reference(item, "variant_id", required=True), item.integer("qty", required=True, most=MAX_QUANTITY), item)
        for item in items
    ]
    form.check()
    wanted, has_parcel = _wanted(ctx, store, asked)
    form.check()
    if destination is None or not has_parcel:
        return reply(bare([]))
    sold, merchant = storefront(ctx), caller.merchant
    left = await available(ctx.services.engine, merchant.merchant_id, caller.environment, list(wanted))
    reached = nearest(sold.catalogue.warehouses.values(), destination, sold.districts, wanted, left)
    owner = business(merchant)
    return reply(bare([wire.warehouse_reach(reach, destination, owner) for reach in reached]))


def _wanted(
    ctx: RequestContext, store_reference: str, asked: list[tuple[str, int | None, Fields]]
) -> tuple[dict[int, int], bool]:
    """Counted goods with their quantities, and whether anything goes into a parcel at all."""
    store, catalogue = store_named(ctx, store_reference), storefront(ctx).catalogue
    wanted, has_parcel = dict[int, int](), False
    for reference, quantity, item in asked:
        variant = catalogue.variant(reference)
        if variant is None or not catalogue.sells_variant(store, variant):
            item.complain("variant_id", "does not exist in this store")
            continue
        has_parcel = has_parcel or not variant.is_digital
        if variant.is_inventory and not variant.is_digital:
            wanted[variant.variant_id] = wanted.get(variant.variant_id, 0) + (quantity or 0)
    return wanted, has_parcel


async def search_courier_service(ctx: RequestContext) -> Response:
    """What each courier service asks for a parcel, cheapest first; for cash on delivery only those that take cash,
    unless ``is_show_all``."""
    authenticate(ctx, _SCOPE)
    form = form_of(await ctx.json(exact=True))
    store = read_reference(form, "store_id", required=True)
    method = form.choice("payment_method", METHODS, required=True)
    show_all = form.flag("is_show_all")
    form.digits("postal_code")
    parcel = _parcel(ctx, form)
    store_named(ctx, store)
    quotes = storefront(ctx).rates.quotes(parcel.origin.code, parcel.destination.code, parcel.grams)
    shown = [quote for quote in quotes if method != "cod" or show_all or quote.rate.cod]
    return reply(bare([wire.quoted_service(quote, parcel.warehouse, parcel.origin) for quote in shown]))


async def shipping_costs(ctx: RequestContext) -> Response:
    """What the services of these couriers ask for a parcel, cheapest first."""
    authenticate(ctx, _SCOPE)
    form = form_of(await ctx.json(exact=True))
    codes = form.texts("courier_codes", most_items=50, required=True)
    form.digits("postal_code")
    parcel = _parcel(ctx, form)
    quotes = storefront(ctx).rates.quotes(parcel.origin.code, parcel.destination.code, parcel.grams)
    return reply(bare([wire.plain_cost(quote) for quote in quotes if quote.service.courier_code in codes]))


def _place(ctx: RequestContext, form: Fields, name: str) -> Place | None:
    location_id = form.integer(name, required=True)
    place = storefront(ctx).districts.by_id.get(location_id or 0)
    if location_id is not None and place is None:
        form.complain(name, _ABSENT)
    return place


def _parcel(ctx: RequestContext, form: Fields) -> QuotedParcel:
    """``warehouse_id``, ``location_id`` and ``weight`` in grams (part of a gram counts as one). InputInvalid."""
    sold = storefront(ctx)
    destination = _place(ctx, form, "location_id")
    reference = read_reference(form, "warehouse_id", required=True)
    warehouse = sold.catalogue.warehouse(reference)
    origin = sold.districts.by_id.get(warehouse.location_id) if warehouse else None
    if reference and origin is None:
        form.complain("warehouse_id", _ABSENT)
    weight = _grams(form)
    form.check()
    # check() has refused when one of these is missing.
    assert warehouse is not None
    assert origin is not None
    assert destination is not None
    assert weight is not None
    return QuotedParcel(warehouse, origin, destination, weight)


def _grams(form: Fields) -> int | None:
    """``weight``: a number, also as text; part of a gram counts as one."""
    form.require("weight")
    value = form.raw("weight")
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) and not thousands_form(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value <= _MAX_GRAMS:
        # Rounded up, as couriers do.
        return int(-(-value // 1))
    if value is not None:
        form.complain("weight", f"is invalid, expected grams, at most {_MAX_GRAMS}")
    return None
