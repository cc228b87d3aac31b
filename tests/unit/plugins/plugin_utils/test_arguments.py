# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as they are given: what is said, and what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import Option
from ansible_collections.lyncops.firewall.plugins.module_utils._options.rules_table import RULE_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.site import EXTRA_RULES
from ansible_collections.lyncops.firewall.plugins.plugin_utils._arguments import validate
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.options import REPORT_OPTIONS

SEVERAL = [
    option for option in (*RULE_OPTIONS, *REPORT_OPTIONS) if option.type == "list" and option.choices and option.default
]


@pytest.mark.parametrize("option", SEVERAL, ids=lambda option: option.name)
def test_a_choice_of_several_that_is_empty_is_the_default(option: Option) -> None:
    assert validate({option.name: []}, [option]) == {option.name: list(option.default)}
    first = option.choices[0]
    assert validate({option.name: [first]}, [option]) == {option.name: [first]}


def test_both_a_report_and_the_rules_have_such_a_choice() -> None:
    assert {option.name for option in SEVERAL} == {"formats", "profiles"}


@pytest.mark.parametrize("name", ["remote_addresses", "features", "skip_rows"])
def test_an_empty_list_that_says_something_stays_empty(name: str) -> None:
    (option,) = [option for option in RULE_OPTIONS if option.name == name]
    found: dict[str, Any] = validate({name: []}, [option])
    assert found == {name: []}


@pytest.mark.parametrize("key", ["remoteip", "action", "profiles", "localport"])
def test_a_variable_without_a_value_is_no_key_that_was_left_out(key: str) -> None:
    """Ansible's validator gives both the same value, and a null its default."""
    entry = {"name": "Agent", "protocol": "tcp", "localport": 1, "remoteip": "10.0.0.5"}
    (left_out,) = validate({"extra_rules": [entry]}, (EXTRA_RULES,))["extra_rules"]
    (without,) = validate({"extra_rules": [{**entry, key: None}]}, (EXTRA_RULES,))["extra_rules"]
    assert without[key] is None
    assert None not in left_out.values()
    assert validate({"extra_rules": [without]}, (EXTRA_RULES,))["extra_rules"] == [without]
