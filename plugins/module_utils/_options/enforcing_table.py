# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the module that changes hosts, each said once; see `rules_table`."""

from __future__ import annotations

from .._firewall.state.rollback_files import LONGEST_DELAY, SHORTEST_DELAY
from .option import Option

ENFORCING_OPTIONS: tuple[Option, ...] = (
    Option(
        "on_ineffective",
        (
            "What to do when a requirement stays closed in effect although all managed rules are in place, because a "
            "block rule of somebody else beats them, Group Policy ignores local rules, or all exceptions are switched "
            "off.",
            "Each is named with the rule or setting that causes it and, where there is one, the command that "
            "corrects it. Nothing of anybody else is ever changed.",
            "In check mode the predicted state is judged.",
        ),
        choices=("fail", "warn"),
        default="fail",
    ),
    Option(
        "accept_impact",
        (
            "A plan that makes the firewall of a profile begin to filter cuts whatever is in use and no rule admits; "
            "one with block rules (O(on_wider=block_others)) cuts whoever is connected and not meant to be; one that "
            "switches a group off (O(builtin_groups)) cuts whoever is connected and comes in by that group alone. "
            "Such a plan is refused with a list of it, unless it is covered by O(extra_rules) or accepted here.",
        ),
        type="bool",
        default=False,
    ),
    Option(
        "rollback",
        (
            "Whether a risky plan is commit-confirmed. Risky is what may close something inbound, WinRM included. That "
            "is to start the firewall service, to switch a profile on, to add a block rule, or to remove or narrow an "
            "allow rule whose traffic no other rule of the plan lets through.",
            "With V(auto) the host is told beforehand to restore itself, by a scheduled task (C(LyncOpsRollback), in "
            "the folder C(%SystemRoot%\\LyncOpsRollback)). The task is taken away once a new connection has shown that "
            "the host is still in reach. If that connection fails, the task waits until the host has restored itself, "
            "and fails.",
            "Only managed rules and the profiles that were switched on are restored. The firewall service stays "
            "started.",
            "Another run that holds the same host is waited for, at most O(rollback_after) and two minutes.",
            "With V(never) nothing of it is done, and a host that is cut off stays so.",
        ),
        choices=("auto", "never"),
        default="auto",
    ),
    Option(
        "rollback_after",
        (
            f"Minutes after which the host restores itself, {SHORTEST_DELAY} to {LONGEST_DELAY}. Writing may take 5 "
            "minutes, and a host must not wait for days.",
        ),
        type="int",
        default=10,
        bounds=(SHORTEST_DELAY, LONGEST_DELAY),
    ),
)
"""How the module that changes hosts goes about it."""
