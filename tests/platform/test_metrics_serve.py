"""Metrics of real processes: one figure for all processes of a server, addresses of their own, and mistakes."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path

import httpx
import pytest
import typer
from metrics_kit import SCRAPE, TOKEN, Series, series
from serve_kit import Starter, answers, children, event_of

from gerai.cli.metrics import holding_metrics_address
from gerai.settings import MetricsSettings, Settings

PAGE = "/docs/style.css"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings_file(folder: Path, text: str) -> str:
    file = folder / f"{len(list(folder.iterdir()))}.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def visit(base_url: str, times: int) -> None:
    """Ask for a page, each time over a connection of its own, so that every process gets some."""
    for _ in range(times):
        assert httpx.get(f"{base_url}{PAGE}", trust_env=False).status_code == 200


def scrape(base_url: str) -> Series:
    answer = httpx.get(f"{base_url}/metrics", headers=SCRAPE, trust_env=False, timeout=20)
    assert answer.status_code == 200, answer.text
    return series(answer.text)


def visits(base_url: str) -> float:
    return scrape(base_url).of("gerai_requests_total", route=PAGE, status="2xx")


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked up in /proc")
def test_one_figure_for_all_processes(start: Starter, tmp_path: Path) -> None:
    """Whichever of two processes a scrape meets, on the public port or on the metrics' own, it tells the sum of both,
    exactly; after kill -9 of one, what that one counted is still in it, and its successor counts on."""
    port = free_port()
    text = f'[metrics]\ntoken = "{TOKEN}"\nlisten = "127.0.0.1:{port}"\n'
    server = start("serve", "--workers", "2", "--port", "0", "--settings", settings_file(tmp_path, text))
    base_url = f"http://127.0.0.1:{event_of(server, 'server.listening')['port']}"
    assert event_of(server, "metrics.listening")["port"] == port
    assert event_of(server, "metrics.listening")["port"] == port
    assert answers(base_url)
    visit(base_url, 30)
    assert {visits(base_url) for _ in range(10)} == {30}
    assert {visits(f"http://127.0.0.1:{port}") for _ in range(5)} == {30}
    assert scrape(base_url).of("gerai_requests_total", route="/metrics", status="2xx") == 10
    os.kill(children(server.pid)[0], signal.SIGKILL)
    event_of(server, "server.died")
    event_of(server, "metrics.listening")
    visit(base_url, 10)
    deadline = time.monotonic() + 60
    while len(children(server.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {visits(base_url) for _ in range(10)} == {40}
    server.send_signal(signal.SIGTERM)
    assert server.wait() == 0


def test_a_worker_tells_on_its_own_address(start: Starter, tmp_path: Path) -> None:
    """`gerai work` has no public port; its address answers scrapes and nothing else. On loopback it needs no token. A
    second process that would share the address is told so, and does not start."""
    port = free_port()
    file = settings_file(tmp_path, f'[metrics]\nlisten = "127.0.0.1:{port}"\n')
    worker = start("work", "--settings", file)
    event_of(worker, "worker.started")
    rival = start("work", "--settings", file)
    _, said = rival.communicate()
    assert (rival.returncode, "Traceback" in said) == (2, False)
    assert f"port {port} on 127.0.0.1 is taken; choose another in metrics.listen" in said
    base_url = f"http://127.0.0.1:{port}"
    found = scrape(base_url)
    assert found.of("gerai_build_info") == found.of("gerai_database_up") == 1
    # What the worker itself has just asked for may stand in it.
    assert 0 <= found.of("gerai_engine_queue_length") <= 2
    assert [httpx.get(f"{base_url}{path}", trust_env=False).status_code for path in ("/", PAGE)] == [404, 404]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait() == 0


@pytest.mark.parametrize(
    ("listen", "said"),
    [
        ("9464", "metrics.listen: '9464' is not host:port"),
        ("127.0.0.1:0", "metrics.listen: '127.0.0.1:0' is not host:port"),
        ("127.0.0.1:http", "metrics.listen: '127.0.0.1:http' is not host:port"),
        ("0.0.0.0:9464", "metrics.listen 0.0.0.0 can be reached from elsewhere: set metrics.token too"),
        ("[::]:9464", "metrics.listen :: can be reached from elsewhere: set metrics.token too"),
        ("gerai.example:9464", "metrics.listen gerai.example can be reached from elsewhere: set metrics.token too"),
    ],
)
def test_an_address_that_will_not_do(listen: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake stops the start with one sentence: above all, figures open to the network without a token."""
    with pytest.raises(typer.Exit) as left, holding_metrics_address(Settings(metrics=MetricsSettings(listen=listen))):
        pass
    assert left.value.exit_code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_an_address_with_a_token_is_held(capsys: pytest.CaptureFixture[str]) -> None:
    """Any address will do with a token; from the check on nobody else gets it, afterwards it is free again."""
    port = free_port()
    settings = Settings(metrics=MetricsSettings(token=TOKEN, listen=f"0.0.0.0:{port}"))
    with holding_metrics_address(settings):
        with pytest.raises(typer.Exit), holding_metrics_address(settings):
            pass
        assert f"port {port} on 0.0.0.0 is taken" in " ".join(capsys.readouterr().err.split())
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), timeout=5)
    with holding_metrics_address(settings):
        pass


def test_without_an_address_nothing_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default: no address of its own, and no socket is opened for one."""
    served: list[str] = []
    with monkeypatch.context() as without:
        without.setattr(socket, "socket", None)
        with holding_metrics_address(Settings()):
            served.append("inside")
    assert served == ["inside"]
