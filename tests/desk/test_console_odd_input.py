"""What a browser may send beside words: other letters, no letters at all, far too much. The console answers as ever."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from console_kit import PASSWORD, base, browser_of, enter, joined
from gerai.app import App
from gerai.engine.desk.house import Within


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, with its own cookies."""
    async with browser_of(app) as client:
        yield client


async def test_the_way_back_in_other_letters(browser: httpx.AsyncClient, within: Within) -> None:
    """Whoever signs in gets the session and is sent on, quoted as an address is; so is whoever is signed in already."""
    login = await joined(within)
    first = await browser.get(f"{base(within)}/orders/%E2%82%AC")
    back = f"{base(within)}/orders/%E2%82%AC"
    for wanted, led in (
        ("/console/sign-in?next=/console/%E2%82%AC", "/console/%E2%82%AC"),
        (first.headers["location"], back),
    ):
        answer = await browser.post(wanted, data={"login": login, "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, led)
        assert "set-cookie" in answer.headers
    again = await browser.get("/console/sign-in?next=/console/%E2%82%AC")
    assert (again.status_code, again.headers["location"]) == (303, "/console/%E2%82%AC")
