# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of `netsh advfirewall` and `netsh advfirewall firewall` (Microsoft's netsh-advfirewall reference)."""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from unicodedata import normalize

from lab.hostile_text import padded
from lab.windows.cmd_syntax import expand
from lab.windows.filesystem import FileSystemError
from lab.windows.firewall_log import DEFAULT_PATH
from lab.windows.firewall_service import LOCAL_PROFILE_KEYS, LOCAL_STORE, StoredRule
from lab.windows.messages import text
from lab.windows.netsh_fields import (
    FIELDS,
    SELECTORS,
    checked,
    new_rule,
    parse_arguments,
    selects,
    tokens_of,
)
from lab.windows.netsh_global import SECTIONS, global_listing
from lab.windows.netsh_profiles import logging_values, profile_values
from lab.windows.netsh_show import TOPICS, profile_listing, rule_listing
from lab.windows.netsh_values import NetshError
from lab.windows.process import Process
from lab.windows.registry import query_text
from lab.windows.resources import display_text

ROOT: tuple[str, ...] = ()
ADVFIREWALL = ("advfirewall",)
FIREWALL = ("advfirewall", "firewall")
_EXPORT_MAGIC = b"LAB-WFW\x00"
_PROFILES_BY_WORD = {
    "domainprofile": ("Domain",),
    "privateprofile": ("Private",),
    "publicprofile": ("Public",),
    "allprofiles": ("Domain", "Private", "Public"),
}


class Commands:
    """The commands of one running netsh; a command raises NetshError, having changed nothing, when it fails."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._host = process.host

    # --- advfirewall firewall ---------------------------------------------------------------------------------

    def _add(self, words: list[str]) -> None:
        self._expect_rule_word("add", words)
        arguments = self._read(parse_arguments(words[1:], frozenset(FIELDS)))
        rule = new_rule(arguments, self._host.schema_version)
        if self._host.quirks.netsh_any_profile_spelled and arguments.get("profile", "").lower() == "any":
            rule = rule.with_values({"Profile": ("Domain", "Private", "Public")})
        if self._host.quirks.netsh_any_service_dropped and arguments.get("service", "").lower() == "any":
            rule = rule.with_values({"Svc": ()})
        self._need_service(writing=True)
        self._host.firewall.add(rule)
        self._ok()

    def _set_rule(self, words: list[str]) -> None:
        self._expect_rule_word("set", words)
        lowered = [word.lower() for word in words]
        if "new" not in lowered[1:] or lowered[-1] == "new":
            raise NetshError("new_keyword")
        cut = lowered.index("new", 1)
        selectors = parse_arguments(words[1:cut], SELECTORS)
        changes = self._read(parse_arguments(words[cut + 1 :], frozenset(FIELDS)))
        if "group" in selectors and (len(selectors) > 1 or set(changes) != {"enable"}):
            raise NetshError("bad_syntax")
        if "dir" in changes and self._host.quirks.netsh_set_dir_refused:
            raise NetshError("bad_value")
        tokens = tokens_of(changes)
        self._need_service(writing=True)
        matches = self._matching(selectors)
        changed = [(stored, checked(stored.rule.with_values(tokens))) for stored in matches]
        for stored, rule in changed:
            self._host.firewall.change(stored, rule)
        self._say("\r\n")
        self._message("updated", len(matches))
        self._ok()

    def _delete(self, words: list[str]) -> None:
        self._expect_rule_word("delete", words)
        selectors = parse_arguments(words[1:], SELECTORS - {"group"})
        self._need_service(writing=True)
        matches = self._matching(selectors)
        for stored in matches:
            self._host.firewall.remove(stored)
        self._say("\r\n")
        self._message("deleted", len(matches))
        self._ok()

    def _show_rule(self, words: list[str]) -> None:
        self._expect_rule_word("show", words)
        verbose = words[-1].lower() == "verbose"
        arguments = parse_arguments(words[1:-1] if verbose else words[1:], SELECTORS | {"type"})
        if arguments.pop("type", "static").lower() not in ("static", "dynamic"):
            raise NetshError("bad_value")
        self._need_service(writing=False)
        for stored in self._matching(arguments):
            rule = stored.rule
            name, group = self._display(rule.name), self._display(rule.first("EmbedCtxt") or "")
            self._say(rule_listing(rule, name, group, verbose=verbose))
        self._ok(blank_before=True)

    def _read(self, arguments: dict[str, str]) -> dict[str, str]:
        """Arguments of a rule as they are stored. Raises NetshError for a list over ``netsh_list_limit``."""
        quirks = self._host.quirks
        for tag, error in (("localip", "bad_address"), ("remoteip", "bad_address"),
                           ("localport", "bad_port"), ("remoteport", "bad_port")):  # fmt: skip
            entries = arguments.get(tag, "").count(",") + 1
            if quirks.netsh_list_limit is not None and entries > quirks.netsh_list_limit:
                raise NetshError(error)
        if quirks.netsh_expands and "program" in arguments:
            return {**arguments, "program": expand(arguments["program"], self._process.environment)}
        return arguments

    def _expect_rule_word(self, verb: str, words: list[str]) -> None:
        if not words or words[0].lower() != "rule":
            raise NetshError("not_found", " ".join([*FIREWALL, verb, *words]))

    def _matching(self, selectors: dict[str, str]) -> list[StoredRule]:
        """All rules the selectors name. Raises NetshError when there are none or neither name nor group is given."""
        arguments = dict(selectors)
        name, group = arguments.pop("name", None), arguments.pop("group", None)
        if name is None and group is None:
            raise NetshError("missing")
        tokens = tokens_of(arguments)
        found = [
            stored
            for stored in self._host.firewall.rules
            if (name is None or name.lower() == "all" or self._same(name, self._display(stored.rule.name)))
            and (group is None or self._is_group(group, stored.rule.first("EmbedCtxt") or ""))
            and selects(stored.rule, tokens)
        ]
        if not found:
            self._say("\r\n")
            raise NetshError("no_match")
        return found

    def _is_group(self, group: str, stored: str) -> bool:
        """Whether a rule's group is meant: by its reference (so public answer files have it) or its display text."""
        return bool(stored) and group.lower() in (stored.lower(), self._display(stored).lower())

    def _same(self, name: str, other: str) -> bool:
        if self._host.quirks.netsh_folds_unicode:
            return normalize("NFKC", name).casefold() == normalize("NFKC", other).casefold()
        return name.lower() == other.lower()

    def _display(self, stored: str) -> str:
        return display_text(stored, self._host.quirks.language)

    # --- advfirewall ------------------------------------------------------------------------------------------

    def _set_profile(self, words: list[str]) -> None:
        lowered = [word.lower() for word in words]
        if len(lowered) < 3:
            raise NetshError("bad_syntax")
        profiles = self._profiles(lowered[0])
        if lowered[1] == "logging":
            logging = logging_values(words[2:])
            self._need_service(writing=True)
            for profile in profiles:
                self._host.firewall.set_logging(profile, logging)
        else:
            values = profile_values(lowered[1], lowered[2:])
            self._need_service(writing=True)
            for profile in profiles:
                self._host.firewall.set_profile(profile, values)
        self._ok()

    def _show(self, words: list[str]) -> None:
        if not words:
            raise NetshError("bad_syntax")
        if words[0].lower() == "global":
            self._show_global([word.lower() for word in words[1:]])
        else:
            self._show_profiles(words)

    def _show_global(self, words: list[str]) -> None:
        if len(words) > 1 or not set(words) <= set(SECTIONS):
            raise NetshError("bad_syntax")
        self._need_service(writing=False)
        product = self._host.quirks.firewall_product
        listing = global_listing(self._process.message, product, words[0] if words else None)
        self._say(padded(listing, self._host.quirks.global_pads, self._host.quirks.pads_kb))
        self._ok()

    def _show_profiles(self, words: list[str]) -> None:
        profiles = self._profiles(words[0].lower())
        topic = words[1].lower() if len(words) > 1 else None
        if len(words) > 2 or (topic is not None and topic not in TOPICS):
            raise NetshError("bad_syntax")
        self._need_service(writing=False)
        for profile in profiles:
            path = f"{LOCAL_STORE}\\{LOCAL_PROFILE_KEYS[profile]}"
            keys = [key for key in map(self._host.registry.find, (path, f"{path}\\Logging")) if key is not None]
            values = [value for key in keys for value in key.values.values()]
            settings = {value.name: value.dword for value in values if value.type == "REG_DWORD"}
            log_file = next((value.data for value in values if value.name == "LogFilePath"), DEFAULT_PATH)
            self._say(profile_listing(self._label, profile, settings, log_file, topic))
        self._ok()

    def _label(self, key: str) -> str:
        """A word of a listing; the quirk ``netsh_english`` leaves them untranslated."""
        return text("en", key) if self._host.quirks.netsh_english else self._process.message(key)

    def _profiles(self, word: str) -> tuple[str, ...]:
        if word == "currentprofile":
            return self._host.active_profiles
        if word not in _PROFILES_BY_WORD:
            raise NetshError("not_found", f"advfirewall {word}")
        return _PROFILES_BY_WORD[word]

    def _export(self, words: list[str]) -> None:
        """The real file is a binary policy; here it is the store's registry text behind a marker.

        What becomes of a file that is there already is not documented: it is replaced, or by the quirk
        ``netsh_export_keeps`` nothing is written.
        """
        if len(words) != 1:
            raise NetshError("missing")
        self._need_service(writing=False)
        policy = query_text(self._host.registry, LOCAL_STORE, recurse=True)
        path = ntpath.join(self._process.environment.get("CD", "C:\\"), words[0])
        if self._host.quirks.netsh_export_keeps and self._host.files.exists(path):
            raise NetshError("export_exists")
        try:
            content = _EXPORT_MAGIC + policy.encode("utf-16-le")
            self._host.files.write(path, content, token=self._process.token)
        except FileSystemError as error:
            raise NetshError(error.key) from None
        self._ok()

    def _import(self, words: list[str]) -> None:
        """Replaces the whole local policy by an exported one."""
        if len(words) != 1:
            raise NetshError("missing")
        try:
            content = self._host.files.read(words[0], self._process.token)
        except FileSystemError as error:
            raise NetshError(error.key) from None
        if content is None:
            raise NetshError("file_not_found")
        if not content.startswith(_EXPORT_MAGIC):
            raise NetshError("bad_value")
        self._need_service(writing=True)
        self._host.registry.delete(LOCAL_STORE)
        self._host.registry.create(LOCAL_STORE)
        self._host.registry.load_dump(content[len(_EXPORT_MAGIC) :].decode("utf-16-le"))
        self._host.firewall.start()
        self._ok()

    # --- output -----------------------------------------------------------------------------------------------

    def _need_service(self, *, writing: bool) -> None:
        if self._host.quirks.deny_netsh or (writing and not self._process.elevated):
            raise NetshError("elevation")
        if not self._host.firewall.running:
            raise NetshError("no_service")

    def _say(self, words: str) -> None:
        self._process.out(words)

    def _message(self, key: str, *arguments: object) -> None:
        self._process.out(self._process.message(key, *arguments) + "\r\n")

    def _ok(self, *, blank_before: bool = False) -> None:
        if self._host.quirks.netsh_silent:
            return
        self._say("\r\n" if blank_before else "")
        self._message("ok")
        self._say("\r\n")


_Handler = Callable[[Commands, list[str]], None]
COMMANDS: dict[tuple[str, ...], dict[str, _Handler]] = {
    ROOT: {},
    ADVFIREWALL: {
        "set": Commands._set_profile,
        "show": Commands._show,
        "export": Commands._export,
        "import": Commands._import,
    },
    FIREWALL: {
        "add": Commands._add,
        "set": Commands._set_rule,
        "delete": Commands._delete,
        "show": Commands._show_rule,
    },
}
