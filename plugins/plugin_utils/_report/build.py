# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of `lync_firewall_info` and `lync_firewall`, as registered for many hosts, to one report.

A result is read as data of somebody else: whatever is not as it should be makes that one host ``failed``, with a
message, and never the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils._firewall.change.by_policy import OLD_POLICY
from ...module_utils._firewall.traffic.reasons import Reason, Status
from ...module_utils._policy.wider import in_words
from ...module_utils._texts import first_few, printable, said
from .classify import classify_run, is_refused, only_narrows, settled
from .from_files import sentences
from .logged import with_log
from .model import (
    HostClass,
    Report,
    ReportHost,
    sorted_report,
)
from .parts import (
    ResultError,
    count_of,
    flag_of,
    foreign_of,
    judged_from_of,
    list_of,
    mapping_of,
    profile_of,
    said_texts_of,
    service_of,
    text_of,
    texts_of,
)
from .probed import with_probes
from .read_cell import LONGEST_TEXT, read_cell, read_finding, shown

_LONGEST_END = 500
_LONGEST_COMMAND = 8191
_FEW = 3
_SPACE = re.compile(r"[\r\n\t]+")
_NEEDS_NONE = "It needs no rules, and has none of ours."
_TAKEN_AWAY = "Its managed rules were taken away on purpose (state absent), and none is left."
_NOT_AUDITED = "The host was not audited: there is no result of it."


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of a host.

    Attributes:
        name: Its name in the inventory.
        result: The registered result, of plain types; None if there is none.
        roles: Its Lync roles, as far as the inventory says.
        pool: Its pool, if the inventory says.
        site: Its site, if the inventory says.
        probes: What a probe from outside saw of its ports, in the result of `lync_port_probe`; None if there was none.
        unasked: The ports that it saw open and nobody asked for.
        product: What runs on it, if its variables say; a result says it itself.
    """

    name: str
    result: Any = None
    roles: tuple[str, ...] = ()
    pool: str = ""
    site: str = ""
    probes: Any = None
    unasked: Any = None
    product: str = ""


def build_report(title: str, created: str, sources: Iterable[Source], check_mode: bool = False) -> Report:
    """Make the report of all hosts.

    Args:
        title: Its heading.
        created: When it is made: UTC, ISO 8601.
        sources: The hosts, in any order; of two of one name the last counts.
        check_mode: Whether the results are of a run in check mode. A result of `lync_firewall` does not say so, and the
            changes it tells of are still to be made then.
    """
    by_name = {source.name: source for source in sources}
    read = (with_probes(_read(one, check_mode), one.probes, one.unasked) for one in by_name.values())
    return sorted_report(title, created, read)


def _read(source: Source, check_mode: bool) -> ReportHost:
    result = source.result
    if result is None:
        return _host(source, HostClass.FAILED, _NOT_AUDITED)
    if not isinstance(result, dict):
        return _host(source, HostClass.FAILED, "What is registered for the host is not the result of a task.")
    message = _message(result.get("msg", ""))
    if result.get("unreachable") is True:
        return _host(source, HostClass.UNREACHABLE, message or "No connection.")
    if result.get("skipped") is True:
        return _host(source, HostClass.NOT_MANAGED, message or "The task was skipped.")
    if "requirements" not in result:
        return _host(source, HostClass.FAILED, message or _NOT_AUDITED)
    try:
        return _read_result(source, result, check_mode)
    except ResultError as error:
        return _host(source, HostClass.FAILED, f"The host's result cannot be read: {error}")


def _read_result(source: Source, result: Mapping[str, Any], check_mode: bool) -> ReportHost:
    enforced = "after" in result
    state = mapping_of(result, "after") if enforced else result
    rows = [(item, read_finding(item)) for item in list_of(result, "requirements")]
    # Behind another firewall product everything is unknown, and managed rules in place do not make that compliant.
    closed = any(found.verdict is Status.CLOSED or found.reason == Reason.OTHER_FIREWALL for _item, found in rows)
    wide = failing_rows(result)
    plan: Mapping[str, Any] = result if enforced else mapping_of(result, "drift") if "drift" in result else {}
    # What a policy brings of ours and nobody wants so, no run can mend either.
    closed = closed or bool(_policy_names(plan, "policy_stale"))
    if not plan:
        host_class, message = HostClass.FAILED, "The host was read without its roles, so nothing could be judged."
    elif enforced:
        host_class, message = classify_run(result, closed or wide > 0, check_mode)
    elif flag_of(plan, "found"):
        host_class, message = HostClass.DRIFTED, ""
    elif not rows and plan.get("kept") == [] and not list_of(plan, "refused") and not flag_of(result, "failed"):
        on_purpose = result.get("state") == "absent"
        host_class, message = HostClass.NOT_MANAGED, _TAKEN_AWAY if on_purpose else _NEEDS_NONE
    else:
        # What is refused will be refused by every run, so it is no drift; and compliant the host is not.
        found = closed or wide > 0 or bool(list_of(plan, "refused"))
        host_class, message = settled(found, flag_of(result, "failed")), _too_wide(wide)
    # What a finished run has sent is no longer to be sent.
    to_do = not enforced or host_class in (HostClass.DRIFTED, HostClass.FAILED)
    commands = tuple(said(line, _LONGEST_COMMAND) for line in texts_of(plan, "commands")) if to_do else ()
    folded = [command.casefold() for command in commands]
    cells = [read_cell(item, finding, folded) for item, finding in rows]
    judged_from = judged_from_of(result)
    lacking, outdated = (said_texts_of(result, key) for key in ("lacking", "outdated"))
    messages = [
        _message(result.get("msg", "")) if flag_of(result, "failed") else _refusals(plan),
        message,
        _by_policy(plan),
        "" if flag_of(result, "failed") else _old_policy(plan),
        sentences(judged_from, lacking, outdated),
    ]
    host = ReportHost(
        name=source.name,
        host_class=host_class,
        message=" ".join(text for text in messages if text),
        roles=_roles(source, result),
        pool=source.pool,
        site=source.site,
        service=service_of(mapping_of(state, "service")),
        profiles={str(name): profile_of(item) for name, item in mapping_of(state, "profiles").items()},
        managed_rules=len(list_of(state, "rules")) + count_of(state, "rules_left_out"),
        commands=commands,
        cells=tuple(sorted(cells, key=lambda cell: cell.requirement)),
        disabled_lync_rules=shown(texts_of(result, "disabled_lync_rules")),
        skipped_rows=texts_of(result, "skipped_rows"),
        policy_rules=len(_policy_names(plan, "by_policy")) + len(_policy_names(plan, "policy_stale")),
        stale=_stale(plan, enforced) if result.get("state") != "absent" else 0,
        refused=is_refused(result),
        foreign=foreign_of(_compared(mapping_of(result, "foreign"), enforced)) if "foreign" in result else None,
        narrowing=only_narrows(plan, rows) if host_class is HostClass.DRIFTED else False,
        judged_from=judged_from,
        assumptions=said_texts_of(result, "assumptions"),
        lacking=lacking,
        outdated=outdated,
        product=said(text_of(result, "product")) if "product" in result else source.product,
    )
    return with_log(host, result)


def _compared(foreign: Mapping[str, Any], enforced: bool) -> dict[str, Any]:
    """What is not ours, as it is now, and what differs from before the run, or from when a plan was made."""
    if enforced:
        now = {"rules": count_of(foreign, "rules_after"), "sha256": text_of(foreign, "sha256_after")}
        return {**now, "compared": "run", "differences": _told(foreign)}
    found = {"rules": count_of(foreign, "rules"), "sha256": text_of(foreign, "sha256")}
    if "since_plan" not in foreign:
        return found
    return {**found, "compared": "plan", "differences": _told(mapping_of(foreign, "since_plan"))}


def _told(item: Mapping[str, Any]) -> list[str]:
    return [said(text) for text in texts_of(item, "differences")]


def _stale(plan: Mapping[str, Any], enforced: bool) -> int:
    """Managed rules that nothing asks for; those that a run has deleted are there no more."""
    return sum(not (enforced and flag_of(item, "deleted")) for item in list_of(plan, "stale"))


def failing_rows(result: Mapping[str, Any]) -> int:
    """How many rows are wider than wanted, where that is a failure; earlier versions said nothing of it.

    Raises:
        ResultError: The result is none that a module returns.
    """
    count = mapping_of(result, "wider") if "wider" in result else {}
    return count_of(count, "rows") if flag_of(count, "fails") else 0


def _too_wide(rows: int) -> str:
    """Why a host is ineffective of which each requirement may be open."""
    if not rows:
        return ""
    are = "is" if rows == 1 else "are"
    return f"On this host there {are} {in_words(rows, 0)}: rules of others admit more, and on_wider is fail."


def _host(source: Source, host_class: HostClass, message: str) -> ReportHost:
    """A host of which there is nothing more to say."""
    return ReportHost(source.name, host_class, message, source.roles, source.pool, source.site, product=source.product)


def _roles(source: Source, result: Mapping[str, Any]) -> tuple[str, ...]:
    """The roles the task was given, if Ansible tells, else those of the inventory."""
    invocation = result.get("invocation")
    given = invocation.get("module_args") if isinstance(invocation, dict) else None
    roles = given.get("roles") if isinstance(given, dict) else None
    if isinstance(roles, list) and roles and all(isinstance(role, str) for role in roles):
        return tuple(roles)
    return source.roles


def _policy_names(plan: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Rules of ours that Group Policy brings; results of older versions do not tell."""
    return texts_of(plan, key) if key in plan else ()


def _by_policy(plan: Mapping[str, Any]) -> str:
    count = len(_policy_names(plan, "by_policy"))
    return f"By Group Policy: {count} rule{'' if count == 1 else 's'} of ours." if count else ""


def _old_policy(plan: Mapping[str, Any]) -> str:
    names = _policy_names(plan, "policy_stale")
    if not names:
        return ""
    named = first_few([said(name) for name in names], _FEW)
    return _message(f"Group Policy brings rules of ours that are not wanted so: {named}. Remedy: {OLD_POLICY}.")


def _refusals(plan: Mapping[str, Any]) -> str:
    refused = [f"{text_of(item, 'subject')}: {text_of(item, 'reason')}" for item in list_of(plan, "refused")]
    return _message(f"Refused: {'; '.join(refused)}.") if refused else ""


def _message(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if len(text) > LONGEST_TEXT:
        # The end stays: of an error in a template that is where ansible-core says what is wrong.
        text = f"{text[: LONGEST_TEXT - _LONGEST_END]} … {text[-_LONGEST_END:]}"
    return printable(_SPACE.sub(" ", text))
