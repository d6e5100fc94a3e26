"""`gerai shop init`: a first shop by questions, and its first order."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest
from shop_kit import at_terminal, known_key, newest, sent, shop_of
from terminal_kit import gerai_here, run_here

from desk_kit import seen, written
from gerai.app import App
from gerai.cli import shop_first
from gerai.domain.refusals import NotFound
from gerai.engine.check import check
from gerai.kit.secret_box import new_key

_numbers = itertools.count(1)


@pytest.fixture
def code() -> str:
    """A shop's code that nobody has yet."""
    return f"awal{next(_numbers)}"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Answers are kept in the folder one is in, where no data folder is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def left_in(folder: Path) -> dict[str, int]:
    """The files of a folder, and who may read them."""
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def ordered(app: App, client: httpx.AsyncClient, said: str) -> None:
    """Send the call that stands in the output, once this server knows the key."""
    line = next(line for line in said.splitlines() if line.startswith("curl "))
    words = shlex.split(line)
    headers = dict(text.split(": ", 1) for flag, text in itertools.pairwise(words) if flag == "-H")
    token = headers["Authorization"].removeprefix("Bearer ")
    assert token in said.splitlines()
    await known_key(app, token)
    path = httpx.URL(words[1]).path
    await sent(client, "POST", path, json.loads(words[words.index("-d") + 1]), headers=headers)


async def test_options_say_all(dsn: str, app: App, client: httpx.AsyncClient, own_folder: Path, code: str) -> None:
    """With --yes nothing is asked: the shop has its account, store, product and its file. What is printed places its
    first order, and its payment is confirmed by the command that is printed. Nothing of the answers is left behind."""
    (own_folder / "resep.pdf").write_bytes(b"%PDF-1.7")
    said = await at_terminal(
        dsn, "shop", "init", "--name", "Toko Melati", "--code", code, "--bank", "bca", "--number", "1234567890",
        "--holder", "Budi Santoso", "--product", "E-book Resep", "--file", "resep.pdf", "--price", "Rp75.000", "--yes",
    )  # fmt: skip
    assert "/console" in said
    within = await shop_of(app, code)
    [account] = within.merchant.receiving
    assert (account.method, account.channel, account.details["holder"]) == ("bank_transfer", "BCA", "Budi Santoso")
    await ordered(app, client, said)
    order = (await newest(within)).order
    assert (order.total_sen, order.status) == (75_000_00, "pending")
    confirm = next(line for line in said.splitlines() if line.startswith("gerai payments confirm"))
    words = [order.number if word == "ORDER" else word for word in shlex.split(confirm)[1:]]
    await at_terminal(dsn, *words)
    assert (await newest(within)).order.status == "completed"
    assert [row.file for row in await seen(within, "files.list")] == ["resep.pdf"]
    assert [*left_in(own_folder)] == ["resep.pdf"]
    assert await check(app.engine, within.merchant_id) == []
    done = [entry.act for _, entry in await written(within)][::-1]
    assert done == [
        "merchants.open", "accounts.add", "stores.add", "products.add", "files.add", "keys.create", "payments.confirm",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "made", "printed"),
    [
        (["--product", "Desain", "--price", "75000"], "products.list", "gerai orders complete ORDER"),
        (["--product", "Voucer", "--codes", "AA-1,AA-2", "--price", "20000"], "code_pools.list", "payments confirm"),
        (["--goods", "Kaos", "--price", "85000", "--weight", "250", "--stock", "20", "--from", "Wonokromo", "--city",
          "Kota Surabaya", "--province", "Jawa Timur", "--region", "35.78.05", "--address", "Jl. Melati 7",
          "--postal", "60241"], "stock.list", "gerai orders ship ORDER"),
        (["--sell", "robux", "--price", "150"], "robux.list", "/api/v1/me/orders"),
    ],
)  # fmt: skip
async def test_every_kind_is_sold(
    dsn: str, app: App, code: str, options: list[str], made: str, printed: str
) -> None:  # fmt: skip
    """All that a kind needs is made in one command, and what is done with its first order is printed."""
    environ = {"DATABASE_URL": dsn, "GERAI_WEBHOOKS_SEAL_KEY": new_key()}
    done, said, why = await run_here(environ, ["shop", "init", "--yes", "--code", code, *options])
    assert done == 0, (said, why)
    assert printed in said
    assert len(await seen(await shop_of(app, code), made)) == 1


async def test_questions_are_answered(dsn: str, app: App, client: httpx.AsyncClient, code: str) -> None:
    """Each question has both languages and an example; an answer that cannot be right is asked again at once, with the
    reason; Enter takes the default. A service is ordered from its first member's wallet and finished by hand."""
    answers = ["Toko Kenanga", "Kode Salah", code, "emas", "bank", "BANKKU", "BRI", "12", "123456789012345", "Cici",
               "layanan", "Cek IMEI", "gratis", "2500", "y"]  # fmt: skip
    done, said, why = await run_here({"DATABASE_URL": dsn}, ["shop", "init"], "\n".join(answers) + "\n")
    assert done == 0, (said, why)
    for text in ("Nama toko / Name of the shop (mis. Toko Melati) [Toko Saya]", "no such choice: emas",
                 "BANKKU is none of", "write 15000 or Rp15.000", "number: 123456789012345"):  # fmt: skip
        assert text in said
    within = await shop_of(app, code)
    [service] = await seen(within, "services.list")
    assert (service.code, service.unit_price_sen) == ("cek-imei", 2_500_00)
    top_up = next(line for line in said.splitlines() if line.startswith("gerai wallets top-up"))
    await at_terminal(dsn, *shlex.split(top_up)[1:])
    await ordered(app, client, said)
    order = (await newest(within)).order
    assert (order.total_sen, order.status) == (2_500_00, "processing")
    complete = next(line for line in said.splitlines() if line.startswith("gerai orders complete"))
    await at_terminal(dsn, *[order.number if word == "ORDER" else word for word in shlex.split(complete)[1:]])
    assert (await newest(within)).order.status == "completed"
    assert await check(app.engine, within.merchant_id) == []


async def test_stopped_and_gone_on_with(dsn: str, own_folder: Path, code: str) -> None:
    """Stopped after two answers (the input ends), nothing is made, 130 is left with, and the answers are kept for
    nobody else to read. The same command goes on: what was answered is the default now."""
    environ = {"DATABASE_URL": dsn}
    done, said, _ = await run_here(environ, ["shop", "init"], f"Toko Mawar\n{code}\n")
    assert (done, "Go on with: gerai shop init" in said) == (130, True)
    assert code not in await at_terminal(dsn, "merchants", "list")
    assert left_in(own_folder) == {"shop-init.json": 0o600}

    done, said, why = await run_here(environ, ["shop", "init"], "\n" * 12)
    assert done == 0, (said, why)
    assert "[Toko Mawar]" in said
    assert f"[{code}]" in said
    assert code in await at_terminal(dsn, "merchants", "list")
    assert left_in(own_folder) == {}


async def test_broken_off_in_the_middle(
    dsn: str, app: App, own_folder: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off when the shop was opened already, the same command makes what is missing, and nothing twice."""
    given = ("shop", "init", "--yes", "--name", "Toko Anggrek", "--code", code)

    async def broken(*_: Any) -> str:
        raise NotFound("key", "1")

    with monkeypatch.context() as patched:
        patched.setattr(shop_first, "_first", broken)
        assert (await gerai_here(dsn, *given))[0] == 1
    assert left_in(own_folder) == {"shop-init.json": 0o600}
    assert (await gerai_here(dsn, *given))[0] == 0
    within = await shop_of(app, code)
    assert [len(await seen(within, what)) for what in ("stores.list", "products.list", "keys.list")] == [1, 1, 1]
    assert left_in(own_folder) == {}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--bank", "BCA", "--number", "12", "--holder", "Budi"], "--number: "),
        (["--bank", "BCA", "--number", "1234567890"], "--holder is needed"),
        (["--qris", "000201"], "--qris: "),
        (["--price", "gratis"], "--price: "),
        (["--code", "Toko Saya"], "--code: "),
        (["--bank", "BCA", "--qris", "000201"], "--bank or --qris, not both"),
        (["--product", "a", "--service", "b"], "--product or --service, not both"),
        (["--product", "a", "--file", "b", "--codes", "c"], "--file or --codes, not both"),
        (["--product", "a", "--file", "tidak-ada.pdf"], "--file: "),
        (["--product", "a", "--codes", " , "], "--codes: "),
        (["--sell", "emas"], "--sell: "),
        (["--goods", "a", "--weight", "berat"], "--weight: "),
        (["--goods", "a"], "--from is needed"),
    ],
)  # fmt: skip
async def test_options_that_cannot_be_right(dsn: str, code: str, options: list[str], fault: str) -> None:
    """They are named, exit code 2, and nothing is made."""
    given = options if "--code" in options else [*options, "--code", code]
    done, _, why = await gerai_here(dsn, "shop", "init", "--yes", *given)
    assert (done, fault in why) == (2, True), why
    assert code not in await at_terminal(dsn, "merchants", "list")


async def test_a_code_that_is_taken(dsn: str, code: str) -> None:
    """Nobody gets into a shop that is there by naming its code; of a name alone another code is made."""
    await at_terminal(dsn, "merchants", "open", "--code", code, "--name", "Lama")
    done, _, why = await gerai_here(dsn, "shop", "init", "--yes", "--code", code)
    assert (done, f"there is a shop {code} already" in why) == (2, True)
    stores: Any = json.loads(await at_terminal(dsn, "stores", "list", "--json", "--merchant", code))
    assert stores["rows"] == []
    await at_terminal(dsn, "shop", "init", "--yes", "--name", code)
    assert re.search(rf"^{code}-2\s+{code}", await at_terminal(dsn, "merchants", "list"), re.M)
    assert re.search(rf"^{code}\s+Lama", await at_terminal(dsn, "merchants", "list"), re.M)
