"""Connections that wait for nothing: they end in time, no client has them all, and nobody else waits for them."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from connection_kit import PATH, key_header, together
from metrics_kit import SCRAPE, TOKEN, series
from serve_kit import Starter, environment, event_of

from fork_server import Forked
from gerai.engine.core import Engine
from gerai.torture.connections import ServerAddress, deaf, half_heads, idle, kept_alive, slow_bodies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the process's connections are looked up in /proc")
#: A second on a machine that has nothing else to do.
_SERVED_WITHIN_S = 3.0


def serve(start: Starter, folder: Path, text: str, *arguments: str) -> tuple[Forked, int]:
    """A server with these settings, and its port."""
    file = folder / "gerai.toml"
    file.write_text(text, encoding="utf-8")
    server = start("serve", "--port", "0", "--settings", str(file), *arguments)
    return server, event_of(server, "server.listening")["port"]


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_nobody_is_shut_out(start: Starter, tmp_path: Path, workers: str) -> None:
    """With the settings a server has by itself, 1,500 heads that never end and 1,060 connections that say nothing: an
    honest client is served within a second all along."""
    _, port = serve(start, tmp_path, "", "--workers", workers)
    here = ServerAddress("127.0.0.1", port)

    met, held = await together(here, half_heads(here, 1500, 3.0), idle(here, 1060, 3.0))

    assert [one.opened for one in held] == [1500, 1060]
    assert (met.failed, met.faults) == (0, {})
    assert met.kept_waiting_s < _SERVED_WITHIN_S


async def test_one_address_has_its_share(start: Starter, tmp_path: Path) -> None:
    """From one address, 50 connections stay and the others go, whatever they wait for; other addresses and a trusted
    proxy keep theirs. The log says whose were cut, the metrics how many."""
    text = '[server]\nhost = "0.0.0.0"\nconnections_per_address = 50\n[http]\ntrusted_proxies = "127.0.0.7"\n'
    text += f'[metrics]\ntoken = "{TOKEN}"\n'
    server, port = serve(start, tmp_path, text)
    greedy, proxy, other = (ServerAddress("127.0.0.1", port, f"127.0.0.{n}") for n in (9, 7, 8))

    met, (half, silent, of_proxy, of_other) = await together(
        ServerAddress("127.0.0.1", port),
        half_heads(greedy, 150, 4.0),
        idle(greedy, 150, 4.0),
        kept_alive(proxy, 80, 4.0),
        kept_alive(other, 50, 4.0),
    )

    assert half.opened + silent.opened == 300
    assert half.ended + silent.ended == 250
    assert (of_proxy.ended, of_proxy.statuses, of_other.ended, of_other.statuses) == (0, {200: 80}, 0, {200: 50})
    assert met.failed == 0
    assert met.kept_waiting_s < _SERVED_WITHIN_S
    told = event_of(server, "connections.cut")
    assert told["client"] == "127.0.0.9"
    assert told["reasons"].keys() == {"address"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=SCRAPE, trust_env=False) as client:
        figures = series((await client.get("/metrics", timeout=20)).text)
    reasons = ("overdue", "address", "full")
    cut = {reason: figures.of("gerai_connections_cut_total", reason=reason) for reason in reasons}
    assert cut == {"overdue": 0, "address": 250, "full": 0}


async def test_a_full_server_lets_go_of_the_idle(start: Starter, tmp_path: Path) -> None:
    """More silent connections than there are places, from many addresses: those idle longest go, and whoever comes is
    served within a second."""
    _, port = serve(start, tmp_path, '[server]\nhost = "0.0.0.0"\nconnections = 200\nconnections_per_address = 50\n')

    met, held = await together(
        ServerAddress("127.0.0.1", port),
        *(idle(ServerAddress("127.0.0.1", port, f"127.0.1.{n}"), 40, 4.0) for n in range(1, 11)),
    )

    assert sum(one.opened for one in held) == 400
    assert sum(one.ended for one in held) >= 200
    assert met.failed == 0
    assert met.kept_waiting_s < _SERVED_WITHIN_S


async def test_a_slow_body_is_ended(start: Starter, engine: Engine, tmp_path: Path) -> None:
    """A body has a second in all. One that stops and one that trickles, with a key: 408 and the end soon after. Without
    a key: 401 at once, five seconds to stop sending, and the end."""
    key = await key_header(engine)
    _, port = serve(start, tmp_path, "[http]\nbody_timeout_s = 1.0\n")
    here = ServerAddress("127.0.0.1", port)

    _, (stops, trickles, strangers) = await together(
        here,
        slow_bodies(here, 20, 20.0, PATH, key, trickle=b""),
        slow_bodies(here, 20, 20.0, PATH, key),
        slow_bodies(here, 20, 20.0, PATH, trickle=b""),
    )

    assert (stops.statuses, stops.ended) == ({408: 20}, 20)
    assert (trickles.statuses, trickles.ended) == ({408: 20}, 20)
    assert (strangers.statuses, strangers.ended) == ({401: 20}, 20)
    assert max(stops.longest_s, trickles.longest_s) < 10.0
    assert strangers.longest_s < 14.0


@contextmanager
def serving_after(dsn: str, folder: Path, limit: str) -> Generator[subprocess.Popen[str]]:
    """A server that a shell starts after this command."""
    gerai = [sys.executable, "-P", "-m", "gerai", "serve", "--port", "0"]
    command = ["sh", "-c", f'{limit}; exec "$@"', "sh", *gerai]
    server = subprocess.Popen(command, env=environment(dsn), stderr=subprocess.PIPE, text=True, cwd=folder)
    with server:
        yield server
        server.kill()


@pytest.fixture
def few(dsn: str, tmp_path: Path) -> Generator[subprocess.Popen[str]]:
    """A server that may hold 200 files and connections, not one more."""
    with serving_after(dsn, tmp_path, "ulimit -n 200") as server:
        yield server


async def test_few_descriptors(few: subprocess.Popen[str]) -> None:
    """Where the system allows few descriptors, the log says so, and a server that 300 clients hold is not deaf
    afterwards: it keeps no more connections than it can accept."""
    told = event_of(few, "server.few_descriptors")
    assert (told["limit"], told["connections"], told["wanted"]) == (200, 100, 4096)
    here = ServerAddress("127.0.0.1", event_of(few, "server.listening")["port"])

    met, (held,) = await together(here, idle(here, 300, 3.0))

    assert held.opened == 300
    assert held.ended >= 200
    assert met.failed == 0
    assert met.kept_waiting_s < _SERVED_WITHIN_S


async def test_who_reads_nothing_is_ended(start: Starter, tmp_path: Path) -> None:
    """A client that asks for more than it reads holds its connection no longer than a silent one."""
    _, port = serve(start, tmp_path, "[server]\nidle_timeout_s = 1.0\n")

    held = await deaf(ServerAddress("127.0.0.1", port), 10, 4.0)

    assert (held.opened, held.ended) == (10, 10)


def test_the_soft_limit_is_raised(tmp_path: Path, dsn: str) -> None:
    """A server started with the usual soft limit of 1,024 has the hard one."""
    with serving_after(dsn, tmp_path, "ulimit -S -n 1024") as server:
        event_of(server, "server.listening")
        soft, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    assert soft == min(hard, 65_536)
