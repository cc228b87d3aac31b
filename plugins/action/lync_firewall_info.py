# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_info: what a host's firewall has and what its Lync roles ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible import context

from ..module_utils._firewall.change.arrival import Network, profiles_of
from ..module_utils._firewall.change.planning import make_plan
from ..module_utils._firewall.state.snapshot import Snapshot
from ..module_utils._firewall.traffic.reasons import Status
from ..module_utils._options.host_table import HOST_OPTIONS, HOST_VARIABLES
from ..module_utils._options.reading import OptionError
from ..module_utils._options.reading_table import AS_TEXT, DUMPS, DUMPS_MAX_AGE, INFO_OPTIONS, LOG, PROBE
from ..module_utils._options.variables import PREFIX
from ..module_utils._options.words import BLOCK_OTHERS
from ..module_utils._policy.blocking import unblocked
from ..module_utils._policy.edge_notes import notes as edge_notes
from ..module_utils._policy.effect import Effect, judge_policy
from ..module_utils._policy.host_policy import HostPolicy
from ..module_utils._policy.listening import Bound, bind_media, media_services
from ..module_utils._policy.wanted import is_only_judged, judged_state, missing_program, program_of, requested_policy
from ..plugin_utils import _results as results
from ..plugin_utils._action import FirewallAction, display, noted
from ..plugin_utils._admits import counted
from ..plugin_utils._host.judging import judge_host
from ..plugin_utils._host.reading import read
from ..plugin_utils._host.remote_host import RemoteHost
from ..plugin_utils._plan.approved import OF_NO_PLAN, PlannedHost, plan_file, read_planned
from ..plugin_utils._proof import read_proof
from ..plugin_utils._report.packed import glance, pack
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._requirement_rows import requirements
from ..plugin_utils._states import states
from ..plugin_utils._templated import Templated

_LEFT_BEHIND = (
    "managed rules are left on this computer from when its rules were managed; lync_firewall_clients is report now, so "
    "no run changes them. lyncops.firewall.site with lync_firewall_state: absent takes them away"
)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, of a host or a file, and how it is judged."""

    snapshot: Snapshot
    bound: Bound | None
    effects: tuple[Effect, ...]
    networks: tuple[Network, ...] = ()
    assumptions: tuple[str, ...] = ()
    listening: dict[str, str] | None = None
    files: tuple[dict[str, str], ...] = ()
    log: dict[str, Any] | None = None
    lacking: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()


def _is_ad_hoc() -> bool:
    """Whether this is a task of the command ``ansible``, which is given a module and no playbook."""
    return "module_name" in context.CLIARGS


class ActionModule(FirewallAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    _as_text = False

    OPTIONS = (*HOST_OPTIONS, HOST_VARIABLES, *INFO_OPTIONS, DUMPS, DUMPS_MAX_AGE, AS_TEXT, PROBE, LOG)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        self._as_text = options[AS_TEXT.name]
        if options[LOG.name]:
            from ..plugin_utils._log import span_of  # noqa: PLC0415

            span_of(options[LOG.name])  # before anything is connected to
        planned = self._planned(options["plan"], options["plan_digest"] or "")
        policy = requested_policy(options) if options["roles"] or options["state"] == "absent" else None
        from_file = options["dump"] or options[DUMPS.name]
        try:
            found = self._file(policy, options) if from_file else self._host(policy, options)
        except OptionError as error:
            if error.option != DUMPS.name or DUMPS.name in self._task.args:
                raise
            raise OptionError(f"{PREFIX}{DUMPS.name}", error.reason) from error
        snapshot = found.snapshot
        policy, notes = (found.bound.policy, found.bound.notes) if found.bound else (None, ())
        rows = policy.rows if policy else {}
        plan = make_plan(judged_state(policy, options), snapshot) if policy else None
        result = {
            "changed": False,
            "state": options["state"],
            **states(rows, plan, snapshot)[0],
            "networks": results.networks_list(found.networks),
            "assumptions": list(found.assumptions),
            "other_firewall": snapshot.other_firewall,
            "rule_counts": results.count_rules(snapshot),
            "foreign": read_proof(snapshot, planned, self._remote.connected_to() if self._remote else ""),
            "requirements": requirements(found.effects, snapshot, profiles_of(found.networks)),
            "wider": counted(found.effects, options["on_wider"]),
            "disabled_lync_rules": results.disabled_lync_rules(snapshot),
            "product": policy.product.value if policy else "",
            "skipped_rows": list(policy.skipped) if policy else [],
            "differences": results.disagreements(policy) if policy else [],
        }
        changed = result["foreign"].get("since_plan", {}).get("differences", ())
        if changed:
            notes = (*notes, f"since the plan was made, this changed that is not ours: {'; '.join(changed)}")
        if plan and plan.changes and is_only_judged(options):
            notes = (*notes, _LEFT_BEHIND)
        if snapshot.missing:
            notes = (*notes, missing_program(snapshot.missing))
        if policy and options["on_wider"] == BLOCK_OTHERS and (open_still := unblocked(policy)):
            notes = (*notes, open_still)
        if found.files:
            result["judged_from"] = list(found.files)
            result["lacking"], result["outdated"] = list(found.lacking), list(found.outdated)
        if options[PROBE.name]:
            result["listening"] = found.listening
        if options[LOG.name]:
            result["log"] = found.log
        if notes:
            result["warnings"] = [f"{self.host_name}: {note}" for note in notes]
        if plan:
            result["drift"] = {"found": plan.changes, **results.plan_dict(plan, rows)}
        return result

    def _planned(self, path: str | None, approved: str) -> PlannedHost | None:
        """What the host was when a plan was made, if there is a plan and the host is in it.

        Raises:
            OptionError: The file is no plan.
        """
        if approved and not path:
            raise OptionError("plan_digest", OF_NO_PLAN)
        try:
            return read_planned(plan_file(path), self.host_name, approved) if path else None
        except (OSError, ValueError) as error:  # a PlanError, or a path with NUL in it
            raise OptionError("plan", f"{path}: {error}") from error

    def shaped(self, result: dict[str, Any]) -> dict[str, Any]:
        if "requirements" not in result:
            return result
        if self._as_text:
            return pack(result)
        # Without a playbook there is nothing to register the result in, and Ansible prints all of it.
        return glance(result) if _is_ad_hoc() and display.verbosity == 0 else result

    def _host(self, policy: HostPolicy | None, options: dict[str, Any]) -> _Read:
        host = self.remote_host(options)
        bound = self.bound(host, policy, options) if policy else None
        snapshot = read(host, owner=True, program=program_of(options))
        effects = judge_host(host, bound.policy, snapshot) if bound else ()
        # Which profile a network is in tells a person whether a profile's verdict matters now: where all of them are
        # open, they matter all the same.
        asked = not effects or any(effect.verdict.status is not Status.OPEN for effect in effects)
        # What a log does not tell depends on them as well.
        asked = asked or (bool(options[LOG.name]) and _logs_anything(snapshot))
        networks = tuple(host.networks() or ()) if asked else ()
        return _Read(
            snapshot,
            bound,
            effects,
            networks,
            listening=_listening(host) if options[PROBE.name] else None,
            log=self._log_of(host, options[LOG.name], snapshot, effects, networks) if options[LOG.name] else None,
        )

    def _log_of(
        self,
        host: RemoteHost,
        asked: str,
        snapshot: Snapshot,
        effects: tuple[Effect, ...],
        networks: tuple[Network, ...],
    ) -> dict[str, Any]:
        """What the host's own log says.

        Raises:
            ConnectionLost: The host could not be reached.
        """
        from ..plugin_utils._log import log_of  # noqa: PLC0415  # an audit that reads no log needs none of it

        names = self.host_variables.names if self.host_variables else dict[str, str]
        return log_of(host, asked, snapshot, effects, profiles_of(networks), names)

    def _file(self, policy: HostPolicy | None, options: dict[str, Any]) -> _Read:
        """What the options `dump` or `dumps` name; nothing is connected to."""
        # Not for a host: what a fleet does not need is not loaded either.
        from ..module_utils._firewall.state.dump_file import DumpFileError, read_dump_files  # noqa: PLC0415

        alone = options["dump"]
        paths = [str(self._loader.path_dwim(alone))] if alone else self._dumps(options[DUMPS.name])
        try:
            saved = read_dump_files(paths, documented=not alone)
        except DumpFileError as error:
            raise OptionError("dump" if alone else DUMPS.name, str(error)) from error
        outdated: list[str] = []
        if not alone:
            from ..plugin_utils._dumps import check_computers  # noqa: PLC0415
            from ..plugin_utils._dumps_age import outdated as too_old  # noqa: PLC0415

            check_computers(paths, saved.computers, self._whose(), self._inventory())
            when = [(file.name, file.saved) for file in saved.files]
            outdated = too_old(when, options[DUMPS_MAX_AGE.name], utc_now())
        bound = Bound(policy) if policy else None
        if policy and options["program"] == "listener" and media_services(policy):
            bound = bind_media(policy, dict(saved.snapshot.programs), "in the file, with its ImagePath")
        bound = noted(bound, *edge_notes(bound.policy)) if bound else None
        effects = judge_policy(bound.policy, saved.snapshot) if bound else ()
        files = tuple({"file": file.name, "saved": file.saved} for file in saved.files)
        assumptions = saved.assumptions
        if policy and (program := program_of(options)):
            assumptions = (*assumptions, f"{program} is on the host, which a file does not tell")
        log = None
        if options[LOG.name]:
            from ..plugin_utils._log import NOT_ON_HOST, unread  # noqa: PLC0415

            log = unread(options[LOG.name], [NOT_ON_HOST], effects)
        return _Read(
            saved.snapshot,
            bound,
            effects,
            assumptions=assumptions,
            files=files,
            lacking=saved.lacking,
            outdated=tuple(outdated),
            log=log,
        )

    def _whose(self) -> tuple[str, object]:
        """The host's name in the inventory, and its address."""
        name = str(self.task_vars.get("inventory_hostname", "host"))
        return name, Templated(self.task_vars, self._templar.template, {}).get("ansible_host")

    def _inventory(self) -> list[str]:
        """The names of all hosts."""
        return list((self.task_vars.get("groups") or {}).get("all", ()))

    def _dumps(self, folder_name: str) -> list[str]:
        """The files of the host in the folder.

        Raises:
            OptionError: There is no such folder, or none of the files is clearly the host's.
        """
        from ..plugin_utils._dumps import OPTION, files_of, folder_of, is_address  # noqa: PLC0415  # see `_file`

        folder = folder_of(folder_name)
        name, address = self._whose()
        paths = files_of(folder, name, address, self._inventory())
        if not paths:
            short = name.partition(".")[0] if not is_address(name) else name
            raise OptionError(
                OPTION,
                f"no file in {folder} stands for the host; one that is called {short}.txt, .reg, .SYSTEM or .SOFTWARE "
                f"would, or {name}.txt and so on, or a folder of that name. See the guide Files instead of hosts",
            )
        return paths


def _listening(host: RemoteHost) -> dict[str, str] | None:
    from ..plugin_utils._host.listening import read_listening  # noqa: PLC0415  # an audit that probes nothing needs none

    found = read_listening(host)
    return None if found is None else {transport: str(ports) for transport, ports in found.items()}


def _logs_anything(snapshot: Snapshot) -> bool:
    from ..module_utils._firewall.log.files import logs_anything  # noqa: PLC0415

    return logs_anything(snapshot)
