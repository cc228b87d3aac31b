# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny Windows for tests: a firewall in memory that takes command lines and prints what ``reg query`` would.

Written from [MS-GPFAS], Microsoft's netsh and sc references and Wine's reg tests, without a line of the plugins: it
parses netsh commands and writes rule strings itself, so that a mistake in one of the two readings shows.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Pairs = list[tuple[str, str]]

POLICY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
GROUP_POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
SERVICES = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services"
LISTENER = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener"

# Label of the state, label of the type, the default value's name, netsh's "Ok.". reg complains on standard error.
LANGUAGES = {
    "en": ("STATE", "TYPE", "(Default)", "Ok."),
    "pt": ("ESTADO", "TIPO", "(padr\u00e3o)", "Ok."),
    "de": ("STATUS", "TYP", "(Standard)", "OK."),
    "ru": (
        "\u0421\u043e\u0441\u0442\u043e\u044f\u043d\u0438\u0435", "\u0422\u0438\u043f",
        "(\u041f\u043e \u0443\u043c\u043e\u043b\u0447\u0430\u043d\u0438\u044e)",
        "\u041e\u041a.",
    ),
}  # fmt: skip

_PART = re.compile(r'\((?P<command>(?:"[^"]*"|[^&|()"])+) <nul&&echo (?P<ok>@[\w-]+)\|\|echo (?P<no>@[\w-]+)\)')
_WORD = re.compile(r'(?P<tag>[a-z]+)=(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))')
_KEYWORDS = {
    "localsubnet": "LocalSubnet",
    "dns": "DNS",
    "dhcp": "DHCP",
    "wins": "WINS",
    "defaultgateway": "DefaultGateway",
}
_TAGS = {"dir", "action", "enable", "profile", "protocol", "localport", "remoteport", "localip", "remoteip", "program",
         "description", "name", "service", "interfacetype", "edge", "security", "group"}  # fmt: skip
_PROFILE_LINE = re.compile(r"advfirewall set (domain|private|public)profile (.+)")
_INBOUND = {"blockinbound": (1, 0), "blockinboundalways": (1, 1), "allowinbound": (0, 0)}
_SWITCHES = {
    "settings inboundusernotification": ("DisableNotifications", True),
    "settings unicastresponsetomulticast": ("DisableUnicastResponsesToMulticastBroadcast", True),
    "logging droppedconnections": (r"Logging\LogDroppedPackets", False),
    "logging allowedconnections": (r"Logging\LogSuccessfulConnections", False),
}
_SECURITY = {
    "authenticate": [("Security", "Authenticate")],
    "authenc": [("Security", "AuthenticateEncrypt")],
    "authnoencap": [("Security", "Authenticate"), ("Security2_9", "An-NoEncap")],
    "authdynenc": [("Security", "Authenticate"), ("Security2", "AnE-Nego")],
    "notrequired": [],
}
_EDGE = {
    "yes": [("Edge", "TRUE")],
    "deferapp": [("Edge", "TRUE"), ("Defer", "App")],
    "deferuser": [("Edge", "TRUE"), ("Defer", "User")],
    "no": [],
}


@dataclass
class WindowsModel:
    """One host. The attributes are its state; a test sets them as it likes.

    Values of `texts`, by key and name, stand before the others of their key.
    """

    local: dict[str, Pairs] = field(default_factory=dict)
    group_policy: dict[str, Pairs] | None = None
    profiles: dict[str, dict[str, int | str]] = field(
        default_factory=lambda: {name: {"EnableFirewall": 1} for name in ("Domain", "Standard", "Public")}
    )
    policy_profiles: dict[str, dict[str, int]] = field(default_factory=dict)
    state: int = 4
    start: int = 2
    bfe_start: int = 2
    programs: dict[str, str] = field(default_factory=dict)
    level: int = 12288
    groups: str = "BUILTIN\\Administrators    Alias    S-1-5-32-544    Enabled group"
    language: str = "en"
    firewall_product: str = ""
    refuses_service_control: bool = False
    ignored: set[str] = field(default_factory=set)
    batch_is_ignored: bool = False
    autorun: str = ""
    default_value: bool = False
    logging: bool = True
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    _ids: int = 0

    def run(self, command: str, stdin: bytes = b"") -> str:
        """Run one command line as cmd would; the output is standard output."""
        if command == "netsh":
            for line in stdin.decode("ascii").split("\r\n"):
                if line == "bye":
                    return "netsh>\r\n"
                if not self.batch_is_ignored:
                    self.netsh(line)
            raise AssertionError("netsh waits for more: the batch has no bye")
        if command.startswith("netsh "):
            assert command.endswith(" <nul"), "netsh could wait for input"
            self.netsh(command[len("netsh ") : -len(" <nul")])
            return LANGUAGES[self.language][3] + "\r\n\r\n"
        if command.startswith("sc ") and not command.startswith("sc query"):
            self._control(command)
            return "[SC]\r\n"
        begin, _and, questions = command.partition("&")
        assert begin.startswith("echo @"), f"an AutoRun line would be read as a part of {command!r}"
        parts = list(_PART.finditer(questions))
        assert "&".join(part[0] for part in parts) == questions, f"cmd would not understand {command!r}"
        printed = f"{self.autorun}{begin.removeprefix('echo ')}\r\n"
        for part in parts:
            text = self._program(part["command"])
            printed += f"{part['no']}\r\n" if text is None else f"{text}{part['ok']}\r\n"
        return printed

    def netsh(self, line: str) -> None:
        """One line of netsh. What it would refuse it ignores, as a session does."""
        self.lines.append(line)
        if line in self.ignored or self.state != 4:
            return
        profile = _PROFILE_LINE.fullmatch(line)
        if profile:
            self._set(self.profiles[{"private": "Standard"}.get(profile[1], profile[1].title())], profile[2])
            return
        verb, words, new = parse_line(line)
        if verb == "add":
            self._ids += 1
            self.local[f"{{00000000-0000-0000-0000-{self._ids:012}}}"] = rule_pairs(words)
            return
        if "group" in words:
            assert verb == "set"
            assert new.keys() == {"enable"}, "a group can only be switched"
            for key, pairs in self.local.items():
                if ("EmbedCtxt", words["group"]) in pairs:
                    self.local[key] = changed_pairs(pairs, new)
            return
        hit = [key for key, pairs in self.local.items() if dict(pairs)["Name"].casefold() == words["name"].casefold()]
        for key in hit:
            if verb == "delete":
                del self.local[key]
            else:
                self.local[key] = changed_pairs(self.local[key], new)

    def _set(self, values: dict[str, int | str], rest: str) -> None:
        """What follows ``set …profile``, by Microsoft's reference of ``netsh advfirewall set``."""
        words = re.findall(r'"[^"]*"|\S+', rest)
        subject = " ".join(words[:2])
        if words[0] == "state":
            values["EnableFirewall"] = {"on": 1, "off": 0}[words[1]]
        elif words[0] == "firewallpolicy":
            inbound, outbound = words[1].split(",")  # both halves are required
            values["DefaultInboundAction"], values["DoNotAllowExceptions"] = _INBOUND[inbound]
            values["DefaultOutboundAction"] = {"blockoutbound": 1, "allowoutbound": 0}[outbound]
        elif subject == "logging filename":
            values[r"Logging\LogFilePath"] = words[2].strip('"')
        elif subject == "logging maxfilesize":
            assert 1 <= int(words[2]) <= 32767
            values[r"Logging\LogFileSize"] = int(words[2])
        else:
            name, opposite = _SWITCHES[subject]
            values[name] = int({"enable": True, "disable": False}[words[2]] is not opposite)

    def _control(self, command: str) -> None:
        if self.refuses_service_control:
            return
        if command == "sc config MpsSvc start= auto":
            self.start = 2
        elif command == "sc start MpsSvc":
            if self.start != 4 and self.bfe_start != 4:
                self.state = 4
        else:
            raise AssertionError(f"nobody may run {command}")

    def directory(self, path: str) -> str | None:
        """What `dir /b` prints of a file; this model has no files, and says so."""
        assert path == r"%SystemRoot%\LyncOpsRollback\undo.cmd"

    def _program(self, command: str) -> str | None:
        """Standard output of a small program, or None where it fails."""
        state, kind, _default, _ok = LANGUAGES[self.language]
        if command == "netsh advfirewall show global":
            names = {"en": "Windows Firewall", "pt": "Firewall do Windows", "de": "Windows-Firewall"}
            own = names.get(self.language, "?")
            owners = [self.firewall_product or own] * 3 + [own]
            labels = ("BootTime", "Firewall", "Stealth", "ConSec")
            pairs = zip(labels, owners, strict=True)
            return "\r\n" + "".join(f"{label + 'RuleCategory':<38}{owner}\r\n" for label, owner in pairs) + "\r\n"
        if command == "whoami /groups":
            mandatory = f"Mandatory Label\\Level    Label    S-1-16-{self.level}"
            return f"\r\nGROUP INFORMATION\r\n-----\r\n\r\nEveryone    S-1-1-0\r\n{self.groups}\r\n{mandatory}\r\n"
        if command == "sc query MpsSvc":
            words = {1: "STOPPED", 2: "START_PENDING", 4: "RUNNING"}[self.state]
            return (
                f"\r\nSERVICE_NAME: MpsSvc \r\n        {kind:<19}: 20  WIN32_SHARE_PROCESS  \r\n"
                f"        {state:<19}: {self.state}  {words} \r\n"
                "                                (STOPPABLE, NOT_PAUSABLE)\r\n        WIN32_EXIT_CODE    : 0  (0x0)\r\n"
            )
        listing = re.fullmatch(r'dir /b "([^"]+)"', command)
        if listing:
            return self.directory(listing[1])
        query = re.fullmatch(
            r'reg query "(?:HKLM|HKEY_LOCAL_MACHINE)(\\[^"]+)"( /s| /v (?P<value>"[^"]+"|\w+))?', command
        )
        assert query is not None, f"unknown program: {command}"
        key = "HKEY_LOCAL_MACHINE" + query[1]  # printed in the long form, however it was asked
        registry = self.registry()
        below = {name: values for name, values in registry.items() if name.startswith(key + "\\")}
        if key not in registry and not below:
            return None
        own = registry.get(key, [])
        if query["value"]:
            found = [value for value in own if value[0] == query["value"].strip('"')]
            return _block(key, found) + "\r\n" if found else None
        # The queried key's own name is printed only if it has values (Wine's query.c, test 8b).
        blocks = _block(key, own) if own else ""
        if query[2]:
            return blocks + "".join(_block(name, values) for name, values in below.items()) + "\r\n"
        listed = dict.fromkeys(key + "\\" + name[len(key) + 1 :].partition("\\")[0] for name in below)
        return blocks + "\r\n" + "".join(f"{name}\r\n" for name in listed)

    def registry(self) -> dict[str, list[tuple[str, str, str]]]:
        """Keys to name, type and data, in the order in which reg prints them."""
        default = LANGUAGES[self.language][2]

        def rules(stored: dict[str, Pairs]) -> list[tuple[str, str, str]]:
            return [(key, "REG_SZ", "v2.22|" + "".join(f"{k}={v}|" for k, v in pairs)) for key, pairs in stored.items()]

        def numbers(values: Mapping[str, int | str]) -> list[tuple[str, str, str]]:
            return [
                (name, "REG_EXPAND_SZ", value) if isinstance(value, str) else (name, "REG_DWORD", hex(value))
                for name, value in values.items()
            ]

        keys = {
            rf"{SERVICES}\MpsSvc": numbers({"Start": self.start}),
            rf"{SERVICES}\BFE": numbers({"Start": self.bfe_start}),
            LISTENER: [],
            rf"{LISTENER}\*+HTTP": numbers({"Port": 5985, "enabled": 1}),
        }
        for name, image in self.programs.items():
            keys[rf"{SERVICES}\{name}"] = [("ImagePath", "REG_EXPAND_SZ", image)]
        for name, values in self.profiles.items():
            plain = {key: value for key, value in values.items() if "\\" not in key}
            logged = {key.partition("\\")[2]: value for key, value in values.items() if "\\" in key}
            keys[rf"{POLICY}\{name}Profile"] = numbers(plain)
            if self.logging or logged:
                logged.setdefault("LogFilePath", r"%systemroot%\pfirewall.log")
                keys[rf"{POLICY}\{name}Profile\Logging"] = numbers(logged)
        keys[rf"{POLICY}\FirewallRules"] = [(default, "REG_SZ", "")] * self.default_value + rules(self.local)
        if self.group_policy is not None:
            keys[GROUP_POLICY] = numbers({"PolicyVersion": 0x216})
            keys[rf"{GROUP_POLICY}\FirewallRules"] = rules(self.group_policy)
            for name, values in self.policy_profiles.items():
                keys[rf"{GROUP_POLICY}\{name}Profile"] = numbers(values)
        for key, texts in self.texts.items():
            keys[key] = [(name, "REG_SZ", text) for name, text in texts.items()] + keys.get(key, [])
        return keys


def _block(key: str, values: list[tuple[str, str, str]]) -> str:
    return f"\r\n{key}\r\n" + "".join(f"    {n}    {t}    {d}\r\n" for n, t, d in values)


def parse_line(line: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """A netsh firewall line as its verb, its tags, and the tags after ``new``. Fails for what netsh would not take."""
    head = re.match(r"advfirewall firewall (add|set|delete) rule ", line)
    assert head is not None, line
    assert len(line) < 1000, "too long for netsh"
    assert re.fullmatch(r"[ -~]+", line), "other than printable ASCII"
    before, _new, after = line[head.end() :].partition(" new ")
    if head[1] != "set":
        before, after = line[head.end() :], ""
    return head[1], _words(before), _words(after)


def _words(text: str) -> dict[str, str]:
    words: dict[str, str] = {}
    rest = text
    while rest:
        match = _WORD.match(rest)
        assert match is not None, f"netsh would not understand {rest!r}"
        assert match["tag"] in _TAGS, match["tag"]
        assert match["tag"] not in words, f"{match['tag']} is there twice"
        words[match["tag"]] = match["bare"] if match["quoted"] is None else match["quoted"]
        rest = rest[match.end() :]
        assert not rest or rest[0] == " ", rest
        rest = rest[1:]
    return words


def rule_pairs(words: dict[str, str]) -> Pairs:
    """The tokens Windows stores for ``add rule``, by the grammar of [MS-GPFAS] 2.2.2.19."""
    assert words["name"]
    assert words["name"].casefold() != "all"
    pairs = [
        ("Action", {"allow": "Allow", "block": "Block"}[words["action"]]),
        ("Active", {"yes": "TRUE", "no": "FALSE"}[words.get("enable", "yes")]),
        ("Dir", {"in": "In", "out": "Out"}[words["dir"]]),
    ]
    protocol, _colon, icmp = words.get("protocol", "any").partition(":")
    if protocol != "any":
        pairs.append(("Protocol", {"tcp": "6", "udp": "17", "icmpv4": "1", "icmpv6": "58"}.get(protocol, protocol)))
    pairs += _profile_pairs(words.get("profile", "any"))
    if icmp:
        kind, code = icmp.split(",")
        pairs.append(({"icmpv4": "ICMP4", "icmpv6": "ICMP6"}[protocol], f"{kind}:{'*' if code == 'any' else code}"))
    for tag, side in (("localport", "L"), ("remoteport", "R")):
        if words.get(tag, "any") != "any":
            assert protocol in ("tcp", "udp"), "ports require TCP or UDP"
            items = words[tag].split(",")
            assert not {"RPC", "RPC-EPMap"} & set(items) or (protocol == "tcp" and words["dir"] == "in" and side == "L")
            pairs += [
                (f"{side}Port2_10" if "-" in item and item[0].isdigit() else f"{side}Port", item) for item in items
            ]
    pairs += _address_pairs("LA", words.get("localip", "any")) + _address_pairs("RA", words.get("remoteip", "any"))
    types = {"lan": [("IFType", "Lan")], "wireless": [("IFType", "Wireless")], "ras": [("IFType", "RemoteAccess")]}
    pairs += types.get(words.get("interfacetype", "any"), [])
    pairs += [("App", words["program"])] if "program" in words else []
    pairs += [("Svc", {"any": "*"}.get(words["service"], words["service"]))] if "service" in words else []
    pairs.append(("Name", words["name"]))
    pairs += [("Desc", words["description"])] if "description" in words else []
    edge = _EDGE[words.get("edge", "no")]
    assert not edge or words["dir"] == "in", "edge is for inbound rules"
    return _of_protocol(pairs + _SECURITY[words.get("security", "notrequired")] + edge)


def _of_protocol(pairs: Pairs) -> Pairs:
    """A rule for one version of ICMP has keywords of that version alone, and no address of the other."""
    protocol = dict(pairs).get("Protocol", "")
    other = {"1": "6", "58": "4"}.get(protocol)
    if other is None:
        return pairs
    left = [(key, value) for key, value in pairs if key not in (f"RA{other}", f"LA{other}")]
    assert all(value in _KEYWORDS.values() for pair in pairs if pair not in left for value in pair[1:]), pairs
    return left


def changed_pairs(pairs: Pairs, new: dict[str, str]) -> Pairs:
    """The tokens after ``set rule ... new``, for what may be changed in place."""
    replaced: dict[str, tuple[set[str], Pairs]] = {
        "enable": ({"Active"}, [("Active", {"yes": "TRUE", "no": "FALSE"}[new.get("enable", "yes")])]),
        "action": ({"Action"}, [("Action", new.get("action", "").title())]),
        "profile": ({"Profile"}, _profile_pairs(new.get("profile", "any"))),
        "remoteip": ({"RA4", "RA6", "RA42", "RA62"}, _address_pairs("RA", new.get("remoteip", "any"))),
    }
    for tag in new:
        keys, fresh = replaced[tag]
        pairs = [pair for pair in pairs if pair[0] not in keys]
        at = next((number for number, pair in enumerate(pairs) if pair[0] in ("App", "Svc", "Name")), len(pairs))
        pairs = pairs[:at] + fresh + pairs[at:]
    return _of_protocol(pairs)


def _profile_pairs(text: str) -> Pairs:
    return [] if text == "any" else [("Profile", name.title()) for name in text.split(",")]


def _address_pairs(side: str, text: str) -> Pairs:
    pairs: Pairs = []
    for item in [] if text == "any" else text.split(","):
        if item in _KEYWORDS:
            pairs += [(f"{side}4", _KEYWORDS[item]), (f"{side}6", _KEYWORDS[item])]
        elif "-" in item:
            ends = [ipaddress.ip_address(end) for end in item.split("-")]
            pairs.append((f"{side}{ends[0].version}", item))
        elif "/" in item and ":" not in item:
            pairs.append((f"{side}4", ipaddress.IPv4Network(item).with_netmask))
        else:
            pairs.append((f"{side}{ipaddress.ip_network(item).version}", item))
    return pairs


def foreign(name: str, *pairs: tuple[str, str]) -> Pairs:
    """Somebody else's rule."""
    return [("Action", "Allow"), ("Active", "TRUE"), ("Dir", "In"), ("Protocol", "6"), *pairs, ("Name", name)]


def names(stored: Iterable[Pairs]) -> list[str]:
    """Display names, sorted."""
    return sorted(dict(pairs)["Name"] for pairs in stored)
