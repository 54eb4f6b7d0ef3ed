/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what needs attention; see status_view.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "cli/status_view.h"
#include "cli/time_text.h"

struct search {
	const struct status_view *view;
	void (*report)(const char *sentence, void *arg);
	void *arg;
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
find(struct search *search, const char *fmt, ...)
{
	char sentence[1024];
	va_list ap;

	search->n++;
	if (!search->report)
		return;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	search->report(sentence, search->arg);
}

static uint64_t age(const struct search *search, uint64_t then_ns)
{
	uint64_t now = search->view->now_ns;

	return now > then_ns ? now - then_ns : 0;
}

static bool is_recent(const struct search *search, uint64_t then_ns)
{
	return then_ns && age(search, then_ns) <= STATUS_LOSS_NS;
}

/* Beside spans, requests for comments are all that may wait. */
static void look_at_agent(struct search *search,
			  const struct spool_status *spool)
{
	const struct spool_waiting *waiting = &spool->waiting;
	char since[TIME_TEXT_SIZE];

	if (!waiting->records)
		return;
	if (!spool->served) {
		find(search,
		     "%s: no agent runs, and %" PRIu64 " %s wait; they are "
		     "sent once it runs: systemctl start slurm-otel-agent@%s",
		     spool->name,
		     waiting->spans ? waiting->spans : waiting->records,
		     waiting->spans ? "spans" : "comments of jobs",
		     spool->name);
	} else if (age(search, waiting->oldest_ns) > STATUS_WAIT_NS) {
		duration_text(age(search, waiting->oldest_ns), false, since);
		find(search, "%s: spans have been waiting for %s", spool->name,
		     since);
	}
}

static void look_at_size(struct search *search,
			 const struct spool_status *spool)
{
	uint64_t limit = search->view->limit;

	if (limit && spool->stats.bytes / STATUS_FULL_PERCENT > limit / 100)
		find(search,
		     "%s: the spool is %" PRIu64 " %% full; beyond 100 %% the "
		     "oldest spans are dropped",
		     spool->name, spool->stats.bytes / (limit / 100));
}

static void look_at_queues(struct search *search,
			   const struct spool_status *spool)
{
	const struct queue_status *queues = &spool->queues;

	if (queues->waiting.spans)
		find(search,
		     "%s: %" PRIu64 " spans wait for an endpoint that is "
		     "behind; the others have them",
		     spool->name, queues->waiting.spans);
	if (queues->lost)
		find(search,
		     "%s: %" PRIu64 " spans were lost for an endpoint that is "
		     "behind, since its queue or the disk was full",
		     spool->name, queues->lost);
}

static void look_at_losses(struct search *search,
			   const struct spool_status *spool)
{
	const struct agent_metrics *agent = &spool->metrics.agent;
	const struct {
		uint64_t n;
		const char *what;
	} losses[] = {
		{ spool->stats.dropped_records,
		  "spans dropped because the spool was full" },
		{ spool->stats.failed_records,
		  "spans that could not be written" },
		{ spool->stats.torn_runs, "damaged places skipped" },
		{ agent->rejected, "spans rejected by a receiver" },
		{ agent->refused, "refused spans set aside in bad/" },
		{ agent->lost, "refused spans lost" },
	};
	char when[TIME_TEXT_SIZE];

	if (!is_recent(search, spool->loss_ns))
		return;
	clock_text(spool->loss_ns, when);
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (losses[i].n)
			find(search,
			     "%s: %" PRIu64 " %s (last loss of any kind: %s)",
			     spool->name, losses[i].n, losses[i].what, when);
}

/* The reason of what look_at_losses tells. */
static void look_at_refusals(struct search *search,
			     const struct spool_status *spool,
			     const struct endpoint_metrics *endpoint)
{
	uint64_t n = endpoint->refused + endpoint->rejected;

	if (n && is_recent(search, endpoint->error_ns) &&
	    is_recent(search, spool->loss_ns))
		find(search,
		     "%s: %s: it refused %" PRIu64
		     " spans; its last complaint: %s",
		     spool->name, endpoint->name, n, endpoint->error);
}

static void look_at_endpoint(struct search *search,
			     const struct spool_status *spool,
			     const struct endpoint_metrics *endpoint)
{
	if (!spool->served || !endpoint->configured)
		return;
	if (endpoint->circuit == CIRCUIT_OPEN)
		find(search,
		     "%s: %s: %" PRIu64 " attempts in a row failed, and it is "
		     "left alone for a while: %s",
		     spool->name, endpoint->name, endpoint->failures,
		     endpoint->error);
	else if (endpoint->failures)
		find(search,
		     "%s: %s: it did not take the last batch, %" PRIu64
		     " attempt%s in a row failed: %s",
		     spool->name, endpoint->name, endpoint->failures,
		     endpoint->failures == 1 ? "" : "s", endpoint->error);
	else
		look_at_refusals(search, spool, endpoint);
}

size_t status_findings(const struct status_view *view,
		       void (*report)(const char *sentence, void *arg),
		       void *arg)
{
	struct search search = { view, report, arg, 0 };

	if (!view->host->n)
		find(&search,
		     "there is no spool in %s: slurmd and slurmctld make them "
		     "when they start with the plugins",
		     view->spool_dir);
	for (size_t i = 0; i < view->host->n; i++) {
		const struct spool_status *spool = &view->host->spools[i];

		if (*spool->problem) {
			find(&search, "%s: can not be read: %s", spool->name,
			     spool->problem);
			continue;
		}
		look_at_agent(&search, spool);
		look_at_size(&search, spool);
		look_at_queues(&search, spool);
		look_at_losses(&search, spool);
		for (size_t j = 0; j < METRICS_ENDPOINTS; j++)
			if (*spool->metrics.endpoints[j].name)
				look_at_endpoint(&search, spool,
						 &spool->metrics.endpoints[j]);
	}
	return search.n;
}
