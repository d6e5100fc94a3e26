"""QRISLY: payments that were seen on the seller's own QRIS code."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import jakarta_time
from gerai.kit.wire import WireFault, read_as, sen_of
from gerai.ports.notices import Headers, NoticeFault, NoticeForm, Told


class _Payment(msgspec.Struct, frozen=True):
    history_id: str = ""
    amount: Any = None
    status: str = ""
    paid_at: str = ""
    payment_method: str = ""
    payment_provider: str = ""


class _Notice(msgspec.Struct, frozen=True):
    event: str
    data: _Payment


def genuine(headers: Headers, body: bytes, secret: str) -> bool:
    """How it signs is not known (README): who knows the address is believed."""
    return True


def read(body: bytes) -> tuple[Told, ...]:
    try:
        notice = read_as(_Notice, body)
        paid = notice.data
        if (notice.event, paid.status) != ("payment.success", "paid"):
            return ()
        amount_sen = sen_of(paid.amount, MAX_SEN)
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault
    at = jakarta_time(paid.paid_at)
    if not paid.history_id or at is None:
        raise NoticeFault("the payment has no history_id, or no paid_at")
    return (Told(paid.history_id, amount_sen, at, f"{paid.payment_method} {paid.payment_provider}".strip()),)


FORM: Final = NoticeForm(
    name="qrisly",
    title="QRISLY",
    names_account=False,
    proven_by="none",
    steps={
        "id": ("Di QRISLY buka pengaturan webhook, dan tempel alamat di atas. Jangan berikan kepada siapa pun.",),
        "en": ("In QRISLY open the settings of the webhook, and paste the address above. Show it to nobody.",),
    },
    answer={"success": True, "message": "OK"},
    genuine=genuine,
    read=read,
)
