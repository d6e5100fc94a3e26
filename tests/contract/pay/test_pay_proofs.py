"""*Saya sudah transfer*: the page takes a file of a payer who says so, whatever is sent to it, and shows what became of
it."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pay_shop import place

from app_kit import app_of
from bank_kit import JPEG, PDF, PNG, BankShop, bank_shop
from gerai.domain.records import OrderView
from gerai.engine.core import Engine
from gerai.engine.orders.cancel import CancelOrder
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payments.cancel import CancelPayment
from gerai.engine.payments.record import RecordPayment
from gerai.engine.proofs import LARGEST_BYTES
from gerai.settings import Settings

FORM = 'enctype="multipart/form-data"'
RECEIVED = "Bukti sudah diterima, menunggu diperiksa"
TYPE = {"content-type": "multipart/form-data; boundary=XX"}
HEAD = b'--XX\r\nContent-Disposition: form-data; name="proof"; filename="a.png"\r\n\r\n'


@pytest_asyncio.fixture
async def shop(engine: Engine) -> BankShop:
    return await bank_shop(engine)


def at(view: OrderView, below: str = "") -> str:
    """The address of its page."""
    return f"/i/{view.order.secret}{below}"


async def send(
    client: httpx.AsyncClient, view: OrderView, content: bytes = PNG, name: str = "bukti.png", **more: Any
) -> httpx.Response:
    """Send a file through the form."""
    return await client.post(at(view, "/proof"), files={"proof": (name, content)}, **more)


async def raw(client: httpx.AsyncClient, view: OrderView, body: bytes, **headers: str) -> httpx.Response:
    """Send a body as it is."""
    return await client.post(at(view, "/proof"), content=body, headers=TYPE | headers)


async def test_a_payer_shows_the_transfer(shop: BankShop, client: httpx.AsyncClient) -> None:
    """The form stands below the account; after it the page is in a state of its own, and shows account and amount all
    the same. After three it says so, and asks for no more; the order is paid by none of them."""
    view = await shop.placed()
    [payment] = view.payments
    before = (await client.get(at(view))).text
    assert (FORM in before, 'type="file"' in before, RECEIVED in before) == (True, True, False)
    for number in range(1, 4):
        answer = await send(client, view, PNG + bytes([number]))
        assert (answer.status_code, answer.headers["location"]) == (303, at(view))
        page = await client.get(at(view))
        assert f"{RECEIVED} ({number} dari 3)" in page.text
        assert "state-proof" in page.text
        assert "1234" in page.text
        assert "Budi Santoso" in page.text
        assert f"Rp50.{payment.matching_sen // 100:03d}" in page.text
        assert (FORM in page.text) is (number < 3)
        assert len(page.content) < 50_000
    assert "Lebih dari ini tidak bisa dikirim" in page.text
    assert "Bukti transfer diterima, menunggu diperiksa" in page.text
    answer = await send(client, view, PNG + b"fourth")
    assert answer.headers["location"] == at(view, "?notice=proof_full")
    assert "Tiga bukti sudah diterima" in (await client.get(at(view, "?notice=proof_full"))).text
    assert [content[-1] for *_, content in await shop.stored()] == [1, 2, 3]
    assert (await shop.again(view)).order.status == "pending"
    english = (await client.get(at(view), headers={"accept-language": "en"})).text
    assert "Proof received, waiting to be checked (3 of 3)" in english
    assert "unsafe" not in page.headers["content-security-policy"]


async def test_a_picture_a_photo_and_a_pdf(shop: BankShop, client: httpx.AsyncClient) -> None:
    """What it is, its bytes say; a name and a type that say otherwise count for nothing. It is kept to the byte."""
    view = await shop.placed()
    for content, name, kind in (
        (JPEG + b"\r\n--XX--", "a.exe", "text/html"), (PNG, "", "application/pdf"), (PDF + b"<script>", "a.png", ""),
    ):  # fmt: skip
        answer = await client.post(at(view, "/proof"), files={"proof": (name or "\u2013", content, kind)})
        assert answer.headers["location"] == at(view)
    assert [(kind, content) for _, kind, _, content in await shop.stored()] == [
        ("image/jpeg", JPEG + b"\r\n--XX--"), ("image/png", PNG), ("application/pdf", PDF + b"<script>"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>alert(1)</script>", "a.png"), (b"<svg/>", "a.jpg"), (b"GIF89a" + PNG, "a.gif"),
        (b" " + PDF, "a.pdf"), (b"<!--" + JPEG, "a.jpg"), (b"MZ\x90", "bukti.pdf"), (PNG[:15], "a.png"), (b"\x00", "x"),
    ],
)  # fmt: skip
async def test_a_file_of_another_type(shop: BankShop, client: httpx.AsyncClient, content: bytes, name: str) -> None:
    """It is refused in words, whatever its name; nothing is kept."""
    view = await shop.placed()
    answer = await send(client, view, content, name)
    assert (answer.status_code, answer.headers["location"]) == (303, at(view, "?notice=proof_kind"))
    assert "bukan gambar JPEG atau PNG" in (await client.get(answer.headers["location"])).text
    assert await shop.stored() == []


async def test_without_a_file(shop: BankShop, client: httpx.AsyncClient) -> None:
    """No field, a field that was left empty as browsers send it, an empty file: said so, and nothing is kept."""
    view = await shop.placed()
    empty = HEAD.replace(b"a.png", b"") + b"\r\n--XX--\r\n"
    other = b'--XX\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--XX--\r\n'
    for body in (b"--XX--\r\n", empty, other, HEAD + b"\r\n--XX--\r\n"):
        answer = await raw(client, view, body)
        assert (answer.status_code, answer.headers["location"]) == (303, at(view, "?notice=proof_missing")), body
    assert "Pilih dulu berkas" in (await client.get(at(view, "?notice=proof_missing"))).text
    assert await shop.stored() == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", TYPE["content-type"]),
        (PNG, "image/png"),
        (b"proof=a", "application/x-www-form-urlencoded"),
        (HEAD + PNG + b"\r\n--XX--\r\n", "multipart/form-data"),
        (HEAD + PNG + b"\r\n--XX--\r\n", "multipart/form-data; boundary=YY"),
        (HEAD + PNG, TYPE["content-type"]),
        (HEAD + PNG + b"\r\n--XX", TYPE["content-type"]),
        (HEAD + PNG + b"\r\n" + HEAD + JPEG + b"\r\n--XX--\r\n", TYPE["content-type"]),
        (HEAD.replace(b"proof", b"other") + PNG + b"\r\n--XX--\r\n", TYPE["content-type"]),
        (HEAD.replace(b'; filename="a.png"', b"") + PNG + b"\r\n--XX--\r\n", TYPE["content-type"]),
        (HEAD.replace(b"a.png", b"a\x00.png") + PNG + b"\r\n--XX--\r\n", TYPE["content-type"]),
        (HEAD.replace(b"proof", b"pro\x00of") + PNG + b"\r\n--XX--\r\n", TYPE["content-type"]),
        (b"\xff\xfe\x00" * 999, TYPE["content-type"]),
    ],
)
async def test_what_is_no_such_form(shop: BankShop, client: httpx.AsyncClient, body: bytes, content_type: str) -> None:
    """Nothing, another type, no boundary, cut off, two files, a file in another field, a text in this one, NUL in a
    name: 400 as a page, and nothing is kept."""
    view = await shop.placed()
    answer = await raw(client, view, body, **{"content-type": content_type})
    assert (answer.status_code, "Permintaan tidak terbaca" in answer.text) == (400, True)
    assert await shop.stored() == []


async def test_five_mebibytes(shop: BankShop, client: httpx.AsyncClient) -> None:
    """Exactly so much is kept; one byte more is 413, and so is a body that is larger altogether, announced or not, or
    once it is unpacked. The general limit of other forms is what it was."""
    view = await shop.placed()
    largest = PNG + b"\x00" * (LARGEST_BYTES - len(PNG))
    assert (await send(client, view, largest)).headers["location"] == at(view)
    assert [size for _, _, size, _ in await shop.stored()] == [LARGEST_BYTES]
    packed = gzip.compress(HEAD + largest + b"\x00" * 100_000 + b"\r\n--XX--\r\n")
    assert len(packed) < 100_000
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(800):
            sent += 65_536
            yield b"\x00" * 65_536

    answers = [
        await send(client, view, largest + b"\x00"),
        await send(client, view, largest + b"\x00" * 1_000_000),
        await raw(client, view, packed, **{"content-encoding": "gzip"}),
        await client.post(at(view, "/proof"), content=endless(), headers=TYPE),
        await client.post(at(view, "/change"), content=b"a" * 262_145),
    ]
    assert [answer.status_code for answer in answers] == [413] * 5
    assert "Terlalu besar" in answers[0].text
    assert LARGEST_BYTES < sent < 6 * LARGEST_BYTES
    assert len(await shop.stored()) == 1


async def test_half_a_file(shop: BankShop, settings: Settings) -> None:
    """A file may take four times as long as another body; one that stops half-way is 408, and nothing is kept."""
    view = await shop.placed()

    async def halting(rest_after_s: float) -> Any:
        yield HEAD
        await asyncio.sleep(rest_after_s)
        yield PNG + b"\r\n--XX--\r\n"

    hasty = app_of(replace(settings, http=replace(settings.http, body_timeout_s=0.5)))
    transport = httpx.ASGITransport(app=hasty)
    async with hasty.running(), httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as client:
        answer = await client.post(at(view, "/proof"), content=halting(30), headers=TYPE)
        assert (answer.status_code, await shop.stored()) == (408, [])
        answer = await client.post(at(view, "/proof"), content=halting(0.8), headers=TYPE)
        assert (answer.status_code, len(await shop.stored())) == (303, 1)


async def test_the_same_file_twice_at_once(shop: BankShop, client: httpx.AsyncClient) -> None:
    """A button pressed twice: one proof, and both lead back to the page without a word of trouble."""
    view = await shop.placed()
    for _ in range(3):
        answers = await asyncio.gather(*(send(client, view) for _ in range(2)))
        assert {answer.headers["location"] for answer in answers} == {at(view)}
    assert (len(await shop.stored()), len(await shop.noted(view))) == (1, 1)


async def test_too_many_at_once_are_asked_to_wait(shop: BankShop, client: httpx.AsyncClient) -> None:
    """Files of one page that arrive at the same time: three are taken in, the others are told that the server is busy,
    and the places are free again afterwards."""
    view = await shop.placed()
    gate, begun = asyncio.Event(), [asyncio.Event() for _ in range(3)]

    async def slow(number: int) -> Any:
        yield HEAD
        begun[number].set()
        await gate.wait()
        yield PNG + bytes([number]) + b"\r\n--XX--\r\n"

    held = [
        asyncio.create_task(client.post(at(view, "/proof"), content=slow(number), headers=TYPE)) for number in range(3)
    ]
    await asyncio.gather(*(event.wait() for event in begun))
    busy = await send(client, view, PDF)
    assert busy.status_code == 503
    gate.set()
    assert {answer.status_code for answer in await asyncio.gather(*held)} == {303}
    assert (await send(client, view, PDF)).status_code == 303
    assert len(await shop.stored()) == 3


async def test_what_has_ended(shop: BankShop, client: httpx.AsyncClient) -> None:
    """An order that expired (before the sweep, too) or was cancelled offers it, folded, and takes it; its state stays,
    and one that can still be paid then says that the proof waits. One whose payer gave the transfer up without a proof
    offers it no more while another way can be chosen."""
    swept, overdue, expired, cancelled, changed = [await shop.placed() for _ in range(5)]
    await shop.engine.submit(
        RecordPayment(
            **shop.names, order_id=swept.order.order_id, payment_id=swept.payments[0].payment_id, outcome="expired"
        )
    )
    for view in (overdue, expired):
        await shop.overdue(view)
    await shop.engine.submit(ExpireOrder(**shop.names, order_id=expired.order.order_id))
    await shop.engine.submit(CancelOrder(**shop.names, order_id=cancelled.order.order_id))
    for view, state in ((swept, "choose"), (overdue, "expired"), (expired, "expired"), (cancelled, "cancelled")):
        before = (await client.get(at(view))).text
        assert (FORM in before, "<details>" in before, f"state-{state}" in before) == (True, True, True), state
        assert (await send(client, view)).headers["location"] == at(view)
        after = (await client.get(at(view))).text
        state = "proof" if state == "choose" else state
        assert (f"{RECEIVED} (1 dari 3)" in after, f"state-{state}" in after) == (True, True), state
    [payment] = changed.payments
    await shop.engine.submit(CancelPayment(**shop.names, order_id=payment.order_id, payment_id=payment.payment_id))
    assert FORM not in (await client.get(at(changed))).text
    assert (await send(client, changed)).headers["location"] == at(changed, "?notice=changed")
    assert len(await shop.stored()) == 4


async def test_what_is_paid_takes_none(
    shop: BankShop, engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """Paid in time or late, paid otherwise, not chosen yet, or by a way that a gateway reports: no form, and one that
    was opened before is told that something changed."""
    paid, late, chosen_none = await shop.placed(), await shop.placed(), await shop.placed(chosen=False)
    await send(client, paid)
    await shop.engine.submit(CancelOrder(**shop.names, order_id=late.order.order_id))
    for view in (paid, late):
        [payment] = view.payments
        order = {**shop.names, "order_id": payment.order_id}
        await shop.engine.submit(RecordPayment(**order, payment_id=payment.payment_id, outcome="paid"))
    simulated = await place(engine, merchant.merchant_id)
    await client.post(at(simulated, "/method"), data={"choice": "va:BCA"})
    for view in (paid, late, chosen_none, simulated):
        page = (await client.get(at(view))).text
        assert (FORM in page, RECEIVED in page) == (False, False)
        answer = await send(client, view, PNG + b"other")
        assert (answer.status_code, answer.headers["location"]) == (303, at(view, "?notice=changed"))
    assert len(await shop.stored()) == 1


async def test_who_may_send(shop: BankShop, client: httpx.AsyncClient) -> None:
    """Whoever holds the link, from our own page, so often in a minute. Its address, opened, leads to the page, and
    hands nothing out; a wrong link is not found."""
    view = await shop.placed()
    assert (await send(client, view, headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await client.post(f"/i/{'x' * 40}/proof", files={"proof": ("a", PNG)})).status_code == 404
    assert (await client.get(at(view, "/proof"))).headers["location"] == at(view)
    assert (await client.put(at(view, "/proof"), content=b"")).status_code == 405
    assert await shop.stored() == []
    answers = [await send(client, view, b"x") for _ in range(31)]
    # The minute may turn once in between, which forgives what came before.
    assert {answer.status_code for answer in answers} <= {303, 429}
    assert [answer.status_code for answer in answers].count(303) >= 29
    other = await shop.placed()
    assert (await send(client, other)).status_code == 303
