"""How one pays by each method, line by line, for the payer: the same whoever gave the number or the code."""

from __future__ import annotations

from typing import Final

from gerai.ports.channel_titles import channel_title

Steps = dict[str, list[str]]

#: The channel of virtual accounts that a payer of any bank may use.
ANY_BANK: Final = "OTHERS"


def qris_steps() -> Steps:
    """For a QR code that shows on the page."""
    return {
        "id": [
            "Buka aplikasi bank atau dompet digital Anda, lalu pilih bayar dengan QRIS.",
            "Pindai kode QR ini, atau simpan gambarnya dan unggah di aplikasi.",
            "Periksa nama penjual dan jumlahnya, lalu konfirmasi pembayaran.",
        ],
        "en": [
            "Open your bank or e-wallet app and choose to pay with QRIS.",
            "Scan this QR code, or save the picture and upload it in the app.",
            "Check the seller's name and the amount, then confirm the payment.",
        ],
    }


def va_steps(channel: str, number: str) -> Steps:
    """For the number of a virtual account at the bank of a channel."""
    bank, of_bank = ("bank Anda", "your bank") if channel == ANY_BANK else (channel_title(channel),) * 2
    return {
        "id": [
            f"Buka ATM, mobile banking, atau internet banking {bank}.",
            "Pilih menu transfer atau bayar, lalu Virtual Account.",
            f"Masukkan nomor virtual account {number}.",
            "Periksa nama dan jumlah yang tampil, lalu konfirmasi pembayaran.",
            "Simpan bukti pembayaran.",
        ],
        "en": [
            f"Open the ATM, mobile banking or internet banking of {of_bank}.",
            "Choose transfer or pay, then Virtual Account.",
            f"Enter the virtual account number {number}.",
            "Check the name and the amount shown, then confirm the payment.",
            "Keep the receipt.",
        ],
    }


def shop_steps(channel: str, code: str, payee: str = "") -> Steps:
    """For a code at the counter. ``payee``: whose name the shop knows; empty: the code alone will do."""
    shop, whom = channel_title(channel), f" {payee}" if payee else ""
    return {
        "id": [
            f"Datang ke kasir {shop} terdekat.",
            f"Katakan Anda ingin membayar{whom} dengan kode pembayaran {code}.",
            "Bayar jumlah yang disebutkan kasir dan simpan struknya.",
        ],
        "en": [
            f"Go to the cashier of the nearest {shop}.",
            f"Say that you want to pay{whom} with the payment code {code}.",
            "Pay the amount the cashier names and keep the receipt.",
        ],
    }


def wallet_steps(channel: str) -> Steps:
    """For a wallet to whose page the payer is sent."""
    wallet = channel_title(channel)
    return {
        "id": [f"Buka halaman pembayaran {wallet}.", "Periksa jumlahnya, lalu konfirmasi dengan PIN Anda."],
        "en": [f"Open the {wallet} payment page.", "Check the amount, then confirm with your PIN."],
    }
