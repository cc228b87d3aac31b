# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of files that stand for hosts: which file is whose.

``fe01.reg``, ``fe01.SYSTEM`` and ``fe01.SOFTWARE``, or a folder ``fe01`` with files, are those of the host with that
name: in the inventory, its short name, or its ``ansible_host``, whatever the case.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..module_utils._firewall.state.computer import is_called
from ..module_utils._options.reading import OptionError
from ..module_utils._texts import first_few, printable, said
from ._paths import followed

OPTION = "dumps"
NO_HOSTS = (
    "files are judged in place of hosts by audit, report and matrix alone; nothing can be changed, taken away, "
    "planned, verified or probed in them. Take the variable out to work on the hosts themselves"
)
"""Said where the variable is set and hosts are needed."""

_TEXT = ("reg", "txt")
_HIVES = ("system", "software")
_KINDS = {**dict.fromkeys(_TEXT, "text"), **{name: name for name in _HIVES}}
_FOLDER = "folder"
_FEW = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder that stands for a host.

    Attributes:
        path: Where it is.
        stem: The name of the host, in lower case.
        kind: ``text``, ``system``, ``software`` or ``folder``.
    """

    path: Path
    stem: str
    kind: str


def folder_of(value: object) -> Path:
    """The folder that an option or variable names; a relative one starts at the current directory.

    Raises:
        OptionError: It is no folder.
    """
    if not isinstance(value, str):
        raise OptionError(OPTION, f"{value!r} is no path of a folder")
    try:
        folder = followed(value)
        there, is_folder = folder.exists(), folder.is_dir()
    except (OSError, ValueError):
        there = is_folder = False
    if not is_folder:
        what = f"{said(value)} is a file, and no folder" if there else f"there is no folder {said(value)}"
        raise OptionError(OPTION, f"{what}; name the one with the files that stand for hosts")
    return folder


def entries(folder: Path, only: frozenset[str] | None = None) -> tuple[list[Entry], list[str]]:
    """What stands for hosts in a folder, and names of files that do not say whose they are; both sorted.

    Args:
        folder: The folder. What is hidden is not looked at.
        only: Names of a host, in lower case: what cannot be its is passed over, unseen. None takes all.

    Raises:
        OptionError: It cannot be read.
    """
    found, strange = list[Entry](), list[str]()
    for name in _in(folder, only):
        stem, dot, ending = name.rpartition(".")
        kind = _KINDS.get(ending.casefold()) if dot and stem else None
        path = folder / name
        if path.is_dir():
            found.append(Entry(path, name.casefold(), _FOLDER))
        elif kind:
            found.append(Entry(path, stem.casefold(), kind))
        else:
            strange.append(name)
    return found, strange


def names_of(name: str, address: object = None) -> frozenset[str]:
    """The names that a host goes by, in lower case.

    Args:
        name: Its name in the inventory.
        address: Its ``ansible_host``, if it has one.
    """
    given = [name, address] if isinstance(address, str) and address else [name]
    return frozenset(short for one in given for short in (one.casefold(), _short(one)))


def files_of(folder: Path, name: str, address: object, others: Iterable[str]) -> list[str]:
    """The files that stand for a host; none where there is none.

    Args:
        folder: The folder.
        name: The host's name in the inventory.
        address: Its ``ansible_host``, if it has one.
        others: The names of all hosts in the inventory.

    Raises:
        OptionError: It is not clear which file it is, or whose, or one is a link out of the folder.
    """
    names = names_of(name, address)
    mine = [entry for entry in entries(folder, names)[0] if entry.stem in names]
    shared = {entry.stem for entry in mine} - {name.casefold()}
    if shared:
        mine = _not_of_others(mine, shared, name, others)
    kinds: dict[str, Entry] = {}
    for entry in mine:
        other = kinds.setdefault(entry.kind, entry)
        if other is not entry or (_FOLDER in kinds and len(kinds) > 1):
            other = other if other is not entry else next(one for one in kinds.values() if one is not entry)
            raise OptionError(
                OPTION, f"both {other.path} and {entry.path} stand for {name}; take the one away that does not count"
            )
    paths = [path for entry in mine for path in ([entry.path] if entry.kind != _FOLDER else _of_folder(entry.path))]
    for path in paths:
        _inside(folder, path)
    return [str(path) for path in paths]


def check_computers(
    paths: Sequence[str], computers: Iterable[str], host: tuple[str, object], others: Iterable[str]
) -> None:
    """See that files are of the computer that they stand for, where they tell which it is.

    Args:
        paths: The files.
        computers: The names that the computer has by them.
        host: The host's name in the inventory, and its ``ansible_host``, if it has one.
        others: The names of all hosts in the inventory.

    Raises:
        OptionError: It is another one.
    """
    name, address = host
    mine = {one for one in names_of(name, address) if not is_address(one)}
    known = {short for other in others if other != name for short in names_of(other)}
    for computer in computers:
        if not (is_called(computer, mine) if mine else not is_called(computer, known)):
            raise OptionError(
                OPTION,
                f"{', '.join(paths)}: it was written by the computer {said(computer)}, and its name says that it is of "
                f"{name}. Call it {said(computer)}. If that computer is the host, call the host so in the inventory, "
                f"with ansible_host: {_reached(name, address)}, so that it is connected to as before",
            )


def _reached(name: str, address: object) -> str:
    """What is connected to now."""
    return said(address if isinstance(address, str) and address else name)


def of_nobody(folder: Path, hosts: Iterable[tuple[str, object]]) -> list[str]:
    """Names in the folder that stand for no host of the inventory, sorted.

    Args:
        folder: The folder.
        hosts: Name and ``ansible_host`` of each host.

    Raises:
        OptionError: It cannot be read.
    """
    known = {one for name, address in hosts for one in names_of(name, address)}
    found, strange = entries(folder)
    return sorted([*strange, *(entry.path.name for entry in found if entry.stem not in known)])


def told(names: Sequence[str]) -> str:
    """A sentence about files that stand for no host."""
    shown = first_few([printable(name)[:100] for name in names], _FEW)
    few = len(names) == 1
    line = f"lync_firewall_{OPTION}: {shown} stand{'s' if few else ''} for no host of the inventory"
    if any("." in name and name.rpartition(".")[2].casefold() not in _KINDS for name in names):
        line += ". A file's name must end in .txt, .reg, .SYSTEM or .SOFTWARE"
    return line


def _not_of_others(mine: list[Entry], shared: Collection[str], name: str, others: Iterable[str]) -> list[Entry]:
    """The entries that are the host's, of those that are called by another name than the inventory has."""
    rivals: dict[str, str] = {}
    for other in others:
        if other == name:
            continue
        folded = other.casefold()
        if folded in shared:  # it is called so in full
            mine = [entry for entry in mine if entry.stem != folded]
        elif (short := _short(other)) in shared:
            rivals.setdefault(short, other)
    for entry in mine:
        if entry.stem in rivals:
            raise OptionError(
                OPTION,
                f"{entry.path} may stand for {name} and for {rivals[entry.stem]}; call it by the host's full name",
            )
    return mine


def is_address(name: str) -> bool:
    """Whether a name is an address of IP."""
    with suppress(ValueError):
        return (":" in name or name.replace(".", "").isdigit()) and bool(ipaddress.ip_address(name))
    return False


def _short(name: str) -> str:
    if is_address(name):  # every host looks at the names of all
        return str(ipaddress.ip_address(name))
    return name.casefold().partition(".")[0]


def _of_folder(folder: Path) -> list[Path]:
    """The files of a host's own folder: hives by their names, texts by their endings; logs of hives are none."""
    found = [
        path
        for path in map(folder.joinpath, _in(folder))
        if path.name.casefold() in _HIVES or path.suffix.casefold().removeprefix(".") in _KINDS
    ]
    if not found:
        raise OptionError(OPTION, f"{folder} has no file that can stand for a host: .reg, .txt, SYSTEM or SOFTWARE")
    return found


def _in(folder: Path, only: frozenset[str] | None = None) -> list[str]:
    """Names in a folder, sorted: all, or what can be a host's. Each host looks, so nothing is done for the others'."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a Path for each name takes longer than all else
    except OSError as error:
        raise OptionError(OPTION, f"{folder} cannot be read: {error.strerror or error}") from error
    if only is not None:
        names = [name for name in names if (low := name.casefold()) in only or low.rpartition(".")[0] in only]
    return sorted(name for name in names if not name.startswith("."))


def _inside(folder: Path, path: Path) -> None:
    """Refuse a link that leads out of the folder: who may write there need not be who may read elsewhere."""
    try:
        found = followed(path)
    except ValueError as error:
        raise OptionError(OPTION, f"{path} cannot be followed: {error}") from error
    if folder not in found.parents:
        raise OptionError(OPTION, f"{path} leads out of the folder {folder}; put a copy there")
