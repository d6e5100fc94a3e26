"""Contracts with gateways: the acts by which a seller names one, and closes it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec
import structlog

from gerai.domain.records import Environment, GatewayContract, NoticeSource, OfferedWay
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.domain.settlement import SettleRule
from gerai.engine.core import Engine
from gerai.engine.directory_entries import token_digest
from gerai.engine.merchants.open import changing, note
from gerai.kit.address import AddressForbidden, Guard
from gerai.kit.clock import real_now
from gerai.kit.hosts import is_loopback
from gerai.kit.ids import token
from gerai.kit.secret_box import SecretBox
from gerai.ports.gateways import Contract, Gateway, SwitchedOn, Way
from gerai.ports.payments import Bounds, PaymentMethod
from gerai.store import gateways as sql
from gerai.store import notices

log = structlog.get_logger("gerai.gateways")
#: What is asked for under such a name is sealed.
SECRET: Final = "secret_"  # noqa: S105 - the beginning of a name
_LONGEST: Final = 512
#: Where gateways report: the door of money notices.
NOTICE_PATH: Final = "/in/{merchant_id}/{token}"


def read_contract(gateway: Gateway, given: Mapping[str, str]) -> dict[str, str]:
    """What a seller gave, by the names that the gateway asks. InputInvalid: missing, unknown, too long, unprintable."""
    known = {asked.name: asked for asked in gateway.asks}
    said = {name: text.strip() for name, text in given.items() if text.strip()}
    wrong = {name: [f"not asked; {gateway.name} takes {', '.join(known)}"] for name in given if name not in known}
    wrong |= {one.name: [f"missing: {one.help['en']}"] for one in gateway.asks if one.required and one.name not in said}
    wrong |= {
        name: ["must be at most 512 printable characters"]
        for name, text in said.items()
        if len(text) > _LONGEST or not text.isprintable() or not text.isascii()
    }
    if wrong:
        raise InputInvalid(wrong)
    return said


def ways_of(
    gateway: Gateway, methods: Mapping[str, PaymentMethod], only: frozenset[Way] = frozenset()
) -> tuple[OfferedWay, ...]:
    """What a contract offers: what the gateway has and our methods know. ``only``: no other than these."""
    found = [
        OfferedWay(
            *way, channel.bounds.minimum_sen, channel.bounds.maximum_sen, channel.settles, tuple(sorted(channel.needs))
        )
        for way, channel in gateway.channels.items()
        if way[0] in methods and way[1] in methods[way[0]].channels and (not only or way in only)
    ]
    if missing := only - {(one.method, one.channel) for one in found}:
        raise InputInvalid({"only": [f"{gateway.name} does not offer {method}:{name}" for method, name in missing]})
    return tuple(found)


class ContractDraft(NamedTuple):
    """A contract that is not stored yet, and where its gateway is to report."""

    contract: GatewayContract
    source: NoticeSource


def draft_contract(
    engine: Engine,
    sealer: SecretBox,
    merchant_id: int,
    gateway: Gateway,
    environment: Environment,
    given: Mapping[str, str],
    *,
    ways: tuple[OfferedWay, ...],
    base_url: str,
    by: str,
    here: bool = False,
) -> ContractDraft:
    """A contract as it would be stored: it can be tried first. ``base_url``: empty for the gateway's usual address.
    ``here``: it may be on this machine, as its operator alone says.

    Refuses InputInvalid: as :func:`read_contract`; an address that is none or never called; or the merchant is marked
    simulated. Raises
    SecretBoxError when secrets cannot be sealed.
    """
    said = read_contract(gateway, given)
    if engine.directory.merchant(merchant_id).simulated:
        raise InputInvalid({"merchant": ["is marked simulated: its payers are played, and no gateway is asked"]})
    if base_url:
        _require_called(base_url, here=here)
    secrets = {name: text for name, text in said.items() if name.startswith(SECRET)}
    secret, now = token(), real_now()
    source = NoticeSource(merchant_id, engine.ids.next(), gateway.name, None, token_digest(secret), b"", now, by)
    contract = GatewayContract(
        merchant_id=merchant_id,
        contract_id=engine.ids.next(),
        environment=environment,
        gateway=gateway.name,
        base_url=(base_url or gateway.base_urls[environment]).rstrip("/"),
        secrets_sealed=sealer.seal(msgspec.json.encode(secrets).decode()),
        facts={name: text for name, text in said.items() if name not in secrets},
        ways=ways,
        source_id=source.source_id,
        # Sealed, too: with some gateways whoever knows it is half believed.
        notice_path=sealer.seal(NOTICE_PATH.format(merchant_id=merchant_id, token=secret)).decode(),
        created_at=now,
        created_by=by,
    )
    return ContractDraft(contract, source)


def _require_called(base_url: str, *, here: bool) -> None:
    """Refuses InputInvalid: no address, one that is never called, or without ``here`` one of this machine. What a name
    leads to is judged with each call."""
    try:
        url, host = httpx.URL(base_url), urlsplit(base_url).hostname or ""
        Guard(allow_loopback=here).check_url(url)
    except AddressForbidden as error:
        raise InputInvalid({"base_url": [str(error)]}) from error
    except (httpx.InvalidURL, ValueError) as error:
        raise InputInvalid({"base_url": ["is no address such as https://api.example.com"]}) from error
    if not here and (is_loopback(url.host) or is_loopback(host)):
        raise InputInvalid({"base_url": ["is of this machine: only its operator names such a one, at the terminal"]})


def narrowed(draft: ContractDraft, switched_on: SwitchedOn | None, only: frozenset[Way]) -> ContractDraft:
    """The draft with what its gateway has switched on for this seller (None: it does not say), and the bounds it has
    for them. Refuses InputInvalid: one of those that the seller wants (``only``) is not among them, or none is."""
    if switched_on is None:
        return draft
    drafted = [((way.method, way.channel), way) for way in draft.contract.ways]
    ways = tuple(_bounded(way, switched_on[name]) for name, way in drafted if name in switched_on)
    missing = sorted(only - switched_on.keys()) or (
        [] if ways else [(way.method, way.channel) for way in draft.contract.ways]
    )
    if missing:
        named = ", ".join(":".join(way) for way in missing)
        raise InputInvalid({"only": [f"not switched on at {draft.contract.gateway}: {named}"]})
    return draft._replace(contract=msgspec.structs.replace(draft.contract, ways=ways))


def _bounded(way: OfferedWay, told: Bounds | None) -> OfferedWay:
    if told is None:
        return way
    return msgspec.structs.replace(way, minimum_sen=told.minimum_sen, maximum_sen=told.maximum_sen)


async def open_contract(engine: Engine, draft: ContractDraft) -> GatewayContract:
    """Store a contract: payers are offered what it has from now on. Refuses InputInvalid: the merchant has an open one
    with this gateway in this environment."""
    new = draft.contract
    async with changing(engine, new.merchant_id) as connection:
        await notices.add_source(connection, draft.source)
        if not await sql.add_contract(connection, new):
            raise InputInvalid(
                {"gateway": [f"{new.gateway} has an open contract in {new.environment}: close it first"]}
            )
        ways = [f"{way.method}:{way.channel}" for way in new.ways]
        note(new.contract_id, gateway=new.gateway, base_url=new.base_url, facts=new.facts, ways=ways)
    log.info("gateway.contract_opened", merchant_id=new.merchant_id, contract_id=new.contract_id, gateway=new.gateway,
             environment=new.environment, by=new.created_by)  # fmt: skip
    return new


async def change_rule(engine: Engine, merchant_id: int, contract_id: int, way: Way, rule: SettleRule) -> None:
    """The money of this way to pay is expected by this rule from now on, what came before, too. Refuses NotFound: no
    such contract, or it does not offer this way."""
    async with changing(engine, merchant_id) as connection:
        found = await sql.contract(connection, merchant_id, contract_id)
        if found is None:
            raise NotFound("gateway contract", str(contract_id))
        if way not in {(one.method, one.channel) for one in found.ways}:
            raise NotFound("way to pay", ":".join(way))
        ways = [
            msgspec.structs.replace(one, settles=rule) if (one.method, one.channel) == way else one
            for one in found.ways
        ]  # fmt: skip
        await sql.change_ways(connection, merchant_id, contract_id, ways)
        note(contract_id, way=":".join(way), rule=str(rule))
    log.info(
        "gateway.rule_changed", merchant_id=merchant_id, contract_id=contract_id, way=":".join(way), rule=str(rule)
    )


async def close_contract(engine: Engine, merchant_id: int, contract_id: int, by: str) -> None:
    """No payment is started by it any more; those that were are followed to their end. Refuses NotFound."""
    async with changing(engine, merchant_id) as connection:
        if not await sql.close_contract(connection, merchant_id, contract_id, real_now(), by):
            raise NotFound("gateway contract", str(contract_id))
        note(contract_id)
    log.info("gateway.contract_closed", merchant_id=merchant_id, contract_id=contract_id, by=by)


def opened(contract: GatewayContract, sealer: SecretBox, base_url: str) -> Contract:
    """The contract as a gateway is given it. ``base_url``: what our addresses begin with; empty: it cannot report.
    Raises SecretBoxError."""
    return Contract(
        environment="production" if contract.environment == "production" else "sandbox",
        base_url=contract.base_url,
        secrets=msgspec.json.decode(sealer.open(contract.secrets_sealed), type=dict[str, str]),
        facts=contract.facts,
        notice_url=base_url + sealer.open(contract.notice_path.encode()) if base_url else "",
    )
