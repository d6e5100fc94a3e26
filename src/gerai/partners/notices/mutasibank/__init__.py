"""Mutasibank: an account's mutations, several at a time."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import jakarta_time
from gerai.kit.wire import WireFault, read_as, sen_of, signed
from gerai.ports.notices import Headers, NoticeFault, NoticeForm, Told

SIGNATURE: Final = "x-mutasibank-signature"


class _Mutation(msgspec.Struct, frozen=True):
    id: str | int
    transaction_date: str
    amount: Any
    type: str
    description: str = ""


class _Mutations(msgspec.Struct, frozen=True):
    """What is read of a notice; the rest (the token it repeats, the balance) is passed over."""

    account_number: str
    data_mutasi: list[_Mutation]


def genuine(headers: Headers, body: bytes, secret: str) -> bool:
    return signed(body, secret, headers.get(SIGNATURE, ""))


def read(body: bytes) -> tuple[Told, ...]:
    try:
        notice = read_as(_Mutations, body)
        return tuple(_told(notice, one) for one in notice.data_mutasi if one.type.upper() == "CR")
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault


def _told(notice: _Mutations, one: _Mutation) -> Told:
    at = jakarta_time(one.transaction_date)
    if one.id == "" or at is None:
        raise NoticeFault("a mutation has no id, or no date")
    return Told(str(one.id), sen_of(one.amount, MAX_SEN), at, one.description, notice.account_number)


FORM: Final = NoticeForm(
    name="mutasibank",
    title="Mutasibank",
    names_account=True,
    proven_by="theirs",
    steps={
        "id": (
            "Di Mutasibank buka pengaturan webhook, dan tempel alamat di atas.",
            "Rahasianya adalah Webhook Secret (64 karakter) yang tampil di sana.",
        ),
        "en": (
            "In Mutasibank open the settings of the webhook, and paste the address above.",
            "The secret is the Webhook Secret (64 characters) that is shown there.",
        ),
    },
    answer={"success": True},
    genuine=genuine,
    read=read,
)
