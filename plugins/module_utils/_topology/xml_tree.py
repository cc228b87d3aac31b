# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Untrusted XML, read with the standard library: limits, no document types, and line numbers.

Python's expat is safe from external entities by default, but expands internal ones. No topology document declares any,
so a document type is refused as such, and with it every attack that needs one. What is not wanted is not kept: the
parts of a configuration export that are no topology cost time, not memory.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol
from xml.parsers import expat

from .model import TopologyError, shown

LARGEST = 128 * 1024 * 1024
"""Bytes of XML that are read at most. A topology of 5,000 machines has 8 MB in pools of 12, 30 MB in pools of 3."""

MOST_ELEMENTS = 2_000_000
"""Elements that are kept at most. A topology of 5,000 machines in pools of three has about 200,000."""

DEEPEST = 100
"""How deep elements may be nested. A configuration export has a depth of about 15."""

LONGEST_TOKEN = 1024 * 1024
"""Bytes that expat may hold back for one tag or comment: it has to buffer these whole."""

_CHUNK = 64 * 1024

Name = tuple[str, str]
"""Namespace and local name."""


class Readable(Protocol):
    """The source of a document: an open file, or a member of an archive."""

    def read(self, size: int = ..., /) -> bytes:
        """Up to so many bytes; none at the end."""


@dataclass(slots=True)
class Element:
    """An element that is kept.

    Attributes:
        namespace: Its namespace.
        name: Its local name.
        attributes: Its attributes without a namespace.
        line: Where its tag begins, from 1.
        children: Its elements, as far as they are kept.
        text: Its own text.
    """

    namespace: str
    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def find_all(self, *names: str) -> Iterator[Element]:
        """The elements on this path of local names, below this one."""
        first, *rest = names
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.find_all(*rest)
                else:
                    yield child

    def find(self, *names: str) -> Element | None:
        """The first element on this path."""
        return next(self.find_all(*names), None)

    def descendants(self) -> Iterator[Element]:
        """All elements below this one, in the order of the document."""
        for child in self.children:
            yield child
            yield from child.descendants()

    def get(self, name: str) -> str:
        """An attribute without the space around it; an empty text if there is none."""
        return self.attributes.get(name, "").strip()

    def required(self, name: str) -> str:
        """A required attribute.

        Raises:
            TopologyError: It is missing or empty.
        """
        value = self.get(name)
        if not value:
            raise TopologyError(f"<{self.name}> has no {name}", self.line)
        return value

    def flag(self, name: str) -> bool | None:
        """An attribute that is true or false; None if there is none.

        Raises:
            TopologyError: It is neither.
        """
        value = self.get(name)
        if not value:
            return None
        if value.casefold() not in _FLAGS:
            raise TopologyError(f"<{self.name}> has {name}={shown(value)}, which is neither true nor false", self.line)
        return _FLAGS[value.casefold()]


_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was found in a document.

    Attributes:
        root: The name of the document's own element.
        trees: Every element that was wanted, with all below it.
    """

    root: Name
    trees: tuple[Element, ...]


def parse(stream: Readable, wanted: Iterable[Name], namespaces: Iterable[str]) -> Parsed:
    """Read XML and keep the wanted elements.

    Args:
        stream: The document. UTF-16 with a byte order mark is accepted whatever the declaration says: that is what
            PowerShell's ``>`` writes of a document that declares UTF-8.
        wanted: The elements to keep, wherever they are; one inside another is part of the outer one.
        namespaces: Below a wanted element, what is in another namespace is left out.

    Raises:
        TopologyError: The document is not well-formed, is too large, or declares a document type.
    """
    builder = _Builder(frozenset(wanted), frozenset(namespaces))
    chunks, encoding = _decoded(stream)
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    builder.parser = parser
    try:
        fed = 0
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > LONGEST_TOKEN + len(chunk):
                raise TopologyError(
                    f"one tag, text or comment is longer than {LONGEST_TOKEN} bytes", parser.CurrentLineNumber
                )
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        # "no element found" is expat's message for a document that just ends.
        text = expat.ErrorString(error.code) or "error"
        ends = error.code in _TRUNCATED
        raise TopologyError(
            f"not well-formed XML: {'the document is empty or cut off' if ends else text} (column {error.offset + 1})",
            error.lineno,
        ) from error
    except TopologyError:
        raise
    except (LookupError, ValueError) as error:
        # For encodings that expat does not know it asks Python's codecs, which raise errors of their own.
        raise TopologyError(f"the encoding that the document declares cannot be read: {error}", 1) from error
    finally:
        # The builder's bound methods refer to the parser and the parser to them.
        builder.parser = None
    return Parsed(builder.root, tuple(builder.trees))


_TRUNCATED = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
}


class _Builder:
    """expat's handlers: they keep the wanted elements and the path to the current one."""

    def __init__(self, wanted: frozenset[Name], namespaces: frozenset[str]) -> None:
        self.root: Name = ("", "")
        self.trees: list[Element] = []
        self.parser: expat.XMLParserType | None = None
        self._wanted = wanted
        self._namespaces = namespaces
        self._open: list[Element] = []
        self._texts: list[list[str]] = []  # of each open element: text may come in a thousand pieces
        self._sizes: list[int] = []
        self._depth = 0
        self._skipped = 0  # Depth below an element that is left out; 0 outside.
        self._kept = 0

    @property
    def _line(self) -> int:
        return self.parser.CurrentLineNumber if self.parser else 0

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise TopologyError(f"elements are nested more than {DEEPEST} deep", self._line)
        if self._skipped:
            self._skipped += 1
            return
        namespace, separator, name = qualified.rpartition(" ")
        if not separator:
            namespace = ""
        if self._depth == 1:
            self.root = (namespace, name)
        if self._open:
            if namespace not in self._namespaces:
                self._skipped = 1
                return
        elif (namespace, name) not in self._wanted:
            return
        self._kept += 1
        if self._kept > MOST_ELEMENTS:
            raise TopologyError(f"the document has more than {MOST_ELEMENTS} elements", self._line)
        # Documents repeat a few hundred texts thousands of times: one copy of each is enough.
        own = {sys.intern(key): sys.intern(value) for key, value in attributes.items() if " " not in key}
        element = Element(sys.intern(namespace), sys.intern(name), own, self._line)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.trees.append(element)
        self._open.append(element)
        self._texts.append([])
        self._sizes.append(0)

    def end(self, qualified: str) -> None:
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
        elif self._open:
            self._open.pop().text = "".join(self._texts.pop())
            self._sizes.pop()
        del qualified

    def characters(self, text: str) -> None:
        if self._open and not self._skipped and not text.isspace():
            self._sizes[-1] += len(text)
            if self._sizes[-1] > LONGEST_TOKEN:
                raise TopologyError(f"the text of <{self._open[-1].name}> is too long", self._line)
            self._texts[-1].append(text)

    def doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        del system, public, internal
        raise TopologyError(
            f"the document declares a document type ({shown(name)}); no topology does, and it is refused because "
            "entities declared there can make a small file fill the memory",
            self._line,
        )


def _decoded(stream: Readable) -> tuple[Iterator[bytes], str | None]:
    """The document in pieces, and its encoding, None if the document's own declaration decides."""
    head = stream.read(_CHUNK)
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return _recoded(_limited(head[len(mark) :], stream), encoding), "utf-8"
    if head.startswith(codecs.BOM_UTF8):
        return _limited(head[len(codecs.BOM_UTF8) :], stream), "utf-8"
    return _limited(head, stream), None


def _limited(head: bytes, stream: Readable) -> Iterator[bytes]:
    size = 0
    chunk = head
    while chunk:
        size += len(chunk)
        if size > LARGEST:
            raise TopologyError(f"the document is larger than {LARGEST // 1024 // 1024} MiB")
        yield chunk
        chunk = stream.read(_CHUNK)


def _recoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", True).encode()
    except UnicodeError as error:
        raise TopologyError(
            f"the document is not {encoding.upper()}, which its first bytes promise: {error}"
        ) from error
