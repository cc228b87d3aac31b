# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign rules: padding for hosts with many rules, ban lists, and malformed ones that a reader must cope with."""

from __future__ import annotations

import random
from collections.abc import Mapping

from lab.hostile_text import NAMES
from lab.windows.firewall_service import LOCAL_STORE
from lab.windows.registry import LONG_ROOTS, Registry


def pad(registry: Registry, total: int) -> None:
    """Add varied foreign rules until there are ``total``; they touch neither WinRM nor Lync's ports."""
    key = registry.create(LOCAL_STORE + r"\FirewallRules")
    source = random.Random(2013)  # the same estate every time
    for number in range(len(key.values), total):
        key.set(*_foreign_rule(source, number))


def banned_address(number: int) -> str:
    """An address that no two numbers share and none is next to another's, of the range for benchmarks (RFC 2544)."""
    third, fourth = divmod(number, 128)
    return f"198.{18 + third // 256}.{third % 256}.{2 * fourth + 1}"


def ban_rule(number: int, version: tuple[int, int]) -> str:
    """The string of one rule of a ban list: what brute-force protection writes, a rule for each address.

    :raises ValueError: for more addresses than there are, 65,536.
    """
    if not 0 <= number < 65536:
        raise ValueError(f"a ban list has at most 65536 addresses, not {number + 1}")
    address = banned_address(number)
    return f"v{version[0]}.{version[1]}|Action=Block|Active=TRUE|Dir=In|RA4={address}|Name=Banned {address}|"


def ban(registry: Registry, count: int, version: tuple[int, int]) -> None:
    """Give a host a ban list of so many addresses."""
    key = registry.create(LOCAL_STORE + r"\FirewallRules")
    for number in range(count):
        key.set(f"{{BA000000-0000-4000-8000-{number:012X}}}", "REG_SZ", ban_rule(number, version))


def _foreign_rule(source: random.Random, number: int) -> tuple[str, str, str]:
    action = source.choice(("Allow", "Allow", "Allow", "Block"))
    active = source.choice(("TRUE", "FALSE"))
    direction = source.choice(("In", "In", "Out"))
    protocol = source.choice((6, 17))
    port = source.randrange(20000, 30000)
    tokens = [f"Action={action}", f"Active={active}", f"Dir={direction}", f"Protocol={protocol}"]
    tokens += [
        f"Profile={name}" for name in source.choice(((), ("Domain",), ("Private", "Public"), ("Domain", "Public")))
    ]
    side = "L" if direction == "In" else "R"
    tokens += source.choice((
        [f"{side}Port={port}"],
        [f"{side}Port2_10={port}-{port + 20}"],
        [f"{side}Port={port}", f"{side}Port={port + 7}", f"{side}Port2_10={port + 10}-{port + 12}"],
    ))  # fmt: skip
    tokens += source.choice((
        [],
        ["RA4=LocalSubnet", "RA6=LocalSubnet"],
        [f"RA4=10.{number % 250}.0.0/255.255.0.0"],
        [f"RA4=10.1.{number % 250}.4", f"RA4=192.168.{number % 250}.10-192.168.{number % 250}.20"],
    ))  # fmt: skip
    product = source.choice(("Backup Agent", "Monitoring Agent", "Antivirus", "Print Service", "Remote Tool"))
    tokens.append(f"App=C:\\Program Files\\{product}\\agent{number % 17}.exe")
    # Several rules share a name, as on real hosts.
    name = f"{product} {number % 400}" if number % 5 else f"@agent{number % 17}.dll,-{number}"
    tokens.append(f"Name={name}")
    if number % 3 == 0:
        tokens.append(f"Desc=Rule {number} of {product}")
    if number % 4 == 0:
        tokens.append(f"EmbedCtxt={product}")
    if number % 11 == 0 and direction == "In":
        tokens += ["Edge=TRUE", "Defer=App"]
    if number % 6 == 0:
        rule_id = f"Agent-{number}-{direction}"
    else:
        rule_id = "{" + f"{source.getrandbits(128):032X}" + "}"
        rule_id = f"{rule_id[:9]}-{rule_id[9:13]}-{rule_id[13:17]}-{rule_id[17:21]}-{rule_id[21:]}"
    return rule_id, "REG_SZ", "v2.22|" + "|".join(tokens) + "|"


_LONG_STORE = LOCAL_STORE.replace("HKLM", LONG_ROOTS["HKLM"], 1)
_BASE = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=20999|"
_FORGED = "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=5061|Name=Lync forged|"
_FORGED_KEY = f"{_LONG_STORE}\\StandardProfile\r\n    EnableFirewall    REG_DWORD    0x0"

_HOSTILE = {kind: text.replace("|", "/") for kind, text in NAMES.items()}  # a rule cannot hold its own separator

ODDITIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    # A value that the service cannot read and ignores, but that looks like a rule where `reg query` prints it …
    "forged-rule": (
        ("Odd-Forged-Rule", f"v2.22|\r\n    {{F0F0F0F0-0000-4000-8000-000000000001}}    REG_SZ    {_FORGED}"),
    ),
    # … or like a rule that is there already …
    "forged-twin": (
        ("Odd-Real", f"{_BASE}Name=Odd real|"),
        ("Odd-Forged-Twin", f"v2.22|\r\n    Odd-Real    REG_SZ    {_FORGED}"),
    ),
    # … while a description with line breaks, in a rule in force, may look like another key with a value …
    "forged-key": (("Odd-Forged-Key", f"{_BASE}Name=Odd forged key|Desc=a\r\n\r\n{_FORGED_KEY}\r\n|"),),
    # … and a lone line feed or carriage return is a line break too.
    "line-breaks": (
        ("Odd-Line-Feed", f"{_BASE}Name=Odd line feed|Desc=one\ntwo|"),
        ("Odd-Carriage-Return", f"{_BASE}Name=Odd carriage return|Desc=one\rtwo|"),
    ),
    # Names that do something to a terminal, a spreadsheet or a page.
    "hostile-names": tuple(
        (f"Odd-Hostile-{kind}", f"{_BASE}Name={text}|Desc=Odd {text}|") for kind, text in _HOSTILE.items()
    ),
    "huge-name": (("Odd-Huge", f"{_BASE}Name=%HUGE%|"),),
    "six-names": tuple(
        (f"Odd-Six-{number}", f"{_BASE.replace('20999', str(20990 + number))}Name=Odd six of one name|")
        for number in range(1, 7)
    ),
    # What the services of several releases and Microsoft's own hand-written rules hold.
    "old-hands": (
        (
            "Odd-Lower",
            "V2.0|action=allow|active=TRUE|dir=in|app=%SystemRoot%\\odd.exe|LPORT=20998|Protocol=tcp|name=Odd|",
        ),
        ("Odd-Commas", "v2.0|Action=Allow|Dir=Out|rport=3268,389,563|Protocol=tcp|Name=Odd commas|"),
        ("Odd-Order", "v2.10|Dir=In|LPort=20997|Protocol=6|Active=FALSE|Action=Block|Name=Odd order|Desc=|"),
        ("Odd-Any-Service", f"{_BASE}Svc=*|Name=Odd any service|"),
        ("TCP Query User{ODD}C:\\Program Files\\odd (x86)\\odd.exe", f"{_BASE}Name=Odd id|"),
        ("Odd-Future", "v2.99|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=20996|Quantum=TRUE|Name=Odd future|"),
        ("Odd-Package", f"{_BASE}Name=@{{Odd_1.0_neutral?ms-resource://Odd/Name}}|LUAuth=O:LSD:(A;;CC;;;S-1-5-18)|"),
    ),
}


HUGE_NAME = 5 << 20
"""Characters in the name of the oddity huge-name; [MS-FASP] 2.2.37 allows 9,999, a registry value holds more."""


def add_oddity(registry: Registry, name: str) -> None:
    """Add the rules of one of ODDITIES to the local store."""
    key = registry.create(LOCAL_STORE + r"\FirewallRules")
    for rule_id, text in ODDITIES[name]:
        key.set(rule_id, "REG_SZ", text.replace("%HUGE%", "n" * HUGE_NAME))
