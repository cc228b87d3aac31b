#!/usr/bin/python
# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The action plugin of the same name works out what is to be probed, on the controller. This module probes, wherever the
# task is delegated to.

from __future__ import annotations

DOCUMENTATION = r"""
module: lync_port_probe
short_description: Probe the ports of Lync Server hosts from outside
version_added: 0.9.0
author:
  - lyncops.firewall contributors (@lyncops)
description:
  - Tries, for each requirement of the given hosts, whether it can be reached from the machine that the task runs on.
    That is the controller, or any Linux host that it is delegated to. Nothing is asked of the hosts themselves, so
    WinRM may be down or not even be allowed.
  - What a host needs is worked out from its inventory groups and variables, as
    M(lyncops.firewall.lync_firewall_info) does with O(host_variables). Only requirements that others connect to are
    probed.
  - A probe of TCP is a connection, closed at once, and on ports of TLS a client's hello before. A probe of UDP is one
    empty datagram. Nothing else is ever sent.
  - With O(verdicts) each port is set side by side with what the audit of its host says.
  - Changes nothing, and does the same in check mode.
options:
  hosts:
    description:
      - Names of hosts in the inventory. Without them those of the play, or of its batch. A host that is only in
        C(lync_client) or C(lync_load_balancer) is left out.
    type: list
    elements: str
  targets:
    description:
      - Probe these ports, and no requirement of any host.
    type: list
    elements: dict
    suboptions:
      host:
        description: What the host is called in results.
        type: str
        required: true
      address:
        description: Address or name to connect to. Without it O(targets[].host).
        type: str
      port:
        description: The port.
        type: int
        required: true
      transport:
        description: The transport protocol.
        type: str
        choices: [tcp, udp]
        default: tcp
      tls:
        description: Whether to begin a TLS handshake once a connection stands.
        type: bool
        default: false
  timeout:
    description:
      - Seconds after which a port that does not answer is V(filtered), 0.1 to 60. Linux sends a connection request
        again after 1 and after 3 seconds.
      - As long is waited for each name that is looked up. Addresses and other names are probed in the meantime.
    type: float
    default: 3.0
  at_once:
    description:
      - How many probes are under way at a time, 1 to 5000. Fewer where the system allows fewer open files.
    type: int
    default: 500
  deadline:
    description:
      - Seconds for all probes together, 1 to 3600. What is left then is V(not_probed).
    type: int
    default: 120
  range_ports:
    description:
      - How many ports are probed of a range with more, 2 to 100. They are the first, the last, and some between at even
        distances. Media ports are only listened to while a call needs them.
    type: int
    default: 3
  unasked:
    description:
      - TCP ports, such as V(3389) or V(8000-8010), that are probed on every host beside what it needs. One that is open
        though no requirement of the host asks for it is in RV(unasked). At most 1000 ports.
    type: list
    elements: str
    default: []
  verdicts:
    description:
      - Name of the variable in which the results of M(lyncops.firewall.lync_firewall_info) are registered for the
        hosts. Each port is then compared with the verdicts of its rows. The result should be one with O(host_variables)
        and C(lync_firewall_probe), which has the host's own listeners too.
    type: str
  host_variables:
    description:
      - Whether O(timeout), O(at_once), O(deadline), O(range_ports) and O(unasked), where they are not given, are taken
        from the variables C(lync_firewall_probe_timeout) and so on, as the first of the hosts has them.
    type: bool
    default: false
attributes:
  check_mode:
    description: Probes, since that changes nothing.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: N/A
  async:
    description: Refused. O(deadline) ends a task in time.
    support: none
  become:
    description: Not needed.
    support: none
  platform:
    description: The controller, or the host that the task is delegated to, with Python 3.9 or later.
    platforms: posix
    support: full
notes:
  - It is one task for all hosts. Use it with C(run_once). In a play with C(serial) it is one for each batch, with the
    hosts of that. With the strategies C(free) and C(host_pinned), which do not heed C(run_once), it is refused without
    O(hosts).
  - The address of a host is C(lync_firewall_probe_address), C(ansible_winrm_host), C(ansible_host), or its name.
seealso:
  - ref: ansible_collections.lyncops.firewall.docsite.probe
    description: A probe from outside
  - module: lyncops.firewall.lync_firewall_info
  - module: lyncops.firewall.lync_firewall_report
"""

EXAMPLES = r"""
- name: Can the Lync servers be reached from here
  lyncops.firewall.lync_port_probe:
    hosts: "{{ groups['lync_front_end'] }}"
  run_once: true
  delegate_to: localhost

- name: The same from a client's network
  lyncops.firewall.lync_port_probe:
  run_once: true
  delegate_to: jump.branch.example.com

- name: Two ports of anybody
  lyncops.firewall.lync_port_probe:
    targets:
      - {host: edge01.example.com, port: 443, tls: true}
      - {host: edge01.example.com, port: 3478, transport: udp}
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
probes:
  description:
    - What was seen of each port, by host, sorted by transport and port.
  returned: success
  type: dict
  contains:
    port:
      description: The port.
      type: int
    transport:
      description: V(tcp) or V(udp).
      type: str
    rows:
      description: Ids of the rows that ask for the port. Not there with O(targets).
      type: list
      elements: str
    sampled:
      description: That the port stands for a range. Not there where it does not.
      type: bool
    unserved:
      description:
        - That nothing listens on the port, by the documents (V(server-08) and V(server-20) in Lync Server 2013) or
          because the topology does not have it. Not there where that is not known.
      type: bool
    status:
      description:
        - V(open) (a connection stood), V(refused) (a reset, or ICMP says that the port is unreachable), V(filtered) (no
          answer in time), V(unreachable) (another ICMP error, as routers and firewalls send), V(sent) (a datagram of
          UDP that nothing refused, which proves little), V(error) (its name is not known, or it could not be asked) or
          V(not_probed).
      type: str
    tls:
      description:
        - Whether the other side answered a TLS client's hello with a hello of its own or an alert. Only there where a
          connection stood on a port of TLS.
      type: bool
    detail:
      description: What the system said, where that is more than the status; how a port of TLS did not speak it.
      type: str
    verdict:
      description: With O(verdicts), the worst verdict of the rows. Not there where there is none.
      type: str
    listens:
      description:
        - With O(verdicts), whether the host's own socket table has a listener. Not there where that is not known.
      type: bool
    says:
      description:
        - With O(verdicts), what verdict and probe say together. V(agree). V(nothing_listens), the policy lets it in and
          nothing listens. V(shut_out), it listens and is let in, and is shut out on the way. V(elsewhere), open
          although the host's own socket table has no listener, so that another machine, a device on the way or a mapped
          port answers. V(undecided), it listens and cannot be reached, and whether the policy lets the probe in cannot
          be told, as with a rule for one program. V(filtered), no answer, and it is not known whether anything listens.
          V(contradicts), open although the policy's verdict is that it is closed, or not for this address. V(not_told),
          as with most of UDP and with media ranges.
      type: str
  sample:
    fe01.example.com:
      - {port: 5061, transport: tcp, rows: [server-03], status: open, tls: true, verdict: open, listens: true,
         says: agree}
unasked:
  description: Host to those ports of O(unasked) that are open and that none of its requirements asks for.
  returned: success
  type: dict
  sample: {fe01.example.com: [3389]}
problems:
  description: Host to why it was not probed, such as a variable that is wrong.
  returned: success
  type: dict
  sample: {}
unprobed:
  description:
    - Host to why, of hosts with a port of TCP that stands for no range and was not probed, as of a name that cannot be
      resolved or a O(deadline) that ended first.
  returned: success
  type: dict
  sample: {fe02.example.com: "25 of 25 ports, fe02.example.com cannot be resolved: Name or service not known"}
sources:
  description: Host to the address that its probes came from, where the system tells.
  returned: success
  type: dict
  sample: {fe01.example.com: 10.1.9.5}
counts:
  description:
    - How many probes ended with each status, and how many connections to ports of TLS got no TLS (C(tls_missing)).
  returned: success
  type: dict
  sample: {open: 80, refused: 0, filtered: 2, unreachable: 0, sent: 6, error: 0, not_probed: 0, tls_missing: 0}
says:
  description: With O(verdicts), how often each of the words behind RV(probes) was said, V(unasked) included.
  returned: success
  type: dict
  sample: {agree: 80, shut_out: 2, not_told: 6}
seconds:
  description: How long all probes took together.
  returned: success
  type: float
  sample: 3.2
per_second:
  description: Probes a second.
  returned: success
  type: float
  sample: 27.5
failure:
  description:
    - What to say of a run that fails because a port of TCP that stands for no range is not open or was not probed, a
      host could not be probed, or an O(unasked) port is open. With O(verdicts) of one that fails because of
      V(shut_out), V(elsewhere), V(contradicts), such a port that was not probed, or an O(unasked) port. Empty where
      all is well. A port that is C(unserved) counts in neither case.
  returned: success
  type: str
  sample: ""
"""

import asyncio
import contextlib
import errno
import resource
import socket
import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._probe.names import Names
from ..module_utils._probe.target import (
    ERROR,
    FILTERED,
    NOT_PROBED,
    OPEN,
    REFUSED,
    SENT,
    UDP,
    UNREACHABLE,
    Answer,
    Target,
    TargetError,
    counted,
    in_turns,
    read_targets,
)
from ..module_utils._probe.tls_answer import ENOUGH, client_hello, speaks_tls

_RESERVED = 64
"""Open files that are left to Python and to the resolver."""

_ON_THE_WAY = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.ENETDOWN, errno.EHOSTDOWN)
_HERE = (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM)
_UDP_WAIT = 1.0
"""Seconds in which ICMP's refusal of a datagram comes, if it does; never more than the option `timeout`."""


class Prober:
    """Probes targets, so many at once, until a deadline."""

    def __init__(self, timeout: float, at_once: int, deadline: float) -> None:
        """Nothing is sent yet.

        Args:
            timeout: Seconds for a probe.
            at_once: How many probes are under way at a time.
            deadline: Seconds for all of them.
        """
        self._timeout = timeout
        self._at_once = at_once
        self._deadline = deadline
        self.names = Names(first_address, timeout)

    async def probe(self, targets: list[Target]) -> list[Answer]:
        """The answers, in the order of the targets."""
        answers = [Answer(NOT_PROBED)] * len(targets)
        free = asyncio.Semaphore(self._at_once)

        async def work(place: int) -> None:
            await self.names.settled(targets[place].address)  # who waits for a name keeps no probe from its turn
            async with free:
                answers[place] = await self._one(targets[place])

        workers = [asyncio.ensure_future(work(place)) for place in in_turns(targets)]
        if workers:
            done, late = await asyncio.wait(workers, timeout=self._deadline)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            for worker in done:
                worker.result()  # an error of our own is no answer
        return answers

    async def _one(self, target: Target) -> Answer:
        try:
            address = await self.names.address(target.address)
        except (OSError, UnicodeError) as error:
            return Answer(ERROR, detail=f"{target.address} cannot be resolved: {_reason(error)}")
        try:
            if target.transport == UDP:
                return await self._udp(address, target)
            return await self._tcp(address, target)
        except asyncio.TimeoutError:
            return Answer(FILTERED)
        except OSError as error:
            return _of_error(error)

    async def _tcp(self, address: str, target: Target) -> Answer:
        ends_at = time.monotonic() + self._timeout
        reader, writer = await asyncio.wait_for(asyncio.open_connection(address, target.port), self._timeout)
        try:
            return await self._tls(reader, writer, target, ends_at) if target.tls else Answer(OPEN)
        finally:
            writer.transport.abort()  # a reset frees the port on both sides at once; nothing is lost

    async def _tls(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target, ends_at: float
    ) -> Answer:
        try:
            writer.write(client_hello(target.host))
            answer = await asyncio.wait_for(reader.readexactly(ENOUGH), max(ends_at - time.monotonic(), 0.1))
        except asyncio.TimeoutError:
            return Answer(OPEN, False, "no answer to a TLS hello in time")
        except OSError as error:
            return Answer(OPEN, False, f"the connection ended at a TLS hello: {_reason(error)}")
        except EOFError:
            return Answer(OPEN, False, "the connection was closed at a TLS hello")
        return Answer(OPEN, True) if speaks_tls(answer) else Answer(OPEN, False, "the answer to a TLS hello is no TLS")

    async def _udp(self, address: str, target: Target) -> Answer:
        loop = asyncio.get_running_loop()
        # A socket of our own: asyncio's transports leave out empty datagrams before Python 3.13.
        with connected(address, target.port) as sock:
            sock.send(b"")
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(loop.sock_recv(sock, 1), min(self._timeout, _UDP_WAIT))
        return Answer(SENT)


def first_address(name: str) -> str:
    """The address of a name that the system's resolver gives first."""
    return str(socket.getaddrinfo(name, None)[0][4][0])


def _of_error(error: OSError) -> Answer:
    if isinstance(error, ConnectionRefusedError):
        return Answer(REFUSED)
    if error.errno in _HERE:
        return Answer(ERROR, detail=_reason(error))
    if error.errno in _ON_THE_WAY:
        return Answer(UNREACHABLE, detail=_reason(error))
    if isinstance(error, ConnectionError):  # a reset, in place of a refusal, while the connection is opened
        return Answer(REFUSED, detail=_reason(error))
    return Answer(FILTERED if error.errno == errno.ETIMEDOUT else ERROR, detail=_reason(error))


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or str(error) or error.__class__.__name__)


def connected(address: str, port: int) -> socket.socket:
    """A socket of UDP for one address, which does not block; connecting it sends nothing."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock


async def source_of(prober: Prober, address: str) -> str:
    """The address that this machine sends from to another; empty where the system does not tell."""
    try:
        with connected(await prober.names.address(address), 9) as sock:
            return str(sock.getsockname()[0])
    except (OSError, UnicodeError):
        return ""


async def run(
    targets: list[Target], timeout: float, at_once: int, deadline: float
) -> tuple[list[Answer], dict[str, str], float]:
    """Probe targets.

    Returns:
        The answers in the order of the targets, host to source address, and the seconds that the probes took.
    """
    prober = Prober(timeout, at_once, deadline)
    began = time.monotonic()
    answers = await prober.probe(targets)
    took = time.monotonic() - began
    by_host = {target.host: target.address for target in targets}
    pairs = zip(targets, answers)  # noqa: B905
    reached = {target.host for target, answer in pairs if answer.status not in (ERROR, NOT_PROBED)}
    sources = {host: await source_of(prober, by_host[host]) for host in sorted(reached)}
    return answers, {host: source for host, source in sources.items() if source}, took


def room_for(at_once: int) -> int:
    """How many probes the system lets us have under way at a time, at most as many as are asked for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = at_once + _RESERVED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return at_once if soft == resource.RLIM_INFINITY else max(min(at_once, soft - _RESERVED), 1)


def as_dict(target: Target, answer: Answer) -> dict[str, Any]:
    """A target and its answer as plain types; what says nothing is left out."""
    found: dict[str, Any] = {"port": target.port, "transport": target.transport, "status": answer.status}
    if answer.tls is not None:
        found["tls"] = answer.tls
    if answer.detail:
        found["detail"] = answer.detail
    return found


ARGUMENTS: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str"},
    "targets": {
        "type": "list",
        "elements": "dict",
        "options": {
            "host": {"type": "str", "required": True},
            "address": {"type": "str"},
            "port": {"type": "int", "required": True},
            "transport": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
            "tls": {"type": "bool", "default": False},
        },
    },
    "timeout": {"type": "float", "default": 3.0},
    "at_once": {"type": "int", "default": 500},
    "deadline": {"type": "int", "default": 120},
    "range_ports": {"type": "int", "default": 3},
    "unasked": {"type": "list", "elements": "str", "default": []},
    "verdicts": {"type": "str"},
    "host_variables": {"type": "bool", "default": False},
}
"""Tests hold it against the documentation and the action plugin, which validates what a task says."""


def main() -> None:
    """Ansible's entry."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    options = module.params
    if options["targets"] is None:
        module.fail_json(msg="targets: nothing says what to probe; the action plugin of this module works it out")
    try:
        targets = read_targets(options["targets"])
    except TargetError as error:
        module.fail_json(msg=str(error))
    at_once = room_for(options["at_once"])
    answers, sources, took = asyncio.run(run(targets, options["timeout"], at_once, options["deadline"]))
    probes: dict[str, list[dict[str, Any]]] = {}
    for target, answer in zip(targets, answers):  # noqa: B905
        probes.setdefault(target.host, []).append(as_dict(target, answer))
    module.exit_json(
        changed=False,
        probes=probes,
        sources=sources,
        counts=counted(answers),
        seconds=round(took, 3),
        per_second=round(len(targets) / took, 1) if targets and took > 0 else 0.0,
    )


if __name__ == "__main__":
    main()
