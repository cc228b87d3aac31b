# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exported configuration, as ``Export-CsConfiguration -FileName x.zip`` writes it.

``DocItemSet.xml`` holds many documents; the topology is one of them, in an ``AnchoredXml``. The shape of both is put
together from public scripts; the items' names are invented, and so is the set's namespace, which is why one can leave
it out. The neighbours are traps: one speaks the topology's namespace without being one, one is not ASCII.
"""

from __future__ import annotations

import io
import zipfile

from .estate import Estate
from .markup import BOM, Node, document
from .parts import TOPOLOGY
from .published import topology

MEMBER = "DocItemSet.xml"
APP_LAYER = "urn:schema:Microsoft.Rtc.Management.Xds.AppLayer.2008"
SCOPE = "urn:schema:Microsoft.Rtc.Management.ScopeFramework.2008"
ASSIGNMENT = "urn:schema:Microsoft.Rtc.Management.Settings.ServiceAssignment.2008"
VOICE = "urn:schema:Microsoft.Rtc.Management.Policy.Voice.2008"

DATE = (2013, 6, 1, 12, 0, 0)  # Of every member: an archive must not change from run to run.
GENERATION = "1d7fe6f1-6c43-4d7a-9cf6-5b3b1f3a2c01"


def write(estate: Estate, *, namespaced: bool = True) -> bytes:
    """Return the archive. namespaced: whether the set itself is in a namespace."""
    return pack({"Readme.txt": BOM + b"Exported configuration.\n", MEMBER: items(estate, namespaced=namespaced)})


def pack(members: dict[str, bytes]) -> bytes:
    """Return an archive of these members, in this order, compressed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return target.getvalue()


def items(estate: Estate, *, namespaced: bool = True) -> bytes:
    """Return the document that holds the others."""
    return document(
        Node(
            "DocItemSet",
            children=(
                _item("urn:xds:ServiceAssignments", ASSIGNMENT, _assignments(estate)),
                _item("urn:xds:Topology", TOPOLOGY, topology(estate)),
                _item(
                    "urn:xds:VoicePolicy",
                    VOICE,
                    Node("VoicePolicy", (("Description", "Escritório de Lisboa"),), namespace=VOICE),
                ),
            ),
            namespace=APP_LAYER if namespaced else None,
        )
    )


def _assignments(estate: Estate) -> Node:
    """Which Registrar serves whom: it names services in the topology's own namespace."""
    registrars = [service.key for service in estate.services if service.key.role == "Registrar"]
    return Node(
        "ServiceAssignments",
        children=tuple(
            Node(
                "ServiceAssignment",
                (("TagId", str(659550892 + number)),),
                (
                    Node(
                        "Component",
                        (("Name", "Registrar"),),
                        (
                            Node(
                                "ServiceId",
                                (("SiteId", str(key.site)), ("RoleName", key.role), ("Instance", str(key.instance))),
                                namespace=TOPOLOGY,
                            ),
                        ),
                    ),
                ),
            )
            for number, key in enumerate(registrars)
        ),
        namespace=ASSIGNMENT,
    )


def _item(name: str, schema: str, content: Node) -> Node:
    anchored = Node(
        "AnchoredXml",
        (("SchemaWriteVersion", "2"),),
        (
            Node(
                "Key",
                (("ScopeClass", "Global"),),
                (
                    Node("SchemaId", (("Namespace", schema), ("ElementName", content.name))),
                    Node("AuthorityId", (("Class", "Host"), ("InstanceId", "00000000-0000-0000-0000-000000000000"))),
                ),
            ),
            Node(
                "Dictionary",
                (("Count", "1"),),
                (Node("Item", children=(Node("Key"), Node("Value", (("Signature", GENERATION),), (content,)))),),
            ),
        ),
        SCOPE,
    )
    return Node("DocItem", (("Name", name), ("Version", "7")), (Node("Data", children=(anchored,)),))
