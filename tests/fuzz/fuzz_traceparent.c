/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traceparent: the input is the text. */
#include "fuzz.h"

#include "trace/traceparent.h"

static void check_accepted(const char *text, const struct trace_context *ctx)
{
	char canonical[TRACEPARENT_LEN + 1];
	struct trace_context again;

	CHECK(trace_id_valid(&ctx->trace_id));
	CHECK(span_id_valid(&ctx->span_id));
	CHECK(!(ctx->flags & ~TRACE_FLAGS_KNOWN));
	traceparent_format(ctx, canonical);
	CHECK(strlen(canonical) == TRACEPARENT_LEN);
	/* All but version and flags stands there as it came. */
	CHECK(!memcmp(canonical + 2, text + 2, TRACEPARENT_LEN - 4));
	CHECK(traceparent_parse(canonical, &again) == 0);
	CHECK(!memcmp(&again, ctx, sizeof(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_copy(data, size);
	struct trace_context ctx;

	fuzz_mark(&ctx, sizeof(ctx));
	if (traceparent_parse(text, &ctx) < 0)
		CHECK(fuzz_untouched(&ctx, sizeof(ctx)));
	else
		check_accepted(text, &ctx);
	return 0;
}
