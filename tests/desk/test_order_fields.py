"""The form of a service's orders as fields: what is arranged is what the counter asks; every fault has its field."""

from __future__ import annotations

import asyncio
import html
import re
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_services import TYPE, buyer

from console_kit import base, browser_of, enter, joined, mark
from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.app import App
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.catalogue.services import compiled
from gerai.engine.check import check
from gerai.engine.desk.acts.add_service import NewService
from gerai.engine.desk.acts.add_service_type import NewServiceType
from gerai.engine.desk.acts.arrange_order_fields import FieldsArranged
from gerai.engine.desk.house import Within
from gerai.engine.desk.order_fields import OrderField, fields_in, schema_of
from gerai.kit.schema_sample import sample_of

IMEIS = OrderField(
    name="imeis", label_id="Nomor IMEI", label_en="IMEI numbers", kind="list", required=True, least=1, most=3,
    pattern="^[0-9]{15}$", paid=True,
)  # fmt: skip
COLOUR = OrderField(name="warna", kind="choice", choices=("hitam", "putih"))
FIELDS = (IMEIS, COLOUR, OrderField(name="catatan", most=20), OrderField(name="kilat", kind="yes_no"))


async def new_type(within: Within) -> int:
    """A type with the usual form."""
    return int((await do(within, "service_types.add", NewServiceType(code="t", name="Jenis"))).id)


async def shown(within: Within, type_id: int) -> Any:
    [row] = await seen(within, "service_types.show", id=type_id)
    return row


async def test_what_is_arranged_is_what_the_counter_asks(app: App, client: httpx.AsyncClient, within: Within) -> None:
    """The sample that is shown is taken as an order, each entry of the list that is paid for is; what breaks a rule of
    a field is refused there. The audit has the form before and after."""
    type_id = await new_type(within)
    row = await shown(within, type_id)
    assert ([one.name for one in row.fields], row.sample) == (["items"], {"items": ["contoh"]})
    await do(within, "service_types.fields", FieldsArranged(id=type_id, seen=row.seen, fields=FIELDS))
    row = await shown(within, type_id)
    assert row.fields == FIELDS
    assert row.sample == {"imeis": ["0" * 15], "warna": "hitam", "catatan": "contoh", "kilat": True}
    entry = (await written(within))[0].entry
    assert (entry.act, entry.facts["input_schema"][1]["x-requestFrom"]) == ("service_types.fields", "/imeis")
    service = NewService(
        code="cek", name="Cek", type_id=type_id, unit_price_sen=1_500_00, provider="manual", processing_type="manual"
    )
    await do(within, "services.add", service)
    headers = await buyer(within)
    body = {"code": "cek", "data": row.sample | {"imeis": ["1" * 15, "2" * 15]}}
    answer = await client.post("/api/order", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert [one.total_sen for one in await seen(within, "orders.list")] == [3_000_00]
    for data in ({"imeis": []}, {"imeis": ["12"]}, {"imeis": ["1" * 15], "warna": "biru"}, {"warna": "hitam"}):
        answer = await client.post("/api/order", json={"code": "cek", "data": data}, headers=headers)
        assert answer.status_code in (400, 422), answer.text
    assert len(await seen(within, "orders.list")) == 1
    assert await check(within.engine, within.merchant_id) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ((IMEIS, msgspec.structs.replace(COLOUR, name="imeis")), "fields.1.name"),
        ((msgspec.structs.replace(COLOUR, choices=()),), "fields.0.choices"),
        ((msgspec.structs.replace(COLOUR, choices=("a", "a")),), "fields.0.choices"),
        ((OrderField(name="a", choices=("x",)),), "fields.0.choices"),
        ((OrderField(name="a", kind="yes_no", least=1),), "fields.0.least"),
        ((OrderField(name="a", least=-1),), "fields.0.least"),
        ((OrderField(name="a", kind="integer", least=5, most=4),), "fields.0.most"),
        ((OrderField(name="a", pattern="(?=x)"),), "fields.0.pattern"),
        ((OrderField(name="a", pattern="["),), "fields.0.pattern"),
        ((OrderField(name="a", kind="integer", pattern="1"),), "fields.0.pattern"),
        ((OrderField(name="a", paid=True),), "fields.0.paid"),
        ((IMEIS, msgspec.structs.replace(IMEIS, name="lain")), "fields.1.paid"),
    ],
)  # fmt: skip
async def test_every_fault_has_its_field(within: Within, fields: tuple[OrderField, ...], fault: str) -> None:
    """And nothing is changed."""
    type_id = await new_type(within)
    before = await shown(within, type_id), await written(within)
    with pytest.raises(InputInvalid) as refused:
        await do(within, "service_types.fields", FieldsArranged(id=type_id, fields=fields))
    assert [*refused.value.fields] == [fault]
    assert (await shown(within, type_id), await written(within)) == before


async def test_as_it_was_seen_and_by_whom(within: Within) -> None:
    """Of two that saw the same one is refused; a viewer, and another shop, change nothing."""
    type_id = await new_type(within)
    saw = (await shown(within, type_id)).seen
    wanted = [FieldsArranged(id=type_id, seen=saw, fields=of) for of in ((IMEIS,), (COLOUR,))]
    both = await asyncio.gather(*(do(within, "service_types.fields", one) for one in wanted), return_exceptions=True)
    assert sum(isinstance(one, ChangedMeanwhile) for one in both) == 1
    with pytest.raises(PermissionMissing):
        await do(within, "service_types.fields", wanted[0], VIEWER)
    with pytest.raises(NotFound):
        await do(await open_desk(within.house), "service_types.fields", wanted[0])


_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True)
_FIELDS = st.builds(
    OrderField, name=_NAMES, label_id=st.text(max_size=9), label_en=st.text(max_size=9), required=st.booleans(),
    kind=st.sampled_from(["text", "number", "integer", "list"]),
    least=st.none() | st.integers(0, 3), most=st.none() | st.integers(3, 9),
)  # fmt: skip


@given(st.lists(_FIELDS, min_size=1, max_size=5, unique_by=lambda one: one.name))
def test_fields_come_back_from_their_schema(fields: list[OrderField]) -> None:
    """Whatever they are, and their sample fits them."""
    schema = schema_of(fields)
    assert fields_in(schema) == tuple(fields)
    assert compiled(schema).errors(sample_of(schema)) == []


@pytest.mark.parametrize(
    "schema",
    [
        {}, {"type": "object"}, {"type": "object", "properties": {}}, {"properties": {"a": True}},
        {"type": "object", "properties": {"a": {}}},
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": 5},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}},
        {"type": "object", "properties": {"a": {"type": "array", "items": 5}}},
        {"type": "object", "properties": {"a b": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": [1]}}},
        {"type": "object", "properties": {"a": {"type": "string", "minLength": 0.5}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "allOf": [{"minProperties": 1}]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "x-requestFrom": "/a", "x-quantityFrom": "/a"},
    ],
)  # fmt: skip
def test_a_schema_that_says_more_has_no_fields(schema: dict[str, Any]) -> None:
    """It is left as it is: nothing it says would be lost by somebody who saves fields."""
    assert fields_in(schema) == ()
    sample_of(schema)


async def test_somebody_arranges_them_on_a_page(app: App, within: Within) -> None:
    """The page shows the fields, the form they make and a request; a look and a further row save nothing; a fault
    stands at its field; saved, the type has them; a row is taken out; as JSON Schema the same is saved, and one that
    cannot be used is refused at its box."""
    type_id = await new_type(within)
    path = f"{base(within)}/do/service_types.fields?id={type_id}"
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        assert path in html.unescape((await browser.get(f"{base(within)}/service_types/{type_id}")).text)
        page = await browser.get(path)
        assert ('value="items"' in page.text, "/api/order" in page.text) == (True, True)
        form = await mark(browser, path)
        rows = {
            "f0.name": "imeis", "f0.label_id": "Nomor IMEI", "f0.kind": "list", "f0.paid": "yes", "f0.required": "yes",
            "f0.least": "1", "f2.name": "warna", "f2.kind": "choice", "f2.choices": "a, b",
        }  # fmt: skip
        look = await browser.post(path, data=form | rows | {"do": "look"})
        assert (look.status_code, "belum disimpan" in look.text, "Nomor IMEI" in look.text) == (200, True, True)
        more = await browser.post(path, data=form | rows | {"do": "more"})
        assert more.text.count("Isian baru") == 3
        wrong = await browser.post(path, data=form | rows | {"f0.pattern": "[", "f2.choices": "", "do": "save"})
        assert wrong.status_code == 400
        assert re.findall(r'id="(f[^"]*)-fault"', wrong.text) == ["f0.pattern", "f1.choices"]
        assert [one.name for one in (await shown(within, type_id)).fields] == ["items"]
        saved = await browser.post(path, data=form | rows | {"do": "save"})
        assert saved.headers["location"].startswith(f"{base(within)}/service_types/{type_id}?done=")
        assert [one.name for one in (await shown(within, type_id)).fields] == ["imeis", "warna"]
        stale = await browser.post(path, data=form | rows | {"once": "another", "do": "save"})
        assert stale.status_code == 409
        form = await mark(browser, path)
        await browser.post(path, data=form | rows | {"f2.remove": "yes", "do": "save"})
        assert [one.name for one in (await shown(within, type_id)).fields] == ["imeis"]
        form = await mark(browser, path)
        bad = await browser.post(path, data=form | {"do": "raw", "input_schema": '{"type": "ojek"}'})
        assert (bad.status_code, 'id="input_schema-fault"' in bad.text) == (400, True)
        schema = '{"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}'
        await browser.post(path, data=form | {"do": "raw", "input_schema": schema})
        page = await browser.get(path)
    assert "tidak bisa dijadikan isian" in page.text
    row = await shown(within, type_id)
    assert (row.fields, row.input_schema["additionalProperties"]) == ((), False)


async def test_whoever_may_not_sees_no_form(app: App, within: Within) -> None:
    """A viewer is refused, another shop's owner finds nothing, a form without its mark does nothing."""
    type_id = await new_type(within)
    path = f"{base(within)}/do/service_types.fields?id={type_id}"
    other = await open_desk(app.house)
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, "viewer"))
        assert (await browser.get(path)).status_code == 403
        await enter(browser, await joined(other))
        assert (await browser.get(f"{base(other)}/do/service_types.fields?id={type_id}")).status_code == 404
        assert (await browser.get(f"{base(other)}/do/service_types.fields?id=x")).status_code == 404
        sent = await browser.post(path, data={"id": str(type_id), "do": "save", "f0.name": "a"})
        assert sent.status_code in (403, 404)
    assert TYPE.input_schema != (await shown(within, type_id)).input_schema
    assert [one.name for one in (await shown(within, type_id)).fields] == ["items"]
