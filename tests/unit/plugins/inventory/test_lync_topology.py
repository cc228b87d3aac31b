# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin, run through ansible-core's own inventory manager."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.loader import inventory_loader
from ansible.template import Templar
from ansible.utils.display import Display
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._topology.small import (
    HEAD_OFFICE,
    builder,
    cluster,
    machine,
    partial,
    port,
    published,
    registrar,
    service,
    writable_cluster,
)

NAME = "lyncops.firewall.lync_topology"
POOL = cluster(
    1, "fe-pool.contoso.com", machine("fe01.contoso.com", ("Primary", "10.0.0.1")), machine("fe02.contoso.com")
)
GATEWAY = cluster(2, "gw.contoso.com", machine(), managed=False)
TOPOLOGY = published(POOL + GATEWAY, registrar(1, port(5061)) + service("PstnGateway", 2))


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the plugins warn of."""
    found: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_args, **_kwargs: found.append(str(msg)))
    return found


def configuration(
    folder: Path, text: str | bytes = TOPOLOGY, *, name: str = "x.lync_topology.yml", **options: Any
) -> Path:
    """Write a topology and the configuration that reads it."""
    (folder / "topology").write_bytes(text if isinstance(text, bytes) else text.encode())
    file = folder / name
    # JSON is YAML, and "plugin" has to begin a line.
    file.write_text(f"plugin: {NAME}\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in options.items()))
    return file


def parsed(file: Path) -> InventoryManager:
    """The inventory, read by this plugin alone and with its errors raised."""
    manager = InventoryManager(loader=DataLoader(), sources=None, parse=False)
    plugin = inventory_loader.get(NAME)
    assert plugin.verify_file(str(file))
    plugin.parse(manager._inventory, manager._loader, str(file))
    manager._inventory.reconcile_inventory()
    return manager


def variables(manager: InventoryManager, host: str) -> dict[str, Any]:
    return {key: value for key, value in manager.get_host(host).vars.items() if key.startswith("lync_")}


def members(manager: InventoryManager, group: str) -> list[str]:
    return [host.name for host in manager.groups[group].get_hosts()]


def test_hosts_groups_and_variables(tmp_path: Path, warnings: list[str]) -> None:
    manager = parsed(configuration(tmp_path, path="topology"))
    assert sorted(manager.hosts) == ["fe01.contoso.com", "fe02.contoso.com", "gw.contoso.com"]
    assert members(manager, "lync") == members(manager, "lync_front_end") == ["fe01.contoso.com", "fe02.contoso.com"]
    assert members(manager, "lync_pool_fe_pool_contoso_com") == ["fe01.contoso.com", "fe02.contoso.com"]
    assert members(manager, "lync_site_Head_Office") == ["fe01.contoso.com", "fe02.contoso.com", "gw.contoso.com"]
    assert members(manager, "lync_gateway") == ["gw.contoso.com"]
    assert members(manager, "lync_edge") == []
    assert {group.name for group in manager.groups["lync"].child_groups} == {
        "lync_front_end",
        "lync_director",
        "lync_mediation",
        "lync_persistent_chat",
        "lync_office_web_apps",
        "lync_office_online",
        "lync_video_interop",
        "lync_edge",
        "lync_central_management",
    }
    assert variables(manager, "fe01.contoso.com") == {
        "lync_pool": "fe-pool.contoso.com",
        "lync_pools": ["fe-pool.contoso.com"],
        "lync_site": "Head Office",
        "lync_roles": ["front_end"],
        "lync_features": [],
        "lync_addresses": ["10.0.0.1"],
        "lync_addresses_by_side": {},
        "lync_ports": [
            {
                "service": "Registrar",
                "owner": "urn:component:Registrar",
                "usage": "SipServer",
                "side": "primary",
                "protocol": "Mtls",
                "transports": ["tcp"],
                "ports": "5061",
                "pool": "fe-pool.contoso.com",
            }
        ],
        "lync_paired_pools": [],
        "lync_version": 6,
        "lync_product": "lync_2013",
    }
    assert warnings == []


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_the_date_of_the_document_is_that_of_its_export_or_of_its_file(tmp_path: Path, coding: str) -> None:
    text = TOPOLOGY.replace("utf-8", coding)
    file = configuration(tmp_path, text.encode(coding), path="topology")
    document = tmp_path / "topology"
    os.utime(document, (86400, 86400))
    told = {"file": str(document), "date": "1970-01-02T00:00:00Z", "by": "file"}
    assert parsed(file).groups["lync"].vars == {"lync_topology": told}
    document.write_bytes(f"{text}\n<!-- exported 2026-01-31T06:00:00Z -->\n".encode(coding))
    told = {"file": str(document), "date": "2026-01-31T06:00:00Z", "by": "export"}
    assert parsed(file).groups["lync"].vars == {"lync_topology": told}


def test_the_auto_plugin_finds_it(tmp_path: Path) -> None:
    """As ``ansible-inventory -i`` does, with the default list of enabled plugins."""
    for name in ("x.lync_topology.yml", "lync_topology.yaml", "inventory.yml"):
        manager = InventoryManager(
            loader=DataLoader(), sources=[str(configuration(tmp_path, path="topology", name=name))]
        )
        assert len(manager.hosts) == 3, name


def test_the_example_of_the_readme() -> None:
    root = next(folder for folder in Path(__file__).resolve().parents if (folder / "galaxy.yml").is_file())
    hosts = parsed(root / "examples" / "contoso.lync_topology.yml").hosts
    assert hosts["fe-rd2.example.com"].get_vars()["ansible_host"] == "192.0.2.12"


@pytest.mark.parametrize(
    ("name", "content", "ours"),
    [
        ("lync_topology.yml", "", True),
        ("contoso.lync_topology.yaml", "", True),
        ("inventory.yml", f"---\nplugin: '{NAME}'\n", True),
        ("inventory.yml", f"plugin: {NAME}_two\n", False),
        ("inventory.yml", "plugin: constructed\n", False),
        ("lync_topology.xml", f"plugin: {NAME}\n", False),
    ],
)
def test_which_files_are_configuration(tmp_path: Path, name: str, content: str, ours: bool) -> None:
    (tmp_path / name).write_text(content)
    assert inventory_loader.get(NAME).verify_file(str(tmp_path / name)) is ours
    assert not inventory_loader.get(NAME).verify_file(str(tmp_path / "missing" / name))


def test_the_path_begins_at_the_inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "contoso.xml").write_text(TOPOLOGY)
    monkeypatch.chdir("/")
    assert len(parsed(configuration(tmp_path, path="documents/contoso.xml")).hosts) == 3
    assert len(parsed(configuration(tmp_path, path=str(tmp_path / "documents" / "contoso.xml"))).hosts) == 3
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(parsed(configuration(tmp_path, path="~/documents/contoso.xml")).hosts) == 3


def test_other_documents(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as export:
        export.writestr("DocItemSet.xml", f"<DocItemSet>{TOPOLOGY.partition(chr(10))[2]}</DocItemSet>")
    assert len(parsed(configuration(tmp_path, buffer.getvalue(), path="topology")).hosts) == 3
    pool = {"Fqdn": "pool.contoso.com", "Site": "A", "Computers": ["fe01.contoso.com"], "Services": ["Registrar:x"]}
    assert members(parsed(configuration(tmp_path, json.dumps([pool]), path="topology")), "lync") == ["fe01.contoso.com"]


@pytest.mark.parametrize(("options", "host"), [({}, "old.contoso.com"), ({"half": "new"}, "new.contoso.com")])
def test_the_half_of_topology_builder(tmp_path: Path, warnings: list[str], options: dict[str, str], host: str) -> None:
    halves = {
        half: partial(writable_cluster("c1", name, machine()))
        for half, name in (("NewTopology", "new.contoso.com"), ("OriginalTopology", "old.contoso.com"))
    }
    assert list(parsed(configuration(tmp_path, builder(**halves), path="topology", **options)).hosts) == [host]
    (warning,) = warnings
    assert warning.startswith(f"{tmp_path / 'topology'}: the new topology of the file differs")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (TOPOLOGY, {"path": "missing.xml"}, "there is no file"),
        (TOPOLOGY, {}, "path"),
        (TOPOLOGY, {"path": "topology", "half": "left"}, "half"),
        ("<Topology>", {"path": "topology"}, "topology, line 1: not well-formed XML"),
        (
            TOPOLOGY.replace("gw.contoso.com", "lync_edge"),
            {"path": "topology"},
            "host 'lync_edge' has the name of a group",
        ),
        (TOPOLOGY.replace("gw.contoso.com", "all"), {"path": "topology"}, "host 'all' has the name of a group"),
    ],
)
def test_errors_say_what_and_where(tmp_path: Path, text: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(AnsibleError) as caught:
        parsed(configuration(tmp_path, text, **options))
    assert message in str(caught.value)


def test_groups_that_become_one_are_warned_of(tmp_path: Path, warnings: list[str]) -> None:
    twins = cluster(1, "a-b.contoso.com", machine()) + cluster(2, "a_b.contoso.com", machine())
    manager = parsed(configuration(tmp_path, published(twins), path="topology"))
    assert members(manager, "lync_pool_a_b_contoso_com") == ["a-b.contoso.com", "a_b.contoso.com"]
    (warning,) = warnings
    assert "'lync_pool_a-b.contoso.com' and 'lync_pool_a_b.contoso.com' are one" in warning


HOSTILE = "{{ lookup('ansible.builtin.pipe', 'touch %s') }}"


@pytest.mark.parametrize("start", ["", "#jinja2: variable_start_string: '[[', variable_end_string: ']]'\n[[ 7*7 ]]"])
def test_texts_of_the_document_are_no_templates(tmp_path: Path, start: str) -> None:
    proof = tmp_path / "proof"
    hostile = (start + HOSTILE % proof).replace("'", "&apos;").replace("\n", "&#10;")
    text = published(
        POOL,
        registrar(1, port(5061, owner=hostile)),
        HEAD_OFFICE.replace("Head Office", hostile),
    )
    manager = parsed(configuration(tmp_path, text, path="topology"))
    host = manager.get_host("fe01.contoso.com")
    templar = Templar(loader=DataLoader(), variables=host.get_vars())
    for name in ("lync_site", "lync_ports"):
        assert "{{ lookup(" in str(templar.template(host.vars[name]))
    assert "{{ lookup(" in str(host.vars["lync_site"])
    assert not proof.exists()
    for group in manager.groups:
        assert not C.INVALID_VARIABLE_NAMES.findall(group)


def test_constructed_variables_and_groups(tmp_path: Path) -> None:
    manager = parsed(
        configuration(
            tmp_path,
            path="topology",
            compose={"ansible_host": "lync_addresses | first"},
            groups={"sip": "lync_ports | selectattr('ports', 'eq', '5061') | list | length > 0"},
            keyed_groups=[{"key": "lync_roles", "prefix": "has"}],
        )
    )
    assert manager.get_host("fe01.contoso.com").vars["ansible_host"] == "10.0.0.1"
    assert "ansible_host" not in manager.get_host("fe02.contoso.com").vars
    assert members(manager, "sip") == members(manager, "has_front_end") == ["fe01.contoso.com", "fe02.contoso.com"]


def test_strict_makes_a_failed_expression_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match=r"fe02\.contoso\.com|lync_nothing"):
        parsed(configuration(tmp_path, path="topology", strict=True, compose={"x": "lync_nothing.nothing"}))


class TestCache:
    """``cache: true``, with files, so that each reading is like a run of its own."""

    @staticmethod
    def cached(folder: Path, **options: Any) -> Path:
        connection = str(folder / "cache")
        return configuration(
            folder, path="topology", cache=True, cache_plugin="jsonfile", cache_connection=connection, **options
        )

    def read(self, file: Path) -> InventoryManager:
        manager = InventoryManager(loader=DataLoader(), sources=None, parse=False)
        plugin = inventory_loader.get(NAME)
        plugin.parse(manager._inventory, manager._loader, str(file), cache=True)
        plugin.update_cache_if_changed()
        return manager

    def test_what_is_cached_is_read_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = self.cached(tmp_path)
        first = self.read(file)
        before = (tmp_path / "topology").stat()
        # The same size and time: only somebody who does not open the file can miss it.
        (tmp_path / "topology").write_text(TOPOLOGY.replace("gw.contoso.com", "GW.contoso.com"))
        os.utime(tmp_path / "topology", ns=(before.st_atime_ns, before.st_mtime_ns))
        again = self.read(file)
        assert list(again.hosts) == list(first.hosts)
        assert variables(again, "fe01.contoso.com") == variables(first, "fe01.contoso.com")
        assert members(again, "lync") == members(first, "lync")

    def test_a_changed_file_is_read_anew(self, tmp_path: Path) -> None:
        file = self.cached(tmp_path)
        self.read(file)
        (tmp_path / "topology").write_text(TOPOLOGY.replace("gw.contoso.com", "gateway.contoso.com"))
        assert "gateway.contoso.com" in self.read(file).hosts

    def test_texts_from_the_cache_are_no_templates_either(self, tmp_path: Path) -> None:
        file = self.cached(tmp_path)
        (tmp_path / "topology").write_text(TOPOLOGY.replace("Head Office", "{{ 6 * 7 }}"))
        for _run in range(2):
            host = self.read(file).get_host("fe01.contoso.com")
            assert Templar(loader=DataLoader(), variables={}).template(host.vars["lync_site"]) == "{{ 6 * 7 }}"

    def test_nothing_of_an_encrypted_document_is_kept(self, tmp_path: Path, warnings: list[str]) -> None:
        """Neither now nor from when it was not encrypted; a vault needs no password for that."""
        file = self.cached(tmp_path)
        self.read(file)
        (kept,) = (tmp_path / "cache").iterdir()
        assert "fe01.contoso.com" in kept.read_text()
        secret = VaultSecret(b"of the lab")
        encrypted = VaultLib([("default", secret)]).encrypt(TOPOLOGY)
        (tmp_path / "topology").write_bytes(encrypted)
        for _run in range(2):
            manager = InventoryManager(loader=DataLoader(), sources=None, parse=False)
            manager._loader.set_vault_secrets([("default", secret)])
            plugin = inventory_loader.get(NAME)
            plugin.parse(manager._inventory, manager._loader, str(file), cache=True)
            plugin.update_cache_if_changed()
            assert "fe01.contoso.com" in manager.hosts
            assert "contoso" not in kept.read_text()
        assert len(warnings) == 2
        assert "encrypted" in warnings[0]


@pytest.mark.parametrize("name", ["x.lync_topology.yml", "inventory.yml"])
def test_a_byte_order_mark_is_no_trouble(tmp_path: Path, name: str) -> None:
    """As Windows' editors write UTF-8, in the inventory file and in the document."""
    file = configuration(tmp_path, path="topology", name=name)
    for path in (file, tmp_path / "topology"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    manager = InventoryManager(loader=DataLoader(), sources=[str(file)])
    assert len(manager.hosts) == 3
