"""Articles at the desk: written, changed, published and thrown away."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest

from console_kit import base, browser_of, enter, joined
from desk_kit import VIEWER, do, house_of, open_desk, seen, written
from gerai.app import App
from gerai.domain.refusals import ChangedMeanwhile, InputInvalid, NotFound, PermissionMissing
from gerai.engine.desk.acts.add_article import NewArticle
from gerai.engine.desk.acts.edit_article import ArticleEdit
from gerai.engine.desk.fault_words import in_indonesian
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within

NEW = NewArticle(
    title="Cara Top Up Robux Aman!", content="<p>Buka gamepass Anda.</p><script>x()</script>", format="html",
    published=True,
)  # fmt: skip
TYPED = """Pilih barangnya, lalu bayar.
Uang sampai hari itu juga.

# Cara

- buka halaman
- tekan **Bayar** di https://toko.example/bayar.

<b>Bukan</b> [skrip](javascript:x)"""
SHOWN = (
    "<p>Pilih barangnya, lalu bayar.<br>\nUang sampai hari itu juga.</p>\n<h2>Cara</h2>\n<ul>\n<li>buka halaman</li>\n"
    '<li>tekan <strong>Bayar</strong> di <a href="https://toko.example/bayar" rel="noopener noreferrer nofollow">'
    "https://toko.example/bayar</a>.</li>\n</ul>\n<p>&lt;b&gt;Bukan&lt;/b&gt; [skrip](javascript:x)</p>"
)


async def _shown(within: Within, id: str) -> Any:
    [found] = await seen(within, "articles.show", id=int(id))
    return found


async def test_an_article_is_written(within: Within) -> None:
    """Its address and excerpt are made where none is given, scripts are gone, and it is published at once where that is
    asked for."""
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


async def test_as_it_is_typed_on_a_phone(within: Within) -> None:
    """Paragraphs, lists, headings and links are made of what was typed, which its writer finds again; tags are shown as
    they were typed, and nothing acts. It is a draft: readers do not see it before somebody publishes it."""
    made = await do(within, "articles.add", NewArticle(title="Cara", content=TYPED))
    found = await _shown(within, made.id)
    assert (found.content, found.format, found.html, found.published_at) == (TYPED, "text", SHOWN, None)
    assert found.excerpt.startswith("Pilih barangnya, lalu bayar. Uang sampai hari itu juga. Cara buka halaman")
    assert await within.engine.articles.newest(within.merchant_id, 10) == []
    assert await within.engine.articles.published(within.merchant_id, found.slug) is None
    await do(within, "articles.publish", ById(id=found.id))
    [read] = await within.engine.articles.newest(within.merchant_id, 10)
    assert read.content == SHOWN


async def test_typed_in_another_way(within: Within) -> None:
    """Another format reads anew what was typed; other content alone stays in the format; with neither nothing
    changes."""
    made = await do(within, "articles.add", NewArticle(title="Cara", content="<p>satu</p>\n\n- dua"))
    first = await _shown(within, made.id)
    assert first.html == "<p>&lt;p&gt;satu&lt;/p&gt;</p>\n<ul>\n<li>dua</li>\n</ul>"
    await do(within, "articles.edit", ArticleEdit(id=first.id, format="html"))
    as_html = await _shown(within, made.id)
    assert (as_html.html, as_html.content, as_html.format) == ("<p>satu</p>\n\n- dua", "<p>satu</p>\n\n- dua", "html")
    entry = (await written(within))[0].entry
    assert entry.facts["format"] == ["text", "html"]
    await do(within, "articles.edit", ArticleEdit(id=first.id, format="text", content="tiga"))
    await do(within, "articles.edit", ArticleEdit(id=first.id, content="tiga\n\nempat"))
    as_text = await _shown(within, made.id)
    assert (as_text.html, as_text.content, as_text.format) == ("<p>tiga</p>\n<p>empat</p>", "tiga\n\nempat", "text")
    await do(within, "articles.edit", ArticleEdit(id=first.id, title="Lain"))
    assert (await _shown(within, made.id)).content == "tiga\n\nempat"


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


@pytest.mark.parametrize(
    ("format", "content"),
    [("html", "<script>a</script>"), ("html", "<p> </p>"), ("html", "<svg onload=x>"), ("text", "***"), ("text", "#")],
)
async def test_nothing_to_show_is_refused(within: Within, format: Any, content: str) -> None:
    """An article of which nothing is left is none."""
    with pytest.raises(InputInvalid):
        await do(within, "articles.add", NewArticle(title="Kosong", content=content, format=format))
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


async def test_a_preview_before_readers_see_it(within: Within, app: App) -> None:
    """Whoever writes sees the draft as readers will, with pictures of wherever they are and nothing that acts, and the
    button that publishes it; it has no address for readers yet. Another shop's owner does not find it."""
    article = NewArticle(title="Cara <b>", content="# Isi\n\n![foto](https://toko.example/a.png) <script>x</script>")
    made = await do(within, "articles.add", article)
    path = f"{base(within)}/articles/{made.id}"
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        assert f'href="{path}/preview"' in (await browser.get(path)).text
        page = await browser.get(f"{path}/preview")
        assert page.status_code == 200
        assert '<h2>Isi</h2>\n<p><img src="https://toko.example/a.png" alt="foto"> &lt;script&gt;' in page.text
        assert f"{base(within)}/do/articles.publish?id={made.id}" in page.text
        assert "img-src 'self' https:;" in page.headers["content-security-policy"]
        assert "script-src 'self';" in page.headers["content-security-policy"]
        await do(within, "articles.publish", ById(id=int(made.id)))
        assert "articles.publish" not in (await browser.get(f"{path}/preview")).text
        for number in ("0", "x", "99999999999999999999"):
            assert (await browser.get(f"{base(within)}/articles/{number}/preview")).status_code == 404
    async with browser_of(app) as browser:
        await enter(browser, await joined(await open_desk(house_of(app))))
        assert (await browser.get(f"{path}/preview")).status_code == 404


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
            ("articles.add", NewArticle(title="Mahal", content=content, format="html")),
            ("articles.edit", ArticleEdit(id=int(made.id), content=content, format="html")),
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
