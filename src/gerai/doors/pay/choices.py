"""The ways to pay that a page offers for one order, or for one top-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from gerai.domain import money
from gerai.domain.records import PaymentRules
from gerai.doors.pay.model import Choice, MethodGroup, PageContext
from gerai.doors.pay.words import Words
from gerai.ports.payments import PaymentMethod

_RANK: Final = ("qr", "code", "redirect", "manual")
#: Holds the way to pay (``va:BCA``) that was chosen last at a browser, and nothing of whom or what was paid.
WAY_COOKIE: Final = "gerai_way"
#: Methods that one kind draws alike, though a payer knows them apart.
_ICONS: Final = {"retail": "shop", "card": "card", "bnpl": "later", "online_banking": "globe", "bank_transfer": "code"}


class ToBePaid(Protocol):
    """What is to be paid: an order, or what a wallet is to get."""

    @property
    def total_sen(self) -> int: ...
    @property
    def payment_rules(self) -> PaymentRules: ...


def method_title(method: PaymentMethod | None, name: str, words: Words) -> str:
    """What a method is called: our own text, else the method's own title, else its name."""
    own = words.known(f"method.{name}")
    return own or (method.title.get(words.language, name) if method is not None else name)


def full_title(context: PageContext, name: str, channel: str, words: Words) -> str:
    """Method and channel together: ``Virtual account BCA``; a channel that repeats the method is left out."""
    method = method_title(context.methods.get(name), name, words)
    if not channel or channel.lower() == name.lower():
        return method
    return f"{method} {words.channel(channel)}"


def provider_title(context: PageContext, name: str, channel: str, words: Words) -> str:
    """Who the payer goes on to: the wallet or bank alone (``DANA``), else the method."""
    alone = channel and channel.lower() != name.lower()
    return words.channel(channel) if alone else method_title(context.methods.get(name), name, words)


def find(context: PageContext, asked: ToBePaid, value: str) -> tuple[PaymentMethod, str] | None:
    """The method and channel behind a form's value (``va:BCA``), if this may be paid so; else None."""
    name, _, channel = value.partition(":")
    method = context.methods.get(name)
    # The form's value comes from outside: it may name what was never offered.
    if method is None or channel not in _channels(context, method, asked):
        return None
    return None if _closed(context, asked, method, channel) else (method, channel)


def groups(context: PageContext, asked: ToBePaid, words: Words) -> tuple[MethodGroup, ...]:
    """Every offered method with its channels; a channel whose bounds exclude the amount is shown closed, after the open
    ones, and so is a method without an open one.

    Quickest kinds first; within a kind, what offers most channels. Of several open methods the first is recommended,
    and the way that was chosen last at this browser stands next, by itself.
    """
    found: list[MethodGroup] = []
    ranked = sorted(context.methods.items(), key=lambda m: (_RANK.index(m[1].kind), -len(m[1].channels)))
    for name, method in ranked:
        channels = _channels(context, method, asked)
        choices = [_choice(context, method, channel, asked, words) for channel in channels]
        if choices:
            # Of one channel the row says which: there is no list behind it.
            one = full_title(context, name, channels[0], words) if len(channels) == 1 else ""
            closed = "" if any(choice.open for choice in choices) else _nearest(context, choices, method, asked).note
            found.append(
                MethodGroup(
                    name=name,
                    icon=icon_of(name, method.kind),
                    title=one or method_title(method, name, words),
                    hint=words.of_method(f"choose.hint.{method.kind}", name),
                    choices=tuple(sorted(choices, key=lambda choice: not choice.open)),
                    closed=closed,
                )
            )
    ranked_groups = sorted(found, key=lambda group: bool(group.closed))
    several = sum(not group.closed for group in ranked_groups) > 1
    marked = [replace(group, recommended=several and at == 0) for at, group in enumerate(ranked_groups)]
    return tuple(_used_next(context, marked, words))


def _used_next(context: PageContext, groups: list[MethodGroup], words: Words) -> list[MethodGroup]:
    """The way that was chosen last as the second row, where it can be chosen now and is not the first row already."""
    name, _, channel = context.last_used.partition(":")
    for group in groups:
        used = [choice for choice in group.choices if choice.open and choice.value == context.last_used]
        if group.name == name and used and not (group.recommended and len(group.choices) == 1):
            title = full_title(context, name, channel, words)
            row = replace(group, title=title, choices=tuple(used), recommended=False, used=True)
            others = [one for one in groups if one is not group or len(group.choices) > 1]
            first = sum(one.recommended for one in others)
            return [*others[:first], row, *others[first:]]
    return groups


def icon_of(method: str, kind: str) -> str:
    """The drawing of a payment method: its own, else that of its kind."""
    return _ICONS.get(method, kind)


def _channels(context: PageContext, method: PaymentMethod, asked: ToBePaid) -> list[str]:
    """The method's channels this order may use."""
    rules, offered = asked.payment_rules, context.offered.get(method.name, {})
    return [channel for channel in offered if rules.allows(method.name, channel)]


def _choice(context: PageContext, method: PaymentMethod, channel: str, asked: ToBePaid, words: Words) -> Choice:
    bounds = context.offered[method.name][channel]
    side = _closed(context, asked, method, channel)
    limit = bounds.minimum_sen if side == "minimum" else bounds.maximum_sen
    return Choice(
        value=f"{method.name}:{channel}",
        title=words.channel(channel),
        open=not side,
        note=words(f"choose.{side}", amount=money.display(limit)) if side else "",
    )


def _nearest(context: PageContext, choices: Sequence[Choice], method: PaymentMethod, asked: ToBePaid) -> Choice:
    """Of closed choices, the one whose bound the amount misses by least."""

    def missed_sen(choice: Choice) -> int:
        channel = choice.value.partition(":")[2]
        bounds, sen = context.offered[method.name][channel], _payable_sen(asked, method, channel)
        return max(bounds.minimum_sen - sen, sen - bounds.maximum_sen)

    return min(choices, key=missed_sen)


def _payable_sen(asked: ToBePaid, method: PaymentMethod, channel: str) -> int:
    """What the payer would pay in all."""
    return asked.total_sen + asked.payment_rules.on_top_sen(method.name, channel)


def _closed(context: PageContext, asked: ToBePaid, method: PaymentMethod, channel: str) -> str:
    """What excludes this way: its bounds (``minimum``, ``maximum``), a fee that may not be asked for (``surcharge``),
    that every amount there is taken (``full``), or nothing (empty)."""
    if method.name in context.no_surcharge and asked.payment_rules.on_top_sen(method.name, channel):
        return "surcharge"
    bounds, amount_sen = context.offered[method.name][channel], _payable_sen(asked, method, channel)
    if amount_sen < bounds.minimum_sen:
        return "minimum"
    if amount_sen > bounds.maximum_sen:
        return "maximum"
    return "full" if f"{method.name}:{channel}" in context.full else ""
