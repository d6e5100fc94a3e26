"""The console: who is signed in sees what their role lets them see, and does what it lets them do, in forms of ours
alone."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from console_kit import OWN, PASSWORD, base, browser_of, enter, joined, mark
from desk_kit import open_desk, seen, written
from gerai.app import App
from gerai.domain.permissions import ROLES, Role
from gerai.doors.console.acting import OURS
from gerai.doors.console.words import CATALOGUES
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import acts, views
from gerai.engine.people.join import reset_password
from gerai.kit.ids import base62

NEW = {"name": "Gudang Surabaya", "address": "Jl. Wonokromo 1", "location_id": "6", "postal_code": "60241"}


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, with its own cookies."""
    async with browser_of(app) as client:
        yield client


async def test_a_shop_is_changed_and_seen(browser: httpx.AsyncClient, within: Within) -> None:
    """In by password; a form adds a warehouse, the list shows it, its own form is filled with how it looks and changes
    what was changed there and nothing else; the audit names the person."""
    login = await joined(within)
    assert (await enter(browser, login)).headers["location"] == "/console"
    assert (await browser.get("/console")).headers["location"] == base(within)
    address = f"{base(within)}/do/warehouses.add"
    sent = await browser.post(address, data=NEW | await mark(browser, address))
    assert (sent.status_code, "Gudang Surabaya" in sent.text) == (200, True)
    listed = await browser.get(f"{base(within)}/warehouses", headers={"accept-language": "id"})
    assert "Gudang Surabaya" in listed.text
    [row] = await seen(within, "warehouses.list")
    edit = f"{base(within)}/do/warehouses.edit?id={row.id}"
    form = await browser.get(edit)
    filled = dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', form.text))
    assert (filled["name"], filled["postal_code"], filled["seen"]) == ("Gudang Surabaya", "60241", row.seen)
    done = await browser.post(edit, data=filled | {"name": "Gudang Utama"})
    assert done.status_code == 303
    [after] = await seen(within, "warehouses.list")
    assert (after.name, after.address, after.location_id) == ("Gudang Utama", "Jl. Wonokromo 1", 6)
    newest = (await written(within))[0].entry
    assert (newest.actor_kind, newest.actor_name, newest.facts) == (
        "person", login, {"name": ["Gudang Surabaya", "Gudang Utama"]},
    )  # fmt: skip


async def test_a_form_sent_twice_does_it_once(browser: httpx.AsyncClient, within: Within) -> None:
    """Whoever taps the button twice gets one thing, and is told so."""
    await enter(browser, await joined(within))
    address = f"{base(within)}/do/warehouses.add"
    form = NEW | await mark(browser, address)
    first, again = await browser.post(address, data=form), await browser.post(address, data=form)
    assert first.status_code == 200
    assert again.headers["location"].endswith("/warehouses?done=warehouses.add&again=1")
    assert len(await seen(within, "warehouses.list")) == 1


def test_no_field_of_an_act_is_taken_for_one_of_the_form() -> None:
    """What goes with every form has names of its own: a field called alike would be dropped without a word."""
    assert {
        act.name: taken for act in acts().values() if (taken := {f.name for f in fields_of(act.input)} & OURS)
    } == {}


async def test_what_has_a_code_is_made_by_its_form(browser: httpx.AsyncClient, within: Within) -> None:
    """A service type and a courier service have the codes that were typed."""
    await enter(browser, await joined(within))
    for act, typed in (
        ("service_types.add", {"code": "cek_ponsel", "name": "Cek ponsel"}),
        ("couriers.add", {"courier": "jne", "courier_name": "JNE", "code": "REG", "name": "Reguler"}),
    ):
        address = f"{base(within)}/do/{act}"
        sent = await browser.post(address, data=typed | await mark(browser, address))
        assert sent.status_code == 303, sent.text
        assert [row.code for row in await seen(within, f"{act.partition('.')[0]}.list")] == [typed["code"]]


async def test_what_is_wrong_stands_under_its_field(browser: httpx.AsyncClient, within: Within) -> None:
    """The form comes back with what was typed, and each fault in the reader's language; nothing is made."""
    await enter(browser, await joined(within))
    address = f"{base(within)}/do/warehouses.add"
    form = await mark(browser, address)
    typed = {"name": '<b>"Gudang"</b>', "address": "", "location_id": "x", "postal_code": "60241"}
    page = await browser.post(address, data=form | typed, headers={"accept-language": "id"})
    assert page.status_code == 400
    assert page.text.count('class="fault"') == 2
    assert "wajib diisi" in page.text
    assert "&lt;b&gt;&#34;Gudang&#34;&lt;/b&gt;" in page.text
    assert "<b>" not in page.text.replace("<b>" + within.merchant.name, "")
    assert await seen(within, "warehouses.list") == []


@pytest.mark.parametrize("change", [{"mark": ""}, {"mark": "0" * 64}, {"mark": "é"}, {}])
async def test_a_form_of_another_site_does_nothing(
    browser: httpx.AsyncClient, within: Within, change: dict[str, str]
) -> None:
    """Without the session's mark, with another one, or sent by a page of another site: refused, and nothing is done."""
    await enter(browser, await joined(within))
    address = f"{base(within)}/do/warehouses.add"
    form = NEW | await mark(browser, address) | change
    headers = {} if change else {"sec-fetch-site": "cross-site"}
    answer = await browser.post(address, data=form, headers=headers)
    assert answer.status_code == 403
    assert await seen(within, "warehouses.list") == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_sees_and_does_what_it_may(browser: httpx.AsyncClient, within: Within, role: Role) -> None:
    """Every list and every act of the registry: 403 exactly where the role lacks the permission; the menu and
    the tabs of its pages lead to what may be seen and nothing else."""
    await enter(browser, await joined(within, role))
    home = (await browser.get(base(within))).text
    menu = re.findall(r'<a href="([^"]*)"', re.findall(r'<nav class="side".*?</nav>', home, re.S)[0])
    listed = home + "".join([(await browser.get(address)).text for address in menu])
    for view in views().values():
        things, _, word = view.name.partition(".")
        if word != "list":
            continue
        answer = await browser.get(f"{base(within)}/{things}")
        assert (answer.status_code == 403) == (view.permission not in ROLES[role]), view.name
        assert (f'href="{base(within)}/{things}"' in listed) == (view.permission in ROLES[role]), view.name
    for act in acts().values():
        if act.outside:
            continue
        answer = await browser.get(f"{base(within)}/do/{act.name}")
        assert (answer.status_code == 403) == (act.permission not in ROLES[role]), act.name


async def test_another_shop_is_not_there(browser: httpx.AsyncClient, within: Within) -> None:
    """Neither a page nor a form of a shop that one has no role in says that it exists."""
    other = await open_desk(within.house)
    await enter(browser, await joined(within))
    nowhere = base(within).replace(within.merchant.code, "no-such-shop")
    for path in (base(other), nowhere, f"{base(other)}/warehouses", f"{base(within)}x"):
        assert (await browser.get(path)).status_code == 404
    form = NEW | await mark(browser, f"{base(within)}/do/warehouses.add")
    assert (await browser.post(f"{base(other)}/do/warehouses.add", data=form)).status_code == 404
    assert await seen(other, "warehouses.list") == []


@pytest.mark.parametrize("path", ["/console", "/console/account", "/console/x/production", "/console/x/sandbox/keys"])
async def test_nobody_enters_without_signing_in(browser: httpx.AsyncClient, path: str) -> None:
    """Whoever is not signed in is sent to the way in, and afterwards to where they wanted."""
    answer = await browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in")
    assert path == "/console" or path in answer.headers["location"]


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/console/", "//evil.example", "/i/secret", "/console/\\evil", "/console/sign-out"]
)
async def test_the_way_in_leads_nowhere_else(browser: httpx.AsyncClient, within: Within, wanted: str) -> None:
    """What stands in ``next`` is followed inside the console alone."""
    login = await joined(within)
    data = {"login": login, "password": PASSWORD}
    answer = await browser.post("/console/sign-in", params={"next": wanted}, data=data)
    assert answer.headers["location"] == "/console"


async def test_guessing_is_slowed_and_locks_nobody_out(browser: httpx.AsyncClient, within: Within) -> None:
    """Five wrong passwords for a login from one address, and that address waits; from elsewhere its owner enters."""
    login = await joined(within)
    answers = [(await enter(browser, login, f"wrong password {n}")).status_code for n in range(7)]
    assert answers == [403] * 5 + [429] * 2
    assert (await enter(browser, login)).status_code == 429
    transport = httpx.ASGITransport(app=browser._transport.app, client=("192.0.2.7", 1))  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test", headers=OWN) as elsewhere:
        assert (await enter(elsewhere, login)).status_code == 303


async def test_a_first_password_opens_the_account_alone(browser: httpx.AsyncClient, within: Within) -> None:
    """With a one-time password one can choose another, and nothing else; then everything is there."""
    login = await joined(within)
    once = await reset_password(within.engine, login)
    await enter(browser, login, once)
    assert (await browser.get(base(within))).headers["location"] == "/console/account"
    form = await mark(browser, "/console/account")
    sent = {"old": once, "new": "short"} | form
    assert (await browser.post("/console/account/password", data=sent)).status_code == 400
    sent["new"] = PASSWORD
    assert (await browser.post("/console/account/password", data=sent)).status_code == 303
    assert (await browser.get(base(within))).status_code == 200


async def test_an_invitation_is_shown_once_and_joined(browser: httpx.AsyncClient, within: Within) -> None:
    """The owner's form shows the link, this once; whoever opens it joins and signs in."""
    await enter(browser, await joined(within))
    address = f"{base(within)}/do/people.invite"
    form = {"name": "Budi", "role": "viewer"} | await mark(browser, address)
    page = await browser.post(address, data=form)
    [link] = re.findall(r"/console/join/[\w-]+", page.text)
    again = await browser.post(address, data=form)
    assert link not in again.text
    login = f"budi-{base62(6).lower()}"
    assert within.merchant.name in (await browser.get(link)).text
    weak = await browser.post(link, data={"login": login, "name": "Budi", "password": "short"})
    assert weak.status_code == 400
    sent = await browser.post(link, data={"login": login, "name": "Budi", "password": PASSWORD})
    assert sent.headers["location"] == "/console/sign-in"
    assert (await browser.get(link)).status_code == 404
    assert [row.role for row in await seen(within, "people.list") if row.login == login] == ["viewer"]


async def test_signed_out_is_out(browser: httpx.AsyncClient, within: Within) -> None:
    """After signing out the old cookie opens nothing."""
    await enter(browser, await joined(within))
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    form = await mark(browser, "/console/account")
    assert (await browser.post("/console/sign-out", data=form)).status_code == 303
    answer = await browser.get(base(within), headers={"cookie": cookie})
    assert answer.headers["location"].startswith("/console/sign-in")


async def test_pages_are_strict(browser: httpx.AsyncClient, within: Within) -> None:
    """No script but our own file, no inline style, nothing of another host, nothing kept by a cache, a first visit of
    at most 120 kB."""
    await enter(browser, await joined(within))
    page = await browser.get(base(within))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    scripts = re.findall(r"<script.*?</script>", page.text)
    assert all(
        re.fullmatch(r'<script src="/console/static/\w+/(console|live).js" defer></script>', one) for one in scripts
    )
    rest = re.sub(r"<script.*?</script>", "", page.text)
    assert not re.search(r"<script|style=|onclick|javascript:|https?://", rest)
    assets: list[Any] = re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page.text)
    files = [await browser.get(asset) for asset in assets]
    assert {file.status_code for file in files} == {200}
    assert len(page.content) + sum(len(file.content) for file in files) < 120_000


def test_both_languages_have_all_texts() -> None:
    """The same keys in each catalogue, and the same places in each text."""
    assert CATALOGUES["id"].keys() == CATALOGUES["en"].keys()
    for key, text in CATALOGUES["id"].items():
        places = [sorted(re.findall(r"\{\w+\}", one)) for one in (text, CATALOGUES["en"][key])]
        assert places[0] == places[1], key
