"""A seller at the terminal books members' top-ups into their own account: confirmed, found in the bank's list, late."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from terminal_kit import gerai_here as gerai

from gerai.domain.money import display, rupiah
from gerai.domain.records import Deposit
from gerai.engine.arrivals import take
from gerai.engine.arrivals.take import BankLine
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.deposits.open import WantedDeposit, deposit_to_start
from gerai.engine.deposits.record import RecordDeposit
from gerai.engine.merchants.open import add_member, change_settings, open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.kit.clock import JAKARTA, real_now
from gerai.kit.discover import discover
from gerai.kit.ids import token
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
BANK = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
PRICE = rupiah(50_000)
_numbers = itertools.count(1)


class Seller:
    """A real merchant with a bank account and one member."""

    def __init__(self, dsn: str, engine: Engine, code: str, merchant_id: int, receiving_id: int, member: Any) -> None:
        self.dsn, self.engine, self.code, self.merchant_id, self.receiving_id = (
            dsn, engine, code, merchant_id, receiving_id,
        )  # fmt: skip
        self.member_id, self.wallet_id = member

    async def deposit(self) -> Deposit:
        """A top-up of Rp50.000 by bank transfer that waits for its money."""
        deposit_id = self.engine.ids.next()
        wanted = WantedDeposit(
            deposit_id=deposit_id, public_id=f"DEP{deposit_id}", secret=token(), channel="leuwongrr",
            account_id=self.wallet_id, amount_sen=PRICE, way=("bank_transfer", "BCA"), page_path="/x",
            expires_at=real_now().replace(year=2099),
        )  # fmt: skip
        merchant = self.engine.directory.merchant(self.merchant_id)
        return (await self.engine.submit(deposit_to_start(merchant, "production", METHODS, wanted))).answer

    async def late(self) -> Deposit:
        """One whose money came after its end, and is held."""
        deposit = await self.deposit()
        names = {"merchant_id": self.merchant_id, "environment": "production", "deposit_id": deposit.deposit_id}
        await self.engine.submit(RecordDeposit(**names, outcome="expired"))
        return (await self.engine.submit(RecordDeposit(**names, outcome="paid"))).answer

    async def says(self, *words: str) -> tuple[int, str, str]:
        """`gerai payments …` for this merchant."""
        return await gerai(self.dsn, "payments", *words, "--merchant", self.code)

    async def balance(self) -> int:
        """The member's, in sen."""
        return (await self.engine.wallets.balance(self.merchant_id, self.wallet_id)).available_sen


@pytest.fixture
def sells(dsn: str, engine: Engine) -> Callable[[], Awaitable[Seller]]:
    """Opens a seller of the test's own."""

    async def opened() -> Seller:
        code = f"topups{next(_numbers)}"
        merchant_id = await open_merchant(engine, code, "Toko Saya")
        account = await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
        member_id, wallets = await add_member(engine, merchant_id, "leuwongrr", "m1", "Budi")
        return Seller(dsn, engine, code, merchant_id, account.receiving_id, (member_id, wallets["production"]))

    return opened


async def test_confirmed_once(sells: Callable[[], Awaitable[Seller]]) -> None:
    """By its code, with the amount that was asked: another one, also the price alone, books nothing. The same command
    again books nothing more, with a reference or without; under the reference of one top-up no other is booked."""
    seller = await sells()
    deposit, other = await seller.deposit(), await seller.deposit()
    confirm = ["confirm", deposit.public_id]
    for amount in ("50000", str(deposit.pay_sen // 100 + 1)):
        code, _, said = await seller.says(*confirm, "--amount", amount)
        assert (code, "nothing is booked" in said) == (1, True)
    for more in (["--method", "cash"], ["--second"]):
        code, _, said = await seller.says(*confirm, *more)
        assert (code, "gerai members topup" in said) == (2, True)
    assert await seller.balance() == 0
    code, said, _ = await gerai(seller.dsn, "orders", "find", str(deposit.pay_sen // 100), "--merchant", seller.code)
    assert (code, f"top-up {deposit.public_id} asks for" in said, other.public_id in said) == (0, True, False)
    exact = [*confirm, "--amount", str(deposit.pay_sen // 100), "--reference", "BCA-1"]
    code, said, _ = await seller.says(*exact)
    assert said.startswith(f"{display(deposit.pay_sen)} is booked / dibukukan; Rp50.000 is in the wallet of member ")
    assert (code, f" {seller.member_id} " in said) == (0, True)
    code, said, _ = await seller.says(*exact)
    assert said.startswith(f"BCA-1 is booked already; top-up {deposit.public_id} is succeeded: nothing is booked now")
    assert code == 0
    code, _, said = await seller.says(*confirm)
    assert (code, f"top-up {deposit.public_id} is succeeded already: nothing is booked" in said) == (1, True)
    code, _, said = await seller.says("confirm", other.public_id, "--reference", "BCA-1")
    assert (code, "BCA-1 was booked already" in said) == (1, True)
    assert await seller.balance() == PRICE
    assert (await seller.engine.deposits.as_now(other)).status == "pending"
    code, _, said = await seller.says("confirm", "DEP404")
    assert (code, "DEP404" in said) == (1, True)
    assert await check(seller.engine, seller.merchant_id) == []


async def test_a_banks_list(sells: Callable[[], Awaitable[Seller]], tmp_path: Path) -> None:
    """A line that one top-up asks for fills its wallet, and the list says whose it is; read twice it does so once."""
    seller = await sells()
    deposit = await seller.deposit()
    file = tmp_path / "mutasi.csv"
    day = f"{real_now().astimezone(JAKARTA):%d/%m/%Y}"
    file.write_text(f"Tanggal,Jumlah,Keterangan\n{day},{deposit.pay_sen // 100},BUDI\n{day},77777,ANI\n", "utf-8")
    words = ["arrivals", "import", str(file), "--account", str(seller.receiving_id), "date=Tanggal", "amount=Jumlah",
             "description=Keterangan"]  # fmt: skip
    code, tried, _ = await seller.says(*words, "--dry-run")
    assert (code, f"top-up {deposit.public_id}" in tried, await seller.balance()) == (0, True, 0)
    code, done, _ = await seller.says(*words)
    assert (code, f"top-up {deposit.public_id}" in done) == (0, True)
    assert "1 booked, 1 waiting, 0 known already" in done
    assert "0 booked, 0 waiting, 2 known already" in (await seller.says(*words))[1]
    assert await seller.balance() == PRICE
    assert await check(seller.engine, seller.merchant_id) == []


async def test_a_person_decides(sells: Callable[[], Awaitable[Seller]]) -> None:
    """Where two ask for the price itself, both are listed, and `book` fills the wallet of the one that is named, once;
    money of another amount is nobody's."""
    seller = await sells()
    await change_settings(seller.engine, seller.merchant_id, {"matching_amount": "none"})
    deposits = [await seller.deposit() for _ in range(2)]
    kept = [
        await take.take(
            seller.engine, seller.merchant_id, seller.receiving_id, BankLine(f"k{n}", sen, real_now(), "TRSF"), "t"
        )
        for n, sen in enumerate((PRICE, rupiah(1_234)))
    ]
    listed = (await seller.says("arrivals", "list"))[1]
    for deposit in deposits:
        assert f"{deposit.public_id} (pending)" in listed
    assert "none that is open" in listed
    book = ["arrivals", "book", str(kept[0].arrival_id), deposits[1].public_id]
    code, _, said = await seller.says("arrivals", "book", str(kept[1].arrival_id), deposits[1].public_id)
    assert (code, "is not what is asked" in said) == (1, True)
    code, said, _ = await seller.says(*book)
    assert (code, f"Rp50.000 is booked; top-up {deposits[1].public_id} is succeeded now" in said) == (0, True)
    code, _, said = await seller.says(*book)
    assert (code, "no such arrival that waits" in said) == (1, True)
    assert [(await seller.engine.deposits.as_now(one)).status for one in deposits] == ["pending", "succeeded"]
    assert await seller.balance() == PRICE
    assert await check(seller.engine, seller.merchant_id) == []


@pytest.mark.parametrize(
    ("decision", "stands", "gains"),
    [("accept", "succeeded", PRICE), ("wallet", "succeeded", PRICE), ("refund", "refunded", 0)],
)
async def test_late_money(sells: Callable[[], Awaitable[Seller]], decision: str, stands: str, gains: int) -> None:
    """Held, it is in the list of what waits; decided, it cannot be decided again, and is there no more; what goes back
    is to be sent, by a task that names the top-up, once."""
    seller = await sells()
    await change_settings(seller.engine, seller.merchant_id, {"late_payment": "hold"})
    deposit = await seller.late()
    assert (deposit.status, await seller.balance()) == ("late", 0)
    waits = (await seller.says("waiting"))[1]
    assert deposit.public_id in waits
    assert display(deposit.pay_sen) in waits
    code, said, _ = await seller.says("resolve", deposit.public_id, decision, "--note", "seen")
    assert code == 0
    amount = display(deposit.pay_sen)
    assert (f"{amount} is owed to its payer." if gains == 0 else "Rp50.000 is in the wallet of member") in said
    assert (await seller.engine.deposits.as_now(deposit)).status == stands
    assert await seller.balance() == gains
    code, _, said = await seller.says("resolve", deposit.public_id, decision)
    assert (code, f"deposit {deposit.public_id} is {stands}" in said) == (1, True)
    if gains == 0:
        waits = (await seller.says("waiting"))[1]
        assert ("to send" in waits, deposit.public_id in waits) == (True, True)
        [listed] = await seller.engine.payments.refunds(seller.merchant_id)
        row = " ".join((await seller.says("refunds", "list"))[1].splitlines()[1].split())
        assert row.startswith(f"{listed.task.task_id} {amount} top-up {deposit.public_id} not known yet you")
        done = ("refunds", "done", str(listed.task.task_id), "--reference", "BCA-9")
        assert f"{amount} of top-up {deposit.public_id} is booked as sent" in (await seller.says(*done))[1]
        assert "is booked already (BCA-9, by" in (await seller.says(*done))[1]
    assert "nothing waits" in (await seller.says("waiting"))[1]
    assert await check(seller.engine, seller.merchant_id) == []


async def test_confirmed_late(sells: Callable[[], Awaitable[Seller]]) -> None:
    """Money somebody saw after the end is late; held, the answer says what to do next."""
    seller = await sells()
    await change_settings(seller.engine, seller.merchant_id, {"late_payment": "hold"})
    deposit = await seller.deposit()
    names = {"merchant_id": seller.merchant_id, "environment": "production", "deposit_id": deposit.deposit_id}
    await seller.engine.submit(RecordDeposit(**names, outcome="expired"))
    code, said, _ = await seller.says("confirm", deposit.public_id)
    assert (code, f"gerai payments resolve {deposit.public_id} accept|refund" in said) == (0, True)
    assert await seller.balance() == 0
