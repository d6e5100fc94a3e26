"""Licence codes: each unit that is paid for gets one, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import random

import httpx
import pytest
import pytest_asyncio
from digital_kit import Licences, licences, sealing_settings

from desk_kit import open_desk, seen
from gerai.domain.refusals import NotFound
from gerai.engine.check import check
from gerai.engine.desk.acts.load_codes import CodeLoad
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts
from gerai.engine.digital.expect import expect_codes
from gerai.engine.digital.hand_out import HANDED_OUT, RAN_OUT, HandOutCodes, hand_out_waiting, units_of
from gerai.engine.orders.cancel import CancelOrder
from gerai.settings import Settings
from gerai.store import codes as sql


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets."""
    return sealing_settings(dsn)


@pytest_asyncio.fixture
async def shop(within: Within, client: httpx.AsyncClient) -> Licences:
    """A shop that sells licences."""
    return await licences(within, client)


async def test_a_paid_order_gets_its_codes_and_is_complete(shop: Licences) -> None:
    """Each unit gets one, the oldest first; an order that waits to be paid has none, and one that has its own gets no
    others, however often it is looked at."""
    await shop.load("AAAA-1", "AAAA-2", "AAAA-3")
    order_id = await shop.order(2)
    assert await shop.hand_out(order_id) == "not_due"
    await shop.change(order_id, payment="paid")
    assert (await shop.status(order_id), await shop.codes(order_id)) == ("confirmed", [])
    assert await shop.hand_out(order_id) == "delivered"
    assert (await shop.status(order_id), await shop.codes(order_id)) == ("completed", ["AAAA-1", "AAAA-2"])
    assert await shop.hand_out(order_id) == "before"
    assert (await shop.codes(order_id), await shop.counts()) == (["AAAA-1", "AAAA-2"], (1, 2, 0))
    assert await check(shop.within.engine, shop.within.merchant_id) == []


async def test_without_codes_a_variant_is_sold_as_before(shop: Licences) -> None:
    """Nobody loaded any: the order is complete once it is paid, and no job is made."""
    order_id = await shop.paid()
    assert (await shop.status(order_id), await shop.hand_out(order_id)) == ("completed", "not_due")
    assert await shop.names(order_id) == ["order.placed", "payment.completed", "invoice.paid", "order.completed"]


@pytest.mark.parametrize(("completion", "paid"), [("auto", "completed"), ("manual", "confirmed")])
async def test_orders_from_before_the_first_codes_get_theirs(
    within: Within, client: httpx.AsyncClient, completion: str, paid: str
) -> None:
    """Whoever pays once codes are there gets one, also who ordered before, by the store's rule. What was completed or
    ended before gets none, and loading more looks for nobody again."""
    shop = await licences(within, client, digital_completion=completion)
    sold, open_one, ended = await shop.paid(), await shop.order(2), await shop.order()
    if completion == "manual":
        await shop.change(sold, target="completed")
    cancel = CancelOrder(merchant_id=within.merchant_id, environment=within.environment, order_id=ended)
    await within.engine.submit(cancel)
    await shop.load("AAAA-1", "AAAA-2", "AAAA-3")
    assert await shop.run_jobs() == 2
    await shop.change(open_one, payment="paid")
    await shop.run_jobs()
    assert await shop.status(open_one) == paid
    if paid != "completed":
        assert await shop.codes(open_one) == []
        await shop.change(open_one, target="completed")
        await shop.run_jobs()
    assert (await shop.codes(open_one), await shop.codes(sold), await shop.codes(ended)) == (
        ["AAAA-1", "AAAA-2"],
        [],
        [],
    )
    assert await shop.counts() == (1, 2, 0)
    assert await expect_codes(within.engine, within.merchant_id, within.environment, shop.made.variant_id) == 0
    await shop.run_jobs()
    await shop.load("AAAA-4")
    assert await shop.run_jobs() == 1
    assert await check(within.engine, within.merchant_id) == []


async def test_codes_of_one_environment_are_expected_there_alone(shop: Licences) -> None:
    """Codes of the other environment change nothing for an order of this one."""
    order_id, other = await shop.order(), shop.elsewhere("sandbox").within
    assert other.environment != shop.within.environment
    assert await expect_codes(other.engine, other.merchant_id, other.environment, shop.made.variant_id) == 0
    await shop.change(order_id, payment="paid")
    assert (await shop.status(order_id), await shop.jobs_waiting()) == ("completed", 0)


async def test_too_few_codes_and_the_order_waits_until_there_are_enough(shop: Licences) -> None:
    """It gets none of those there are, is not completed, and stands in the list of what waits; once enough are loaded
    the worker's job gives it its codes, and nothing waits."""
    await shop.load("A1")
    order_id = await shop.paid(2)
    assert (await shop.hand_out(order_id), await shop.hand_out(order_id)) == ("waiting", "waiting")
    assert (await shop.status(order_id), await shop.codes(order_id)) == ("confirmed", [])
    [row] = await seen(shop.within, "waiting.list", kind="codes_out")
    assert (row.id, row.things, row.amount_sen) == (order_id, "orders", None)
    assert row.what.en.startswith("Codes of Kaos")
    assert row.what.en.endswith("did not get its own")
    await shop.load("A2")
    assert await shop.run_jobs() == 4
    assert (await shop.status(order_id), await shop.codes(order_id)) == ("completed", ["A1", "A2"])
    assert await seen(shop.within, "waiting.list", kind="codes_out") == []
    assert [name for name in await shop.names(order_id) if name.startswith("codes.")] == [RAN_OUT, HANDED_OUT]


async def test_many_orders_for_the_last_codes(shop: Licences) -> None:
    """Twenty paid orders want the last seven codes at once: seven orders have one each, no code is two orders', the
    others wait."""
    await shop.load(*(f"L-{n}" for n in range(7)))
    orders = [await shop.order() for _ in range(20)]
    await shop.change(*orders, payment="paid")
    became = await asyncio.gather(*(shop.hand_out(order_id) for order_id in orders for _ in range(2)))
    assert (became.count("delivered"), became.count("before"), became.count("waiting")) == (7, 7, 26)
    given = [code for order_id in orders for code in await shop.codes(order_id)]
    assert (len(given), len({*given}), await shop.counts()) == (7, 7, (0, 7, 0))
    assert len(await seen(shop.within, "waiting.list", kind="codes_out")) == 13


async def test_a_job_that_is_cut_off_and_comes_again_gives_the_same_codes(shop: Licences) -> None:
    """The worker dies between the payment and the codes: the job is in the database with the payment, so another worker
    does it; done twice, the order has the codes of the first time."""
    await shop.load("K1", "K2", "K3")
    order_id = await shop.paid()
    # One looked for waiting orders when the codes were loaded.
    assert await shop.jobs_waiting() == 3
    await shop.run_jobs()
    assert (await shop.codes(order_id), await shop.status(order_id)) == (["K1"], "completed")
    await asyncio.gather(*(shop.hand_out(order_id) for _ in range(5)))
    assert (await shop.codes(order_id), await shop.counts()) == (["K1"], (2, 1, 0))


async def test_an_order_that_ends_or_is_refunded_gets_none(shop: Licences) -> None:
    """Cancelled or given back before its turn: it takes no code, and waits for none. After its turn its codes are
    spent: nobody else gets them."""
    await shop.load("S1")
    refunded, waits = await shop.paid(), await shop.paid(2)
    assert (await shop.hand_out(refunded), await shop.hand_out(waits)) == ("delivered", "waiting")
    await shop.refund(refunded)
    await shop.refund(waits)
    assert [(row.status, row.order_id) for row in await shop.listed()] == [("spent", refunded)]
    assert await seen(shop.within, "waiting.list", kind="codes_out") == []
    await shop.load("S2", "S3", "S4")
    assert await hand_out_waiting(shop.within.engine, shop.within.merchant_id, "production") == 0
    assert (await shop.codes(waits), await shop.codes(refunded)) == ([], ["S1"])
    unpaid = await shop.order()
    await shop.within.engine.submit(
        CancelOrder(merchant_id=shop.within.merchant_id, environment="production", order_id=unpaid, by="test")
    )
    assert (await shop.hand_out(unpaid), await shop.counts()) == ("not_due", (3, 1, 0))
    assert await check(shop.within.engine, shop.within.merchant_id) == []


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        ("when_settled", [({"payment": "paid"}, "confirmed", 0), ({"payment": "settled"}, "completed", 1)]),
        ("manual", [({"payment": "paid"}, "confirmed", 0), ({"target": "completed"}, "completed", 1)]),
    ],
)
async def test_codes_follow_the_stores_rule(
    within: Within, client: httpx.AsyncClient, rule: str, steps: list[tuple[dict[str, str], str, int]]
) -> None:
    """A store whose digital orders are complete once they are settled, or once a person says so, hands codes out then
    and not before."""
    shop = await licences(within, client, digital_completion=rule)
    await shop.load("R1", "R2")
    order_id = await shop.order()
    for change, status, codes in steps:
        await shop.change(order_id, **change)
        await shop.run_jobs()
        assert (await shop.status(order_id), len(await shop.codes(order_id))) == (status, codes)


async def test_codes_of_the_sandbox_and_of_others_serve_nobody_else(shop: Licences, client: httpx.AsyncClient) -> None:
    """An order of production gets no code that was loaded in the sandbox, and none of another shop, even by a command
    that names their pools."""
    sandbox = shop.elsewhere("sandbox")
    other = await licences(await open_desk(shop.within.house), client)
    await sandbox.load("T1")
    await other.load("O1")
    await shop.load("P1")
    first, second = await shop.paid(), await shop.paid()
    assert [await shop.hand_out(first), await shop.hand_out(second)] == ["delivered", "waiting"]
    assert await shop.codes(first) == ["P1"]
    for whose in (sandbox, other):
        [pool] = await whose.pools()
        command = HandOutCodes(
            merchant_id=shop.within.merchant_id, environment="production", order_id=second,
            pools=((pool.pool_id, shop.made.variant_id, 1),),
        )  # fmt: skip
        assert (await shop.within.engine.submit(command)).answer == "waiting"
        assert await whose.counts() == (1, 0, 0)
    with pytest.raises(NotFound):
        await shop.within.engine.submit(
            HandOutCodes(
                merchant_id=other.within.merchant_id, environment="production", order_id=second, pools=((1, 1, 1),)
            )
        )


async def test_codes_handed_out_are_units_delivered(shop: Licences) -> None:
    """Whatever is loaded, withdrawn, paid, cancelled and looked at in any order: an order has exactly as many codes as
    units once it is delivered, else none; every code is one order's, and the pool counts what is there."""
    luck, loaded, orders = random.Random(45), 0, list[int]()
    await shop.load("first")
    for _ in range(60):
        match luck.choice(("load", "order", "order", "look", "look", "cancel", "withdraw")):
            case "load":
                many = luck.randint(1, 4)
                await shop.load(*(f"N-{loaded + n}" for n in range(many)))
                loaded += many
            case "order":
                orders.append(await shop.paid(luck.randint(1, 3)))
            case "look":
                await asyncio.gather(*(shop.hand_out(order_id) for order_id in orders[-6:]), shop.wake())
            case "cancel" if orders:
                await shop.refund(luck.choice(orders))
            case "withdraw":
                await shop.withdraw_one()
            case _:
                pass
    every, units = list[str](), 0
    for order_id in orders:
        view, codes = await shop.view(order_id), await shop.codes(order_id)
        async with shop.within.engine.connection() as connection:
            delivery = await sql.delivery_of(connection, shop.within.merchant_id, order_id)
        delivered = delivery is not None and delivery.status == "delivered"
        assert len(codes) == (units_of(view)[shop.made.variant_id] if delivered else 0)
        every, units = every + codes, units + len(codes)
    assert len({*every}) == len(every) == units > 10
    free, given, withdrawn = await shop.counts()
    assert (given, free + given + withdrawn) == (units, loaded + 1)
    assert await check(shop.within.engine, shop.within.merchant_id) == []


def test_what_hands_a_code_out_is_proven_and_given_a_reason() -> None:
    """Whoever sees a code proves who they are and says why; an operator may load codes."""
    assert (acts()["codes.reveal"].grave, acts()["codes.reveal"].reasoned) == (True, True)
    assert acts()["code_pools.load"].input is CodeLoad
