/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The context of a job as root reads it out of the user's environment: the
 * input is SPANK_OTEL_CONTEXT, SPANK_OTEL_TRACESTATE and SPANK_OTEL_BAGGAGE,
 * each ended by a NUL.
 */
#include "fuzz.h"

#include "trace/job_context.h"
#include "trace/sampler.h"

static void check_same(const struct job_context *a, const struct job_context *b)
{
	CHECK(trace_id_equal(&a->trace_id, &b->trace_id));
	CHECK(span_id_equal(&a->parent_id, &b->parent_id));
	CHECK(a->flags == b->flags && a->submit_ns == b->submit_ns);
	CHECK(a->has_link == b->has_link);
	CHECK(trace_id_equal(&a->link.trace_id, &b->link.trace_id));
	CHECK(span_id_equal(&a->link.span_id, &b->link.span_id));
	CHECK(a->link.flags == b->link.flags);
	CHECK(!strcmp(a->tracestate, b->tracestate));
	CHECK(!strcmp(a->baggage, b->baggage));
}

/* What is written is read back as the same. */
static void check_context(const struct job_context *ctx)
{
	char text[JOB_CONTEXT_LEN_MAX + 1];
	struct job_context again;

	CHECK(trace_id_valid(&ctx->trace_id));
	CHECK(!(ctx->flags & ~TRACE_FLAGS_KNOWN));
	job_context_format(ctx, text);
	CHECK(strlen(text) <= JOB_CONTEXT_LEN_MAX);
	CHECK(job_context_load(text, ctx->tracestate, ctx->baggage, &again) ==
	      0);
	check_same(ctx, &again);
}

/* What the daemons make of it must be as sound as what came. */
static void check_derived(struct job_context *ctx)
{
	const struct sampler sampler = {
		.kind = SAMPLER_TRACEIDRATIO,
		.parent_based = ctx->submit_ns & 1,
		.ratio = 0.25,
	};

	sampler_decide(&sampler, ctx);
	check_context(ctx);
	job_context_for_array_task(ctx, "cluster", 10, 11);
	check_context(ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	_cleanup_free_ char *context = fuzz_take_string(&input);
	_cleanup_free_ char *tracestate = fuzz_take_string(&input);
	_cleanup_free_ char *baggage = fuzz_take_string(&input);
	struct job_context ctx;

	fuzz_mark(&ctx, sizeof(ctx));
	if (job_context_load(context, tracestate, baggage, &ctx) < 0) {
		CHECK(fuzz_untouched(&ctx, sizeof(ctx)));
		return 0;
	}
	check_context(&ctx);
	check_derived(&ctx);
	return 0;
}
