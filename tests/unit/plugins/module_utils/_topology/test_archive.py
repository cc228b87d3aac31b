# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zip file of a configuration export, and zip files that are none."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._topology import archive, document, xml_tree
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import TopologyError
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._topology.small import (
    cluster,
    inventory,
    machine,
    published,
    read,
    registrar,
)

TOPOLOGY = published(cluster(1, "fe01.contoso.com", machine()), registrar(1))
EXPORT = (
    '<DocItemSet><DocItem Name="urn:xds:Other"><Data><Other/></Data></DocItem>'
    '<DocItem Name="urn:xds:Topology"><Data>'
    '<AnchoredXml xmlns="urn:schema:Microsoft.Rtc.Management.ScopeFramework.2008">'
    f"<Dictionary><Item><Key /><Value>{TOPOLOGY.partition(chr(10))[2]}</Value></Item></Dictionary>"
    "</AnchoredXml></Data></DocItem></DocItemSet>"
)


def zipped(*members: tuple[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, content in members:
            target.writestr(name, content)
    return buffer.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(TopologyError) as caught:
        read(data)
    return caught.value.message


@pytest.mark.parametrize(
    "name", ["DocItemSet.xml", "docitemset.XML", "folder/DocItemSet.xml", "folder\\DocItemSet.xml"]
)
def test_an_export(name: str) -> None:
    assert inventory(zipped(("[Content_Types].xml", "<Types/>"), (name, EXPORT))) == inventory(TOPOLOGY)


def test_an_unpacked_export() -> None:
    assert inventory(EXPORT) == inventory(TOPOLOGY)


def test_an_archive_without_the_document() -> None:
    message = refused(zipped(("a.xml", EXPORT), ("\x1b[31m.xml", "")))
    assert message == (
        "the zip file has no DocItemSet.xml, so it is no configuration export; it holds 'a.xml', '\\x1b[31m.xml'"
    )
    assert "it holds nothing" in refused(zipped())


@pytest.mark.parametrize("name", ["../DocItemSet.xml", "/tmp/DocItemSet.xml", "a\\..\\DocItemSet.xml"])
def test_names_that_leave_the_folder(name: str) -> None:
    assert "has no DocItemSet.xml" in refused(zipped((name, EXPORT)))
    assert inventory(zipped((name, "<Other/>"), ("DocItemSet.xml", EXPORT))) == inventory(TOPOLOGY)


def test_two_documents() -> None:
    assert "has 2 files DocItemSet.xml" in refused(zipped(("a/DocItemSet.xml", EXPORT), ("b/DocItemSet.xml", EXPORT)))


def test_an_export_without_a_topology() -> None:
    assert "is a <DocItemSet> without a namespace without a topology" in refused(
        zipped(("DocItemSet.xml", "<DocItemSet/>"))
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_is_refused(method: int) -> None:
    assert "not Deflate" in refused(zipped(("DocItemSet.xml", EXPORT), method=method))


def test_encryption_is_refused() -> None:
    data = bytearray(zipped(("DocItemSet.xml", EXPORT)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    assert refused(bytes(data)) == "DocItemSet.xml in the zip file is encrypted"


def test_a_bomb_that_says_how_large_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 1024 * 1024)
    data = zipped(("DocItemSet.xml", EXPORT + " " * 2**21))
    assert len(data) < 10_000
    assert "larger than 1 MiB unpacked" in refused(data)


def test_a_bomb_that_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size in the table of contents is small; what comes out is not."""
    monkeypatch.setattr(archive, "LARGEST", 1024 * 1024)
    monkeypatch.setattr(xml_tree, "LARGEST", 1024 * 1024)
    data = bytearray(zipped(("DocItemSet.xml", EXPORT + " " * 2**21)))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    message = refused(bytes(data))
    assert "damaged" in message or "cut off" in message or "larger" in message


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    assert "holds 4 files" in refused(zipped(*((f"{index}.xml", "") for index in range(4))))
    monkeypatch.setattr(archive, "LARGEST_DIRECTORY", 100)
    assert "too large a table of contents" in refused(zipped(*((f"{index}.xml", "") for index in range(4))))


def test_damage_anywhere_is_an_error_of_ours() -> None:
    data = zipped(("DocItemSet.xml", EXPORT))
    whole = inventory(data)
    for place in range(4, len(data), 3):
        damaged = bytearray(data)
        damaged[place] ^= 0xFF
        try:
            assert inventory(bytes(damaged)) == whole
        except TopologyError:
            continue
    for length in range(4, len(data), 7):
        with pytest.raises(TopologyError):
            document.read(io.BytesIO(data[:length]))


def _table_of_contents(size: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 0, 0)


def test_the_table_of_contents_is_bounded_whichever_record_says_how_large_it_is() -> None:
    """Of a zip64 file the usual record says little, and one before it says 2 MB; a third hides behind a false one."""
    whole = zipped(("DocItemSet.xml", EXPORT))
    body = whole[: whole.rindex(b"PK\x05\x06")]
    padding = b" " * 2_000_000
    zip64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(padding), len(body))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body + padding), 1)
    sparse = io.BytesIO(body + padding + zip64 + locator + _table_of_contents(100))
    asked: list[int] = []

    class File(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    hidden = bytearray(body + padding + _table_of_contents(len(padding)))
    hidden[-6:-2] = b"PK\x05\x06"
    for data in (sparse.getvalue(), bytes(hidden), body + padding + _table_of_contents(len(padding))):
        with pytest.raises(TopologyError):
            document.read(File(data))
    assert max(asked) <= archive.LARGEST_DIRECTORY
