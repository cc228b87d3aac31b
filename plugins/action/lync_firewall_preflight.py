# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_preflight: the hosts that a playbook works on, and what is wrong about them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

from ansible.errors import AnsibleError

from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.table import HOST_VARIABLES
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.assignment import DEFAULT_PATTERN
from ..plugin_utils._arguments import validate
from ..plugin_utils._controller import ControllerAction
from ..plugin_utils._named_roles import said_for_everybody
from ..plugin_utils._report.asked import asked
from ..plugin_utils._report.options import REPORT_OPTIONS, check, check_folder
from ..plugin_utils._report.status import REPORT_NAME, outdate
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._results import plain
from ..plugin_utils._targets import Request, find_targets
from ..plugin_utils._telling import tell
from ..plugin_utils._variables import Templated

_VARIABLES = {
    "named": f"{PREFIX}preflight_named",
    "batches": f"{PREFIX}serial",
    "sources": f"{PREFIX}report_sources",
    "slices": f"{PREFIX}preflight_slices",
    "scoped": f"{PREFIX}preflight_scoped",
    "clients": f"{PREFIX}preflight_clients",
}
"""Where options come from that are not given; a variable that is empty says nothing, but for `named`."""


class ActionModule(ControllerAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("default", default=DEFAULT_PATTERN),
        Option("named", type="raw", default=False),
        Option("batches", type="raw", default="1"),
        Option("sources", type="raw"),
        Option("slices", type="bool"),
        Option("scoped", type="bool", default=False),
        Option("clients", type="bool", default=False),
        HOST_VARIABLES,
    )

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: look at all hosts, and fail where there is nobody to work on."""
        known = task_vars or {}
        result: dict[str, Any] = {**super().run(tmp, known), "changed": False}
        try:
            options = validate(self._given(known), self.OPTIONS)
        except OptionError as error:
            return {**result, "failed": True, "msg": str(error)}
        request = Request(
            default=options["default"],
            within=known.get("ansible_play_hosts_all"),
            named=options["named"],
            sources=plain(known.get("ansible_inventory_sources") or []),
            limit=str(known.get("ansible_limit") or ""),
            batches=options["batches"],
            reports=options["sources"],
            slices=options["slices"],
            sliced=_is_slice(known),
            roles_for_all=said_for_everybody(),
            scoped=options["scoped"],
            clients=options["clients"],
        )
        targets = plain(find_targets(known["groups"], known["hostvars"], request))
        for note in targets["notes"]:
            tell(note, self._task)
        mistakes = list(targets["mistakes"])
        makes_a_report = options["slices"] is not None
        if makes_a_report:
            variables = self._of_report(known, targets["hosts"])
            mistakes += _report_mistakes(variables)
        if mistakes:
            message = " ".join(mistakes)
            if makes_a_report:
                self._outdate(variables, message)
            return {**result, "failed": True, "msg": message}
        return {**result, "targets": targets}

    def _of_report(self, known: dict[str, Any], hosts: Sequence[str]) -> Mapping[str, Any]:
        """The variables that the task sees which makes the report: those of the play, and of the first of its hosts."""
        of_host = next((known["hostvars"][name] for name in (*hosts, *known["groups"].get("all", ()))), {})
        return ChainMap(cast("dict[str, Any]", Templated(known, self._templar.template, {})), of_host)

    def _outdate(self, variables: Mapping[str, Any], message: str) -> None:
        """Have the status of an earlier run say that this one found nobody."""
        now = utc_now()
        try:
            report = asked(variables, "", REPORT_NAME)
            outdate(Path(report["dest"]), str(report.get("name", REPORT_NAME)), message, now)
        except (AnsibleError, OptionError, OSError, TypeError, ValueError) as error:
            tell(f"The status of an earlier run could not be replaced, and is out of date: {error}", self._task)

    def _given(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The options of the task, with those of variables where they count.

        Raises:
            OptionError: A variable cannot be templated.
        """
        given: dict[str, Any] = self._task.args
        known = self.variables(task_vars)
        if known is None:
            return given
        found = {option: known.get(variable) for option, variable in _VARIABLES.items()}
        return {**{option: value for option, value in found.items() if value not in (None, "")}, **given}


def _report_mistakes(variables: Mapping[str, Any]) -> list[str]:
    """What is wrong about the report that the run is to make: nobody is to be asked for nothing."""
    try:
        options = validate({**asked(variables, "", REPORT_NAME), "hosts": []}, REPORT_OPTIONS)
        check(options)
        check_folder(Path(options["dest"]))
    except (AnsibleError, OptionError, TypeError, ValueError) as error:
        return [f"A variable of the report, {PREFIX}report_*, is wrong: {error}."]
    return []


def _is_slice(known: dict[str, Any]) -> bool:
    """AWX passes no number of the slice, but a sliced job is a workflow of its making with the job template's name."""
    name = known.get("awx_job_template_name")
    return name is not None and known.get("awx_workflow_job_name") == name
