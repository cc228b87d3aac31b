# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options, made from the table that the argument specifications are made from."""

from __future__ import annotations

from ..module_utils._options.enforcing_table import ENFORCING_OPTIONS
from ..module_utils._options.host_table import HOST_OPTIONS, HOST_VARIABLES
from ..module_utils._options.option import documentation
from ..module_utils._options.reading_table import AS_TEXT, DUMPS, DUMPS_MAX_AGE, INFO_OPTIONS, LOG, PROBE
from ..module_utils._options.rules_table import RULE_OPTIONS


class ModuleDocFragment:
    """Fragments are class attributes by ansible-doc's convention."""

    # Annotated: what stands behind a plain assignment the sanity tests take for a literal.
    DOCUMENTATION: str = documentation(
        (*HOST_OPTIONS, HOST_VARIABLES),
        notes=(
            "Works over the connections P(ansible.builtin.winrm#connection) and P(ansible.builtin.psrp#connection), "
            "and starts no PowerShell on the host. It needs C(reg), C(netsh), C(sc) and C(whoami), which every Windows "
            "since Server 2008 R2 has, and an account that is an administrator there with a full token.",
            "The Python package C(pywinrm) must be installed on the controller, and C(pypsrp) too for C(psrp).",
            "Rules of Group Policy are read and never changed.",
        ),
        attributes={
            "action_group": {
                "description": "Use C(group/lyncops.firewall.lync_firewall) in C(module_defaults) to set options of "
                "all modules that have the desired state of a host.",
                "membership": ["lyncops.firewall.lync_firewall"],
                "support": "full",
            },
            "become": {"description": "Refused, because it would be ignored.", "support": "none"},
            "delegation": {
                "description": "Works where the task names the roles. With O(host_variables=true) it is refused, since "
                "one host would be judged by the roles and variables of another.",
                "support": "partial",
            },
            "async": {"description": "Refused. One task takes seconds.", "support": "none"},
            "platform": {
                "description": "Windows Server 2008 R2 SP1 and later.",
                "platforms": "windows",
                "support": "full",
            },
        },
    )
    """The desired state of a host."""

    ENFORCING: str = documentation(ENFORCING_OPTIONS)
    """How a host is brought to it."""

    INFO: str = documentation((*INFO_OPTIONS, DUMPS, DUMPS_MAX_AGE, AS_TEXT, PROBE, LOG))
    """What is read."""

    RULES: str = documentation(RULE_OPTIONS)
    """Which rules a host needs."""
