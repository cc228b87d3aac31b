# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows host: its registry, services, files, firewall, and how a command line runs on it."""

from __future__ import annotations

import ipaddress
import ntpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lab.edge import EdgeAddresses
from lab.quirks import NO_QUIRKS, Quirks
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
from lab.windows.firewall_log import FirewallLog, LogSettings, log_settings
from lab.windows.firewall_service import FirewallService
from lab.windows.job import in_job, job_refuses
from lab.windows.language_keys import write_language
from lab.windows.netstat import Socket
from lab.windows.policy import DEFAULT_NETWORK, Listener, Network
from lab.windows.process import Console, InputPipe, Life, Process, Sink, nul_input
from lab.windows.programs import PROGRAMS
from lab.windows.registry import Registry
from lab.windows.scheduler import TaskScheduler
from lab.windows.security import ADMINISTRATOR, MACHINE, SYSTEM_TOKEN, TOKENS, Token
from lab.windows.services import RUNNING, SERVICES_KEY, STOPPED, Service, installed_services, start_type
from lab.windows.time_zone import offset_of, write_time_zone
from lab.windows.winrm_listeners import https_ports, winrm_listeners
from lab.windows.wmi import Interface, adapter_id, interface_addresses

Connection = tuple[tuple[str, int], tuple[str, int]]
"""Local and remote end of a TCP connection."""

_INTERFACES_KEY = f"{SERVICES_KEY}\\Tcpip\\Parameters\\Interfaces"
_UAC_KEY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
_LOOPBACK = "127.0.0.0/8"
_LOGS_PID = (2, 31)


@dataclass(frozen=True)
class HostSpec:
    """What a host is before it starts.

    name: inventory name (fe01.contoso.test); address: dotted loopback address; groups: inventory groups;
    registry: starting registry (copied, never changed); listeners: its network services; services: names of the
    installed services besides the standard ones, described by their registry keys; version: as `ver` prints it;
    https: whether WinRM's HTTPS listeners have a certificate, and so speak TLS;
    interfaces: the main one first, whose network's profile is the host's (quirk `profile`); packets for an address of
    another are filtered by that one's; role_listeners: what its roles listen on, also where nothing does; account: the
    local account to log in with that is no built-in one, if there is one; in_domain: whether it is a member of one;
    product: which product it runs; edge: an Edge Server's addresses.
    """

    name: str
    address: str
    groups: tuple[str, ...]
    registry: Registry
    listeners: tuple[Listener, ...] = ()
    quirks: Quirks = NO_QUIRKS
    schema_version: tuple[int, int] = (2, 22)
    version: str = "6.3.9600"
    network: Network = DEFAULT_NETWORK
    winrm_port: int = 5985
    https: bool = False
    services: tuple[str, ...] = ()
    interfaces: tuple[Interface, ...] = (Interface(),)
    programs: tuple[str, ...] = ()
    role_listeners: tuple[Listener, ...] = ()
    account: str = ""
    in_domain: bool = True
    product: str = "lync_2013"
    edge: EdgeAddresses | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that traffic reaches it by, the main one first: those on loopback."""
        further = (each for at in self.interfaces[1:] for each in (at.address, *at.further) if each is not None)
        return (self.address, *(each for each in further if each.startswith("127.")))


@dataclass(frozen=True)
class Result:
    """The result of a command line: standard output, standard error, exit code."""

    stdout: bytes
    stderr: bytes
    code: int


class Host:
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

    def set_interfaces(self, interfaces: tuple[Interface, ...]) -> None:
        """Give the host these network interfaces, the main one first; the registry tells their addresses."""
        self.interfaces = interfaces
        self._write_addresses()

    @property
    def addresses(self) -> tuple[tuple[Interface, str, int], ...]:
        """Each interface with its IPv4 address and the length of its subnet's prefix."""
        length = int(self.network.local_subnet.partition("/")[2])
        return interface_addresses(self.interfaces, self.spec.address, length)

    def _write_addresses(self) -> None:
        by_adapter: dict[str, list[tuple[str, int]]] = {}
        for at, address, length in self.addresses:
            by_adapter.setdefault(adapter_id(self.computer_name, at.index), []).append((address, length))
        for adapter, known in by_adapter.items():
            key = self.registry.create(f"{_INTERFACES_KEY}\\{adapter}")
            key.set_dword("EnableDHCP", 0)
            masks = (str(ipaddress.IPv4Network(f"0.0.0.0/{length}").netmask) for _unused, length in known)
            key.set("IPAddress", "REG_MULTI_SZ", "\\0".join(address for address, _unused in known))
            key.set("SubnetMask", "REG_MULTI_SZ", "\\0".join(masks))

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
    def computer_name(self) -> str:
        """The NetBIOS-like computer name."""
        return self.spec.name.partition(".")[0].upper()

    @property
    def profile(self) -> str:
        """The firewall profile in use: Domain, Private or Public."""
        return self.quirks.profile

    @property
    def network(self) -> Network:
        """How the host sees the network of its main interface."""
        network = self.spec.network
        return replace(network, local_subnet=_LOOPBACK) if self.quirks.same_subnet else network

    def _arrives_by(self, address: str) -> tuple[Interface, int] | None:
        """The further interface that a packet for ``address`` comes in by, and its prefix; None: the main one."""
        for at, own, length in self.addresses:
            if own == address:
                return None if at == self.interfaces[0] else (at, length)
        return None

    def profile_at(self, address: str) -> str:
        """The profile that filters what comes in for one of the host's addresses."""
        found = self._arrives_by(address)
        return self.profile if found is None else found[0].profile or self.profile

    def network_at(self, address: str) -> Network:
        """How the host sees the network that one of its addresses is in."""
        found = self._arrives_by(address)
        if found is None or self.quirks.same_subnet:
            return self.network
        return replace(self.network, local_subnet=str(ipaddress.IPv4Network((address, found[1]), strict=False)))

    @property
    def winrm_token(self) -> Token:
        """Who WinRM's user is: by the quirk ``token``, unless it is a local account that is filtered from afar.

        Members of Administrators, but for the built-in one, get a filtered token over the network as long as
        LocalAccountTokenFilterPolicy is not 1 and UAC (EnableLUA) is on: Microsoft KB 951016.
        """
        token = TOKENS[self.quirks.token]
        if not self.spec.account:
            return token
        if token.kind == "admin" and self.filters_local_accounts:
            token = TOKENS["filtered"]
        return replace(token, user=f"{MACHINE}-1001", name=self.spec.account)

    @property
    def filters_local_accounts(self) -> bool:
        """Whether a local administrator that is not the built-in one is nobody special over the network."""
        key = self.registry.find(_UAC_KEY)
        if key is None:
            return True
        return key.dword("LocalAccountTokenFilterPolicy") != 1 and key.dword("EnableLUA") != 0

    @property
    def refuses_account(self) -> bool:
        """Whether WinRM has nothing for its user, who is no administrator from afar."""
        return bool(self.spec.account) and self.quirks.token == "admin" and self.filters_local_accounts

    @property
    def version(self) -> str:
        """The Windows version as `ver` prints it."""
        return self.spec.version

    def log_settings(self, address: str) -> LogSettings:
        """What the firewall logs now of new traffic for one of the host's addresses."""
        other = self.quirks.firewall_product is not None
        return log_settings(None if other else self.firewall.policy, self.profile_at(address))

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
