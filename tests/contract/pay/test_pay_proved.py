"""Who showed a transfer, or paid when the time was over, is never asked to pay a second time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import pytest_asyncio
from pay_orders import NOW, event, page_context, payment, view
from pay_pictures import order_page, transfer

from bank_kit import PNG, BankShop, bank_shop
from gerai.doors.http.language import LANGUAGES
from gerai.doors.pay.model import PayPage
from gerai.doors.pay.present import present
from gerai.doors.pay.words import Words
from gerai.engine.core import Engine
from gerai.engine.proofs import PROOF_RECEIVED

SHOWN = (event("order.placed", 9), event(PROOF_RECEIVED, 1, payment="pay_abc"))
AT_GATEWAY: dict[str, Any] = {"contract_id": 4}


def page(*payments: Any, language: Any = "id", events: Any = SHOWN, **order: Any) -> PayPage:
    """The page of an order with these payments, after a proof of the first."""
    context = page_context(environment="production", simulated=False)
    return present(view(payments=payments, **order), events, context, NOW, Words(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_way_given_up_after_the_proof_asks_for_nothing(language: Any) -> None:
    """The order is open and its transfer was shown: the page says that the proof waits, keeps its card, and has the
    ways to pay in a fold; without a proof the payer chooses again, as before."""
    words = Words(language)
    shown = page(transfer("cancelled"), language=language)
    assert (shown.state.name, shown.headline) == ("proof", words("headline.proof"))
    assert shown.message == words("message.proof", merchant="Toko Sinar Pagi")
    assert shown.proof is not None
    assert shown.proof.received == words("proof.received", count=1, most=3)
    html = order_page(
        view(payments=(transfer("cancelled"),), environment="production"), language, 1,
        environment="production", simulated=False,
    )  # fmt: skip
    fold = html[html.index('id="choose-heading"') :]
    assert fold.index("<details>") < fold.index(words("choose.instead")) < fold.index('name="choice"')
    plain = page(transfer("cancelled"), language=language, events=SHOWN[:1])
    assert (plain.state.name, plain.proof) == ("choose", None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_another_way_after_the_proof_warns(language: Any, status: str) -> None:
    """Whoever then chose another way reads beside it that the first proof waits, and can add to it; once money came
    nothing is said of it."""
    told = Words(language)("money.shown_before", merchant="Toko Sinar Pagi")
    other: dict[str, Any] = {"payment_id": 10, "public_id": "pay_new", **AT_GATEWAY}
    number = {"kind": "code", "code": "8808123412341234", "at_gateway": True}
    for instructions, state in ((number, "pay"), ({"kind": "code"}, "asking")):
        shown = page(transfer(status), payment(**other, instructions=instructions), language=language)
        assert (shown.state.name, shown.money[0]) == (state, told)
        assert shown.proof is not None
        assert (bool(shown.proof.received), shown.proof.folded) == (True, True)
    own = page(transfer(status), second_transfer(), language=language)
    assert (own.state.name, told in own.money, own.proof is not None and own.proof.received) == ("pay", True, "")
    paid = page(transfer(status), payment("completed", **other), language=language, status="completed", invoice="paid")
    assert told not in paid.money


def second_transfer() -> Any:
    """A second payment into an account of the seller's own, whose transfer nobody showed."""
    return transfer(payment_id=11, public_id="pay_second")


@pytest.mark.parametrize("language", LANGUAGES)
def test_changing_after_a_proof_is_asked_back(language: Any) -> None:
    """The button to choose another way opens a warning first; without a proof it is the button alone."""
    words, order = Words(language), view(payments=(transfer(),), environment="production")
    for proofs in (0, 1):
        html = order_page(order, language, proofs, environment="production", simulated=False)
        assert (words("pay.change_proved", merchant="Toko Sinar Pagi") in html) is bool(proofs)
        assert (words("pay.change_anyway") in html) is bool(proofs)
        assert html.count("/change") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_ended_with_a_proof_sends_nobody_to_order_anew(language: Any) -> None:
    """Head and card agree: the proof waits, and the seller decides; without one, a transfer sent already is told of."""
    words, merchant = Words(language), {"merchant": "Toko Sinar Pagi"}
    for status, message in (("expired", "message.expired_proof"), ("cancelled", "message.cancelled")):
        ended: dict[str, Any] = {"status": status, "invoice": status, "language": language}
        shown = page(transfer(status), **ended)
        assert (shown.state.name, shown.message) == (status, words(message, **merchant))
        assert shown.money == (words("money.proof_waits", **merchant),)
        plain = page(transfer(status), events=SHOWN[:1], **ended)
        assert plain.message == words(f"message.{status}", **merchant)
        assert plain.money == (words("money.sent_already", **merchant),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_just_paid_at_a_gateway_is_spoken_to(language: Any) -> None:
    """A gateway may report hours later: an order that ended meanwhile says that the money is not lost. Not where the
    gateway said that the payment failed, nor where nobody could have paid."""
    words = Words(language)
    told = words("money.sent_to_gateway", merchant="Toko Sinar Pagi")
    for status in ("expired", "cancelled"):
        ended: dict[str, Any] = {"status": status, "invoice": status, "language": language, "events": ()}
        for left in ("expired", "cancelled", "processing"):
            assert page(payment(left, **AT_GATEWAY), **ended).money == (told,), (status, left)
        nothing = () if status == "expired" else (words("money.nothing"),)
        assert page(payment("failed", **AT_GATEWAY), **ended).money == nothing
        assert page(payment("expired"), **ended).money == nothing
        assert page(**ended).money == nothing


@pytest_asyncio.fixture
async def shop(engine: Engine) -> BankShop:
    return await bank_shop(engine)


async def test_the_payer_changes_after_the_proof(shop: BankShop, client: httpx.AsyncClient) -> None:
    """Through the form: the page goes on to say that the proof waits, takes another one for the same payment, and
    nothing is paid by any of it."""
    placed = await shop.placed()
    path = f"/i/{placed.order.secret}"
    assert (await client.post(f"{path}/proof", files={"proof": ("a.png", PNG)})).headers["location"] == path
    assert (await client.post(f"{path}/change")).headers["location"] == path
    html = (await client.get(path)).text
    assert ("state-proof" in html, "(1 dari 3)" in html, "state-choose" in html) == (True, True, False)
    assert (await client.post(f"{path}/proof", files={"proof": ("b.png", PNG + b"2")})).headers["location"] == path
    assert "(2 dari 3)" in (await client.get(path)).text
    now = await shop.again(placed)
    assert ([one.status for one in now.payments], now.order.status) == (["cancelled"], "pending")
    assert [of for of, *_ in await shop.stored()] == [placed.payments[0].payment_id] * 2
