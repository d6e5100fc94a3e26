"""Stores and what they sell (contract §3 to §5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from starlette.responses import Response

from gerai.domain.refusals import NotFound
from gerai.doors.dialects.scalev import wire_catalogue as wire
from gerai.doors.dialects.scalev.auth import authenticate, business, list_query, store_of_path, storefront
from gerai.doors.dialects.scalev.paging import PAGE_FIELDS, Page, bare, list_mark, read_page, slice_page
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.engine.catalogue.products import Bundle, PriceOption, ProductCatalogue, Store
from gerai.engine.catalogue.storefront import available


class _WantedStores(NamedTuple):
    search: str
    domain: str
    has_domain: bool | None


async def simplified(ctx: RequestContext) -> Response:
    """Stores of the business. ``search``: part of the name; ``domain``: its own address; ``has_domain``."""
    caller = authenticate(ctx, "store:list")
    query = list_query(ctx, *_WantedStores._fields, *PAGE_FIELDS)
    wanted = _WantedStores(
        query.text("search", most=1000),
        query.text("domain", most=1000),
        query.flag("has_domain") if query.has("has_domain") else None,
    )
    page = read_page(query, list_mark(ctx.scope, "stores", wanted))
    stores = [store for store in storefront(ctx).catalogue.stores.values() if _matches(store, wanted)]
    business_id = caller.merchant.merchant_id
    return reply(slice_page(stores, page, lambda store: wire.store(store, business_id)))


def _matches(store: Store, wanted: _WantedStores) -> bool:
    if wanted.search.casefold() not in store.name.casefold():
        return False
    if wanted.domain and _host(wanted.domain) != _host(store.domain):
        return False
    return wanted.has_domain is None or bool(store.domain) == wanted.has_domain


def _host(address: str) -> str:
    """A custom domain without scheme and slash, lower case."""
    return address.casefold().strip().removeprefix("https://").removeprefix("http://").rstrip("/")


async def one_store(ctx: RequestContext) -> Response:
    """A store with its settings."""
    caller = authenticate(ctx, "store:read")
    return reply(wire.whole_store(store_of_path(ctx), business(caller.merchant)))


async def payment_methods(ctx: RequestContext) -> Response:
    """How a store may be paid: plain names."""
    authenticate(ctx, "store:read")
    list_query(ctx, later=("order_id",)).check()
    return reply(bare(store_of_path(ctx).payment_methods))


async def products(ctx: RequestContext) -> Response:
    """Products of a store, newest first, each with its variants and what is left of them."""
    authenticate(ctx, "product:list")
    store, catalogue = store_of_path(ctx), storefront(ctx).catalogue
    page = _page(ctx, "products", store)
    shown = [catalogue.products[product_id] for product_id in catalogue.products_of_store.get(store.store_id, ())]
    ids = [v.variant_id for product in shown for v in catalogue.variants_of_product.get(product.product_id, ())]
    left = await _left(ctx, ids)
    return reply(slice_page(shown, page, lambda product: wire.product(product, catalogue, left)))


async def bundles(ctx: RequestContext) -> Response:
    """Bundles a store sells, newest first, with the price options it sells them at."""
    authenticate(ctx, "bundle:list")
    store, catalogue = store_of_path(ctx), storefront(ctx).catalogue
    page = _page(ctx, "bundles", store)
    shown = sorted(_options_by_bundle(store, catalogue).items(), reverse=True)
    left = await _left(ctx, _variants_of(catalogue.bundles[bundle_id] for bundle_id, _ in shown))
    return reply(
        slice_page(shown, page, lambda item: wire.bundle(catalogue.bundles[item[0]], item[1], catalogue, left))
    )


async def one_bundle(ctx: RequestContext) -> Response:
    authenticate(ctx, "bundle:read")
    store, catalogue = store_of_path(ctx), storefront(ctx).catalogue
    wanted = _number(ctx.path_params["bundle_id"])
    options = _options_by_bundle(store, catalogue).get(wanted)
    if options is None:
        raise NotFound("bundle")
    bundle = catalogue.bundles[wanted]
    left = await _left(ctx, _variants_of([bundle]))
    return reply(wire.bundle(bundle, options, catalogue, left))


async def price_options(ctx: RequestContext) -> Response:
    """All price options a store sells, newest first."""
    caller = authenticate(ctx, "bundle:list")
    store, catalogue = store_of_path(ctx), storefront(ctx).catalogue
    page = _page(ctx, "bundle-price-options", store)
    options = [catalogue.options[option_id] for option_id in catalogue.options_of_store.get(store.store_id, ())]
    stores = [wire.store(store, caller.merchant.merchant_id)]
    return reply(slice_page(options, page, lambda option: wire.listed_price_option(option, stores)))


async def one_price_option(ctx: RequestContext) -> Response:
    caller = authenticate(ctx, "bundle:read")
    store, catalogue = store_of_path(ctx), storefront(ctx).catalogue
    found = catalogue.option(ctx.path_params["option_id"])
    if found is None or not catalogue.sells_option(store, found):
        raise NotFound("price_option")
    return reply(wire.listed_price_option(found, [wire.store(store, caller.merchant.merchant_id)]))


def _page(ctx: RequestContext, name: str, store: Store) -> Page:
    """Which part is asked for of a list that belongs to a store."""
    return read_page(list_query(ctx, *PAGE_FIELDS), list_mark(ctx.scope, name, store.store_id))


def _number(reference: str) -> int:
    """An id of a path; 0, which nothing has, for anything else."""
    return int(reference) if reference.isascii() and reference.isdigit() and len(reference) <= 18 else 0


def _options_by_bundle(store: Store, catalogue: ProductCatalogue) -> dict[int, list[PriceOption]]:
    found: dict[int, list[PriceOption]] = {}
    for option_id in catalogue.options_of_store.get(store.store_id, ()):
        option = catalogue.options[option_id]
        found.setdefault(option.bundle_id, []).append(option)
    return found


def _variants_of(bundles_shown: Iterable[Bundle]) -> list[int]:
    return [part.variant_id for bundle in bundles_shown for part in bundle.parts]


async def _left(ctx: RequestContext, variant_ids: list[int]) -> dict[int, int]:
    """How many of each variant are left in all warehouses together."""
    caller = ctx.caller
    found = await available(ctx.services.engine, caller.merchant.merchant_id, caller.environment, variant_ids)
    left: dict[int, int] = {}
    for (variant_id, _), count in found.items():
        left[variant_id] = left.get(variant_id, 0) + count
    return left
