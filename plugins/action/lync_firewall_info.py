# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_info: what a host's firewall has and what its Lync roles ask for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..module_utils._firewall.change.plan import make_plan
from ..module_utils._options.table import HOST_OPTIONS
from ..module_utils._policy.wanted import requested_policy, wanted_state
from ..plugin_utils import _results as results
from ..plugin_utils._action import FirewallAction
from ..plugin_utils._host.judging import judge_host
from ..plugin_utils._host.writing import read


class ActionModule(FirewallAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS = HOST_OPTIONS

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        policy = requested_policy(options) if options["roles"] or options["state"] == "absent" else None
        host = self.remote_host()
        notes: tuple[str, ...] = ()
        if policy:
            bound = self.bound(host, policy, options)
            policy, notes = bound.policy, bound.notes
        snapshot = read(host, owner=True)
        rows = policy.rows if policy else {}
        networks = host.networks()
        result = {
            "changed": False,
            **results.state_dict(snapshot, rows),
            "networks": [asdict(network) for network in networks or ()],
            "other_firewall": snapshot.other_firewall,
            "rule_counts": results.count_rules(snapshot),
            "requirements": results.requirements(judge_host(host, policy, snapshot), snapshot) if policy else [],
            "disabled_lync_rules": results.disabled_lync_rules(snapshot),
            "skipped_rows": list(policy.skipped) if policy else [],
            "differences": results.disagreements(policy) if policy else [],
        }
        if notes:
            result["warnings"] = [f"{self.host_name}: {note}" for note in notes]
        if policy:
            plan = make_plan(wanted_state(policy, options), snapshot)
            result["drift"] = {"found": plan.changes, **results.plan_dict(plan, rows)}
        return result
