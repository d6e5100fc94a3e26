"""A list as a file: all that its filter finds and whoever may see the list may see, in memory that does not grow."""

from __future__ import annotations

import resource
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from files_kit import brought, csv_of, rows_of, table_of, taken
from goods_kit import new_product, new_store, new_warehouse
from test_admin import key_of
from test_console import base, enter, joined

from desk_kit import OWNER, VIEWER, do, open_desk, written
from gerai.app import App
from gerai.domain.permissions import ROLES
from gerai.domain.refusals import InputInvalid, PermissionMissing
from gerai.engine.desk.acts.add_member import NewMember
from gerai.engine.desk.export import MEDIA_TYPES, cell_of, columns_of_file, is_listed, open_export
from gerai.engine.desk.house import Within
from gerai.engine.desk.paths import view_path
from gerai.engine.desk.registry import View, ViewPage, views

LISTED = [view for view in views().values() if is_listed(view)]
OWN = {"sec-fetch-site": "same-origin"}


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test", headers=OWN) as client:
        yield client


@pytest.mark.parametrize("kind", MEDIA_TYPES)
async def test_a_filtered_list_is_taken_away(within: Within, kind: str) -> None:
    """What the filter finds and nothing else, on however many pages, in the order of the list: amounts in rupiah, yes
    and no, lists with commas between."""
    await new_store(within)
    names = [f"Kaos {n:03}" for n in range(203)]
    kaos = {"price": "150000.50", "differ_in": "Ukuran, Warna", "options": "M, Merah"}
    rows = [kaos | {"name": name, "sku": name.replace(" ", "-")} for name in names]
    await brought(within, "products", csv_of(*rows))
    await new_product(within, name="Topi")
    rows = table_of(await taken(within, "variants.list", kind, search="kaos"))
    assert [row["name"] for row in rows] == names
    first = rows[0]
    assert (str(first["price"]), first["sku"], first["options"], first["visible"]) == (
        "150000.50", "Kaos-000", "M, Merah", "yes",
    )  # fmt: skip
    assert "seen" not in first
    assert [row["name"] for row in table_of(await taken(within, "products.list", kind, limit=7))][:1] == ["Topi"]
    assert len(table_of(await taken(within, "products.list", kind, limit=7))) == 204


async def test_nothing_in_it_is_calculated(within: Within) -> None:
    """What somebody named ``=1+1`` is a text in the file."""
    await new_store(within)
    await new_product(within, name="=1+1", public_name="@x")
    [row] = table_of(await taken(within, "products.list"))
    assert (row["name"], row["public_name"], row["price"]) == ("'=1+1", "'@x", "150000")


def test_values_stand_as_they_are_read_again() -> None:
    """Amounts with a point before sen, times in Jakarta, lists as JSON where commas would not do."""
    at = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)
    cells = [
        cell_of("price_sen", 15_000_00), cell_of("price_sen", -5), cell_of("at", at), cell_of("on", False),
        cell_of("names", ("a", "b")), cell_of("names", ("a,b",)), cell_of("ids", (7, 8)), cell_of("x", None),
        cell_of("facts", {"a": [1]}), cell_of("names", ()),
    ]  # fmt: skip
    assert [str(cell) for cell in cells] == [
        "15000", "-0.05", "2026-12-01T00:30:00+07:00", "no", "a, b", '["a,b"]', "7, 8", "", '{"a":[1]}', "",
    ]  # fmt: skip


@pytest.mark.parametrize("view", LISTED, ids=lambda view: view.name)
@pytest.mark.parametrize("role", ROLES)
async def test_who_may_see_the_list_may_take_it(
    client: httpx.AsyncClient, within: Within, view: View, role: str
) -> None:
    """Each list has its file at its path and needs the same scope."""
    permissions = ROLES[role]  # type: ignore[index]
    headers = await key_of(within, tuple(permissions))
    answer = await client.get(f"/admin/v1{view_path(view)}.csv", headers=headers)
    assert (answer.status_code == 403) == (view.permission not in permissions)
    if answer.status_code == 200:
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert rows_of(answer.content)[0] == columns_of_file(view.row)


async def test_a_key_takes_its_own_shops_list(client: httpx.AsyncClient, within: Within) -> None:
    """The same filter as the list's, and nothing of another shop; a filter that does not fit is a problem, not half a
    file."""
    await new_store(within)
    await new_product(within, name="Kaos")
    mine, other = await key_of(within), await key_of(await open_desk(within.house))
    answer = await client.get("/admin/v1/products.xlsx?search=kaos", headers=mine)
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{within.merchant.code}-products-')
    assert [row["name"] for row in table_of(answer.content)] == ["Kaos"]
    assert table_of((await client.get("/admin/v1/products.csv", headers=other)).content) == []
    bad = await client.get("/admin/v1/products.csv?cari=kaos", headers=mine)
    assert (bad.status_code, [*bad.json()["errors"]]) == (400, ["cari"])
    assert (await client.get("/admin/v1/products.pdf", headers=mine)).status_code == 404


async def test_a_list_page_has_its_file(browser: httpx.AsyncClient, within: Within) -> None:
    """The page links to the file of what it is filtered by, whole; whoever may not see the list gets none."""
    await new_warehouse(within)
    await new_store(within)
    await new_product(within, name="Kaos")
    await enter(browser, await joined(within))
    await browser.get("/console")
    page = await browser.get(f"{base(within)}/products?search=kaos&after=999999999999999999")
    assert f'href="{base(within)}/products.csv?search=kaos"' in page.text
    answer = await browser.get(f"{base(within)}/warehouses.csv")
    assert (answer.status_code, len(table_of(answer.content))) == (200, 1)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert (await browser.get(f"{base(within)}/nothing.csv")).status_code == 404
    other = await open_desk(within.house)
    assert (await browser.get(f"{base(other)}/warehouses.csv")).status_code == 404
    viewer = await joined(within, "viewer")
    await browser.post("/console/sign-out", data={})
    browser.cookies.clear()
    await enter(browser, viewer)
    assert (await browser.get(f"{base(within)}/keys.csv")).status_code == 403


async def test_taking_customers_away_is_written_down(within: Within) -> None:
    """Who took the members' list, with which filter; a refused one is not written down, nor that of goods."""
    door = next(name for name, keys in within.house.doors.items() if keys.needs_member)
    await do(within, "members.add", NewMember(door=door, name="Ani", mobile="0812-3456-7890", public_id="ani"))
    rows = table_of(await taken(within, "members.list", door=door))
    assert [(row["public_id"], row["mobile"]) for row in rows] == [("ani", "'+6281234567890")]
    entry = (await written(within))[0].entry
    assert (entry.act, entry.target, entry.actor_name) == ("members.export", "members.list", "Ani")
    assert entry.facts == {"kind": "csv", "filter": {"door": door}}
    nobody = replace(VIEWER, permissions=frozenset[str]())
    with pytest.raises(PermissionMissing):
        await taken(within, "members.list", caller=nobody)
    await taken(within, "products.list")
    assert (await written(within))[0].entry == entry


@pytest.mark.parametrize("name", [view.name for view in views().values() if view.personal and is_listed(view)])
async def test_every_list_of_customers_is_written_down(within: Within, name: str) -> None:
    """Orders, wallets, refunds and sales by buyer tell who customers are as the members' list does."""
    await taken(within, name)
    entry = (await written(within))[0].entry
    assert (entry.act, entry.target) == (f"{name.partition('.')[0]}.export", name)


def test_whose_rows_tell_of_customers() -> None:
    """A list with a customer's name, e-mail, telephone or account is one of those."""
    telling = {"customer", "email", "mobile", "phone", "to", "member"}
    lists = [view for view in views().values() if is_listed(view)]
    shown = {view.name for view in lists if telling & set(view.row.__struct_fields__)}
    assert shown <= {view.name for view in lists if view.personal}


class _Row(msgspec.Struct, frozen=True):
    """A row as lists have it."""

    id: int
    name: str
    price_sen: int
    at: datetime


class _Filter(msgspec.Struct, frozen=True):
    after: str = ""
    limit: int = 50


def long_list(count: int) -> tuple[View, list[int]]:
    """A list of so many rows, and the pages of it that were asked for."""
    asked: list[int] = []
    at = datetime(2026, 11, 30, tzinfo=UTC)

    async def run(_: Within, wanted: _Filter) -> ViewPage:
        begin = int(wanted.after or 0)
        asked.append(begin)
        rows = [_Row(n, f"Kaos Polos {n}", n * 100, at) for n in range(begin, min(begin + wanted.limit, count))]
        end = begin + len(rows)
        return ViewPage(rows, str(end) if end < count else "")

    like = views()["products.list"]
    return replace(like, name="long.list", filter=_Filter, row=_Row, run=run), asked


@pytest.mark.parametrize("kind", MEDIA_TYPES)
async def test_a_long_list_takes_no_memory(within: Within, kind: str) -> None:
    """Fifty thousand rows leave in pieces of a page each; the process grows by less than ten megabytes."""
    view, asked = long_list(50_000)
    made = await open_export(view, within, _Filter(), OWNER, kind)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pieces = [len(piece) async for piece in made.pieces]
    assert len(asked) == 250
    assert sum(pieces) > 400_000
    assert max(pieces) < 200_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10 * 1024


async def test_who_goes_away_ends_the_reading(within: Within) -> None:
    """Whoever takes no more pieces has no more pages read for them."""
    view, asked = long_list(50_000)
    made = await open_export(view, within, _Filter(), OWNER, "csv")
    async for _ in made.pieces:
        if len(asked) == 3:
            break
    await made.pieces.aclose()
    assert asked == [0, 200, 400]


async def test_what_breaks_is_no_whole_file(within: Within) -> None:
    """When a later page cannot be read, the file ends without an end, and not as if that was all."""
    view, _ = long_list(500)
    run: Any = view.run

    async def breaks(within: Within, wanted: Any) -> ViewPage:
        if wanted.after == "200":
            raise InputInvalid({"after": ["gone"]})
        return await run(within, wanted)

    made = await open_export(replace(view, run=breaks), within, _Filter(), OWNER, "xlsx")
    with pytest.raises(InputInvalid):
        async for _ in made.pieces:
            pass
