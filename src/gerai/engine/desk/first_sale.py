"""The first thing that a shop sells, made by the acts of the desk where it is not there yet, and the keys it is tried
with."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from gerai.engine.catalogue.services import SERVICES
from gerai.engine.desk.acts.add_member import NewMember
from gerai.engine.desk.acts.add_product import NewProduct
from gerai.engine.desk.acts.add_service import NewService
from gerai.engine.desk.acts.add_service_type import NewServiceType
from gerai.engine.desk.acts.add_store import NewStore
from gerai.engine.desk.acts.create_key import NewKey
from gerai.engine.desk.acts.top_up_wallet import TopUp
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import read_json
from gerai.engine.desk.registry import DeskCaller, Done, acts, perform
from gerai.engine.desk.sample_orders import ForSale, SampleOrder
from gerai.engine.desk.views.members import MemberFilter, MemberRow
from gerai.engine.desk.views.members import run as members_of
from gerai.kit.schema_sample import sample_of
from gerai.kit.slugs import slug_of

Kind = Literal["product", "service"]
#: The type of a first service: a list of texts, each of which is paid for.
_TYPE: Final = "umum"
#: Whose the first key is at doors whose keys belong to a member.
_MEMBER: Final = NewMember(door="", name="Pelanggan pertama", public_id="pelanggan-pertama")
_KEY: Final = "Kunci pertama"
_LONGEST_SKU: Final = 64


class FirstSale(NamedTuple):
    """What is sold first: ``product`` (digital), or ``service`` (done by hand)."""

    kind: Kind
    name: str
    price_sen: int

    @property
    def code(self) -> str:
        """As it is found again: the service's code; of a product its SKU, in capitals."""
        return (slug_of(self.name) or "pertama")[:_LONGEST_SKU].strip("-")


class Doing(NamedTuple):
    """Who does it and why. ``once``: what is sent twice is done once under it; empty: there is no such name."""

    caller: DeskCaller
    reason: str
    once: str = ""


def require_first_sale(sale: FirstSale) -> None:
    """Refuses InputInvalid (``name``, ``price_sen``), before anything is made."""
    read_json(NewProduct, {"name": sale.name, "price_sen": sale.price_sen})


async def sell_first(within: Within, doing: Doing, sale: FirstSale) -> None:
    """Make it, and what it needs: a store, or a type of services. What is there stays as it is. Refuses what the acts
    refuse."""
    require_first_sale(sale)
    if sale.kind == "product":
        await _sell_product(within, doing, sale)
    else:
        await _sell_service(within, doing, sale)


async def _sell_product(within: Within, doing: Doing, sale: FirstSale) -> None:
    sku = sale.code.upper()
    if any(one.sku == sku for one in catalogue_of(within).variants.values()):
        return
    if not catalogue_of(within).stores:
        await _do(within, doing, "stores.add", NewStore(name=within.merchant.name))
    stores = tuple(catalogue_of(within).stores)[:1]
    given = NewProduct(name=sale.name, sku=sku, price_sen=sale.price_sen, item_type="digital", stores=stores)
    await _do(within, doing, "products.add", given)


async def _sell_service(within: Within, doing: Doing, sale: FirstSale) -> None:
    code = f"layanan-{sale.code}" if sale.code.isdigit() else sale.code
    catalogue = within.engine.directory.get(SERVICES, within.merchant_id)
    if code in catalogue.by_code:
        return
    type_id = next((one.type_id for one in catalogue.types.values() if one.code == _TYPE), 0)
    if not type_id:
        type_id = int((await _do(within, doing, "service_types.add", NewServiceType(code=_TYPE, name="Umum"))).id)
    given = NewService(
        code=code, name=sale.name, type_id=type_id, unit_price_sen=sale.price_sen, provider="manual",
        processing_type="manual",
    )  # fmt: skip
    await _do(within, doing, "services.add", given)


async def first_key(within: Within, doing: Doing, door: str) -> tuple[Done, int]:
    """A key of this door, with a first member where keys belong to one; the member's id, 0: it needs none. Refuses what
    the acts refuse."""
    maker = within.house.doors.get(door)
    member_id = await _member(within, doing, door) if maker is not None and maker.needs_member else 0
    given = NewKey(door=door, name=_KEY, member_id=member_id or None)
    return await _do(within, doing, "keys.create", given), member_id


async def _member(within: Within, doing: Doing, door: str) -> int:
    found = await members_of(within, MemberFilter(door=door, text=_MEMBER.public_id or ""))
    rows = [row for row in found.rows if isinstance(row, MemberRow) and row.public_id == _MEMBER.public_id]
    if rows:
        return rows[0].id
    return int((await _do(within, doing, "members.add", msgspec.structs.replace(_MEMBER, door=door))).id)


async def _do(within: Within, doing: Doing, name: str, given: msgspec.Struct) -> Done:
    # One name for all of a form would be refused for the second act.
    key = f"{doing.once}-{name}-{getattr(given, 'door', '')}" if doing.once else ""
    return await perform(acts()[name], within, given, doing.caller, reason=doing.reason, key=key)


def for_sale(within: Within) -> list[ForSale]:
    """What the shop sells that a first order may be of: goods that need no parcel and no stock, and services; the
    newest of each."""
    return [one for one in (_newest_goods(within), _newest_service(within)) if one is not None]


def _newest_goods(within: Within) -> ForSale | None:
    catalogue = catalogue_of(within)
    offered = {product: store for store, products in catalogue.products_of_store.items() for product in products}
    fit = [
        one
        for one in catalogue.variants.values()
        if one.is_active and one.is_digital and not one.is_inventory and one.product_id in offered
    ]
    if not fit:
        return None
    variant = max(fit, key=lambda one: one.variant_id)
    store = catalogue.stores[offered[variant.product_id]]
    method = next(iter(store.payment_methods), "")
    return ForSale(variant.name, variant.price_sen, store.unique_id, variant.unique_id, method)


def _newest_service(within: Within) -> ForSale | None:
    services = within.engine.directory.get(SERVICES, within.merchant_id)
    fit = [one for one in services.by_id.values() if one.is_active and services.types[one.type_id].is_active]
    if not fit:
        return None
    service = max(fit, key=lambda one: one.service_id)
    data: Any = sample_of(services.types[service.type_id].input_schema)
    return ForSale(service.name, service.unit_price_sen, service=service.code, data=data)


def doors_to_try(within: Within) -> list[str]:
    """The doors at which something of the shop can be ordered, with keys for this environment; those of goods and
    services of their own first."""
    sold = for_sale(within)
    able: list[tuple[bool, str]] = []
    for door, sample in within.house.samples.items():
        maker = within.house.doors.get(door)
        if maker is not None and within.environment in maker.environments and any(sample(one, "") for one in sold):
            able.append((sample(ForSale("", 100), "") is not None, door))
    return [door for _, door in sorted(able)]


def first_order(within: Within, door: str, key: str) -> tuple[ForSale, SampleOrder] | None:
    """What is ordered at this door with this key, and how; None: nothing of the shop can be."""
    sample = within.house.samples.get(door)
    for sold in for_sale(within):
        order = None if sample is None else sample(sold, key)
        if order is not None:
            return sold, order
    return None


def curl_of(order: SampleOrder, base_url: str) -> str:
    """The command that sends it, ready to be pasted."""
    headers: Mapping[str, str] = {**order.headers, "Content-Type": "application/json"}
    words = ["curl", f"{base_url}{order.path}"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    return shlex.join([*words, "-d", msgspec.json.encode(order.body).decode()])


async def first_balance(within: Within, doing: Doing, member_id: int, amount_sen: int) -> None:
    """Put money into the first member's wallet, so that something can be ordered from it. Refuses what the act
    refuses."""
    await _do(within, doing, "wallets.top_up", TopUp(id=member_id, amount_sen=amount_sen))


def service_requests(within: Within, service: str, data: Any, key: str) -> list[tuple[str, SampleOrder]]:
    """How a service of this code, with this data, is ordered at the doors that sell services."""
    sold, anything = ForSale("", 100, service=service, data=data), ForSale("", 100)
    found = [(door, make(sold, key)) for door, make in within.house.samples.items() if make(anything, key) is None]
    return [(door, order) for door, order in found if order is not None]
