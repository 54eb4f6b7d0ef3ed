/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every attribute key, once.  S: OpenTelemetry semantic conventions 1.44;
 * L: in use by others for Slurm jobs, so that application telemetry joins
 * ours; P: this project's.
 */
#ifndef OTEL_SPAN_ATTRS_H
#define OTEL_SPAN_ATTRS_H

/* resource */
#define ATTR_SERVICE_NAME "service.name"			/* S */
#define ATTR_SERVICE_NAMESPACE "service.namespace"		/* S */
#define ATTR_SERVICE_VERSION "service.version"			/* S */
#define ATTR_SERVICE_INSTANCE_ID "service.instance.id"		/* S */
#define ATTR_HOST_NAME "host.name"				/* S */
#define ATTR_HOST_ID "host.id"					/* S */
#define ATTR_OS_TYPE "os.type"					/* S */
#define ATTR_DEPLOYMENT_ENVIRONMENT "deployment.environment.name" /* S */
#define ATTR_SDK_NAME "telemetry.sdk.name"			/* S */
#define ATTR_SDK_LANGUAGE "telemetry.sdk.language"		/* S */
#define ATTR_SDK_VERSION "telemetry.sdk.version"		/* S */
#define ATTR_CLUSTER_NAME "slurm.cluster.name"			/* L */

/* every span */
#define ATTR_JOB_ID "slurm.job.id"				/* L: <array>_<task> for array tasks */
#define ATTR_JOB_ID_RAW "slurm.job.id.raw"			/* L */
#define ATTR_SLUID "slurm.sluid"				/* L */
#define ATTR_ARRAY_JOB_ID "slurm.array.job_id"			/* L */
#define ATTR_ARRAY_TASK_ID "slurm.array.task_id"		/* L */
#define ATTR_RESTART_COUNT "slurm.restart_count"		/* L, int */

/* job root */
#define ATTR_JOB_NAME "slurm.job.name"				/* L */
#define ATTR_JOB_USER "slurm.job.user"				/* L */
#define ATTR_JOB_ACCOUNT "slurm.job.account"			/* L */
#define ATTR_JOB_QOS "slurm.job.qos"				/* L */
#define ATTR_JOB_RESERVATION "slurm.job.reservation"		/* L */
#define ATTR_PARTITION "slurm.partition"			/* L */
#define ATTR_STATE "slurm.state"				/* L */
#define ATTR_REASON "slurm.reason"				/* L; also queue spans */
#define ATTR_NODELIST "slurm.nodelist"				/* L */
#define ATTR_EXIT_CODE "slurm.exit_code"			/* L: "1:0" */
#define ATTR_NNODES "slurm.nnodes"				/* L, int */
#define ATTR_NTASKS "slurm.ntasks"				/* L, int */
#define ATTR_USER_ID "user.id"					/* S, a string */
#define ATTR_USER_NAME "user.name"				/* S */
#define ATTR_ERROR_TYPE "error.type"				/* S */
#define ATTR_JOB_EXIT_STATUS "slurm.job.exit_status"		/* P, int */
#define ATTR_JOB_EXIT_SIGNAL "slurm.job.exit_signal"		/* P, int */
#define ATTR_JOB_TIME_LIMIT "slurm.job.time_limit"		/* P, int, s */
#define ATTR_JOB_PRIORITY "slurm.job.priority"			/* P, int */
#define ATTR_TRES_ALLOC_PREFIX "slurm.tres.alloc."		/* P, double */
#define ATTR_JOB_CPU_HOURS "slurm.job.cpu_hours"		/* P, double */
#define ATTR_JOB_GPU_HOURS "slurm.job.gpu_hours"		/* P, double */
#define ATTR_JOB_COST "slurm.job.cost"				/* P, double */
#define ATTR_JOB_SUSPENDED_TIME "slurm.job.suspended_time"	/* P, double, s */
#define ATTR_JOB_WCKEY "slurm.job.wckey"			/* P */
#define ATTR_JOB_FAILED_NODE "slurm.job.failed_node"		/* P */
#define ATTR_HET_JOB_ID "slurm.het.job_id"			/* P */
#define ATTR_HET_OFFSET "slurm.het.offset"			/* P, int */

/* queue phases */
#define ATTR_JOB_SUBMIT_TIME "slurm.job.submit_time"		/* P, ISO 8601, UTC */
#define ATTR_JOB_ELIGIBLE_TIME "slurm.job.eligible_time"	/* P, ISO 8601, UTC */

/* step */
#define ATTR_STEP_ID "slurm.step.id"				/* P: "0", "batch" */
#define ATTR_STEP_NAME "slurm.step.name"			/* L */
#define ATTR_STEP_NNODES "slurm.step.nnodes"			/* P, int */
#define ATTR_STEP_NTASKS "slurm.step.ntasks"			/* P, int */
#define ATTR_STEP_EXIT_STATUS "slurm.step.exit_status"		/* P, int: first failing task */
#define ATTR_STEP_EXIT_SIGNAL "slurm.step.exit_signal"		/* P, int */
#define ATTR_STEP_FAILED_TASK "slurm.step.failed_task"		/* P, int: global rank */
#define ATTR_STEP_FAILED_TASKS "slurm.step.failed_tasks"	/* P, int: how many, on this node */
#define ATTR_STEP_DROPPED_TASKS "slurm.step.dropped_task_spans"	/* P, int: left out by a limit, on this node */
/* usage: of the tasks on the node whose span it is; slurm.step is its first */
#define ATTR_STEP_CPU_USER "slurm.step.cpu.user_time"		/* P, double, s */
#define ATTR_STEP_CPU_SYSTEM "slurm.step.cpu.system_time"	/* P, double, s */
#define ATTR_STEP_MAX_RSS "slurm.step.max_rss"			/* P, int, bytes */
#define ATTR_STEP_MINOR_FAULTS "slurm.step.faults.minor"	/* P, int */
#define ATTR_STEP_MAJOR_FAULTS "slurm.step.faults.major"	/* P, int */
#define ATTR_STEP_BLOCK_IN "slurm.step.block_io.in"		/* P, int */
#define ATTR_STEP_BLOCK_OUT "slurm.step.block_io.out"		/* P, int */
#define ATTR_STEP_SWITCHES_VOLUNTARY "slurm.step.context_switches.voluntary"	/* P, int */
#define ATTR_STEP_SWITCHES_INVOLUNTARY "slurm.step.context_switches.involuntary" /* P, int */

/* GPUs of a step on the node whose span it is; slurm.step is its first */
#define ATTR_GPU_COUNT "slurm.gpu.count"			/* P, int */
#define ATTR_GPU_DEVICES "slurm.gpu.devices"			/* P: "0,1" */

/* node */
#define ATTR_NODE_NAME "slurm.node.name"			/* P */
#define ATTR_NODE_ID "slurm.node.id"				/* P, int */
#define ATTR_NODE_NTASKS "slurm.node.ntasks"			/* P, int */

#define ATTR_NODE_DROPPED "slurm.node.dropped_spans"		/* P, int: of the job on this node, left out by limits */

/* task */
#define ATTR_TASK_RANK "slurm.task.rank"			/* P, int: in the step */
#define ATTR_TASK_LOCAL_RANK "slurm.task.local_rank"		/* P, int: on its node */
#define ATTR_TASK_EXIT_SIGNAL "slurm.task.exit_signal"		/* P, int */
#define ATTR_TASK_SIGNAL_NAME "slurm.task.signal_name"		/* P: "SIGKILL", of the event signal */
#define ATTR_PROCESS_PID "process.pid"				/* S, int */
#define ATTR_PROCESS_EXIT_CODE "process.exit.code"		/* S, int; absent when killed */
#define ATTR_PROCESS_EXECUTABLE_NAME "process.executable.name"	/* S */
#define ATTR_PROCESS_COMMAND_ARGS "process.command_args"	/* S, strings; with CommandArgs=yes */

/* the test span of slurm-otel check */
#define ATTR_CHECK_NOTE "slurm_otel.note"			/* P */

#endif
