/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the agent counts: whose slot is whose, and what a commit, a rewind and a
 * new start make of what is settled. */
#include "agent/metrics.h"

#include "otlp/exporter_ops.h"
#include "spool_support.h"

#define N METRICS_ENDPOINTS

static struct metrics *metrics;
static struct metrics_queue queue;
static struct exporter exporters[N];
static char names[N][32];
static struct endpoint list[N];
static const struct config config = { .spool_dir = NULL };

static void set_up(void)
{
	spool_setup();
	metrics = metrics_create(spool.path, spool.fd, &err);
	cr_assert_not_null(metrics);
	queue = (struct metrics_queue){ 0 };
}

static void tear_down(void)
{
	metrics_destroy(metrics);
	spool_teardown();
}

TestSuite(metrics, .init = set_up, .fini = tear_down);

/* Endpoints with these numbers, N of them. */
static void aim(unsigned first)
{
	const struct endpoints endpoints = { .list = list, .n = N };

	for (unsigned i = 0; i < N; i++) {
		snprintf(names[i], sizeof(names[i]), "http://%u", first - i);
		exporters[i].name = names[i];
		list[i].exporter = &exporters[i];
	}
	metrics_aim(metrics, &config, &endpoints);
}

static void attempt(const char *endpoint, enum verdict verdict, uint64_t n,
		    uint64_t rejected)
{
	struct iovec spans[10] = { { NULL, 7 } };
	const struct batch batch = { .spans = spans, .n_spans = n };
	const struct export_result result = { .verdict = verdict,
					      .rejected = rejected };

	metrics_attempt_begins(metrics);
	metrics_attempt(metrics, &queue, endpoint, &batch, &result);
}

static struct metrics_data read_back(void)
{
	struct metrics_data data;

	cr_assert_eq(metrics_file_read(spool.fd, &data, &err), 1, "%s",
		     err.msg);
	return data;
}

static const struct endpoint_metrics *find(const struct metrics_data *data,
					   const char *name)
{
	for (size_t i = 0; i < N; i++)
		if (!strcmp(data->endpoints[i].name, name))
			return &data->endpoints[i];
	return NULL;
}

/* All slots are taken, and one endpoint is exchanged for another. */
Test(metrics, a_new_endpoint_takes_the_slot_of_the_one_that_went)
{
	struct metrics_data data;

	aim(100);
	for (unsigned i = 0; i < N; i++)
		attempt(names[i], VERDICT_SENT, 1, 0);
	/* http://101 comes, http://85 goes */
	aim(101);
	data = read_back();
	cr_assert_null(find(&data, "http://85"));
	cr_assert_eq(find(&data, "http://101")->exported, 0);
	for (unsigned i = 1; i < N; i++) {
		const struct endpoint_metrics *one = find(&data, names[i]);

		cr_assert_not_null(one, "%s", names[i]);
		cr_assert_eq(one->exported, 1, "%s", names[i]);
		cr_assert_eq(one->configured, 1, "%s", names[i]);
	}
}

Test(metrics, more_endpoints_than_slots_are_counted_together)
{
	struct metrics_data data;

	aim(100);
	attempt("http://1", VERDICT_SENT, 10, 3);
	data = read_back();
	cr_assert_null(find(&data, "http://1"));
	cr_assert_eq(data.agent.exported, 7);
	cr_assert_eq(data.agent.rejected, 3);
}

Test(metrics, a_commit_passes_what_is_done_and_not_what_is_in_hand)
{
	struct metrics_data data;

	aim(100);
	attempt("http://100", VERDICT_SENT, 10, 0);
	metrics_settled(&queue, 10);
	attempt("http://100", VERDICT_SENT, 5, 0);
	cr_assert_eq(read_back().agent.unsettled, 15);
	metrics_committed(metrics, &queue);
	data = read_back();
	cr_assert_eq(data.agent.taken, 10);
	cr_assert_eq(data.agent.unsettled, 5);
	cr_assert_eq(data.agent.repeated, 0);
	metrics_put_back(metrics, &queue);
	data = read_back();
	cr_assert_eq(data.agent.unsettled, 0);
	cr_assert_eq(data.agent.repeated, 5);
}

Test(metrics, a_run_counts_from_its_start)
{
	struct agent_metrics run;

	aim(100);
	attempt("http://100", VERDICT_SENT, 10, 4);
	metrics_refused(metrics, &queue, "http://100", 2, 1);
	metrics_unknown(metrics);
	metrics_destroy(metrics);
	metrics = metrics_create(spool.path, spool.fd, &err);
	queue = (struct metrics_queue){ 0 };
	aim(100);
	run = metrics_of_this_run(metrics);
	cr_assert_eq(run.exported + run.rejected + run.refused + run.lost +
			     run.unknown,
		     0);
	cr_assert_eq(run.repeated, 13);
	attempt("http://100", VERDICT_SENT, 3, 0);
	attempt("http://100", VERDICT_RETRY, 3, 0);
	run = metrics_of_this_run(metrics);
	cr_assert_eq(run.exported, 3);
	cr_assert_eq(read_back().agent.exported, 9);
}
