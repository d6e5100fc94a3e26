"""The console's pages of money in a real browser: on a phone and a laptop, light and dark."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from browser_kit import reader
from console_kit import PASSWORD, base, joined
from desk_money_kit import act, open_till
from gerai.app import App
from own_payouts_kit import open_code
from picture_kit import logo


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (768, "light"), (1280, "dark")])
async def test_pages_of_money_fit(app: App, base_url: str, browser: Browser, width: int, scheme: str) -> None:
    """No sideways scroll, and nothing that the pages' own policy refuses: what waits, a payment with what went back of
    it, and a proof whose picture is really drawn beside the amount."""
    till = await open_till(app)
    await till.late()
    _, paid = await till.paid()
    refund = (await act(till.within, "payments.refund", id=paid.payment_id)).details["refund"]
    arrival = await till.came(77_000_00, "M-1")
    _, asked = await till.asked()
    proof = await till.shop.prove(asked, logo())
    code = await open_code(till)
    late, payout = await code.paid(days_ago=30), (await code.settled(await code.paid())).id
    login = await joined(till.within, "operator")
    me = await reader(browser, viewport={"width": width, "height": 844}, color_scheme=scheme)
    here = f"{base_url}{base(till.within)}"
    await me.page.goto(f"{here}/waiting")
    await me.page.get_by_label("Nama masuk").fill(login)
    await me.page.get_by_label("Kata sandi").fill(PASSWORD)
    await me.page.get_by_role("button", name="Masuk").click()
    await expect(me.page.get_by_role("heading", level=1)).to_have_text("Perlu tindakan")
    for path in (
        "/waiting", "/payments", f"/payments/{paid.payment_id}", "/refunds", f"/refunds/{refund}", "/arrivals",
        f"/arrivals/{arrival}", "/topups", "/payouts", f"/payouts/{payout}", "/expected_payouts", "/expected_payments",
        f"/do/payouts.settle?payments={late.public_id}", "/accounts", "/proofs", f"/proofs/{proof.proof_id}",
        f"/do/payments.confirm?id={proof.proof_id}&back=waiting",
    ):  # fmt: skip
        await me.page.goto(here + path)
        assert await me.page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert await me.page.evaluate("document.body.scrollWidth") <= width, path
        if path.startswith("/proofs/"):
            assert await me.page.evaluate("document.querySelector('img.proof').naturalWidth") > 0
    assert (me.complaints, me.hosts) == ([], {base_url.partition("//")[2]})
