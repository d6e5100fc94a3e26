"""What counts as a download of a bought file, and what does not; an order of the sandbox gets no real one."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio
from digital_kit import Licences, licences, sealing_settings

from desk_kit import do, open_desk, seen
from gerai.app import App
from gerai.engine.desk.acts.add_file import NewFile
from gerai.settings import Settings

PDF = b"%PDF-1.4 " + bytes(range(256)) * 3_000
WHATSAPP = {"user-agent": "WhatsApp/2.23.20.0"}


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets."""
    return sealing_settings(dsn)


@pytest_asyncio.fixture
async def shop(app: App, client: httpx.AsyncClient) -> Licences:
    """A shop that sells an e-book."""
    return await licences(await open_desk(app.house), client)


async def book(shop: Licences, most: int | None = 1, **facts: Any) -> tuple[int, str]:
    """A paid order's id, and the path of its file."""
    given = {"variant_id": shop.made.variant_id, "name": "Buku.pdf", "content": PDF, "most_downloads": most} | facts
    file_id = (await do(shop.within, "files.add", NewFile(**given))).id
    order_id = await shop.paid()
    return order_id, f"/i/{(await shop.view(order_id)).order.secret}/files/{file_id}"


async def counted(shop: Licences, order_id: int) -> int:
    """How often the order fetched its only file."""
    [shown] = await seen(shop.within, "orders.show", id=order_id)
    [file] = shown.digital.files
    return file.downloads


async def test_looking_uses_nothing_up(shop: Licences, client: httpx.AsyncClient) -> None:
    """Neither HEAD, nor a card that a chat draws, nor a browser that fetches ahead, nor who has the file; then the only
    download is there, and after it even a HEAD finds nothing."""
    order_id, path = await book(shop)
    head = await client.head(path)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(PDF)), b"")
    for looks in (WHATSAPP, {"user-agent": "facebookexternalhit/1.1 Twitterbot/1.0"}, {"sec-purpose": "prefetch"}):
        answer = await client.get(path, headers=looks)
        assert (answer.status_code, answer.content) == (204, b"")
    has = await client.get(path, headers={"if-none-match": f'"x", W/{head.headers["etag"]}'})
    assert (has.status_code, has.content) == (304, b"")
    assert await counted(shop, order_id) == 0
    got = await client.get(path, headers={"if-none-match": '"another"'})
    assert (got.status_code, got.content) == (200, PDF)
    assert [(await client.request(method, path)).status_code for method in ("GET", "HEAD")] == [404, 404]
    assert await counted(shop, order_id) == 1


async def test_a_download_that_broke_off_goes_on(shop: Licences, client: httpx.AsyncClient) -> None:
    """Its rest is no other download, also of the last one; from the first byte it is, and an hour later, too. A part of
    another file than is meant is none."""
    order_id, path = await book(shop, 2)
    first = await client.get(path, headers={"range": "bytes=0-99"})
    assert (first.status_code, first.content) == (206, PDF[:100])
    assert first.headers["content-range"] == f"bytes 0-99/{len(PDF)}"
    for asked, part in (
        ("bytes=100-", PDF[100:]),
        ("bytes=-5", PDF[-5:]),
        ("bytes=300000-599999", PDF[300_000:600_000]),
    ):
        answer = await client.get(path, headers={"range": asked, "if-range": first.headers["etag"]})
        assert (answer.status_code, answer.content) == (206, part)
    assert await counted(shop, order_id) == 1
    other = await client.get(path, headers={"range": "bytes=100-", "if-range": '"another"'})
    assert (other.status_code, other.content) == (200, PDF)
    assert await counted(shop, order_id) == 2
    assert (await client.get(path, headers={"range": "bytes=5-9"})).content == PDF[5:10]
    async with shop.within.engine.connection() as connection:
        await connection.execute(
            "UPDATE file_downloads SET last_at = last_at - interval '61 minutes' WHERE order_id = %s", (order_id,)
        )
    refused = [await client.get(path, headers={"range": asked}) for asked in ("bytes=5-9", "bytes=0-", "bytes=9-5")]
    assert [answer.status_code for answer in refused] == [404] * 3
    assert await counted(shop, order_id) == 2


async def test_two_at_once_share_no_last_download(shop: Licences, client: httpx.AsyncClient) -> None:
    """One of them has the file, the others nothing."""
    order_id, path = await book(shop)
    answers = await asyncio.gather(*(client.get(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    assert await counted(shop, order_id) == 1


async def test_a_link_is_told_to_whoever_fetches_it(shop: Licences, client: httpx.AsyncClient) -> None:
    """Who only looks is not led to it."""
    order_id, path = await book(shop, content=b"", url="https://example.com/buku")
    looked = [await client.head(path), await client.get(path, headers=WHATSAPP)]
    assert [answer.status_code for answer in looked] == [200, 204]
    assert not any("example.com" in f"{answer.headers}" for answer in looked)
    assert await counted(shop, order_id) == 0
    assert (await client.get(path)).headers["location"] == "https://example.com/buku"


async def test_the_sandbox_gets_no_real_file(app: App, client: httpx.AsyncClient) -> None:
    """Play money buys a text that says so, of a file and of a link; it is counted as the file would be."""
    shop = await licences(await open_desk(app.house, "sandbox"), client)
    for facts in ({}, {"content": b"", "url": "https://example.com/rahasia"}):
        order_id, path = await book(shop, **facts)
        head, part = await client.head(path), {"range": "bytes=1-"}
        got = await client.get(path, headers=part)
        assert (head.headers["content-length"], got.status_code) == (str(len(got.content)), 200)
        assert got.text.startswith("Contoh berkas: Buku.pdf\n")
        assert got.headers["content-disposition"].endswith("contoh%20Buku.pdf.txt")
        assert "example.com" not in f"{got.headers} {got.text} {head.headers}"
        assert (await client.get(path, headers=part)).status_code == 404
        [shown] = await seen(shop.within, "orders.show", id=order_id)
        assert 1 in [one.downloads for one in shown.digital.files]
