"""How this door reads whatever it is sent (contract §21.1, §21.6): its sentences, amounts, telephones."""

from __future__ import annotations

import unicodedata
from typing import Final

from gerai.domain.money import MAX_SEN, SEN_PER_RUPIAH
from gerai.doors.http.amounts import AmountFault, Rounding, read_amount
from gerai.doors.http.field_rules import FaultTexts, FieldRules, bracketed
from gerai.doors.http.fields import Fields
from gerai.kit.phones import find_phone

BLANK: Final = "can't be blank"
#: The contract's text for an order's or payment's amount that is none (§4); what else is wrong says what was expected.
NOT_AMOUNT: Final = "amount invalid"
MOST_RUPIAH: Final = MAX_SEN // SEN_PER_RUPIAH
NOT_PHONE: Final = "must be a telephone number such as 08123456789"
NOT_EMAIL: Final = "must be an e-mail address such as jane_doe@example.com"
NOT_CUSTOMER_ID: Final = "must be the id of a customer, such as cus_ViPeX4iBYp2233"
RULES: Final = FieldRules(
    texts=FaultTexts(
        required=BLANK,
        invalid="must have another form",
        not_text="must be a text",
        not_whole_text="must be a text or a whole number",
        too_short="is too short (minimum is {least} characters)",
        too_long="is too long (maximum is {most} characters)",
        unprintable="must not have control characters",
        not_whole="must be a whole number",
        too_small="must be at least {least}",
        too_large="must be at most {most}",
        not_amount='must be an amount in rupiah such as 10000 or "10000.00"',
        too_precise="must be an amount of fewer digits",
        not_flag="must be true or false",
        unknown_choice="must be one of {choices}",
        not_time="must be a time or day such as 2022-03-29T10:00:00Z or 2022-03-29",
        time_out_of_reach="must be a time of the years {least} to {most}",
        not_phone=NOT_PHONE,
        not_email=NOT_EMAIL,
        not_link="must be an address that begins with https:// or http://",
        not_digits="must be at most {most} digits",
        not_object="must be an object",
        not_list="must be a list",
        too_many_items="is too long (maximum is {most} entries)",
        unknown_field="must not be sent",
        repeated="must be sent once",
    ),
    path=bracketed,
    rounding=Rounding.RUPIAH,
    # The contract's service keeps texts as they come, and so do we.
    refused_characters=None,
    fold_case=True,
)


def read_amount_of(form: Fields, *, least_sen: int = 0) -> int:
    """The field ``amount``, in sen; 0 when it is absent or wrong."""
    sent = form.raw("amount")
    try:
        read_amount(0 if sent is None else sent, RULES.rounding)
    except AmountFault as fault:
        if fault.reason == "not_amount":
            form.complain("amount", NOT_AMOUNT)
            return 0
    return form.amount("amount", required=True, least_sen=least_sen) or 0


def read_phone(form: Fields, name: str) -> str:
    """A telephone number as it was sent, without the invisible marks of chat programs; empty when absent.

    What is echoed stays as sent; whoever compares numbers takes ``canonical_phone`` of it.
    """
    text = "".join(c for c in form.digits_text(name) if unicodedata.category(c) != "Cf")
    if text and find_phone(text) is None:
        form.complain(name, NOT_PHONE)
        return ""
    return text
