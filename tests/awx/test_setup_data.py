# Copyright (c) 2026, the lyncops.firewall contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The set-up as data: nothing is named that does not exist, nothing asked that the role does not know, no secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import sandbox

from awx import setup_data, survey
from awx.setup_data import EDGES, LARGE, NIGHTLY, PROJECT, ROOT, SETUP, Node, Question, Template, Unsafe
from awx.understood import KINDS, TYPES

ROLE = ROOT / "roles" / "lync_firewall" / "meta" / "argument_specs.yml"
ONE_LINERS = ("audit", "remediate", "verify", "report", "slices", "plan", "probe")
# The role's types that a type of question can give a value for.
ANSWERS = {
    "text": {"str", "path"},
    "integer": {"int"},
    "multiplechoice": {"str", "bool"},
    "multiselect": {"list"},
}


@pytest.fixture(scope="module")
def options() -> dict[str, Mapping[str, Any]]:
    """All options of all entry points of the role."""
    specs = yaml.safe_load(ROLE.read_text(encoding="utf-8"))["argument_specs"]
    return {name: option for entry in specs.values() for name, option in entry["options"].items()}


@pytest.fixture(scope="module")
def nodes(data: dict[str, Any]) -> dict[str, Node]:
    return {node.identifier: node for node in setup_data.workflow(data)}


def _questions(data: Mapping[str, Any]) -> Iterator[tuple[str, Question]]:
    for template in setup_data.templates(data).values():
        for question in template.questions:
            yield template.name, question


SURVEYS = [
    pytest.param(question, id=f"{name.removeprefix('Lync firewall ')}-{question.variable}")
    for name, question in _questions(setup_data.load())
]


# ---- The project ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ONE_LINERS)
def test_playbooks_of_the_project_are_one_import(name: str) -> None:
    (play,) = yaml.safe_load((PROJECT / f"{name}.yml").read_text(encoding="utf-8"))
    assert play["ansible.builtin.import_playbook"] == f"lyncops.firewall.{name}"
    assert set(play) == {"name", "ansible.builtin.import_playbook"}
    assert (ROOT / "playbooks" / f"{name}.yml").is_file()


def test_the_collection_of_the_image_is_the_one_of_this_repository() -> None:
    """Galaxy does not have it, so the image brings it, and the project asks for none."""
    assert yaml.safe_load((PROJECT / "collections" / "requirements.yml").read_text(encoding="utf-8")) == {
        "collections": []
    }
    image = yaml.safe_load((PROJECT / "execution-environment.yml").read_text(encoding="utf-8"))
    ours = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    archive = f"{ours['namespace']}-{ours['name']}-{ours['version']}.tar.gz"
    (added,) = image["additional_build_files"]
    assert added["src"] == archive
    (wanted,) = image["dependencies"]["galaxy"]["collections"]
    assert wanted == {"name": f"{added['dest']}/{archive}", "type": "file"}


def test_surveys_exist_for_all_three_steps(templates: dict[str, Template]) -> None:
    for name in ("audit", "remediate", "verify"):
        assert templates[f"Lync firewall {name}"].questions


# ---- Surveys against the role --------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", SURVEYS)
def test_question_is_about_an_option_of_the_role(question: Question, options: dict[str, Mapping[str, Any]]) -> None:
    option = options[question.variable]
    kind = option.get("type", "str")
    assert kind in ANSWERS[question.type]
    choices = ("true", "false") if kind == "bool" else tuple(option.get("choices", ()))
    assert set(question.choices) == set(choices)


@pytest.mark.parametrize("question", SURVEYS)
def test_default_of_a_question_is_the_role_s(question: Question, options: dict[str, Mapping[str, Any]]) -> None:
    # An empty answer is what the role takes for nothing.
    default = options[question.variable].get("default", "")
    if question.type == "multiselect":
        assert question.default.split("\n") == default
        assert not question.required, "AWX drops the default of a multiselect, and an answer would be missing"
    else:
        assert question.default == (json.dumps(default) if isinstance(default, bool) else default)
        assert not survey.problems(question, question.default)


@pytest.mark.parametrize("question", SURVEYS)
def test_question_is_not_about_something_that_hosts_decide(question: Question) -> None:
    # An answer is an extra variable, and beats what the inventory says of one host or group.
    assert question.variable not in {
        "lync_firewall_roles",
        "lync_firewall_features",
        "lync_firewall_skip_rows",
        "lync_firewall_profiles",
        "lync_firewall_port_overrides",
        "lync_firewall_extra_rules",
        "lync_firewall_remote_addresses",
        "lync_firewall_state",
    }


# ---- What both tools understand ------------------------------------------------------------------------------------


def test_every_variable_is_known_or_marked_as_ours(data: dict[str, Any]) -> None:
    assert {name for name in data if not name.startswith("lync_")} == set(KINDS)


@pytest.mark.parametrize("variable", KINDS)
def test_keys_are_understood_and_of_their_type(data: dict[str, Any], variable: str) -> None:
    known = KINDS[variable].keys
    for item in data[variable]:
        assert set(item) <= set(known), item["name"]
        for key, value in item.items():
            exactly = isinstance(value, TYPES[known[key]]) and isinstance(value, bool) == (TYPES[known[key]] is bool)
            assert exactly or isinstance(value, Unsafe), (item["name"], key)


def _loops() -> list[dict[str, Any]]:
    """The tasks that make objects; the others only look."""
    tasks = yaml.safe_load((PROJECT / "setup" / "apply.yml").read_text(encoding="utf-8"))
    return [task for task in tasks if "ansible.builtin.include_tasks" not in task]


def test_apply_passes_on_every_key_and_knows_no_other() -> None:
    tasks = _loops()
    passed = {}
    for task in tasks:
        (module,) = [key for key in task if key.startswith("awx.awx.")]
        (variable,) = re.fullmatch(r"{{ (\w+) }}", task["loop"]).groups()  # type: ignore[union-attr]
        passed[variable] = (module.removeprefix("awx.awx."), set(task[module]))
        for key, text in task[module].items():
            assert text in (f"{{{{ item.{key} }}}}", f"{{{{ item.{key} | default(omit) }}}}")
    assert passed == {variable: (kind.module, set(kind.keys)) for variable, kind in KINDS.items()}


def test_apply_names_nothing_before_it_exists() -> None:
    tasks = _loops()
    order = [re.findall(r"\w+", task["loop"])[0] for task in tasks]
    assert order == list(KINDS)


def test_ansible_reads_the_same_without_a_warning(data: dict[str, Any]) -> None:
    from ansible.parsing.dataloader import DataLoader
    from ansible.utils.display import Display

    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        # A key that is merged and given again is one.
        patch.setattr(Display, "warning", lambda _self, msg, *_args, **_kwargs: said.append(str(msg)))
        read = DataLoader().load_from_file(str(SETUP))
    assert said == []
    assert json.loads(json.dumps(read)) == json.loads(json.dumps(data))


def test_braces_that_are_meant_for_awx_are_kept_from_ansible(data: dict[str, Any]) -> None:
    meant = [value for _key, value in _scalars(data) if isinstance(value, str) and re.search(r"{{|{%", value)]
    assert len(meant) == 10
    assert [value for value in meant if not isinstance(value, Unsafe)] == []


# ---- Names and references ------------------------------------------------------------------------------------------


def _names(data: Mapping[str, Any], variable: str) -> set[str]:
    names = [item["name"] for item in data[variable]]
    assert len(names) == len(set(names))
    return set(names)


def test_templates_name_what_exists(data: dict[str, Any], templates: dict[str, Template]) -> None:
    mails = _names(data, "controller_notifications")
    for name, template in templates.items():
        raw = template.raw
        assert raw["project"] in _names(data, "controller_projects"), name
        assert raw["inventory"] in _names(data, "controller_inventories"), name
        assert raw["execution_environment"] in _names(data, "controller_execution_environments"), name
        assert set(raw["credentials"]) <= _names(data, "controller_credentials"), name
        assert set(raw.get("notification_templates_error", ())) <= mails, name
        assert (PROJECT / template.playbook).is_file(), name


def test_inventory_source_and_schedule_name_what_exists(data: dict[str, Any]) -> None:
    (source,) = data["controller_inventory_sources"]
    assert source["source_project"] in _names(data, "controller_projects")
    assert source["inventory"] in _names(data, "controller_inventories")
    assert source["execution_environment"] in _names(data, "controller_execution_environments")
    assert (PROJECT / source["source_path"]).is_file()
    (schedule,) = data["controller_schedules"]
    assert schedule["unified_job_template"] in _names(data, "controller_workflows")
    assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=DAILY;INTERVAL=1", schedule["rrule"])
    for project in data["controller_projects"]:
        assert project["credential"] in _names(data, "controller_credentials")


def test_there_are_no_secrets(data: dict[str, Any]) -> None:
    assert [item["name"] for item in data["controller_credentials"] if "inputs" in item] == []
    assert {item["state"] for item in data["controller_credentials"]} == {"exists"}
    for item in data["controller_notifications"]:
        assert item["notification_configuration"]["password"] == ""
    for path in PROJECT.rglob("*.yml"):
        for key, value in _scalars(yaml.load(path.read_text(encoding="utf-8"), Loader=setup_data.Loader)):
            if re.search("password|passwd|secret|token|private", key, re.IGNORECASE):
                assert value in ("", True) or "{{" in str(value), (path.name, key)


def _scalars(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _scalars(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item, key)
    else:
        yield key, value


# ---- The templates -------------------------------------------------------------------------------------------------


def test_no_two_jobs_at_a_time_and_no_variables_beyond_the_survey(templates: dict[str, Template]) -> None:
    for template in templates.values():
        assert template.raw["allow_simultaneous"] is False
        assert template.raw["ask_variables_on_launch"] is False
        assert template.raw["become_enabled"] is False


def test_only_one_template_is_sliced_and_each_slice_has_a_report_of_its_own(
    data: dict[str, Any], templates: dict[str, Template], nodes: dict[str, Node]
) -> None:
    (sliced,) = [template for template in templates.values() if template.raw["job_slice_count"] > 1]
    assert "{{ awx_job_id }}" in sliced.extra_vars["lync_firewall_report_name"]
    # Artifacts of slices overwrite each other, and each slice would have a first host of its own.
    assert sliced.name not in {node.template for node in nodes.values()}
    # In its own workflow the next node takes from them only where the reports are, which is the same for all.
    slices, report = setup_data.workflow(data, LARGE)
    assert (slices.template, slices.edges["always_nodes"]) == (sliced.name, ("report",))
    assert templates[report.template].raw["credentials"] == [], "it connects to no host"
    assert "lync_firewall_report_sources" not in templates[report.template].extra_vars, "they hand over which"
    folder = sliced.extra_vars["lync_firewall_report_dir"]
    assert "awx_workflow_job_id" in folder
    assert folder.startswith(templates[report.template].extra_vars["lync_firewall_report_dir"] + "/")


def test_reports_go_to_a_place_that_can_be_mounted(templates: dict[str, Template]) -> None:
    for template in templates.values():
        if template.playbook in ("audit.yml", "verify.yml", "report.yml", "slices.yml"):
            assert Path(template.extra_vars["lync_firewall_report_dir"]).is_absolute()


def test_a_probe_logs_on_to_no_host_and_is_in_no_workflow(data: dict[str, Any], templates: dict[str, Template]) -> None:
    probe = templates["Lync firewall probe"]
    assert (probe.playbook, probe.raw["credentials"]) == ("probe.yml", [])
    # Where it probes from is for the template to say: a launch must not have a job log on to a host of its choice.
    assert "lync_firewall_probe_from" in probe.extra_vars
    assert "lync_firewall_probe_from" not in {question.variable for question in probe.questions}
    for workflow in data["controller_workflows"]:
        assert probe.name not in {node.template for node in setup_data.workflow(data, workflow["name"])}


def test_gates_take_no_limit(templates: dict[str, Template]) -> None:
    # With --limit fe01, a play on localhost has no host, and Ansible calls that a success.
    for template in templates.values():
        assert template.raw["ask_limit_on_launch"] is (template.playbook != "gate.yml")


def test_workflow_lets_nothing_beat_what_an_audit_hands_over(
    data: dict[str, Any], templates: dict[str, Template]
) -> None:
    specs = yaml.safe_load((ROOT / "roles" / "lync_firewall" / "meta" / "argument_specs.yml").read_text("utf-8"))
    told = " ".join(specs["argument_specs"]["audit"]["description"])
    handed = re.findall(r"C\((lync_firewall_\w+)\)", told)
    assert "lync_firewall_drifted_hosts" in handed
    assert "lync_firewall_report_folder" in handed
    for workflow in data["controller_workflows"]:
        assert not workflow.get("extra_vars")
        assert not workflow["survey_enabled"]
        for node in setup_data.workflow(data, workflow["name"]):
            if node.template:
                template = templates[node.template]
                own = {*template.extra_vars, *(question.variable for question in template.questions)}
                assert not own & set(handed), node.identifier


# ---- The workflow --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "first"), [(NIGHTLY, "audit"), (LARGE, "slices")])
def test_edges_lead_to_nodes_and_every_node_can_be_reached(
    data: dict[str, Any], templates: dict[str, Template], name: str, first: str
) -> None:
    nodes = {node.identifier: node for node in setup_data.workflow(data, name)}
    seen: list[str] = []
    to_see = [first]
    while to_see:
        node = nodes[to_see.pop()]
        assert node.template in templates or node.approval
        seen.append(node.identifier)
        assert len(seen) < 50, "a circle"
        to_see += [target for kind in EDGES for target in node.edges[kind]]
    assert set(seen) == set(nodes)


def test_nothing_is_changed_without_an_approval(nodes: dict[str, Node]) -> None:
    leading = {node.identifier for node in nodes.values() for kind in EDGES if "remediate" in node.edges[kind]}
    assert leading == {"approve", "approve-in-outage"}
    for name in leading:
        assert nodes[name].approval
        assert nodes[name].edges["success_nodes"] == ("remediate",)
        assert not nodes[name].edges["failure_nodes"]
        assert not nodes[name].edges["always_nodes"]


def test_approvals_tell_an_outage_from_drift_and_end_before_the_next_night(nodes: dict[str, Node]) -> None:
    calm, outage = nodes["approve"], nodes["approve-in-outage"]
    assert "DID NOT ANSWER" in outage.approval
    assert "no drift" in outage.description
    assert "DID NOT ANSWER" not in calm.approval
    for node in (calm, outage):
        # AWX shows this text as it is: it has no variables.
        assert "{{" not in node.approval + node.description
        assert 0 < node.timeout < 24 * 3600


# ---- Mail ----------------------------------------------------------------------------------------------------------


def test_mail_of_an_audit_tells_drift_from_outage(data: dict[str, Any]) -> None:
    found = {
        "lync_firewall_summary": "1 drifted, 2 unreachable",
        "lync_firewall_drifted_hosts": ["fe01"],
        "lync_firewall_unreachable_hosts": ["dir01", "dir02"],
        "lync_firewall_truncated": True,
    }
    subject, body = _mail(
        data, "Lync firewall audit", "error", job={"name": "Audit", "artifacts": found}, url="https://awx"
    )
    assert subject == "Audit: 1 drifted, 2 unreachable"
    lines = [line.strip() for line in body.splitlines()]
    assert lines[lines.index("DRIFTED, a remediation would repair them:") + 1] == "fe01"
    assert (
        lines[lines.index("UNREACHABLE, an outage and no drift; a remediation leaves them alone:") + 1]
        == "dir01, dir02"
    )
    assert lines[lines.index("FAILED, could not be audited:") + 1] == "none"
    assert "The lists are cut off." in body
    assert "https://awx" in body


def test_mail_of_an_audit_that_broke_off(data: dict[str, Any]) -> None:
    subject, body = _mail(data, "Lync firewall audit", "error", job={"name": "Audit"}, url="https://awx")
    assert subject == "Audit: failed before it found anything"
    assert "cut off" not in body


def test_mail_of_an_approval_names_the_question(data: dict[str, Any]) -> None:
    subject, body = _mail(
        data,
        "Lync firewall workflow",
        "workflow_approval",
        approval_node_name="Remediate?",
        workflow_url="https://awx/7",
    )
    assert subject == "To decide: Remediate?"
    assert "https://awx/7" in body


def _mail(data: Mapping[str, Any], name: str, event: str, **context: object) -> tuple[str, str]:
    """Subject and text, drawn the way AWX draws them (awx/main/models/notifications.py)."""
    (template,) = [item for item in data["controller_notifications"] if item["name"] == name]
    texts = template["messages"][event]
    texts = texts.get("running", texts)
    environment = sandbox.ImmutableSandboxedEnvironment()
    subject, body = (environment.from_string(str(texts[part])).render(**context) for part in ("message", "body"))
    assert "\n" not in subject
    return subject, body
