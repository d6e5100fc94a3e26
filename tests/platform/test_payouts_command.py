"""`gerai payments payouts` and `gateways settle-rule`: what is expected, late and paid out, and what books nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import typer
from terminal_kit import gerai_here, run_here

from bank_kit import QRIS
from gateway_kit import METHODS, GatewayShop, gateway_shop
from gerai.cli.holidays import with_holidays
from gerai.domain.money import rupiah
from gerai.domain.records import GatewayContract, Payment
from gerai.domain.settlement import read_rule
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import change_rule
from gerai.engine.gateways.give_back import give_back
from gerai.engine.merchants.open import change_settings
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.refund import RefundPayment
from gerai.kit.clock import JAKARTA, jakarta, real_now
from gerai.settings import PayoutSettings, Settings
from top_up_kit import top_ups

DAY = date(2026, 11, 27)


class Till:
    """A shop with a gateway, and what somebody types there."""

    def __init__(self, dsn: str, shop: GatewayShop) -> None:
        self.dsn, self.shop = dsn, shop
        self.code = shop.engine.directory.merchant(shop.merchant_id).code

    async def paid(self, channel: str = "BNI", on: date | None = DAY, **seen: Any) -> Payment:
        """Rp50.000 came on that day at noon; None: now."""
        shop = self.shop
        payment = await shop.started(channel)
        shop.toy.pays(payment, **seen)
        await shop.look(payment)
        if on is not None:
            at = datetime(on.year, on.month, on.day, 12, tzinfo=JAKARTA)
            async with shop.engine.connection() as connection:
                await connection.execute(
                    "UPDATE payments SET completed_at = %s WHERE merchant_id = %s AND payment_id = %s",
                    (at, shop.merchant_id, payment.payment_id),
                )
        return (await shop.now(payment)).payments[-1]

    async def type(self, *words: str) -> tuple[int, str, str]:
        code, out, err = await gerai_here(self.dsn, "payments", *words, "--merchant", self.code)
        return code, out, " ".join(err.replace("│", " ").split())

    async def rows(self, *words: str) -> list[str]:
        """The lines of a listing, one space between columns."""
        return [" ".join(line.split()) for line in (await self.type("payouts", *words))[1].splitlines()]


@pytest_asyncio.fixture
async def till(dsn: str, engine: Engine) -> AsyncGenerator[Till]:
    shop = await gateway_shop(engine)
    async with shop.desk:
        yield Till(dsn, shop)
    assert await check(engine, shop.merchant_id) == []


async def test_from_expected_to_paid_out(till: Till) -> None:
    """Late ones are said to be late, each by its name; booked for their day, they are listed as paid out and late no
    more; the same again books nothing."""
    assert await till.rows("list") == ["nobody has money of yours to pay out / tidak ada uang yang menunggu dicairkan"]
    first, second = await till.paid(fee_sen=rupiah(1_000)), await till.paid()
    today = await till.paid(on=None)
    listed = await till.rows("list")
    assert listed[0] == "day gateway payments gross refunds fee net what"
    late = jakarta(real_now()).date() > date(2026, 12, 1)
    assert listed[1].startswith("2026-12-01 toy 2 Rp100.000 Rp0 Rp1.000 Rp99.000")
    assert listed[1].endswith("LATE") is late
    assert listed[-1].startswith("paid out / sudah dicairkan: gerai payments payouts settle GATEWAY --day DAY")

    paid = ("payouts", "settle", "toy", "--day", "2026-12-01", "--amount", "Rp96.000", "--fee", "4000",
            "--reference", "WD-1", "--date", "2026-11-29")  # fmt: skip
    assert (await till.type(*paid))[:2] == (
        0, "Rp96.000 is booked, less a fee of Rp4.000: 2 payments are settled / 2 pembayaran dicairkan\n",
    )  # fmt: skip
    again = (0, "WD-1 is booked already: nothing is booked now / sudah dibukukan: tidak ada yang dibukukan lagi\n")
    assert (await till.type(*paid))[:2] == again
    named = ("payouts", "settle", "toy", first.public_id, second.public_id, *paid[5:])
    assert (await till.type(*named))[:2] == again
    listed = await till.rows("list", "--from", "2026-11-01")
    assert listed[1] == "2026-11-29 toy 2 Rp100.000 Rp0 Rp4.000 Rp96.000 paid out: WD-1"
    assert await till.rows("list", "--from", "2020-01-01", "--to", "2020-01-02") == [
        "nobody has money of yours to pay out / tidak ada uang yang menunggu dicairkan"
    ]
    assert await till.rows("late") == ["no payout is late / tidak ada pencairan yang terlambat"]
    number, contract = (await till.shop.now(today)).order.number, str(till.shop.contract.contract_id)
    one = await till.type("payouts", "settle", contract, number, "--amount", "50000", "--reference", "WD-2")
    assert one[1] == "Rp50.000 is booked, less a fee of Rp0: 1 payment is settled / 1 pembayaran dicairkan\n"


async def test_late_ones_have_names(till: Till) -> None:
    """Each with its order, its way and the day on which it was expected."""
    payment = await till.paid(on=date(2026, 3, 17))
    order = (await till.shop.now(payment)).order.number
    rows = await till.rows("late")
    # Nyepi, Lebaran and their cuti bersama lie between.
    assert rows[1] == f"{payment.public_id} {order} completed toy va:BNI Rp50.000 2026-03-17 12:00 2026-03-26"
    assert rows[2].startswith("paid out / sudah dicairkan")
    assert "1 late / terlambat, Rp50.000: gerai payments payouts late" in await till.rows("list")


async def test_a_rule_is_shown_and_changed(till: Till) -> None:
    """As it is assumed, then as the seller says; what waits is expected by it at once."""
    await till.paid()
    _, out, _ = await till.type("gateways", "settle-rule", "toy")
    assert [" ".join(line.split()) for line in out.splitlines()][1] == "va:BCA workdays=2 assumed: see your contract"
    changed = await till.type("gateways", "settle-rule", "toy", "va:BNI", "days=3", "on=workdays", "cutoff=11:30")
    assert changed[:2] == (
        0, "va:BNI: days=3 on=workdays cutoff=11:30; what waits now, too / berlaku juga untuk yang masih menunggu\n",
    )  # fmt: skip
    _, out, _ = await till.type("gateways", "settle-rule", str(till.shop.contract.contract_id))
    assert [" ".join(line.split()) for line in out.splitlines()][2] == "va:BNI days=3 on=workdays cutoff=11:30 yours"
    assert (await till.rows("list"))[1].startswith("2026-12-01 toy 1 ")
    for words, said in (
        (("va:BNI",), "when does its money come? workdays=N"), (("va:MARS", "days=1"), "no such way to pay: va:MARS"),
        (("va:BNI", "days=99"), "from 0 to 60"), (("va:BNI", "days=1", "workdays=1"), "one of them"),
        (("va:BNI", "hours=1"), "hours="), (("va:BNI", "days=1", "cutoff=noon"), "a time in Jakarta"),
    ):  # fmt: skip
        code, _, err = await till.type("gateways", "settle-rule", "toy", *words)
        assert code in (1, 2), words
        assert said in err, words


async def test_refunds_are_taken_off(till: Till) -> None:
    """What the gateway gave back stands in the list and in the sum of its day; a single one can be named."""
    first, second = await till.paid(on=None), await till.paid(on=None)
    shop = till.shop
    for payment in (first, second):
        await shop.engine.submit(
            RefundPayment(
                merchant_id=shop.merchant_id, environment="production", order_id=payment.order_id,
                payment_id=payment.payment_id, amount_sen=rupiah(20_000),
            )
        )  # fmt: skip
    tasks = [one.task for one in await shop.engine.payments.refunds(shop.merchant_id)]
    for task in tasks:
        await give_back(shop.engine, shop.desk, shop.merchant_id, task.order_id, task.task_id)
    row = (await till.rows("list"))[1]
    assert row.split(" ", 1)[1] == "toy 2 Rp100.000 Rp40.000 Rp0 Rp60.000 expected"
    settled = await till.type(
        "payouts", "settle", "toy", first.public_id, "--refund", str(tasks[1].task_id), "--amount", "30000",
        "--reference", "WD-1",
    )  # fmt: skip
    assert settled[:2] == (
        0, "Rp30.000 is booked, less a fee of Rp0: 1 payment is settled / 1 pembayaran dicairkan\n",
    )  # fmt: skip
    assert (await till.rows("list"))[2].split(" ", 1)[1] == "toy 1 Rp50.000 Rp20.000 Rp0 Rp30.000 expected"


async def test_top_ups_among_them(till: Till) -> None:
    """Listed with orders, each by its code and how it stands; settled by their day with them, or by their code, with
    the refund of one that the gateway gave back."""
    shop, ani = till.shop, await top_ups(till.shop)
    await change_settings(shop.engine, shop.merchant_id, {"late_payment": "hold"})
    done, back = await ani.started("BNI"), await ani.started("BNI")
    await ani.cancelled(back)
    for deposit in (done, back):
        shop.toy.pays(deposit)
        await shop.look(deposit)
    payment = await till.paid(on=None)
    row = (await till.rows("list"))[1]
    assert row.split(" ", 1)[1] == "toy 3 Rp150.000 Rp0 Rp0 Rp150.000 expected"
    code, said, _ = await till.type("resolve", back.public_id, "refund")
    assert (code, said) == (
        0, f"{back.public_id}: Rp50.000 goes back through its gateway / dikembalikan lewat gateway-nya: "
        "gerai payments refunds list\n",
    )  # fmt: skip
    [listed] = await shop.engine.payments.refunds(shop.merchant_id)
    await give_back(shop.engine, shop.desk, shop.merchant_id, None, listed.task.task_id)
    await change_rule(shop.engine, shop.merchant_id, shop.contract.contract_id, ("va", "BNI"), read_rule({"days": "0"}))
    async with shop.engine.connection() as connection:
        await connection.execute(
            "UPDATE deposits SET (held_at, completed_at) = "
            "(held_at - interval '3 days', completed_at - interval '3 days') "
            "WHERE merchant_id = %s",
            (shop.merchant_id,),
        )
    late = {tuple(line.split(" ")[:4]) for line in (await till.rows("late"))[1:3]}
    assert late == {
        (done.public_id, "top-up", "succeeded", "toy"), (back.public_id, "top-up", "refunded", "toy"),
    }  # fmt: skip
    day = (await till.rows("list"))[1].split(" ")[0]
    settled = await till.type("payouts", "settle", "toy", "--day", day, "--amount", "100000", "--reference", "WD-1")
    assert settled[1] == ("Rp100.000 is booked, less a fee of Rp0: 2 payments are settled / 2 pembayaran dicairkan\n")
    words = ("payouts", "settle", "toy", payment.public_id, "--refund", str(listed.task.task_id), "--amount", "0")
    assert "1 payment is settled" in (await till.type(*words, "--reference", "WD-2"))[1]
    for again in (("--refund", str(listed.task.task_id), payment.public_id), (done.public_id,)):
        code, _, err = await till.type("payouts", "settle", "toy", *again, "--amount", "50000", "--reference", "WD-3")
        assert (code, "is settled" in err) == (1, True), err
    by_code = await ani.started("BNI")
    shop.toy.pays(by_code)
    await shop.look(by_code)
    one = ("payouts", "settle", "toy", by_code.public_id, "--amount", "49000", "--fee", "1000", "--reference", "WD-4")
    assert "Rp49.000 is booked, less a fee of Rp1.000: 1 payment" in (await till.type(*one))[1]
    assert await till.rows("list", "--from", "2020-01-01", "--to", "2020-01-02") == [
        "nobody has money of yours to pay out / tidak ada uang yang menunggu dicairkan"
    ]


async def test_a_gateway_whose_keys_were_changed(till: Till) -> None:
    """An earlier contract's payments are paid out with those of the present one, under the gateway's name; under the
    contract's own number they are not."""
    earlier, present = await till.paid(), await till.paid()
    shop = till.shop
    of = (shop.merchant_id, shop.contract.contract_id)
    names = ", ".join(GatewayContract.__struct_fields__)
    before = names.replace("contract_id", "contract_id - 1").replace("closed_at", "now()")
    async with shop.engine.connection() as connection:
        await connection.execute(
            f"INSERT INTO gateway_contracts ({names}) SELECT {before} FROM gateway_contracts "  # type: ignore[arg-type]
            "WHERE merchant_id = %s AND contract_id = %s",
            of,
        )
        for table in ("payments", "gateway_attempts"):
            await connection.execute(
                f"UPDATE {table} SET contract_id = %s WHERE merchant_id = %s AND payment_id = %s",  # type: ignore[arg-type]
                (of[1] - 1, shop.merchant_id, earlier.payment_id),
            )
    assert (await till.rows("list"))[1].startswith("2026-12-01 toy 2 Rp100.000")
    words = ("payouts", "settle", str(of[1]), earlier.public_id, present.public_id, "--amount", "100000")
    code, _, err = await till.type(*words, "--reference", "WD-1")
    assert (code, err) == (1, f"gerai: {earlier.public_id} is no payment that toy took: nothing is booked")
    both = ("payouts", "settle", "toy", "--day", "2026-12-01", "--amount", "100000", "--reference", "WD-1")
    assert "2 payments are settled" in (await till.type(*both))[1]
    assert await till.rows("late") == ["no payout is late / tidak ada pencairan yang terlambat"]


async def test_mistakes_book_nothing(till: Till) -> None:
    """What does not add up, is not the gateway's, is of another day, or is not yet: one sentence, nothing booked."""
    payment = await till.paid()
    await till.paid("BCA", on=None)
    tomorrow = (jakarta(real_now()).date() + timedelta(days=1)).isoformat()
    reference = ("--reference", "R")
    for words, code, said in (
        ((payment.public_id, "--amount", "49000", *reference), 1,
         "with what is known of its fee this payment makes Rp50.000, not Rp49.000, which is Rp1.000 less: nothing "
         "is booked; if it kept Rp1.000 in all: --fee 1000"),
        ((payment.public_id, "--amount", "49000", "--fee", "2000", *reference), 1,
         "which is Rp1.000 more: nothing is booked; if it kept Rp1.000 in all: --fee 1000"),
        (("--day", "2026-12-13", "--amount", "1", *reference), 1, "no such payout of toy expected on: 2026-12-13"),
        (("--day", "02/12/2026", "--amount", "1", *reference), 2, "not a day: 02/12/2026"),
        (("--amount", "1", *reference), 2, "of which payments?"),
        (("pay_none", "--amount", "1", *reference), 1, "pay_none is no payment that toy took"),
        ((payment.public_id, "--amount", "50000", "--refund", "9", *reference), 1, "no such refund: 9"),
        ((payment.public_id, "--amount", "50000", "--date", tomorrow, *reference), 2, "is not yet"),
        ((payment.public_id, "--amount", "50000", "--fee", "60000", *reference), 1, "more than its payments"),
    ):  # fmt: skip
        answer = await till.type("payouts", "settle", "toy", *words)
        assert (answer[0], answer[1]) == (code, ""), words
        assert said in answer[2], (words, answer[2])
    for whose in ("mars", "1"):
        answer = await till.type("payouts", "settle", whose, payment.public_id, "--amount", "1", *reference)
        assert answer[0] == 1
        assert f"no such contract or account in production: {whose}" in answer[2]
    assert (await till.type("payouts", "settle", "toy", payment.public_id, "--amount", "50000", *reference))[0] == 0
    for words, said in (
        (("--day", "2026-12-01", "--amount", "1"), "R is booked already, with other payments or another amount"),
        ((payment.public_id, "--amount", "1"), "R is booked already, with other payments or another amount"),
    ):
        answer = await till.type("payouts", "settle", "toy", *words, *reference)
        assert (answer[0], answer[1]) == (1, "")
        assert said in answer[2]
    answer = await till.type("payouts", "settle", "toy", payment.public_id, "--amount", "50000", "--reference", "S")
    assert (answer[0], answer[2]) == (1, f"gerai: payment {payment.public_id} is settled: it cannot be settled")


async def test_an_own_qris_code(till: Till) -> None:
    """Its rule is shown and changed where accounts are; what came by it stands among gateways' payouts, under the
    number in the code, and is settled by its short name."""
    engine, merchant_id = till.shop.engine, till.shop.merchant_id
    added = await till.type("accounts", "add", "qris", f"code={QRIS}", "--settles", "days=0", "--yes")
    assert "reaches your bank / cair: days=0 (yours)\n" in added[1]
    account = str(engine.directory.merchant(merchant_id).receiving[0].receiving_id)
    usual = await till.type("accounts", "edit", account)
    assert usual[:2] == (
        0, f"{account}: workdays=1 (assumed: see your contract); what waits now, too / berlaku juga untuk yang masih "
        "menunggu\n",
    )  # fmt: skip
    assert "workdays=1" in (await till.type("accounts", "list"))[1]
    for words, said in ((("--settles", "soon=1"), "no such part of a rule: soon"), (("--settles", "days=99"), "to 60")):
        code, _, err = await till.type("accounts", "edit", account, *words)
        assert code == 1
        assert said in err
    view = await till.shop.ordered()
    merchant, wanted = engine.directory.merchant(merchant_id), WantedPayment(method="qris", channel="QRIS")
    start = payment_to_start(engine.ids.next(), merchant, METHODS, view, wanted)
    payment = (await engine.submit(start)).answer.payments[-1]
    assert (await till.type("confirm", payment.public_id))[0] == 0
    await till.paid(on=None)
    rows = await till.rows("list")
    assert [row.split(" ", 1)[1] for row in rows[1:3]] == [
        "qris:ID1020000000017 1 Rp50.000 Rp0 Rp0 Rp50.000 expected", "toy 1 Rp50.000 Rp0 Rp0 Rp50.000 expected",
    ]  # fmt: skip
    paid = ("payouts", "settle", "qris", "--day", rows[1].split(" ")[0], "--amount", "49650", "--fee", "350",
            "--reference", "GP-1")  # fmt: skip
    assert (await till.type(*paid))[1] == (
        "Rp49.650 is booked, less a fee of Rp350: 1 payment is settled / 1 pembayaran dicairkan\n"
    )
    assert "nothing is booked now" in (await till.type(*paid))[1]
    assert (await till.rows("list"))[1].endswith("qris:ID1020000000017 1 Rp50.000 Rp0 Rp350 Rp49.650 paid out: GP-1")


def test_holidays_of_a_data_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its file counts where there is one and none is set; one that cannot be read stops the command."""
    assert with_holidays(Settings(), tmp_path) == Settings()
    file = tmp_path / "holidays.csv"
    file.write_text("2026-03-18,leave,Nyepi\n", encoding="utf-8")
    assert with_holidays(Settings(), tmp_path).payouts.holidays_file == str(file)
    own = replace(Settings(), payouts=PayoutSettings(holidays_file="/mine.csv"))
    assert with_holidays(own, tmp_path) == own
    file.write_text("18 March 2026\n", encoding="utf-8")
    with pytest.raises(typer.Exit) as left:
        with_holidays(Settings(), tmp_path)
    assert left.value.exit_code == 2
    assert "holidays.csv, line 1" in " ".join(capsys.readouterr().err.split())


async def test_holidays_of_the_operators_own(till: Till, tmp_path: Path) -> None:
    """A file that is set counts for the years it names; one that is none stops each command in a sentence."""
    await till.paid(on=date(2026, 3, 17))
    file = tmp_path / "holidays.csv"
    file.write_text("2026-03-18,leave,Nyepi\n", encoding="utf-8")
    environ = {"DATABASE_URL": till.dsn, "GERAI_PAYOUTS_HOLIDAYS_FILE": str(file)}
    words = ["payments", "payouts", "list", "--merchant", till.code]
    _, out, _ = await run_here(environ, words)
    assert out.splitlines()[1].startswith("2026-03-20")
    file.write_text("18 March 2026\n", encoding="utf-8")
    code, out, err = await run_here(environ, words)
    assert (code, out) == (2, "")
    assert "payouts.holidays_file" in err
    assert "line 1" in " ".join(err.split())
