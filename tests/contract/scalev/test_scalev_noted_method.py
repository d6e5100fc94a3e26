"""The payment method that a person notes while changing the status (contract §11.1, §11.4)."""

from __future__ import annotations

from scalev_shop import Shop


async def test_the_list_finds_an_order_by_the_payment_method_it_shows(shop: Shop) -> None:
    """Once a person has noted another method, row and filter agree on that one, whatever the order began with: also a
    draft, which began with none."""

    async def found(name: str) -> list[str]:
        return [order["id"] for order in (await shop.get(f"/v3/orders?payment_method={name}"))["data"]]

    invoice = await shop.place(shop.digital())
    draft = await shop.place(shop.digital(payment_method=None))
    bank = await shop.place(shop.digital(payment_method="va", sub_payment_method="BCA"))
    other = await shop.place(shop.digital())
    for ids, noted, by, not_by in (
        ([invoice, draft, bank], "bank_transfer", ["bank_transfer"], ["invoice", "va", "va_bca", "qris"]),
        ([invoice], "qris", ["qris"], ["bank_transfer", "invoice"]),
        ([draft], "cod", ["cod"], ["bank_transfer", "qris"]),
        ([bank], "va_bni", ["va", "va_bni"], ["va_bca", "bank_transfer"]),
        ([invoice], "dana", ["dana", "ewallet"], ["ovo", "qris"]),
    ):
        chosen = [order["id"] for order in ids]
        await shop.post(
            "/v3/orders/change-status", {"ids": chosen, "payment_status": "conflict", "payment_method": noted}
        )
        for order_id in chosen:
            assert (await shop.get(f"/v3/orders/{order_id}"))["payment_method"] == noted
            assert all([order_id in await found(name) for name in by])
            assert not any([order_id in await found(name) for name in not_by])
    assert await found("invoice") == [other["id"]]
    store_id = shop.demo["store_id"]
    assert len((await shop.get(f"/v3/orders?store_id={store_id}&payment_method=va_bni"))["data"]) == 1
