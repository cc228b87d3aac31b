#!/usr/bin/env bash
# playbooks/site.yml as people run it, on an inventory with Lync's groups: groups to roles, --check, --diff, --tags,
# --limit, absent. The hosts are those of the inventory under test; the groups are this test's own.
set -euo pipefail

export ANSIBLE_ROLES_PATH=..
inventory="${OUTPUT_DIR}/lync.yml" # holds the hosts' passwords
trap 'rm -f "${inventory}"' EXIT
said="${OUTPUT_DIR}/said.txt"

test_step() { ansible-playbook -i "${inventory}" "$@" 2>&1 | tee "${said}"; }
site() { test_step lyncops.firewall.site "$@"; }
state() { test_step state.yml -e "expected=$1" "${@:2}"; }
expect() { grep -qE -- "$1" "${said}" || { echo "role_site: expected in the output: $1"; exit 1; }; }
never() { if grep -qE -- "$1" "${said}"; then echo "role_site: not expected in the output: $1"; exit 1; fi; }

clean_up() {
    status=$?
    trap - EXIT
    if [ -e "${inventory}" ]; then
        ansible-playbook -i "${inventory}" finish.yml -e "found_dir=${OUTPUT_DIR}" || status=1
        rm -f "${inventory}"
    fi
    exit "${status}"
}

umask 077
ansible-playbook -i ../../inventory.winrm inventory.yml -e "inventory_file=${inventory}"
ansible-playbook -i "${inventory}" begin.yml -e "found_dir=${OUTPUT_DIR}"
trap clean_up EXIT

# Check mode tells what it would do, and does nothing.
site --check --diff
expect '^\+LyncOps in-tcp-5041 g1: allow in tcp port 5041 from any \[server-50\]'
expect '\(persistent_chat \+ office_web_apps\): 4 managed rules; would be 4 created'
never '^fatal|FAILED'
state none

# --limit leaves the others alone, and each host gets the rules of all its groups.
site --limit "$(cat "${OUTPUT_DIR}/second")"
state second
site
expect '4 created'
never 'would be|^fatal|FAILED'
state all

# A second run changes nothing; nor does one that is told to skip the work.
site
never 'changed=[1-9]|^changed'
site --tags lync_firewall_rules
never 'changed=[1-9]'
site --skip-tags lync_firewall -e lync_firewall_state=absent
never 'Bring the firewall to what|changed=[1-9]'
state all

# Tagged absent: the rules go, from the limited host only; then from everywhere.
site --tags lync_firewall_rules -e lync_firewall_state=absent --limit "$(cat "${OUTPUT_DIR}/first")"
expect 'changed=1'
state not_first

# A host in groups that need no rule is left alone with a word; one in no group is told about. Neither stops the others.
if test_step other_hosts.yml; then echo 'role_site: a host without a role should have failed'; exit 1; fi
expect 'The table asks for no firewall rule on client'
expect 'The table asks for no firewall rule on balancer'
expect 'stranger is in none of the groups lync_front_end, lync_director'
expect 'stranger .*failed=1'
expect '(client|balancer) .*unreachable=0 +failed=0'

site -e lync_firewall_state=absent
state none

# An inventory with other group names: lync_firewall_hosts says which hosts, lync_firewall_roles what they are.
site -e lync_firewall_hosts=sip_servers -e '{"lync_firewall_roles": ["office_web_apps"]}'
expect '\(office_web_apps\): 1 managed rule; 1 created'
never '^fatal|FAILED'
