"""The on-site page as the server gives it: the same for everybody, whole without a network, and nobody's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

import mingzhang.ui
from mingzhang.inspections import onsite_assets
from tests.inspections.world import World

SCRIPTS = Path(mingzhang.ui.__file__).parent / "static" / "ui" / "js"
MODULES = sorted(SCRIPTS.glob("onsite*.js"))
ENTRY = SCRIPTS / "onsite.js"
WORKER = SCRIPTS / "onsite-worker.js"
# Words that a module names by a beginning and a state.
NAMED_BY_STATE = ("line_", "badge_", "state_", "item_", "over_", "agrees_")


def shell(client: Client) -> str:
    return client.get(reverse("inspections:onsite")).content.decode()


def kept(client: Client) -> dict[str, object]:
    """What the service worker is told to keep."""
    script = client.get(reverse("inspections:onsite_worker")).content.decode()
    found = re.match(r"self\.KEPT = (\{.*\});\n", script)
    assert found
    return dict(json.loads(found[1]))


def imported(module: Path) -> set[Path]:
    """The modules that a module asks for, and theirs."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        names = re.findall(r'from "\./([\w-]+\.js)"', waiting.pop().read_text())
        new = {SCRIPTS / name for name in names} - found
        found |= new
        waiting += new
    return found


def test_the_shell_is_the_same_for_everybody_and_names_nobody(world: World) -> None:
    signed_in = Client()
    signed_in.force_login(world.feng)
    assert shell(signed_in) == shell(Client())
    assert "冯督查员" not in shell(signed_in)
    assert "csrf" not in shell(signed_in)


def test_the_page_is_whole_without_a_network(world: World) -> None:
    files = kept(Client())["files"]
    assert isinstance(files, list)
    address = reverse("inspections:onsite")
    used = re.findall(r'(?:src|href)="(/static/[^"#]+)', shell(Client())) + re.findall(
        r'data-icons="([^"]+)"', shell(Client())
    )
    assert {urljoin(address, one) for one in used} <= set(files)
    assert {f"/static/ui/js/{one.name}" for one in {ENTRY, *imported(ENTRY)}} <= set(files)
    assert all(finders.find(one.removeprefix("/static/")) for one in files)


def test_every_module_of_the_page_is_used(world: World) -> None:
    assert {ENTRY, WORKER, *imported(ENTRY)} == set(MODULES)


def test_the_worker_is_never_kept_by_a_browser_and_serves_this_one_page(world: World) -> None:
    response = Client().get(reverse("inspections:onsite_worker"))
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-store" in response["Cache-Control"]
    assert response["Service-Worker-Allowed"] == reverse("inspections:onsite")
    assert kept(Client())["shell"] == reverse("inspections:onsite")


def test_phones_renew_the_page_when_its_language_its_size_or_a_file_changes(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client, english, large = Client(), Client(HTTP_ACCEPT_LANGUAGE="en"), Client()
    large.cookies["size"] = "large"
    versions = [kept(one)["version"] for one in (client, english, large)]
    assert kept(client)["version"] == versions[0]
    assert len(set(versions)) == 3
    changed = tmp_path / "onsite.css"
    changed.write_text("/* another */")
    monkeypatch.setattr(
        onsite_assets.finders, "find",
        lambda name, found=finders.find: str(changed) if name == "ui/css/onsite.css" else found(name),
    )  # fmt: skip
    assert kept(client)["version"] != versions[0]


def test_every_word_that_the_page_says_is_there(world: World) -> None:
    words = set(re.findall(r'data-w="(\w+)"', shell(Client())))
    script = "\n".join(one.read_text() for one in MODULES)
    said = set(re.findall(r'say\("(\w+)"', script))
    assert said <= words
    named = set(re.findall(r'"(\w+)"', script))
    assert [one for one in sorted(words - named) if not one.startswith(NAMED_BY_STATE)] == []


def test_no_place_is_ever_asked_for(world: World) -> None:
    assert not any("geolocation" in one.read_text() for one in MODULES)
    assert "geolocation=()" in Client().get(reverse("inspections:onsite"))["Permissions-Policy"]
