"""Deposits into the account's wallet, and the providers by which they are paid."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from gerai.domain.filters import DepositFilter
from gerai.domain.money import rupiah
from gerai.domain.refusals import InputInvalid, NotFound
from gerai.doors.dialects.cekceir import request, wire, wire_deposits
from gerai.doors.dialects.cekceir.auth import authenticate
from gerai.doors.dialects.cekceir.merchant_settings import CekceirSettings
from gerai.doors.dialects.cekceir.providers import Provider, named, providers_of
from gerai.doors.dialects.cekceir.request import IDEMPOTENCY, RULES, NewDeposit
from gerai.doors.http.context import RequestContext
from gerai.doors.http.door import reply
from gerai.doors.http.idempotency import replay_headers, submit_once
from gerai.doors.http.topping_up import AskedTopUp, top_up_started, top_up_to_start
from gerai.engine.deposits.start import StartDeposit
from gerai.engine.gateways.record import never_began


async def list_providers(ctx: RequestContext) -> Response:
    """A page of the providers by code; the cursor is a place in it. InputInvalid (query)."""
    caller = authenticate(ctx, "deposit.provider.list")
    page = request.page_query(ctx.query.multi_items())
    found = list(providers_of(ctx.services.partners.payment_methods, caller.key).values())
    start = page.cursor or 0
    if page.cursor is not None and page.cursor >= len(found):
        raise request.foreign_cursor()
    end = start + page.limit
    items = [wire_deposits.provider_of(provider) for provider in found[start:end]]
    return reply(wire.page(items, end if end < len(found) else None))


async def get_provider(ctx: RequestContext) -> Response:
    """One provider. NotFound, also for one that is not offered."""
    caller, code = authenticate(ctx, "deposit.provider.list"), ctx.path_params["code"]
    provider = named(code, providers_of(ctx.services.partners.payment_methods, caller.key))
    if provider is None:
        raise NotFound("provider", code)
    return reply({"data": wire_deposits.provider_of(provider)})


async def create_deposit(ctx: RequestContext) -> Response:
    """201 with the flat deposit and how to pay it; also with the one this Idempotency-Key made before, as it is now.
    One that its gateway never took uses no key up.

    Refuses: BodyUnreadable, InputInvalid, NotFound (the account has no wallet), MethodUnavailable,
    IdempotencyKeyReused, what :func:`top_up_started` refuses.
    """
    caller = authenticate(ctx, "deposit.create")
    wanted = request.new_deposit(await ctx.json())
    attempt = IDEMPOTENCY.attempt(ctx, "create_deposit", caller.owner, wanted)

    async def compose() -> StartDeposit:
        return _to_start(ctx, wanted)

    outcome = await submit_once(ctx, attempt, compose, StartDeposit, void=never_began)
    deposit = outcome.answer if outcome.replayed else await top_up_started(ctx, outcome.answer)
    shown = wire_deposits.deposit_of(deposit, ctx.services.partners.payment_methods, ctx.base_url, ctx.now)
    return reply(shown, 201, replay_headers(outcome))


def _to_start(ctx: RequestContext, wanted: NewDeposit) -> StartDeposit:
    key, amount_sen = ctx.caller, rupiah(wanted.amount)
    settings = key.merchant.chosen.of(CekceirSettings)
    providers = providers_of(ctx.services.partners.payment_methods, key)
    provider = named(wanted.provider_code, providers)
    if provider is None:
        text = RULES.texts.unknown_choice.format(choices=RULES.choices(providers))
        raise InputInvalid({"provider_code": [text]})
    _check_amount(provider, amount_sen)
    open_for, way = timedelta(minutes=settings.cekceir_deposit_minutes), (provider.method.name, provider.channel)
    return top_up_to_start(ctx, AskedTopUp(amount_sen=amount_sen, way=way, open_for=open_for))


def _check_amount(provider: Provider, amount_sen: int) -> None:
    """InputInvalid outside the provider's rule, in the figures that the rule shows."""
    if provider.bounds.hold(amount_sen):
        return
    texts, rule = RULES.texts, wire_deposits.provider_of(provider)["rule"]
    if amount_sen < provider.bounds.minimum_sen:
        text = texts.too_small.format(least=rule["min_deposit"])
    else:
        text = texts.too_large.format(most=rule["max_deposit"])
    raise InputInvalid({"amount": [text]})


async def list_deposits(ctx: RequestContext) -> Response:
    """The account's deposits, newest first. InputInvalid (query)."""
    authenticate(ctx, "deposit.read")
    page, deposits = request.page_query(ctx.query.multi_items()), ctx.services.engine.deposits
    if page.cursor is not None and await deposits.own(ctx.scope, page.cursor) is None:
        raise request.foreign_cursor()
    # One more than is shown: whether there is a next page, without counting.
    found = await deposits.page(ctx.scope, DepositFilter(before_id=page.cursor), page.limit + 1)
    methods = ctx.services.partners.payment_methods
    items = [wire_deposits.deposit_of(one, methods, ctx.base_url, ctx.now) for one in found[: page.limit]]
    return reply(wire.page(items, items[-1]["id"] if len(found) > page.limit else None))


async def get_deposit(ctx: RequestContext) -> Response:
    """One deposit of the account. NotFound, InputInvalid (params)."""
    authenticate(ctx, "deposit.read")
    deposit_id = request.id_in_path(ctx.path_params["id"])
    deposit = await ctx.services.engine.deposits.own(ctx.scope, deposit_id)
    if deposit is None:
        raise NotFound("deposit", str(deposit_id))
    methods = ctx.services.partners.payment_methods
    return reply({"data": wire_deposits.deposit_of(deposit, methods, ctx.base_url, ctx.now)})
