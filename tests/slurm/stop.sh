#!/usr/bin/env bash
# End what start.sh started in STATE_DIR: only the processes whose ids are recorded there.
#
#   tests/slurm/stop.sh STATE_DIR
set -uo pipefail
state=$(cd "${1:?usage: stop.sh STATE_DIR}" && pwd)
SLURM_CONF=$state/slurm.conf timeout 10 scancel --user="$(id -un)" 2>/dev/null && sleep 1
for name in slurmd slurmctld slurmdbd mariadbd munged; do
    pid=$(cat "$state/$name.pid" 2>/dev/null) || continue
    # The id may have been used again: end it only if it still is that program.
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$name" ] || continue
    kill "$pid"
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -0 "$pid" 2>/dev/null && kill -9 "$pid"
done
exit 0
