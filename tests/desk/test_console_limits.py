"""Guesses at the console are counted before they are judged, and nobody's crowd holds up others."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import httpx
import pytest

from app_kit import settings_of
from console_kit import OWN, base, browser_of, enter, joined, mark
from desk_kit import house_of, open_desk
from gerai.app import App
from gerai.domain.refusals import RateLimited
from gerai.doors.http.limits import RateLimiter
from gerai.engine.desk.house import Within
from gerai.engine.people.sign_in import prove
from gerai.kit.clock import real_now
from gerai.settings import PageSettings, Settings


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that bounds what one person opens, as usual."""
    return settings_of(dsn, pages=PageSettings())


def from_elsewhere(app: App, address: str) -> httpx.AsyncClient:
    """A browser at this address."""
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://gerai.test", headers=OWN)


def test_a_guess_counts_until_it_was_right() -> None:
    """Those on their way count; one that was right is taken back where it was counted, a minute later as well."""
    limiter = RateLimiter()
    under_way = [limiter.guess("address:1", "sign-in", 5, 59.9) for _ in range(5)]
    with pytest.raises(RateLimited):
        limiter.guess("address:1", "sign-in", 5, 59.9)
    under_way[0]()
    limiter.guess("address:1", "sign-in", 5, 59.9)
    with pytest.raises(RateLimited):
        limiter.guess("address:1", "sign-in", 5, 59.9)
    limiter.guess("address:2", "sign-in", 5, 59.9)
    for was_right in under_way[1:]:
        was_right()
    assert [limiter.guess("address:1", "sign-in", 2, 60.1) for _ in range(2)]
    with pytest.raises(RateLimited):
        limiter.guess("address:1", "sign-in", 2, 60.1)


async def _whole_minute() -> None:
    """Wait, where a minute that limits are counted in ends soon."""
    if (left := 60 - real_now().timestamp() % 60) < 20:
        await asyncio.sleep(left + 0.1)


async def test_of_fifty_passwords_at_once_five_are_judged(app: App, within: Within) -> None:
    """However many come at once, of one address and login five are judged in a minute; the others are refused with the
    time to come again, and the right one after them is not judged either. From elsewhere its owner enters."""
    login = await joined(within)
    await _whole_minute()
    async with from_elsewhere(app, "192.0.2.21") as stranger:
        answers = list[httpx.Response]()
        for _ in range(3):
            tries = (enter(stranger, login, f"wrong password {n}") for n in range(50))
            answers += await asyncio.gather(*tries)
        assert Counter(one.status_code for one in answers) == {403: 5, 429: 145}
        refused = next(one for one in answers if one.status_code == 429)
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert (await enter(stranger, login)).status_code == 429
    async with from_elsewhere(app, "192.0.2.22") as owner:
        assert (await enter(owner, login)).status_code == 303


async def test_of_fifty_links_at_once_twenty_are_judged(app: App) -> None:
    """Links of invitations are guesses, too."""
    await _whole_minute()
    async with from_elsewhere(app, "192.0.2.23") as stranger:
        sent = {"login": "x", "name": "x", "password": "x"}
        answers = list[int]()
        for _ in range(8):
            tries = (stranger.post(f"/console/join/1-{n}", data=sent) for n in range(50))
            answers += [one.status_code for one in await asyncio.gather(*tries)]
    assert Counter(answers) == {404: 20, 429: 380}


async def test_of_fifty_proofs_at_once_ten_are_judged(
    app: App, within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits at somebody's browser proves nothing by many guesses at once."""
    judged = 0

    async def counted(*given: object) -> None:
        nonlocal judged
        judged += 1
        await prove(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("gerai.doors.console.account.prove", counted)
    async with from_elsewhere(app, "192.0.2.24") as browser:
        await enter(browser, await joined(within))
        form = await mark(browser, "/console/account")
        await _whole_minute()
        for _ in range(4):
            tries = (browser.post("/console/account/codes/off", data=form | {"code": f"{n:06}"}) for n in range(50))
            answers = await asyncio.gather(*tries)
        assert {one.status_code for one in answers} == {429}
        assert judged == 10


async def test_a_crowd_at_the_way_in_holds_nobody_up(app: App, within: Within) -> None:
    """While one address signs in again and again, rightly and as fast as it can, another one is let in soon."""
    login, other = await joined(within), await joined(within)
    async with from_elsewhere(app, "192.0.2.25") as crowd, from_elsewhere(app, "192.0.2.26") as honest:
        under_way = [asyncio.create_task(enter(crowd, login)) for _ in range(150)]
        await asyncio.sleep(0)
        began = time.monotonic()
        assert (await enter(honest, other)).status_code == 303
        assert time.monotonic() - began < 5
        answers = Counter(one.status_code for one in await asyncio.gather(*under_way))
    assert answers[303] >= 4
    assert answers[429] == 150 - answers[303]


async def test_one_shops_loops_take_nothing_from_another(app: App, within: Within) -> None:
    """A viewer who opens pages in 150 loops is refused with the time to come again, in both languages; all the while
    every page of another shop is there."""
    other = await open_desk(house_of(app))
    async with browser_of(app) as viewer, browser_of(app) as owner:
        await enter(viewer, await joined(within, "viewer"))
        await enter(owner, await joined(other))
        await _whole_minute()
        seen = Counter[int]()
        refused = list[httpx.Response]()

        async def loop() -> None:
            for _ in range(3):
                answer = await viewer.get(f"{base(within)}/orders")
                seen[answer.status_code] += 1
                if answer.status_code == 429:
                    refused.append(answer)

        loops = [asyncio.create_task(loop()) for _ in range(150)]
        pages = [await owner.get(f"{base(other)}/{things}") for things in ("orders", "products", "members")]
        await asyncio.gather(*loops)
        assert [page.status_code for page in pages] == [200] * 3
        assert set(seen) == {200, 429}
        assert 4 <= seen[200] <= 300
        assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
        for language, text in (("id", "Terlalu sering."), ("en", "Too often.")):
            page = await viewer.get(f"{base(within)}/orders", headers={"accept-language": language})
            assert (page.status_code, text in page.text) == (429, True)
        assert (await owner.get(f"{base(other)}/orders")).status_code == 200
        # The stream of an open page is none of them.
        assert (await viewer.head(f"{base(within)}/live")).status_code == 200
