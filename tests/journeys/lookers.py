"""Windows of a browser, one of each language, that look at pages in turn or in every way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, Final

from playwright.async_api import Browser, Page

from axe_kit import LISTEN, NARROWEST, WIDTHS, findings, misfits, refused
from browser_kit import SCHEMES, Reader, reader
from gerai.doors.console.words import CATALOGUES
from gerai.doors.http.language import Language

LANGUAGES: Final[tuple[Language, ...]] = ("id", "en")
LOOKS: Final = tuple(product(SCHEMES, WIDTHS))
_PILLS: Final = "[...document.querySelectorAll('.pill')].map((one) => one.textContent)"
#: What a page is called, its address, and the cookies of whoever opens it.
Visit = tuple[str, str, Sequence[Any]]


async def window(browser: Browser, language: Language) -> Reader:
    """A window of somebody who reads this language and presses with a thumb."""
    me = await reader(browser, locale="id-ID" if language == "id" else "en-US", has_touch=True)
    await me.context.add_init_script(LISTEN)
    return me


class Lookers:
    """A window of each language, side by side. ``every``: each page is looked at in every way, else in one, in turn;
    ``wrong``: what was found, by the page."""

    def __init__(self, browser: Browser, base_url: str, every: bool) -> None:
        self.browser, self.base_url, self.every = browser, base_url, every
        self.wrong: dict[str, list[str]] = {}

    async def look(self, visits: Iterable[Visit]) -> None:
        """At each page."""
        numbered = list(enumerate(visits))
        halves = [numbered if self.every else numbered[half::2] for half in range(2)]
        await asyncio.gather(*(self._in(language, of) for language, of in zip(LANGUAGES, halves, strict=True)))

    async def _in(self, language: Language, visits: Sequence[tuple[int, Visit]]) -> None:
        me, words = await window(self.browser, language), frozenset(CATALOGUES[language].values())
        for number, (name, address, cookies) in visits:
            await me.context.clear_cookies()
            await me.context.add_cookies(list(cookies))
            await me.page.goto(self.base_url + address)
            found = [f"not {language}: {one}" for one in await me.page.evaluate(_PILLS) if one not in words]
            found += await faults(me.page, LOOKS if self.every else [LOOKS[number // 2 % len(LOOKS)]])
            if await me.page.get_attribute("html", "lang") != language:
                found.append("of another language")
            if found:
                self.wrong[f"{name} {address} {language}"] = found
        await me.context.close()


async def faults(page: Page, looks: Iterable[tuple[str, int]]) -> list[str]:
    """What is wrong with the page that is open, in each of these themes and widths."""
    found = [f"{NARROWEST}: {one}" for one in await misfits(page, NARROWEST)]
    for scheme, width in looks:
        found += [f"{scheme} {width}: {one}" for one in await misfits(page, width)]
        found += [f"{scheme} {width}: {one}" for one in await findings(page, scheme)]
    return [*found, *await refused(page)]
