# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Management service of one host: which action does what ([MS-WSMV] 3.1.4; DSP0226 for faults).

Create, Command, Send, Receive, Signal, Delete and Get on the cmd shell resource; Get on `config` gives the quotas.
Requests for WMI classes go to `enumeration`.
It knows nothing of HTTP or authentication: it takes a parsed request and gives a body, or raises WsmanFault.
"""

from __future__ import annotations

import base64
import binascii
import time
import uuid
from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from lab.host import Host
from lab.windows.create_process import split_program
from lab.windows.process import Console
from lab.winrm.enumeration import WmiEnumerations, is_wmi_resource
from lab.winrm.faults import (
    access_denied,
    concurrency,
    file_not_found,
    invalid_parameter,
    invalid_selectors,
    operations_limit,
    quota_limit,
    resource_not_found,
    timed_out,
    users_limit,
)
from lab.winrm.shells import Command, Shell
from lab.winrm.soap import (
    SHELL,
    TRANSFER,
    Request,
    WsmanFault,
    answer,
    invalid_message,
    parse_duration,
)

CMD_RESOURCE = f"{SHELL}/cmd"
CONFIG_RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/config"
POWERSHELL_RESOURCES = "http://schemas.microsoft.com/powershell/"
"""Session configurations of PowerShell. The hosts refuse all of them, as after `Disable-PSRemoting`, and count."""
_CONFIG_NAMESPACE = "http://schemas.microsoft.com/wbem/wsman/1/config"
_STATE = f"{SHELL}/CommandState"
BROKEN_PIPE, ACTION_NOT_SUPPORTED, MIN_ENVELOPE_SIZE = 109, 2150858771, 2150858878
_TERMINATE = f"{SHELL}/signal/terminate"
_SIGNALS = frozenset({_TERMINATE, f"{SHELL}/signal/ctrl_c", f"{SHELL}/signal/ctrl_break", "powershell/signal/ctrl_c"})
"""SignalCodeEnumeration ([MS-WSMV] 2.2.5.6), in small letters: the text of 3.1.4.12 has `Terminate` too."""
_FIRST_TO_IGNORE = (6, 3)
_MAX_TIMEOUT = 60.0
_LEAST_ENVELOPE = 8192
_OVERHEAD = 2048
"""Bytes of an answer's envelope besides its streams, generously."""


class WsmanService:
    """WinRM of one host, without its transport."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._shells: dict[str, Shell] = {}
        self._enumerations = WmiEnumerations(host)

    @property
    def shell_count(self) -> int:
        """Shells open now."""
        return len(self._shells)

    def drop_shells(self) -> None:
        """All shells vanish, with what runs in them."""
        for shell in self._shells.values():
            shell.close()
        self._shells.clear()

    async def handle(self, request: Request, user: str, client_ip: str) -> bytes:
        """Answer a request of an authenticated user. Raises WsmanFault."""
        name = operation_name(request)
        if self._host.refuses_account:
            raise access_denied()
        if request.resource.lower().startswith(POWERSHELL_RESOURCES):
            self._host.stats.powershell += 1
            raise access_denied()
        if is_wmi_resource(request.resource):
            self._check_envelope(request)
            if self._host.quirks.deny_create:
                raise access_denied()
            return self._enumerations.handle(name, request, user)
        operation = _OPERATIONS.get(name)
        if operation is None:
            raise WsmanFault(
                ACTION_NOT_SUPPORTED, "a:ActionNotSupported", "The action is not supported by the service."
            )
        if request.resource == CONFIG_RESOURCE and name == "Get":
            return self._config(request)
        if request.resource.rstrip("/") not in (CMD_RESOURCE, SHELL):
            raise resource_not_found()
        self._check_envelope(request)
        self._expire()
        return await operation(self, request, user, client_ip)

    def _check_envelope(self, request: Request) -> None:
        if request.max_envelope < _LEAST_ENVELOPE:
            raise WsmanFault(MIN_ENVELOPE_SIZE, "w:EncodingLimit", "MaxEnvelopeSize is less than 8192.")

    def _expire(self) -> None:
        now = time.monotonic()
        for shell in list(self._shells.values()):
            if not shell.requests and now - shell.touched > shell.idle_timeout:
                shell.close()
                del self._shells[shell.shell_id]

    def _shell(self, request: Request, user: str) -> Shell:
        shell = self._shells.get(request.selectors.get("ShellId", "").upper())
        if shell is None:
            raise invalid_selectors()
        if shell.owner.lower() != user.lower():
            raise access_denied()
        shell.touched = time.monotonic()
        return shell

    async def _create(self, request: Request, user: str, client_ip: str) -> bytes:
        body = _body(request, "Shell")
        if self._host.quirks.deny_create:
            raise access_denied()
        owners = {shell.owner.lower() for shell in self._shells.values()} - {user.lower()}
        if len(owners) + self._host.quirks.other_users >= self._host.quirks.max_users:
            raise users_limit()
        if len(self._shells) >= self._host.quirks.max_shells:
            raise quota_limit()
        idle = body.findtext(f"{{{SHELL}}}IdleTimeOut") or body.findtext(f"{{{SHELL}}}IdleTimeout")
        codepage = request.options.get("WINRS_CODEPAGE", "437")
        if not codepage.isdecimal():
            raise invalid_message("WINRS_CODEPAGE is not a number")
        shell = Shell(
            owner=user,
            client_ip=client_ip,
            console=Console(int(codepage)),
            environment={
                variable.get("Name", ""): variable.text or "" for variable in body.iter(f"{{{SHELL}}}Variable")
            },
            idle_timeout=parse_duration(idle) if idle and idle.startswith("P") else 7200.0,
        )
        self._shells[shell.shell_id] = shell
        return answer(
            f"{TRANSFER}/CreateResponse",
            request.message_id,
            f"<x:ResourceCreated><a:Address>http://{self._host.spec.address}:{self._host.spec.winrm_port}/wsman"
            f"</a:Address><a:ReferenceParameters><w:ResourceURI>{CMD_RESOURCE}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{shell.shell_id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated>{self._shell_xml(shell)}",
        )

    def _shell_xml(self, shell: Shell) -> str:
        now = time.monotonic()
        return (
            f"<rsp:Shell><rsp:ShellId>{shell.shell_id}</rsp:ShellId>"
            f"<rsp:ResourceUri>{CMD_RESOURCE}</rsp:ResourceUri>"
            f"<rsp:Owner>{escape(f'{self._host.computer_name}{chr(92)}{shell.owner}')}</rsp:Owner>"
            f"<rsp:ClientIP>{shell.client_ip}</rsp:ClientIP>"
            f"<rsp:IdleTimeOut>PT{shell.idle_timeout:.3f}S</rsp:IdleTimeOut>"
            "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"
            f"<rsp:ShellRunTime>P0DT0H0M{now - shell.created:.0f}S</rsp:ShellRunTime>"
            f"<rsp:ShellInactivity>P0DT0H0M{now - shell.touched:.0f}S</rsp:ShellInactivity></rsp:Shell>"
        )

    async def _get(self, request: Request, user: str, _client_ip: str) -> bytes:
        return answer(f"{TRANSFER}/GetResponse", request.message_id, self._shell_xml(self._shell(request, user)))

    def _config(self, request: Request) -> bytes:
        quirks = self._host.quirks
        return answer(
            f"{TRANSFER}/GetResponse",
            request.message_id,
            f'<cfg:Config xmlns:cfg="{_CONFIG_NAMESPACE}">'
            f"<cfg:MaxEnvelopeSizekb>{quirks.max_envelope_kb}</cfg:MaxEnvelopeSizekb>"
            f"<cfg:MaxTimeoutms>60000</cfg:MaxTimeoutms><cfg:Winrs>"
            f"<cfg:MaxConcurrentUsers>{quirks.max_users}</cfg:MaxConcurrentUsers>"
            f"<cfg:MaxProcessesPerShell>{quirks.max_processes}</cfg:MaxProcessesPerShell>"
            f"<cfg:MaxMemoryPerShellMB>{quirks.max_memory_mb}</cfg:MaxMemoryPerShellMB>"
            f"<cfg:MaxShellsPerUser>{quirks.max_shells}</cfg:MaxShellsPerUser></cfg:Winrs></cfg:Config>",
        )

    async def _command(self, request: Request, user: str, _client_ip: str) -> bytes:
        shell = self._shell(request, user)
        body = _body(request, "CommandLine")
        if shell.command is not None and not shell.command.done:
            raise concurrency()
        words = [body.findtext(f"{{{SHELL}}}Command") or ""]
        if not words[0].strip():
            raise invalid_parameter()
        words += [element.text or "" for element in body.iter(f"{{{SHELL}}}Arguments")]
        most = self._host.quirks.max_operations
        if most is not None and sum(known.commands for known in self._shells.values() if known.owner == user) >= most:
            raise operations_limit()
        line = " ".join(words)
        directly = self._skips_cmd(request)
        if directly and not self._host.has_program(split_program(line)[0]):
            raise file_not_found()
        shell.commands += 1
        console_input = request.options.get("WINRS_CONSOLEMODE_STDIN", "").upper() == "TRUE"
        shell.command = Command(
            body.get("CommandId", "").upper() or str(uuid.uuid4()).upper(),
            directly=directly,
            endless_input=console_input and self._host.quirks.console_input_endless,
        )
        shell.command.start(self._host, line, shell)
        return answer(
            f"{SHELL}/CommandResponse",
            request.message_id,
            f"<rsp:CommandResponse><rsp:CommandId>{shell.command.command_id}</rsp:CommandId></rsp:CommandResponse>",
        )

    def _skips_cmd(self, request: Request) -> bool:
        """Whether the command is to run without cmd.exe; releases since 2012 R2 ignore the wish ([MS-WSMV] <117>)."""
        if request.options.get("WINRS_SKIP_CMD_SHELL", "").upper() != "TRUE":
            return False
        wish = self._host.quirks.skip_cmd_shell
        release = tuple(int(part) for part in self._host.version.split(".")[:2])
        return wish == "honoured" or (wish == "by-release" and release < _FIRST_TO_IGNORE)

    def _running(self, shell: Shell, command_id: str) -> Command:
        if shell.command is None or shell.command.command_id != command_id.upper():
            raise invalid_selectors()
        return shell.command

    async def _send(self, request: Request, user: str, _client_ip: str) -> bytes:
        shell = self._shell(request, user)
        for stream in _body(request, "Send").iter(f"{{{SHELL}}}Stream"):
            command = self._running(shell, stream.get("CommandId", ""))
            if command.done:
                raise WsmanFault(BROKEN_PIPE, "w:InternalError", "The pipe has been ended.", sender=False)
            try:
                data = base64.b64decode(stream.text or "", validate=False)
            except binascii.Error:
                raise invalid_message("stream data is not base64") from None
            end = stream.get("End", "").lower() in ("true", "1")
            end = end and not command.endless_input
            command.stdin.feed(b"" if self._host.quirks.send_lost else data, end=end)
        return answer(f"{SHELL}/SendResponse", request.message_id, "<rsp:SendResponse/>")

    async def _receive(self, request: Request, user: str, _client_ip: str) -> bytes:
        shell = self._shell(request, user)
        desired = _body(request, "Receive").find(f"{{{SHELL}}}DesiredStream")
        if desired is None:
            raise invalid_message("no DesiredStream")
        command = self._running(shell, desired.get("CommandId", ""))
        shell.requests += 1
        try:
            in_time = await command.wait(min(request.timeout, _MAX_TIMEOUT))
        finally:
            shell.requests -= 1
            shell.touched = time.monotonic()
        if not in_time:
            raise timed_out()
        return answer(
            f"{SHELL}/ReceiveResponse",
            request.message_id,
            self._streams(command, (desired.text or "").split(), request.max_envelope),
        )

    def _streams(self, command: Command, names: list[str], max_envelope: int) -> str:
        """One piece of each stream; when all is given, their ends and the exit code."""
        most = min(self._host.quirks.receive_size, (max_envelope - _OVERHEAD) * 3 // 8)
        identity = f'CommandId="{command.command_id}"'
        xml = "<rsp:ReceiveResponse>"
        for name in names:
            piece = command.take(name, most) if name in command.buffers else b""
            if piece:
                text = base64.b64encode(piece).decode()
                xml += f'<rsp:Stream Name="{name}" {identity}>{text}</rsp:Stream>'
        if not command.done or command.has_more(names):
            return f'{xml}<rsp:CommandState {identity} State="{_STATE}/Running"/></rsp:ReceiveResponse>'
        for name in names:
            xml += f'<rsp:Stream Name="{name}" {identity} End="true"></rsp:Stream>'
        return (
            f'{xml}<rsp:CommandState {identity} State="{_STATE}/Done">'
            f"<rsp:ExitCode>{command.exit_code}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"
        )

    async def _signal(self, request: Request, user: str, _client_ip: str) -> bytes:
        shell = self._shell(request, user)
        body = _body(request, "Signal")
        command = self._running(shell, body.get("CommandId", ""))
        code = (body.findtext(f"{{{SHELL}}}Code") or "").strip().lower()
        if code not in _SIGNALS:
            if self._host.quirks.unknown_signal == "fault":
                raise invalid_message("the code of the signal is none of SignalCodeEnumeration")
            if self._host.quirks.unknown_signal == "ignored":
                return answer(f"{SHELL}/SignalResponse", request.message_id, "<rsp:SignalResponse/>")
        command.terminate()
        if code == _TERMINATE:
            shell.command = None
        return answer(f"{SHELL}/SignalResponse", request.message_id, "<rsp:SignalResponse/>")

    async def _delete(self, request: Request, user: str, _client_ip: str) -> bytes:
        shell = self._shell(request, user)
        shell.close()
        del self._shells[shell.shell_id]
        return answer(f"{TRANSFER}/DeleteResponse", request.message_id, "")


def operation_name(request: Request) -> str:
    """The last part of the action: Create, Command, Send, …, Enumerate, or an unknown one."""
    return request.action.rstrip("/").rpartition("/")[2]


def _body(request: Request, name: str) -> Element:
    if request.body is None or request.body.tag != f"{{{SHELL}}}{name}":
        raise invalid_message(f"the body is not rsp:{name}")
    return request.body


_Operation = Callable[[WsmanService, Request, str, str], Awaitable[bytes]]
_OPERATIONS: dict[str, _Operation] = {
    "Create": WsmanService._create,
    "Get": WsmanService._get,
    "Command": WsmanService._command,
    "Send": WsmanService._send,
    "Receive": WsmanService._receive,
    "Signal": WsmanService._signal,
    "Delete": WsmanService._delete,
}
