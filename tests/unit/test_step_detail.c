/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nodes tell of a job beyond its steps: nodes, tasks, the setup phase, and
 * what limits leave out.  The hooks run as in test_step_hooks.c, on two nodes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "fake_spank.h"
#include "host/detail_file.h"
#include "proto/otlp.pb-c.h"
#include "span/attrs.h"
#include "spank/compat.h"
#include "spank/job_script.h"
#include "spank/plugin.h"
#include "spank/setup_phase.h"
#include "spank/step_plan.h"
#include "spool/spool.h"
#include "support.h"
#include "temp_dir.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define CONTEXT "00-" TRACE "-0000000000000000-01"
#define SPANS_MAX 4096
#define KILLED 9

static struct temp_dir dir;
static struct config config;
static struct plugin plugin;
static Otlp__Span *spans[SPANS_MAX];
static size_t n_spans;
static char path[128];

static int open_spool(int node)
{
	struct err err;
	int fd;

	snprintf(path, sizeof(path), "%s/slurmd.n%d", dir.path, node);
	fd = spool_open_dir(path, false, (uid_t)-1, (gid_t)-1, &err);
	cr_assert_geq(fd, 0, "%s", err.msg);
	return fd;
}

static void empty_spools(void)
{
	for (int node = 1; node <= 2; node++) {
		snprintf(path, sizeof(path), "%s/slurmd.n%d", dir.path, node);
		nftw(path, temp_dir_remove_one, 16, FTW_DEPTH | FTW_PHYS);
		cr_assert_eq(mkdir(path, 0700), 0);
	}
}

/* Keeps the job files. */
static void empty_queue(void)
{
	cr_assert_eq(unlinkat(dir.fd, "slurmd.n1/current", 0), 0);
}

static void start(void)
{
	temp_dir_make(&dir);
	cr_assert_eq(fchmod(dir.fd, 0755), 0);
	empty_spools();
	memset(&config, 0, sizeof(config));
	sampler_parse("parentbased_always_on", &config.sampler);
	config.spool_dir = dir.path;
	config.spool_max_size = 1 << 24;
	config.attribute_count_limit = 128;
	config.job_comment = JOB_COMMENT_NONE;
	memset(&plugin, 0, sizeof(plugin));
	plugin.config = &config;
	setenv("SLURM_CLUSTER_NAME", "demo", 1);
	setenv("SLURM_JOB_PARTITION", "main", 1);
	setenv("SLURM_JOB_UID", "1000", 1);
	setenv("SLURM_NODELIST", "n[1-2]", 1);
}

static void forget(void)
{
	while (n_spans)
		otlp__span__free_unpacked(spans[--n_spans], NULL);
}

static void stop(void)
{
	forget();
	temp_dir_remove(&dir);
}

TestSuite(step_detail, .init = start, .fini = stop);

/* ---- a job --------------------------------------------------------------- */

static void on_node(int node)
{
	snprintf(path, sizeof(path), "n%d", node);
	setenv("SLURMD_NODENAME", path, 1);
}

static void script(int node, const char *context,
		   void (*hook)(struct plugin *plugin, spank_t sp))
{
	on_node(node);
	fake_spank_reset(S_CTX_JOB_SCRIPT);
	fake.job_id = 7;
	setenv("SPANK_OTEL_CONTEXT", context, 1);
	hook(&plugin, NULL);
	cr_assert_str_eq(fake.log, "");
}

static void prologs(const char *context)
{
	script(1, context, job_prolog);
	script(2, context, job_prolog);
}

static void epilogs(void)
{
	script(1, CONTEXT, job_epilog);
	script(2, CONTEXT, job_epilog);
}

static void begin(int node, uint32_t step_id, uint32_t tasks)
{
	static char *argv[] = { "/usr/bin/app", NULL };

	on_node(node);
	fake_spank_reset(S_CTX_REMOTE);
	memset(&plugin.step, 0, sizeof(plugin.step));
	fake.job_id = 7;
	fake.step_id = step_id;
	fake.node_id = (uint32_t)node - 1;
	fake.nnodes = 2;
	fake.ntasks = 2 * tasks;
	fake.local_ntasks = tasks;
	fake.argv = argv;
	fake_spank_setenv("SLURM_JOB_NODELIST", "n[1-2]");
}

/* Tasks whose bit is set in failing end with status. */
static void run(uint32_t failing, int status)
{
	uint32_t n = fake.local_ntasks ? fake.local_ntasks : 1;

	step_init(&plugin);
	step_init_post_opt(&plugin, NULL);
	for (uint32_t i = 0; i < n; i++) {
		fake.task_local = (int)i;
		fake.task_rank = fake.node_id * n + i;
		fake.task_pid = 100 + (int)i;
		step_task_post_fork(&plugin, NULL);
	}
	for (uint32_t i = n; i-- > 0;) {
		fake.task_local = (int)i;
		fake.task_rank = fake.node_id * n + i;
		fake.task_status = failing >> i & 1 ? status : 0;
		step_task_exit(&plugin, NULL);
	}
	step_exit(&plugin);
	cr_assert_str_eq(fake.log, "");
}

static void step(int node, uint32_t step_id, uint32_t tasks, uint32_t failing)
{
	begin(node, step_id, tasks);
	run(failing, 3 << 8);
}

/* ---- its spans ----------------------------------------------------------- */

static void read_node(int node)
{
	struct spool_record record;
	struct spool_reader *reader;
	struct err err;
	int fd = open_spool(node);

	reader = spool_reader_create(fd, &err);
	while (spool_read(reader, &record, &err) == 1) {
		cr_assert_lt(n_spans, SPANS_MAX);
		spans[n_spans++] =
			otlp__span__unpack(NULL, record.len, record.payload);
	}
	spool_reader_destroy(reader);
	close(fd);
}

static void read_all(void)
{
	forget();
	read_node(1);
	read_node(2);
}

static const Otlp__AnyValue *attr(const Otlp__Span *span, const char *key)
{
	for (size_t i = 0; i < span->n_attributes; i++)
		if (!strcmp(span->attributes[i]->key, key))
			return span->attributes[i]->value;
	return NULL;
}

static int64_t number(const Otlp__Span *span, const char *key)
{
	const Otlp__AnyValue *value = attr(span, key);

	return value ? value->int_value : -1;
}

static const char *text(const Otlp__Span *span, const char *key)
{
	const Otlp__AnyValue *value = attr(span, key);

	return value ? value->string_value : "";
}

static size_t count(const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < n_spans; i++)
		n += !strcmp(spans[i]->name, name);
	return n;
}

/* The i-th of that name. */
static Otlp__Span *find(const char *name, size_t i)
{
	for (size_t j = 0; j < n_spans; j++)
		if (!strcmp(spans[j]->name, name) && i-- == 0)
			return spans[j];
	cr_assert(false, "no %s", name);
	return NULL;
}

static bool is_child(const Otlp__Span *span, const Otlp__Span *parent)
{
	return memcmp(span->parent_span_id.data, parent->span_id.data,
		      SPAN_ID_SIZE) == 0;
}

static struct span_id root_id(void)
{
	struct job_context context;
	struct span_id id;

	job_context_parse(CONTEXT, &context);
	job_context_root_id(&context, "demo", 7, 0, &id);
	return id;
}

static bool is_below_root(const Otlp__Span *span)
{
	const struct span_id root = root_id();

	return memcmp(span->parent_span_id.data, root.b, SPAN_ID_SIZE) == 0;
}

/* ---- tasks --------------------------------------------------------------- */

Test(step_detail, a_task_that_fails_is_told_of)
{
	const Otlp__Span *task;

	prologs(CONTEXT);
	step(2, 0, 3, 1 << 1);
	read_all();
	cr_assert_eq(count("slurm.node"), 1);
	cr_assert_eq(count("slurm.task"), 1);
	task = find("slurm.task", 0);
	cr_assert(is_child(task, find("slurm.node", 0)));
	cr_assert_eq(number(task, ATTR_TASK_RANK), 4);
	cr_assert_eq(number(task, ATTR_TASK_LOCAL_RANK), 1);
	cr_assert_eq(number(task, ATTR_PROCESS_PID), 101);
	cr_assert_eq(number(task, ATTR_PROCESS_EXIT_CODE), 3);
	cr_assert_null(attr(task, ATTR_TASK_EXIT_SIGNAL));
	cr_assert_str_eq(text(task, ATTR_PROCESS_EXECUTABLE_NAME), "app");
	cr_assert_str_eq(text(task, ATTR_HOST_NAME), "n2");
	cr_assert_str_eq(text(task, ATTR_NODE_NAME), "n2");
	cr_assert_str_eq(text(task, ATTR_JOB_ID), "7");
	cr_assert_str_eq(text(task, ATTR_STEP_ID), "0");
	cr_assert_str_eq(text(task, ATTR_ERROR_TYPE), "exit_status");
	cr_assert_str_eq(task->status->message, "exited with status 3");
	cr_assert_leq(task->start_time_unix_nano, task->end_time_unix_nano);
	cr_assert_eq(task->n_events, 0);
}

static void step_with_secret(uint32_t step_id)
{
	static char *argv[] = { "/bin/app", "--password", "secret", NULL };

	begin(1, step_id, 1);
	fake.argv = argv;
	run(1, 3 << 8);
}

Test(step_detail, a_command_line_is_told_when_asked_for)
{
	const Otlp__ArrayValue *args;

	prologs(CONTEXT);
	step_with_secret(0);
	read_all();
	cr_assert_null(attr(find("slurm.task", 0), ATTR_PROCESS_COMMAND_ARGS));

	config.command_args = true;
	step_with_secret(1);
	read_all();
	args = attr(find("slurm.task", 1), ATTR_PROCESS_COMMAND_ARGS)
		       ->array_value;
	cr_assert_eq(args->n_values, 3);
	cr_assert_str_eq(args->values[0]->string_value, "/bin/app");
	cr_assert_str_eq(args->values[2]->string_value, "secret");
}

Test(step_detail, a_task_that_is_killed_has_no_exit_code)
{
	const Otlp__Span *task;

	begin(1, 0, 1);
	run(1, KILLED);
	read_all();
	task = find("slurm.task", 0);
	cr_assert_null(attr(task, ATTR_PROCESS_EXIT_CODE));
	cr_assert_eq(number(task, ATTR_TASK_EXIT_SIGNAL), KILLED);
	cr_assert_eq(task->n_events, 1);
	cr_assert_str_eq(task->events[0]->name, "signal");
	cr_assert_str_eq(task->events[0]->attributes[0]->value->string_value,
			 "SIGKILL");
	cr_assert_eq(task->events[0]->time_unix_nano, task->end_time_unix_nano);
}

Test(step_detail, levels)
{
	static const struct {
		enum detail level;
		uint32_t step_id, failing;
		size_t steps, nodes, tasks;
	} cases[] = {
		{ DETAIL_STEP, 0, 0, 1, 0, 0 }, { DETAIL_NODE, 0, 0, 1, 2, 0 },
		{ DETAIL_TASK, 0, 0, 1, 2, 6 }, { DETAIL_STEP, 0, 1, 1, 2, 2 },
		{ DETAIL_NODE, 0, 1, 1, 2, 2 }, { DETAIL_TASK, 0, 1, 1, 2, 6 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		config.detail = cases[i].level;
		step(1, cases[i].step_id, 3, cases[i].failing);
		step(2, cases[i].step_id, 3, cases[i].failing);
		read_all();
		cr_assert_eq(count("slurm.step"), cases[i].steps, "%zu", i);
		cr_assert_eq(count("slurm.node"), cases[i].nodes, "%zu", i);
		for (size_t j = 0; j < cases[i].nodes; j++)
			cr_assert(is_child(find("slurm.node", j),
					   find("slurm.step", 0)));
		cr_assert_eq(count("slurm.task"), cases[i].tasks, "%zu", i);
		empty_spools();
	}
}

Test(step_detail, a_batch_script_is_a_task_below_its_step)
{
	config.detail = DETAIL_NODE;
	step(1, SLURM_BATCH_SCRIPT, 0, 1);
	read_all();
	cr_assert_eq(n_spans, 1);
	config.detail = DETAIL_TASK;
	step(1, SLURM_BATCH_SCRIPT, 0, 0);
	read_all();
	cr_assert_eq(n_spans, 3);
	cr_assert(is_child(spans[2], spans[1]));
	cr_assert_str_eq(spans[2]->name, "slurm.task");
}

Test(step_detail, a_task_without_room_is_let_alone)
{
	begin(1, 0, 2);
	step_init(&plugin);
	step_init_post_opt(&plugin, NULL);
	fake.task_status = KILLED;
	fake.task_pid = 5;
	for (int local = -1; local < 4; local += 3) {
		fake.task_local = local;
		step_task_post_fork(&plugin, NULL);
		step_task_exit(&plugin, NULL);
	}
	step_exit(&plugin);
	read_all();
	cr_assert_eq(count("slurm.task"), 0);
	cr_assert_eq(number(find("slurm.step", 0), ATTR_STEP_FAILED_TASKS), 2);
	/* and in a process that has no step */
	memset(&plugin.step, 0, sizeof(plugin.step));
	step_task_post_fork(&plugin, NULL);
}

/* ---- who asks for detail ---------------------------------------------------
 */

Test(step_detail, the_user_asks)
{
	config.user_options = USER_OPTION_DETAIL;
	prologs(CONTEXT ";m=detail");
	step(1, 0, 2, 0);
	step(2, 0, 2, 0);
	epilogs();
	read_all();
	cr_assert_eq(count("slurm.task"), 4);
	cr_assert_eq(count("slurm.node"), 4);
}

Test(step_detail, the_user_asks_for_what_is_not_allowed)
{
	config.user_options = USER_OPTION_ON | USER_OPTION_OFF;
	prologs(CONTEXT ";m=detail");
	step(1, 0, 2, 0);
	epilogs();
	read_all();
	cr_assert_eq(count("slurm.step"), 1);
	cr_assert_eq(count("slurm.task"), 0);
	cr_assert_eq(count("slurm.node"), 0);
}

Test(step_detail, an_administrator_asks_on_one_node)
{
	struct detail_file file = { .until_s = INT64_MAX,
				    .level = DETAIL_NODE,
				    .partition = "main",
				    .has_uid = true,
				    .uid = 1000,
				    .has_job = true,
				    .job_id = 7 };
	int fd = open_spool(2);

	cr_assert_eq(detail_file_write(fd, &file, NULL), 0);
	prologs(CONTEXT);
	step(1, 0, 2, 0);
	step(2, 0, 2, 0);
	file.uid = 1001;
	cr_assert_eq(detail_file_write(fd, &file, NULL), 0);
	step(2, 1, 2, 0);
	read_all();
	cr_assert_eq(count("slurm.task"), 0);
	cr_assert_eq(count("slurm.node"), 1);
	cr_assert_str_eq(text(find("slurm.node", 0), ATTR_NODE_NAME), "n2");
	/* the site's own level is not lowered */
	config.detail = DETAIL_TASK;
	file.uid = 1000;
	cr_assert_eq(detail_file_write(fd, &file, NULL), 0);
	step(2, 2, 2, 0);
	read_all();
	cr_assert_eq(count("slurm.task"), 2);
	close(fd);
}

/* ---- limits ----------------------------------------------------------------
 */

Test(step_detail, tasks_are_limited_and_failures_are_not)
{
	static const struct {
		uint64_t max;
		uint32_t failing, tasks, dropped;
	} cases[] = {
		{ 0, 0, 8, 0 }, { 8, 0, 8, 0 },    { 7, 0, 7, 1 },
		{ 3, 1, 3, 5 }, { 3, 0x17, 4, 4 }, { 1, 0xff, 8, 0 },
	};
	struct step_plan plan;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		config.max_task_spans = cases[i].max;
		config.detail = DETAIL_TASK;
		step(1, 0, 8, cases[i].failing);
		read_all();
		cr_assert_eq(count("slurm.task"), cases[i].tasks, "%zu", i);
		cr_assert_eq(
			number(find("slurm.node", 0), ATTR_STEP_DROPPED_TASKS),
			cases[i].dropped ? (int64_t)cases[i].dropped : -1);
		empty_spools();
	}
	/* a plan is cut from its end, and no task stays without its node */
	plan = (struct step_plan){ .node = true,
				   .node_is_detail = true,
				   .good_tasks = 5 };
	cr_assert_eq(step_plan_details(&plan), 6);
	step_plan_grant(&plan, 6);
	cr_assert_eq(plan.good_tasks, 5);
	step_plan_grant(&plan, 3);
	cr_assert(plan.node);
	cr_assert_eq(plan.good_tasks, 2);
	cr_assert_eq(plan.dropped_tasks, 3);
	step_plan_grant(&plan, 0);
	cr_assert_not(plan.node);
	cr_assert_eq(plan.good_tasks, 0);
	cr_assert_eq(plan.dropped_tasks, 5);
	cr_assert_eq(plan.dropped_others, 1);
	cr_assert(step_plan_is_empty(&plan));
}

Test(step_detail, the_steps_of_a_job_share_a_limit_on_a_node)
{
	config.detail = DETAIL_TASK;
	config.max_spans_per_trace = 4;
	prologs(CONTEXT);
	step(1, 0, 2, 0); /* a node and two tasks */
	step(1, 1, 2, 0); /* a node; no task */
	step(1, 2, 2, 0); /* neither */
	step(1, 3, 2, 1); /* what failed */
	step(2, 0, 2, 0);
	epilogs();
	read_all();
	cr_assert_eq(count("slurm.step"), 4);
	cr_assert_eq(count("slurm.task"), 2 + 1 + 2);
	cr_assert_eq(count("slurm.node"), 2 + 1 + 1 + 2);
	/* 2 of step 1, 3 of step 2, 1 of step 3 */
	for (size_t i = 0; i < 6; i++)
		if (is_below_root(find("slurm.node", i)))
			cr_assert_eq(number(find("slurm.node", i),
					    ATTR_NODE_DROPPED),
				     strcmp(text(find("slurm.node", i),
						 ATTR_NODE_NAME),
					    "n1")
					     ? -1
					     : 6);
	cr_assert_eq(number(find("slurm.step", 2), ATTR_STEP_DROPPED_TASKS), 2);
}

Test(step_detail, a_step_over_the_limit_hands_on_its_parent)
{
	struct trace_context given;
	const struct span_id root = root_id();

	config.max_spans_per_trace = 5;
	prologs(CONTEXT);
	step(1, 4, 1, 0);
	step(1, 5, 1, 0);
	cr_assert_eq(
		traceparent_parse(fake_spank_getenv("TRACEPARENT"), &given), 0);
	cr_assert(span_id_equal(&given.span_id, &root));
	step(2, 5, 1, 0);
	read_all();
	cr_assert_eq(count("slurm.step"), 1);
	cr_assert_str_eq(text(find("slurm.step", 0), ATTR_STEP_ID), "4");
	/* its failures are told of, on whichever node */
	step(2, 6, 1, 1);
	step(1, 7, 1, 1);
	step(1, SLURM_BATCH_SCRIPT, 0, 0);
	epilogs();
	read_all();
	cr_assert_eq(count("slurm.step"), 3);
	cr_assert_eq(count("slurm.task"), 2);
	cr_assert_eq(count("slurm.node"), 3);
	for (size_t i = 0; i < 3; i++) {
		const Otlp__Span *node = find("slurm.node", i);

		if (!strcmp(text(node, ATTR_STEP_ID), "6"))
			cr_assert(is_below_root(node));
		else if (!strcmp(text(node, ATTR_STEP_ID), "7"))
			cr_assert(is_child(node, find("slurm.step", 1)));
		else
			cr_assert_eq(number(node, ATTR_NODE_DROPPED), 1);
	}
}

/* ---- the job on its nodes ---------------------------------------------------
 */

Test(step_detail, the_setup_phase_is_told_once)
{
	const Otlp__Span *setup;

	prologs(CONTEXT);
	step(2, 0, 1, 0);
	read_all();
	cr_assert_eq(n_spans, 0);
	step(1, 0, 1, 0);
	step(1, 1, 1, 0);
	read_all();
	cr_assert_eq(count("slurm.phase.setup"), 1);
	setup = find("slurm.phase.setup", 0);
	cr_assert(is_below_root(setup));
	cr_assert_str_eq(text(setup, ATTR_JOB_ID), "7");
	cr_assert_str_eq(text(setup, ATTR_NODE_NAME), "n1");
	cr_assert_eq(setup->end_time_unix_nano,
		     find("slurm.step", 0)->start_time_unix_nano);
	cr_assert_lt(setup->start_time_unix_nano, setup->end_time_unix_nano);
	/* by the one of two that start at once, too */
	begin(1, 2, 1);
	step_init(&plugin);
	step_init_post_opt(&plugin, NULL);
	plugin.step.job.state.setup = true;
	setup_phase_begin(&config, open_spool(1), fake.env, &plugin.step);
	step_exit(&plugin);
	read_all();
	cr_assert_eq(count("slurm.phase.setup"), 1);
	/* an attempt has its own */
	setenv("SLURM_JOB_RESTART_COUNT", "1", 1);
	prologs(CONTEXT);
	step(1, 0, 1, 0);
	read_all();
	cr_assert_eq(count("slurm.phase.setup"), 2);
	cr_assert_neq(memcmp(find("slurm.phase.setup", 0)->span_id.data,
			     find("slurm.phase.setup", 1)->span_id.data, 8),
		      0);
}

Test(step_detail, the_setup_phase_is_of_the_first_node)
{
	/* a prolog that a step on n2 caused */
	setenv("SLURM_NODELIST", "n2", 1);
	script(2, CONTEXT, job_prolog);
	step(2, 0, 1, 0);
	begin(2, 1, 1);
	fake_spank_setenv("SLURM_JOB_NODELIST", "");
	run(0, 0);
	read_all();
	cr_assert_eq(n_spans, 0);
	setenv("SLURM_NODELIST", "n[1-2]", 1);
	script(1, CONTEXT, job_prolog);
	begin(1, SLURM_BATCH_SCRIPT, 0);
	fake_spank_setenv("SLURM_JOB_NODELIST", "nonsense[");
	run(0, 0);
	read_all();
	cr_assert_eq(count("slurm.phase.setup"), 1);
}

Test(step_detail, what_is_not_sampled_has_no_span_at_all)
{
	config.detail = DETAIL_TASK;
	prologs("00-" TRACE "-0000000000000000-00");
	step(1, 0, 2, 1);
	epilogs();
	read_all();
	cr_assert_eq(n_spans, 0);
}

Test(step_detail, a_job_is_told_of_where_it_ran_something)
{
	config.detail = DETAIL_NODE;
	prologs(CONTEXT);
	step(1, SLURM_BATCH_SCRIPT, 0, 0);
	epilogs();
	read_all();
	cr_assert_eq(count("slurm.node"), 1);
	cr_assert(is_below_root(find("slurm.node", 0)));
	cr_assert_str_eq(text(find("slurm.node", 0), ATTR_HOST_NAME), "n1");
	cr_assert_leq(find("slurm.node", 0)->start_time_unix_nano,
		      find("slurm.phase.setup", 0)->start_time_unix_nano);
	cr_assert_geq(find("slurm.node", 0)->end_time_unix_nano,
		      find("slurm.step", 0)->end_time_unix_nano);
}

Test(step_detail, an_array_task_is_in_its_own_trace)
{
	prologs(CONTEXT);
	/* one from outside takes it for a plain job */
	config.detail = DETAIL_NODE;
	step(1, 0, 1, 0);
	empty_queue();
	begin(1, SLURM_BATCH_SCRIPT, 0);
	fake.array_job_id = 5;
	fake.array_task_id = 2;
	run(0, 0);
	epilogs();
	read_all();
	cr_assert_eq(n_spans, 2);
	for (size_t i = 0; i < n_spans; i++) {
		cr_assert_str_eq(text(spans[i], ATTR_JOB_ID), "5_2");
		cr_assert_eq(memcmp(spans[i]->trace_id.data,
				    spans[0]->trace_id.data, 16),
			     0);
		cr_assert_eq(memcmp(spans[i]->parent_span_id.data,
				    spans[0]->parent_span_id.data, 8),
			     0);
	}
	cr_assert_not(is_below_root(spans[0]));
}

/* ---- no span without its parent --------------------------------------------
 */

static bool is_known(const uint8_t *id)
{
	const struct span_id root = root_id();

	if (!memcmp(id, root.b, SPAN_ID_SIZE))
		return true;
	for (size_t i = 0; i < n_spans; i++)
		if (!memcmp(id, spans[i]->span_id.data, SPAN_ID_SIZE))
			return true;
	return false;
}

/* Each step is started by one before it, or by the job itself. */
static void random_job(uint64_t *seed)
{
	char handed[16][TRACEPARENT_LEN + 1];

	prologs(CONTEXT);
	for (uint32_t id = 0; id < 12; id++) {
		size_t from = random_below(seed, id + 1);
		size_t nodes = 1 + random_below(seed, 2);

		for (int node = 1; node <= (int)nodes; node++) {
			uint32_t failing =
				random_below(seed, 3)
					? 0
					: (uint32_t)random_below(seed, 8);

			begin(node, id, 3);
			if (from < id)
				fake_spank_setenv("TRACEPARENT", handed[from]);
			run(failing, KILLED);
			snprintf(handed[id], sizeof(handed[id]), "%s",
				 fake_spank_getenv("TRACEPARENT"));
		}
	}
	epilogs();
	read_all();
	for (uint32_t id = 0; id < 12; id++) {
		struct trace_context given;

		traceparent_parse(handed[id], &given);
		cr_assert(is_known(given.span_id.b), "handed to step %u", id);
	}
}

Test(step_detail, every_parent_is_written_whatever_is_left_out)
{
	uint64_t seed = 20261121;

	for (int round = 0; round < 60; round++) {
		config.detail = (enum detail)random_below(&seed, 3);
		config.max_spans_per_trace = random_below(&seed, 14);
		config.max_task_spans = random_below(&seed, 5);
		random_job(&seed);
		for (size_t i = 0; i < n_spans; i++) {
			cr_assert(is_known(spans[i]->parent_span_id.data),
				  "round %d: %s of step %s", round,
				  spans[i]->name, text(spans[i], ATTR_STEP_ID));
			for (size_t j = 0; j < i; j++)
				cr_assert(memcmp(spans[i]->span_id.data,
						 spans[j]->span_id.data, 8),
					  "round %d: %s twice", round,
					  spans[i]->name);
		}
		empty_spools();
	}
}
