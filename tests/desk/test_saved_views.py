"""Saved views: one's own or the shop's, as many as there may be, and never another's."""

from __future__ import annotations

import asyncio
import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from console_kit import base, browser_of, enter, joined, mark
from desk_kit import OPERATOR, OWNER, VIEWER, do, open_desk, seen, written
from gerai.app import App
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.desk import saved
from gerai.engine.desk.acts.add_saved_view import NewSavedView
from gerai.engine.desk.acts.edit_saved_view import SavedViewEdit
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within


async def save(within: Within, name: str = "Siap", caller: Any = OWNER, **facts: Any) -> int:
    """Its id."""
    given = {"page": "orders", "query": "status=ready"} | facts
    return int((await do(within, "saved_views.add", NewSavedView(name=name, **given), caller)).id)


async def names(within: Within, caller: Any) -> list[tuple[str, bool, bool]]:
    """Name, whether it is shared, whether it is one's own."""
    return [(row.name, row.shared, row.mine) for row in await seen(within, "saved_views.list", caller)]


async def test_ones_own_and_the_shops(within: Within) -> None:
    """Another person sees what was shared and nothing else; another shop sees neither."""
    await save(within, "Punyaku", VIEWER)
    await save(within, "Bersama", OPERATOR, shared=True)
    assert await names(within, VIEWER) == [("Punyaku", False, True), ("Bersama", True, False)]
    assert await names(within, OPERATOR) == [("Bersama", True, True)]
    assert await names(await open_desk(within.house), VIEWER) == []
    [(_, newest), _] = await written(within)
    assert (newest.act, newest.facts["name"], newest.facts["query"]) == ("saved_views.add", "Bersama", "status=ready")


async def test_who_may_not_share(within: Within) -> None:
    """A viewer keeps views of their own; what is or becomes the shop's is not theirs to change, and stays."""
    with pytest.raises(PermissionMissing, match="orders:act"):
        await save(within, "Bersama", VIEWER, shared=True)
    mine, shared = await save(within, "Punyaku", VIEWER), await save(within, "Bersama", shared=True)
    for name, given in (
        ("saved_views.edit", SavedViewEdit(id=mine, shared=True)),
        ("saved_views.edit", SavedViewEdit(id=shared, name="Lain")),
        ("saved_views.remove", ById(id=shared)),
    ):
        with pytest.raises(PermissionMissing, match="orders:act"):
            await do(within, name, given, VIEWER)
    assert await names(within, VIEWER) == [("Punyaku", False, True), ("Bersama", True, False)]


async def test_anothers_is_not_there(within: Within) -> None:
    """What somebody else keeps for themselves can be neither renamed nor removed, not by the owner either."""
    theirs = await save(within, "Punyaku", VIEWER)
    for name, given in (
        ("saved_views.edit", SavedViewEdit(id=theirs, name="Lain")),
        ("saved_views.remove", ById(id=theirs)),
    ):
        with pytest.raises(NotFound):
            await do(within, name, given, OWNER)
    assert await names(within, VIEWER) == [("Punyaku", False, True)]


async def test_renamed_shared_and_removed(within: Within) -> None:
    """As it was seen; a view that a colleague changed since is not overwritten."""
    number = await save(within)
    [row] = await seen(within, "saved_views.list")
    await do(within, "saved_views.edit", SavedViewEdit(id=number, seen=row.seen, name="Kirim hari ini", shared=True))
    with pytest.raises(ChangedMeanwhile):
        await do(within, "saved_views.edit", SavedViewEdit(id=number, seen=row.seen, name="Lain"))
    assert await names(within, OPERATOR) == [("Kirim hari ini", True, False)]
    await do(within, "saved_views.remove", ById(id=number), OPERATOR)
    assert await names(within, OWNER) == []
    with pytest.raises(NotFound):
        await do(within, "saved_views.remove", ById(id=number))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"page": "nothing"}, "page"),
        ({"page": "orders", "query": "status=lost"}, "query"),
        ({"page": "orders", "query": "foo=1"}, "query"),
        ({"page": "products", "query": "status=ready"}, "query"),
    ],
)
async def test_what_is_no_list(within: Within, facts: dict[str, str], field: str) -> None:
    """A list that is not there, or a filter that it does not take, is refused and not kept."""
    with pytest.raises(InputInvalid) as refused:
        await save(within, **facts)
    assert {*refused.value.fields} == {field}
    assert await names(within, OWNER) == []


async def test_where_one_is_in_a_list_is_not_kept(within: Within) -> None:
    """The filter alone, several states too."""
    await save(within, query="status=ready&status=shipped&after=17&limit=2&text=Rina+W")
    [row] = await seen(within, "saved_views.list")
    assert row.query == "status=ready&status=shipped&text=Rina+W"


async def test_there_are_so_many(within: Within, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one person, and of those that are shared, each for itself; of several at once none is too many."""
    monkeypatch.setattr(saved, "MOST", 2)
    found = await asyncio.gather(*(save(within, f"n{n}") for n in range(4)), return_exceptions=True)
    assert [type(one) for one in found if not isinstance(one, int)] == [InputInvalid] * 2
    await save(within, "a", VIEWER)
    for n in range(2):
        await save(within, f"s{n}", shared=True)
    with pytest.raises(InputInvalid, match="at most 2"):
        await save(within, "s3", OPERATOR, shared=True)
    assert len(await names(within, OWNER)) == 4


async def test_an_address_becomes_a_tab(app: App, within: Within) -> None:
    """At a narrowed list its address can be saved, and is a tab from then on, marked where it is what is shown; the
    page that is reached is the list as it was narrowed."""
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, "operator"))
        here = f"{base(within)}/orders"
        assert "Simpan tampilan ini" not in (await browser.get(here)).text
        narrowed = f"{here}?status=ready&door=scalev"
        page = (await browser.get(narrowed)).text
        [action] = re.findall(r'action="([^"]*saved_views.add[^"]*)"', page)
        form = await mark(browser, narrowed)
        fields = {name: html.unescape(form[name]) for name in ("mark", "once", "page", "query")}
        sent = await browser.post(html.unescape(action), data=fields | {"name": "Siap Scalev", "shared": "yes"})
        assert sent.status_code == 303
        went = urlsplit(sent.headers["location"])
        assert (went.path, parse_qs(went.query)) == (
            here, {"status": ["ready"], "door": ["scalev"], "done": ["saved_views.add"]},
        )  # fmt: skip
        page = (await browser.get(sent.headers["location"])).text
        assert f'<a href="{here}?status=ready&amp;door=scalev" aria-current="true">Siap Scalev</a>' in page
        assert "Simpan tampilan ini" not in page
        assert f'<a href="{here}?status=ready&amp;door=scalev">Siap Scalev</a>' in (await browser.get(here)).text
        assert "Siap Scalev" not in (await browser.get(f"{base(within)}/products")).text
        again = await browser.post(html.unescape(action), data=fields | {"name": "Siap Scalev", "shared": "yes"})
        assert "again=1" in again.headers["location"]
    assert await names(within, VIEWER) == [("Siap Scalev", True, False)]


async def test_whoever_leaves_takes_theirs_along(app: App, within: Within) -> None:
    """What somebody shared stays the shop's; their own are there no more."""
    login = await joined(within, "operator")
    [person] = [one for one in await seen(within, "people.list") if one.login == login]
    async with browser_of(app) as browser:
        await enter(browser, login)
        narrowed = f"{base(within)}/orders?status=ready"
        for name, shared in (("Punyaku", ""), ("Bersama", "yes")):
            form = await mark(browser, narrowed)
            given = {"mark": form["mark"], "once": form["once"], "page": "orders", "query": f"text={name}"}
            done = await browser.post(
                f"{base(within)}/do/saved_views.add", data=given | {"name": name, "shared": shared}
            )
            assert done.status_code == 303
    await do(within, "people.remove", ById(id=person.id))
    async with within.engine.connection() as connection:
        rows = await (await connection.execute(
            "SELECT name FROM saved_views WHERE merchant_id = %s", (within.merchant_id,)
        )).fetchall()  # fmt: skip
    assert rows == [("Bersama",)]
