# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says of hosts that were judged from files: what these lack, and which are too old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...module_utils._texts import first_few
from .model import Report, ReportHost

_FEW = 3
_ASSUMED = {
    "Group Policy": "the key of Group Policy, so that is taken to set nothing",
    "MpsSvc": "the key of the firewall service (MpsSvc), so that is taken to run",
    "all local profiles": "the key of each local profile, so what stood behind it may be cut off, block rules too",
    "the computer's name": "the computer's name, so nothing but the file's name says whose it is",
}
"""What is said of a host's files that lack it, and so assumed."""


def sentences(files: Sequence[tuple[str, str]], lacking: Iterable[str], outdated: Sequence[str]) -> str:
    """That a host was judged as it was some time ago, and what is not known of it; empty where it was read itself.

    Args:
        files: Its files, each with its time.
        lacking: What decides most and is in none of them.
        outdated: What is said of those that are too old.
    """
    if not files:
        return ""
    named = first_few([f"{name} of {saved}" for name, saved in files], _FEW)
    told = [
        f"Judged from {'a file' if len(files) == 1 else 'files'}, not from the host: {named}.",
        *([f"Too old or of the future, so make it again: {'; '.join(outdated)}."] if outdated else []),
        *(f"Not in {'it' if len(files) == 1 else 'them'} is {_ASSUMED.get(name, name)}." for name in lacking),
        "That does not tell whether services run, what listens, in which networks the host is, or what has changed "
        "since.",
    ]
    return " ".join(told)


def is_outdated(host: ReportHost) -> bool:
    """Whether a file that it was judged from is too old."""
    return bool(host.outdated)


def outdated_hosts(report: Report) -> list[str]:
    """Names of the hosts that were judged from a file that is too old, or of the future."""
    return [host.name for host in report.hosts if is_outdated(host)]


def hosts_lacking(report: Report) -> dict[str, list[str]]:
    """What is in none of the files of some hosts, such as ``Group Policy``: to their names."""
    found: dict[str, list[str]] = {}
    for host in report.hosts:
        for name in host.lacking:
            found.setdefault(name, []).append(host.name)
    return dict(sorted(found.items()))


def in_words(report: Report) -> str:
    """How many hosts were judged from files, and what is to be known of these; empty where none was."""
    judged = sum(bool(host.judged_from) for host in report.hosts)
    if not judged:
        return ""
    told = [f"without {name}: {len(names)}" for name, names in hosts_lacking(report).items()]
    if old := outdated_hosts(report):
        told.append(f"too old or of the future: {len(old)}")
    return f"Judged from files: {judged}" + (f" ({', '.join(told)})" if told else "")
