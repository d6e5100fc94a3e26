"""Files brought in by people and by programs: the console's form, and `/admin/v1/imports`."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from files_kit import csv_of, table_of
from goods_kit import new_store
from test_admin import key_of
from test_console import base, enter, joined

from desk_kit import open_desk, seen, written
from gerai.app import App
from gerai.domain.permissions import ROLES
from gerai.engine.desk.bring_in import LARGEST_FILE_BYTES
from gerai.engine.desk.export import MEDIA_TYPES
from gerai.engine.desk.fault_words import in_indonesian
from gerai.engine.desk.house import Within
from gerai.engine.desk.importing import Import, imports

GOOD = csv_of({"sku": "A", "name": "Kaos", "price": "Rp75.000"}, {"sku": "B", "name": "Topi", "price": "50000"})
BAD = csv_of({"sku": "A", "name": "Kaos", "price": "75000"}, {"sku": "B", "name": "Topi", "price": "mahal"})
INDONESIAN = {"accept-language": "id"}


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    own = {"sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test", headers=own) as client:
        yield client


@pytest_asyncio.fixture
async def shop(within: Within) -> Within:
    """A shop with a store."""
    await new_store(within)
    return within


async def skus(within: Within) -> list[str]:
    """What is sold."""
    return [row.sku for row in await seen(within, "variants.list")]


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the form on a page carries."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


async def test_a_program_brings_a_file_in(client: httpx.AsyncClient, shop: Within) -> None:
    """Tried, nothing is changed; brought in, it is; once more under the same key, it was; what does not fit is 422 with
    its rows, and nothing is done."""
    headers, address = await key_of(shop), "/admin/v1/imports/products"
    trial = await client.post(f"{address}?dry_run=true", headers=headers, content=GOOD)
    assert (trial.status_code, trial.json()["added"], trial.json()["applied"]) == (200, 2, False)
    assert await skus(shop) == []
    once = headers | {"Idempotency-Key": "k1", "content-type": "text/csv"}
    done, again = [await client.post(address, headers=once, content=GOOD) for _ in range(2)]
    assert (done.status_code, done.json()["applied"], again.json()["replayed"]) == (200, True, True)
    assert again.headers["idempotency-replayed"] == "true"
    refused = await client.post(address, headers=headers, content=BAD)
    assert (refused.status_code, refused.json()["applied"]) == (422, False)
    [fault] = refused.json()["faults"]
    assert (fault["row"], fault["column"]) == (3, "price")
    assert await skus(shop) == ["A", "B"]
    assert (await written(shop))[0].entry.actor_kind == "key"


@pytest.mark.parametrize("one", imports().values(), ids=imports())
@pytest.mark.parametrize("role", ROLES)
async def test_a_key_brings_in_what_its_scopes_name(
    client: httpx.AsyncClient, within: Within, one: Import, role: str
) -> None:
    """Each import and its template need the scope of its act; nothing is done without it, or without a key."""
    permissions = ROLES[role]  # type: ignore[index]
    headers = await key_of(within, tuple(permissions))
    address = f"/admin/v1/imports/{one.things}"
    for answer in (
        await client.post(f"{address}?dry_run=true", headers=headers, content=b"x\n"),
        *[await client.get(f"{address}.{kind}", headers=headers) for kind in MEDIA_TYPES],
    ):
        assert (answer.status_code == 403) == (one.permission not in permissions)
    assert (await client.post(address, content=b"x\n")).status_code == 401
    assert await written(within) == []


async def test_what_is_too_large_is_refused_before_it_is_read(client: httpx.AsyncClient, shop: Within) -> None:
    """A file beyond the limit is refused by its announced length."""
    headers = await key_of(shop) | {"content-length": str(LARGEST_FILE_BYTES + 1)}
    answer = await client.post("/admin/v1/imports/products", headers=headers, content=b"sku\n")
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_another_shops_key_changes_nothing_here(client: httpx.AsyncClient, shop: Within) -> None:
    """The key's shop gets the goods, and no other."""
    other = await open_desk(shop.house)
    await new_store(other)
    headers = await key_of(other)
    assert (await client.post("/admin/v1/imports/products", headers=headers, content=GOOD)).status_code == 200
    assert (await skus(shop), await skus(other)) == ([], ["A", "B"])


async def test_somebody_brings_a_file_in(browser: httpx.AsyncClient, shop: Within) -> None:
    """The list links to the form; a trial shows what would come of the file; the same file, chosen once more, is
    brought in; another one is not."""
    await enter(browser, await joined(shop))
    address = f"{base(shop)}/products/import"
    assert f'href="{address}"' in (await browser.get(f"{base(shop)}/products")).text
    form = await browser.get(address)
    assert (form.status_code, 'enctype="multipart/form-data"' in form.text) == (200, True)
    tried = await browser.post(address, data=hidden(form) | {"do": "check"}, files={"file": ("a.csv", GOOD)})
    assert (tried.status_code, await skus(shop)) == (200, [])
    sent = hidden(tried) | {"do": "import"}
    assert len(sent["checked"]) == 64
    other = await browser.post(address, data=sent, files={"file": ("a.csv", GOOD + b"C,Tas,1\r\n")}, headers=INDONESIAN)
    assert (other.status_code, "bukan berkas yang diperiksa" in other.text) == (400, True)
    done = await browser.post(address, data=sent, files={"file": ("a.csv", GOOD)}, headers=INDONESIAN)
    assert (done.status_code, "Sudah diimpor." in done.text) == (200, True)
    again = await browser.post(address, data=sent, files={"file": ("a.csv", GOOD)}, headers=INDONESIAN)
    assert "Sudah pernah diimpor" in again.text
    assert await skus(shop) == ["A", "B"]


async def test_faults_are_read_in_the_sellers_language(browser: httpx.AsyncClient, shop: Within) -> None:
    """Row, column and what is wrong, in Bahasa Indonesia; what the file says is text and nothing else; and no button to
    go on."""
    await enter(browser, await joined(shop))
    address = f"{base(shop)}/products/import"
    form = hidden(await browser.get(address))
    content = BAD.replace(b"Kaos", b"<script>x</script>").replace(b"75000", b"-")
    files = {"file": ("a.csv", content)}
    page = await browser.post(address, data=form | {"do": "check"}, files=files, headers=INDONESIAN)
    assert page.status_code == 400
    assert page.text.count("tulis jumlah sebagai") == 2
    assert hidden(page)["checked"] == ""
    assert "<script>x" not in page.text
    unknown = await browser.post(
        address, data=form | {"do": "check"}, files={"file": ("a.csv", b"<b>x</b>\n")}, headers=INDONESIAN
    )
    assert (unknown.status_code, "<b>x" in unknown.text, "tidak dikenal" in unknown.text) == (400, False, True)
    none = await browser.post(address, data=form | {"do": "check"}, files={"file": ("", b"")}, headers=INDONESIAN)
    assert (none.status_code, "pilih berkas" in none.text) == (400, True)


@pytest.mark.parametrize("change", [{"mark": ""}, {"mark": "0" * 64}])
async def test_a_form_of_another_site_brings_nothing_in(
    browser: httpx.AsyncClient, shop: Within, change: dict[str, Any]
) -> None:
    """Without the session's mark, or from another site's page: refused, and nothing is done."""
    await enter(browser, await joined(shop))
    address = f"{base(shop)}/products/import"
    sent = hidden(await browser.get(address)) | {"do": "import", "mode": "per_row"}
    files = {"file": ("a.csv", GOOD)}
    assert (await browser.post(address, data=sent | change, files=files)).status_code == 403
    cross = {"sec-fetch-site": "cross-site"}
    assert (await browser.post(address, data=sent, files=files, headers=cross)).status_code == 403
    assert await skus(shop) == []


async def test_who_may_not_sees_no_form(browser: httpx.AsyncClient, shop: Within) -> None:
    """A viewer has no link, no form and no template, and what they send does nothing."""
    await enter(browser, await joined(shop, "viewer"))
    assert "/products/import" not in (await browser.get(f"{base(shop)}/products")).text
    for path in ("import", "import.csv", "import.xlsx"):
        assert (await browser.get(f"{base(shop)}/products/{path}")).status_code == 403
    assert (await browser.post(f"{base(shop)}/products/import", files={"file": ("a.csv", GOOD)})).status_code == 403
    assert await skus(shop) == []


async def test_a_file_to_fill_in_is_there_to_take(browser: httpx.AsyncClient, shop: Within) -> None:
    """Both kinds, with the example of each column; what nobody imports has none."""
    await enter(browser, await joined(shop))
    for kind, media_type in MEDIA_TYPES.items():
        answer = await browser.get(f"{base(shop)}/products/import.{kind}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        [row] = table_of(answer.content)
        assert (row["sku"], row["name"], str(row["price"])) == ("KP-M", "Kaos Polos", "150000")
    assert (await browser.get(f"{base(shop)}/audit/import")).status_code == 404


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("a number is 0 or more", "paling sedikit 0"),
        (
            "no such value: makanan; one of physical, digital",
            "makanan tidak dikenal; salah satu dari physical, digital",
        ),
        ("no such column: hrga (did you mean harga?); one of harga", "kolom hrga tidak dikenal; yang dikenal: harga"),
        ("KP is the SKU of variant 7, Kaos\\1", "KP adalah SKU varian 7, Kaos\\1"),
        ("something new", "something new"),
    ],
)
def test_faults_have_words_in_both_languages(english: str, indonesian: str) -> None:
    """A known sentence is said in Bahasa Indonesia with its names and figures; another one stays."""
    assert in_indonesian(english) == indonesian
