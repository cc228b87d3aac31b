# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_port_probe: works out what is to be probed; the module probes, where the task runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible import constants

from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError, read_ports
from ..module_utils._options.variables import PREFIX
from ..plugin_utils._arguments import validate
from ..plugin_utils._controller import ControllerAction
from ..plugin_utils._plain import plain
from ..plugin_utils._telling import tell

_OF_VARIABLES = ("timeout", "at_once", "deadline", "range_ports", "unasked")
_MOST_UNASKED = 1000
_WITHOUT_TURNS = ("free", "host_pinned")
"""Strategies to which ``run_once`` means nothing, as ansible-core's documentation of it says."""

_SHORTEST, _LONGEST = 0.1, 60.0  # seconds
_TARGET = (
    Option("host", required=True),
    Option("address"),
    Option("port", type="int", required=True, bounds=(1, 65535)),
    Option("transport", choices=("tcp", "udp"), default="tcp"),
    Option("tls", type="bool", default=False),
)


class ActionModule(ControllerAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    _requires_connection = True
    _connection: Any  # ansible-core's own, which the base class has

    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("hosts", type="list", elements="str"),
        Option("targets", type="list", elements="dict", suboptions=_TARGET),
        Option("timeout", type="float", default=3.0),
        Option("at_once", type="int", default=500, bounds=(1, 5000)),
        Option("deadline", type="int", default=120, bounds=(1, 3600)),
        Option("range_ports", type="int", default=3, bounds=(2, 100)),
        Option("unasked", type="list", elements="str", default=()),
        Option("verdicts"),
        Option(HOST_VARIABLES.name, type="bool", default=False),
    )

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: validate, work out, have it probed, compare; errors are results that name the option."""
        known = task_vars or {}
        result: dict[str, Any] = {**super().run(tmp, known), "changed": False}
        try:
            options = validate(self.given(known), self.OPTIONS)
            if not _SHORTEST <= options["timeout"] <= _LONGEST:
                raise OptionError("timeout", f"{options['timeout']} will not do; it takes {_SHORTEST} to {_LONGEST}")
            self._see_to_the_connection()
            return {**result, **plain(self.work(options, known))}
        except OptionError as error:
            return {**result, "failed": True, "msg": str(error)}

    def of_variables(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        found = {option: known.get(f"{PREFIX}probe_{option}") for option in _OF_VARIABLES}
        return {option: value for option, value in found.items() if value != ""}

    def _see_to_the_connection(self) -> None:
        """Probe from where it is meant: not from a Windows host, and from the controller whatever extra variables say.

        Raises:
            OptionError: The task runs on a Windows host.
        """
        if self._task.delegate_to in constants.LOCALHOST and self._connection.transport != "local":
            stdin = getattr(self._connection, "_new_stdin", os.devnull)
            loader = self._shared_loader_obj.connection_loader
            self._connection = loader.get("ansible.builtin.local", self._play_context, stdin)
        if getattr(self._connection._shell, "_IS_WINDOWS", False):
            raise OptionError(
                "delegate_to",
                "the probes come from the machine that the task runs on, and that is a Windows host: delegate the task "
                "to localhost, or to a Linux host in the network that is meant, and run it once",
            )

    def work(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        # An audit that probes nothing loads this file all the same.
        from ..plugin_utils._probe.compared import failure_of, side_by_side, to_targets  # noqa: PLC0415
        from ..plugin_utils._probe.table import lines_for_people  # noqa: PLC0415
        from ..plugin_utils._probe.targets import find  # noqa: PLC0415
        from ..plugin_utils._probe.unprobed import unprobed  # noqa: PLC0415

        unasked = read_ports("unasked", options["unasked"]) if options["unasked"] else None
        if unasked and len(unasked) > _MOST_UNASKED:
            raise OptionError("unasked", f"these are {len(unasked)} ports, and at most {_MOST_UNASKED} are probed")
        if options["targets"] is not None:
            found = None
            targets = [validate(target, _TARGET) for target in options["targets"]]
        else:
            names = self._of_play(task_vars) if options["hosts"] is None else options["hosts"]
            found = find(names, task_vars, str(self._task._uuid), options["range_ports"], unasked)
            targets = to_targets(found.hosts)
        asked = {key: options[key] for key in ("timeout", "at_once", "deadline")}
        answered = self._execute_module(
            module_name="lyncops.firewall.lync_port_probe",
            module_args={**asked, "targets": targets},
            task_vars=task_vars,
        )
        if answered.get("failed") or "probes" not in answered:
            # Its warnings are objects of ansible-core, which no result of ours can hold.
            said = {key: answered[key] for key in ("msg", "module_stdout", "module_stderr", "rc") if key in answered}
            return {"msg": "the probe failed and did not say why", **said, "failed": True}
        result = {key: answered[key] for key in ("sources", "counts", "seconds", "per_second")}
        if found is None:
            result |= {"probes": answered["probes"], "unasked": {}, "problems": {}}
            result["unprobed"] = unprobed(answered["probes"])
        else:
            result |= side_by_side(found, answered, self._audits(found, options["verdicts"], task_vars))
        result["failure"] = failure_of(result)
        for line in lines_for_people(result):
            tell(line, self._task)
        return result

    def _of_play(self, task_vars: Mapping[str, Any]) -> list[str]:
        """The hosts of the play, or of its batch, if it has ``serial``: each batch has the task once.

        Hosts that failed before are among them, as they need not be logged on to; in batches it is not known whose
        they are.

        Raises:
            OptionError: Each host has the task, whatever ``run_once`` says.
        """
        strategy = str(getattr(self._task.get_play(), "strategy", "") or "") if self._task.run_once else ""
        if strategy.rpartition(".")[2] in _WITHOUT_TURNS:
            raise OptionError(
                "hosts",
                f"a play with strategy: {strategy} has this task once for each host, and each would probe all of them; "
                "take it into a play with strategy: linear, or name the hosts that this one is to probe",
            )
        whole, left, batch = (
            list(map(str, task_vars.get(f"ansible_play_{part}") or ())) for part in ("hosts_all", "hosts", "batch")
        )
        return batch if batch and set(batch) < set(left) else whole

    def _audits(self, found: Any, variable: str | None, task_vars: Mapping[str, Any]) -> dict[str, Any] | None:
        """Host to the result of its audit; None where no variable is named."""
        if not variable:
            return None
        from ..plugin_utils._sources import source_of  # noqa: PLC0415

        return {host.name: source_of(host.name, variable, task_vars["hostvars"]).result for host in found.hosts}
