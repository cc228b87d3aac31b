# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that are open to others than are meant, on the page: a mark, a tip, a thing to do; nothing where all is well."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    foreign,
)

from report import estate
from report.browser import Browser

MEDIATION = ("mediation",)
SCOPED = {
    "scope": "topology",
    "peers": {"front_end": ["10.0.0.1", "10.0.0.2"], "branch_appliance": [], "load_balancer": []},
}
PROGRAM = r"C:\Program Files\Microsoft Lync Server 2013\Mediation Server\MediationServerSvc.exe"
MARKED = "td.cell.wider"


def lets_others_in(model: WindowsModel) -> None:
    model.local["{MED}"] = foreign("CS RTCMEDSRV", ("App", PROGRAM))


def may_let_others_in(model: WindowsModel) -> None:
    model.local["{MED}"] = foreign("CS RTCMEDSRV", ("App", PROGRAM), ("IFType", "Lan"))


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Browser:
    """Three hosts: one as wanted, one that Lync's own rule opens to everybody, one of which that is not certain."""
    hosts = {"as-wanted": (), "wide": (lets_others_in,), "perhaps": (may_let_others_in,)}
    sources = [Source(name, estate.result(MEDIATION, *breaks, **SCOPED), MEDIATION) for name, breaks in hosts.items()]
    (tmp_path / "wider.html").write_bytes(to_html(estate.report(sources)))
    browser.open(tmp_path / "wider.html")
    return browser


def test_a_mark_a_tip_and_the_panel_say_who_gets_in(page: Browser) -> None:
    assert len(page.all(MARKED)) == 2, "server-46 and server-49 of one host"
    assert page.one(MARKED).get_attribute("aria-label") == "open, a rule, wider than wanted"
    page.run(f"document.querySelector('{MARKED}').focus()")
    (tip,) = page.texts("#tip")
    assert "lets in any" in tip
    assert "Wider than wanted: everybody else by CS RTCMEDSRV" in " ".join(tip.split())
    page.run(f"document.querySelector('{MARKED}').click()")
    found = " ".join(page.texts(".detail-body .wider"))
    assert found.count("Wider than wanted: everybody else by CS RTCMEDSRV") == 2
    assert page.problems() == []


def test_what_is_not_certain_has_no_mark_and_says_so(page: Browser) -> None:
    page.run("[...document.querySelectorAll('#map tr.host th')].find(e => e.textContent.includes('perhaps')).click()")
    found = " ".join(page.texts(".detail-body .wider"))
    assert found.count("Perhaps wider than wanted: everybody else by CS RTCMEDSRV") == 2


def test_what_is_not_certain_has_a_card_and_can_be_shown_alone(page: Browser) -> None:
    text = " ".join(page.texts("#todo-list")[0].split())
    assert "perhaps wider than wanted 2 requirements on 1 host" in text
    page.run("[...document.querySelectorAll('#todo-list .thing button.plain')].at(-1).click()")
    assert page.texts("#map tr.host th bdi") == ["perhaps"]
    assert page.texts("#reason option:checked") == ["perhaps wider than wanted (2)"]


def test_those_who_are_meant_are_named_where_nobody_else_gets_in(page: Browser) -> None:
    page.run("[...document.querySelectorAll('#map tr.host th')].find(e => e.textContent.includes('as-wanted')).click()")
    assert page.all(".detail-body .wider") == []
    assert "lets in 10.0.0.1, 10.0.0.2" in " ".join(" ".join(page.texts(".detail-body")).split())


def test_it_is_a_thing_to_do_and_can_be_shown_alone(page: Browser) -> None:
    text = " ".join(page.texts("#todo-list")[0].split())
    assert "wider than wanted 2 requirements on 1 host" in text
    assert "by CS RTCMEDSRV on 1 host" in text
    assert "Managed block rules can keep others out (on_wider: block_others)" in text
    assert "clients" not in text, "none of these rows is for them"
    assert "Every host is as it should be" not in text
    page.run("document.querySelector('#todo-list .thing button').click()")
    assert page.texts("#map tr.host th bdi") == ["wide"]
    assert page.texts("#reason option:checked") == ["wider than wanted (2)"]


def test_the_legend_explains_the_mark_only_where_there_is_one(page: Browser, tmp_path: Path) -> None:
    assert "wider: others get in as well" in page.texts("#legend")[0]
    (tmp_path / "well.html").write_bytes(to_html(estate.report([Source("x", estate.result(MEDIATION), MEDIATION)])))
    page.open(tmp_path / "well.html")
    assert "wider" not in page.texts("#legend")[0]
    assert "Nothing. Every host is as it should be." in page.texts("#todo-list")[0]
