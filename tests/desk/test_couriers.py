"""Couriers and rates at the desk: what is set is what a buyer is quoted, at the counter and by the view."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from goods_kit import Ask, key_of, new_product, new_store, new_warehouse

from desk_kit import DISTRICT, VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.desk.acts.add_courier import NewCourier
from gerai.engine.desk.acts.edit_courier import CourierEdit
from gerai.engine.desk.acts.remove_rate import RateNamed
from gerai.engine.desk.acts.set_rate import NewRate
from gerai.engine.desk.fields import ById
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done

JNE = NewCourier(courier="jne", courier_name="JNE", code="REG", name="Reguler")


async def new_courier(within: Within, **facts: Any) -> int:
    """A service's id."""
    return int((await do(within, "couriers.add", msgspec.structs.replace(JNE, **facts))).id)


async def set_rate(within: Within, service_id: int, per_kg_sen: int, destination: str = "", **facts: Any) -> Done:
    """Set a rate from anywhere."""
    return await do(
        within, "rates.set", NewRate(service_id=service_id, destination=destination, per_kg_sen=per_kg_sen, **facts)
    )


async def quoted(within: Within, grams: int = 1000) -> list[tuple[str, int, int]]:
    """(service, charged kilograms, cost) of a parcel to the one district there is."""
    rows = await seen(within, "shipping.quote", to=DISTRICT.location_id, grams=grams)
    return [(row.service, row.kg, row.cost_sen) for row in rows]


@pytest_asyncio.fixture
async def ask(within: Within, client: httpx.AsyncClient) -> Ask:
    """The counter that sells for stores, with the shop's key."""
    return await key_of(within, client)


async def test_what_is_set_is_what_a_buyer_is_quoted(within: Within, ask: Ask) -> None:
    """The counter quotes the most specific rate at once, and takes no order for less; the view shows
    the same; a rate that is removed leaves the wider one."""
    warehouse_id = await new_warehouse(within)
    await new_store(within, check_shipping_cost=True)
    product = await new_product(within, weight_g=1400)
    service_id = await new_courier(within)
    assert await quoted(within) == []
    await set_rate(within, service_id, 10_000_00)
    await set_rate(within, service_id, 7_000_00, "35.78", days_min=2, days_max=2, cod=True)
    assert await quoted(within, 1400) == [("JNE REG", 2, 14_000_00)]
    assert await quoted(within, 1300) == [("JNE REG", 1, 7_000_00)]
    [row] = await seen(within, "shipping.quote", to=DISTRICT.location_id, warehouse=warehouse_id)
    assert (row.days, row.cod, row.per_kg_sen, row.destination) == ("2", True, 7_000_00, DISTRICT.display)
    order = {
        "store_unique_id": (await seen(within, "stores.list"))[0].unique_id, "customer_name": "Budi",
        "customer_phone": "62812345678", "payment_method": "invoice", "address": "Jl. Pegangsaan Timur No. 28",
        "location_id": DISTRICT.location_id, "postal_code": "60241", "courier_service_id": service_id,
        "warehouse_unique_id": catalogue_of(within).warehouses[warehouse_id].unique_id,
        "ordervariants": [{"quantity": 1, "variant_unique_id": product.unique_id}],
    }  # fmt: skip
    refused = await ask("POST", "/v3/orders", order | {"shipping_cost": 13_000}, 422)
    assert "shipping_cost" in str(refused)
    placed = await ask("POST", "/v3/orders", order | {"shipping_cost": 14_000})
    assert float(placed["gross_revenue"]) == 164_000
    await do(within, "rates.remove", RateNamed(service_id=service_id, destination="35.78"))
    assert await quoted(within, 1400) == [("JNE REG", 2, 20_000_00)]
    await ask("POST", "/v3/orders", order | {"shipping_cost": 14_000}, 422)


async def test_a_service_is_changed_over_what_was_seen(within: Within) -> None:
    """Two change it at once: one does; a minimum counts in the next quote; the entry has both values."""
    service_id = await new_courier(within)
    await set_rate(within, service_id, 10_000_00)
    await new_warehouse(within)
    [row] = await seen(within, "couriers.list")
    assert (row.courier, row.code, row.minimum_kg, row.tolerance_g, row.rates) == ("jne", "REG", 1, 300, 1)
    edits = [CourierEdit(id=service_id, seen=row.seen, minimum_kg=kg) for kg in (5, 10)]
    results = await asyncio.gather(*(do(within, "couriers.edit", one) for one in edits), return_exceptions=True)
    assert {type(one) for one in results} == {Done, ChangedMeanwhile}
    [after] = await seen(within, "couriers.list")
    assert await quoted(within) == [("JNE REG", after.minimum_kg, after.minimum_kg * 10_000_00)]
    newest = (await written(within))[0].entry
    assert (newest.act, newest.facts) == ("couriers.edit", {"minimum_kg": [1, after.minimum_kg]})


async def test_a_courier_has_a_service_once(within: Within) -> None:
    """Five add the same at once: one does, whatever the case of its code; another aggregator's is another one."""
    results = await asyncio.gather(*(do(within, "couriers.add", JNE) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done"] + ["InputInvalid"] * 4
    with pytest.raises(InputInvalid, match=r"code.*JNE has the service REG already"):
        await new_courier(within, code="reg")
    other = await new_courier(within, aggregator="mengantar")
    assert len({row.id for row in await seen(within, "couriers.list")}) == 2
    with pytest.raises(InputInvalid, match="already"):
        await do(within, "couriers.edit", CourierEdit(id=other, aggregator=""))


async def test_a_removed_service_takes_its_rates_along(within: Within) -> None:
    """It is quoted no more; the other one stays; a second removal finds nothing."""
    first, second = await new_courier(within), await new_courier(within, code="YES")
    for service_id in (first, second):
        await set_rate(within, service_id, 10_000_00)
    await new_warehouse(within)
    await do(within, "couriers.remove", ById(id=first))
    assert await quoted(within) == [("JNE YES", 1, 10_000_00)]
    assert [row.service_id for row in await seen(within, "rates.list")] == [second]
    with pytest.raises(NotFound, match="courier service"):
        await do(within, "couriers.remove", ById(id=first))
    assert (await written(within))[0].entry.facts == {"courier": "jne", "code": "REG", "rates": 1}


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"destination": "31.71.05"}, r"destination.*no region has the code 31\.71\.05"),
        ({"origin": "35"}, "origin.*35 is a province, not a regency"),
        ({"origin": "35.78.05"}, "origin.*is a district, not a regency"),
        ({"days_min": 5, "days_max": 4}, "days_max.*less than 5"),
    ],
)
async def test_a_rate_that_cannot_be_is_refused(within: Within, facts: dict[str, Any], fault: str) -> None:
    """By its field, and nothing is stored."""
    service_id = await new_courier(within)
    with pytest.raises(InputInvalid, match=fault):
        await do(within, "rates.set", NewRate(service_id=service_id, per_kg_sen=1, **facts))
    assert await seen(within, "rates.list") == []


async def test_rates_are_listed_page_by_page(within: Within) -> None:
    """No rate is lost or repeated; of a district those of its regency, its province and anywhere are listed."""
    first, second = await new_courier(within), await new_courier(within, code="YES")
    places = ("", "35", "35.78", "35.78.05")
    for service_id in (first, second):
        for place in places:
            await set_rate(within, service_id, 1000_00, place)
    rows = await seen(within, "rates.list", limit=200)
    assert [(row.service_id, row.destination) for row in rows] == [(s, p) for s in (first, second) for p in places]
    assert rows[2].destination_name == "Kota Surabaya, Jawa Timur"
    found: list[Any] = []
    after = ""
    while len(found) < 8:
        page = await seen(within, "rates.list", limit=3, after=after)
        found += page
        after = f"{page[-1].service_id}_{page[-1].origin}_{page[-1].destination}"
    assert found == rows
    there = await seen(within, "rates.list", service=second, destination="35.78")
    assert [row.destination for row in there] == ["", "35", "35.78"]


async def test_other_shops_couriers_are_not_there(within: Within) -> None:
    """Another shop neither sees nor changes them; a viewer sees them and changes nothing."""
    service_id = await new_courier(within)
    await set_rate(within, service_id, 1000_00)
    other = await open_desk(within.house)
    assert (await seen(other, "couriers.list"), await seen(other, "rates.list")) == ([], [])
    for name, given in (
        ("couriers.edit", CourierEdit(id=service_id, name="Diambil")),
        ("couriers.remove", ById(id=service_id)),
        ("rates.set", NewRate(service_id=service_id, per_kg_sen=1)),
        ("rates.remove", RateNamed(service_id=service_id)),
    ):
        with pytest.raises(NotFound):
            await do(other, name, given)
        with pytest.raises(PermissionMissing, match="catalogue:write"):
            await do(within, name, given, VIEWER)
    assert len(await seen(within, "rates.list", VIEWER)) == 1
    assert await written(other) == []
