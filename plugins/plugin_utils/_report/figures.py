# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a whole report, and what sorts its hosts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...module_utils._catalogue.products import called
from ...module_utils._catalogue.words import Product, Role
from ...module_utils._firewall.traffic.reasons import Reason, Status
from .model import HostClass, Report, ReportHost


def totals(report: Report) -> dict[str, int]:
    """How many hosts there are of each class, and in all (``hosts``).

    Beside them, how many requirements are wider than wanted (``wider_rows``), and perhaps are (``perhaps_wider_rows``).
    """
    counts = Counter(host.host_class for host in report.hosts)
    wider = Counter(cell.wider.perhaps for host in report.hosts for cell in host.cells if cell.wider)
    return {
        **{host_class.value: counts[host_class] for host_class in HostClass},
        "hosts": len(report.hosts),
        "wider_rows": wider[False],
        "perhaps_wider_rows": wider[True],
    }


def names_by_class(report: Report) -> dict[str, list[str]]:
    """The hosts' names by class, sorted."""
    return {
        host_class.value: sorted(host.name for host in report.hosts if host.host_class is host_class)
        for host_class in HostClass
    }


def to_show(report: Report) -> dict[str, str]:
    """By class, the first host of which a dry run shows what is the matter; no class without one.

    A dry run shows nothing of a host that was judged from files, nor of a user's computer that is only looked at. Of
    one that is ineffective it names what closes a port; where nothing does, others get in, which is told otherwise.
    """
    found: dict[str, str] = {}
    for host in sorted(report.hosts, key=lambda host: host.name):
        of_ineffective = host.roles != (Role.CLIENT.value,) and any(
            cell.finding.verdict is Status.CLOSED or cell.finding.reason == Reason.OTHER_FIREWALL for cell in host.cells
        )
        shown = {HostClass.DRIFTED: True, HostClass.INEFFECTIVE: of_ineffective}
        if shown.get(host.host_class) and not host.judged_from:
            found.setdefault(host.host_class.value, host.name)
    return found


def by_product(hosts: Sequence[ReportHost]) -> dict[str, list[ReportHost]]:
    """The hosts of each product, by its name and the oldest first; none of those that were not judged."""
    found: dict[str, list[ReportHost]] = {}
    for product in (*(product.value for product in Product), *sorted({host.product for host in hosts if host.product})):
        of_it = [host for host in hosts if host.product == product]
        if of_it:
            found[called(product)] = of_it
    return found


def reasons(report: Report) -> dict[str, int]:
    """How often each reason stands behind a verdict other than open, the most frequent first."""
    counts = Counter(
        cell.finding.reason for host in report.hosts for cell in host.cells if cell.finding.verdict is not Status.OPEN
    )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def is_off(host: ReportHost) -> bool:
    """Whether a host's firewall lets everything in, in one profile at least."""
    running = host.service is None or host.service.get("running") is not False
    return bool(host.profiles) and not (running and all(profile["enabled"] for profile in host.profiles.values()))


def changed_since_plan(report: Report) -> list[str] | None:
    """Hosts on which something that is not ours changed since a plan was made; None where nothing was compared."""
    compared = [host for host in report.hosts if host.foreign and host.foreign.get("compared") == "plan"]
    return [host.name for host in compared if host.foreign and host.foreign["differences"]] if compared else None


def not_compared(report: Report) -> list[str]:
    """Hosts of which it is not known what others changed since a plan was made: it does not have them, or could not."""
    return [host.name for host in report.hosts if not (host.foreign and host.foreign.get("compared") == "plan")]
