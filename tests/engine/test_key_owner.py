"""A key belongs to a member its merchant, counter and environment have; another owner is refused at once."""

from __future__ import annotations

from typing import Any

import pytest

from gerai.domain.refusals import InputInvalid
from gerai.engine.command import Contact
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key, list_keys
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder


async def refused(engine: Engine, merchant_id: int, environment: Any, dialect: str, member_id: int) -> str:
    """What is said of the member."""
    with pytest.raises(InputInvalid) as caught:
        await create_key(
            engine, merchant_id, environment, dialect, f"t{engine.ids.next()}", name="k", prefix="t",
            member_id=member_id,
        )  # fmt: skip
    [text] = caught.value.fields["member"]
    return text


async def test_the_wrong_owner_is_refused(engine: Engine, merchant: Any) -> None:
    """Nobody, another merchant's member, another counter's, and a customer of the other environment: each is told with
    where it was looked for, and no key exists afterwards."""
    code = f"own{engine.ids.next()}"
    other = await open_merchant(engine, code, "Toko", simulated=True)
    theirs, _ = await add_member(engine, other, "leuwongrr", "m", "M")
    mine, _ = await add_member(engine, merchant.merchant_id, "cekceir", "m", "M")
    order_id = engine.ids.next()
    placed = await engine.submit(
        PlaceOrder(
            merchant_id=merchant.merchant_id, environment="sandbox", channel="cekceir", key_id=None, order_id=order_id,
            public_id=f"o{order_id}", number=f"n{order_id}", secret=f"s{order_id}", funding="free", total_sen=100,
            lines=(NewLine("thing", 1, "T", 1, 100, 100),), contact=Contact(public_id="c", email="a@b.id"),
        )
    )  # fmt: skip
    customer = placed.answer.view.order.member_id
    assert customer is not None
    where = f"(searched: merchant {merchant.code}, counter"
    at = merchant.merchant_id
    assert (
        await refused(engine, at, "production", "leuwongrr", 7) == f"7 is nobody's here {where} leuwongrr, production)"
    )
    assert await refused(engine, at, "sandbox", "leuwongrr", theirs) == (
        f"{theirs} is nobody's here {where} leuwongrr, sandbox)"
    )
    assert await refused(engine, at, "sandbox", "leuwongrr", mine) == (
        f"{mine} belongs to the counter cekceir {where} leuwongrr, sandbox)"
    )
    assert await refused(engine, at, "production", "cekceir", customer) == (
        f"{customer} is in sandbox only {where} cekceir, production)"
    )
    assert await list_keys(engine, at) == []
    for environment in ("sandbox", "production"):
        await create_key(engine, at, environment, "cekceir", f"k{environment}", name="k", prefix="k", member_id=mine)
    assert len(await list_keys(engine, at)) == 2
