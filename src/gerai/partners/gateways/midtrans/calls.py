"""One call to Midtrans: the key, the notice address, and what an answer means: its HTTP status alone does not say."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from gerai.kit.http import Outgoing, OutgoingResponse, Unanswered
from gerai.kit.wire import WireFault
from gerai.partners.gateways.midtrans.wire import MidtransAnswer, read_answer, sentence_of
from gerai.ports.gateways import Contract, GatewayRefused, OutcomeUnknown

KEY: Final = "secret_server_key"
#: Longer, and it is not looked at.
_LONGEST_KEY: Final = 46
_ACCEPTED, _EXPIRED, _TOO_MANY = 202, 407, 429
_UNAUTHORIZED, _NOT_FOUND = 401, 404
#: HTTP's. The request may be at work all the same: it took too long, or another of the same key is under way.
_UNDECIDED: Final = frozenset({408, 409})
_REFUSED, _BROKEN = 400, 500


@dataclass(frozen=True)
class MidtransCall:
    """A call. ``changes``: it may have had its effect without an answer. ``snap``: at the host of Snap. ``key``: an
    ``Idempotency-Key``; ``announced``: what becomes of the payment is reported to the contract's address."""

    method: str
    path: str
    body: Mapping[str, object] = field(default_factory=dict[str, object])
    changes: bool = True
    snap: bool = False
    key: str = ""
    announced: bool = False


async def call(http: Outgoing, contract: Contract, asked: MidtransCall) -> MidtransAnswer:
    """Its answer, which accepts it. GatewayRefused, and where nobody knows: OutcomeUnknown of a call that changes
    something, Unanswered of one that reads."""
    url = (snap_base(contract.base_url) if asked.snap else contract.base_url) + asked.path
    content = msgspec.json.encode(asked.body) if asked.method == "POST" else None
    try:
        response = await http.send(asked.method, url, headers=_headers(contract, asked), content=content)
        return _accepted(response, asked, contract)
    except Unanswered as error:
        if asked.changes:
            raise OutcomeUnknown(str(error)) from error
        raise


def snap_base(base_url: str) -> str:
    """Where Snap is, beside this Core API; anywhere but at Midtrans it is the same address."""
    return base_url.replace("://api.", "://app.", 1) if base_url.endswith(".midtrans.com") else base_url


def _headers(contract: Contract, asked: MidtransCall) -> dict[str, str]:
    secret = contract.secrets.get(KEY, "")
    headers = {
        "accept": "application/json",
        "authorization": "Basic " + base64.b64encode(f"{secret}:".encode()).decode(),
    }
    if asked.method == "POST":
        headers["content-type"] = "application/json"
    if asked.key and len(asked.key) <= _LONGEST_KEY:
        headers["idempotency-key"] = asked.key
    if asked.announced and contract.notice_url:
        headers["x-override-notification"] = contract.notice_url
    return headers


def _accepted(response: OutgoingResponse, asked: MidtransCall, contract: Contract) -> MidtransAnswer:
    """The answer of a call that was accepted. Whatever states nothing is Unanswered."""
    try:
        answer = read_answer(response.body)
    except WireFault as fault:
        refused = _REFUSED <= response.status < _BROKEN and response.status not in (*_UNDECIDED, _TOO_MANY)
        if refused and asked.changes:
            raise GatewayRefused(str(response.status), "the answer is no JSON") from None
        # Of one that reads it is no statement: somebody else may stand at this address.
        raise Unanswered(f"HTTP {response.status}: {fault}") from None
    if not (asked.changes or answer.code):
        raise Unanswered(f"HTTP {response.status}: it states nothing")
    code = max(response.status, answer.code) if response.status >= _REFUSED else answer.code or response.status
    if asked.changes and response.status == _ACCEPTED and not answer.is_payment:
        raise Unanswered("the first request of this key is under way")
    if code >= _BROKEN or response.status in _UNDECIDED or (code == _TOO_MANY and not asked.changes):
        raise Unanswered(f"status {code}")
    # One that is over has its code in its status, and is found all the same; so has one whose time is up.
    over = answer.is_payment and (code == _EXPIRED if asked.changes else code not in (_UNAUTHORIZED, _NOT_FOUND))
    if answer.texts("error_messages") or (code >= _REFUSED and not over):
        raise GatewayRefused(str(code), _sentence(answer, contract))
    return answer


def _sentence(answer: MidtransAnswer, contract: Contract) -> str:
    """What Midtrans says is wrong, without the key, should it be repeated there."""
    secret = contract.secrets.get(KEY, "")
    sentence = sentence_of(answer) or "no reason is given"
    return sentence.replace(secret, "***") if secret else sentence
