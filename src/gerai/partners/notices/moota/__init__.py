"""Moota: an account's mutations, a few minutes after the bank shows them."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import jakarta_time
from gerai.kit.wire import WireFault, read_as, sen_of, signed
from gerai.ports.notices import Headers, NoticeFault, NoticeForm, Told

#: The header's name is not certain (README).
SIGNATURE: Final = "signature"


class _Mutation(msgspec.Struct, frozen=True):
    """What is read of one mutation; the rest is passed over."""

    mutation_id: str
    account_number: str
    date: str
    amount: Any
    type: str
    description: str = ""


def genuine(headers: Headers, body: bytes, secret: str) -> bool:
    return signed(body, secret, headers.get(SIGNATURE, ""))


def read(body: bytes) -> tuple[Told, ...]:
    try:
        mutations = read_as(list[_Mutation], body)
        return tuple(_told(one) for one in mutations if one.type.upper() == "CR")
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault


def _told(one: _Mutation) -> Told:
    at = jakarta_time(one.date)
    if not one.mutation_id or at is None:
        raise NoticeFault("a mutation has no id, or no date")
    return Told(one.mutation_id, sen_of(one.amount, MAX_SEN), at, one.description, one.account_number)


FORM: Final = NoticeForm(
    name="moota",
    title="Moota",
    names_account=True,
    proven_by="ours",
    steps={
        "id": (
            "Di Moota buka Integrasi, Webhook, Tambah.",
            "Tempel alamat di atas sebagai URL, dan rahasianya sebagai Secret Token.",
            "Pilih jenis mutasi kredit. Kosongkan rentang kode unik.",
        ),
        "en": (
            "In Moota open Integration, Webhook, Add.",
            "Paste the address above as the URL, and the secret as the Secret Token.",
            "Choose credit mutations. Leave the range of unique codes empty.",
        ),
    },
    answer={"success": True},
    genuine=genuine,
    read=read,
)
