"""Tripay, asked over the network: create, detail, and the list of transactions by our reference."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from gerai.domain.money import whole_rupiah
from gerai.kit.http import Outgoing, Unanswered, Unreachable
from gerai.kit.phones import find_phone
from gerai.kit.wire import Form, WireFault, read_as
from gerai.partners.gateways.steps import plain
from gerai.partners.gateways.tripay.channels import CHANNELS, QRIS
from gerai.partners.gateways.tripay.wire import TripayTransaction, seen_of, sen
from gerai.ports.gateways import Attempt, Contract, GatewayRefused, OutcomeUnknown, Seen, SwitchedOn
from gerai.ports.payments import Bounds

_FIRST_ERROR: Final = 400
_PAGE: Final = 50
_NAME, _LONGEST_NAME = "Pembeli", 100
#: Statuses of a transaction that money came for.
_PAID: Final = ("PAID", "REFUND")


class _Answer(msgspec.Struct, frozen=True):
    """Every answer: whether it was done decides, not the HTTP status."""

    success: bool
    message: str | None = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Listed(msgspec.Struct, frozen=True):
    reference: str
    merchant_ref: str | None
    status: str


class _Offered(msgspec.Struct, frozen=True):
    code: str
    active: bool = True
    minimum_amount: Any = None
    maximum_amount: Any = None

    @property
    def bounds(self) -> Bounds | None:
        """The merchant's own, in whole rupiah there; None: it names none that can be."""
        try:
            least, most = sen(self.minimum_amount) or 1, sen(self.maximum_amount)
        except WireFault:
            return None
        return Bounds(least, most) if least <= most else None


async def start(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen:
    """Look for one with our reference, then create it: nobody promises that Tripay refuses the same one twice."""
    try:
        known = await find(http, contract, attempt)
    except Unanswered as error:
        raise Unreachable("nothing was created: the list did not come") from error
    if known is not None:
        return known
    content = msgspec.json.encode(order_of(contract, attempt))
    try:
        data = await _call(http, contract, "transaction/create", content=content)
        return _read(data, attempt)
    except Unanswered as error:
        raise OutcomeUnknown(str(error)) from error


async def find(http: Outgoing, contract: Contract, attempt: Attempt) -> Seen | None:
    """By its reference, else by ours in the list."""
    reference = attempt.gateway_reference or await _reference_of(http, contract, attempt)
    if not reference:
        return None
    try:
        data = await _call(http, contract, "transaction/detail", {"reference": reference})
    except GatewayRefused:
        # Its words for "there is none" are not documented: the list shows whether it was that.
        if await _reference_of(http, contract, attempt):
            raise
        return None
    return _read(data, attempt)


async def probe(http: Outgoing, contract: Contract) -> SwitchedOn:
    """The list of channels: it needs the right address and API key, and moves nothing. Returns those of ours that are
    switched on, with the bounds that this merchant has."""
    data = await _call(http, contract, "merchant/payment-channel")
    active = {one.code: one for one in _form(list[_Offered], data) if one.active}
    codes = {way: channel.code for way, channel in CHANNELS.items()} | {("qris", "QRIS"): qris_code(contract)}
    offered = {way: active[code].bounds for way, code in codes.items() if code in active}
    if not offered:
        raise GatewayRefused("no_channel", "no channel that we know is active: see Merchant, Atur Channel Pembayaran")
    return offered


def order_of(contract: Contract, attempt: Attempt) -> dict[str, Any]:
    """The body of ``transaction/create``."""
    channel, amount = CHANNELS[attempt.way], whole_rupiah(attempt.amount_sen)
    payer = attempt.payer
    wanted: dict[str, Any] = {
        "method": qris_code(contract) if attempt.way[0] == "qris" else channel.code,
        "merchant_ref": attempt.reference,
        "amount": amount,
        "customer_name": payer.get("name", "").strip()[:_LONGEST_NAME] or _NAME,
        "customer_email": payer.get("email", "").strip() or contract.facts.get("email", ""),
        "customer_phone": (find_phone(payer.get("mobile", "")) or "").replace("+62", "0", 1),
        "order_items": [{"name": f"Pesanan {attempt.order_number}", "price": amount, "quantity": 1}],
        "callback_url": contract.notice_url,
        # A path alone, where nobody said what our addresses begin with, leads nowhere from there.
        "return_url": attempt.page_url if attempt.page_url.startswith(("https://", "http://")) else "",
        "signature": signature_of(contract, attempt.reference, amount),
    }
    if attempt.ends_at is not None:
        latest = attempt.at + timedelta(seconds=channel.longest_s)
        wanted["expired_time"] = int(min(attempt.ends_at, latest).timestamp())
    # What is empty is left out: Tripay has its own default then, or says what it needs.
    return {name: value for name, value in wanted.items() if value != ""}


def signature_of(contract: Contract, reference: str, amount: int) -> str:
    """HMAC-SHA256 of merchant code, our reference and the amount in rupiah, under the private key."""
    text = f"{contract.facts['merchant_code']}{reference}{amount}"
    return hmac.new(contract.secrets["secret_private_key"].encode(), text.encode(), hashlib.sha256).hexdigest()


def qris_code(contract: Contract) -> str:
    """Which of Tripay's QRIS channels this merchant has."""
    return contract.facts.get("qris_code", "").strip().upper() or QRIS


async def _reference_of(http: Outgoing, contract: Contract, attempt: Attempt) -> str:
    """Tripay's reference of the transaction with ours, a paid one before others, then the newest; empty: there is none.
    Unanswered: the list is another one than we asked for."""
    query = {"merchant_ref": attempt.reference, "sort": "desc", "per_page": str(_PAGE)}
    listed = _form(list[_Listed], await _call(http, contract, "merchant/transactions", query))
    ours = [one for one in listed if one.merchant_ref == attempt.reference]
    if listed and not ours:
        # Not filtered, so ours may stand on another page: nobody may conclude that it was never made.
        raise Unanswered("the list holds others' references")
    paid = [one for one in ours if one.status.upper() in _PAID]
    return next((one.reference for one in paid or ours), "")


async def _call(
    http: Outgoing, contract: Contract, path: str, query: Mapping[str, str] | None = None, content: bytes | None = None
) -> bytes:
    """The ``data`` of an answer. GatewayRefused: one that is a plain no. Unanswered: everything else."""
    headers = {"authorization": f"Bearer {contract.secrets['secret_api_key']}", "accept": "application/json"}
    if content is not None:
        headers["content-type"] = "application/json"
    url = f"{contract.base_url}/{path}" + (f"?{urlencode(query)}" if query else "")
    answer = await http.send("GET" if content is None else "POST", url, headers=headers, content=content)
    if answer.asks_to_wait:
        raise Unanswered(f"status {answer.status}")
    found = _form(_Answer, answer.body)
    if not found.success:
        raise GatewayRefused(str(answer.status), _without_secrets(found.message or "", contract))
    if answer.status >= _FIRST_ERROR:
        raise Unanswered(f"status {answer.status}, but success")
    return bytes(found.data)


def _read(data: bytes, attempt: Attempt) -> Seen:
    found = _form(TripayTransaction, data)
    if found.merchant_ref != attempt.reference:
        raise Unanswered("the answer is about another payment")
    try:
        return seen_of(found, attempt.way)
    except WireFault as fault:
        raise Unanswered(str(fault)) from fault


def _form(form: type[Form], body: bytes) -> Form:
    try:
        return read_as(form, body)
    except WireFault as fault:
        raise Unanswered(str(fault)) from fault


def _without_secrets(text: str, contract: Contract) -> str:
    """Its sentence for the seller's log: Tripay might repeat what it was sent."""
    for secret in filter(None, contract.secrets.values()):
        text = text.replace(secret, "…")
    return plain(text)
