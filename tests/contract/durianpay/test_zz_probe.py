import json
from conftest import SEED, order_body


async def test_probe(shop):
    r = await shop.ask("POST", "/v1/orders", SEED)
    print(r.status_code, r.text, r.headers)
    o = await shop.order(is_payment_link=True)
    print(o)
    for k in ["VA", "QRIS", "EWALLET", "RETAILSTORE", "RETAIL_STORE", "ONLINE_BANKING", "CARD", "BNPL"]:
        r = await shop.charge(o, k)
        print(k, r.status_code, r.text[:1500])
    r = await shop.ask("GET", f"/orders/{o['id']}/?expand[0]=customer&expand[1]=payments")
    print(r.text)
    r = await shop.ask("GET", "/orders?from=&to=&skip=0&limit=0")
    print(r.text)
    r = await shop.ask("GET", "/payments")
    print(r.text[:1500])
    r = await shop.ask("GET", "/v1.0/x")
    print(r.status_code, r.text)
