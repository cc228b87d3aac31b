# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host's own firewall log says, on the page: beside the verdict, and of the log as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source

from report import estate
from report.browser import Browser

DIRECTOR = ("director",)


def source(case: str, address: str, count: int, name: str = "") -> dict[str, Any]:
    return {
        "rows": ["server-42"],
        "case": case,
        "source": address,
        "name": name,
        "transport": "tcp",
        "ports": "444",
        "count": count,
        "first": "2026-11-29T12:00:00+01:00",
        "last": "2026-11-29T13:00:00+01:00",
    }


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Browser:
    """One host whose log was read, and one whose was not asked for."""
    sources = [source("scoped_out", "10.4.2.9", 312), source("wanted", "10.4.2.1", 1, "fe02"), source("<b>", "<i>", 2)]
    log = {
        "since": "2026-11-28T13:00:00+01:00",
        "until": "2026-11-29T13:00:00+01:00",
        "complete": False,
        "why": ["the log begins later"],
        "dropped": [*sources, source("scoped_out", "10.4.2.2", 1), source("scoped_out", "10.4.2.3", 1)],
        "more": {"sources": 3, "connections": 40},
        "others": 17,
        "rows_for_anybody": ["server-42", "<b>"],
    }
    result = estate.result(DIRECTOR)
    hosts = [Source("dir01", {**result, "log": log}, DIRECTOR), Source("dir02", result, DIRECTOR)]
    (tmp_path / "logged.html").write_bytes(to_html(estate.report(hosts)))
    browser.open(tmp_path / "logged.html")
    return browser


def open_panel(page: Browser, host: str) -> str:
    page.run(f"[...document.querySelectorAll('#map tr.host th')].find(e => e.textContent.includes('{host}')).click()")
    return " ".join(" ".join(page.texts(".detail-body")).split())


def test_the_panel_has_who_was_dropped_beside_the_verdict(page: Browser) -> None:
    found = open_panel(page, "dir01")
    assert "logged scoped out: 10.4.2.9, 312 times" in found
    assert "logged dropped, though wanted: fe02 (10.4.2.1), once" in found
    assert "logged <b>: <i>, 2 times" in found, "a word of a newer version is text as any other"
    assert "and 1 more source" in found
    whole = found.partition("The firewall's own log")[2]
    assert "17 dropped connections to ports that no row asks for" in whole
    assert "40 connections of 3 more sources" in whole
    assert "the log begins later" in whole
    assert "Who would be scoped out is not asked of rows that are for anybody: server-42, <b>" in whole
    assert page.all(".detail-body .logged b, .detail-body .logged i") == []
    assert page.problems() == []


def test_a_host_whose_log_was_not_asked_for_has_no_word_of_it(page: Browser) -> None:
    found = open_panel(page, "dir02")
    assert "logged" not in found
    assert "own log" not in found


def test_a_page_on_which_somebody_was_dropped_does_not_say_that_nothing_is_to_be_done(page: Browser) -> None:
    todo = " ".join(" ".join(page.texts("#todo-list")).split())
    assert "dropped, though wanted" in todo
    assert "Every host is as it should be" not in todo


def test_files_that_are_too_old_are_to_be_made_anew(browser: Browser, tmp_path: Path) -> None:
    told = {"judged_from": [{"file": "dir01.reg", "saved": "2026-01-01T00:00:00Z"}], "outdated": ["dir01.reg is old"]}
    hosts = [Source("dir01", {**estate.result(DIRECTOR), **told}, DIRECTOR)]
    (tmp_path / "old.html").write_bytes(to_html(estate.report(hosts)))
    browser.open(tmp_path / "old.html")
    todo = " ".join(" ".join(browser.texts("#todo-list")).split())
    assert "judged from files that are too old, or of the future" in todo
    assert "dir01" in todo
    assert "Every host is as it should be" not in todo
    assert "from files that are too old" in " ".join(browser.texts("body"))
