"""Robux at the desk: what is set is what the counter asks."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.domain.refusals import NotFound, PermissionMissing
from gerai.doors.dialects.leuwongrr.desk.set_private_server import ServerPrice
from gerai.doors.dialects.leuwongrr.desk.set_robux_rate import RobuxRate
from gerai.doors.dialects.leuwongrr.merchant_settings import LeuwongrrSettings
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within


def chosen(within: Within) -> LeuwongrrSettings:
    """What the counter reads when it prices an order."""
    return within.merchant.chosen.of(LeuwongrrSettings)


async def test_the_rate_is_what_orders_cost(within: Within) -> None:
    """Set, it is what the counter reads; 0 ends the sale. The entry has both."""
    assert [row.sold for row in await seen(within, "robux.list")] == [False]
    await do(within, "robux.set_rate", RobuxRate(rate_sen=150_00))
    [row] = await seen(within, "robux.list")
    assert (row.sold, row.rate_sen, row.hundred_sen, chosen(within).robux_rate_sen) == (True, 150_00, 15_000_00, 150_00)
    await do(within, "robux.set_rate", RobuxRate(rate_sen=0))
    assert [row.sold for row in await seen(within, "robux.list")] == [False]
    newest = (await written(within))[0].entry
    assert (newest.act, newest.facts["before"], newest.facts["after"]) == (
        "robux.set_rate", {"robux_rate_sen": 150_00}, {"robux_rate_sen": 0},
    )  # fmt: skip


@pytest.mark.parametrize("given", [{"rate_sen": -1}, {"rate_sen": 10_000_001}, {}, {"rate_sen": 1, "kurs": 2}])
def test_a_rate_has_bounds(given: dict[str, Any]) -> None:
    """As the setting declares them."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, RobuxRate)


async def test_ten_prices_at_once_are_ten_prices(within: Within) -> None:
    """Nobody's price is lost to another's; a price is changed, and removed once."""
    await do(within, "robux.set_rate", RobuxRate(rate_sen=150_00))
    given = [ServerPrice(place_id=n, robux=100 + n) for n in range(1, 11)]
    await asyncio.gather(*(do(within, "private_servers.set", one) for one in given))
    assert chosen(within).private_server_prices == {n: 100 + n for n in range(1, 11)}
    await do(within, "private_servers.set", ServerPrice(place_id=3, robux=350))
    rows = await seen(within, "private_servers.list")
    assert [(row.id, row.robux, row.price_sen) for row in rows][2] == (3, 350, 52_500_00)
    gone = [do(within, "private_servers.remove", ById(id=3)) for _ in range(3)]
    results = await asyncio.gather(*gone, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Done", "NotFound", "NotFound"]
    assert 3 not in chosen(within).private_server_prices
    newest = (await written(within))[0].entry
    assert (newest.act, newest.facts["before"]["private_server_prices"]["3"]) == ("private_servers.remove", 350)


async def test_prices_are_the_shops_own(within: Within) -> None:
    """Another shop neither sees nor removes one; a viewer sees them and changes nothing."""
    await do(within, "private_servers.set", ServerPrice(place_id=7, robux=350))
    other = await open_desk(within.house)
    assert await seen(other, "private_servers.list") == []
    with pytest.raises(NotFound):
        await do(other, "private_servers.remove", ById(id=7))
    for name, given in (
        ("private_servers.set", ServerPrice(place_id=7, robux=1)), ("private_servers.remove", ById(id=7)),
        ("robux.set_rate", RobuxRate(rate_sen=1)),
    ):  # fmt: skip
        with pytest.raises(PermissionMissing, match="catalogue:write"):
            await do(within, name, given, VIEWER)
    assert [row.robux for row in await seen(within, "private_servers.list", VIEWER)] == [350]
    assert await written(other) == []
