# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hostile answers cost: seconds and memory of each bomb, in a process of its own, which is stopped after a minute.

Run by ``make bench-bombs``. It needs ``build/collections`` in PYTHONPATH; with the collections of an older commit there
it shows what they cost then.
"""

from __future__ import annotations

import io
import re
import resource
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.impact import endpoints
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.plan import Wanted
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.planning import make_plan
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.risk import is_risky
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.change.sockets import read_sockets
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.dump_file import read_dump_bytes
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.products import other_firewall
from ansible_collections.lyncops.firewall.plugins.module_utils._firewall.state.snapshot import LOCAL_POLICY, Snapshot
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.effect import judge_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._policy.policy import build_policy
from ansible_collections.lyncops.firewall.plugins.module_utils._topology import xml_tree
from ansible_collections.lyncops.firewall.plugins.plugin_utils import _requirement_rows as requirement_rows
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.commands import ConnectionLost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._host.remote_host import RemoteHost
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.lyncops.firewall.plugins.plugin_utils._report.build import Source, build_report
from winrm.protocol import Protocol

PATIENCE = 60  # seconds
MEMORY = 6 * 1024**3  # bytes of address space


def main() -> None:
    """Run every bomb and print the table; or, with its number, one of them."""
    if len(sys.argv) > 1:
        before = time.process_time(), time.monotonic()
        said = list(BOMBS.values())[int(sys.argv[1])]()
        cpu, wall = time.process_time() - before[0], time.monotonic() - before[1]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{cpu:8.2f} {wall:8.2f} {memory:8,}  {said or ''}")
        return
    print(f"{'bomb':58} {'CPU s':>8} {'wall s':>8} {'MB':>8}")
    for number, name in enumerate(BOMBS):
        command = [sys.executable, "-m", "bench.bombs", str(number)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE, check=False, preexec_fn=_limit
            )
            told = done.stdout.rstrip() or f"failed: {done.stderr.strip().splitlines()[-1][:100]}"
        except subprocess.TimeoutExpired:
            told = f"stopped after {PATIENCE} s"
        print(f"{name:58} {told}", flush=True)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _snapshot(rules: list[str]) -> Snapshot:
    values = "".join(f"    {{{number}}}    REG_SZ    {rule}\r\n" for number, rule in enumerate(rules))
    return read_dump_bytes(f"{LOCAL_POLICY}\\FirewallRules\r\n{values}\r\n".encode()).snapshot


def _plan(size: int) -> str:
    rule = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|RA4=10.0.0.1|Name=LyncOps x-{} g1|"
    before = _snapshot([rule.format(number) for number in range(size)])
    desired = build_policy(["front_end", "mediation"]).rules
    plan = make_plan(Wanted(desired), before)
    for _time in range(4):  # as often as a run asks
        is_risky(plan, before)
    return f"{len(plan.delete)} deleted"


def _judge(rules: list[str]) -> str:
    policy = build_policy(["front_end", "mediation"])
    effects = judge_policy(policy, _snapshot(rules))
    return ", ".join(sorted({effect.verdict.reason.value for effect in effects}))


def _banned(number: int) -> str:
    address = f"{20 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.7"
    return f"v2.10|Action=Block|Active=TRUE|Dir=In|RA4={address}|Name=ban {number}|"


def _nested(number: int) -> str:
    ports, action = f"{1024 + number}-{65535 - number}", "Block" if number % 2 else "Allow"
    address = f"10.{number >> 8}.{number & 255}.7"
    return f"v2.10|Action={action}|Active=TRUE|Dir=In|Protocol=6|LPort={ports}|RA4={address}|Name=n {number}|"


def _long_name() -> str:
    snapshot = _snapshot([f"v2.10|Action=Block|Active=TRUE|Dir=In|Name={'n' * 5_000_000}|"])
    told = requirement_rows.requirements(judge_policy(build_policy(["front_end", "mediation"]), snapshot), snapshot)
    drift = {"found": True, "commands": [], "refused": []}
    state = {"service": {"running": True, "state": "running", "start": "automatic"}, "profiles": {}, "rules": []}
    report = build_report("", "2026-01-01T00:00:00Z", [Source("h", {**state, "requirements": told, "drift": drift})])
    return f"a report of {len(to_json(report)):,} bytes"


def _pieces() -> str:
    xml = '<T xmlns="urn:a">' + "\U0001d4b3<N/>" * 1_000_000 + "</T>"
    return str(len(xml_tree.parse(io.BytesIO(xml.encode()), [("urn:a", "T")], ["urn:a"]).trees))


class _Connection:
    transport = "winrm"

    def __init__(self, url: str) -> None:
        self.url, self.protocol, self.shell_id = url, None, ""

    def _connect(self) -> None:
        if self.protocol is None:
            protocol: Any = Protocol(self.url, "plaintext", "u", "p")
            self.shell_id, self.protocol = protocol.open_shell(), protocol


def _host(answer: Callable[[Any], None]) -> str:
    """Run one command, of ten seconds at most, on a host that answers Receive as a function says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            number = re.search("MessageID>([^<]*)", body)
            if "shell/Receive<" in body:
                answer(self.wfile)
                return
            text = (
                f'<a><s Name="ShellId">S</s><c:CommandId xmlns:c="c">C</c:CommandId>'
                f'<r:RelatesTo xmlns:r="r">{number[1] if number else ""}</r:RelatesTo></a>'
            )
            self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())

        def handle_error(self, *_arguments: Any) -> None:
            pass

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_arguments: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        RemoteHost(_Connection(f"http://127.0.0.1:{server.server_address[1]}/wsman"), lambda _line: None).run(
            "x", b"", 10.0
        )
    except ConnectionLost as error:
        return str(error)[:60]
    return "taken"


def _sent(*headers: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *headers, "", "")).encode()


def _packed(size: int) -> Iterator[bytes]:
    """A gzip file of so many blanks, without them in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _piece in range(size // 1_000_000):
        yield packer.compress(b" " * 1_000_000)
    yield packer.flush()


def _gzip(stream: Any) -> None:
    packed = b"".join(_packed(10**9))
    stream.write(_sent("Content-Encoding: gzip", f"Content-Length: {len(packed)}") + packed)


def _flood(stream: Any) -> None:
    stream.write(_sent("Content-Length: 1000000000"))
    for _piece in range(1000):
        stream.write(b" " * 1_000_000)


def _elements(stream: Any) -> None:
    text = b"<a>" + b"<b/>" * 4_000_000 + b"</a>"
    stream.write(_sent(f"Content-Length: {len(text)}") + text)


def _trickle(stream: Any) -> None:
    stream.write(_sent("Content-Length: 1000"))
    for _byte in range(40):
        stream.write(b" ")
        time.sleep(1)


BOMBS: dict[str, Callable[[], object]] = {
    "netstat: 40 KB of line breaks": lambda: len(endpoints(read_sockets("\n" * 40_000), "")),
    "netsh show global: 40 KB of blanks": lambda: other_firewall("FirewallRuleCategory x" + " " * 40_000 + "y"),
    "8,000 managed names": lambda: _plan(8000),
    "20,000 managed names": lambda: _plan(20_000),
    "100,000 banned addresses": lambda: _judge([_banned(number) for number in range(100_000)]),
    "10,000 nested ranges of ports, allowed and blocked": lambda: _judge([_nested(number) for number in range(10_000)]),
    "a rule name of 5 MB": _long_name,
    "a topology's text in a million pieces": _pieces,
    "WinRM: a byte a second for 40 s, the command has 10": lambda: _host(_trickle),
    "WinRM: gzip of 1 GB": lambda: _host(_gzip),
    "WinRM: a body of 1 GB": lambda: _host(_flood),
    "WinRM: four million XML elements in 16 MB": lambda: _host(_elements),
}


if __name__ == "__main__":
    main()
