# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a few sentences, for somebody who does not know Lync: what fails, on how many servers, since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...module_utils._catalogue.beside_clients import beside_clients
from ...module_utils._catalogue.catalogue import EVERY
from ...module_utils._catalogue.functions import WORDS, Function, functions_of
from ...module_utils._catalogue.words import Role
from ...module_utils._firewall.traffic.reasons import Reason, Status
from ...module_utils._policy.scoping import takes_everybody
from ...module_utils._texts import first_few, said
from .figures import by_product, changed_since_plan, is_off, not_compared
from .from_files import outdated_hosts
from .logged import sentences as sentences_of_logs
from .model import Cell, HostClass, Report, ReportHost
from .probed import sentences

_MOST_FUNCTIONS = 6
_MOST_LEFT = 5
_UNKNOWN = (HostClass.UNREACHABLE, HostClass.FAILED)
_PEERS = {
    row.id: frozenset(peer.value for peer in (beside_clients(row) if takes_everybody(row) else row.peers))
    for row in EVERY
}
_ORDER = {function: place for place, function in enumerate(Function)}


@dataclass(frozen=True, slots=True)
class Affected:
    """What users do with Lync and may not be able to, because requirements of it are closed.

    Attributes:
        function: What they do.
        hosts: On how many hosts.
        of: How many hosts serve it, of those that were read.
        since: When a report first had it, where that was an earlier one; empty where it is this one.
    """

    function: Function
    hosts: int
    of: int
    since: str = ""


def affected(report: Report) -> tuple[Affected, ...]:
    """What users may not be able to do, in the order in which most of them notice."""
    serving: Counter[Function] = Counter()
    closed: Counter[Function] = Counter()
    gone = frozenset(roles_gone(report))
    for host in report.hosts:
        serving.update(_functions(host, closed=False))
        closed.update(_functions(host, closed=True, gone=gone))
    found = sorted(closed, key=lambda function: _ORDER[function])
    return tuple(
        Affected(function, closed[function], serving[function], report.failing_since.get(function.value, ""))
        for function in found
    )


def roles_gone(report: Report) -> tuple[str, ...]:
    """Roles that hosts had by the last report, and that nobody has any more."""
    held = {role for host in report.hosts for role in host.roles}
    held |= {role for leaver in report.elsewhere for role in leaver.roles}
    return tuple(sorted({role for leaver in report.left for role in leaver.roles} - held))


def _is_for(cell: Cell, gone: frozenset[str]) -> bool:
    """Whether a requirement only seems to be closed: it was for hosts of a role, and nobody has that any more.

    Without the role's group nothing says that nobody has it, so the requirement is taken to be for any address.
    """
    return cell.finding.reason == Reason.NARROWER_SCOPE.value and not gone.isdisjoint(
        _PEERS.get(cell.requirement.id, ())
    )


def _functions(host: ReportHost, *, closed: bool, gone: frozenset[str] = frozenset()) -> set[Function]:
    rows = (
        cell for cell in host.cells if not closed or (cell.finding.verdict is Status.CLOSED and not _is_for(cell, gone))
    )
    return {function for cell in rows for function in functions_of(cell.requirement.id)}


def in_short(report: Report) -> tuple[str, ...]:
    """The report in sentences, each whole, without a full stop at its end."""
    return (*at_large(report), *what_may_fail(report))


def at_large(report: Report) -> tuple[str, ...]:
    """What it is about, and how it stands, in sentences."""
    read = [host for host in report.hosts if host.host_class not in _UNKNOWN]
    lost = len(report.hosts) - len(read)
    spared = [host for host in read if host.host_class is HostClass.NOT_MANAGED]
    read = [host for host in read if host.host_class is not HostClass.NOT_MANAGED]
    closed = sum(_has(host, Status.CLOSED) for host in read)
    unsure = [host for host in read if _has(host, Status.UNKNOWN)]
    sure = [host for host in read if not _has(host, Status.UNKNOWN)]
    products = by_product(report.hosts)
    found = [
        f"This is about the firewalls of {_machines(report.hosts)} of {_brands(products)}, which carries chats, calls "
        "and conferences: what a firewall closes does not work"
    ]
    if products:
        found.append("By product: " + "; ".join(f"{name}, {_machines(hosts)}" for name, hosts in products.items()))
    if closed:
        found.append(f"{closed} of {_machines(read)} that could be looked at {_do(closed)} not let in all of it")
    elif sure:
        found.append(f"Nothing that Lync needs is closed on {_machines(sure)} that could be looked at")
    if unsure:
        found.append(f"On {_machines(unsure)} it cannot be told of all of it whether it gets in; the report says why")
    if spared:
        found.append(f"Of {_machines(spared)} nothing is asked: no rule of ours is wanted there")
    off = sum(map(is_off, report.hosts))
    if off:
        found.append(f"The firewall is off on {_servers(off)}, in one profile at least: there everybody gets in")
    found += sentences(report)
    found += sentences_of_logs(report)
    if old := outdated_hosts(report):
        found.append(f"What is said of {_servers(len(old))} is from files that are too old, or of the future")
    changed = changed_since_plan(report)
    if changed:
        found.append(f"Since the plan was made, others changed the firewall of {_servers(len(changed))}")
    elif changed is not None:
        unknown = len(not_compared(report))
        where = f" on {_servers(len(report.hosts) - unknown)}; {_servers(unknown)} could not be compared"
        found.append(f"Since the plan was made, nobody changed anything that is not ours{where if unknown else ''}")
    if lost:
        found.append(f"Of {_servers(lost)} nothing is known: they could not be reached or not be looked at")
    found += _of_those_who_left(report)
    gone = roles_gone(report)
    if gone:
        groups = ", ".join(f"lync_{role}" for role in gone)
        found.append(
            f"No server has the role {', '.join(gone)} any more. Keep its group in the inventory ({groups}), empty: "
            "without it nobody knows that there is none, and what was for it seems to be closed"
        )
    return tuple(found)


def _of_those_who_left(report: Report) -> list[str]:
    found = []
    left = len({leaver.name for leaver in report.left})
    if left:
        found.append(f"{_servers(left)} left the estate, in whole or in a role, and may still have our rules")
    by_policy = sorted({leaver.name for leaver in report.left if leaver.policy_rules})
    if by_policy:
        named = first_few([said(name) for name in by_policy], _MOST_LEFT)
        found.append(
            f"Group Policy still brings rules of ours to {_servers(len(by_policy))} that left the estate "
            f"({named}). No run can take them away: ask the policy's owner"
        )
    return found


def what_may_fail(report: Report) -> tuple[str, ...]:
    """What users may not be able to do, a sentence each; of many the last ones share one."""
    all_of_it = affected(report)
    told = [
        f"May fail: {WORDS[one.function]}, on {one.hosts} of {_servers(one.of)}"
        + (f", since {one.since[:16].replace('T', ' ')} UTC or before" if one.since else "")
        for one in all_of_it[:_MOST_FUNCTIONS]
    ]
    rest = [WORDS[one.function].partition(":")[0] for one in all_of_it[_MOST_FUNCTIONS:]]
    return (*told, *([f"May fail too: {'; '.join(rest)}"] if rest else ()))


def _brands(products: Iterable[str]) -> str:
    """What users call the product; without any that is known it is the one that was there first."""
    brands = [brand for brand in ("Lync", "Skype for Business") if any(name.startswith(brand) for name in products)]
    return " or ".join(brands) or "Lync"


def _has(host: ReportHost, verdict: Status) -> bool:
    return any(cell.finding.verdict is verdict for cell in host.cells)


def _machines(hosts: Sequence[ReportHost]) -> str:
    """How many there are, users' computers apart from servers."""
    computers = sum(host.roles == (Role.CLIENT.value,) for host in hosts)
    told = [_servers(len(hosts) - computers)] if computers < len(hosts) or not computers else []
    told += [f"{computers:,} user computer{'' if computers == 1 else 's'}"] if computers else []
    return " and ".join(told)


def _servers(count: int) -> str:
    return f"{count:,} server{'' if count == 1 else 's'}"


def _do(count: int) -> str:
    return "does" if count == 1 else "do"
