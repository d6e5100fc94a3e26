"""Orders whose provider is at work, at the terminal: their money waits, and whoever knows the result finishes them."""

from __future__ import annotations

from typing import Any

import pytest
from terminal_kit import gerai

from gerai.domain.records import OrderView
from gerai.engine.check import check
from gerai.engine.fulfilment.carry_out import work_of
from gerai.engine.fulfilment.record import RecordFulfilment
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder

TOTAL_SEN = 150_000_00


async def in_work(merchant: Any, name: str, funding: str, known: str) -> OrderView:
    """An order that its provider was asked to do, paid from its member's wallet or held there."""
    member = await merchant.member(money_sen=200_000_00)
    engine, order_id = merchant.engine, merchant.engine.ids.next()
    command = PlaceOrder(
        merchant_id=merchant.merchant_id, environment="production", channel="test", key_id=None, order_id=order_id,
        public_id=name, number=name, secret=f"s{order_id}", total_sen=TOTAL_SEN, funding=funding, provider="simulator",
        lines=(NewLine("service", 1, "Unlock", 1, TOTAL_SEN, TOTAL_SEN),), work=work_of("u", ["1"], {}, {}, asked=True),
        member_id=member.member_id, account_id=member.wallets["production"],
    )  # fmt: skip
    view = (await engine.submit(command)).answer.view
    if known:
        record = RecordFulfilment(
            merchant_id=merchant.merchant_id, environment="production", order_id=order_id, outcome=known
        )  # type: ignore[arg-type]
        view = (await engine.submit(record)).answer.view
    return view


@pytest.mark.parametrize("known", ["", "pending", "unknown"])
async def test_the_money_waits_for_the_result(dsn: str, merchant: Any, known: str) -> None:
    """Cancelling and refunding are refused with what can be done instead, and change nothing; that works."""
    of = ("--merchant", merchant.code)
    for name, funding, act in (("H-1", "hold", ("orders", "cancel")), ("P-1", "wallet", ("payments", "refund"))):
        view = await in_work(merchant, name, funding, known)
        said = (
            f"gerai: cannot {act[1]} {name}: its provider was asked and has no result yet, so its money waits; "
            f"if you know the result: gerai orders complete {name}, or gerai orders fail {name}\n"
        )
        assert await gerai(dsn, *act, name, *of) == (1, "", said)
        found = await merchant.engine.orders.by_id(merchant.merchant_id, view.order.order_id)
        assert found is not None
        assert (found.order, found.payments, found.fulfilment) == (view.order, view.payments, view.fulfilment)
        code, out, err = await gerai(dsn, "orders", "fail", name, "--reason", "they phoned", *of)
        assert (code, err) == (0, "")
        assert out.startswith(f"{name} is failed: ")
        wallet = await merchant.engine.wallets.balance(merchant.merchant_id, view.order.account_id)
        assert wallet.available_sen == 200_000_00
    assert await check(merchant.engine, merchant.merchant_id) == []
