# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Enterprise estate of two sites that take over for each other, with one of everything that Lync 2013 has.

Traps on purpose: media ranges moved for Quality of Service in Redmond only; listener ranges on the stand-alone
Mediation pool; a machine that is bound to all addresses; IPv6; pools whose name is no machine's, and machines that are
their own pool; machines the topology knows no address of; the bandwidth policy service in one site only; a second,
passive Central Management service; an Edge with translated public addresses, which are nobody's own.
"""

from __future__ import annotations

from . import ports, roles
from .estate import BOUND_TO_ALL, Cluster, Estate, Interface, Machine, Service, ServiceKey, SqlInstance

REDMOND, LISBOA = 1, 2

# Microsoft's own advice moves application sharing to 40803 x 8348; audio and video get ranges of their own here.
MOVED = ports.Media(audio=(20000, 10000), video=(30000, 5000), sharing=(40803, 8348))
UNMOVED = ports.Media()

EVERYTHING = (
    *ports.AUDIO_TEST,
    *ports.CONFERENCING,
    *ports.CALL_PARK,
    *ports.RESPONSE_GROUP,
    *ports.BANDWIDTH_POLICY,
)
WITHOUT_BANDWIDTH_POLICY = (*ports.AUDIO_TEST, *ports.CONFERENCING, *ports.CALL_PARK, *ports.RESPONSE_GROUP)


def _dual_homed(fqdn: str, primary: str, pstn: str) -> Machine:
    """A server with a leg in the gateways' network; web services listen on the primary address."""
    sides = (("Primary", primary), ("External", primary), ("Pstn", pstn))
    return Machine(fqdn, tuple(Interface(side, address) for side, address in sides))


def _plain(fqdn: str, *addresses: str) -> Machine:
    return Machine(fqdn, tuple(Interface("Primary", address, number) for number, address in enumerate(addresses, 1)))


def _edge(name: str, internal: str, last_octet: int) -> Machine:
    external = tuple(
        Interface("External", f"198.51.100.{last_octet + number}", number, f"203.0.113.{last_octet + number}")
        for number in (1, 2, 3)
    )
    return Machine(name, (Interface("Internal", internal), *external))


def _others(site: int, number: int, machine: Machine) -> Cluster:
    """A machine that Lync knows of but does not set up."""
    return Cluster(site, number, machine.fqdn, (machine,), managed=False, replica=False)


CLUSTERS = (
    Cluster(
        REDMOND,
        1,
        "pool-rd.example.com",
        (
            _dual_homed("fe-rd1.example.com", "192.0.2.11", "10.10.0.11"),
            _dual_homed("fe-rd2.example.com", "192.0.2.12", "10.10.0.12"),
            _dual_homed("fe-rd3.example.com", BOUND_TO_ALL, BOUND_TO_ALL),
        ),
    ),
    Cluster(
        REDMOND,
        2,
        "med-rd.example.com",
        tuple(_dual_homed(f"med-rd{n}.example.com", f"192.0.2.2{n}", f"10.10.0.2{n}") for n in (1, 2)),
    ),
    Cluster(
        REDMOND,
        3,
        "dir-rd.example.com",
        tuple(_plain(f"dir-rd{n}.example.com", f"192.0.2.3{n}") for n in (1, 2)),
    ),
    Cluster(
        REDMOND,
        4,
        "chat-rd.example.com",
        tuple(_plain(f"chat-rd{n}.example.com", f"192.0.2.4{n}") for n in (1, 2)),
    ),
    Cluster(
        REDMOND,
        5,
        "owa-rd.example.com",
        tuple(_plain(f"owa-rd{n}.example.com", f"192.0.2.5{n}") for n in (1, 2)),
        managed=False,
        replica=False,
    ),
    Cluster(
        REDMOND,
        6,
        "edge-rd.example.com",
        (
            _edge("edge-rd1.example.com", "10.10.6.1", 60),
            _edge("edge-rd2.example.com", "10.10.6.2", 70),
        ),
    ),
    _others(REDMOND, 7, Machine("sql-rd1.example.com")),
    _others(REDMOND, 8, Machine("sql-rd2.example.com")),
    _others(REDMOND, 9, Machine("sql-witness.example.com")),
    _others(REDMOND, 10, _plain("files-rd.example.com", BOUND_TO_ALL)),
    _others(REDMOND, 11, _plain("gw-rd.example.com", "10.10.0.200")),
    Cluster(REDMOND, 12, "app-rd.example.com", (_plain("app-rd.example.com", "192.0.2.80"),), managed=False),
    Cluster(
        LISBOA,
        1,
        "pool-lx.contoso.test",
        (
            _plain("fe-lx1.contoso.test", "10.20.0.11", "2001:db8:20::11"),
            _plain("fe-lx2.contoso.test", "10.20.0.12", "2001:db8:20::12"),
        ),
    ),
    Cluster(LISBOA, 2, "med-lx.contoso.test", (_dual_homed("med-lx.contoso.test", "10.20.0.21", "10.21.0.21"),)),
    _others(LISBOA, 3, _plain("sql-lx.contoso.test", "10.20.0.31")),
    _others(LISBOA, 4, Machine("files-lx.contoso.test")),
    _others(LISBOA, 5, _plain("gw-lx.contoso.test", "10.21.0.200")),
)

SQL_INSTANCES = (
    SqlInstance("sql-rd1.example.com", "RTC", mirroring_port=5022),
    SqlInstance("sql-rd2.example.com", "RTC", mirroring_port=5022),
    SqlInstance("sql-witness.example.com", "WITNESS", mirroring_port=7022),
    SqlInstance("sql-lx.contoso.test"),
)

BACK_REDMOND = roles.Back("sql-rd1.example.com", "RTC", "files-rd.example.com", "LyncShare")
BACK_LISBOA = roles.Back("sql-lx.contoso.test", "", "files-lx.contoso.test", "LyncShare$")


def _registrar(site: int) -> ServiceKey:
    return ServiceKey(site, "Registrar", 1)


def _stores() -> tuple[Service, ...]:
    """What writes call records and archives down, for all pools."""
    return tuple(
        Service(ServiceKey(REDMOND, role, 1), "sql-rd1.example.com", sql="RTC")
        for role in ("ArchivingStore", "MonitoringStore")
    )


def _redmond() -> tuple[Service, ...]:
    stand_alone = ServiceKey(REDMOND, "MediationServer", 2)
    return (
        *roles.front_end(
            REDMOND, 1, "pool-rd.example.com", BACK_REDMOND, MOVED, EVERYTHING, taken_over_by=_registrar(LISBOA)
        ),
        roles.mediation(
            ServiceKey(REDMOND, "MediationServer", 1), "pool-rd.example.com", _registrar(REDMOND), MOVED, tcp=None
        ),
        roles.mediation(stand_alone, "med-rd.example.com", _registrar(REDMOND), MOVED, tls=(6067, 4), tcp=(6060, 3)),
        *roles.director(REDMOND, 2, "dir-rd.example.com", ServiceKey(REDMOND, "FileStore", 1)),
        *roles.persistent_chat(REDMOND, 1, "chat-rd.example.com", BACK_REDMOND, _registrar(REDMOND)),
        roles.office_web_apps(ServiceKey(REDMOND, "WacService", 1), "owa-rd.example.com"),
        *roles.edge(REDMOND, 1, "edge-rd.example.com", _registrar(REDMOND), addresses=3),
        *_stores(),
        *roles.central_management(REDMOND, 1, "pool-rd.example.com", BACK_REDMOND, active=True),
        roles.gateway(ServiceKey(REDMOND, "PstnGateway", 1), "gw-rd.example.com", stand_alone, 5066, "Tcp", calls=6061),
        Service(
            ServiceKey(REDMOND, "ExternalServer", 1),
            "app-rd.example.com",
            (ports.application("switchboard", "SipServer", 6100),),
            depends_on=((_registrar(REDMOND), roles.DEFAULT),),
        ),
    )


def _lisboa() -> tuple[Service, ...]:
    trunk = ServiceKey(LISBOA, "MediationServer", 1)
    return (
        *roles.front_end(
            LISBOA,
            1,
            "pool-lx.contoso.test",
            BACK_LISBOA,
            UNMOVED,
            WITHOUT_BANDWIDTH_POLICY,
            taken_over_by=_registrar(REDMOND),
        ),
        roles.mediation(trunk, "med-lx.contoso.test", _registrar(LISBOA), UNMOVED),
        *roles.central_management(LISBOA, 1, "pool-lx.contoso.test", BACK_LISBOA, active=False),
        roles.gateway(ServiceKey(LISBOA, "PstnGateway", 1), "gw-lx.contoso.test", trunk, 5067, "Tls", calls=5067),
    )


ENTERPRISE = Estate(
    "enterprise",
    ("example.com", "contoso.test"),
    ((REDMOND, "Redmond"), (LISBOA, "Lisboa")),
    CLUSTERS,
    SQL_INSTANCES,
    (*_redmond(), *_lisboa()),
    failover=(("pool-rd.example.com", "pool-lx.contoso.test"), ("pool-lx.contoso.test", "pool-rd.example.com")),
)
