"""Placing an order, in each of the four ways it may be paid for."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from engine_kit import Shop
from gerai.domain.records import OrderContact, email_key
from gerai.domain.refusals import InsufficientFunds, NotFound, OutOfStock
from gerai.engine.command import Contact
from gerai.engine.orders.place import Placed


async def stored(shop: Shop, placed: Placed) -> Placed:
    """The same answer with the order as a read finds it afterwards."""
    view = await shop.engine.orders.by_id(shop.merchant_id, placed.view.order.order_id)
    assert view is not None
    # An order answers with a member only when it was given a contact.
    member = view.member if placed.view.member is not None else None
    return msgspec.structs.replace(placed, view=msgspec.structs.replace(view, member=member))


async def test_an_invoice_order_waits_for_its_money(shop: Shop) -> None:
    """It is pending with an open invoice of its total; no money moves, no job is deferred."""
    placed = await shop.place("invoice", 7_500_00, quantity=3, method="va", reference="R-1", provider="simulator")
    order, invoice = placed.view.order, placed.view.invoice
    assert (order.status, order.funding, order.total_sen, order.charged_sen) == ("pending", "invoice", 7_500_00, 0)
    assert invoice is not None
    assert (invoice.status, invoice.amount_sen, invoice.method) == ("pending", 7_500_00, "va")
    assert placed.view.payments == ()
    assert placed.view.fulfilment is not None
    assert placed.view.fulfilment.status == "requested"
    assert (placed.available_before_sen, placed.available_after_sen, placed.transfer_id) == (None, None, None)
    assert await shop.events(placed) == ["order.placed"]
    assert await shop.transfers(placed) == []
    assert await shop.jobs(placed) == []
    assert await stored(shop, placed) == placed


async def test_a_wallet_order_is_paid_at_once(shop: Shop) -> None:
    """The wallet is debited, invoice and payment are written as paid, and the order has taken its verb."""
    placed = await shop.place("wallet", 30_000_00, after_payment="complete")
    order, invoice, [payment] = placed.view.order, placed.view.invoice, placed.view.payments
    assert (order.status, order.charged_sen, order.refunded_sen) == ("completed", 30_000_00, 0)
    assert invoice is not None
    assert (invoice.status, invoice.method, invoice.paid_at) == ("paid", "wallet", order.created_at)
    assert (payment.status, payment.method, payment.amount_sen) == ("completed", "wallet", 30_000_00)
    assert (placed.available_before_sen, placed.available_after_sen) == (100_000_00, 70_000_00)
    [transfer] = await shop.transfers(placed)
    assert (transfer.transfer_id, transfer.phase, transfer.amount_sen) == (placed.transfer_id, "single", 30_000_00)
    assert (transfer.debit_account_id, transfer.debit_available_after) == (shop.account_id, 70_000_00)
    assert (await shop.wallet()).available_sen == 70_000_00
    assert await shop.events(placed) == ["order.placed", "order.completed"]
    assert await stored(shop, placed) == placed


async def test_a_wallet_order_with_a_provider_asks_for_its_fulfilment(shop: Shop) -> None:
    """Paid at once, it starts, and the job that asks the provider is deferred with it."""
    placed = await shop.place("wallet", 1_000_00, provider="simulator")
    assert placed.view.order.status == "processing"
    assert await shop.jobs(placed) == ["gerai.fulfil"]


async def test_a_held_order_reserves_its_total(shop: Shop) -> None:
    """The money is on hold, not spent: nothing posted, no invoice, and the worker will take over."""
    placed = await shop.place("hold", 40_000_00)
    order = placed.view.order
    assert (order.status, order.held_transfer_id, order.charged_sen) == ("processing", placed.transfer_id, 0)
    assert (placed.available_before_sen, placed.available_after_sen) == (100_000_00, 60_000_00)
    assert placed.view.invoice is None
    assert placed.view.payments == ()
    wallet = await shop.wallet()
    assert (wallet.debits_pending, wallet.debits_posted, wallet.available_sen) == (40_000_00, 0, 60_000_00)
    [transfer] = await shop.transfers(placed)
    assert (transfer.phase, transfer.pending_id, transfer.amount_sen) == ("pending", None, 40_000_00)
    assert await shop.jobs(placed) == ["gerai.fulfil"]
    assert await stored(shop, placed) == placed


async def test_a_free_order_owes_nothing_here(shop: Shop) -> None:
    """No invoice, no payment, no transfer; it starts as the door said."""
    placed = await shop.place("free", 9_000_00, status="confirmed")
    assert (placed.view.order.status, placed.view.invoice, placed.view.payments) == ("confirmed", None, ())
    assert await shop.transfers(placed) == []
    assert await stored(shop, placed) == placed


@pytest.mark.parametrize("funding", ["wallet", "hold"])
async def test_a_wallet_is_never_overdrawn(shop: Shop, funding: str) -> None:
    """One rupiah too much is refused with both figures and leaves no trace; the exact rest is accepted."""
    before = await shop.footprint()
    with pytest.raises(InsufficientFunds) as refused:
        await shop.place(funding, 100_001_00)
    assert refused.value.facts() == {"available_sen": 100_000_00, "needed_sen": 100_001_00}
    assert await shop.footprint() == before
    assert (await shop.place(funding, 100_000_00)).available_after_sen == 0
    with pytest.raises(InsufficientFunds):
        await shop.place(funding, 1_00)


@pytest.mark.parametrize("funding", ["wallet", "hold"])
async def test_somebody_elses_wallet_is_not_found(shop: Shop, funding: str) -> None:
    """An account that is no wallet, or belongs to another merchant or the other environment, cannot pay."""
    accounts = shop.engine.directory.merchant(shop.merchant_id).accounts
    for account_id in (accounts[shop.environment, "sales"], 1, None):
        with pytest.raises(NotFound) as refused:
            await shop.place(funding, 1_00, account_id=account_id)
        assert refused.value.thing == "wallet"
    assert await shop.count("orders") == 0


@pytest.mark.parametrize("funding", ["wallet", "hold"])
async def test_play_money_cannot_pay_for_real_orders(shop: Shop, funding: str) -> None:
    """A sandbox order cannot be paid from the production wallet of the same member, nor the other way round."""
    with pytest.raises(NotFound):
        await replace(shop, environment="sandbox").place(funding, 1_00)
    assert await shop.count("orders") == 0
    assert (await shop.wallet()).available_sen == 100_000_00


async def test_an_order_that_costs_nothing_moves_no_money(shop: Shop) -> None:
    """A total of zero (a full discount) is an order like any other, without a transfer."""
    for funding in ("invoice", "wallet", "hold", "free"):
        placed = await shop.place(funding, 0)
        assert await shop.transfers(placed) == []
    assert (await shop.wallet()).available_sen == 100_000_00


async def test_stock_is_promised_and_never_oversold(shop: Shop) -> None:
    """Each line reserves its quantity; the order that wants one too many is refused whole."""
    mugs, caps = await shop.add_stock(5), await shop.add_stock(1)
    await shop.place("invoice", 3_00, lines=(shop.line(1_00, 2, mugs), shop.line(2_00, 1, caps)))
    assert (await shop.stock(mugs), await shop.stock(caps)) == ((5, 2), (1, 1))
    with pytest.raises(OutOfStock) as refused:
        await shop.place("invoice", 3_00, lines=(shop.line(1_00, 3, mugs), shop.line(2_00, 1, caps)))
    assert refused.value.facts() == {"item": "A thing", "wanted": 1, "available": 0, "fields": ()}
    assert (await shop.stock(mugs), await shop.stock(caps)) == ((5, 2), (1, 1))
    await shop.place("invoice", 3_00, lines=(shop.line(3_00, 3, mugs),))
    assert await shop.stock(mugs) == (5, 5)


async def test_two_lines_of_one_item_count_together(shop: Shop) -> None:
    """Lines that reserve the same stock row see each other; the refusal says what the order wants in all, of what there
    was before it."""
    stock_id = await shop.add_stock(3)
    with pytest.raises(OutOfStock) as refused:
        await shop.place("invoice", 4_00, lines=(shop.line(2_00, 2, stock_id), shop.line(2_00, 2, stock_id)))
    assert refused.value.facts() == {"item": "A thing", "wanted": 4, "available": 3, "fields": ()}
    assert await shop.stock(stock_id) == (3, 0)


async def test_a_contact_becomes_a_member_and_is_found_again(shop: Shop) -> None:
    """A new contact makes a member; the same e-mail (in any case), its id, or without an e-mail its mobile finds it."""
    contact = Contact(public_id="c1", email="Budi@Example.id", mobile="628111", name="Budi")
    first = await shop.place(contact=contact)
    assert first.view.member is not None
    assert (first.view.member.name, first.view.order.member_id) == ("Budi", first.view.member.member_id)
    by_mail = await shop.place(contact=Contact(public_id="c2", email="budi@example.ID", name="B."))
    by_mobile = await shop.place(contact=Contact(public_id="c3", mobile="628111"))
    by_id = await shop.place(contact=Contact(public_id="c4", find_public_id="c1"))
    assert by_mail.view.member == by_mobile.view.member == by_id.view.member == first.view.member
    assert await shop.count("members") == 2
    other_door = await shop.place(contact=contact, channel="other")
    assert other_door.view.member is not None
    assert other_door.view.member.member_id != first.view.member.member_id


async def test_an_unknown_email_never_matches_by_mobile(shop: Shop) -> None:
    """Who gives an e-mail nobody has is somebody new, also with a known mobile; a mobile alone finds the first with it,
    whoever shares it later. A contact without a handle makes no member."""
    first = await shop.place(contact=Contact(public_id="c1", email="a@example.id", mobile="628111", name="A"))
    second = await shop.place(contact=Contact(public_id="c2", email="b@example.id", mobile="628111", name="B"))
    alone = await shop.place(contact=Contact(public_id="c3", mobile="628111"))
    nameless = await shop.place(contact=Contact(public_id="c4", name="C"))
    assert second.view.member is not None
    assert second.view.member.public_id == "c2"
    assert alone.view.member == first.view.member != second.view.member
    assert (nameless.view.member, nameless.view.order.member_id) == (None, None)
    assert await shop.count("members") == 3


async def test_every_order_keeps_the_contact_sent_with_it(shop: Shop) -> None:
    """The same e-mail with other data, the same id with other data: the order shows what was sent, what is on record
    stays; who is named by id stands for what is known where nothing else was sent, and only then."""
    sent = Contact(
        public_id="c1", email="a@example.id", mobile="+628111", mobile_as_sent="08111", name="A", reference="r"
    )
    first = await shop.place(contact=sent)
    by_mail = await shop.place(
        contact=Contact(public_id="c2", email="A@example.id", name="B", address={"city": "Solo"})
    )
    by_mobile = await shop.place(contact=Contact(public_id="c3", mobile="+628111"))
    by_id = await shop.place(contact=Contact(public_id="c4", find_public_id="c1", email="c@example.id"))
    assert first.view.order.contact == OrderContact("A", "a@example.id", "08111", "r")
    assert by_mail.view.order.contact == OrderContact("B", "A@example.id", address={"city": "Solo"})
    assert by_mobile.view.order.contact == OrderContact(mobile="+628111")
    assert by_id.view.order.contact == OrderContact("A", "c@example.id", "+628111", "r")
    assert first.view.member == by_mail.view.member == by_mobile.view.member == by_id.view.member
    kept = await shop.engine.orders.by_id(shop.merchant_id, by_mail.view.order.order_id)
    assert kept is not None
    assert kept.order == by_mail.view.order


async def test_a_member_named_by_an_unknown_id_is_not_created(shop: Shop) -> None:
    """Naming a member by id finds it or is refused."""
    with pytest.raises(NotFound) as refused:
        await shop.place(contact=Contact(public_id="c1", find_public_id="nobody", email="a@b.id"))
    assert refused.value.facts() == {"thing": "member", "id": "nobody", "more": ()}
    assert await shop.count("members") == 1
    assert await shop.count("orders") == 0


@pytest.mark.parametrize("email", ["İstanbul@example.id", "ǅ@example.id", "ΣΑΣ@example.id", "straße@example.id"])
async def test_addresses_of_any_alphabet_find_their_member(shop: Shop, email: str) -> None:
    """Lower case beyond ASCII differs between Python and PostgreSQL: such an address still finds its member, and one
    that differs in such a letter is somebody else."""
    first = await shop.place(contact=Contact(public_id="c1", email=email))
    assert (await shop.place(contact=Contact(public_id="c2", email=email))).view.member == first.view.member
    for number, other in enumerate([email.lower(), email.upper(), email.lower().upper()]):
        placed = await shop.place(contact=Contact(public_id=f"d{number}", email=other))
        assert placed.view.member is not None
        assert email_key(placed.view.member.email) == email_key(other)
