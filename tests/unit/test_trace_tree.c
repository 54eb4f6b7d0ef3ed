/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spans into trees: order, repetitions, missing parents, loops, and which
 * parts of them a job or a trace id selects.
 */
#include <criterion/criterion.h>

#include "span/attrs.h"

#include <stdio.h>
#include <string.h>

#include "cli/select.h"
#include "cli/trace_tree.h"

static struct span_set set;
static struct trace_list list;

static void clean_up(void)
{
	trace_list_free(&list);
	span_set_free(&set);
}

TestSuite(trace_tree, .fini = clean_up);
TestSuite(select, .fini = clean_up);

/* A span of trace number trace; parent 0: none. */
static struct span_record make(uint8_t trace, uint32_t id, uint32_t parent,
			       uint64_t start)
{
	struct span_record record;

	span_record_init(&record);
	record.trace_id.b[0] = trace;
	for (int i = 0; i < 4; i++) {
		record.span_id.b[7 - i] = (uint8_t)(id >> 8 * i);
		record.parent_id.b[7 - i] = (uint8_t)(parent >> 8 * i);
	}
	record.has_parent = parent != 0;
	record.start_ns = start;
	record.end_ns = start + 1;
	record.name = "x";
	return record;
}

static void add(uint8_t trace, uint32_t id, uint32_t parent, uint64_t start)
{
	struct span_record record = make(trace, id, parent, start);

	cr_assert_eq(span_set_add(&set, &record), 0);
}

static void add_job(uint32_t id, uint32_t parent, const char *job,
		    const char *raw)
{
	struct span_record record = make(1, id, parent, id);

	record.job_id = job;
	record.job_id_raw = raw;
	cr_assert_eq(span_set_add(&set, &record), 0);
}

static void build(void)
{
	struct err err;

	trace_list_free(&list);
	cr_assert_eq(trace_list_build(&set, &list, &err), 0);
}

static uint32_t id_of(const struct tree_node *node)
{
	const uint8_t *b = node->span->span_id.b;

	return (uint32_t)b[4] << 24 | (uint32_t)b[5] << 16 |
	       (uint32_t)b[6] << 8 | b[7];
}

/* A tree as text: "1(2(3) 4)", a mark where a root has lost its parent. */
static const char *drawn(const struct trace *trace)
{
	static const char *const marks[] = { "", "?", "@", "*" };
	static char text[1024];
	uint32_t depth = 0;
	char *at = text;

	for (size_t i = 0; i < trace->n; i++) {
		const struct tree_node *node = &trace->nodes[i];

		for (; depth > node->depth; depth--)
			*at++ = ')';
		if (i)
			*at++ = node->depth > trace->nodes[i - 1].depth ? '('
									: ' ';
		depth = node->depth;
		at += sprintf(at, "%s%u", marks[node->orphan], id_of(node));
	}
	for (; depth; depth--)
		*at++ = ')';
	*at = '\0';
	return text;
}

Test(trace_tree, nothing)
{
	build();
	cr_assert_eq(list.n, 0);
	trace_list_free(&list);
	trace_list_free(&list);
}

Test(trace_tree, children_stand_in_order_of_their_start)
{
	add(1, 4, 1, 30);
	add(1, 3, 2, 12);
	add(1, 2, 1, 10);
	add(1, 1, 0, 5);
	add(1, 5, 1, 20);
	build();
	cr_assert_eq(list.n, 1);
	cr_assert_str_eq(drawn(&list.traces[0]), "1(2(3) 5 4)");
	cr_assert_eq(list.traces[0].start_ns, 5);
	cr_assert_eq(list.traces[0].end_ns, 31);
	cr_assert_eq(list.traces[0].nodes[0].size, 5);
	cr_assert_eq(list.traces[0].nodes[1].size, 2);
	cr_assert_not(list.traces[0].nodes[1].last);
	cr_assert(list.traces[0].nodes[4].last);
}

Test(trace_tree, of_two_that_start_together_the_longer_comes_first)
{
	struct span_record longer = make(1, 3, 0, 10);

	add(1, 2, 0, 10);
	longer.end_ns = 100;
	span_set_add(&set, &longer);
	build();
	cr_assert_str_eq(drawn(&list.traces[0]), "3 2");
}

Test(trace_tree, traces_stand_in_order_of_their_start)
{
	add(1, 1, 0, 30);
	add(2, 1, 0, 20);
	add(3, 1, 0, 0); /* no time */
	add(3, 2, 1, 10);
	build();
	cr_assert_eq(list.n, 3);
	cr_assert_eq(list.traces[0].id.b[0], 3);
	cr_assert_eq(list.traces[0].start_ns, 10);
	cr_assert_eq(list.traces[1].id.b[0], 2);
	cr_assert_eq(list.traces[2].id.b[0], 1);
}

Test(trace_tree, traces_that_start_together_stand_by_their_job)
{
	static const char *const jobs[] = { "5_10", "5_9", "5_1" };

	for (uint8_t i = 0; i < 3; i++) {
		struct span_record record;

		span_record_init(&record);
		record.trace_id.b[0] = (uint8_t)(i + 1);
		record.span_id.b[0] = 1;
		record.start_ns = 20;
		cr_assert_eq(span_record_set_text(&set, &record, ATTR_JOB_ID,
						  jobs[i], strlen(jobs[i])),
			     0);
		cr_assert_eq(span_set_add(&set, &record), 0);
	}
	build();
	cr_assert_eq(list.traces[0].id.b[0], 3);
	cr_assert_eq(list.traces[1].id.b[0], 2);
	cr_assert_eq(list.traces[2].id.b[0], 1);
}

Test(trace_tree, a_repeated_span_is_one_and_the_later_end_counts)
{
	struct span_record longer = make(1, 2, 1, 10);

	add(1, 1, 0, 5);
	add(1, 2, 1, 10);
	longer.end_ns = 50;
	span_set_add(&set, &longer);
	add(1, 2, 1, 10);
	add(2, 2, 0, 60); /* the same id in another trace is another span */
	build();
	cr_assert_eq(list.n, 2);
	cr_assert_eq(list.repeats, 2);
	cr_assert_str_eq(drawn(&list.traces[0]), "1(2)");
	cr_assert_eq(list.traces[0].nodes[1].span->end_ns, 50);
}

Test(trace_tree, lost_parents_are_marked)
{
	struct span_record remote = make(1, 3, 98, 20);

	add(1, 2, 99, 10);
	remote.parent_remote = true;
	span_set_add(&set, &remote);
	add(1, 4, 2, 30);
	add(2, 99, 0, 1); /* of another trace: not that parent */
	build();
	cr_assert_str_eq(drawn(&list.traces[1]), "?2(4) @3");
}

Test(trace_tree, loops_are_opened_at_their_earliest_span)
{
	add(1, 1, 1, 50); /* its own parent */
	add(1, 2, 4, 20);
	add(1, 3, 2, 10);
	add(1, 4, 3, 30);
	add(1, 5, 4, 1); /* hangs below the loop, and starts before it */
	build();
	cr_assert_str_eq(drawn(&list.traces[0]), "*3(4(5 2)) *1");
}

Test(trace_tree, a_chain_of_any_depth)
{
	enum { DEPTH = 300000 };

	for (uint32_t i = 1; i <= DEPTH; i++)
		add(1, i, i == 1 ? DEPTH : i - 1, i);
	build();
	cr_assert_eq(list.traces[0].n, DEPTH);
	cr_assert_eq(list.traces[0].nodes[0].orphan, ORPHAN_LOOP);
	cr_assert_eq(list.traces[0].nodes[DEPTH - 1].depth, DEPTH - 1);
	cr_assert_eq(list.traces[0].nodes[0].size, DEPTH);
}

Test(trace_tree, a_failure_is_heard_of_all_the_way_up)
{
	struct span_record failed = make(1, 3, 2, 3);
	struct span_record cancelled = make(2, 1, 0, 9);

	failed.status = SPAN_STATUS_ERROR;
	add(1, 1, 0, 1);
	add(1, 2, 1, 2);
	span_set_add(&set, &failed);
	add(1, 4, 1, 4);
	cancelled.state = "CANCELLED";
	span_set_add(&set, &cancelled);
	build();
	cr_assert_not(list.traces[0].nodes[0].quiet);
	cr_assert_not(list.traces[0].nodes[1].quiet);
	cr_assert_not(list.traces[0].nodes[2].quiet);
	cr_assert(list.traces[0].nodes[3].quiet);
	cr_assert_not(list.traces[1].nodes[0].quiet);
}

Test(select, what_a_job_id_may_look_like)
{
	static const char *const good[] = { "42", "42_7", "42+1", "0" };
	static const char *const bad[] = {
		"",       "x",  "42x",  "_7",  "42_",
		"42_7_1", "-1", "42.0", " 42", "4 2"
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_assert(job_id_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_not(job_id_valid(bad[i]), "%s", bad[i]);
}

Test(select, what_a_trace_id_may_look_like)
{
	cr_assert(trace_prefix_valid("4bf9"));
	cr_assert(trace_prefix_valid("4BF92F3577B34DA6A3CE929D0E0E4736"));
	cr_assert_not(trace_prefix_valid("4bf"));
	cr_assert_not(trace_prefix_valid(""));
	cr_assert_not(trace_prefix_valid("4bfg"));
	cr_assert_not(trace_prefix_valid("4bf92f3577b34da6a3ce929d0e0e47360"));
}

Test(select, spans_of_a_job)
{
	struct span_record span = make(1, 1, 0, 1);

	cr_assert_not(span_of_job(&span, "42"));
	span.job_id = "42_7";
	span.job_id_raw = "49";
	cr_assert(span_of_job(&span, "42"), "its array");
	cr_assert(span_of_job(&span, "42_7"));
	cr_assert(span_of_job(&span, "49"), "its own id");
	cr_assert_not(span_of_job(&span, "4"));
	cr_assert_not(span_of_job(&span, "42_"));
	cr_assert_not(span_of_job(&span, "42_70"));
	cr_assert_not(span_of_job(&span, "7"));
	span.job_id = "420";
	cr_assert_not(span_of_job(&span, "42"));
	span.job_id = "421";
	span.het_job_id = "42";
	span.het_offset = 1;
	cr_assert(span_of_job(&span, "42"), "its heterogeneous job");
	cr_assert(span_of_job(&span, "42+1"), "its place there");
	cr_assert_not(span_of_job(&span, "42+0"));
	span.het_job_id = NULL;
	span.job_id = "50";
	span.array_job_id = "42";
	cr_assert(span_of_job(&span, "42"));
}

Test(select, a_trace_by_the_start_of_its_id)
{
	add(0xab, 1, 0, 1);
	add(0xac, 1, 0, 2);
	build();
	select_trace(&list, "AB00");
	cr_assert_eq(list.n, 1);
	cr_assert_eq(list.traces[0].id.b[0], 0xab);
	select_trace(&list, "ac00");
	cr_assert_eq(list.n, 0);
}

Test(select, a_job_is_cut_out_with_all_below_it)
{
	add_job(1, 0, "1", "1");
	add_job(2, 1, "2", "2");
	add_job(3, 2, NULL, NULL); /* an application's */
	add_job(4, 1, "3", "3");
	add_job(5, 4, "2", "2");
	add_job(6, 1, "4", "4");
	add(2, 1, 0, 100);
	build();
	select_job(&list, "2");
	cr_assert_eq(list.n, 1);
	cr_assert_str_eq(drawn(&list.traces[0]), "2(3) 5");
	cr_assert_eq(list.traces[0].start_ns, 2);
	cr_assert_eq(list.traces[0].end_ns, 6);
	cr_assert_not(list.traces[0].nodes[0].last);
	cr_assert(list.traces[0].nodes[1].last);
	cr_assert(list.traces[0].nodes[2].last);
	select_job(&list, "1");
	cr_assert_eq(list.n, 0);
}
