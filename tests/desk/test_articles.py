"""Articles at the desk: written, changed, published and thrown away."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest

from desk_kit import VIEWER, do, house_of, open_desk, seen, written
from gerai.app import App
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.desk.acts.add_article import NewArticle
from gerai.engine.desk.acts.edit_article import ArticleEdit
from gerai.engine.desk.fault_words import in_indonesian
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within

NEW = NewArticle(title="Cara Top Up Robux Aman!", content="<p>Buka gamepass Anda.</p><script>x()</script>")


async def _shown(within: Within, id: str) -> Any:
    [found] = await seen(within, "articles.show", id=int(id))
    return found


async def test_an_article_is_written(within: Within) -> None:
    """Its address and excerpt are made where none is given, scripts are gone, and it is published at once."""
    made = await do(within, "articles.add", NEW)
    found = await _shown(within, made.id)
    assert (found.title, found.slug, found.excerpt, found.content, found.category, found.cover_image) == (
        NEW.title, "cara-top-up-robux-aman", "Buka gamepass Anda.", "<p>Buka gamepass Anda.</p>", "", "",
    )  # fmt: skip
    assert found.published_at is not None
    assert found.url.endswith("/artikel/cara-top-up-robux-aman")
    assert [row.id for row in await seen(within, "articles.list")] == [found.id]
    entry = (await written(within))[0].entry
    assert (entry.act, entry.target, entry.facts["slug"]) == ("articles.add", made.id, "cara-top-up-robux-aman")


async def test_twice_at_once_is_one(within: Within) -> None:
    """Two articles never have one address: of five at once one is stored, under one key each answer names it."""
    results = await asyncio.gather(*(do(within, "articles.add", NEW) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done"] + ["InputInvalid"] * 4
    other = msgspec.structs.replace(NEW, title="Lain")
    once = await asyncio.gather(*(do(within, "articles.add", other, key="k1") for _ in range(3)))
    assert len({one.id for one in once}) == 1
    assert len(await seen(within, "articles.list")) == 2


async def test_an_edit_overwrites_nothing_unseen(within: Within) -> None:
    """What is not given stays; who saw another state is refused; the slug of another article is refused."""
    made = await do(within, "articles.add", NEW)
    before = await _shown(within, made.id)
    edit = ArticleEdit(id=before.id, seen=before.seen, content="<p onclick='x'>Baru</p>", category="Robux")
    await do(within, "articles.edit", edit)
    after = await _shown(within, made.id)
    assert (after.title, after.content, after.category, after.slug) == (
        before.title, "<p>Baru</p>", "Robux", before.slug,
    )  # fmt: skip
    with pytest.raises(ChangedMeanwhile):
        await do(within, "articles.edit", ArticleEdit(id=before.id, seen=before.seen, title="Lain"))
    await do(within, "articles.add", NewArticle(title="Kedua", content="b"))
    with pytest.raises(InputInvalid) as refused:
        await do(within, "articles.edit", ArticleEdit(id=before.id, slug="kedua"))
    assert refused.value.fields == {"slug": ["kedua is that of another article"]}
    assert (await _shown(within, made.id)) == after


async def test_hidden_shown_and_thrown_away(within: Within) -> None:
    """Unpublished it stays at the desk alone; published again it has a new day, and published twice the day it had."""
    made = await do(within, "articles.add", msgspec.structs.replace(NEW, published=False))
    id = ById(id=int(made.id))
    assert (await _shown(within, made.id)).published_at is None
    assert await seen(within, "articles.list", published=True) == []
    await do(within, "articles.publish", id)
    first = (await _shown(within, made.id)).published_at
    await do(within, "articles.publish", id)
    assert (await _shown(within, made.id)).published_at == first is not None
    await do(within, "articles.unpublish", id)
    assert [row.published_at for row in await seen(within, "articles.list", published=False)] == [None]
    await do(within, "articles.remove", id)
    assert await seen(within, "articles.list") == []
    for act in ("articles.remove", "articles.publish", "articles.unpublish"):
        with pytest.raises(NotFound):
            await do(within, act, id)


@pytest.mark.parametrize("content", ["<script>a</script>", "<p> </p>", "<svg onload=x>"])
async def test_nothing_to_show_is_refused(within: Within, content: str) -> None:
    """An article of which nothing is left is none."""
    with pytest.raises(InputInvalid):
        await do(within, "articles.add", NewArticle(title="Kosong", content=content))
    assert await seen(within, "articles.list") == []


@pytest.mark.parametrize(
    "given",
    [
        {"title": " ", "content": "a"}, {"title": "a", "content": ""}, {"title": "a", "content": "b" * 100_001},
        {"title": "a", "content": "b", "cover_image": "http://a.example/b.png"},
        {"title": "a", "content": "b", "cover_image": 'https://a.example/"onload='},
        {"title": "a", "content": "b", "slug": "Besar Sekali"}, {"title": "a", "content": "b", "slug": "../x"},
    ],
)  # fmt: skip
def test_an_article_has_bounds(given: dict[str, Any]) -> None:
    """Blank titles, huge contents, pictures without https and odd addresses are refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, NewArticle)


async def test_pages_of_a_list(within: Within) -> None:
    """The newest first, each once."""
    made = [(await do(within, "articles.add", NewArticle(title=f"Artikel {n}", content="a"))).id for n in range(5)]
    first = await seen(within, "articles.list", limit=3)
    rest = await seen(within, "articles.list", limit=3, after=str(first[-1].id))
    assert [str(row.id) for row in [*first, *rest]] == made[::-1]


async def test_another_shop_and_a_viewer(within: Within, app: App) -> None:
    """Another shop neither sees nor changes it, and may have the same address; who may not write does not."""
    made = await do(within, "articles.add", NEW)
    other = await open_desk(house_of(app))
    assert await seen(other, "articles.show", id=int(made.id)) == []
    with pytest.raises(NotFound):
        await do(other, "articles.remove", ById(id=int(made.id)))
    assert (await do(other, "articles.add", NEW)).id != made.id
    with pytest.raises(PermissionMissing):
        await do(within, "articles.remove", ById(id=int(made.id)), VIEWER)
    assert len(await seen(within, "articles.list")) == 1


async def test_what_costs_a_parser_minutes_is_refused_at_once(within: Within) -> None:
    """Formats of which each is opened anew in every paragraph, tags in tags, and what grows to more than is kept are
    refused by name, added or edited, while others are served; nothing is written."""
    made = await do(within, "articles.add", NEW)
    costly = {
        "".join(f"<p><b id={i}>" for i in range(8000))[:100_000]: "formatting in it (such as <b>) is not closed, or "
        "closed far away",
        "<div>" * 20_000: "its tags stand too deep in one another",
        "<br>" * 25_000: "it has too many tags: divide it into several articles",
        "&" * 100_000: "it is too long once it is written as HTML",
    }
    for content, fault in costly.items():
        for act, given in (
            ("articles.add", NewArticle(title="Mahal", content=content)),
            ("articles.edit", ArticleEdit(id=int(made.id), content=content)),
        ):
            waits = asyncio.create_task(do(within, act, given))
            stalled = 0.0
            while not waits.done():
                at = time.perf_counter()
                await asyncio.sleep(0.005)
                stalled = max(stalled, time.perf_counter() - at)
            with pytest.raises(InputInvalid) as refused:
                await waits
            assert refused.value.fields == {"content": [fault]}
            assert in_indonesian(fault) != fault
            assert stalled < 0.5
    assert [row.id for row in await seen(within, "articles.list")] == [int(made.id)]
    assert (await _shown(within, made.id)).content == "<p>Buka gamepass Anda.</p>"
