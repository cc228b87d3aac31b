# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny Windows that can restore itself: WindowsModel with a folder of files, one scheduled task, a clock and cmd.

Written from the protocol, without a line of the plugins: it reads the task's XML and the script as it finds them.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost, Output
from ansible_collections.lyncops.firewall.tests.unit.plugins.module_utils._firewall.windows_model import WindowsModel

_NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
_ROOT = r"C:\Windows"
FOLDER = r"C:\Windows\LyncOpsRollback"
_OFF = re.compile(r"advfirewall set (domain|private|public)profile state off")
_REDIRECT = re.compile(r"\s*(?:2>nul|>nul|<nul)\s*$")
_SYSTEM32 = "%SystemRoot%\\System32\\"
_DACL_LIKE_WINDOWS = "D:AI(A;OICIIOID;GA;;;CO)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)"
_TO_FILE = re.compile(r'^(?P<command>.*?)\s*>\s*"(?P<file>[^"]+)"$')
_IF = re.compile(r'if exist "(?P<path>[^"]+)" \((?P<yes>[^()]*)\) else \((?P<no>[^()]*)\)')


@dataclass
class RestoringModel(WindowsModel):
    """One host. A test may set `ignores`, parts of command lines that silently do nothing."""

    files: dict[str, str] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    dacls: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    answers_tasks: bool = True
    now: float = 0.0
    fired: int = 0
    ignores: set[str] = field(default_factory=set)

    def run(self, command: str, stdin: bytes = b"") -> str:
        """As WindowsModel.run, and the rollback's programs beside."""
        if "reg query" in command or command == "netsh" or command.startswith("sc "):
            return super().run(command, stdin)
        return self.autorun + self.cmd(command, stdin)[1]

    def netsh(self, line: str) -> None:
        """As WindowsModel.netsh, and the word "off"."""
        switch = _OFF.fullmatch(line)
        if switch is None:
            super().netsh(line)
            return
        self.lines.append(line)
        self.profiles[{"private": "Standard"}.get(switch[1], switch[1].title())]["EnableFirewall"] = 0

    def directory(self, path: str) -> str | None:
        """As WindowsModel.directory, with files."""
        return path.rpartition("\\")[2] + "\r\n" if self.path(path) in self.files else None

    def pass_time(self, seconds: float) -> None:
        """Let the clock run; what is due runs at its moment."""
        end = self.now + seconds
        while ready := sorted((moment, name) for name, moment in self.due.items() if moment <= end):
            moment, name = ready[0]
            self.now = max(self.now, moment)
            self.fire(name)
        self.now = end

    def reboot(self) -> None:
        """A restart: boot triggers run."""
        for name, task in list(self.tasks.items()):
            if ET.fromstring(task).find(f"{_NAMESPACE}Triggers/{_NAMESPACE}BootTrigger") is not None:
                self.fire(name)

    def fire(self, name: str = "") -> None:
        """Run a task, by default the only one: its command, and so the script, line by line from the file as it is."""
        name = name or next(iter(self.tasks))
        action = ET.fromstring(self.tasks[name]).find(f"{_NAMESPACE}Actions/{_NAMESPACE}Exec")
        assert action is not None
        assert action.findtext(f"{_NAMESPACE}Command") == r"%SystemRoot%\System32\cmd.exe"
        arguments = re.fullmatch(r'/d /c "([^"]+)"', action.findtext(f"{_NAMESPACE}Arguments") or "")
        assert arguments is not None
        self.due.pop(name, None)
        self.fired += 1
        number = 0
        while number < len(lines := self.files.get(self.path(arguments[1]), "").split("\r\n")):
            self.cmd(lines[number])
            number += 1

    def path(self, text: str) -> str:
        """A path with its variable replaced, as a key of `files`."""
        return re.sub("%systemroot%", lambda _match: _ROOT, text, flags=re.IGNORECASE)

    def cmd(self, line: str, stdin: bytes = b"") -> tuple[bool, str]:
        """A command line: whether it succeeded, and its standard output."""
        succeeded, printed = True, ""
        for part in _split(line, "&"):
            succeeded, text = self._either(part, stdin)
            printed += text
        return succeeded, printed

    def _either(self, line: str, stdin: bytes) -> tuple[bool, str]:
        succeeded, printed = True, ""
        for number, side in enumerate(_split(line, "||")):
            if number and succeeded:
                break
            for part in _split(side, "&&"):
                succeeded, text = self._simple(part.strip(), stdin)
                printed += text
                if not succeeded:
                    break
        return succeeded, printed

    def _simple(self, line: str, stdin: bytes) -> tuple[bool, str]:
        condition = _IF.fullmatch(line)
        if condition:
            path = self.path(condition["path"])
            return self.cmd(condition["yes" if path in self.folders or path in self.files else "no"])
        if line.startswith("("):
            assert line.endswith(")"), line
            return self.cmd(line[1:-1], stdin)
        if any(part in line for part in self.ignores):
            return True, ""
        while (shorter := _REDIRECT.sub("", line)) != line:
            line = shorter
        target = _TO_FILE.fullmatch(line)
        if target:
            path = self.path(target["file"])
            if path.rpartition("\\")[0] not in (*self.folders, _ROOT):
                return False, ""
            succeeded, self.files[path] = self._small_program(target["command"], stdin)
            return succeeded, ""
        return self._small_program(line, stdin)

    def _small_program(self, line: str, stdin: bytes) -> tuple[bool, str]:
        name, _blank, rest = line.removeprefix(_SYSTEM32).partition(" ")
        name = name.removesuffix(".exe")
        names = [self.path(text) for text in re.findall(r'"([^"]*)"', rest)]
        if name == "@echo" or not name:
            return True, ""
        if name == "echo":
            return True, rest + "\r\n"
        if name == "findstr" and rest == '/r "^"':
            return True, stdin.decode("ascii")
        if name == "findstr":
            wanted = re.fullmatch(r'/l /c:"([^"]+)" <"[^"]+"', rest)
            assert wanted is not None, line
            found = [text for text in self.files.get(names[-1], "").splitlines(True) if wanted[1] in text]
            return bool(found), "".join(found)
        if name == "icacls":
            return self._icacls(names[0], rest), ""
        if name == "del":
            return self.files.pop(names[0], None) is not None, ""
        if name == "dir":
            inside = [path for path in self.files if path.startswith(names[0] + "\\")]
            return bool(inside), "".join(path.rpartition("\\")[2] + "\r\n" for path in inside)
        if name == "type":
            return names[0] in self.files, self.files.get(names[0], "")
        if name == "md":
            made = names[0] not in self.folders
            self.folders.add(names[0])
            self.dacls.setdefault(names[0], _DACL_LIKE_WINDOWS)
            return made, ""
        if name == "rd":
            empty = not any(path.startswith(names[0] + "\\") for path in self.files)
            return (empty or rest.startswith("/s /q ")) and self._remove(names[0]), ""
        if name == "ren":
            return self._rename(*names), ""
        if name == "netsh":
            return self._netsh_program(rest), ""
        assert name == "schtasks", f"nobody may run {line}"
        return self._schtasks(rest)

    def _netsh_program(self, rest: str) -> bool:
        if rest.startswith("advfirewall export "):
            self.files[self.path(rest.split('"')[1])] = "a policy"
        else:
            self.netsh(rest)
        return True

    def _icacls(self, folder: str, rest: str) -> bool:
        if folder not in self.folders:
            return False
        if "/save" in rest:
            name = folder.rpartition("\\")[2]
            text = f"{name}\r\n{self.dacls[folder]}\r\n"
            # UTF-16, as `type` prints it where no byte order mark tells.
            self.files[self.path(rest.split('"')[3])] = "".join(f"{character}\0" for character in text)
            return True
        assert rest.endswith('/inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F"'), rest
        self.dacls[folder] = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
        return True

    def _remove(self, folder: str) -> bool:
        there = folder in self.folders
        self.dacls.pop(folder, None)
        self.folders.discard(folder)
        for path in [path for path in self.files if path.startswith(folder + "\\")]:
            del self.files[path]
        return there

    def _rename(self, folder: str, name: str) -> bool:
        new = folder.rpartition("\\")[0] + "\\" + name
        if folder not in self.folders or new in self.folders:
            return False
        self.folders = {new if path == folder else path for path in self.folders}
        self.files = {
            new + path[len(folder) :] if path.startswith(folder + "\\") else path: text
            for path, text in self.files.items()
        }
        return True

    def _schtasks(self, rest: str) -> tuple[bool, str]:
        if not self.answers_tasks:
            return False, ""
        if rest == "/query /fo csv /nh":
            rows = [r'"\Microsoft\Windows\Defrag\ScheduledDefrag","N/A","Ready"']
            rows += [rf'"\{name}","28/11/2026 09:00:00","Ready"' for name in self.tasks]
            return True, "".join(f"{row}\r\n" for row in rows)
        gone = re.fullmatch(r"/delete /tn (LyncOpsRollback-\w+) /f", rest)
        if gone:
            self.due.pop(gone[1], None)
            return self.tasks.pop(gone[1], None) is not None, ""
        create = re.fullmatch(r'/create /tn (LyncOpsRollback-\w+) /xml "([^"]+)" /f', rest)
        assert create is not None, f"nobody may run schtasks {rest}"
        xml = self.files.get(self.path(create[2]))
        if xml is None:
            return False, ""
        delay = ET.fromstring(xml).findtext(f"{_NAMESPACE}Triggers/{_NAMESPACE}RegistrationTrigger/{_NAMESPACE}Delay")
        minutes = re.fullmatch(r"PT(\d+)M", delay or "")
        assert minutes is not None
        self.tasks[create[1]], self.due[create[1]] = xml, self.now + 60 * int(minutes[1])
        return True, ""


def _split(line: str, separator: str) -> list[str]:
    """Cut a line at an operator of cmd, outside quotes and parentheses."""
    parts, start, depth, quoted, at = [], 0, 0, False, 0
    while at < len(line):
        character = line[at]
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "()":
            depth += 1 if character == "(" else -1
        elif not quoted and depth == 0 and character in "&|":
            operator = line[at : at + 2] if line[at : at + 2] in ("&&", "||") else character
            if operator == separator:
                parts.append(line[start:at])
                start = at + len(operator)
            at += len(operator) - 1
        at += 1
    return [*parts, line[start:]]


@dataclass
class Line:
    """A RemoteHost for tests. `trouble` maps the number of a command, from 0, to what happens in its place."""

    model: RestoringModel = field(default_factory=RestoringModel)
    trouble: dict[int, Callable[[Line, str, bytes], str]] = field(default_factory=dict)
    reachable: Callable[[RestoringModel], bool] = lambda _model: True
    later: list[tuple[float, Callable[[RestoringModel], object]]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    slept: float = 0.0
    reconnects: list[int] = field(default_factory=list)
    alive: bool = True

    def run(self, command: str, stdin: bytes = b"", deadline: float = 120.0) -> Output:
        """As RemoteHost.run."""
        assert 0 < deadline < 3600
        number = len(self.commands)
        self.commands.append(command)
        if not self.alive:
            if not self.reachable(self.model):
                raise ConnectionLost("connection refused")
            self.alive = True
        trouble = self.trouble.get(number)
        return Output(trouble(self, command, stdin) if trouble else self.model.run(command, stdin), "", 0)

    def reconnect(self) -> None:
        """As RemoteHost.reconnect: only a new connection meets the firewall."""
        self.reconnects.append(len(self.commands))
        self.alive = False
        if not self.reachable(self.model):
            raise ConnectionLost("connection refused")
        self.alive = True

    def sleep(self, seconds: float) -> None:
        """In place of time.sleep: the host's clock runs, and others work."""
        self.slept += seconds
        end = self.model.now + seconds
        while self.later and self.later[0][0] <= end:
            moment, act = self.later.pop(0)
            self.model.pass_time(max(0.0, moment - self.model.now))
            act(self.model)
        self.model.pass_time(end - self.model.now)


def lost_before(line: Line, _command: str, _stdin: bytes) -> str:
    """The command never arrives."""
    line.alive = False
    raise ConnectionLost("connection reset by peer")


def lost_after(line: Line, command: str, stdin: bytes) -> str:
    """The command is carried out, its answer is lost."""
    line.model.run(command, stdin)
    line.alive = False
    raise ConnectionLost("connection reset by peer")
