# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of hosts that would like to be more than texts."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import HOSTILE

from report.browser import Browser


@pytest.fixture
def hostile(browser: Browser, pages: Path) -> Browser:
    """The page whose every text is hostile; a script that ran would have called one of these."""
    script = browser.command(
        "Page.addScriptToEvaluateOnNewDocument",
        source="window.called = []; for (const name of ['alert', 'confirm', 'prompt', 'open', 'eval', 'fetch'])"
        " window[name] = (...all) => { window.called.push([name, ...all]); };",
    )
    browser.open(pages / "hostile.html")
    yield browser
    browser.command("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])


def everything(browser: Browser) -> None:
    """Make the page draw every text there is: rows, tips, panels, print."""
    browser.run(
        """
        for (const button of document.querySelectorAll('details')) button.open = true;
        for (const host of [...document.querySelectorAll('#map tr.host th')]) {
          host.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
          host.click();
          document.getElementById('detail').close();
        }
        for (const cell of document.querySelectorAll('#map .cell')) {
          cell.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
        }
        dispatchEvent(new Event('beforeprint'));
        """
    )


def test_nothing_runs_and_no_element_comes_of_it(hostile: Browser) -> None:
    before = hostile.run("return document.querySelectorAll('script, img, iframe, object, embed, link, form').length")
    everything(hostile)
    assert hostile.run("return window.called") == []
    assert before == 2, "the data and the page's own script"
    assert hostile.run("return document.querySelectorAll('script, img, iframe, object, embed, link, form').length") == 2
    assert hostile.run(
        "return [...document.querySelectorAll('*')]"
        ".filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length"
    ) == 0  # fmt: skip
    assert hostile.problems() == []


def test_the_page_would_notice_if_something_ran(hostile: Browser) -> None:
    hostile.run("alert(1)")
    assert hostile.run("return window.called") == [["alert", 1]]
    hostile.run("const s = document.createElement('script'); s.textContent = 'alert(2)'; document.body.append(s)")
    assert hostile.run("return window.called") == [["alert", 1]], "the page's policy stops it"
    assert any("Content Security Policy" in problem for problem in hostile.problems())


def test_texts_are_shown_as_they_are_and_templates_stay_templates(hostile: Browser) -> None:
    everything(hostile)
    text = hostile.run("return document.getElementById('print-area').textContent")
    for raw in HOSTILE[:5]:
        assert raw in text
    assert "{{ 7*7 }}" in text
    assert "49" not in hostile.run("return [...document.querySelectorAll('#print-area .rule')].map(e => e.textContent)")


def test_characters_that_turn_or_hide_text_are_shown_as_such(hostile: Browser) -> None:
    everything(hostile)
    hidden = r"/[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u200b-\u200f]/"
    assert hostile.run(f"return {hidden}.test(document.body.innerText)") is False
    assert "⟨U+202E⟩gnp.exe" in hostile.run("return document.getElementById('print-area').textContent")


@pytest.mark.parametrize("width", [800, 1280, 1920])
@pytest.mark.sample("800")
def test_a_rule_name_of_5000_characters_overflows_nothing(hostile: Browser, width: int) -> None:
    hostile.size(width)
    everything(hostile)
    hostile.run("dispatchEvent(new Event('afterprint'))")
    assert hostile.overflow() <= 0
    hostile.run(
        "[...document.querySelectorAll('#map tr.host th')].find(e => e.textContent.includes('xxxxxxxx')).click()"
    )
    assert hostile.overflow() <= 0
    beyond = hostile.run(
        "const edge = innerWidth + 1; return [...document.querySelectorAll('#detail *')]"
        ".filter(e => e.getBoundingClientRect().right > edge).map(e => e.tagName)"
    )
    assert beyond == []


@pytest.fixture
def served(pages: Path) -> Iterator[str]:
    """The pages over HTTP on a loopback address, as somebody may publish them."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(pages)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_published_on_a_web_server_it_asks_for_nothing_else_either(browser: Browser, served: str) -> None:
    browser.driver.get("about:blank")
    browser.problems()
    browser.requests()
    browser.driver.get(f"{served}/estate.html")
    browser.wait("return Boolean(document.documentElement.dataset.drawn)")
    assert [url for url in browser.requests() if not url.endswith("/favicon.ico")] == [f"{served}/estate.html"]
    assert [problem for problem in browser.problems() if "favicon" not in problem] == []
