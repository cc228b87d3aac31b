# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall: bring one host's firewall to what its Lync roles need."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from ..module_utils._firewall.change.plan import Wanted
from ..module_utils._firewall.state.reading import NotElevated, ReadError
from ..module_utils._firewall.state.rule import ALL_PROFILES
from ..module_utils._policy.effect import Effect, explain, failures, judge_policy
from ..module_utils._policy.extra_rules import OptionError
from ..module_utils._policy.listening import Bound
from ..module_utils._policy.policy import HostPolicy
from ..plugin_utils import _results as results
from ..plugin_utils._action import FirewallAction
from ..plugin_utils._host.enforcement import enforce
from ..plugin_utils._host.judging import judge_host
from ..plugin_utils._host.lockout import LockoutGuard
from ..plugin_utils._host.outcome import Failed, Outcome, Refused
from ..plugin_utils._host.remote_host import ConnectionLost, RemoteHost
from ..plugin_utils._options import ENFORCING, check_rollback_after

_NOTHING = HostPolicy(rules=(), demands=(), skipped=(), rows={})


class ActionModule(FirewallAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    ARGUMENTS = ENFORCING
    REQUIRED_IF: ClassVar = [["state", "present", ["roles"]]]

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        minutes = check_rollback_after(options["rollback_after"])
        host, bound = self._wanted_policy(options)
        self._policy = bound.policy
        absent = options["state"] == "absent"
        wanted = Wanted(
            rules=self._policy.rules,
            exclusive=absent or options["exclusive"],
            service=options["firewall_service"] == "started" and not absent,
            profiles_on=ALL_PROFILES if options["firewall_enabled"] == "true" and not absent else frozenset(),
        )
        self._guard = LockoutGuard(host, options["accept_impact"])
        outcome = enforce(
            host,
            wanted,
            self._task.check_mode,
            rollback=options["rollback"],
            rollback_after=minutes,
            guard=self._guard,
        )
        effects = self._effects(host, outcome)
        problems = [f"{refusal.subject}: {refusal.reason}" for refusal in outcome.plan.refused]
        warnings = [*outcome.warnings, *bound.notes]
        ineffective = [explain(effect, outcome.after) for effect in failures(effects)]
        (problems if options["on_ineffective"] == "fail" else warnings).extend(ineffective)
        result = self._result(outcome, effects)
        if ineffective:  # which profile a network is in tells a person whether a profile's verdict matters now
            result["networks"] = self._networks(host)
        if warnings:
            result["warnings"] = [f"{self.host_name}: {warning}" for warning in warnings]
        if problems:
            message = f"{self.host_name}: not everything is as it should be. {'; '.join(problems)}"
            result.update(failed=True, msg=message)
        return result

    def _effects(self, host: RemoteHost, outcome: Outcome) -> tuple[Effect, ...]:
        try:
            return judge_host(host, self._policy, outcome.after)
        except (ConnectionLost, ReadError, NotElevated) as error:
            if not outcome.wrote:
                raise
            raise Failed(f"all was written and seen, but the host was lost afterwards: {error}", outcome) from error

    def _networks(self, host: RemoteHost) -> list[dict[str, str]]:
        try:
            return [asdict(network) for network in host.networks() or ()]
        except ConnectionLost:
            return []

    def known(self, error: Failed) -> dict[str, Any]:
        if error.outcome is None:
            return {}
        result = self._result(error.outcome, judge_policy(self._policy, error.outcome.after))
        if isinstance(error, Refused):
            result["changed"] = False
            if not self._task.check_mode:
                result["after"] = result["before"]
        return result

    def _wanted_policy(self, options: dict[str, Any]) -> tuple[RemoteHost, Bound]:
        """Options first: what is wrong in them is said without a connection."""
        if options["state"] == "present":
            policy = self.policy(options)
            host = self.remote_host()
            return host, self.bound(host, policy, options)
        if options["roles"]:
            raise OptionError("roles", "state absent removes all managed rules, whatever their role; leave roles out")
        return self.remote_host(), Bound(_NOTHING)

    def _result(self, outcome: Outcome, effects: tuple[Effect, ...]) -> dict[str, Any]:
        rows = self._policy.rows
        result = {
            "changed": outcome.changed,
            "before": results.state_dict(outcome.before, rows),
            "after": results.state_dict(outcome.after, rows),
            **results.plan_dict(outcome.plan, rows),
            "requirements": results.requirements(effects),
            "disabled_lync_rules": results.disabled_lync_rules(outcome.after),
            "skipped_rows": list(self._policy.skipped),
            "rollback": outcome.rollback,
            "impact": [str(endpoint) for endpoint in self._guard.cut],
        }
        if self._task.diff:
            result["diff"] = results.diff(outcome.before, outcome.after, rows, self._guard.cut)
        return result
