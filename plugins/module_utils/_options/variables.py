# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the variables that people set for a host, and which names are misspelt ones.

Ansible ignores a variable that nobody reads, and a scope that is ignored is open to anybody.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from .enforcing_table import ENFORCING_OPTIONS
from .host_table import HOST_OPTIONS

PREFIX = "lync_firewall_"
"""What the variable of an option begins with: ``lync_firewall_profiles``."""

OTHERS = tuple(
    PREFIX + name
    for name in (
        "accept_late",
        "addresses",
        "as_text",
        "dumps",
        "dumps_max_age",
        "extra_peers",
        "fail_on_drift",
        "forget",
        "gpo",
        "gpo_dir",
        "hosts",
        "log",
        "matrix_dir",
        "matrix_report",
        "max_fail_percentage",
        "plan_dir",
        "plan_name",
        "plan_title",
        "probe",
        "probe_address",
        "probe_at_once",
        "probe_deadline",
        "probe_from",
        "probe_range_ports",
        "probe_timeout",
        "probe_unasked",
        "qualify",
        "qualify_dir",
        "report_compare",
        "report_dir",
        "report_formats",
        "report_name",
        "report_previous",
        "report_sources",
        "report_title",
        "resolve_peers",
        "retired",
        "serial",
    )
)
"""Variables that a person may set and that belong to no option of the modules for hosts."""

_RIGHT = frozenset({*OTHERS, *(PREFIX + option.name for option in HOST_OPTIONS + ENFORCING_OPTIONS)})
# What the playbooks and the role set themselves: to compare them with all others is not free, on each host.
_SET_BY_US = (
    "audit blamed default_pattern expected found left_alone made pattern plan_made planned preflight probed reported "
    "result retiring seen "
    # What an audit or a plan has handed over to a job after it.
    "drifted_hosts ineffective_hosts unreachable_hosts failed_hosts compliant_hosts truncated totals reasons summary "
    "class digest left report_folder drifted_basis plan_summary"
)
_OWN = frozenset(PREFIX + name for name in _SET_BY_US.split())
_SLICE = f"{PREFIX}slice_"  # and the id of a job
_TWICE = "firewall_"  # which the name of one option begins with, and people take for part of all, or of none
_ENDINGS = {
    **{name.removeprefix(PREFIX).removeprefix(_TWICE): name for name in _RIGHT},
    **{name.removeprefix(PREFIX): name for name in _RIGHT},
}
_ALIKE = 0.85  # "skip_row" and "skip_rows", not "backup_servers" and any of ours
# For difflib two letters that have changed places are two of a short name, and "scoep" is not like "scope".
_SWAPPED = {
    ending[:at] + ending[at + 1] + ending[at] + ending[at + 2 :]: ending
    for ending in _ENDINGS
    for at in range(len(ending) - 1)
}
_FAMILY = "probe_"  # of which nobody else has any reason to have one


def misspelt(names: Iterable[str]) -> tuple[str, ...]:
    """A sentence about each name that is nearly one of ours.

    Args:
        names: Names of variables; others than ours are nobody's mistake.
    """
    found = []
    for name in sorted({name for name in names if name.startswith(PREFIX)} - _RIGHT - _OWN):
        if name.startswith(_SLICE) and name.removeprefix(_SLICE).isdigit():
            continue
        ending = name.removeprefix(PREFIX)
        alike = 0.0 if ending.startswith(_FAMILY) else _ALIKE
        for written in dict.fromkeys((ending, ending.removeprefix(_TWICE))):
            swapped = _SWAPPED.get(written)
            if near := [swapped] if swapped else difflib.get_close_matches(written, sorted(_ENDINGS), 1, alike):
                found.append(f"{name} is no variable of this collection; did you mean {_ENDINGS[near[0]]}?")
                break
    return tuple(found)
