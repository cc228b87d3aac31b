# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`ansible-playbook` with its imports done: a process that forks one run after the other.

Half of what a run costs is not the run: starting Python, importing Ansible, and compiling the collection, once in the
main process and once more in each worker (Ansible's loader of collections keeps no bytecode). A process of the
ansible-core under test does that once, and each run is a fork of it: the same code from `main` on, with an environment,
a current directory, a umask, an output and a folder for local temporary files of its own. Only what is read while
Ansible is imported is not the run's own: its configuration; so a run with other settings has to be started as a
program.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

_READ_BY_IMPORTS = ("ANSIBLE_", "LYNCOPS_", "PYTHON", "LC_", "LANG", "HOME", "TERM", "TMPDIR")
_MOST = 1_000_000


class Warm:
    """The process, as the tests see it."""

    def __init__(self, python: Path, environment: Mapping[str, str]) -> None:
        """Nothing is started yet.

        Args:
            python: Python of the ansible-core under test.
            environment: What its configuration is read from.
        """
        self._environment = dict(environment)
        self._python = python
        self._started: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._started:
            process, orders = self._started
            self._started = None
            orders.close()
            process.wait()

    def _start(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [str(self._python), __file__, str(theirs.fileno())],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),), start_new_session=True,
            )  # fmt: skip
        return process, ours

    def can_run(self, environment: Mapping[str, str]) -> bool:
        """Whether a run with this environment would be configured as this process is."""
        return _configuration(environment) == _configuration(self._environment)

    def run(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], seconds: float) -> tuple[int, str]:
        """Run `ansible-playbook` to its end.

        Args:
            command: The command line, the program's path first.
            cwd: Its current directory.
            environment: Its environment; one that `can_run`.
            seconds: How long it may take.

        Returns:
            Its exit code, and what it wrote to standard output and standard error.

        Raises:
            subprocess.TimeoutExpired: It took longer. It is ended, and this process too; the next run starts another.
        """
        process, orders = self._started = self._started or self._start()
        umask = os.umask(0)
        os.umask(umask)
        order = {"command": [*command], "cwd": str(cwd), "environment": dict(environment), "umask": umask}
        output, theirs = os.pipe()
        try:
            socket.send_fds(orders, [json.dumps(order).encode()], [theirs])
        finally:
            os.close(theirs)
        with os.fdopen(output, "rb", buffering=0) as reading:
            end = time.monotonic() + seconds
            said = bytearray()
            while select.select([reading], [], [], max(0.0, end - time.monotonic()))[0]:
                if not (more := reading.read(65536)):
                    return int(orders.recv(_MOST)), said.decode(errors="replace")
                said += more
        os.killpg(process.pid, signal.SIGKILL)
        self.__exit__(None, None, None)
        raise subprocess.TimeoutExpired([*command], seconds, bytes(said))


def _configuration(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_BY_IMPORTS)}


def _import_all() -> None:
    """What every run imports, in its main process or in its workers."""
    import importlib

    from ansible.cli import playbook  # noqa: F401
    from ansible.plugins import loader
    from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

    loader.init_plugin_loader([])
    plugins = Path(__file__).resolve().parents[2] / "plugins"
    for kind in ("action", "filter"):
        for path in sorted((plugins / kind).glob("*.py")):
            importlib.import_module(f"ansible_collections.lyncops.firewall.plugins.{kind}.{path.stem}")
    for name in ("connection.winrm", "inventory.yaml", "strategy.linear", "callback.default"):
        importlib.import_module(f"ansible.plugins.{name}")
    # Each run reads the options of all of them from their documentation, a third of a second of YAML.
    for loaded in (loader.callback_loader, loader.connection_loader, loader.shell_loader, loader.become_loader):
        list(loaded.all(class_only=True))
    _AnsibleCollectionFinder._remove()  # each run makes its own, from its command line


def _serve(orders: socket.socket) -> None:
    """Fork a run for each order, one after the other, and answer with its exit code."""
    while True:
        message, received, _flags, _address = socket.recv_fds(orders, _MOST, 1)
        if not message:
            return
        child = os.fork()
        if not child:
            orders.close()
            _become(json.loads(message), received[0])
        os.close(received[0])
        _pid, status = os.waitpid(child, 0)
        orders.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(order: dict[str, Any], output: int) -> None:
    """Be the run, and end with it. No handler of the parent's end is called: what it cleans up is the parent's."""
    code: Any = 1
    folder = ""
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.chdir(order["cwd"])
        os.umask(order["umask"])
        os.environ.clear()
        os.environ.update(order["environment"])
        sys.argv = order["command"]
        from ansible import constants
        from ansible.cli.playbook import main

        # Made when it is imported; what workers of a run share there by the name of a task is not for the next run.
        constants.DEFAULT_LOCAL_TMP = folder = tempfile.mkdtemp(prefix="run-", dir=constants.DEFAULT_LOCAL_TMP)
        main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _orders:
        _import_all()
        gc.freeze()
        _serve(_orders)
