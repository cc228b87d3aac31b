# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that the owner of a Group Policy gets: scripts, a table, the hosts, and what is to be answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from .._catalogue.products import called
from .._catalogue.words import Role
from .handover import absent_lines, gpo_removal, gpo_renewal, gpo_script, rules_csv
from .host_policy import HostPolicy

_DIGITS = 8
_LONGEST_NAME = 60
_ODD = re.compile(r"[^A-Za-z0-9.]+")

NO_DOMAIN = "An Edge Server stands in no domain, so no Group Policy of a domain reaches it."
"""What is to be said of the files for a host of that role."""

_README = """\
Rules that {product} documents, for the Group Policy
    {gpo}
and the roles {roles}. Made by lyncops.firewall.
{beside}
Folders beside this one whose names begin alike, {begin}..., are for the same policy and have other rules for other
hosts. Ask for a policy for each of them: one that gets the rules of several opens all of them on all of its hosts.

Folders of earlier runs that are of no policy now are named in FOLDERS-OF-NO-POLICY.txt beside this folder, if any.

The hosts that need exactly these rules are in {base}-hosts.txt.
What each rule is for is in {base}-rules.csv.

PUT IN, once, into a policy that has none of these rules (as somebody who may edit the policy):
    netsh -f {base}-add.netsh
RENEW, when this folder takes the place of an earlier one: run the remove script of the earlier folder first, then
    netsh -f {base}-renew.netsh
It deletes rules of these names and adds them anew. "No rules match" for a name that was not there is no fault.
REMOVE, when Lync leaves these hosts:
    netsh -f {base}-remove.netsh
The names of the rules must stay as they are (LyncOps ...): by them an audit knows that the policy brings them.

AFTERWARDS, on a host: gpupdate /force. On the controller, for the hosts of the list:
    ansible-playbook -i INVENTORY lyncops.firewall.verify --limit HOSTS
They are compliant, "By Group Policy"; no local rule is made beside those of the policy.

WHAT THE OWNER OF THE POLICY HAS TO ANSWER
1. Is this policy linked to all hosts of the list, and to no others? A host with other roles would be opened too far.
2. Which profiles (domain, private, public) does the policy switch on, and does one forbid local rules
   (AllowLocalPolicyMerge = 0)?
3. Does this policy, or another one on these hosts, have block rules for ports of the table? A block beats every rule.
4. Does WinRM stay open for the controller when the policy takes effect?
5. When does it take effect, and who is to be called if calls fail then?
6. Who tells whom when the policy changes, or is unlinked?
"""


def handover_files(policy: HostPolicy, roles: Sequence[str], gpo: str, host: str) -> list[dict[str, Any]]:
    """The files of one host's combination of rules; hosts that need the same have the same files, but for the list.

    Args:
        policy: What the host needs.
        roles: Its roles.
        gpo: The policy as netsh names it: ``domain.example\\name of the policy``.
        host: The host's name.

    Returns:
        Files as the module ``lync_firewall_files`` takes them. Their names and that of the folder follow from the rules
        and the policy, so no two folders, and no two files of different folders, have one name.

    Raises:
        OptionError: The policy's name cannot be given to netsh.
    """
    script = gpo_script(policy, gpo)
    told = "".join([script, *absent_lines(policy)])
    digits = hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]
    held = "+".join(roles)
    base = f"{held}-{digits}"
    name = _ODD.sub("-", gpo.partition("\\")[2]).strip("-.")[:_LONGEST_NAME]
    folder = f"{name}-{base}" if name else base
    contents = {
        "add.netsh": script,
        "renew.netsh": gpo_renewal(policy, gpo),
        "remove.netsh": gpo_removal(policy, gpo),
        "rules.csv": rules_csv(policy),
    }
    readme = _README.format(
        product=called(policy.product),
        gpo=gpo,
        roles=held,
        base=base,
        begin=f"{name}-" if name else "",
        beside=f"\n{NO_DOMAIN}\n" if Role.EDGE.value in roles else "",
    ).replace("\n", "\r\n")
    return [
        *({"folder": folder, "name": f"{base}-{end}", "content": text} for end, text in contents.items()),
        {"folder": folder, "name": f"{base}-README.txt", "content": readme},
        {"folder": folder, "name": f"{base}-hosts.txt", "content": f"{host}\r\n", "unite": True, "owner": gpo},
    ]
