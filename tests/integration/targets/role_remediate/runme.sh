#!/usr/bin/env bash
# playbooks/remediate.yml as people run it: whom it works on, and in which batches. The inventory is made as for
# role_site.
set -euo pipefail

export ANSIBLE_ROLES_PATH=..
inventory="${OUTPUT_DIR}/lync.yml" # holds the hosts' passwords
trap 'rm -f "${inventory}"' EXIT
said="${OUTPUT_DIR}/said.txt"

test_step() { ansible-playbook -i "${inventory}" "$@" 2>&1 | tee "${said}"; }
remediate() { test_step lyncops.firewall.remediate "$@"; }
state() { test_step ../role_site/state.yml -e "expected=$1" "${@:2}"; }
expect() { grep -qE -- "$1" "${said}" || { echo "role_remediate: expected in the output: $1"; exit 1; }; }
never() { if grep -qE -- "$1" "${said}"; then echo "role_remediate: not expected in the output: $1"; exit 1; fi; }
batches() { test "$(grep -c '^PLAY \[Bring ' "${said}")" -eq "$1" || { echo "role_remediate: expected $1 batches"; exit 1; }; }

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
ansible-playbook -i ../../inventory.winrm ../role_site/inventory.yml -e "inventory_file=${inventory}"
ansible-playbook -i "${inventory}" ../role_site/begin.yml -e "found_dir=${OUTPUT_DIR}"
trap clean_up EXIT
first="$(cat "${OUTPUT_DIR}/first")"
second="$(cat "${OUTPUT_DIR}/second")"

# An audit that found no drift leaves nobody to work on.
remediate -e '{"lync_firewall_drifted_hosts": [], "lync_firewall_totals": {"drifted": 0}}'
expect 'no hosts matched'
state none

# Check mode shows all batches, the canary first, and does nothing.
remediate --check
batches 2
expect 'would be [0-9]+ created'
state none

# A list of an audit, then text as a survey has it.
remediate -e "{\"lync_firewall_drifted_hosts\": [\"${second}\"], \"lync_firewall_totals\": {\"drifted\": 1}}"
batches 1
never "^changed: \[${first}\]|^fatal|FAILED"
state second
remediate -e "lync_firewall_drifted_hosts='${first}, ${second}'" -e lync_firewall_serial=100%
batches 1
never "^changed: \[${second}\]|^fatal|FAILED"
expect "^changed: \[${first}\]"
state all

# A survey that was not filled in: everybody, and there is nothing left to do.
remediate -e lync_firewall_drifted_hosts= -e lync_firewall_serial= -e lync_firewall_max_fail_percentage=
batches 2
never 'changed=[1-9]|^fatal|FAILED'
