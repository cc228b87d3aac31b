# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run ended, in a small file for programs and a few lines for a mail; the guide scheduled.rst tells of both.

An exit code of Ansible's has three values that matter, and drift, an outage and a wrong variable share one of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ...module_utils._texts import elided, first_few
from .._version import collection_version
from .compare import Changes, HostChange
from .figures import changed_since_plan, names_by_class, totals
from .files import write_file
from .from_files import hosts_lacking, is_outdated, outdated_hosts
from .model import HostClass, Report, ReportHost, sorted_report
from .probed import is_disproved
from .schemas import STATUS_SCHEMA
from .short import in_short
from .summary import summary

STATUS_VERSION = 1
"""It changes when a reader of the old one would misread the new one; members may be added without."""

REPORT_NAME = "lync-firewall"
"""Base name of a report's files where nothing else is said."""

_WIDER_ROWS = ("wider_rows", "perhaps_wider_rows")
_MOST_NAMED = 10
_MOST_ROWS = 3
_PATIENCE = 10
_MOST_MESSAGES = 5
_LONGEST_MESSAGE = 400


class RunClass(str, Enum):
    """How a run ended, worst last."""

    OK = "ok"
    WIDER = "wider"  # Rows are open to more than is wanted, and the report before did not say so.
    CHANGED = "changed"  # Something that is not ours changed since a plan was made.
    DISPROVED = "disproved"  # A probe from outside saw a port shut on the way, or one open that should not be.
    OUTDATED = "outdated"  # A host was judged from a file that is too old to tell, or of the future.
    DRIFT = "drift"
    INEFFECTIVE = "ineffective"
    REFUSED = "refused"  # The guard of a run that writes stopped a plan: nothing was sent to the host.
    OUTAGE = "outage"
    FAILED = "failed"  # Wrong variables, no rights, nobody to work on: nothing, or not enough, is known.


_OF_HOSTS = {
    HostClass.COMPLIANT: RunClass.OK,
    HostClass.NOT_MANAGED: RunClass.OK,
    HostClass.DRIFTED: RunClass.DRIFT,
    HostClass.INEFFECTIVE: RunClass.INEFFECTIVE,
    HostClass.UNREACHABLE: RunClass.OUTAGE,
    HostClass.FAILED: RunClass.FAILED,
}
_WORST_FIRST = tuple(reversed(RunClass))


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of a run beside its hosts.

    Attributes:
        name: Base name of its report; empty where it makes none.
        written: When it ended: UTC, ISO 8601.
        collection: Version of the collection; empty where that is not known.
        message: Why it did not come to its hosts; empty where it did.
        unproved: Why not all was probed that was to be probed; empty where all was, and where nothing was to be.
        wider: How many rows are wider than wanted, and how many more perhaps are, where the hosts have no rows.
    """

    name: str
    written: str
    collection: str = ""
    message: str = ""
    wider: tuple[int, int] | None = None
    unproved: str = ""


def status_name(name: str) -> str:
    """Name of the status file of a report."""
    return f"{name}-status.json"


def mail_name(name: str) -> str:
    """Name of the file with the text for a mail."""
    return f"{name}-mail.txt"


def run_classes(hosts: Iterable[ReportHost], changes: Changes | None = None) -> tuple[RunClass, ...]:
    """What is the matter with any of the hosts, the worst first; `RunClass.OK` alone where nothing is.

    Args:
        hosts: The hosts.
        changes: What changed since the report before; None where there is none.
    """
    found = {kind for host in hosts for kind in _kinds(host)}
    if changes and changes.wider:
        found.add(RunClass.WIDER)
    return tuple(kind for kind in _WORST_FIRST if kind in found and kind is not RunClass.OK) or (RunClass.OK,)


def _kinds(host: ReportHost) -> Iterator[RunClass]:
    yield RunClass.REFUSED if host.refused else _OF_HOSTS[host.host_class]
    if host.foreign and host.foreign.get("compared") == "plan" and host.foreign["differences"]:
        yield RunClass.CHANGED
    if is_disproved(host):
        yield RunClass.DISPROVED
    if is_outdated(host):
        yield RunClass.OUTDATED


def to_status(
    report: Report, run: Run, document: bytes | None = None, changes: Changes | None = None
) -> dict[str, Any]:
    """The status of a run, of plain types.

    Args:
        report: The hosts; without a title and a time where the run makes no report.
        run: What else is known of it.
        document: The report as JSON, as it is on the disk; None where there is none.
        changes: What changed since the report before; None where there is none.
    """
    classes = (RunClass.FAILED,) if run.message else run_classes(report.hosts, changes)
    if run.unproved:
        classes = tuple(
            kind for kind in _WORST_FIRST if kind is RunClass.FAILED or (kind in classes and kind is not RunClass.OK)
        )
    counted = (
        totals(report) if run.wider is None else {**totals(report), **dict(zip(_WIDER_ROWS, run.wider, strict=True))}
    )
    return {
        "schema": STATUS_SCHEMA,
        "version": STATUS_VERSION,
        "class": classes[0].value,
        "classes": [kind.value for kind in classes],
        "summary": run.message or summary(report, counted) + _sentence(run.unproved),
        "totals": {**counted, "refused": sum(host.refused for host in report.hosts)},
        "left": sorted({leaver.name for leaver in report.left}),
        **_of_files(report),
        "report": run.name,
        "digest": f"sha256:{hashlib.sha256(document).hexdigest()}" if document else "",
        "created": report.created,
        "written": run.written,
        "collection": run.collection,
    }


def _of_files(report: Report) -> dict[str, Any]:
    """What a run has to say of files that stand for hosts; nothing where it had none."""
    judged = sum(bool(host.judged_from) for host in report.hosts)
    if not judged and not report.files_of_nobody:
        return {}
    return {
        "judged_from_files": judged,
        "files_outdated": outdated_hosts(report),
        "files_lacking": hosts_lacking(report),
        "files_of_nobody": list(report.files_of_nobody),
    }


def _sentence(text: str) -> str:
    return f". {text[0].upper()}{text[1:]}" if text else ""


def to_status_file(status: dict[str, Any]) -> bytes:
    """A status as it is written: ASCII, one member a line, so that a shell can read it too."""
    return ("{\n" + ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in status.items()) + "\n}\n").encode()


def outdate(folder: Path, name: str, message: str, now: str) -> None:
    """Have the status of an earlier run, if there is one, say that this one made no report, and why.

    Whoever looks must not find an "ok" of yesterday.

    Args:
        folder: Where the reports are.
        name: Base name of the report that was not made.
        message: Why.
        now: UTC, ISO 8601.

    Raises:
        OSError, OptionError: It cannot be written, or another run goes on writing the report.
    """
    if not (folder / status_name(name)).is_file():
        return
    from .turn import turn  # noqa: PLC0415 a run that comes to its report has it already

    status = to_status(sorted_report("", "", ()), Run(name, now, collection_version(), message))
    with turn(folder, name, "a run without a report", lambda _line: None, _PATIENCE):
        write_file(folder / mail_name(name), f"{name}: {status['class']}\n\n{message}\n".encode("utf-8", "replace"))
        write_file(folder / status_name(name), to_status_file(status))


def to_mail(report: Report, status: dict[str, Any], page: str = "", changes: Changes | None = None) -> bytes:
    """A few lines of plain text for people, UTF-8; the first is fit for a subject.

    Args:
        report: The hosts.
        status: The status of the run.
        page: Where the report for people is; empty where there is none.
        changes: What changed since the report before; None where there is none.
    """
    wider = changes.wider if changes else ()
    lines = [f"{report.title}: {', '.join(_in_subject(kind, wider) for kind in status['classes'])}", ""]
    lines += [f"{sentence}." for sentence in (*in_short(report), status["summary"])]
    lines.append("")
    names = names_by_class(report)
    for kind in (HostClass.UNREACHABLE, HostClass.FAILED, HostClass.DRIFTED, HostClass.INEFFECTIVE):
        lines += _named(kind.value.capitalize(), names[kind.value])
        lines += _why(report) if kind is HostClass.FAILED else []
    lines += _named(
        "Newly open to more than is wanted",
        [f"{change.name} ({first_few(change.widened, _MOST_ROWS)})" for change in wider],
    )
    lines += _named("Changed by others since the plan was made", changed_since_plan(report) or [])
    lines += _named("No longer in the inventory, or without a role, and not retired", status["left"])
    lines += _named("Judged from files that are too old or of the future", outdated_hosts(report))
    for name, hosts in hosts_lacking(report).items():
        lines += _named(f"Judged from files without {name}", hosts)
    lines += _named("Files that stand for no host", list(report.files_of_nobody))
    lines += ["", *([f"Report: {page}"] if page else []), f"As of {report.created}, {status['digest']}"]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _in_subject(kind: str, wider: Sequence[HostChange]) -> str:
    """A class as the subject has it: of rows that are newly wider which they are, since no host is of another class."""
    if kind != RunClass.WIDER.value:
        return kind
    rows = sorted({row for change in wider for row in change.widened})
    return f"{kind} ({first_few(rows, _MOST_ROWS)})"


def _why(report: Report) -> list[str]:
    """What is said of hosts that failed, once where it is the same, as of a wrong variable of all of them."""
    messages: dict[str, None] = {}
    for host in report.hosts:
        if host.host_class is HostClass.FAILED and host.message:
            text = host.message if host.message.startswith(host.name) else f"{host.name}: {host.message}"
            messages.setdefault(elided(text, _LONGEST_MESSAGE))
    told = list(messages)[:_MOST_MESSAGES]
    more = len(messages) - len(told)
    return [f"  {text}" for text in told] + ([f"  and {more} more"] if more else [])


def _named(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    return [f"{what} ({len(names)}): {first_few(names, _MOST_NAMED)}"]
