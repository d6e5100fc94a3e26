"""Golden exchanges with Midtrans: what a call sends, and what is made of the documented answer, both exactly."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from midtrans_kit import attempt_of, contract_at, served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.partners.gateways.midtrans import GATEWAY
from gerai.partners.gateways.midtrans.calls import snap_base
from gerai.ports.gateways import GatewayRefused

GOLDEN = Path(__file__).parent / "golden" / "midtrans"
NOTICES = "https://gerai.test/in/pay/1"
#: Of a request's headers, those that mean something to Midtrans.
HEADERS = ("authorization", "idempotency-key", "x-override-notification")


class Scripted:
    """Gives the answer it was given, and keeps the request."""

    def __init__(self) -> None:
        self.request: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        raw = await request.body()
        self.request = {
            "method": request.method,
            "path": request.url.path,
            "headers": {name: request.headers[name] for name in HEADERS if name in request.headers},
            "body": json.loads(raw) if raw else None,
        }
        return JSONResponse(self.answer["body"], self.answer["status"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scripted() -> AsyncGenerator[tuple[Scripted, str]]:
    """It on a socket, and its address."""
    midtrans = Scripted()
    async with served(midtrans.app) as url:
        yield midtrans, url


async def made_of(golden: dict[str, Any], url: str) -> Any:
    """What the gateway makes of the answer, the steps for the payer left out; a refusal as its code and text."""
    http = Outgoing(Guard(allow_loopback=True), timeout_s=60)
    contract = contract_at(url, notice_url=NOTICES, **golden.get("facts", {}))
    attempt = attempt_of(tuple(golden["way"]), "att-1", **golden.get("attempt", {}))
    arguments = golden.get("arguments", [])
    try:
        seen = await getattr(GATEWAY, golden["call"])(http, contract, attempt, *arguments)
    except GatewayRefused as refused:
        return {"refused": refused.code, "text": refused.text}
    finally:
        await http.close()
    plain = msgspec.to_builtins(seen)
    if plain and plain.get("instructions"):
        plain["instructions"] = {k: v for k, v in plain["instructions"].items() if v and k != "steps"}
    return {name: value for name, value in plain.items() if value not in (None, "", 0)} if plain else None


#: By file.
EXCHANGES = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(GOLDEN.glob("*.json"))}


@pytest.mark.parametrize("name", EXCHANGES)
async def test_golden(scripted: tuple[Scripted, str], name: str) -> None:
    """The request is the one that is written down, and so is what is seen in the answer."""
    golden, (midtrans, url) = EXCHANGES[name], scripted
    midtrans.request, midtrans.answer = {}, golden["answer"]
    seen = await made_of(golden, url)
    assert midtrans.request == golden["request"]
    assert seen == golden["seen"]


def test_every_way_has_a_golden_start() -> None:
    """No channel is without an exchange that is written down."""
    started = {tuple(golden["way"]) for name, golden in EXCHANGES.items() if name.startswith("start_")}
    assert started == set(GATEWAY.channels)


def test_snap_is_beside_the_core_api() -> None:
    """At Midtrans it has a host of its own; a stand-in is one address."""
    assert {snap_base(url) for url in GATEWAY.base_urls.values()} == {
        "https://app.midtrans.com",
        "https://app.sandbox.midtrans.com",
    }
    assert snap_base("http://127.0.0.1:8200") == "http://127.0.0.1:8200"
