# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Just enough XML to write documents as .NET writes them: a default namespace declared wherever it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

BOM = b"\xef\xbb\xbf"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


@dataclass(frozen=True)
class Node:
    """An element: name, attributes in order, children or text, and the default namespace if it changes here."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Node, ...] = ()
    namespace: str | None = None
    text: str | None = None


def lines(node: Node, indent: str = "") -> Iterator[str]:
    """Yield the element's lines, indented by two spaces a level."""
    attributes = node.attributes if node.namespace is None else (("xmlns", node.namespace), *node.attributes)
    head = f"{indent}<{node.name}" + "".join(f" {name}={quoteattr(value)}" for name, value in attributes)
    if node.text is not None:
        yield f"{head}>{escape(node.text)}</{node.name}>"
    elif not node.children:
        yield f"{head} />"
    else:
        yield f"{head}>"
        for child in node.children:
            yield from lines(child, f"{indent}  ")
        yield f"{indent}</{node.name}>"


def document(root: Node, newline: str = "\n") -> bytes:
    """Return the whole document: UTF-8, with a byte order mark and a declaration.

    newline: Windows writes ``\\r\\n``; the committed documents have ``\\n``, as the repository's text files must.
    """
    return BOM + (newline.join([DECLARATION, *lines(root)]) + newline).encode("utf-8")


def flag(value: bool) -> str:
    """A truth value as XML Schema writes it."""
    return "true" if value else "false"
