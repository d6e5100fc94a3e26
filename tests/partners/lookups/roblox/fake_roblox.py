"""A Roblox on loopback: real sockets, answers as the public API gives them, and faults on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter, deque
from typing import Any

Reply = tuple[int, dict[str, str], bytes]


class FakeRoblox:
    """Holds a small world; ``faults`` are used up by the next requests, one each; ``asked`` counts paths."""

    def __init__(self) -> None:
        self.users: dict[str, tuple[int, str]] = {"leuwonguser": (45348281, "LeuwongUser")}
        self.universes: dict[int, int | None] = {123456789: 1685831367}
        self.passes: dict[int, dict[str, Any]] = {
            987654321: {"TargetId": 987654321, "Name": "Donate", "IsForSale": True, "PriceInRobux": 100}
        }
        self.members: dict[int, list[list[int]] | int] = {1685831367: [[987654321]]}
        self.servers: dict[int, bool] = {1685831367: True}
        self.faults: deque[str] = deque()
        self.asked: Counter[str] = Counter()
        self.under_way = 0
        self.most_under_way = 0
        self.delay_s = 0.0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._one(reader, writer):
                pass
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = (await reader.readuntil(b"\r\n")).decode().split(" ")
        headers: dict[str, str] = {}
        while (raw := (await reader.readuntil(b"\r\n")).decode().strip()) != "":
            name, _, value = raw.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            path = line[1]
            self.asked[path.partition("?")[0]] += 1
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if self.faults:
                fault = self.faults.popleft()
                if fault == "hang":
                    await asyncio.sleep(30)
                if fault == "drop":
                    return False
                status, extra, answer = self._fault(fault)
            else:
                status, extra, answer = self._answer(line[0], path, body)
        finally:
            self.under_way -= 1
        head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(answer)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in extra.items())
        writer.write(head.encode() + b"\r\n" + answer)
        await writer.drain()
        return True

    def _fault(self, name: str) -> Reply:
        return {
            "429": (429, {"retry-after": "0"}, b'{"errors":[{"code":0,"message":"Too many requests"}]}'),
            "500": (500, {}, b"oops"),
            "503": (503, {}, b"<html>"),
            "garbage": (200, {"content-type": "application/json"}, b'{"data":['),
            "shape": (200, {}, b'{"data":{"unexpected":true}}'),
            "redirect": (302, {"location": f"{self.url}/elsewhere"}, b""),
            "huge": (200, {}, b'{"data":"' + b"x" * (2 << 20) + b'"}'),
            "gzip": (200, {"content-encoding": "gzip"}, b"\x1f\x8b"),
            "404": (404, {}, b'{"errorCode":"PassNotFound","errorMessage":""}'),
            "400": (400, {}, b'{"errors":[{"code":3}]}'),
        }[name]

    def _answer(self, method: str, target: str, body: bytes) -> Reply:
        path, _, query = target.partition("?")
        parts = path.strip("/").split("/")
        if (method, path) == ("POST", "/v1/usernames/users"):
            return self._usernames(json.loads(body)["usernames"])
        if parts[:3] == ["universes", "v1", "places"]:
            return _ok({"universeId": self.universes.get(int(parts[3]))})
        if parts[-1] == "product-info":
            found = self.passes.get(int(parts[3]))
            return _ok(found) if found is not None else self._fault("404")
        if parts[:4] == ["game-passes", "v1", "game-passes", "universes"]:
            return self._members(int(parts[4]), query)
        if parts[:3] == ["v1", "private-servers", "enabled-in-universe"]:
            return _ok({"privateServersEnabled": self.servers[int(parts[3])]})
        return 404, {}, b"not here"

    def _usernames(self, names: list[str]) -> Reply:
        data: list[dict[str, Any]] = []
        for name in names:
            if name.lower() in self.users:
                user_id, current = self.users[name.lower()]
                data.append({"requestedUsername": name, "id": user_id, "name": current, "displayName": current})
        return _ok({"data": data})

    def _members(self, universe_id: int, query: str) -> Reply:
        pages = self.members[universe_id]
        if isinstance(pages, int):
            return pages, {}, b"{}"
        cursor = query.partition("cursor=")[2]
        at = int(cursor or "0")
        following = str(at + 1) if at + 1 < len(pages) else None
        return _ok({"gamePasses": [{"gamePassId": pass_id} for pass_id in pages[at]], "cursor": following})


def _ok(payload: Any) -> Reply:
    return 200, {"content-type": "application/json"}, json.dumps(payload).encode()
