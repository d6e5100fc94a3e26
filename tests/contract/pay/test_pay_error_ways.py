"""Where an error page leads: to what was asked for, to the page of a form, or to the front page."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from pay_shop import place

from gerai.domain.refusals import Busy, HostUnknown, RateLimited, Refusal
from gerai.doors.pay import answers
from gerai.engine.core import Engine


def way_of(page: str) -> tuple[str, str]:
    """Address and text of the one button of an error page."""
    [(url, text)] = re.findall(r'<a class="button[^"]*" href="([^"]*)">([^<]*)</a>', page)
    return url.replace("&amp;", "&"), text


@pytest.fixture
def busy(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """No order can be read."""

    async def refused(secret: str) -> None:
        raise Busy(2)

    monkeypatch.setattr(engine.orders, "by_secret", refused)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(("language", "again"), [("id", "Coba lagi"), ("en", "Try again")])
@pytest.mark.parametrize("below", ["", "/confirm"])
@pytest.mark.parametrize("path", ["/i/{secret}", "/o/{secret}/success", "/user/invoice/N-1{below}?t={secret}"])
async def test_a_busy_page_leads_to_itself(
    client: httpx.AsyncClient, path: str, below: str, language: str, again: str
) -> None:
    """The same address, with the secret that opens it; so does its language switch. Nothing leads to the front page."""
    path = path.format(secret="s" * 40, below=below) + ("" if "?" in path else below)
    answer = await client.get(path, headers={"accept-language": language})
    assert answer.status_code == 503
    assert way_of(answer.text) == (path, again)
    switch = re.findall(r'<a href="([^"]*)" lang="', answer.text)
    assert [url.replace("&amp;", "&") for url in switch] == [
        f"{path}{'&' if '?' in path else '?'}lang={code}" for code in ("id", "en")
    ]


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("act", ["method", "change", "play"])
async def test_a_busy_form_leads_to_its_page(client: httpx.AsyncClient, act: str) -> None:
    """What a form asked for is not asked for again by a link: the page that holds it is opened."""
    for path, query in ((f"/i/{'s' * 40}", ""), ("/user/invoice/N-1", f"?t={'s' * 40}")):
        answer = await client.post(f"{path}/{act}{query}", headers={"accept-language": "en"})
        assert answer.status_code == 503
        assert way_of(answer.text) == (path + query, "Back to the page")


async def test_a_form_that_is_refused_leads_to_its_page(
    engine: Engine, merchant: Any, client: httpx.AsyncClient
) -> None:
    """A form from another site: the payer gets to the order, not to the front page."""
    secret = (await place(engine, merchant.merchant_id)).order.secret
    answer = await client.post(f"/i/{secret}/method", headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, way_of(answer.text)) == (403, (f"/i/{secret}", "Kembali ke halaman tadi"))


async def test_what_is_not_found_leads_home(client: httpx.AsyncClient) -> None:
    """An address that opens nothing opens nothing the next time either."""
    answer = await client.get(f"/i/{'x' * 40}")
    assert (answer.status_code, way_of(answer.text)) == (404, ("/", "Ke halaman depan"))


@pytest.mark.parametrize(
    ("refusal", "way"),
    [
        (Busy(2), ("", "Coba lagi")),
        (RateLimited(limit=1, retry_after_s=1, reset_at_s=1), ("", "Coba lagi")),
        (HostUnknown("other.test"), ("/", "Ke halaman depan")),
    ],
)
def test_a_refusal_without_its_request_leads_to_its_own_address(refusal: Refusal, way: tuple[str, str]) -> None:
    """Where nothing is known of the request, the link is the address that the browser shows."""
    assert way_of(bytes(answers.refuse(refusal, "").body).decode()) == way
