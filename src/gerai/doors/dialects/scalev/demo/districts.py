"""Twenty-two districts, written by hand, so that a demo shop ships without importing anything.

Ids 1, 9089 and 9090 are those the contracts' examples use. Codes are the official region codes; coordinates are of the
district's middle, good to a kilometre or two.
"""

from __future__ import annotations

from typing import Final

from gerai.engine.shipping.places import Place

_JAKPUS = ("Kota Jakarta Pusat", "DKI Jakarta")
_JAKSEL = ("Kota Jakarta Selatan", "DKI Jakarta")
_SURABAYA = ("Kota Surabaya", "Jawa Timur")
_BANDUNG = ("Kota Bandung", "Jawa Barat")
_PARIAMAN = ("Kabupaten Padang Pariaman", "Sumatera Barat")


def _place(id: int, code: str, name: str, region: tuple[str, str], at: tuple[float, float], postal: str) -> Place:
    return Place(id, code, name, *region, *at, tuple(postal.split()))


DISTRICTS: Final = (
    _place(1, "31.71.06", "Menteng", _JAKPUS, (-6.195, 106.832), "10310 10320 10330 10340 10350"),
    _place(2, "31.71.07", "Tanah Abang", _JAKPUS, (-6.210, 106.812), "10210 10220 10230 10240 10250 10260 10270"),
    _place(3, "31.71.04", "Senen", _JAKPUS, (-6.182, 106.845), "10410 10420 10430 10440 10450 10460"),
    _place(4, "31.74.07", "Kebayoran Baru", _JAKSEL, (-6.243, 106.799), "12110 12120 12130 12140 12150 12160"),
    _place(5, "31.74.01", "Tebet", _JAKSEL, (-6.226, 106.858), "12810 12820 12830 12840 12850 12860 12870"),
    _place(6, "35.78.04", "Wonokromo", _SURABAYA, (-7.298, 112.737), "60241 60242 60243 60244 60245 60246"),
    _place(7, "35.78.08", "Gubeng", _SURABAYA, (-7.274, 112.753), "60281 60282 60283 60284 60285 60286"),
    _place(8, "32.73.02", "Coblong", _BANDUNG, (-6.885, 107.615), "40131 40132 40133 40134 40135"),
    _place(9, "32.73.01", "Sukasari", _BANDUNG, (-6.867, 107.587), "40151 40152 40153 40154"),
    _place(10, "33.74.01", "Semarang Tengah", ("Kota Semarang", "Jawa Tengah"), (-6.981, 110.420), "50131 50132 50133"),
    _place(11, "33.13.09", "Karanganyar", ("Kabupaten Karanganyar", "Jawa Tengah"), (-7.596, 110.951), "57711 57712"),
    _place(12, "35.21.17", "Karanganyar", ("Kabupaten Ngawi", "Jawa Timur"), (-7.363, 111.238), "63257"),
    _place(
        13, "34.71.03", "Gondokusuman", ("Kota Yogyakarta", "DI Yogyakarta"), (-7.786, 110.384), "55221 55222 55223"
    ),
    _place(14, "35.24.22", "Lamongan", ("Kabupaten Lamongan", "Jawa Timur"), (-7.119, 112.416), "62211 62212 62213"),
    _place(15, "35.24.15", "Paciran", ("Kabupaten Lamongan", "Jawa Timur"), (-6.876, 112.358), "62264"),
    _place(16, "35.29.22", 'Ra"as', ("Kabupaten Sumenep", "Jawa Timur"), (-7.137, 114.542), "69485"),
    _place(17, "13.05.04", "2 x 11 Anam Lingkuang", _PARIAMAN, (-0.560, 100.330), "25585"),
    _place(18, "51.71.01", "Denpasar Selatan", ("Kota Denpasar", "Bali"), (-8.693, 115.220), "80221 80222 80223 80224"),
    _place(19, "12.71.01", "Medan Kota", ("Kota Medan", "Sumatera Utara"), (3.570, 98.691), "20211 20212 20213 20214"),
    _place(20, "91.71.01", "Jayapura Utara", ("Kota Jayapura", "Papua"), (-2.530, 140.718), "99111 99112 99113"),
    _place(9089, "31.71.05", "Cempaka Putih", _JAKPUS, (-6.180, 106.869), "10510 10520 10570"),
    _place(9090, "31.71.01", "Gambir", _JAKPUS, (-6.177, 106.819), "10110 10120 10130 10140 10150 10160"),
)
