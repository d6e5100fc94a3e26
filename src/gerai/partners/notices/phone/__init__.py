"""A phone that forwards what its bank's or merchant app says: the form of our own (docs/how-to/money-notices.md)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from gerai.domain.money import MAX_SEN
from gerai.kit.moments import epoch_time, jakarta_time
from gerai.kit.wire import WireFault, key_of, read_as, sen_of
from gerai.partners.notices.phone.sentence import amount_in
from gerai.ports.notices import NoticeFault, NoticeForm, Told, shows_secret


class PhoneNotice(msgspec.Struct, frozen=True):
    """``text`` and ``title``: what the app said; ``amount``: what came in, where the sender knows it; ``at``: when;
    ``id``: what this message alone has; ``account``: the number of the account, where it is another than the one that
    was named when the address was made."""

    text: str = ""
    title: str = ""
    amount: Any = None
    at: str | int = ""
    id: str | int = ""
    account: str = ""


def read(body: bytes) -> tuple[Told, ...]:
    said = _read(body)
    if said.at == "" and said.id == "":
        # Two payers of one amount would be one.
        raise NoticeFault("it has neither at nor id")
    at = (epoch_time(str(said.at)) or jakarta_time(str(said.at))) if said.at != "" else None
    if said.at != "" and at is None:
        raise NoticeFault("at is no time")
    words = " ".join(f"{said.title} {said.text}".split())
    try:
        amount_sen = amount_in(words) if said.amount in (None, "") else sen_of(said.amount, MAX_SEN)
    except WireFault as fault:
        raise NoticeFault(str(fault)) from fault
    # With what it says: two phones may number their messages alike.
    key = key_of(str(said.id), str(said.at), str(amount_sen), words)
    return (Told(key, amount_sen, at, words, said.account),)


def _read(body: bytes) -> PhoneNotice:
    try:
        if body.lstrip()[:1] in {b"{", b"["}:
            return read_as(PhoneNotice, body)
        fields = dict(parse_qsl(body.decode("utf-8"), max_num_fields=50))
        return msgspec.convert(fields, PhoneNotice)
    except (WireFault, ValueError, msgspec.ValidationError) as fault:
        raise NoticeFault("it is neither JSON nor a form that is read here") from fault


FORM: Final = NoticeForm(
    name="phone",
    title="Penerus notifikasi / notification forwarder",
    names_account=False,
    proven_by="ours",
    steps={
        "id": (
            "Di aplikasi penerus notifikasi, kirim POST ke alamat di atas untuk tiap notifikasi bank.",
            "Header X-Gerai-Secret: rahasianya. Isi: JSON dengan text, title, dan at (waktu) atau id.",
        ),
        "en": (
            "In your notification forwarder, POST to the address above for each message of your bank's app.",
            "Header X-Gerai-Secret: the secret. Body: JSON with text, title, and at (the time) or id.",
        ),
    },
    answer={"success": True},
    genuine=shows_secret,
    read=read,
)
