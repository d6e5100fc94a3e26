"""`gerai payments refunds`: what is to be sent back is listed, sent by hand and said to be sent, once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from terminal_kit import gerai_here as gerai

from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.merchants.open import open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.record import RecordPayment
from gerai.kit.ids import token

_OWED = re.compile(r"(P-\d+): (Rp[\d.]+) is owed to its payer\. Send it, then / Kirimkan uangnya, lalu: "
                   r"gerai payments refunds done (\d+) --reference TEXT\n")  # fmt: skip


class Till:
    """A real shop, and what somebody types there."""

    def __init__(self, engine: Engine, dsn: str, merchant_id: int, code: str) -> None:
        self.engine, self.dsn, self.merchant_id, self.code = engine, dsn, merchant_id, code
        self.names: dict[str, Any] = {"merchant_id": merchant_id, "environment": "production"}

    async def paid(self, number: str) -> None:
        """An order of Rp50.000, paid in cash."""
        order_id = self.engine.ids.next()
        line = NewLine("thing", 1, "Thing", 1, 50_000_00, 50_000_00)
        await self.engine.submit(
            PlaceOrder(
                **self.names, channel="test", key_id=None, order_id=order_id, public_id=f"o{order_id}",
                number=f"N-{number}", secret=token(), lines=(line,), total_sen=50_000_00, funding="invoice",
                after_payment="confirm",
            )
        )  # fmt: skip
        await self.engine.submit(
            RecordPayment(
                **self.names, order_id=order_id, outcome="paid", public_id=f"P-{number}", method="cash"
            )
        )  # fmt: skip

    async def type(self, *words: str) -> str:
        """What a command that succeeds prints."""
        code, out, err = await gerai(self.dsn, "payments", *words, "--merchant", self.code)
        assert code == 0, err
        return out

    async def mistyped(self, *words: str) -> tuple[int, str]:
        """Exit code and complaint of a command that does not."""
        code, out, err = await gerai(self.dsn, "payments", *words, "--merchant", self.code)
        assert (bool(code), out) == (True, "")
        return code, err

    async def refunded(self, *words: str) -> str:
        """Refund, and the id of the task."""
        said = _OWED.match(await self.type("refund", *words))
        assert said is not None
        return said[3]


@pytest.fixture
async def till(engine: Engine, dsn: str) -> Till:
    code = f"till-{engine.ids.next()}"
    return Till(engine, dsn, await open_merchant(engine, code, "Toko"), code)


async def test_from_refund_to_sent(till: Till) -> None:
    """A refund names its task; list and waiting list show it with amount and order; where to is kept; done, it is in
    neither, and in the list of all with reference and who did it; the books hold."""
    await till.paid("1")
    assert await till.type("refunds", "list") == "no refund is to be sent / tidak ada dana yang harus dikembalikan\n"
    task = await till.refunded("N-1", "--amount", "20000", "--note", "scratched")
    listed = (await till.type("refunds", "list")).splitlines()[1]
    assert listed.split()[:4] == [task, "Rp20.000", "N-1", "P-1"]
    assert "not known yet" in listed
    assert "scratched" in listed
    waits = (await till.type("waiting")).splitlines()[1]
    assert waits.split()[:7] == ["P-1", "N-1", "production", "cash", "Rp20.000", "to", "send"]

    to = await till.type("refunds", "destination", task, "bank=BCA", "number=0123456789", "holder=Ani Sari")
    assert to == f"{task}: Rp20.000 goes to / dikirim ke BCA, 0123456789, Ani Sari\n"
    assert "BCA, 0123456789, Ani Sari" in await till.type("refunds", "list")
    done = await till.type("refunds", "done", task, "--reference", "BCA-7")
    assert done == f"{task}: Rp20.000 of order N-1 is booked as sent / dibukukan sebagai terkirim\n"
    assert "no refund is to be sent" in await till.type("refunds", "list")
    assert await till.type("waiting") == "nothing waits / tidak ada yang menunggu\n"
    row = (await till.type("refunds", "list", "--all")).splitlines()[1]
    assert re.search(rf"^{task} .* done +BCA-7 +\d{{4}}-\d\d-\d\d \d\d:\d\d +operator:", row)
    assert await check(till.engine, till.merchant_id) == []


async def test_sent_is_said_once(till: Till) -> None:
    """Again with the same reference: what it is, and nothing is booked; with another one, after a withdrawal, and for
    what is no reference: refused. A withdrawn one is no more to be sent and its money can be refunded again."""
    await till.paid("2")
    task = await till.refunded("N-2", "--amount", "10000")
    await till.type("refunds", "done", task, "--reference", "R-1")
    again = await till.type("refunds", "done", task, "--reference", " R-1 ")
    assert re.fullmatch(
        rf"{task} is booked already \(R-1, by operator:.+ at .+ WIB\): nothing is booked now / sudah dibukukan: .+\n",
        again,
    )
    assert (await till.mistyped("refunds", "done", task, "--reference", "R-2"))[1] == (
        f"gerai: refund {task} is done: it cannot be finished\n"
    )
    assert (await till.mistyped("refunds", "done", task, "--reference", " "))[0] == 2
    assert (await till.mistyped("refunds", "destination", task, "bank=BCA"))[1] == (
        f"gerai: refund {task} is done: it cannot be sent elsewhere\n"
    )
    second = await till.refunded("N-2")
    told = await till.type("refunds", "withdraw", second, "--note", "keeps it")
    assert told == f"{second} is withdrawn: Rp40.000 of order N-2 is not to be sent any more / batal dikirim\n"
    assert (await till.mistyped("refunds", "done", second, "--reference", "R-3"))[1] == (
        f"gerai: refund {second} is withdrawn: it cannot be finished\n"
    )
    third = await till.refunded("N-2")
    assert third not in (task, second)
    _, text = await till.mistyped("refund", "N-2")
    assert "P-2 is refunded" in text
    assert await check(till.engine, till.merchant_id) == []


async def test_mistakes_move_no_money(till: Till) -> None:
    """An unknown task, a name that no bank account has, one given twice: one sentence, and nothing is changed."""
    await till.paid("3")
    task = await till.refunded("N-3")
    for words, code, said in (
        (("done", "7", "--reference", "R"), 1, f"no such refund: 7; one of {task} (gerai payments refunds list"),
        (("withdraw", "7"), 1, "no such refund: 7"),
        (("destination", "7", "bank=BCA"), 1, "no such refund: 7"),
        (("destination", task, "bnak=BCA"), 2, "bnak=: each of these stands once, as NAME=VALUE"),
        (("destination", task, "bank=BCA", "bank=BNI"), 2, "bank=: each of these stands once"),
        (("destination", task, "BCA"), 2, "BCA: each of these stands once"),
    ):
        answer = await till.mistyped("refunds", *words)
        assert answer[0] == code, words
        assert said in " ".join(answer[1].split()), words
    [kept] = await till.engine.payments.refunds(till.merchant_id)
    assert (kept.task.status, kept.task.destination) == ("open", {})
