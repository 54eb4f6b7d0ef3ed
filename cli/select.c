/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what was asked for; see select.h. */
#include "cli/select.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define JOB_ID_MAX 32

bool trace_prefix_valid(const char *text)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");

	return !text[len] && len >= TRACE_PREFIX_MIN && len <= TRACE_ID_HEX;
}

bool job_id_valid(const char *text)
{
	size_t len = strspn(text, "0123456789");

	if (!len || strlen(text) > JOB_ID_MAX)
		return false;
	if (!text[len])
		return true;
	if (text[len] != '_' && text[len] != '+')
		return false;
	text += len + 1;
	return *text && !text[strspn(text, "0123456789")];
}

static bool equal(const char *text, const char *id)
{
	return text && !strcmp(text, id);
}

/* id is "42+1": component 1 of the heterogeneous job 42. */
static bool is_component(const struct span_record *span, const char *id)
{
	char name[2 * JOB_ID_MAX];

	if (!span->het_job_id || span->het_offset < 0)
		return false;
	snprintf(name, sizeof(name), "%s+%" PRId64, span->het_job_id,
		 span->het_offset);
	return !strcmp(name, id);
}

bool span_of_job(const struct span_record *span, const char *id)
{
	size_t len = strlen(id);

	if (equal(span->job_id, id) || equal(span->job_id_raw, id) ||
	    equal(span->array_job_id, id) || equal(span->het_job_id, id) ||
	    is_component(span, id))
		return true;
	return span->job_id && !strncmp(span->job_id, id, len) &&
	       span->job_id[len] == '_';
}

/* Drops the traces that keep says no to. */
static void keep_traces(struct trace_list *list,
			bool (*keep)(struct trace *, const char *),
			const char *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (keep(&list->traces[i], arg))
			list->traces[kept++] = list->traces[i];
		else
			free(list->traces[i].nodes);
	}
	list->n = kept;
}

static bool has_prefix(struct trace *trace, const char *prefix)
{
	char id[TRACE_ID_HEX + 1];

	trace_id_format(&trace->id, id);
	return !strncasecmp(id, prefix, strlen(prefix));
}

void select_trace(struct trace_list *list, const char *prefix)
{
	keep_traces(list, has_prefix, prefix);
}

static bool keep_job(struct trace *trace, const char *id)
{
	size_t kept = 0, i = 0, last = 0;

	while (i < trace->n) {
		const struct tree_node *top = &trace->nodes[i];
		uint32_t depth = top->depth;

		if (!span_of_job(top->span, id)) {
			i++;
			continue;
		}
		last = kept;
		for (size_t end = i + top->size; i < end; i++) {
			trace->nodes[kept] = trace->nodes[i];
			trace->nodes[kept++].depth -= depth;
		}
		trace->nodes[last].last = false;
	}
	if (!kept)
		return false;
	trace->nodes[last].last = true;
	trace->n = kept;
	trace_update_times(trace);
	return true;
}

void select_job(struct trace_list *list, const char *id)
{
	keep_traces(list, keep_job, id);
	trace_list_sort(list);
}
