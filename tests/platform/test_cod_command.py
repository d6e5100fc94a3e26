"""`gerai payments cod`: what couriers took is listed until they pay out, many orders at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from terminal_kit import gerai_here as gerai

from gerai.engine.check import check
from gerai.engine.orders.change_status import ChangeStatus
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.parcels import Parcel
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.shipping.record import RecordShipment
from gerai.kit.ids import token


class Till:
    """A merchant with orders that are paid at the door, and what somebody types there."""

    def __init__(self, dsn: str, merchant: Any) -> None:
        self.dsn, self.engine, self.merchant_id, self.code = dsn, merchant.engine, merchant.merchant_id, merchant.code

    async def order(self, number: str, amount: int, *path: str, method: str = "cod") -> None:
        """An order of the counter that has such, taken along a path by hand."""
        order_id = self.engine.ids.next()
        owner = {"merchant_id": self.merchant_id, "environment": "production"}
        price = amount * 100
        await self.engine.submit(
            PlaceOrder(
                **owner, channel="scalev", key_id=None, order_id=order_id, public_id=f"o{order_id}", number=number,
                secret=token(), lines=(NewLine("thing", 1, "Thing", 1, price, price),), total_sen=price,
                funding="free", status="confirmed", parcel=Parcel("jne", "REG", "", 77, 250, 0),
                labels={"store_id": "1", "method": method},
            )
        )  # fmt: skip
        for target in path:
            if target == "delivered":
                report = {"channel": "scalev", "words": "POD", "status": "delivered", "receipt": f"R{number}"}
                await self.engine.submit(RecordShipment(**owner, order_id=order_id, **report))
            else:
                await self.engine.submit(ChangeStatus(**owner, channel="scalev", order_ids=(order_id,), target=target))

    async def booked(self) -> list[tuple[str, int, int]]:
        """Number, amount and fee of each order that a courier paid out, in sen."""
        async with self.engine.connection() as connection:
            cursor = await connection.execute(
                "SELECT o.number, p.amount_sen, p.merchant_fee_sen FROM payments p JOIN orders o USING (merchant_id, "
                "order_id) WHERE p.merchant_id = %s AND p.method = 'cod' ORDER BY o.number",
                (self.merchant_id,),
            )
            return await cursor.fetchall()

    async def type(self, *words: str) -> tuple[int, str, str]:
        return await gerai(self.dsn, "payments", "cod", *words, "--merchant", self.code)


@pytest.fixture
async def till(dsn: str, merchant: Any) -> Till:
    return Till(dsn, merchant)


async def test_listed_until_paid_out(till: Till) -> None:
    """Delivered and unpaid ones alone: not what is on its way, what came back, what is paid elsewhere. Paid out, they
    are gone; the same payout again books nothing; what is left is still listed."""
    assert (await till.type("list"))[1] == "no courier has money of yours / tidak ada uang di kurir\n"
    for number, amount, *path in (
        ("N-1", 100_000, "shipped", "delivered"), ("N-2", 200_000, "shipped", "completed"),
        ("N-3", 50_000, "shipped", "delivered"), ("N-4", 70_000, "shipped"), ("N-5", 80_000, "shipped", "returned"),
    ):  # fmt: skip
        await till.order(number, amount, *path)  # type: ignore[arg-type]
    await till.order("N-6", 90_000, "shipped", "completed", method="marketplace")
    _, out, _ = await till.type("list")
    rows = out.splitlines()
    assert [row.split()[0] for row in rows[1:-1]] == ["N-1", "N-2", "N-3"]
    assert rows[1].split()[:5] == ["N-1", "production", "Rp100.000", "jne", "REG"]
    assert "RN-1" in rows[1]
    assert rows[-1].startswith("Rp350.000 in all / semuanya; paid out")

    paid = ("settle", "N-1", "N-2", "--amount", "290000", "--fee", "10000", "--reference", "JNE-1")
    assert (await till.type(*paid))[:2] == (
        0,
        "Rp290.000 is booked, less a fee of Rp10.000: 2 orders are paid / 2 pesanan lunas\n",
    )
    assert (await till.type(*paid))[:2] == (
        0,
        "JNE-1 is booked already: nothing is booked now / sudah dibukukan: tidak ada yang dibukukan lagi\n",
    )
    assert [row.split()[0] for row in (await till.type("list"))[1].splitlines()[1:-1]] == ["N-3"]
    assert (await till.type("settle", "N-3", "--amount", "Rp50.000", "--reference", "JNE-2"))[1] == (
        "Rp50.000 is booked, less a fee of Rp0: order N-3 is paid / pesanan N-3 lunas\n"
    )
    assert await check(till.engine, till.merchant_id) == []


async def test_mistakes_book_nothing(till: Till) -> None:
    """A sum that does not add up, orders that cannot be of a payout, unknown ones: one sentence, nothing booked."""
    await till.order("M-1", 100_000, "shipped", "delivered")
    await till.order("M-2", 100_000, "processing")
    for words, code, said in (
        (("M-1", "--amount", "90000", "--reference", "R"), 1,
         "with a fee of Rp0 these orders make Rp100.000, not Rp90.000: nothing is booked"),
        (("M-1", "M-2", "--amount", "200000", "--reference", "R"), 1, "M-2 is processing: nothing is booked"),
        (("M-1", "M-9", "--amount", "200000", "--reference", "R"), 1, "no such order: M-9"),
        (("M-1", "--amount", "1.2", "--reference", "R"), 2, "not an amount in whole rupiah: 1.2"),
        (("M-1", "--amount", "100000"), 2, "Missing option '--reference'"),
    ):  # fmt: skip
        answer = await till.type("settle", *words)
        assert (answer[0], answer[1]) == (code, ""), words
        assert said in " ".join(answer[2].replace("│", " ").split()), words
    assert [row.split()[0] for row in (await till.type("list"))[1].splitlines()[1:-1]] == ["M-1"]


async def test_a_couriers_list(till: Till, tmp_path: Path) -> None:
    """The dry run says what would be and does nothing; then each order that fits is paid with its share of the fee,
    what does not fit is named and left, and the same list again pays nothing."""
    for number, amount, method in (("N-1", 100_000, "cod"), ("N-2", 200_000, "cod"), ("N-3", 50_000, "marketplace")):
        await till.order(number, amount, "shipped", "delivered", method=method)
    file = tmp_path / "jne.csv"
    rows = ("RN-1;Rp100.000,00", "rn-2;200.000", "RN-3;50.000", "RN-9;1.000", "RN-1x;0", ";")
    file.write_text("\n".join(("Laporan COD", "AWB;COD;Layanan", *(f"{row};REG" for row in rows[:-1]), rows[-1])))
    words = ("import", str(file), "receipt=AWB", "collected=COD", "--fee", "3510", "--reference", "JNE-1")
    rc, out, _ = await till.type(*words, "--dry-run")
    last = "2 would be paid, 2 left for you, 0 paid already / 2 akan lunas, 2 untuk Anda periksa, 0 sudah lunas"
    assert (rc, out.splitlines()[-1]) == (1, last)
    assert [(row.split()[0], row.split()[1]) for row in out.splitlines()[1:-1]] == [
        ("RN-1", "Rp100.000"), ("rn-2", "Rp200.000"), ("RN-3", "Rp50.000"), ("RN-9", "Rp1.000"),
    ]  # fmt: skip
    assert "order N-3 is not cash on delivery" in out
    assert "no parcel of yours has this receipt" in out
    assert await till.booked() == []

    rc, out, _ = await till.type(*words)
    assert (rc, out.splitlines()[-1].split(",")[0]) == (1, "2 paid")
    paid = [("N-1", 10_000_000, 100_000), ("N-2", 20_000_000, 200_000)]
    assert await till.booked() == paid
    rc, out, _ = await till.type(*words)
    assert (rc, out.splitlines()[-1].split(" /")[0]) == (1, "0 paid, 2 left for you, 2 paid already")
    assert await till.booked() == paid
    assert await check(till.engine, till.merchant_id) == []


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("receipt,collected\nR1,viel\n", (), "line 2: 'viel' is no amount"),
        ("receipt,collected,fee\nR1,5000,5001\n", (), "line 2: it has no receipt, or a fee of more"),
        ("receipt,collected,fee\nR1,5000,1\n", ("--fee", "1"), "has a column of fees: leave --fee out"),
        ("receipt,collected\nR1,5000\n", ("--fee", "5001"), "the fee is more than what was collected"),
        ("receipt,collected\nR1,5000,1\n", (), "line 2: it has 3 columns"),
        ("receipt,collected\n,5000\n", (), "line 2: it has no receipt"),
        ("receipt,collected\nR1,0\n", (), "names no parcel"),
        ("AWB,COD\nR1,5000\n", (), "has no line with receipt, collected"),
        ("receipt,collected\nR1,5000\n", ("fee=Biaya",), "has no line with receipt, collected, Biaya"),
        ("receipt,collected\nR1,5000\n", ("price=collected",), "price="),
        ("receipt,collected\nR1,-5000\n", (), "'-5000' is no amount"),
    ],
)
async def test_a_list_that_cannot_be_read(till: Till, tmp_path: Path, text: str, words: Any, said: str) -> None:
    """The line or the column is named, and nothing is booked of all of it."""
    await till.order("N-1", 5_000, "shipped", "delivered")
    file = tmp_path / "list.csv"
    file.write_text(text.replace("R1", "RN-1"))
    rc, _, err = await till.type("import", str(file), "--reference", "R", *words)
    assert (rc in (1, 2), said in " ".join(err.split())) == (True, True), err
    assert await till.booked() == []
