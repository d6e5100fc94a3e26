"""The first steps of a shop, one question a page: where its money comes in, what it sells, a key, an order to try.

Each can be left out, and gone back to: what is done is what the shop has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.responses import Response

from gerai.domain.money import typed_rupiah
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, Refusal
from gerai.doors.console import answers
from gerai.doors.console.acting import at_form, require_proof
from gerai.doors.console.first_steps import may_do, next_of, steps_of
from gerai.doors.console.looking import desk_page
from gerai.doors.console.start_fields import inputs
from gerai.doors.console.start_order import StartOrder
from gerai.doors.console.who import AtDesk, last_of
from gerai.doors.http.context import RequestContext
from gerai.engine.desk.acts.add_account import NewAccount
from gerai.engine.desk.first_sale import Doing, FirstSale, sell_first
from gerai.engine.desk.first_shop import Answers, FirstStep, step_named
from gerai.engine.desk.read import AMOUNT_TYPED, read_texts
from gerai.engine.desk.registry import acts, perform
from gerai.kit.clock import real_now
from gerai.kit.ids import token

Sent = dict[str, list[str]]
#: Kept with what is done here.
REASON: Final = "langkah pertama"
#: The question of a step that decides which others are asked.
_CHOICE: Final = {"paid": "pay", "sell": "sell"}
_METHODS: Final = {"bank": "bank_transfer", "qris": "qris"}
#: What the acts call otherwise than the questions.
_ASKED: Final = {"code": "qris", "name": "item", "price_sen": "price"}


async def start_page(ctx: RequestContext, desk: AtDesk) -> Response:
    """On to the first step that is open."""
    return answers.see(next_of(desk, await steps_of(desk)))


class StartPages:
    """The endpoints of one step."""

    def __init__(self, order: StartOrder) -> None:
        self._order = order
        self._does: dict[str, Callable[[AtDesk, Sent, Doing], Awaitable[None]]] = {"paid": _paid, "sell": _sell}

    async def page(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """What is asked: which way, or the fields of that way. Refuses NotFound and PermissionMissing."""
        name = ctx.path_params["step"]
        if name == "order":
            return await self._order.page(ctx, desk)
        step = _step(desk, name)
        if name == "key":
            return await self._order.key_page(ctx, desk, step)
        return await _form(ctx, desk, step, dict(ctx.query))

    async def sent(self, ctx: RequestContext, desk: AtDesk) -> Response:
        """Done, and on to the next; or the form again with what is wrong. Refuses NotFound, PermissionMissing,
        RateLimited, Busy."""
        step = _step(desk, ctx.path_params["step"])
        sent = await desk.visitor.form(ctx)
        doing = Doing(desk.caller, REASON, last_of(sent, "once")[:64])
        if step.name == "key":
            return await self._order.key_sent(ctx, desk, step, sent, doing)
        filled = {name: texts[-1] for name, texts in sent.items()}
        try:
            for act in step.acts[:1]:
                await require_proof(ctx, desk, acts()[act], sent)
            await self._does[step.name](desk, sent, doing)
        except InputInvalid as refusal:
            faults = {_ASKED.get(name, name): texts for name, texts in refusal.fields.items()}
            return await _form(ctx, desk, step, filled, faults)
        except Refusal as refusal:
            return await _form(ctx, desk, step, filled, refused=at_form(refusal, answers.words_for(ctx)))
        return answers.see(next_of(desk, await steps_of(desk), step.name))


def _step(desk: AtDesk, name: str) -> FirstStep:
    step = step_named(name)
    if step is None or name == "shop":
        raise NotFound("step", name)
    if not may_do(desk, step):
        raise PermissionMissing(acts()[step.acts[0]].permission)
    return step


async def _paid(desk: AtDesk, sent: Sent, doing: Doing) -> None:
    """Refuses as the act: also that nobody has said that what was understood is theirs."""
    pay = last_of(sent, "pay")
    texts = {name: last_of(sent, _ASKED.get(name, name)) for name in ("bank", "number", "holder", "code")}
    texts |= {"method": _METHODS.get(pay, ""), "mine": "yes" if last_of(sent, "mine") else "no"}
    given = read_texts(NewAccount, {name: text for name, text in texts.items() if text}, rupiah=True)
    await perform(acts()["accounts.add"], desk.within, given, doing.caller, reason=doing.reason, key=doing.once)


async def _sell(desk: AtDesk, sent: Sent, doing: Doing) -> None:
    try:
        price_sen = typed_rupiah(last_of(sent, "price"))
    except ValueError:
        raise InputInvalid({"price": [AMOUNT_TYPED]}) from None
    kind = "service" if last_of(sent, "sell") == "service" else "product"
    await sell_first(desk.within, doing, FirstSale(kind, last_of(sent, "item").strip(), price_sen))


async def _form(
    ctx: RequestContext, desk: AtDesk, step: FirstStep, filled: dict[str, str],
    faults: dict[str, list[str]] | None = None, refused: tuple[int, str] = (400, ""),
) -> Response:  # fmt: skip
    """The ways there are; or, where one is chosen, its fields. ``mine`` among the faults: what was understood is to be
    said to be theirs."""
    words, steps, found = answers.words_for(ctx), await steps_of(desk), faults or {}
    decides = next(one for one in step.questions if one.name == _CHOICE[step.name])
    chosen = filled.get(decides.name, "")
    chosen = chosen if chosen in decides.choices else ""
    given: Answers = {**filled, decides.name: chosen}
    asked = [one for one in step.questions if one is not decides and chosen and one.needed(given)]
    fields = inputs(asked, words, filled, found)
    shown = {field.name for field in fields} | {"mine", "password", "code"}
    names = [one.step.name for one in steps]
    onward = next_of(desk, steps, step.name)
    ways = [] if chosen else [
        (onward if name == "later" else f"?{decides.name}={name}", words.of(text), name == "later")
        for name, text in decides.choices.items()
    ]  # fmt: skip
    said = [text for name, texts in found.items() if name not in shown for text in texts]
    proven = not acts()[step.acts[0]].grave or desk.visitor.who.has_proven(real_now())
    facts: dict[str, Any] = {
        "title": words.of(decides.text) if not chosen else words.of(decides.choices[chosen]), "step": step,
        "place": (names.index(step.name) + 1, len(names) + 1), "ways": ways, "fields": fields, "chosen": chosen,
        "decides": decides.name, "mine": found.get("mine", []), "faults": found, "problem": refused[1], "said": said,
        "once": token(), "proven": proven, "has_codes": desk.visitor.who.person.totp is not None, "onward": onward,
    }  # fmt: skip
    bad = bool(said or refused[1] or set(found) - {"mine"})
    return desk_page(ctx, desk, "start.html", "home", refused[0] if bad else 200, **facts)
