"""What a browser may send beside words: other letters, no letters at all, far too much. The console answers as ever."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from files_kit import csv_of

from console_kit import PASSWORD, base, browser_of, enter, joined, mark
from desk_kit import seen, written
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


@pytest.mark.parametrize("name", ["once", "reason"])
async def test_a_form_with_what_no_text_holds(browser: httpx.AsyncClient, within: Within, name: str) -> None:
    """It is shown again, and nothing is done."""
    await enter(browser, await joined(within))
    address = f"{base(within)}/do/warehouses.add"
    form = {"name": "G", "address": "Jl. Wonokromo 1", "location_id": "6", "postal_code": "60241"}
    form |= await mark(browser, address)
    before = await written(within)
    answer = await browser.post(address, data=form | {name: "a\x00b"})
    assert answer.status_code == 400
    assert (await seen(within, "warehouses.list"), await written(within)) == ([], before)


@pytest.mark.parametrize("name", ["once", "reason"])
async def test_a_file_with_what_no_text_holds(browser: httpx.AsyncClient, within: Within, name: str) -> None:
    """Beside it: nothing of it is brought in."""
    await enter(browser, await joined(within))
    address, content = f"{base(within)}/members/import", csv_of({"public_id": "ani", "name": "Ani", "door": "cekceir"})
    form = await mark(browser, address)
    form |= {"do": "import", "mode": "all", "reason": "x", "checked": hashlib.sha256(content).hexdigest()}
    answer = await browser.post(address, data=form | {name: "a\x00b"}, files={"file": ("a.csv", content)})
    assert (answer.status_code, await seen(within, "members.list")) == (400, [])


async def test_orders_of_a_counter_that_no_text_names(browser: httpx.AsyncClient, within: Within) -> None:
    """The list says what is wrong with its filter; no state is counted."""
    await enter(browser, await joined(within))
    assert (await browser.get(f"{base(within)}/orders?door=%00")).status_code == 400
