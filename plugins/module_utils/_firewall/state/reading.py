# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one command line that reads a host, and what its output means.

Each part of the line ends with a marker of its own, which tells a part that failed from one that is empty, and an
output that was cut off from a complete one. ``%errorlevel%`` could not be the marker: cmd expands it before it runs
anything. The markers hold random characters made anew for each read, so that no text on the host can imitate them.
One more stands before the first part: cmd's AutoRun line runs, and may print, before every line.

``reg query KEY /s`` prints a subkey's name always, and the name of KEY itself only if that has values (Wine's
``programs/reg/tests/query.c``, test 8b). So that a key without values is there is proved by its parent, which lists it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .products import other_firewall
from .registry_dump import DumpError, RegistryDump, parse_dump
from .rollback_files import FOLDER, SCRIPT_NAME
from .snapshot import (
    FILTERING_SERVICE,
    FIREWALL_SERVICE,
    GROUP_POLICY,
    LOCAL_POLICY,
    LOCAL_PROFILE_KEYS,
    MDM_POLICY,
    SERVICES,
    WINRM_LISTENERS,
    Snapshot,
    build_snapshot,
    service_programs,
)

ELEVATED = 12288
"""Mandatory level S-1-16-12288: high, what an elevated administrator's token has. System has more."""

_MARKER = re.compile(r"^@([0-9A-Za-z-]+)-(ok|no)[ \t]*\r?\n", re.MULTILINE)
_ADMINISTRATORS = "S-1-5-32-544"
_LEVEL = re.compile(r"S-1-16-(\d{1,10})(?!\d)")
# sc prints "        STATE              : 4  RUNNING". Labels are not relied on, whether they are localised is not
# documented; by Microsoft's reference of ``sc query`` the first such line is the type, the second the state.
_SC_NUMBER = re.compile(r"^[ \t]+\S[^:\r\n]*:\s*([0-9a-fA-F]+)\s", re.MULTILINE)


class ReadError(Exception):
    """A host's answer cannot be relied on; the message says what is missing and what to check."""


class NotElevated(Exception):
    """The account may not read or write the firewall; the message says why, and the remedy."""


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    command: str
    required: bool
    key: str = ""
    listed: bool = False  # by the plain query of its parent, a part before it


def _query(name: str, key: str, required: bool, options: str = " /s", listed: bool = False) -> _Part:
    # The short root saves bytes on every read; reg prints the long one all the same (Wine's reg tests).
    return _Part(name, f'reg query "{key.replace("HKEY_LOCAL_MACHINE", "HKLM", 1)}"{options}', required, key, listed)


_PARTS = (
    _Part("token", "whoami /groups", True),
    _Part("state", "sc query MpsSvc", False),
    _query("service", FIREWALL_SERVICE, True, " /v Start"),
    _query("bfe", FILTERING_SERVICE, False, " /v Start"),
    _query("listeners", WINRM_LISTENERS, False),
    _query("local", LOCAL_POLICY, False, ""),
    *(
        _query(profile.value, rf"{LOCAL_POLICY}\{key}", True, listed=True)
        for profile, key in LOCAL_PROFILE_KEYS.items()
    ),
    _query("policy", GROUP_POLICY, False),
    _query("mdm", MDM_POLICY, False),
    # Exists while a run of this collection has a rollback armed.
    _Part("rollback", rf'dir /b "{FOLDER}\{SCRIPT_NAME}"', False),
    _query("rules", LOCAL_POLICY + r"\FirewallRules", True, listed=True),
)
# Only on request: netsh is slower than reg, and hangs if the service does.
_OWNER = _Part("owner", "netsh advfirewall show global", False)


def read_command(marker: str, owner: bool = False) -> str:
    """The command line to run under cmd.exe.

    Args:
        marker: Letters and digits made for this read only; part of the marker at each part's end.
        owner: Whether to ask if another firewall product filters.
    """
    return _line(marker, _parts(owner))


def programs_command(marker: str, services: Iterable[str]) -> str:
    """The command line that asks for the programs of services.

    Args:
        marker: As in `read_command`.
        services: Their short names.
    """
    return _line(marker, _programs(services))


def _line(marker: str, parts: Iterable[_Part]) -> str:
    questions = (
        f"({part.command} <nul&&echo @{marker}-{part.name}-ok||echo @{marker}-{part.name}-no)" for part in parts
    )
    return "&".join((begin(marker), *questions))


def begin(marker: str) -> str:
    """What to put before the first part of a line, so that `after_begin` finds where its own output begins."""
    return f"echo @{marker}-begin"


def after_begin(output: str, marker: str) -> str | None:
    """The output without what cmd printed before `begin`; None where that is missing.

    An AutoRun line may end without a line break, so the marker need not stand at a line's beginning.
    """
    _before, found, rest = output.partition(f"@{marker}-begin")
    return rest.partition("\n")[2] if found else None


def _parts(owner: bool) -> tuple[_Part, ...]:
    return (*((_OWNER,) if owner else ()), *_PARTS)


def _programs(services: Iterable[str]) -> tuple[_Part, ...]:
    return tuple(
        _query(f"image{number}", rf"{SERVICES}\{name}", False, " /v ImagePath") for number, name in enumerate(services)
    )


def parse_answer(output: str, marker: str, owner: bool = False) -> Snapshot:
    """Turn the output of `read_command` into a Snapshot.

    Args:
        output: Standard output, decoded.
        marker: The marker given to `read_command`.
        owner: As given to it.

    Raises:
        NotElevated: The account is no administrator here, or its token is filtered.
        ReadError: The output was cut off, a part that every Windows has is missing, or a dump is broken.
    """
    parts = _parts(owner)
    texts = _split(output, marker, parts)
    _require_elevation(texts["token"][1])
    snapshot = build_snapshot(_dump(texts, parts), _service_state(texts["state"][1]))
    return replace(
        snapshot,
        rollback_pending=texts["rollback"][0],
        other_firewall=other_firewall(texts["owner"][1]) if owner else "",
    )


def parse_programs(output: str, marker: str, services: Iterable[str]) -> dict[str, str]:
    """Turn the output of `programs_command` into the program of each service that is installed.

    Args:
        output: Standard output, decoded.
        marker: The marker given to `programs_command`.
        services: The services given to it.

    Returns:
        Short name, in lower case, and path of the program.

    Raises:
        ReadError: The output was cut off, or a dump is broken.
    """
    parts = _programs(services)
    return service_programs(_dump(_split(output, marker, parts), parts))


def _dump(texts: Mapping[str, tuple[bool, str]], parts: Iterable[_Part]) -> RegistryDump:
    """All keys of all parts."""
    dump = RegistryDump()
    for part in parts:
        succeeded, text = texts[part.name]
        if not part.key or not succeeded:
            # A key that does not exist and one that may not be read give the same answer; that others read fine, and
            # that the token is an administrator's, makes it the former.
            continue
        try:
            found = parse_dump(text)
        except DumpError as error:
            raise ReadError(f"the answer to '{part.command}' is broken: {error}") from error
        if part.required and not found.has(part.key) and not _without_values(part, found, text, dump):
            # Nothing at all, or an answer whose head got lost, so that its values seem to be another key's.
            raise ReadError(f"'{part.command}' succeeded and printed nothing; an empty answer is never taken for none")
        dump |= found
    return dump


def _without_values(part: _Part, found: RegistryDump, text: str, before: RegistryDump) -> bool:
    """Whether a key is there and has no values: its parent, read before, lists it, and nothing of it is printed.

    reg prints at least an empty line, and beside that only what lies below the key.
    """
    prefix = part.key.casefold() + "\\"
    return bool(part.listed and text) and before.has(part.key) and all(key.startswith(prefix) for key in found.keys)


def _split(output: str, marker: str, parts: Iterable[_Part]) -> dict[str, tuple[bool, str]]:
    """Cut the output at the markers; every part must be there, in order."""
    texts: dict[str, tuple[bool, str]] = {}
    rest = after_begin(output, marker) or ""
    for part in parts:
        name = f"{marker}-{part.name}"
        match = next((found for found in _MARKER.finditer(rest) if found[1] == name), None)
        if match is None:
            raise ReadError(
                f"the answer was cut off: the part '{part.command}' has no end after {len(output)} characters in all. "
                "Nothing is concluded from half an answer; run it again"
            )
        succeeded = match[2] == "ok"
        if part.required and not succeeded:
            raise ReadError(
                f"'{part.command}' failed on the host. Every supported Windows has this; see if the account may run it"
            )
        texts[part.name] = (succeeded, rest[: match.start()])
        rest = rest[match.end() :]
    return texts


def _require_elevation(groups: str) -> None:
    levels = [int(level) for level in _LEVEL.findall(groups)]
    if levels and max(levels) >= ELEVATED:
        return
    if not levels:
        raise ReadError("'whoami /groups' names no mandatory level (S-1-16-...), so the account's rights are unknown")
    if _ADMINISTRATORS in groups:
        raise NotElevated(
            "the account is an administrator, but Windows gave it a filtered token. Use a domain account that is a "
            "local administrator, or the built-in Administrator, or set the DWORD LocalAccountTokenFilterPolicy to 1 "
            r"under HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
        )
    raise NotElevated(
        "the account is no administrator of this host, so it may not change the firewall. Use one that is a member of "
        "the local group Administrators (S-1-5-32-544)"
    )


def _service_state(text: str) -> int | None:
    numbers = _SC_NUMBER.findall(text)
    return int(numbers[1]) if len(numbers) > 1 and numbers[1] in tuple("1234567") else None
