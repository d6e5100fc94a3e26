"""`gerai serve` and `gerai work`: several processes on one port, and an end that finishes what was accepted."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from serve_kit import Starter, answers, children, environment, event_of, passed_over
from starlette.types import Message, Receive, Scope, Send

import fork_server
from gerai.cli import serve
from gerai.cli.serving import run, until_stopped
from gerai.doors.http.drain import Draining
from gerai.engine.core import Engine
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.kit.secret_box import SecretBox, new_key
from gerai.kit.supervise import Supervisor
from gerai.settings import ServerSettings, Settings


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked up in /proc")
def test_a_dead_process_is_replaced(start: Starter) -> None:
    """kill -9 of one of two processes: another takes its place; SIGTERM then ends all of them with exit code 0."""
    server = start("serve", "--workers", "2", "--port", "0")
    base_url = f"http://127.0.0.1:{event_of(server, 'server.listening')['port']}"
    assert answers(base_url)
    before = children(server.pid)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    assert event_of(server, "server.died")["code"] == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while len(after := children(server.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(after) == 2
    assert before[0] not in after
    assert before[1] in after
    assert answers(base_url)
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert [pid for pid in after if Path(f"/proc/{pid}").exists()] == []
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{base_url}/api/v1/health")


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked up in /proc")
@pytest.mark.parametrize("when", ["serving", "starting"])
def test_processes_do_not_outlive_their_supervisor(start: Starter, when: str) -> None:
    """kill -9 of the supervisor, also while its processes start: they finish and end by themselves, so that the port is
    free again."""
    server = start("serve", "--workers", "2", "--port", "0")
    base_url = f"http://127.0.0.1:{event_of(server, 'server.listening')['port']}"
    assert when == "starting" or answers(base_url)
    deadline = time.monotonic() + 60
    while len(left := children(server.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    server.kill()
    while any(Path(f"/proc/{pid}/cwd").exists() for pid in left) and time.monotonic() < deadline:
        time.sleep(0.1)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{base_url}/api/v1/health")


def test_what_was_accepted_is_finished(start: Starter, dsn: str) -> None:
    """A request whose body is still arriving when SIGTERM comes is answered; a new connection is not accepted."""
    make_key = ["keys", "create", "leuwongrr", "--merchant", "stopping", "--open", "Toko"]
    made = fork_server.run(make_key, environment(dsn))
    token = made.stdout.split()[-1]
    server = start("serve", "--port", "0")
    port = event_of(server, "server.listening")["port"]
    assert answers(f"http://127.0.0.1:{port}")
    body = b'{"order_type": "gamepass"}'
    lines = ["POST /api/v1/me/orders HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    head = "\r\n".join([*lines, f"Authorization: Bearer {token}", "", ""]).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head + body[:5])
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.poll() is None
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.sendall(body[5:])
        assert connection.recv(12) == b"HTTP/1.1 422"
    _, said = server.communicate()
    assert server.returncode == 0
    assert "Traceback" not in said


async def test_a_worker_stops_when_asked(start: Starter, engine: Engine, merchant: Any) -> None:
    """`gerai work` starts, and ends with exit code 0 on SIGTERM. What it writes is its log, line by line, also where it
    has to warn of secrets that no key of its own opens."""
    new = NewEndpoint(
        merchant_id=merchant.merchant_id, environment="sandbox", channel="scalev", url="https://shop.example/"
    )
    await add_endpoint(engine, SecretBox(new_key()), new, new_secret())
    worker = start("work")
    assert event_of(worker, "webhooks.secrets_closed")["closed"] >= 1
    event_of(worker, "worker.started")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait() == 0


async def test_a_server_names_lost_secrets_once(start: Starter, engine: Engine, merchant: Any) -> None:
    """`gerai serve` warns of secrets that its key does not open, as `up` and `work` do; once, however many processes it
    has."""
    new = NewEndpoint(
        merchant_id=merchant.merchant_id, environment="sandbox", channel="scalev", url="https://shop.example/"
    )
    await add_endpoint(engine, SecretBox(new_key()), new, new_secret())
    server = start("serve", "--port", "0", "--workers", "2")
    assert event_of(server, "webhooks.secrets_closed")["closed"] >= 1
    event_of(server, "server.listening")
    server.send_signal(signal.SIGTERM)
    _, said = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "webhooks.secrets_closed" not in [*passed_over(server), *said.split('"')]


async def test_streams_end_with_a_last_chunk() -> None:
    """An open event stream is ended properly when the server stops; another request goes on undisturbed."""
    opened, released = asyncio.Event(), asyncio.Event()
    sent: dict[str, list[Message]] = {"/x/events": [], "/x": []}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        opened.set()
        await released.wait()
        await send({"type": "http.response.body", "body": b"b", "more_body": False})

    draining = Draining(app)

    async def ask(path: str) -> None:
        async def send(message: Message) -> None:
            sent[path].append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        await draining({"type": "http", "path": path}, receive, send)

    stream = asyncio.create_task(ask("/x/events"))
    other = asyncio.create_task(ask("/x"))
    await opened.wait()
    await asyncio.sleep(0)
    draining.end_streams()
    await stream
    assert sent["/x/events"][1:] == [
        {"type": "http.response.body", "body": b"a", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]
    assert not other.done()
    released.set()
    await other
    assert [m.get("body") for m in sent["/x"]] == [None, b"a", b"b"]
    draining.end_streams()


def test_a_given_up_task_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever serves leaves with 1 and the reason when a long-running task keeps failing; what was begun is ended."""
    ended: list[str] = []

    async def broken() -> None:
        raise ZeroDivisionError("no such thing")

    async def main(stop: asyncio.Event) -> None:
        sound, watch = Supervisor("sound"), Supervisor("writer", failures_at_most=2, first_pause_s=0.01)
        sound.start("sound", stop.wait)  # pyright: ignore[reportArgumentType]
        watch.start("writer", broken)
        try:
            await until_stopped(stop, sound, watch)
        finally:
            await sound.stop()
            ended.append("properly")

    with pytest.raises(typer.Exit) as left:
        run(main)
    assert (left.value.exit_code, ended) == (1, ["properly"])
    assert capsys.readouterr().err == "gerai: writer failed 2 times in a row, at last: no such thing\n"


def test_processes_that_die_at_once_end_the_server(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two processes, one that is killed whenever it is there: the server ends with 1 and says which, and the other one
    was ended by it. The pauses between two starts are the supervisor's, and no part of this."""
    monkeypatch.setattr(serve, "_RESTART_AFTER_S", 0.001)
    # Called as `gerai serve` is: … --parent PID --part NUMBER --counts DESCRIPTOR.
    program = f'[ "$4" = 0 ] && kill -9 $$; echo $$ >>{tmp_path}/second; exec sleep 600'
    with socket.create_server(("127.0.0.1", 0)) as listening:
        two = replace(settings, server=ServerSettings(port=listening.getsockname()[1], workers=2))
        with pytest.raises(typer.Exit) as left:
            run(lambda stop: serve._supervise(["sh", "-c", program, "gerai"], two, stop))
    assert left.value.exit_code == 1
    line = "gerai: server process 1 failed 8 times in a row, at last: it ended with code -9\n"
    assert capfd.readouterr().err.endswith(line)
    [second] = (tmp_path / "second").read_text().split()
    assert not Path(f"/proc/{second}").exists()
