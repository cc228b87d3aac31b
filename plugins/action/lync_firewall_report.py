# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lyncops.firewall.lync_firewall_report: the results of many hosts as one report, written on the controller."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..module_utils._options.host_table import HOST_VARIABLES
from ..module_utils._options.reading import OptionError
from ..module_utils._options.variables import PREFIX
from ..module_utils._texts import said
from ..plugin_utils._arguments import validate
from ..plugin_utils._controller import ControllerAction
from ..plugin_utils._named_roles import said_for_everybody
from ..plugin_utils._plain import plain
from ..plugin_utils._report import figures, model
from ..plugin_utils._report.as_csv import to_csv
from ..plugin_utils._report.as_html import to_html
from ..plugin_utils._report.as_json import to_json
from ..plugin_utils._report.as_prometheus import to_prometheus
from ..plugin_utils._report.asked import asked, may_fail
from ..plugin_utils._report.build import Source, build_report
from ..plugin_utils._report.changed import changed_in
from ..plugin_utils._report.compare import Changes, Earlier, compare, read_earlier
from ..plugin_utils._report.files import is_base_name, reason_of, write_all
from ..plugin_utils._report.from_files import hosts_lacking, outdated_hosts
from ..plugin_utils._report.job import handed_over, reports_of_slices
from ..plugin_utils._report.options import REPORT_OPTIONS, check
from ..plugin_utils._report.probed import counted, disproved
from ..plugin_utils._report.remember import NONE, remembering, retired_in
from ..plugin_utils._report.status import (
    REPORT_NAME,
    Run,
    mail_name,
    outdate,
    status_name,
    to_mail,
    to_status,
    to_status_file,
)
from ..plugin_utils._report.summary import summary
from ..plugin_utils._report.times import utc_now
from ..plugin_utils._report.told import WORST, failure_of, lines_for_people
from ..plugin_utils._report.turn import turn, who_runs
from ..plugin_utils._report.wide import failing, in_words
from ..plugin_utils._sources import PROBED, address_of, place_of, source_of, with_probes
from ..plugin_utils._telling import tell
from ..plugin_utils._version import collection_version

if TYPE_CHECKING:
    from ..plugin_utils._report.merge import Merged

_WRITERS: dict[str, Callable[[model.Report, Changes | None, str], bytes]] = {
    "html": lambda report, changes, _name: to_html(report, changes),
    "json": lambda report, changes, _name: to_json(report, changes),
    "csv": lambda report, _changes, _name: to_csv(report),
    "prom": lambda report, _changes, name: to_prometheus(report, name),
}
_DRIFTED, _INEFFECTIVE = model.HostClass.DRIFTED, model.HostClass.INEFFECTIVE
_FAILED, _UNREACHABLE = model.HostClass.FAILED, model.HostClass.UNREACHABLE
_UNREAD = ".unreadable"
"""Ending of a report that could not be read, and is replaced: who was in the estate may stand in it."""
_HANDED_OVER = (_DRIFTED, _INEFFECTIVE, _UNREACHABLE, _FAILED, model.HostClass.COMPLIANT)

MOST_NAMES = 200
"""Names of hosts in artifacts, in all."""


class ActionModule(ControllerAction):
    """The work of the module of the same name; its documentation is in plugins/modules."""

    OPTIONS = REPORT_OPTIONS

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry: validate, work, and report errors as results that name the option."""
        known = task_vars or {}
        result: dict[str, Any] = super().run(tmp, known)
        given: dict[str, Any] = self._task.args
        try:
            given, fails = self._given(known)
            made = self._work(validate(given, self.OPTIONS), known)
            result.update(plain({**made, "failure": failure_of(made) if fails else ""}))
        except OptionError as error:
            result.update({"failed": True, "changed": False, "msg": str(error)})
            self._outdate(given, str(error))
        return result

    def _outdate(self, given: Mapping[str, Any], message: str) -> None:
        """Have the status of an earlier run say that this one made no report."""
        if not isinstance(given.get("dest"), str):
            return
        try:
            folder, name = Path(self._resolved(given["dest"])), str(given.get("name") or REPORT_NAME)
            if is_base_name(name):
                outdate(folder, name, message, utc_now())
        except (OSError, ValueError) as error:
            tell(f"The status of an earlier run could not be replaced, and is out of date: {error}", self._task)

    def _given(self, task_vars: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """The options of the task, with those of variables where they count, and whether the run may fail.

        Raises:
            OptionError: A variable is wrong.
        """
        given: dict[str, Any] = self._task.args
        known = self.variables(task_vars)
        if known is None:
            return given, True
        names = {option.name: option.default for option in self.OPTIONS}
        try:
            found = asked(known, given.get("variable", names["variable"]), given.get("name", names["name"]))
            return {**found, **given}, may_fail(known)
        except (TypeError, ValueError) as error:
            raise OptionError(HOST_VARIABLES.name, f"a variable of the report is wrong: {error}") from error

    def _work(self, options: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        check(options)
        folder = Path(self._resolved(options["dest"]))
        # The report that is replaced is read too: who has left the estate since is told by it.
        with turn(folder, options["name"], who_runs(task_vars), lambda line: tell(line, self._task)):
            return self._made(options, task_vars, folder)

    def _made(self, options: dict[str, Any], task_vars: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        # Read first: they may be among the files that are about to be replaced.
        earlier, warnings = self._earlier(options["previous"])
        last, more, unread = self._last(folder / f"{options['name']}.json", options["previous"], earlier)
        retired, wrong = retired_in(folder)
        changed_since, damaged = changed_in(folder)
        warnings += [*more, *wrong, *damaged]
        now, probe_failed = utc_now(), ""
        if options["sources"]:
            merged = self._merged(options, now, reports_of_slices(task_vars))
            report = merged.report
            warnings += [f"sources: {sentence}" for sentence in merged.warnings]
        else:
            sources = [source_of(name, options["variable"], task_vars["hostvars"]) for name in options["hosts"]]
            sources += self._of_plan(task_vars, options["hosts"])
            sources, probe_failed = with_probes(sources, task_vars.get(PROBED))
            warnings += [probe_failed] if probe_failed else []
            report = build_report(options["title"], now, sources, task_vars.get("ansible_check_mode") is True)
        where = task_vars["hostvars"]
        nobody, unreadable = self._of_nobody(task_vars)
        warnings += unreadable
        report = replace(report, files_of_nobody=tuple(sorted({*report.files_of_nobody, *map(said, nobody)})))
        report = remembering(report, last or NONE, lambda name: place_of(name, where), retired, changed_since)
        if earlier and earlier.created > report.created:
            warnings.append(f"previous: it was made at {earlier.created}, after what it is compared with")
        changes = compare(earlier, report) if earlier else None
        contents = {
            kind: _WRITERS[kind](report, changes, options["name"]) for kind in dict.fromkeys(options["formats"])
        }
        files = {kind: str(folder / f"{options['name']}.{kind}") for kind in contents}
        document = contents["json"] if "json" in contents else to_json(report, changes)
        # What is news is told of the report that this one replaces, where none is named to compare with.
        news = changes or compare(last or NONE, report)
        status = to_status(
            report, Run(options["name"], now, collection_version(), unproved=probe_failed), document, news
        )
        beside = {
            mail_name(options["name"]): to_mail(report, status, next(iter(files.values())), news),
            # The last one: who finds it finds all the others too.
            status_name(options["name"]): to_status_file(status),
        }
        written = {f"{options['name']}.{kind}": content for kind, content in contents.items()}
        if unread is not None:
            written = {f"{options['name']}.json{_UNREAD}": unread, **written}
        changed = write_all(folder, {**written, **beside})
        result = {
            "changed": changed,
            "files": files,
            "status": str(folder / status_name(options["name"])),
            "class": status["class"],
            "digest": status["digest"],
            "left": status["left"],
            "totals": figures.totals(report),
            "hosts": figures.names_by_class(report),
            "to_show": figures.to_show(report),
            "reasons": figures.reasons(report),
            "summary": summary(report),
            **({"probes": counts, "disproved": disproved(report)} if (counts := counted(report)) else {}),
            **({"changes": changes.counts()} if changes else {}),
            **({} if options["sources"] else _too_wide(report, sources)),
            **({"outdated": old} if (old := outdated_hosts(report)) else {}),
            **({"lacking": lacking} if (lacking := hosts_lacking(report)) else {}),
            **({"warnings": warnings} if warnings else {}),
        }
        result["worst"] = next((name for kind in WORST for name in result["hosts"][kind.value]), "")
        result["changed_since_plan"] = figures.changed_since_plan(report)
        result["not_compared"] = figures.not_compared(report) if result["changed_since_plan"] is not None else []
        blamed = (result["changed_since_plan"] or (), result.get("disproved", ()), result.get("outdated", ()))
        result["worst"] = result["worst"] or next((name for names in blamed for name in names), "")
        if probe_failed:
            result["probe_failed"] = probe_failed
        for line in lines_for_people(result):
            tell(line, self._task)
        if options["artifacts"]:
            result["ansible_stats"] = {"per_host": False, "aggregate": False, "data": _artifacts(result)}
            from ..plugin_utils._basis import basis_of  # noqa: PLC0415 most runs leave no artifacts

            # A remediation that follows an approval asks whether they are still those that were audited.
            handed = result["ansible_stats"]["data"]
            handed["lync_firewall_drifted_basis"] = basis_of(
                handed["lync_firewall_drifted_hosts"], task_vars["hostvars"], collection_version()
            )
            if "json" in files:
                handed.update(handed_over(task_vars, files["json"]))
        return result

    def _of_plan(self, task_vars: Mapping[str, Any], hosts: Sequence[str]) -> list[Source]:
        """Hosts of the plan that the run is compared with which it was not for, though nobody left them out."""
        variables = self.variables(task_vars)
        path = variables.get(f"{PREFIX}plan") if variables else None
        if not path or task_vars.get("ansible_limit") or said_for_everybody(f"{PREFIX}hosts"):
            return []
        from ..plugin_utils._plan.approved import plan_file, read_digests  # noqa: PLC0415 most have none

        try:
            missing = [name for name in read_digests(plan_file(str(path))) if name not in set(hosts)]
        except (OSError, ValueError):
            return []  # each host's task has said what is wrong about it
        why = f"It is in the plan {path} and no host of this run, so nothing was compared."
        return [Source(name, {"failed": True, "msg": why}) for name in missing]

    def _of_nobody(self, task_vars: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """Files of a run without connections that stand for no host, and a sentence about them or why it is not known.

        Hosts that the run was not for have theirs there all the same, so all of the inventory is looked at.
        """
        known = self.variables(task_vars)
        named = known.get(f"{PREFIX}dumps") if known is not None else None
        if not named:
            return [], []
        from ..plugin_utils._dumps import folder_of, of_nobody, told  # noqa: PLC0415 most have no files

        where = task_vars["hostvars"]
        try:
            found = of_nobody(folder_of(named), [(name, address_of(name, where)) for name in where])
        except OptionError as error:  # each host's task has said so
            return [], [f"{PREFIX}{error}"]
        return found, [told(found)] if found else []

    def _earlier(self, option: str | None) -> tuple[Earlier | None, list[str]]:
        """The report to compare with, and what a person should know if there is none.

        Raises:
            OptionError: There is a file, and it is no report.
        """
        if not option:
            return None, []
        path = self._resolved(option)
        try:
            return read_earlier(Path(path).read_bytes()), []
        except FileNotFoundError:
            return None, [f"previous: there is no {path}, so nothing is compared"]
        except (OSError, ValueError) as error:  # an EarlierError, or a path with NUL in it
            raise OptionError("previous", f"{path} cannot be compared with: {reason_of(error)}") from error

    def _last(
        self, path: Path, previous: str | None, earlier: Earlier | None
    ) -> tuple[Earlier | None, list[str], bytes | None]:
        """The report that is about to be replaced; if it is none, what a person should know, and its content."""
        if earlier and previous and Path(self._resolved(previous)) == path:
            return earlier, [], None
        content = None
        try:
            content = path.read_bytes() if path.is_file() else None
            return (None if content is None else read_earlier(content)), [], None
        except (OSError, ValueError) as error:
            kept = "" if content is None else f". It is kept as {path.name}{_UNREAD}"
            told = f"{path} cannot be read ({reason_of(error)}), so it is not known who was in the estate before{kept}"
            return None, [told], content

    def _merged(self, options: Mapping[str, Any], now: str, handed: Mapping[str, str]) -> Merged:
        """The reports of slices as one; no variable of any host is looked at.

        Raises:
            OptionError: A file that is named is no report.
        """
        # Most reports are of results, and need nothing of this.
        from ..plugin_utils._report.merge import merge, read_sources  # noqa: PLC0415
        from ..plugin_utils._report.slices import SliceError  # noqa: PLC0415

        written = Path(self._resolved(options["dest"])) / f"{options['name']}.json"
        try:
            paths = [Path(self._resolved(path)) for path in options["sources"]]
            slices, left_out = read_sources(paths, written, handed)
        except SliceError as error:
            raise OptionError("sources", str(error)) from error
        merged = merge(options["title"], now, slices, options["hosts"])
        return replace(merged, warnings=(*left_out, *merged.warnings))

    def _resolved(self, path: str) -> str:
        """Relative paths start at the playbook's folder, as everywhere in Ansible."""
        return str(self._loader.path_dwim(path))


def _too_wide(report: model.Report, sources: Sequence[Source]) -> dict[str, list[str]]:
    names = failing(report, sources)
    return {"too_wide": in_words(report, names), "too_wide_hosts": names} if names else {}


def _artifacts(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the next node of a workflow is given. AWX keeps it in its database, so names are cut off."""
    room = MOST_NAMES
    named = {}
    for kind in _HANDED_OVER:
        named[f"lync_firewall_{kind.value}_hosts"] = result["hosts"][kind.value][:room]
        room -= len(result["hosts"][kind.value][:room])
    all_of_them = sum(len(result["hosts"][kind.value]) for kind in _HANDED_OVER)
    return {
        **named,
        "lync_firewall_truncated": all_of_them > MOST_NAMES,
        "lync_firewall_totals": result["totals"],
        "lync_firewall_reasons": result["reasons"],
        "lync_firewall_summary": result["summary"],
        "lync_firewall_class": result["class"],
        "lync_firewall_digest": result["digest"],
        "lync_firewall_left": result["left"][:MOST_NAMES],
        "lync_firewall_report_folder": str(Path(next(iter(result["files"].values()))).parent),
    }
