# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that turn a host's Lync roles into something to hand over to the owner of a Group Policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._options.host_table import ROLES
from ..module_utils._options.reading import OptionError
from ..module_utils._options.rules_table import RULE_OPTIONS
from ..module_utils._policy.handover import gpo_script, rules_csv
from ..module_utils._policy.host_policy import HostPolicy
from ..module_utils._policy.wanted import described_policy
from ..plugin_utils._arguments import validate


def _policy(roles: Any, options: dict[str, Any]) -> HostPolicy:
    known = validate({"roles": roles, **options}, (ROLES, *RULE_OPTIONS))
    return described_policy(known["roles"], known)


# Errors are raised "from None": newer ansible-core prints the cause too, and would then say all twice.


def netsh_gpo_script(roles: Any, gpo: str, **options: Any) -> str:
    """A ``netsh -f`` script for a Group Policy; see the documentation beside this file."""
    try:
        return gpo_script(_policy(roles, options), str(gpo))
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.netsh_gpo_script: {error}") from None


def lync_rules_csv(roles: Any, **options: Any) -> str:
    """The rules as CSV; see the documentation beside this file."""
    try:
        return rules_csv(_policy(roles, options))
    except OptionError as error:
        raise AnsibleFilterError(f"lyncops.firewall.lync_rules_csv: {error}") from None


class FilterModule:
    """The filters by name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """What Ansible asks for."""
        return {
            "netsh_gpo_script": netsh_gpo_script,
            "lync_rules_csv": lync_rules_csv,
        }
