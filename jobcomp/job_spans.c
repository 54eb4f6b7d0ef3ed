/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the spans of an ended job; see job_spans.h. */
#include "jobcomp/job_spans.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "host/fate.h"
#include "jobcomp/job_attrs.h"
#include "jobcomp/job_events.h"
#include "jobcomp/job_times.h"
#include "span/limits.h"

/* A part of a heterogeneous job, and not the first, which leads the others. */
static bool is_component(const struct job_view *view)
{
	return view->het_job_id && view->het_job_id != view->job_id;
}

void job_spans_context(const struct config *config, const struct job_view *view,
		       struct job_context *ret)
{
	struct job_context context;

	if (job_context_load(view->context, view->tracestate, view->baggage,
			     &context) < 0) {
		job_context_fallback(view->cluster, view->job_id, 0, &context);
		sampler_decide(&config->sampler, &context);
	}
	if (view->is_array_task)
		job_context_for_array_task(&context, view->cluster,
					   view->array_job_id, view->job_id);
	/* a root that was chosen at submission is that of the leader */
	if (is_component(view))
		context.root_id = (struct span_id){ 0 };
	*ret = context;
}

/* The root of one attempt. */
static void root_of(const struct job_view *view,
		    const struct job_context *context, uint32_t restart,
		    struct trace_context *ret)
{
	ret->trace_id = context->trace_id;
	ret->flags = context->flags;
	job_context_root_id(context, view->cluster, view->job_id, restart,
			    &ret->span_id);
}

/* A span below the root of this attempt. */
static void derive(const struct job_view *view,
		   const struct job_context *context, enum span_what what,
		   struct trace_context *ret)
{
	const struct span_key key = {
		.trace_id = &context->trace_id,
		.cluster = view->cluster,
		.job_id = view->job_id,
		.restart = view->restart,
		.what = what,
	};

	ret->trace_id = context->trace_id;
	ret->flags = context->flags;
	span_id_derive(&key, &ret->span_id);
}

static struct span *phase(const struct config *config,
			  const struct job_view *view,
			  const struct job_context *context,
			  enum span_what what, const char *name, uint64_t start,
			  uint64_t end)
{
	const struct span_limits limits = span_limits_of(config);
	struct span *span = span_create(&limits);
	struct trace_context self, root;

	if (!span)
		return NULL;
	root_of(view, context, view->restart, &root);
	derive(view, context, what, &self);
	span_set_context(span, &self, &root.span_id, false);
	span_set_tracestate(span, context->tracestate);
	span_set_name(span, name);
	span_set_times(span, start, end);
	job_attrs_identity(span, view);
	job_attrs_queue(span, view);
	return span;
}

/* The root of the leader, which was requeued as often as its components. */
static void leader_of(const struct job_view *view,
		      const struct job_context *context,
		      struct trace_context *ret)
{
	struct job_context leader;

	/* its own context, which all components share, where the leader is
	 * gone from slurmctld's memory */
	if (job_context_parse(view->leader_context, &leader) < 0 &&
	    job_context_parse(view->context, &leader) < 0)
		job_context_fallback(view->cluster, view->het_job_id,
				     context->flags, &leader);
	ret->trace_id = leader.trace_id;
	ret->flags = leader.flags;
	job_context_root_id(&leader, view->cluster, view->het_job_id,
			    view->restart, &ret->span_id);
}

/* A component is a child of its leader, where both are in one trace; the nodes
 * of a job without a context know of no leader. */
static void set_place(struct span *span, const struct job_view *view,
		      const struct job_context *context)
{
	struct trace_context self, leader;
	bool is_child = false;

	root_of(view, context, view->restart, &self);
	if (is_component(view)) {
		leader_of(view, context, &leader);
		is_child = trace_id_equal(&leader.trace_id, &self.trace_id);
	}
	if (is_child) {
		span_set_context(span, &self, &leader.span_id, false);
		return;
	}
	span_set_context(span, &self, &context->parent_id, true);
	if (is_component(view))
		span_add_link(span, &leader, false, NULL, NULL);
}

static void link_root(struct span *span, const struct job_view *view,
		      const struct job_context *context)
{
	struct trace_context before;

	if (context->has_link)
		span_add_link(span, &context->link, true, NULL, NULL);
	if (view->restart == 0)
		return;
	root_of(view, context, view->restart - 1, &before);
	span_add_link(span, &before, false, NULL, NULL);
}

static struct span *root(const struct config *config,
			 const struct job_view *view,
			 const struct job_context *context,
			 const struct job_times *times)
{
	const struct span_limits limits = span_limits_of(config);
	struct span *span = span_create(&limits);
	char name[256];

	if (!span)
		return NULL;
	snprintf(name, sizeof(name), "slurm.job %s",
		 view->name ? view->name : "");
	set_place(span, view, context);
	span_set_tracestate(span, context->tracestate);
	span_set_name(span,
		      config->span_names == SPAN_NAMES_DESCRIPTIVE && view->name
			      ? name
			      : "slurm.job");
	span_set_kind(span, SPAN_KIND_CONSUMER);
	span_set_times(span, times->submit, times->end);
	job_attrs_identity(span, view);
	job_attrs_root(span, config, view);
	job_attrs_status(span, view);
	if (config->user_options & USER_OPTION_ATTR)
		job_attrs_user(span, view);
	job_events_add(span, view, times);
	link_root(span, view, context);
	return span;
}

enum trace_verdict job_spans_verdict(const struct job_view *view)
{
	if (view->end != JOB_ENDED || !view->state ||
	    strcmp(view->state, "COMPLETED") || view->exit_code != 0 ||
	    view->derived_exit_code != 0 || view->others_went_badly)
		return VERDICT_KEEP;
	if (!view->steps_left)
		return VERDICT_DROP;
	/* nodes of one component know nothing of the spans of another */
	return view->het_job_id ? VERDICT_KEEP : VERDICT_BY_SPANS;
}

/* Destroys them all when one of them could not be made. */
static int all_or_none(struct span **spans, int n)
{
	for (int i = 0; i < n; i++) {
		if (spans[i])
			continue;
		for (int j = 0; j < n; j++)
			span_destroy(spans[j]);
		return -1;
	}
	return n;
}

static int make_wait(const struct config *config, const struct job_view *view,
		     const struct job_context *context,
		     const struct job_times *times,
		     struct span *ret[JOB_WAIT_SPANS_MAX])
{
	int n = 0;

	if (times->was_deferred)
		ret[n++] = phase(config, view, context, SPAN_DEFERRED,
				 "slurm.phase.deferred", times->submit,
				 times->eligible);
	if (times->was_eligible)
		ret[n++] = phase(config, view, context, SPAN_QUEUED,
				 "slurm.phase.queued", times->eligible,
				 times->start);
	return n;
}

int job_spans_of_wait(const struct config *config, const struct job_view *view,
		      const struct job_context *context, uint64_t now_ns,
		      struct span *ret[JOB_WAIT_SPANS_MAX])
{
	struct job_view until_now = *view;
	struct job_times times;

	if (trace_fate_of(config, context) != TRACE_EXPORTED || !view->nodelist)
		return 0;
	/* what Slurm calls the end is the time limit yet */
	until_now.end_time = view->start;
	job_times_of(&until_now, context->submit_ns, now_ns, &times);
	times.start = times.end;
	return all_or_none(ret, make_wait(config, view, context, &times, ret));
}

int job_spans_create(const struct config *config, const struct job_view *view,
		     const struct job_context *context, uint64_t now_ns,
		     struct span *ret[JOB_SPANS_MAX])
{
	enum trace_fate fate = trace_fate_of(config, context);
	struct job_times times;
	int n = 0;

	if (fate == TRACE_DROPPED ||
	    (fate == TRACE_HELD && job_spans_verdict(view) == VERDICT_DROP))
		return 0;
	job_times_of(view, context->submit_ns, now_ns, &times);
	if (!view->wait_told)
		n = make_wait(config, view, context, &times, ret);
	ret[n++] = root(config, view, context, &times);
	return all_or_none(ret, n);
}
