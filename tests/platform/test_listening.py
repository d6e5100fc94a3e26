"""The port a server listens on: chosen where nobody else takes it by chance, and missed in a sentence."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest
import typer
from starlette.types import Receive, Scope, Send

from gerai.cli.serving import free_port, serving
from gerai.settings import ServerSettings


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is never asked."""


def test_a_free_port_is_none_of_the_systems_own() -> None:
    """Chosen seconds before it is listened on: none that outgoing connections get meanwhile, nor always the same."""
    found = {free_port("127.0.0.1", 0) for _ in range(20)}
    assert len(found) > 10
    assert all(20_000 <= port < 32_000 for port in found)


async def test_a_port_that_somebody_took_meanwhile(capfd: pytest.CaptureFixture[str]) -> None:
    """It was free when it was chosen: the server leaves at once with the address and what to do, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = replace(ServerSettings(), host="127.0.0.1", port=taken.getsockname()[1])
        with pytest.raises(typer.Exit) as left:
            async with asyncio.timeout(20), serving(nothing, server):
                pytest.fail("it serves")
    assert left.value.exit_code == 1
    said = capfd.readouterr().err
    assert said == f"gerai: cannot listen on 127.0.0.1:{server.port}: somebody else does by now; start again\n"
