# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with what a host's registry holds, in place of the host.

It is saved output of the read command, text of ``reg query``, or a ``.reg`` file. What a host would be asked beside
that is assumed, and every assumption is said.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ..._texts import printable
from .products import other_firewall
from .programs import service_programs
from .reading import ReadError, all_parts, service_state, split
from .reg_file import is_reg_file, parse_reg_file
from .registry_dump import DumpError, RegistryDump, Unended, fold_key, scan_dump
from .snapshot import (
    AUTOMATIC,
    FILTERING_SERVICE,
    FIREWALL_SERVICE,
    GROUP_POLICY,
    LOCAL_POLICY,
    LOCAL_PROFILE_KEYS,
    MDM_POLICY,
    RUNNING,
    WINRM_LISTENERS,
    ServiceState,
    Snapshot,
    build_snapshot,
)

LARGEST = 64 * 1024 * 1024
"""Bytes of a file. A host with 5,000 rules has about 5 million, as UTF-16."""

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BEGIN = re.compile(r"@([0-9A-Za-z]+)-begin[ \t]*\r?$", re.MULTILINE)
_STOPPED = 1
_DISABLED = 4  # a service's start type
_MOST_NAMED = 3

_ABSENT = {
    FILTERING_SERVICE: "the Base Filtering Engine (BFE) is not disabled",
    WINRM_LISTENERS: "no WinRM listener is known",
    LOCAL_POLICY + r"\FirewallRules": "there is no local rule",
    **{
        rf"{LOCAL_POLICY}\{key}": f"the {profile.value} profile has Windows' defaults"
        for profile, key in LOCAL_PROFILE_KEYS.items()
    },
    GROUP_POLICY: "nothing is set by Group Policy",
    MDM_POLICY: "nothing is set by mobile device management (MDM)",
}
"""Keys that need not be in the file, and what is assumed without them."""


class DumpFileError(ValueError):
    """A file is none that can stand for a host; the message says why, and in which line."""


@dataclass(frozen=True, slots=True)
class SavedHost:
    """A host as a file has it.

    Attributes:
        snapshot: The host.
        assumptions: What the file does not say, and what was taken for it: a sentence each, without a full stop.
    """

    snapshot: Snapshot
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Content:
    """What a file holds, whatever its format."""

    keys: RegistryDump
    unended: tuple[Unended, ...] = ()
    state: int | None = None
    owner: str | None = None
    rollback: bool = False


def read_dump_file(path: str) -> SavedHost:
    """Read a file.

    Args:
        path: The file.

    Raises:
        DumpFileError: It cannot be read, or as in `read_dump_bytes`.
    """
    try:
        if not Path(path).is_file():
            raise DumpFileError("it is not there, or is no file")
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise DumpFileError(f"it cannot be read: {error.strerror or error}") from error
    return read_dump_bytes(data)


def read_dump_bytes(data: bytes) -> SavedHost:
    """Read the content of a file.

    Args:
        data: UTF-16 as ``reg export`` writes it, or UTF-8; other bytes are replaced, as in a live read.

    Raises:
        DumpFileError: It is too large or no text, has none of the three formats, or holds nothing of the local policy.
    """
    if len(data) > LARGEST:
        raise DumpFileError(f"it is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        content = _content(_decoded(data))
    except (DumpError, ReadError) as error:
        raise DumpFileError(printable(str(error))) from error
    if not _has(content.keys, LOCAL_POLICY):
        raise DumpFileError(f"it holds nothing of the key {LOCAL_POLICY}, which must be there")
    service, about_service = _service(content)
    programs = service_programs(content.keys)
    snapshot = replace(
        build_snapshot(content.keys, service.state),
        service=service,
        programs=tuple(sorted(programs.items())),
        rollback_pending=content.rollback,
        other_firewall=other_firewall(content.owner or ""),
    )
    assumed = [
        *about_service,
        *(f"{text}: its key is not in the file" for key, text in _ABSENT.items() if not _has(content.keys, key)),
        "the host is in no network that is known, so every profile counts",
        "the rights of an account on the host were not looked at",
    ]
    if content.owner is None:
        assumed.append("no other firewall product filters in place of Windows Firewall")
    if not programs:
        assumed.append("which programs listen is not known: the services' keys are not in the file")
    return SavedHost(snapshot, (*assumed, *_about_unended(content.unended)))


def _decoded(data: bytes) -> str:
    mark, encoding = next(((mark, name) for mark, name in _BOMS.items() if data.startswith(mark)), (b"", "utf-8"))
    text = data[len(mark) :].decode(encoding, "replace")
    if "\0" in text:
        raise DumpFileError(
            "it is no text. Save what reg query prints, or what reg export writes; "
            "netsh advfirewall export writes a binary file that cannot be read"
        )
    return text


def _content(text: str) -> _Content:
    if is_reg_file(text):
        return _Content(parse_reg_file(text))
    begin = _BEGIN.search(text)
    if begin is None:
        keys, unended = scan_dump(text, None, merge=True)
        return _Content(keys, unended)
    return _saved_answer(text, begin[1])


def _saved_answer(text: str, marker: str) -> _Content:
    """Saved output of the read command. Which of its commands failed does not matter: what is absent is assumed."""
    parts = [replace(part, required=False) for part in all_parts(f"@{marker}-owner-" in text)]
    texts = split(text, marker, parts)
    keys, unended = RegistryDump(), list[Unended]()
    at = text.index(f"@{marker}-begin")
    for part in parts:
        succeeded, body = texts[part.name]
        at = text.index(body, at)
        if part.key and succeeded:
            found, doubtful = scan_dump(body, None, first_line=1 + text.count("\n", 0, at))
            keys, unended = keys | found, [*unended, *doubtful]
        at += len(body)
    owner = texts["owner"][1] if "owner" in texts else None
    return _Content(keys, tuple(unended), service_state(texts["state"][1]), owner, texts["rollback"][0])


def _has(dump: RegistryDump, key: str) -> bool:
    return dump.has(key) or any(name.startswith(fold_key(key) + "\\") for name in dump.keys)


def _service(content: _Content) -> tuple[ServiceState, tuple[str, ...]]:
    value = content.keys.value(FIREWALL_SERVICE, "Start")
    start = value.number() if value else None
    if content.state is not None:
        return ServiceState(content.state, start), ()
    name = "the firewall service (MpsSvc)"
    if value is None:
        return ServiceState(RUNNING, AUTOMATIC), (f"{name} runs and starts automatically: its key is not in the file",)
    filtering = content.keys.value(FILTERING_SERVICE, "Start")
    if start == AUTOMATIC and filtering and filtering.number() == _DISABLED:
        told = f"{name} does not run: the Base Filtering Engine (BFE), which it needs, is disabled"
        return ServiceState(_STOPPED, start), (told,)
    if start == AUTOMATIC:
        return ServiceState(RUNNING, start), (f"{name} runs, since it starts automatically",)
    told = f"{name} does not run, since it does not start automatically (start type {start}, 2 would be automatic)"
    return ServiceState(_STOPPED, start), (told,)


def _about_unended(unended: Iterable[Unended]) -> list[str]:
    values = list(unended)
    told = [
        f"line {value.line}: the rule {printable(value.name)[:100]!r} lacks its end; it is taken to end there, and "
        "what follows it is read"
        for value in values[:_MOST_NAMED]
    ]
    return told + ([f"{len(values) - _MOST_NAMED} more rules lack their end"] if len(values) > _MOST_NAMED else [])
