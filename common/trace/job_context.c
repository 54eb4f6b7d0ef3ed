/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace context of a job, read and written; see job_context.h. */
#include "trace/job_context.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace/sampler.h"
#include "util/hex.h"
#include "util/slice.h"

/* The text form, without what travels beside it. */
struct fields {
	struct trace_context self; /* span id: the parent, or all zero */
	struct trace_context link;
	uint64_t submit_ns;
	struct span_id root;
	enum trace_mode mode;
	bool has_submit, has_link, has_root, has_mode;
};

static const char *const modes[] = {
	[TRACE_MODE_DEFAULT] = "",
	[TRACE_MODE_ON] = "on",
	[TRACE_MODE_OFF] = "off",
	[TRACE_MODE_DETAIL] = "detail",
};

const char *trace_mode_name(enum trace_mode mode)
{
	return modes[mode];
}

int trace_mode_parse(const char *name, size_t len, enum trace_mode *ret)
{
	const struct slice text = { name, len };

	for (size_t i = TRACE_MODE_ON; i < sizeof(modes) / sizeof(modes[0]);
	     i++) {
		const struct slice known = { modes[i], strlen(modes[i]) };

		if (!slice_equal(text, known))
			continue;
		*ret = (enum trace_mode)i;
		return 0;
	}
	return -1;
}

static int read_submit(struct slice value, struct fields *fields)
{
	uint64_t ns = 0;

	if (fields->has_submit || value.len == 0)
		return -1;
	for (size_t i = 0; i < value.len; i++) {
		const unsigned int digit = (unsigned char)value.p[i] - '0';

		if (digit > 9 || ns > (UINT64_MAX - digit) / 10)
			return -1;
		ns = 10 * ns + digit;
	}
	fields->submit_ns = ns;
	fields->has_submit = true;
	return 0;
}

static int read_link(struct slice value, struct fields *fields)
{
	char text[TRACEPARENT_LEN + 1];

	if (fields->has_link || value.len != TRACEPARENT_LEN)
		return -1;
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	if (traceparent_parse(text, &fields->link) < 0)
		return -1;
	fields->has_link = true;
	return 0;
}

static int read_root(struct slice value, struct fields *fields)
{
	char text[SPAN_ID_HEX + 1];

	if (fields->has_root || value.len != SPAN_ID_HEX)
		return -1;
	memcpy(text, value.p, value.len);
	text[value.len] = '\0';
	if (hex_decode(text, SPAN_ID_SIZE, fields->root.b) < 0 ||
	    !span_id_valid(&fields->root))
		return -1;
	fields->has_root = true;
	return 0;
}

static int read_mode(struct slice value, struct fields *fields)
{
	if (fields->has_mode ||
	    trace_mode_parse(value.p, value.len, &fields->mode) < 0)
		return -1;
	fields->has_mode = true;
	return 0;
}

/* Fields by name; each reader returns -1 when the value is malformed. */
static const struct {
	const char *name;
	int (*read)(struct slice value, struct fields *fields);
} readers[] = {
	{ "t", read_submit },
	{ "l", read_link },
	{ "r", read_root },
	{ "m", read_mode },
};

/* name=value; a name that a later version may have made up is no error. */
static int read_field(struct slice field, struct fields *fields)
{
	struct slice value = field, name;

	slice_split(&value, '=', &name);
	if (!value.p || name.len == 0)
		return -1;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		const struct slice known = { readers[i].name,
					     strlen(readers[i].name) };

		if (slice_equal(name, known))
			return readers[i].read(value, fields);
	}
	return 0;
}

static int read_fields(const char *text, struct fields *ret)
{
	struct slice rest = { text, strnlen(text, JOB_CONTEXT_LEN_MAX + 1) };
	struct slice field;
	uint8_t version;

	if (rest.len > JOB_CONTEXT_LEN_MAX ||
	    traceparent_scan(text, &version, &ret->self) < 0 || version != 0 ||
	    !trace_id_valid(&ret->self.trace_id))
		return -1;
	slice_split(&rest, ';', &field);
	if (field.len != TRACEPARENT_LEN)
		return -1;
	while (slice_split(&rest, ';', &field))
		if (read_field(field, ret) < 0)
			return -1;
	return 0;
}

int job_context_parse(const char *text, struct job_context *ret)
{
	struct fields fields = { .submit_ns = 0 };

	if (!text || read_fields(text, &fields) < 0)
		return -1;
	*ret = (struct job_context){
		.trace_id = fields.self.trace_id,
		.parent_id = fields.self.span_id,
		.flags = fields.self.flags,
		.submit_ns = fields.submit_ns,
		.has_link = fields.has_link,
		.link = fields.link,
		.root_id = fields.root,
		.mode = fields.mode,
	};
	return 0;
}

void job_context_format(const struct job_context *ctx, char *ret)
{
	const struct trace_context self = { ctx->trace_id, ctx->parent_id,
					    ctx->flags };
	char *end = ret + TRACEPARENT_LEN;

	traceparent_format(&self, ret);
	if (ctx->submit_ns)
		end += sprintf(end, ";t=%" PRIu64, ctx->submit_ns);
	if (ctx->has_link) {
		end = stpcpy(end, ";l=");
		traceparent_format(&ctx->link, end);
		end += TRACEPARENT_LEN;
	}
	if (span_id_valid(&ctx->root_id)) {
		end = stpcpy(end, ";r=");
		span_id_format(&ctx->root_id, end);
		end += SPAN_ID_HEX;
	}
	if (ctx->mode != TRACE_MODE_DEFAULT)
		stpcpy(stpcpy(end, ";m="), modes[ctx->mode]);
}

void job_context_root_id(const struct job_context *ctx, const char *cluster,
			 uint32_t job_id, uint32_t restart, struct span_id *ret)
{
	const struct span_key key = {
		.trace_id = &ctx->trace_id,
		.cluster = cluster,
		.job_id = job_id,
		.restart = restart,
		.what = SPAN_JOB,
	};

	if (restart == 0 && span_id_valid(&ctx->root_id))
		*ret = ctx->root_id;
	else
		span_id_derive(&key, ret);
}

int job_context_load(const char *context, const char *tracestate,
		     const char *baggage, struct job_context *ret)
{
	if (job_context_parse(context, ret) < 0)
		return -1;
	/* Untouched on failure, that is, empty: neither spoils the context. */
	tracestate_normalize(tracestate, ret->tracestate);
	baggage_normalize(baggage, ret->baggage);
	return 0;
}

void job_context_fallback(const char *cluster, uint32_t job_id, uint8_t flags,
			  struct job_context *ret)
{
	*ret = (struct job_context){ .flags = flags & TRACE_FLAGS_KNOWN };
	trace_id_from_job(cluster, job_id, &ret->trace_id);
}

void job_context_for_array_task(struct job_context *ctx, const char *cluster,
				uint32_t array_job_id, uint32_t job_id)
{
	const struct trace_id array_id = ctx->trace_id;
	const struct span_key submission = {
		.trace_id = &array_id,
		.cluster = cluster,
		.job_id = array_job_id,
		.what = SPAN_SUBMISSION,
	};

	ctx->root_id = (struct span_id){ 0 };
	if (span_id_valid(&ctx->parent_id))
		return;
	/* The link of SubmitContext=link names the submitter: that stays. */
	if (!ctx->has_link) {
		ctx->link.trace_id = array_id;
		ctx->link.flags = ctx->flags;
		span_id_derive(&submission, &ctx->link.span_id);
		ctx->has_link = true;
	}
	/* The array was sampled as one; its tasks must not look otherwise. */
	sampler_keep_randomness(ctx);
	trace_id_for_array_task(&array_id, cluster, job_id, &ctx->trace_id);
}
