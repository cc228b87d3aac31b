# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of a shell, each said once: code of wsmerror.h, sub-code of DSP0226, message of [MS-WSMV]."""

from __future__ import annotations

from lab.winrm.soap import WsmanFault

ACCESS_DENIED, CONCURRENCY, RESOURCE_NOT_FOUND = 5, 2150858802, 2150858752
QUOTA_MAX_SHELLS, QUOTA_MAX_OPERATIONS, QUOTA_MAX_SHELL_USERS = 2150859173, 2150859174, 2150859179


def access_denied() -> WsmanFault:
    """The user may not do that."""
    return WsmanFault(ACCESS_DENIED, "w:AccessDenied", "Access is denied.")


def concurrency() -> WsmanFault:
    """A second Command while the first runs."""
    return WsmanFault(
        CONCURRENCY,
        "w:Concurrency",
        "The WS-Management service cannot complete the request because the shell is running a command.",
    )


def operations_limit() -> WsmanFault:
    """MaxConcurrentOperationsPerUser is reached."""
    return WsmanFault(
        QUOTA_MAX_OPERATIONS,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. The maximum number of concurrent operations for "
        "this user has been exceeded. Close existing operations for this user, or raise the quota for this "
        "user.",
        sender=False,
    )


def resource_not_found() -> WsmanFault:
    """No such resource."""
    return WsmanFault(
        RESOURCE_NOT_FOUND,
        "a:DestinationUnreachable",
        "The WS-Management service cannot process the request. The service cannot find the resource identified "
        "by the resource URI and selectors.",
    )


def quota_limit() -> WsmanFault:
    """The fault for one shell too many."""
    return WsmanFault(
        QUOTA_MAX_SHELLS,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. The maximum number of concurrent shells for "
        "this user has been exceeded.",
        sender=False,
    )


def users_limit() -> WsmanFault:
    """The fault for a user too many: the message is that of [MS-WSMV] 3.1.4.5.2.1, the code
    ERROR_WSMAN_QUOTA_MAX_SHELLUSERS; that they go together is unconfirmed."""
    return WsmanFault(
        QUOTA_MAX_SHELL_USERS,
        "w:QuotaLimit",
        "The Windows Remote Shell cannot process the request. The server exceeded the maximum number of users "
        "concurrently performing remote operations on the same system. Retry later.",
        sender=False,
    )


def invalid_selectors() -> WsmanFault:
    """The shell is not (or no longer) known."""
    return WsmanFault(
        2150858843,
        "w:InvalidSelectors",
        "The request for the Windows Remote Shell failed because the shell was not found on the server. Possible "
        "causes are: the specified ShellId is incorrect or the shell no longer exists on the server.",
    )


def timed_out() -> WsmanFault:
    """Nothing to give within the operation timeout; the client is to ask again."""
    return WsmanFault(
        2150858793,
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
        sender=False,
    )


def file_not_found() -> WsmanFault:
    """There is no program of that name (HRESULT of ERROR_FILE_NOT_FOUND); unconfirmed."""
    return WsmanFault(2147942402, "w:InternalError", "The system cannot find the file specified.", sender=False)


def invalid_parameter() -> WsmanFault:
    """A Command without a command (a public capture, github masterzen/winrm issue 80)."""
    return WsmanFault(87, "w:InvalidParameter", "The parameter is incorrect.")
