# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML file that loads nothing.

The JSON report itself stands in it, as docs/report-schema-3.json has it. A small script draws it with text nodes only,
so that no text of a host is ever read as HTML. The page's own policy allows that one script and that one style sheet,
by their hashes, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import jinja2
from markupsafe import Markup

from .as_json import to_json
from .compare import Changes
from .figures import totals
from .model import Report
from .short import at_large, what_may_fail
from .summary import summary
from .words import CLASSES, page_words

_ASSETS = Path(__file__).parent / "assets"
_SCRIPTS = ("data.js", "dom.js", "filter.js", "tip.js", "detail.js", "overview.js", "map.js", "print.js", "main.js")
_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&"})


def to_html(report: Report, changes: Changes | None = None) -> bytes:
    """The report as a page, UTF-8.

    Args:
        report: The report.
        changes: What changed since an earlier one, if there is an earlier one.
    """
    words = f"const WORDS = {embeddable(json.dumps(page_words()))};"
    script = "\n".join(['"use strict";', "(() => {", words, *(_asset(name) for name in _SCRIPTS), "})();"])
    style = _asset("report.css")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string(_asset("report.html.j2")).render(
        title=report.title,
        created=report.created,
        summary=summary(report),
        at_large=at_large(report),
        failing=what_may_fail(report),
        totals=totals(report),
        hosts=report.hosts,
        meanings={host_class.value: meaning for host_class, meaning in CLASSES.items()},
        policy=(
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        # Ours, and free of what would end their elements: the tests look.
        script=Markup(script),
        style=Markup(style),
        data=Markup(embeddable(to_json(report, changes).decode("ascii"))),
    )
    return page.encode("utf-8", "replace")


def embeddable(text: str) -> str:
    """JSON text that can stand in a script element: no character that HTML or JavaScript could take for its own.

    Args:
        text: JSON, ASCII only. The characters in question are then in its strings only, where an escape is the same.
    """
    return text.translate(_ESCAPES)


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
