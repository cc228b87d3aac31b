# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab`: serve an estate of simulated Windows hosts, or probe one."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from lab.bystanders import BYSTANDERS
from lab.control import DEFAULT_PORT, control_application
from lab.estate import (
    GROUP_POLICIES,
    LOGINS,
    LYNC_RULES,
    NETWORK,
    PASSWORD,
    USER,
    EstateError,
    EstateOptions,
    build_estate,
)
from lab.foreign_rules import ODDITIES
from lab.hints import hint
from lab.host_spec import HostSpec
from lab.inventory import InventoryError, read_inventory, write_inventory
from lab.probe import as_json, as_table, probe
from lab.products import LYNC_2013, PRODUCTS
from lab.quirks import QuirkError, parse_assignment
from lab.ready_logs import log_file
from lab.server import Estate, LabError, require_loopback
from lab.starting_policy import NAMED_POLICIES, WINDOWS
from lab.topology import topology_document
from lab.windows.filesystem import FileSystemError

DEFAULT_INVENTORY = Path("build/lab/inventory.yml")
_ROWS_SHOWN = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (EstateError, InventoryError, LabError, QuirkError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="Simulated Windows hosts that speak WinRM.")
    commands = parser.add_subparsers(dest="command", required=True)

    serve = commands.add_parser("serve", help="run an estate in the foreground")
    serve.set_defaults(run=_serve_command)
    serve.add_argument(
        "--product",
        choices=tuple(PRODUCTS),
        help="what the estate runs; with two Edge Servers, unless --edges says otherwise (default lync_2013 without)",
    )
    serve.add_argument(
        "--hosts", type=int, metavar="N", help="number of hosts, 1 to 1000 (default one of each kind, 6 or 7)"
    )
    serve.add_argument("--edges", type=int, metavar="N", help="so many Edge Servers behind them, in no domain")
    serve.add_argument(
        "--edge-addresses", type=int, choices=(1, 3), default=3, help="external ones of each (default %(default)s)"
    )
    serve.add_argument(
        "--no-local-account-tokens",
        action="store_true",
        help="Edge Servers lack LocalAccountTokenFilterPolicy, as Windows comes: their local account is refused",
    )
    serve.add_argument(
        "--extended", action="store_true", help="what no table of ports has listens too, such as a VIS's TCP trunk"
    )
    serve.add_argument(
        "--policy",
        default="default",
        metavar="NAME|FILE",
        help=f"starting policy: {', '.join(NAMED_POLICIES)}, or the path of a *.reg.txt dump (default %(default)s)",
    )
    serve.add_argument(
        "--registry",
        action="append",
        default=[],
        metavar="FILE",
        help="a dump read on top of the policy; repeatable",
    )
    serve.add_argument("--no-winrm-rule", action="store_true", help="leave WinRM's rules as the policy has them")
    serve.add_argument("--winrm-from-any", action="store_true", help="admit WinRM in every profile, from everywhere")
    serve.add_argument("--foreign-rules", type=int, default=0, metavar="N", help="pad to N rules with varied others")
    serve.add_argument(
        "--bystanders",
        type=_names,
        metavar="NAME,…",
        help=f"services beside Lync's that listen too: none, or some of {', '.join(BYSTANDERS)}"
        " (default all, but none with more than 100 hosts)",
    )
    serve.add_argument(
        "--lync-rules",
        choices=LYNC_RULES,
        default="one-disabled",
        help="Lync's own program rules (default %(default)s)",
    )
    serve.add_argument(
        "--group-policy", choices=GROUP_POLICIES, default="none", help="firewall policy of Group Policy (default none)"
    )
    serve.add_argument(
        "--oddities", type=_names, default=(), metavar="NAME,…", help=f"rules that try a reader: {', '.join(ODDITIES)}"
    )
    serve.add_argument(
        "--windows", choices=tuple(WINDOWS), help="version (default the first of the product's, 2012r2 for lync_2013)"
    )
    serve.add_argument("--ban-list", type=int, default=0, metavar="N", help="N block rules of one address each")
    serve.add_argument("--winrm-port", type=int, default=5985, metavar="PORT", help="of WinRM (default %(default)s)")
    serve.add_argument(
        "--login",
        choices=LOGINS,
        default="ntlm",
        help="the inventory's; basic allows what is not encrypted too; certificate, with --https, writes one of the"
        " user beside the inventory (default %(default)s, as Windows)",
    )
    serve.add_argument("--https", action="store_true", help="WinRM over HTTPS too, on 5986; the inventory's is that")
    serve.add_argument("--winrm-by-policy", action="store_true", help="WinRM's listener is one of Group Policy's only")
    serve.add_argument("--no-services", action="store_true", help="Lync's ports do not listen, only WinRM does")
    serve.add_argument("--quirk", action="append", default=[], metavar="HOST:NAME=VALUE", help="HOST may be *")
    serve.add_argument(
        "--log",
        action="append",
        default=[],
        metavar="HOST:NAME=VALUE,…",
        help="a log of the firewall, such as fe01:megabytes=32,source=10.4.2.9,port=5061,count=3; HOST may be *",
    )
    serve.add_argument(
        "--minute", type=float, metavar="SECONDS", help="how long a minute of the hosts' clocks takes (default 60)"
    )
    serve.add_argument("--inventory", type=Path, default=DEFAULT_INVENTORY, help=f"default {DEFAULT_INVENTORY}")
    serve.add_argument("--network", default=NETWORK, metavar="127.N", help=f"half of all addresses (default {NETWORK})")
    serve.add_argument("--control", metavar="ADDRESS:PORT", help=f"default NETWORK.255.1:{DEFAULT_PORT}")
    serve.add_argument("--user", default=USER)
    serve.add_argument("--password", default=PASSWORD)
    serve.add_argument("--ready-file", type=Path, help="is written when everything listens")

    look = commands.add_parser("probe", help="show which services of an estate are open")
    look.set_defaults(run=_probe_command)
    look.add_argument("--inventory", type=Path, default=DEFAULT_INVENTORY, help=f"default {DEFAULT_INVENTORY}")
    look.add_argument("--timeout", type=float, default=0.7, metavar="SECONDS", help="for each port (default 0.7)")
    look.add_argument("--json", action="store_true")
    return parser


def _names(text: str) -> tuple[str, ...]:
    """`a,b` as names; `none` is none of them."""
    return () if text in ("", "none") else tuple(name.strip() for name in text.split(","))


def _probe_command(options: argparse.Namespace) -> int:
    reports = asyncio.run(probe(read_inventory(options.inventory), options.timeout))
    if options.json:
        print(json.dumps(as_json(reports), indent=2))
    else:
        print(as_table(reports, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
        if why := hint(reports):
            print(why)
    return 0


def _serve_command(options: argparse.Namespace) -> int:
    specs = build_estate(
        EstateOptions(
            product=options.product or LYNC_2013.name,
            count=options.hosts,
            edges=(2 if options.product else 0) if options.edges is None else options.edges,
            edge_addresses=options.edge_addresses,
            local_account_tokens=not options.no_local_account_tokens,
            extended=options.extended,
            policy=options.policy,
            registry=tuple(options.registry),
            winrm_rule=not options.no_winrm_rule,
            winrm_from_any=options.winrm_from_any,
            foreign_rules=options.foreign_rules,
            services=not options.no_services,
            network=options.network,
            bystanders=options.bystanders,
            lync_rules=options.lync_rules,
            group_policy=options.group_policy,
            oddities=options.oddities,
            windows=options.windows,
            ban_list=options.ban_list,
            winrm_port=options.winrm_port,
            winrm_by_policy=options.winrm_by_policy,
            login=options.login,
            https=options.https,
        )
    )
    minute = [] if options.minute is None else [f"*:minute={options.minute}"]
    specs = with_quirks(specs, [*minute, *options.quirk])
    asyncio.run(_serve(specs, options))
    return 0


def with_quirks(specs: Sequence[HostSpec], assignments: Sequence[str]) -> tuple[HostSpec, ...]:
    """The hosts with `HOST:NAME=VALUE` quirks applied. Raises QuirkError, also for an unknown host."""
    result = list(specs)
    for assignment in assignments:
        target, name, value = parse_assignment(assignment)
        matches = [at for at, spec in enumerate(result) if target in ("*", spec.name, spec.name.partition(".")[0])]
        if not matches:
            raise QuirkError(f"no host is called {target!r}")
        for at in matches:
            result[at] = replace(result[at], quirks=result[at].quirks.with_changes({name: value}))
    return tuple(result)


def put_logs(estate: Estate, assignments: Sequence[str]) -> None:
    """Put logs of the firewall on hosts, as `HOST:NAME=VALUE,…` describes them. Raises LabError."""
    for assignment in assignments:
        target, colon, words = assignment.partition(":")
        pairs = [word.partition("=") for word in words.split(",")]
        if not colon or not all(equals for _unused, equals, _value in pairs):
            raise LabError(f"not HOST:NAME=VALUE,…: {assignment!r}")
        try:
            log = log_file({name.strip(): value.strip() for name, _unused, value in pairs})
            for running in estate.hosts.values() if target == "*" else [estate.find(target)]:
                running.host.put_log(log)
        except (ValueError, FileSystemError) as error:
            raise LabError(f"--log {assignment}: {error}") from error


def _control_endpoint(text: str) -> tuple[str, int]:
    address, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise LabError(f"not ADDRESS:PORT: {text!r}")
    require_loopback(address)
    return address, int(port)


async def _serve(specs: Sequence[HostSpec], options: argparse.Namespace) -> None:
    begun = time.monotonic()
    _raise_file_limit()
    control = options.control or f"{options.network}.255.1:{DEFAULT_PORT}"
    address, port = _control_endpoint(control)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    estate = Estate(specs, options.user, options.password, options.network)
    runner = web.AppRunner(control_application(estate), access_log=None)
    try:
        estate.start()
        put_logs(estate, options.log)
        await runner.setup()
        await web.TCPSite(runner, address, port).start()
        write_inventory(options.inventory, specs, options.user, options.password, options.login, estate.authority)
        topology = options.inventory.parent / "topology.xml"
        topology.write_bytes(topology_document(specs))
        print(_welcome(estate, options.inventory, control, time.monotonic() - begun), flush=True)
        if options.ready_file:
            options.ready_file.parent.mkdir(parents=True, exist_ok=True)
            options.ready_file.write_text(f"{os.getpid()}\n")
        await stop.wait()
    finally:
        await runner.cleanup()
        await estate.close()
        if options.ready_file:
            options.ready_file.unlink(missing_ok=True)
    print("The lab is closed.")


def _raise_file_limit() -> None:
    """Every open port is a file descriptor: take as many as the system lets us have."""
    _unused, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _welcome(estate: Estate, inventory: Path, control: str, seconds: float) -> str:
    rows = [
        (spec.name, spec.address, str(len(spec.listeners)), ", ".join(spec.groups))
        for spec in (host.host.spec for host in list(estate.hosts.values())[:_ROWS_SHOWN])
    ]
    rows.insert(0, ("host", "address", "ports", "groups"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{len(estate.hosts)} simulated Windows hosts are up ({seconds:.1f} s). They exist on loopback only.", ""]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        lines.append("  " + "  ".join((*cells, row[3])).rstrip())
    hidden = len(estate.hosts) - len(rows) + 1
    if hidden > 0:
        lines.append(f"  … and {hidden} more")
    missing = estate.not_simulated()
    if missing:
        lines += ["", f"Not simulated (not allowed, taken, or too many open files): {', '.join(missing)}"]
    lines += [
        "",
        f"Inventory  {inventory}",
        f"Topology   {inventory.parent / 'topology.xml'} (by it, media ranges end a port below those served here)",
        f"Control    http://{control}/hosts",
        "",
        "Try, in another terminal:",
        f"  ansible-playbook -i {inventory} lyncops.firewall.site --check --diff   # what is closed, changing nothing",
        f"  ansible-playbook -i {inventory} lyncops.firewall.site                  # open it",
        f"  ansible-playbook -i {inventory} lyncops.firewall.audit                 # a page of all hosts, to look at",
        f"  ansible lync -i {inventory} -m lyncops.firewall.lync_firewall_info -a host_variables=true",
        f"  PYTHONPATH=tests python -m lab probe --inventory {inventory}   # see for yourself",
        "",
        "Ctrl-C ends the lab.",
    ]
    return "\n".join(lines)
