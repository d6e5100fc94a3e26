"""Clients that misbehave on a real socket: every one is answered or ended, and nobody else waits for them."""

from __future__ import annotations

import socket
import time

import httpx
import pytest
from serve_kit import Starter, answers, event_of

from gerai.app import DIALECTS

_BODY_S = 1.0
_IDLE_S = 3.0


@pytest.fixture
def port(start: Starter, tmp_path_factory: pytest.TempPathFactory) -> int:
    """A server that waits one second for a body and three for a head."""
    file = tmp_path_factory.mktemp("sockets") / "gerai.toml"
    file.write_text(f"[server]\nidle_timeout_s = {_IDLE_S}\n[http]\nbody_timeout_s = {_BODY_S}\n")
    found: int = event_of(start("serve", "--port", "0", "--settings", str(file)), "server.listening")["port"]
    assert answers(f"http://127.0.0.1:{found}")
    return found


def everything(connection: socket.socket) -> bytes:
    """What arrives until the other side closes."""
    got = b""
    while part := connection.recv(65_536):
        got += part
    return got


@pytest.mark.slow
def test_misbehaving_clients(port: int) -> None:
    """Half a head, half a body, too much of one declared and chunked, and silence, at each door: all in one server, all
    at once; a well-behaved client is answered at once meanwhile."""
    paths = [next(r.path for r in d.routes if r.method == "POST" and "{" not in r.path) for d in DIALECTS]
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    head = "POST {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n\r\n"
    idle = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(200)]
    for connection in idle[::2]:
        connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: loc")
    began = time.monotonic()
    assert httpx.get(f"http://127.0.0.1:{port}/docs/style.css", trust_env=False, timeout=15).status_code == 200
    assert time.monotonic() - began < 15
    for path in paths:
        for headers, body in (
            (f"Content-Length: {len(chunk) * 10}", b" " * len(chunk) * 10),
            ("Transfer-Encoding: chunked", chunk * 10 + b"0\r\n\r\n"),
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(head.format(path, headers + "\r\nConnection: close").encode() + body)
                answer = everything(connection)
            assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 401")), path
            assert b"application/json" in answer
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.format(path, "Content-Length: 100").encode() + b"{")
            answer = everything(connection)
        assert answer.startswith((b"HTTP/1.1 408", b"HTTP/1.1 401")), path
    for connection in idle:
        connection.close()


def test_silence_is_ended(port: int) -> None:
    """A connection that never says anything, and one that stops in its head, are closed in time."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=40) as silent,
        socket.create_connection(("127.0.0.1", port), timeout=40) as slow,
    ):
        slow.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        assert silent.recv(1) == b""
        assert slow.recv(100) in (b"", b"HTTP/1.1 408 Request Timeout\r\n")
