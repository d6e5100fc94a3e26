"""Districts, distances, warehouses and quotes: pure arithmetic on snapshots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerai.domain.money import rupiah
from gerai.doors.dialects.scalev.demo.districts import DISTRICTS
from gerai.engine.shipping.nearest import Warehouse, nearest
from gerai.engine.shipping.places import Gazetteer, Place, distance_km, words
from gerai.engine.shipping.quote import CourierService, Rate, RateTable, chargeable_kg

GAZETTEER = Gazetteer.of(DISTRICTS)
REG = CourierService(1, 3, "jne", "JNE", "REG", "Reguler")
JTR = CourierService(2, 3, "jne", "JNE", "JTR", "Trucking", minimum_kg=10)


def found(query: str) -> list[str]:
    return [place.display for place in GAZETTEER.search(query)]


@pytest.mark.parametrize(
    ("grams", "kg"), [(0, 1), (1, 1), (1000, 1), (1300, 1), (1301, 2), (1700, 2), (2300, 2), (2301, 3), (10_000, 10)]
)
def test_chargeable_kilograms(grams: int, kg: int) -> None:
    """Whole kilograms, rounded up past 0.3 kg, at least one."""
    assert chargeable_kg(grams) == kg


def test_service_minimum_is_charged() -> None:
    """A trucking service of 10 kg minimum charges 10 kg for 2 kg, and the true weight above."""
    assert chargeable_kg(2000, minimum_kg=10) == 10
    assert chargeable_kg(12_400, minimum_kg=10) == 13


@given(st.integers(0, 10**9))
def test_chargeable_kilograms_are_never_less_than_the_weight_past_the_tolerance(grams: int) -> None:
    """kg - 1 < (grams - tolerance) / 1000 <= kg, wherever the minimum does not decide."""
    kg = chargeable_kg(grams)
    assert grams - 300 <= kg * 1000
    assert kg == 1 or (kg - 1) * 1000 < grams - 300


def test_the_published_example_of_1700_grams() -> None:
    """1.7 kg at Rp22.000 per kg cost Rp44.000 (Yogyakarta to Denpasar, a courier's own example)."""
    table = RateTable.of([REG], [Rate(1, "34.71", "51", rupiah(22_000), 2, 3, True)])
    quote = table.quote(1, "34.71.03", "51.71.01", 1700)
    assert quote is not None
    assert (quote.kg, quote.cost_sen) == (2, rupiah(44_000))


def test_most_specific_destination_wins() -> None:
    """District before regency before province before anywhere."""
    rates = [
        Rate(1, "35.78", "", rupiah(40_000), 3, 6, False),
        Rate(1, "35.78", "31", rupiah(30_000), 2, 4, False),
        Rate(1, "35.78", "31.71", rupiah(20_000), 2, 3, True),
        Rate(1, "35.78", "31.71.05", rupiah(18_000), 1, 2, True),
    ]
    table = RateTable.of([REG], rates)

    def per_kg(code: str) -> int | None:
        rate = table.rate(1, "35.78.04", code)
        return rate and rate.per_kg_sen

    assert per_kg("31.71.05") == rupiah(18_000)
    assert per_kg("31.71.06") == rupiah(20_000)
    assert per_kg("31.74.07") == rupiah(30_000)
    assert per_kg("91.71.01") == rupiah(40_000)


def test_the_origin_regency_comes_before_anywhere() -> None:
    """A national rate from anywhere applies only where the origin has none of its own."""
    table = RateTable.of(
        [REG], [Rate(1, "", "31.71.05", rupiah(9_000), 1, 1, True), Rate(1, "35.78", "", rupiah(25_000), 2, 3, True)]
    )
    from_surabaya, from_bandung = table.rate(1, "35.78.04", "31.71.05"), table.rate(1, "32.73.02", "31.71.05")
    assert from_surabaya is not None
    assert from_bandung is not None
    assert (from_surabaya.per_kg_sen, from_bandung.per_kg_sen) == (rupiah(25_000), rupiah(9_000))


def test_a_service_without_a_rate_does_not_go_there() -> None:
    """No rate, no quote; the list leaves the service out and is sorted by cost."""
    rates = [Rate(1, "35.78", "31", rupiah(20_000), 2, 3, True), Rate(2, "35.78", "31", rupiah(1_000), 4, 8, False)]
    table = RateTable.of([REG, JTR], rates)
    assert table.quote(1, "35.78.04", "91.71.01", 500) is None
    assert table.quote(99, "35.78.04", "31.71.01", 500) is None
    quotes = table.quotes("35.78.04", "31.71.01", 500)
    assert [(q.service.code, q.cost_sen) for q in quotes] == [("JTR", rupiah(10_000)), ("REG", rupiah(20_000))]


def test_search_puts_the_exact_district_first() -> None:
    """ "lamongan" is a district and a regency: the district comes first, the regency's others follow."""
    assert found("lamongan") == [
        "Lamongan, Kabupaten Lamongan, Jawa Timur",
        "Paciran, Kabupaten Lamongan, Jawa Timur",
    ]


def test_search_matches_every_word_anywhere() -> None:
    """District and city in one query; all words must be found; filler words are ignored."""
    assert found("cempaka putih jakarta pusat") == ["Cempaka Putih, Kota Jakarta Pusat, DKI Jakarta"]
    assert found("kec. Gambir") == ["Gambir, Kota Jakarta Pusat, DKI Jakarta"]
    assert found("gambir surabaya") == []


def test_search_tells_places_of_one_name_apart() -> None:
    """Two districts are called Karanganyar; the one named whole comes first, ties go by display name."""
    assert found("karanganyar") == [
        "Karanganyar, Kabupaten Karanganyar, Jawa Tengah",
        "Karanganyar, Kabupaten Ngawi, Jawa Timur",
    ]
    assert found("karanganyar ngawi") == ["Karanganyar, Kabupaten Ngawi, Jawa Timur"]


@pytest.mark.parametrize("query", ['Ra"as', "raas", "ra'as", "RA”AS"])
def test_search_finds_a_name_with_a_quote_inside(query: str) -> None:
    """However the quote in Ra"as is typed, the district comes first."""
    assert found(query)[0] == 'Ra"as, Kabupaten Sumenep, Jawa Timur'


@pytest.mark.parametrize("query", ["2 x 11 Anam Lingkuang", "2 X 11 anam", "anam lingkuang"])
def test_search_finds_a_name_that_begins_with_digits(query: str) -> None:
    """Digits and single letters are words like any other."""
    assert found(query) == ["2 x 11 Anam Lingkuang, Kabupaten Padang Pariaman, Sumatera Barat"]


def test_search_of_nothing_and_of_signs() -> None:
    """An empty query lists all districts by id; one of signs only finds none."""
    assert [place.location_id for place in GAZETTEER.search("  ")] == sorted(p.location_id for p in DISTRICTS)
    assert GAZETTEER.search("!!! ---") == []


@given(st.text(max_size=40))
def test_search_takes_any_text(query: str) -> None:
    """Whatever is typed, only districts that contain every word come back."""
    hits = GAZETTEER.search(query)
    assert len({place.location_id for place in hits}) == len(hits)
    wanted = set(words(query)) - {"kecamatan", "kec", "provinsi", "prov"}
    assert all(all(word in " ".join(words(place.display)) for word in wanted) for place in hits)


def test_distance_is_the_great_circle() -> None:
    """Surabaya to Jakarta is 665.3 km as the crow flies; unknown coordinates give None."""
    wonokromo, gambir = GAZETTEER.by_id[6], GAZETTEER.by_id[9090]
    assert distance_km(wonokromo, gambir) == 665.3
    assert distance_km(gambir, gambir) == 0.0
    assert distance_km(gambir, Place(99, "99.99.99", "Entah", "Kota Entah", "Entah")) is None


def warehouse(warehouse_id: int, location_id: int) -> Warehouse:
    return Warehouse(
        warehouse_id, f"warehouse_{warehouse_id}", f"Gudang {warehouse_id}", "", "", "Jl. 1", location_id, ""
    )


def test_nearest_warehouse_that_has_everything() -> None:
    """Only warehouses with all of it, nearest first; one in an unknown district never ships."""
    houses = [warehouse(1, 6), warehouse(2, 9090), warehouse(3, 8), warehouse(4, 123456)]
    available = {(7, 1): 5, (7, 2): 1, (7, 3): 5, (7, 4): 99, (8, 1): 1, (8, 3): 1}
    cempaka_putih = GAZETTEER.by_id[9089]
    assert [r.warehouse.warehouse_id for r in nearest(houses, cempaka_putih, GAZETTEER, {7: 1}, available)] == [2, 3, 1]
    assert [r.warehouse.warehouse_id for r in nearest(houses, cempaka_putih, GAZETTEER, {7: 2}, available)] == [3, 1]
    both = nearest(houses, cempaka_putih, GAZETTEER, {7: 5, 8: 1}, available)
    assert [(r.warehouse.warehouse_id, r.distance_km) for r in both] == [(3, 113.7), (1, 659.8)]
    assert nearest(houses, cempaka_putih, GAZETTEER, {7: 6}, available) == []


def test_nothing_counted_can_leave_from_any_warehouse() -> None:
    """Without counted goods every warehouse with a known district will do."""
    houses = [warehouse(1, 6), warehouse(4, 123456)]
    assert [r.warehouse.warehouse_id for r in nearest(houses, GAZETTEER.by_id[1], GAZETTEER, {}, {})] == [1]
