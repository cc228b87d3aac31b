# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that probes, on loopback sockets that count what they are sent."""

from __future__ import annotations

import ast
import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.lyncops.firewall.plugins.action import lync_port_probe as action
from ansible_collections.lyncops.firewall.plugins.module_utils._options.option import argument_spec
from ansible_collections.lyncops.firewall.plugins.module_utils._probe import names as names_room
from ansible_collections.lyncops.firewall.plugins.module_utils._probe import target as target_room
from ansible_collections.lyncops.firewall.plugins.module_utils._probe.target import Answer, Target
from ansible_collections.lyncops.firewall.plugins.modules import lync_port_probe as module

HERE = "127.0.0.1"


class Listener:
    """A TCP listener that keeps what each client sends, and answers the first of it."""

    def __init__(self, says: bytes = b"") -> None:
        self.heard: list[bytes] = []
        self._says = says
        self.socket = socket.create_server((HERE, 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self.socket.accept()
            except OSError:
                return
            with client:
                client.settimeout(2)
                try:
                    self.heard.append(client.recv(65536))
                    client.sendall(self._says)
                    self.heard[-1] += client.recv(65536)
                except OSError:
                    pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener(b"\x15\x03\x03\x00\x02\x02\x28")
    yield made
    made.socket.close()


@pytest.fixture
def full() -> Iterator[int]:
    """A port whose queue is full: requests to connect are dropped, as a firewall drops them."""
    with socket.socket() as server:
        server.bind((HERE, 0))
        server.listen(0)
        port = server.getsockname()[1]
        waiting = [socket.socket() for _number in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex((HERE, port))
        yield port
        for one in waiting:
            one.close()


def unused(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((HERE, 0))
        return int(sock.getsockname()[1])


def probe(*targets: Target, timeout: float = 0.5, at_once: int = 50, deadline: float = 30) -> list[Answer]:
    return asyncio.run(module.run(list(targets), timeout, at_once, deadline))[0]


def test_open_refused_and_filtered(listener: Listener, full: int) -> None:
    found = probe(*(Target("h", HERE, port) for port in (listener.port, unused(), full)))
    assert [one.status for one in found] == ["open", "refused", "filtered"]
    assert [one.tls for one in found] == [None] * 3


def test_a_connection_sends_nothing_and_one_with_tls_a_hello_alone(listener: Listener) -> None:
    plain, tls = probe(Target("h", HERE, listener.port)), probe(Target("h", HERE, listener.port, tls=True))
    assert (plain, tls) == ([Answer("open")], [Answer("open", True)])
    deadline = threading.Event()
    for _try in range(50):
        if len(listener.heard) == 2:
            break
        deadline.wait(0.05)
    hellos = [heard for heard in listener.heard if heard]
    assert len(hellos) <= 1
    for hello in hellos:
        assert hello[0] == 0x16
        assert int.from_bytes(hello[3:5], "big") == len(hello) - 5, "one record, and nothing behind it"


@pytest.mark.parametrize(
    ("says", "how"),
    [
        (b"fe01 5061/tcp\r\n", "the answer to a TLS hello is no TLS"),
        (b"", "no answer to a TLS hello in time"),
    ],
)
def test_a_service_that_speaks_no_tls(says: bytes, how: str) -> None:
    other = Listener(says)
    assert probe(Target("h", HERE, other.port, tls=True)) == [Answer("open", False, how)]
    other.socket.close()


def test_a_datagram_is_empty_and_proves_nothing_unless_it_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HERE, 0))
        server.settimeout(2)
        port = server.getsockname()[1]
        assert probe(Target("h", HERE, port, "udp")) == [Answer("sent")]
        assert server.recv(100) == b""
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.recv(100)
    assert probe(Target("h", HERE, unused(socket.SOCK_DGRAM), "udp")) == [Answer("refused")]


def test_a_name_is_asked_for_once_and_one_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolve(name: str, *_more: Any) -> Any:
        asked.append(name)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    found = probe(*(Target("h", "nobody.invalid", port) for port in (1, 2, 3)))
    assert found == [Answer("error", detail="nobody.invalid cannot be resolved: Name or service not known")] * 3
    assert asked == ["nobody.invalid"]


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names that start with ``slow`` are answered when the test is over; each name that was asked for is kept."""
    over = threading.Event()
    asked: list[str] = []

    def resolve(name: str, *_more: Any, **_options: Any) -> Any:
        asked.append(name)
        if name.startswith("slow") and over.wait(30):
            raise socket.gaierror(-3, "Temporary failure in name resolution")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HERE, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield asked
    over.set()


def test_names_that_the_resolver_is_slow_with_keep_no_other_host_back(
    listener: Listener, slow_names: list[str]
) -> None:
    slow = [Target(f"s{number}", f"slow{number}.invalid", listener.port) for number in range(30)]
    good = [Target(f"g{number}", f"good{number}.invalid", listener.port) for number in range(10)]
    began = time.monotonic()
    found = probe(*slow, *good, Target("h", HERE, listener.port), timeout=0.4, at_once=2)
    assert [one.status for one in found] == ["error"] * 30 + ["open"] * 11
    assert {one.detail for one in found[:2]} == {
        f"slow{number}.invalid cannot be resolved: the resolver did not answer within 0.4 s" for number in (0, 1)
    }
    assert time.monotonic() - began < 5, "nobody waits for the lookups that are left behind"
    assert sorted(slow_names) == sorted(one.address for one in (*slow, *good)), "an address is not looked up"


def test_more_slow_names_than_are_looked_up_at_a_time_leave_each_its_own_time(
    listener: Listener, slow_names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_room, "NAMES_AT_ONCE", 4)
    slow = [Target("s", f"slow{number}.invalid", listener.port) for number in range(9)]
    found = probe(*slow, Target("g", "good.invalid", listener.port), timeout=0.3)
    assert [one.status for one in found] == ["error"] * 9 + ["open"]
    assert len(slow_names) == 10


def test_a_deadline_that_ends_while_names_are_looked_up_charges_those_alone(
    listener: Listener, slow_names: list[str]
) -> None:
    found = probe(Target("s", "slow", 1), Target("h", HERE, listener.port), timeout=5, deadline=0.5)
    assert [one.status for one in found] == ["not_probed", "open"]


@pytest.mark.parametrize("name", ["x" * 300, "a..b", "fe01 contoso"])
def test_a_name_that_cannot_be_one_is_an_error_of_its_own(listener: Listener, name: str) -> None:
    found = probe(Target("h", name, 1), Target("h", HERE, listener.port))
    assert [one.status for one in found] == ["error", "open"]


def test_no_more_than_so_many_at_once(full: int, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most = 0, 0
    one = module.Prober._one

    async def counting(self: Any, target: Target) -> Answer:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await one(self, target)
        finally:
            under_way -= 1

    monkeypatch.setattr(module.Prober, "_one", counting)
    found = probe(*(Target("h", HERE, full) for _number in range(30)), timeout=0.1, at_once=7)
    assert {one.status for one in found} == {"filtered"}
    assert most == 7


def test_the_deadline_for_all_leaves_the_rest_unprobed(full: int, listener: Listener) -> None:
    targets = [Target("h", HERE, listener.port), *(Target("h", HERE, full) for _number in range(9))]
    found = probe(*targets, timeout=1, at_once=1, deadline=0.3)
    assert [one.status for one in found] == ["open"] + ["not_probed"] * 9


def test_the_source_is_the_address_that_we_send_from(listener: Listener) -> None:
    _answers, sources, _took = asyncio.run(module.run([Target("h", HERE, listener.port)], 1, 1, 5))
    assert sources == {"h": HERE}


def test_no_more_probes_than_files_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [(256, 300)]
    monkeypatch.setattr(module.resource, "getrlimit", lambda _kind: limits[-1])
    monkeypatch.setattr(module.resource, "setrlimit", lambda _kind, new: limits.append(new))
    assert module.room_for(100) == 100
    assert module.room_for(500) == 300 - 64
    assert limits[-1] == (300, 300)
    limits[:] = [(256, 4096)]
    assert module.room_for(500) == 500
    assert limits[-1] == (564, 4096)


@pytest.mark.parametrize(
    "source",
    [
        module.__file__,
        names_room.__file__,
        target_room.__file__,
        target_room.__file__.replace("target", "tls_answer"),
    ],
)
def test_it_runs_on_what_linux_hosts_have(source: str) -> None:
    """A target of the oldest ansible-core that is supported has Python 3.9 at most times."""
    tree = ast.parse(Path(source).read_text("utf-8"), feature_version=(3, 9))
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg in ("slots", "strict", "kw_only")
    ]


def test_documentation_action_and_module_say_the_same() -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]

    def shape(options: dict[str, Any], below: str) -> dict[str, Any]:
        return {
            name: {
                "type": option.get("type", "str"),
                "elements": option.get("elements"),
                "choices": option.get("choices"),
                "default": option.get("default"),
                "required": option.get("required", False),
                "options": shape(option[below], below) if below in option else None,
            }
            for name, option in options.items()
        }

    of_action = shape(argument_spec(action.ActionModule.OPTIONS), "options")
    assert shape(documented, "suboptions") == of_action == shape(module.ARGUMENTS, "options")
    returned = yaml.safe_load(module.RETURN)
    assert {
        "probes",
        "unasked",
        "problems",
        "unprobed",
        "sources",
        "counts",
        "says",
        "seconds",
        "per_second",
        "failure",
    } == set(returned)
    sample = returned["probes"]["sample"]["fe01.example.com"][0]
    assert set(sample) <= set(returned["probes"]["contains"])
