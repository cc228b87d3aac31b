# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall: bring one host's firewall to what its Lync roles need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ..module_utils._firewall.change.arrival import Network, profiles_of
from ..module_utils._firewall.change.fingerprint import plan_digest
from ..module_utils._firewall.change.plan import Plan
from ..module_utils._firewall.change.prediction import predict
from ..module_utils._firewall.state.reading import NotElevated, ReadError
from ..module_utils._firewall.state.rule import Profile
from ..module_utils._firewall.state.snapshot import Snapshot
from ..module_utils._firewall.traffic.reasons import TEXTS, Reason
from ..module_utils._options.enforcing_table import ENFORCING_OPTIONS
from ..module_utils._options.host_table import HOST_OPTIONS, HOST_VARIABLES
from ..module_utils._options.reading import OptionError
from ..module_utils._options.words import BLOCK_OTHERS, FAIL
from ..module_utils._policy.blocking import unblocked
from ..module_utils._policy.effect import Effect, failures, judge_policy, wider
from ..module_utils._policy.remedy import explain_all
from ..module_utils._policy.self_closed import self_closed
from ..module_utils._policy.wanted import missing_program, requested_policy, wanted_state
from ..module_utils._policy.wider import explain_wider, remedy
from ..module_utils._texts import said
from ..plugin_utils import _results as results
from ..plugin_utils._action import FirewallAction, display
from ..plugin_utils._admits import counted
from ..plugin_utils._host.commands import ConnectionLost
from ..plugin_utils._host.enforcement import enforce
from ..plugin_utils._host.judging import judge_host
from ..plugin_utils._host.lockout import LockoutGuard
from ..plugin_utils._host.outcome import Failed, Outcome, Refused
from ..plugin_utils._host.remote_host import RemoteHost
from ..plugin_utils._plan.approval import Approval, read_approval
from ..plugin_utils._plan.approved import OF_NO_PLAN
from ..plugin_utils._plan.cuts import Cuts, as_dict
from ..plugin_utils._proof import work_proof
from ..plugin_utils._report.asked import folder_of
from ..plugin_utils._report.changed import note_changed
from ..plugin_utils._report.packed import fold
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._requirement_rows import requirements
from ..plugin_utils._said import texts
from ..plugin_utils._settings import opened
from ..plugin_utils._states import diff, states
from ..plugin_utils._summary import bounded, old_policy, summary

_CONTRADICTS = (
    "the options contradict each other: roles want a row of the table open that extra_rules, profile_settings or "
    "builtin_groups close (skip_rows leaves a row out, on_ineffective: warn goes on)"
)

LONGEST_MESSAGE = 1999
"""Characters of a host's failure message. A policy may spoil every row; the result has all of them."""


_HOW = ("rollback", "rollback_after", "accept_impact", "on_ineffective", "on_wider")
"""Options that say how a plan is carried out, and when that is a failure, which a batch stops at."""

_OTHER_FIREWALL = (
    "{} filters in place of Windows Firewall, and nobody here knows its rules. " + TEXTS[Reason.OTHER_FIREWALL].advice
)


class ActionModule(FirewallAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    _brief = False
    _roles: Sequence[str] = ()

    ENFORCES = True

    OPTIONS = (*HOST_OPTIONS, HOST_VARIABLES, *ENFORCING_OPTIONS)
    REQUIRED_IF: ClassVar = [["state", "present", ["roles"]]]

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        self._on_wider = options["on_wider"]
        self._fails_where_closed = options["on_ineffective"] == "fail"
        self._roles = [str(role) for role in options["roles"] or ()]
        self._brief = options[HOST_VARIABLES.name] and display.verbosity == 0
        self._rollback, self._minutes = options["rollback"], options["rollback_after"]
        self._how = tuple(f"{name}={options[name]}" for name in _HOW)
        approval = self._planned(options["plan"], options["plan_digest"] or "")
        policy = requested_policy(options)  # before the connection is opened: it says what is wrong
        self._host = host = self.remote_host(options)
        bound = self.bound(host, policy, options)
        self._policy = bound.policy
        self._guard = LockoutGuard(host, options["accept_impact"], confirmed=options["rollback"] == "auto")
        try:
            outcome = enforce(
                host,
                wanted_state(self._policy, options),
                self._task.check_mode,
                rollback=options["rollback"],
                rollback_after=options["rollback_after"],
                guard=lambda plan, before: self._objections(approval, plan, before),
                say=self.say,
            )
        except Refused:
            if approval and approval.objection:
                return self._left_alone(approval.objection)
            raise
        effects = self._effects(host, outcome)
        problems = [f"{refusal.subject}: {refusal.reason}" for refusal in outcome.plan.refused]
        warnings = [
            *opened(outcome.plan),
            *outcome.warnings,
            *bound.notes,
            *self._guard.warnings,
            *self._found(outcome.before, approval),
        ]
        closed = failures(effects)
        # Which profile a network is in tells a person whether a profile's verdict matters now.
        networks = self._networks(host) if closed else ()
        connected = profiles_of(networks)
        ineffective = explain_all(closed, outcome.after, connected)
        if outcome.after.other_firewall and effects:
            ineffective.insert(0, _OTHER_FIREWALL.format(said(outcome.after.other_firewall)))
        ineffective += old_policy(outcome.plan)
        if options["on_ineffective"] == "fail":
            problems += ineffective
        elif ineffective:
            warnings.append(bounded(ineffective, LONGEST_MESSAGE))
        if options["on_wider"] == FAIL and (found := wider(effects)):
            problems += [*map(explain_wider, found), f"remedy: {remedy(found)}"]
        result = self._result(outcome, effects, connected)
        if closed:
            result["networks"] = results.networks_list(networks)
        if warnings:
            result["warnings"] = [f"{self.host_name}: {warning}" for warning in warnings]
        result["summary"] = summary(self.host_name, options["roles"], result, self._task.check_mode)
        if options[HOST_VARIABLES.name]:
            self.tell(result["summary"])
        if problems:
            introduction = f"{self.host_name}: not everything is as it should be. "
            result.update(failed=True, msg=introduction + bounded(problems, LONGEST_MESSAGE - len(introduction)))
        return result

    def _found(self, before: Snapshot, approval: Approval | None) -> Iterator[str]:
        """What a person should know of the host as it was found."""
        if self._on_wider == BLOCK_OTHERS and (open_still := unblocked(self._policy)):
            yield open_still
        if approval:
            yield from approval.warnings(before)
        if before.missing:
            yield missing_program(before.missing)

    def shaped(self, result: dict[str, Any]) -> dict[str, Any]:
        if result.get("changed") is True and self.host_variables and not self._task.check_mode:
            self._note(self.host_variables.known, result)
        # Ansible prints all of a result that failed, thousands of lines: in our playbooks only what is to be read.
        brief = self._brief and result.get("failed") is True and "requirements" in result
        return fold(result) if brief else result

    def _note(self, known: Mapping[str, Any], result: dict[str, Any]) -> None:
        """Remember that the host has rules of ours: it may leave the inventory before a report knows of it."""
        try:
            after = result.get("after") or {}
            rules = len(after["rules"]) + after.get("rules_left_out", 0) if "rules" in after else None
            by_policy = len(result.get("by_policy", ())) + len(result.get("policy_stale", ()))
            note_changed(Path(folder_of(known)), self.host_name, self._roles, rules, utc_now(), by_policy)
        except (OptionError, OSError, TypeError, ValueError) as error:
            # The same for all hosts, so that it is shown once.
            sentence = f"what is changed here, and leaves before the next report, is not remembered: {error}"
            result["warnings"] = [*result.get("warnings", ()), sentence]

    def _objections(self, approval: Approval | None, plan: Plan, before: Snapshot) -> Sequence[str]:
        """What keeps from carrying out a plan: that it is not what was approved, or the guard."""
        if approval and (found := approval.check(plan, self._how, before, self._host.connected_to())):
            return found
        if self._fails_where_closed and (closed := self_closed(self._policy, plan, before)):
            return [f"{_CONTRADICTS}: {text}" for text in explain_all(closed, predict(plan, before))]
        return self._guard(plan, before) or (approval.check_cuts(self._cuts()) if approval else ())

    def _cuts(self) -> Cuts:
        return Cuts(self._guard.found.closed, self._guard.found.blocked)

    def _left_alone(self, why: str) -> dict[str, Any]:
        """Not a failure of this task: the hosts whose plan is the one that was approved are still to be changed."""
        told = f"{self.host_name}: {why}"
        return {"changed": False, "left_alone": True, "msg": told, "warnings": [told]}

    def _planned(self, path: str | None, approved: str) -> Approval | None:
        """What was approved; None where nothing had to be.

        Raises:
            OptionError: The file is no plan, or another one than was approved.
        """
        if approved and not path:
            raise OptionError("plan_digest", OF_NO_PLAN)
        try:
            return read_approval(path, self.host_name, approved) if path else None
        except (OSError, ValueError) as error:  # a PlanError, or a path with NUL in it
            raise OptionError("plan", f"{path}: {error}") from error

    def _effects(self, host: RemoteHost, outcome: Outcome) -> tuple[Effect, ...]:
        try:
            return judge_host(host, self._policy, outcome.after)
        except (ConnectionLost, ReadError, NotElevated) as error:
            if not outcome.wrote:
                raise
            raise Failed(f"all was written and seen, but the host was lost afterwards: {error}", outcome) from error

    def _networks(self, host: RemoteHost) -> Sequence[Network]:
        try:
            return host.networks() or ()
        except ConnectionLost:
            return ()

    def known(self, error: Failed) -> dict[str, Any]:
        if error.outcome is None:
            return {}
        result = self._result(error.outcome, judge_policy(self._policy, error.outcome.after))
        if isinstance(error, Refused):
            result["changed"] = False
            if not self._task.check_mode:
                result["after"] = result["before"]
        return result

    def _result(
        self, outcome: Outcome, effects: tuple[Effect, ...], connected: frozenset[Profile] = frozenset()
    ) -> dict[str, Any]:
        rows = self._policy.rows
        before, after = states(rows, outcome.plan, outcome.before, outcome.after)
        result = {
            "changed": outcome.changed,
            "before": before,
            "after": after,
            **results.plan_dict(outcome.plan, rows),
            "other_firewall": outcome.before.other_firewall,
            "requirements": requirements(effects, outcome.after, connected),
            "wider": counted(effects, self._on_wider),
            "disabled_lync_rules": results.disabled_lync_rules(outcome.after),
            "product": self._policy.product.value,
            "skipped_rows": list(self._policy.skipped),
            "rollback": outcome.rollback,
            "arms_rollback": self._arms(outcome),
            "impact": texts(map(str, self._guard.cut), "impact"),
            "cuts": as_dict(self._cuts()),
            "connected_to": self._host.connected_to(),
            "plan_digest": plan_digest(outcome.plan, self._how, outcome.before),
            "undo": results.undo_dict(outcome.plan, outcome.before),
            "foreign": work_proof(outcome, detailed=self._task.check_mode),
        }
        if self._task.diff:
            result["diff"] = diff(outcome.before, outcome.after, rows, self._guard.cut, outcome.plan)
        return result

    def _arms(self, outcome: Outcome) -> dict[str, Any]:
        if not outcome.changed:
            return {"armed": False, "why": []}
        from ..plugin_utils._armed import arms_rollback  # noqa: PLC0415 most hosts need no change

        return arms_rollback(outcome.plan, outcome.before, self._rollback, self._minutes)
