"""Articles of the LeuwongRR door, and their page."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gerai.engine.merchants.articles import ArticleDraft, write_article
from gerai.engine.merchants.open import change_settings

MISSING = {"success": False, "message": "Artikel tidak ditemukan."}


async def _write(shop: Any, title: str, **more: Any) -> None:
    given = {"content": "<p>Isi</p>", "published": True} | more
    await write_article(shop.engine, shop.merchant_id, ArticleDraft(title=title, **given))


async def test_the_newest_first_and_published_alone(shop: Any) -> None:
    """As many as asked for; what is hidden is in no list and under no address; the limit is echoed and bounded."""
    for number in range(3):
        await _write(shop, f"Artikel {number}", category="Robux", cover_image="https://toko.example/a.webp")
    await _write(shop, "Rahasia", published=False)
    data = (await shop.get("/articles?limit=2")).json()["data"]
    assert ([one["slug"] for one in data["articles"]], data["limit"]) == (["artikel-2", "artikel-1"], 2)
    assert data["articles"][0]["cover_image"] == "https://toko.example/a.webp"
    assert "content" not in data["articles"][0]
    assert (await shop.get("/articles")).json()["data"]["limit"] == 20
    assert (await shop.get("/articles?limit=1000")).json()["data"]["limit"] == 100
    assert (await shop.get("/articles?limit=x")).status_code == 422
    for slug in ("rahasia", "tidak-ada", "%00", "%e2%80%ae", "a" * 5000):
        answer = await shop.get(f"/articles/{slug}")
        assert (answer.status_code, answer.json()) == (404, MISSING), slug


async def test_one_article(shop: Any) -> None:
    """With its cleaned content, and without the cover."""
    await _write(shop, "Aman", content="<p>Isi <b>tebal</b></p><script>x</script>")
    article = (await shop.get("/articles/aman")).json()["data"]["article"]
    assert article["content"] == "<p>Isi <b>tebal</b></p>"
    assert set(article) == {"title", "slug", "category", "excerpt", "content", "article_url", "published_at"}


async def test_whose_articles_without_a_token(shop: Any, another_shop: Any, client: httpx.AsyncClient) -> None:
    """A token names its shop, else the shop's own host does; of a host that is nobody's there are none. A revoked or
    invented token takes nothing away: the reads are public."""
    other_shop = await another_shop()
    await _write(shop, "Milik kami")
    await _write(other_shop, "Milik mereka")
    assert [one["title"] for one in (await shop.get("/articles")).json()["data"]["articles"]] == ["Milik kami"]
    assert (await client.get("/api/v1/articles")).json()["data"] == {"articles": [], "limit": 20}
    await change_settings(other_shop.engine, other_shop.merchant_id, {"shop_host": "gerai.test"})
    for headers in ({}, {"Authorization": "Bearer lrrs_v1_wrong"}):
        listed = (await client.get("/api/v1/articles", headers=headers)).json()["data"]["articles"]
        assert [one["title"] for one in listed] == ["Milik mereka"]
        assert (await client.get("/api/v1/articles/milik-kami", headers=headers)).status_code == 404
    await change_settings(other_shop.engine, other_shop.merchant_id, {"shop_host": ""})


async def test_the_page_of_an_article(shop: Any, client: httpx.AsyncClient) -> None:
    """At the address that the API gives, under a policy without scripts of others; a hidden one has none."""
    await change_settings(shop.engine, shop.merchant_id, {"shop_host": "gerai.test"})
    await _write(shop, "Aman <b>", content="<p>Isi <b>tebal</b></p>")
    await _write(shop, "Rahasia", published=False)
    url = (await shop.get("/articles")).json()["data"]["articles"][0]["article_url"]
    page = await client.get(url)
    assert page.status_code == 200
    assert "<p>Isi <b>tebal</b></p>" in page.text
    assert "Aman &lt;b&gt;" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "x-robots-tag" not in page.headers
    for path in ("/artikel/rahasia", "/artikel/tidak-ada"):
        assert (await client.get(path)).status_code == 404
    await change_settings(shop.engine, shop.merchant_id, {"shop_host": ""})


async def test_public_reads_are_limited_by_address(client: httpx.AsyncClient) -> None:
    """Sixty in a minute, then the documented 429."""
    answers = [await client.get("/api/v1/articles/tidak-ada") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} <= {404, 429}
    assert answers[60].status_code == 429
    assert answers[60].json()["message"] == "Terlalu banyak request. Silakan coba lagi beberapa saat."


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_they_are_only_read(client: httpx.AsyncClient, method: str) -> None:
    """405 in the envelope."""
    assert (await client.request(method, "/api/v1/articles")).status_code == 405
