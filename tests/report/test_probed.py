# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a probe from outside saw, on the page: beside the verdict, in the panel, and in short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source

from report import estate
from report.browser import Browser

DIRECTOR = ("director",)


def port(number: int, status: str, says: str, **more: Any) -> dict[str, Any]:
    return {"port": number, "transport": "tcp", "rows": ["server-42"], "status": status, "says": says, **more}


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Browser:
    """One host that is shut out on the way and has a port open that nobody asked for, and one that was not probed."""
    result = estate.result(DIRECTOR)
    shut = [port(444, "filtered", "shut_out"), port(445, "open", "agree", tls=False), port(446, "<b>", "<i>new</i>")]
    sources = [
        replace(Source("dir01", result, DIRECTOR), probes=shut, unasked=[3389]),
        Source("dir02", result, DIRECTOR),
    ]
    (tmp_path / "probed.html").write_bytes(to_html(estate.report(sources)))
    browser.open(tmp_path / "probed.html")
    return browser


def open_panel(page: Browser, host: str) -> str:
    page.run(f"[...document.querySelectorAll('#map tr.host th')].find(e => e.textContent.includes('{host}')).click()")
    return " ".join(" ".join(page.texts(".detail-body")).split())


def test_the_panel_has_what_was_seen_beside_the_verdict(page: Browser) -> None:
    found = open_panel(page, "dir01")
    assert "probed TCP 444 filtered: listens, but is shut out on the way" in found
    assert "probed TCP 445 open without TLS: verdict and probe agree" in found
    assert "probed TCP 446 <b>: <i>new</i>" in found, "a word of a newer version is text as any other"
    assert "TCP 3389" in found.partition("Open though nobody asked for it")[2]
    assert page.all(".detail-body .probe b, .detail-body .probe i") == []
    assert page.problems() == []


def test_a_host_that_was_not_probed_has_no_word_of_it(page: Browser) -> None:
    found = open_panel(page, "dir02")
    assert "probed" not in found
    assert "nobody asked" not in found


def test_the_page_begins_with_what_it_means(page: Browser) -> None:
    found = " ".join(" ".join(page.texts("#short")).split())
    assert "Probed from outside, on 1 server: listens, but is shut out on the way (1)." in found
    assert "Probed from outside, on 1 server: open though nobody asked for it (1)." in found
