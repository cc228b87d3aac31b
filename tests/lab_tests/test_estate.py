# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate, its inventory, the command line, the control API and the probe."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from lab.background import free_network
from lab.cli import main, with_quirks
from lab.estate import EstateError, EstateOptions, build_estate
from lab.inventory import InventoryError, read_inventory, write_inventory
from lab.quirks import QuirkError
from lab.server import LabError, LabInUse, NetworkLock, require_loopback
from lab.testing import Lab
from lab.windows.firewall_service import LOCAL_STORE
from lab.windows.rules import parse_rule

TESTS = Path(__file__).resolve().parents[1]
NETWORK = free_network()  # other test runs have labs at the same time


def test_the_demo_estate() -> None:
    specs = build_estate(EstateOptions())
    assert [spec.name for spec in specs] == [
        f"{name}.contoso.test" for name in ("fe01", "fe02", "dir01", "med01", "chat01", "wac01")
    ]
    assert specs[0].address == "127.77.0.11"
    assert specs[0].groups == ("lync_front_end", "lync_central_management")
    ports = {(listener.protocol, listener.port) for listener in specs[1].listeners}
    assert {(6, 5061), (6, 135), (6, 5070), (6, 57501), (17, 65535), (17, 49152), (17, 1434)} <= ports
    assert not {(6, 5060), (6, 5066), (6, 5081), (6, 5082), (6, 8058)} & ports


def test_estates_scale_with_unique_names_and_addresses() -> None:
    specs = build_estate(EstateOptions(count=1000, services=False))
    assert len({spec.name for spec in specs}) == len({spec.address for spec in specs}) == 1000
    assert sum("lync_central_management" in spec.groups for spec in specs) == 1
    assert {spec.name for spec in specs} >= {"fe333.contoso.test", "dir167.contoso.test"}


@pytest.mark.parametrize(
    "options",
    [
        EstateOptions(count=0),
        EstateOptions(count=1001),
        EstateOptions(policy="/no/such/file"),
        EstateOptions(names=("nobody",)),
        EstateOptions(network="10.0"),
        EstateOptions(network="127"),
        EstateOptions(windows="2003"),
    ],
)
def test_impossible_estates(options: EstateOptions) -> None:
    with pytest.raises(EstateError):
        build_estate(options)


@pytest.mark.parametrize("address", ["10.0.0.1", "0.0.0.0", "localhost", "::1", "128.0.0.1"])
def test_loopback_only(address: str) -> None:
    with pytest.raises(LabError):
        require_loopback(address)


def test_foreign_rules_pad_to_a_total_and_can_be_read() -> None:
    (spec,) = build_estate(EstateOptions(count=1, foreign_rules=1600))
    key = spec.registry.find(LOCAL_STORE + r"\FirewallRules")
    assert key is not None
    assert len(key.values) == 1600
    names = [parse_rule(value.data).name for value in key.values.values()]
    assert len(set(names)) < len(names) - 100  # names are shared, as on real hosts


def test_a_real_dump_as_policy_with_and_without_a_winrm_rule(registry_data: Path) -> None:
    dump = registry_data / "win8.1-client.reg.txt"
    with Lab(hosts=["wac01"], policy=dump) as lab:
        assert lab.host("wac01").tcp_open(5985)
        assert not lab.host("wac01").tcp_open(443)
        assert len(lab.host("wac01").rules()) > 300
    with Lab(hosts=["wac01"], policy=dump, winrm_rule=False) as lab:
        assert not lab.host("wac01").tcp_open(5985, timeout=0.4)


def test_the_inventory_is_read_back(tmp_path: Path) -> None:
    specs = build_estate(EstateOptions())
    path = tmp_path / "deep" / "inventory.yml"
    write_inventory(path, specs, "somebody", "some word")
    assert [(host.name, host.address, host.groups) for host in read_inventory(path)] == [
        (spec.name, spec.address, tuple(sorted(spec.groups, key=lambda group: group == "lync_central_management")))
        for spec in specs
    ]
    data = yaml.safe_load(path.read_text())
    variables = data["all"]["children"]["windows"]["vars"]
    assert variables["ansible_connection"] == "winrm"
    assert (variables["ansible_user"], variables["ansible_password"]) == ("somebody", "some word")
    assert set(data["all"]["children"]["lync"]["children"]) == {
        "lync_front_end", "lync_director", "lync_mediation", "lync_persistent_chat", "lync_office_web_apps",
        "lync_central_management",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "a: [", "all: {}", "- 1"])
def test_what_is_no_inventory(tmp_path: Path, text: str) -> None:
    path = tmp_path / "inventory.yml"
    path.write_text(text)
    with pytest.raises(InventoryError):
        read_inventory(path)
    with pytest.raises(InventoryError):
        read_inventory(tmp_path / "missing.yml")


def test_quirks_on_the_command_line() -> None:
    specs = with_quirks(
        build_estate(EstateOptions()), ["fe01:language=de", "*:token=user", "dir01.contoso.test:deny_sc=yes"]
    )
    assert [spec.quirks.language for spec in specs] == ["de", "en", "en", "en", "en", "en"]
    assert {spec.quirks.token for spec in specs} == {"user"}
    assert [spec.quirks.deny_sc for spec in specs] == [False, False, True, False, False, False]
    with pytest.raises(QuirkError):
        with_quirks(specs, ["nobody:language=de"])


def test_two_labs_never_share_addresses() -> None:
    with Lab(hosts=["wac01"]) as one, Lab(hosts=["wac01"]) as two:
        assert one.host("wac01").address != two.host("wac01").address
    lock = NetworkLock(NETWORK)
    with pytest.raises(LabInUse):
        NetworkLock(NETWORK)
    lock.release()
    NetworkLock(NETWORK).release()
    assert free_network() not in (NETWORK, free_network())


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--hosts", "0"],
        ["serve", "--control", "0.0.0.0:7700", "--network", NETWORK],
        ["serve", "--control", "7700", "--network", NETWORK],
        ["serve", "--network", "10.0"],
        ["serve", "--quirk", "fe01:nonsense=1"],
        ["probe", "--inventory", "/no/such/file"],
    ],
)
def test_bad_options_end_with_one_clear_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("lab: ")
    assert error.count("\n") == 1


class Served:
    """A lab served by the real command."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.inventory = folder / "inventory.yml"
        self.ready = folder / "ready"
        self.control = f"http://{NETWORK}.255.1:7700"
        self.environment = {**os.environ, "PYTHONPATH": str(TESTS)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lab", "serve", "--network", NETWORK, "--inventory", str(self.inventory),
             "--ready-file", str(self.ready), *options],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while not self.ready.exists() and self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)

    def stop(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        out, _unused = self.process.communicate(timeout=10)
        return self.process.returncode, out

    def probe(self) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-m", "lab", "probe", "--json", "--inventory", str(self.inventory)],
            env=self.environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    lab = Served(tmp_path, "--quirk", "fe02:language=de", "--windows", "2012")
    yield lab
    if lab.process.poll() is None:
        lab.process.kill()
        lab.process.communicate()


def test_the_control_api_from_end_to_end(served: Served) -> None:
    api = served.control
    hosts = requests.get(f"{api}/hosts", timeout=5).json()
    assert [host["name"].partition(".")[0] for host in hosts] == ["fe01", "fe02", "dir01", "med01", "chat01", "wac01"]
    assert hosts[1]["quirks"]["language"] == "de"
    before = served.probe()
    assert before["open"] == 0
    rule = "netsh advfirewall firewall add rule name=all dir=in action=allow"
    answer = requests.post(f"{api}/hosts/wac01/run", json={"command": rule}, timeout=5).json()
    assert answer["rc"] == 1  # "all" is no name
    version = requests.post(f"{api}/hosts/fe01/run", json={"command": "ver"}, timeout=5).json()["stdout"]
    assert "[Version 6.2.9200]" in version
    rule = rule.replace("name=all", "name=everything")
    answer = requests.post(f"{api}/hosts/wac01/run", json={"command": rule}, timeout=5).json()
    assert answer == {"rc": 0, "stdout": "Ok.\r\n\r\n", "stderr": ""}
    assert served.probe()["open"] == 1
    assert "everything" in str(requests.get(f"{api}/hosts/wac01/rules", timeout=5).json())
    stats = requests.get(f"{api}/hosts/wac01/stats", timeout=5).json()
    assert stats["processes"] == {"cmd": 2, "netsh": 2}
    text = requests.get(f"{api}/hosts/wac01/registry", params={"key": LOCAL_STORE}, timeout=5).text
    assert "|Name=everything|" in text
    requests.post(f"{api}/stats/reset", timeout=5)
    assert requests.get(f"{api}/hosts/wac01/stats", timeout=5).json()["processes"] == {}
    assert requests.post(f"{api}/hosts/wac01/profile", json={"profile": "public"}, timeout=5).json() == {
        "profile": "Public"
    }
    wanted = {"interfaces": [{"alias": "Локальная сеть"}, {"alias": "PSTN", "index": 14, "profile": "Private"}]}
    shown = requests.post(f"{api}/hosts/wac01/interfaces", json=wanted, timeout=5).json()["interfaces"]
    assert [(each["alias"], each["profile"]) for each in shown] == [("Локальная сеть", None), ("PSTN", "Private")]
    assert requests.post(f"{api}/hosts/wac01/reboot", timeout=5).status_code == 200
    assert served.probe()["open"] == 1
    assert requests.post(f"{api}/hosts/wac01/reset", timeout=5).status_code == 200
    assert served.probe()["open"] == 0


def test_a_log_over_the_control_api(served: Served) -> None:
    api = f"{served.control}/hosts/wac01"
    answer = requests.post(f"{api}/log", json={"source": "10.1.1.1", "count": 2, "locked": True}, timeout=5).json()
    assert answer["path"].endswith("pfirewall.log")
    command = r"type %SystemRoot%\System32\LogFiles\Firewall\pfirewall.log"
    assert requests.post(f"{api}/run", json={"command": command}, timeout=5).json()["rc"] == 1
    requests.post(f"{api}/log", json={"text": "x", "path": r"C:\a.log", "old": True}, timeout=5)
    assert requests.post(f"{api}/run", json={"command": r"type C:\a.log.old"}, timeout=5).json()["stdout"] == "x"
    for wrong in ({"megabytes": "many"}, {"path": r"Z:\a.log"}):
        assert requests.post(f"{api}/log", json=wrong, timeout=5).status_code == 400
    requests.post(f"{api}/reset", timeout=5)


def test_clock_tasks_and_group_policy_over_the_control_api(served: Served) -> None:
    api = f"{served.control}/hosts/wac01"
    create = r"schtasks /create /tn T /sc minute /mo 6 /ru SYSTEM /tr hostname"
    assert requests.post(f"{api}/run", json={"command": create}, timeout=5).json()["rc"] == 0
    (task,) = requests.get(f"{api}/tasks", timeout=5).json()["tasks"]
    assert (task["name"], task["runs"], task["running"]) == ("T", 0, False)
    assert requests.post(f"{api}/clock", json={"minute": 0.05}, timeout=5).json()["minute"] == 0.05
    deadline = time.monotonic() + 5
    while not (fired := requests.get(f"{api}/tasks", timeout=5).json()["fired"]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert fired
    assert set(fired) == {"T"}
    requests.post(f"{api}/clock", json={"minute": 60, "advance": 6}, timeout=5)
    assert requests.post(f"{api}/group-policy", json={"name": "off"}, timeout=5).status_code == 200
    assert served.probe()["open"] == 1


def test_second_accounts_and_mappings_over_the_control_api(served: Served) -> None:
    api = f"{served.control}/hosts/fe01"
    run = {"command": "echo x> C:\\Windows\\x.txt"}
    assert requests.post(f"{api}/run", json={**run, "user": "mallory"}, timeout=5).json()["rc"] == 1
    assert requests.post(f"{api}/run", json=run, timeout=5).json()["rc"] == 0
    mapped = requests.post(f"{api}/mapping", json={"inside": 5985, "source": "127.0.0.9"}, timeout=5).json()
    assert mapped["port"] not in (0, 5985)
    assert requests.get(f"http://{mapped['address']}:{mapped['port']}/wsman", timeout=5).status_code == 405


def test_bad_calls_of_the_control_api(served: Served) -> None:
    api = served.control
    assert requests.get(f"{api}/hosts/nobody/stats", timeout=5).status_code == 404
    for path, body in (
        ("run", {"command": 1}),
        ("run", [1]),
        ("quirks", {"nonsense": 1}),
        ("quirks", {"language": "xx"}),
        ("profile", {"profile": "none"}),
        ("interfaces", {}),
        ("interfaces", {"interfaces": ["Ethernet"]}),
        ("interfaces", {"interfaces": [{"alias": 1}]}),
        ("interfaces", {"interfaces": [{"profile": "none"}]}),
        ("interfaces", {"interfaces": [{"speed": 1}]}),
        ("clock", {"minute": 0}),
        ("clock", {"advance": -1}),
        ("clock", {"advance": "soon"}),
        ("group-policy", {"name": "strict"}),
        ("reboot", {"down": -1}),
        ("mapping", {"inside": "http"}),
    ):
        response = requests.post(f"{api}/hosts/fe01/{path}", json=body, timeout=5)
        assert response.status_code == 400, path
        assert response.json()["error"]
    assert requests.get(f"{api}/hosts/fe01/registry", params={"key": "nonsense"}, timeout=5).status_code == 400


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_cleanly(served: Served, number: int) -> None:
    assert served.ready.exists()
    code, out = served.stop(number)
    assert code == 0
    assert "6 simulated Windows hosts are up" in out
    assert str(served.inventory) in out
    assert served.control in out
    assert "lyncops.firewall.site --check --diff" in out
    assert "-m lyncops.firewall.lync_firewall_info" in out
    assert "Traceback" not in out
    assert not served.ready.exists()


def test_ports_that_may_not_be_bound_are_named_once(tmp_path: Path) -> None:
    if shutil.which("setpriv") is None or os.geteuid() != 0:
        pytest.skip("needs root and setpriv, to give the right to low ports away")
    weak = ["setpriv", "--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"]
    done = subprocess.run(
        [*weak, "timeout", "-s", "INT", "3", sys.executable, "-m", "lab", "serve", "--network", NETWORK,
         "--inventory", str(tmp_path / "inventory.yml")],
        env={**os.environ, "PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("Not simulated")]
    assert line.endswith(": 80/tcp, 135/tcp, 443/tcp, 444/tcp, 445/tcp, 448/tcp, 881/tcp")
    assert done.stderr == ""


def test_the_probes_table(served: Served) -> None:
    out = subprocess.run(
        [sys.executable, "-m", "lab", "probe", "--inventory", str(served.inventory)],
        env=served.environment, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = out.splitlines()
    assert lines[0].split() == ["host", "role", "winrm", "services", "open", "closed", "ports"]
    assert lines[1].startswith("fe01.contoso.test")
    assert "Front End + CMS" in lines[1]
    assert "0 of 35" in lines[1]
    assert lines[-1] == "0 of 94 services open, 94 closed; WinRM reachable on 6 of 6 hosts"
    assert max(map(len, lines)) < 130
