# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of rules that Windows brings, by the resource that names them in every language.

``EmbedCtxt`` of such a rule is a reference, ``@FirewallAPI.dll,-28502`` ([MS-GPFAS] 2.2.2.19); what people see is the
text behind it. The file may be written with a path and in any case, differently from one Windows to the next, so only
its name and the number count. Numbers: the rules that Windows Server 2008 R2 to 2022 bring. English texts: the display
groups of Microsoft's documentation, and of its reference of ``Enable-NetFirewallRule``.
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"@(?:.*[\\/])?([^\\/,]+),\s*-(\d{1,9})", re.ASCII)

_API = "firewallapi.dll,-"
WELL_KNOWN: dict[str, tuple[str, ...]] = {
    "Active Directory Domain Services": (f"{_API}37601",),
    "BranchCache - Content Retrieval (Uses HTTP)": ("peerdistsh.dll,-9000",),
    "BranchCache - Hosted Cache Client (Uses HTTPS)": ("peerdistsh.dll,-9003",),
    "BranchCache - Hosted Cache Server (Uses HTTPS)": ("peerdistsh.dll,-9002",),
    "BranchCache - Peer Discovery (Uses WSD)": ("peerdistsh.dll,-9001",),
    "COM+ Network Access": (f"{_API}3400",),
    "COM+ Remote Administration": (f"{_API}3405",),
    "Core Networking": (f"{_API}25000",),
    "Core Networking Diagnostics": (f"{_API}27000",),
    "Delivery Optimization": ("dosvc.dll,-100",),
    "Distributed Transaction Coordinator": (f"{_API}33502",),
    "File and Printer Sharing": (f"{_API}28502",),
    "File and Printer Sharing over SMBDirect": (f"{_API}28602",),
    "iSCSI Service": (f"{_API}29002",),
    "Key Management Service": (f"{_API}28002",),
    "mDNS": (f"{_API}37302",),
    "Netlogon Service": ("netlogon.dll,-1010",),
    "Network Discovery": (f"{_API}32752",),
    "Performance Logs and Alerts": (f"{_API}34752",),
    "Remote Administration": (f"{_API}29752",),
    "Remote Desktop": (f"{_API}28752",),
    "Remote Desktop (WebSocket)": (f"{_API}28782",),
    "Remote Event Log Management": (f"{_API}29252",),
    "Remote Event Monitor": (f"{_API}36801",),
    "Remote Scheduled Tasks Management": (f"{_API}33252",),
    "Remote Service Management": (f"{_API}29502",),
    "Remote Shutdown": (f"{_API}36751",),
    "Remote Volume Management": (f"{_API}34501",),
    "Routing and Remote Access": (f"{_API}33752",),
    "Secure Socket Tunneling Protocol": ("sstpsvc.dll,-35001",),
    "SNMP Trap": ("snmptrap.exe,-3", f"{_API}50323"),
    "Virtual Machine Monitoring": ("vmicres.dll,-700", "icsvc.dll,-700"),
    "Windows Firewall Remote Management": (f"{_API}30002",),
    "Windows Defender Firewall Remote Management": (f"{_API}30002",),
    "Windows Management Instrumentation (WMI)": (f"{_API}34251",),
    "Windows Remote Management": (f"{_API}30267",),
    "Windows Remote Management (Compatibility)": (f"{_API}30252",),
}
"""English name to the keys of the group, as `group_key` gives them; Windows has changed some."""


def group_key(reference: str) -> str:
    """File and number of a reference in lower case, such as ``firewallapi.dll,-28502``; empty where it is none.

    Args:
        reference: ``EmbedCtxt`` of a rule, or what a person wrote.
    """
    match = _REFERENCE.fullmatch(reference.strip())
    return f"{match[1].casefold()},-{int(match[2])}" if match else ""
