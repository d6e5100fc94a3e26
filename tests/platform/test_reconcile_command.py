"""`gerai payments reconcile`: each difference between a gateway's list and ours by its name; nothing is changed."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terminal_kit import gerai_here

from gateway_kit import GatewayShop, gateway_shop
from gerai.cli.transaction_layouts import LAYOUTS
from gerai.cli.transaction_list import read_transactions
from gerai.domain.money import rupiah
from gerai.domain.records import Payment
from gerai.engine.core import Engine
from gerai.engine.gateways.give_back import give_back
from gerai.engine.payments.refund import RefundPayment
from gerai.engine.payouts.find import GatewayPayment
from gerai.engine.payouts.reconcile import TheirLine, compare
from gerai.kit.clock import JAKARTA

COLUMNS = ("reference=ref", "amount=jumlah", "fee=biaya", "status=status", "time=waktu", "id=nomor")
HEAD = "ref,nomor,jumlah,biaya,status,waktu"
_files = itertools.count(1)


class Till:
    """A shop with a gateway, the gateway's list, and what somebody types there."""

    def __init__(self, dsn: str, shop: GatewayShop, folder: Path) -> None:
        self.dsn, self.shop, self.folder = dsn, shop, folder
        self.code = shop.engine.directory.merchant(shop.merchant_id).code

    async def paid(self, **seen: Any) -> Payment:
        payment = await self.shop.started("BNI")
        self.shop.toy.pays(payment, **seen)
        await self.shop.look(payment)
        return payment

    async def compared(self, *lines: str, more: tuple[str, ...] = ()) -> tuple[int, dict[str, Any]]:
        """Exit code, and what is printed as JSON."""
        code, out, err = await self.type(*lines, more=("--json", *more))
        assert err == ""
        return code, json.loads(out)

    async def type(self, *lines: str, more: tuple[str, ...] = ()) -> tuple[int, str, str]:
        file = self.folder / f"list{next(_files)}.csv"
        file.write_text("\n".join((HEAD, *lines)), encoding="utf-8")
        words = ("reconcile", "toy", str(file), *COLUMNS, *more, "--merchant", self.code)
        return await gerai_here(self.dsn, "payments", *words)

    async def everything(self) -> list[tuple[Any, ...]]:
        """All that could have been changed."""
        async with self.shop.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT p, a FROM payments p LEFT JOIN gateway_attempts a USING (merchant_id, payment_id) "
                "WHERE p.merchant_id = %s ORDER BY p.payment_id",
                (self.shop.merchant_id,),
            )
            return await cursor.fetchall()


@pytest_asyncio.fixture
async def till(dsn: str, engine: Engine, tmp_path: Path) -> AsyncGenerator[Till]:
    shop = await gateway_shop(engine)
    async with shop.desk:
        yield Till(dsn, shop, tmp_path)


def now() -> str:
    """As lists write it. Jakarta's day may turn while the tests run."""
    return f"{datetime.now(JAKARTA):%Y-%m-%d %H:%M:%S}"


def line(payment: Payment, amount: str = "50.000", fee: str = "0", status: str = "settlement") -> str:
    return f"{payment.public_id},toy-{payment.public_id},{amount},{fee},{status},{now()}"


async def test_what_agrees_is_no_difference(till: Till) -> None:
    """By our id or by the gateway's own; what came to nothing on both sides is passed over."""
    first, second, waits = await till.paid(fee_sen=rupiah(1_500)), await till.paid(), await till.shop.started()
    by_own = f",toy-{second.public_id},50000.00,0,PAID,{now()}"
    code, found = await till.compared(line(first, fee="1.500"), by_own, line(waits, status="pending"))
    assert (code, found["differences"]) == (0, [])
    assert found["here"] == found["there"] == {"payments": 2, "amount_sen": 2 * 5_000_000, "fee_sen": 150_000}
    # What nobody here knows of is compared with nothing.
    code, out, _ = await till.type(line(first, fee="1500"), line(second, fee="99"))
    assert code == 0
    assert "of 1 no fee is known here / biaya 1 pembayaran belum diketahui di sini" in out
    assert out.splitlines()[-1].endswith("no difference / tidak ada selisih")
    assert out.splitlines()[0] == "here / di sini: 2 paid, Rp100.000, fee Rp1.500"


async def test_each_difference_has_its_name(till: Till) -> None:
    """What each side says of it, with both references and the line; the totals of both sides. Nothing is changed."""
    amount, twice, missing, refund = [await till.paid() for _ in range(4)]
    fee = await till.paid(fee_sen=rupiah(1_000))
    unpaid_there, unpaid_here = await till.paid(), await till.shop.started()
    before = await till.everything()
    lines = (
        line(amount, amount="49.000"), line(fee, fee="2.500"), line(twice), line(twice), line(refund, status="refund"),
        line(unpaid_there, status="expire"), line(unpaid_here), f"ORDER-9,tx-9,7000,0,settlement,{now()}",
    )  # fmt: skip
    code, found = await till.compared(*lines)
    assert code == 1
    told = {(d["kind"], d["payment"], d["reference"], d["line"], d["here"], d["there"]) for d in found["differences"]}
    assert told == {
        ("other amount", amount.public_id, f"toy-{amount.public_id}", 2, 5_000_000, 4_900_000),
        ("other fee", fee.public_id, f"toy-{fee.public_id}", 3, 100_000, 250_000),
        ("twice", twice.public_id, f"toy-{twice.public_id}", 5, 5_000_000, 5_000_000),
        ("other status", refund.public_id, f"toy-{refund.public_id}", 6, "paid", "refunded"),
        ("not paid there", unpaid_there.public_id, f"toy-{unpaid_there.public_id}", 7, "completed", "ended"),
        ("not paid here", unpaid_here.public_id, f"toy-{unpaid_here.public_id}", 8, "processing", 5_000_000),
        ("not here", "", "tx-9", 9, None, 700_000),
        ("not there", missing.public_id, f"toy-{missing.public_id}", None, 5_000_000, None),
    }  # fmt: skip
    assert found["here"] == {"payments": 5, "amount_sen": 5 * 5_000_000, "fee_sen": 100_000}
    assert found["there"] == {
        "payments": 7, "amount_sen": 4_900_000 + 5 * 5_000_000 + 700_000, "fee_sen": 250_000,
    }  # fmt: skip
    assert await till.everything() == before
    code, out, _ = await till.type(*lines)
    assert code == 1
    assert out.splitlines()[-1].endswith("8 differences / 8 selisih")
    assert sum(missing.public_id in row for row in out.splitlines()) == 1


async def test_what_the_gateway_gave_back_is_no_difference(till: Till) -> None:
    """Refunded on both sides it agrees; into a wallet, nothing went back there."""
    payment = await till.paid()
    refund = RefundPayment(
        merchant_id=till.shop.merchant_id, environment="production", order_id=payment.order_id,
        payment_id=payment.payment_id, amount_sen=rupiah(10_000),
    )  # fmt: skip
    await till.shop.engine.submit(refund)
    assert (await till.compared(line(payment)))[0] == 0
    task = (await till.shop.engine.payments.refunds(till.shop.merchant_id))[0].task
    await give_back(till.shop.engine, till.shop.desk, till.shop.merchant_id, task.order_id, task.task_id)
    assert (await till.compared(line(payment, status="partial_refund")))[0] == 0
    code, found = await till.compared(line(payment))
    assert (code, [(d["kind"], d["here"], d["there"]) for d in found["differences"]]) == (
        1, [("other status", "refunded", "paid")],
    )  # fmt: skip


async def test_days_are_those_of_the_list_or_as_asked(till: Till) -> None:
    """Lines of other days are left out and counted; what they name is not missing. A list without times needs days."""
    payment, other = await till.paid(), await till.paid()
    yesterday = f"{datetime.now(JAKARTA) - timedelta(days=1):%Y-%m-%d %H:%M:%S}"
    elsewhere = f"{other.public_id},x,50000,0,paid,{yesterday}"
    today = now()[:10]
    code, found = await till.compared(line(payment), elsewhere, more=("--from", today, "--to", today))
    assert (code, found["left_out"], found["here"]["payments"], found["there"]["payments"]) == (0, 1, 1, 1)
    file = till.folder / "plain.csv"
    file.write_text(f"ref,jumlah\n{payment.public_id},50000\n", encoding="utf-8")
    words = ("payments", "reconcile", "toy", str(file), "reference=ref", "amount=jumlah", "--merchant", till.code)
    code, out, err = await gerai_here(till.dsn, *words)
    assert (code, out) == (2, "")
    assert "of which days is this list?" in " ".join(err.split())
    code, out, _ = await gerai_here(till.dsn, *words, "--from", today, "--to", today, "--json")
    assert (code, [d["kind"] for d in json.loads(out)["differences"]]) == (1, ["not there"])
    for more, said in (
        (("--from", "2026-12-02", "--to", "2026-12-01"), "is after"), (("--from", "yesterday"), "not a day"),
    ):  # fmt: skip
        code, _, err = await till.type(line(payment), more=more)
        assert code == 2
        assert said in " ".join(err.split())


async def test_others_payments_are_not_known(till: Till, engine: Engine) -> None:
    """What another merchant's gateway took is none of ours."""
    foreign = await gateway_shop(engine)
    async with foreign.desk:
        payment = await foreign.started("BNI")
        foreign.toy.pays(payment)
        await foreign.look(payment)
    code, found = await till.compared(line(payment))
    assert (code, [d["kind"] for d in found["differences"]]) == (1, ["not here"])


XENDIT = (
    "Status,Type,Payment Method,Payment Channel,Currency,Amount,Total Fee Amount,Total VAT Amount,Net Amount,Reference,"
    "Transaction ID,Payment Request ID,Payment Time\n"
    'SUCCESSFUL,PAYMENT,QR_CODE,QRIS,IDR,50000.00,350.00,38.50,"49,611.50",pay_1,txn_1,pr-1,2026-11-30T20:00:00Z\n'
    "SUCCESSFUL,WITHDRAWAL,BANK,BCA,IDR,90000,0,0,90000,wd,txn_2,,2026-11-30T21:00:00Z\n"
)
MIDTRANS = (
    "Balance statement\n\nDate & Time;Order ID;Transaction Type;Channel;Status;Amount;Fee\n"
    "30/11/2026 10:15;pay_2;payment;bank_transfer;success;Rp50.000;Rp4.440\n"
    "30/11/2026 10:16;WD-1;withdrawal;;success;Rp90.000;0\n"
)


@pytest.mark.parametrize(
    ("gateway", "text", "found"),
    [
        ("xendit", XENDIT, TheirLine(2, "pay_1", "pr-1", 5_000_000, 38_850, "paid",
                                     datetime(2026, 11, 30, 20, tzinfo=UTC))),
        ("midtrans", MIDTRANS, TheirLine(4, "pay_2", "", 5_000_000, 444_000, "paid",
                                         datetime(2026, 11, 30, 10, 15, tzinfo=JAKARTA))),
    ],
)  # fmt: skip
def test_lists_as_vendors_describe_them(tmp_path: Path, gateway: str, text: str, found: TheirLine) -> None:
    """Known by their heads, what is no payment left out, the fee with its tax."""
    file = tmp_path / "list.csv"
    file.write_text(text, encoding="utf-8")
    assert read_transactions(file, gateway, {}) == [found]
    assert {one.gateway for one in LAYOUTS} == {"xendit", "midtrans"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no column ref"), ("a,b\n1,2\n", "has no column ref"),
        (f"{HEAD}\nx,y,lima,0,paid,\n", "line 2: 'lima'"), (f"{HEAD}\nx,y,5000,-3,paid,\n", "'-3' is no amount"),
        (f"{HEAD}\nx,y,5000,0,dancing,\n", "'dancing' is no status"),
        (f"{HEAD}\nx,y,5000,0,,\n", "'' is no status"), (f"{HEAD}\nx,y,5000,0,paid,soon\n", "'soon' is no time"),
        (f"{HEAD}\n,,5000,0,paid,\n", "names no transaction"), (f"{HEAD}\nx,y,5000\n", "it has 3 columns"),
        (f"{HEAD}\nx,y,5,000,0,paid,2026-11-30\n", "it has 7 columns"), (f"{HEAD}\nx,y,5\0,0,paid,\n", "no text"),
        (f"{HEAD}\nx,y,{'9' * 30},0,paid,\n", "is no amount"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    """The line is named, and nothing of the file is compared."""
    file = tmp_path / "list.csv"
    file.write_text(text, encoding="utf-8")
    columns = dict(pair.split("=") for pair in COLUMNS)
    with pytest.raises(typer.Exit) as left:
        read_transactions(file, "toy", columns)
    assert left.value.exit_code == 2
    assert said in " ".join(capsys.readouterr().err.split())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    body=st.one_of(
        st.text(max_size=300), st.lists(st.text(alphabet='x,;|"\t\n\r0159./-:TZ é=', max_size=30)).map("\n".join)
    )
)
def test_no_file_breaks_the_reader(tmp_path: Path, body: str) -> None:
    """Whatever stands below the head is read, or refused with exit code 2."""
    file = tmp_path / "list.csv"
    file.write_text(f"{HEAD}\n{body}", encoding="utf-8", newline="")
    try:
        found = read_transactions(file, "toy", dict(pair.split("=") for pair in COLUMNS))
    except typer.Exit:
        return
    assert all(one.amount_sen >= 0 and (one.reference or one.own_id) for one in found)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """Bytes, a folder, nothing there, one too large: exit code 2."""
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "large.csv").write_bytes(b"a,b\n" * (2**21 + 1))
    for name in ("bytes.csv", "large.csv", "", "none.csv"):
        with pytest.raises(typer.Exit) as left:
            read_transactions(tmp_path / name, "toy", {"reference": "a", "amount": "b"})
        assert left.value.exit_code == 2


AT = datetime(2026, 11, 30, 12, tzinfo=JAKARTA)
OURS = st.builds(
    GatewayPayment,
    payment_id=st.integers(1, 8),
    order_id=st.none() | st.just(9),
    payment=st.just(""),
    order_number=st.just("N"),
    status=st.sampled_from(["completed", "succeeded", "refunded", "processing", "expired", "late"]),
    came=st.just(False),
    taken_sen=st.integers(1, 3).map(rupiah),
    refunded_sen=st.sampled_from([0, 100]),
    fee_sen=st.none() | st.integers(0, 2),
    came_at=st.sampled_from([AT, AT - timedelta(days=3), None]),
    reference=st.just(""),
).map(
    lambda one: one._replace(
        payment=f"p{one.payment_id}", reference=f"g{one.payment_id}",
        came=one.status in ("completed", "succeeded", "refunded", "late"),
    )
)  # fmt: skip
THEIRS = st.builds(
    TheirLine,
    line=st.integers(2, 99),
    reference=st.integers(1, 10).map(lambda n: f"p{n}"),
    own_id=st.just(""),
    amount_sen=st.integers(1, 3).map(rupiah),
    fee_sen=st.none() | st.integers(0, 2),
    status=st.sampled_from(["paid", "waiting", "ended", "refunded"]),
    at=st.sampled_from([AT, AT - timedelta(days=3), None]),
)


@given(st.lists(OURS, unique_by=lambda one: one.payment_id), st.lists(THEIRS, max_size=12))
def test_no_difference_means_the_same_money(ours: list[GatewayPayment], theirs: list[TheirLine]) -> None:
    """Where nothing is named, both sides have as many payments of as much money; what both sides count less what is
    named agrees always. Our own list back is no difference."""
    day = date(2026, 11, 30)
    found = compare(theirs, ours, day, day)
    if not found.differences:
        assert found.here[:2] == found.there[:2]
    kinds = [one.kind for one in found.differences]
    only_there = kinds.count("not here") + kinds.count("twice") + kinds.count("not paid here")
    assert found.here.payments - kinds.count("not there") == found.there.payments - only_there
    back = [
        TheirLine(2, one.payment, "", one.taken_sen, one.fee_sen, "refunded" if one.refunded_sen else "paid", AT)
        for one in ours if one.came
    ]  # fmt: skip
    assert compare(back, ours, day, day).differences == ()
