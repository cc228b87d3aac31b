# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys of the set-up both awx.awx and infra.aap_configuration understand, and of which type.

From the documentation of the modules of awx.awx 24.6.1 and of the roles of infra.aap_configuration (README and
tasks/main.yml of roles/controller_*), as far as the set-up needs them. Where awx.awx is at hand, test_awx_collection.py
holds this against the modules themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TYPES: Mapping[str, type] = {"str": str, "bool": bool, "int": int, "dict": dict, "list": list}


@dataclass(frozen=True)
class Kind:
    """What a variable of the set-up holds a list of.

    :ivar module: Module of awx.awx.
    :ivar role: Role of infra.aap_configuration.
    :ivar keys: Key to its type, by the names of `TYPES`.
    """

    module: str
    role: str
    keys: Mapping[str, str]


def _keys(**of_type: str) -> dict[str, str]:
    return {key: kind for kind, keys in of_type.items() for key in keys.split()}


_NOTIFY = "notification_templates_started notification_templates_success notification_templates_error"

KINDS: Mapping[str, Kind] = {
    "controller_credentials": Kind(
        "credential",
        "controller_credentials",
        _keys(str="name organization credential_type description state", dict="inputs", bool="update_secrets"),
    ),
    "controller_execution_environments": Kind(
        "execution_environment",
        "controller_execution_environments",
        _keys(str="name organization image pull credential description state"),
    ),
    "controller_notifications": Kind(
        "notification_template",
        "controller_notification_templates",
        _keys(str="name organization notification_type description state", dict="notification_configuration messages"),
    ),
    "controller_projects": Kind(
        "project",
        "controller_projects",
        _keys(
            str="name organization scm_type scm_url scm_branch credential default_environment description state",
            bool="scm_clean scm_update_on_launch update_project wait",
            int="scm_update_cache_timeout timeout",
        ),
    ),
    "controller_inventories": Kind(
        "inventory",
        "controller_inventories",
        _keys(str="name organization description state", dict="variables", list="instance_groups"),
    ),
    "controller_hosts": Kind(
        "host",
        "controller_hosts",
        _keys(str="name inventory description state", dict="variables", bool="enabled"),
    ),
    "controller_inventory_sources": Kind(
        "inventory_source",
        "controller_inventory_sources",
        _keys(
            str="name inventory organization source source_project source_path execution_environment description state",
            bool="overwrite overwrite_vars update_on_launch",
            int="update_cache_timeout verbosity timeout",
        ),
    ),
    "controller_templates": Kind(
        "job_template",
        "controller_job_templates",
        _keys(
            str="name organization project playbook inventory execution_environment job_type limit description state",
            bool="become_enabled use_fact_cache allow_simultaneous diff_mode survey_enabled ask_limit_on_launch"
            " ask_variables_on_launch ask_job_type_on_launch ask_inventory_on_launch ask_credential_on_launch"
            " ask_verbosity_on_launch",
            int="forks timeout verbosity job_slice_count",
            dict="extra_vars survey_spec",
            list=f"credentials instance_groups {_NOTIFY}",
        ),
    ),
    "controller_workflows": Kind(
        "workflow_job_template",
        "controller_workflow_job_templates",
        _keys(
            str="name organization inventory limit description state",
            bool="allow_simultaneous ask_limit_on_launch ask_variables_on_launch survey_enabled destroy_current_nodes",
            dict="extra_vars survey_spec",
            list=f"workflow_nodes notification_templates_approvals {_NOTIFY}",
        ),
    ),
    "controller_schedules": Kind(
        "schedule",
        "controller_schedules",
        _keys(
            str="name unified_job_template organization rrule limit description state",
            bool="enabled",
            dict="extra_data",
        ),
    ),
}
