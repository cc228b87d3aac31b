# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates to draw reports of: hosts whose results the real engine makes, from models of Windows in all states.

``python -m report.estate FOLDER`` (with ``PYTHONPATH=tests``) writes the report of the 40 hosts that the README shows.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ansible_collections.lyncops.firewall.plugins.action import lync_firewall_info
from ansible_collections.lyncops.firewall.plugins.module_utils._catalogue.words import Peer
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.model import Report
from ansible_collections.lyncops.firewall.tests.unit.plugins.action.fake_ansible import action
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import (
    WindowsModel,
    foreign,
)

CREATED = "2026-03-12T06:00:00Z"
EARLIER = "2026-03-11T06:00:00Z"
TITLE = "Lync Server 2013: firewall report, example.com"
OPEN = (Peer.ANY, Peer.CLIENT)
COLLOCATED = ("front_end", "mediation")
STORE = ("front_end", "mediation", "central_management")
DIRECTOR, MEDIATION, CHAT, OFFICE = ("director",), ("mediation",), ("persistent_chat",), ("office_web_apps",)

UNREACHABLE = {
    "unreachable": True,
    "changed": False,
    "msg": "HTTPSConnectionPool(host='10.20.4.17', port=5986): Max retries exceeded (timed out after 30 s)",
}
FAILED = {
    "failed": True,
    "changed": False,
    "msg": "The account has no full administrator token. Use a domain account in the local Administrators group, or "
    "set LocalAccountTokenFilterPolicy.",
}
SKIPPED = {"skipped": True, "changed": False, "skip_reason": "Conditional result was False"}

Break = Callable[[WindowsModel], None]


def audit(model: WindowsModel, roles: Iterable[str], **options: Any) -> dict[str, Any]:
    """What `lync_firewall_info` returns for a model."""
    plugin = action(lync_firewall_info.ActionModule, model, {"roles": list(roles), **options})
    result: dict[str, Any] = plugin.run(task_vars={"inventory_hostname": "model"})
    return result


def converged(roles: Iterable[str], **options: Any) -> WindowsModel:
    """A host that has all managed rules, and Lync's own for one program beside them."""
    model = WindowsModel(local={"{CS}": foreign("CS RTCSRV", ("LPort", "5061"), ("App", r"C:\Lync\RTCSrv.exe"))})
    for command in audit(model, roles, **options)["drift"]["commands"]:
        model.netsh(command.removeprefix("netsh "))
    return model


def result(roles: Iterable[str], *breaks: Break, **options: Any) -> dict[str, Any]:
    """The audit of a host that was as it should be, and to which things happened."""
    model = converged(roles, **options)
    for one in breaks:
        one(model)
    return audit(model, roles, **options)


def without(*words: str) -> Break:
    """Somebody deleted the managed rules whose names hold one of these words."""

    def apply(model: WindowsModel) -> None:
        for key, pairs in list(model.local.items()):
            if any(word in dict(pairs)["Name"] for word in words):
                del model.local[key]

    return apply


def hardened(model: WindowsModel) -> None:
    """A hardening script disabled every managed rule."""
    for key, pairs in model.local.items():
        if key != "{CS}":
            model.local[key] = [(name, "FALSE" if name == "Active" else value) for name, value in pairs]


def block_rule(name: str, port: str) -> list[tuple[str, str]]:
    """A rule that blocks a TCP port."""
    return [("Action", "Block"), ("Active", "TRUE"), ("Dir", "In"), ("Protocol", "6"), ("LPort", port), ("Name", name)]


def blocked(name: str, port: str) -> Break:
    """Group Policy blocks a port."""

    def apply(model: WindowsModel) -> None:
        policy = model.group_policy or {}
        policy[f"{{{name}}}"] = block_rule(name, port)
        model.group_policy = policy

    return apply


def locally_blocked(name: str, port: str) -> Break:
    """Somebody made a block rule on the host."""

    def apply(model: WindowsModel) -> None:
        model.local[f"{{{len(model.local)}}}"] = block_rule(name, port)

    return apply


def unmerged(model: WindowsModel) -> None:
    """Group Policy ignores local rules in the domain profile."""
    model.group_policy = model.group_policy or {}
    model.policy_profiles["Domain"] = {"AllowLocalPolicyMerge": 0}


def firewall_off(model: WindowsModel) -> None:
    """The firewall of the domain profile is off."""
    model.profiles["Domain"]["EnableFirewall"] = 0


def stopped(model: WindowsModel) -> None:
    """Somebody stopped the service and disabled it."""
    model.state, model.start = 1, 4


def estate() -> list[Source]:
    """40 hosts in two sites, as they may be one morning."""
    moved = {"port_overrides": {"server-10": "57501-60000", "server-28": "40803-49150"}}
    fine = result(COLLOCATED)
    sources = []

    def add(name: str, found: dict[str, Any], roles: Iterable[str], pool: str, site: str) -> None:
        sources.append(Source(f"{name}.example.com", found, tuple(roles), f"{pool}.example.com", site))

    front_ends: dict[int, dict[str, Any]] = {
        1: result(STORE),
        3: result(COLLOCATED, without("in-tcp-5061", "in-tcp-444", "in-tcp-8057")),
        6: UNREACHABLE,
        7: result(COLLOCATED, blocked("Block legacy SIP", "5060-5069")),
        8: result(COLLOCATED, blocked("Block legacy SIP", "5060-5069")),
        11: result(COLLOCATED, hardened),
        12: result(COLLOCATED, firewall_off),
        **{number: result(COLLOCATED, **moved) for number in (13, 14, 15, 16)},
        15: result(COLLOCATED, without("57501-60000", "40803-49150"), **moved),
    }
    for number in range(1, 17):
        first = number < 9
        add(
            f"fe{number:02}",
            front_ends.get(number, fine),
            STORE if number == 1 else COLLOCATED,
            "pool01" if first else "pool02",
            "Lisbon" if first else "Porto",
        )
    for number in range(1, 5):
        add(f"dir{number:02}", result(DIRECTOR, *([stopped] if number == 4 else [])), DIRECTOR, "dirpool", "Lisbon")
    for number in range(1, 9):
        breaks: list[Break] = {3: [unmerged], 6: [locally_blocked("Deny all from DMZ", "1024-65535")]}.get(number, [])
        add(f"med{number:02}", result(MEDIATION, *breaks), MEDIATION, "medpool", "Lisbon" if number < 5 else "Porto")
    for number in range(1, 5):
        found = FAILED if number == 2 else result(CHAT, *([without("in-tcp-5041")] if number == 3 else []))
        add(f"pchat{number:02}", found, CHAT, "chatpool", "Lisbon")
    for number in range(1, 5):
        add(f"owa{number:02}", UNREACHABLE if number == 4 else result(OFFICE), OFFICE, "owapool", "Porto")
    for number in range(1, 5):
        add(f"hlb{number:02}", SKIPPED, (), "pool01" if number < 3 else "pool02", "Lisbon")
    return sources


def mixed_estate() -> list[Source]:
    """An estate that is being moved from Lync Server 2013 to Skype for Business Server 2019."""
    fewer = without("in-tcp-5061")

    def host(name: str, found: dict[str, Any], product: str = "") -> Source:
        return Source(f"{name}.contoso.test", found, COLLOCATED, "pool01", "Lisbon", product=product)

    return [
        host("fe01", result(COLLOCATED)),
        host("fe02", result(COLLOCATED, fewer)),
        host("fe03", UNREACHABLE),
        host("sfb01", result(COLLOCATED, product="skype_2019")),
        host("sfb02", result(COLLOCATED, fewer, product="skype_2019")),
        host("sfb03", UNREACHABLE, "skype_2019"),
    ]


def small_estates() -> dict[str, list[Source]]:
    """Three hosts each, as in somebody's first report, with much that is wrong."""
    blocking = result(MEDIATION, locally_blocked("Deny all from DMZ", "1024-65535"))
    bare = {roles: audit(WindowsModel(), roles) for roles in (STORE, COLLOCATED, DIRECTOR, MEDIATION)}

    def three(*found: tuple[str, dict[str, Any], Iterable[str]]) -> list[Source]:
        return [Source(f"{name}.contoso.test", one, tuple(roles), "pool01", "Lisbon") for name, one, roles in found]

    # Nothing is managed yet, and Lync's own rules, one for each program, let everybody in where a scope is wanted.
    own = [f"CS {name}" for name in ("RTCSRV", "RTCIMMCU", "RTCAVMCU", "RTCASMCU", "RTCDATAMCU", "RTCCAA", "RTCMEDSRV")]
    installed = {f"{{{name}}}": foreign(name, ("App", rf"C:\Lync\{name[3:]}.exe")) for name in own}
    scoped = {"scope": "topology", "peers": {kind.value: ["10.0.0.1", "10.0.0.2"] for kind in Peer if kind not in OPEN}}
    fresh = {
        roles: audit(WindowsModel(local=dict(installed)), roles, **scoped) for roles in (STORE, COLLOCATED, DIRECTOR)
    }
    director, blocked_mediation = ("dir01", bare[DIRECTOR], DIRECTOR), ("med01", blocking, MEDIATION)
    return {
        "hardened": three(("fe01", result(COLLOCATED, hardened), COLLOCATED), director, blocked_mediation),
        "pool": three(*((name, bare[COLLOCATED], COLLOCATED) for name in ("fe01", "fe02")), blocked_mediation),
        "fresh": three(
            ("fe01", fresh[STORE], STORE), ("fe02", fresh[COLLOCATED], COLLOCATED), ("dir01", fresh[DIRECTOR], DIRECTOR)
        ),
        "bare": three(("fe01", bare[STORE], STORE), director, ("med01", bare[MEDIATION], MEDIATION)),
    }


def earlier_estate(sources: list[Source]) -> list[Source]:
    """The same hosts a day before: some were well, some were not, one was not there yet."""
    fine = result(COLLOCATED)
    was = {
        "fe03": fine,
        "fe04": result(COLLOCATED, without("in-tcp-5061")),
        "fe06": fine,
        "fe11": fine,
        "fe07": fine,
        "dir02": UNREACHABLE,
        "med05": result(MEDIATION, without("in-")),
    }
    day_before = [
        Source(one.name, was.get(one.name.split(".")[0], one.result), one.roles, one.pool, one.site)
        for one in sources
        if not one.name.startswith("fe16")
    ]
    return [*day_before, Source("fe00.example.com", fine, COLLOCATED)]


def large_estate(hosts: int = 500, rows: int = 60) -> list[Source]:
    """Many hosts with so many requirements each: every fifth drifted, every fifth blocked, every fiftieth lost."""
    kinds = [
        result(COLLOCATED),
        result(COLLOCATED),
        result(COLLOCATED, hardened),
        result(COLLOCATED, blocked("Block legacy SIP", "5060-5069")),
        result(COLLOCATED),
    ]
    for found in kinds:
        template = found["requirements"]
        found["requirements"] = [
            {**copy.deepcopy(template[place % len(template)]), "id": f"server-{place + 1:02}"} for place in range(rows)
        ]
    sources = []
    for number in range(hosts):
        found = UNREACHABLE if number % 50 == 49 else kinds[number % len(kinds)]
        sources.append(Source(f"fe{number:03}.example.com", found, COLLOCATED, f"pool{number // 12:02}.example.com"))
    return sources


def report(sources: Iterable[Source], created: str = CREATED) -> Report:
    """The report of an estate."""
    return build_report(TITLE, created, sources)


def main(folder: Path) -> None:
    """Write the report of the 40 hosts, with what changed since the day before."""
    from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_html import to_html
    from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
    from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.compare import compare, read_earlier
    from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.remember import remembering

    folder.mkdir(parents=True, exist_ok=True)
    sources = estate()
    now = report(sources)
    before = report(earlier_estate(sources), EARLIER)
    earlier = read_earlier(to_json(before))
    changes = compare(earlier, now)
    now = remembering(now, earlier, lambda _name: "", {}, {})
    (folder / "estate.html").write_bytes(to_html(now, changes))
    (folder / "estate.json").write_bytes(to_json(now, changes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
