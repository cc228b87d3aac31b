# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a topology from a file; the content decides on the format, not the name."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import IO

from . import archive, builder, elements, powershell_json, published, xml_tree
from .checks import check
from .model import Topology, TopologyError, shown

_HEAD = 4096
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

KINDS = (
    "the topology that Get-CsTopology -AsXml prints, the zip file of Export-CsConfiguration, the .tbxml file of "
    "Topology Builder, or JSON of Get-CsPool and Get-CsService"
)
"""The supported documents, for messages."""


def read_file(path: str, half: str = builder.PUBLISHED, name: str = "") -> Topology:
    """Read and check a topology.

    Args:
        path: The file.
        half: Which half of Topology Builder's file to read: `builder.PUBLISHED` or `builder.NEW`.
        name: The file's name in messages, if not its path.

    Raises:
        TopologyError: The file cannot be read, is not a supported document, or contradicts itself.
    """
    try:
        with Path(path).open("rb") as file:
            topology = read(file, half)
            check(topology)
    except TopologyError as error:
        raise error.in_file(name or path) from error
    except OSError as error:
        raise TopologyError(f"cannot read the file: {error.strerror or error}", file=name or path) from error
    return topology


def read(file: IO[bytes], half: str = builder.PUBLISHED) -> Topology:
    """Read a topology without checking it.

    Args:
        file: The document; it must be seekable.
        half: As in `read_file`.

    Raises:
        TopologyError: As in `read_file`.
    """
    head = file.read(_HEAD)
    file.seek(0)
    if archive.is_archive(head):
        with archive.open_document(file) as document:
            return _read_xml(document, half)
    text = _start(head)
    if text.startswith("<"):
        return _read_xml(file, half)
    if text.startswith(("{", "[")):
        return powershell_json.read(_read_text(file))
    if not text and not file.read(_HEAD + 1)[_HEAD:]:
        raise TopologyError("the file is empty")
    raise TopologyError(f"the file is neither XML, nor JSON, nor a zip file; expected {KINDS}")


def _start(head: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace").lstrip()
    return head.decode("latin-1").lstrip()


def _read_text(file: IO[bytes]) -> str:
    data = file.read(powershell_json.LARGEST + 1)
    if len(data) > powershell_json.LARGEST:
        raise TopologyError(f"the document is larger than {powershell_json.LARGEST // 1024 // 1024} MiB")
    mark, encoding = next(((mark, name) for mark, name in _BOMS.items() if data.startswith(mark)), (b"", "utf-8"))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise TopologyError(f"the document is not {encoding.upper()} (byte {error.start + len(mark)})") from error


def _read_xml(stream: xml_tree.Readable, half: str) -> Topology:
    parsed = xml_tree.parse(stream, (published.ROOT, builder.ROOT), elements.NAMESPACES)
    if not parsed.trees:
        namespace, name = parsed.root
        place = f" in namespace {shown(namespace)}" if namespace else " without a namespace"
        raise TopologyError(f"the document is a <{shown(name)[1:-1]}>{place} without a topology; expected {KINDS}")
    if len(parsed.trees) > 1:
        lines = ", ".join(str(tree.line) for tree in parsed.trees[:5])
        raise TopologyError(f"the document holds {len(parsed.trees)} topologies (lines {lines})", parsed.trees[0].line)
    (tree,) = parsed.trees
    if (tree.namespace, tree.name) == builder.ROOT:
        return builder.read(tree, half)
    return published.read(tree)
