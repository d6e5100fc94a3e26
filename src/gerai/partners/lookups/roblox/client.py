"""The real Roblox web API: public calls without a login, cached, bounded in number, patient with outages.

The calls and their traps: docs/reference/roblox-client.md. A 4xx other than 429 means "no such thing"; no answer,
429, 5xx and anything unreadable mean that Roblox is unreachable, which is never a validation failure.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, cast
from urllib.parse import quote, urlsplit

import msgspec

from gerai.kit.address import AddressForbidden, Guard
from gerai.kit.http import NoAnswer, Outgoing
from gerai.partners.lookups.roblox import translate
from gerai.partners.lookups.roblox.memory import Memory
from gerai.partners.lookups.roblox.settings import RobloxSettings
from gerai.partners.lookups.roblox.translate import Nonsense, Pass, User
from gerai.ports.roblox import NO_PRICES, RobloxProduct, RobloxRefused, RobloxUnreachable

_RETRIES: Final = 2
_PAGE: Final = 100
_MOST_PAGES: Final = 10
_KEEP_USER_S: Final = 900.0
_KEEP_PLACE_S: Final = 900.0
_KEEP_PRICE_S: Final = 45.0
#: What does not exist may be created by an impatient customer: ask again soon.
_KEEP_ABSENCE_S: Final = 15.0
_REMEMBERED: Final = 20_000
_FIRST_CLIENT_ERROR: Final = 400
_USER_NAME = re.compile(r"[A-Za-z0-9_]{3,20}")


class HttpRoblox:
    """A ``ports.roblox.Roblox`` over HTTP.

    ``concurrency`` caps the requests under way at one time, ``backoff_s`` is the first pause of a retry.
    """

    def __init__(
        self,
        settings: RobloxSettings,
        *,
        concurrency: int = 16,
        backoff_s: float = 0.2,
    ) -> None:
        self._users_url = settings.users_base_url.rstrip("/")
        self._games_url = settings.games_base_url.rstrip("/")
        self._apis_url = settings.apis_base_url.rstrip("/")
        # The addresses are the operator's own; a stand-in for Roblox may run on this machine.
        local = any(_is_local(url) for url in (self._users_url, self._games_url, self._apis_url))
        self._outgoing = Outgoing(Guard(allow_loopback=local), timeout_s=settings.timeout_s, backoff_s=backoff_s)
        self._turn = asyncio.Semaphore(concurrency)
        self._users: Memory[str, User | None] = Memory(self._user, _keep(_KEEP_USER_S), _REMEMBERED)
        self._universes: Memory[int, int | None] = Memory(self._universe, _keep(_KEEP_PLACE_S), _REMEMBERED)
        self._passes: Memory[int, Pass | None] = Memory(self._pass, _keep(_KEEP_PRICE_S), _REMEMBERED)
        self._members: Memory[tuple[int, int], bool] = Memory(
            self._is_member, lambda known: _KEEP_PRICE_S if known else _KEEP_ABSENCE_S, _REMEMBERED
        )
        self._servers: Memory[int, bool] = Memory(self._sells_servers, lambda _: _KEEP_PRICE_S, _REMEMBERED)

    @property
    def attempts(self) -> Mapping[str, int]:
        """Calls so far, by how they ended (``kit.http.OUTCOMES``)."""
        return self._outgoing.attempts

    async def probe(self) -> str:
        """Ask each of the three servers for its front page: any answer but 429 and 5xx will do."""
        for url in (self._users_url, self._games_url, self._apis_url):
            try:
                answer = await self._outgoing.send("GET", f"{url}/")
            except (NoAnswer, AddressForbidden) as error:
                return f"{urlsplit(url).hostname}: {error}"
            if answer.asks_to_wait:
                return f"{urlsplit(url).hostname}: status {answer.status}"
        return ""

    async def close(self) -> None:
        """Close the kept connections."""
        await self._outgoing.close()

    async def look_up(
        self,
        order_type: Literal["gamepass", "vip_server"],
        username: str,
        place_id: int,
        pass_id: int,
        private_server_prices: Mapping[int, int] = NO_PRICES,
    ) -> RobloxProduct:
        """User, place and pass at once, then whether they belong together.

        Raises RobloxRefused (the first of user, place, pass that is wrong) or RobloxUnreachable.
        """
        if _USER_NAME.fullmatch(username) is None:
            raise RobloxRefused("user")
        try:
            user, universe_id, game_pass = await _all(
                # Names match without regard to case, so one answer serves every spelling.
                self._users.get(username.lower()),
                self._universes.get(place_id),
                self._passes.get(pass_id) if order_type == "gamepass" else _nothing(),
            )
            if user is None:
                raise RobloxRefused("user")
            if universe_id is None:
                raise RobloxRefused("place")
            if order_type == "vip_server":
                price = private_server_prices.get(place_id) or private_server_prices.get(universe_id)
                return await self._private_server(user, universe_id, price)
            return await self._game_pass(user, universe_id, game_pass)
        except (NoAnswer, AddressForbidden, Nonsense) as error:
            raise RobloxUnreachable(str(error)) from error

    async def _game_pass(self, user: User, universe_id: int, found: Pass | None) -> RobloxProduct:
        if found is None:
            raise RobloxRefused("pass")
        if not found.for_sale:
            raise RobloxRefused("not_for_sale")
        if found.price_robux is None:
            raise RobloxRefused("price")
        if not await self._members.get((universe_id, found.pass_id)):
            raise RobloxRefused("not_of_place")
        return RobloxProduct(user.user_id, user.name, universe_id, found.pass_id, found.name, found.price_robux)

    async def _private_server(self, user: User, universe_id: int, price: int | None) -> RobloxProduct:
        if not await self._servers.get(universe_id):
            raise RobloxRefused("private_servers_off")
        if price is None:
            raise RobloxRefused("price")
        return RobloxProduct(user.user_id, user.name, universe_id, universe_id, "Private server", price)

    async def _user(self, username: str) -> User | None:
        asked = msgspec.json.encode({"usernames": [username], "excludeBannedUsers": True})
        payload = await self._call("POST", f"{self._users_url}/v1/usernames/users", asked)
        return None if payload is None else translate.user(payload, username)

    async def _universe(self, place_id: int) -> int | None:
        payload = await self._call("GET", f"{self._apis_url}/universes/v1/places/{place_id}/universe")
        return None if payload is None else translate.universe(payload)

    async def _pass(self, pass_id: int) -> Pass | None:
        payload = await self._call("GET", f"{self._apis_url}/game-passes/v1/game-passes/{pass_id}/product-info")
        found = None if payload is None else translate.game_pass(payload)
        if found is not None and found.pass_id != pass_id:
            raise Nonsense("the answer is about another pass")
        return found

    async def _is_member(self, key: tuple[int, int]) -> bool:
        """Whether the universe lists the pass. True as well where the list is closed to us or does not end:
        then the check is not available, and unknown is never "no"."""
        universe_id, pass_id = key
        cursor = ""
        base = f"{self._apis_url}/game-passes/v1/game-passes/universes/{universe_id}/creator?limit={_PAGE}"
        for _ in range(_MOST_PAGES):
            payload = await self._call("GET", f"{base}&cursor={quote(cursor, safe='')}")
            if payload is None:
                return True
            page = translate.passes(payload)
            if pass_id in page.pass_ids:
                return True
            cursor = page.cursor
            if not cursor:
                return False
        return True

    async def _sells_servers(self, universe_id: int) -> bool:
        payload = await self._call("GET", f"{self._games_url}/v1/private-servers/enabled-in-universe/{universe_id}")
        return payload is not None and translate.private_servers_enabled(payload)

    async def _call(self, method: str, url: str, content: bytes | None = None) -> Any | None:
        """The decoded answer; None for a 4xx other than 429. Raises NoAnswer for everything that is no answer."""
        headers = {"accept": "application/json"}
        if content is not None:
            headers["content-type"] = "application/json"
        async with self._turn:
            answer = await self._outgoing.send(method, url, headers=headers, content=content, retries=_RETRIES)
        if answer.asks_to_wait or answer.status < 200 or 300 <= answer.status < _FIRST_CLIENT_ERROR:
            raise NoAnswer(f"status {answer.status}")
        return None if answer.status >= _FIRST_CLIENT_ERROR else answer.json()


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "::1", "localhost")


def _keep(seconds: float) -> Callable[[object], float]:
    return lambda found: _KEEP_ABSENCE_S if found is None else seconds


async def _nothing() -> None:
    return None


async def _all(
    user: Awaitable[User | None], universe: Awaitable[int | None], game_pass: Awaitable[Pass | None]
) -> tuple[User | None, int | None, Pass | None]:
    """Three questions at once. A definite "no" to an earlier one outweighs the failure of a later one."""
    # All are waited for: a failure nobody looks at would turn up in the log much later.
    found = await asyncio.gather(user, universe, game_pass, return_exceptions=True)
    for answer in found:
        if isinstance(answer, BaseException):
            raise answer
        if answer is None:
            break
    return cast("tuple[User | None, int | None, Pass | None]", found)
