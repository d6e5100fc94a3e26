"""Figures at their ends, and places to go on from that nobody was given: refused or taken, they break nothing."""

from __future__ import annotations

import io
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio
from files_kit import csv_of
from goods_kit import new_product, new_store
from test_admin import key_of

from console_kit import base, browser_of, enter, joined
from desk_kit import OWNER, do, seen
from gerai.app import App
from gerai.engine.desk.acts.add_service_type import NewServiceType
from gerai.engine.desk.acts.edit_service_type import ServiceTypeEdit
from gerai.engine.desk.bring_in import bring_in
from gerai.engine.desk.fields import example_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import imports
from gerai.engine.desk.paths import act_path, view_path
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import acts, views

FIGURES: Final = (0, 1, 150, -1, 10**18, 2**63 - 1, 2**63, -(2**63) - 1)
PLACES: Final = (
    "x", "0", "-1", "9" * 18, "9" * 19, "1-1", "0-0", f"{'9' * 17}-1", f"-{'9' * 17}-1", "-1-late_payment-1",
    f"-{'9' * 17}-late_payment-1", f"{'9' * 17}-late_payment-{'9' * 18}", "1_1_1", f"{'9' * 18}_._.", "1_..._.9",
    "[1]", '["a","b"]', "[[1],2]", "[1,1e999]", "{}", "null", "1\n", "\u0661-1",
)  # fmt: skip
#: What a shop may have: nothing of it is there, or it is refused.
NO_FAULT: Final = range(200, 500)


@pytest_asyncio.fixture
async def keyed(within: Within, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Whoever asks with a key of the desk."""
    client.headers.update(await key_of(within))
    return client


def figures_of(struct: Any) -> list[str]:
    """The fields that take a number, or several."""
    return [one.name for one in fields_of(struct) if "int" in str(one.type) and "Literal" not in str(one.type)]


async def test_no_list_breaks(keyed: httpx.AsyncClient) -> None:
    """Whatever number a filter is given, and from wherever it is to go on."""
    for view in views().values():
        address = "/admin/v1" + view_path(view)
        asked = [(name, str(figure)) for name in figures_of(view.filter) for figure in FIGURES]
        asked += [("after", place) for place in PLACES] if "after" in view.filter.__struct_fields__ else []
        for name, value in asked:
            if "{id}" in address:
                answer = await keyed.get(address.replace("{id}", value))
            else:
                answer = await keyed.get(address, params={name: value})
            assert answer.status_code in NO_FAULT, (view.name, name, value, answer.text)


async def test_no_act_breaks(keyed: httpx.AsyncClient, within: Within) -> None:
    """Each of its numbers, where all else is as its examples say or of a thing that is there."""
    store_id = await new_store(within)
    made = await new_product(within, stores=(store_id,))
    kind = await do(within, "service_types.add", NewServiceType(code="imei", name="IMEI"))
    there = {
        "product_id": made.id,
        "variant_id": made.variant_id,
        "type_id": int(kind.id),
        "stores": [store_id],
    }
    own = {"variants.edit": {"id": made.variant_id}, "products.edit": {"id": made.id}}
    for act in acts().values():
        if act.outside or act.name in ("merchants.close", "keys.create"):
            continue
        body = {one.name: example_of(act.input, one.name) for one in fields_of(act.input) if one.required}
        body |= {name: value for name, value in there.items() if name in act.input.__struct_fields__}
        body |= own.get(act.name, {})
        for name in figures_of(act.input):
            for figure in FIGURES:
                several = any(one.name == name and one.is_list for one in fields_of(act.input))
                changed = {**body, name: [figure] if several else figure, "reason": "uji"}
                changed |= {"code": f"k{figure}".replace("-", "m")} if "code" in act.input.__struct_fields__ else {}
                answer = await keyed.post("/admin/v1" + act_path(act), json=changed)
                assert answer.status_code in NO_FAULT, (act.name, name, figure, answer.text)


@pytest.mark.parametrize("price", ["0", "1", "1500,50", "-1", "1500", str(10**18), str(2**63)])
async def test_a_trial_says_what_an_import_does(within: Within, price: str) -> None:
    """Of every price: a file that is tried is brought in, or refused for the same reasons."""
    await do(within, "service_types.add", NewServiceType(code="imei", name="IMEI"))
    row = {
        "code": "cek", "name": "Cek", "type": "imei", "unit_price": price, "processing_type": "manual",
        "provider": "manual",
    }  # fmt: skip
    tried, done = [
        await bring_in(imports()["services"], within, OWNER, io.BytesIO(csv_of(row)), dry_run=dry)
        for dry in (True, False)
    ]
    assert (tried.added, tried.faults) == (done.added, done.faults)
    good = price in ("1", "1500")
    assert (done.added, len(await seen(within, "services.list"))) == ((1, 1) if good else (0, 0))


@pytest.mark.parametrize("price_sen", [0, 1, 150, -100])
async def test_a_service_costs_whole_rupiah(keyed: httpx.AsyncClient, within: Within, price_sen: int) -> None:
    """Added or changed, with the same words; what is one rupiah is."""
    kind = await do(within, "service_types.add", NewServiceType(code="imei", name="IMEI"))
    body = {
        "code": "cek", "name": "Cek", "type_id": int(kind.id), "provider": "manual", "processing_type": "manual",
        "unit_price_sen": 100,
    }  # fmt: skip
    refused = await keyed.post("/admin/v1/acts/services.add", json=body | {"unit_price_sen": price_sen})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["unit_price_sen"])
    made = await keyed.post("/admin/v1/acts/services.add", json=body)
    assert made.status_code == 200
    edit = {"id": int(made.json()["id"]), "unit_price_sen": price_sen}
    changed = await keyed.post("/admin/v1/acts/services.edit", json=edit)
    assert changed.json()["errors"] == refused.json()["errors"]
    [row] = await seen(within, "services.list")
    assert row.unit_price_sen == 100


@pytest.mark.parametrize("schema", [{}, {"type": "array"}, {"type": "string"}, {"a": 1}, {"properties": {}}])
async def test_any_form_of_orders_has_its_page(app: App, within: Within, schema: dict[str, Any]) -> None:
    """A schema that describes no object: the page shows it, so that it can be changed."""
    kind = await do(within, "service_types.add", NewServiceType(code="imei", name="IMEI"))
    await do(within, "service_types.edit", ServiceTypeEdit(id=int(kind.id), input_schema=schema))
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        page = await browser.get(f"{base(within)}/do/service_types.fields?id={kind.id}")
        assert page.status_code == 200, page.text[:500]
