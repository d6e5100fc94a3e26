"""Files that payers send, many at once and slowly: nobody keeps another one's from arriving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from bank_kit import PNG, BankShop, bank_shop
from gerai.app import App
from gerai.domain.records import OrderView
from gerai.doors.http import request_body
from gerai.doors.pay import upload
from gerai.engine.core import Engine

TYPE = {"content-type": "multipart/form-data; boundary=XX"}
HEAD = b'--XX\r\nContent-Disposition: form-data; name="proof"; filename="a.png"\r\n\r\n'


@dataclass
class Senders:
    """Uploads that stay on their way until the end."""

    app: App
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[asyncio.Task[httpx.Response]] = field(default_factory=list[asyncio.Task[httpx.Response]])

    async def hold(self, view: OrderView, address: str) -> bool:
        """One more of them; whether it has a place."""
        begun, places = asyncio.Event(), upload._RECEIVING  # pyright: ignore[reportPrivateUsage]

        async def slow() -> Any:
            yield HEAD
            begun.set()
            await self.gate.wait()
            yield PNG + str(number).encode() + b"\r\n--XX--\r\n"

        number, before = len(self.sent), places._taken  # pyright: ignore[reportPrivateUsage]
        self.sent.append(asyncio.create_task(send(self.app, view, address, slow())))
        # Of one that is refused the rest is taken in, too, so that its sender comes to read why.
        await begun.wait()
        return places._taken > before  # pyright: ignore[reportPrivateUsage]

    async def finish(self) -> list[int]:
        """Let them arrive."""
        self.gate.set()
        return [answer.status_code for answer in await asyncio.gather(*self.sent)]


async def send(app: App, view: OrderView, address: str, body: Any) -> httpx.Response:
    """A form with a file for this order's page, from this address."""
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        return await client.post(f"/i/{view.order.secret}/proof", content=body, headers=TYPE)


@asynccontextmanager
async def senders(app: App) -> AsyncGenerator[Senders]:
    found = Senders(app)
    try:
        yield found
    finally:
        await found.finish()


def whole(number: int) -> bytes:
    """A form that is there at once."""
    return HEAD + PNG + f"whole {number}".encode() + b"\r\n--XX--\r\n"


async def shops(engine: Engine) -> tuple[BankShop, BankShop]:
    return await bank_shop(engine), await bank_shop(engine)


async def test_an_address_and_a_merchant_have_some_of_the_places(engine: Engine, app: App) -> None:
    """Four files from one address, eight of one merchant's pages, three of one page: whoever comes after that is told
    that the server is busy, and everybody else is taken in. All that were held arrive in the end."""
    one, other = await shops(engine)
    async with senders(app) as many:
        view = [await one.placed() for _ in range(4)]
        taken = [await many.hold(view[n // 3], "10.0.0.1") for n in range(5)]
        assert taken == [True] * 4 + [False]
        assert [await many.hold(view[1], f"10.0.1.{n}") for n in range(3)] == [True, True, False]
        assert [await many.hold(view[n % 2 + 2], f"10.0.2.{n}") for n in range(3)] == [True, True, False]
        # The merchant's eight are taken; another one's payers come all the same, from a new address.
        assert (await send(app, await other.placed(), "10.0.3.1", whole(1))).status_code == 303
        assert (await send(app, await other.placed(), "10.0.0.1", whole(2))).status_code == 503
        assert sorted(await many.finish()) == [303] * 8 + [503] * 3
    assert (await send(app, view[3], "10.0.0.1", whole(3))).status_code == 303
    # Of three for one page each is kept.
    assert (len(await one.stored()), len(await other.stored())) == (9, 1)


async def test_a_page_that_takes_no_file_holds_no_place(engine: Engine, app: App) -> None:
    """Twenty files on their way to pages where nothing was chosen yet, and which take none: a payer's file arrives."""
    one, _ = await shops(engine)
    nothing_chosen = [await one.placed(chosen=False) for _ in range(5)]
    async with senders(app) as many:
        for n in range(20):
            many.sent.append(asyncio.create_task(send(app, nothing_chosen[n % 5], f"10.0.{n}.1", trickling(many.gate))))
        await asyncio.sleep(0.2)
        assert (await send(app, await one.placed(), "10.0.0.1", whole(1))).status_code == 303
    assert {task.result().headers["location"].partition("?")[2] for task in many.sent} == {"notice=changed"}
    assert len(await one.stored()) == 1


async def trickling(until: asyncio.Event) -> AsyncGenerator[bytes]:
    yield HEAD
    await until.wait()
    yield b"--XX--\r\n"


async def test_a_trickle_is_cut_off(engine: Engine, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slower than any telephone, a file only holds its place: it is answered 408 long before its time is over; one that
    comes as slowly as a bad line lets it is taken."""
    monkeypatch.setattr(request_body, "_FILE_BEGINS_S", 0.5)
    one, _ = await shops(engine)

    async def every(pause_s: float, chunk: int) -> AsyncGenerator[bytes]:
        yield HEAD
        file = PNG + bytes(20_000)
        for at in range(0, len(file), chunk):
            await asyncio.sleep(pause_s)
            yield file[at : at + chunk]
        yield b"\r\n--XX--\r\n"

    begun_s = asyncio.get_running_loop().time()
    answer = await send(app, await one.placed(), "10.0.0.1", every(0.1, 10))
    assert (answer.status_code, await one.stored()) == (408, [])
    assert asyncio.get_running_loop().time() - begun_s < 20
    answer = await send(app, await one.placed(), "10.0.0.1", every(0.2, 5_000))
    assert (answer.status_code, len(await one.stored())) == (303, 1)
