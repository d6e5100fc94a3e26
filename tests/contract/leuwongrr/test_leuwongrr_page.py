"""What the invoice page shows of an order of this counter."""

from __future__ import annotations

from typing import Any

import pytest

from gerai.domain.filters import Scope
from gerai.engine.payments.record import RecordPayment

KEY = {"Idempotency-Key": "k"}


@pytest.mark.parametrize(("language", "label"), [("id", "Username Roblox"), ("en", "Roblox username")])
async def test_the_page_says_which_player_gets_it(shop: Any, language: str, label: str) -> None:
    """Who pays can check the player before money moves; without the page's secret nobody learns of him."""
    url = (await shop.post(roblox_username="SinarPagi_77")).json()["data"]["invoice"]["invoice_url"]
    page = await shop.client.get(url, params={"t": url.rpartition("t=")[2], "lang": language})
    assert page.status_code == 200
    assert f"<dt>{label}</dt><dd><bdi>SinarPagi_77</bdi></dd>" in page.text
    without = await shop.client.get(url.partition("?")[0], params={"lang": language})
    assert (without.status_code, "SinarPagi_77" in without.text) == (404, False)


async def _chosen(shop: Any, page: str, way: str) -> None:
    """The payer leaves what was started, and chooses another way on the page."""
    path, _, secret = page.partition("?t=")
    for act, form in (("change", {}), ("method", {"choice": way})):
        answer = await shop.client.post(f"{path}/{act}", params={"t": secret}, data=form, follow_redirects=True)
        assert answer.status_code == 200, answer.text


async def _methods(shop: Any, code: str) -> list[str]:
    """How the order is paid, in each read that says so."""
    listed = (await shop.get("/me/orders", shop.production)).json()["data"]["orders"]
    read = (await shop.get(f"/me/orders/{code}", shop.production)).json()["data"]["order"]
    invoice = (await shop.get(f"/me/invoices/{code}", shop.production)).json()["data"]["invoice"]
    return [one["payment_method"] for one in (listed[0], read, invoice)]


@pytest.mark.parametrize(
    ("way", "code"), [("qris:QRIS", "qris"), ("va:BNI", "va-bni"), ("ewallet:DANA", "ewallet-dana")]
)
async def test_another_way_chosen_on_the_page(shop: Any, way: str, code: str) -> None:
    """The replay and all reads name the way that the payer chose last, and what is shown is of that way; it is still
    the order of the same key. What paid is named once it is paid, whatever was chosen afterwards."""
    first = await shop.post(token=shop.production, headers=KEY, payment_method="va-bca")
    invoice = first.json()["data"]["invoice"]
    await _chosen(shop, invoice["invoice_url"], way)
    again = await shop.post(token=shop.production, headers=KEY, payment_method="va-bca")
    assert again.status_code == 200
    shown = again.json()["data"]
    assert (shown["invoice"]["payment_method"], shown["gateway"]["code"]) == (code, code)
    assert shown["gateway"]["channel"] == way.partition(":")[2]
    assert await _methods(shop, invoice["invoice_code"]) == [code] * 3
    scope = Scope(shop.merchant_id, "production", "leuwongrr")
    view = await shop.engine.orders.by_public_id(scope, invoice["invoice_code"])
    first_choice = view.payments[0]
    # Its money came all the same, while the order waits: late, and accepted.
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": view.order.order_id}
    await shop.engine.submit(RecordPayment(**names, payment_id=first_choice.payment_id, outcome="paid"))
    assert await _methods(shop, invoice["invoice_code"]) == ["va-bca"] * 3


async def test_a_choice_changes_no_invoice_order(shop: Any) -> None:
    """What was asked for as an invoice stays one: its client knows no gateway codes."""
    invoice = (await shop.post(payment_method="invoice")).json()["data"]["invoice"]
    await _chosen(shop, invoice["invoice_url"], "qris:QRIS")
    read = (await shop.get(f"/me/invoices/{invoice['invoice_code']}")).json()["data"]["invoice"]
    assert (read["payment_method"], read["payment_url"]) == ("invoice", "")
