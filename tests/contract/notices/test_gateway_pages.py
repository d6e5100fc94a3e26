"""A gateway that says no, cannot be reached or is silent: what its payer reads on the page."""

from __future__ import annotations

import pytest
from gateway_doors_kit import TOY, Doors, served, shop

from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay.words import Words
from gerai.kit.http import Unreachable
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown

__all__ = ["served", "shop"]
CHOICE = {"choice": "va:BCA"}
#: Every text about a way that could not be chosen.
TROUBLE = ("notice.unavailable", "notice.unreached", "notice.payment_failed")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("fails", "told"),
    [
        (GatewayRefused("402", "no"), "notice.unavailable"),
        (Unreachable("ConnectError"), "notice.unreached"),
    ],
    ids=["refused", "unreachable"],
)
async def test_what_certainly_came_to_nothing(shop: Doors, fails: Exception, told: str, language: str) -> None:
    """A no and a gateway that was not reached have a text each; the ways to pay are offered again, and once another
    one is open the text is gone, also where its address is opened once more."""
    path = f"/i/{(await shop.ordered()).order.secret}"
    words, asked = Words("en" if language == "en" else "id"), {"accept-language": language}
    TOY.fails, TOY.made = fails, False
    answer = await shop.web.post(f"{path}/method", data=CHOICE)
    told_at = answer.headers["location"]
    assert told_at == f"{path}?notice={told.removeprefix('notice.')}"
    html = (await shop.web.get(told_at, headers=asked)).text
    assert [words(key) in html for key in TROUBLE] == [key == told for key in TROUBLE]
    assert 'name="choice"' in html
    await shop.web.post(f"{path}/method", data=CHOICE)
    html = (await shop.web.get(told_at, headers=asked)).text
    assert ("state-pay" in html, [words(key) in html for key in TROUBLE]) == (True, [False] * 3)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_silent_gateway_is_waited_for(shop: Doors, language: str) -> None:
    """Nobody knows what became of it: the page says that the number is asked for, and of no trouble; the number comes,
    and with it the steps."""
    view = await shop.ordered()
    path, words = f"/i/{view.order.secret}", Words("en" if language == "en" else "id")
    TOY.fails, TOY.made, TOY.hidden = OutcomeUnknown("500"), True, True
    answer = await shop.web.post(f"{path}/method", data=CHOICE)
    assert answer.headers["location"] == path
    html = (await shop.web.get(path, headers={"accept-language": language})).text
    assert ("state-asking" in html, words("headline.asking") in html) == (True, True)
    assert [words(key) in html for key in TROUBLE] == [False] * 3
    TOY.hidden = False
    [payment] = (await shop.engine.orders.as_now(view.order)).payments
    await shop.look(payment)
    html = (await shop.web.get(path, headers={"accept-language": language})).text
    assert ("state-pay" in html, [words(key) in html for key in TROUBLE]) == (True, [False] * 3)
    assert len((await shop.engine.orders.as_now(view.order)).payments) == 1
