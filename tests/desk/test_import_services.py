"""Services, their prices, and members of a file."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from files_kit import brought, csv_of, faults, figures, taken

from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import PermissionMissing
from gerai.engine.check import check
from gerai.engine.desk.acts.add_member import NewMember
from gerai.engine.desk.acts.add_service_type import NewServiceType
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.house import Within

SCHEMA: dict[str, Any] = {
    "type": "object", "properties": {"imeis": {"type": "array", "items": {"type": "string"}}},
    "x-quantityFrom": "/imeis", "x-requestFrom": "/imeis",
}  # fmt: skip
CHECK: dict[str, Any] = {
    "code": "cek", "name": "Cek IMEI", "type": "imei", "unit_price": "Rp1.500", "processing_type": "manual",
    "provider": "manual", "hours": "08:00-17:00",
}  # fmt: skip
ANI: dict[str, Any] = {"public_id": "ani", "name": "Ani", "email": "Ani@Example.com", "mobile": "0812-3456-7890"}


async def with_type(within: Within) -> Within:
    """The shop with a type of services."""
    await do(within, "service_types.add", NewServiceType(code="imei", name="IMEI", input_schema=SCHEMA))
    return within


def door_of(within: Within) -> str:
    """A door that has members."""
    return sorted(name for name, keys in within.house.doors.items() if keys.needs_member)[0]


async def test_services_are_made_and_priced_by_a_file(within: Within) -> None:
    """A file makes services; one with codes and prices alone changes prices alone; the file of the list changes
    nothing."""
    await with_type(within)
    report = await brought(within, "services", csv_of(CHECK, CHECK | {"code": "cek2", "name": "Cek 2", "hours": ""}))
    assert figures(report) == (2, 0, 0, 0, True)
    rows = await seen(within, "services.list")
    assert [(r.code, r.type, r.unit_price_sen, r.hours) for r in rows] == [
        ("cek", "imei", 1_500_00, "08:00-17:00"), ("cek2", "imei", 1_500_00, ""),
    ]  # fmt: skip
    prices = csv_of({"code": "cek", "unit_price": "1750"}, {"code": "cek2", "unit_price": "1500"})
    assert figures(await brought(within, "services", prices)) == (0, 1, 1, 0, True)
    after = await seen(within, "services.list")
    assert [(r.unit_price_sen, r.hours, r.provider) for r in after] == [
        (1_750_00, "08:00-17:00", "manual"), (1_500_00, "", "manual"),
    ]  # fmt: skip
    changed = next(entry for _, entry in await written(within) if entry.target == str(after[0].id))
    assert (changed.act, changed.facts) == ("services.import", {"unit_price_sen": [1_500_00, 1_750_00]})
    for kind in MEDIA_TYPES:
        again = await brought(within, "services", await taken(within, "services.list", kind))
        assert figures(again) == (0, 0, 2, 0, True)
    assert await seen(within, "services.list") == after


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"type": "lain"}, "type"), ({"provider": "siapa"}, "provider"),
        ({"processing_type": "automatic"}, "processing_type"),
        ({"hours": "08:00"}, "hours"), ({"unit_price": ""}, "unit_price"),
        ({"min_items": 9, "max_items": 3}, "max_items"),
        ({"code": "12"}, "code"), ({"code": "cek"}, "code"), ({"provider_settings": "{"}, "provider_settings"),
    ],
)  # fmt: skip
async def test_a_service_that_does_not_fit_is_named(within: Within, change: dict[str, Any], column: str) -> None:
    """As the act refuses it, under the column; no service is made."""
    await with_type(within)
    report = await brought(within, "services", csv_of(CHECK, CHECK | {"code": "dua"} | change))
    assert (report.applied, faults(report)) == (False, [(3, column)])
    assert await seen(within, "services.list") == []


@pytest.mark.parametrize("kind", MEDIA_TYPES)
async def test_members_are_brought_in_and_stay(within: Within, kind: str) -> None:
    """New ones have a wallet in both environments; what is there is found by its identifier and changed; the file of
    the list changes nothing."""
    door = door_of(within)
    rows = [ANI | {"door": door, "discount_bp": 250}, {"public_id": "budi", "door": door, "name": "Budi"}]
    assert figures(await brought(within, "members", csv_of(*rows))) == (2, 0, 0, 0, True)
    found = await seen(within, "members.list")
    assert [(m.public_id, m.email, m.mobile, m.discount_bp, m.status) for m in found] == [
        ("ani", "Ani@Example.com", "+6281234567890", 250, "active"), ("budi", "", "", 0, "active"),
    ]  # fmt: skip
    theirs = csv_of({"public_id": "budi", "door": door, "status": "blocked", "environment": "production"})
    elsewhere = Within(within.house, within.merchant_id, "sandbox")
    assert faults(await brought(elsewhere, "members", theirs)) == [(2, "environment")]
    for environment in ("production", "sandbox"):
        desk = Within(within.house, within.merchant_id, environment)  # type: ignore[arg-type]
        assert [(w.id, w.available_sen) for w in await seen(desk, "wallets.list")] == [(one.id, 0) for one in found]
    again = await brought(within, "members", await taken(within, "members.list", kind))
    assert figures(again) == (0, 0, 2, 0, True)
    blocked = csv_of({"public_id": "budi", "door": door, "status": "blocked", "mobile": "+62 811 1111 1111"})
    assert figures(await brought(within, "members", blocked)) == (0, 1, 0, 0, True)
    assert [(m.status, m.mobile) for m in await seen(within, "members.list")][1] == ("blocked", "+6281111111111")
    assert await check(within.engine, within.merchant_id) == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"public_id": "dua", "name": "Dua", "email": "ANI@example.com"}, "email"),
        ({"public_id": "dua", "name": "Dua", "mobile": "+6281111111111"}, "mobile"),
        ({"public_id": "dua", "name": "Dua", "email": "bukan"}, "email"),
        ({"public_id": "dua", "name": "Dua", "mobile": "x"}, "mobile"), ({"public_id": "dua"}, "name"),
        ({"public_id": "dua tiga", "name": "Dua"}, "public_id"), ({"public_id": "", "name": "Dua"}, "public_id"),
        ({"public_id": "dua", "name": "Dua", "door": "nirwana"}, "door"),
        ({"public_id": "dua", "name": "Dua", "environment": "sandbox"}, "environment"),
        ({"public_id": "ani", "discount_bp": "10001"}, "discount_bp"),
    ],
)  # fmt: skip
async def test_a_member_that_does_not_fit_is_named(within: Within, row: dict[str, Any], column: str) -> None:
    """What another member has, what is no address or number, what is missing: row and column, and nobody is added. Of
    somebody in the same file, too."""
    door = door_of(within)
    await do(within, "members.add", NewMember(door=door, **ANI))
    await do(within, "members.add", NewMember(door=door, name="Cici", mobile="0811 1111 1111", public_id="cici"))
    good = {"public_id": "tiga", "name": "Tiga", "door": door, "email": "tiga@example.com"}
    report = await brought(within, "members", csv_of(good, {"door": door} | row))
    assert (report.applied, faults(report)) == (False, [(3, column)])
    same = csv_of(good, good | {"public_id": "empat"}, good)
    assert faults(await brought(within, "members", same, dry_run=True)) == [(3, "email"), (4, "public_id")]
    assert [m.public_id for m in await seen(within, "members.list")] == ["ani", "cici"]


async def test_members_twice_at_once_are_once(within: Within) -> None:
    """The same file at once makes each member once, with one wallet for each environment."""
    door = door_of(within)
    content = csv_of(*({"public_id": f"m{n}", "name": f"M {n}", "door": door} for n in range(600)))
    every = await asyncio.gather(*(brought(within, "members", content) for _ in range(3)))
    assert sorted(figures(one) for one in every) == [(0, 0, 600, 0, True)] * 2 + [(600, 0, 0, 0, True)]
    assert len(await seen(within, "wallets.list", limit=200)) == 200
    assert await check(within.engine, within.merchant_id) == []
    other = await open_desk(within.house)
    assert await seen(other, "members.list") == []
    with pytest.raises(PermissionMissing, match="members:write"):
        await brought(within, "members", content, VIEWER)


async def test_what_somebody_lets_go_another_may_have(within: Within) -> None:
    """A file that takes an address from one member and gives it to a new one is done as it is tried."""
    door = door_of(within)
    await brought(within, "members", csv_of(ANI | {"door": door}))
    rows = csv_of(
        {"public_id": "ani", "door": door, "email": "lain@example.com"},
        {"public_id": "baru", "door": door, "name": "Baru", "email": "ani@example.com"},
    )
    assert figures(await brought(within, "members", rows, dry_run=True)) == (1, 1, 0, 0, False)
    assert figures(await brought(within, "members", rows)) == (1, 1, 0, 0, True)
    assert [m.email for m in await seen(within, "members.list")] == ["lain@example.com", "ani@example.com"]
