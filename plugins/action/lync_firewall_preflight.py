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

from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..module_utils._policy.assignment import DEFAULT_PATTERN
from ..plugin_utils._arguments import validate
from ..plugin_utils._batches import batch_sizes, most_failing
from ..plugin_utils._controller import ControllerAction
from ..plugin_utils._dumps_asked import files_for, no_folder
from ..plugin_utils._left_out import left_out
from ..plugin_utils._limit import limit_mistake
from ..plugin_utils._named_hosts import find_named
from ..plugin_utils._named_roles import said_for_everybody
from ..plugin_utils._paths import resolved
from ..plugin_utils._plain import plain
from ..plugin_utils._plan.approved import OF_NO_PLAN, plan_file
from ..plugin_utils._plan.held import Asked, held_to
from ..plugin_utils._report.asked import asked, below, place
from ..plugin_utils._report.files import is_base_name
from ..plugin_utils._report.job import is_job, is_slice, reports_of_slices
from ..plugin_utils._report.options import REPORT_OPTIONS, check, check_folder
from ..plugin_utils._report.status import REPORT_NAME, outdate
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._targets import Request, find_targets
from ..plugin_utils._telling import tell
from ..plugin_utils._templated import Templated
from ..plugin_utils._version import collection_version
from ..plugin_utils._whose import whose

_MANAGED = "lync"
"""The group of hosts that the inventory plugin says are managed."""

_VARIABLES = {
    "named": f"{PREFIX}preflight_named",
    "batches": f"{PREFIX}serial",
    "sources": f"{PREFIX}report_sources",
    "slices": f"{PREFIX}preflight_slices",
    "scoped": f"{PREFIX}preflight_scoped",
    "basis": f"{PREFIX}preflight_basis",
    "accept_late": f"{PREFIX}accept_late",
    "plan": f"{PREFIX}preflight_plan",
    "plan_digest": f"{PREFIX}plan_digest",
    "at_once": f"{PREFIX}preflight_at_once",
    "clients": f"{PREFIX}preflight_clients",
    "files": f"{PREFIX}preflight_files",
    "by_name": f"{PREFIX}preflight_by_name",
    "work": f"{PREFIX}preflight_work",
    "changes": f"{PREFIX}preflight_changes",
}
"""Where options come from that are not given; a variable that is empty says nothing, but for `named`."""

_WITHOUT_TAGS = "No host is read or changed: run it without, and choose hosts with --limit"


class ActionModule(ControllerAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("default", default=DEFAULT_PATTERN),
        Option("named", type="raw", default=False),
        Option("batches", type="raw", default="1"),
        Option("sources", type="raw"),
        Option("slices", type="bool"),
        Option("scoped", type="bool", default=False),
        Option("artifacts", type="bool", default=False),
        Option("basis", type="raw"),
        Option("accept_late", type="bool", default=False),
        Option("plan", type="path"),
        Option("plan_digest"),
        Option("at_once", type="bool", default=False),
        Option("clients", type="bool", default=False),
        Option("files", type="bool", default=True),
        Option("by_name", type="bool", default=False),
        Option("work", type="list", elements="str", default=[]),
        Option("changes", type="bool", default=False),
        HOST_VARIABLES,
    )

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: look at all hosts, and fail where there is nobody to work on."""
        known = task_vars or {}
        result: dict[str, Any] = {**super().run(tmp, known), "changed": False}
        try:
            options = validate(self.given(known), self.OPTIONS)
        except OptionError as error:
            return {**result, "failed": True, "msg": str(error)}
        inventories = [str(source) for source in plain(known.get("ansible_inventory_sources") or [])]
        request = Request(
            default=options["default"],
            within=known.get("ansible_play_hosts_all"),
            named=options["named"],
            sources=inventories,
            absent=[name for name in inventories if "," not in name and not Path(name).exists()],
            limit=str(known.get("ansible_limit") or ""),
            batches=options["batches"],
            # An audit after them is handed these too, and does not take them.
            reports=options["sources"] or (options["slices"] and list(reports_of_slices(known))),
            slices=options["slices"],
            sliced=is_slice(known),
            roles_for_all=said_for_everybody(),
            scoped=options["scoped"],
            clients=options["clients"],
            plan_for_all=said_for_everybody(f"{PREFIX}plan"),
            hosts_for_all=said_for_everybody(f"{PREFIX}hosts"),
        )
        try:
            find = find_named if options["by_name"] else find_targets
            targets = plain(find(known["groups"], known["hostvars"], request))
        except OptionError as error:
            return {**result, "failed": True, "msg": str(error)}
        # The inventory of a slice has no host of the others.
        names = [*known["groups"], *known["groups"].get("all", ())]
        wrong_limit = [] if request.sliced else [*filter(None, [limit_mistake(request.limit, names, inventories)])]
        wrong_plan = _plan_mistakes(known, options["at_once"])
        if options["plan"] and not (wrong_limit or wrong_plan or targets["mistakes"]):
            try:
                targets = _held(targets, options["plan"], options["plan_digest"] or "", request, known)
            except (OSError, ValueError) as error:  # a PlanError, or a path with NUL in it
                return {**result, "failed": True, "msg": f"plan: {options['plan']}: {error}"}
        not_run = left_out(options["work"], not options["changes"], known)
        if not_run and options["changes"]:  # somebody's playbook may have other work, which the tags are for
            targets["notes"].append(f"{not_run} leaves out what this playbook is for. {_WITHOUT_TAGS}.")
            not_run = ""
        for note in () if wrong_limit else targets["notes"]:
            tell(note, self._task)
        age = _age(known)
        if options["slices"] is False and age:
            tell(age, self._task)
        half = [f"{not_run} leaves out a part of the work. {_WITHOUT_TAGS}."] if not_run else []
        mistakes = [
            *wrong_limit,
            *targets["mistakes"],
            *wrong_plan,
            *half,
            *self._of_others(options, request, targets, known),
        ]
        makes_a_report = options["slices"] is not None
        if makes_a_report:
            variables = self._of_report(known, targets["hosts"])
            mistakes += _report_mistakes(variables, known)
        if mistakes:
            message = " ".join(filter(None, [*mistakes, "" if targets["hosts"] else age]))
            if makes_a_report:
                self._outdate(variables, message)
            if makes_a_report and options["artifacts"]:
                return {**result, "mistake": message, "ansible_stats": _artifacts(message)}
            return {**result, "failed": True, "msg": message}
        return {**result, "targets": targets}

    def _of_others(
        self, options: Mapping[str, Any], request: Request, targets: Mapping[str, Any], known: Mapping[str, Any]
    ) -> list[str]:
        """What is wrong about what earlier runs and the inventory say, beside what `find_targets` has told."""
        found = []
        if not options["files"]:
            found += files_for(targets["hosts"], known)
        elif options["work"]:
            found += no_folder(known, self._templar.template)
        if targets["unknown"] and request.named is False:
            found.append(_owned(f"{PREFIX}hosts", known))
        if targets["mistakes"] and options["sources"]:
            found.append(_owned(f"{PREFIX}report_sources", known))
        other = _since_audited(options["basis"], known)
        if other and options["accept_late"]:
            tell(f"Not what was audited: {other}. Gone on with, as {PREFIX}accept_late says.", self._task)
        elif other:
            found.append(
                f"This is not what was audited, and perhaps approved: {other}. Nothing was done. Begin again with an "
                f"audit, or go on with {PREFIX}accept_late: true."
            )
        return found

    def _of_report(self, known: dict[str, Any], hosts: Sequence[str]) -> Mapping[str, Any]:
        """The variables that the task sees which makes the report: those of the play, and of the first of its hosts."""
        names = (*hosts, *known["groups"].get("all", ()))
        of_host: dict[str, Any] = next((known["hostvars"][name] for name in names), {})
        return ChainMap(cast("dict[str, Any]", Templated(known, self._templar.template, {})), of_host)

    def _outdate(self, variables: Mapping[str, Any], message: str) -> None:
        """Have the status of an earlier run say that this one found nobody."""
        now = utc_now()
        try:
            folder, name = place(variables, REPORT_NAME)
            if is_base_name(name):
                outdate(folder, name, message, now)
        except (AnsibleError, OptionError, OSError, TypeError, ValueError) as error:
            tell(f"The status of an earlier run could not be replaced, and is out of date: {error}", self._task)

    def of_variables(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        found = {option: known.get(variable) for option, variable in _VARIABLES.items()}
        return {option: value for option, value in found.items() if value != ""}


def _held(
    targets: dict[str, Any], path: str, approved: str, request: Request, known: Mapping[str, Any]
) -> dict[str, Any]:
    """The targets of a run that is held to a plan, and its batches.

    Raises:
        OSError, PlanError: See `held_to`.
        OptionError: A variable that shapes the run is wrong.
    """
    serial, failing = (known.get(f"{PREFIX}{name}") for name in ("serial", "max_fail_percentage"))
    asked = Asked(
        hosts=targets["hosts"],
        named=isinstance(request.named, (list, str)),
        limited=bool(request.limit),
        inventory=frozenset(map(str, known["groups"].get("all", ()))),
        serial=batch_sizes(plain(serial)) if serial else (),
        most_failing=None if failing in (None, "") else most_failing(plain(failing)),
    )
    held = held_to(path, plan_file(path), approved, asked)
    return {
        **targets,
        "hosts": list(held.hosts),
        "batches": list(held.batches),
        "max_fail_percentage": held.most_failing,
        "settled": list(held.settled),
        "left_alone": dict(held.left_alone),
        "notes": [*held.notes, *targets["notes"]],
    }


def _owned(name: str, known: Mapping[str, Any]) -> str:
    """Whose a variable is that is wrong: the task runs as one of the hosts, which may have nothing to do with it."""
    found = whose(name, known["groups"], known["hostvars"])
    return f"{found}." if found else ""


def _report_mistakes(variables: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    """What is wrong about the report that the run is to make: nobody is to be asked for nothing."""
    try:
        options = validate({**asked(variables, "", REPORT_NAME), "hosts": []}, REPORT_OPTIONS)
        check(options)
        check_folder(Path(options["dest"]))
    except (AnsibleError, OptionError, TypeError, ValueError) as error:
        # The message names an option and not its variable, if any.
        names = [name for name in sorted(variables) if name.startswith(f"{PREFIX}report_")]
        meant = [name for name in names if name.removeprefix(f"{PREFIX}report_") in str(error)]
        owned = [_owned(name, known) for name in meant or names]
        return [f"A variable of the report, {PREFIX}report_*, is wrong: {error}.", *owned]
    return []


def _age(known: Mapping[str, Any]) -> str:
    """How old the topology is that the inventory was made of, in a sentence; nothing where it was made of none."""
    name = next(iter(known["groups"].get(_MANAGED, ())), None)
    told = known["hostvars"][name].get("lync_topology") if name in known["hostvars"] else None
    if not told:
        return ""
    from ..plugin_utils._topology_age import topology_age  # noqa: PLC0415 most inventories are made of none

    return topology_age(plain(told), utc_now(), fetched=is_job(known))


def _since_audited(basis: Any, known: Mapping[str, Any]) -> str:
    """What is other than when a list of hosts was made, which somebody may have approved since."""
    if not basis:
        return ""
    from ..plugin_utils._basis import differences  # noqa: PLC0415 most have none

    return differences(basis, known["hostvars"], collection_version())


def _artifacts(why: str) -> dict[str, Any]:
    from ..plugin_utils._report.handed_over import of_nobody  # noqa: PLC0415 seldom

    return {"per_host": False, "aggregate": False, "data": of_nobody(why)}


def _plan_mistakes(known: Mapping[str, Any], at_once: bool) -> list[str]:
    """What is wrong about the plan that a job is held to. Where a template names the folder of plans, a launch names
    a file of it."""
    if at_once and known.get(f"{PREFIX}plan"):
        return [
            f"{PREFIX}plan: this playbook changes all hosts at once, and a plan is carried out in the batches that it "
            "shows: run lyncops.firewall.remediate with it. Nothing was done."
        ]
    folder, named = known.get(f"{PREFIX}plan_dir"), known.get(f"{PREFIX}plan")
    if known.get(f"{PREFIX}plan_digest") and not named:
        return [f"{PREFIX}plan_digest: {OF_NO_PLAN}, with {PREFIX}plan."]
    if not (is_job(known) and isinstance(folder, str) and isinstance(named, str) and named):
        return []
    try:
        below(Path(resolved(folder, f"{PREFIX}plan_dir")), named, f"{PREFIX}plan")
    except OptionError as error:
        return [f"{error}."]
    return []
