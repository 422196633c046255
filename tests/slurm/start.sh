#!/usr/bin/env bash
# Start a cluster of one node with four pretended GPUs on 127.0.0.1: no systemd, no cgroups, nothing of the system's.
#
#   tests/slurm/start.sh STATE_DIR     (stop.sh ends it)
#
# With accounting, as on real clusters: slurmdbd on a MariaDB of its own, account "test", partition "work". The clients
# in STATE_DIR/bin know where the cluster is. PORT is the first of its TCP ports. Debian packages: .ci/packages slurm.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:?usage: start.sh STATE_DIR}"/{ctld,slurmd,bin}
state=$(cd "$1" && pwd)
chmod 755 "$state" # munge wants it and all above it open
host=$(hostname -s)
user=$(id -un)
port=${PORT:-16817}
PATH=$PATH:/usr/sbin:/sbin
export SLURM_CONF=$state/slurm.conf

wait_for() { # wait_for SECONDS WHAT COMMAND...
    local n=$(($1 * 10)) what=$2
    shift 2
    until timeout 10 "$@" >/dev/null 2>&1; do
        ((n-- > 0)) || { echo "gave up waiting for $what: see the logs in $state, then stop.sh" >&2; exit 1; }
        sleep 0.1
    done
}
fill() { # fill TEMPLATE: the template with its fields filled in
    sed -e "s|@STATE@|$state|g; s|@HOST@|$host|g; s|@USER@|$user|g" \
        -e "s|@CTLD_PORT@|$port|; s|@SLURMD_PORT@|$((port + 1))|; s|@DBD_PORT@|$((port + 2))|" \
        -e "s|@DB_PORT@|$((port + 3))|; s|@SRUN_PORTS@|$((port + 10))-$((port + 200))|" "$here/$1"
}

fill slurm.conf.in >"$SLURM_CONF"
fill slurmdbd.conf.in >"$state/slurmdbd.conf"
chmod 600 "$state/slurmdbd.conf" # slurmdbd insists
# With File= SLURM gives each job a device of its own and sets CUDA_VISIBLE_DEVICES, as on a node with GPUs. It wants
# different character devices and never opens them without cgroups, so these will do.
printf '%s\n' AutoDetect=off Name=gpu\ File=/dev/{null,zero,full,random} >"$state/gres.conf"

# The plugin's job step removes every SLURM_* variable before it calls srun, so SLURM_CONF does not reach that srun.
for name in sbatch srun squeue sacct sacctmgr scancel scontrol sinfo sshare; do
    printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$SLURM_CONF" "$(command -v $name)" >"$state/bin/$name"
    chmod +x "$state/bin/$name"
done

mungekey -c -k "$state/munge.key"
munged --key-file="$state/munge.key" --socket="$state/munge.sock" --pid-file="$state/munged.pid" \
    --log-file="$state/munged.log" --seed-file="$state/munged.seed" --num-threads=2

mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db \
    --user="$user" --datadir="$state/db" >"$state/mariadb-install.log" 2>&1
mariadbd --no-defaults --user="$user" --datadir="$state/db" --bind-address=127.0.0.1 --port=$((port + 3)) \
    --socket="$state/db.sock" --pid-file="$state/mariadbd.pid" --innodb-buffer-pool-size=64M \
    --innodb-lock-wait-timeout=900 >"$state/mariadbd.log" 2>&1 &
sql=(mariadb --no-defaults --socket="$state/db.sock" -u root)
wait_for 60 mariadb "${sql[@]}" -e "SELECT 1"
"${sql[@]}" -e "
    CREATE DATABASE slurm_acct_db;
    CREATE USER 'slurm'@'127.0.0.1' IDENTIFIED BY 'loopback-only';
    CREATE USER 'slurm'@'localhost' IDENTIFIED BY 'loopback-only';
    GRANT ALL ON slurm_acct_db.* TO 'slurm'@'127.0.0.1', 'slurm'@'localhost';"
slurmdbd
wait_for 60 slurmdbd sacctmgr -n show cluster
sacctmgr -i add cluster loop >/dev/null
sacctmgr -i add account test cluster=loop >/dev/null
sacctmgr -i add user "$user" account=test defaultaccount=test >/dev/null

slurmctld
wait_for 60 slurmctld scontrol ping
slurmd
wait_for 60 "the node" sh -c "sinfo -h -o %T | grep -qx idle"
