#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# GPUs of a step, without any: Slurm hands out whatever device files gres.conf
# calls one.
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES

if ! [[ -c /dev/tty0 && -c /dev/tty1 && -c /dev/tty2 && -c /dev/tty3 ]]; then
  skip_all "no /dev/tty0 to /dev/tty3, which stand for GPUs here"
fi

start_with_plugins --nodes 2 --slurm-conf GresTypes=gpu
sed -i 's/^NodeName=n[12] /&Gres=gpu:4 /' "$CLUSTER_DIR/slurm.conf"
cat >"$CLUSTER_DIR/gres.conf" <<'END'
NodeName=n1 Name=gpu File=/dev/tty[0-3]
NodeName=n2 Name=gpu File=/dev/tty[0-3] Flags=amd_gpu_env
END
cluster_restart

script=$(cluster_script gpus <<'END'
echo "$SLURM_JOB_GPUS $CUDA_VISIBLE_DEVICES"
srun -n1 --gres=gpu:2 true
srun -n1 --gres=none true
CUDA_VISIBLE_DEVICES=7 srun -n1 --gres=gpu:1 true
CUDA_VISIBLE_DEVICES=$'0\e[31m' srun -n1 --gres=none true
END
)
files=$(cluster_submit -w n1 --gres=gpu:3 "$script")
amd=$(cluster_submit -w n2 --gres=gpu:2 --wrap 'srun -n1 --gres=gpu:2 sh -c "echo \$ROCR_VISIBLE_DEVICES"')
both=$(srun -N2 -n2 --gres=gpu:1 sh -c '[ $SLURM_PROCID = 0 ] && echo $SLURM_JOB_ID; exit 1' 2>/dev/null) || true
none=$(srun -n1 sh -c 'echo $SLURM_JOB_ID')
cluster_wait_job "$files"
cluster_wait_job "$amd"

wait_ok "the spans arrive" "step($files; 3) and step($files; \"batch\") and step($amd; 0) and step($both; 0) and (nodes($both; 0) | length == 2) and step($none; 0)"
gpus='.attrs | [.["slurm.gpu.count", "slurm.gpu.devices"]]'
diag "$(cluster_job_output "$files")" "$(cluster_query "map(.name + \" \" + (.attrs[\"slurm.step.id\"] // \"\") + (.attrs|[.[\"slurm.gpu.count\", \"slurm.gpu.devices\"]]|tostring)) | .[]")"
spans_is "a batch step has the job's" "step($files; \"batch\") | $gpus" '[3,"0,1,2"]'
spans_is "a step has its own" "step($files; 0) | $gpus" '[2,"0,1"]'
spans_is "one that wants none has none" "step($files; 1) | $gpus" '[null,null]'
spans_is "what Slurm gave counts, not what somebody set" "step($files; 2) | $gpus" '[1,"0"]'
spans_is "bytes that name no device are left out" "step($files; 3) | $gpus" '[null,null]'
is "Slurm takes those of n2 for AMD's" "$(cluster_job_output "$amd")" 0,1
spans_is "a step has them, too" "step($amd; 0) | $gpus" '[2,"0,1"]'
spans_is "the step's span has those of its first node" "step($both; 0) | ${gpus}[0]" 1
spans_is "another node's share has its own" \
  "job($both) | named(\"slurm.node\") | map(select(.attrs[\"host.name\"] == \"n2\").attrs[\"slurm.gpu.count\"])" '[1]'
spans_is "no GPU, no attribute" "step($none; 0) | $gpus" '[null,null]'
done_testing
