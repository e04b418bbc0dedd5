"""/admin/accuracy/: for every role, in both languages."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from predictions import accuracy

PAGE = "/admin/accuracy/"


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("operator", 200), ("viewer", 200), ("stranger", 403)]
)
def test_everybody_with_a_role_reads_it(request: pytest.FixtureRequest, role: str, status: int) -> None:
    client: Client = request.getfixturevalue(f"{role}_client")
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE).status_code == 405


def test_it_asks_for_a_login(client: Client, db: None) -> None:
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize(("accepted", "lang"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_it_shows_every_figure_disagreement_and_doubt(
    viewer_client: Client, accepted: str, lang: str
) -> None:
    page = viewer_client.get(PAGE, headers={"accept-language": accepted})
    context, found = page.context, accuracy.report()
    assert context["rows"] == accuracy.rows(found, lang)
    assert context["explanations"] == accuracy.explanations(found, lang)
    text = unescape(page.content.decode())
    assert all(doubt in text for doubt in accuracy.doubts(found, lang))
    assert accuracy.made(found, lang) in text


def test_the_console_links_to_it(
    viewer_client: Client, owner_client: Client, stranger_client: Client
) -> None:
    assert f'href="{PAGE}"' in viewer_client.get("/admin/").content.decode()
    assert f'href="{PAGE}"' not in stranger_client.get("/admin/").content.decode()


def test_the_systems_of_an_account_link_to_it(viewer_client: Client, account: object) -> None:
    page = viewer_client.get(f"/admin/wechat/officialaccount/{account.pk}/change/")  # type: ignore[attr-defined]
    assert f'href="{PAGE}"' in page.content.decode()
