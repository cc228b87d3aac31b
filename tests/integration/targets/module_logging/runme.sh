#!/usr/bin/env bash
# What is sent to a host is logged at -vvvv, and only there, and never under no_log.
set -euo pipefail

export ANSIBLE_ROLES_PATH=..
logged() { grep -c 'advfirewall firewall add rule name="LyncOps x-test-of-logging g1"' <<< "$1" || true; }
run() { ansible-playbook -i ../../inventory.winrm play.yml "$@" 2>&1; }

loud=$(run -vvvv -e hidden=false) || { echo "${loud}"; exit 1; }
quiet=$(run -vvv -e hidden=true) || { echo "${quiet}"; exit 1; }
hidden=$(run -vvvv -e hidden=true) || { echo "${hidden}"; exit 1; }
echo "${quiet}"
[ "$(logged "${loud}")" -gt 0 ] || { echo 'module_logging: -vvvv does not show what is sent'; exit 1; }
grep -q 'reg query' <<< "${loud}" || { echo 'module_logging: -vvvv does not show what is read'; exit 1; }
[ "$(logged "${quiet}")" -eq 0 ] || { echo 'module_logging: no_log is not honoured at -vvv'; exit 1; }
[ "$(logged "${hidden}")" -eq 0 ] || { echo 'module_logging: no_log is not honoured at -vvvv'; exit 1; }
# Nor anything else that is run on the host.
commands() { grep -c '> RUN ' <<< "$1" || true; }
[ "$(commands "${loud}")" -gt 0 ] || { echo 'module_logging: -vvvv shows no command'; exit 1; }
[ "$(commands "${hidden}")" -eq 0 ] || { echo 'module_logging: commands are shown under no_log'; exit 1; }
