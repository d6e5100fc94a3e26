"""What the invoice page shows of an order of this counter."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(("language", "label"), [("id", "Username Roblox"), ("en", "Roblox username")])
async def test_the_page_says_which_player_gets_it(shop: Any, language: str, label: str) -> None:
    """Who pays can check the player before money moves; without the page's secret nobody learns of him."""
    url = (await shop.post(roblox_username="SinarPagi_77")).json()["data"]["invoice"]["invoice_url"]
    page = await shop.client.get(url, params={"t": url.rpartition("t=")[2], "lang": language})
    assert page.status_code == 200
    assert f"<dt>{label}</dt><dd><bdi>SinarPagi_77</bdi></dd>" in page.text
    without = await shop.client.get(url.partition("?")[0], params={"lang": language})
    assert (without.status_code, "SinarPagi_77" in without.text) == (404, False)
