# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders and programs of a fresh disk, with the access that Windows ships for them.

The descriptors are those that people publish of untouched systems: `C:\\ProgramData`, `C:\\Program Files` and the
root of a server's system drive as `icacls /save` prints them (Windows 10, Server 2025), `C:\\Windows\\Temp` with its
entry `(A;CI;0x100026;;;BU)`. Every user may make files and folders in `C:\\ProgramData`, and so in every folder that
inherits from it, and in `C:\\Windows\\Temp`, where nobody reads the others'; in the root, folders only.

Not confirmed: that Server 2008 R2 to 2012 R2 have the same (entries for app packages, which begin with 2012, are left
out everywhere); that `C:\\Windows\\System32` has the descriptor of `C:\\Windows`; the list of
`System32\\LogFiles\\Firewall`, here that of its parent; that of `System32\\Tasks`, here SYSTEM and Administrators and
nobody else; the owner of a profile.
"""

from __future__ import annotations

from lab.windows.sddl import parse_sddl
from lab.windows.security import TRUSTED_INSTALLER, Descriptor

_TI = TRUSTED_INSTALLER
_PROTECTED = (
    f"O:{_TI}D:PAI(A;;FA;;;{_TI})(A;CIIO;GA;;;{_TI})(A;;0x1301bf;;;SY)(A;OICIIO;GA;;;SY)(A;;0x1301bf;;;BA)"
    "(A;OICIIO;GA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;OICIIO;GA;;;CO)"
)
ROOT: Descriptor = parse_sddl(
    f"O:{_TI}D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;LC;;;BU)(A;CIIO;DC;;;BU)"
    "(A;OICIIO;GA;;;CO)"
)
SYSTEM_FOLDER: Descriptor = parse_sddl(_PROTECTED)
FOLDERS: dict[str, Descriptor | None] = {
    "C:\\Windows": SYSTEM_FOLDER,
    "C:\\Windows\\System32": SYSTEM_FOLDER,
    "C:\\Windows\\System32\\LogFiles": None,
    "C:\\Windows\\System32\\LogFiles\\Firewall": None,
    "C:\\Windows\\System32\\config": None,
    "C:\\Windows\\System32\\config\\systemprofile": None,
    "C:\\Windows\\System32\\Tasks": parse_sddl("O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"),
    "C:\\Windows\\System32\\wbem": None,
    "C:\\Windows\\System32\\WindowsPowerShell": None,
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0": None,
    "C:\\Windows\\Temp": parse_sddl(
        "O:SYD:PAI(A;CI;0x100026;;;BU)(A;;FA;;;BA)(A;OICIIO;GA;;;BA)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;OICIIO;GA;;;CO)"
    ),
    "C:\\Users": parse_sddl(
        "O:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;;0x1200a9;;;WD)"
        "(A;OICIIO;GXGR;;;WD)"
    ),
    "C:\\Users\\Administrator": parse_sddl("O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;LA)"),
    "C:\\Users\\Administrator\\AppData": None,
    "C:\\Users\\Administrator\\AppData\\Local": None,
    "C:\\Users\\Administrator\\AppData\\Local\\Temp": None,
    "C:\\Users\\ADMINI~1": parse_sddl("O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;LA)"),
    "C:\\Users\\ADMINI~1\\AppData": None,
    "C:\\Users\\ADMINI~1\\AppData\\Local": None,
    "C:\\Users\\ADMINI~1\\AppData\\Local\\Temp": None,
    "C:\\Program Files": SYSTEM_FOLDER,
    "C:\\Program Files (x86)": SYSTEM_FOLDER,
    "C:\\ProgramData": parse_sddl(
        "O:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;GA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)"
    ),
}
"""Every folder after its parent; None: as it inherits."""

SYSTEM32 = "C:\\Windows\\System32"
PROGRAM_NAMES = (
    "cmd.exe", "reg.exe", "netsh.exe", "sc.exe", "schtasks.exe", "netstat.exe", "tasklist.exe", "whoami.exe",
    "hostname.exe", "ping.exe", "timeout.exe", "findstr.exe", "more.com", "chcp.com", "gpupdate.exe", "icacls.exe",
    "takeown.exe", "WindowsPowerShell\\v1.0\\powershell.exe",
)  # fmt: skip
"""The programs of `System32` that the lab has."""

MACHINE_PATH = f"{SYSTEM32};C:\\Windows;{SYSTEM32}\\Wbem;{SYSTEM32}\\WindowsPowerShell\\v1.0\\"
