"""One order: everything about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from gerai.domain.records import OrderView
from gerai.domain.refusals import NotFound
from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import OrderFacts, Within
from gerai.engine.desk.order_around import Around, around
from gerai.engine.desk.order_links import may_have_link
from gerai.engine.desk.order_parts import (
    ContactShown,
    DigitalShown,
    EventShown,
    LedgerEntry,
    LineShown,
    MemberOfOrder,
    OrderWebhook,
    OtherFact,
    ParcelShown,
    PaymentShown,
    RefundShown,
    WorkShown,
)
from gerai.engine.desk.orders import OrderRow, order_of, row_of
from gerai.engine.desk.registry import View, ViewPage, acts
from gerai.engine.digital.bought import is_handed_over
from gerai.kit.bilingual import Bilingual

_SEND: Final = "orders.send_digital"


class OrderShown(OrderRow, frozen=True, kw_only=True):
    """An order. ``reference``: the seller's own; ``funding``: how it is paid for (invoice, wallet, hold, free);
    ``charged_sen``: what was taken; ``link``: its page, where it is paid; None where it has none, or where it hands
    over what whoever looks may not see (``order_links.py``); ``can``: the acts that its state allows now, as they are
    without anything said beside its id."""

    environment: Annotated[str, words("Lingkungan", "Environment")]
    reference: Annotated[str, words("Referensi", "Reference")]
    funding: Annotated[str, words("Pendanaan", "Funding")]
    charged_sen: Annotated[int, words("Diambil", "Charged")]
    rounding_sen: Annotated[int, words("Pembulatan", "Rounding")]
    expires_at: Annotated[datetime | None, words("Kedaluwarsa", "Expires")]
    paid_at: Annotated[datetime | None, words("Dibayar", "Paid at")]
    updated_at: Annotated[datetime, words("Terakhir berubah", "Last changed")]
    link: Annotated[str | None, words("Halaman pesanan", "Page")]
    can: Annotated[tuple[str, ...], words("Yang bisa dilakukan", "What can be done")]
    contact: Annotated[ContactShown, words("Kontak", "Contact")]
    member: Annotated[MemberOfOrder | None, words("Anggota", "Member")]
    others: Annotated[tuple[OtherFact, ...], words("Lain-lain", "Other facts")]
    lines: Annotated[tuple[LineShown, ...], words("Isi", "Lines")]
    payments: Annotated[tuple[PaymentShown, ...], words("Pembayaran", "Payments")]
    work: Annotated[WorkShown | None, words("Pengerjaan", "Work")]
    parcel: Annotated[ParcelShown | None, words("Paket", "Parcel")]
    digital: Annotated[DigitalShown | None, words("Barang digital", "Digital goods")]
    refunds: Annotated[tuple[RefundShown, ...], words("Pengembalian dana", "Refunds")]
    ledger: Annotated[tuple[LedgerEntry, ...], words("Buku besar", "Ledger")]
    deliveries: Annotated[tuple[OrderWebhook, ...], words("Webhook", "Webhooks")]
    events: Annotated[tuple[EventShown, ...], words("Riwayat", "Events")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    try:
        view = await order_of(within, wanted.id)
    except NotFound:
        return ViewPage([])
    told = OrderFacts()
    if (read := within.house.order_facts.get(view.order.channel)) is not None:
        told = read(view, within.house.base_url)
    if not may_have_link(within, view):
        told = msgspec.structs.replace(told, link="")
    return ViewPage([_shown(view, told, await around(within, view, told))])


def _shown(view: OrderView, told: OrderFacts, parts: Around) -> OrderShown:
    order, member = view.order, view.member
    return OrderShown(
        **msgspec.structs.asdict(row_of(view)),
        **_money(view),
        environment=order.environment,
        reference=order.reference,
        funding=order.funding,
        expires_at=order.expires_at,
        updated_at=order.updated_at,
        link=told.link or None,
        can=_can(view, parts),
        contact=_contact(view, told),
        member=None if member is None else MemberOfOrder(member.member_id, member.public_id, member.name),
        others=tuple(OtherFact(name.id, name.en, value) for name, value in told.more),
        lines=tuple(
            LineShown(line.name, line.quantity, line.unit_price_sen, line.total_sen, line.item_kind, line.item_id)
            for line in view.lines
        ),
        payments=parts.payments,
        work=_work(view),
        parcel=parts.parcel,
        digital=parts.digital,
        refunds=parts.refunds,
        ledger=parts.ledger,
        deliveries=parts.deliveries,
        events=parts.events,
    )


def _can(view: OrderView, parts: Around) -> tuple[str, ...]:
    can = can_be_done(view)
    has_files = parts.digital is not None and bool(parts.digital.files)
    return (*can, _SEND) if has_files and _SEND not in can and is_handed_over(view) else can


def _contact(view: OrderView, told: OrderFacts) -> ContactShown:
    contact = view.order.contact
    # Where the door has no one text of it, its parts as they were sent.
    address = told.address or ", ".join(filter(None, contact.address.values()))
    return ContactShown(contact.name, contact.mobile, contact.email, address, told.note)


def _money(view: OrderView) -> dict[str, Any]:
    order, invoice = view.order, view.invoice
    return {
        "charged_sen": order.charged_sen,
        "rounding_sen": order.rounding_sen,
        "paid_at": None if invoice is None else invoice.paid_at,
    }


def _work(view: OrderView) -> WorkShown | None:
    work = view.fulfilment
    if work is None:
        return None
    return WorkShown(
        work.provider, work.status, work.attempts, work.succeeded, work.failed, work.reference, work.result, work.error
    )


def can_be_done(view: OrderView) -> tuple[str, ...]:
    """The names of the acts that the order's state allows now."""
    return tuple(act.name for act in acts().values() if act.possible is not None and act.possible(view))


VIEW = View("orders.show", "orders:read", Bilingual("Sebuah pesanan", "An order"), ById, OrderShown, run)
