/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hooks of a step from slurmstepd's first to its last, and of a prolog
 * before it: what tasks find in their environment and what lies in the spool.
 */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "fake_spank.h"
#include "host/sluid.h"
#include "host/start_note.h"
#include "proto/otlp.pb-c.h"
#include "span/attrs.h"
#include "spank/compat.h"
#include "spank/job_file.h"
#include "spank/job_script.h"
#include "spank/plugin.h"
#include "spank/submit.h"
#include "spool/open.h"
#include "spool/spool.h"
#include "temp_dir.h"
#include "util/hex.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SUBMITTER "b7ad6b7169203331"
#define CALLER "00f067aa0ba902b7"
#define SPANS_MAX 8

static struct temp_dir dir;
static struct config config;
static struct plugin plugin;
static Otlp__Span *spans[SPANS_MAX];
static int n_spans, n_comments, n_setups;

static void start(void)
{
	char path[128];

	temp_dir_make(&dir);
	cr_assert_eq(fchmod(dir.fd, 0755), 0);
	snprintf(path, sizeof(path), "%s/slurmd.n1", dir.path);
	cr_assert_eq(mkdir(path, 0700), 0);
	memset(&config, 0, sizeof(config));
	sampler_parse("parentbased_always_on", &config.sampler);
	config.spool_dir = dir.path;
	config.spool_max_size = 1 << 20;
	config.attribute_count_limit = 128;
	config.job_comment = JOB_COMMENT_ADMIN;
	memset(&plugin, 0, sizeof(plugin));
	plugin.config = &config;
	setenv("SLURMD_NODENAME", "n1", 1);
	setenv("SLURM_CLUSTER_NAME", "demo", 1);
}

static void stop(void)
{
	for (int i = 0; i < n_spans; i++)
		otlp__span__free_unpacked(spans[i], NULL);
	temp_dir_remove(&dir);
}

TestSuite(step_hooks, .init = start, .fini = stop);

static void prolog(const char *context, const char *nodes)
{
	fake_spank_reset(S_CTX_JOB_SCRIPT);
	fake.job_id = 7;
	setenv("SPANK_OTEL_CONTEXT", context, 1);
	setenv("SLURM_NODELIST", nodes, 1);
	job_prolog(&plugin, NULL);
	cr_assert_str_eq(fake.log, "");
}

static void begin(uint32_t step_id, uint32_t node_id)
{
	static char *argv[] = { "/usr/bin/app", NULL };

	fake_spank_reset(S_CTX_REMOTE);
	fake.job_id = 7;
	fake.step_id = step_id;
	fake.node_id = node_id;
	fake.nnodes = 2;
	fake.ntasks = 4;
	fake.local_ntasks = 2;
	fake.argv = argv;
	step_init(&plugin);
}

/* All tasks of this node, of which slurmstepd starts the first n. */
static void run_some(const int *statuses, int n, uint32_t all)
{
	fake.local_ntasks = all;
	step_init_post_opt(&plugin, NULL);
	for (int i = 0; i < n; i++) {
		fake.task_status = statuses[i];
		fake.task_rank = (uint32_t)i;
		step_task_exit(&plugin, NULL);
	}
	step_exit(&plugin);
}

static void run(const int *statuses, int n)
{
	run_some(statuses, n, (uint32_t)n);
}

static void read_spool(void)
{
	char path[128];
	struct spool_record record;
	struct spool_reader *reader;
	struct err err;
	int fd;

	snprintf(path, sizeof(path), "%s/slurmd.n1", dir.path);
	fd = spool_open_dir(path, false, (uid_t)-1, (gid_t)-1, &err);
	cr_assert_geq(fd, 0, "%s", err.msg);
	reader = spool_reader_create(fd, &err);
	while (spool_read(reader, &record, &err) == 1) {
		cr_assert_eq(record.job_id, 7);
		if (record.kind == SPOOL_COMMENT) {
			n_comments++;
			continue;
		}
		spans[n_spans] =
			otlp__span__unpack(NULL, record.len, record.payload);
		if (strcmp(spans[n_spans]->name, "slurm.phase.setup") != 0) {
			n_spans++;
			continue;
		}
		n_setups++;
		otlp__span__free_unpacked(spans[n_spans], NULL);
	}
	spool_reader_destroy(reader);
	close(fd);
}

static const char *parent_of(const Otlp__Span *span)
{
	static char hex[SPAN_ID_HEX + 1];
	struct span_id id;

	cr_assert_eq(span->parent_span_id.len, SPAN_ID_SIZE);
	memcpy(id.b, span->parent_span_id.data, SPAN_ID_SIZE);
	span_id_format(&id, hex);
	return hex;
}

Test(step_hooks, prolog_step_and_epilog)
{
	const int statuses[] = { 0, 0 };
	struct trace_context given;

	prolog("00-" TRACE "-" SUBMITTER "-01;t=5", "n[1-2]");
	begin(0, 0);
	fake_spank_setenv("SLURM_JOB_NODELIST", "n[1-2]");
	fake_spank_setenv("TRACEPARENT", "00-" TRACE "-" CALLER "-01");
	fake_spank_setenv(STEP_PARENT_VAR, "00-" TRACE "-" CALLER "-01");
	run(statuses, 2);
	cr_assert_null(fake_spank_getenv(STEP_PARENT_VAR));
	cr_assert_eq(
		traceparent_parse(fake_spank_getenv("TRACEPARENT"), &given), 0);
	read_spool();
	cr_assert_eq(n_comments, 1);
	cr_assert_eq(n_setups, 1);
	cr_assert_eq(n_spans, 1);
	cr_assert_str_eq(spans[0]->name, "slurm.step");
	cr_assert_eq(memcmp(spans[0]->span_id.data, given.span_id.b, 8), 0);
	cr_assert_str_eq(parent_of(spans[0]), CALLER);
	cr_assert_null(spans[0]->status);
	cr_assert_str_eq(fake.log, "");
	fake.context = S_CTX_JOB_SCRIPT;
	job_epilog(&plugin, NULL);
	cr_assert_eq(faccessat(dir.fd, "slurmd.n1/jobs/7", F_OK, 0), -1);
}

Test(step_hooks, failure_is_told_by_the_step_and_its_node)
{
	const int statuses[] = { 0, 9, 3 << 8 };

	prolog("00-" TRACE "-" SUBMITTER "-01", "n[1-2]");
	begin(0, 0);
	run(statuses, 3);
	read_spool();
	cr_assert_eq(n_spans, 2);
	cr_assert_str_eq(spans[0]->status->message,
			 "task 1: killed by SIGKILL");
	cr_assert_str_eq(spans[1]->name, "slurm.node");
	cr_assert_eq(memcmp(spans[1]->parent_span_id.data,
			    spans[0]->span_id.data, 8),
		     0);
}

Test(step_hooks, a_step_without_all_its_tasks_has_failed)
{
	static const struct {
		int status;
		int started;
		const char *message;
	} cases[] = {
		{ 0, 0, "3 tasks were not started" },
		{ 0, 2, "1 task was not started" },
		{ 1 << 8, 1, "task 0: exited with status 1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int statuses[] = { cases[i].status, 0 };

		prolog("00-" TRACE "-" SUBMITTER "-01", "n[1-2]");
		memset(&plugin.step, 0, sizeof(plugin.step));
		begin((uint32_t)i, 0);
		run_some(statuses, cases[i].started, 3);
	}
	read_spool();
	cr_assert_eq(n_spans, 6); /* each with its node's */
	for (int i = 0; i < n_spans; i++)
		cr_assert_str_eq(spans[i]->status->message,
				 cases[i / 2].message);
}

/* A child that is waited for by whoever calls this, or is not. */
static pid_t make_child(bool waited_for)
{
	pid_t pid = fork();
	siginfo_t info;

	cr_assert_geq(pid, 0);
	if (pid == 0)
		_exit(0);
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info,
			    WEXITED | (waited_for ? 0 : WNOWAIT)),
		     0);
	return pid;
}

/* slurmstepd goes on where another plugin's task_exit fails, and calls none of
 * the plugins behind it. */
Test(step_hooks, tasks_that_ended_without_us_were_started)
{
	prolog("00-" TRACE "-" SUBMITTER "-01", "n[1-2]");
	for (int waited_for = 0; waited_for < 2; waited_for++) {
		memset(&plugin.step, 0, sizeof(plugin.step));
		begin((uint32_t)waited_for, 0);
		fake.local_ntasks = 1;
		step_init_post_opt(&plugin, NULL);
		fake.task_pid = make_child(waited_for);
		step_task_post_fork(&plugin, NULL);
		step_exit(&plugin);
		cr_assert_eq(plugin.step.unnoted_tasks, waited_for);
	}
	read_spool();
	cr_assert_eq(n_spans, 3); /* the first with its node's */
	cr_assert_str_eq(spans[0]->status->message, "1 task was not started");
	cr_assert_null(spans[2]->status);
	for (size_t i = 0; i < spans[2]->n_attributes; i++)
		cr_assert_str_neq(spans[2]->attributes[i]->key, ATTR_EXIT_CODE);
}

/* As on a full disk, if that let nothing be written over, either. */
static void forbid_writing(bool forbid)
{
	const struct rlimit limit = { forbid ? 0 : RLIM_INFINITY,
				      RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(step_hooks, a_setup_that_can_not_be_claimed_is_dropped_once)
{
	static const char message[] = "span of its setup dropped: ";
	const char *said;

	prolog("00-" TRACE "-" SUBMITTER "-01", "n1");
	begin(0, 0);
	fake.local_ntasks = 1;
	fake_spank_setenv("SLURM_JOB_NODELIST", "n1");
	forbid_writing(true);
	step_init_post_opt(&plugin, NULL);
	forbid_writing(false);
	step_exit(&plugin);
	said = strstr(fake.log, message);
	cr_assert(said, "%s", fake.log);
	cr_assert_null(strstr(said + 1, message));
	read_spool();
	cr_assert_eq(n_setups, 0);
}

Test(step_hooks, other_nodes_speak_of_failures_only)
{
	const int good[] = { 0, 0 }, bad[] = { 1 << 8 };

	prolog("00-" TRACE "-" SUBMITTER "-01", "n[0-1]");
	begin(0, 1);
	run(good, 2);
	read_spool();
	cr_assert_eq(n_spans, 0);
	cr_assert_eq(n_comments, 0, "only the first node asks for it");
	memset(&plugin.step, 0, sizeof(plugin.step));
	begin(0, 1);
	run(bad, 1);
	read_spool();
	cr_assert_eq(n_spans, 1);
	cr_assert_str_eq(spans[0]->name, "slurm.node");
}

Test(step_hooks, batch_step_has_no_node_span)
{
	const int statuses[] = { 1 << 8 };

	prolog("00-" TRACE "-0000000000000000-01", "n1");
	begin(SLURM_BATCH_SCRIPT, 0);
	run(statuses, 1);
	read_spool();
	cr_assert_eq(n_spans, 1);
	cr_assert_eq(spans[0]->status->code,
		     OTLP__STATUS__STATUS_CODE__STATUS_CODE_ERROR);
}

Test(step_hooks, extern_step_is_left_alone)
{
	begin(SLURM_EXTERN_CONT, 0);
	run(NULL, 0);
	cr_assert_null(fake_spank_getenv("TRACEPARENT"));
	read_spool();
	cr_assert_eq(n_spans, 0);
}

Test(step_hooks, not_sampled_hands_on_the_context_and_writes_nothing)
{
	const int statuses[] = { 1 << 8 };
	const char *given;

	prolog("00-" TRACE "-" SUBMITTER "-00", "n1");
	begin(0, 0);
	run(statuses, 1);
	given = fake_spank_getenv("TRACEPARENT");
	cr_assert_str_eq(given + strlen(given) - 3, "-00");
	read_spool();
	cr_assert_eq(n_spans, 0);
	cr_assert_eq(n_comments, 0);
}

Test(step_hooks, lost_span_is_one_line)
{
	const int statuses[] = { 0 };
	char path[128];

	begin(3, 0);
	step_init_post_opt(&plugin, NULL);
	snprintf(path, sizeof(path), "%s/slurmd.n1/current", dir.path);
	cr_assert_eq(symlink("/etc/passwd", path), 0);
	fake.log[0] = '\0';
	run(statuses, 1);
	cr_assert(strstr(fake.log, "otel: job 7 step 3: span dropped: "), "%s",
		  fake.log);
	cr_assert_eq(strchr(fake.log, '\n') + 1 - fake.log, strlen(fake.log));
}

/* ---- open/ --------------------------------------------------------------- */

/* How many steps have a record; *ret_name is that of one of them. */
static int count_records(char *ret_name)
{
	struct dirent *entry;
	char path[128];
	int n = 0;
	DIR *open;

	snprintf(path, sizeof(path), "%s/slurmd.n1/open", dir.path);
	open = opendir(path);
	while (open && (entry = readdir(open)))
		if (entry->d_name[0] != '.') {
			snprintf(ret_name, OPEN_NAME_SIZE, "%.63s",
				 entry->d_name);
			n++;
		}
	if (open)
		closedir(open);
	return n;
}

/* As the kernel would leave it; the agent's view of it is in spans[0]. */
static void kill_step(const char *name)
{
	struct open_record *record = &plugin.step.record;
	struct buf buffer = BUF_INIT;
	struct open_orphan orphan;
	struct err err;
	int dir_fd = dup(record->dir_fd);

	close(record->fd);
	close(record->dir_fd);
	record->made = false;
	cr_assert_eq(open_record_look(dir_fd, name, &buffer, &orphan, &err),
		     OPEN_ORPHAN);
	cr_assert_eq(orphan.job_id, 7);
	spans[n_spans++] = otlp__span__unpack(NULL, orphan.len, orphan.span);
	cr_assert_not_null(spans[0]);
	buf_free(&buffer);
	close(dir_fd);
}

static bool has_attr(const Otlp__Span *span, const char *key)
{
	for (size_t i = 0; i < span->n_attributes; i++)
		if (!strcmp(span->attributes[i]->key, key))
			return true;
	return false;
}

Test(step_hooks, a_running_step_has_a_record_and_an_ended_one_none)
{
	const int statuses[] = { 0, 1 << 8 };
	char name[OPEN_NAME_SIZE];

	begin(0, 0);
	step_init_post_opt(&plugin, NULL);
	cr_assert_eq(count_records(name), 1);
	cr_assert_eq(strncmp(name, "7.0.", 4), 0, "%s", name);
	for (int i = 0; i < 2; i++) {
		fake.task_status = statuses[i];
		step_task_exit(&plugin, NULL);
	}
	cr_assert_eq(count_records(name), 1);
	step_exit(&plugin);
	cr_assert_eq(count_records(name), 0);
	read_spool();
	cr_assert_eq(n_spans, 2); /* of the step and of the failing node */
	cr_assert_str_eq(fake.log, "");
}

Test(step_hooks, the_record_is_the_beginning_of_the_step)
{
	char name[OPEN_NAME_SIZE];
	struct trace_context given;

	begin(0, 0);
	step_init_post_opt(&plugin, NULL);
	cr_assert_eq(count_records(name), 1);
	traceparent_parse(fake_spank_getenv("TRACEPARENT"), &given);
	kill_step(name);
	cr_assert_str_eq(spans[0]->name, "slurm.step");
	cr_assert_eq(memcmp(spans[0]->span_id.data, given.span_id.b, 8), 0);
	cr_assert_eq(spans[0]->start_time_unix_nano, plugin.step.start_ns);
	cr_assert(has_attr(spans[0], "slurm.step.name"));
	cr_assert_not(has_attr(spans[0], "slurm.exit_code"));
	cr_assert_not(has_attr(spans[0], "slurm.step.max_rss"));
	cr_assert_null(spans[0]->status);
}

Test(step_hooks, another_node_has_the_beginning_of_its_share)
{
	char name[OPEN_NAME_SIZE];
	struct trace_context given;

	begin(0, 1);
	step_init_post_opt(&plugin, NULL);
	cr_assert_eq(count_records(name), 1);
	traceparent_parse(fake_spank_getenv("TRACEPARENT"), &given);
	kill_step(name);
	cr_assert_str_eq(spans[0]->name, "slurm.node");
	cr_assert_eq(memcmp(spans[0]->parent_span_id.data, given.span_id.b, 8),
		     0);
	cr_assert_neq(memcmp(spans[0]->span_id.data, given.span_id.b, 8), 0);
}

Test(step_hooks, another_node_that_succeeds_leaves_nothing)
{
	const int statuses[] = { 0 };
	char name[OPEN_NAME_SIZE];

	begin(0, 1);
	run(statuses, 1);
	cr_assert_eq(count_records(name), 0);
	read_spool();
	cr_assert_eq(n_spans, 0);
}

Test(step_hooks, no_record_of_what_has_no_span)
{
	char name[OPEN_NAME_SIZE];

	begin(SLURM_EXTERN_CONT, 0);
	step_init_post_opt(&plugin, NULL);
	cr_assert_eq(count_records(name), 0);
	step_exit(&plugin);
	prolog("00-" TRACE "-" SUBMITTER "-00", "n1");
	begin(0, 0);
	step_init_post_opt(&plugin, NULL);
	cr_assert_eq(count_records(name), 0);
	step_exit(&plugin);
}

Test(step_hooks, a_record_that_can_not_be_made_is_one_line)
{
	const int statuses[] = { 0 };
	char path[128];

	snprintf(path, sizeof(path), "%s/slurmd.n1/open", dir.path);
	cr_assert_eq(symlink("/tmp", path), 0);
	begin(3, 0);
	run(statuses, 1);
	cr_assert(
		strstr(fake.log,
		       "otel: job 7 step 3: its span is lost if it is killed: "
		       "open in the spool is a symbolic link"),
		"%s", fake.log);
	cr_assert_eq(strchr(fake.log, '\n') + 1 - fake.log, strlen(fake.log));
	read_spool();
	cr_assert_eq(n_spans, 1);
}

/* As a slurmd does that was started anew while the job ran. */
Test(step_hooks, a_second_prolog_of_an_attempt_changes_nothing)
{
	const int statuses[] = { 0, 0 };
	uint64_t began_ns;

	for (int i = 0; i < 2; i++) {
		prolog("00-" TRACE "-" SUBMITTER "-01", "n1");
		memset(&plugin.step, 0, sizeof(plugin.step));
		begin(0, 0);
		fake_spank_setenv("SLURM_JOB_NODELIST", "n1");
		run(statuses, 2);
		if (i == 0)
			began_ns = plugin.step.job.prolog_ns;
	}
	cr_expect_eq(plugin.step.job.prolog_ns, began_ns);
	read_spool();
	cr_expect_eq(n_setups, 1);
}

/* Another job with another trace has taken the number, and no epilog came. */
Test(step_hooks, a_prolog_of_another_job_begins_anew)
{
	const int statuses[] = { 0, 0 };

	for (int i = 0; i < 2; i++) {
		prolog(i ? "00-" SUBMITTER SUBMITTER "-" SUBMITTER "-01"
			 : "00-" TRACE "-" SUBMITTER "-01",
		       "n1");
		memset(&plugin.step, 0, sizeof(plugin.step));
		begin(0, 0);
		fake_spank_setenv("SLURM_JOB_NODELIST", "n1");
		run(statuses, 2);
	}
	read_spool();
	cr_expect_eq(n_setups, 2);
}

static void batch_without_prolog(void)
{
	fake_spank_reset(S_CTX_REMOTE);
	fake.job_id = 7;
	fake.step_id = SLURM_BATCH_SCRIPT;
	fake_spank_setenv("SLURM_SPANK_OTEL_CONTEXT",
			  "00-" TRACE "-" SUBMITTER "-01");
	step_init(&plugin);
	step_init_post_opt(&plugin, NULL);
}

/* The root of an attempt of job 7, in hex. */
static const char *root_of(uint32_t restart)
{
	static char hex[SPAN_ID_HEX + 1];
	struct job_context context;
	struct span_id id;

	job_context_parse("00-" TRACE "-" SUBMITTER "-01", &context);
	job_context_root_id(&context, plugin.step.job.cluster, 7, restart, &id);
	span_id_format(&id, hex);
	return hex;
}

/* ---- what slurmctld did or said at the start of the job
 */

#define SLUID "s028T5CY4TQKFF"

static int comments_asked_for(const char *note)
{
	setenv("SPANK_" START_NOTE_VAR, note, 1);
	prolog("00-" TRACE "-" SUBMITTER "-01", "n1");
	n_comments = 0;
	read_spool();
	return n_comments;
}

Test(step_hooks, a_comment_of_slurmctlds_is_not_asked_for)
{
	cr_assert_eq(comments_asked_for("0:wait,comment"), 0);
	cr_assert_eq(comments_asked_for("0:comment"), 0);
	cr_assert_eq(comments_asked_for("0:wait"), 1);
}

Test(step_hooks, nor_does_a_note_of_another_attempt_count)
{
	cr_assert_eq(comments_asked_for("1:wait,comment"), 1);
	setenv("SLURM_JOB_RESTART_COUNT", "1", 1);
	cr_assert_eq(comments_asked_for("1:wait,comment"), 1,
		     "that of the prolog before");
}

static bool has_sluid(uint32_t step_id)
{
	const int status = 0;

	begin(step_id, 0);
	fake_spank_setenv(SLUID_VAR, SLUID);
	run(&status, 1);
	n_spans = 0;
	read_spool();
	cr_assert_gt(n_spans, 0);
	return has_attr(spans[n_spans - 1], ATTR_SLUID);
}

Test(step_hooks, sluid_of_the_prolog_is_on_every_span)
{
	setenv(SLUID_VAR, SLUID, 1);
	prolog("00-" TRACE "-" SUBMITTER "-01", "n1");
	unsetenv(SLUID_VAR);
	begin(SLURM_BATCH_SCRIPT, 0);
	run((const int[]){ 0 }, 1);
	read_spool();
	cr_assert_eq(n_spans, 1);
	cr_assert(has_attr(spans[0], ATTR_SLUID));
}

Test(step_hooks, sluid_of_the_environment_where_no_prolog_told_it)
{
	cr_assert(has_sluid(0));
}

/* It would be that of the job which submitted this one. */
Test(step_hooks, sluid_of_a_scripts_environment_is_not_believed)
{
	cr_assert_not(has_sluid(SLURM_BATCH_SCRIPT));
}

Test(step_hooks, what_is_no_sluid_is_left_out)
{
	setenv(SLUID_VAR, "s\n", 1);
	prolog("00-" TRACE "-" SUBMITTER "-01", "n1");
	cr_assert_not(has_sluid(0), "the prolog's word stands");
}

/* Slurm may leave the prolog out where the job has run before, and tells the
 * restart count to nobody but the task, in a process of its own. */
Test(step_hooks, requeued_batch_step_without_prolog)
{
	struct trace_context first, second;
	int status;
	pid_t pid;

	batch_without_prolog();
	cr_assert_eq(
		traceparent_parse(fake_spank_getenv("TRACEPARENT"), &first), 0);
	pid = fork();
	if (pid == 0) {
		fake_spank_setenv("SLURM_RESTART_COUNT", "2");
		step_task_init(&plugin, NULL);
		traceparent_parse(fake_spank_getenv("TRACEPARENT"), &second);
		_exit(span_id_equal(&first.span_id, &second.span_id));
	}
	waitpid(pid, &status, 0);
	cr_expect_eq(status, 0, "the script has the first attempt's span");
	step_task_exit(&plugin, NULL);
	step_exit(&plugin);
	read_spool();
	cr_assert_eq(n_spans, 1);
	cr_expect_str_eq(parent_of(spans[0]), root_of(2));
	cr_expect_neq(
		memcmp(spans[0]->span_id.data, first.span_id.b, SPAN_ID_SIZE),
		0);
}

Test(step_hooks, first_batch_step_without_prolog)
{
	struct trace_context context;

	batch_without_prolog();
	step_task_init(&plugin, NULL);
	step_exit(&plugin);
	read_spool();
	cr_assert_eq(n_spans, 1);
	cr_expect_str_eq(parent_of(spans[0]), root_of(0));
	cr_assert_eq(
		traceparent_parse(fake_spank_getenv("TRACEPARENT"), &context),
		0);
	cr_expect_arr_eq(spans[0]->span_id.data, context.span_id.b,
			 SPAN_ID_SIZE);
}

/* A job file is what slurmd said, and the environment what the user did. */
Test(step_hooks, restart_count_of_the_environment_with_prolog)
{
	prolog("00-" TRACE "-" SUBMITTER "-01", "n1");
	batch_without_prolog();
	fake_spank_setenv("SLURM_RESTART_COUNT", "2");
	step_task_init(&plugin, NULL);
	step_exit(&plugin);
	read_spool();
	cr_assert_eq(n_spans, 1);
	cr_expect_str_eq(parent_of(spans[0]), root_of(0));
}

/* ---- SampleErrors -------------------------------------------------------- */

#define NOT_SAMPLED "00-" TRACE "-" SUBMITTER "-00"

static void epilog(const char *verdict, const char *exit_code)
{
	fake_spank_reset(S_CTX_JOB_SCRIPT);
	fake.job_id = 7;
	if (verdict)
		setenv("SPANK_OTEL_VERDICT", verdict, 1);
	setenv("SLURM_JOB_EXIT_CODE", exit_code, 1);
	setenv("SLURM_JOB_DERIVED_EC", "0", 1);
	job_epilog(&plugin, NULL);
	cr_assert_str_eq(fake.log, "");
	cr_assert_eq(faccessat(dir.fd, "slurmd.n1/hold/7", F_OK, 0), -1);
	read_spool();
}

static void held_step(int status)
{
	memset(&plugin.step, 0, sizeof(plugin.step));
	begin(0, 0);
	run(&status, 1);
	cr_assert_str_eq(fake.log, "");
	read_spool();
}

Test(step_hooks, held_spans_wait_for_the_epilog)
{
	config.sample_errors = true;
	prolog(NOT_SAMPLED, "n1");
	held_step(0);
	cr_assert_eq(n_spans, 0);
	cr_assert_eq(n_comments, 0);
	epilog("0:keep", "0");
	cr_assert_eq(n_spans, 1);
	cr_assert_str_eq(spans[0]->name, "slurm.step");
	cr_assert_eq(spans[0]->flags & TRACE_FLAG_SAMPLED, 0);
}

Test(step_hooks, a_job_that_went_well_leaves_nothing)
{
	config.sample_errors = true;
	prolog(NOT_SAMPLED, "n1");
	held_step(1 << 8); /* slurmctld says that it went well: so it does */
	epilog("0:drop", "0");
	cr_assert_eq(n_spans, 0);
}

Test(step_hooks, a_verdict_is_of_one_attempt)
{
	config.sample_errors = true;
	prolog(NOT_SAMPLED, "n1");
	held_step(1 << 8);
	epilog("1:drop", "0");
	cr_assert_eq(n_spans, 2);
}

Test(step_hooks, without_a_verdict_the_exit_code_counts)
{
	config.sample_errors = true;
	prolog(NOT_SAMPLED, "n1");
	held_step(0);
	epilog(NULL, "256");
	cr_assert_eq(n_spans, 1);
}

Test(step_hooks, without_a_verdict_the_spans_count)
{
	config.sample_errors = true;
	prolog(NOT_SAMPLED, "n1");
	held_step(0);
	held_step(1 << 8);
	epilog(NULL, "0");
	cr_assert_eq(n_spans, 3);
}

Test(step_hooks, without_a_verdict_nothing_is_no_failure)
{
	config.sample_errors = true;
	prolog(NOT_SAMPLED, "n1");
	held_step(0);
	epilog(NULL, "0");
	cr_assert_eq(n_spans, 0);
}

/* A serialised Span: a trace id, span id 2s, no more. */
#define SPAN_IN(trace_id) "0a10" trace_id "12080202020202020202,"
#define HANDED_ON SPAN_IN(TRACE)

Test(step_hooks, a_node_that_decides_writes_the_root)
{
	config.sample_errors = true;
	setenv("SPANK_OTEL_SPANS", HANDED_ON, 1);
	prolog(NOT_SAMPLED, "n1");
	held_step(1 << 8);
	epilog("0:spans", "0");
	cr_assert_eq(n_spans, 3);
	cr_assert_eq(spans[2]->span_id.data[0], 2);
}

Test(step_hooks, and_forgets_it_with_its_own)
{
	config.sample_errors = true;
	setenv("SPANK_OTEL_SPANS", HANDED_ON, 1);
	prolog(NOT_SAMPLED, "n1");
	held_step(0);
	epilog("0:spans", "0");
	cr_assert_eq(n_spans, 0);
}

Test(step_hooks, what_is_no_root_is_not_written)
{
	config.sample_errors = true;
	setenv("SPANK_OTEL_SPANS", "0a00,", 1);
	prolog(NOT_SAMPLED, "n1");
	held_step(1 << 8);
	epilog("0:spans", "0");
	cr_assert_eq(n_spans, 2);
}

/* ... nor of another trace, which a user may have made up. */
Test(step_hooks, what_is_of_another_trace_is_not_written)
{
	config.sample_errors = true;
	setenv("SPANK_OTEL_SPANS", SPAN_IN("01010101010101010101010101010101"),
	       1);
	prolog(NOT_SAMPLED, "n1");
	held_step(1 << 8);
	epilog("0:spans", "0");
	cr_assert_eq(n_spans, 2);
}

Test(step_hooks, a_node_that_decides_writes_the_root_of_an_array_task)
{
	struct trace_id array, task;
	char text[128], hex[TRACE_ID_HEX + 1];

	hex_decode(TRACE, TRACE_ID_SIZE, array.b);
	trace_id_for_array_task(&array, "demo", 7, &task);
	trace_id_format(&task, hex);
	snprintf(text, sizeof(text), SPAN_IN("%s"), hex);
	config.sample_errors = true;
	setenv("SPANK_OTEL_SPANS", text, 1);
	prolog("00-" TRACE "-0000000000000000-00", "n1");
	held_step(1 << 8);
	epilog("0:spans", "0");
	cr_assert_eq(n_spans, 3);
}

Test(step_hooks, without_a_prolog_failures_alone_are_written)
{
	config.sample_errors = true;
	setenv("SLURM_CLUSTER_NAME", "demo", 1);
	sampler_parse("always_off", &config.sampler);
	held_step(0);
	cr_assert_eq(n_spans, 0);
	held_step(1 << 8);
	cr_assert_eq(n_spans, 2);
}

Test(step_hooks, a_job_without_tracing_is_never_held)
{
	config.sample_errors = true;
	prolog(NOT_SAMPLED ";m=off", "n1");
	cr_assert_eq(faccessat(dir.fd, "slurmd.n1/hold", F_OK, 0), -1);
	held_step(1 << 8);
	epilog("0:keep", "256");
	cr_assert_eq(n_spans, 0);
}

Test(step_hooks, nor_is_one_that_is_sampled)
{
	config.sample_errors = true;
	prolog("00-" TRACE "-" SUBMITTER "-01", "n1");
	cr_assert_eq(faccessat(dir.fd, "slurmd.n1/hold", F_OK, 0), -1);
	held_step(0);
	cr_assert_eq(n_spans, 1);
}

Test(step_hooks, a_step_that_was_killed_makes_its_node_write_the_root)
{
	config.sample_errors = true;
	setenv("SPANK_OTEL_SPANS", HANDED_ON, 1);
	prolog(NOT_SAMPLED, "n1");
	begin(0, 0);
	step_init_post_opt(&plugin, NULL);
	epilog("0:spans", "0");
	cr_assert_eq(n_spans, 1);
	cr_assert_eq(spans[0]->span_id.data[0], 2);
}

Test(step_hooks, a_step_of_a_held_job_has_a_record)
{
	char name[OPEN_NAME_SIZE];

	config.sample_errors = true;
	prolog(NOT_SAMPLED, "n1");
	begin(0, 0);
	step_init_post_opt(&plugin, NULL);
	cr_assert_eq(count_records(name), 1);
	step_exit(&plugin);
	cr_assert_eq(count_records(name), 0);
}

/* ---- PrologFlags=RunInJob: an extern step and no SPANK prolog ----------- */

static struct plugin extern_plugin;

static void extern_step(const char *flags, uint32_t node_id)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/slurm.conf", dir.path);
	file = fopen(path, "w");
	fprintf(file, "ClusterName=demo\nPrologFlags=%s\n", flags);
	fclose(file);
	setenv("SLURM_CONF", path, 1);
	memset(&extern_plugin, 0, sizeof(extern_plugin));
	extern_plugin.config = &config;
	fake_spank_reset(S_CTX_REMOTE);
	fake.job_id = 7;
	fake.step_id = SLURM_EXTERN_CONT;
	fake.node_id = node_id;
	step_init(&extern_plugin);
	step_init_post_opt(&extern_plugin, NULL);
	cr_assert_str_eq(fake.log, "");
}

static bool has(const char *name)
{
	return faccessat(dir.fd, name, F_OK, 0) == 0;
}

/* A batch step that learns from its task which attempt it is. */
static void batch_step(const char *context, uint32_t restart)
{
	begin(SLURM_BATCH_SCRIPT, 0);
	fake_spank_setenv("SLURM_SPANK_OTEL_CONTEXT", context);
	fake_spank_setenv("SLURM_JOB_NODELIST", "n[1-2]");
	step_init_post_opt(&plugin, NULL);
	cr_assert(plugin.step.told_restart);
	*plugin.step.told_restart = restart;
	fake.task_status = 0;
	step_task_exit(&plugin, NULL);
	step_exit(&plugin);
	memset(&plugin.step, 0, sizeof(plugin.step)); /* a process has one */
}

Test(step_hooks, an_extern_step_keeps_nothing_where_prologs_run)
{
	config.sample_errors = true;
	extern_step("Contain,Alloc", 0);
	cr_assert(!has("slurmd.n1/jobs") && !has("slurmd.n1/hold"));
	step_exit(&extern_plugin);
}

Test(step_hooks, an_extern_step_stands_in_for_prolog_and_epilog)
{
	const int good = 0;

	extern_step("RunInJob", 0);
	cr_assert(has("slurmd.n1/jobs/7") && !has("slurmd.n1/hold"));
	batch_step("00-" TRACE "-" SUBMITTER "-01", 3);
	begin(0, 0);
	fake_spank_setenv("SLURM_SPANK_OTEL_CONTEXT",
			  "00-" TRACE "-" SUBMITTER "-01");
	run(&good, 1);
	step_exit(&extern_plugin);
	cr_assert(!has("slurmd.n1/jobs/7"));
	read_spool();
	cr_assert_eq(n_spans, 2);
	cr_assert_eq(n_setups, 1, "%d", n_setups);
	cr_assert_eq(n_comments, 1);
	for (int i = 0; i < n_spans; i++) {
		char hex[33];

		hex_encode(spans[i]->trace_id.data, 16, hex);
		cr_assert_str_eq(hex, TRACE);
	}
}

Test(step_hooks, on_another_node_it_tells_of_no_setup)
{
	extern_step("RunInJob", 1);
	batch_step("00-" TRACE "-" SUBMITTER "-01", 0);
	step_exit(&extern_plugin);
	read_spool();
	cr_assert_eq(n_setups, 0);
	cr_assert_eq(n_comments, 0);
}

Test(step_hooks, an_extern_step_releases_what_its_node_saw_fail)
{
	const int failed = 1 << 8, good = 0;

	config.sample_errors = true;
	extern_step("RunInJob", 0);
	cr_assert(has("slurmd.n1/hold/7"));
	begin(0, 0);
	fake_spank_setenv("SLURM_SPANK_OTEL_CONTEXT", NOT_SAMPLED);
	run(&good, 1);
	step_exit(&extern_plugin);
	cr_assert(!has("slurmd.n1/hold/7"));
	read_spool();
	cr_assert_eq(n_spans, 0);
	extern_step("RunInJob", 0);
	begin(1, 0);
	fake_spank_setenv("SLURM_SPANK_OTEL_CONTEXT", NOT_SAMPLED);
	run(&failed, 1);
	step_exit(&extern_plugin);
	read_spool();
	cr_assert_geq(n_spans, 1);
	cr_assert(!has("slurmd.n1/hold/7"));
}

Test(step_hooks, what_an_extern_step_can_not_do_is_said)
{
	char path[128], aside[128];

	extern_step("RunInJob", 0);
	snprintf(path, sizeof(path), "%s/slurmd.n1", dir.path);
	snprintf(aside, sizeof(aside), "%s/aside", dir.path);
	cr_assert_eq(rename(path, aside), 0);
	step_exit(&extern_plugin);
	cr_assert(strstr(fake.log, "job 7: its job file, and what was held "
				   "for it, stay on this node: "),
		  "%s", fake.log);
	cr_assert_eq(rename(aside, path), 0);
	cr_assert(has("slurmd.n1/jobs/7"));
}
