# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_matrix: the traffic matrix of many hosts, as files on the controller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleError

from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.matrix import matrix_of
from ..module_utils._policy.matrix_aerleon import as_aerleon
from ..module_utils._policy.matrix_in_effect import InEffect, few, told
from ..module_utils._policy.matrix_markdown import as_markdown
from ..module_utils._policy.matrix_model import Matrix, Traffic
from ..module_utils._policy.matrix_texts import as_csv, as_json
from ..module_utils._policy.pools import VARIABLES
from ..plugin_utils._controller import ControllerTask
from ..plugin_utils._matrix import read_hosts, read_in_effect
from ..plugin_utils._matrix_clients import configured
from ..plugin_utils._paths import resolved
from ..plugin_utils._report.asked import FOLDER as REPORT_FOLDER
from ..plugin_utils._telling import tell
from ..plugin_utils._text_files import put_files

_FOLDER = "lync_firewall_matrix"
_REPORT = f"{PREFIX}matrix_report"
_NAME = "lync-traffic-matrix"


class ActionModule(ControllerTask):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    _last = ""  # the last report, where none is named

    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("hosts", type="list", elements="str", required=True),
        Option("variable", default="lync_firewall_matrix_host"),
        Option("dest", type="path", required=True),
        Option("report", default=""),
        HOST_VARIABLES,
    )

    def of_variables(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        report = known.get(_REPORT)
        found = {
            "hosts": known.get("ansible_play_hosts"),
            "dest": _path(known, f"{PREFIX}matrix_dir", _FOLDER),
            "report": _path(known, _REPORT, "") if report else "",
        }
        if report is None:
            name = known.get(f"{PREFIX}report_name") or "lync-firewall"
            last = Path(_path(known, f"{PREFIX}report_dir", REPORT_FOLDER)) / f"{name}.json"
            self._last = str(last) if last.is_file() else ""
        return found

    def work(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        hostvars = task_vars["hostvars"]
        entries = read_hosts(_registered(options["hosts"], options["variable"], hostvars))
        groups = task_vars.get("groups") or {}
        matrix = matrix_of(entries, _balanced(entries, groups, hostvars), configured(entries, groups, hostvars))
        in_effect, warnings = self._in_effect(options["report"])
        self._check_files(in_effect, options["report"] or self._last, task_vars)
        contents = {
            f"{_NAME}.csv": as_csv(matrix, in_effect),
            f"{_NAME}.md": as_markdown(matrix, in_effect),
            f"{_NAME}.json": as_json(matrix, in_effect),
            **as_aerleon(matrix),
        }
        folder = Path(str(self._loader.path_dwim(options["dest"])))
        result = put_files(folder, {name: content.encode() for name, content in contents.items()}, self._task)
        result["lines"] = len(matrix.lines)
        result["open_questions"] = _open_questions(matrix)
        if in_effect:
            result["in_effect"] = told(matrix, in_effect)
            tell(result["in_effect"], self._task)
        if result["open_questions"]:
            tell(f"Open questions: {'; '.join(result['open_questions'])}", self._task)
        return {**result, "warnings": warnings} if warnings else result

    def _in_effect(self, report: str) -> tuple[InEffect | None, list[str]]:
        """What the named report says, or the last one; what is wrong with that, which nobody has named, is a warning.

        Raises:
            OptionError: The named one cannot be read.
        """
        if not report and not self._last:
            return None, []
        path = Path(str(self._loader.path_dwim(report or self._last)))
        try:
            return read_in_effect(path), []
        except ValueError as error:
            wrong = f"{path} is no report of an audit ({error})"
            if not report:
                return None, [f"{wrong}; the matrix says nothing of what is in effect"]
            by_variable = self._task.args.get(HOST_VARIABLES.name) and "report" not in self._task.args
            raise OptionError(
                _REPORT if by_variable else "report",
                f"{wrong}. Name the JSON that lyncops.firewall.audit wrote, or leave it empty for a matrix that says "
                "nothing of what is in effect",
            ) from error

    def _check_files(self, in_effect: InEffect | None, report: str, task_vars: dict[str, Any]) -> None:
        """See that files that stand for hosts count, where they are named.

        Raises:
            OptionError: They do not: what is read is the report of an audit of them, and that is none.
        """
        known = self.variables(task_vars)
        if not (known and known.get(f"{PREFIX}dumps")) or (in_effect and in_effect.saved):
            return
        found = f"{report} is of the hosts themselves" if in_effect else "there is none"
        raise OptionError(
            f"{PREFIX}dumps",
            f"a matrix is not made of files, but of the report of an audit of them, and {found}. Run "
            f"lyncops.firewall.audit with {PREFIX}dumps first, and name its JSON in {_REPORT} where it has a name of "
            "its own; or take the variable out for a matrix that does not look at them",
        )


def _open_questions(matrix: Matrix) -> list[str]:
    asked = [f"who are {question.name}" for question in matrix.questions]
    if matrix.unaddressed:
        asked.append(f"which addresses have {few(matrix.unaddressed)}")
    return asked


def _registered(names: Iterable[str], variable: str, hostvars: Mapping[str, Any]) -> list[Any]:
    """What `lync_firewall_needs` registered for hosts; those that need no rule, or of which it failed, have nothing.

    Raises:
        OptionError: It cannot be read.
    """
    found = []
    for name in names:
        try:
            result = _written(name, hostvars).get(variable)
        except (AnsibleError, KeyError) as error:
            raise OptionError("hosts", f"{name}: {variable} cannot be read: {error}") from error
        if isinstance(result, Mapping) and "host" in result:
            found.append(result["host"])
    return found


def _balanced(
    entries: Sequence[Mapping[str, Any]], groups: Mapping[str, Any], hostvars: Mapping[str, Any]
) -> list[Traffic]:
    """What load balancers carry, where pools say that they have any.

    Raises:
        OptionError: What is said of a pool is wrong.
    """
    if not any(_written(str(entry["name"]), hostvars).get(VARIABLES["load_balancing"]) for entry in entries):
        return []
    from ..plugin_utils._matrix_balanced import carried  # noqa: PLC0415 (many estates have none)

    return carried(entries, groups, hostvars)


def _written(name: str, hostvars: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables of a host as they were written.

    A result holds no template of ours, and to have it looked through for one costs more than all the rest.
    """
    known: Mapping[str, Any] = getattr(hostvars, "raw_get", hostvars.__getitem__)(name)
    return known


def _path(known: Mapping[str, Any], variable: str, default: str) -> str:
    """Relative paths start at the current directory: they usually start at the playbook, but that may be installed."""
    return resolved(known.get(variable) or default, variable)
