"""`gerai payments fake`: a stand-in for a gateway, to try the whole way of a payment on one machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import typer

from gerai.cli.names import one_of
from gerai.cli.serving import free_port, run, until_stopped
from gerai.cli.terminal import console
from gerai.testing.gateways.durianpay import DurianpayFake
from gerai.testing.gateways.midtrans import MidtransFake
from gerai.testing.gateways.tripay import TripayFake
from gerai.testing.gateways.xendit import XenditFake
from gerai.testing.loopback import served

#: By gateway: the application of its stand-in, which takes this key.
_FAKES: Final[dict[str, Callable[[str], Any]]] = {
    "durianpay": lambda key: DurianpayFake(key).app,
    "midtrans": lambda key: MidtransFake(key).app,
    "tripay": lambda key: TripayFake(api_key=key, private_key=key).app,
    "xendit": lambda key: XenditFake(key, callback_token=key).app,
}


def fake(
    gateway: Annotated[str, typer.Argument(metavar="GATEWAY", help=f"One of {', '.join(_FAKES)}.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where it listens on this machine; 0: any free one.")] = 0,
    key: Annotated[str, typer.Option("--key", help="The key that it takes.")] = "fake-key",
) -> None:
    """Stand in for a gateway, in memory, until stopped: it takes charges, and reports them when a buyer pays."""
    app = _FAKES[one_of(gateway, _FAKES, "gateway with a stand-in")](key)
    run(lambda stop: _serve(app, free_port("127.0.0.1", port), key, stop))


async def _serve(app: Any, port: int, key: str, stop: asyncio.Event) -> None:
    async with served(app, port) as address:
        console.line(f"{address} stands in for the gateway, and takes the key {key} (each of its keys)")
        console.line(f"  gerai payments gateways add … --base-url {address}")
        console.line(f"  curl -X POST {address}/_buyer/REFERENCE/pay -H 'Content-Type: application/json' -d '{{}}'")
        console.line(f"  POST {address}/_switch makes it fail; what can be switched stands in gerai/testing/gateways")
        console.line("Ctrl-C menghentikan. / Ctrl-C stops.")
        await until_stopped(stop)
