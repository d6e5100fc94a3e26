"""What there is to see of one order beside its row: its parts, as structs of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from gerai.engine.desk.fields import Id, words

Moment = Annotated[datetime, words("Waktu", "Time")]
Status = Annotated[str, words("Keadaan", "State")]
Reference = Annotated[str, words("Referensi", "Reference")]
Amount = Annotated[int, words("Jumlah", "Amount")]

# Where a field is called ``words`` itself, none beside it could be given words.
CouriersWords = Annotated[str, words("Kata kurir", "Words")]
Description = Annotated[str, words("Keterangan", "Description")]
Source = Annotated[str, words("Sumber", "Source")]


class LineShown(msgspec.Struct, frozen=True):
    """A line. ``kind`` and ``item``: what of the catalogue it is."""

    name: Annotated[str, words("Nama", "Name")]
    quantity: Annotated[int, words("Banyaknya", "Quantity")]
    unit_price_sen: Annotated[int, words("Harga satuan", "Price of one")]
    total_sen: Annotated[int, words("Jumlah", "Total")]
    kind: Annotated[str, words("Jenis", "Kind")]
    item: Annotated[int, words("Nomor barang", "Item")]


class PaymentShown(msgspec.Struct, frozen=True):
    """One attempt to pay. ``asked_sen``: what its payer was asked for; ``fee_sen``: on top of the amount, for its
    method; ``own_fee_sen``: what its method keeps of the amount; ``fault``: why its gateway would not start it, or why
    somebody should look."""

    id: Annotated[Id, words("Nomor", "Id")]
    public_id: Annotated[str, words("Tanda pengenal", "Identifier")]
    method: Annotated[str, words("Cara bayar", "Method")]
    channel: Annotated[str, words("Saluran", "Channel")]
    status: Status
    amount_sen: Amount
    asked_sen: Annotated[int, words("Diminta", "Asked")]
    fee_sen: Annotated[int, words("Biaya pembayar", "Payer's fee")]
    own_fee_sen: Annotated[int, words("Biaya toko", "Shop's fee")]
    refunded_sen: Annotated[int, words("Dikembalikan", "Given back")]
    reference: Reference
    fault: Annotated[str, words("Masalah", "Fault")]
    created_at: Moment
    expires_at: Annotated[datetime | None, words("Berlaku sampai", "Until")]
    completed_at: Annotated[datetime | None, words("Masuk", "Came")]


class ParcelMove(msgspec.Struct, frozen=True):
    """Something that was reported of a parcel, or a step that it took. ``words``: the courier's own."""

    at: Moment
    status: Status
    words: CouriersWords
    description: Description
    source: Source


class ParcelShown(msgspec.Struct, frozen=True):
    """The parcel. ``courier`` and ``service``: codes; ``agreed``: as the buyer chose them; ``booked_by``: who books it,
    empty: the shop itself; ``receipt``: the courier's number."""

    status: Status
    courier: Annotated[str, words("Kurir", "Courier")]
    service: Annotated[str, words("Layanan", "Service")]
    agreed: Annotated[str, words("Yang dipilih pembeli", "As the buyer chose")]
    booked_by: Annotated[str, words("Dipesan lewat", "Booked by")]
    receipt: Annotated[str, words("Nomor resi", "Receipt")]
    warehouse: Annotated[int | None, words("Gudang", "Warehouse")]
    weight_g: Annotated[int, words("Berat (gram)", "Weight (grams)")]
    cost_sen: Annotated[int, words("Ongkos kurir", "Courier's price")]
    shipped_at: Annotated[datetime | None, words("Dikirim", "Shipped")]
    delivered_at: Annotated[datetime | None, words("Sampai", "Delivered")]
    history: Annotated[tuple[ParcelMove, ...], words("Riwayat", "History")]


class WorkShown(msgspec.Struct, frozen=True):
    """What a provider, or people (``manual``), were asked to do for it, and its result."""

    provider: Annotated[str, words("Penyedia", "Provider")]
    status: Status
    attempts: Annotated[int, words("Percobaan", "Attempts")]
    succeeded: Annotated[int, words("Berhasil", "Succeeded")]
    failed: Annotated[int, words("Gagal", "Failed")]
    reference: Reference
    result: Annotated[Any, words("Hasil", "Result")]
    error: Annotated[str, words("Alasan", "Why not")]


class BoughtFileShown(msgspec.Struct, frozen=True):
    """A file that its buyer may fetch. ``most``: of one order; None: as often as they like."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    downloads: Annotated[int, words("Diunduh", "Downloads")]
    most: Annotated[int | None, words("Paling banyak", "At most")]


class HandedCode(msgspec.Struct, frozen=True):
    """A licence code that it got, without itself. ``unit``: which of its line's units it is for."""

    id: Annotated[Id, words("Nomor", "Id")]
    name: Annotated[str, words("Nama", "Name")]
    unit: Annotated[int, words("Buah ke-", "Unit")]
    given_at: Annotated[datetime, words("Diberikan", "Given at")]


class DigitalShown(msgspec.Struct, frozen=True):
    """What is handed over without a parcel. ``status`` of its codes: ``waiting``, ``delivered``, ``ended``; empty: it
    has none to get, or not yet."""

    status: Status
    files: Annotated[tuple[BoughtFileShown, ...], words("Berkas", "Files")]
    codes: Annotated[tuple[HandedCode, ...], words("Kode lisensi", "Licence codes")]


class ContactShown(msgspec.Struct, frozen=True):
    """Whom it is for, as its own request named them. ``address``: one text; ``note``: the buyer's."""

    name: Annotated[str, words("Nama", "Name")]
    phone: Annotated[str, words("Ponsel", "Mobile")]
    email: Annotated[str, words("E-mail", "E-mail")]
    address: Annotated[str, words("Alamat", "Address")]
    note: Annotated[str, words("Catatan pembeli", "Buyer's note")]


class MemberOfOrder(msgspec.Struct, frozen=True):
    """The member or customer whose order it is."""

    id: Annotated[Id, words("Nomor anggota", "Member")]
    public_id: Annotated[str, words("Tanda pengenal", "Identifier")]
    name: Annotated[str, words("Nama", "Name")]


class OtherFact(msgspec.Struct, frozen=True):
    """Something else that came with it, with its name in both languages."""

    name_id: Annotated[str, words("Nama (Indonesia)", "Name (Indonesian)")]
    name_en: Annotated[str, words("Nama (Inggris)", "Name (English)")]
    value: Annotated[str, words("Isi", "Value")]


class RefundShown(msgspec.Struct, frozen=True):
    """Money that goes back to the payer. ``destination``: as far as it is known, ``bank``, ``number``, ``holder``;
    empty for whoever may not read money."""

    id: Annotated[Id, words("Nomor", "Id")]
    payment: Annotated[str, words("Pembayaran", "Payment")]
    status: Status
    amount_sen: Amount
    reason: Annotated[str, words("Sebab", "Reason")]
    destination: Annotated[dict[str, str], words("Tujuan", "Destination")]
    reference: Reference
    fault: Annotated[str, words("Masalah", "Fault")]
    created_at: Moment
    ended_at: Annotated[datetime | None, words("Selesai", "Ended")]


class LedgerEntry(msgspec.Struct, frozen=True):
    """Money from one account to another. ``phase``: ``pending`` reserves, ``post`` takes of it, ``void`` lets it go,
    ``single`` moves at once. A wallet is named with its member: ``wallet 22``."""

    id: Annotated[Id, words("Nomor", "Id")]
    at: Moment
    phase: Annotated[str, words("Tahap", "Phase")]
    debit: Annotated[str, words("Dari", "From")]
    credit: Annotated[str, words("Ke", "To")]
    amount_sen: Amount
    reason: Annotated[str, words("Sebab", "Reason")]
    note: Annotated[str, words("Catatan", "Note")]


class OrderWebhook(msgspec.Struct, frozen=True):
    """A message to a webhook endpoint. ``url``: its host alone for whoever may not manage webhooks."""

    id: Annotated[Id, words("Nomor", "Id")]
    endpoint: Annotated[Id, words("Nomor alamat", "Endpoint")]
    url: Annotated[str, words("Alamat", "Address")]
    event: Annotated[str, words("Kejadian", "Event")]
    status: Status
    attempts: Annotated[int, words("Percobaan", "Attempts")]
    happened_at: Moment
    finished_at: Annotated[datetime | None, words("Selesai", "Finished")]


class EventShown(msgspec.Struct, frozen=True):
    """Something that happened to it. ``by``: who did it, where somebody is named; ``facts``: what else it says."""

    id: Annotated[Id, words("Nomor", "Id")]
    at: Moment
    name: Annotated[str, words("Kejadian", "Event")]
    by: Annotated[str, words("Oleh", "By")]
    facts: Annotated[dict[str, Any], words("Rincian", "Facts")]
