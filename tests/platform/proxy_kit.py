"""The proxies of the documentation, started as their page shows them, before a server of ours."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from typing import Final

from gerai.cli.test_programs import proxy_program

_PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "production.md"
#: The page's times are these times as long as those of a test.
QUICKER: Final = 5
_START_WITHIN_S: Final = 20.0


def configuration(name: str) -> str:
    """The block of the page that is this proxy's."""
    [block] = re.findall(rf"^```{name}\n(.*?)^```", _PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return block


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def proxy(name: str, server_port: int, folder: Path) -> Generator[int]:
    """The proxy, with the addresses of a test, without TLS, and with shorter times; yields its port."""
    port = free_port()
    text = configuration(name)
    for page, here in {"nginx": _nginx, "caddy": _caddy}[name](port, server_port, folder).items():
        assert page in text, page
        text = text.replace(page, here)
    file = folder / {"nginx": "nginx.conf", "caddy": "Caddyfile"}[name]
    file.write_text(_quicker(text), encoding="utf-8")
    program = str(proxy_program(name))
    nginx = [program, "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    caddy = [program, "run", "--config", str(file), "--adapter", "caddyfile"]
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            nginx if name == "nginx" else caddy, env=os.environ | home, stdout=output, stderr=output
        )
    try:
        _wait(process, port, folder / "output")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _quicker(text: str) -> str:
    return re.sub(r"\b(\d+)s\b", lambda found: f"{max(1, int(found[1]) // QUICKER)}s", text)


def _nginx(port: int, server_port: int, folder: Path) -> dict[str, str]:
    """What differs from the page. The processes it starts are ours, as are the folders it writes in."""
    user = "user root;\n" if os.geteuid() == 0 else ""
    folders = [f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    return {
        "worker_processes auto;": f"{user}worker_processes 2;\npid {folder}/nginx.pid;",
        "http {": "http {\naccess_log off;\n" + "\n".join(folders),
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "ssl_certificate /etc/ssl/gerai.example.pem;": "",
        "ssl_certificate_key /etc/ssl/gerai.example.key;": "",
        "server_name gerai.example;": "server_name localhost;",
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{server_port};",
    }


def _caddy(port: int, server_port: int, _: Path) -> dict[str, str]:
    """What differs from the page."""
    return {
        "{\n    servers {": "{\n    admin off\n    auto_https off\n    servers {",
        "gerai.example {": f"http://localhost:{port} {{",
        "127.0.0.1:8000": f"127.0.0.1:{server_port}",
    }


def _wait(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(output.read_text(encoding="utf-8"))
