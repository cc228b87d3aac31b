# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of `lync_firewall_info` and `lync_firewall`, as registered for many hosts, to one report.

A result is read as data of somebody else: whatever is not as it should be makes that one host ``failed``, with a
message, and never the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils._firewall.change.by_policy import OLD_POLICY
from ...module_utils._firewall.change.naming import PREFIX
from ...module_utils._firewall.traffic.proportion import Except
from ...module_utils._firewall.traffic.reasons import Reason, Status
from ...module_utils._policy.wider import in_words
from ...module_utils._texts import printable, said
from .model import (
    EVERYBODY,
    Beyond,
    Cell,
    Finding,
    HostClass,
    Report,
    ReportHost,
    ReportRequirement,
    sorted_report,
)
from .parts import (
    ResultError,
    count_of,
    flag_of,
    foreign_of,
    list_of,
    mapping_of,
    profile_of,
    service_of,
    text_of,
    texts_of,
)

_LONGEST_MESSAGE = 2000
_LONGEST_END = 500
_LONGEST_COMMAND = 8191
_MOST_NAMES = 20  # three rules, and the older lists and settings that may decide with them
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
    """

    name: str
    result: Any = None
    roles: tuple[str, ...] = ()
    pool: str = ""
    site: str = ""


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
    return sorted_report(title, created, (_read(source, check_mode) for source in by_name.values()))


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
    rows = [(item, _finding(item)) for item in list_of(result, "requirements")]
    # Behind another firewall product everything is unknown, and managed rules in place do not make that compliant.
    closed = any(found.verdict is Status.CLOSED or found.reason == Reason.OTHER_FIREWALL for _item, found in rows)
    wide = _failing_rows(result)
    plan: Mapping[str, Any] = result if enforced else mapping_of(result, "drift") if "drift" in result else {}
    # What a policy brings of ours and nobody wants so, no run can mend either.
    closed = closed or bool(_policy_names(plan, "policy_stale"))
    if not plan:
        host_class, message = HostClass.FAILED, "The host was read without its roles, so nothing could be judged."
    elif enforced:
        host_class, message = _classify_run(result, closed or wide > 0, check_mode)
    elif flag_of(plan, "found"):
        host_class, message = HostClass.DRIFTED, ""
    elif not rows and plan.get("kept") == [] and not list_of(plan, "refused") and not flag_of(result, "failed"):
        on_purpose = result.get("state") == "absent"
        host_class, message = HostClass.NOT_MANAGED, _TAKEN_AWAY if on_purpose else _NEEDS_NONE
    else:
        # What is refused will be refused by every run, so it is no drift; and compliant the host is not.
        found = closed or wide > 0 or bool(list_of(plan, "refused"))
        host_class, message = _settled(found, flag_of(result, "failed")), _too_wide(wide)
    # What a finished run has sent is no longer to be sent.
    to_do = not enforced or host_class in (HostClass.DRIFTED, HostClass.FAILED)
    commands = tuple(said(line, _LONGEST_COMMAND) for line in texts_of(plan, "commands")) if to_do else ()
    folded = [command.casefold() for command in commands]
    cells = [_cell(item, finding, folded) for item, finding in rows]
    messages = [
        _message(result.get("msg", "")) if flag_of(result, "failed") else _refusals(plan),
        message,
        _by_policy(plan),
        "" if flag_of(result, "failed") else _old_policy(plan),
    ]
    return ReportHost(
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
        disabled_lync_rules=_names(texts_of(result, "disabled_lync_rules")),
        skipped_rows=texts_of(result, "skipped_rows"),
        stale=_stale(plan, enforced) if result.get("state") != "absent" else 0,
        refused=_is_refused(result),
        foreign=foreign_of(_compared(mapping_of(result, "foreign"), enforced)) if "foreign" in result else None,
        narrowing=_only_narrows(plan, rows) if host_class is HostClass.DRIFTED else False,
    )


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


def _is_refused(result: Mapping[str, Any]) -> bool:
    """Whether the guard stopped a run: there were commands, nothing was sent, and nothing changed."""
    return flag_of(result, "failed") and bool(list_of(result, "commands")) and not flag_of(result, "changed")


def _only_narrows(plan: Mapping[str, Any], rows: Iterable[tuple[Any, Finding]]) -> bool:
    """Whether a plan does nothing but admit fewer addresses, by rules that let in at least whom they should."""
    others = ("created", "deleted", "service_changes", "profiles_enabled", "refused")
    changes = [texts_of(rule, "changes") for rule in list_of(plan, "updated")]
    return (
        bool(changes)
        and all(change == ("remote_addresses",) for change in changes)
        and not any(list_of(plan, kind) for kind in others)
        and all(finding.verdict in (Status.OPEN, Status.CONDITIONAL) for _item, finding in rows)
    )


def _failing_rows(result: Mapping[str, Any]) -> int:
    """How many rows are wider than wanted, where that is a failure; earlier versions said nothing of it."""
    count = mapping_of(result, "wider") if "wider" in result else {}
    return count_of(count, "rows") if flag_of(count, "fails") else 0


def _too_wide(rows: int) -> str:
    """Why a host is ineffective of which each requirement may be open."""
    if not rows:
        return ""
    return f"On this host there are {in_words(rows, 0)}: rules of others admit more, and on_wider is fail."


def _classify_run(result: Mapping[str, Any], closed: bool, check_mode: bool) -> tuple[HostClass, str]:
    """Class and message of a host that `lync_firewall` worked on."""
    failed, changed = flag_of(result, "failed"), flag_of(result, "changed")
    if failed and _is_unfinished(result, changed):
        return HostClass.FAILED, ""
    if not failed and not any(list_of(result, kind) for kind in ("requirements", "created", "kept")):
        return HostClass.NOT_MANAGED, f"Its managed rules {'would be' if check_mode and changed else 'are'} taken away."
    if changed and check_mode:
        return HostClass.DRIFTED, "Seen in check mode: the verdicts are those the run would lead to."
    return _settled(closed, failed), f"Repaired by this run: {_work_done(result)}." if changed else ""


def _work_done(result: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{len(list_of(result, kind))} {kind}" for kind in ("created", "updated", "deleted"))
    done = [f"rules {counts}"]
    for key, what in (("service_changes", "firewall service"), ("profiles_enabled", "profiles switched on:")):
        if result.get(key):
            done.append(f"{what} {', '.join(texts_of(result, key))}")
    return "; ".join(done)


def _settled(closed: bool, failed: bool) -> HostClass:
    """The class of a host that has no drift."""
    if closed:
        return HostClass.INEFFECTIVE
    return HostClass.FAILED if failed else HostClass.COMPLIANT


def _is_unfinished(result: Mapping[str, Any], changed: bool) -> bool:
    """Whether a run that failed left its work undone; the other kind did all of it, and some requirement stays closed.

    Undone is: refused, in part or by the guard (commands, and yet nothing changed), rolled back, not seen afterwards.
    """
    if list_of(result, "refused") or result.get("rollback") in ("fired", "armed"):
        return True
    if list_of(result, "commands") and not changed:
        return True
    there = {text_of(rule, "name").casefold() for rule in list_of(mapping_of(result, "after"), "rules")}
    created = {text_of(rule, "name").casefold() for rule in list_of(result, "created")}
    deleted = {name.casefold() for name in texts_of(result, "deleted")}
    return not created <= there or bool(deleted & there)


def _host(source: Source, host_class: HostClass, message: str) -> ReportHost:
    """A host of which there is nothing more to say."""
    return ReportHost(source.name, host_class, message, source.roles, source.pool, source.site)


def _cell(item: Any, finding: Finding, commands: Sequence[str]) -> Cell:
    """A requirement of a result. The commands are case-folded: Windows' names of rules have no case."""
    ports = text_of(item, "ports")
    return Cell(
        requirement=ReportRequirement(
            id=text_of(item, "id"),
            service=text_of(item, "service"),
            ports=ports,
            transports=texts_of(item, "transports"),
            direction=text_of(item, "direction"),
            documented_ports=text_of(item, "documented_ports") if "documented_ports" in item else ports,
            caveat=text_of(item, "caveat") if item.get("caveat") is not None else "",
        ),
        finding=finding,
        by_profile=tuple((str(name), _finding(found)) for name, found in mapping_of(item, "by_profile").items())
        if "by_profile" in item
        else (),
        commands=_remediating(texts_of(item, "rules"), commands) if finding.verdict is not Status.OPEN else (),
        remedy=said(text_of(item, "remedy"), _LONGEST_MESSAGE) if "remedy" in item else "",
        admits=_admits(item),
        wider=_wider(mapping_of(item, "wider")) if "wider" in item else None,
    )


def _admits(item: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Who gets in; what is usual is not said, see `model.admitted`."""
    if "admits" not in item or text_of(item, "direction") != "in":
        return None
    if item["admits"] is None:
        return ("not known",)
    found = texts_of(item, "admits")
    if found == EVERYBODY and item.get("verdict") == Status.OPEN.value:
        return None
    return tuple(map(said, found)) or ("nobody",)


def _wider(item: Mapping[str, Any]) -> Beyond:
    by = texts_of(item, "by")
    return Beyond(
        addresses=tuple(map(said, texts_of(item, "addresses"))),
        by=_names(by[:_MOST_NAMES]),
        profiles=texts_of(item, "profiles"),
        ports=said(text_of(item, "ports")),
        more_rules=count_of(item, "more_rules") + len(by[_MOST_NAMES:]),
        perhaps=flag_of(item, "perhaps"),
    )


def _remediating(keys: Iterable[str], commands: Sequence[str]) -> tuple[int, ...]:
    """Places of the commands that are about rules of these keys: those name them, `LyncOps <key> g<generation>`."""
    names = [f'name="{PREFIX} {key} g'.casefold() for key in keys]
    return tuple(place for place, command in enumerate(commands) if any(name in command for name in names))


def _finding(item: Any) -> Finding:
    verdict = text_of(item, "verdict")
    if verdict not in {known.value for known in Status}:
        raise ResultError(f"{verdict[:40]!r} is no verdict")
    by = texts_of(item, "by")
    return Finding(
        verdict=Status(verdict),
        reason=said(text_of(item, "reason")),
        by=_names(by[:_MOST_NAMES]),
        part=said(text_of(item, "part"), _LONGEST_MESSAGE),
        unprotected=flag_of(item, "unprotected"),
        more_rules=count_of(item, "more_rules") + len(by[_MOST_NAMES:]),
        excepted=_excepted(mapping_of(item, "except")) if "except" in item else None,
    )


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(said, texts))


def _excepted(item: Mapping[str, Any]) -> Except:
    return Except(
        count_of(item, "addresses"), count_of(item, "rules"), texts_of(item, "first"), texts_of(item, "private")
    )


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
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return _message(
        f"Group Policy brings rules of ours that are not wanted so: {', '.join(map(said, names[:_FEW]))}{more}. "
        f"Remedy: {OLD_POLICY}."
    )


def _refusals(plan: Mapping[str, Any]) -> str:
    refused = [f"{text_of(item, 'subject')}: {text_of(item, 'reason')}" for item in list_of(plan, "refused")]
    return _message(f"Refused: {'; '.join(refused)}.") if refused else ""


def _message(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if len(text) > _LONGEST_MESSAGE:
        # The end stays: of an error in a template that is where ansible-core says what is wrong.
        text = f"{text[: _LONGEST_MESSAGE - _LONGEST_END]} … {text[-_LONGEST_END:]}"
    return printable(_SPACE.sub(" ", text))
