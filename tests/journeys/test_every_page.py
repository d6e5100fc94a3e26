"""Every page of the console and every page that anybody may open, in a real browser: axe-core finds nothing, nothing is
refused by the pages' own policy, nothing scrolls sideways, in both languages and themes, on a phone, a tablet and a
laptop. Without further arguments each page once, the ways it may look in turn; all of them with ``--every-look``."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from console_pictures import FOLDER, MOST_BYTES, PICTURES, draw, kept_in_docs
from desk_walk import Walk
from lookers import LANGUAGES, LOOKS, Lookers, faults, window
from page_states import STATES
from playwright.async_api import Browser

from app_kit import settings_of
from console_kit import OWN, base, enter, joined
from desk_kit import open_desk
from full_shop_kit import made, playing_shop, real_shop
from gerai.app import DIALECTS, App
from gerai.engine.desk.house import Within
from gerai.kit.secret_box import new_key
from gerai.settings import Settings, WebhookSettings
from gerai.testing.receiver import receiving

#: All of it in every way takes a quarter of an hour, and longer beside others.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(3600)]
#: What of a shop without anything looks otherwise than that of one that has things.
EMPTY: Final = ("", "/orders", "/waiting", "/products", "/members", "/reports", "/books", "/books/check")
PUBLIC: Final = ("/", "/docs")
#: Manuals with hundreds of examples each, drawn by one template: one of them, or all with ``--every-look``.
MANUALS: Final = (*(f"/docs/{dialect.name}" for dialect in DIALECTS), "/docs/admin")
#: So many views of one thing may have none in any shop here.
FEW: Final = 4
#: Of all responses of a first page, as they are before any compression.
FIRST_VISIT_BYTES: Final = 120_000


@dataclass(frozen=True)
class Signed:
    """Somebody signed in at a server: a client for HTTP, and the cookies that a browser needs."""

    client: httpx.AsyncClient
    cookies: Sequence[Any]


@dataclass(frozen=True)
class Shops:
    """The shops whose pages are looked at, an owner of each by the shop's code, the addresses by kind, and the views
    of one thing that none of them has."""

    playing: Within
    real: Within
    owners: dict[str, Signed]
    walk: Walk
    lacking: list[str]

    def owner_at(self, address: str) -> Signed:
        """Whoever owns the shop of this address."""
        found = (who for code, who in self.owners.items() if f"/{code}/" in address)
        return next(found, self.owners[self.playing.merchant.code])


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets and calls receivers of this machine."""
    return settings_of(dsn, webhooks=WebhookSettings(seal_key=new_key(), allow_loopback=True))


async def sign_in(base_url: str, within: Within) -> Signed:
    """A new owner of the shop, signed in over HTTP."""
    client = httpx.AsyncClient(base_url=base_url, headers=OWN, timeout=60)
    answer = await enter(client, await joined(within))
    assert answer.status_code == 303
    kept = [{"name": one.name, "value": one.value or "", "url": base_url} for one in client.cookies.jar]
    return Signed(client, kept)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shops(app: App, base_url: str) -> AsyncGenerator[Shops]:
    """Three shops, and every page that their owners come to."""
    with receiving() as receiver:
        playing, real = await playing_shop(app, receiver), await real_shop(app)
    empty = await open_desk(app.house, simulated=False)
    owners = {one.merchant.code: await sign_in(base_url, one) for one in (playing, real, empty)}
    walk = Walk()
    for one in (playing, real):
        await walk.shop(owners[one.merchant.code].client, base(one))
    lacking = walk.registry(base(playing))
    walk.pages |= {f"empty{path}": base(empty) + path for path in EMPTY}
    walk.pages["empty sandbox"] = base(empty).replace("production", "sandbox") + "/orders"
    walk.pages["account"] = "/console/account"
    yield Shops(playing, real, owners, walk, lacking)
    for who in owners.values():
        await who.client.aclose()


@pytest.fixture
def every(request: pytest.FixtureRequest) -> bool:
    """Whether each page is looked at in every way."""
    return bool(request.config.getoption("every_look"))


@pytest.fixture
def lookers(browser: Browser, base_url: str, every: bool) -> Lookers:
    """Who looks."""
    return Lookers(browser, base_url, every)


async def test_every_page_of_the_desk(shops: Shops, lookers: Lookers) -> None:
    """Lists, single things, forms of every act, reports, orders, of shops with everything and of one with nothing; a
    state is named in the page's own language."""
    assert len(shops.lacking) <= FEW, shops.lacking
    await lookers.look((kind, address, shops.owner_at(address).cookies) for kind, address in shops.walk.pages.items())
    assert lookers.wrong == {}


async def test_every_page_without_signing_in(shops: Shops, lookers: Lookers) -> None:
    """The way in, an invitation and one that is over, the front page, the manuals, an address of nothing."""
    secret = (await made(shops.playing, "people.invite", name="Budi", role="viewer")).secret
    paths = ("/console/sign-in", urlsplit(secret).path, "/console/join/1-nobody", "/console/static/0/nothing", *PUBLIC)
    paths += MANUALS if lookers.every else MANUALS[:1]
    await lookers.look((path, path, ()) for path in paths)
    assert lookers.wrong == {}


async def test_what_pages_say_after_an_act(shops: Shops, browser: Browser, base_url: str, every: bool) -> None:
    """Faults beside their fields, a secret, a file's rows, what is folded, a dialog, a wrong password."""
    wrong, here = dict[str, list[str]](), base_url + base(shops.playing)
    for half, language in enumerate(LANGUAGES):
        me = await window(browser, language)
        await me.context.add_cookies(list(shops.owner_at(here).cookies))
        for number, come_to in enumerate(STATES):
            await come_to(me.page, here)
            looks = LOOKS if every else [LOOKS[(number * 2 + half) % len(LOOKS)]]
            if found := await faults(me.page, looks):
                wrong[f"{come_to.__name__} {language}"] = found
        await me.context.close()
    assert wrong == {}


async def test_who_proves_again_who_they_are(shops: Shops, lookers: Lookers) -> None:
    """A form of an act that hands out a key, an hour after signing in: it asks for the password, too."""
    who = await sign_in(lookers.base_url, shops.playing)
    async with shops.playing.engine.connection() as connection:
        await connection.execute("UPDATE person_sessions SET proven_at = proven_at - interval '1 hour'")
    form = f"{base(shops.playing)}/do/keys.create"
    assert 'name="password"' in (await who.client.get(form)).text
    await lookers.look([(f"prove {n}", form, who.cookies) for n in range(2)])
    await who.client.aclose()
    assert lookers.wrong == {}


@pytest.mark.parametrize("page", ["sign-in", "home"])
async def test_a_first_visit_is_small(shops: Shops, browser: Browser, base_url: str, page: str) -> None:
    """All responses of the first page that a browser opens, nothing kept from before, add up to 120 kB at most: the way
    in, and Beranda of a shop with a month behind it. What goes on (the live part) is no part of it."""
    me, sizes = await window(browser, "id"), dict[str, int]()
    if page == "home":
        await me.context.add_cookies(list(shops.owner_at(base(shops.playing)).cookies))
    answers = list[Any]()

    def came(answer: Any) -> None:
        answers.append(answer)

    me.page.on("response", came)
    await me.page.goto(f"{base_url}/console/sign-in" if page == "sign-in" else base_url + base(shops.playing))
    await me.page.wait_for_load_state("networkidle")
    for answer in answers:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            continue
        sizes[urlsplit(answer.url).path] = len(await answer.body())
    assert "console.css" in {path.rpartition("/")[2] for path in sizes}
    assert 0 < sum(sizes.values()) <= FIRST_VISIT_BYTES, sizes
    await me.context.close()


async def test_the_pictures_of_the_manual(
    shops: Shops, browser: Browser, base_url: str, every: bool, request: Any
) -> None:
    """docs/pictures has exactly these, each small, each shown by a page; with ``--pictures`` they are drawn anew."""
    if request.config.getoption("pictures"):
        places = {"playing": base(shops.playing), "real": base(shops.real)}
        cookies = {name: shops.owner_at(where).cookies for name, where in places.items()}
        await draw(browser, base_url, places, cookies)
    kept = kept_in_docs()
    assert kept.keys() == {picture.file for picture in PICTURES}
    assert {file: size for file, size in kept.items() if size > MOST_BYTES} == {}
    manual = (FOLDER.parent / "how-to" / "console.md").read_text(encoding="utf-8")
    assert set(re.findall(r"pictures/([\w-]+\.png)", manual)) == kept.keys()
