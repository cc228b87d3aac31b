# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: what a test or a user may do to the simulated hosts from outside the simulation.

JSON over HTTP on a loopback address of its own. It stands for those who touch real hosts (an
administrator at the console, a reboot, a network that changes its profile) and for knowledge that only a
simulation has (counters, quirks).

GET  /hosts                       names, addresses, groups, profile, quirks
POST /hosts/NAME/run              {"command": "…"} at the console: stdout, stderr, rc; with {"user": "mallory"} as an
                                  unprivileged account of that name
POST /hosts/NAME/mapping          {"inside": 5985, "source": "127.0.0.9"} puts a port mapping in front of a port:
                                  {"address": …, "port": …} to dial
GET  /hosts/NAME/stats            counters
GET  /hosts/NAME/registry?key=…   text as `reg query KEY /s`
GET  /hosts/NAME/rules            the local rules: id to rule string
POST /hosts/NAME/quirks           {"language": "de", …}
POST /hosts/NAME/profile          {"profile": "Public"}
POST /hosts/NAME/interfaces       {"interfaces": [{"alias": "PSTN", "profile": "Public"}, …]}, the main one first
POST /hosts/NAME/group-policy     {"name": "merge-off"} takes the place of the firewall policy of Group Policy
POST /hosts/NAME/log              {"megabytes": 32, "source": "10.4.2.9", "count": 3, "locked": true, …} puts a log of
                                  the firewall there (lab.ready_logs.log_file says what else)
POST /hosts/NAME/reset            back to the starting state
POST /hosts/NAME/reboot           connections, shells and processes are gone; registry, files and tasks stay; with
                                  {"down": 2} nothing answers for so many seconds
POST /hosts/NAME/clock            {"minute": 0.5} real seconds a minute takes; {"advance": 6} minutes put forward
GET  /hosts/NAME/tasks            the scheduled tasks, and the names of all that have fired
POST /stats/reset                 counters of all hosts
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from lab.estate import EstateError
from lab.lab_user import prepare_home
from lab.quirks import QuirkError
from lab.ready_logs import log_file
from lab.server import Estate, LabError, RunningHost
from lab.stats import Stats
from lab.windows.filesystem import FileSystemError
from lab.windows.policy import PROFILES
from lab.windows.registry import RegistryError, query_text
from lab.windows.rules import rule_text
from lab.windows.security import ADMINISTRATOR, local_user
from lab.windows.wmi import Interface

DEFAULT_PORT = 7700

_HostHandler = Callable[[RunningHost, web.Request], Awaitable[web.StreamResponse]]


def control_application(estate: Estate) -> web.Application:
    """The web application that serves the API for ``estate``."""

    def for_host(handler: _HostHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                host = estate.find(request.match_info["name"])
            except LabError as error:
                return _error(404, str(error))
            try:
                return await handler(host, request)
            except (EstateError, QuirkError, RegistryError, _BadRequest) as error:
                return _error(400, str(error))

        return handle

    async def hosts(_unused: web.Request) -> web.StreamResponse:
        return web.json_response([_describe(host) for host in estate.hosts.values()])

    async def reset_stats(_unused: web.Request) -> web.StreamResponse:
        for host in estate.hosts.values():
            host.host.stats = Stats()
        return web.json_response({})

    application = web.Application()
    application.add_routes([
        web.get("/hosts", hosts),
        web.post("/stats/reset", reset_stats),
        web.post("/hosts/{name}/run", for_host(_run)),
        web.post("/hosts/{name}/mapping", for_host(_mapping)),
        web.get("/hosts/{name}/stats", for_host(_stats)),
        web.get("/hosts/{name}/registry", for_host(_registry)),
        web.get("/hosts/{name}/rules", for_host(_rules)),
        web.post("/hosts/{name}/quirks", for_host(_quirks)),
        web.post("/hosts/{name}/profile", for_host(_profile)),
        web.post("/hosts/{name}/interfaces", for_host(_interfaces)),
        web.post("/hosts/{name}/group-policy", for_host(_group_policy)),
        web.post("/hosts/{name}/log", for_host(_log)),
        web.post("/hosts/{name}/reset", for_host(_reset)),
        web.post("/hosts/{name}/reboot", for_host(_reboot)),
        web.post("/hosts/{name}/clock", for_host(_clock)),
        web.get("/hosts/{name}/tasks", for_host(_tasks)),
    ])  # fmt: skip
    return application


class _BadRequest(ValueError):
    """The body is not what the call expects."""


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)


async def _json_object(request: web.Request) -> dict[str, Any]:
    try:
        data = await request.json()
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise _BadRequest("the body must be a JSON object")
    return data


def _describe(running: RunningHost) -> dict[str, Any]:
    host = running.host
    return {
        "name": host.name,
        "address": host.spec.address,
        "groups": list(host.spec.groups),
        "profile": host.profile,
        "mpssvc_running": host.firewall.running,
        "services": len(host.spec.listeners),
        "shells": running.endpoint.service.shell_count,
        "quirks": asdict(host.quirks),
    }


async def _run(running: RunningHost, request: web.Request) -> web.StreamResponse:
    wanted = await _json_object(request)
    command, user = wanted.get("command"), wanted.get("user")
    if not isinstance(command, str):
        raise _BadRequest('"command" must be a string')
    token = ADMINISTRATOR if user is None else local_user(str(user))
    if user is not None:
        prepare_home(running.host, token)
    out, err, code = await running.run(command, token)
    return web.json_response({
        "stdout": out.decode("utf-8", "replace"),
        "stderr": err.decode("utf-8", "replace"),
        "rc": code,
    })  # fmt: skip


async def _mapping(running: RunningHost, request: web.Request) -> web.StreamResponse:
    wanted = await _json_object(request)
    inside, source = wanted.get("inside"), str(wanted.get("source", "127.0.0.9"))
    if not isinstance(inside, int):
        raise _BadRequest('"inside" must be a port')
    mapping = await running.map_port((running.host.spec.address, 0), inside, source)
    return web.json_response({"address": mapping.outside[0], "port": mapping.outside[1]})


async def _stats(running: RunningHost, _unused: web.Request) -> web.StreamResponse:
    return web.json_response(running.host.stats.as_dict())


async def _registry(running: RunningHost, request: web.Request) -> web.StreamResponse:
    key = request.query.get("key", "")
    return web.Response(text=query_text(running.host.registry, key, recurse=True))


async def _rules(running: RunningHost, _unused: web.Request) -> web.StreamResponse:
    return web.json_response({stored.rule_id: rule_text(stored.rule) for stored in running.host.firewall.rules})


async def _quirks(running: RunningHost, request: web.Request) -> web.StreamResponse:
    running.host.set_quirks(await _json_object(request))
    running.live.refresh()
    return web.json_response(asdict(running.host.quirks))


async def _profile(running: RunningHost, request: web.Request) -> web.StreamResponse:
    profile = str((await _json_object(request)).get("profile", "")).capitalize()
    if profile not in PROFILES:
        raise _BadRequest(f"profile must be one of {', '.join(PROFILES)}")
    running.host.set_profile(profile)
    running.live.refresh()
    return web.json_response({"profile": profile})


async def _interfaces(running: RunningHost, request: web.Request) -> web.StreamResponse:
    wanted = (await _json_object(request)).get("interfaces")
    if not isinstance(wanted, list):
        raise _BadRequest('"interfaces" must be a list')
    try:
        interfaces = tuple(Interface(**each) for each in wanted)
    except (TypeError, ValueError) as error:
        raise _BadRequest(f"not an interface: {error}") from error
    running.host.set_interfaces(interfaces)
    return web.json_response({"interfaces": [asdict(each) for each in interfaces]})


async def _group_policy(running: RunningHost, request: web.Request) -> web.StreamResponse:
    name = str((await _json_object(request)).get("name", ""))
    running.set_group_policy(name)
    return web.json_response({"group_policy": name})


async def _log(running: RunningHost, request: web.Request) -> web.StreamResponse:
    try:
        log = log_file(await _json_object(request))
        running.host.put_log(log)
    except (ValueError, FileSystemError) as error:
        raise _BadRequest(f"not a log: {error}") from error
    return web.json_response({"path": log.path, "bytes": len(log.data)})


async def _reset(running: RunningHost, _unused: web.Request) -> web.StreamResponse:
    await running.reset()
    return web.json_response({})


async def _reboot(running: RunningHost, request: web.Request) -> web.StreamResponse:
    down = (await _json_object(request)).get("down", 0) if request.can_read_body else 0
    if not isinstance(down, (int, float)) or down < 0:
        raise _BadRequest('"down" must be a number of seconds')
    await running.reboot(down)
    return web.json_response({})


async def _clock(running: RunningHost, request: web.Request) -> web.StreamResponse:
    wanted = await _json_object(request)
    if "minute" in wanted:
        running.host.set_quirks({"minute": wanted["minute"]})
    minutes = wanted.get("advance", 0)
    if not isinstance(minutes, (int, float)) or minutes < 0:
        raise _BadRequest('"advance" must be a number of minutes')
    if minutes:
        running.host.clock.advance(minutes)
    return web.json_response({
        "now": running.host.clock.now().isoformat(timespec="seconds"),
        "minute": running.host.clock.minute,
    })  # fmt: skip


async def _tasks(running: RunningHost, _unused: web.Request) -> web.StreamResponse:
    return web.json_response(running.host.scheduler.as_dict())
