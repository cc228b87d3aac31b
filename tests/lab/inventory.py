# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ansible inventory of an estate, as `serve` writes it and `probe` reads it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.edge import EdgeAddresses
from lab.estate_options import CERTIFICATE
from lab.host_spec import HostSpec
from lab.products import LYNC_2013, PRODUCTS
from lab.roles import CLIENT, EDGE, role_ports
from lab.windows.winrm_listeners import PORTS
from lab.winrm.certificates import Authority
from lab.winrm.logins import principal_name

_OF_USER = ("lab-user.pem", "lab-user-key.pem")
"""A user's certificate and its key, beside the inventory."""

_PRODUCT, _ADDRESSES = "lync_firewall_product", "lync_firewall_edge_addresses"


def inventory_data(
    specs: Iterable[HostSpec], user: str, password: str, login: str = "basic", ca: Path | None = None
) -> dict[str, Any]:
    """Groups `lync` (with one child a role) and `windows` (all hosts, for ansible-test); login by one of LOGINS.

    The product is a variable of `lync` unless it is Lync Server 2013. An Edge Server's account is one of `lync_edge`,
    since it is local, and its addresses are its own.
    """
    specs = tuple(specs)
    port = specs[0].winrm_port if specs else PORTS["HTTP"]
    product = specs[0].product if specs else LYNC_2013.name
    said = {} if product == LYNC_2013.name else {"vars": {_PRODUCT: product}}
    used = {group for spec in specs for group in spec.groups}
    roles: dict[str, dict[str, Any]] = {
        role: {"hosts": {}} for role in role_ports(PRODUCTS[product]) if role not in (CLIENT, EDGE) or role in used
    }
    for spec in specs:
        for group in spec.groups:
            roles[group]["hosts"][spec.name] = {}
        if spec.edge is not None:
            roles[EDGE]["hosts"][spec.name] = {_ADDRESSES: spec.edge.as_dict()}
            roles[EDGE]["vars"] = {"ansible_user": spec.account, "ansible_password": password}
    return {
        "all": {
            "children": {
                "lync": {**said, "children": roles},
                "windows": {
                    "hosts": {spec.name: {"ansible_host": spec.address} for spec in specs},
                    "vars": {
                        "ansible_connection": "winrm",
                        **(_https(ca) if ca else {"ansible_port": port, "ansible_winrm_scheme": "http"}),
                        "ansible_winrm_transport": login,
                        **_account(user, password, login, ca),
                    },
                },
            }
        }
    }


def _https(ca: Path) -> dict[str, Any]:
    return {
        "ansible_port": PORTS["HTTPS"],
        "ansible_winrm_scheme": "https",
        "ansible_winrm_server_cert_validation": "validate",
        "ansible_winrm_ca_trust_path": str(ca),
    }


def _account(user: str, password: str, login: str, ca: Path | None) -> dict[str, str]:
    if login != CERTIFICATE or ca is None:
        return {"ansible_user": user, "ansible_password": password}
    certificate, key = (str(ca.parent / name) for name in _OF_USER)
    return {"ansible_winrm_cert_pem": certificate, "ansible_winrm_cert_key_pem": key}


def write_inventory(
    path: Path,
    specs: Iterable[HostSpec],
    user: str,
    password: str,
    login: str = "basic",
    authority: Authority | None = None,
) -> None:
    """Write the inventory, making its folder; an authority's certificate beside it, for HTTPS, and the
    user's where that is the login."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ca = None
    if authority is not None:
        ca = (path.parent / authority.certificate.name).absolute()
        ca.write_bytes(authority.certificate.read_bytes())
        if login == CERTIFICATE:
            pair = authority.user(user, principal_name(user))
            for name, written in zip(_OF_USER, (pair.certificate, pair.key), strict=True):
                shutil.copy(written, ca.parent / name)  # the key with its mode
    text = yaml.safe_dump(inventory_data(specs, user, password, login, ca), sort_keys=False)
    path.write_text("# Written by `python -m lab serve`; the hosts live on loopback addresses.\n" + text)


@dataclass(frozen=True)
class InventoryHost:
    """A host as an inventory names it; ``edge``: an Edge Server's addresses."""

    name: str
    address: str
    groups: tuple[str, ...]
    winrm_port: int
    product: str = LYNC_2013.name
    edge: EdgeAddresses | None = None


class InventoryError(ValueError):
    """The file is not an inventory of the lab."""


def read_inventory(path: Path) -> tuple[InventoryHost, ...]:
    """The hosts of an inventory written by `serve`. Raises InventoryError."""
    try:
        data = yaml.safe_load(path.read_text())
        children = data["all"]["children"]
        roles: dict[str, Any] = children["lync"]["children"]
        product = str((children["lync"].get("vars") or {}).get(_PRODUCT, LYNC_2013.name))
        edges: dict[str, Any] = (roles.get(EDGE) or {}).get("hosts") or {}
        windows = children["windows"]
        port = int(windows["vars"]["ansible_port"])
        return tuple(
            InventoryHost(
                name,
                str(variables["ansible_host"]),
                tuple(role for role, group in roles.items() if name in (group.get("hosts") or {})),
                port,
                PRODUCTS[product].name,
                EdgeAddresses(**edges[name][_ADDRESSES]) if name in edges else None,
            )
            for name, variables in windows["hosts"].items()
        )
    except OSError as error:
        raise InventoryError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise InventoryError(f"{path} is not an inventory written by the lab ({error!r})") from error
