# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypothesis strategies: any report that an audit can make."""

from __future__ import annotations

from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.proportion import Except
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.traffic.reasons import Status
from ansible_collections.lyncops.firewall.plugins.module_utils._texts import said
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import (
    Beyond,
    Cell,
    Finding,
    HostClass,
    Report,
    ReportHost,
    ReportRequirement,
    sorted_report,
)
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.observed import HostLog, LoggedSource, ProbedPort
from hypothesis import strategies as st

CREATED = "2026-03-12T06:00:00Z"

anything = st.text(max_size=12)
shown = anything.map(said)
"""Text as the report shows it: printable."""
counts = st.integers(0, 10**6)
flags = st.booleans()
transports = st.sampled_from([("tcp",), ("udp",), ("tcp", "udp"), ()])

requirements = st.builds(
    ReportRequirement,
    id=anything,
    ports=anything,
    service=anything,
    transports=transports,
    direction=st.sampled_from(["in", "out"]),
    documented_ports=anything,
    caveat=anything,
)
fingerprints = st.fixed_dictionaries({"rules": counts, "sha256": anything})
compared = st.fixed_dictionaries(
    {
        "rules": counts,
        "sha256": anything,
        "compared": st.sampled_from(["plan", "run"]),
        "differences": st.lists(shown, max_size=3),
    }
)
# In the order in which the module makes them: reports are compared as text.
foreign = (fingerprints | compared).map(
    lambda found: {key: found[key] for key in ("rules", "sha256", "compared", "differences") if key in found}
)
names = st.lists(shown, max_size=3).map(tuple)
some_names = st.lists(anything, min_size=1, max_size=3).map(tuple)
excepted = st.builds(
    Except,
    addresses=st.integers(1, 10**9),
    rules=st.integers(1, 10**6),
    first=some_names,
    private=st.just(()) | some_names,
)


beyond = st.builds(
    Beyond,
    addresses=st.lists(shown, min_size=1, max_size=3).map(tuple),
    by=names,
    profiles=st.just(()) | st.just(("domain", "public")),
    ports=shown,
    more_rules=counts,
    perhaps=flags,
)


ports = st.integers(1, 65535)
logged = st.builds(
    LoggedSource,
    case=shown,
    source=shown,
    name=shown,
    transport=shown,
    ports=shown,
    count=st.integers(0, 9999),
    first=shown,
    last=shown,
)
host_log = st.builds(
    HostLog,
    since=shown,
    until=shown,
    complete=flags,
    why=st.lists(shown, max_size=2).map(tuple),
    others=st.integers(0, 99),
    more_sources=st.integers(0, 99),
    more_connections=st.integers(0, 99),
)
probed = st.builds(ProbedPort, transport=shown, port=ports, status=shown, says=shown, tls=st.none() | flags)


def findings(more: bool) -> st.SearchStrategy[Finding]:
    """Findings. Those of a profile have nothing more to say: the document has no place for it."""
    return st.builds(
        Finding,
        verdict=st.sampled_from(Status),
        reason=shown,
        by=names,
        part=shown,
        unprotected=flags,
        more_rules=counts if more else st.just(0),
        excepted=st.none() | excepted if more else st.none(),
    )


def objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Dictionaries with these members, in this order as those of the report."""
    return st.tuples(*members.values()).map(lambda values: dict(zip(members, values, strict=True)))


services = objects(running=flags, state=anything, start=anything)
policies = st.sampled_from(["block", "allow"])
profiles = objects(
    enabled=flags,
    inbound=policies,
    outbound=policies,
    shields_up=flags,
    local_rules=flags,
    by_group_policy=flags,
)


@st.composite
def hosts(draw: st.DrawFn, name: str, rows: tuple[ReportRequirement, ...]) -> ReportHost:
    """A host of a report with these requirements."""
    commands = draw(names)
    cells = [
        Cell(
            requirement=row,
            finding=draw(findings(more=True)),
            by_profile=tuple(draw(st.dictionaries(anything, findings(more=False), max_size=2)).items()),
            commands=tuple(draw(st.lists(st.integers(0, len(commands) - 1), max_size=2))) if commands else (),
            remedy=draw(shown),
            admits=draw(st.none() | st.lists(shown, min_size=1, max_size=3).map(tuple)),
            wider=draw(st.none() | beyond),
            probed=draw(st.lists(probed, max_size=2).map(tuple)),
            logged=draw(st.lists(logged, max_size=2).map(tuple)),
        )
        for row in draw(st.lists(st.sampled_from(rows), unique=True) if rows else st.just([]))
    ]
    return ReportHost(
        name=name,
        host_class=draw(st.sampled_from(HostClass)),
        message=draw(shown),
        roles=draw(some_names | st.just(())),
        pool=draw(anything),
        site=draw(anything),
        service=draw(st.none() | services),
        profiles=draw(st.dictionaries(anything, profiles, max_size=3)),
        managed_rules=draw(counts),
        commands=commands,
        cells=tuple(sorted(cells, key=lambda cell: cell.requirement)),
        disabled_lync_rules=draw(names),
        foreign=draw(st.none() | foreign),
        skipped_rows=draw(some_names | st.just(())),
        unasked=draw(st.lists(ports, max_size=2).map(tuple)),
        probed=draw(st.lists(probed, max_size=2).map(tuple)),
        log=draw(st.none() | host_log),
        judged_from=draw(st.sampled_from([(), (("fe01.reg", "2026-01-31T20:15:00Z"),)])),
    )


@st.composite
def reports(draw: st.DrawFn, least: int = 0) -> Report:
    """Reports of some hosts.

    :param least: So many hosts at least.
    """
    rows = tuple(draw(st.lists(requirements, max_size=3)))
    called = draw(st.lists(shown.filter(bool), min_size=least, max_size=4, unique=True))
    return sorted_report(draw(anything), CREATED, [draw(hosts(name, rows)) for name in called])
