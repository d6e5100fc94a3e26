"""What is wrong with a form or a row of a file, in Bahasa Indonesia: faults are English sentences with names and
figures in them, and whoever mends two hundred rows reads them."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from gerai.engine.desk.fault_sentences import SENTENCES

_WORDS: Final = {
    r"is required": "wajib diisi",
    r"production has this, too: a key of the sandbox does not change it": (
        "berlaku juga di production: kunci sandbox tidak mengubahnya"
    ),
    r"is this yours\? (.*)": r"Ini milik Anda? \1",
    r"there is a merchant with the code (\S+) already": r"sudah ada toko berkode \1: pilih kode lain",
    r"a price is whole rupiah, one or more": "harga ditulis dalam rupiah utuh, paling sedikit Rp1",
    r"there is no such place to go on from": "tidak ada lanjutan seperti itu; mulai dari awal",
    r"yes or no": "ya atau tidak",
    r"it does not fit": "tidak sesuai",
    r"a name in it is not written as one": "bentuknya tidak sesuai",
    r"an amount is written 15000.*": "tulis jumlah sebagai 15000, 15000,50 atau Rp15.000",
    r"a number is (\S+) or more": r"paling sedikit \1",
    r"a number is (\S+) or less": r"paling banyak \1",
    r"a whole number is needed, not .*": "harus berupa bilangan bulat",
    r"it is a formula, and the file does not keep its value": "berisi rumus tanpa hasil; tempel nilainya",
    r"it shows an error, (.*)": r"berisi galat \1",
    r"no such value: (.*?)(?: \(did you mean .*\))?; one of (.*)": r"\1 tidak dikenal; salah satu dari \2",
    r"no such column: (.*?)(?: \(did you mean (.*)\))?; one of (.*)": r"kolom \1 tidak dikenal; yang dikenal: \3",
    r"the column (\S+) is missing": r"kolom \1 tidak ada",
    r"column (\d+) has no name": r"kolom ke-\1 tidak bernama",
    r"two columns are called (\S+)": r"dua kolom bernama \1",
    r"nothing stands in it": "berkas ini kosong",
    r"at most (\d+) MB": r"paling besar \1 MB",
    r"at most (\d+) characters": r"paling banyak \1 karakter",
    r"the file is no workbook that can be read: .*": "berkas tidak dapat dibaca: simpan sebagai XLSX atau CSV",
    r"the file is of an old Excel, or locked with a password: .*": (
        "berkas dari Excel lama atau terkunci: simpan sebagai XLSX atau CSV"
    ),
    r"the file is locked with a password": "berkas terkunci dengan kata sandi",
    r"the file unpacks to more than a workbook may": "isi berkas terlalu besar",
    r"the file is no (?:CSV|text): .*": "berkas bukan CSV yang utuh: simpan lagi sebagai CSV UTF-8 atau XLSX",
    r"the file has more than (\d+) rows: divide it": r"lebih dari \1 baris: bagi menjadi beberapa berkas",
    r"(.*) is the SKU of variant (\d+), (.*)": r"\1 adalah SKU varian \2, \3",
    r"several (?:variants )?have it: (.*)": r"dimiliki beberapa varian: \1",
    r"several products are called so: (.*)": r"beberapa produk bernama sama: \1",
    r"there is no variant (.*)": r"tidak ada varian \1",
    r"there is no warehouse (.*)": r"tidak ada gudang \1",
    r"no variant has it": "tidak ada varian dengan SKU ini",
    r"row (\d+) says otherwise of the same product": r"baris \1 menyebut lain untuk produk yang sama",
    r"row (\d+) has counted it there already": r"sudah dihitung di baris \1",
    r"row (\d+) is about it already": r"sudah ada di baris \1",
    r"the product is (\S+), and stays so": r"jenis produk tetap \1",
    r"name one of each.*": "isi satu untuk setiap pembeda varian",
    r"there is one already, (.*): variant (\d+)": r"sudah ada, \1: varian \2",
    r"a product has at most (\d+) variants: .*": r"satu produk paling banyak \1 varian: buat produk lain",
    r"stock of (.*) is not counted: .*": r"stok \1 tidak dihitung",
    r"somebody changed it since the file was taken: (\d+) are there now": (
        r"sudah berubah sejak berkas diambil: sekarang \1"
    ),
    r"an order changed it meanwhile: try it again": "baru diubah oleh pesanan: coba lagi",
    r"(\d+) are promised to open orders: .*": r"\1 sudah dipesan: tidak boleh kurang dari itu",
    r"(.*) is no type of services": r"\1 bukan jenis layanan",
    r"(.*) is no e-mail address": r"\1 bukan alamat surel",
    r"(.*) is no telephone number": r"\1 bukan nomor telepon",
    r"(.*) is another member's": r"\1 milik anggota lain",
    r"nothing was delivered then: that is orders\.fail .*": "tidak ada yang terkirim: pakai Gagalkan pesanan",
    r"there is no service (.*)": r"tidak ada layanan kurir \1",
    r"(.*) is booked by several: .*": r"\1 dipesan lewat beberapa pihak: isi kolom aggregator",
    r"no region has the code (\S+)": r"tidak ada wilayah berkode \1",
    r"(\S+) is a province, not a regency": r"\1 adalah provinsi, bukan kota/kabupaten",
    r"(\S+) is a district, not a regency": r"\1 adalah kecamatan, bukan kota/kabupaten",
    r"less than (\d+), which is the least": r"kurang dari \1, yaitu paling sedikit",
    r"it was loaded before": "sudah pernah dimuat",
    r"(\d+) are there already: (.*)": r"\1 sudah ada: baris \2",
    r"(.*) is sent in a parcel: .*": r"\1 dikirim sebagai paket: hanya barang digital yang punya kode atau berkas",
    r"at most (\d+) codes at once: .*": r"paling banyak \1 kode sekaligus: pakai impor berkas",
    r"a code has at most (\d+) characters": r"satu kode paling banyak \1 karakter",
    r"give either a link or a file": "isi tautan atau pilih berkas, salah satu",
    r"a variant has at most (\d+) files": r"satu varian paling banyak \1 berkas",
    r"there is nothing digital in it": "tidak ada barang digital di dalamnya",
    r"it holds a line break, or a character that is not seen": "berisi ganti baris atau karakter yang tidak terlihat",
    r"it holds a character that no text may hold": "berisi karakter yang tidak bisa disimpan",
    r"one line of (\d+) characters at most": r"satu baris, paling banyak \1 karakter",
    r"(.*) is the host of another shop": r"\1 dipakai toko lain",
    r"(.*) is this server's own, and there are other shops": r"\1 milik server ini, dan ada toko lain",
    r"has this shop already, as owner": "sudah punya toko ini, sebagai pemilik",
    r"has this shop already, as operator": "sudah punya toko ini, sebagai operator",
    r"has this shop already, as viewer": "sudah punya toko ini, sebagai pembaca",
    r"nothing of it can be shown": "tidak ada isinya yang dapat ditampilkan",
    r"it has too many tags: .*": "terlalu banyak tag: bagi menjadi beberapa artikel",
    r"its tags stand too deep in one another": "tag bersarang terlalu dalam",
    r"formatting in it .*": "ada tag format (misalnya <b>) yang tidak ditutup, atau ditutup terlalu jauh",
    r"it is too long once it is written as HTML": "terlalu panjang setelah ditulis sebagai HTML",
    r"(.*) has no members; one of (.*)": r"\1 tidak beranggota; salah satu dari \2",
}

#: ``line 3: per_kg: …``, ``reason: …``: what it is about, and the sentence.
_ABOUT: Final = re.compile(r"(?:line (\d+): )?([a-z][a-z_]*): (.*)", re.DOTALL)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(english, re.DOTALL), indonesian) for english, indonesian in (_WORDS | SENTENCES).items()]


def in_indonesian(text: str) -> str:
    """The sentence in Bahasa Indonesia where it is known, else as it is."""
    for pattern, indonesian in _patterns():
        if found := pattern.fullmatch(text):
            return found.expand(indonesian)
    if found := _ABOUT.fullmatch(text):
        row = f"baris {found[1]}, " if found[1] else ""
        return f"{row}{found[2]}: {in_indonesian(found[3])}"
    return text
