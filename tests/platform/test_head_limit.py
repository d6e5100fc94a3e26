"""How long a request's head may be, in the real HTTP server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from serve_kit import Starter, event_of

_PATH = "/docs/style.css"


def by_query(length: int) -> bytes:
    """A request whose head has so many bytes, most of them in its address."""
    start, end = f"GET {_PATH}?a=", " HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return (start + "x" * (length - len(start) - len(end)) + end).encode()


def by_header(length: int) -> bytes:
    """Most of them in one header."""
    start, end = f"GET {_PATH} HTTP/1.1\r\nHost: localhost\r\nX-Filling: ", "\r\n\r\n"
    return (start + "x" * (length - len(start) - len(end)) + end).encode()


def by_headers(length: int) -> bytes:
    """Spread over forty headers."""
    start = f"GET {_PATH} HTTP/1.1\r\nHost: localhost\r\n"
    start += "".join(f"X-Filling-{number}: {'x' * 120}\r\n" for number in range(40))
    return (start + "X-Rest: " + "x" * (length - len(start) - len("X-Rest: \r\n\r\n")) + "\r\n\r\n").encode()


async def asked(port: int, head: bytes) -> tuple[int, bool]:
    """The status of the answer, and whether the server ended the connection with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head)
        async with asyncio.timeout(30):
            answer = await reader.readuntil(b"\r\n\r\n")
        return int(answer.split()[1]), b"connection: close" in answer.lower()
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("limit_bytes", [32_768, 8192])
async def test_a_head_is_as_long_as_the_setting_says(start: Starter, tmp_path: Path, limit_bytes: int) -> None:
    """A head of exactly ``head_limit_bytes`` is served, one that has a byte more is answered 431 and the connection
    ended, as any longer one is; wherever the bytes stand."""
    file = tmp_path / "gerai.toml"
    file.write_text(f"[server]\nhead_limit_bytes = {limit_bytes}\n", encoding="utf-8")
    port = event_of(start("serve", "--port", "0", "--settings", str(file)), "server.listening")["port"]

    for written in (by_query, by_header, by_headers):
        for more in (-1, 0):
            head = written(limit_bytes + more)
            assert len(head) == limit_bytes + more
            assert await asked(port, head) == (200, False), (written.__name__, more)
        for more in (1, 232, 7232, 17_232):
            status, _ = await asked(port, written(limit_bytes + more))
            assert status == 431, (written.__name__, more)
    assert await asked(port, by_header(limit_bytes + 1)) == (431, True)
