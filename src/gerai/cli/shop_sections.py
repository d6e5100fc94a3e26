"""The sections of a shop's files: the act that makes each of their entries, what it is found again by, and how it names
other things than by their ids."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

from gerai.cli import shop_beginning
from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.services import SERVICES, ServiceCatalogue
from gerai.engine.catalogue.storefront import STOREFRONT, Storefront
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.new_district import DISTRICT
from gerai.engine.desk.registry import Act, acts
from gerai.engine.desk.views.members import MemberFilter, MemberRow
from gerai.engine.desk.views.members import run as members_of
from gerai.engine.merchants.receiving import read_account
from gerai.kit.closest import not_known

Values = Mapping[str, Any]


class Naming(NamedTuple):
    """How a field of an act is called in files, and the id of what it names there. ``find`` refuses InputInvalid."""

    name: str
    find: Callable[[Within, str], Any]
    #: The sections whose entries it may name.
    of: tuple[str, ...]
    many: bool = False


@dataclass(frozen=True)
class ShopSection:
    """Entries of one kind. ``key``: the fields that an entry is found again by, which it must have; ``there``: whether
    the shop has what these values name."""

    name: str
    act: Act
    key: tuple[str, ...]
    there: Callable[[Within, Values], Awaitable[bool]]
    naming: Mapping[str, Naming] = field(default_factory=dict[str, Naming])
    #: Fields that set entries apart beside the key, where they are given.
    apart: tuple[str, ...] = ()

    def called(self, given: Values) -> tuple[str, ...]:
        """What no two entries of a file have alike."""
        return tuple(str(given.get(name, "")).casefold() for name in (*self.key, *self.apart))


def storefront_of(within: Within) -> Storefront:
    """What the shop's stores sell, and where its parcels can go."""
    return within.engine.directory.get(STOREFRONT, within.merchant_id)


def _services_of(within: Within) -> ServiceCatalogue:
    return within.engine.directory.get(SERVICES, within.merchant_id)


def _only(field_name: str, thing: str, name: str, known: list[tuple[str, int]]) -> int:
    """The id of the one that is called so. Refuses InputInvalid: none is, or several are."""
    found = {id for called, id in known if called.casefold() == name.casefold()}
    if len(found) > 1:
        raise InputInvalid({field_name: [f"several are called {name}: {', '.join(map(str, sorted(found)))}"]})
    if not found:
        raise InputInvalid({field_name: [not_known(thing, name, [called for called, _ in known])]})
    return found.pop()


def _variant_named(within: Within, name: str) -> int:
    """A variant by its SKU."""
    known = [(one.sku, one.variant_id) for one in catalogue_of(within).variants.values() if one.sku]
    return _only("sku", "SKU", name, known)


def _warehouse_named(within: Within, name: str) -> int:
    """A warehouse by its name."""
    known = [(one.name, one.warehouse_id) for one in catalogue_of(within).warehouses.values()]
    return _only("warehouse", "warehouse", name, known)


def _product_named(within: Within, name: str) -> int:
    catalogue = catalogue_of(within)
    by_sku = [(one.sku, one.product_id) for one in catalogue.variants.values() if one.sku]
    if any(sku.casefold() == name.casefold() for sku, _ in by_sku):
        return _only("product", "product", name, by_sku)
    return _only("product", "product", name, [(one.name, one.product_id) for one in catalogue.products.values()])


def _store_named(within: Within, name: str) -> int:
    known = [(one.name, one.store_id) for one in catalogue_of(within).stores.values()]
    return _only("stores", "store", name, known)


def _bundle_named(within: Within, name: str) -> int:
    known = [(one.custom_id, one.bundle_id) for one in catalogue_of(within).bundles.values() if one.custom_id]
    return _only("bundle", "bundle", name, known)


def _part_named(within: Within, text: str) -> dict[str, int]:
    """``KP-M``, or ``KP-M:2`` for two of them."""
    sku, colon, count = text.rpartition(":")
    known = {one.sku.casefold() for one in catalogue_of(within).variants.values()}
    if not colon or not count.isdecimal() or text.casefold() in known:
        sku, count = text, "1"
    return {"variant_id": _variant_named(within, sku), "quantity": int(count)}


def _district_coded(within: Within, code: str) -> int:
    known = [(one.code, one.location_id) for one in storefront_of(within).districts.by_id.values()]
    return _only("district", "district", code, known)


def _type_coded(within: Within, code: str) -> int:
    known = [(one.code, one.type_id) for one in _services_of(within).types.values()]
    return _only("type", "type of services", code, known)


def _courier_coded(within: Within, code: str) -> int:
    services = storefront_of(within).rates.services.values()
    return _only("courier", "courier", code, [(f"{one.courier_code}/{one.code}", one.service_id) for one in services])


def _sync(known: Callable[[Within, Values], bool]) -> Callable[[Within, Values], Awaitable[bool]]:
    async def there(within: Within, given: Values) -> bool:
        return known(within, given)

    return there


def _has(rows: Callable[[Within], Mapping[int, Any]], **named: str) -> Callable[[Within, Values], Awaitable[bool]]:
    """Whether one of the rows has these values; ``named``: its field, and how files call it."""

    def known(within: Within, given: Values) -> bool:
        wanted = {own: str(given[name]).casefold() for own, name in named.items()}
        return any(
            all(str(getattr(row, own)).casefold() == value for own, value in wanted.items())
            for row in rows(within).values()
        )

    return _sync(known)


def _account_open(within: Within, given: Values) -> bool:
    """Whether the shop has an open account of this channel: a second one is none that a file could mean."""
    method = within.house.payment_methods.get(str(given["method"]))
    if method is None or method.own_account is None:
        return False
    said = {name: str(value) for name, value in given.items() if name not in ("method", "mine")}
    channel = read_account(method, said).channel
    return any((one.method, one.channel) == (method.name, channel) for one in within.merchant.receiving)


def _rate_known(within: Within, given: Values) -> bool:
    table = storefront_of(within).rates
    services = {f"{one.courier_code}/{one.code}".casefold(): one.service_id for one in table.services.values()}
    key = services.get(str(given["courier"]).casefold(), 0), given.get("origin", ""), given.get("destination", "")
    return key in table.rates


def _counted(within: Within, given: Values) -> bool:
    """Whether this place has had stock: what was counted once is changed by orders and by whoever counts again."""
    catalogue = catalogue_of(within)
    wanted = [str(given[name]).casefold() for name in ("sku", "warehouse")]
    return any(
        wanted == [catalogue.variants[item].sku.casefold(), catalogue.warehouses[place].name.casefold()]
        for environment, item, place in catalogue.stock_ids
        if environment == within.environment and item in catalogue.variants and place in catalogue.warehouses
    )


async def members_called(within: Within, door: str, public_id: str) -> list[int]:
    """The ids of a door's members with this identifier: one, or none."""
    found = await members_of(within, MemberFilter(door=door, text=public_id))
    rows = [row for row in found.rows if isinstance(row, MemberRow)]
    return [row.id for row in rows if row.public_id == public_id]


async def _member_known(within: Within, given: Values) -> bool:
    return bool(await members_called(within, str(given["door"]), str(given["public_id"])))


def _districts(within: Within) -> Mapping[int, Any]:
    return storefront_of(within).districts.by_id


def _couriers(within: Within) -> Mapping[int, Any]:
    return storefront_of(within).rates.services


_STORES: Final = Naming("stores", _store_named, ("stores",), many=True)
_GOODS: Final = ("products", "variants")
_SKU: Final = _has(lambda within: catalogue_of(within).variants, sku="sku")
_BUNDLE: Final = _has(lambda within: catalogue_of(within).bundles, custom_id="custom_id")
_PRICE: Final = _has(lambda within: catalogue_of(within).options, slug="slug")
_STORE: Final = _has(lambda within: catalogue_of(within).stores, name="name")
_WAREHOUSE: Final = _has(lambda within: catalogue_of(within).warehouses, name="name")
_TYPE: Final = _has(lambda within: _services_of(within).types, code="code")
_SERVICE: Final = _has(lambda within: _services_of(within).by_id, code="code")
_COURIER: Final = _has(_couriers, courier_code="courier", code="code")


@cache
def sections() -> dict[str, ShopSection]:
    """Every section that is a list, by name, in the order in which its entries are made."""
    of = acts()
    known = (
        ShopSection("accounts", of["accounts.add"], ("method",), _sync(_account_open), apart=("bank",)),
        ShopSection("districts", DISTRICT, ("code",), _has(_districts, code="code")),
        ShopSection("couriers", of["couriers.add"], ("courier", "code"), _COURIER),
        ShopSection("rates", of["rates.set"], ("courier",), _sync(_rate_known),
                {"service_id": Naming("courier", _courier_coded, ("couriers",))}, apart=("origin", "destination")),
        ShopSection("stores", of["stores.add"], ("name",), _STORE),
        ShopSection("warehouses", of["warehouses.add"], ("name",), _WAREHOUSE,
                {"location_id": Naming("district", _district_coded, ("districts",))}),
        ShopSection("products", of["products.add"], ("sku",), _SKU, {"stores": _STORES}),
        ShopSection("variants", of["variants.add"], ("sku",), _SKU,
                {"product_id": Naming("product", _product_named, ("products",))}),
        ShopSection("bundles", of["bundles.add"], ("custom_id",), _BUNDLE,
                {"parts": Naming("parts", _part_named, _GOODS, many=True)}),
        ShopSection("prices", of["price_options.add"], ("slug",), _PRICE,
                {"bundle_id": Naming("bundle", _bundle_named, ("bundles",)), "stores": _STORES}),
        ShopSection("stock", shop_beginning.STOCK, ("sku", "warehouse"), _sync(_counted),
                {"variant_id": Naming("sku", _variant_named, _GOODS),
                 "warehouse_id": Naming("warehouse", _warehouse_named, ("warehouses",))}),
        ShopSection("service_types", of["service_types.add"], ("code",), _TYPE),
        ShopSection("services", of["services.add"], ("code",), _SERVICE,
                {"type_id": Naming("type", _type_coded, ("service_types",))}),
        ShopSection("members", of["members.add"], ("door", "public_id"), _member_known),
    )  # fmt: skip
    return {one.name: one for one in known}
