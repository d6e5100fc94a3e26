"""Services at the desk: what is sold through Cek Ceir is made, priced, opened and closed by acts alone."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.check import check
from gerai.engine.desk.acts.add_member import NewMember
from gerai.engine.desk.acts.add_service import NewService
from gerai.engine.desk.acts.add_service_type import NewServiceType
from gerai.engine.desk.acts.create_key import NewKey
from gerai.engine.desk.acts.edit_service import ServiceEdit
from gerai.engine.desk.acts.edit_service_type import ServiceTypeEdit
from gerai.engine.desk.acts.top_up_wallet import TopUp
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done

IMEI = "356281920502180"
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {"imeis": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{15}$"}, "minItems": 1}},
    "required": ["imeis"],
    "x-quantityFrom": "/imeis",
    "x-requestFrom": "/imeis",
}
TYPE = NewServiceType(code="imei", name="IMEI", input_schema=FORM)


async def new_service(within: Within, **facts: Any) -> NewService:
    """A service that the simulator does, with a type of its own."""
    made = await do(within, "service_types.add", msgspec.structs.replace(TYPE, code=f"t{within.engine.ids.next()}"))
    plain: dict[str, Any] = {"processing_type": "automatic", "provider": "simulator", "unit_price_sen": 1_500_00}
    return NewService(code="cek", name="Cek IMEI", type_id=int(made.id), **(plain | facts))


async def shown(within: Within, service_id: str) -> Any:
    """The service as its page shows it."""
    [found] = await seen(within, "services.show", id=int(service_id))
    return found


async def buyer(within: Within) -> dict[str, str]:
    """The headers of a member with Rp20.000 and a key, made by acts."""
    member = await do(within, "members.add", NewMember(door="cekceir", name="Ani"))
    await do(within, "wallets.top_up", TopUp(id=int(member.id), amount_sen=20_000_00), reason="tunai")
    key = await do(within, "keys.create", NewKey(door="cekceir", name="bot", member_id=int(member.id)))
    return {"Authorization": f"Bearer {key.secret}"}


async def order(client: httpx.AsyncClient, headers: dict[str, str], *imeis: str) -> httpx.Response:
    """An order of the service at the door."""
    return await client.post("/api/order", json={"code": "cek", "data": {"imeis": list(imeis)}}, headers=headers)


async def test_a_service_made_by_acts_is_ordered(within: Within, client: httpx.AsyncClient) -> None:
    """Type, service, member, money and key by acts alone; an order at the door costs its price to the sen, and the next
    one what it was changed to."""
    done = await do(within, "services.add", await new_service(within))
    headers = await buyer(within)
    assert '"code":"cek"' in (await client.get("/api/services", headers=headers)).text
    placed = await order(client, headers, IMEI, IMEI)
    assert placed.status_code in (200, 201), placed.text
    [wallet] = await seen(within, "wallets.list")
    assert wallet.available_sen == 20_000_00 - 2 * 1_500_00
    await do(within, "services.edit", ServiceEdit(id=int(done.id), unit_price_sen=2_000_00))
    assert (await order(client, headers, IMEI)).status_code in (200, 201)
    [wallet] = await seen(within, "wallets.list")
    assert wallet.available_sen == 20_000_00 - 2 * 1_500_00 - 2_000_00
    assert await check(within.engine, within.merchant_id) == []


async def test_closed_is_closed(within: Within, client: httpx.AsyncClient) -> None:
    """A closed service, or one of a type that is not sold, takes no order and no money; too many items neither."""
    new = await new_service(within, max_items=1)
    done = await do(within, "services.add", new)
    headers = await buyer(within)
    assert (await order(client, headers, IMEI, IMEI)).status_code >= 400
    await do(within, "services.edit", ServiceEdit(id=int(done.id), is_active=False))
    assert (await order(client, headers, IMEI)).status_code >= 400
    await do(within, "services.edit", ServiceEdit(id=int(done.id), is_active=True))
    await do(within, "service_types.edit", ServiceTypeEdit(id=new.type_id, is_active=False))
    assert (await order(client, headers, IMEI)).status_code >= 400
    [wallet] = await seen(within, "wallets.list")
    assert (wallet.available_sen, wallet.held_sen) == (20_000_00, 0)
    await do(within, "service_types.edit", ServiceTypeEdit(id=new.type_id, is_active=True))
    assert (await order(client, headers, IMEI)).status_code in (200, 201)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "123"}, "code"),
        ({"type_id": 1}, "type_id"),
        ({"provider": "nobody"}, "provider"),
        ({"provider": "manual"}, "processing_type"),
        ({"processing_type": "manual"}, "processing_type"),
        ({"open_time": "08:00"}, "close_time"),
        ({"close_time": "08:00"}, "open_time"),
        ({"min_items": 3, "max_items": 2}, "max_items"),
    ],
)
async def test_what_does_not_fit(within: Within, change: dict[str, Any], field: str) -> None:
    """It is refused under its field when it is added and when it is changed to; nothing is made or changed."""
    new = await new_service(within)
    done = await do(within, "services.add", new)
    before = await shown(within, done.id)
    with pytest.raises(InputInvalid) as refused:
        await do(within, "services.add", msgspec.structs.replace(new, **({"code": "lain"} | change)))
    assert [*refused.value.fields] == [field]
    with pytest.raises(InputInvalid) as refused:
        await do(within, "services.edit", ServiceEdit(id=before.id, **change))
    assert [*refused.value.fields] == [field]
    assert await shown(within, done.id) == before
    assert len(await seen(within, "services.list")) == 1


async def test_a_code_is_one_services(within: Within) -> None:
    """Twice at once makes one; another one may not take its code; nor a type that of another."""
    new = await new_service(within)
    both = await asyncio.gather(*(do(within, "services.add", new) for _ in range(2)), return_exceptions=True)
    assert {type(one) for one in both} == {Done, InputInvalid}
    other = await do(within, "services.add", msgspec.structs.replace(new, code="lain"))
    with pytest.raises(InputInvalid, match="code"):
        await do(within, "services.edit", ServiceEdit(id=int(other.id), code="cek"))
    both = await asyncio.gather(*(do(within, "service_types.add", TYPE) for _ in range(2)), return_exceptions=True)
    assert {type(one) for one in both} == {Done, InputInvalid}
    with pytest.raises(InputInvalid, match="code"):
        await do(within, "service_types.edit", ServiceTypeEdit(id=new.type_id, code="imei"))


async def test_schemas_nobody_can_stand_behind(within: Within) -> None:
    """They are refused under their field, and no type is made or changed."""
    done = await do(within, "service_types.add", TYPE)
    for name, schema in (
        ("input_schema", {"type": "nothing"}),
        ("input_schema", FORM | {"x-requestFrom": "/other"}),
        ("result_schema", {"type": "nothing"}),
    ):
        with pytest.raises(InputInvalid, match=name):
            await do(within, "service_types.add", msgspec.structs.replace(TYPE, **{"code": "lain", name: schema}))
        with pytest.raises(InputInvalid, match=name):
            await do(within, "service_types.edit", ServiceTypeEdit(id=int(done.id), **{name: schema}))
    [one] = await seen(within, "service_types.show", id=int(done.id))
    assert (one.input_schema, one.result_schema) == (FORM, {"type": "object"})
    assert len(await seen(within, "service_types.list")) == 1


async def test_nobody_overwrites_what_they_have_not_seen(within: Within) -> None:
    """Two change a price that both have seen: one does. The audit keeps old and new; everything else stays."""
    done = await do(within, "services.add", await new_service(within, open_time="08:00", close_time="17:00"))
    before = await shown(within, done.id)
    edits = [ServiceEdit(id=before.id, seen=before.seen, unit_price_sen=price) for price in (1_600_00, 1_700_00)]
    results = await asyncio.gather(*(do(within, "services.edit", e) for e in edits), return_exceptions=True)
    assert {type(result) for result in results} == {Done, ChangedMeanwhile}
    after = await shown(within, done.id)
    assert (await written(within))[0].entry.facts == {"unit_price_sen": [1_500_00, after.unit_price_sen]}
    assert (after.open_time, after.close_time, after.provider) == ("08:00", "17:00", "simulator")
    [row] = await seen(within, "services.list")
    assert (row.hours, row.unit_price_sen) == ("08:00-17:00", after.unit_price_sen)
    [kind] = await seen(within, "service_types.show", id=before.type_id)
    await do(within, "service_types.edit", ServiceTypeEdit(id=kind.id, seen=kind.seen, name="Lain"))
    with pytest.raises(ChangedMeanwhile):
        await do(within, "service_types.edit", ServiceTypeEdit(id=kind.id, seen=kind.seen, name="Lain lagi"))


async def test_a_provider_that_pretends_is_for_play(within: Within) -> None:
    """A merchant of real money is refused the simulator, and takes work by hand."""
    real = await open_desk(within.house, simulated=False)
    new = await new_service(real)
    with pytest.raises(InputInvalid, match="simulator"):
        await do(real, "services.add", new)
    by_hand = msgspec.structs.replace(new, provider="manual", processing_type="manual")
    assert (await do(real, "services.add", by_hand)).id


async def test_another_shop_and_a_viewer(within: Within) -> None:
    """Neither sees nor changes it from another shop; who may only see changes none; pages go on."""
    new = await new_service(within)
    ids = [(await do(within, "services.add", msgspec.structs.replace(new, code=f"s{n}"))).id for n in range(3)]
    other = await open_desk(within.house)
    assert await seen(other, "services.list") == await seen(other, "services.show", id=int(ids[0])) == []
    assert await seen(other, "service_types.list") == []
    with pytest.raises(NotFound):
        await do(other, "services.edit", ServiceEdit(id=int(ids[0]), is_active=False))
    with pytest.raises(InputInvalid, match="type_id"):
        await do(other, "services.add", new)
    with pytest.raises(PermissionMissing):
        await do(within, "services.add", new, VIEWER)
    assert [str(row.id) for row in await seen(within, "services.list", VIEWER, after=ids[0], limit=1)] == [ids[1]]
