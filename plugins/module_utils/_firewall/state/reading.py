# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the output of the command line that reads a host means; `read_command` makes the line.

``reg query KEY /s`` prints a subkey's name always, and the name of KEY itself only if that has values (Wine's
``programs/reg/tests/query.c``, test 8b). So that a key without values is there is proved by its parent, which lists it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from ..._texts import lines_of, said
from .products import other_firewall
from .read_command import LONGEST_COMMAND, Part, after_begin, all_parts, begin, command_line
from .registry_dump import DumpError, RegistryDump, Unended, scan_dump
from .snapshot import Snapshot, build_snapshot
from .unended import ends_as_taken, question

ELEVATED = 12288
"""Mandatory level S-1-16-12288: high, what an elevated administrator's token has. System has more."""

_RESULT = re.compile(r"(ok|no)[ \t]*\r?\n")
_ADMINISTRATORS = "S-1-5-32-544"
_LEVEL = re.compile(r"S-1-16-(\d{1,10})(?!\d)")
# sc prints "        STATE              : 4  RUNNING". Labels are not relied on, whether they are localised is not
# documented; by Microsoft's reference of ``sc query`` the first such line is the type, the second the state.
_SC_NUMBER = re.compile(r"[ \t]+\S[^:]*:\s*([0-9a-fA-F]+)(?:\s|$)")


class ReadError(Exception):
    """A host's answer cannot be relied on; the message says what is missing and what to check."""


class NotElevated(Exception):
    """The account may not read or write the firewall; the message says why, and the remedy."""


def parse_answer(
    output: str,
    marker: str,
    owner: bool = False,
    ask: Callable[[str], str] | None = None,
    program: str = "",
) -> Snapshot:
    """Turn the output of `read_command` into a Snapshot.

    Args:
        output: Standard output, decoded.
        marker: The marker given to `read_command`.
        owner: As given to it.
        ask: Runs one more command line and returns its output: called at most once, and only where rule strings lack
            their end. None leaves what follows them in doubt, as it does where cmd cannot be given their names.
        program: As given to `read_command`.

    Raises:
        NotElevated: The account is no administrator here, or its token is filtered.
        ReadError: The output was cut off, a part that every Windows has is missing, or a dump is broken or forged.
        Exception: Whatever `ask` raises.
    """
    parts = all_parts(owner, program)
    texts = split(output, marker, parts)
    require_elevation(texts["token"][1])
    settle = (lambda unended: _settled(unended, marker, ask)) if ask else None
    snapshot = build_snapshot(read_keys(texts, parts, settle), service_state(texts["state"][1]))
    return replace(
        snapshot,
        rollback_pending=texts["rollback"][0],
        other_firewall=other_firewall(texts["owner"][1]) if owner else "",
        missing=program if program and not texts["program"][0] else "",
    )


def read_keys(
    texts: Mapping[str, tuple[bool, str]],
    parts: Iterable[Part],
    settle: Callable[[Collection[Unended]], Collection[Unended]] | None = None,
) -> RegistryDump:
    """The keys of all parts that succeeded.

    Args:
        texts: What each part printed, as `split` has it.
        parts: The parts.
        settle: Finds out which unended rule strings end where they seem to.

    Raises:
        ReadError: A dump is broken or forged, or prints nothing where every Windows has something.
    """
    # A key that does not exist and one that may not be read give the same answer; that others read fine, and that the
    # token is an administrator's, makes it the former.
    scans = {part: _scan(part, texts[part.name][1], None) for part in parts if part.key and texts[part.name][0]}
    unended = [value for _found, values in scans.values() for value in values]
    settled = settle(unended) if settle and unended else ()
    dump = RegistryDump()
    for part, (found, doubtful) in scans.items():
        text = texts[part.name][1]
        keys = _scan(part, text, settled)[0] if doubtful else found
        if part.required and not keys.has(part.key) and not _without_values(part, keys, text, dump):
            # Nothing at all, or an answer whose head got lost, so that its values seem to be another key's.
            raise ReadError(f"'{part.command}' succeeded and printed nothing; an empty answer is never taken for none")
        dump |= keys
    return dump


def _scan(part: Part, text: str, settled: Collection[Unended] | None) -> tuple[RegistryDump, tuple[Unended, ...]]:
    try:
        try:
            return scan_dump(text, settled)
        except DumpError:
            return scan_dump(text, ())  # what is forged is named before what it breaks
    except DumpError as error:
        raise ReadError(f"the answer to '{part.command}' is broken: {error}") from error


def _settled(unended: Iterable[Unended], marker: str, ask: Callable[[str], str]) -> tuple[Unended, ...]:
    """Those of the unended rule strings that end where they seem to; the host is asked for each of them alone."""
    asked: dict[Part, Unended] = {}
    length = len(command_line(marker, ()))
    for number, value in enumerate(unended):
        command = question(value)
        part = Part(f"value{number}", command or "", False)
        more = len(command_line(marker, (part,))) - len(begin(marker))
        if command and length + more <= LONGEST_COMMAND:
            asked[part] = value
            length += more
    if not asked:
        return ()
    texts = split(ask(command_line(marker, asked)), marker, asked)
    settled = []
    for part, value in asked.items():
        succeeded, text = texts[part.name]
        if succeeded and not ends_as_taken(value, text):
            raise ReadError(
                f"the value {said(value.name)!r} of {said(value.key)} holds a line break, and text behind it "
                "that looks like other values or keys, so nothing read there can be relied on. Correct or delete it"
            )
        if succeeded:
            settled.append(value)
    return tuple(settled)


def _without_values(part: Part, found: RegistryDump, text: str, before: RegistryDump) -> bool:
    """Whether a key is there and has no values: its parent, read before, lists it, and nothing of it is printed.

    reg prints at least an empty line, and beside that only what lies below the key.
    """
    prefix = part.key.casefold() + "\\"
    return bool(part.listed and text) and before.has(part.key) and all(key.startswith(prefix) for key in found.keys)


def split(output: str, marker: str, parts: Iterable[Part]) -> dict[str, tuple[bool, str]]:
    """Whether each part succeeded, and what it printed.

    Raises:
        ReadError: The output was cut off, or a part that every Windows has failed.
    """
    texts: dict[str, tuple[bool, str]] = {}
    rest = after_begin(output, marker) or ""
    begins = 0
    for part in parts:
        found = _end_of(rest, begins, f"@{marker}-{part.name}-")
        if found is None:
            raise ReadError(
                f"the answer was cut off: the part '{part.command}' has no end after {len(output)} characters in all. "
                "Nothing is concluded from half an answer; run it again"
            )
        ends, result = found
        succeeded = result[1] == "ok"
        if part.required and not succeeded:
            raise ReadError(
                f"'{part.command}' failed on the host. Every supported Windows has this; see if the account may run it"
            )
        texts[part.name] = (succeeded, rest[begins:ends])
        begins = result.end()
    return texts


def _end_of(text: str, begins: int, mark: str) -> tuple[int, re.Match[str]] | None:
    """Where a part ends, and what became of it: at the first line with nothing but its mark and a result."""
    at = text.find(mark, begins)
    while at >= 0:
        result = _RESULT.match(text, at + len(mark))
        if result and (at == begins or text[at - 1] == "\n"):
            return at, result
        at = text.find(mark, at + 1)
    return None


def require_elevation(groups: str) -> None:
    """See that the account is an administrator with its full rights.

    Args:
        groups: What ``whoami /groups`` printed.

    Raises:
        NotElevated: It is not.
        ReadError: Its rights cannot be told.
    """
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


def service_state(text: str) -> int | None:
    """The state that ``sc query`` prints; None where there is none."""
    numbers = [found[1] for line in lines_of(text) if (found := _SC_NUMBER.match(line))]
    return int(numbers[1]) if len(numbers) > 1 and numbers[1] in tuple("1234567") else None
