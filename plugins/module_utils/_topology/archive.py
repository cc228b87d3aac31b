# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zip file that ``Export-CsConfiguration`` writes: finds the document in it, and does not trust its sizes."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

from .._texts import first_few
from .model import TopologyError, shown
from .xml_tree import LARGEST, Readable

DOCUMENT = "DocItemSet.xml"

MOST_MEMBERS = 1000
"""Files that an archive may hold. Exports hold two."""

LARGEST_DIRECTORY = 1024 * 1024
"""Bytes of the archive's central directory: `zipfile` reads it whole before its entries can be counted."""

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a zip file."""
    return head.startswith(_SIGNATURES)


# zipfile checks little of what it reads: a forged offset ends as a ValueError of seek(), for instance.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@contextmanager
def open_document(file: IO[bytes]) -> Iterator[Readable]:
    """Open the document in the archive; how much of it is read is limited by its reader.

    Args:
        file: The archive; it must be seekable.

    Raises:
        TopologyError: The archive is damaged, encrypted or too large, or has no such document.
    """
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(zipfile.ZipFile(_Bounded(file)))
            stream = stack.enter_context(opened.open(_member(opened)))
        except TopologyError:
            raise
        except _DAMAGE as error:
            raise _damaged(error) from error
        yield _Unpacked(stream)


class _Bounded:
    """The archive for `zipfile`, which reads the table of contents at once, as large as one of three records says.

    Looking at those records before it does would mean to choose among them just as it does.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1, /) -> bytes:
        if size > LARGEST_DIRECTORY:
            raise TopologyError("the zip file has too large a table of contents")
        return self._file.read(size if size >= 0 else LARGEST_DIRECTORY)


class _Unpacked:
    """The document; damage is raised as TopologyError."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._stream.read(size)
        except _DAMAGE as error:
            raise _damaged(error) from error


def _damaged(error: Exception) -> TopologyError:
    return TopologyError(f"the zip file is damaged: {error}")


def _is_document(name: str) -> bool:
    """Whether a member is the document. Nothing is unpacked, but Microsoft writes no name that leaves the folder."""
    parts = name.replace("\\", "/").split("/")
    return parts[-1].casefold() == DOCUMENT.casefold() and parts[0] != "" and ".." not in parts


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise TopologyError(f"the zip file holds {len(members)} files; a configuration export holds two")
    wanted = [member for member in members if _is_document(member.filename)]
    if not wanted:
        names = first_few([shown(member.filename) for member in members], 5) or "nothing"
        raise TopologyError(f"the zip file has no {DOCUMENT}, so it is no configuration export; it holds {names}")
    if len(wanted) > 1:
        raise TopologyError(f"the zip file has {len(wanted)} files {DOCUMENT}")
    (member,) = wanted
    if member.flag_bits & 1:
        raise TopologyError(f"{DOCUMENT} in the zip file is encrypted")
    if member.compress_type not in _METHODS:
        raise TopologyError(f"{DOCUMENT} in the zip file is compressed by method {member.compress_type}, not Deflate")
    if member.file_size > LARGEST:
        raise TopologyError(f"{DOCUMENT} in the zip file is larger than {LARGEST // 1024 // 1024} MiB unpacked")
    return member
