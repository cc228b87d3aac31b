#!/usr/bin/env bash
# playbooks/audit.yml, verify.yml and report.yml as people run them: a report however bad it is, nothing changed on any
# host, and an exit code that tells. The inventory is made as for role_site.
set -euo pipefail

export ANSIBLE_ROLES_PATH=.. ANSIBLE_CALLBACKS_ENABLED=lyncops.firewall.fleet
inventory="${OUTPUT_DIR}/lync.yml" # holds the hosts' passwords
trap 'rm -f "${inventory}"' EXIT
said="${OUTPUT_DIR}/said.txt"
reports="${OUTPUT_DIR}/reports"

test_step() { ansible-playbook -i "${inventory}" "$@" 2>&1 | tee "${said}"; }
play() { test_step "lyncops.firewall.$1" -e "lync_firewall_report_dir=${reports}" "${@:2}"; }
fails() { if play "$@"; then echo "role_audit: this should have failed: $*"; exit 1; fi; }
state() { test_step ../role_site/state.yml -e "expected=$1" "${@:2}"; }
report() { ansible-playbook -i localhost, expect.yml -e "file=${reports}/$1.json" -e "classes='${*:2}'"; }
expect() { grep -qE -- "$1" "${said}" || { echo "role_audit: expected in the output: $1"; exit 1; }; }
never() { if grep -qE -- "$1" "${said}"; then echo "role_audit: not expected in the output: $1"; exit 1; fi; }

clean_up() {
    status=$?
    trap - EXIT
    if [ -e "${inventory}" ]; then
        ansible-playbook -i "${inventory}" ../role_site/finish.yml -e "found_dir=${OUTPUT_DIR}" || status=1
        rm -f "${inventory}"
    fi
    exit "${status}"
}

umask 077
rm -rf "${reports}"
ansible-playbook -i ../../inventory.winrm ../role_site/inventory.yml -e "inventory_file=${inventory}"
ansible-playbook -i "${inventory}" ../role_site/begin.yml -e "found_dir=${OUTPUT_DIR}"
trap clean_up EXIT
first="$(cat "${OUTPUT_DIR}/first")"
second="$(cat "${OUTPUT_DIR}/second")"

# Nothing is there yet: drift, in the report, in the table and in the exit code; and still nothing is there.
fails audit --check --diff
report lync-firewall "${first}=drifted" "${second}=drifted"
expect 'Not all is as it should be: 2 hosts: 2 drifted'
expect "^${second} +drifted "
expect '^2 hosts: 2 drifted'
never 'changed=[1-9]|^changed'
fails audit -e lync_firewall_accept_impact=true
never 'changed=[1-9]|^changed'
# It judges by what site would do: where all rules are to be gone, and none is there, there is no drift.
play audit -e lync_firewall_state=absent
never 'changed=[1-9]|^changed'
report lync-firewall "${first}=not_managed" "${second}=not_managed"
state none

# With --limit it is a report of these hosts; who asks not to be failed is not.
play audit --limit "${second}" -e lync_firewall_fail_on_drift=false
report lync-firewall "${second}=drifted"

# One host is remediated. The other one, and one that cannot be reached, are told apart from it.
play site --limit "${second}"
play audit --limit "${second}"
expect '^1 host: 1 compliant'
fails audit -i lost.yml
report lync-firewall "${first}=drifted" "${second}=compliant" lost=unreachable
expect "${first} .*failed=1"
expect "${second} .*failed=0"
fails audit -i lost.yml --limit lost --tags lync_firewall_rules
report lync-firewall lost=unreachable

# verify.yml writes beside the audit's report, and fails until all is well.
fails verify
report lync-firewall-verify "${first}=drifted" "${second}=compliant"
report lync-firewall lost=unreachable
play verify --limit "${second}"

# report.yml compares with the last report of its name, and never fails because of what it finds.
play report -e lync_firewall_report_name=compared
never 'Since the earlier report'
play site
play report -e lync_firewall_report_name=compared
expect 'Since the earlier report: added 0, removed 0, better 1, worse 0'
report compared "${first}=compliant" "${second}=compliant"
play verify
fails audit -e lync_firewall_state=absent
report lync-firewall "${first}=drifted" "${second}=drifted"
state all
