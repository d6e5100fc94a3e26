"""The examples of the documentation at the terminal: each is run as it stands, page by page and in order, in a data
folder of its own, and prints what its page shows."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, patch
from uuid import uuid4

import pytest
import pytest_asyncio
import typer
from terminal_kit import run_here

from cluster_kit import make_ready
from gerai.app import DIALECTS, make_engine
from gerai.cli import build, every_name
from gerai.domain.settlement import expected_on, read_rule
from gerai.domain.webhooks import Delivery
from gerai.engine.arrivals.take import BankLine, take
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.catalogue.products import Product, Variant
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.gateways.desk import seen_of
from gerai.engine.keys.manage import create_key, list_keys
from gerai.engine.merchants.open import add_member, change_settings, open_merchant, set_test_clock
from gerai.engine.merchants.receiving import open_account
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import NewLine, PlaceOrder
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.record import RecordPayment
from gerai.engine.proofs import ReceiveProof
from gerai.engine.shipping.record import RecordShipment
from gerai.engine.webhooks.endpoints import list_endpoints
from gerai.kit.clock import JAKARTA, real_now
from gerai.kit.discover import discover
from gerai.kit.secret_box import SecretBox, new_key
from gerai.ports.gateways import Seen
from gerai.settings import DatabaseSettings, Settings
from gerai.store.embedded import EmbeddedPostgres
from gerai.store.webhook_deliveries import add_deliveries

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.glob("how-to/*.md"), DOCS / "reference" / "merchant-settings.md"])
#: What serves until it is stopped; these start it.
NOT_RUN = {
    "serve": "tests/platform/test_serve.py", "work": "tests/platform/test_serve.py", "up": "test_up.py",
    # It leaves with 1 where it finds something, on the machine under test as well.
    "doctor": "tests/platform/test_doctor_command.py",
    "payments fake": "tests/platform/test_fake_command.py",
    # On the demo shop, and as long as it is wanted.
    "simulate order": "tests/platform/test_simulate.py", "simulate pay": "tests/platform/test_simulate.py",
    "simulate traffic": "tests/platform/test_simulate.py",
    "simulate webhook-receiver": "tests/platform/test_simulate.py",
}  # fmt: skip
NOW = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
_FENCE = re.compile(r"^```(sh|console)\n(.*?)^```", re.M | re.S)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")


class Example:
    """A command of a page, and the lines the page shows below it."""

    def __init__(self, words: list[str], piped: bool) -> None:
        self.words, self.piped, self.shown = words, piped, list[str]()


def examples(page: Path) -> list[Example]:
    """The `gerai` commands of a page's blocks. In a ``console`` block they stand behind ``$``; the rest is output."""
    found: list[Example] = []
    for kind, block in _FENCE.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            command = line.removeprefix("$ ")
            if kind == "console" and command == line:
                found[-1].shown.append(line)
            elif re.search(r"(^|\| )gerai ", command):
                words = shlex.split(command, comments=True)
                at = words.index("gerai")
                found.append(Example(words[at + 1 :], piped=at > 0))
    return found


class Scene:
    """The shop `toko` of the pages. ``names``: what a word of the page is here, one after the other where it means
    another thing each time (the last one stays)."""

    def __init__(self, engine: Engine, merchant_id: int, folder: Path) -> None:
        self.engine, self.merchant_id, self.folder = engine, merchant_id, folder
        self.names: dict[str, list[str]] = {"november.pdf": [str(folder / "november.pdf")]}
        self.member, self.wallets = 0, dict[str, int]()

    async def order(self, number: str, environment: Any = "production", **facts: Any) -> int:
        """An order of this number; Rp50.000 unless ``facts`` give its lines."""
        order_id = self.engine.ids.next()
        lines = facts.pop("lines", (NewLine("thing", 1, "Thing", 1, 50_000_00, 50_000_00),))
        await self.engine.submit(
            PlaceOrder(
                merchant_id=self.merchant_id, environment=environment, key_id=None, order_id=order_id,
                public_id=f"o{order_id}", number=number, secret=f"s{order_id}", lines=lines,
                total_sen=sum(line.total_sen for line in lines), **{"funding": "invoice", "channel": "test", **facts},
            )
        )  # fmt: skip
        return order_id

    async def pay(self, order_id: int, payment: str, environment: Any = "production") -> None:
        await self.engine.submit(
            RecordPayment(
                merchant_id=self.merchant_id, environment=environment, order_id=order_id, outcome="paid",
                public_id=payment, method="cash",
            )
        )  # fmt: skip

    def here(self, word: str) -> str:
        """What is meant by a word of the page, now."""
        known = self.names.get(word, [word])
        return known.pop(0) if len(known) > 1 else known[0]


async def late_payments(scene: Scene) -> None:
    """Three payments that came when their orders had expired, and three of orders that were paid."""
    await change_settings(scene.engine, scene.merchant_id, {"late_payment": "hold"})
    owner = {"member_id": scene.member, "account_id": scene.wallets["sandbox"]}
    late = [f"late-{n}" for n in range(3)]
    for name in late:
        await set_test_clock(scene.engine, scene.merchant_id, frozen_at=NOW)
        order_id = await scene.order(
            f"NO-{name}", "sandbox", after_payment="confirm", expires_at=NOW + timedelta(hours=1), **owner
        )
        await set_test_clock(scene.engine, scene.merchant_id, frozen_at=NOW + timedelta(hours=2))
        names = {"merchant_id": scene.merchant_id, "environment": "sandbox"}
        await scene.engine.submit(ExpireOrder(**names, order_id=order_id))
        await scene.pay(order_id, name, "sandbox")
    owner["account_id"] = scene.wallets["production"]
    for number in ("INV20260401080000123", "NO-part", "NO-wallet"):
        await scene.pay(await scene.order(number, **owner), f"paid-{number}")
    scene.names["PAYMENT"] = [*late, "paid-NO-part", "paid-NO-wallet"]


async def orders_at_the_terminal(scene: Scene) -> None:
    """Four orders with held money, one by one called 7319, one to be paid, two that are (by a member, by a stranger),
    one to be sent, and a member's wallet, empty otherwise."""
    wallet = scene.wallets["production"]
    names = {"merchant_id": scene.merchant_id, "environment": "production"}
    await scene.engine.submit(ManualDeposit(**names, account_id=wallet, amount_sen=600_000_00, note="opening"))
    held = {"funding": "hold", "provider": "manual", "member_id": scene.member, "account_id": wallet}
    held["work"] = {"service": "unlock_manual", "items": ["1", "2"], "payload": {}, "settings": {}}
    held["lines"] = (NewLine("service", 1, "Unlock", 2, 75_000_00, 150_000_00),)
    numbers = ["7319-1", "7319-2", "7319-3", "7319-4"]
    for number in numbers:
        await scene.order(number, **held)
    scene.names["7319"] = [numbers[0], numbers[0], *numbers]
    line = NewLine("thing", 1, "Thing", 1, 15_000_00, 15_000_00)
    await scene.order("INV20261129080000123", provider="manual", lines=(line,), work={})
    for number, owner in (("124", {"member_id": scene.member, "account_id": wallet}), ("125", {})):
        number = f"INV20261129080000{number}"
        order_id = await scene.order(number, provider="manual", lines=(line,), work={}, **owner)
        await scene.pay(order_id, f"paid-{number}")
    parcel = Parcel("jne", "REG", "", 77, 250, 0)
    await scene.order("INV20261129080000126", funding="free", status="processing", parcel=parcel, lines=(line,))
    # A short id would be taken for another number that the page prints.
    while scene.engine.ids.next() < 730:
        pass
    other, _ = await add_member(scene.engine, scene.merchant_id, "leuwongrr", "m-22", "Budi")
    scene.names["22"] = [str(other)]


async def production(scene: Scene) -> None:
    """A key to be revoked."""
    await create_key(
        scene.engine, scene.merchant_id, "production", "scalev", "sk_of_the_page", name="old", prefix="sk_of"
    )
    [key] = [key for key in await list_keys(scene.engine, scene.merchant_id) if key.name == "old"]
    scene.names["1234"] = [str(key.key_id)]


async def receive_money(scene: Scene) -> None:
    """An order that waits for its money, one whose payer chose another account of the shop, the bank's list with its
    line, a line that waits, and a member's top-up."""
    engine, merchant_id = scene.engine, scene.merchant_id
    methods = discover("gerai.partners.payments", "METHOD")
    given = {"bank": "BRI", "number": "1234567890", "holder": "Budi"}
    account = await open_account(engine, merchant_id, methods["bank_transfer"], given, "t")
    proved = await scene.order("INV20261129080000888", after_payment="confirm")
    scene.names["9001"] = [str(await _proved(scene, proved, methods))]
    scene.names["bukti.png"] = [str(scene.folder / "bukti.png")]
    asked = list[int]()
    for number in ("INV20261129080000777", "NO-statement"):
        order_id = await scene.order(number, after_payment="confirm")
        view = await engine.orders.by_id(merchant_id, order_id)
        assert view is not None
        wanted = WantedPayment(method="bank_transfer", channel="BRI")
        start = payment_to_start(engine.ids.next(), engine.directory.merchant(merchant_id), methods, view, wanted)
        asked.append((await engine.submit(start)).answer.payments[0].asked_sen // 100)
    day = f"{real_now().astimezone(JAKARTA) + timedelta(days=1):%d/%m/%Y}"
    scene.folder.joinpath("mutasi.csv").write_text(
        f"Tanggal,Jumlah,Keterangan\n{day},{asked[1]},ANI\n{day},77777,BUDI\n", encoding="utf-8"
    )
    day = f"{real_now().astimezone(JAKARTA) + timedelta(days=1):%Y-%m-%d} 00:00:00"
    scene.folder.joinpath("mutasi-bri.csv").write_text(
        "NOREK;TGL_TRAN;DESK_TRAN;MUTASI_DEBET;MUTASI_KREDIT;SALDO_AKHIR_MUTASI\n"
        f"1234567890;{day};ANI;0.00;{asked[1]}.00;100000.00\n",
        encoding="utf-8",
    )
    topping_up = WantedDeposit(
        deposit_id=engine.ids.next(), public_id="DEP20261129080000778", secret="s", channel="leuwongrr",
        account_id=scene.wallets["production"], amount_sen=20_000_00, way=("bank_transfer", "BRI"), page_path="/x",
        expires_at=real_now() + timedelta(hours=1),
    )  # fmt: skip
    merchant = engine.directory.merchant(merchant_id)
    deposit = (await engine.submit(deposit_to_start(merchant, "production", methods, topping_up))).answer
    strange = BankLine("strange", 77_700_00, real_now(), "CICI")
    kept = await take(engine, merchant_id, account.receiving_id, strange, "statement")
    scene.names |= {
        "mutasi.csv": [str(scene.folder / "mutasi.csv")],
        "mutasi-bri.csv": [str(scene.folder / "mutasi-bri.csv")],
        "50123": [str(asked[0])],
        "20417": [str(deposit.pay_sen // 100)],
        "7001": [str(account.receiving_id)],
        "8001": [str(kept.arrival_id)],
    }


async def _proved(scene: Scene, order_id: int, methods: dict[str, Any]) -> int:
    """A proof of the order's payment by bank transfer; its id."""
    engine, merchant_id = scene.engine, scene.merchant_id
    view = await engine.orders.by_id(merchant_id, order_id)
    assert view is not None
    wanted = WantedPayment(method="bank_transfer", channel="BRI")
    start = payment_to_start(engine.ids.next(), engine.directory.merchant(merchant_id), methods, view, wanted)
    [payment] = (await engine.submit(start)).answer.payments
    # Its id is like nothing else that is printed.
    content = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    proof = ReceiveProof(
        merchant_id=merchant_id, environment="production", order_id=order_id, payment_id=payment.payment_id,
        proof_id=900_190_019, kind="image/png", digest=hashlib.sha256(content).digest(), content=content,
    )  # fmt: skip
    return (await engine.submit(proof)).answer.proof_id


async def money_notices(scene: Scene) -> None:
    """An account whose money a phone tells of."""
    method = discover("gerai.partners.payments", "METHOD")["bank_transfer"]
    given = {"bank": "BNI", "number": "1234567890", "holder": "Budi"}
    account = await open_account(scene.engine, scene.merchant_id, method, given, "t")
    scene.names["7001"] = [str(account.receiving_id)]


async def gateways(scene: Scene) -> None:
    """A key to be read from standard input, and a setting to seal it with."""
    scene.names["key of midtrans"] = ["SB-Mid-server-of-the-page"]


async def goods(scene: Scene) -> None:
    """An e-book that is sold, its file, and a list of codes."""
    ids = scene.engine.ids
    product = Product(ids.next(), uuid4(), "E-book", "E-book", "digital", True, (), (), ())
    variant = Variant(
        (variant_id := ids.next()), product.product_id, f"variant_{variant_id}", uuid4(), "E-book", "EB-1", 5_000_00,
        0, 0, 0, False, True, (), (), {}, "digital",
    )  # fmt: skip
    await extend_catalogue(scene.engine, scene.merchant_id, CatalogueAdditions(products=[product], variants=[variant]))
    for name, text in (("panduan.pdf", "%PDF-1.7"), ("kode.csv", f"code,variant_id\nEFGH-5678,{variant_id}\n")):
        scene.folder.joinpath(name).write_text(text, encoding="utf-8")
        scene.names[name] = [str(scene.folder / name)]
    scene.names["164"] = [str(variant_id)]


async def shipping(scene: Scene) -> None:
    """Public data, as small as it may be, and the page's rate table."""
    folder = scene.folder / "data"
    folder.mkdir()
    files = {
        "data/provinces.csv": "code,name\n31,DKI Jakarta\n35,Jawa Timur\n",
        "data/regencies.csv": "code,province_code,name\n31.71,31,Kota Jakarta Pusat\n35.78,35,Kota Surabaya\n",
        "data/districts.csv": "code,regency_code,name\n31.71.01,31.71,Gambir\n35.78.04,35.78,Wonokromo\n",
        "wilayah.csv": "code,district,city,province\n31.71.02,Sawah Besar,Kota Jakarta Pusat,DKI Jakarta\n",
        "kode-pos.csv": "code,postal_codes\n31.71.02,10710 10720\n",
        "tarif.csv": "\n".join(_cells(line) for line in _table(DOCS / "how-to" / "shipping.md")),
    }
    for name, text in files.items():
        scene.folder.joinpath(name).write_text(text, encoding="utf-8")
        scene.names[name] = [str(scene.folder / name)]
    scene.names["package/data"] = [str(folder)]


def _table(page: Path) -> list[str]:
    """The lines of a page's only table, but for the one below its head."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [line for line in lines if not line.startswith("|---")]


def _cells(line: str) -> str:
    return ",".join(cell.strip() for cell in line.strip("|").split("|"))


async def webhooks(scene: Scene) -> None:
    """A key of each door that signs with one."""
    for dialect in DIALECTS:
        if dialect.name in {"cekceir", "durianpay"} and dialect.keys:
            form, member = dialect.keys.make("sandbox"), None
            if dialect.keys.needs_member:
                member, _ = await add_member(scene.engine, scene.merchant_id, dialect.name, "m-hook", "Hook")
            await create_key(
                scene.engine, scene.merchant_id, "sandbox", dialect.name, form.token,
                name="hook", prefix=form.prefix, member_id=member, permissions=form.permissions,
            )  # fmt: skip
            scene.names[f"key of {dialect.name}"] = [form.token]


async def something_was_delivered(scene: Scene) -> None:
    """A delivery that failed, of the endpoint the page added first."""
    endpoint, *_ = await list_endpoints(scene.engine, scene.merchant_id)
    ids, now = scene.engine.ids, real_now()
    failed = Delivery(
        merchant_id=scene.merchant_id, delivery_id=ids.next(), endpoint_id=endpoint.endpoint_id,
        environment=endpoint.environment, order_id=0, event_id=ids.next(), part=0, event="order.created", data="{}",
        status="failed", attempts=9, tries=9, next_attempt_at=now, happened_at=now, created_at=now, finished_at=now,
        sequence=1, due_since=now,
    )  # fmt: skip
    async with scene.engine.connection() as connection, connection.transaction():
        await add_deliveries(connection, [failed])
    scene.names |= {"123456": [str(failed.delivery_id)], "7001": [str(endpoint.endpoint_id)]}


async def cash_on_delivery(scene: Scene) -> None:
    """Two orders that were delivered, whose courier has their money."""
    names = {"merchant_id": scene.merchant_id, "environment": "production"}
    for number, amount_sen in (("COD-1", 100_000_00), ("COD-2", 200_000_00)):
        order_id = await scene.order(
            number,
            channel="scalev",
            funding="free",
            status="confirmed",
            labels={"store_id": "1", "method": "cod"},
            parcel=Parcel("jne", "REG", "", 77, 250, 0),
            lines=(NewLine("thing", 1, "Thing", 1, amount_sen, amount_sen),),
        )
        report = RecordShipment(**names, order_id=order_id, channel="scalev", words="POD", status="delivered")
        await scene.engine.submit(report)


async def payouts(scene: Scene) -> None:
    """Two payments that a gateway took today and said its fee of, and its list of them."""
    engine, merchant_id, methods = scene.engine, scene.merchant_id, discover("gerai.partners.payments", "METHOD")
    midtrans = discover("gerai.partners.gateways", "GATEWAY")["midtrans"]
    draft = draft_contract(
        engine, SecretBox(new_key()), merchant_id, midtrans, "production", {"secret_server_key": "Mid-server-x"},
        ways=ways_of(midtrans, methods), base_url="", by="t",
    )  # fmt: skip
    await open_contract(engine, draft)
    lines = ["Date & Time,Order ID,Transaction Type,Channel,Status,Amount,Fee"]
    for number in ("INV20261201080000201", "INV20261201080000202"):
        view = await engine.orders.by_id(merchant_id, await scene.order(number))
        assert view is not None
        wanted = WantedPayment(method="va", channel="BCA")
        start = payment_to_start(engine.ids.next(), engine.directory.merchant(merchant_id), methods, view, wanted)
        payment = (await engine.submit(start)).answer.payments[-1]
        seen = Seen("paid", f"mid-{number}", paid_sen=50_000_00, fee_sen=4_000_00)
        paid = (await engine.submit(seen_of(payment, seen))).answer.payments[-1]
        assert paid.completed_at is not None
        came = f"{paid.completed_at.astimezone(JAKARTA):%Y-%m-%d %H:%M:%S}"
        lines.append(f'{came},{payment.public_id},Payment,bca_va,settlement,"50,000.00","4,000.00"')
    scene.folder.joinpath("transactions.csv").write_text("\n".join(lines), encoding="utf-8")
    # The rule of the page.
    rule = read_rule({"workdays": "1", "cutoff": "15:00"})
    day = expected_on(rule, real_now(), engine.payouts.calendar)
    scene.names |= {"2026-12-01": [day.isoformat()], "transactions.csv": [str(scene.folder / "transactions.csv")]}


async def refunds_were_asked_for(scene: Scene) -> None:
    """The refunds of the page so far, as it calls them."""
    listed = await scene.engine.payments.refunds(scene.merchant_id, ended=True)
    scene.names |= {f"900{number}": [str(one.task.task_id)] for number, one in enumerate(listed, 1)}


SCENES: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "cash-on-delivery": cash_on_delivery,
    "late-payments": late_payments,
    "orders-at-the-terminal": orders_at_the_terminal,
    "production": production,
    "receive-money": receive_money,
    "money-notices": money_notices,
    "gateways": gateways,
    "goods": goods,
    "payouts": payouts,
    "webhooks": webhooks,
    "shipping": shipping,
}


@pytest_asyncio.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[Path, Engine]]:
    """A data folder whose database runs, as if `gerai up` were, and an engine on it."""
    path = tmp_path_factory.mktemp("how-to") / "gerai-data"
    make_ready(path)
    server = EmbeddedPostgres(path, durable=False)
    async with AsyncExitStack() as stack:
        dsn = server.start()
        stack.callback(server.stop)
        engine = make_engine(replace(Settings(), database=DatabaseSettings(url=dsn)))
        await stack.enter_async_context(engine.running())
        yield path, engine


async def shop(engine: Engine, folder: Path) -> Scene:
    """The only merchant there is, opened for the first page, and a new member of it."""
    known = {merchant.code: merchant.merchant_id for merchant in engine.directory.merchants()}
    merchant_id = known["toko"] if known else await open_merchant(engine, "toko", "Toko Saya")
    scene = Scene(engine, merchant_id, folder)
    name = f"m{engine.ids.next()}"
    scene.member, scene.wallets = await add_member(engine, merchant_id, "leuwongrr", name, "Ani")
    return scene


def like(page: str) -> re.Pattern[str]:
    """What the output must look like: times are any times, and ``…`` is anything."""
    parts = [re.escape(part) for part in _TIME.sub("TIME", " ".join(page.split())).split("…")]
    return re.compile(".*".join(parts))


@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=lambda page: page.stem)
async def test_the_page_runs(folder: tuple[Path, Engine], page: Path) -> None:
    """Every command leaves with 0, one after the other, and prints the lines its page shows, each in full; the books
    hold afterwards."""
    path, engine = folder
    scene = await shop(engine, path.parent)
    if page.stem in SCENES:
        await SCENES[page.stem](scene)
    # Endpoints of webhooks look at the status alone; Midtrans is asked for a payment that there is not.
    nothing = b'{"status_code":"404","status_message":"Transaction doesn\'t exist."}'
    receiver = AsyncMock(return_value=SimpleNamespace(status=200, body=nothing))
    with (
        patch("gerai.engine.webhooks.register.check_address", AsyncMock()),
        patch("gerai.kit.http.Outgoing.send", receiver),
    ):
        for example in examples(page):
            if example.words[0] in NOT_RUN or " ".join(example.words[:2]) in NOT_RUN:
                continue
            if example.words[:2] in (["webhooks", "list"], ["webhooks", "log"]):
                await something_was_delivered(scene)
            if example.words[:2] == ["payments", "refunds"]:
                await refunds_were_asked_for(scene)
            meant = {word: scene.here(word) for word in dict.fromkeys(example.words)}
            keys = [f"key of {word}" for word in example.words if f"key of {word}" in scene.names]
            typed = scene.here(keys[0]) if keys else ""
            assert bool(typed) or not example.piped
            arguments = [meant[word] for word in example.words]
            code, out, err = await run_here({"GERAI_DATA": str(path)}, arguments, typed)
            assert code == 0, (example.words, err)
            for word, here in meant.items():
                out = out.replace(here, word) if word != here else out
            # The page calls a payment PAYMENT where it is named through its order, too.
            out = re.sub(r"paid-[\w-]+", "PAYMENT", out)
            printed = [" ".join(_TIME.sub("TIME", line).split()) for line in out.splitlines()]
            if example.shown:
                assert len(printed) == len(example.shown), (example.words, out)
            for line, shown in zip(printed, example.shown, strict=False):
                assert like(shown).fullmatch(line), (shown, line)
    assert await check(engine, scene.merchant_id) == []


def test_all_pages_with_examples_are_run() -> None:
    """The reader of pages sees the commands: as many as a plain search finds, and none with an unknown placeholder."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = "".join(block for _, block in _FENCE.findall(text))
        plain = re.findall(r"^(?:\$ )?gerai |\| gerai ", blocks, re.M)
        assert len(examples(page)) == len(plain), page.name
    counted = {page.stem: len(examples(page)) for page in PAGES if examples(page)}
    assert set(SCENES) <= set(counted)
    assert sum(counted.values()) >= 36


def test_every_command_that_is_mentioned_exists() -> None:
    """`gerai …` in the text of any page names a command there is, with its second word where it has some."""
    root: Any = typer.main.get_command(build(every_name()))
    missing: list[str] = []
    for page in [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]:
        for first, second in re.findall(r"`(?:\./)?gerai ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?", page.read_text("utf-8")):
            command = root.commands.get(first)
            inner = getattr(command, "commands", None)
            if command is None or (inner is not None and second and second not in inner):
                missing.append(f"{page.name}: gerai {first} {second}")
    assert missing == []
