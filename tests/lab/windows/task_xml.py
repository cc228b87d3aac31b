# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task definitions as XML: the part of the Task Scheduler schema ([MS-TSCH] 2.5) that the lab runs.

Reading is strict, as the service is: an element that the schema does not have, one out of a trigger's sequence, a
value of the wrong type or missing Actions make the whole definition malformed. The lab's own caution, where nothing
is documented: an encoding declaration in a file that is not UTF-16 is refused, whatever it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
LOCAL_SYSTEM = ("S-1-5-18", "SYSTEM", "NT AUTHORITY\\SYSTEM", "LOCALSYSTEM")
_DEFAULT_LIMIT = timedelta(hours=72)
register_namespace("", NAMESPACE)

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*\sencoding\s*=")


class TaskXmlError(ValueError):
    """The service would not register this definition."""


@dataclass(frozen=True)
class Trigger:
    """``kind`` is RegistrationTrigger, TimeTrigger or BootTrigger; ``start`` the local time of a TimeTrigger.

    ``repeat`` is the interval of a repetition, None for none.
    """

    kind: str
    enabled: bool = True
    start: datetime | None = None
    end: datetime | None = None
    delay: timedelta = timedelta(0)
    repeat: timedelta | None = None


@dataclass(frozen=True)
class TaskDefinition:
    """What a task is. ``user``: SID or name; ``security``: SDDL or empty; ``limit``: its ExecutionTimeLimit, if any."""

    command: str
    arguments: str = ""
    triggers: tuple[Trigger, ...] = ()
    description: str = ""
    security: str = ""
    user: str = ""
    enabled: bool = True
    not_on_batteries: bool = True
    stop_on_batteries: bool = True
    start_when_available: bool = False
    instances: str = "IgnoreNew"
    limit: timedelta | None = _DEFAULT_LIMIT
    xml: str = ""

    @property
    def runs_as_system(self) -> bool:
        """Whether it runs without anybody logged on; other principals need a session, and nobody has one."""
        return self.user.upper() in LOCAL_SYSTEM


def decode_file(content: bytes) -> str:
    """The text of an XML file: UTF-16 with a byte order mark, else UTF-8. Raises TaskXmlError."""
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return re.sub(r"^<\?xml.*?\?>", "", content.decode("utf-16"), count=1)
        if _ENCODING.match(content):
            raise TaskXmlError("(1,40)::ERROR: unable to switch the encoding")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TaskXmlError(f"(1,{error.start})::ERROR: invalid character") from None


def parse_task(text: str) -> TaskDefinition:
    """Read a definition. Raises TaskXmlError with the place and the reason."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise TaskXmlError(f"(1,1)::ERROR: incorrect document syntax ({error})") from None
    if root.tag != f"{{{NAMESPACE}}}Task":
        raise TaskXmlError(f"(1,2):{_name(root)}:ERROR: unexpected root element")
    if root.get("version", "1.2") not in ("1.1", "1.2", "1.3", "1.4"):
        raise TaskXmlError(f"(2,2):version:{root.get('version')}")
    sections = _unique(root, ("RegistrationInfo", "Triggers", "Principals", "Settings", "Data", "Actions"))
    if "Actions" not in sections:
        raise TaskXmlError("(2,2):Task:ERROR: Actions is missing")
    information = _texts(sections.get("RegistrationInfo"), _INFORMATION)
    settings = _texts(sections.get("Settings"), _SETTINGS)
    command, arguments = _action(sections["Actions"])
    limit = settings.get("ExecutionTimeLimit")
    return TaskDefinition(
        command=command,
        arguments=arguments,
        triggers=tuple(_trigger(element) for element in sections.get("Triggers", ())),
        description=information.get("Description", ""),
        security=information.get("SecurityDescriptor", ""),
        user=_principal(sections.get("Principals")),
        enabled=_boolean(settings.get("Enabled", "true"), "Enabled"),
        not_on_batteries=_boolean(settings.get("DisallowStartIfOnBatteries", "true"), "DisallowStartIfOnBatteries"),
        stop_on_batteries=_boolean(settings.get("StopIfGoingOnBatteries", "true"), "StopIfGoingOnBatteries"),
        start_when_available=_boolean(settings.get("StartWhenAvailable", "false"), "StartWhenAvailable"),
        instances=_one_of(settings.get("MultipleInstancesPolicy", "IgnoreNew"), _INSTANCES, "MultipleInstancesPolicy"),
        limit=_DEFAULT_LIMIT if limit is None else (parse_duration(limit) or None),
        xml=_stored_text(root),
    )


def parse_duration(text: str) -> timedelta:
    """A duration such as PT6M; years and months are not simulated. Raises TaskXmlError."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or text.strip() in ("P", "PT") or text.strip().endswith("T"):
        raise TaskXmlError(f"ERROR: incorrect duration {text!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


_INFORMATION = frozenset(
    {"URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description", "Documentation"}
)
_SETTINGS = frozenset({
    "AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries",
    "StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable", "NetworkProfileName",
    "RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden", "DeleteExpiredTaskAfter", "IdleSettings",
    "NetworkSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle", "UseUnifiedSchedulingEngine",
    "DisallowStartOnRemoteAppSession",
})  # fmt: skip
_PRINCIPAL = frozenset(
    {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel", "ProcessTokenSidType", "RequiredPrivileges"}
)
_INSTANCES = ("IgnoreNew", "Parallel", "Queue", "StopExisting")
# The elements of a trigger are a sequence: their order counts.
_BASE = ("Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit")
_TRIGGERS: Mapping[str, tuple[str, ...]] = {
    "RegistrationTrigger": (*_BASE, "Delay"),
    "BootTrigger": (*_BASE, "Delay"),
    "TimeTrigger": (*_BASE, "RandomDelay"),
}


def _name(element: Element) -> str:
    """The local name of an element of the task namespace; one of another namespace keeps it and fits nowhere."""
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def _unexpected(element: Element) -> TaskXmlError:
    return TaskXmlError(f"ERROR: unexpected node {_name(element)}")


def _unique(parent: Element, names: tuple[str, ...] | frozenset[str]) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for element in parent:
        if _name(element) not in names or _name(element) in found:
            raise _unexpected(element)
        found[_name(element)] = element
    return found


def _texts(parent: Element | None, names: frozenset[str]) -> dict[str, str]:
    if parent is None:
        return {}
    return {name: (element.text or "").strip() for name, element in _unique(parent, names).items()}


def _boolean(text: str, name: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise TaskXmlError(f"ERROR: incorrect value {text!r} of {name}")
    return text in ("true", "1")


def _one_of(text: str, values: tuple[str, ...], name: str) -> str:
    if text not in values:
        raise TaskXmlError(f"ERROR: incorrect value {text!r} of {name}")
    return text


def _moment(text: str) -> datetime:
    try:
        moment = datetime.strptime(text.strip()[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise TaskXmlError(f"ERROR: incorrect time {text!r}") from None
    if re.fullmatch(r"(\.\d+)?(Z|[+-]\d\d:\d\d)?", text.strip()[19:]) is None:
        raise TaskXmlError(f"ERROR: incorrect time {text!r}")
    return moment  # the lab's hosts live in UTC


def _trigger(element: Element) -> Trigger:
    order = _TRIGGERS.get(_name(element))
    if order is None:
        raise _unexpected(element)
    parts = _unique(element, order)
    if list(parts) != [name for name in order if name in parts]:
        raise TaskXmlError(f"ERROR: {_name(element)}: elements out of their order: {', '.join(parts)}")
    start, end = (
        _moment(parts[name].text or "") if name in parts else None for name in ("StartBoundary", "EndBoundary")
    )
    if _name(element) == "TimeTrigger" and start is None:
        raise TaskXmlError("ERROR: TimeTrigger: StartBoundary is missing")
    repeat = None
    if "Repetition" in parts:
        interval = _texts(parts["Repetition"], frozenset({"Interval", "Duration", "StopAtDurationEnd"})).get("Interval")
        repeat = parse_duration(interval or "")
        if repeat < timedelta(minutes=1):
            raise TaskXmlError("ERROR: Repetition: the least interval is one minute")
    delay = parts.get("Delay")
    return Trigger(
        kind=_name(element),
        enabled=_boolean((parts["Enabled"].text or "").strip(), "Enabled") if "Enabled" in parts else True,
        start=start,
        end=end,
        delay=timedelta(0) if delay is None else parse_duration(delay.text or ""),
        repeat=repeat,
    )


def _principal(parent: Element | None) -> str:
    if parent is None:
        return ""
    principal = _unique(parent, ("Principal",)).get("Principal")
    values = _texts(principal, _PRINCIPAL)
    _one_of(values.get("RunLevel", "LeastPrivilege"), ("LeastPrivilege", "HighestAvailable"), "RunLevel")
    return values.get("UserId", values.get("GroupId", ""))


def _action(parent: Element) -> tuple[str, str]:
    actions = _unique(parent, ("Exec",))
    if "Exec" not in actions:
        raise TaskXmlError("ERROR: Actions: an Exec is missing")
    values = _texts(actions["Exec"], frozenset({"Command", "Arguments", "WorkingDirectory"}))
    if not values.get("Command"):
        raise TaskXmlError("ERROR: Exec: Command is missing")
    return values["Command"], values.get("Arguments", "")


def _stored_text(root: Element) -> str:
    indent(root)
    return tostring(root, encoding="unicode")


def simple_task(command: str, user: str, trigger: str, fill: Callable[[Element], None]) -> TaskDefinition:
    """What `schtasks /create /tr … /sc …` registers: schtasks builds XML itself. ``fill`` completes the trigger."""
    root = Element(f"{{{NAMESPACE}}}Task", {"version": "1.2"})

    def add(parent: Element, name: str, text: str = "") -> Element:
        child = SubElement(parent, f"{{{NAMESPACE}}}{name}")
        child.text = text or None
        return child

    fill(add(add(root, "Triggers"), trigger))
    if user:
        add(add(add(root, "Principals"), "Principal"), "UserId", user)
    quoted = re.match(r'"([^"]+)"\s*(.*)|(\S+)\s*(.*)', command, re.DOTALL)
    if quoted is None:
        raise TaskXmlError("ERROR: the command is empty")
    action = add(add(root, "Actions"), "Exec")
    add(action, "Command", quoted[1] or quoted[3])
    rest = quoted[2] or quoted[4]
    if rest:
        add(action, "Arguments", rest)
    return parse_task(tostring(root, encoding="unicode"))
