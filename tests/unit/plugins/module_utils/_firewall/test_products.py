# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who filters: what `netsh advfirewall show global` says, in any language and with hostile names."""

from __future__ import annotations

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.products import other_firewall

pytest.importorskip("hypothesis", reason="see tests/unit/requirements.txt")
from hypothesis import example, given
from hypothesis import strategies as st

WINDOWS = ["Windows Firewall", "Firewall do Windows", "Windows-Firewall", "Брандмауэр Windows", "Pare-feu Windows"]
"""What it is called in English, Portuguese, German, Russian and French."""


def listing(boot: str, firewall: str, stealth: str, consec: str, end: str = "\r\n") -> str:
    """The categories as netsh prints them, behind the sections before them."""
    lines = ["", "Global Settings: ", "-" * 70, "IPsec:", f"{'StrongCRLCheck':<38}0:Disabled", "", "Categories:"]
    for label, owner in zip(
        ("BootTime", "Firewall", "Stealth", "ConSec"), (boot, firewall, stealth, consec), strict=True
    ):
        lines.append(f"{label + 'RuleCategory':<38}{owner}")
    return end.join([*lines, "", "Ok.", "", ""])


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("windows", WINDOWS)
def test_windows_own_in_any_language(windows: str, end: str) -> None:
    assert other_firewall(listing(windows, windows, windows, windows, end)) == ""


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("windows", WINDOWS)
@pytest.mark.parametrize("product", ["Contoso Endpoint Security", "Contoso (R) 11.0", "コントソ"])
def test_a_product_is_named_as_it_calls_itself(windows: str, product: str, end: str) -> None:
    assert other_firewall(listing(product, product, product, windows, end)) == product
    assert other_firewall(listing(windows, product, windows, windows, end)) == product, "the Firewall category decides"


@pytest.mark.parametrize("windows", WINDOWS)
def test_a_product_that_has_only_other_categories_filters_nothing(windows: str) -> None:
    assert other_firewall(listing("Contoso", windows, "Contoso", windows)) == ""


def test_windows_under_its_newer_name() -> None:
    assert other_firewall(listing(*["Windows Defender Firewall"] * 3, "Windows Firewall")) == ""
    assert other_firewall(listing(*["WINDOWS FIREWALL"] * 3, "Windows Firewall")) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n",
        "The following command was not found: advfirewall show global.\r\n",
        "FirewallRuleCategory",
        "FirewallRuleCategory   \r\n",
        "FirewallRuleCategory                  Contoso\r\n",
        "FirewallRuleCategory                  Contoso\r\nConSecRuleCategory   \r\n",
        "  FirewallRuleCategory Contoso\r\n  ConSecRuleCategory Windows Firewall\r\n",
        "XFirewallRuleCategory Contoso\r\nConSecRuleCategory Windows Firewall\r\n",
    ],
)
def test_an_answer_that_does_not_tell_names_nobody(text: str) -> None:
    assert other_firewall(text) == ""


FORGERIES = [
    "Evil\r\nFirewallRuleCategory                  Windows Firewall",
    "Evil\r\nConSecRuleCategory                    Evil",
    "Evil\nConSecRuleCategory  Evil\nFirewallRuleCategory  Windows Firewall",
    "Windows Firewall\r\nEvil",
    "Evil\r\n@word-owner-ok",
]


@pytest.mark.parametrize("name", FORGERIES[:3])
def test_a_name_with_line_breaks_cannot_hide_the_product(name: str) -> None:
    assert other_firewall(listing(name, name, name, "Windows Firewall")).startswith("Evil")
    assert other_firewall(listing(name, name, name, "Брандмауэр Windows")).startswith("Evil")


names = st.text(min_size=1, max_size=300)


@given(names, st.sampled_from(WINDOWS))
@example(FORGERIES[3], "Windows Firewall")
@example(FORGERIES[4], "Windows Firewall")
@example("\x1b[31mred\x07", "Windows Firewall")
@example("a\u2028b\u202ec", "Windows Firewall")
def test_whatever_a_product_calls_itself_the_answer_is_one_short_printable_line(name: str, windows: str) -> None:
    found = other_firewall(listing(name, name, name, windows))
    assert len(found) <= 100
    assert found.isprintable()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=100), st.sampled_from(WINDOWS))
def test_any_name_of_one_line_is_given_back(name: str, windows: str) -> None:
    if name.casefold() not in (windows.casefold(), "windows firewall", "windows defender firewall"):
        assert other_firewall(listing(name, name, name, windows)) == name
