# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Windows service listens on a row's ports, where a document says so.

Lync's own rules are limited to a program. Whether such a rule opens a port depends on who listens there: the host's
registry knows the program of a service (``ImagePath``), this table knows the service of a row. Names from Microsoft's
pages "Antivirus scanning exclusions for Lync Server 2013" and "Troubleshoot your Cloud Connector deployment", and from
public monitoring scripts. Rows that several services share, or whose service no document names, are left out: then a
program rule stays conditional.
"""

from __future__ import annotations

_BY_SERVICE = {
    "RTCSRV": (
        "server-02", "server-03", "server-41", "server-45", "edge-listen-01", "edge-listen-02", "edge-listen-09"
    ),
    "RTCDATAPROXY": ("edge-listen-04", "edge-listen-11"),
    "RTCMRAUTH": ("edge-listen-10",),
    "RTCMEDIARELAY": (
        "edge-listen-05", "edge-listen-06", "edge-listen-07", "edge-listen-08", "edge-listen-12", "edge-listen-13"
    ),
    "RTCIMMCU": ("server-06",),
    "RTCDATAMCU": ("server-07",),
    "RTCAVMCU": ("server-09", "server-10"),
    "RTCCAA": ("server-21",),
    "RTCMEDSRV": ("server-22", "server-23", "server-24", "server-46", "server-47", "server-48", "server-49"),
    "RTCASMCU": ("server-27", "server-28"),
    "RTCCAS": ("server-29",),
    "RTCCPS": ("server-30",),
    "RTCATS": ("server-31",),
    "RTCRGS": ("server-33", "server-34"),
    "SQLBrowser": ("server-01", "server-38"),
}  # fmt: skip

WITHOUT_LISTENER = frozenset({"server-08", "server-20"})
"""Rows on whose ports, by the documents, nothing listens in Lync Server 2013.

Microsoft's support article on MS16-065 has the program of server-08's service for Lync Server 2010 only, and the page
"Antivirus scanning exclusions for Lync Server 2013" does not have it; neither port is in any topology document seen.
"""

SERVICE: dict[str, str] = {row: service for service, rows in _BY_SERVICE.items() for row in rows}
"""Row id to the short name of the Windows service that listens."""

_APPLICATIONS = "ocsappserverhost.exe"  # one program hosts the applications; only its argument tells them apart
_SHARED = frozenset({"svchost.exe"})  # services of Windows
_FILE = {
    "RTCSRV": "rtcsrv.exe",
    "RTCIMMCU": "immcusvc.exe",
    "RTCDATAMCU": "datamcusvc.exe",
    "RTCAVMCU": "avmcusvc.exe",
    "RTCCAA": _APPLICATIONS,
    "RTCMEDSRV": "mediationserversvc.exe",
    "RTCASMCU": "asmcusvc.exe",
    "RTCCAS": _APPLICATIONS,
    "RTCCPS": _APPLICATIONS,
    "RTCATS": _APPLICATIONS,
    "RTCRGS": _APPLICATIONS,
    "RTCCHAT": "channelservice.exe",
    "SQLBrowser": "sqlbrowser.exe",
    "RTCDATAPROXY": "dataproxy.exe",
    "RTCMRAUTH": "mrassvc.exe",
    "RTCMEDIARELAY": "mediarelaysvc.exe",
}

MEDIA_SERVICES: dict[str, tuple[str, ...]] = {
    "server-10": ("RTCAVMCU",),
    "server-28": ("RTCASMCU", "RTCCAA", "RTCRGS"),
    "add-19": ("RTCASMCU", "RTCCAA", "RTCRGS"),
    "server-39": ("RTCAVMCU", "RTCMEDSRV", "RTCCAA", "RTCCAS", "RTCCPS", "RTCATS", "RTCRGS"),
}
"""Rows with large media ranges, and the services that take their ports from them, each where it is installed.

The conferencing services and the Mediation Server have ranges of their own; the applications (which share one program)
use the Application Server's, which topology documents give for audio, video and application sharing alike.
"""

LISTENING: dict[str, frozenset[str]] = {
    row: frozenset(service.casefold() for service in services)
    for row, services in {
        **{row: (service,) for row, service in SERVICE.items()},
        **MEDIA_SERVICES,
        "server-04": ("RTCSRV",),  # the Focus is a part of the Front-End service
        "server-42": ("RTCSRV",),
        "server-50": ("RTCCHAT",),
        "server-05": ("RpcSs", "RpcEptMapper"),  # the endpoint mapper of Windows
    }.items()
}
"""Row id to the short names, in lower case, of the services that may listen there: nobody else does. Rules that are
limited to other services admit nobody by such a row."""

_WEB = ("server-15", "server-16", "server-17", "server-18")
FILES: dict[str, frozenset[str]] = {
    **{
        row: frozenset(file for service, file in _FILE.items() if service.casefold() in services) or _SHARED
        for row, services in LISTENING.items()
    },
    **dict.fromkeys(_WEB, frozenset({"w3wp.exe", "system"})),  # web components in IIS
}
"""Row id to the file names, in lower case, of the programs that listen: names from "Antivirus scanning exclusions for
Lync Server 2013". Of a host that was not asked for its programs, a rule for another program is known to admit nobody to
the row's service by it."""

IN_KERNEL = frozenset(
    {"server-11", "server-12", "server-13", "server-14", "server-19", "server-40", "server-43", "server-44", "add-18"}
)
"""Rows that IIS serves: HTTP.sys listens in the kernel, and rules name it ``System``."""

PRODUCT_FILES = frozenset(
    {
        # "Antivirus scanning exclusions for Lync Server 2013", and the same page of Skype for Business Server 2015
        "abserver.exe", "acpmcusvc.exe", "asmcusvc.exe", "avmcusvc.exe", "channelservice.exe", "clsagent.exe",
        "complianceservice.exe", "datamcusvc.exe", "dataproxy.exe", "fabric.exe", "fabricdca.exe", "fabrichost.exe",
        "filetransferagent.exe", "healthagent.exe", "immcusvc.exe", "lyncbackupservice.exe", "lyssvc.exe",
        "masterreplicatoragent.exe", "mediarelaysvc.exe", "mediationserversvc.exe", "mrassvc.exe",
        "ocsappserverhost.exe", "replicareplicatoragent.exe", "replicationapp.exe", "rtchost.exe", "rtcsrv.exe",
        "xmpptgw.exe",
        # the SQL Server that setup installs beside it
        "sqlservr.exe", "sqlbrowser.exe",
    }
)  # fmt: skip
"""File names, in lower case, of the product's programs that listen, from the documents named above."""

PRODUCT_FOLDERS = frozenset(
    {
        "microsoft lync server 2013",
        "skype for business server 2015",
        "skype for business server 2019",
    }
)
"""Install folders, in lower case, of which every program is the product's."""

PRODUCT_SERVICES = frozenset(
    {
        *(service.lower() for service in _BY_SERVICE),
        *(service.lower() for services in MEDIA_SERVICES.values() for service in services),
        "replica", "master", "fta", "rtcclsagt", "lyncbackup", "rtcxmpptgw", "rtcha", "fabrichostsvc",
        "mssqlserver", "mssql$rtclocal", "mssql$lynclocal", "mssql$rtc",
    }
)  # fmt: skip
"""Short names, in lower case, of the product's services that listen, from the documents named above."""

CLIENT_FILES = frozenset({"lync.exe", "communicator.exe", "ucmapi.exe", "ocpubmgr.exe"})
"""File names, in lower case, of the programs of Lync's clients, from "Configuring quality of service policies for
clients" of Lync Server 2013, and of the 2010 client."""

CLIENT_FOLDERS = frozenset({"microsoft lync"})
"""Install folders, in lower case, of which every program is the client's: that of Lync 2010 and Lync Basic 2010."""

SERVICE_PREFIXES = ("mssql$",)
"""What names of further services begin with: a back end's SQL instance has whatever name it was given."""
