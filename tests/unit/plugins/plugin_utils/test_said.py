# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No result brings a control character to a terminal, however it is nested, and what needs no change has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.plugin_utils._said import harmless
from hypothesis import example, given
from hypothesis import strategies as st

_TEXTS = st.text(st.characters(), max_size=6) | st.sampled_from(
    [
        "C:\\Windows\\new",
        'say "no"',
        "\\",
        '\\"',
        '\\\\"',
        "\\n",
        "\\u001b",
        "\x1b[2J",
        "\n",
        "\x7f",
        "\u202e",
        "\ud800",
    ]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


@given(st.dictionaries(st.sampled_from(["rules", "msg", "state"]), _VALUES, max_size=3))
@example({"rules": ["C:\\x1b", "\x1b"]})
@example({"rules": [{"\x1b": "C:\\"}]})
def test_no_text_has_a_control_character(result: dict[str, Any]) -> None:
    clean = harmless(result)
    assert all(text.isprintable() for text in _texts(clean))
    if all(text.isprintable() for text in _texts(result)):
        assert clean == result


@pytest.mark.parametrize("text", ["\x1b", "\n", "\x00", "\x7f", "\u2028", "\u202e"])
def test_a_single_one_is_found_among_paths_and_quotation_marks(text: str) -> None:
    result = {"rules": [{"program": 'C:\\n\\"u001b"', "name": f"a{text}b"}]}
    assert harmless(result)["rules"][0]["name"].isprintable()
    assert harmless(result)["rules"][0]["program"] == 'C:\\n\\"u001b"'
