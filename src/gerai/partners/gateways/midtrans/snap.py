"""Cards, through Snap: the payer enters the card on a page of Midtrans; no card number comes here.

The page (its token) and the payment are two things: the payment exists once the payer has entered a card, and one page
may see several tries. The token stays the gateway's reference: only it closes the page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import quote

from gerai.kit.http import NoAnswer, Outgoing
from gerai.partners.gateways.midtrans.calls import MidtransCall, call
from gerai.partners.gateways.midtrans.channels import ends_at
from gerai.partners.gateways.midtrans.client import as_it_ended, bare_body, cancel, find, wib
from gerai.partners.gateways.midtrans.shown import card_page
from gerai.ports.gateways import Attempt, Contract, GatewayRefused, OutcomeUnknown, Seen

_PATH: Final = "/snap/v1/transactions"
_CANCELLED: Final = "already canceled"


async def open_page(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
    """Open a page for the card. Its token is the reference until the payment exists."""
    body = bare_body(attempt) | {"credit_card": {"secure": True}, "enabled_payments": ["credit_card"]}
    if attempt.page_url:
        body["callbacks"] = {"finish": attempt.page_url}
    if (end := ends_at(attempt)) is not None:
        # Rounded down: it must not be payable a moment longer.
        minutes = (end - attempt.at) // timedelta(minutes=1)
        body["expiry"] = {"start_time": wib(attempt), "unit": "minute", "duration": minutes}
    asked = MidtransCall("POST", _PATH, body, snap=True, key=attempt.reference, announced=True)
    answer = await call(http, contract, asked)
    token, page = answer.text("token"), card_page(answer.text("redirect_url"), attempt)
    if not token or page is None:
        raise OutcomeUnknown("a page was opened, and its address is not there")
    return Seen("waiting", token, instructions=page)


async def close_page(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
    """Close the page. While the payer is entering a card it cannot be: then the try is ended, and the page after it.
    The payment itself is never cancelled, for that would take back what was paid a moment ago."""
    token = attempt.gateway_reference
    if not token:
        raise GatewayRefused("404", "no page is known for this payment")
    try:
        await _close(http, contract, token)
    except GatewayRefused as refused:
        if _CANCELLED not in refused.text:
            return await _end_try(http, contract, attempt, refused)
    return await _closed(http, contract, attempt)


async def _closed(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
    """The page is closed; the payer may have been quicker."""
    try:
        found = await find(http, contract, attempt)
    except NoAnswer as error:
        raise OutcomeUnknown("the page is closed, and it is not known whether it was paid") from error
    if found is None or found.status not in ("paid", "refunded"):
        return Seen("cancelled", attempt.gateway_reference)
    return found


async def _end_try(http: Outgoing, contract: Contract, attempt: Attempt, refused: GatewayRefused) -> Seen:
    try:
        ended = await cancel(http, contract, attempt, how="expire")
    except GatewayRefused:
        return await as_it_ended(http, contract, attempt, refused)
    if ended.status != "expired":
        return ended
    try:
        await _close(http, contract, attempt.gateway_reference)
    except GatewayRefused:
        return ended
    return await _closed(http, contract, attempt)


async def _close(http: Outgoing, contract: Contract, token: str) -> None:
    answer = await call(http, contract, MidtransCall("POST", f"{_PATH}/{quote(token, safe='')}/cancel", snap=True))
    if not answer.text("canceled_at"):
        raise OutcomeUnknown("it is not known whether the page is closed")
