"""What tests of the first steps share: the answers for each kind of thing that a shop may sell first, and sending a
step's form."""

from __future__ import annotations

from typing import Any, Final

import httpx

from console_kit import base, mark
from gerai.engine.desk.house import Within

PDF: Final = b"%PDF-1.7\n% resep\n"
#: By kind: what is typed.
SOLD: Final[dict[str, dict[str, str]]] = {
    "goods": {
        "item": "Kaos Melati", "price": "85000", "weight": "250", "stock": "5", "from": "wonokromo",
        "address": "Jl. Melati 7", "postal": "60241", "courier": "JNE", "shipping": "Rp15.000",
    },
    "file": {"item": "E-book Resep", "price": "50000", "link": ""},
    "codes": {"item": "Voucer Gim", "price": "20000", "codes": "AAA-1\nAAA-2\n\nAAA-3"},
    "hand": {"item": "Desain Logo", "price": "75000"},
    "service": {"item": "Cek IMEI", "price": "2500"},
    "robux": {"robux_price": "150"},
}  # fmt: skip


async def step(browser: httpx.AsyncClient, within: Within, name: str, **given: Any) -> httpx.Response:
    """Send the form of a step; of a file that is sold, with the file."""
    path = f"{base(within)}/start/{name}"
    choice = next((f"?{key}={given[key]}" for key in ("pay", "sell") if key in given), "")
    content = given.pop("content", None)
    fields = await mark(browser, f"{path}{choice}") | given
    files = None if content is None else {"file": ("resep.pdf", content)}
    return await browser.post(path, data=fields, files=files)


async def sell(browser: httpx.AsyncClient, within: Within, kind: str, **other: Any) -> httpx.Response:
    """Sell a first thing of this kind, as :data:`SOLD` has it but for what is said otherwise."""
    content = {"content": PDF} if kind == "file" and "content" not in other and not other.get("link") else {}
    return await step(browser, within, "sell", **{"sell": kind, **SOLD[kind], **content, **other})
