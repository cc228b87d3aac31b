# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad XML: what is refused, in which words, and with which line."""

from __future__ import annotations

import codecs
import io

import pytest
from ansible_collections.lyncops.firewall.plugins.module_utils._topology import document, xml_tree
from ansible_collections.lyncops.firewall.plugins.module_utils._topology.model import TopologyError
from ansible_collections.lyncops.firewall.tests.unit.growth import grows_linearly
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._topology.small import (
    BRANCH,
    HEAD_OFFICE,
    IN_TOPOLOGY,
    SCHEMA,
    cluster,
    machine,
    port,
    published,
    read,
    registrar,
    service,
)

POOL = cluster(1, "pool.contoso.com", machine("fe01.contoso.com"), machine("fe02.contoso.com"))
GOOD = published(POOL, registrar(1, port(5061)))


def refused(text: str | bytes) -> TopologyError:
    with pytest.raises(TopologyError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_utf_8_with_and_without_a_byte_order_mark(mark: bytes) -> None:
    assert read(mark + GOOD.encode()) == read(GOOD)


@pytest.mark.parametrize(("mark", "codec"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_utf_16_as_powershell_redirects_it(mark: bytes, codec: str) -> None:
    """The declaration still says UTF-8: the document was written for a string, not for the file."""
    text = GOOD.replace("Head Office", "Bürö €")
    topology = read(mark + text.encode(codec))
    assert topology == read(text)
    assert topology.sites[0].name == "Bürö €"


@pytest.mark.parametrize("encoding", ["tf-8", "rot13", "undefined", "shift_jis", "hex"])
def test_encodings_nobody_writes(encoding: str) -> None:
    assert "the encoding that the document declares cannot be read" in refused(GOOD.replace("utf-8", encoding)).message


def test_an_older_encoding() -> None:
    text = GOOD.replace("utf-8", "windows-1252").replace("Head Office", "Büro")
    assert read(text.encode("cp1252")).sites[0].name == "Büro"


def test_utf_16_that_is_none() -> None:
    assert "is not UTF-16-LE" in str(refused(codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le")[:-1]))


@pytest.mark.parametrize("length", [1, 30, 60, 200, 500, len(GOOD) - 14])
def test_a_document_that_is_cut_off(length: int) -> None:
    error = refused(GOOD[:length])
    assert "the document is empty or cut off" in error.message
    assert error.line is not None


def test_a_tag_that_does_not_fit() -> None:
    error = refused(GOOD.replace("</Sites>", "</Seats>"))
    assert error.message.startswith("not well-formed XML: mismatched tag")
    assert error.line == 3


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE Topology>",
        '<!DOCTYPE Topology SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Topology [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE Topology [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_document_type_is_refused(declaration: str) -> None:
    error = refused(GOOD.replace("\n", f"\n{declaration}\n", 1))
    assert "declares a document type ('Topology')" in error.message
    assert error.line == 2


def test_an_entity_nobody_declared() -> None:
    assert "undefined entity" in refused(GOOD.replace("Head Office", "&head;")).message


def test_a_document_of_another_kind() -> None:
    error = refused('<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>')
    assert "is a <html> in namespace 'http://www.w3.org/1999/xhtml' without a topology" in error.message
    assert "is a <Topology> without a namespace" in refused("<Topology/>").message


def test_the_namespace_decides_not_the_prefix() -> None:
    prefixed = GOOD.replace(f"<Topology {IN_TOPOLOGY}", f'<Topology xmlns:x="{SCHEMA}.Topology.2008" {IN_TOPOLOGY}')
    prefixed = prefixed.replace("<Sites>", "<x:Sites>").replace("</Sites>", "</x:Sites>")
    assert read(prefixed) == read(GOOD)


def test_elements_of_other_namespaces_are_no_part_of_it() -> None:
    forged = GOOD.replace(
        "</Clusters>", '<Cluster xmlns="urn:other" Fqdn="x.contoso.com"><Machine/></Cluster></Clusters>'
    )
    assert read(forged) == read(GOOD)


def test_two_topologies() -> None:
    body = GOOD.partition("\n")[2]
    error = refused(f"<DocItemSet>\n{body}{body}</DocItemSet>")
    assert "holds 2 topologies (lines 2, " in error.message


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_tree, "DEEPEST", 4)
    assert "nested more than 4 deep" in refused(GOOD).message
    monkeypatch.undo()
    monkeypatch.setattr(xml_tree, "MOST_ELEMENTS", 10)
    assert "more than 10 elements" in refused(GOOD).message
    monkeypatch.undo()
    monkeypatch.setattr(xml_tree, "LARGEST", 1024 * 1024)
    assert "larger than 1 MiB" in refused(GOOD + " " * 2**20).message
    monkeypatch.undo()
    monkeypatch.setattr(xml_tree, "LONGEST_TOKEN", 100_000)
    assert "longer than 100000 bytes" in refused(GOOD.replace("<Sites>", f"<!--{'x' * 400_000}--><Sites>")).message
    assert "text of <Name> is too long" in refused(GOOD.replace("Head Office", "x" * 200_000)).message
    monkeypatch.undo()
    assert read(GOOD)


def test_what_is_not_asked_for_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration export is mostly other documents."""
    monkeypatch.setattr(xml_tree, "MOST_ELEMENTS", 60)
    other = "<Other><Thing/></Other>" * 1000
    topology = read(f"<DocItemSet>{other}{GOOD.partition(chr(10))[2]}{other}</DocItemSet>")
    assert [cluster.fqdn for cluster in topology.clusters] == ["pool.contoso.com"]


CLUSTER = 'Fqdn="pool.contoso.com"'
FIRST_CLUSTER_LINE = 5


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (published(""), "the topology is empty: it has no pools", None),
        (published(cluster(1, "a.b")), "the topology is empty: its pools have no machines", None),
        (published(POOL.replace(CLUSTER, "")), "<Cluster> has no Fqdn", FIRST_CLUSTER_LINE),
        (published(POOL.replace('<ClusterId SiteId="1" Number="1" />', "")), "<Cluster> has no <ClusterId>", 5),
        (published(POOL.replace('Number="1"', "")), "<ClusterId> has no Number", 5),
        (
            published(cluster(1, "pool.contoso.com", machine("a.contoso.com"), machine())),
            "a <Machine> of 'pool.contoso.com', which has 2, has no Fqdn",
            5,
        ),
        (
            published(cluster(1, "pool.contoso.com", machine("", ("Primary", "10.0.0.256")))),
            "<NetInterface> has IPAddress='10.0.0.256', which is no address",
            5,
        ),
        (published(POOL.replace('"true"', '"maybe"')), "RequiresSetup='maybe', which is neither true nor false", 5),
        (published(POOL, registrar(1, site="1", version="six")), "ServiceVersion='six', which is not a number", 8),
        (published(POOL, registrar(2)), "service 'Registrar' is installed on '1:2', a pool that the topology does", 8),
        (
            published(POOL, service("Registrar", 1).replace("<InstalledOn>", "<X>").replace("</InstalledOn>", "</X>")),
            "<Service> 1-Registrar-1 is installed nowhere",
            8,
        ),
        (
            published(POOL, service("Registrar", 1).replace("ServiceId", "Id")),
            "<Service> has no <ServiceId>",
            8,
        ),
        (
            published(cluster(1, "pool.contoso.com", machine(), site="9")),
            "is in site '9', which the topology does not",
            5,
        ),
        (published(POOL, sites=HEAD_OFFICE + HEAD_OFFICE), "there are two sites '1'", 3),
        (published(POOL, sites=HEAD_OFFICE + BRANCH.replace('SiteId="2"', "SiteId=''")), "has no SiteId", 3),
        (published(POOL + "\n" + POOL), "there are two pools with the identity '1:1'", 6),
        (
            published(POOL + "\n" + cluster(2, "POOL.contoso.com", machine())),
            "pool 'POOL.contoso.com' is there twice, also in line 5",
            6,
        ),
        (
            published(cluster(1, "pool.contoso.com", machine("a.b"), "\n", machine("A.b"))),
            "host 'A.b' is there twice in pool 'pool.contoso.com', also in line 5",
            6,
        ),
        (
            published(POOL + "\n" + cluster(2, "other.contoso.com", machine("fe02.contoso.com"))),
            "host 'fe02.contoso.com' is there twice: in pool 'other.contoso.com' and in pool 'pool.contoso.com'",
            6,
        ),
        (published(cluster(1, "pool.contoso.com", machine("{{ 1 }}"))), "'{{ 1 }}' cannot be the name of a machine", 5),
        (
            published(cluster(1, "pool.contoso.com", machine("fe\u00e9.b"))),
            "'fe\u00e9.b' cannot be the name of a machine",
            5,
        ),
        (published(cluster(1, "-x", machine("a.b"))), "'-x' cannot be the name of a pool", 5),
        (published(cluster(1, "a" * 255, machine("a.b"))), "cannot be the name of a pool", 5),
    ],
)
def test_what_cannot_be(text: str, message: str, line: int | None) -> None:
    error = refused(text)
    assert message in error.message
    assert error.line == line


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ('Port="0"', "<Port> has Port=0; ports go from 1 to 65535"),
        ('Port="65536"', "<Port> has Port=65536; ports go from 1 to 65535"),
        ('Port="-5"', "<Port> has Port='-5', which is not a number"),
        ('Port="٣"', "which is not a number"),
        ('Port=""', "<Port> has no Port"),
        ("", "<Port> has no Port"),
        ('Port="60000" Range="6000"', "Port=60000 with a Range of 6000, which ends at 65999; ports go from 1"),
        ('Port="49152" Range="0"', "<Port> has Port=49152 with a Range of 0, which is no port at all"),
        ('Port="1" Range="many"', "<Port> has Range='many', which is not a number"),
        ('Port="' + "9" * 5000 + '"', "which is not a number"),
    ],
)
def test_ports_that_cannot_be(attributes: str, message: str) -> None:
    good = port(5061)
    error = refused(published(POOL, registrar(1, "\n", good.replace('Port="5061"', attributes))))
    assert message in error.message
    assert error.line == 9
    assert len(error.message) < 300


@pytest.mark.parametrize("attribute", ["Owner", "Protocol"])
def test_ports_say_whose_they_are_and_what_they_carry(attribute: str) -> None:
    error = refused(published(POOL, registrar(1, port(5061).replace(f"{attribute}=", f"Not{attribute}="))))
    assert error.message == f"<Port> has no {attribute}"


def test_a_range_is_a_count() -> None:
    ranges = (port(5061, rest='Range="1"'), port(1, rest='Range="2"'), port(65535), port(49152, rest='Range="16384"'))
    topology = read(published(POOL, registrar(1, *ranges)))
    assert [item.ports for item in topology.services[0].ports] == ["5061", "1-2", "65535", "49152-65535"]


def test_messages_do_not_speak_to_the_terminal() -> None:
    error = refused(published(cluster(1, "pool\u202e\u009b31m", machine("a.b"))))
    assert str(error).isprintable()


def test_a_name_may_be_an_address() -> None:
    topology = read(published(cluster(1, "2001:db8::5", machine()), service("PstnGateway", 1)))
    assert topology.clusters[0].machines[0].fqdn == "2001:db8::5"


def test_a_file_is_named_with_the_line(tmp_path: object) -> None:
    path = f"{tmp_path}/bad.xml"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(GOOD.replace("</Sites>", "</Seats>"))
    with pytest.raises(TopologyError) as caught:
        document.read_file(path)
    assert str(caught.value).startswith(f"{path}, line 3: not well-formed XML")
    with pytest.raises(TopologyError, match=r"missing\.xml: cannot read the file: No such file"):
        document.read_file(f"{tmp_path}/missing.xml")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t", "the file is empty"),
        (b"MZ\x90\x00", "the file is neither XML, nor JSON, nor a zip file"),
        (codecs.BOM_UTF8, "the file is empty"),
    ],
)
def test_what_is_no_document_at_all(data: bytes, message: str) -> None:
    with pytest.raises(TopologyError) as caught:
        document.read(io.BytesIO(data))
    assert caught.value.message.startswith(message)


def test_text_in_many_pieces_costs_no_more_than_in_proportion() -> None:
    wide = "\U0001d4b3"  # four bytes a character

    def work(pieces: int) -> None:
        xml = f'<Topology xmlns="urn:a">{f"{wide}<Name/>" * pieces}</Topology>'
        parsed = xml_tree.parse(io.BytesIO(xml.encode()), [("urn:a", "Topology")], ["urn:a"])
        assert parsed.trees[0].text == wide * pieces

    assert grows_linearly(work, lambda size: size, 40_000)


@pytest.mark.long
def test_pieces_of_text_add_up_to_its_length() -> None:
    xml = f'<Topology xmlns="urn:a">{"<Name/>y" * 1_100_000}</Topology>'
    with pytest.raises(TopologyError, match="the text of <Topology> is too long"):
        xml_tree.parse(io.BytesIO(xml.encode()), [("urn:a", "Topology")], ["urn:a"])
