"""What Midtrans reports: the signature that shows it is theirs, and what the report is about.

The signature covers order id, status code, amount and the key, not the status of the payment: a report is a reason to
ask, and nothing is delivered for it.
"""

from __future__ import annotations

import hashlib
import hmac

from gerai.kit.wire import WireFault
from gerai.partners.gateways.midtrans.calls import KEY
from gerai.partners.gateways.midtrans.wire import read_answer, seen_of
from gerai.ports.gateways import Contract, GatewayNotice
from gerai.ports.notices import NoticeFault

_SIGNED = ("order_id", "status_code", "gross_amount")


def genuine(body: bytes, contract: Contract) -> bool:
    """Whether ``signature_key`` is that of whoever has the server key. What it covers is taken letter by letter as it
    came, and must be texts."""
    secret = contract.secrets.get(KEY, "")
    try:
        notice = read_answer(body)
    except WireFault:
        return False
    covered = [value if isinstance(value := notice.fields.get(name), str) else "" for name in _SIGNED]
    right = hashlib.sha512("".join((*covered, secret)).encode("utf-8", "surrogatepass")).hexdigest()
    same = hmac.compare_digest(right.encode(), notice.text("signature_key").encode("utf-8", "surrogatepass"))
    return same and bool(secret) and all(covered) and notice.code > 0


def read(body: bytes) -> tuple[GatewayNotice, ...]:
    """The payment it is about; nothing where it is about something else (an account that was linked, a
    subscription). NoticeFault: unreadable."""
    try:
        notice = read_answer(body)
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault
    order, transaction = notice.text("order_id"), notice.text("transaction_id")
    if not notice.status or not (order or transaction):
        return ()
    try:
        seen = seen_of(notice)
    except WireFault:
        seen = None
    return (GatewayNotice(order, transaction, seen, proven=False),)
