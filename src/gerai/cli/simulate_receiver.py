"""`gerai simulate webhook-receiver`: an address on this machine that shows what is sent to it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import msgspec
import typer

from gerai.cli.serving import free_port, run, until_stopped
from gerai.cli.terminal import console, to_the_second
from gerai.kit.clock import real_now
from gerai.testing.receiver import Received, receiving

#: Of every sender alike; they say nothing of what was sent.
_USUAL: Final = frozenset({"host", "accept", "accept-encoding", "connection", "content-length", "user-agent"})


def receive(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where it listens; 0: any free one.")] = 0,
    status: Annotated[int, typer.Option("--status", min=200, max=599, help="What it answers.")] = 200,
) -> None:
    """Print every webhook that comes, with its headers, until stopped."""
    chosen = free_port("127.0.0.1", port)

    async def serve(stop: asyncio.Event) -> None:
        with receiving(chosen) as receiver:

            def shown(received: Received) -> int:
                receiver.requests.clear()
                _show(received)
                return status

            receiver.answer = shown
            console.line(f"{receiver.url()} takes webhooks, and answers {status}")
            console.line(f"  gerai webhooks add COUNTER {receiver.url()} sandbox --merchant CODE")
            console.line("Ctrl-C menghentikan. / Ctrl-C stops.")
            await until_stopped(stop)

    run(serve)


def _show(received: Received) -> None:
    console.line("")
    console.line(f"{to_the_second(real_now())} WIB  {received.path}", style="bold")
    for name, value in received.headers.items():
        if name not in _USUAL:
            console.line(f"  {name}: {value}")
    try:
        console.json(msgspec.json.format(received.body, indent=2).decode())
    except (msgspec.DecodeError, UnicodeError):
        console.line(received.body.decode("utf-8", "replace"))
