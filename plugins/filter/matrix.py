# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that write the traffic matrix of an estate."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._options.option import Option
from ..module_utils._options.reading import OptionError, read_addresses
from ..module_utils._options.table import ROLES, RULE_OPTIONS
from ..module_utils._policy.matrix import Flow, as_csv, as_markdown, flows
from ..module_utils._policy.scoping import WORDS
from ..plugin_utils._arguments import validate
from ..plugin_utils._results import plain

_HOST = (
    Option("name", required=True),
    ROLES,
    Option("addresses", type="list", elements="str", default=()),
    Option("peers", type="dict", default=()),
    Option("client_networks", type="list", elements="str"),
    Option("options", type="dict", default=()),
)
"""What the filters take of each host; ``options`` are those that describe its rules."""


def _matrix(name: str, hosts: Any) -> Sequence[Flow]:
    if isinstance(hosts, (str, Mapping)) or not isinstance(hosts, Sequence):
        raise AnsibleFilterError(f"lyncops.firewall.{name}: the input must be a list of hosts")
    try:
        return flows([_host(host) for host in hosts])
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.{name}: {error}") from None


def _host(given: Any) -> dict[str, Any]:
    """One host, validated as the modules validate their options."""
    if not isinstance(given, Mapping) or not {"name", "roles"} <= set(given):
        raise OptionError("hosts", f"a host is a dict with name and roles, not {given!r}")
    try:
        host = validate(plain(given), _HOST)
        _check_peers(host)
        options = validate(host["options"], RULE_OPTIONS)
    except OptionError as error:
        raise OptionError(error.option, f"{given['name']}: {error.reason}") from None
    del options["program"]  # of no meaning to the network between the hosts
    return {**host, "options": options}


def _check_peers(host: Mapping[str, Any]) -> None:
    """As the modules check them, but for names, which stand for peers of no known address."""
    for kind, texts in host["peers"].items():
        if kind not in WORDS:
            raise OptionError(f"peers.{kind}", f"this is no peer of any row; they are {', '.join(WORDS)}")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise OptionError(f"peers.{kind}", f"a list of addresses is needed, not {texts!r}")
        read_addresses(f"peers.{kind}", filter(_is_network, texts))
    if host["client_networks"]:
        read_addresses("client_networks", host["client_networks"])


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def lync_matrix_csv(hosts: Any) -> str:
    """The matrix as CSV; see the documentation beside this file."""
    return as_csv(_matrix("lync_matrix_csv", hosts))


def lync_matrix_markdown(hosts: Any) -> str:
    """The matrix as Markdown; see the documentation beside this file."""
    return as_markdown(_matrix("lync_matrix_markdown", hosts))


class FilterModule:
    """The filters by name."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """What Ansible asks for."""
        return {"lync_matrix_csv": lync_matrix_csv, "lync_matrix_markdown": lync_matrix_markdown}
