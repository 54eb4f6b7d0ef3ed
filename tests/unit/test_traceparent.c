/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traceparent: every length, every character, versions, and the way back. */
#include "trace/traceparent.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

#define GOOD "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
#define IDS "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Refused, and ret untouched? */
static bool refused(const char *text)
{
	struct trace_context ctx, before;
	int r;

	memset(&ctx, 0x5a, sizeof(ctx));
	before = ctx;
	r = traceparent_parse(text, &ctx);
	if (r == 0)
		return false;
	cr_assert_eq(r, -1);
	cr_assert_eq(memcmp(&ctx, &before, sizeof(ctx)), 0, "%s", text);
	return true;
}

Test(traceparent, refuses_what_is_not_one)
{
	static const char *const bad[] = {
		"",
		"-",
		"garbage",
		"ff-" IDS "-01",
		"ff-" IDS "-01-more",
		"0f_" IDS "-01",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
		"01-00000000000000000000000000000000-b7ad6b7169203331-01",
		"01-0af7651916cd43dd8448eb211c80319c-0000000000000000-01-x",
		"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
		"0A-" IDS "-01",
		"00-" IDS "-0B",
		"00-" IDS "-01-",
		"00-" IDS "-01-what-the-future-will-be-like",
		"01-" IDS "-01.what-the-future-will-not-be-like",
		"01-" IDS "-010",
		" " GOOD,
		GOOD " ",
		GOOD "\n",
		"\"" GOOD "\"",
	};

	cr_assert(refused(NULL));
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_assert(refused(bad[i]), "%s", bad[i]);
}

/* From a good one, cut or padded with what would be good inside. */
Test(traceparent, refuses_every_wrong_length)
{
	for (size_t len = 0; len <= 200; len++) {
		char *text = guarded_alloc(len + 1);

		memset(text, '0', len);
		memcpy(text, GOOD,
		       len < TRACEPARENT_LEN ? len : TRACEPARENT_LEN);
		text[len] = '\0';
		cr_assert_eq(refused(text), len != TRACEPARENT_LEN, "%zu", len);
	}
}

static bool digit(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

Test(traceparent, refuses_every_wrong_character_at_every_position)
{
	for (size_t at = 0; at < TRACEPARENT_LEN; at++) {
		for (int c = 0; c < 256; c++) {
			char text[] = GOOD;
			bool good;

			text[at] = (char)c;
			good = GOOD[at] == '-' ? c == '-' : digit(c);
			cr_assert_eq(refused(text), !good, "byte %d at %zu", c,
				     at);
		}
	}
}

/* Hostile: no end within the first 64 bytes, and nothing readable after. */
Test(traceparent, reads_no_further_than_it_must)
{
	char *text = guarded_copy(GOOD "-", TRACEPARENT_LEN + 1);

	cr_assert(refused(text));
	memcpy(text, "01", 2);
	cr_assert_not(refused(text));
	cr_assert(refused(guarded_copy("x", 1)));
}

Test(traceparent, parses_the_four_fields)
{
	static const uint8_t trace[] = { 0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd,
					 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21,
					 0x1c, 0x80, 0x31, 0x9c };
	static const uint8_t span[] = { 0xb7, 0xad, 0x6b, 0x71,
					0x69, 0x20, 0x33, 0x31 };
	struct trace_context ctx;

	cr_assert_eq(traceparent_parse(GOOD, &ctx), 0);
	cr_assert_arr_eq(ctx.trace_id.b, trace, sizeof(trace));
	cr_assert_arr_eq(ctx.span_id.b, span, sizeof(span));
	cr_assert_eq(ctx.flags, TRACE_FLAG_SAMPLED);
}

Test(traceparent, a_higher_version_is_read_and_written_on_as_00)
{
	static const char *const higher[] = {
		"01-" IDS "-01",
		"cc-" IDS "-01-",
		"cc-" IDS "-01-what-the-future-will-be-like",
		"fe-" IDS "-01-\x80",
	};
	char text[TRACEPARENT_LEN + 1];
	struct trace_context ctx;

	for (size_t i = 0; i < COUNT(higher); i++) {
		cr_assert_eq(traceparent_parse(higher[i], &ctx), 0, "%s",
			     higher[i]);
		traceparent_format(&ctx, text);
		cr_assert_str_eq(text, GOOD);
	}
}

Test(traceparent, unknown_flags_are_dropped_known_ones_kept)
{
	for (unsigned int flags = 0; flags < 256; flags++) {
		char text[TRACEPARENT_LEN + 1];
		struct trace_context ctx;

		snprintf(text, sizeof(text), "00-" IDS "-%02x", flags);
		cr_assert_eq(traceparent_parse(text, &ctx), 0);
		cr_assert_eq(ctx.flags, flags & 3);
		ctx.flags = (uint8_t)flags;
		traceparent_format(&ctx, text);
		cr_assert_eq(text[53], '0');
		cr_assert_eq(text[54], '0' + (int)(flags & 3));
		cr_assert_eq(text[55], '\0');
	}
}

Test(traceparent, scan_judges_the_form_only)
{
	struct trace_context ctx, before;
	uint8_t version = 7;

	cr_assert_eq(traceparent_scan("ff-00000000000000000000000000000000-"
				      "0000000000000000-ff;more",
				      &version, &ctx),
		     0);
	cr_assert_eq(version, 0xff);
	cr_assert_not(trace_id_valid(&ctx.trace_id));
	cr_assert_eq(ctx.flags, TRACE_FLAGS_KNOWN);
	before = ctx;
	cr_assert_eq(traceparent_scan("00-" IDS "-0", &version, &ctx), -1);
	cr_assert_eq(version, 0xff);
	cr_assert_eq(memcmp(&ctx, &before, sizeof(ctx)), 0);
}

Test(traceparent, random_contexts_round_trip)
{
	uint64_t seed = 55;

	for (int i = 0; i < 20000; i++) {
		char text[TRACEPARENT_LEN + 1];
		struct trace_context in, out;

		random_bytes(&seed, &in, sizeof(in));
		in.flags &= TRACE_FLAGS_KNOWN;
		traceparent_format(&in, text);
		cr_assert_eq(strlen(text), TRACEPARENT_LEN);
		cr_assert_eq(traceparent_parse(text, &out), 0, "%s", text);
		cr_assert(trace_id_equal(&in.trace_id, &out.trace_id));
		cr_assert(span_id_equal(&in.span_id, &out.span_id));
		cr_assert_eq(in.flags, out.flags);
	}
}
