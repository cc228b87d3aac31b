# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see, run, change and delete a scheduled task: its security descriptor ([MS-TSCH] 2.5 and 3.2.5.4).

A task carries the descriptor of RegistrationInfo/SecurityDescriptor, in SDDL. Without one it inherits from the folder
of the tasks: the list below is one that people publish of tasks that administrators made (SYSTEM and Administrators
may do everything but run and take apart, signed-in users may read, its maker may do everything). Everybody who is
signed in may make tasks of his own in the root folder; one that runs as SYSTEM or as somebody else, or at a boot, only
an administrator. Reading needs FILE_GENERIC_READ, running FILE_EXECUTE (the `GRGX` that people grant for it), changing
FILE_WRITE_DATA, deleting DELETE.

Not confirmed, and the lab takes the answer that is worse for a careless client: a task that is replaced without a
descriptor keeps the one it had; one that is replaced with a descriptor without an owner keeps its owner, who may always
change the list; a task that may not be read is "denied", not "not found".
"""

from __future__ import annotations

from lab.windows.sddl import SddlError, parse_sddl
from lab.windows.security import DELETE, EXECUTE, READ, WRITE, Ace, Descriptor, Token, check
from lab.windows.task_xml import TaskDefinition, TaskXmlError

RIGHTS = {"query": READ, "run": EXECUTE, "end": EXECUTE, "change": WRITE, "delete": DELETE}
_INHERITED = parse_sddl("D:AI(A;ID;0x1f019f;;;BA)(A;ID;0x1f019f;;;SY)(A;ID;FR;;;AU)(A;ID;FR;;;LS)(A;ID;FR;;;NS)")
_FULL, _INHERITED_FLAG = 0x1F01FF, 0x10


class TaskDenied(Exception):
    """The token may not do that to the task."""


def descriptor_of(definition: TaskDefinition, token: Token, replaced: Descriptor | None) -> Descriptor:
    """The descriptor of a task that ``token`` registers; ``replaced``: that of a task of this name.

    Raises TaskXmlError for a descriptor that cannot be read.
    """
    owner = token.owner if replaced is None else replaced.owner
    if definition.security:
        try:
            return parse_sddl(definition.security, owner)
        except SddlError as error:
            raise TaskXmlError(f"(4,4):SecurityDescriptor:{error}") from None
    if replaced is not None:
        return replaced
    makers = Ace(True, _INHERITED_FLAG, _FULL, owner)
    return Descriptor(owner, (*_INHERITED.aces, makers), auto=True)


def require(descriptor: Descriptor, token: Token, action: str) -> None:
    """Raise TaskDenied unless the token may do one of RIGHTS."""
    if not check(descriptor, token, RIGHTS[action]):
        raise TaskDenied(action)


def require_own(definition: TaskDefinition, token: Token) -> None:
    """Raise TaskDenied for a task that only an administrator may make."""
    own = definition.user.upper() in ("", token.user, token.name.upper())
    if not token.elevated and (not own or any(trigger.kind == "BootTrigger" for trigger in definition.triggers)):
        raise TaskDenied("create")
