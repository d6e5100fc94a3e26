"""Where people reach a shop: a telephone number, a WhatsApp link, an e-mail address or another address on the web."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode, urlsplit

import phonenumbers

from gerai.kit.phones import canonical_phone

ContactKind = Literal["whatsapp", "phone", "email", "web"]

_LONGEST: Final = 200
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
#: Visible ASCII, and none of what would end a link in a text or an attribute.
_WEB: Final = re.compile(r"https://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:[/?][!#-;=?-\[\]_a-z~]*)?")
_WHATSAPP_HOSTS: Final = frozenset({"wa.me", "api.whatsapp.com", "whatsapp.com", "www.whatsapp.com"})
#: Indonesian mobile numbers; a fixed line may have WhatsApp too, and is given as a link then.
_MOBILE: Final = "+628"


@dataclass(frozen=True)
class ShopContact:
    """``text`` is for people (``0812-3456-7890``); ``url`` opens it (``https://wa.me/…``, ``tel:``, ``mailto:``)."""

    kind: ContactKind
    text: str
    url: str

    def about(self, topic: str) -> str:
        """The address with the first words of a message where the contact takes them: a number of WhatsApp."""
        own = self.kind == "whatsapp" and "?" not in self.url
        return f"{self.url}?{urlencode({'text': topic})}" if own and topic else self.url


def read_contact(text: str) -> ShopContact | None:
    """The contact that ``text`` names; None when it is empty or none."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if _EMAIL.fullmatch(text):
        return ShopContact("email", text, f"mailto:{text}")
    if _WEB.fullmatch(text):
        bare = text.partition("://")[2].removesuffix("/")
        kind: ContactKind = "whatsapp" if (urlsplit(text).hostname or "") in _WHATSAPP_HOSTS else "web"
        return ShopContact(kind, bare, text)
    try:
        number = canonical_phone(text)
    except ValueError:
        return None
    if number.startswith(_MOBILE):
        return ShopContact("whatsapp", _spoken(number), f"https://wa.me/{number.removeprefix('+')}")
    return ShopContact("phone", _spoken(number), f"tel:{number}")


def contact_fault(text: str) -> str:
    """What is wrong with a contact, empty for nothing: it may also be left empty."""
    return "" if not text or read_contact(text) else "it is no telephone number, WhatsApp link, e-mail or https address"


def web_fault(text: str) -> str:
    """What is wrong with an address on the web, empty for nothing: it may also be left empty."""
    return "" if not text or is_web(text) else "it is no https address"


def is_web(text: str) -> bool:
    """Whether it is an https address that a page may lead to."""
    return len(text) <= _LONGEST and _WEB.fullmatch(text) is not None


def line_fault(text: str) -> str:
    """What is wrong with a text of one line, empty for nothing."""
    if len(text) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    return "" if text.isprintable() else "it holds a line end or another character that is not printed"


def _spoken(number: str) -> str:
    """A canonical number as people write it: Indonesian ones without the country code."""
    parsed = phonenumbers.parse(number)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if number.startswith("+62") else form.INTERNATIONAL)
