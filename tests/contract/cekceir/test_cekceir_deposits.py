"""Deposits of this door (contract section 7): asked for with a key, paid into the shop's own accounts, read again."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cekceir_shop import check_error
from cekceir_till import AMOUNT, METHODS, Payer, RealShop, open_real_shop

from gerai.domain.money import rupiah
from gerai.doors.dialects.cekceir.provider_codes import code_of, provider_codes
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.deposits.resolve_late import ResolveLateDeposit
from gerai.engine.merchants.open import change_settings
from gerai.partners.payments.qris.emv import decode

#: The documented fields, in their order, and ours at the end.
_REST = [
    "provider_code", "status", "fee_amount", "channel", "provider_ref", "confirmed_at", "created_at", "updated_at",
    "expires_at", "invoice_url",
]  # fmt: skip
BY_QR = ["id", "amounts", "qr_string", "qr_url", *_REST]
BY_NUMBER = ["id", "amounts", "account_number", "account_holder_name", *_REST]
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest_asyncio.fixture
async def real(engine: Engine, client: httpx.AsyncClient) -> RealShop:
    return await open_real_shop(engine, client, "bank_transfer", "qris")


@pytest_asyncio.fixture
async def ani(real: RealShop) -> Payer:
    return await real.payer()


async def test_the_providers_are_the_shops_own(real: RealShop, ani: Payer) -> None:
    """One for each account, with the method's real bounds, no fee, and since when the shop has it; the detail is the
    same, however its code is spelt; what the shop has no account for is not found."""
    page = (await ani.get("/api/deposit/provider")).json()["data"]["page"]
    since = real.accounts["bank_transfer"].created_at
    bank, qris = page["items"]
    assert bank == {
        "code": "bank_bca", "display_name": "Transfer bank BCA", "status": "active", "channel": "bank_transfer",
        "processing_type": "manual", "icon_url": None,
        "rule": {
            "min_deposit": "1", "max_deposit": "999999999999", "fee_percent": "0", "fee_flat": "0",
            "processing_type": "manual",
        },
        "updated_at": since.strftime("%Y-%m-%dT%H:%M:%S.") + f"{since.microsecond // 1000:03d}Z",
    }  # fmt: skip
    assert (qris["code"], qris["processing_type"], qris["rule"]["max_deposit"]) == ("qris", "automatic", "10000000")
    assert page["next_cursor"] is None
    for spelt in ("bank_bca", "BANK-BCA", "Bank_Bca"):
        assert (await ani.get(f"/api/deposit/provider/{spelt}")).json() == {"data": bank}
    for unknown in ("va_bca", "bank_bri", "gopay", "%00", "1"):
        check_error(await ani.get(f"/api/deposit/provider/{unknown}"), 404, "NOT_FOUND_ERROR")


async def test_providers_are_paged(ani: Payer) -> None:
    """The cursor leads through all of them; one that the list never gave is refused, and so is a filter."""
    first = (await ani.get("/api/deposit/provider", limit=1)).json()["data"]["page"]
    assert ([item["code"] for item in first["items"]], first["next_cursor"]) == (["bank_bca"], 1)
    second = (await ani.get("/api/deposit/provider", limit=1, cursor=1)).json()["data"]["page"]
    assert ([item["code"] for item in second["items"]], second["next_cursor"]) == (["qris"], None)
    for query, text in (
        ({"cursor": 2}, "Invalid input: expected next_cursor of this list"),
        ({"cursor": 0}, "Too small: expected number to be >=1"),
        ({"limit": 51}, "Too big: expected number to be <=50"),
        ({"channel": "qris"}, "Unrecognized key"),
    ):
        body = check_error(await ani.get("/api/deposit/provider", **query), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
        assert (body["source"], body["errors"]) == ("query", {next(iter(query)): [text]})


def test_a_code_names_one_way() -> None:
    """No two channels of all methods share a code, and the two that the documentation shows are among them."""
    ways = [(name, channel) for name, method in METHODS.items() for channel in method.channels]
    assert len({code_of(METHODS[name], channel) for name, channel in ways}) == len(ways)
    assert {"gopay", "bank_bca", "qris", "va_bca"} <= provider_codes(METHODS)


async def test_by_bank_transfer_from_key_to_wallet(real: RealShop, ani: Payer) -> None:
    """The answer names account, holder and an amount of the payer's own, and so does the page behind `invoice_url`,
    which opens by its whole address alone. The price alone pays nothing; exactly that amount, once or twice, fills the
    wallet by the price once. Then nobody is told any more where to pay."""
    made = await ani.made()
    assert list(made) == BY_NUMBER
    pay = made["amounts"]["total_pay"]
    assert made["amounts"]["deposit_amount"] == AMOUNT
    assert AMOUNT < pay < AMOUNT + 1_000
    assert (made["account_number"], made["account_holder_name"]) == ("1234567890", "Budi Santoso")
    assert (made["provider_code"], made["channel"], made["status"]) == ("bank_bca", "bank_transfer", "pending")
    assert (made["fee_amount"], made["provider_ref"], made["confirmed_at"]) == (0, None, None)
    assert all(_ISO.fullmatch(made[name]) for name in ("created_at", "updated_at", "expires_at"))
    assert await ani.reads(made["id"]) == made
    url = made["invoice_url"]
    assert re.fullmatch(r"http://gerai\.test/user/invoice/DEP\d{17,}\?t=[\w-]{40,}", url)
    assert (await ani.client.get(url.partition("?")[0])).status_code == 404
    page = (await ani.client.get(url)).text
    for part in ('data-copy="1234567890"', f'data-copy="{pay}"', "Budi Santoso", "Selesaikan isi saldo Anda"):
        assert part in page
    assert await real.arrives("bank_transfer", AMOUNT, "price") == "waiting"
    assert await ani.wallet() == (0, 0)
    assert [await real.arrives("bank_transfer", pay, "exact") for _ in range(2)] == ["booked", "booked"]
    assert await ani.wallet() == (AMOUNT, 0)
    paid = await ani.reads(made["id"])
    assert (paid["status"], paid["account_number"], paid["account_holder_name"]) == ("succeeded", None, None)
    assert paid["confirmed_at"] == paid["updated_at"]
    assert {name: paid[name] for name in ("id", "amounts", "created_at", "expires_at", "invoice_url")} == {
        name: made[name] for name in ("id", "amounts", "created_at", "expires_at", "invoice_url")
    }
    assert "Saldo Anda sudah bertambah" in (await ani.client.get(url)).text
    assert await check(real.engine, real.merchant_id) == []


async def test_by_qris_from_key_to_wallet(real: RealShop, ani: Payer) -> None:
    """The shop's own code with the price in it, nothing on top; `qr_url` is its picture, which a page elsewhere may
    show, until it is paid."""
    made = await ani.made("qris")
    assert list(made) == BY_QR
    told = decode(made["qr_string"])
    assert (told["54"], told["59"], made["amounts"]["total_pay"]) == (str(AMOUNT), "TOKO CONTOH", AMOUNT)
    picture = await ani.client.get(made["qr_url"])
    assert (picture.status_code, picture.headers["content-type"], picture.content[:4]) == (200, "image/png", b"\x89PNG")
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    assert await real.arrives("qris", AMOUNT, "Q1") == "booked"
    paid = await ani.reads(made["id"])
    assert list(paid) == BY_QR
    assert (paid["status"], paid["qr_string"], paid["qr_url"]) == ("succeeded", None, None)
    assert (await ani.client.get(made["qr_url"])).status_code == 404
    assert await ani.wallet() == (AMOUNT, 0)
    assert await check(real.engine, real.merchant_id) == []


async def test_one_key_one_deposit(real: RealShop, ani: Payer) -> None:
    """Sent ten times at once under one key there is one deposit, which each answer names, all 201, nine of them marked;
    another spelling is the same request, another amount is not; later it is shown as it is by then. The key of another
    account is another key."""
    answers = await asyncio.gather(*(ani.asks(key="bot-7") for _ in range(10)))
    assert [answer.status_code for answer in answers] == [201] * 10
    assert sum(answer.headers.get("idempotency-replayed") == "true" for answer in answers) == 9
    [(made, pay)] = {(one.json()["id"], one.json()["amounts"]["total_pay"]) for one in answers}
    assert (await ani.made("BANK-BCA", amount=str(AMOUNT), key="bot-7"))["id"] == made
    check_error(await ani.asks(key="bot-7", amount=AMOUNT + 1), 409, "IDEMPOTENCY_CONFLICT_ERROR")
    assert await real.arrives("bank_transfer", pay, "x") == "booked"
    again = await ani.asks(key="bot-7")
    assert (again.status_code, again.json()["status"], again.json()["account_number"]) == (201, "succeeded", None)
    assert await real.deposits() == 1
    budi = await real.payer()
    assert (await budi.made(key="bot-7"))["id"] != made
    assert (await ani.made())["id"] != (await ani.made())["id"]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"amount": 0}, {"amount": ["Too small: expected number to be >=1"]}),
        ({"amount": -5}, {"amount": ["Too small: expected number to be >=1"]}),
        ({"amount": 1.5}, {"amount": ["Invalid input: expected number"]}),
        ({"amount": "50.000"}, {"amount": ["Invalid input: expected number"]}),
        ({"amount": "lots"}, {"amount": ["Invalid input: expected number"]}),
        ({"amount": None}, {"amount": ["Invalid input: expected number"]}),
        ({"amount": True}, {"amount": ["Invalid input: expected number"]}),
        ({"amount": [50_000]}, {"amount": ["Invalid input: expected number"]}),
        ({"amount": 10_000_001, "provider": "qris"}, {"amount": ["Too big: expected number to be <=10000000"]}),
        ({"amount": 10**12}, {"amount": ["Too big: expected number to be <=999999999999"]}),
        ({"amount": 10**18}, {"amount": ["Too big: expected number to be <=1000000000000000"]}),
        ({"provider": ""}, {"provider_code": ["Invalid input: expected string"]}),
        ({"provider": 7}, {"provider_code": ["Invalid input: expected string"]}),
        ({"provider": "va_bca"}, {"provider_code": ['Invalid option: expected one of "bank_bca"|"qris"']}),
        ({"provider": "bank_bri"}, {"provider_code": ['Invalid option: expected one of "bank_bca"|"qris"']}),
        (
            {"provider": None, "amount": ""},
            {"amount": ["Invalid input: expected number"], "provider_code": ["Invalid input: expected string"]},
        ),
    ],
)
async def test_what_is_refused(real: RealShop, ani: Payer, changes: dict[str, Any], errors: dict[str, Any]) -> None:
    """Each mistake under its field's name, in the contract's words; nothing is left behind, and the key is free."""
    body = check_error(await ani.asks(key="k", **changes), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert (body["source"], body["errors"]) == ("body", errors)
    assert await real.deposits() == 0
    assert (await ani.asks(key="k")).status_code == 201


async def test_a_body_that_is_none(ani: Payer) -> None:
    """What is no JSON is 400; a list is a mistake of its type; an unknown field more is not looked at."""
    for raw, status in ((b"amount=50000", 400), (b"[1]", 422), (b"", 400)):
        answer = await ani.client.post("/api/deposit", content=raw, headers=ani.headers)
        check_error(answer, status, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert (await ani.asks(note="from the app")).status_code == 201


async def test_somebody_elses_deposit_is_not_found(
    real: RealShop, ani: Payer, engine: Engine, client: httpx.AsyncClient
) -> None:
    """Another member's, another merchant's, another environment's and one that never was are answered alike, are in no
    list, and lead no list on."""
    deposit_id = (await ani.made())["id"]
    other_shop = await open_real_shop(engine, client, "qris")
    others = [await real.payer(), await other_shop.payer(), await real.payer("sandbox")]
    said = set[str]()
    for caller in (*others, ani):
        wanted = deposit_id if caller is not ani else 999_999_999_999
        said.add(check_error(await caller.get(f"/api/deposit/{wanted}"), 404, "NOT_FOUND_ERROR")["message"])
    assert len(said) == 1
    for caller in others:
        assert await caller.ids() == []
        body = check_error(await caller.get("/api/deposit", cursor=deposit_id), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
        assert body["errors"] == {"cursor": ["Invalid input: expected next_cursor of this list"]}
    body = check_error(await ani.get("/api/deposit/abc"), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert (body["source"], list(body["errors"])) == ("params", ["id"])


async def test_the_list_goes_from_new_to_old(real: RealShop, ani: Payer) -> None:
    """By pages without overlap, with what an operator gave, which has a provider of its own and nothing to pay; each
    entry is what its detail shows. A filter is refused."""
    await real.engine.submit(
        ManualDeposit(
            merchant_id=real.merchant_id, environment="production", channel="cekceir", account_id=ani.account_id,
            amount_sen=rupiah(7_000), note="gift",
        )
    )  # fmt: skip
    made = [(await ani.made("qris"))["id"] for _ in range(3)]
    page = (await ani.get("/api/deposit", limit=2)).json()["data"]["page"]
    assert ([item["id"] for item in page["items"]], page["next_cursor"]) == ([made[2], made[1]], made[1])
    rest = (await ani.get("/api/deposit", limit=2, cursor=made[1])).json()["data"]["page"]
    given = rest["items"][1]
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == ([made[0], given["id"]], None)
    assert (given["provider_code"], given["channel"], given["status"]) == ("manual", "manual", "succeeded")
    assert (given["amounts"], given["account_number"]) == ({"total_pay": 7_000, "deposit_amount": 7_000}, None)
    assert [await ani.reads(item["id"]) for item in rest["items"]] == rest["items"]
    body = check_error(await ani.get("/api/deposit", status="pending"), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert body["errors"] == {"status": ["Unrecognized key"]}


async def test_late_money(real: RealShop, ani: Payer) -> None:
    """Past its time it is `expired`, before the sweep, and says no more how to pay. What comes then is credited by the
    shop's rule, or is `processing` until a person decides: credited, or given back, then it is `failed`."""

    async def late() -> tuple[int, dict[str, Any]]:
        made = await ani.made("qris")
        await real.ends(made["id"])
        over = await ani.reads(made["id"])
        assert (over["status"], over["qr_string"], over["qr_url"]) == ("expired", None, None)
        names = {"merchant_id": real.merchant_id, "environment": "production", "deposit_id": made["id"]}
        await real.engine.submit(RecordDeposit(**names, outcome="paid", provider_reference="FT-1"))
        return made["id"], names

    accepted, _ = await late()
    assert ((await ani.reads(accepted))["status"], await ani.wallet()) == ("succeeded", (AMOUNT, 0))
    assert (await ani.reads(accepted))["provider_ref"] == "FT-1"
    await change_settings(real.engine, real.merchant_id, {"late_payment": "hold"})
    for decision, status, balance in (("accept", "succeeded", 2 * AMOUNT), ("refund", "failed", 2 * AMOUNT)):
        deposit_id, names = await late()
        waits = await ani.reads(deposit_id)
        assert (waits["status"], waits["qr_string"], waits["confirmed_at"]) == ("processing", None, None)
        await real.engine.submit(ResolveLateDeposit(**names, decision=decision))  # type: ignore[arg-type]
        decided = await ani.reads(deposit_id)
        assert (decided["status"], await ani.wallet()) == (status, (balance, 0))
        assert (decided["confirmed_at"] is None) == (status == "failed")
    assert await check(real.engine, real.merchant_id) == []


async def test_another_way_on_the_page(real: RealShop, ani: Payer) -> None:
    """Chosen there, this deposit is `cancelled`, and the account has another one of the same amount, with a code of
    this door and the same time."""
    made = await ani.made()
    path, _, secret = made["invoice_url"].removeprefix("http://gerai.test").partition("?")
    chosen = await ani.client.post(f"{path}/method?{secret}", data={"choice": "qris:QRIS"})
    assert (chosen.status_code, chosen.headers["set-cookie"].partition(";")[0]) == (303, "gerai_way=qris:QRIS")
    new_id, old_id = await ani.ids()
    assert (old_id, (await ani.reads(old_id))["status"]) == (made["id"], "cancelled")
    new = await ani.reads(new_id)
    assert (new["status"], new["provider_code"], new["expires_at"]) == ("pending", "qris", made["expires_at"])
    assert new["invoice_url"].removeprefix("http://gerai.test") == chosen.headers["location"]
    assert await real.arrives("qris", AMOUNT, "Q") == "booked"
    assert await ani.wallet() == (AMOUNT, 0)


async def test_what_the_merchant_chose(real: RealShop, ani: Payer) -> None:
    """Providers that are switched off are neither listed nor taken; a deposit is open for as long as was set."""
    made = await ani.made("qris")
    lives = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert abs(lives - timedelta(days=1)) < timedelta(seconds=5)
    chosen = {"cekceir_deposit_providers": ["qris"], "cekceir_deposit_minutes": 15}
    await change_settings(real.engine, real.merchant_id, chosen)
    page = (await ani.get("/api/deposit/provider")).json()["data"]["page"]
    assert [item["code"] for item in page["items"]] == ["qris"]
    check_error(await ani.get("/api/deposit/provider/bank_bca"), 404, "NOT_FOUND_ERROR")
    body = check_error(await ani.asks("bank_bca"), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert body["errors"] == {"provider_code": ['Invalid option: expected one of "qris"']}
    made = await ani.made("qris")
    lives = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert abs(lives - timedelta(minutes=15)) < timedelta(seconds=5)


async def test_a_sandbox_key_plays(real: RealShop) -> None:
    """It meets what is invented, of every kind, and is paid by the payer who is played on its page; no real account is
    named."""
    budi = await real.payer("sandbox")
    page = (await budi.get("/api/deposit/provider", limit=50)).json()["data"]["page"]
    codes = [item["code"] for item in page["items"]]
    assert codes == sorted(codes)
    assert {"qris", "bank_bca", "va_bca", "gopay", "retail_alfamart", "card"} <= set(codes)
    shapes = {code: list(await budi.made(code)) for code in ("va_bca", "retail_alfamart", "gopay", "card")}
    assert list(shapes.values()) == [BY_NUMBER, BY_NUMBER, BY_QR, BY_QR]
    made = await budi.made("bank_bca")
    assert made["account_number"] not in (None, "1234567890")
    assert "/DEP" not in made["invoice_url"]
    path, _, secret = made["invoice_url"].removeprefix("http://gerai.test").partition("?")
    assert (await budi.client.post(f"{path}/play?{secret}", data={"act": "pay"})).status_code == 303
    assert ((await budi.reads(made["id"]))["status"], await budi.wallet()) == ("succeeded", (AMOUNT, 0))
    assert await check(real.engine, real.merchant_id) == []


async def test_a_shop_without_an_account(engine: Engine, client: httpx.AsyncClient) -> None:
    """Real money meets no invented account: nothing is offered until one is named."""
    bare = await open_real_shop(engine, client)
    caller = await bare.payer()
    assert (await caller.get("/api/deposit/provider")).json() == {"data": {"page": {"items": [], "next_cursor": None}}}
    for provider in ("qris", "bank_bca", "gopay"):
        check_error(await caller.asks(provider), 422, "REQUEST_NOT_MATCH_SPEC_ERROR")
    assert await bare.deposits() == 0
