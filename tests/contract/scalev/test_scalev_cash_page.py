"""Cash on delivery on the hosted page (contract §6): only where a courier comes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest


@pytest.mark.parametrize(
    ("language", "courier", "nothing"),
    [
        ("id", "Siapkan uang tunai saat kurir tiba", "Tidak ada yang perlu dibayar di halaman ini."),
        ("en", "Have cash ready for the courier", "Nothing needs to be paid on this page."),
    ],
)
async def test_only_what_is_carried_promises_a_courier(shop: Any, language: str, courier: str, nothing: str) -> None:
    """The contract refuses no digital order that is paid on delivery, so that it is confirmed; its page promises no
    courier who would take the money. One with a parcel in it does."""
    shown: list[tuple[bool, bool]] = []
    for body in (shop.digital(payment_method="cod"), await shop.physical(payment_method="cod")):
        order = await shop.place(body)
        assert (order["status"], order["payment_status"]) == ("confirmed", "unpaid")
        page = await shop.client.get(urlsplit(order["public_order_url"]).path, params={"lang": language})
        assert page.status_code == 200
        shown.append((courier in page.text, nothing in page.text))
    assert shown == [(False, True), (True, False)]
