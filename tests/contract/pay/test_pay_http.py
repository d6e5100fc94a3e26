"""The hosted pages over HTTP, on the real engine: every address, every act, and what must not work."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pay_shop import again, place

from gerai.app import DIALECTS
from gerai.domain.money import rupiah
from gerai.engine.core import Engine
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.kit import ids
from gerai.kit.clock import real_now


async def test_every_address_of_an_order_opens_its_page(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """The same order is behind /i, /o, /o/…/success and /user/invoice with its secret."""
    order = (await place(engine, merchant.merchant_id)).order
    for path in (
        f"/i/{order.secret}",
        f"/o/{order.secret}",
        f"/o/{order.secret}/success",
        f"/user/invoice/{order.number}?t={order.secret}",
        f"/user/invoice/{order.public_id}?t={order.secret}",
    ):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "Rp15.000" in answer.text
        assert order.number in answer.text
        assert "Rina Wulandari" in answer.text


async def test_details_that_cannot_be_read_leave_a_page_that_can_be_paid(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """A dialect that does not understand what is stored costs the page its extras, not the order its payment."""
    for dialect in DIALECTS:
        order = (await place(engine, merchant.merchant_id, channel=dialect.name, details={"shipping": "kilat"})).order
        answer = await client.get(f"/i/{order.secret}")
        assert (answer.status_code, "Rp15.000" in answer.text, "kilat" in answer.text) == (200, True, False)
        chosen = await client.post(f"/i/{order.secret}/method", data={"choice": "va:BCA"})
        assert chosen.headers["location"] == f"/i/{order.secret}"


async def test_what_cannot_be_proved_is_not_found(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """A wrong, missing or foreign secret, odd bytes and unknown paths are all the same 404 page; it names nothing."""
    one, other = [(await place(engine, merchant.merchant_id)).order for _ in range(2)]
    for path in (
        f"/user/invoice/{one.number}",
        f"/user/invoice/{one.number}?t=",
        f"/user/invoice/{one.number}?t={other.secret}",
        f"/user/invoice/{one.number}?t={one.secret}x",
        f"/i/{one.secret[:-1]}",
        f"/i/{one.number}",
        f"/i/{one.secret}/nothing",
        f"/i/{'a' * 5_000}",
        "/i/%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00",
        "/i/%ff%fe%ff%fe%ff%fe%ff%fe%ff%fe%ff%fe",
        "/user/invoice/%00?t=%00",
        f"/o/{one.secret}/success/more",
        "/payment/abcdefg",
        "/payment/abcde%00",
        "/payment/ZzZzZz",
        "/nothing",
    ):
        answer = await client.get(path)
        assert answer.status_code == 404, path
        assert "Halaman tidak ditemukan" in answer.text
        assert one.number not in answer.text
        assert one.secret not in answer.text


async def test_a_payment_link_shows_nothing_of_the_buyer(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """The short code opens amount, merchant and the acts of paying, not who buys, nor what, nor the secret."""
    code = "".join(chr(ord("a") + b % 26) for b in ids.token().encode()[:6])
    view = await place(engine, merchant.merchant_id, channel="durianpay", number=code)
    answer = await client.get(f"/payment/{code}")
    assert answer.status_code == 200
    assert "Rp15.000" in answer.text
    assert f"Toko {merchant.code}" in answer.text
    for hidden in ("Rina Wulandari", "Gamepass 100", view.order.secret, view.order.public_id):
        assert hidden not in answer.text
    chosen = await client.post(f"/payment/{code}/method", data={"choice": "va:BCA"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, f"/payment/{code}")


async def test_answers_are_strict_and_uncached(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Pages carry a policy without inline code, are not stored, not framed and not indexed."""
    order = (await place(engine, merchant.merchant_id)).order
    for path, status in ((f"/i/{order.secret}", 200), ("/", 200), ("/nothing", 404)):
        answer = await client.get(path)
        assert answer.status_code == status
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_assets_are_kept_by_browsers(client: httpx.AsyncClient) -> None:
    """The address named in the page is cached for good; an older one is answered, uncached; an unknown one is 404."""
    style = re.search(r'href="(/_pay/[0-9a-f]+/pay\.css)"', (await client.get("/")).text)
    assert style is not None
    answer = await client.get(style[1])
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await client.get("/_pay/old/pay.js")).headers["cache-control"] == "no-store"
    for odd in ("/_pay/x/..%2f__init__.py", "/_pay/x/pay.py", "/_pay/x"):
        assert (await client.get(odd)).status_code == 404


async def test_the_language_is_the_readers(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Browser language first; the switch wins and is remembered in a cookie; the secret is kept in the switch."""
    order = (await place(engine, merchant.merchant_id)).order
    path = f"/user/invoice/{order.number}?t={order.secret}"
    english = await client.get(path, headers={"accept-language": "en-GB,en;q=0.9"})
    assert "Choose how to pay" in english.text
    assert "set-cookie" not in english.headers
    assert f"?t={order.secret}&amp;lang=id" in english.text
    switched = await client.get(f"{path}&lang=en", headers={"accept-language": "id"})
    assert "Choose how to pay" in switched.text
    cookie = switched.headers["set-cookie"]
    assert cookie.startswith("gerai_lang=en; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax")
    remembered = await client.get(path, headers={"accept-language": "id"})
    assert remembered.headers["content-language"] == "en"
    client.cookies.clear()
    assert "Pilih cara bayar" in (await client.get(path)).text


async def test_choose_pay_and_thank(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """The whole way with forms only: choose a bank, see the number, play the payer, read the thanks."""
    view = await place(engine, merchant.merchant_id)
    path = f"/o/{view.order.secret}/success"
    chosen = await client.post(f"{path}/method", data={"choice": "va:BCA"}, headers={"sec-fetch-site": "same-origin"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, path)
    [payment] = (await again(engine, view)).payments
    assert (payment.method, payment.channel_code, payment.status) == ("va", "BCA", "processing")
    assert re.fullmatch(r"pay_[0-9A-Za-z]{10}\d{4}", payment.public_id)
    shown = (await client.get(path)).text
    assert payment.instructions["code"] in re.sub(r"</span><wbr><span>", "", shown)
    assert "Virtual Account BCA" in shown
    played = await client.post(f"{path}/play", data={"act": "pay"})
    assert (played.status_code, played.headers["location"]) == (303, path)
    after = await again(engine, view)
    assert (after.order.status, after.payments[0].status) == ("completed", "completed")
    assert after.invoice is not None
    assert after.invoice.status == "paid"
    thanks = (await client.get(path)).text
    assert "Pesanan Anda selesai" in thanks
    assert "data-events" not in thanks


async def test_the_way_chosen_last_is_offered_next_time(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """The browser keeps the way that was chosen, and no order or secret; another order's page shows it marked. A way
    that was not taken is not kept, and what a browser sends of itself is only looked up."""
    one, other = [(await place(engine, merchant.merchant_id)).order for _ in range(2)]
    refused = await client.post(f"/i/{one.secret}/method", data={"choice": "va:NOBODY"})
    assert "set-cookie" not in refused.headers
    chosen = await client.post(f"/i/{one.secret}/method", data={"choice": "va:BNI"})
    kept = chosen.headers["set-cookie"]
    assert kept.startswith("gerai_way=va:BNI;")
    assert "HttpOnly" in kept
    assert one.secret not in kept
    client.cookies.clear()
    assert "Terakhir dipakai" not in (await client.get(f"/i/{other.secret}")).text
    page = (await client.get(f"/i/{other.secret}", headers={"cookie": "gerai_way=va:BNI"})).text
    assert page.count("Terakhir dipakai") == 1
    hostile = await client.get(f"/i/{other.secret}", headers={"cookie": 'gerai_way=<b>:"x"'})
    assert (hostile.status_code, "<b>:" in hostile.text, "Terakhir dipakai" in hostile.text) == (200, False, False)


async def test_another_method_can_be_chosen(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Changing cancels the first payment and leaves the order open; the QR of the second is an image to keep."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    assert (await client.get(f"{path}/qr.png")).status_code == 404
    await client.post(f"{path}/method", data={"choice": "va:BCA"})
    await client.post(f"{path}/change")
    assert "Pilih cara bayar" in (await client.get(path)).text
    await client.post(f"{path}/method", data={"choice": "qris:QRIS"})
    after = await again(engine, view)
    assert [(p.method, p.status) for p in after.payments] == [("va", "cancelled"), ("qris", "processing")]
    assert (after.order.status, after.order.charged_sen) == ("pending", 0)
    image = await client.get(f"{path}/qr.png")
    assert (image.headers["content-type"], image.content[:4]) == ("image/png", b"\x89PNG")


async def test_a_failed_payment_leaves_the_order_open(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """The payer can fail; nothing is charged and another attempt is offered."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    await client.post(f"{path}/method", data={"choice": "ewallet:DANA"})
    await client.post(f"{path}/play", data={"act": "fail"})
    after = await again(engine, view)
    assert (after.payments[0].status, after.order.status, after.order.charged_sen) == ("failed", "pending", 0)
    assert "Percobaan pembayaran terakhir gagal" in (await client.get(path)).text


async def test_acting_twice_does_it_once(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Nothing is paid or started twice. A second press that asked for something else is told so; one that asked for
    what has happened already sees the page."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    await client.post(f"{path}/method", data={"choice": "va:BCA"})
    assert (await client.post(f"{path}/method", data={"choice": "va:BCA"})).headers["location"] == path
    second = await client.post(f"{path}/method", data={"choice": "va:BNI"})
    assert second.headers["location"] == f"{path}?notice=changed"
    await client.post(f"{path}/play", data={"act": "pay"})
    assert "Keadaan pesanan sudah berubah" in (await client.get(second.headers["location"])).text
    for act, notice in (("pay", ""), ("late", ""), ("fail", "?notice=changed"), ("", "?notice=changed")):
        third = await client.post(f"{path}/play", data={"act": act})
        assert third.headers["location"] == path + notice
    assert len((await again(engine, view)).payments) == 1


@pytest.mark.parametrize("choice", ["", "va", "va:NOWHERE", "cash:", "va:BCA:1", "qris:\x00", "bnpl:AKULAKU"])
async def test_what_is_not_offered_cannot_be_chosen(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, choice: str
) -> None:
    """Only what the page offers this order starts a payment."""
    view = await place(engine, merchant.merchant_id, payment_methods=("va:BCA", "qris"))
    answer = await client.post(f"/i/{view.order.secret}/method", data={"choice": choice})
    assert answer.headers["location"] == f"/i/{view.order.secret}?notice=unavailable"
    assert (await again(engine, view)).payments == ()


@pytest.mark.parametrize("same", [True, False])
async def test_the_form_sent_at_once_starts_one_payment(
    engine: Engine, merchant: Any, client: httpx.AsyncClient, same: bool
) -> None:
    """Ten posts of the method form at the same moment, of one method or of several: exactly one payment is open, the
    others find it, and all payers see the same page."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    ways = ["va:BCA", "va:BNI", "qris:QRIS", "ewallet:DANA", "card:CARD"]

    sent = (client.post(f"{path}/method", data={"choice": "va:BCA" if same else ways[n % 5]}) for n in range(10))
    answers = await asyncio.gather(*sent)

    others = 0 if same else 8
    expected = [*[path] * (10 - others), *[f"{path}?notice=changed"] * others]
    assert sorted(answer.headers["location"] for answer in answers) == expected
    assert [payment.status for payment in (await again(engine, view)).payments] == ["processing"]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize(("bearer", "on_top", "kept"), [("payer", 4_000, 0), ("merchant", 0, 4_000)])
async def test_every_door_books_what_a_method_costs(
    engine: Engine, client: httpx.AsyncClient, dialect: Any, bearer: str, on_top: int, kept: int
) -> None:
    """The merchant's fee table is frozen with each order, whichever door it came through, and the page's payment bears
    it: the payer on top, or the merchant out of the total. A later change of the table does not touch the order."""
    settings: dict[str, Any] = {"payment_fees": {"va": {"fixed_rupiah": 4000}}}
    merchant_id = await open_merchant(engine, f"fee{engine.ids.next()}", "Toko Biaya", settings, simulated=True)
    view = await place(engine, merchant_id, channel=dialect.name, fee_bearer=bearer)
    await change_settings(engine, merchant_id, {"payment_fees": {}})

    await client.post(f"/i/{view.order.secret}/method", data={"choice": "va:BCA"})

    [payment] = (await again(engine, view)).payments
    assert (payment.amount_sen, payment.fee_sen, payment.merchant_fee_sen) == (
        rupiah(15_000), rupiah(on_top), rupiah(kept),
    )  # fmt: skip


async def test_what_is_stored_names_no_host(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """A method without a page of its own sends the payer to a path of ours; a form under a foreign Host is refused."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    choice = {"choice": "ewallet:DANA"}
    refused = await client.post(f"{path}/method", data=choice, headers={"host": "evil.example"})
    assert (refused.status_code, (await again(engine, view)).payments) == (421, ())
    await client.post(f"{path}/method", data=choice)
    [payment] = (await again(engine, view)).payments
    assert payment.instructions["url"] == path
    assert "evil.example" not in (await client.get(path)).text


async def test_other_sites_cannot_act(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """A form sent from another site is refused, whichever way the browser says so, and changes nothing."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
        for act, data in (("method", {"choice": "va:BCA"}), ("change", {}), ("play", {"act": "pay"})):
            answer = await client.post(f"{path}/{act}", data=data, headers=headers)
            assert answer.status_code == 403
            assert "situs lain" in answer.text
    assert (await again(engine, view)).payments == ()
    for headers in ({"sec-fetch-site": "none"}, {"origin": "http://gerai.test"}):
        assert (await client.post(f"{path}/change", headers=headers)).status_code == 303


async def test_real_money_cannot_be_played(engine: Engine, client: httpx.AsyncClient) -> None:
    """A merchant without simulators has no payer to play in production, neither on the page nor behind it."""
    merchant_id = await open_merchant(engine, f"real{engine.ids.next()}", "Toko Sungguhan", {}, simulated=False)
    view = await place(engine, merchant_id, environment="production")
    path = f"/i/{view.order.secret}"
    assert "/play" not in (await client.get(path)).text
    assert (await client.post(f"{path}/play", data={"act": "pay"})).status_code == 404
    assert (await again(engine, view)).order.status == "pending"


async def test_an_order_past_its_time_takes_no_payment(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """Even before the sweep has marked it, the page says that the time is over, and choosing is refused."""
    view = await place(engine, merchant.merchant_id, expires_at=real_now() - timedelta(seconds=1))
    path = f"/i/{view.order.secret}"
    assert "Batas waktu pembayaran sudah lewat" in (await client.get(path)).text
    answer = await client.post(f"{path}/method", data={"choice": "va:BCA"})
    assert answer.headers["location"] == f"{path}?notice=changed"
    assert (await again(engine, view)).payments == ()


async def test_bad_requests_get_pages(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Wrong methods, huge and unreadable forms have the documented status and the same look; nothing is a 500."""
    view = await place(engine, merchant.merchant_id)
    path = f"/i/{view.order.secret}"
    form = {"content-type": "application/x-www-form-urlencoded"}
    for method, where, body, status in (
        ("POST", path, b"", 405),
        ("PUT", path, b"", 405),
        ("POST", "/", b"", 405),
        ("POST", f"{path}/method", b"choice=" + b"a" * 300_000, 413),
        ("POST", f"{path}/method", b"&".join(b"a=1" for _ in range(50)), 400),
        ("POST", f"{path}/method", b"\xff\xfe", 400),
        ("POST", f"{path}/play", b'{"act":"pay"}', 303),
        ("POST", f"/i/{'x' * 40}/play", b"act=pay", 404),
    ):
        answer = await client.request(method, where, content=body, headers=form)
        assert answer.status_code == status, (method, where)
    assert (await again(engine, view)).payments == ()


async def test_one_order_is_acted_on_so_often(engine: Engine, merchant: Any, client: httpx.AsyncClient) -> None:
    """Beyond 30 acts a minute the page asks to wait; another order is not affected."""
    one, other = [(await place(engine, merchant.merchant_id)).order for _ in range(2)]
    answers = [(await client.post(f"/i/{one.secret}/change")) for _ in range(31)]
    # The minute may turn once in between, which forgives what came before.
    assert {answer.status_code for answer in answers[:30]} == {303}
    last = answers[30] if answers[30].status_code == 429 else None
    if last is not None:
        assert int(last.headers["retry-after"]) >= 1
        assert "Terlalu banyak permintaan" in last.text
    assert (await client.post(f"/i/{other.secret}/change")).status_code == 303


async def test_the_front_page_says_what_this_is(client: httpx.AsyncClient) -> None:
    """Every dialect with what is sold there and its contract, in the reader's language; and that simulators are on."""
    for code in ("en", "id"):
        text = (await client.get("/", headers={"accept-language": code})).text
        for dialect in DIALECTS:
            assert f'href="/docs/{dialect.name}"' in text
            assert dialect.blurb is not None
            assert html.escape(dialect.blurb.sold.in_language(code)) in text
