"""How a virtual account is paid: in the bank's app, at its ATM, in internet banking; each in a fold of its own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from pay_orders import NOW, page_context, payment, view
from pay_shop import place

from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay.paper.compose import paper_of
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words
from gerai.engine.core import Engine
from gerai.partners.gateways.steps import places_of, steps_of
from gerai.partners.payments.va import PREFIXES
from gerai.ports.how_to_pay import ANY_BANK, va_steps
from gerai.ports.va_places import va_places

NUMBER = "8808123412341234"
#: As Tripay tells them.
GATEWAYS = (
    ("Internet Banking BCA", ["Masuk ke KlikBCA", "<b>Pilih</b> Transfer"]),
    ("ATM BCA", ["Masukkan kartu", *[f"Tekan {number}" for number in range(9)]]),
    ("", ["Tanpa tempat"]),
)


def page(language: Any, steps: dict[str, list[str]], channel: str = "BCA") -> Any:
    """A page whose order is to be paid by this bank's number."""
    told = {"kind": "code", "code": NUMBER, "steps": steps}
    open_one = payment("processing", "va", channel, instructions=told, expires_at=NOW + timedelta(hours=1))
    return present(view("pending", "pending", (open_one,)), (), page_context(), NOW, Words(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("bank", sorted(set(PREFIXES) - {ANY_BANK}))
def test_each_bank_has_its_places(bank: str, language: str) -> None:
    """Three places, the app first, each with the number in it and nothing left to fill in, in the page's language."""
    places = va_places(bank, NUMBER, language)
    assert len(places) == 3
    assert places[1].title.startswith("ATM ")
    for one in places:
        assert [NUMBER in step for step in one.steps].count(True) == 1
        assert not re.search(r"[{}]", " ".join(one.steps))
        assert one.title in one.steps[0]
    other = va_places(bank, NUMBER, "en" if language == "id" else "id")
    assert [one.steps[0] for one in places] != [one.steps[0] for one in other]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_them_where_the_steps_are_ours(language: Any) -> None:
    """A number with our own steps is told place by place; what a gateway says of its number stands as it came; numbers
    for payers of any bank have no places."""
    shown = page(language, va_steps("BCA", NUMBER)).panel
    assert [one.title for one in shown.places] == ["BCA mobile", "ATM BCA", "KlikBCA"]
    theirs = page(language, {"id": ["ATM: tekan 1."], "en": ["ATM: press 1."]}).panel
    assert (theirs.places, len(theirs.steps)) == ((), 1)
    assert page(language, va_steps(ANY_BANK, NUMBER), ANY_BANK).panel.places == ()


async def test_one_is_open_and_the_others_fold(client: httpx.AsyncClient, merchant: Any, engine: Engine) -> None:
    """Without a script: the browser opens one at a time, the first to begin with."""
    path = f"/i/{(await place(engine, merchant.merchant_id)).order.secret}"
    await client.post(f"{path}/method", data={"choice": "va:BCA"})
    html = (await client.get(path)).text
    folds = re.findall(r'<details class="place" name="place"( open)?>\s*<summary>([^<]+)', html)
    assert folds == [(" open", "BCA mobile"), ("", "ATM BCA"), ("", "KlikBCA")]


def test_a_gateways_places_are_told_apart() -> None:
    """What a gateway tells of several places has a fold for each, in its own words; on paper stands the first, whole,
    and where the others are. One place, or none by name, stays one list; the other language has ours."""
    places = places_of(GATEWAYS)
    told: dict[str, Any] = {
        "kind": "code", "code": NUMBER, "at_gateway": True, "steps": steps_of(("va", "BCA"), NUMBER, GATEWAYS),
        "places": msgspec.to_builtins(places),
    }  # fmt: skip
    order = view("pending", "pending", (payment("processing", "va", "BCA", instructions=told),))
    shown = present(order, (), page_context(), NOW, Words("id")).panel
    assert shown is not None
    assert [(one.title, len(one.steps), one.steps[1]) for one in shown.places] == [
        ("Internet Banking BCA", 2, "Pilih Transfer"), ("ATM BCA", 10, "Tekan 0"),
    ]  # fmt: skip
    paper = paper_of(order, (), page_context(papers=True), NOW, Words("id"))
    assert paper is not None
    assert paper.instructions is not None
    assert (paper.instructions.place, paper.instructions.steps) == ("Internet Banking BCA", shown.places[0].steps)
    assert "Langkah di tempat lain ada di halaman pesanan Anda." in paper.instructions.hints
    english = present(order, (), page_context(), NOW, Words("en")).panel
    assert english is not None
    assert [one.title for one in english.places] == ["BCA mobile", "ATM BCA", "KlikBCA"]
    for few in (GATEWAYS[:1], GATEWAYS[2:], (), (("", ["a"]), ("", ["b"])), (("A", []), ("B", ["b"]))):
        assert places_of(few) == {}
