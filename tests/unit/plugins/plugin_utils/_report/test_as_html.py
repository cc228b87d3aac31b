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

from ansible_collections.lyncops.firewall.plugins.plugin_utils._report import as_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import embeddable, page_data, to_html
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import cell_list
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
    text = embeddable(value)
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


def test_the_pages_data_is_that_of_the_json_report() -> None:
    part = {"verdict": "open", "reason": "firewall_off", "by": ["public profile"], "part": "", "unprotected": True}
    report = report_of(
        a=info(
            row(), row("server-04", "closed", "no_rule", by_profile={"public": part}), commands=["sc start MpsSvc", ADD]
        ),
        b=info(row(), row("server-04", "closed", "block_rule", by=["Block"])),
        c=info(row(), row("server-04")),
    )
    data = json.loads(embeddable(page_data(report, None)))
    for host, found in zip(report.hosts, data["hosts"], strict=True):
        assert [data["commands"][place] for place in found["commands"]] == list(host.commands)
        places, findings = found["cells"][::2], [data["findings"][place] for place in found["cells"][1::2]]
        rebuilt = []
        for place, (verdict, reason, by, of, unprotected, by_profile, remedy, commands) in zip(
            places, findings, strict=True
        ):
            more = {
                **({"unprotected": True} if unprotected else {}),
                **({"commands": [found["commands"].index(command) for command in commands]} if commands else {}),
                **({"remedy": remedy} if remedy else {}),
                **({"by_profile": by_profile} if by_profile else {}),
            }
            rebuilt.append([place, verdict, reason, by, of, *([more] if more else [])])
        assert rebuilt == [json.loads(json.dumps(cell_list(cell))) for cell in host.cells]
    assert len(data["findings"]) == 3, "what is the same on several hosts is there once"
    assert set(data["words"]["reasons"]) == {"rule", "no_rule", "firewall_off", "block_rule"}
