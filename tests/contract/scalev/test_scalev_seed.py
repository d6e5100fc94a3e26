"""The three payloads of the seed, word for word, with real ids; and what their answers promise."""

from __future__ import annotations

import re

from scalev_shop import Shop


async def test_digital_order_of_the_seed(shop: Shop) -> None:
    """Seed, digital 3-5: 200 with secret_slug, public_order_url and payment_url; pending and unpaid."""
    order = await shop.place(shop.digital())
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", order["id"])
    assert re.fullmatch(r"\d{6}[0-9A-Z]{7}", order["order_id"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{40}", order["secret_slug"])
    assert order["public_order_url"] == f"http://gerai.test/o/{order['secret_slug']}"
    assert order["payment_url"] == f"{order['public_order_url']}/success"
    assert (order["status"], order["payment_status"]) == ("pending", "unpaid")
    assert (order["payment_method"], order["sub_payment_method"]) == ("invoice", None)
    assert (order["product_price"], order["shipping_cost"], order["gross_revenue"]) == ("75000.00", "0.00", "75000.00")
    assert (order["courier"], order["destination_address"], order["warehouse"]) == (None, None, None)
    assert order["variants"] == order["final_variants"] == {"E-book Jualan Online": 1}
    assert order["bundle_price_options"] is None
    assert order["customer"]["email"] == "example@example.com"
    assert order["customer"]["phone"] == "62812345678"
    assert await shop.orders() == 1


async def test_bundle_order_of_the_seed(shop: Shop) -> None:
    """Seed, digital 3 (bundles): the option's price, its variants as lines whose prices add up to it."""
    order = await shop.place(shop.bundle())
    assert order["gross_revenue"] == "199000.00"
    assert order["bundle_price_options"] == {"Paket Belajar": 1}
    assert order["variants"] is None
    assert order["final_variants"] == {"E-book Jualan Online": 1, "Kelas Foto Produk": 1}
    assert sum(line["product_price"] for line in order["orderlines"]) == 199000


async def test_physical_order_of_the_seed(shop: Shop) -> None:
    """Seed, physical 3-6: the five fields, the cost of our own quote, stock reserved."""
    order = await shop.place(await shop.physical())
    assert (order["product_price"], order["shipping_cost"], order["gross_revenue"]) == (
        "150000.00",
        "20000.00",
        "170000.00",
    )
    assert order["net_revenue"] == "150000.00"
    assert order["total_weight"] == "250.00"
    address = order["destination_address"]
    assert (address["address"], address["subdistrict"], address["location"], address["postal_code"]) == (
        "Jl. Pegangsaan Timur No. 28",
        "Menteng",
        1,
        "12345",
    )
    assert (order["courier_service"]["id"], order["shipment_provider_code"]) == (1, "lincah")
    assert order["warehouse"]["name"] == "Gudang Surabaya"
    assert order["payment_url"].endswith(f"/o/{order['secret_slug']}/success")
    assert await shop.stock(8419) == [(100_000, 1)]


async def test_both_pages_of_an_order_exist(shop: Shop) -> None:
    """Seed 5/6: the customer is sent to payment_url; it and public_order_url answer with a page."""
    order = await shop.place(shop.digital())
    for url in (order["public_order_url"], order["payment_url"]):
        page = await shop.client.get(url.removeprefix("http://gerai.test"))
        assert page.status_code == 200
        assert "text/html" in page.headers["content-type"]


async def test_store_lookup_of_the_seed(shop: Shop) -> None:
    """Seed 1: stores/simplified finds by name and by domain, and shows both lists of payment methods."""
    by_name = await shop.get("/v3/stores/simplified?search=CONTOH")
    assert [store["name"] for store in by_name["data"]] == ["Toko Contoh"]
    assert by_name["data"][0]["id"] == shop.demo["store_id"]
    assert by_name["data"][0]["unique_id"] == shop.demo["store_unique_id"]
    assert "invoice" in by_name["data"][0]["payment_methods"]
    assert "BCA" in by_name["data"][0]["sub_payment_methods"]
    by_domain = await shop.get("/v3/stores/simplified?domain=TOKO.example.com")
    assert [store["name"] for store in by_domain["data"]] == ["Toko Kedua"]
    assert (await shop.get("/v3/stores/simplified?domain=toko.example.co"))["data"] == []
    methods = await shop.get(f"/v3/stores/{shop.demo['store_id']}/payment-methods")
    assert methods == {"data": by_name["data"][0]["payment_methods"], "is_paginated": False}


async def test_shipping_lookup_of_the_seed(shop: Shop) -> None:
    """Seed, physical 3: district, postal code, warehouse and courier service are found as the page says."""
    found = await shop.get("/v3/locations?search=menteng jakarta")
    assert found["data"][0] == {
        "id": 1,
        "subdistrict_name": "Menteng",
        "city_name": "Kota Jakarta Pusat",
        "province_name": "DKI Jakarta",
        "display": "Menteng, Kota Jakarta Pusat, DKI Jakarta",
    }
    codes = await shop.get("/v3/locations/1/postal-codes")
    assert codes["data"][0] == {"postal_code": "10310"}
    [reach] = await shop.warehouses()
    assert reach["destination"] == found["data"][0]
    assert (reach["warehouse"]["id"], reach["distance_km"], reach["warehouse_partner"]) == (77, 663.5, None)
    body = {
        "store_id": shop.demo["store_id"],
        "location_id": 1,
        "warehouse_id": 77,
        "payment_method": "invoice",
        "weight": 250,
    }
    quotes = (await shop.post("/v3/shipping-costs/search-courier-service", body))["data"]
    first = next(quote for quote in quotes if quote["courier_service"]["id"] == 1)
    assert (first["cost"], first["shipment_provider_code"], first["etd"]) == (20000, "lincah", "2-3 hari")
    assert [quote["cost"] for quote in quotes] == sorted(quote["cost"] for quote in quotes)
