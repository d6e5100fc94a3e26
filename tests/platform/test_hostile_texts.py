"""Texts of clients, buyers and receivers at the operator's terminal: shown as they are, and obeyed by nobody."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, Final

import pytest
from rich.console import Console
from terminal_kit import gerai_here, run_here

from gerai.cli.terminal import Grid, Screen, linked, styled
from gerai.domain.webhooks import Delivery, SentAttempt
from gerai.engine.command import Contact
from gerai.engine.deposits.manual import ManualDeposit
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import add_member, open_merchant
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.engine.payments.record import RecordPayment
from gerai.engine.payments.start import StartPayment
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, disable_endpoint, new_secret
from gerai.kit.clock import real_now
from gerai.kit.ids import base62
from gerai.kit.secret_box import SecretBox, new_key
from gerai.kit.terminal_text import in_one_line
from gerai.store.webhook_deliveries import add_attempt, add_deliveries

#: Moves the cursor and clears, in both sets of controls; turns letters around; begins a line of its own; closes and
#: opens markup of rich; names a picture.
HOSTILE: Final = "a\x1b[2K\x1b[1A\x9b2J\u202e\u2028\r\npayment pay_1 is completed[/nope][bold]:skull:"
SHOWN: Final = in_one_line(HOSTILE)
_URL: Final = "http://127.0.0.1:8473/[/x]" + HOSTILE


class HostileShop:
    """A merchant of whom every text is hostile, with two orders: one waits for its payment, one was paid late."""

    def __init__(self, engine: Any, merchant_id: int, code: str) -> None:
        self.engine, self.merchant_id, self.code = engine, merchant_id, code
        self.member = self.endpoint = self.delivery = 0

    async def fill(self) -> None:
        """All that the commands show."""
        engine, merchant_id = self.engine, self.merchant_id
        self.member, wallets = await add_member(engine, merchant_id, "test", f"m-{self.code}{HOSTILE}", HOSTILE)
        deposit = ManualDeposit(
            merchant_id=merchant_id, environment="production", account_id=wallets["production"], amount_sen=9_000_00,
            note=HOSTILE, reference=HOSTILE,
        )  # fmt: skip
        await engine.submit(deposit)
        await create_key(
            engine, merchant_id, "production", "scalev", f"sk_{base62(24)}", name=HOSTILE, prefix=HOSTILE
        )  # fmt: skip
        await self._order("open")
        await self._order("late")
        await self._webhook()

    async def _order(self, name: str) -> None:
        engine, order_id = self.engine, self.engine.ids.next()
        owner: dict[str, Any] = {
            "merchant_id": self.merchant_id,
            "environment": "production",
            "order_id": order_id,
        }
        await engine.submit(
            PlaceOrder(
                **owner, channel="test", key_id=None, public_id=f"{name}-{order_id}{HOSTILE}",
                number=f"{name}{HOSTILE}", secret=f"s{order_id}", total_sen=5_000_00, funding="invoice",
                lines=(NewLine("thing", 1, HOSTILE, 1, 5_000_00, 5_000_00, None, {"note": HOSTILE}),),
                contact=Contact(public_id=f"c{order_id}", name=HOSTILE, email=f"{HOSTILE}@a.id"),
                details={"note": HOSTILE}, labels={"reference": HOSTILE}, reference=HOSTILE,
            )
        )  # fmt: skip
        payment_id = engine.ids.next()
        start = StartPayment(
            **owner, payment_id=payment_id, public_id=f"pay-{name}{HOSTILE}", method=HOSTILE, channel_code=HOSTILE,
            amount_sen=5_000_00, instructions={"va_number": HOSTILE}, reference=HOSTILE,
        )  # fmt: skip
        await engine.submit(start)
        if name == "late":
            failure = {"code": HOSTILE, "message": HOSTILE}
            await engine.submit(RecordPayment(**owner, payment_id=payment_id, outcome="failed", failure=failure))
            paid = RecordPayment(
                **owner, outcome="paid", public_id=f"pay-now{HOSTILE}", method=HOSTILE, by=HOSTILE, reference=HOSTILE
            )
            await engine.submit(paid)

    async def _webhook(self) -> None:
        engine, now = self.engine, real_now()
        new = NewEndpoint(
            merchant_id=self.merchant_id, environment="production", channel="scalev", url=_URL, events=(HOSTILE,)
        )
        self.endpoint = await add_endpoint(engine, SecretBox(new_key()), new, new_secret())
        await disable_endpoint(engine, self.merchant_id, self.endpoint, HOSTILE)
        self.delivery = engine.ids.next()
        delivery = Delivery(
            merchant_id=self.merchant_id, delivery_id=self.delivery, endpoint_id=self.endpoint, order_id=0,
            environment="production", event_id=engine.ids.next(), part=0, event=HOSTILE,
            data='{"name":"a\\u001b\x9b\u202e\x7f[/nope]"}', status="failed", attempts=1, tries=1, next_attempt_at=now,
            happened_at=now, created_at=now, finished_at=now, sequence=1, due_since=now,
        )  # fmt: skip
        attempt = SentAttempt(
            merchant_id=self.merchant_id, delivery_id=self.delivery, number=1, at=now, took_ms=3, status_code=500,
            error=HOSTILE, answer="[/nope][link=javascript:x]y[/link]" + HOSTILE,
        )  # fmt: skip
        async with engine.connection() as connection, connection.transaction():
            await add_deliveries(connection, [delivery])
            await add_attempt(connection, attempt)


@pytest.fixture
async def shop(engine: Any) -> HostileShop:
    """Filled."""
    code = f"hostile-{base62(10).lower()}"
    shop = HostileShop(engine, await open_merchant(engine, code, HOSTILE, simulated=True), code)
    await shop.fill()
    return shop


def require_harmless(words: tuple[str, ...], text: str) -> None:
    """Nothing but the ends of lines that Gerai wrote, no line of a stranger, and no picture."""
    assert [char for char in text if char != "\n" and in_one_line(char) != char] == [], words
    assert [line for line in text.split("\n") if line.startswith("payment pay_1 is")] == [], words
    assert "\U0001f480" not in text, words


@pytest.mark.slow
async def test_every_command(dsn: str, shop: HostileShop) -> None:
    """Whatever a command shows or does to an order, payment, member, merchant, key or webhook: its output and its
    refusals hold the hostile text whole, as often as expected, with its controls escaped and its brackets kept."""
    of, environ = ("--merchant", shop.code), {"DATABASE_URL": dsn, "GERAI_WEBHOOKS_SEAL_KEY": new_key()}
    number, late = f"open{HOSTILE}", f"late{HOSTILE}"
    endpoint, delivery, member = str(shop.endpoint), str(shop.delivery), str(shop.member)
    #: The words, the exit code, and how many hostile texts are shown at least.
    for words, code, at_least in (
        (("orders", "list", "--status", "all", *of), 0, 2),
        (("orders", "find", number, *of), 0, 1),
        (("orders", "find", f"none{HOSTILE}", *of), 1, 1),
        (("orders", "show", number, *of), 0, 4),
        (("orders", "show", late, *of), 0, 6),
        (("orders", "show", f"none{HOSTILE}", *of), 1, 3),
        (("payments", "waiting", *of), 0, 0),
        (("payments", "confirm", number, "--amount", "1", *of), 1, 0),
        (("payments", "confirm", late, *of), 1, 1),
        (("payments", "refund", f"none{HOSTILE}", *of), 1, 2),
        (("payments", "refund", late, "--amount", "1", "--reference", HOSTILE, "--note", HOSTILE, *of), 0, 1),
        (("payments", "resolve", late, "accept", *of), 1, 2),
        (("payments", "resolve", late, HOSTILE, *of), 2, 1),
        (("payments", "confirm", number, "--reference", HOSTILE, *of), 0, 1),
        (("payments", "confirm", number, "--reference", HOSTILE, *of), 0, 2),
        (("payments", "confirm", late, "--reference", HOSTILE, "--second", *of), 1, 2),
        (("orders", "show", number, *of), 0, 6),
        (("orders", "cancel", number, "--reason", HOSTILE, *of), 1, 1),
        (("orders", "complete", number, "--result", HOSTILE, *of), 0, 1),
        (("orders", "fail", number, "--reason", HOSTILE, *of), 1, 1),
        (("members", "list", *of), 0, 1),
        (("members", "topup", member, "50", "--reference", f"b{HOSTILE}", "--note", HOSTILE, *of), 0, 0),
        (("members", "topup", member, "50", "--reference", f"b{HOSTILE}", "--note", HOSTILE, *of), 0, 1),
        (("members", "topup", member, HOSTILE, *of), 2, 1),
        (("members", "link", member, "discord", HOSTILE, *of), 2, 1),
        (("merchants", "list"), 0, 1),
        (("merchants", "settings", *of), 0, 0),
        (("merchants", "set", HOSTILE, "1", *of), 2, 1),
        (("merchants", "set", "late_payment", HOSTILE, *of), 2, 1),
        (("keys", "list", *of), 0, 2),
        (("keys", "list", "--merchant", HOSTILE), 1, 1),
        (("webhooks", "list", *of), 0, 3),
        (("webhooks", "log", *of), 0, 1),
        (("webhooks", "show", delivery, *of), 0, 2),
        (("webhooks", "replay", delivery, *of), 1, 0),
        (("webhooks", "add", "scalev", _URL, *of), 1, 1),
        (("webhooks", "enable", endpoint, *of), 0, 0),
        (("webhooks", "remove", endpoint, *of), 0, 0),
        (("doctor", "--settings", f"/none/{HOSTILE}"), 1, 1),
        (("orders", "list", "--settings", f"/none/{HOSTILE}"), 2, 1),
        (("orders", "list", HOSTILE), 2, 0),
        (("keys", "revoke", HOSTILE, *of), 2, 0),
        (("restore", f"/none/{HOSTILE}", "--verify"), 1, 1),
    ):
        found, out, err = await run_here(environ, words)
        require_harmless(words, out + err)
        assert found == code, (words, out, err)
        # A cell may be broken into lines, but no part of a text is taken for markup.
        assert (out + err).count("[") >= SHOWN.count("[") * at_least, (words, out, err)
        assert (out + err).count("[/nope]") >= at_least or words[1] in ("list", "log", "show", "waiting"), (words, out)


async def test_show_is_whole(dsn: str, shop: HostileShop) -> None:
    """An order's lines, payments and events each stay one line, with the text in it to the last character."""
    code, out, err = await gerai_here(dsn, "orders", "show", f"late{HOSTILE}", "--merchant", shop.code)
    assert (code, err) == (0, "")
    first, _, line, *rest = out.splitlines()
    assert first.startswith(f"late{SHOWN} (test, production) is ")
    assert line == f"  1 x {SHOWN}: Rp5.000"
    assert rest[0].startswith(f"  payment pay-late{SHOWN} ({SHOWN}) is failed: Rp5.000")
    assert [one for one in rest if not re.match(r"  payment pay-|\d{4}-\d\d-\d\d ", one)] == []


async def test_the_data_of_a_message_stays_json(dsn: str, shop: HostileShop) -> None:
    """The message's data is the same JSON for whoever reads it, without a character that a terminal obeys."""
    code, out, _ = await gerai_here(dsn, "webhooks", "show", str(shop.delivery), "--merchant", shop.code)
    assert code == 0
    assert out.splitlines()[1] == r'{"name":"a\u001b\u009b\u202e\u007f[/nope]"}'


async def test_a_settings_file(tmp_path: Path) -> None:
    """What a settings file holds that is no setting is named in one line."""
    file = tmp_path / "gerai.toml"
    file.write_text('["\\u001b[2K\\n[/nope]:skull:"]\na = 1\n', encoding="utf-8")
    code, out, err = await run_here({}, ["migrate", "--settings", str(file)])
    assert (code, out) == (2, "")
    assert err.startswith(r"gerai: unknown section [\x1b[2K\n[/nope]:skull:]; known: ")
    assert err.count("\n") == 1


def test_at_a_terminal_with_colours() -> None:
    """What reaches a terminal besides the text is rich's own colours and links."""
    stream = io.StringIO()
    screen = Screen(Console(file=stream, force_terminal=True, color_system="standard", soft_wrap=True, width=400))
    grid = Grid("[bold]title")
    grid.add(HOSTILE)
    grid.add(styled(HOSTILE, "red"))
    screen.line("a ", HOSTILE, styled(HOSTILE, "green"), style="dim")
    screen.lines(HOSTILE, HOSTILE, style="red")
    screen.grid(grid)
    screen.heading(HOSTILE)
    screen.line(linked(f"http://a.id/{HOSTILE}"))
    screen.json('{"a": "\x9b\u202e[/nope]"}')
    with screen.status(HOSTILE):
        pass
    # Rich's own: colours, links, and the line of a status that comes and goes.
    own = re.compile(r"\x1b\[[0-9;]*m|\x1b]8;[^\x07\x1b]*\x1b\\|\x1b\[\?25[lh]|\x1b\[[0-9]*[AK]|\r")
    plain = own.sub("", stream.getvalue())
    require_harmless((), plain)
    assert "[bold]title" in plain
    assert plain.count(SHOWN) >= 8
    assert r'{"a": "\u009b\u202e[/nope]"}' in plain
