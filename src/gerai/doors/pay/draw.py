"""Draws pages: view model in, HTML out. Autoescape is on; a name the template knows and we forgot is an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gerai.domain.records import Article
from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay.address import Address
from gerai.doors.pay.assets import asset_url, colour_sheet
from gerai.doors.pay.model import DepositPage, PayPage
from gerai.doors.pay.words import Words


@dataclass(frozen=True)
class OtherLanguage:
    """One entry of the language switch."""

    code: str
    name: str
    url: str


@dataclass(frozen=True)
class DoorCard:
    """One door on the front page."""

    title: str
    text: str
    prefix: str
    url: str


@dataclass(frozen=True)
class WayOn:
    """Where an error page leads. ``text``: the key of its button's text; an empty ``url`` is the page's own address."""

    text: str
    url: str


HOME: Final = WayOn("error.home", "/")
_TEMPLATES: Final = Environment(
    loader=PackageLoader("gerai.doors.pay"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def pay_page(page: PayPage, words: Words, address: Address) -> str:
    """The hosted page of an order at ``address``."""
    return _draw("pay.html", words, address, page=page, at=address.at, here=address.at())


def confirm_page(words: Words, address: Address, merchant: str, method: str, amount: str, back: str) -> str:
    """What a wallet or bank would show, where none is behind it: ``merchant`` asks for ``amount``.
    ``back``: the text of the way back."""
    facts = {"merchant": merchant, "method": method, "amount": amount, "back": back}
    return _draw("confirm.html", words, address, at=address.at, **facts)


def deposit_page(page: DepositPage, words: Words, address: Address) -> str:
    """The hosted page of a deposit at ``address``."""
    return _draw("deposit.html", words, address, page=page, at=address.at, here=address.at())


def home_page(words: Words, doors: Sequence[DoorCard], simulated: bool) -> str:
    """The front page: what this server is and which doors it has."""
    return _draw("home.html", words, Address(("",)), doors=doors, simulated=simulated)


def article_page(words: Words, address: Address, merchant: str, article: Article, published: str) -> str:
    """An article of this merchant, and the day since when it is there. Its content is HTML that was cleaned when it was
    written."""
    facts = {"merchant": merchant, "article": article, "published": published, "content": Markup(article.content)}
    return _draw("article.html", words, address, **facts)


def error_page(words: Words, address: Address, status: int, request_id: str = "", way: WayOn = HOME) -> str:
    """What went wrong, for people, and ``way`` on. ``request_id`` is shown only where it helps to find the log line."""
    return _draw("error.html", words, address, status=status, request_id=request_id, way=way)


def _draw(template: str, words: Words, address: Address, **facts: object) -> str:
    switch = [OtherLanguage(code, Words(code)("lang.name"), address.at(lang=code)) for code in LANGUAGES]
    shared = {"t": words, "asset": asset_url, "colour_sheet": colour_sheet, "languages": switch}
    return _TEMPLATES.get_template(template).render(**shared, **facts)
