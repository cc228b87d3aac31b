# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with what a host's registry holds, in place of the host.

It is saved output of the read command, text of ``reg query``, a ``.reg`` file, or a hive; several files of a host add
up. What a host would be asked beside that is assumed, and every assumption is said.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from ..._texts import printable
from .assumptions import OF_NAME, UNNAMED, absent, holds, lacking, lists_no_policy, service_of
from .computer import computer_names
from .cut_off import cut_export, cut_query
from .hive import MAGIC, TIME, read_hive
from .products import other_firewall
from .programs import service_programs
from .read_command import all_parts
from .reading import ReadError, service_state, split
from .reg_file import is_reg_file, parse_reg_file
from .registry_dump import DumpError, RegistryDump, RegistryValue, Unended, scan_dump
from .snapshot import GROUP_POLICY, LOCAL_POLICY, Snapshot, build_snapshot

LARGEST = 64 * 1024 * 1024
"""Bytes of a file. A host with 5,000 rules has about 5 million, as UTF-16."""

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BEGIN = re.compile(r"@([0-9A-Za-z]+)-begin[ \t]*\r?$", re.MULTILINE)
_MOST_NAMED = 3

_AGAIN = "If it was cut off or changed on its way, make it again"


class DumpFileError(ValueError):
    """A file is none that can stand for a host; the message says why, and in which line."""


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that a host was read from.

    Attributes:
        name: Its name, without the folder.
        saved: When it was written: UTC, ISO 8601. What a hive says of itself, else what the file system does.
    """

    name: str
    saved: str


@dataclass(frozen=True, slots=True)
class SavedHost:
    """A host as files have it.

    Attributes:
        snapshot: The host.
        assumptions: What they do not say, and what was taken for it: a sentence each, without a full stop.
        lacking: What decides most and is in none of them: ``Group Policy``, ``MpsSvc``, ``all local profiles``, and of
            the documented commands ``the computer's name``. It is among the assumptions.
        computers: The names that the computer has by them; none where they do not tell.
        files: The files.
    """

    snapshot: Snapshot
    assumptions: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    computers: tuple[str, ...] = ()
    files: tuple[SavedFile, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a file holds, whatever its format."""

    keys: RegistryDump
    unended: tuple[Unended, ...] = ()
    state: int | None = None
    owner: str | None = None
    rollback: bool = False
    roots: tuple[str, ...] = ()  # keys of which all is in the file that is on the host
    notes: tuple[str, ...] = ()
    written: str = ""
    cut_off: str = ""  # why it seems to lack its end; of what makes an end of its own, nothing


def read_dump_files(paths: Sequence[str], documented: bool = False) -> SavedHost:
    """Read the files of a host.

    Args:
        paths: The files. A key may be in several of them, a value of it only if it is the same.
        documented: Whether each text must be what the documented commands write. ``reg query`` then prints the start
            of MpsSvc, which every Windows has, behind all policies, and ``reg export`` ends with an empty line (Wine's
            ``programs/reg/tests/export.c``, written to pass on real Windows): without them rules may be cut off.

    Raises:
        DumpFileError: One cannot be read, is too large, is of none of the formats, or contradicts another; or none
            holds anything of the local policy. The message begins with the path.
    """
    contents: list[_Content] = []
    files: list[SavedFile] = []
    for path in paths:
        try:
            content, changed = _read(Path(path))
            if documented and content.cut_off:
                raise DumpFileError(content.cut_off)
        except DumpFileError as error:
            raise DumpFileError(f"{path}: {error}") from error
        contents.append(content)
        files.append(SavedFile(Path(path).name, content.written or changed))
    try:
        saved = replace(_saved_host(_together(contents, paths)), files=tuple(files))
    except DumpFileError as error:
        raise DumpFileError(f"{', '.join(paths)}: {error}") from error
    if documented and not saved.computers:  # so nothing but the file's name says whose it is
        return replace(saved, assumptions=(*saved.assumptions, UNNAMED), lacking=(*saved.lacking, OF_NAME))
    return saved


def read_dump_bytes(data: bytes) -> SavedHost:
    """Read the content of a file of text. Tests and benchmarks do, which have no file; runs read files.

    Args:
        data: UTF-16 as ``reg export`` writes it, or UTF-8; other bytes are replaced, as in a live read.

    Raises:
        DumpFileError: It is too large or no text, has none of the three formats, or holds nothing of the local policy.
    """
    return _saved_host(_of_text(data))


def _read(path: Path) -> tuple[_Content, str]:
    """What a file holds, and when it was changed last."""
    try:
        if not path.is_file():
            raise DumpFileError("it is not there, or is no file")
        with path.open("rb") as file:
            changed = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, timezone.utc).strftime(TIME)
            start = file.read(len(MAGIC))
            return (_of_hive(file, path.name) if start == MAGIC else _of_text(start + file.read(LARGEST))), changed
    except (OSError, ValueError, OverflowError) as error:
        if isinstance(error, DumpFileError):
            raise
        raise DumpFileError(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _of_hive(file: BinaryIO, name: str) -> _Content:
    try:
        hive = read_hive(file)
    except DumpError as error:
        raise DumpFileError(printable(str(error))) from error
    notes = () if hive.complete else (
        f"the last changes of the host are not in the hive {printable(name)}: Windows had not finished writing it",
    )  # fmt: skip
    return _Content(hive.keys, roots=(hive.root,), notes=notes, written=hive.written)


def _of_text(data: bytes) -> _Content:
    if len(data) > LARGEST:
        raise DumpFileError(f"it is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        return _content(_decoded(data))
    except (DumpError, ReadError) as error:
        raise DumpFileError(f"{printable(str(error))}. {_AGAIN}") from error


def _together(contents: Sequence[_Content], paths: Sequence[str]) -> _Content:
    """The files as one; what only one of them can say is that one's."""
    if len(contents) == 1:
        return contents[0]
    keys: dict[str, dict[str, tuple[RegistryValue, str]]] = {}
    for content, path in zip(contents, paths, strict=True):
        for key, values in content.keys.keys.items():
            known = keys.setdefault(key, {})
            for value in values:
                first, where = known.setdefault(value.name.casefold(), (value, path))
                if (first.type, first.data) != (value.type, value.data):
                    name, key_name = printable(value.name)[:60], printable(key)
                    raise DumpFileError(f"{where} and {path} have another value {name!r} of the key {key_name}")
    return _Content(
        RegistryDump({key: tuple(value for value, _where in values.values()) for key, values in keys.items()}),
        tuple(one for content in contents for one in content.unended),
        next((content.state for content in contents if content.state is not None), None),
        next((content.owner for content in contents if content.owner is not None), None),
        any(content.rollback for content in contents),
        tuple(root for content in contents for root in content.roots),
        tuple(note for content in contents for note in content.notes),
    )


def _saved_host(content: _Content) -> SavedHost:
    if not holds(content.keys, LOCAL_POLICY):
        raise DumpFileError(f"it holds nothing of the key {LOCAL_POLICY}, which must be there. {_AGAIN}")
    service, about_service = service_of(content.keys, content.state)
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
        *absent(content.keys, content.roots),
        "the host is in no network that is known, so every profile counts",
        "the rights of an account on the host were not looked at",
    ]
    if content.owner is None:
        assumed.append("no other firewall product filters in place of Windows Firewall")
    if not programs:
        assumed.append("which programs listen is not known: the services' keys are not in the file")
    return SavedHost(
        snapshot,
        (*assumed, *_about_unended(content.unended), *content.notes),
        lacking(content.keys, content.roots, content.state),
        computer_names(content.keys),
    )


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
        exported = parse_reg_file(text)
        return _Content(exported, roots=_no_policy(exported, True), cut_off=cut_export(text))
    begin = _BEGIN.search(text)
    if begin is None:
        keys, unended = scan_dump(text, None, merge=True)
        return _Content(keys, unended, roots=_no_policy(keys, False), cut_off=cut_query(keys))
    return _saved_answer(text, begin[1])


def _no_policy(keys: RegistryDump, exported: bool) -> tuple[str, ...]:
    return (GROUP_POLICY,) if lists_no_policy(keys, exported) else ()


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


def _about_unended(unended: Iterable[Unended]) -> list[str]:
    values = list(unended)
    told = [
        f"line {value.line}: the rule {printable(value.name)[:100]!r} lacks its end; it is taken to end there, and "
        "what follows it is read"
        for value in values[:_MOST_NAMED]
    ]
    return told + ([f"{len(values) - _MOST_NAMED} more rules lack their end"] if len(values) > _MOST_NAMED else [])
