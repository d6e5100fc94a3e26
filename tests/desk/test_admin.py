"""`/admin/v1`: the registry over HTTP. Every view and act has its path, and a key sees and does what it may, in its own
shop alone."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from desk_kit import open_desk, written
from gerai.app import App
from gerai.domain.permissions import PERMISSIONS, ROLES
from gerai.domain.records import Environment
from gerai.doors.admin.many import acts_for_many, many_path
from gerai.engine.desk.export import MEDIA_TYPES, is_listed
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import imports
from gerai.engine.desk.paths import act_path, import_path, view_path
from gerai.engine.desk.registry import Act, View, acts, views
from gerai.engine.keys.manage import create_key, revoke_key

NEW: dict[str, Any] = {
    "name": "Gudang Surabaya", "address": "Jl. Wonokromo 1", "location_id": 6, "postal_code": "60241",
}  # fmt: skip
REACHED = [*views().values(), *(act for act in acts().values() if not act.outside)]


async def key_of(
    within: Within, scopes: tuple[str, ...] = PERMISSIONS, environment: Environment = "production"
) -> dict[str, str]:
    """The headers of a new key with these scopes."""
    form = within.house.doors["admin"].make(environment)
    await create_key(
        within.engine, within.merchant_id, environment, "admin", form.token,
        name="bot", prefix=form.prefix, permissions=scopes,
    )  # fmt: skip
    return {"Authorization": f"Bearer {form.token}"}


def asked(client: httpx.AsyncClient, one: View | Act, headers: dict[str, str]) -> Any:
    """A request for a view or an act, with nothing in it."""
    if isinstance(one, View):
        return client.get("/admin/v1" + view_path(one).replace("{id}", "1"), headers=headers)
    return client.post("/admin/v1" + act_path(one), headers=headers, json={})


async def test_a_shop_is_seen_and_changed(client: httpx.AsyncClient, within: Within) -> None:
    """What is added by HTTP is listed and changed by it; the audit names the key."""
    headers = await key_of(within)
    made = await client.post("/admin/v1/acts/warehouses.add", headers=headers, json=NEW | {"reason": "gudang baru"})
    assert made.status_code == 200
    listed = (await client.get("/admin/v1/warehouses", headers=headers)).json()
    [row] = listed["rows"]
    assert listed["next"] == ""
    assert (str(row["id"]), row["name"], row["postal_code"]) == (made.json()["id"], "Gudang Surabaya", "60241")
    edit = {"id": row["id"], "seen": row["seen"], "name": "Gudang Utama"}
    assert (await client.post("/admin/v1/acts/warehouses.edit", headers=headers, json=edit)).status_code == 200
    again = await client.post("/admin/v1/acts/warehouses.edit", headers=headers, json=edit | {"name": "Lain"})
    assert (again.status_code, again.json()["code"]) == (409, "changed_meanwhile")
    [newest, first] = [entry for _, entry in await written(within)]
    assert (newest.actor_kind, newest.actor_name, newest.facts) == (
        "key",
        "bot",
        {"name": ["Gudang Surabaya", "Gudang Utama"]},
    )
    assert first.reason == "gudang baru"


async def test_an_act_is_done_once_under_its_key(client: httpx.AsyncClient, within: Within) -> None:
    """The same key and request: the same answer, marked; the same key and another request: 422 and nothing made."""
    headers = await key_of(within) | {"Idempotency-Key": "k-1"}
    first = await client.post("/admin/v1/acts/warehouses.add", headers=headers, json=NEW)
    again = await client.post("/admin/v1/acts/warehouses.add", headers=headers, json=NEW)
    other = await client.post("/admin/v1/acts/warehouses.add", headers=headers, json=NEW | {"name": "Lain"})
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {"id": first.json()["id"], "replayed": True}
    assert len((await client.get("/admin/v1/warehouses", headers=headers)).json()["rows"]) == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "address", "location_id", "postal_code"}),
        (NEW | {"name": "  "}, {"name"}),
        (NEW | {"postal_code": "6024", "nama": "x"}, {"postal_code", "nama"}),
        (NEW | {"location_id": "6"}, {"location_id"}),
        (NEW | {"location_id": 2**64}, {"location_id"}),
        (NEW | {"location_id": 7}, {"location_id"}),
        ([], {"body"}),
    ],
)
async def test_every_fault_is_named_at_once(
    client: httpx.AsyncClient, within: Within, body: Any, fields: set[str]
) -> None:
    """What does not fit is a problem with a text under each field, and nothing is made."""
    headers = await key_of(within)
    answer = await client.post("/admin/v1/acts/warehouses.add", headers=headers, json=body)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["code"], set(problem["errors"])) == (400, "input_invalid", fields)
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert (await client.get("/admin/v1/warehouses", headers=headers)).json()["rows"] == []


@pytest.mark.parametrize("one", REACHED, ids=lambda one: one.name)
@pytest.mark.parametrize("role", ROLES)
async def test_a_key_may_what_its_scopes_name(
    client: httpx.AsyncClient, within: Within, one: View | Act, role: str
) -> None:
    """Each view and act at its path, with the scopes of each role: 403 exactly where the permission is missing, and
    nothing is written down."""
    permissions = ROLES[role]  # type: ignore[index]
    answer = await asked(client, one, await key_of(within, tuple(permissions)))
    assert (answer.status_code == 403) == (one.permission not in permissions)
    assert answer.status_code in (200, 400, 403, 404, 409)
    if answer.status_code == 403:
        assert one.permission in answer.json()["detail"]
        assert await written(within) == []


@pytest.mark.parametrize("one", REACHED, ids=lambda one: one.name)
async def test_nobody_enters_without_a_key_of_this_door(
    client: httpx.AsyncClient, within: Within, app: App, one: View | Act
) -> None:
    """No key, an invented one, one of another door, one that was revoked: 401 and the same words."""
    revoked = await key_of(within)
    [key] = [k for k in app.engine.directory._merchants[within.merchant_id].keys.values() if k.dialect == "admin"]
    await revoke_key(within.engine, within.merchant_id, key.key_id)
    form = within.house.doors["scalev"].make("production")
    await create_key(
        within.engine, within.merchant_id, "production", "scalev", form.token, name="toko", prefix=form.prefix
    )
    for headers in ({}, {"Authorization": "Bearer adm_p_x"}, {"Authorization": f"Bearer {form.token}"}, revoked):
        answer = await asked(client, one, headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_a_key_reaches_its_own_shop_alone(client: httpx.AsyncClient, within: Within) -> None:
    """With another shop's key nothing of this one is seen or changed."""
    mine, other = await key_of(within), await key_of(await open_desk(within.house))
    made = await client.post("/admin/v1/acts/warehouses.add", headers=mine, json=NEW)
    assert (await client.get("/admin/v1/warehouses", headers=other)).json()["rows"] == []
    taken = {"id": int(made.json()["id"]), "name": "Diambil"}
    answer = await client.post("/admin/v1/acts/warehouses.edit", headers=other, json=taken)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert [r["name"] for r in (await client.get("/admin/v1/warehouses", headers=mine)).json()["rows"]] == [NEW["name"]]


async def test_the_document_names_all_and_nothing_else(client: httpx.AsyncClient) -> None:
    """The OpenAPI document has every path that is served, all references lead somewhere, and a page shows it."""
    document = (await client.get("/admin/v1/openapi.json")).json()
    wanted = {"/admin/v1" + (view_path(one) if isinstance(one, View) else act_path(one)) for one in REACHED}
    wanted |= {f"/admin/v1{view_path(v)}.{kind}" for v in views().values() if is_listed(v) for kind in MEDIA_TYPES}
    wanted |= {f"/admin/v1{many_path(act)}" for act in acts_for_many()}
    wanted |= {f"/admin/v1{view_path(v)}.pdf" for v in views().values() if v.paper is not None}
    wanted |= {f"/admin/v1{import_path(i)}{end}" for i in imports().values() for end in ("", ".csv", ".xlsx")}
    assert set(document["paths"]) == wanted
    assert document["openapi"] == "3.1.0"
    text = msgspec.json.encode(document).decode()
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert {part.split('"')[0] for part in text.split('"$ref":"')[1:]} <= known
    page = await client.get("/docs/admin", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "/admin/v1/acts/warehouses.add" in page.text
    assert "Add a warehouse" in page.text
