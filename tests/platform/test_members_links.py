"""`gerai members link`: a Discord user spends a member's wallet through a bot. And what must be told apart: addresses
that are added twice, keys of one counter."""

from __future__ import annotations

from typing import Any

from terminal_kit import gerai_here as gerai
from terminal_kit import run_here

from gerai.engine.keys.manage import list_keys
from gerai.engine.merchants.links import links_of_members
from gerai.kit.secret_box import new_key

DISCORD = "1262024148939440249"


async def test_a_discord_user_is_linked_and_unlinked(dsn: str, merchant: Any) -> None:
    """Linked it is listed, twice is as once; another member's is refused by name; unlinked it is free again. What the
    counter asks (the directory of keys) follows."""
    ani, budi = [await merchant.member("leuwongrr", name=name) for name in ("Ani", "Budi")]
    of, mine, other = ("--merchant", merchant.code), str(ani.member_id), str(budi.member_id)
    for _ in range(2):
        answer = await gerai(dsn, "members", "link", mine, "discord", DISCORD, *of)
        assert answer == (0, f"discord {DISCORD} is linked to member {mine}\n", "")
    assert await gerai(dsn, "members", "link", other, "discord", DISCORD, *of) == (
        1, "", f"gerai: discord: {DISCORD} is linked to member {mine}\n",
    )  # fmt: skip
    shown = [(await gerai(dsn, "members", "show", one, *of))[1] for one in (mine, other)]
    assert [f"discord {DISCORD}" in text for text in shown] == [True, False]
    for wrong in ("ani#1234", "-5", "1" * 21):
        rc, _, err = await gerai(dsn, "members", "link", mine, "discord", wrong, *of)
        assert (rc, "digits only" in err) == (2, True), err
    code, _, err = await gerai(dsn, "members", "unlink", other, "discord", DISCORD, *of)
    assert (code, err.startswith(f"gerai: no such discord user of member {other}: {DISCORD}; there is none yet")) == (
        1,
        True,
    )

    answer = await gerai(dsn, "members", "unlink", mine, "discord", DISCORD, *of)
    assert answer == (0, f"discord {DISCORD} is linked to member {mine} no more\n", "")
    assert await links_of_members(merchant.engine, merchant.merchant_id) == {}
    assert (await gerai(dsn, "members", "link", other, "discord", DISCORD, *of))[0] == 0


async def test_an_address_is_added_once(dsn: str, merchant: Any) -> None:
    """The same address for the same counter and environment is refused and names the endpoint; another environment is
    another endpoint. Plain http is refused for what it is."""
    of = ("--no-trial", "--merchant", merchant.code)
    environ = {"DATABASE_URL": dsn, "GERAI_WEBHOOKS_SEAL_KEY": new_key(), "GERAI_WEBHOOKS_ALLOW_LOOPBACK": "true"}
    add = ["webhooks", "add", "scalev", "http://127.0.0.1:9000/hook"]
    code, out, err = await run_here(environ, [*add, "sandbox", *of])
    assert code == 0, err
    endpoint = out.split()[1]
    code, out, err = await run_here(environ, [*add, "sandbox", *of])
    assert (code, out) == (1, "")
    assert f"in sandbox already: endpoint {endpoint} (active); gerai webhooks remove {endpoint} " in err
    assert (await run_here(environ, [*add, "production", *of]))[0] == 0
    code, _, err = await run_here(environ, ["webhooks", "add", "scalev", "http://shop.example/hook", "sandbox", *of])
    assert (code, err) == (1, "gerai: http://shop.example/hook: only https addresses are called\n")


async def test_keys_of_one_counter_are_told_apart(dsn: str, merchant: Any) -> None:
    """Each key of the list begins as no other does, and shows no more than four characters of its secret."""
    of = ("--merchant", merchant.code)
    tokens = [(await gerai(dsn, "keys", "create", "leuwongrr", *of))[1].splitlines()[-1] for _ in range(2)]
    prefixes = [key.prefix for key in await list_keys(merchant.engine, merchant.merchant_id)]
    assert prefixes == [token[:12] for token in tokens]
    assert len(set(prefixes)) == 2
