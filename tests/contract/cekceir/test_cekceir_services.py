"""The rules of services: hours, items, and what may be published."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from cekceir_shop import GOOD, Shop

from gerai.domain.refusals import InputInvalid
from gerai.doors.dialects.cekceir.demo import SERVICES, TYPES
from gerai.engine.catalogue.services import ServiceCatalogue, is_open, publish


def at(text: str) -> datetime:
    """A time of day in Jakarta (UTC+7), as an instant."""
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 5, 2, (hour - 7) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opens", "closes", "open_at", "closed_at"),
    [
        ("08:00", "23:00", ["08:00", "12:00", "22:59"], ["07:59", "23:00", "00:00"]),
        ("22:00", "06:00", ["22:00", "23:59", "00:00", "05:59"], ["06:00", "12:00", "21:59"]),
        ("08:00", "08:00", ["00:00", "08:00", "23:59"], []),
        (None, None, ["00:00", "12:00"], []),
    ],
)
def test_opening_hours(opens: str | None, closes: str | None, open_at: list[str], closed_at: list[str]) -> None:
    """Jakarta's clock; opening included, closing not; over midnight when closing comes first."""
    service = msgspec.structs.replace(SERVICES[0], open_time=opens, close_time=closes)
    assert [is_open(service, at(time)) for time in open_at] == [True] * len(open_at)
    assert [is_open(service, at(time)) for time in closed_at] == [False] * len(closed_at)


def test_items_are_what_the_pointer_finds() -> None:
    """An array is its items, one value is one item, no pointer makes the whole data one item."""
    schema: dict[str, Any] = {"type": "object", "x-requestFrom": "/n", "x-quantityFrom": "/n"}
    now = at("12:00")

    def items(schema: dict[str, Any], data: dict[str, Any]) -> list[Any]:
        kind = msgspec.structs.replace(TYPES[0], input_schema=schema)
        wanted = ServiceCatalogue({1: kind}, {1: SERVICES[0]}, {}).want(SERVICES[0], data, now)
        assert wanted.total_sen == 150_000 * len(wanted.items)
        return wanted.items

    assert items(schema, {"n": ["a", "b"]}) == ["a", "b"]
    assert items(schema, {"n": "a"}) == ["a"]
    assert items({"type": "object"}, {"n": ["a", "b"]}) == [{"n": ["a", "b"]}]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "https://example.com/schema"},
        {"properties": {"imeis": {"items": {"pattern": "^(?!0)[0-9]{15}$"}}}},
        {"anyOf": [{"items": {"$ref": "#"}}, {"contains": {"$ref": "#"}}]},
        {"x-quantityFrom": "/imeis"},
        {"x-quantityFrom": "/imeis", "x-requestFrom": "/other"},
    ],
)
async def test_a_type_nobody_can_stand_behind_is_not_published(shop: Shop, schema: dict[str, Any]) -> None:
    """Refused whole: the service that came with it does not change either."""
    kind = msgspec.structs.replace(TYPES[0], input_schema=schema)
    renamed = msgspec.structs.replace(SERVICES[0], name="Other")
    with pytest.raises(InputInvalid):
        await publish(shop.engine, shop.merchant.merchant_id, [kind], [renamed])
    caller = await shop.caller()
    assert (await caller.get("/api/services/1")).json()["data"]["name"] == "Cek Status IMEI"
    assert (await caller.order(GOOD)).status_code == 200


@pytest.mark.parametrize("code", ["", "123"])
async def test_a_code_that_reads_as_an_id_is_not_published(shop: Shop, code: str) -> None:
    """Clients name a service by number or code; the two must not be confused."""
    with pytest.raises(InputInvalid):
        await publish(shop.engine, shop.merchant.merchant_id, [], [msgspec.structs.replace(SERVICES[0], code=code)])


async def test_a_changed_schema_counts_from_the_next_order(shop: Shop) -> None:
    """A new version of a type is compiled anew; the order placed before keeps what it was placed with."""
    caller = await shop.caller()
    before = (await caller.order(GOOD)).json()
    stricter = TYPES[0].input_schema | {"maxProperties": 1, "required": ["imeis", "note"]}
    kind = msgspec.structs.replace(TYPES[0], input_schema=stricter)
    await publish(shop.engine, shop.merchant.merchant_id, [kind], [])
    refused = await caller.order(GOOD)
    assert refused.json()["errors"] == {"data": ["/: must have required property 'note'"]}
    read = (await caller.get(f"/api/order/{before['order_id']}")).json()["data"]
    assert (read["total_price"], read["status"]) == (1500, "success")
