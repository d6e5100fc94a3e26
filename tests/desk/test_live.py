"""The news of a desk: what happens in the shop reaches its open pages and no others, once, also after a pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from live_kit import OpenStream, opened

from console_kit import base, browser_of, enter, joined, mark
from console_orders_kit import order_of, shop_at_desk
from desk_kit import OWNER, do, open_desk, seen
from engine_kit import Shop
from gerai.app import App
from gerai.domain.refusals import Busy
from gerai.doors.console.live import LiveLimits
from gerai.engine.desk.feed import DeskFeed, DeskListener, FeedTimes
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.orders.cancel import CancelOrder
from gerai.store.events import NewsEvent

QUICK = FeedTimes(events_s=0.05, sessions_s=0.1, waiting_s=0.1)


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own."""
    async with browser_of(app) as client:
        yield client


@pytest_asyncio.fixture
async def desk(app: App, browser: httpx.AsyncClient) -> tuple[Shop, Within]:
    """A shop at whose desk an operator is signed in."""
    shop, within = await shop_at_desk(app)
    await enter(browser, await joined(within, "operator"))
    return shop, within


async def begun(stream: OpenStream) -> str:
    """A page that knows nothing looks anew first; returns the place from which on it is told."""
    name, place, _ = await stream.event()
    assert name == "anew"
    return place


async def test_an_order_is_news_at_its_shop_alone(
    app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within]
) -> None:
    """Placed, then cancelled: the order's number within two seconds, each time. What happens in another shop, or in the
    other environment, is not told."""
    shop, within = desk
    other, _ = await shop_at_desk(app)
    sandbox = Shop(shop.engine, shop.merchant_id, "sandbox", shop.member_id, shop.account_id)
    async with opened(app, browser, f"{base(within)}/live") as stream:
        await begun(stream)
        assert stream.status == 200
        await order_of(other)
        await order_of(sandbox)
        assert await stream.quiet(1.5)
        view = await order_of(shop)
        name, place, facts = await stream.event(2)
        assert (name, facts) == ("news", {"orders": [str(view.order.order_id)], "placed": 1})
        await shop.do(CancelOrder, view, reason="", by="operator:test")
        name, later, facts = await stream.event(2)
        assert (name, facts) == ("news", {"orders": [str(view.order.order_id)], "placed": 0})
        assert int(later) > int(place)


async def test_whoever_comes_back_misses_nothing(
    app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within]
) -> None:
    """With the place that was named last, or the one that a page was made with, the next stream begins where the other
    ended, and tells nothing twice."""
    shop, within = desk
    async with opened(app, browser, f"{base(within)}/live") as stream:
        place = await begun(stream)
        before = await order_of(shop)
        _, place, _ = await stream.event()
    missed = await order_of(shop)
    async with opened(app, browser, f"{base(within)}/live", last=place, after="1") as stream:
        name, _, facts = await stream.event()
        assert (name, facts["orders"]) == ("news", [str(missed.order.order_id)])
        page = await browser.get(f"{base(within)}/orders")
        assert f'data-after="{place}"' not in page.text
        async with opened(app, browser, f"{base(within)}/live", after=place) as other:
            assert (await other.event())[2]["orders"] == [str(missed.order.order_id)]
        assert str(before.order.order_id) not in stream.text


@pytest.mark.parametrize("how", ["out", "removed"])
async def test_it_ends_with_the_session(
    app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within], how: str
) -> None:
    """Signed out, or taken out of the shop: it says so and ends; asked for again it is not there, and says nothing of
    what happens then."""
    shop, within = desk
    async with opened(app, browser, f"{base(within)}/live") as stream:
        await begun(stream)
        if how == "out":
            form = await mark(browser, "/console/account")
            await browser.post("/console/sign-out", data={"mark": form["mark"]})
        else:
            [person] = [one for one in await seen(within, "people.list") if one.role == "operator"]
            await do(within, "people.remove", ById(id=person.id), OWNER)
        assert await stream.event(6) == ("over", "", {})
        await asyncio.wait_for(stream.over.wait(), 2)
        await order_of(shop)
        assert stream.text == ""
    async with opened(app, browser, f"{base(within)}/live") as stream:
        await asyncio.wait_for(stream.over.wait(), 5)
    assert (stream.status, "event" in stream.text) == (204 if how == "out" else 404, False)


async def test_another_desk_is_not_there(app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """A shop that is none of the person's has no stream for them."""
    other = await open_desk(app.house)
    async with opened(app, browser, f"{base(other)}/live") as stream:
        await asyncio.wait_for(stream.over.wait(), 5)
    assert stream.status == 404


async def test_nobody_takes_all_places(app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """One person has a dozen streams in a process; the next is asked to come back later and ends, and one that leaves
    makes room."""
    _, within = desk
    path = f"{base(within)}/live"
    async with AsyncExitStack() as kept:
        for _ in range(LiveLimits().of_person - 1):
            await begun(await kept.enter_async_context(opened(app, browser, path)))
        async with opened(app, browser, path) as last:
            await begun(last)
            async with opened(app, browser, path) as stream:
                await asyncio.wait_for(stream.over.wait(), 5)
                assert (stream.status, stream.text) == (200, "retry: 30000\n\n")
        async with opened(app, browser, path) as stream:
            await begun(stream)


async def test_a_slow_page_learns_to_look_anew(within: Within) -> None:
    """What one page remembers is bounded; beyond it, it is one word."""
    listener = DeskListener(1, "production", b"", "owner")
    for number in range(1, 2000):
        listener.happened([NewsEvent(number, 1, "production", number, "order.placed")], number)
        assert len(listener.news.orders) <= 200
    news = listener.take()
    assert (news.anew, news.place, len(news.orders) <= 200) == (True, 1999, True)
    assert (listener.news.any, listener.bell.is_set()) == (False, False)


async def test_what_waits_is_news_without_an_event(within: Within) -> None:
    """The counts are compared, once for all pages of a shop: more waits, and whoever shows it is told."""
    waiting, asked = [1], list[int]()

    async def count(merchant_id: int, environment: str) -> object:
        asked.append(merchant_id)
        return [*waiting]

    feed = DeskFeed(within.engine, count, QUICK)
    digest = b"x"
    shows = DeskListener(within.merchant_id, "production", digest, "owner", counts=True)
    other = DeskListener(within.merchant_id, "production", digest, "owner")
    async with feed.listening(shows, None), feed.listening(other, None):
        for one in (shows, other):
            await asyncio.wait_for(one.bell.wait(), 5)
            one.take()
        shows.over = other.over = ""
        waiting.append(2)
        await until(lambda: shows.news.waiting)
    assert not other.news.waiting
    assert {*asked} == {within.merchant_id}
    await until(lambda: feed.place is None)


async def until(true: Callable[[], bool]) -> None:
    """Wait until this is so, five seconds at most."""
    for _ in range(250):
        if true():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def test_the_database_is_away_and_back(
    app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream says that it knows nothing, goes on, and tells what happened meanwhile once it is back."""
    shop, within = desk

    def away(*_: Any) -> Any:
        raise Busy()

    async with opened(app, browser, f"{base(within)}/live") as stream:
        await begun(stream)
        with monkeypatch.context() as patched:
            patched.setattr(type(app.engine), "connection", away)
            assert (await stream.event())[0] == "away"
            # The writer has connections of its own.
            placed = await shop.place(total_sen=1000_00)
        told = [await stream.event() for _ in range(2)]
        assert {name for name, *_ in told} == {"back", "news"}
        assert [f["orders"] for n, _, f in told if n == "news"] == [[str(placed.view.order.order_id)]]


async def test_a_page_by_itself_is_nobodys_use(app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """What a page fetches by itself, and its stream, make no session last; whoever opens a page does."""
    _, within = desk

    async def used() -> list[Any]:
        async with within.engine.connection() as connection:
            text = "SELECT seen_at > now() - interval '1 minute' FROM person_sessions ORDER BY session_id DESC LIMIT 1"
            return await (await connection.execute(text)).fetchall()

    async with within.engine.connection() as connection:
        await connection.execute("UPDATE person_sessions SET seen_at = seen_at - interval '1 hour'")
    assert (await browser.get(f"{base(within)}/orders", headers={"gerai-live": "1"})).status_code == 200
    async with opened(app, browser, f"{base(within)}/live") as stream:
        await begun(stream)
    assert await used() == [(False,)]
    await browser.get(f"{base(within)}/orders")
    assert await used() == [(True,)]
