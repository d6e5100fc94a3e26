"""Bodies as clients really send them, through every door: marked, packed, broken, endless, and stopping half-way."""

from __future__ import annotations

import asyncio
import gzip
import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from http_kit import Accepted, accepted
from starlette.types import Message

from app_kit import app_of
from gerai.app import DIALECTS, App
from gerai.doors.http.door import Dialect
from gerai.engine.core import Engine
from gerai.settings import HttpSettings, Settings

every_door = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
LIMIT = HttpSettings().body_limit_bytes


def deflate_bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def orders(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT count(*) FROM orders").fetchone()[0]  # type: ignore[index]


@pytest_asyncio.fixture
async def request_(dialect: Dialect, engine: Engine) -> Accepted:
    return await accepted(dialect, engine)


@pytest_asyncio.fixture(scope="module")
async def hasty(settings: Settings, app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A server that waits 0.2 s for a body."""
    hasty = app_of(replace(settings, http=replace(settings.http, body_timeout_s=0.2)))
    transport = httpx.ASGITransport(app=hasty)
    async with hasty.running(), httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        yield client


async def send(client: httpx.AsyncClient, asked: Accepted, content: Any, **headers: str) -> httpx.Response:
    return await client.request(asked.method, asked.path, headers=asked.headed(**headers), content=content)


@every_door
@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("", lambda data: b"\xef\xbb\xbf" + data),
        ("identity", lambda data: data),
        ("gzip", gzip.compress),
        ("GZIP", lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:])),
        ("x-gzip", lambda data: gzip.compress(b"\xef\xbb\xbf" + data)),
        ("identity, gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", deflate_bare),
    ],
    ids=["bom", "identity", "gzip", "members", "gzip-bom", "list", "zlib", "deflate"],
)
async def test_marked_and_packed_bodies_are_read(
    client: httpx.AsyncClient, request_: Accepted, encoding: str, pack: Any
) -> None:
    """A byte order mark, gzip and deflate change nothing: the request is answered as the plain one."""
    headers = {"content_encoding": encoding} if encoding else {}

    answer = await send(client, request_, pack(request_.json), **headers)

    assert answer.status_code == request_.status, answer.text


@every_door
@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
async def test_other_encodings_are_named(
    client: httpx.AsyncClient, request_: Accepted, dsn: str, encoding: str
) -> None:
    """What we do not unpack is 415 with the encoding's name and what would do, never a matter of JSON."""
    before = orders(dsn)

    answer = await send(client, request_, request_.json, content_encoding=encoding)

    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "gzip, deflate"
    assert answer.headers["content-type"] == "application/json"
    assert encoding in answer.text
    assert orders(dsn) == before


@every_door
@pytest.mark.parametrize(
    "content",
    [b"no gzip at all", gzip.compress(b"{}" * 500)[:-9], gzip.compress(b"{}") + b"tail", gzip.compress(b"") * 17],
    ids=["plain", "cut", "tail", "members"],
)
async def test_a_body_that_does_not_unpack(client: httpx.AsyncClient, request_: Accepted, content: bytes) -> None:
    """It is refused as such: a 4xx in the door's envelope which does not speak of JSON."""
    answer = await send(client, request_, content, content_encoding="gzip")

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/json"
    assert "json" not in answer.text.lower()


@every_door
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_the_limit_holds_unpacked(client: httpx.AsyncClient, request_: Accepted, encoding: str) -> None:
    """A gigabyte in a small packet is 413 and never unpacked; exactly the limit is read (and is then no order)."""
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    packer = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    block = b" " * 1_000_000
    bomb = b"".join(packer.compress(block) for _ in range(200)) + packer.flush()
    assert len(bomb) < LIMIT

    too_large = await send(client, request_, bomb, content_encoding=encoding)
    one_more = await send(client, request_, pack(b" " * (LIMIT + 1)), content_encoding=encoding)
    just_fits = await send(client, request_, pack(request_.json.ljust(LIMIT)), content_encoding=encoding)

    assert (too_large.status_code, one_more.status_code, just_fits.status_code) == (413, 413, request_.status)


@every_door
async def test_a_body_without_end(client: httpx.AsyncClient, request_: Accepted, dsn: str) -> None:
    """A chunked body over the limit is 413; what follows is taken in for a while and then no more."""
    sent = 0
    before = orders(dsn)

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LIMIT:
            sent += 65_536
            yield b" " * 65_536

    answer = await send(client, request_, endless())

    assert answer.status_code == 413
    assert LIMIT < sent <= 20 * LIMIT
    assert orders(dsn) == before


@every_door
async def test_half_a_body(hasty: httpx.AsyncClient, request_: Accepted, dsn: str) -> None:
    """A body that stops half-way ends with the door's own 408 and a closed connection, not with waiting for ever."""
    before = orders(dsn)

    async def halting() -> AsyncIterator[bytes]:
        yield request_.json[:10]
        await asyncio.sleep(30)

    answer = await asyncio.wait_for(send(hasty, request_, halting()), 5)

    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "application/json"
    assert orders(dsn) == before


@every_door
@pytest.mark.parametrize("known", [True, False], ids=["without-key", "unknown-path"])
async def test_a_refusal_lets_the_rest_arrive(app: App, dialect: Dialect, request_: Accepted, known: bool) -> None:
    """Whoever is refused before the body was looked at can send it to its end, and reads the answer first."""
    chunks: list[Message] = [{"type": "http.request", "body": b" " * 1000, "more_body": n < 9} for n in range(10)]
    happened: list[str] = []

    async def receive() -> Message:
        happened.append("receive")
        return chunks.pop(0)

    async def answered(message: Message) -> None:
        happened.append(message["type"])

    path = request_.path if known else f"{dialect.prefixes[0]}/nothing-here"
    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": b"", "scheme": "http", "client": ("1.2.3.4", 1),
        "headers": [(b"host", b"gerai.test"), (b"content-length", b"10000"), (b"content-type", b"application/json")],
    }  # fmt: skip
    await app(scope, receive, answered)

    assert happened == ["http.response.start", "http.response.body", *["receive"] * 10]
    assert chunks == []


@every_door
@pytest.mark.parametrize(
    ("text", "word"),
    [
        (rb"\u0000", b"NUL"),
        (rb"\ud83d", b"karakter Unicode|Unicode character"),
        (rb"\ud83d x", b"karakter Unicode|Unicode character"),
        (rb"\\\ude00", b"karakter Unicode|Unicode character"),
        (rb"\ud83d\ud83d\ude00", b"karakter Unicode|Unicode character"),
        (b"\xf0\x9f\x98", b"karakter Unicode|Unicode character"),
    ],
)
async def test_a_broken_character_is_named(
    dialect: Dialect, client: httpx.AsyncClient, request_: Accepted, dsn: str, text: bytes, word: bytes
) -> None:
    """A NUL and half of a character (a cut emoji) are refused as such: the JSON around them is fine, and nobody is told
    to look for a mistake there. Nothing is made."""
    before = orders(dsn)
    answer = await send(client, request_, b'{"note": "' + text + b'"}')
    assert 400 <= answer.status_code < 500
    assert re.search(word, answer.content), answer.text
    assert b"JSON" not in answer.content
    assert orders(dsn) == before


@every_door
@pytest.mark.parametrize(
    "text", [b'{"note": "\\ud83d"', b'{"note": "\\ud83d", x}', b'{"note": "\\ud8"}', b'{"note": "\\u00"}']
)
async def test_what_is_broken_otherwise_too_is_no_json(
    dialect: Dialect, client: httpx.AsyncClient, request_: Accepted, text: bytes
) -> None:
    """A body that would not be JSON without the half character either is not called a broken character."""
    answer = await send(client, request_, text)
    assert 400 <= answer.status_code < 500
    assert b"Unicode" not in answer.content


@every_door
async def test_whole_characters_pass(dialect: Dialect, client: httpx.AsyncClient, request_: Accepted) -> None:
    """An emoji in two escapes, and a backslash before what looks like half of one, are texts like any other."""
    answer = await send(client, request_, b'{"note": "\\ud83d\\ude00 \\\\ud83d"}')
    assert b"Unicode" not in answer.content
