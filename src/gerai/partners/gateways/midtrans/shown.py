"""What the payer of a Midtrans payment sees: numbers, codes, addresses, and the steps to each."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from gerai.kit.moments import jakarta_time
from gerai.partners.gateways.midtrans.channels import MANDIRI, ends_at, own_life_s
from gerai.partners.gateways.midtrans.wire import MidtransAnswer
from gerai.ports.channel_titles import channel_title
from gerai.ports.gateways import Attempt
from gerai.ports.how_to_pay import Steps, qris_steps, shop_steps, va_steps
from gerai.ports.payments import Instructions

#: Where an answer may send a payer: pages, and the apps of the wallets.
_ADDRESS: Final = re.compile(r"(?:https?|gojek|gopay|shopeeid)://[\x21-\x7e]+")
_PICTURES: Final = ("generate-qr-code-v2", "generate-qr-code")
_APP: Final = "deeplink-redirect"


def shown(answer: MidtransAnswer, attempt: Attempt) -> Instructions | None:
    """What an answer shows the payer; None: it shows nothing to pay with."""
    end, (method, channel) = _ends_at(answer, attempt), attempt.way
    if method == "qris":
        text, picture = answer.text("qr_string"), _action(answer, *_PICTURES)
        if text:
            return Instructions("qr", end, qr_text=text, steps=qris_steps())
        return Instructions("redirect", end, url=picture, steps=_picture_steps()) if picture else None
    if method == "ewallet":
        url = _action(answer, _APP)
        return Instructions("redirect", end, url=url, steps=_wallet_steps(channel)) if url else None
    if method == "retail":
        code = answer.text("payment_code")
        return Instructions("code", end, code=code, steps=shop_steps(channel, code, "Midtrans")) if code else None
    if attempt.way == MANDIRI:
        biller, key = answer.text("biller_code"), answer.text("bill_key")
        if not (biller and key):
            return None
        return Instructions("code", end, code=f"{biller} {key}", company_code=biller, steps=_bill_steps(biller, key))
    number = _va_number(answer)
    return Instructions("code", end, code=number, steps=va_steps(channel, number)) if number else None


def card_page(url: str, attempt: Attempt) -> Instructions | None:
    """Where a card is entered; None: that is no address."""
    if not _ADDRESS.fullmatch(url):
        return None
    return Instructions("redirect", _asked_end(attempt), url=url, steps=_card_steps())


def _ends_at(answer: MidtransAnswer, attempt: Attempt) -> datetime:
    return jakarta_time(answer.text("expiry_time")) or _asked_end(attempt)


def _asked_end(attempt: Attempt) -> datetime:
    return ends_at(attempt) or attempt.at + timedelta(seconds=own_life_s(attempt.way))


def _action(answer: MidtransAnswer, *names: str) -> str:
    """The address of the first of these actions that there is."""
    found = {row.text("name"): row.text("url") for row in answer.rows("actions")}
    return next((found[name] for name in names if _ADDRESS.fullmatch(found.get(name, ""))), "")


def _va_number(answer: MidtransAnswer) -> str:
    listed = (row.text("va_number") for row in answer.rows("va_numbers"))
    return answer.text("permata_va_number") or next((number for number in listed if number), "")


def _picture_steps() -> Steps:
    steps = qris_steps()
    steps["id"].insert(0, "Buka gambar kode QR lewat tombol di atas.")
    steps["en"].insert(0, "Open the picture of the QR code with the button above.")
    return steps


def _wallet_steps(channel: str) -> Steps:
    wallet = channel_title(channel)
    return {
        "id": [
            f"Buka halaman ini di ponsel yang ada aplikasi {wallet}, lalu tekan tombol di atas.",
            f"Periksa jumlahnya di {wallet}, lalu konfirmasi dengan PIN Anda.",
        ],
        "en": [
            f"Open this page on the phone that has {wallet}, then press the button above.",
            f"Check the amount in {wallet}, then confirm with your PIN.",
        ],
    }


def _card_steps() -> Steps:
    return {
        "id": [
            "Tekan tombol di atas: halaman pembayaran Midtrans terbuka.",
            "Masukkan data kartu di sana, lalu ikuti verifikasi bank Anda (OTP).",
        ],
        "en": [
            "Press the button above: the payment page of Midtrans opens.",
            "Enter the card there, then follow your bank's verification (OTP).",
        ],
    }


def _bill_steps(biller: str, key: str) -> Steps:
    return {
        "id": [
            "Buka Livin' by Mandiri atau ATM Mandiri, lalu pilih Bayar, Multipayment.",
            f"Pilih penyedia jasa Midtrans, atau masukkan kode perusahaan {biller}.",
            f"Masukkan kode bayar {key}.",
            "Periksa nama dan jumlah yang tampil, lalu konfirmasi pembayaran.",
            "Simpan bukti pembayaran.",
        ],
        "en": [
            "Open Livin' by Mandiri or an ATM of Mandiri, then choose Pay, Multipayment.",
            f"Choose the provider Midtrans, or enter the company code {biller}.",
            f"Enter the bill key {key}.",
            "Check the name and the amount shown, then confirm the payment.",
            "Keep the receipt.",
        ],
    }
