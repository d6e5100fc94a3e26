"""The real client against a server on loopback: what it asks, how it judges, and what it never concludes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from fake_roblox import FakeRoblox

from gerai.partners.lookups.roblox.client import HttpRoblox
from gerai.ports.roblox import RobloxProduct, RobloxRefused, RobloxUnreachable

Connect = Callable[..., HttpRoblox]
GAMEPASS = ("gamepass", "LeuwongUser", 123456789, 987654321)
PRICES = {1685831367: 75}


async def test_a_good_order_is_found(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """User, place, pass and membership are asked once each; the answer carries the pass's price."""
    assert await roblox.look_up(*GAMEPASS) == RobloxProduct(
        45348281, "LeuwongUser", 1685831367, 987654321, "Donate", 100
    )
    assert fake.asked == {
        "/v1/usernames/users": 1,
        "/universes/v1/places/123456789/universe": 1,
        "/game-passes/v1/game-passes/987654321/product-info": 1,
        "/game-passes/v1/game-passes/universes/1685831367/creator": 1,
    }


async def test_a_former_name_is_the_current_account(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """A former user name resolves to the account's current name."""
    fake.users["oldname"] = (45348281, "LeuwongUser")
    assert (await roblox.look_up("gamepass", "OldName", 123456789, 987654321)).user_name == "LeuwongUser"


@pytest.mark.parametrize(
    ("username", "place_id", "pass_id", "reason"),
    [
        ("NoSuchUser", 123456789, 987654321, "user"),
        ("x", 123456789, 987654321, "user"),
        ("with space", 123456789, 987654321, "user"),
        ("LeuwongUser", 5, 987654321, "place"),
        ("LeuwongUser", 123456789, 5, "pass"),
        ("NoSuchUser", 5, 5, "user"),
        ("LeuwongUser", 5, 5, "place"),
    ],
)
async def test_what_does_not_exist_is_refused(
    roblox: HttpRoblox, username: str, place_id: int, pass_id: int, reason: str
) -> None:
    """Each missing thing has its own reason; the user counts before the place, the place before the pass."""
    with pytest.raises(RobloxRefused) as refused:
        await roblox.look_up("gamepass", username, place_id, pass_id)
    assert refused.value.reason == reason


async def test_a_badly_formed_name_costs_no_request(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """A name that Roblox could never have is refused without asking."""
    with pytest.raises(RobloxRefused):
        await roblox.look_up("gamepass", "no", 123456789, 987654321)
    assert fake.asked.total() == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"IsForSale": False, "PriceInRobux": None}, "not_for_sale"),
        ({"IsForSale": False, "PriceInRobux": 100}, "not_for_sale"),
        ({"PriceInRobux": None}, "price"),
        ({"PriceInRobux": 0}, "price"),
        ({"PriceInRobux": True}, "price"),
        ({"PriceInRobux": 99.5}, "price"),
    ],
)
async def test_a_pass_without_a_price_is_refused(
    roblox: HttpRoblox, fake: FakeRoblox, change: dict[str, object], reason: str
) -> None:
    """IsForSale is read before PriceInRobux, and only a whole number above zero is a price."""
    fake.passes[987654321] |= change
    with pytest.raises(RobloxRefused) as refused:
        await roblox.look_up(*GAMEPASS)
    assert refused.value.reason == reason


async def test_a_pass_of_another_place_is_refused(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """A list that ends without the pass says it belongs elsewhere."""
    fake.members[1685831367] = [[1, 2], [3]]
    with pytest.raises(RobloxRefused) as refused:
        await roblox.look_up(*GAMEPASS)
    assert refused.value.reason == "not_of_place"
    assert fake.asked["/game-passes/v1/game-passes/universes/1685831367/creator"] == 2


async def test_the_pass_is_found_on_a_later_page(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """The list is walked by its cursor until the pass is found."""
    fake.members[1685831367] = [[1], [2], [987654321], [4]]
    assert (await roblox.look_up(*GAMEPASS)).price_robux == 100
    assert fake.asked["/game-passes/v1/game-passes/universes/1685831367/creator"] == 3


@pytest.mark.parametrize("closed", [401, 403, 404])
async def test_a_closed_list_proves_nothing(roblox: HttpRoblox, fake: FakeRoblox, closed: int) -> None:
    """Where Roblox does not show the list to strangers, the check is not available and the order is good."""
    fake.members[1685831367] = closed
    assert (await roblox.look_up(*GAMEPASS)).price_robux == 100


async def test_a_list_without_end_proves_nothing(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """At most ten pages are read."""
    fake.members[1685831367] = [[n] for n in range(1, 50)]
    assert (await roblox.look_up(*GAMEPASS)).price_robux == 100
    assert fake.asked["/game-passes/v1/game-passes/universes/1685831367/creator"] == 10


@pytest.mark.parametrize(
    ("prices", "robux"),
    [({1685831367: 75}, 75), ({123456789: 80}, 80), ({123456789: 80, 1685831367: 75}, 80)],
)
async def test_a_private_server_has_the_shops_price(
    roblox: HttpRoblox, fake: FakeRoblox, prices: dict[int, int], robux: int
) -> None:
    """Roblox says whether the universe sells servers, the shop's table says for how much, by place or by universe;
    the place wins. Passes are not asked."""
    found = await roblox.look_up("vip_server", "LeuwongUser", 123456789, 1, prices)
    assert found == RobloxProduct(45348281, "LeuwongUser", 1685831367, 1685831367, "Private server", robux)
    assert not any("product-info" in path for path in fake.asked)


async def test_private_servers_may_be_off(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """A universe that sells no private servers is refused."""
    fake.servers[1685831367] = False
    with pytest.raises(RobloxRefused) as refused:
        await roblox.look_up("vip_server", "LeuwongUser", 123456789, 1, PRICES)
    assert refused.value.reason == "private_servers_off"


@pytest.mark.parametrize("prices", [{}, {1: 75}])
async def test_a_private_server_the_shop_names_no_price_for_is_refused(
    roblox: HttpRoblox, prices: dict[int, int]
) -> None:
    """No price is known, so no order can be priced."""
    with pytest.raises(RobloxRefused) as refused:
        await roblox.look_up("vip_server", "LeuwongUser", 123456789, 1, prices)
    assert refused.value.reason == "price"


@pytest.mark.parametrize("fault", ["429", "500", "503", "drop", "hang"])
async def test_two_faults_in_a_row_are_survived(roblox: HttpRoblox, fake: FakeRoblox, fault: str) -> None:
    """Each call is tried three times in all."""
    await roblox.look_up("vip_server", "LeuwongUser", 123456789, 1, PRICES)
    fake.asked.clear()
    fake.users["second"] = (7, "Second")
    fake.faults.extend([fault, fault])
    assert (await roblox.look_up("vip_server", "Second", 123456789, 1, PRICES)).user_id == 7
    assert fake.asked == {"/v1/usernames/users": 3}


@pytest.mark.parametrize("fault", ["429", "500", "503", "drop", "garbage", "shape", "redirect", "huge", "gzip"])
async def test_no_answer_is_never_a_refusal(roblox: HttpRoblox, fake: FakeRoblox, fault: str) -> None:
    """Outages, limits, nonsense and redirects are "unreachable"; nothing of them is remembered."""
    await roblox.look_up("vip_server", "LeuwongUser", 123456789, 1, PRICES)
    fake.users["second"] = (7, "Second")
    fake.faults.extend([fault] * 3)
    with pytest.raises(RobloxUnreachable):
        await roblox.look_up("vip_server", "Second", 123456789, 1, PRICES)
    assert fake.asked["/elsewhere"] == 0
    fake.faults.clear()
    assert (await roblox.look_up("vip_server", "Second", 123456789, 1, PRICES)).user_id == 7


async def test_a_dead_host_is_unreachable(connect: Connect) -> None:
    """Nobody listens: unreachable."""
    with pytest.raises(RobloxUnreachable):
        await connect("http://127.0.0.1:1").look_up(*GAMEPASS)


@pytest.mark.parametrize("fault", ["400", "404"])
async def test_a_client_error_means_no_such_thing(roblox: HttpRoblox, fake: FakeRoblox, fault: str) -> None:
    """Unknown passes are answered 400 or 404 by different versions; neither is retried."""
    await roblox.look_up("vip_server", "LeuwongUser", 123456789, 1, PRICES)
    fake.faults.append(fault)
    with pytest.raises(RobloxRefused) as refused:
        await roblox.look_up(*GAMEPASS)
    assert refused.value.reason == "pass"
    assert fake.asked["/game-passes/v1/game-passes/987654321/product-info"] == 1


async def test_answers_are_remembered(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """The second identical order costs no request, whatever the case of the user name."""
    await roblox.look_up(*GAMEPASS)
    before = fake.asked.total()
    await roblox.look_up("gamepass", "LEUWONGUSER", 123456789, 987654321)
    assert fake.asked.total() == before


async def test_rivals_share_one_question(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """Fifty identical look-ups at once cost what one costs."""
    fake.delay_s = 0.02
    found = await asyncio.gather(*(roblox.look_up(*GAMEPASS) for _ in range(50)))
    assert {product.price_robux for product in found} == {100}
    assert fake.asked.total() == 4


async def test_a_rival_that_gives_up_harms_nobody(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """A cancelled look-up does not cancel the shared question."""
    fake.delay_s = 0.05
    first = asyncio.create_task(roblox.look_up(*GAMEPASS))
    second = asyncio.create_task(roblox.look_up(*GAMEPASS))
    await asyncio.sleep(0.02)
    first.cancel()
    assert (await second).price_robux == 100
    assert fake.asked.total() == 4


async def test_requests_under_way_are_capped(roblox: HttpRoblox, fake: FakeRoblox) -> None:
    """At most the configured number of requests is under way at once."""
    fake.delay_s = 0.01
    for n in range(30):
        fake.users[f"user{n}"] = (n + 1, f"User{n}")
    await asyncio.gather(*(roblox.look_up("gamepass", f"user{n}", 123456789, 987654321) for n in range(30)))
    assert fake.most_under_way == 4


async def test_attempts_are_counted_by_how_they_ended(roblox: HttpRoblox, fake: FakeRoblox, connect: Connect) -> None:
    """Every attempt counts once, retries too: answered, told to wait, not answered, never arrived."""
    await roblox.look_up(*GAMEPASS)
    none = {"answered": 0, "asked_to_wait": 0, "unreachable": 0, "unanswered": 0, "forbidden": 0}
    assert roblox.attempts == none | {"answered": 4}
    fake.faults.extend(["503", "drop", "gzip"])
    with pytest.raises((RobloxRefused, RobloxUnreachable)):
        await roblox.look_up("vip_server", "SomebodyElse", 0, 0)
    seen = dict(roblox.attempts)
    assert seen.pop("answered") + sum(seen.values()) == fake.asked.total()
    assert seen == {"asked_to_wait": 1, "unreachable": 0, "unanswered": 2, "forbidden": 0}
    nobody = connect("http://127.0.0.1:61009")
    with pytest.raises(RobloxUnreachable):
        await nobody.look_up("vip_server", "LeuwongUser", 1, 0)
    assert nobody.attempts == none | {"unreachable": 6}
