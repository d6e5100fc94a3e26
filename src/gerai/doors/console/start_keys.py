"""Keys for programs, made while a shop is new: one for each door that is wanted, and an order to send with it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from gerai.domain.money import typed_rupiah
from gerai.domain.refusals import InputInvalid, Refusal
from gerai.doors.console import answers
from gerai.doors.console.acting import at_form, require_proof
from gerai.doors.console.counters import Counter, Counters
from gerai.doors.console.looking import desk_page
from gerai.doors.console.start_try import A_KEY
from gerai.doors.console.who import AtDesk, last_of
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.first_doing import Doing
from gerai.engine.desk.first_keys import first_balance, first_key
from gerai.engine.desk.first_orders import curl_of, doors_to_try, first_order
from gerai.engine.desk.first_shop import FirstStep
from gerai.engine.desk.read import AMOUNT_TYPED
from gerai.engine.desk.registry import acts
from gerai.kit.clock import real_now
from gerai.kit.ids import token


@dataclass(frozen=True)
class DoorWithKey:
    """A door and the command that places an order there. ``secret``: its key, empty: it is shown no more;
    ``from_wallet``: what is ordered is paid from a member's wallet, and done by hand."""

    counter: Counter
    secret: str
    curl: str
    item: str
    from_wallet: bool


class StartKeys:
    """Its pages. ``counters``: what the doors are called."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def page(self, ctx: RequestContext, desk: AtDesk, step: FirstStep) -> Response:
        """Which doors."""
        return await self._form(ctx, desk, step, {})

    async def sent(
        self, ctx: RequestContext, desk: AtDesk, step: FirstStep, sent: dict[str, list[str]], doing: Doing
    ) -> Response:
        """The keys, this once, and the orders that are tried with them; or the form again with what is wrong."""
        doors = [door for door in doors_to_try(desk.within) if door in sent.get("door", [])]
        try:
            if not doors:
                raise InputInvalid({"door": ["is required"]})
            await require_proof(ctx, desk, acts()["keys.create"], sent)
            opening_sen = _amount(last_of(sent, "opening"))
            secrets: dict[str, str] = {}
            for door in doors:
                done, member_id = await first_key(desk.within, doing, door)
                secrets[door] = done.secret
                if _from_wallet(desk, door) and opening_sen and desk.may(acts()["wallets.top_up"].permission):
                    await first_balance(desk.within, doing, member_id, opening_sen)
        except InputInvalid as refusal:
            return await self._form(ctx, desk, step, sent, refusal.fields)
        except Refusal as refusal:
            status, text = at_form(refusal, answers.words_for(ctx))
            return await self._form(ctx, desk, step, sent, {"": [text]}, status)
        return await self._shown(ctx, desk, secrets)

    async def _form(
        self, ctx: RequestContext, desk: AtDesk, step: FirstStep, sent: dict[str, list[str]],
        faults: dict[str, list[str]] | None = None, status: int = 400,
    ) -> Response:  # fmt: skip
        words, within, found = answers.words_for(ctx), desk.within, faults or {}
        doors = doors_to_try(within)
        chosen = sent.get("door", doors[:1])
        costs = [
            of.sold.price_sen for door in doors
            if _from_wallet(desk, door) and (of := first_order(within, door, "")) is not None
        ]  # fmt: skip
        may_fill = desk.may(acts()["wallets.top_up"].permission)
        shown = frozenset({"door", "opening", "password", "app_code"})
        return desk_page(
            ctx, desk, "start_key.html", "home", status if found else 200, title=words.of(step.text),
            once=token(), faults=found,
            doors=[(self._counters.named(door), door in chosen) for door in doors],
            opening=str(costs[0] // 100) if costs and may_fill else "",
            said=[text for name, texts in found.items() if name not in shown for text in texts],
            proven=desk.visitor.who.has_proven(real_now()), has_codes=desk.visitor.who.person.totp is not None,
        )  # fmt: skip

    async def _shown(self, ctx: RequestContext, desk: AtDesk, secrets: dict[str, str]) -> Response:
        """``secrets``: the keys by their doors, empty where one cannot be shown."""
        within = desk.within
        tries = [
            DoorWithKey(
                self._counters.named(door), secret, curl_of(found.request, ctx.address), found.sold.name,
                found.request.from_wallet,
            )
            for door, secret in secrets.items()
            if (found := first_order(within, door, secret or A_KEY)) is not None
        ]  # fmt: skip
        return desk_page(
            ctx, desk, "start_keys.html", "home", title=answers.words_for(ctx)("start.keys_made"), tries=tries
        )  # fmt: skip


def _from_wallet(desk: AtDesk, door: str) -> bool:
    """Whether what is ordered there is paid from a member's wallet."""
    found = first_order(desk.within, door, "")
    return found is not None and found.request.from_wallet


def _amount(text: str) -> int:
    """In sen; none where nothing is given. Refuses InputInvalid."""
    if not text.strip():
        return 0
    try:
        return typed_rupiah(text)
    except ValueError:
        raise InputInvalid({"opening": [AMOUNT_TYPED]}) from None
