"""How a virtual account is paid, as the contract nests it (§6.1): language, place, heading, an HTML list."""

from __future__ import annotations

from html import escape
from typing import Any, Final
from urllib.parse import quote_plus

from gerai.domain.records import Payment
from gerai.ports.channel_titles import channel_title
from gerai.ports.how_to_pay import ANY_BANK

#: Heading of each place where a virtual account can be paid, by language and by the contract's name of the place.
_PLACES: Final = {
    "en": {"atm": "ATM {bank}", "mobile_app": "{bank} mobile banking", "internet_banking": "{bank} internet banking"},
    "id": {"atm": "ATM {bank}", "mobile_app": "Mobile banking {bank}", "internet_banking": "Internet banking {bank}"},
}
#: The same for the number that is paid from any bank (``OTHERS``), which no bank can head.
_ANY_BANK_PLACES: Final = {
    "en": {
        "atm": "ATM of your bank",
        "mobile_app": "Mobile banking of your bank",
        "internet_banking": "Internet banking of your bank",
    },
    "id": {
        "atm": "ATM bank Anda",
        "mobile_app": "Mobile banking bank Anda",
        "internet_banking": "Internet banking bank Anda",
    },
}
#: What a bank calls its app; others are looked for by the bank's name.
_APPS: Final = {
    "BCA": "BCA mobile",
    "BNI": "wondr by BNI",
    "BRI": "BRImo",
    "BSI": "BYOND by BSI",
    "BTN": "bale by BTN",
    "BTPN": "Jenius",
    "CIMB": "OCTO Mobile",
    "DANAMON": "D-Bank PRO",
    "MANDIRI": "Livin' by Mandiri",
    "MAYBANK": "M2U ID",
    "PERMATA": "Permata ME",
}
#: Searches and not the apps' own addresses: those change with every app a bank brings out, a search still finds it.
_STORES: Final = {
    "appstore_url": "https://apps.apple.com/id/iphone/search?term={app}",
    "playstore_url": "https://play.google.com/store/search?c=apps&q={app}",
}


def payment_instruction(payment: Payment) -> dict[str, Any]:
    """The method's steps for every place; the app's also with the links to both stores."""
    steps, code = payment.instructions.get("steps", {}), payment.channel_code
    bank, any_bank = channel_title(code), code == ANY_BANK
    app = quote_plus("mobile banking" if any_bank else _APPS.get(code, f"{bank} mobile banking"))
    links = {name: address.format(app=app) for name, address in _STORES.items()}
    return {
        language: {
            place: {
                "heading": heading.format(bank=bank),
                **(links if place == "mobile_app" else {}),
                "instruction_text": _list(steps.get(language, [])),
            }
            for place, heading in places.items()
        }
        for language, places in (_ANY_BANK_PLACES if any_bank else _PLACES).items()
    }


def _list(lines: list[str]) -> str:
    return "<ol>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ol>"
