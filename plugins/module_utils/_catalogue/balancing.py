# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a load balancer serves the rows of tables 2 and 3: member, affinity, health check, idle time, and who says so.

The tables have ports only. The rest is from other pages of Microsoft's, which contradict each other in places, and
where Microsoft is silent from Kemp's templates, as far as these are public. Each value names its source; what is
nobody's but ours says that too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Virtual(str, Enum):
    """The virtual address of a pool that a listener is on."""

    SIP = "sip"
    WEB_INTERNAL = "web_internal"
    WEB_EXTERNAL = "web_external"


class When(str, Enum):
    """Which pools have a listener."""

    ALWAYS = "always"
    IN_TOPOLOGY = "in_topology"  # Where the topology has the application, or nothing says what it has.
    COLLOCATED = "collocated"  # Front End pools that also run Mediation Server.


@dataclass(frozen=True, slots=True)
class Served:
    """How one row is served.

    Attributes:
        virtual: The virtual address it is on.
        member: Row of the member that listens behind it, on the same port unless the topology moved it.
        check: Row of the member whose port is the health check.
        check_source: Who says so.
        affinity_seconds: How long a source address keeps its member; None where each connection chooses anew.
        affinity_source: Who says so.
        idle_seconds: After how long without data a connection may end.
        idle_source: Who says so.
        when: Which pools have it.
        shown: Row whose listener in a topology shows that the application is there.
        mapped: Port that clients dial on an address of its own, where the device does the mapping.
        sources: Further documents on the port itself.
        contradictions: What documents say against each other, in sentences.
    """

    virtual: Virtual
    member: str
    check: str
    check_source: str
    affinity_seconds: int | None
    affinity_source: str
    idle_seconds: int
    idle_source: str
    when: When = When.ALWAYS
    shown: str = ""
    mapped: int | None = None
    sources: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()


WEB_SECONDS = 1800
"""TCP idle time of web listeners, Front End and Director ("Hardware load balancer requirements")."""

SIP_SECONDS = 1800
"""The same of SIP, a multiple of its keep-alive: no page of 2013 has a number, Kemp's templates have this one."""

SIP_AFFINITY_SECONDS = 1200
"""Kemp's templates; Microsoft says nothing of affinity of SIP."""

CHECK_SECONDS = 5
"""How often a member is checked: Live Communications Server's planning guide of 2005 calls this fine."""

FALL, RISE = 3, 2
"""How many checks decide that a member is down, and up again: our choice, no document has one."""

ALGORITHM = "leastconn"
"""Microsoft names none; Kemp's templates and NetScaler's default are least connections, and SIP sessions are long."""

LEAST_IDLE_SECONDS = 960
"""No idle time of the table below may be shorter, which a test holds: mobile clients wait 900 seconds for an event
("Configure web publishing rules")."""

_HLB_PAGE = "Microsoft: Hardware load balancer requirements for Lync Server 2013 (2015-05-11)"
_MOBILITY_PAGE = "Microsoft: Technical requirements for mobility (2014-07-24)"
_PROXY_PAGE = "Microsoft: Port summary, reverse proxy"
_DNS_PAGE = "Microsoft: DNS load balancing in Lync Server 2013"
_DIRECTOR_PAGE = "Microsoft: Port summary, scaled Director pool, hardware load balancer"
_TOPOLOGY_PAGE = "Microsoft: Define a Mediation Server in Topology Builder"
_WEB_SERVER = "Microsoft: Set-CsWebServer"
_KEMP_2010 = "Kemp: Lync 2010 templates, services of Front End pools"
_KEMP_2015 = "Kemp: Skype for Business 2015, Configure Director HLB SIP Virtual Service"
_LCS_GUIDE = "Live Communications Server 2005 planning guide, as Microsoft's blog of 2005-08-06 has it"
_OURS = "our choice: no document has one"

_EXTERNAL_AFFINITY = (
    "Affinity of external web services: 'Hardware load balancer requirements' (2015) says none, 'Technical "
    "requirements for mobility' (2014) says source, 'Deploying Lync Web App' says cookies. The newest page decides; "
    "behind one address of a reverse proxy, source would send everybody to one member."
)
_SINGLE_REQUESTS = (
    "'Hardware load balancer requirements' wants single requests of one connection balanced for mobile clients, which "
    "a device can do only where it ends TLS; one that passes connections through cannot."
)
_MAPPING = (
    "Who maps 443 to 4443 and 80 to 8080: 'Hardware load balancer requirements' has the device do it, and in another "
    "sentence listen on 4443; 'Port summary, reverse proxy' has the reverse proxy do it."
)
_DIRECTOR_CHECK = (
    "The page prints the monitor on 5061 for Front End Servers only; Kemp's template of Directors has the same."
)
_DIRECTOR_WEB = (
    "The port summary of Director pools also sends 80 and 8080 to the device, for which neither table has a row."
)
_DIRECTOR_444 = (
    "The port summary of Director pools draws 444 from the Director to the Front End pool, not to the Director's own "
    "address; the table and Kemp's template have it."
)
_MEDIATION_DNS = (
    "'Define a Mediation Server in Topology Builder' says that several Mediation Servers must be balanced by DNS; the "
    "table has this row all the same."
)
_NO_MONITOR = "no documented monitor; its own port, since 5061 says nothing of this application"

_WEB = Served(
    virtual=Virtual.WEB_INTERNAL,
    member="",
    check="server-03",
    check_source=f"{_HLB_PAGE}, Port Monitoring: 5061 of the member, so that web ends with the Front-End service",
    affinity_seconds=WEB_SECONDS,
    affinity_source=f"{_HLB_PAGE}: source address. How long is {_OURS}; not shorter than the idle time",
    idle_seconds=WEB_SECONDS,
    idle_source=_HLB_PAGE,
)
_EXTERNAL = replace(
    _WEB,
    virtual=Virtual.WEB_EXTERNAL,
    affinity_seconds=None,
    affinity_source=f"{_HLB_PAGE}: none",
    sources=(_PROXY_PAGE, _WEB_SERVER),
    contradictions=(_EXTERNAL_AFFINITY, _MAPPING),
)
_EXTERNAL_HTTP = replace(_EXTERNAL, member="server-13", mapped=80)
_EXTERNAL_HTTPS = replace(
    _EXTERNAL,
    member="server-14",
    mapped=443,
    sources=(*_EXTERNAL.sources, _MOBILITY_PAGE),
    contradictions=(*_EXTERNAL.contradictions, _SINGLE_REQUESTS),
)
_SIP = Served(
    virtual=Virtual.SIP,
    member="server-03",
    check="server-03",
    check_source=f"{_HLB_PAGE}, Port Monitoring; or the monitoring port of the pool, where one is set",
    affinity_seconds=SIP_AFFINITY_SECONDS,
    affinity_source=f"{_KEMP_2010}: source address; Microsoft says nothing",
    idle_seconds=SIP_SECONDS,
    idle_source=f"Kemp's templates; {_LCS_GUIDE}: not below refresh and keep-alive. No page of 2013 has a number",
    sources=(_KEMP_2010,),
)


EXTERNAL_AFFINITIES: dict[str, tuple[int | None, str]] = {
    "none": (None, _EXTERNAL.affinity_source),
    "source": (WEB_SECONDS, f"{_MOBILITY_PAGE}: source address. How long is {_OURS}"),
}
"""Affinities of external web that a document has and a device can keep that does not end TLS: how long, and who says
so. Cookies are a third."""


def _application(member: str, shown: str = "") -> Served:
    """An application of a Front End pool: it listens only where it is deployed, so its own port is checked."""
    return replace(
        _SIP, member=member, check=member, check_source=_NO_MONITOR, when=When.IN_TOPOLOGY, shown=shown or member
    )


def _of_director(served: Served, member: str) -> Served:
    """The same listener in front of Directors, whose own 5061 is checked."""
    return replace(served, member=member, check="server-45", check_source=f"{_KEMP_2015}: 5061 of the member")


_DIRECTOR_INTERNAL = replace(
    _of_director(_WEB, "server-44"),
    sources=(_KEMP_2015, _DIRECTOR_PAGE),
    contradictions=(_DIRECTOR_CHECK, _DIRECTOR_WEB),
)
_DIRECTOR_EXTERNAL = replace(
    _of_director(_EXTERNAL_HTTPS, "add-09"),
    sources=(*_EXTERNAL_HTTPS.sources, _DIRECTOR_PAGE),
    contradictions=(*_EXTERNAL_HTTPS.contradictions, _DIRECTOR_CHECK, _DIRECTOR_WEB),
)
_MEDIATION = replace(
    _SIP,
    member="server-46",
    check="server-46",
    check_source=_NO_MONITOR,
    sources=(_KEMP_2010, _TOPOLOGY_PAGE),
    contradictions=(_MEDIATION_DNS,),
)


def _dns(served: Served) -> Served:
    """The same listener in a pool whose SIP is balanced by DNS."""
    return replace(served, sources=(_DNS_PAGE, *served.sources))


SERVED: dict[str, Served] = {
    "hlb-01": _SIP,
    "hlb-02": replace(
        _SIP,
        member="server-04",
        check_source=f"{_KEMP_2015}: 443 and 444 under one check of 5061",
        sources=(_KEMP_2010, _KEMP_2015),
    ),
    "hlb-03": replace(_SIP, member="server-05", check="server-05", check_source=_NO_MONITOR),
    "hlb-04": replace(_WEB, member="server-11"),
    "hlb-05": _EXTERNAL_HTTP,
    "hlb-06": replace(_WEB, member="server-12"),
    "hlb-07": _EXTERNAL_HTTPS,
    "hlb-08": _application("server-21"),
    "hlb-09": _application("server-29"),
    "hlb-10": _application("server-30"),
    "hlb-11": _application("server-31"),
    "hlb-12": _application("server-33"),
    "hlb-13": _application("server-35"),
    "hlb-14": _application("server-36", shown="server-35"),  # one service has both ports, and no row finds its second
    "hlb-15": _MEDIATION,
    "hlb-16": replace(
        _MEDIATION,
        member="server-22",
        check="server-22",
        when=When.COLLOCATED,
        sources=(_KEMP_2010,),
        contradictions=(),
    ),
    "hlb-17": _DIRECTOR_INTERNAL,
    "hlb-18": replace(
        _of_director(_SIP, "server-42"),
        sources=(_KEMP_2015, _DIRECTOR_PAGE),
        contradictions=(_DIRECTOR_444,),
    ),
    "hlb-19": replace(_of_director(_SIP, "server-45"), sources=(_KEMP_2015, _DIRECTOR_PAGE)),
    "hlb-20": _DIRECTOR_EXTERNAL,
    "dnslb-01": _dns(replace(_WEB, member="server-11")),
    "dnslb-02": _dns(replace(_WEB, member="server-12")),
    "dnslb-03": _dns(_EXTERNAL_HTTP),
    "dnslb-04": _dns(_EXTERNAL_HTTPS),
    "dnslb-05": _dns(_DIRECTOR_INTERNAL),
    "dnslb-07": _dns(_DIRECTOR_EXTERNAL),
}
"""Row id to how it is served. The blank row dnslb-06 has nothing to serve, and nothing is guessed into it."""
