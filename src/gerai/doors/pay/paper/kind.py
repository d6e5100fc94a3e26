"""Which paper there is of an order: what is owed, or what was paid."""

from __future__ import annotations

from typing import Literal

from gerai.domain.records import OrderView
from gerai.doors.http.page_details import PageDetails
from gerai.doors.pay import money_texts, page_state
from gerai.doors.pay.model import PageContext
from gerai.doors.pay.money_state import MoneyState

PaperKind = Literal["invoice", "receipt", ""]


def cash_is_due(view: OrderView, details: PageDetails, state: page_state.PageState, money: MoneyState) -> bool:
    """Whether the courier will take the money at the door."""
    return state in money_texts.CASH and page_state.takes_cash(view, details, money)


def paper_kind(view: OrderView, context: PageContext, state: page_state.PageState, money: MoneyState) -> PaperKind:
    """An invoice as long as something is to be paid, a receipt once money came, whatever became of it then; nothing of
    an order that ended unpaid, that has nothing to pay, or that says neither how it is paid nor whom to ask."""
    if state in (page_state.NO_METHOD, page_state.UNFIT) and context.shop.contact is None:
        return ""
    if state in money_texts.PAYABLE or cash_is_due(view, context.details, state, money):
        return "invoice"
    return "receipt" if money.arrived else ""
