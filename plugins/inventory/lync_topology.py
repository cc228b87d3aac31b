# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory plugin: hosts, groups and variables from a Lync topology document."""

from __future__ import annotations

DOCUMENTATION = r"""
name: lync_topology
short_description: Hosts, groups and variables from a Lync Server topology
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Reads the topology of a Lync Server 2013 or Skype for Business Server deployment from a file, and makes an
    inventory of it that this collection's role and modules can use.
  - Nothing is asked of the deployment itself. Export the document on a computer with the administrative tools and keep
    it next to the inventory.
  - The file can be the published topology (V((Get-CsTopology -AsXml\).ToString(\) > topology.xml)), the zip file that
    C(Export-CsConfiguration -FileName export.zip) writes, Topology Builder's C(.tbxml) file, or JSON of C(Get-CsPool),
    C(Get-CsService) and C(Get-CsSite). The content decides, not the name. The file may be encrypted with Ansible Vault.
  - The inventory file must be called C(*lync_topology.yml) or C(*lync_topology.yaml), or be another YAML file whose
    C(plugin) is written at the start of a line.
  - The group C(lync) has all hosts that this collection manages, and is the place for connection variables. Its
    children are C(lync_front_end), C(lync_director), C(lync_mediation), C(lync_persistent_chat),
    C(lync_office_web_apps), C(lync_office_online), C(lync_video_interop), C(lync_edge) and
    C(lync_central_management). A viewer farm
    is in C(lync_office_online) from Skype for Business Server 2015 on; no document says which of the two it runs.
  - The groups C(lync_branch_appliance), C(lync_gateway), C(lync_sql), C(lync_file_store) and
    C(lync_trusted_application) hold the other machines. They are there to limit rules to these as the other end; this
    collection does not manage them.
  - All these groups are always made. An empty one says that the topology has no such machine.
  - There is also C(lync_pool_<name>) for every pool and C(lync_site_<name>) for every site, with characters that group
    names must not have replaced by an underscore.
  - A role that is not known becomes the group C(lync_role_<name>), a version other than that of Lync Server 2013 the
    group C(lync_version_<number>). A role or version that is not known is warned of.
  - Hosts with a role are in C(lync_product_<product>) too, one group for each product of an estate in migration.
  - Every host has the variables C(lync_pool) (the pool of its main role), C(lync_pools), C(lync_site), C(lync_roles),
    C(lync_features), C(lync_addresses) (on the primary and internal side), C(lync_addresses_by_side) (on the other
    sides), C(lync_ports) and C(lync_paired_pools). C(lync_version) is there if the document tells it, and
    C(lync_product) with it, V(lync_2013), V(skype_2015) or V(skype_2019), by the service that makes the host what it
    is. Subscription Edition does not differ from 2019 there; see O(product).
  - An Edge Server has C(lync_edge_addresses) too, its own addresses by interface (V(internal), V(external_access),
    V(external_webconf), V(external_av)), where the document names them. A public address in front of a router that
    translates is left out.
  - Each item of C(lync_ports) is something the host listens on, with the keys C(service), C(owner), C(usage), C(side),
    C(protocol), C(transports), C(ports) and C(pool). A port of a protocol that is not known is left out, and warned of.
  - The group C(lync) has the variable C(lync_topology), with the C(file) and its C(date), so that an audit can say how
    old that is. C(by) is V(export) where the document has a comment such as C(<!-- exported 2026-01-31T06:00:00Z -->)
    at its end, and V(file) where the date is that of the file, which a fresh checkout makes new.
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.topology
    description: From topology to inventory
options:
  plugin:
    description: The name of this plugin, which says that the file is for it.
    type: str
    required: true
    choices:
      - lyncops.firewall.lync_topology
  path:
    description:
      - The topology document. A relative path begins at the folder of the inventory file.
    type: str
    required: true
  product:
    description:
      - The product that the deployment runs, for a document that has no versions, and to say V(skype_se) where the
        document says version 8. The modules take it from C(lync_product).
      - It is an error if a pool has another version than that product. Where an estate has several products, leave it
        out, and set C(lync_firewall_product) for the hosts of Subscription Edition.
      - V(lync_2013) is Lync Server 2013, version 6; V(skype_2015) and V(skype_2019) are Skype for Business Server 2015,
        version 7, and 2019, version 8; V(skype_se) is its Subscription Edition, version 8.
    type: str
    choices: [lync_2013, skype_2015, skype_2019, skype_se]
  half:
    description:
      - Which topology of a C(.tbxml) file to read, if it holds the published one beside the one that is being edited.
        If they differ, a warning says which was read. Other documents have only one.
      - V(published) is what was published last, which is what the servers run; V(new) is what Topology Builder would
        publish next.
    type: str
    default: published
    choices: [published, new]
extends_documentation_fragment:
  - constructed
  - inventory_cache
notes:
  - A Survivable Branch Appliance is only in C(lync_branch_appliance). It is known by having a Registrar and a Mediation
    Server in a branch site, and no User Services.
  - A document with a document type is refused, and so is one that is unreasonably large.
  - JSON has no addresses, so C(lync_addresses) is empty. It must have the pools, and should have the services; branch
    sites can be told apart only if it has the sites. Convert objects to text before C(ConvertTo-Json), as shown in the
    examples; this needs PowerShell 3.0.
  - A cached inventory is used only as long as the file has not changed.
  - Of a document that Ansible Vault has encrypted nothing is kept in an inventory cache, which would hold it in clear,
    with a warning.
"""

EXAMPLES = r"""
# contoso.lync_topology.yml
plugin: lyncops.firewall.lync_topology
path: topology.xml

---
# What would be published next, with addresses to connect to and groups of one's own.
plugin: lyncops.firewall.lync_topology
path: files/contoso.tbxml
half: new
strict: true
compose:
  ansible_host: lync_addresses | first | default(inventory_hostname)
groups:
  lync_collocated_mediation: "'mediation' in lync_roles and 'front_end' in lync_roles"
keyed_groups:
  - key: lync_site
    prefix: country

# How to export JSON, in the Lync Server Management Shell:
#
#   function ConvertTo-Text { process { $object = $_; $copy = @{}
#     foreach ($property in $object.PSObject.Properties) { $value = $property.Value
#       $copy[$property.Name] = if ($value -is [array] -or $value -is [Collections.IList]) { @($value | % { "$_" }) }
#                               elseif ($value -is [ValueType] -or $null -eq $value) { $value } else { "$value" } }
#     $copy } }
#   @{ Pools = @(Get-CsPool | ConvertTo-Text); Services = @(Get-CsService | ConvertTo-Text)
#      Sites = @(Get-CsSite | ConvertTo-Text) } | ConvertTo-Json -Depth 4 | Out-File topology.json -Encoding UTF8
"""

import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.path import unfrackpath

from ..module_utils._topology.document import read_file
from ..module_utils._topology.inventory import build
from ..module_utils._topology.model import TopologyError

try:
    # ansible-core 2.19 and later: a text is a template only if it is marked as one.
    from ansible.template import trust_as_template
except ImportError:
    # Before that, every text is one unless it is marked as unsafe.
    from ansible.utils.unsafe_proxy import wrap_var

    def _inert(text: str) -> str:
        return text

    def _suspect(text: str) -> str:
        return wrap_var(text)  # type: ignore[no-any-return]
else:

    def _inert(text: str) -> str:
        return trust_as_template(text)  # type: ignore[no-any-return]

    def _suspect(text: str) -> str:
        return text


_FILE_NAMES = ("lync_topology.yml", "lync_topology.yaml")
_YAML = (".yml", ".yaml")
# Windows' editors put a byte order mark before the first line.
_NAMES_US = re.compile(rb"^(?:\xef\xbb\xbf)?plugin:\s*['\"]?lyncops\.firewall\.lync_topology\b", re.MULTILINE)
_PEEK = 64 * 1024
_VAULT = b"$ANSIBLE_VAULT;"
_CANNOT_BE_TEMPLATE = re.compile(r"[\w .:/-]*")
_MANAGED = "lync"
_EXPORTED = re.compile(rb"<!--\s*exported (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s*-->")
_END = 1024
_FORMAT = 3  # Of what is cached: another number makes older caches useless.


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """Fills an inventory from a topology document."""

    NAME = "lyncops.firewall.lync_topology"

    def verify_file(self, path: str) -> bool:
        """Whether a file may be configuration of this plugin."""
        if not super().verify_file(path):
            return False
        return path.endswith(_FILE_NAMES) or (path.endswith(_YAML) and _names_us(path))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read the topology that the configuration at ``path`` names, and fill ``inventory``."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        content = self._content(path, cache)
        for warning in content["warnings"]:
            self.display.warning(f"{content['source']['path']}: {warning}")
        groups = self._safe_names(content)
        self._add_groups(content, groups)
        self._add_hosts(content, groups)
        told = {"file": content["source"]["path"], **content["dated"]}
        inventory.set_variable(_MANAGED, "lync_topology", _Untrusted()(told))

    def _content(self, path: str, cache: bool) -> dict[str, Any]:
        """The inventory in plain types, from the cache if that was made from this very file."""
        file = unfrackpath(self.get_option("path"), follow=False, basedir=str(Path(path).resolve().parent))
        half, product = self.get_option("half"), self.get_option("product")
        if not Path(file).is_file():
            raise AnsibleParserError(f"{path}: path: there is no file {file} (relative paths start at this file)")
        try:
            # Decrypts a file of Ansible Vault.
            real = self.loader.get_real_file(file)
            state = Path(file).stat()
        except (AnsibleError, OSError) as error:
            raise AnsibleParserError(f"{file}: cannot read the file: {error}") from error
        source = {
            "format": _FORMAT,
            "path": str(file),
            "half": half,
            "product": product,
            "size": state.st_size,
            "changed": state.st_mtime_ns,
        }
        enabled = self.get_option("cache")
        key = self.get_cache_key(path) if enabled else ""
        if enabled and _begins(file, _VAULT):
            enabled = False
            self.display.warning(
                f"{file}: the document is encrypted, so the inventory cache, which is in clear, keeps nothing of it"
            )
            if self._cache.get(key):
                self._cache[key] = {}  # what was kept before the document was encrypted
        if enabled and cache:
            cached = self._cache.get(key)
            if isinstance(cached, dict) and cached.get("source") == source:
                return cached
        try:
            built = build(read_file(real, half, name=str(file)), product)
        except TopologyError as error:
            raise AnsibleParserError(str(error)) from error
        content = {
            "source": source,
            "dated": _dated(real, state.st_mtime),
            "hosts": built.hosts,
            "groups": {group: list(members) for group, members in built.groups.items()},
            "children": {group: list(members) for group, members in built.children.items()},
            "warnings": list(built.warnings),
        }
        if enabled:
            self._cache[key] = content
        return content

    def _safe_names(self, content: dict[str, Any]) -> dict[str, str]:
        """Each group's name to the one Ansible accepts."""
        safe: dict[str, str] = {}
        taken: dict[str, str] = {}
        for group in (*content["children"], *content["groups"]):
            # Always: the setting TRANSFORM_INVALID_GROUP_CHARS is about names that people wrote.
            name = to_safe_group_name(str(group), force=True, silent=True)
            other = taken.setdefault(name, group)
            if other != group:
                self.display.warning(f"groups {other!r} and {group!r} are one in the inventory: {name}")
            safe[group] = name
        for host in content["hosts"]:
            if host in taken or host in ("all", "ungrouped"):
                raise AnsibleParserError(f"{content['source']['path']}: host {host!r} has the name of a group")
        return safe

    def _add_groups(self, content: dict[str, Any], names: dict[str, str]) -> None:
        for name in names.values():
            self.inventory.add_group(name)
        for group, children in content["children"].items():
            for child in children:
                self.inventory.add_child(names[group], names[child])

    def _add_hosts(self, content: dict[str, Any], names: dict[str, str]) -> None:
        untrusted = _Untrusted()
        for host, variables in content["hosts"].items():
            self.inventory.add_host(host)
            target = self.inventory.get_host(host)
            for name, value in variables.items():
                # Not through the inventory: from 2.19 on that copies every value for every host, which takes half a
                # minute and a gigabyte for 5,000 hosts, to mark what is marked already.
                target.set_variable(name, untrusted(value))
        for group, members in content["groups"].items():
            for host in members:
                self.inventory.add_child(names[group], host)
        self._construct(content["hosts"])

    def _construct(self, hosts: dict[str, Any]) -> None:
        compose, groups, keyed = (self.get_option(name) for name in ("compose", "groups", "keyed_groups"))
        if not (compose or groups or keyed):
            return
        strict = self.get_option("strict")
        for host in hosts:
            self._set_composite_vars(compose, self.inventory.get_host(host).get_vars(), host, strict=strict)
            variables = self.inventory.get_host(host).get_vars()
            self._add_host_to_composed_groups(groups, variables, host, strict=strict)
            self._add_host_to_keyed_groups(keyed, variables, host, strict=strict)


class _Untrusted:
    """Makes values of a document safe: nothing in them is ever a template.

    A text without any character that a template needs is passed on so that ``ansible-inventory --list`` shows it as it
    is, all others so that Ansible never templates them. Values that hosts share stay shared.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._shared: dict[int, tuple[Any, Any]] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            known = self._texts.get(value)
            if known is None:
                safe = _inert if _CANNOT_BE_TEMPLATE.fullmatch(value) else _suspect
                known = self._texts[value] = safe(str(value))
            return known
        if not isinstance(value, (list, dict)):
            return value
        if id(value) not in self._shared:
            made = (
                {str(key): self(item) for key, item in value.items()}
                if isinstance(value, dict)
                else [self(item) for item in value]
            )
            # The original is kept, so that nothing else gets its id.
            self._shared[id(value)] = (value, made)
        return self._shared[id(value)][1]


def _dated(path: str, changed: float) -> dict[str, str]:
    """When a document was exported, as far as it or its file tells."""
    with Path(path).open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _END))
        end = file.read().replace(b"\0", b"")  # what ``>`` of PowerShell writes is UTF-16
    found = _EXPORTED.search(end)
    if found:
        return {"date": found[1].decode(), "by": "export"}
    return {"date": datetime.fromtimestamp(changed, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "by": "file"}


def _begins(path: str, start: bytes) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(len(start)) == start
    except OSError:
        return False


def _names_us(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return _NAMES_US.search(file.read(_PEEK)) is not None
    except OSError:
        return False
