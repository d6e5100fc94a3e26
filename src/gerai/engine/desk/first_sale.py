"""The first thing that a shop sells, made by the acts of the desk where it is not there yet, with all that it needs to
be sold: a store, what its buyer gets, a warehouse with stock and a way to send it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from gerai.domain.money import typed_rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.catalogue.services import SERVICES
from gerai.engine.desk.acts.add_file import LARGEST_BYTES, NewFile
from gerai.engine.desk.acts.add_product import NewProduct
from gerai.engine.desk.acts.add_service import NewService
from gerai.engine.desk.acts.add_service_type import NewServiceType
from gerai.engine.desk.acts.add_store import NewStore
from gerai.engine.desk.acts.load_codes import CodeLoad
from gerai.engine.desk.codes import codes_in
from gerai.engine.desk.first_doing import Doing, do_first
from gerai.engine.desk.first_kinds import CODES, FILE, GOODS, HAND, KINDS, SERVICE, price_of
from gerai.engine.desk.first_parcels import FirstGoods, goods_of, prepare_parcels, require_goods, stock_up
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.own_sales import own_sales
from gerai.engine.desk.read import AMOUNT_TYPED, read_json
from gerai.engine.shipping.places import Gazetteer
from gerai.kit.file_kinds import ending_of
from gerai.kit.slugs import slug_of
from gerai.store import variant_files

#: The type of a first service: a list of texts, each of which is paid for.
_TYPE: Final = "umum"
_LONGEST_SKU: Final = 64
#: What an order of the sandbox is given where real codes are handed out.
_TRIAL_CODES: Final = "\n".join(f"CONTOH-{number:04}" for number in range(1, 101))
#: What the acts call otherwise than the questions.
_ASKED: Final = {
    "name": "item", "price_sen": "price", "unit_price_sen": "price", "url": "link", "content": "file",
    "weight_g": "weight", "on_hand": "stock", "location_id": "from", "district": "from", "postal_code": "postal",
    "courier_name": "courier", "per_kg_sen": "shipping",
}  # fmt: skip


class FirstSale(NamedTuple):
    """What is sold first. ``kind``: one of :data:`KINDS`, or the name of what a counter sells of itself. A file is
    ``content`` with its ``file_name`` (none: one is made of what it is), or at ``link``; ``codes``: one in each line;
    ``goods``: of what is sent."""

    kind: str
    name: str = ""
    price_sen: int = 0
    content: bytes = b""
    file_name: str = ""
    link: str = ""
    codes: str = ""
    goods: FirstGoods | None = None

    @property
    def code(self) -> str:
        """As it is found again: the service's code; of a product its SKU, in capitals."""
        return (slug_of(self.name) or "pertama")[:_LONGEST_SKU].strip("-")


def asked_faults(refusal: InputInvalid) -> dict[str, list[str]]:
    """What is wrong, by the questions."""
    return {_ASKED.get(name, name): texts for name, texts in refusal.fields.items()}


def sale_of(given: Mapping[str, str], content: bytes = b"", file_name: str = "") -> FirstSale:
    """The answers to the questions, with the file that came with them. Refuses InputInvalid, by the questions."""
    kind, faults = given.get("sell", ""), dict[str, list[str]]()
    own = kind in own_sales()
    price = price_of(kind)
    try:
        price_sen = typed_rupiah(given.get(price, "").strip())
    except ValueError:
        price_sen, faults[price] = 0, [AMOUNT_TYPED]
    goods = goods_of(given, faults) if kind == GOODS else None
    if kind not in KINDS and not own:
        faults["sell"] = ["is required"]
    if faults:
        raise InputInvalid(faults)
    texts = {name: given.get(name, "").strip() for name in ("item", "link", "codes")}
    return FirstSale(kind, texts["item"], price_sen, content, file_name, texts["link"], texts["codes"], goods)


def require_first_sale(sale: FirstSale, places: Gazetteer) -> None:
    """Refuses InputInvalid, by the questions, before anything is made."""
    if (own := own_sales().get(sale.kind)) is not None:
        try:
            own.given(sale.price_sen)
        except InputInvalid as refusal:
            raise InputInvalid({price_of(own.name): refusal.fields[own.field]}) from refusal
        return
    try:
        read_json(NewProduct, {"name": sale.name, "price_sen": sale.price_sen})
        if sale.kind == FILE:
            _file_of(sale, 1)
        if sale.kind == CODES and not codes_in(sale.codes):
            raise InputInvalid({"codes": ["is required"]})
        if sale.goods is not None:
            require_goods(sale.goods, places)
    except InputInvalid as refusal:
        raise InputInvalid(asked_faults(refusal)) from refusal


async def sell_first(within: Within, doing: Doing, sale: FirstSale, places: Gazetteer) -> None:
    """Make it, and what it needs. What is there stays as it is, and what is missing of it is made. Refuses what the
    acts refuse, and InputInvalid as :func:`require_first_sale`."""
    require_first_sale(sale, places)
    if (own := own_sales().get(sale.kind)) is not None:
        await do_first(within, doing, own.act, own.given(sale.price_sen))
    elif sale.kind == SERVICE:
        await _sell_service(within, doing, sale)
    else:
        await _sell_product(within, doing, sale, places)


async def _sell_product(within: Within, doing: Doing, sale: FirstSale, places: Gazetteer) -> None:
    warehouse_id = await prepare_parcels(within, doing, sale.goods, places) if sale.goods is not None else 0
    variant_id = await _variant(within, doing, sale)
    # In the sandbox, too: a first order is tried there.
    everywhere = {one: replace(within, environment=one) for one in (within.environment, "sandbox")}
    if sale.goods is not None:
        for place in everywhere.values():
            await stock_up(place, doing, variant_id, warehouse_id, sale.goods.stock)
    if sale.kind == FILE and not await _has_files(within, variant_id):
        await do_first(within, doing, "files.add", _file_of(sale, variant_id))
    if sale.kind == CODES:
        for environment, place in everywhere.items():
            codes = sale.codes if environment == within.environment else _TRIAL_CODES
            load = CodeLoad(variant_id=variant_id, codes=codes, known="skip")
            await do_first(place, doing, "code_pools.load", load)


async def _variant(within: Within, doing: Doing, sale: FirstSale) -> int:
    """The variant of this SKU, made where there is none."""
    sku = sale.code.upper()
    if sku.casefold() not in catalogue_of(within).variants_by_sku:
        facts: dict[str, Any] = {"item_type": "digital"}
        if sale.goods is not None:
            facts = {"item_type": "physical", "weight_g": sale.goods.weight_g, "counted": True}
        stores = (await _store(within, doing, sale),)
        given = NewProduct(name=sale.name, sku=sku, price_sen=sale.price_sen, stores=stores, **facts)
        await do_first(within, doing, "products.add", given)
    return catalogue_of(within).variants_by_sku[sku.casefold()][0].variant_id


async def _store(within: Within, doing: Doing, sale: FirstSale) -> int:
    """A store that is right for it: of what the seller sends, no order is complete before they say so."""

    def fits() -> list[int]:
        every = catalogue_of(within).stores.items()
        return [id for id, one in every if (one.settings.digital_completion == "manual") == by_hand or sale.goods]

    by_hand = sale.kind == HAND
    if not fits():
        name = within.merchant.name if not by_hand else f"{within.merchant.name} (dikirim sendiri)"
        chosen: dict[str, Any] = {"digital_completion": "manual"} if by_hand else {}
        await do_first(within, doing, "stores.add", NewStore(name=name[:200], **chosen))
    return fits()[0]


def _file_of(sale: FirstSale, variant_id: int) -> NewFile:
    """Refuses InputInvalid: a link and a file, or neither; a link that is none."""
    if bool(sale.link) == bool(sale.content):
        raise InputInvalid({"link": ["give either a link or a file"]})
    if sale.link:
        return read_json(NewFile, {"variant_id": variant_id, "name": sale.name, "url": sale.link})
    if len(sale.content) > LARGEST_BYTES:
        raise InputInvalid({"file": [f"at most {LARGEST_BYTES // 2**20} MB; a larger one has a link"]})
    name = sale.file_name or f"{sale.name[:190]}{ending_of(sale.content)}"
    return NewFile(variant_id=variant_id, name=name[-200:], content=sale.content)


async def _has_files(within: Within, variant_id: int) -> bool:
    async with within.engine.connection() as connection:
        return bool(await variant_files.of_variants(connection, within.merchant_id, [variant_id]))


async def _sell_service(within: Within, doing: Doing, sale: FirstSale) -> None:
    code = f"layanan-{sale.code}" if sale.code.isdigit() else sale.code
    catalogue = within.engine.directory.get(SERVICES, within.merchant_id)
    if code in catalogue.by_code:
        return
    type_id = next((one.type_id for one in catalogue.types.values() if one.code == _TYPE), 0)
    if not type_id:
        made = await do_first(within, doing, "service_types.add", NewServiceType(code=_TYPE, name="Umum"))
        type_id = int(made.id)
    given = NewService(
        code=code, name=sale.name, type_id=type_id, unit_price_sen=sale.price_sen, provider="manual",
        processing_type="manual",
    )  # fmt: skip
    await do_first(within, doing, "services.add", given)
