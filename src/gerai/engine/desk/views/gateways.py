"""Contracts with gateways, which take payments for the shop."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from gerai.domain.records import GatewayContract
from gerai.engine.desk.fields import Id, words
from gerai.engine.desk.gateways import contracts_here, ways_text
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual


class ContractFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop has few of them: the open ones of the desk's environment are shown."""


class ContractRow(msgspec.Struct, frozen=True):
    """A contract; its keys are never shown. ``ways``: what payers can choose by it; ``base_url``: where it is asked."""

    id: Annotated[Id, words("Nomor", "Id")]
    gateway: Annotated[str, words("Gateway", "Gateway")]
    ways: Annotated[tuple[str, ...], words("Cara bayar", "Ways to be paid")]
    base_url: Annotated[str, words("Alamat", "Address")]
    created_at: Annotated[datetime, words("Sejak", "Since")]
    created_by: Annotated[str, words("Oleh", "By")]


async def run(within: Within, wanted: ContractFilter) -> ViewPage:
    """By id."""
    return ViewPage([row_of(one) for one in contracts_here(within)])


def row_of(one: GatewayContract) -> ContractRow:
    """A contract as it is seen."""
    return ContractRow(
        one.contract_id, one.gateway, ways_text(one), one.base_url, one.created_at, one.created_by
    )  # fmt: skip


VIEW = View(
    "gateways.list", "settings:read", Bilingual("Gateway pembayaran", "Payment gateways"), ContractFilter, ContractRow,
    run,
)  # fmt: skip
