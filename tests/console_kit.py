"""What tests of the console share: somebody who joins a shop, signs in, and sends the forms that its pages show."""

from __future__ import annotations

import re

import httpx

from desk_kit import do
from gerai.app import App
from gerai.domain.permissions import Role
from gerai.engine.desk.acts.invite_person import NewInvite
from gerai.engine.desk.house import Within
from gerai.engine.people.join import accept
from gerai.kit.ids import base62

PASSWORD = "rahasia sekali 1"
#: As a browser sends it with a form of the page it shows.
OWN = {"sec-fetch-site": "same-origin"}


async def joined(within: Within, role: Role = "owner") -> str:
    """Somebody new in the shop; returns their login."""
    login = f"orang-{base62(8).lower()}"
    done = await do(within, "people.invite", NewInvite(name=login, role=role))
    await accept(within.engine, done.secret.rpartition("/")[2], login, login, PASSWORD)
    return login


async def enter(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Send the form of the way in."""
    return await browser.post("/console/sign-in", data={"login": login, "password": password, **more})


def base(within: Within) -> str:
    return f"/console/{within.merchant.code}/{within.environment}"


async def mark(browser: httpx.AsyncClient, path: str) -> dict[str, str]:
    """What the form on a page carries, as the browser would send it."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def browser_of(app: App) -> httpx.AsyncClient:
    """A browser of its own, with its own cookies; for ``async with``."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://gerai.test", headers=OWN)
