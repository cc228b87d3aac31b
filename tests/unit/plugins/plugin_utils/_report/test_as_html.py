# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page without a browser: what is in it, and that nothing can get out of its place. tests/report opens it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Reason, Status
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report import as_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import embeddable, to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import compare, read_earlier
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import HostClass
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.words import page_words
from ansible_collections.lyncops.firewall.tests.unit.plugins.plugin_utils._report.sample_results import (
    ADD,
    HOSTILE,
    hostile_report,
    info,
    report_of,
    row,
)
from hypothesis import given
from hypothesis import strategies as st


class Page(HTMLParser):
    """The elements and attributes of a page, and the texts of its script and style elements."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self._open: tuple[str, dict[str, str | None]] | None = None
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs)) if tag in ("script", "style") else None

    def handle_endtag(self, tag: str) -> None:
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.raw.append((*self._open, data))


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@given(
    st.recursive(st.text() | st.sampled_from(HOSTILE), lambda inner: st.dictionaries(st.text(), inner), max_leaves=4)
)
def test_embedded_json_cannot_leave_its_element_and_is_the_same(value: Any) -> None:
    text = embeddable(json.dumps(value))
    assert not set("<>&\u2028\u2029") & set(text)
    assert text.isascii()
    assert json.loads(text) == value


def test_the_page_holds_the_same_elements_whatever_hosts_say() -> None:
    calm = Page(to_html(report_of(a=info(), b={"unreachable": True, "msg": "x"})))
    hostile = Page(to_html(hostile_report()))
    kinds = ("script", "style", "img", "iframe", "link", "object", "base", "form", "dialog", "main")
    assert [tag for tag, _attributes in hostile.elements if tag in kinds] == [
        tag for tag, _attributes in calm.elements if tag in kinds
    ]
    handlers = [name for _tag, attributes in hostile.elements for name in attributes if name.startswith("on")]
    assert handlers == []


def test_the_policy_allows_exactly_the_pages_own_script_and_style() -> None:
    page = Page(to_html(hostile_report()))
    (policy,) = [a["content"] for tag, a in page.elements if tag == "meta" and a.get("http-equiv")]
    (style,) = [text for tag, _attributes, text in page.raw if tag == "style"]
    data, script = ((attributes, text) for tag, attributes, text in page.raw if tag == "script")
    assert data[0] == {"type": "application/json", "id": "data"}
    assert policy == (
        f"default-src 'none'; script-src {sha256(script[1])}; style-src {sha256(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not any({"src", "href", "style"} & set(attributes) for _tag, attributes in page.elements)
    assert re.findall(r"url\(|@import", style) == []


def test_the_script_makes_no_html_of_texts_and_asks_for_nothing() -> None:
    script = "".join(as_html._asset(name) for name in as_html._SCRIPTS)
    banned = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|fetch\(|XMLHttp|WebSocket|import\(|</"
    )
    assert re.findall(banned, script) == []
    assert re.sub(r"https://www\.gnu\.org/licenses/gpl-3\.0\.txt", "", script).count("http") == 0


def test_every_script_asset_is_in_the_page() -> None:
    assert sorted(as_html._SCRIPTS) == sorted(path.name for path in as_html._ASSETS.glob("*.js"))


def test_without_javascript_there_are_classes_totals_and_hosts() -> None:
    report = report_of(fe01=info(), fe02={"unreachable": True, "msg": "<b>gone</b>"})
    text = to_html(report).decode()
    static = text[text.index("<noscript>") : text.index("</noscript>")]
    cells = re.findall(r"<tr><th scope=\"row\">(.*?)</th><td>(.*?)</td>", static)
    assert ("compliant", "1") in cells
    assert ("unreachable", "1") in cells
    assert ("not managed", "0") in cells
    assert ("all", "2") in cells
    assert ("<bdi>fe02</bdi>", "unreachable") in cells
    assert "&lt;b&gt;gone" in static
    assert "<b>" not in static


def test_the_title_is_escaped() -> None:
    text = to_html(hostile_report()).decode()
    assert f"<title>{html.escape(HOSTILE[0])}</title>" in text


def test_the_page_holds_the_json_report_itself() -> None:
    calm = report_of(a=info(), b=info(row(), row("server-04", "closed", "no_rule"), commands=["sc start MpsSvc", ADD]))
    for report, changes in (
        (hostile_report(), None),
        (calm, compare(read_earlier(to_json(report_of(a=info()))), calm)),
    ):
        (data,) = [
            text for _tag, attributes, text in Page(to_html(report, changes)).raw if attributes.get("id") == "data"
        ]
        assert json.loads(data) == json.loads(to_json(report, changes))


def test_the_script_has_words_for_every_class_verdict_and_reason() -> None:
    words = page_words()
    assert list(words["classes"]) == [host_class.value for host_class in HostClass]
    assert list(words["verdicts"]) == [status.value for status in Status]
    assert list(words["reasons"]) == [reason.value for reason in Reason]
    (script,) = [text for tag, attributes, text in Page(to_html(report_of())).raw if tag == "script" and not attributes]
    (line,) = [line for line in script.splitlines() if line.startswith("const WORDS = ")]
    assert json.loads(line.removeprefix("const WORDS = ").removesuffix(";")) == words
