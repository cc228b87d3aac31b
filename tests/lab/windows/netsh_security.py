# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments action, security, edge and rmt…grp of a rule of netsh, and what goes together with them.

Simulates the remarks of Microsoft's netsh-advfirewall reference, the flags of [MS-FASP] 2.2.35 and the checks of
2.2.37: authdynenc and authnoencap are flags on top of those for encryption and authentication, as the example of
[MS-GPFAS] 4 has it; "AuthEnc and authnoencap can't be used together" is why several words may stand in one list.

Not documented is what netsh stores for a bypass outbound: here the only thing that [MS-FASP] allows, an allow rule with
the flag FW_RULE_FLAGS_AUTHENTICATE_BYPASS_OUTBOUND.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lab.windows.netsh_values import NetshError, Tokens
from lab.windows.rules import Rule

_SECURITY: Mapping[str, Mapping[str, str]] = {
    "notrequired": {},
    "authenticate": {"Security": "Authenticate"},
    "authenc": {"Security": "AuthenticateEncrypt"},
    "authnoencap": {"Security": "Authenticate", "Security2_9": "An-NoEncap"},
    "authdynenc": {"Security": "AuthenticateEncrypt", "Security2": "AnE-Nego"},
}
_EDGE: Mapping[str, Tokens] = {
    "yes": {"Edge": ("TRUE",), "Defer": ()},
    "no": {"Edge": (), "Defer": ()},
    "deferapp": {"Edge": ("TRUE",), "Defer": ("App",)},
    "deferuser": {"Edge": ("TRUE",), "Defer": ("User",)},
}
_ACTIONS = {"allow": "Allow", "block": "Block", "bypass": "ByPass"}


def _action(value: str) -> Tokens:
    if value.lower() not in _ACTIONS:
        raise NetshError("bad_value")
    return {"Action": (_ACTIONS[value.lower()],), "AuthByPassOut": ()}


def _security(value: str) -> Tokens:
    words = [word.strip().lower() for word in value.split(",")]
    if not all(word in _SECURITY for word in words) or ("notrequired" in words and len(words) > 1):
        raise NetshError("bad_value")
    found: dict[str, str] = {}
    for word in words:
        for key, token in _SECURITY[word].items():
            if found.setdefault(key, token) != token:
                raise NetshError("bad_value")
    return {key: (found[key],) if key in found else () for key in ("Security", "Security2", "Security2_9")}


def _edge(value: str) -> Tokens:
    if value.lower() not in _EDGE:
        raise NetshError("bad_value")
    return _EDGE[value.lower()]


def _sddl(key: str) -> Callable[[str], Tokens]:
    def parse(value: str) -> Tokens:
        if not re.match(r"[OGDS]:", value) or "|" in value:
            raise NetshError("bad_value")
        return {key: (value,)}

    return parse


SECURITY_FIELDS: Mapping[str, Callable[[str], Tokens]] = {
    "action": _action,
    "rmtcomputergrp": _sddl("RMauth"),
    "rmtusrgrp": _sddl("RUAuth"),
    "edge": _edge,
    "security": _security,
}


def check_security(rule: Rule) -> Rule:
    """The rule as the service would store it. Raises NetshError where action, direction and security do not fit."""
    secured, action = rule.first("Security") is not None, rule.first("Action")
    if rule.first("Edge") == "TRUE" and not rule.inbound:
        raise NetshError("bad_value")
    if rule.first("Security2") and not rule.inbound:
        raise NetshError("bad_value")
    if secured and action == "Block":
        raise NetshError("bad_value")
    if not secured and (rule.first("RMauth") or rule.first("RUAuth")):
        raise NetshError("missing")
    if action == "ByPass" and not (secured and (rule.first("RMauth") or not rule.inbound)):
        raise NetshError("missing")
    if action == "ByPass" and not rule.inbound:
        return rule.with_values({"Action": ("Allow",), "AuthByPassOut": ("TRUE",)})
    if rule.first("AuthByPassOut") and (rule.inbound or not secured):
        raise NetshError("bad_value")
    return rule


def security_word(rule: Rule) -> str:
    """What `show rule … verbose` calls a rule's security."""
    if rule.first("Security2"):
        return "AuthDynEnc"
    if rule.first("Security2_9"):
        return "AuthNoEncap"
    return {None: "NotRequired", "Authenticate": "Authenticate"}.get(rule.first("Security"), "AuthEnc")
