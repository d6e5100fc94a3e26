"""A service is tried at its provider, without an order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from test_services import new_service

from console_kit import base, browser_of, enter, joined, mark
from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.app import App
from gerai.domain.refusals import NotFound, PermissionMissing
from gerai.engine.desk.acts import try_service
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.kit.bilingual import Bilingual
from gerai.ports.fulfilment import AnswerUnknown, ProbeAnswer, ProviderUnreachable, WorkAnswer, WorkRequest


class Bare:
    """A provider that can only be ordered from; whoever does is wrong."""

    name, automatic, simulated = "kurir", True, False

    async def fulfil(self, request: WorkRequest) -> WorkAnswer:
        raise AssertionError("ordered")

    async def inquire(self, request: WorkRequest) -> WorkAnswer:
        raise AssertionError("inquired")


class Probed(Bare):
    """One that says this, or raises it; None: nothing, ever."""

    def __init__(self, said: ProbeAnswer | Exception | None) -> None:
        self.said, self.asked = said, list[tuple[str, dict[str, Any]]]()

    async def probe(self, service: str, settings: dict[str, Any]) -> ProbeAnswer:
        self.asked.append((service, settings))
        if self.said is None:
            await asyncio.Event().wait()
        if not isinstance(self.said, ProbeAnswer):
            raise self.said or AssertionError("nothing was said")
        return self.said


async def real(within: Within, provider: Bare) -> tuple[Within, int]:
    """A shop of real orders with a service of this provider, for Rp1.500."""
    house = replace(within.house, fulfilment={**within.house.fulfilment, provider.name: provider})
    there = await open_desk(house, simulated=False)
    given = await new_service(there, provider=provider.name, provider_settings={"kode": "A"})
    return there, int((await do(there, "services.add", given)).id)


@pytest.mark.parametrize(
    ("said", "outcome", "told"),
    [
        (ProbeAnswer(service_known=True, price_sen=1_000_00, balance_sen=50_000_00), "works",
         {"price_sen": 1_000_00, "balance_sen": 50_000_00, "unit_price_sen": 1_500_00, "loses": False}),
        (ProbeAnswer(price_sen=2_000_00), "works",
         {"price_sen": 2_000_00, "unit_price_sen": 1_500_00, "loses": True}),
        (ProbeAnswer(balance_sen=0), "works", {"balance_sen": 0}),
        (ProbeAnswer(wrong="the key is not right"), "wrong", {"wrong": "the key is not right"}),
        (ProbeAnswer(service_known=False), "not_known", {}),
        (ProviderUnreachable("nobody"), "unreachable", {}),
        (AnswerUnknown("what"), "unclear", {}),
        (None, "unreachable", {}),
    ],
)  # fmt: skip
async def test_what_a_provider_says(
    within: Within, monkeypatch: pytest.MonkeyPatch, said: Any, outcome: str, told: dict[str, Any]
) -> None:
    """It is asked once for the service with its settings; nothing is ordered; the audit has who was asked and what came
    of it."""
    monkeypatch.setattr(try_service, "_TIMEOUT_S", 0.2)
    provider = Probed(said)
    there, service_id = await real(within, provider)
    done = await do(there, "services.test_run", ById(id=service_id))
    details = dict(done.details)
    assert isinstance(details.pop("said"), Bilingual)
    assert details == {"outcome": outcome, "provider": "kurir", **told}
    assert provider.asked == [("cek", {"kode": "A"})]
    newest = (await written(there))[0].entry
    assert (newest.act, newest.target) == ("services.test_run", str(service_id))
    assert newest.facts == {"provider": "kurir", "outcome": outcome}


async def test_one_that_cannot_be_tried_says_so(within: Within) -> None:
    """Without a probe nothing is asked, and the outcome is not that it works; nor where people do the work."""
    there, service_id = await real(within, Bare())
    done = await do(there, "services.test_run", ById(id=service_id))
    assert (done.details["outcome"], done.details["said"].en) == (
        "untried", "This provider cannot be tried without ordering",
    )  # fmt: skip
    manual = await new_service(within, provider="manual", processing_type="manual")
    made = await do(within, "services.add", manual)
    assert (await do(within, "services.test_run", ById(id=int(made.id)))).details["outcome"] == "by_hand"


async def test_where_nothing_is_real_the_simulator_is_asked(within: Within) -> None:
    """The sandbox of a real shop never asks the provider; the simulator finds settings that are none of its own."""
    provider = Probed(ProbeAnswer())
    there, service_id = await real(within, provider)
    sandbox = replace(there, environment="sandbox")
    done = await do(sandbox, "services.test_run", ById(id=service_id))
    assert (done.details["outcome"], done.details["provider"], provider.asked) == ("works", "simulator", [])
    wrong = msgspec.structs.replace(await new_service(within), provider_settings={"answer": "lain"})
    made = await do(within, "services.add", wrong)
    done = await do(within, "services.test_run", ById(id=int(made.id)))
    assert (done.details["outcome"], done.details["wrong"]) == (
        "wrong", "answer: 'lain' is none of status, history, barcode",
    )  # fmt: skip


async def test_who_may_not_and_another_shop(within: Within) -> None:
    """A viewer is refused, another shop's service is not known; nobody is asked."""
    provider = Probed(ProbeAnswer())
    there, service_id = await real(within, provider)
    with pytest.raises(PermissionMissing):
        await do(there, "services.test_run", ById(id=service_id), VIEWER)
    with pytest.raises(NotFound):
        await do(within, "services.test_run", ById(id=service_id))
    assert provider.asked == []


async def test_the_page_says_it_in_words(app: App, within: Within) -> None:
    """The service's page offers it; what came of it stands there in the reader's language."""
    made = await do(within, "services.add", await new_service(within))
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        page = await browser.get(f"{base(within)}/services/{made.id}")
        address = f"{base(within)}/do/services.test_run?id={made.id}"
        assert address in page.text
        sent = await browser.post(address, data={**await mark(browser, address), "id": made.id})
    assert sent.status_code == 200, sent.text
    assert "Bisa dipesan: penyedia menjawab" in sent.text
    assert "Hasil" in sent.text
    assert await seen(within, "orders.list") == []
