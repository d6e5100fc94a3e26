"""Orders of a database from before shipments: each gets the parcel it always had, standing where the order stands."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from upgrade_kit import upgraded

from gerai.domain.filters import OrderFilter, Scope
from gerai.doors.dialects.scalev.order_details import OrderDetails
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.shipping.record import RecordShipment
from gerai.store.migrate import FOLDER

MERCHANT = 5
PLACED = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
AREA = {"street": "Jl. 1", "location_id": 1, "subdistrict": "M", "city": "K", "province": "D", "postal_code": "12345"}
#: The details of a physical order as they were frozen before.
DETAILS: dict[str, Any] = {
    "store": {"id": 1, "unique_id": "store_x", "uuid": "u", "name": "Toko", "digital_completion": "auto"},
    "base_url": "https://toko.example",
    "customer": {"name": "John", "email": "", "phone": "628"},
    "totals": {"product": 15_000_000, "shipping": 2_000_000},
    "item_types": ["physical"],
    "product_weight_g": 250,
    "weight_bump_g": 40,
    "shipping": {
        "title": "JNE Reguler", "cost_sen": 2_000_000, "etd": "2-3 hari", "address": "Jl. 1", "destination": AREA,
        "origin": AREA, "warehouse_id": 77, "warehouse_unique_id": "warehouse_x", "warehouse_name": "Gudang",
        "warehouse_contact_name": "", "warehouse_contact_phone": "", "service_id": 1, "service_code": "REG",
        "service_name": "Reguler", "courier_id": 3, "courier_code": "jne", "courier_name": "JNE", "pickup": True,
        "aggregator": "lincah",
    },
}  # fmt: skip
#: Path of states of each old order, whether it has a parcel, and where that stands afterwards.
OLD: list[tuple[tuple[str, ...], dict[str, Any], str | None]] = [
    (("draft",), DETAILS, "planned"),
    (("pending",), DETAILS, "planned"),
    (("pending", "confirmed", "processing", "ready"), DETAILS, "planned"),
    (("confirmed", "shipped"), DETAILS, "handed_over"),
    (("confirmed", "shipped", "completed"), DETAILS, "delivered"),
    (("confirmed", "completed"), DETAILS, "delivered"),
    (("confirmed", "shipped", "completed", "closed"), DETAILS, "delivered"),
    (("confirmed", "shipped", "returned"), DETAILS, "returned"),
    (("confirmed", "shipped", "returned", "closed"), DETAILS, "returned"),
    (("pending", "cancelled"), DETAILS, "cancelled"),
    (("pending", "expired"), DETAILS, "cancelled"),
    (("confirmed",), {}, None),
    (("pending",), {"shipping": {"cost_sen": 900}}, None),
    (("confirmed", "completed"), {"shipping": "kilat"}, None),
    (("confirmed", "shipped"), {}, "handed_over"),
]


def _place(connection: psycopg.Connection, order_id: int, path: tuple[str, ...], details: dict[str, Any]) -> None:
    at = PLACED + timedelta(minutes=len(path) - 1)
    connection.execute(
        "INSERT INTO orders VALUES (%s, %s, 'sandbox', 'scalev', NULL, NULL, NULL, %s, %s, %s, %s, 'free', 'IDR', "
        "17000000, NULL, 0, 0, '', '', 'confirm', %s, %s, %s, NULL)",
        (MERCHANT, order_id, f"p{order_id}", f"n{order_id}", f"s{order_id}", path[-1], Jsonb(details), PLACED, at),
    )
    for step, status in enumerate(path):
        name = f"order.{status}" if step else "order.placed"
        facts = {"status": status} | ({"was": path[step - 1]} if step else {})
        connection.execute(
            "INSERT INTO events (merchant_id, environment, order_id, name, facts, created_at) "
            "VALUES (%s, 'sandbox', %s, %s, %s, %s)",
            (MERCHANT, order_id, name, Jsonb(facts), PLACED + timedelta(minutes=step)),
        )


def _fill(connection: psycopg.Connection) -> None:
    assert connection.execute("SELECT to_regclass('shipments')").fetchone() == (None,)
    connection.execute("INSERT INTO merchants (merchant_id, code, name) VALUES (%s, 'old', 'Old')", (MERCHANT,))
    for number, (path, details, _) in enumerate(OLD, 1):
        _place(connection, number, path, details)


@pytest.fixture(scope="module")
def old() -> Generator[str]:
    """A database of the version before, with orders in it, brought to this version."""
    with upgraded("-shipments", _fill) as database:
        yield database.dsn


def _shipments(dsn: str) -> dict[int, dict[str, Any]]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT order_id, to_jsonb(s) FROM shipments s ORDER BY order_id").fetchall()
    return dict(rows)


def test_each_old_order_gets_the_parcel_it_had(old: str) -> None:
    """Physical orders, and what was marked as shipped; no others; left and arrived when the order says so."""
    found = _shipments(old)
    assert {n: row["status"] for n, row in found.items()} == {
        number: status for number, (_, _, status) in enumerate(OLD, 1) if status is not None
    }
    shipped, delivered, unshipped, unplanned = found[4], found[5], found[6], found[15]
    assert (shipped["courier"], shipped["service"], shipped["aggregator"], shipped["warehouse_id"]) == (
        "jne", "REG", "lincah", 77,
    )  # fmt: skip
    assert (shipped["weight_g"], shipped["cost_sen"], shipped["receipt"], shipped["details"]) == (
        290,
        2_000_000,
        "",
        {},
    )
    assert datetime.fromisoformat(shipped["created_at"]) == PLACED
    assert datetime.fromisoformat(shipped["shipped_at"]) == PLACED + timedelta(minutes=1)
    assert datetime.fromisoformat(delivered["shipped_at"]) == PLACED + timedelta(minutes=1)
    assert datetime.fromisoformat(delivered["delivered_at"]) == PLACED + timedelta(minutes=2)
    assert unshipped["shipped_at"] == unshipped["delivered_at"]
    assert (unplanned["courier"], unplanned["weight_g"], unplanned["warehouse_id"]) == ("", 0, None)


async def test_the_invariants_hold_for_old_orders(old: str) -> None:
    """Not one finding about a shipment."""
    async with AsyncConnectionPool(old, min_size=1, max_size=1, open=False, kwargs={"autocommit": True}) as pool:
        assert [violation.invariant for violation in await check(pool)] == []


def test_running_it_again_changes_nothing(old: str) -> None:
    """Cut off anywhere, it may be run again: every statement of it stands a second time."""
    before = _shipments(old)
    folder = next(f for f in FOLDER.iterdir() if f.name.endswith("-shipments"))
    sql = Path(folder / f"{folder.name}.sql").read_text(encoding="utf-8")
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[arg-type]
        row = connection.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'shipments_order'").fetchone()
    assert row == (True,)
    assert _shipments(old) == before


async def test_old_orders_go_on(old: str) -> None:
    """An old parcel takes a number, leaves and arrives like a new one; the old details are still read."""
    async with Engine(old, reads_pool_size=2).running() as engine:
        owner: dict[str, Any] = {"merchant_id": MERCHANT, "environment": "sandbox", "channel": "scalev"}
        booked = (await engine.submit(RecordShipment(**owner, order_id=3, receipt="JX1"))).answer
        assert booked.shipment is not None
        assert (booked.shipment.status, booked.shipment.receipt) == ("booked", "JX1")
        assert msgspec.convert(booked.order.details, OrderDetails).shipping is not None
        delivered = RecordShipment(**owner, order_id=3, words="delivered", status="delivered")
        assert (await engine.submit(delivered)).answer.order.status == "completed"
        [cancelled] = (await engine.submit(ChangeStatus(**owner, order_ids=(2,), target="cancelled"))).answer
        assert cancelled.shipment is not None
        assert cancelled.shipment.status == "cancelled"
        found = await engine.orders.page(Scope(MERCHANT, "sandbox", "scalev"), OrderFilter(receipt="jx1"), 10)
        assert [view.order.order_id for view in found] == [3]
        assert await check(engine) == []
