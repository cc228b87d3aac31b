# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors, and whether a token may do what it asks: [MS-DTYP] 2.4 (SIDs, ACEs), 2.5.3 (algorithms).

A descriptor has an owner and a discretionary list (DACL); auditing (SACL) and the primary group are not simulated.
`check` is [MS-DTYP] 2.5.3.2: allow and deny entries in their order; an owner may read and write the DACL unless an
entry for OWNER RIGHTS says otherwise; a group that is only there to deny grants nothing. `inherited` is 2.5.3.4: what a
new object gets from its folder. An inheritable entry for CREATOR OWNER, or with generic rights, becomes two: one in
force, one for further inheritance (as `icacls /save` of real folders shows).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SYSTEM, ADMINISTRATORS, USERS = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545"
EVERYONE, AUTHENTICATED, NETWORK, INTERACTIVE = "S-1-1-0", "S-1-5-11", "S-1-5-2", "S-1-5-4"
CREATOR_OWNER, OWNER_RIGHTS = "S-1-3-0", "S-1-3-4"
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
MACHINE = "S-1-5-21-3623811015-3361044348-30300820"
"""The SID of every simulated computer: a public example of Microsoft's documentation."""

OI, CI, NP, IO, ID = 0x01, 0x02, 0x04, 0x08, 0x10

# File and folder rights share their bits (winnt.h).
READ, WRITE, APPEND, EXECUTE, DELETE_CHILD = 0x1, 0x2, 0x4, 0x20, 0x40
ADD_FILE, ADD_FOLDER, LIST = WRITE, APPEND, READ
DELETE, READ_CONTROL, WRITE_DAC, WRITE_OWNER = 0x10000, 0x20000, 0x40000, 0x80000
FULL, MODIFY, READ_EXECUTE, GENERIC_READ_FILE = 0x1F01FF, 0x1301BF, 0x1200A9, 0x120089
_GENERIC = {0x10000000: FULL, 0x80000000: 0x120089, 0x40000000: 0x120116, 0x20000000: 0x1200A0}


@dataclass(frozen=True)
class Ace:
    """One entry: whether it allows, its inheritance flags, its rights, whom it is about."""

    allows: bool
    flags: int
    mask: int
    sid: str

    @property
    def in_force(self) -> bool:
        """Whether it counts for the object itself."""
        return not self.flags & IO

    @property
    def was_inherited(self) -> bool:
        """Whether it comes from the folder above."""
        return bool(self.flags & ID)


@dataclass(frozen=True)
class Descriptor:
    """``protected``: nothing is inherited (SDDL `P`); ``auto``: the list has been through inheritance (`AI`)."""

    owner: str
    aces: tuple[Ace, ...] = ()
    protected: bool = False
    auto: bool = False

    @property
    def explicit(self) -> tuple[Ace, ...]:
        """The entries of its own."""
        return tuple(ace for ace in self.aces if not ace.was_inherited)


@dataclass(frozen=True)
class Token:
    """Who runs a program. ``kind`` is admin (elevated), filtered, user or system; ``owner``: of what it creates."""

    user: str
    name: str
    groups: frozenset[str]
    kind: str = "user"
    deny_only: frozenset[str] = frozenset()

    @property
    def elevated(self) -> bool:
        """Whether it may administer the host."""
        return self.kind in ("admin", "system")

    @property
    def owner(self) -> str:
        """Who owns what it creates: Administrators for their elevated members and for SYSTEM, since Windows Vista."""
        return ADMINISTRATORS if self.elevated else self.user

    @property
    def sids(self) -> frozenset[str]:
        """Itself and the groups that grant it something."""
        return self.groups | {self.user}


_COMMON = frozenset({EVERYONE, USERS, AUTHENTICATED})
SYSTEM_TOKEN = Token(SYSTEM, "SYSTEM", frozenset({EVERYONE, AUTHENTICATED, ADMINISTRATORS}), "system")
ADMINISTRATOR = Token(f"{MACHINE}-500", "Administrator", _COMMON | {ADMINISTRATORS, INTERACTIVE}, "admin")
TOKENS = {
    "admin": replace(ADMINISTRATOR, groups=_COMMON | {ADMINISTRATORS, NETWORK}),
    "filtered": Token(
        f"{MACHINE}-500", "Administrator", _COMMON | {NETWORK}, "filtered", deny_only=frozenset({ADMINISTRATORS})
    ),
    "user": Token(f"{MACHINE}-1000", "Administrator", _COMMON | {NETWORK}),
}
"""Tokens of the WinRM user, by the quirk ``token``; a network logon."""


def local_user(name: str) -> Token:
    """A local account without any right that administrators have, signed in at the console."""
    number = 1001 + sum(ord(letter) * (place + 1) for place, letter in enumerate(name.lower()))
    return Token(f"{MACHINE}-{number}", name, _COMMON | {INTERACTIVE})


def mapped(mask: int) -> int:
    """Rights with the generic ones replaced by what they mean for files."""
    for generic, meaning in _GENERIC.items():
        if mask & generic:
            mask = mask & ~generic | meaning
    return mask


def check(descriptor: Descriptor, token: Token, wanted: int) -> bool:
    """Whether a token gets all of the wanted rights."""
    wanted = mapped(wanted)
    in_force = [ace for ace in descriptor.aces if ace.in_force]
    owns = descriptor.owner in token.sids
    if owns and not any(ace.sid == OWNER_RIGHTS for ace in in_force):
        wanted &= ~(READ_CONTROL | WRITE_DAC)
    if token.elevated:
        wanted &= ~WRITE_OWNER  # SeTakeOwnershipPrivilege
    for ace in in_force:
        meant = ace.sid in token.sids or (owns and ace.sid == OWNER_RIGHTS)
        if ace.allows and meant:
            wanted &= ~mapped(ace.mask)
        elif not ace.allows and (meant or ace.sid in token.deny_only) and wanted & mapped(ace.mask):
            return False
        if not wanted:
            return True
    return not wanted


def inherited(parent: Descriptor, owner: str, *, folder: bool) -> tuple[Ace, ...]:
    """The entries that a child of ``parent`` inherits."""
    found: list[Ace] = []
    for ace in parent.aces:
        further = 0 if ace.flags & NP else ace.flags & (OI | CI)
        if not ace.flags & (CI if folder else OI):
            if folder and further & OI:  # for the files in it only
                found.append(replace(ace, flags=further | IO | ID))
            continue
        sid, mask = (owner if ace.sid == CREATOR_OWNER else ace.sid), mapped(ace.mask)
        split = folder and further and (sid, mask) != (ace.sid, ace.mask)
        found.append(Ace(ace.allows, (further if folder and not split else 0) | ID, mask, sid))
        if split:
            found.append(replace(ace, flags=further | IO | ID))
    return tuple(found)


def child_of(parent: Descriptor, owner: str, *, folder: bool) -> Descriptor:
    """The descriptor of a new file or folder that asks for none."""
    return Descriptor(owner, inherited(parent, owner, folder=folder), auto=True)


def inherit_again(descriptor: Descriptor, parent: Descriptor, *, folder: bool) -> Descriptor:
    """What automatic inheritance makes of a child whose folder's entries have changed ([MS-DTYP] 2.5.3.4)."""
    if descriptor.protected:
        return descriptor
    fresh = inherited(parent, descriptor.owner, folder=folder)
    return replace(descriptor, aces=canonical(descriptor.explicit) + fresh, auto=True)


def canonical(aces: tuple[Ace, ...]) -> tuple[Ace, ...]:
    """Explicit denials, explicit grants, then what was inherited: the order that `icacls /?` tells of."""
    return tuple(sorted(aces, key=lambda ace: (ace.was_inherited, not ace.was_inherited and ace.allows)))
