# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows host: its registry, services, files, firewall, and how a command line runs on it."""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lab.host_account import AccountOfHost
from lab.host_network import NetworkOfHost
from lab.host_spec import HostSpec
from lab.ready_logs import LogFile
from lab.second_administrator import SecondAdministrator
from lab.stats import Stats
from lab.windows.clock import HostClock
from lab.windows.cmd import is_batch_file, run_line
from lab.windows.cmd_search import ProgramRun, find_program, own_program
from lab.windows.cmd_syntax import expand
from lab.windows.create_process import run_directly
from lab.windows.environment import SYSTEM_VARIABLES, account_environment
from lab.windows.filesystem import FileSystem
from lab.windows.firewall_log import FirewallLog
from lab.windows.firewall_service import FirewallService
from lab.windows.job import in_job, job_refuses
from lab.windows.language_keys import write_language
from lab.windows.netstat import Socket
from lab.windows.policy import Listener
from lab.windows.process import Console, InputPipe, Life, Process, Sink, nul_input
from lab.windows.programs import PROGRAMS
from lab.windows.scheduler import TaskScheduler
from lab.windows.security import ADMINISTRATOR, SYSTEM_TOKEN, Token
from lab.windows.services import RUNNING, SERVICES_KEY, STOPPED, Service, installed_services, start_type
from lab.windows.time_zone import offset_of, write_time_zone
from lab.windows.winrm_listeners import https_ports, winrm_listeners

_LOGS_PID = (2, 31)
Connection = tuple[tuple[str, int], tuple[str, int]]
"""Local and remote end of a TCP connection."""


@dataclass(frozen=True)
class Result:
    """The result of a command line: standard output, standard error, exit code."""

    stdout: bytes
    stderr: bytes
    code: int


class Host(NetworkOfHost, AccountOfHost):
    """A running host. ``on_change`` is called whenever what gets in may have changed."""

    def __init__(self, spec: HostSpec, on_change: Callable[[Host], None] = lambda _: None) -> None:
        self.spec = spec
        self.on_change = on_change
        self.stats = Stats()
        self.quirks = spec.quirks
        self.quirks_generation = 0
        self.clock = HostClock(self.quirks.minute, offset_of(self.quirks.time_zone))
        self.firewall_log = FirewallLog(lambda: self.files, self.clock.now, lambda: self._logs_pid)
        self.scheduler = TaskScheduler(self)
        self.second_administrator = SecondAdministrator(self)
        self.scheduler.on_register = self.second_administrator.task_registered
        # Local and remote address and port of every connection that stands; who owns the sockets tells.
        self.connections: Callable[[], Iterable[Connection]] = lambda: ()
        self._prepare()

    def _prepare(self) -> None:
        self.registry = self.spec.registry.copy()
        self.files = FileSystem()
        if self.spec.account:
            self.files.make_folder(f"C:\\Users\\{self.spec.account}\\AppData\\Local\\Temp")
        for program in self.spec.programs:
            self.files.make_folder(ntpath.dirname(program))
            self.files.write(program, b"MZ")
        self.program_runs: list[ProgramRun] = []
        self.waiting: list[tuple[str, Callable[[], object]]] = []
        self.services = installed_services(self.registry, self.spec.services)
        self.unlisted_winrm_ports: tuple[int, ...] = ()
        self.other_sockets: tuple[Socket, ...] = ()
        self.not_listening: frozenset[tuple[str, int, int]] = frozenset()
        self.on_the_way: dict[tuple[int, int], str] = {}
        self.set_interfaces(self.spec.interfaces)
        write_language(self.registry, self.quirks.language)
        write_time_zone(self.registry, offset_of(self.quirks.time_zone))
        for key in ("ActiveComputerName", "ComputerName"):
            named = self.registry.create(rf"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\{key}")
            named.set("ComputerName", "REG_SZ", self.computer_name)
        self.registry.create(r"HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates\CA")  # on every Windows
        self.registry.create(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN")
        self.firewall = FirewallService(self.registry, lambda: self.on_change(self))
        self.read_winrm_policy()
        self._apply_mpssvc(initial=True)

    def read_winrm_policy(self) -> None:
        """WinRM looks which listeners it shall have: when it starts, and when Group Policy was refreshed."""
        addresses = self.spec.addresses
        self.winrm_listeners = winrm_listeners(self.registry, addresses, self.unlisted_winrm_ports)
        self.winrm_https_ports = https_ports(self.registry, addresses) if self.spec.https else frozenset()

    def _apply_mpssvc(self, *, initial: bool) -> None:
        """Bring MpsSvc into the state the quirk names."""
        service = self.services["MPSSVC"]
        key = self.registry.create(f"{SERVICES_KEY}\\MpsSvc")
        if self.quirks.mpssvc == "disabled":
            key.set_dword("Start", 4)
        elif initial and self.quirks.mpssvc == "running" and key.dword("Start") == 4:
            key.set_dword("Start", 2)
        if self.quirks.mpssvc == "running":
            self.start_service(service)
        else:
            service.state = STOPPED
            self.firewall.stop()

    @property
    def name(self) -> str:
        """The inventory name."""
        return self.spec.name

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The network services that run now, WinRM apart."""
        return tuple(one for one in self.spec.listeners if not self.is_stopped(one))

    def is_stopped(self, listener: Listener) -> bool:
        """Whether the service of a listener has been stopped, at its address or at all of them."""
        key = (listener.protocol, listener.port)
        return ("", *key) in self.not_listening or (listener.address, *key) in self.not_listening

    @property
    def version(self) -> str:
        """The Windows version as `ver` prints it."""
        return self.spec.version

    @property
    def _logs_pid(self) -> bool:
        by_release = self.schema_version >= _LOGS_PID
        return {"yes": True, "no": False}.get(self.quirks.log_pid, by_release)

    @property
    def schema_version(self) -> tuple[int, int]:
        """Version of the rule strings the host's service writes."""
        return self.spec.schema_version

    def put_log(self, log: LogFile) -> None:
        """Let a log of the firewall stand there, one that is locked until the host is reset or restarts."""
        path = expand(log.path, SYSTEM_VARIABLES)
        self.files.write(path, log.data, token=SYSTEM_TOKEN)
        if log.locked:
            self.files.open(path, SYSTEM_TOKEN, share="")

    def start_service(self, service: Service) -> None:
        """Start an installed service; MpsSvc then begins to filter with what stands in the registry."""
        service.state = RUNNING
        if service.name == "MpsSvc":
            self.firewall.start()
        elif service.name == "WinRM":
            self.read_winrm_policy()
            self.on_change(self)

    def set_quirks(self, changes: Mapping[str, object]) -> None:
        """Change quirks; counting starts anew. Raises QuirkError."""
        before = self.quirks
        self.quirks = before.with_changes(changes)
        self.quirks_generation += 1
        self.second_administrator.start_counting()
        self.clock.set_minute(self.quirks.minute)
        self._write_addresses()
        if "time_zone" in changes:
            self.clock.set_offset(offset_of(self.quirks.time_zone))
            write_time_zone(self.registry, offset_of(self.quirks.time_zone))
        if "language" in changes:
            write_language(self.registry, self.quirks.language)
        if "mpssvc" in changes:
            self._apply_mpssvc(initial=False)
        self.on_change(self)

    def set_profile(self, profile: str) -> None:
        """Let the host see its network as Domain, Private or Public."""
        self.quirks = self.quirks.with_changes({"profile": profile})  # without counting anew
        self.on_change(self)

    def reset(self) -> None:
        """Back to the starting state, quirks included."""
        self.quirks = self.spec.quirks
        self.quirks_generation += 1
        self.second_administrator.start_counting()
        self.clock.set_minute(self.quirks.minute)
        self.clock.set_offset(offset_of(self.quirks.time_zone))
        self.stats = Stats()
        self.scheduler.clear()
        self._prepare()

    def reboot(self) -> None:
        """Stop and start: nothing runs on, services come up by their start type, MpsSvc reads the registry."""
        self.scheduler.shut_down()
        self.files.handles.clear()
        self.firewall.stop()
        for service in self.services.values():
            service.state = STOPPED if start_type(self, service.name) == 4 else RUNNING
        self.read_winrm_policy()
        if self.services["MPSSVC"].state == RUNNING:
            self.firewall.start()
        if self.services["SCHEDULE"].state == RUNNING:
            self.scheduler.boot()

    def has_program(self, name: str) -> bool:
        """Whether CreateProcess finds a program of this name for the user of WinRM."""
        own = account_environment(self.winrm_token, self.files, self.registry, self.computer_name)
        return find_program(self.files, name, own) is not None

    async def start_program(self, process: Process, path: str) -> int:
        """Run the program in a file; a file that is none of the lab's programs prints its own text."""
        name = own_program(path)
        if name is None:
            self.note_run(path, process.arguments, process.token)
            process.stdout(self.files.read(path) or b"")
            return 0
        refused = job_refuses(process, name, terminates=self.quirks.memory_terminates)
        if refused:
            return refused
        self.stats.processes[name] += 1
        with in_job(process.life, name):
            return await PROGRAMS[name](replace(process, name=name))

    def bystander_acts(self, command: str) -> None:
        """Let those act who wait for a command such as this one, right before it runs (LabHost.before)."""
        for waiting in [each for each in self.waiting if each[0].lower() in command.lower()]:
            self.waiting.remove(waiting)
            waiting[1]()

    def note_run(self, path: str, arguments: str, token: Token) -> None:
        """Remember that somebody ran a file that is none of Windows' own programs."""
        self.program_runs.append(ProgramRun(path, arguments.strip(), token.name))

    async def execute(
        self,
        line: str,
        *,
        stdin: InputPipe,
        stdout: Sink,
        stderr: Sink,
        environment: Mapping[str, str] | None = None,
        console: Console | None = None,
        token: Token = ADMINISTRATOR,
        as_system: bool = False,
        life: Life | None = None,
        start: str = "",
        directly: bool = False,
    ) -> int:
        """Run a command line under cmd.exe; returns its exit code.

        With ``as_system`` it is the Task Scheduler's: run as LocalSystem, in the system's folders, and not counted
        among the command lines that somebody sent. ``console``: the shell's, else one of its own. ``life`` ends its
        cmd.exe before the next command. ``start``: what cmd.exe is started with before the line; ``directly``: without
        cmd.exe.
        """
        if not as_system:
            self.stats.commands.append(line)
            self.stats.processes["cmd"] += not directly
        token = SYSTEM_TOKEN if as_system else token
        own = account_environment(token, self.files, self.registry, self.computer_name)
        variables = {**own, **{name.upper(): text for name, text in (environment or {}).items()}}
        process = Process(
            self, "cmd", line, stdin, stdout, stderr, variables, token, console or Console(), life or Life()
        )
        if directly:
            return await run_directly(process)
        # The Task Scheduler starts a program itself, and cmd.exe only for a batch file.
        return await run_line(process, autorun=not as_system or is_batch_file(line), start=start)

    async def run(self, line: str, token: Token = ADMINISTRATOR, folder: str | None = None) -> Result:
        """Run a command line as a local administrator would at the console, without input, in UTF-8.

        ``token``: as somebody else; ``folder``: with another current folder than the user's own.
        """
        out: list[bytes] = []
        err: list[bytes] = []
        code = await self.execute(
            line,
            stdin=nul_input(),
            stdout=out.append,
            stderr=err.append,
            console=Console(65001),
            token=token,
            environment={} if folder is None else {"CD": folder},
        )
        return Result(b"".join(out), b"".join(err), code)
