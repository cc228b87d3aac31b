# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab in a process of its own, started and stopped around a test run, the demo or a benchmark."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The lab starts 1,000 hosts in seconds; a busy machine of two cores gets ten times that.
START_TIMEOUT = 60.0
STOP_TIMEOUT = 15.0
CONTROL_PORT = 7700
TEST_NETWORKS = range(101, 200)


class LabError(Exception):
    """The lab did not start; the text holds what it said."""


_claims: list[socket.socket] = []
"""Keep what `free_network` gave away for as long as this process lives."""


def free_network() -> str:
    """The first half of loopback addresses that no lab uses, as in ``127.101``; nobody else gets it meanwhile.

    Labs of people (``make lab``, ``make demo``: 127.77) and of other test runs may be there at the same time. Each lab
    holds the control port of its own network; a network that was asked for and has no lab yet is held by a claim, an
    abstract Unix socket as in `lab.server.NetworkLock`.
    """
    for number in TEST_NETWORKS:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0lyncops-firewall-claim-127.{number}")
            with socket.socket() as probe:
                probe.bind((f"127.{number}.255.1", CONTROL_PORT))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return f"127.{number}"
    raise LabError(f"all loopback networks from 127.{TEST_NETWORKS[0]} to 127.{TEST_NETWORKS[-1]} have a lab already")


def control_address(network: str) -> str:
    """Base address of the control interface of the lab that serves in a network."""
    return f"http://{network}.255.1:{CONTROL_PORT}"


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    give_up = time.monotonic() + START_TIMEOUT
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > give_up:
            said = log.read_text(errors="replace").strip()
            state = "is not ready in time" if process.poll() is None else f"ended with exit code {process.returncode}"
            raise LabError(f"the lab {state}. It said:\n{said}")
        time.sleep(0.05)


@contextlib.contextmanager
def running(name: str, options: Sequence[str] = ()) -> Iterator[Path]:
    """Run the lab's demo estate with this very Python, and give the path of its inventory.

    :param name: Names the folder below ``build/lab`` for its files.
    :param options: More options for ``lab serve``, such as ``--network`` with what `free_network` found.
    :raises LabError: If it does not start.
    """
    folder = ROOT / "build" / "lab" / name
    folder.mkdir(parents=True, exist_ok=True)
    inventory, ready, log = folder / "inventory.yml", folder / "ready", folder / "lab.log"
    ready.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONUNBUFFERED": "1"}
    files = ["--inventory", str(inventory), "--ready-file", str(ready)]
    command = [sys.executable, "-m", "lab", "serve", *files, *options]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(process, ready, log)
            yield inventory
        finally:
            _stop(process)
            ready.unlink(missing_ok=True)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        print("lab: it did not stop on SIGTERM and was killed", file=sys.stderr)
        process.kill()
        process.wait()
