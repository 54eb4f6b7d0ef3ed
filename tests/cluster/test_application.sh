#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The application's side: what JobEndpoint and ResourceAttributesInJob put into
# the environment of tasks, and the examples of contrib/examples, whose spans
# reach a real Collector beside ours and hang below the step that made them.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
# shellcheck source=tests/lib/otelcol.sh
. "$(dirname "$0")/../lib/otelcol.sh"
unset TRACEPARENT TRACESTATE BAGGAGE "${!OTEL_@}"

missing=$(receiver_missing && otelcol_missing)
[[ -z $missing ]] || skip_all "$missing"

application_end() {
  otelcol_stop
  test_end
}
trap application_end EXIT

examples=$CLUSTER_TOP/contrib/examples
start_with_plugins --nodes 1
receiver_start 200
otelcol_start "$CLUSTER_DIR/otelcol" "http://127.0.0.1:$RECEIVER_PORT"
endpoint=$(otelcol_url http)
cluster_write_otel_conf "Endpoint=$endpoint
JobEndpoint=$endpoint
ResourceAttributesInJob=yes"
cluster_stop_agents TERM # those that follow read it
cluster_restart

# --- the environment of tasks
show='echo "$OTEL_EXPORTER_OTLP_ENDPOINT $OTEL_RESOURCE_ATTRIBUTES"'
script=$(cluster_script environment <<END
$show
srun -n1 sh -c '$show'
OTEL_RESOURCE_ATTRIBUTES=team=a%2Cb,slurm.job.name=mine OTEL_EXPORTER_OTLP_ENDPOINT=http://own srun -n1 sh -c '$show'
OTEL_RESOURCE_ATTRIBUTES=%zz,x OTEL_EXPORTER_OTLP_ENDPOINT= OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://own srun -n1 sh -c '$show'
OTEL_RESOURCE_ATTRIBUTES=\$OTEL_RESOURCE_ATTRIBUTES,late=1 srun -n1 sh -c '$show'
srun -n1 --export=NONE /bin/sh -c '$show'
sbatch --parsable --wait --output=$CLUSTER_DIR/inner.out --wrap '$show' >$CLUSTER_DIR/inner.id
END
)
job=$(cluster_submit --job-name='a, b=ä' "$script")
array=$(cluster_submit --array=5 --wrap "$show")
curl_job=$(cluster_submit --output="$CLUSTER_DIR/job.%j.out" "$examples/shell-curl/job.sh")
for waited in "$job" "$array" "$curl_job"; do
  cluster_wait_job "$waited"
done
mapfile -t lines < <(cluster_job_output "$job")
common() { # JOB STEP
  echo "slurm.cluster.name=demo,slurm.job.id=$1,slurm.job.id.raw=$1,slurm.step.id=$2,slurm.node.name=n1,slurm.partition=main"
}
name='slurm.job.name=a%2C%20b=%C3%A4'
is "a batch script" "${lines[0]}" "$endpoint $(common "$job" batch),$name"
is "a step names itself, not the batch step" "${lines[1]}" "$endpoint $(common "$job" 0),$name"
is "what the user set comes first and stays" "${lines[2]}" \
  "http://own team=a%2Cb,slurm.job.name=mine,$(common "$job" 1)"
is "what is no list is left alone, as is the endpoint of one who has another" "${lines[3]}" " %zz,x"
is "what is added to ours stays" "${lines[4]}" "$endpoint late=1,$(common "$job" 3),$name"
is "so it is with --export=NONE" "${lines[5]}" "$endpoint $(common "$job" 4),$name"
is "a job from inside a job names itself" "$(<"$CLUSTER_DIR/inner.out")" \
  "$endpoint $(common "$(<"$CLUSTER_DIR/inner.id")" batch),slurm.job.name=wrap"
wait_ok "the array task's root arrives" "root(\"${array}_5\")"
raw=$(cluster_query "root(\"${array}_5\").attrs[\"slurm.job.id.raw\"]")
is "an array task" "$(cluster_job_output "$array")" \
  "$endpoint slurm.cluster.name=demo,slurm.job.id=${array}_5,slurm.array.job_id=$array,slurm.array.task_id=5,slurm.job.id.raw=$raw,slurm.step.id=batch,slurm.node.name=n1,slurm.partition=main,slurm.job.name=wrap"

# --- a shell script with curl
is "the example with curl ran" "$(cluster_job_output "$curl_job")" "check failed, as it should"
of_curl='map(select(.resource["service.name"] == "curl-example"))'
wait_ok "its spans and ours arrive" \
  "root($curl_job) and step($curl_job; 0) and step($curl_job; \"batch\") and ($of_curl | length == 3)"
spans_is "its spans are below the batch step" \
  "step($curl_job; \"batch\") as \$batch | [${of_curl}[] | select(is_child(\$batch)) | .name] | sort" '["check","prepare","train"]'
spans_ok "the step that one started is below it" \
  "step($curl_job; 0) as \$step | ($of_curl | named(\"train\") | .[0]) as \$train | \$step | is_child(\$train)"
spans_is "the one that failed says so" "$of_curl | named(\"check\") | .[0] | [.status, .message]" '["error","exit status 3"]'
spans_is "it is one trace, with every parent" \
  "trace(root($curl_job).trace) | [length, (orphans | length)]" '[8,0]'
quiet=$(cluster_submit --trace=off --output="$CLUSTER_DIR/job.%j.out" "$examples/shell-curl/job.sh")
cluster_wait_job "$quiet"
is "it runs without a trace, too" "$(cluster_job_output "$quiet")" "check failed, as it should"
spans_is "and then sends nothing" "$of_curl | length" 3

# --- a program with a stock SDK
node_skip=
install_example() {
  local cache sum
  sum=$(sha256sum <"$examples/node/package-lock.json")
  cache=$CLUSTER_TOP/.cache/node-example/${sum:0:16}
  modules=$cache/node_modules
  command -v npm >/dev/null || { node_skip="no npm" && return; }
  [[ -d $modules ]] && return
  mkdir -p "$cache.$$"
  cp "$examples"/node/package*.json "$cache.$$"
  if timeout 200 npm ci --prefix "$cache.$$" --ignore-scripts --no-audit --no-fund >"$CLUSTER_DIR/npm.log" 2>&1; then
    mv "$cache.$$" "$cache" 2>/dev/null || rm -rf "$cache.$$"
  else
    rm -rf "$cache.$$"
    node_skip="npm could not install the SDK"
  fi
}
install_example
if [[ -n $node_skip ]]; then
  skip "the example with Node.js" "$node_skip"
else
  mkdir "$CLUSTER_DIR/node"
  cp "$examples"/node/{app.js,job.sh} "$CLUSTER_DIR/node"
  ln -s "$modules" "$CLUSTER_DIR/node/node_modules"
  node_job=$(cluster_submit --chdir="$CLUSTER_DIR/node" "$CLUSTER_DIR/node/job.sh")
  cluster_wait_job "$node_job"
  is "the example with Node.js says nothing" "$(cluster_job_output "$node_job")" ""
  of_node="map(select(.resource[\"slurm.job.id\"] == \"$node_job\"))"
  wait_ok "its spans and ours arrive" "root($node_job) and step($node_job; 0) and step($node_job; \"batch\") and ($of_node | length == 4)" 30
  spans_ok "its first span is below the step" \
    "step($node_job; 0) as \$step | $of_node | named(\"train\") | .[0] | is_child(\$step)"
  spans_is "the others are below that one" \
    "($of_node | named(\"train\") | .[0]) as \$train | [${of_node}[] | select(is_child(\$train)) | .attrs.epoch]" '[1,2,3]'
  spans_is "their resource names the step" \
    "${of_node}[0].resource | [.[\"slurm.step.id\", \"slurm.cluster.name\", \"slurm.job.name\"]]" '["0","demo","node-example"]'
  spans_is "it is one trace, with every parent" \
    "trace(root($node_job).trace) | [length, (orphans | length)]" '[9,0]'
fi

done_testing
