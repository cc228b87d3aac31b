# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Standard Edition estate: one server that is everything, a gateway and an Edge Server, each its own cluster.

`BEFORE` is the same estate as it was published earlier, for a Topology Builder file with changes in it: with default
media ranges, and with a second server that has since been taken out.
"""

from __future__ import annotations

from dataclasses import replace

from . import ports, roles
from .estate import Cluster, Estate, Interface, Machine, Service, ServiceKey, SqlInstance

SITE = 1
SERVER = "se1.contoso.test"
REGISTRAR = ServiceKey(SITE, "Registrar", 1)
BACK = roles.Back(SERVER, "rtc", SERVER, "LyncShare")
MEDIA = ports.Media(audio=(49152, 5000), video=(57501, 4000), sharing=(40803, 8348))
APPLICATIONS = (*ports.AUDIO_TEST, *ports.CONFERENCING)


def _services(media: ports.Media) -> tuple[Service, ...]:
    mediation = ServiceKey(SITE, "MediationServer", 1)
    return (
        *roles.front_end(SITE, 1, SERVER, BACK, media, APPLICATIONS, sip_tcp_port=5060),
        roles.mediation(mediation, SERVER, REGISTRAR, media),
        *roles.central_management(SITE, 1, SERVER, BACK, active=True),
        roles.gateway(ServiceKey(SITE, "PstnGateway", 1), "gw1.contoso.test", mediation, 5066, "Tcp", calls=5068),
        *roles.edge(SITE, 1, "edge1.contoso.test", REGISTRAR, addresses=1),
    )


STANDARD = Estate(
    "standard",
    ("contoso.test",),
    ((SITE, "Contoso"),),
    (
        Cluster(
            SITE,
            1,
            SERVER,
            (Machine(SERVER, (Interface("Primary", "192.0.2.150"), Interface("External", "192.0.2.150"))),),
        ),
        Cluster(
            SITE,
            2,
            "gw1.contoso.test",
            (Machine("gw1.contoso.test", (Interface("Primary", "203.0.113.10"),)),),
            managed=False,
            replica=False,
        ),
        Cluster(
            SITE,
            3,
            "edge1.contoso.test",
            (
                Machine(
                    "edge1.contoso.test",
                    (
                        Interface("Internal", "10.30.0.60"),
                        Interface("External", "198.51.100.160", configured="203.0.113.160"),
                    ),
                ),
            ),
        ),
    ),
    (SqlInstance(SERVER, "rtc"),),
    _services(MEDIA),
)

_RETIRED = "med1.contoso.test"

BEFORE = replace(
    STANDARD,
    name="standard_before",
    clusters=(
        *STANDARD.clusters,
        Cluster(SITE, 4, _RETIRED, (Machine(_RETIRED, (Interface("Primary", "192.0.2.151"),)),)),
    ),
    services=(
        *_services(ports.Media()),
        roles.mediation(ServiceKey(SITE, "MediationServer", 2), _RETIRED, REGISTRAR, ports.Media()),
    ),
)
