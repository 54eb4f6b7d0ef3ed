/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sampling by rule: a ratio for the jobs whose partition, account, user, qos
 * and name match patterns.  A rule is written
 *
 *   partition=debug user=alice sample=0
 *
 * with conditions KEY=PATTERN, each key once and in any order and case, which
 * must all hold, and one sample=RATIO; blanks or commas stand between them.  A
 * pattern is one of glob(7), compared with its case by fnmatch(3).
 */
#ifndef OTEL_TRACE_SAMPLE_RULE_H
#define OTEL_TRACE_SAMPLE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

#define SAMPLE_PATTERN_MAX 64    /* bytes; bounds what fnmatch can cost */
#define SAMPLE_VALUE_MAX 1024    /* longer values match nothing */
#define SAMPLE_PARTITIONS_MAX 64 /* of one job that are looked at */
#define SAMPLE_RULE_TEXT_MAX 512

/* In the order in which conditions are tried: the dearest comes last. */
enum sample_key {
	SAMPLE_PARTITION,
	SAMPLE_ACCOUNT,
	SAMPLE_QOS,
	SAMPLE_NAME,
	SAMPLE_USER,
};
#define SAMPLE_KEYS (SAMPLE_USER + 1)

struct sample_rule {
	char pattern[SAMPLE_KEYS][SAMPLE_PATTERN_MAX + 1]; /* "": any */
	double ratio;                                      /* 0 to 1 */
};

/*
 * Where the values of a job come from: the value of key, or NULL when the job
 * has none, which no pattern matches.  Asked once at most for each condition
 * that all before it hold.  The value of SAMPLE_PARTITION may be a list with
 * commas, of which one must match.  Values may hold any bytes.
 */
typedef const char *sample_value_fn(enum sample_key key, void *arg);

/* Returns 0, or -1 with err and ret untouched. */
int sample_rule_parse(const char *text, struct sample_rule *ret,
		      struct err *err);

/* Writes the rule as it would be written, and a NUL; ret holds
 * SAMPLE_RULE_TEXT_MAX bytes. */
void sample_rule_format(const struct sample_rule *rule, char *ret);

/* Whether all conditions of the rule hold. */
bool sample_rule_matches(const struct sample_rule *rule, sample_value_fn *value,
			 void *arg);

#endif
