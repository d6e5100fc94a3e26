"""Ask gateways, and record what they answer. No call is made inside a transaction: what is to be asked is stored
before, and what was answered after; what nobody heard the answer of is found later (``follow.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import msgspec
import structlog

from gerai.domain.records import Deposit, GatewayContract, NoticeSource, OrderView, Payment
from gerai.domain.refusals import MethodUnavailable, PartnerUnavailable, Refusal
from gerai.engine.arrivals.target import target_of
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import opened
from gerai.engine.gateways.due import DueAtGateway, due_of, due_of_deposit
from gerai.engine.gateways.record import WAITS, RecordSeen, instructed
from gerai.kit.address import AddressForbidden, Guard
from gerai.kit.clock import real_now
from gerai.kit.hosts import is_loopback
from gerai.kit.http import NoAnswer, Outgoing, Unreachable
from gerai.kit.secret_box import SecretBox, SecretBoxError
from gerai.kit.wire import without_nul
from gerai.ports.gateways import Attempt, Contract, Gateway, GatewayRefused, OutcomeUnknown, Seen
from gerai.store import gateways as sql

log = structlog.get_logger("gerai.gateways")
#: For one call, from the name's look-up to the last byte.
_TIMEOUT_S: Final = 10
#: Who names contracts at the console or by a key; anybody else sits at this machine.
_AT_THE_DESK: Final = frozenset({"person", "key"})
#: When to ask again about what a gateway did not answer.
RETRY_AFTER_S: Final = 5


class GatewayDesk:
    """``gateways``: those this installation has; ``sealer`` opens what contracts keep; ``base_url``: what our own
    addresses begin with, for the payer's way back and the gateway's reports; ``allow_loopback``: anybody's gateway may
    be on this machine, not its operator's alone."""

    def __init__(
        self,
        engine: Engine,
        gateways: Mapping[str, Gateway],
        sealer: SecretBox,
        base_url: str,
        *,
        allow_loopback: bool = False,
    ) -> None:
        self._engine = engine
        self._allow_loopback = allow_loopback
        self.gateways = gateways
        self._sealer = sealer
        self._base_url = base_url
        self._outside = Outgoing(Guard(), timeout_s=_TIMEOUT_S)
        # The operator's own address of a stand-in on this machine.
        self._here = Outgoing(Guard(allow_loopback=True), timeout_s=_TIMEOUT_S)

    @property
    def attempts(self) -> Mapping[str, int]:
        """Calls so far, by how they ended."""
        here = self._here.attempts
        return {outcome: n + here[outcome] for outcome, n in self._outside.attempts.items()}

    async def __aenter__(self) -> GatewayDesk:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._outside.close()
        await self._here.close()

    def http(self, contract: Contract) -> Outgoing:
        """The client for this contract's address."""
        return self._here if is_loopback(urlsplit(contract.base_url).hostname or "") else self._outside

    def opened(self, contract: GatewayContract) -> Contract:
        """As its gateway is given it. Raises SecretBoxError."""
        return opened(contract, self._sealer, self._base_url)

    async def contract(self, merchant_id: int, contract_id: int) -> tuple[Gateway, Contract] | None:
        """The gateway and what the seller has with it; None: the contract, its gateway or the key that opens it is
        gone."""
        async with self._engine.connection() as connection:
            found = await sql.contract(connection, merchant_id, contract_id)
        return self.usable(found)

    async def stored_at(self, source: NoticeSource) -> GatewayContract | None:
        """The contract whose gateway reports at this source."""
        async with self._engine.connection() as connection:
            return await sql.contract_at(connection, source.merchant_id, source.source_id)

    def usable(self, found: GatewayContract | None) -> tuple[Gateway, Contract] | None:
        """The same of a contract that was read before."""
        gateway = None if found is None else self.gateways.get(found.gateway)
        if found is None or gateway is None:
            return None
        if not self._may_be_here(found):
            log.error("gateway.on_this_machine", merchant_id=found.merchant_id, contract_id=found.contract_id,
                      named_by=found.created_by)  # fmt: skip
            return None
        try:
            return gateway, self.opened(found)
        except SecretBoxError as error:
            log.error("gateway.secrets_sealed", merchant_id=found.merchant_id, contract_id=found.contract_id,
                      error=str(error))  # fmt: skip
            return None

    def _may_be_here(self, found: GatewayContract) -> bool:
        """Whether the contract's address may be asked: one of this machine is its operator's to name, also in contracts
        that were made before that was asked of them."""
        return (
            self._allow_loopback
            or not is_loopback(urlsplit(found.base_url).hostname or "")
            or found.created_by.partition(":")[0] not in _AT_THE_DESK
        )

    async def started(self, view: OrderView, payment_id: int) -> OrderView:
        """Ask for a payment that was just stored, by whoever stored it, once; a payment that no gateway takes stays as
        it is. Returns the order with what the payer must see.

        Refuses MethodUnavailable (the gateway said no, or needs longer than the order has: the payment is failed),
        PartnerUnavailable (it was not reached: failed, too; or its answer is unknown: the payment stays open, and is
        found later).
        """
        payment = next(one for one in view.payments if one.payment_id == payment_id)
        if not _to_be_asked(payment):
            return view
        after = await self._start(due_of(view, payment))
        return after if isinstance(after, OrderView) else view

    async def deposit_started(self, deposit: Deposit) -> Deposit:
        """The same for a deposit that was just stored. Returns it with what the payer must see. Refuses likewise."""
        if not _to_be_asked(deposit):
            return deposit
        after = await self._start(await due_of_deposit(self._engine, deposit))
        return after if isinstance(after, Deposit) else deposit

    async def _start(self, due: DueAtGateway) -> OrderView | Deposit:
        paid = due.paid
        found = None if paid.contract_id is None else await self.contract(paid.merchant_id, paid.contract_id)
        if found is None:
            await self._fail(paid, "its contract cannot be used")
        gateway, contract = found
        attempt = self.attempt_of(due)
        if not _lasts(gateway, attempt):
            log.info("gateway.too_short", payment=paid.public_id, gateway=gateway.name)
            await self._fail(paid, f"{gateway.title} needs longer than there is left to pay")
        try:
            seen = await gateway.start(self.http(contract), contract, attempt)
        except GatewayRefused as refused:
            log.warning("gateway.refused", merchant_id=paid.merchant_id, payment=paid.public_id,
                        gateway=gateway.name, code=refused.code, text=refused.text)  # fmt: skip
            await self._fail(paid, f"{gateway.title} refuses: {refused.text} ({refused.code})")
        except (Unreachable, AddressForbidden) as error:
            log.warning("gateway.unreachable", payment=paid.public_id, gateway=gateway.name, error=str(error))
            refusal = PartnerUnavailable(gateway.name, RETRY_AFTER_S)
            await self._fail(paid, f"{gateway.title} is not reached: {error}", refusal)
        except OutcomeUnknown as error:
            log.warning("gateway.unknown", payment=paid.public_id, gateway=gateway.name, error=str(error))
            found_now = await self._found_at_once(gateway, contract, attempt)
            if found_now is None:
                raise PartnerUnavailable(gateway.name, RETRY_AFTER_S) from error
            seen = found_now
        return (await self._engine.submit(seen_of(paid, seen))).answer

    async def _found_at_once(self, gateway: Gateway, contract: Contract, attempt: Attempt) -> Seen | None:
        """What was made although its answer was lost, where one look brings it: whoever waits for it need not come
        again. None: the job looks for it later."""
        try:
            seen = await gateway.find(self.http(contract), contract, attempt)
        except (NoAnswer, AddressForbidden, GatewayRefused):
            return None
        return seen if seen is not None and seen.instructions is not None else None

    def attempt_of(self, due: DueAtGateway, gateway_reference: str = "") -> Attempt:
        """The payment or deposit as a gateway is asked for it."""
        paid = due.paid
        return Attempt(
            reference=paid.public_id,
            way=(paid.method, paid.channel_code),
            amount_sen=paid.asked_sen,
            at=paid.created_at,
            ends_at=due.ends_at,
            merchant_name=self._engine.directory.merchant(paid.merchant_id).name,
            order_number=due.number,
            page_url=self._base_url + due.page if due.page.startswith("/") else due.page,
            payer=due.payer,
            gateway_reference=gateway_reference,
        )

    async def _fail(self, paid: Payment | Deposit, why: str, refusal: Refusal | None = None) -> NoReturn:
        """The gateway has no such payment. ``why`` is for the seller: a gateway's words are not the contract's."""
        await self._engine.submit(seen_of(paid, Seen("failed", ""), said=why))
        raise refusal or MethodUnavailable(f"{paid.method}:{paid.channel_code}")


def _to_be_asked(paid: Payment | Deposit) -> bool:
    return paid.contract_id is not None and paid.status in WAITS and not instructed(paid)


def _lasts(gateway: Gateway, attempt: Attempt) -> bool:
    """Whether there is as much time to pay left as the gateway's channel needs at least."""
    channel = gateway.channels.get(attempt.way)
    if channel is None or attempt.ends_at is None or channel.life_s is not None:
        return channel is not None
    return (attempt.ends_at - real_now()).total_seconds() >= channel.shortest_s


def seen_of(paid: Payment | Deposit, seen: Seen, **more: Any) -> RecordSeen:
    """The command that records what a gateway answered."""
    told, reference = seen.instructions, without_nul(seen.reference)
    return RecordSeen(
        merchant_id=paid.merchant_id,
        environment=paid.environment,
        target=target_of(paid),
        status=seen.status,
        reference=reference,
        paid_sen=seen.paid_sen,
        refunded_sen=seen.refunded_sen,
        fee_sen=seen.fee_sen,
        instructions={} if told is None else without_nul(msgspec.to_builtins(told)),
        expires_at=None if told is None else told.expires_at,
        **more,
    )
