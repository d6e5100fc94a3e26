"""The Midtrans gateway against its stand-in, over a socket: what comes of each call, and of each that goes wrong."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from midtrans_kit import attempt_of, contract_at, free_port, served
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from gerai.kit.address import Guard
from gerai.kit.clock import real_now
from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.partners.gateways.midtrans import GATEWAY
from gerai.partners.payments.qris.emv import decode
from gerai.ports.gateways import Attempt, Contract, GatewayRefused, OutcomeUnknown, RefundSeen, Seen, Way
from gerai.testing.gateways.midtrans import SWITCHES, MidtransFake

#: What a call that is answered too late is given, and after how long it is answered.
IMPATIENT_S, HANG_S = 1.0, 1.5
QRIS, BCA, GOPAY, CARD = ("qris", "QRIS"), ("va", "BCA"), ("ewallet", "GOPAY"), ("card", "CARD")
_numbers = itertools.count(1)


@dataclass
class Desk:
    """The stand-in on a socket, and the gateway that asks it."""

    fake: MidtransFake
    contract: Contract
    http: Outgoing
    impatient: Outgoing

    async def start(self, way: Way, **changes: Any) -> tuple[Attempt, Seen]:
        """One that is started; it knows the gateway's reference afterwards."""
        attempt = attempt_of(way, f"att-{next(_numbers)}", **({"at": real_now()} | changes))
        seen = await GATEWAY.start(self.http, self.contract, attempt)
        return replace(attempt, gateway_reference=seen.reference), seen

    async def find(self, attempt: Attempt) -> Seen | None:
        return await GATEWAY.find(self.http, self.contract, attempt)

    async def post(self, path: str, **body: Any) -> int:
        """What people do at the stand-in; the status."""
        async with httpx.AsyncClient(trust_env=False) as http:
            return (await http.post(self.contract.base_url + path, json=body)).status_code

    async def pay(self, attempt: Attempt, **body: Any) -> None:
        assert await self.post(f"/_buyer/{attempt.reference}/pay", **body) == 200


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk_of_file() -> AsyncGenerator[Desk]:
    fake, guard = MidtransFake(hang_s=HANG_S), Guard(allow_loopback=True)
    async with served(fake.app) as url:
        http, impatient = Outgoing(guard, timeout_s=60), Outgoing(guard, timeout_s=IMPATIENT_S)
        yield Desk(fake, contract_at(url), http, impatient)
        await http.close()
        await impatient.close()


@pytest.fixture
def desk(desk_of_file: Desk) -> Desk:
    """It, with nothing switched on."""
    desk_of_file.fake.switches.clear()
    desk_of_file.fake.requests.clear()
    return desk_of_file


@pytest.mark.parametrize("way", GATEWAY.channels, ids="-".join)
async def test_each_way_is_started_paid_and_found(desk: Desk, way: Way) -> None:
    """Every channel the gateway names can be started with something to pay with in both languages, waits, and once the
    buyer has paid is found paid, with exactly the amount."""
    attempt, seen = await desk.start(way)
    shown = seen.instructions
    assert shown is not None
    assert (seen.status, seen.paid_sen, shown.expires_at) == ("waiting", None, attempt.ends_at)
    assert bool(shown.code) == (shown.kind == "code")
    assert bool(shown.qr_text) == (shown.kind == "qr")
    assert bool(shown.url) == (shown.kind == "redirect")
    assert sorted(shown.steps) == ["en", "id"]
    assert not shown.code or any(shown.code.split()[-1] in step for step in shown.steps["id"])
    waiting = await desk.find(attempt)
    assert waiting is not None
    assert (waiting.status, waiting.reference) == ("waiting", seen.reference)
    await desk.pay(attempt)
    paid = await desk.find(attempt)
    assert paid is not None
    assert (paid.status, paid.paid_sen, paid.refunded_sen) == ("paid", 50_000_00, 0)
    assert paid.reference == seen.reference
    assert paid.paid_at is not None
    assert abs(paid.paid_at - real_now()) < timedelta(minutes=5)


async def test_what_the_payer_sees(desk: Desk) -> None:
    """A QRIS text has the amount in it; Mandiri's number is the company's and the bill's, as both must be typed; a
    wallet is an address; and each ends with the order."""
    qris = (await desk.start(QRIS))[1].instructions
    assert qris is not None
    assert decode(qris.qr_text)["54"] == "50000"
    attempt, mandiri = await desk.start(("va", "MANDIRI"))
    assert mandiri.instructions is not None
    key = desk.fake.payments[attempt.reference].shown["bill_key"]
    assert (mandiri.instructions.company_code, mandiri.instructions.code) == ("70012", f"70012 {key}")
    assert any("70012" in step for step in mandiri.instructions.steps["en"])
    gopay = (await desk.start(GOPAY))[1].instructions
    assert gopay is not None
    assert gopay.url.startswith(f"{desk.contract.base_url}/_app/")


@pytest.mark.parametrize(("way", "longest"), [(QRIS, 7), (CARD, 7), (BCA, 180)], ids=["qris", "card", "va"])
async def test_an_order_outlives_what_can_be_paid(desk: Desk, way: Way, longest: int) -> None:
    """An order of a year: it is payable for as long as Midtrans can, and the payer sees that end."""
    at = real_now().replace(microsecond=0)
    _, seen = await desk.start(way, at=at, ends_at=at + timedelta(days=365))
    assert seen.instructions is not None
    assert seen.instructions.expires_at == at + timedelta(days=longest)
    body = desk.fake.requests[-1].body
    minutes = {"second": 60, "minute": 1}
    lives = [(one.get("duration") or one["expiry_duration"], one["unit"]) for one in
             (body[name] for name in ("expiry", "custom_expiry") if name in body)]  # fmt: skip
    assert [count // minutes[unit] for count, unit in lives] == [longest * 24 * 60]


async def test_a_number_can_be_read_again_and_a_qr_text_cannot(desk: Desk) -> None:
    """Found again, a virtual account shows its number; a QRIS payment has nothing to show, and waits all the same."""
    attempt, seen = await desk.start(BCA)
    found = await desk.find(attempt)
    assert found is not None
    assert found.instructions == seen.instructions
    attempt, _ = await desk.start(QRIS)
    found = await desk.find(attempt)
    assert found is not None
    assert (found.status, found.instructions) == ("waiting", None)


async def test_what_it_does_not_know_is_none(desk: Desk) -> None:
    """A reference nobody used is None, a card's too while no page is known; a page that is known waits."""
    nobodys = attempt_of(BCA, "nobodys")
    assert await desk.find(nobodys) is None
    assert await GATEWAY.find_refund(desk.http, desk.contract, nobodys, "r1") is None
    assert await desk.find(replace(nobodys, way=CARD)) is None
    attempt, seen = await desk.start(CARD)
    assert await desk.find(attempt) == Seen("waiting", seen.reference)


async def test_started_twice_it_is_the_same_one(desk: Desk) -> None:
    """A start that is repeated with its reference soon after gives the same answer, with the QR text; one is made."""
    attempt, seen = await desk.start(QRIS)
    assert await GATEWAY.start(desk.http, desk.contract, attempt) == seen
    assert [one.headers["idempotency-key"] for one in desk.fake.requests] == [attempt.reference] * 2


async def test_a_reference_that_is_used_gives_what_is_there(desk: Desk) -> None:
    """Permata keeps no answers: its second start is refused (406), and the number that is there is read; for another
    amount it is not passed off as this payment."""
    attempt, seen = await desk.start(("va", "PERMATA"))
    assert await GATEWAY.start(desk.http, desk.contract, attempt) == seen
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.start(desk.http, desk.contract, replace(attempt, amount_sen=60_000_00))
    assert desk.fake.payments[attempt.reference].gross == 50_000


@pytest.mark.parametrize("way", [QRIS, BCA, ("va", "PERMATA"), ("retail", "INDOMARET")], ids="-".join)
async def test_a_start_without_an_answer_is_unknown_and_found(desk: Desk, way: Way) -> None:
    """A charge that was accepted, and whose answer never came, is never a failure: it is found, and was made once."""
    desk.fake.switches["accept_then_time_out"] = True
    attempt = attempt_of(way, f"att-{next(_numbers)}", at=real_now())
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.start(desk.impatient, desk.contract, attempt)
    found = await desk.find(attempt)
    assert found is not None
    assert found.status == "waiting"
    assert len([one for one in desk.fake.requests if one.path == "/v2/charge"]) == 1


async def test_cancel_and_refund_without_an_answer_are_unknown_and_found(desk: Desk) -> None:
    """So are a cancel and a refund: what they did is found afterwards."""
    waits, _ = await desk.start(BCA)
    paid, _ = await desk.start(GOPAY)
    await desk.pay(paid)
    desk.fake.switches["accept_then_time_out"] = True
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.cancel(desk.impatient, desk.contract, waits)
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.refund(desk.impatient, desk.contract, paid, "r-1", 50_000_00, "")
    cancelled = await desk.find(waits)
    assert cancelled is not None
    assert cancelled.status == "cancelled"
    assert await GATEWAY.find_refund(desk.http, desk.contract, paid, "r-1") == RefundSeen("done", "1")
    desk.fake.switches |= {"accept_then_time_out": False, "slow_s": HANG_S}
    with pytest.raises(Unanswered):
        await GATEWAY.find(desk.impatient, desk.contract, paid)


@pytest.mark.parametrize("fault", ["error_500", "garbage"])
async def test_answers_that_state_nothing(desk: Desk, fault: str) -> None:
    """HTTP 500 and what is no JSON: unknown for what changes something, unanswered for what only asks; and what was
    done all the same is found."""
    paid, _ = await desk.start(QRIS)
    await desk.pay(paid)
    desk.fake.switches[fault] = 1
    fresh = attempt_of(BCA, f"att-{next(_numbers)}", at=real_now())
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.start(desk.http, desk.contract, fresh)
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.cancel(desk.http, desk.contract, fresh)
    with pytest.raises(OutcomeUnknown):
        await GATEWAY.refund(desk.http, desk.contract, paid, "r-1", 10_000_00, "")
    for reads in (
        GATEWAY.find(desk.http, desk.contract, paid),
        GATEWAY.find_refund(desk.http, desk.contract, paid, "r-1"),
        GATEWAY.probe(desk.http, desk.contract),
    ):
        with pytest.raises(Unanswered):
            await reads
    desk.fake.switches.clear()
    assert (await desk.find(fresh) is None) == (fault == "error_500")
    found = await desk.find(paid)
    assert found is not None
    assert found.refunded_sen == (0 if fault == "error_500" else 10_000_00)


async def test_a_machine_that_is_not_there(desk: Desk) -> None:
    """Where nobody listens nothing arrived, and every call says so."""
    nobody = replace(desk.contract, base_url=f"http://127.0.0.1:{free_port()}")
    attempt = attempt_of(CARD, "unreached", gateway_reference="token")
    for calls in (
        GATEWAY.start(desk.http, nobody, attempt),
        GATEWAY.start(desk.http, nobody, replace(attempt, way=QRIS)),
        GATEWAY.find(desk.http, nobody, attempt),
        GATEWAY.cancel(desk.http, nobody, attempt),
        GATEWAY.cancel(desk.http, nobody, replace(attempt, way=QRIS)),
        GATEWAY.refund(desk.http, nobody, attempt, "r", 1_00, ""),
        GATEWAY.find_refund(desk.http, nobody, attempt, "r"),
        GATEWAY.probe(desk.http, nobody),
    ):
        with pytest.raises(Unreachable):
            await calls


async def test_cancel(desk: Desk) -> None:
    """One that waits is ended and cannot be paid; one that was paid, or has expired, is seen as it is."""
    attempt, _ = await desk.start(BCA)
    assert (await GATEWAY.cancel(desk.http, desk.contract, attempt)).status == "cancelled"
    assert await desk.post(f"/_buyer/{attempt.reference}/pay") == 409
    assert (await GATEWAY.cancel(desk.http, desk.contract, attempt)).status == "cancelled"
    paid, _ = await desk.start(BCA)
    await desk.pay(paid)
    seen = await GATEWAY.cancel(desk.http, desk.contract, paid)
    assert (seen.status, seen.paid_sen) == ("paid", 50_000_00)
    over, _ = await desk.start(BCA)
    desk.fake.payments[over.reference].ends_at = real_now()
    assert (await GATEWAY.cancel(desk.http, desk.contract, over)).status == "expired"
    with pytest.raises(GatewayRefused, match="404"):
        await GATEWAY.cancel(desk.http, desk.contract, attempt_of(BCA, "nobodys"))


async def test_a_card_page_is_closed_whatever_the_payer_does(desk: Desk) -> None:
    """A page nobody used is closed; one on which a card is being entered, too; a captured card is never taken back."""
    unused, _ = await desk.start(CARD)
    assert (await GATEWAY.cancel(desk.http, desk.contract, unused)).status == "cancelled"
    assert (await GATEWAY.cancel(desk.http, desk.contract, unused)).status == "cancelled"
    assert await desk.post(f"/_buyer/{unused.reference}/pay") == 409
    entering, _ = await desk.start(CARD)
    assert await desk.post(f"/_buyer/{entering.reference}/try") == 200
    assert (await GATEWAY.cancel(desk.http, desk.contract, entering)).status == "cancelled"
    assert desk.fake.payments[entering.reference].status == "expire"
    paid, _ = await desk.start(CARD)
    await desk.pay(paid)
    seen = await GATEWAY.cancel(desk.http, desk.contract, paid)
    assert (seen.status, seen.paid_sen) == ("paid", 50_000_00)
    assert desk.fake.payments[paid.reference].status == "capture"
    assert not [one for one in desk.fake.requests if one.path.endswith(f"{paid.reference}/cancel")]
    with pytest.raises(GatewayRefused):
        await GATEWAY.cancel(desk.http, desk.contract, replace(paid, gateway_reference=""))


async def test_refunds(desk: Desk) -> None:
    """In parts up to all, each key once, and seen in the payment; more than is left is refused, nothing given back."""
    attempt, _ = await desk.start(GOPAY)
    refund = (desk.http, desk.contract, attempt)
    with pytest.raises(GatewayRefused, match="412"):
        await GATEWAY.refund(*refund, "r-1", 50_000_00, "")
    await desk.pay(attempt)
    assert await GATEWAY.find_refund(*refund, "r-1") is None
    assert await GATEWAY.refund(*refund, "r-1", 20_000_00, "salah kirim") == RefundSeen("done", "1")
    assert await GATEWAY.refund(*refund, "r-1", 20_000_00, "salah kirim") == RefundSeen("done", "1")
    with pytest.raises(GatewayRefused, match="414"):
        await GATEWAY.refund(*refund, "r-2", 30_001_00, "")
    found = await desk.find(attempt)
    assert found is not None
    assert (found.status, found.paid_sen, found.refunded_sen) == ("refunded", 50_000_00, 20_000_00)
    assert await GATEWAY.refund(*refund, "r-3", 30_000_00, "") == RefundSeen("done", "2")
    assert await GATEWAY.find_refund(*refund, "r-3") == RefundSeen("done", "2")
    assert await GATEWAY.find_refund(*refund, "r-2") is None
    assert desk.fake.payments[attempt.reference].refunded == 50_000


async def test_a_denied_refund_looks_like_a_success_and_is_none(desk: Desk) -> None:
    """HTTP 200 with 202 inside: denied, with code and sentence; the payment stays paid; it can succeed later."""
    attempt, _ = await desk.start(QRIS)
    await desk.pay(attempt)
    desk.fake.switches["denied_refund"] = True
    denied = await GATEWAY.refund(desk.http, desk.contract, attempt, "r-1", 50_000_00, "")
    assert (denied.status, denied.code, denied.text) == ("denied", "202", "Refund denied by the bank")
    found = await desk.find(attempt)
    assert found is not None
    assert (found.status, found.refunded_sen) == ("paid", 0)
    desk.fake.switches.clear()
    again = await GATEWAY.refund(desk.http, desk.contract, attempt, "r-1", 50_000_00, "")
    assert again.status == "done"


async def test_a_card_refund_waits_for_its_bank(desk: Desk) -> None:
    """A captured card is not refunded yet; a settled one is pending until its bank has confirmed."""
    attempt, _ = await desk.start(CARD)
    await desk.pay(attempt)
    refund = (desk.http, desk.contract, attempt)
    with pytest.raises(GatewayRefused, match="412"):
        await GATEWAY.refund(*refund, "r-1", 50_000_00, "")
    assert await desk.post(f"/_seller/{attempt.reference}/settle") == 200
    assert (await GATEWAY.refund(*refund, "r-1", 50_000_00, "")).status == "pending"
    assert await GATEWAY.find_refund(*refund, "r-1") == RefundSeen("pending", "1")
    desk.fake.payments[attempt.reference].refunds[0]["bank_confirmed_at"] = "2026-12-02 10:00:00"
    assert await GATEWAY.find_refund(*refund, "r-1") == RefundSeen("done", "1")


@pytest.mark.parametrize("way", [way for way, one in GATEWAY.channels.items() if one.refund == "none"], ids="-".join)
async def test_what_cannot_be_given_back_is_not_asked(desk: Desk, way: Way) -> None:
    """Virtual accounts and shops: refused here, and Midtrans is not bothered."""
    with pytest.raises(GatewayRefused, match="no_refund"):
        await GATEWAY.refund(desk.http, desk.contract, attempt_of(way, "any"), "r-1", 1_00, "")
    assert desk.fake.requests == []


async def test_probe(desk: Desk) -> None:
    """The right key passes; a wrong one is refused without being repeated; what is not Midtrans states nothing."""
    await GATEWAY.probe(desk.http, desk.contract)
    wrong = contract_at(desk.contract.base_url, key="SB-Mid-server-other")
    with pytest.raises(GatewayRefused, match="401") as refused:
        await GATEWAY.probe(desk.http, wrong)
    assert "other" not in str(refused.value)
    assert desk.fake.payments.keys().isdisjoint({"gerai-probe"})
    elsewhere = Starlette(routes=[Route("/{path:path}", lambda _: Response("{}", 404))])
    async with served(elsewhere) as url:
        with pytest.raises(Unanswered):
            await GATEWAY.probe(desk.http, contract_at(url))
        with pytest.raises(Unanswered):
            await GATEWAY.find(desk.http, contract_at(url), attempt_of(BCA, "any"))


@pytest.mark.parametrize("way", [BCA, QRIS, CARD], ids="-".join)
async def test_another_amount_is_seen_to_the_rupiah(desk: Desk, way: Way) -> None:
    """What came is what is seen, not what was asked."""
    attempt, _ = await desk.start(way)
    await desk.pay(attempt, amount=49_999)
    found = await desk.find(attempt)
    assert found is not None
    assert (found.status, found.paid_sen) == ("paid", 49_999_00)


async def test_late_money_and_a_refund_at_the_dashboard(desk: Desk) -> None:
    """Money for one that was cancelled is seen as paid; what the seller gave back elsewhere is seen, too."""
    attempt, _ = await desk.start(BCA)
    await GATEWAY.cancel(desk.http, desk.contract, attempt)
    desk.fake.switches |= {"late": True}
    await desk.pay(attempt)
    found = await desk.find(attempt)
    assert found is not None
    assert (found.status, found.paid_sen) == ("paid", 50_000_00)
    attempt, _ = await desk.start(QRIS)
    desk.fake.switches |= {"partial_refund": 5_000}
    await desk.pay(attempt)
    found = await desk.find(attempt)
    assert found is not None
    assert (found.status, found.paid_sen, found.refunded_sen) == ("refunded", 50_000_00, 5_000_00)


async def test_switches_are_those_that_are_known(desk: Desk) -> None:
    """A switch is set by name; an unknown one is refused with those there are."""
    assert await desk.post("/_switch", slow_s=0, duplicate=True) == 200
    assert desk.fake.switches == {"slow_s": 0, "duplicate": True}
    assert await desk.post("/_switch", unheard_of=True) == 400
    assert "unheard_of" not in SWITCHES
    assert "unheard_of" not in desk.fake.switches
