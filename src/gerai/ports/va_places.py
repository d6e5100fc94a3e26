"""Where the number of a virtual account can be paid, and how at each place: in the bank's app, at its ATM, in its
internet banking. Names of menus are the banks' own, and are not translated; a bank without a row has the usual ones."""

from __future__ import annotations

from typing import Final, NamedTuple

from gerai.ports.channel_titles import channel_title
from gerai.ports.how_to_pay import ANY_BANK


class PayPlace(NamedTuple):
    """One place, and what to do there, line by line."""

    title: str
    steps: tuple[str, ...]


class _Menu(NamedTuple):
    """How a place is called, how one gets in (by language), and the menu behind which the number is asked for."""

    title: str
    enter: tuple[str, str]
    path: str


_APP: Final = ("Buka aplikasi {title}.", "Open {title}.")
_ATM: Final = ("Masukkan kartu dan PIN Anda di {title}.", "Insert your card at {title} and enter your PIN.")
_WEB: Final = ("Masuk ke {title}.", "Log in to {title}.")
_MENUS: Final = {
    "BCA": (
        _Menu("BCA mobile", _APP, "m-BCA, m-Transfer, BCA Virtual Account"),
        _Menu("ATM BCA", _ATM, "Transaksi Lainnya, Transfer, ke Rekening BCA Virtual Account"),
        _Menu("KlikBCA", _WEB, "Transfer Dana, Transfer ke BCA Virtual Account"),
    ),
    "BNI": (
        _Menu("BNI Mobile Banking", _APP, "Transfer, Virtual Account Billing"),
        _Menu("ATM BNI", _ATM, "Menu Lainnya, Transfer, Virtual Account Billing"),
        _Menu("BNI Internet Banking", _WEB, "Transaksi, Virtual Account Billing"),
    ),
    "BRI": (
        _Menu("BRImo", _APP, "BRIVA, Pembayaran Baru"),
        _Menu("ATM BRI", _ATM, "Transaksi Lain, Pembayaran, Lainnya, BRIVA"),
        _Menu("BRI Internet Banking", _WEB, "Pembayaran, BRIVA"),
    ),
}
_LANGUAGES: Final = ("id", "en")


def va_places(channel: str, number: str, language: str) -> tuple[PayPlace, ...]:
    """The app first, as most pay there, then the ATM and internet banking. ``language``: id or en. Nothing for numbers
    that payers of any bank may use: how those are paid depends on theirs."""
    if channel == ANY_BANK:
        return ()
    column = _LANGUAGES.index(language)
    return tuple(_place(menu, number, column) for menu in _MENUS.get(channel) or _usual(channel_title(channel)))


def _usual(bank: str) -> tuple[_Menu, ...]:
    path = "Transfer / Bayar, Virtual Account"
    return (
        _Menu(f"Mobile banking {bank}", _APP, path),
        _Menu(f"ATM {bank}", _ATM, path),
        _Menu(f"Internet banking {bank}", _WEB, path),
    )


def _place(menu: _Menu, number: str, column: int) -> PayPlace:
    choose, enter, confirm = (
        ("Pilih menu {path}.", "Masukkan nomor virtual account {number}.",
         "Periksa nama dan jumlah yang tampil, lalu konfirmasi. Simpan buktinya."),
        ("Choose the menu {path}.", "Enter the virtual account number {number}.",
         "Check the name and the amount shown, then confirm. Keep the receipt."),
    )[column]  # fmt: skip
    path = " → ".join(menu.path.split(", "))
    steps = (
        menu.enter[column].format(title=menu.title),
        choose.format(path=path),
        enter.format(number=number),
        confirm,
    )
    return PayPlace(menu.title, steps)
