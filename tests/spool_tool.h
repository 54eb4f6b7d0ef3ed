/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of spool_tool, one a kind of command; spool_tool.c says what each
 * command does. */
#ifndef OTEL_TESTS_SPOOL_TOOL_H
#define OTEL_TESTS_SPOOL_TOOL_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

/* What a command that was called wrongly, or failed, returns from main. */
int usage(void);
int fail(const struct err *err);

/* FIRST and COUNT, as two arguments say them. */
struct numbers {
	uint64_t first, end;
};
struct numbers numbers_parse(char **argv);

/* A serialised span with that id; ret holds 1024 bytes.  Returns its size. */
size_t make_span(uint64_t number, const char *name, uint8_t *ret);

/* spool_tool_damage.c: records that spool_append would not write */
int write_version(int argc, char **argv);
int write_damaged(int argc, char **argv);

/* spool_tool_open.c: records of running steps */
int write_open(int argc, char **argv);
int hold(int argc, char **argv);

/* spool_tool_print.c: what a receiver got */
int print_ids(int argc, char **argv);
int print_losts(int argc, char **argv);

#endif
