"""What others wrote leaves as it came: the order of keys and every digit of integers."""

from __future__ import annotations

from typing import Any

import msgspec

from engine_kit import Shop
from gerai.doors.dialects.cekceir.demo import TYPES
from gerai.engine.catalogue import services
from gerai.engine.fulfilment.record import RecordFulfilment

RESULT: dict[str, Any] = {"z": 1262024148939440249, "model": "X", "a": [{"z": 1, "10": 2, "b": 3}], "n": 10**30}


async def test_a_providers_result(shop: Shop) -> None:
    """Recorded, and read again from the database: the same text."""
    placed = await shop.place("hold", 3_000_00, lines=(shop.line(3_000_00, 1),))
    await shop.do(RecordFulfilment, placed, outcome="done", succeeded=1, failed=0, result=RESULT)
    view = await shop.engine.orders.by_id(shop.merchant_id, placed.view.order.order_id)
    assert view is not None
    assert view.fulfilment is not None
    assert msgspec.json.encode(view.fulfilment.result) == msgspec.json.encode(RESULT)


async def test_a_services_schemas(shop: Shop) -> None:
    """Published, and read again from the database: properties in the order in which they were written."""
    schema = {"type": "object", "properties": {"z": {"type": "string"}, "imei": {"type": "string"}, "a": {}}}
    kind = msgspec.structs.replace(TYPES[0], input_schema=schema, result_schema=schema)
    await services.publish(shop.engine, shop.merchant_id, [kind], [])
    [read] = shop.engine.directory.get(services.SERVICES, shop.merchant_id).types.values()
    assert msgspec.json.encode(read.input_schema) == msgspec.json.encode(schema)
    assert msgspec.json.encode(read.result_schema) == msgspec.json.encode(schema)
