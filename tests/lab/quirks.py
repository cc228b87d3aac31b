# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be made to go wrong on a simulated host: one field per behaviour, each off by default.

A quirk is set from the estate, by `--quirk HOST:NAME=VALUE` or through the control API. Counting quirks
(`…_at`, `…_before`, `…_after`) count WS-Man requests from the moment the quirks were last set, the first being 1;
with ``count_action`` they count the requests of that one action only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from lab.hostile_text import SHAPES
from lab.windows.messages import LANGUAGES
from lab.windows.policy import PROFILES
from lab.windows.time_zone import offset_of

_ACTIONS = ("Create", "Command", "Send", "Receive", "Signal", "Delete", "Get", "Enumerate", "Pull", "Release")
_CHOICES: Mapping[str, tuple[object, ...]] = {
    "language": LANGUAGES,
    "token": ("admin", "filtered", "user"),
    "mpssvc": ("running", "stopped", "disabled"),
    "closed_looks": ("refused", "dropped"),
    "netsh_exit_code": (None, 0, 1),
    "netsh_session_code": ("zero", "last", "any"),
    "skip_cmd_shell": ("by-release", "honoured", "ignored"),
    "unknown_signal": ("fault", "ignored", "terminates"),
    "netsh_long_line": ("split", "cut", "refused"),
    "profile": PROFILES,
    "schtasks_query_fails": ("", "denied", "busy", "unavailable"),
    "unknown_program_code": (1, 9009),
    "http_status": (500, 503),
    "hostile_action": ("", "Login", *_ACTIONS),
    "answer_endless": ("", "chunked", "announced", "silent"),
    "trickle_from": ("body", "head"),
    "redirect_status": (0, 301, 302, 303, 307, 308),
    "flood": tuple(SHAPES),
    "netstat_pads": ("", *SHAPES),
    "global_pads": ("", *SHAPES),
    "count_action": ("", *_ACTIONS),
    "log_pid": ("by-release", "yes", "no"),
    "channel_bindings": ("none", "relaxed", "strict"),
}


_OPTIONAL_TEXTS = frozenset({"firewall_product", "autorun", "flood_if"})


class QuirkError(ValueError):
    """No such quirk, or a value it cannot have."""


@dataclass(frozen=True)
class Quirks:
    """Switchable behaviours of one host.

    language: of messages, group names and `(Default)`: en, pt, de, ru, fr.
    token: of the WinRM user: admin (elevated), filtered (UAC remote restrictions), user. Only admin may use WMI.
    mpssvc: state of the firewall service; taken over at once when the quirk is set. ``disabled`` is stopped as well.
    mpssvc_start_refused: `sc start` and `sc config` of MpsSvc are denied.
    netsh_stop_on_error: a session or script ends with exit code 1 at the first bad line (else it goes on).
    netsh_ignore_line: the n-th command line of each session on standard input is dropped in silence.
    netsh_ignore_stdin: every line on standard input is, but for the end.
    netsh_hang_line: a session on standard input never answers from its n-th command line on; 0: from its start.
    netsh_exit_code: every netsh exits with this code, whatever happened.
    netsh_session_code: with what a session or a script ends after bad lines: zero, last (1 when the last line was bad),
        any (1 when any was).
    netsh_prompts: a session on standard input prints its prompt for each line.
    netsh_echo: it prints each line that it reads, too.
    netsh_line_limit, netsh_long_line: so many characters at most are read of a line in a session or a script; what is
        longer is split (its rest is a line of its own), cut (its rest is lost) or refused as bad.
    netsh_list_limit: so many addresses or ports at most may be in one list; a longer one is refused.
    netsh_stdin_codepage, netsh_script_codepage: in which code page netsh reads its standard input, or a file; none: in
        the console's.
    netsh_script_bom: a UTF-8 byte order mark in front of a file is skipped.
    netsh_expands: variables in `program=` are expanded before it is stored.
    netsh_any_service_dropped: `service=any` is stored as no service at all.
    netsh_english: what `netsh advfirewall show …profile` prints is not translated.
    netsh_export_keeps: `netsh advfirewall export` refuses to replace a file.
    netsh_set_dir_refused: `set rule … new dir=` is refused as a bad value.
    netsh_any_profile_spelled: `profile=any` is stored as the three profiles, and not as none.
    netsh_delay: seconds netsh takes to start.
    netsh_silent: no `Ok.` is printed.
    netsh_folds_unicode: names are the same by Unicode's case folding and compatibility forms, not by letter case alone.
    firewall_product: a firewall that is not Microsoft's is registered under this name, any text, for the boot-time,
        firewall and stealth categories (not for connection security): `show global` names it, the rules stand there
        and can be changed as ever, and Windows filters nothing (nor does the product, of which the lab knows nothing
        but its name).
    sc_delay: seconds sc takes.
    deny_netsh, deny_sc, deny_reg, deny_icacls, deny_netstat: the program is denied access.
    icacls_appends: `icacls /save` adds to a file that is there already.
    icacls_sacl: `icacls /save` writes a piece of SACL behind each DACL, as some captures have it.
    reg_shows_empty_keys: `reg query` heads a key that has no values, too.
    reg_codepage: reg.exe writes in this code page, whatever the console's is.
    reg_cut_after: `reg query` output ends after that many bytes, exit code 0.
    reg_cut_keeps_end: … but its last kilobyte comes, so that there is a hole in the middle.
    receive_size: most bytes of a stream in one Receive answer, 4096 to 16384.
    receive_timeouts: so many next Receives answer with a timeout fault, whatever there is to give.
    drop_before, drop_after: the connection is cut at the n-th request, before or after it is processed.
    cut_response_at: the n-th request is processed; its answer breaks off in the middle of the body.
    http_status_at, http_status, http_status_count: the n-th request, or so many from it on, are answered with 500 or
        503 and are not processed.
    quota_at: the n-th request is refused with the fault w:QuotaLimit.
    count_action: the action that is counted (Create, Command, Send, Receive, Signal, Delete, Get, Enumerate, Pull,
        Release); none: all.
    unauthorized_at: the n-th request is answered with 401.
    refuse_unencrypted: what nothing encrypts, such as Basic over HTTP, is answered with 401 (AllowUnencrypted=false).
    channel_bindings: what becomes of a login by NTLM over TLS that is bound to another connection, or to none: none
        looks at neither, relaxed (as installed) refuses the first, strict both (CbtHardeningLevel).
    deny_create: Create and Enumerate are answered with fault 5, as for a user without the right to remote
        management.
    shell_gone_at: all shells are gone when the n-th request comes.
    response_delay: seconds every WS-Man answer is held back.
    send_lost: Send is acknowledged but its data never arrive.
    max_envelope_kb: MaxEnvelopeSizekb; a longer request gets HTTP 413.
    max_shells: MaxShellsPerUser; one more gets w:QuotaLimit.
    max_processes: MaxProcessesPerShell; a command line cannot start one more while so many run, itself among them.
    max_users, other_users: MaxConcurrentUsers, and how many others have shells open; one user too many gets
        w:QuotaLimit.
    max_memory_mb: MaxMemoryPerShellMB; 0: any amount. A program takes 4 MB, netsh 16, cmd.exe 4 itself.
    memory_terminates: a program that is too much for it ends the whole command; else it does not start and gives 8.
    skip_cmd_shell: whether the option WINRS_SKIP_CMD_SHELL is honoured, ignored, or by-release (honoured before 2012
        R2).
    console_input_endless: with WINRS_CONSOLEMODE_STDIN a command never sees the end of its standard input.
    winrs_quotes: WinRM puts the command line into quotes behind `cmd.exe /C`.
    unknown_signal: what a Signal with a code that there is not does: fault, ignored, terminates.
    max_operations: MaxConcurrentOperationsPerUser. Every command counts until its shell is closed, ended or not; one
        more gets fault 2150859174 (ERROR_WSMAN_QUOTA_MAX_OPERATIONS, as Ansible's winrm connection describes it).
    foreign_rule_at_line: a second administrator adds an allow rule just before the n-th command that any netsh of the
        host runs after the quirks were set.
    foreign_block_at_line: … blocks WinRM's port for everybody at that moment.
    foreign_rule_when_armed: … adds an allow rule whenever a task is registered.
    minute: real seconds that a minute of the host's clock takes; tasks are scheduled by that clock.
    deny_schtasks: the program is denied access.
    schtasks_query_fails, schtasks_query_failures: `schtasks /query` fails, always or so many times, with exit code 1 as
        for a task that is gone: denied, busy (the service is too busy), unavailable (no RPC server).
    tasks_lost: `schtasks /create` claims success and registers nothing.
    tasks_late: minutes of the host that a task starts after its time.
    tasks_unlimited: no time limit ends a task.
    task_traces: a task has its file in `System32\\Tasks` and its values in the registry.
    task_xml_hides_security: `schtasks /query /xml` leaves the security descriptor out.
    sc_minute_whole: a task of `/sc minute` counts from the beginning of the minute in which it was made.
    tasks_never_fire: tasks are registered and never start, not even by `schtasks /run`.
    on_batteries: the host runs on its UPS; a task that must not start on batteries does not.
    profile: the firewall profile of the main interface's network: Domain (the host is a member of a domain and reaches
        a controller), Private or Public.
    same_subnet: the lab's clients, 127.0.0.1 and all other loopback addresses, belong to the host's own subnet
        (LocalSubnet); else only the addresses of the lab's own network do, and a client that chooses none comes from
        another subnet.
    time_zone: how far the host's local time is ahead of UTC, as +05:30; empty: as that of the lab's own machine.
    log_pid: whether the firewall's log has the column pid: by-release (from Server 2022 on), yes, no.
    empty_dir_fails: `dir /b` of an empty folder is "File Not Found", exit code 1.
    chcp_lasts: `chcp` changes the code page of the shell, and not only for the rest of its command line.
    autorun: an AutoRun line of HKLM, as if it stood in the registry: cmd.exe runs it before every line.
    unknown_program_code: with what `cmd /c` exits after a program that there is not: 1 or 9009.
    hostile_action, hostile_at: which answers the next five spoil: those to requests of this action (Login: that are
        not authenticated, answered with 401), none: to all; only the n-th of them, or every one.
    answer_trickle, trickle_from: seconds between two bytes of the answer's body, or of its head and body.
    answer_endless: the answer never ends: chunked, with blanks behind the right body; announced, with a Content-Length
        of 10 GB; silent, as that, but nothing is sent.
    answer_mb: so many megabytes of blanks behind the right body.
    gzip_mb: the same, compressed with gzip (Content-Encoding), whatever the client accepts.
    redirect_status, redirect_to: the answer is a redirect (301, 302, 303, 307 or 308) to this URL.
    flood_mb, flood, flood_if: so many megabytes of this shape (newlines, blanks, one-line …: lab.hostile_text.SHAPES)
        behind the standard output of every command, or of those whose line has this text; over many Receives.
    netstat_pads, global_pads, pads_kb: the answer of `netstat`, of `netsh advfirewall show global`, has so many
        kilobytes of this shape at its start, behind its first line, in the widest gap of a line, and at its end.
    stealth: stealth mode: a port that nothing listens on is silent, as one is that the policy closes, while the
        firewall of the profile is on and DisableStealthMode is not set (lab.stealth).
    stealth_ports: ports, such as 5064,8058, that are silent then beside those of the host's roles, each of them bound.
    tls: TCP services wait for the hello of a TLS client and answer it with an alert, in place of their greeting.
    closed_looks: a port the policy closes is refused, or its packets are dropped (as Windows does).
    """

    language: str = "en"
    token: str = "admin"
    mpssvc: str = "running"
    mpssvc_start_refused: bool = False
    netsh_stop_on_error: bool = False
    netsh_ignore_line: int | None = None
    netsh_ignore_stdin: bool = False
    netsh_hang_line: int | None = None
    netsh_exit_code: int | None = None
    netsh_session_code: str = "zero"
    netsh_prompts: bool = True
    netsh_echo: bool = False
    netsh_line_limit: int | None = None
    netsh_long_line: str = "split"
    netsh_list_limit: int | None = None
    netsh_stdin_codepage: int | None = None
    netsh_script_codepage: int | None = None
    netsh_script_bom: bool = False
    netsh_expands: bool = False
    netsh_any_service_dropped: bool = False
    netsh_english: bool = False
    netsh_export_keeps: bool = False
    netsh_set_dir_refused: bool = False
    netsh_any_profile_spelled: bool = False
    netsh_delay: float = 0.0
    netsh_silent: bool = False
    netsh_folds_unicode: bool = False
    firewall_product: str | None = None
    sc_delay: float = 0.0
    deny_netsh: bool = False
    deny_sc: bool = False
    deny_icacls: bool = False
    deny_netstat: bool = False
    icacls_appends: bool = False
    icacls_sacl: bool = False
    deny_reg: bool = False
    reg_shows_empty_keys: bool = False
    reg_codepage: int | None = None
    reg_cut_after: int | None = None
    reg_cut_keeps_end: bool = False
    receive_size: int = 16384
    receive_timeouts: int = 0
    drop_before: int | None = None
    drop_after: int | None = None
    http_status_at: int | None = None
    http_status: int = 500
    http_status_count: int = 1
    cut_response_at: int | None = None
    quota_at: int | None = None
    count_action: str = ""
    unauthorized_at: int | None = None
    refuse_unencrypted: bool = False
    channel_bindings: str = "relaxed"
    deny_create: bool = False
    shell_gone_at: int | None = None
    response_delay: float = 0.0
    send_lost: bool = False
    max_envelope_kb: int = 500
    max_shells: int = 30
    max_processes: int = 25
    max_users: int = 10
    other_users: int = 0
    max_memory_mb: int = 1024
    memory_terminates: bool = True
    skip_cmd_shell: str = "by-release"
    console_input_endless: bool = False
    winrs_quotes: bool = False
    unknown_signal: str = "fault"
    max_operations: int | None = None
    foreign_rule_at_line: int | None = None
    foreign_block_at_line: int | None = None
    foreign_rule_when_armed: bool = False
    minute: float = 60.0
    deny_schtasks: bool = False
    schtasks_query_fails: str = ""
    schtasks_query_failures: int | None = None
    tasks_lost: bool = False
    tasks_late: float = 0.0
    tasks_unlimited: bool = False
    task_traces: bool = True
    task_xml_hides_security: bool = False
    sc_minute_whole: bool = False
    tasks_never_fire: bool = False
    on_batteries: bool = False
    profile: str = "Domain"
    same_subnet: bool = False
    time_zone: str = ""
    log_pid: str = "by-release"
    empty_dir_fails: bool = False
    chcp_lasts: bool = True
    autorun: str | None = None
    unknown_program_code: int = 1
    hostile_action: str = ""
    hostile_at: int | None = None
    answer_trickle: float = 0.0
    trickle_from: str = "body"
    answer_endless: str = ""
    answer_mb: int = 0
    gzip_mb: int = 0
    redirect_status: int = 0
    redirect_to: str = "http://127.0.0.1:9/wsman"
    flood_mb: int = 0
    flood: str = "one-line"
    flood_if: str | None = None
    netstat_pads: str = ""
    global_pads: str = ""
    pads_kb: int = 40
    closed_looks: str = "refused"
    stealth: bool = False
    stealth_ports: str = ""
    tls: bool = False

    def with_changes(self, changes: Mapping[str, object]) -> Quirks:
        """A copy with some quirks changed. Values may be of the right type or their text.

        Raises QuirkError for an unknown name or a bad value.
        """
        known = {entry.name for entry in fields(Quirks)}
        checked: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise QuirkError(f"no quirk is called {name!r}; there are {', '.join(sorted(known))}")
            checked[name] = _converted(name, value, getattr(NO_QUIRKS, name))
        return replace(self, **checked)


NO_QUIRKS = Quirks()


def _converted(name: str, value: object, default: object) -> object:
    """``value`` as the type of the quirk, which its default shows (None stands for an optional number, but for
    _OPTIONAL_TEXTS)."""
    result: object
    try:
        if isinstance(default, bool):
            result = _boolean(value)
        elif isinstance(default, float):
            result = float(str(value))
        elif isinstance(default, int):
            result = int(str(value))
        elif default is None and name in _OPTIONAL_TEXTS:
            result = None if value is None or str(value).lower() in ("", "none", "null") else str(value)
        elif default is None:
            result = None if value is None or str(value).lower() in ("", "none", "null") else int(str(value))
        else:
            result = str(value).capitalize() if name == "profile" else str(value)
    except ValueError:
        raise QuirkError(f"{name}: cannot use {value!r}") from None
    _require_sensible(name, value, result)
    return result


def _require_sensible(name: str, value: object, result: object) -> None:
    if name in _CHOICES and result not in _CHOICES[name]:
        raise QuirkError(f"{name}: {value!r} is not one of {', '.join(map(str, _CHOICES[name]))}")
    if isinstance(result, (int, float)) and result < 0:
        raise QuirkError(f"{name}: {value!r} is negative")
    if name == "time_zone":
        try:
            offset_of(str(result))
        except ValueError as error:
            raise QuirkError(f"time_zone: {error}") from None
    if name == "minute" and not result:
        raise QuirkError("minute: must be longer than 0 seconds")
    if name == "netsh_line_limit" and result == 0:
        raise QuirkError("netsh_line_limit: must be at least one character")
    if name == "receive_size" and not 4096 <= int(str(result)) <= 16384:
        raise QuirkError("receive_size: must be 4096 to 16384 bytes")


def _boolean(value: object) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def parse_assignment(text: str) -> tuple[str, str, str]:
    """`HOST:NAME=VALUE` to its parts; HOST may be `*`. Raises QuirkError."""
    target, equals, value = text.partition("=")
    host, colon, name = target.rpartition(":")
    if not (equals and colon and host and name):
        raise QuirkError(f"not HOST:NAME=VALUE: {text!r}")
    return host, name, value
