"""The simulator answers as its table says, every time."""

from __future__ import annotations

from typing import Literal

import pytest

from gerai.partners.lookups.roblox.simulator import SimulatedRoblox
from gerai.ports.roblox import RobloxProduct, RobloxRefused, RobloxUnreachable

Kind = Literal["gamepass", "vip_server"]


async def test_the_contracts_example_exists() -> None:
    """The example order of the contract is for a pass of 100 Robux."""
    found = await SimulatedRoblox().look_up("gamepass", "LeuwongUser", 123456789, 987654321)
    assert found == RobloxProduct(3538129946, "LeuwongUser", 123456789, 987654321, "Game pass", 100)


@pytest.mark.parametrize(
    ("kind", "place_id", "pass_id", "price"),
    [
        ("gamepass", 123456789, 770000001, 1),
        ("gamepass", 123456789, 770000050, 50),
        ("gamepass", 123456789, 770999999, 999999),
        ("gamepass", 123456789, 770000000, 100),
        ("gamepass", 123456789, 771000000, 100),
        ("gamepass", 403403403, 1, 100),
        ("gamepass", 123456789, 777777777, 1_000_000_000),
        ("vip_server", 123456789, 1, 200),
        ("vip_server", 123456789, 404404404, 200),
    ],
)
async def test_prices(kind: Kind, place_id: int, pass_id: int, price: int) -> None:
    """Passes from 770000001 cost their last six digits, 777777777 a fortune, others 100, private servers 200."""
    assert (await SimulatedRoblox().look_up(kind, "LeuwongUser", place_id, pass_id)).price_robux == price


@pytest.mark.parametrize(
    ("kind", "username", "place_id", "pass_id", "reason"),
    [
        ("gamepass", "TidakAda", 1, 1, "user"),
        ("gamepass", "tidakada", 404404404, 404404404, "user"),
        ("gamepass", "ab", 1, 1, "user"),
        ("gamepass", "a" * 21, 1, 1, "user"),
        ("gamepass", "_abc", 1, 1, "user"),
        ("gamepass", "a_b_c", 1, 1, "user"),
        ("gamepass", "nama\n", 1, 1, "user"),
        ("gamepass", "LeuwongUser", 404404404, 404404404, "place"),
        ("gamepass", "LeuwongUser", 1, 404404404, "pass"),
        ("gamepass", "LeuwongUser", 1, 403403403, "not_for_sale"),
        ("gamepass", "LeuwongUser", 1, 409409409, "not_of_place"),
        ("gamepass", "LeuwongUser", 1, 422422422, "price"),
        ("vip_server", "LeuwongUser", 403403403, 1, "private_servers_off"),
    ],
)
async def test_refusals(kind: Kind, username: str, place_id: int, pass_id: int, reason: str) -> None:
    """Every reason can be had with a value of its own."""
    with pytest.raises(RobloxRefused) as refused:
        await SimulatedRoblox().look_up(kind, username, place_id, pass_id)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("username", "place_id", "pass_id"),
    [("RobloxMati", 1, 1), ("LeuwongUser", 503503503, 1), ("LeuwongUser", 1, 503503503), ("TidakAda", 503503503, 1)],
)
async def test_outage(username: str, place_id: int, pass_id: int) -> None:
    """An outage can be had, and outweighs a refusal."""
    with pytest.raises(RobloxUnreachable):
        await SimulatedRoblox().look_up("gamepass", username, place_id, pass_id)
