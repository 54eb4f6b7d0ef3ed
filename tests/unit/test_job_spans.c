/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The spans that slurmctld tells, from views of jobs of every kind. */
#include "jobcomp/job_spans.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "proto/otlp.pb-c.h"
#include "span/attrs.h"
#include "util/clock.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define PARENT "b7ad6b7169203331"
#define NOW (1010 * NS_PER_SECOND)

static struct config config;
static struct job_view view;
static struct job_context context;
static Otlp__Span *spans[JOB_SPANS_MAX];
static int n_spans;

static void start(void)
{
	memset(&config, 0, sizeof(config));
	sampler_parse("parentbased_always_on", &config.sampler);
	config.attribute_count_limit = 128;
	config.attribute_value_length_limit = 1024;
	view = (struct job_view){
		.end = JOB_ENDED,
		.job_id = 42,
		.cluster = "demo",
		.name = "train.sh",
		.user = "alice",
		.uid = 1000,
		.partition = "gpu",
		.state = "COMPLETED",
		.reason = "None",
		.submit = 1000,
		.eligible = 1000,
		.start = 1003,
		.end_time = 1010,
		.nnodes = 2,
		.ntasks = 4,
		.cpus = 8,
		.nodelist = "n[1-2]",
		.tres_alloc = "cpu=8,mem=2G,node=2,billing=8,gres/gpu=4",
		.context = "00-" TRACE "-" PARENT "-01",
	};
}

static void release(void)
{
	for (int i = 0; i < n_spans; i++)
		otlp__span__free_unpacked(spans[i], NULL);
	n_spans = 0;
}

TestSuite(job_spans, .init = start, .fini = release);

static void make(void)
{
	struct span *made[JOB_SPANS_MAX];
	uint8_t *data;
	size_t len;

	release();
	job_spans_context(&config, &view, &context);
	n_spans = job_spans_create(&config, &view, &context, NOW, made);
	for (int i = 0; i < n_spans; i++) {
		cr_assert_eq(span_encode(made[i], &data, &len, NULL), 0);
		spans[i] = otlp__span__unpack(NULL, len, data);
		free(data);
		span_destroy(made[i]);
	}
}

static const Otlp__AnyValue *attr(const Otlp__Span *span, const char *key)
{
	for (size_t i = 0; i < span->n_attributes; i++)
		if (!strcmp(span->attributes[i]->key, key))
			return span->attributes[i]->value;
	return NULL;
}

static const char *text(const Otlp__Span *span, const char *key)
{
	const Otlp__AnyValue *value = attr(span, key);

	cr_assert_not_null(value, "no attribute %s", key);
	return value->string_value;
}

static bool is_child(const Otlp__Span *child, const Otlp__Span *of)
{
	return child->parent_span_id.len == 8 &&
	       !memcmp(child->parent_span_id.data, of->span_id.data, 8);
}

static void make_wait(uint64_t now_ns)
{
	struct span *made[JOB_SPANS_MAX];
	uint8_t *data;
	size_t len;

	release();
	job_spans_context(&config, &view, &context);
	n_spans = job_spans_of_wait(&config, &view, &context, now_ns, made);
	for (int i = 0; i < n_spans; i++) {
		cr_assert_eq(span_encode(made[i], &data, &len, NULL), 0);
		spans[i] = otlp__span__unpack(NULL, len, data);
		free(data);
		span_destroy(made[i]);
	}
}

/* As slurmctld calls at a start: the end is the time limit. */
static void has_just_started(void)
{
	view.end = JOB_NOT_ENDED;
	view.state = "RUNNING";
	view.end_time = 1003 + 3600;
}

Test(job_spans, wait_is_told_at_the_start)
{
	struct job_view ended = view;
	uint8_t queued[8];

	has_just_started();
	view.eligible = 1002;
	make_wait(1003 * NS_PER_SECOND + 250);
	cr_assert_eq(n_spans, 2);
	cr_assert_str_eq(spans[0]->name, "slurm.phase.deferred");
	cr_assert_str_eq(spans[1]->name, "slurm.phase.queued");
	cr_assert_eq(spans[1]->start_time_unix_nano, 1002 * NS_PER_SECOND);
	cr_assert_eq(spans[1]->end_time_unix_nano, 1003 * NS_PER_SECOND + 250);
	memcpy(queued, spans[1]->span_id.data, 8);
	/* and it is what its end would have told */
	view = ended;
	view.eligible = 1002;
	make();
	cr_assert_eq(n_spans, 3);
	cr_assert_arr_eq(spans[1]->span_id.data, queued, 8);
	cr_assert_eq(spans[1]->end_time_unix_nano, 1003 * NS_PER_SECOND);
}

Test(job_spans, wait_is_a_child_of_the_root_to_come)
{
	struct job_view ended = view;
	Otlp__Span *queued;

	has_just_started();
	make_wait(1003 * NS_PER_SECOND);
	cr_assert_eq(n_spans, 1);
	queued = spans[0];
	n_spans = 0; /* keep it */
	view = ended;
	view.wait_told = true;
	make();
	cr_assert_eq(n_spans, 1, "the end tells the root alone");
	cr_assert_str_eq(spans[0]->name, "slurm.job");
	cr_assert(is_child(queued, spans[0]));
	otlp__span__free_unpacked(queued, NULL);
}

/* A clock that was set between says nothing. */
Test(job_spans, wait_ends_when_slurm_says_so_where_the_clock_is_off)
{
	has_just_started();
	make_wait(2000 * NS_PER_SECOND);
	cr_assert_eq(spans[0]->end_time_unix_nano, 1003 * NS_PER_SECOND);
	make_wait(900 * NS_PER_SECOND);
	cr_assert_eq(spans[0]->end_time_unix_nano, 1003 * NS_PER_SECOND);
}

Test(job_spans, wait_is_left_to_the_end)
{
	has_just_started();
	view.nodelist = NULL;
	make_wait(1003 * NS_PER_SECOND);
	cr_assert_eq(n_spans, 0, "it has no nodes and ends at once");
	view.nodelist = "n1";
	view.context = "00-" TRACE "-" PARENT "-00";
	make_wait(1003 * NS_PER_SECOND);
	cr_assert_eq(n_spans, 0, "it is not traced");
	config.sample_errors = true;
	make_wait(1003 * NS_PER_SECOND);
	cr_assert_eq(n_spans, 0, "it is not known yet whether it is");
	config.sample_errors = false;
}

Test(job_spans, slurms_own_name_of_the_attempt)
{
	make();
	cr_assert_null(attr(spans[0], ATTR_SLUID));
	strcpy(view.sluid, "s028T5CY4TQKFF");
	make();
	cr_assert_str_eq(text(spans[0], ATTR_SLUID), "s028T5CY4TQKFF");
	cr_assert_str_eq(text(spans[1], ATTR_SLUID), "s028T5CY4TQKFF");
}

Test(job_spans, completed_job)
{
	Otlp__Span *root;

	make();
	cr_assert_eq(n_spans, 2);
	root = spans[1];
	cr_assert_str_eq(spans[0]->name, "slurm.phase.queued");
	cr_assert_str_eq(root->name, "slurm.job");
	cr_assert_eq(root->kind, OTLP__SPAN__SPAN_KIND__SPAN_KIND_CONSUMER);
	cr_assert(is_child(spans[0], root));
	cr_assert_null(root->status);
	cr_assert_eq(root->parent_span_id.len, 8);
	cr_assert_eq(root->flags, 0x301);
	cr_assert_eq(spans[0]->flags, 0x101);
	cr_assert_str_eq(text(root, ATTR_JOB_ID), "42");
	cr_assert_str_eq(text(root, ATTR_JOB_NAME), "train.sh");
	cr_assert_str_eq(text(root, ATTR_STATE), "COMPLETED");
	cr_assert_str_eq(text(root, ATTR_EXIT_CODE), "0:0");
	cr_assert_str_eq(text(root, ATTR_USER_ID), "1000");
	cr_assert_eq(attr(root, ATTR_NNODES)->int_value, 2);
	cr_assert_eq(attr(root, "slurm.tres.alloc.mem")->double_value,
		     2.0 * 1024 * 1024 * 1024);
	cr_assert_eq(attr(root, "slurm.tres.alloc.gres/gpu")->double_value, 4);
	cr_assert_float_eq(attr(root, ATTR_JOB_CPU_HOURS)->double_value,
			   8 * 7 / 3600.0, 1e-12);
	cr_assert_float_eq(attr(root, ATTR_JOB_GPU_HOURS)->double_value,
			   4 * 7 / 3600.0, 1e-12);
	cr_assert_null(attr(root, ATTR_ERROR_TYPE));
}

Test(job_spans, status_follows_the_state)
{
	static const struct {
		const char *state;
		bool error;
	} cases[] = {
		{ "COMPLETED", false },    { "CANCELLED", false },
		{ "PREEMPTED", false },    { "REQUEUED", false },
		{ "FAILED", true },        { "TIMEOUT", true },
		{ "OUT_OF_MEMORY", true }, { "NODE_FAIL", true },
		{ "BOOT_FAIL", true },     { "DEADLINE", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start();
		view.state = cases[i].state;
		view.exit_code = 3 << 8;
		make();
		cr_assert_eq(!!spans[1]->status, cases[i].error, "%s",
			     cases[i].state);
		if (!cases[i].error)
			continue;
		cr_assert_str_eq(text(spans[1], ATTR_ERROR_TYPE),
				 cases[i].state);
		cr_assert(strstr(spans[1]->status->message, "status 3"));
	}
}

/* 1 and 253 are Slurm's own, as wait statuses they would tell of signals. */
Test(job_spans, made_up_exit_code_tells_of_no_signal)
{
	static const struct {
		const char *state, *reason;
		int exit_code;
		uint32_t nnodes;
		const char *message;
		int signal;
	} cases[] = {
		{ "DEADLINE", "DeadLine", 1, 0, "job DEADLINE: DeadLine", 0 },
		{ "FAILED", "BadConstraints", 1, 0,
		  "job FAILED: BadConstraints", 0 },
		{ "BOOT_FAIL", NULL, 1, 2, "job BOOT_FAIL", 0 },
		{ "FAILED", "JobLaunchFailure", 4021, 2,
		  "job FAILED: JobLaunchFailure", 0 },
		{ "OUT_OF_MEMORY", "OutOfMemory", 253, 2,
		  "job OUT_OF_MEMORY: OutOfMemory", 0 },
		{ "OUT_OF_MEMORY", "None", 253 | 9 << 8, 2, "job OUT_OF_MEMORY",
		  0 },
		{ "TIMEOUT", "None", 0, 2, "job TIMEOUT", 0 },
		{ "FAILED", "JobLaunchFailure", 1, 2,
		  "job FAILED: killed by SIGHUP", 1 },
		{ "FAILED", "JobLaunchFailure", 9, 2,
		  "job FAILED: killed by SIGKILL", 9 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const Otlp__AnyValue *signal;

		start();
		view.state = cases[i].state;
		view.reason = cases[i].reason;
		view.exit_code = cases[i].exit_code;
		view.nnodes = cases[i].nnodes;
		make();
		cr_assert_str_eq(spans[1]->status->message, cases[i].message);
		signal = attr(spans[1], ATTR_JOB_EXIT_SIGNAL);
		cr_assert_eq(signal ? signal->int_value : 0, cases[i].signal,
			     "%zu", i);
	}
}

Test(job_spans, deferred_job)
{
	view.eligible = 1002;
	make();
	cr_assert_eq(n_spans, 3);
	cr_assert_str_eq(spans[0]->name, "slurm.phase.deferred");
	cr_assert_eq(spans[0]->end_time_unix_nano,
		     spans[1]->start_time_unix_nano);
	cr_assert(is_child(spans[0], spans[2]));
	cr_assert_str_eq(text(spans[1], ATTR_JOB_ELIGIBLE_TIME),
			 "1970-01-01T00:16:42Z");
}

Test(job_spans, not_sampled_makes_nothing)
{
	view.context = "00-" TRACE "-" PARENT "-00";
	make();
	cr_assert_eq(n_spans, 0);
}

Test(job_spans, without_a_context_the_trace_follows_from_the_job)
{
	struct trace_id id;

	view.context = NULL;
	make();
	cr_assert_eq(n_spans, 2);
	trace_id_from_job("demo", 42, &id);
	cr_assert_eq(memcmp(spans[1]->trace_id.data, &id, 16), 0);
	cr_assert_eq(spans[1]->parent_span_id.len, 0);
	view.context = "00-hostile";
	make();
	cr_assert_eq(memcmp(spans[1]->trace_id.data, &id, 16), 0);
}

Test(job_spans, attempts_are_linked)
{
	uint8_t first[8];

	make();
	memcpy(first, spans[1]->span_id.data, 8);
	cr_assert_eq(spans[1]->n_links, 0);
	view.restart = 1;
	make();
	cr_assert_neq(memcmp(first, spans[1]->span_id.data, 8), 0);
	cr_assert_eq(spans[1]->n_links, 1);
	cr_assert_eq(memcmp(first, spans[1]->links[0]->span_id.data, 8), 0);
}

/* However soon after the first submission Slurm submits it again. */
Test(job_spans, second_attempt_has_a_beginning_of_its_own)
{
	view.context = "00-" TRACE "-" PARENT "-01;t=999900000000";
	make();
	cr_assert_eq(spans[1]->start_time_unix_nano, 999900000000);
	view.restart = 1;
	view.submit = 1001;
	make();
	cr_assert_eq(spans[n_spans - 1]->start_time_unix_nano,
		     1001 * NS_PER_SECOND);
}

Test(job_spans, tasks_that_never_began_are_their_arrays)
{
	view.array_job_id = 42;
	make();
	cr_assert_str_eq(text(spans[1], ATTR_ARRAY_JOB_ID), "42");
	cr_assert_null(attr(spans[1], ATTR_ARRAY_TASK_ID));
	cr_assert_eq(spans[1]->n_links, 0);
}

Test(job_spans, array_task_has_its_own_linked_trace)
{
	view.context = "00-" TRACE "-0000000000000000-03";
	view.is_array_task = true;
	view.array_job_id = 40;
	view.array_task_id = 2;
	make();
	cr_assert_str_eq(text(spans[1], ATTR_JOB_ID), "40_2");
	cr_assert_str_eq(text(spans[1], ATTR_JOB_ID_RAW), "42");
	cr_assert_eq(spans[1]->n_links, 1);
	cr_assert_neq(memcmp(spans[1]->trace_id.data,
			     spans[1]->links[0]->trace_id.data, 16),
		      0);
}

/* ---- money ----------------------------------------------------------- */

Test(job_spans, cost_is_given_when_the_site_counts_it)
{
	make();
	cr_assert_null(attr(spans[1], ATTR_JOB_COST));
	config.cost_per_cpu_hour = 0.5;
	make();
	cr_assert_float_eq(attr(spans[1], ATTR_JOB_COST)->double_value,
			   8 * 7 / 3600.0 * 0.5, 1e-12);
	config.cost_per_gpu_hour = 3;
	make();
	cr_assert_float_eq(attr(spans[1], ATTR_JOB_COST)->double_value,
			   8 * 7 / 3600.0 * 0.5 + 4 * 7 / 3600.0 * 3, 1e-12);
	view.start = 0;
	make();
	cr_assert_eq(attr(spans[1], ATTR_JOB_COST)->double_value, 0);
}

Test(job_spans, gpus_are_counted_once)
{
	static const struct {
		const char *tres;
		int gpus;
		const char *gres;
	} cases[] = {
		{ "cpu=1,gres/gpu=2,gres/gpu:a100=2", 2, NULL },
		{ "cpu=1,gres/gpu:a100=2,gres/gpu=2", 2, NULL },
		{ "gres/gpu:a100=1,gres/gpu:h100=2", 3, NULL },
		{ "gres/gpu=3,gres/gpu:a100=1", 3, NULL },
		{ "cpu=1,gres/gpumem=2,gres/gpu_other=1,gpu=4", 0, NULL },
		{ "gres/gpu=0", 0, NULL },
		{ NULL, 0, NULL },
		/* without slurmdbd */
		{ "cpu=1", 3, "gpu:a100:2,shard:7,gpu:1" },
		{ "cpu=1", 0, "gpu,gpu:,gpu::,,mps:gpu:2,:" },
		{ "gres/gpu=2", 2, "gpu:5" },
		{ "gres/gpu=1e400", 0, NULL },
		{ "gres/gpu=9E", 0, "gpu:99999999999999999999" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const Otlp__AnyValue *count;

		view.tres_alloc = cases[i].tres;
		view.gres = cases[i].gres;
		make();
		count = attr(spans[1], ATTR_GPU_COUNT);
		cr_assert_eq(!!count, cases[i].gpus > 0, "%zu", i);
		cr_assert_eq(!!attr(spans[1], ATTR_JOB_GPU_HOURS),
			     cases[i].gpus > 0);
		if (!count)
			continue;
		cr_assert_eq(count->int_value, cases[i].gpus, "%zu", i);
		cr_assert_float_eq(
			attr(spans[1], ATTR_JOB_GPU_HOURS)->double_value,
			cases[i].gpus * 7 / 3600.0, 1e-12);
	}
}

/* ---- what befell it -------------------------------------------------- */

static const Otlp__Span__Event *event(const char *name)
{
	const Otlp__Span *root = spans[n_spans - 1];

	for (size_t i = 0; i < root->n_events; i++)
		if (!strcmp(root->events[i]->name, name))
			return root->events[i];
	return NULL;
}

Test(job_spans, nothing_befell_it)
{
	make();
	cr_assert_eq(spans[1]->n_events, 0);
	cr_assert_null(attr(spans[1], ATTR_JOB_SUSPENDED_TIME));
	view.state = "CANCELLED";
	view.exit_code = 15;
	make();
	cr_assert_eq(spans[1]->n_events, 0);
	cr_assert_null(attr(spans[1], ATTR_JOB_EXIT_SIGNAL), "nor that");
}

Test(job_spans, suspension_and_resize)
{
	view.suspended = 2;
	view.resumed = 1006;
	view.resized = 1004;
	make();
	cr_assert_eq(spans[1]->n_events, 2);
	cr_assert_eq(event("resume")->time_unix_nano, 1006 * NS_PER_SECOND);
	cr_assert_eq(event("resize")->time_unix_nano, 1004 * NS_PER_SECOND);
	cr_assert_eq(attr(spans[1], ATTR_JOB_SUSPENDED_TIME)->double_value, 2);
	cr_assert_float_eq(attr(spans[1], ATTR_JOB_CPU_HOURS)->double_value,
			   8 * 5 / 3600.0, 1e-12);
	view.resumed = 0;
	view.suspended_since = 1008;
	view.resized = 2000; /* no event lies outside */
	make();
	cr_assert_eq(event("suspend")->time_unix_nano, 1008 * NS_PER_SECOND);
	cr_assert_eq(event("resize")->time_unix_nano,
		     spans[1]->end_time_unix_nano);
}

Test(job_spans, how_it_ended_is_an_event)
{
	view.state = "FAILED";
	view.exit_code = 9;
	make();
	cr_assert_str_eq(event("signal")->attributes[0]->value->string_value,
			 "SIGKILL");
	cr_assert_eq(event("signal")->time_unix_nano,
		     spans[1]->end_time_unix_nano);
	view.state = "TIMEOUT";
	view.exit_code = 1; /* made up */
	make();
	cr_assert_null(event("signal"));
	view.state = "OUT_OF_MEMORY";
	view.exit_code = 253; /* SIG_OOM, which is no signal */
	make();
	cr_assert_not_null(event("oom"));
	cr_assert_null(event("signal"));
	view.state = "REQUEUED";
	view.end = JOB_REQUEUED;
	view.exit_code = 0;
	make();
	cr_assert_str_eq(event("requeue")->attributes[0]->value->string_value,
			 "REQUEUED");
	cr_assert_eq(spans[1]->n_events, 1);
}

/* ---- heterogeneous jobs ---------------------------------------------- */

#define MINTED "00-" TRACE "-0000000000000000-03"

static void make_component(uint8_t ret_id[8])
{
	make();
	memcpy(ret_id, spans[n_spans - 1]->span_id.data, 8);
}

Test(job_spans, components_are_children_of_their_leader)
{
	uint8_t leader[8], component[8];

	view.context = MINTED;
	view.het_job_id = 42;
	make_component(leader);
	cr_assert_eq(spans[1]->parent_span_id.len, 0);
	view.job_id = 43;
	view.het_offset = 1;
	view.leader_context = MINTED;
	make_component(component);
	cr_assert_neq(memcmp(leader, component, 8), 0);
	cr_assert_eq(memcmp(leader, spans[1]->parent_span_id.data, 8), 0);
	cr_assert_eq(spans[1]->flags & 0x300, 0x100, "a parent of ours");
	cr_assert(is_child(spans[0], spans[1]), "its queue is its own");
	view.leader_context = NULL; /* gone */
	make();
	cr_assert_eq(memcmp(leader, spans[1]->parent_span_id.data, 8), 0);
	view.restart = 1;
	make();
	cr_assert_neq(memcmp(leader, spans[1]->parent_span_id.data, 8), 0);
}

Test(job_spans, a_chosen_root_is_the_leaders_alone)
{
	uint8_t leader[8], component[8];

	view.context = view.leader_context = MINTED ";r=00000000000000aa";
	view.het_job_id = 42;
	make_component(leader);
	cr_assert_eq(leader[7], 0xaa);
	view.job_id = 43;
	make_component(component);
	cr_assert_neq(component[7], 0xaa);
	cr_assert_eq(memcmp(leader, spans[1]->parent_span_id.data, 8), 0);
	view.context = MINTED;
	make();
	cr_assert_eq(memcmp(component, spans[1]->span_id.data, 8), 0);
	cr_assert_eq(memcmp(leader, spans[1]->parent_span_id.data, 8), 0);
}

/* Its nodes can not know of the leader: they name the trace by its own id. */
Test(job_spans, a_component_without_a_context_is_linked_to_its_leader)
{
	struct trace_id id;

	view.context = NULL;
	view.het_job_id = 41;
	make();
	trace_id_from_job("demo", 42, &id);
	cr_assert_eq(memcmp(spans[1]->trace_id.data, &id, 16), 0);
	cr_assert_eq(spans[1]->parent_span_id.len, 0);
	trace_id_from_job("demo", 41, &id);
	cr_assert_eq(spans[1]->n_links, 1);
	cr_assert_eq(memcmp(spans[1]->links[0]->trace_id.data, &id, 16), 0);
}

/* ---- what never ran -------------------------------------------------- */

Test(job_spans, cancelled_while_pending)
{
	view.state = "CANCELLED";
	view.nodelist = NULL;
	view.tres_alloc = NULL;
	view.nnodes = view.cpus = 0;
	view.start = view.end_time;
	config.cost_per_cpu_hour = 1;
	make();
	cr_assert_eq(n_spans, 2);
	cr_assert_str_eq(spans[0]->name, "slurm.phase.queued");
	cr_assert_eq(spans[0]->end_time_unix_nano,
		     spans[1]->end_time_unix_nano);
	cr_assert_null(spans[1]->status);
	cr_assert_null(attr(spans[1], ATTR_NODELIST));
	cr_assert_null(attr(spans[1], ATTR_JOB_CPU_HOURS));
	cr_assert_eq(attr(spans[1], ATTR_JOB_COST)->double_value, 0);
	view.eligible = 5000; /* it never got into the queue */
	make();
	cr_assert_eq(n_spans, 2);
	cr_assert_str_eq(spans[0]->name, "slurm.phase.deferred");
}

/* One record tells of all tasks: they share the trace of the submission. */
Test(job_spans, a_cancelled_pending_array_is_in_the_trace_of_its_submission)
{
	view.state = "CANCELLED";
	view.context = MINTED;
	view.array_job_id = 42;
	make();
	cr_assert_str_eq(text(spans[1], ATTR_JOB_ID), "42");
	cr_assert_eq(spans[1]->n_links, 0);
	cr_assert_eq(spans[1]->trace_id.data[0], 0x0a);
}

Test(job_spans, survives_hostile_and_missing_strings)
{
	view = (struct job_view){
		.end = JOB_ENDED,
		.job_id = 1,
		.name = "\xff\xfe%s%n\x1b[2J",
		.tres_alloc = "cpu=,=3,mem=1e400Z,,gres/gpu",
		.nodelist = "\x80",
		.exit_code = (int)0xfffffffe,
	};
	make();
	cr_assert_geq(n_spans, 1);
	cr_assert_str_eq(text(spans[n_spans - 1], ATTR_JOB_NAME),
			 "\xef\xbf\xbd\xef\xbf\xbd%s%n\x1b[2J");
}

Test(job_spans, a_held_job_is_traced_unless_it_went_well)
{
	static const struct {
		const char *state;
		enum job_end end;
		int exit_code, derived;
		bool steps_left;
		enum trace_verdict verdict;
	} cases[] = {
		{ "COMPLETED", JOB_ENDED, 0, 0, false, VERDICT_DROP },
		{ "COMPLETED", JOB_ENDED, 0, 0, true, VERDICT_BY_SPANS },
		{ "COMPLETED", JOB_ENDED, 256, 0, false, VERDICT_KEEP },
		{ "COMPLETED", JOB_ENDED, 0, 9, false, VERDICT_KEEP },
		{ "COMPLETED", JOB_ENDED, 0, 9, true, VERDICT_KEEP },
		{ "CANCELLED", JOB_ENDED, 0, 0, true, VERDICT_KEEP },
		{ "TIMEOUT", JOB_ENDED, 0, 0, false, VERDICT_KEEP },
		{ "NODE_FAIL", JOB_ENDED, 0, 0, false, VERDICT_KEEP },
		{ "REQUEUED", JOB_REQUEUED, 0, 0, false, VERDICT_KEEP },
		{ NULL, JOB_ENDED, 0, 0, false, VERDICT_KEEP },
	};

	config.sample_errors = true;
	view.context = "00-" TRACE "-" PARENT "-00";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		view.state = cases[i].state;
		view.end = cases[i].end;
		view.exit_code = cases[i].exit_code;
		view.derived_exit_code = cases[i].derived;
		view.steps_left = cases[i].steps_left;
		cr_assert_eq(job_spans_verdict(&view), cases[i].verdict, "%zu",
			     i);
		make();
		cr_assert_eq(n_spans, cases[i].verdict == VERDICT_DROP ? 0 : 2,
			     "%zu", i);
	}
	cr_assert_eq(spans[1]->flags & TRACE_FLAG_SAMPLED, 0);
	view.context = "00-" TRACE "-" PARENT "-00;m=off";
	make();
	cr_assert_eq(n_spans, 0);
}

/* Their spans have parents in one another. */
Test(job_spans, components_are_kept_together)
{
	view.state = "COMPLETED";
	view.exit_code = 0;
	cr_assert_eq(job_spans_verdict(&view), VERDICT_DROP);
	view.others_went_badly = true;
	cr_assert_eq(job_spans_verdict(&view), VERDICT_KEEP);
	view.others_went_badly = false;
	view.het_job_id = 42;
	cr_assert_eq(job_spans_verdict(&view), VERDICT_DROP);
	view.steps_left = true;
	cr_assert_eq(job_spans_verdict(&view), VERDICT_KEEP);
}

Test(job_spans, users_attributes_where_the_site_allows_them)
{
	view.attributes = "team=physics,note=a%20b";
	make();
	cr_assert_null(attr(spans[n_spans - 1], "team"));
	config.user_options = USER_OPTION_ATTR;
	make();
	cr_assert_str_eq(text(spans[n_spans - 1], "team"), "physics");
	cr_assert_str_eq(text(spans[n_spans - 1], "note"), "a b");
	cr_assert_null(attr(spans[0], "team"), "the root's alone");
	view.attributes = "team=physics,slurm.job.id=1";
	make();
	cr_assert_null(attr(spans[n_spans - 1], "team"));
	cr_assert_str_eq(text(spans[n_spans - 1], ATTR_JOB_ID), "42");
}
