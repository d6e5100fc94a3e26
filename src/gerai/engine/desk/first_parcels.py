"""What a shop's first goods need to be sent: a warehouse with stock, a courier, and what a kilogram costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gerai.domain.money import typed_rupiah
from gerai.domain.refusals import InputInvalid
from gerai.engine.desk.acts.add_courier import NewCourier
from gerai.engine.desk.acts.add_warehouse import NewWarehouse
from gerai.engine.desk.acts.count_stock import StockCount
from gerai.engine.desk.acts.set_rate import NewRate
from gerai.engine.desk.first_doing import Doing, do_first
from gerai.engine.desk.first_places import place_meant, region_code
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.new_district import DISTRICT, NewDistrict
from gerai.engine.desk.read import AMOUNT_TYPED, read_json
from gerai.engine.desk.shipping import rates_of
from gerai.engine.shipping.places import Gazetteer, Place
from gerai.kit.slugs import slug_of

#: Within Indonesia, by road or by sea.
_DAYS = (1, 7)
_SERVICE, _SERVICE_NAME = "REG", "Reguler"


class FirstGoods(NamedTuple):
    """Goods, and how they are sent: ``place`` is the district as it was typed; ``city``, ``province`` and ``region``
    say which, where the server knows no district at all; ``per_kg_sen``: what any buyer pays for a kilogram."""

    weight_g: int
    stock: int
    place: str
    address: str
    postal_code: str
    courier: str
    per_kg_sen: int
    city: str = ""
    province: str = ""
    region: str = ""


def goods_of(given: Mapping[str, str], faults: dict[str, list[str]]) -> FirstGoods:
    """Of the answers; what is wrong with one is added to ``faults``."""
    texts = {name: text.strip() for name, text in given.items()}
    numbers = {"weight": 0, "stock": 0, "shipping": 0}
    for name in ("weight", "stock"):
        text = texts.get(name, "").replace(".", "")
        if text.isascii() and text.isdigit() and len(text) < 10:
            numbers[name] = int(text)
        else:
            faults[name] = ["a whole number"]
    try:
        numbers["shipping"] = typed_rupiah(texts.get("shipping", ""))
    except ValueError:
        faults["shipping"] = [AMOUNT_TYPED]
    return FirstGoods(
        weight_g=numbers["weight"],
        stock=numbers["stock"],
        place=texts.get("from", ""),
        address=texts.get("address", ""),
        postal_code=texts.get("postal", ""),
        courier=texts.get("courier", ""),
        per_kg_sen=numbers["shipping"],
        city=texts.get("city", ""),
        province=texts.get("province", ""),
        region=texts.get("region", ""),
    )


def require_goods(goods: FirstGoods, places: Gazetteer) -> None:
    """Refuses InputInvalid, by the fields of the acts; the district by its question."""
    place = _place(goods, places)
    read_json(NewWarehouse, _warehouse(goods, place, "Gudang"))
    read_json(NewCourier, _courier(goods))
    read_json(NewRate, {"service_id": 1, "per_kg_sen": goods.per_kg_sen})
    read_json(StockCount, {"variant_id": 1, "warehouse_id": 1, "on_hand": goods.stock})


async def prepare_parcels(within: Within, doing: Doing, goods: FirstGoods, places: Gazetteer) -> int:
    """The warehouse there, made where there is none, with a courier that goes anywhere where none goes; its id. Refuses
    what the acts refuse."""
    place = _place(goods, places)
    if place.location_id not in places.by_id:
        new = NewDistrict(
            id=place.location_id, code=place.code, district=place.district, city=place.city, province=place.province,
            postal_codes=place.postal_codes,
        )  # fmt: skip
        await do_first(within, doing, DISTRICT, new)
    if not _warehouses(within, place):
        given = read_json(NewWarehouse, _warehouse(goods, place, f"Gudang {place.district}"[:200]))
        await do_first(within, doing, "warehouses.add", given)
    if not rates_of(within).quotes(place.code, place.code, goods.weight_g):
        await _send_anywhere(within, doing, goods)
    return _warehouses(within, place)[0]


async def stock_up(within: Within, doing: Doing, variant_id: int, warehouse_id: int, on_hand: int) -> None:
    """Count what there is, unless it was counted before."""
    if (within.environment, variant_id, warehouse_id) in catalogue_of(within).stock_ids:
        return
    given = StockCount(variant_id=variant_id, warehouse_id=warehouse_id, on_hand=on_hand)
    await do_first(within, doing, "stock.count", given)


async def _send_anywhere(within: Within, doing: Doing, goods: FirstGoods) -> None:
    given = read_json(NewCourier, _courier(goods))
    there = [one for one in rates_of(within).services.values() if one.courier_code == given.courier]
    service_id = there[0].service_id if there else int((await do_first(within, doing, "couriers.add", given)).id)
    rate = NewRate(service_id=service_id, per_kg_sen=goods.per_kg_sen, days_min=_DAYS[0], days_max=_DAYS[1])
    await do_first(within, doing, "rates.set", rate)


def _place(goods: FirstGoods, places: Gazetteer) -> Place:
    """The district; where the server knows none, the one that was described. Refuses InputInvalid."""
    if places.by_id:
        return place_meant(places, goods.place)
    told = {"from": goods.place, "city": goods.city, "province": goods.province, "region": goods.region}
    if missing := [name for name, text in told.items() if not text]:
        raise InputInvalid({name: ["is required"] for name in missing})
    code = region_code(goods.region)
    return Place(1, code, goods.place, goods.city, goods.province, postal_codes=(goods.postal_code,))


def _warehouses(within: Within, place: Place) -> list[int]:
    return [id for id, one in catalogue_of(within).warehouses.items() if one.location_id == place.location_id]


def _warehouse(goods: FirstGoods, place: Place, name: str) -> dict[str, object]:
    return {
        "name": name, "address": goods.address, "location_id": place.location_id, "postal_code": goods.postal_code,
    }  # fmt: skip


def _courier(goods: FirstGoods) -> dict[str, object]:
    return {
        "courier": slug_of(goods.courier)[:40], "courier_name": goods.courier, "code": _SERVICE, "name": _SERVICE_NAME,
    }  # fmt: skip
