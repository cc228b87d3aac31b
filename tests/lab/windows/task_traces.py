# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What a registered task leaves outside the scheduler: its file and its registry values.

`System32\Tasks\NAME` has the definition, in UTF-16; `Schedule\TaskCache\Tree\NAME` has Id, Index and SD, the task's
security descriptor in its binary, self-relative form ([MS-DTYP] 2.4.6), as public write-ups of hidden tasks show.

Not confirmed: that the file's access list is the task's own, and that the primary group of SD is LocalSystem. The quirk
``task_traces`` leaves neither.
"""

from __future__ import annotations

import codecs
import struct
import uuid

from lab.windows.filesystem import FileSystem
from lab.windows.registry import Registry, RegistryError
from lab.windows.security import SYSTEM, SYSTEM_TOKEN, Ace, Descriptor

TASKS_FOLDER = "C:\\Windows\\System32\\Tasks"
TREE = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree"
_SELF_RELATIVE, _PROTECTED, _AUTO_INHERITED, _DACL_PRESENT = 0x8000, 0x1000, 0x0400, 0x0004
_HEADER = 20
_PLAIN_TASK = 3


def leave(files: FileSystem, registry: Registry, name: str, xml: str, security: Descriptor) -> None:
    """Write the file and the values of a task that was registered."""
    path = f"{TASKS_FOLDER}\\{name}"
    declared = f'<?xml version="1.0" encoding="UTF-16"?>\r\n{xml}'
    files.write(path, codecs.BOM_UTF16_LE + declared.encode("utf-16-le"), token=SYSTEM_TOKEN)
    files.replace_security(path, security)
    key = registry.create(f"{TREE}\\{name}")
    key.set("SD", "REG_BINARY", binary_descriptor(security).hex().upper())
    key.set("Id", "REG_SZ", "{" + str(uuid.uuid4()).upper() + "}")
    key.set_dword("Index", _PLAIN_TASK)


def remove(files: FileSystem, registry: Registry, name: str) -> None:
    """Take them away again, where they are."""
    path = f"{TASKS_FOLDER}\\{name}"
    if files.exists(path):
        files.remove_file(path, token=SYSTEM_TOKEN)
    try:
        registry.delete(f"{TREE}\\{name}")
    except RegistryError:
        return


def binary_descriptor(descriptor: Descriptor) -> bytes:
    """A self-relative security descriptor."""
    owner, group, dacl = _sid(descriptor.owner), _sid(SYSTEM), _acl(descriptor.aces)
    control = _SELF_RELATIVE | _DACL_PRESENT
    control |= (_PROTECTED if descriptor.protected else 0) | (_AUTO_INHERITED if descriptor.auto else 0)
    at_group = _HEADER + len(owner)
    head = struct.pack("<BBHIIII", 1, 0, control, _HEADER, at_group, 0, at_group + len(group))
    return head + owner + group + dacl


def _sid(text: str) -> bytes:
    authority, *parts = (int(part) for part in text.split("-")[2:])
    return struct.pack("<BB", 1, len(parts)) + authority.to_bytes(6, "big") + struct.pack(f"<{len(parts)}I", *parts)


def _acl(aces: tuple[Ace, ...]) -> bytes:
    entries = b"".join(_ace(ace) for ace in aces)
    return struct.pack("<BBHHH", 2, 0, 8 + len(entries), len(aces), 0) + entries


def _ace(ace: Ace) -> bytes:
    sid = _sid(ace.sid)
    return struct.pack("<BBHI", 0 if ace.allows else 1, ace.flags, 8 + len(sid), ace.mask) + sid
