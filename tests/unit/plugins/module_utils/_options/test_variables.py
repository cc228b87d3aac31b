# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables are found, names of one's own are left alone, and the role knows all of its variables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.module_utils._options.enforcing_table import ENFORCING_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.host_table import HOST_OPTIONS
from ansible_collections.lyncops.firewall.plugins.module_utils._options.variables import OTHERS, PREFIX, misspelt

COLLECTION = Path(__file__).resolve().parents[5]
ROLE = COLLECTION / "roles" / "lync_firewall"


def loaded(path: str) -> Any:
    return yaml.safe_load((ROLE / path).read_text("utf-8"))


OF_THE_MODULES = {PREFIX + option.name for option in (*HOST_OPTIONS, *ENFORCING_OPTIONS)}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lync_firewall_skip_row", "lync_firewall_skip_rows"),
        ("lync_firewall_remote_adresses", "lync_firewall_remote_addresses"),
        ("lync_firewall_scop", "lync_firewall_scope"),
        ("lync_firewall_scoep", "lync_firewall_scope"),
        ("lync_firewall_role", "lync_firewall_roles"),
        ("lync_firewall_probe_ranges", "lync_firewall_probe_range_ports"),
        # The word stands twice in the right name of one option, and once in those of all others.
        ("lync_firewall_enabled", "lync_firewall_firewall_enabled"),
        ("lync_firewall_enabld", "lync_firewall_firewall_enabled"),
        ("lync_firewall_enable", "lync_firewall_firewall_enabled"),
        ("lync_firewall_firewall_scope", "lync_firewall_scope"),
        ("lync_firewall_firewall_extra_rule", "lync_firewall_extra_rules"),
    ],
)
def test_a_misspelt_variable_is_named_with_what_was_meant(name: str, meant: str) -> None:
    assert misspelt([name, "lync_firewall_roles"]) == (
        f"{name} is no variable of this collection; did you mean {meant}?",
    )


def test_own_names_and_right_ones_are_no_mistake() -> None:
    own = [
        "lync_firewall_backup_servers",
        "lync_firewall_previous_report",
        "lync_firewall_taste",
        "lync_firewall_result",
        "lync_firewall_audit",
        "other",
        "lync_pool",
    ]
    assert misspelt([*own, *OTHERS]) == ()


def test_what_the_role_itself_sets_is_no_mistake() -> None:
    internal = [name for name in loaded("vars/main.yml") if name.startswith(PREFIX)]
    classes = [f"{name}_hosts" for name in ("drifted", "compliant", "unreachable", "failed", "ineffective")]
    set_by_tasks = [
        "totals",
        "reasons",
        "summary",
        "truncated",
        "result",
        "reported",
        "audit",
        "handover",
        "matrix_host",
    ]
    plays = (COLLECTION / "playbooks").rglob("*.yml")
    lines = [line for path in plays for line in path.read_text("utf-8").splitlines() if "tags: " not in line]
    of_plays = {name for line in lines for name in re.findall(rf"{PREFIX}\w+", line)}
    assert "lync_firewall_pattern" in of_plays
    own = [*internal, *of_plays, *(PREFIX + name for name in (*classes, *set_by_tasks))]
    assert misspelt(own) == ()


def test_the_role_knows_every_variable_that_it_documents() -> None:
    entry_points = loaded("meta/argument_specs.yml")["argument_specs"].values()
    documented = {name for entry in entry_points for name in entry["options"]}
    assert documented <= set(OTHERS) | OF_THE_MODULES
    assert set(loaded("defaults/main.yml")) <= set(OTHERS) | OF_THE_MODULES
    assert set(OTHERS).isdisjoint(OF_THE_MODULES)
    assert sorted(OTHERS) == list(OTHERS)
