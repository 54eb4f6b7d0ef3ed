/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tasks of a step on this node: which process each was, when it ran, how
 * it ended. */
#ifndef OTEL_SPANK_TASKS_H
#define OTEL_SPANK_TASKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Far more than a node starts for one step; further ones are only counted. */
#define TASKS_MAX 65536

struct spank_handle;

struct task {
	uint64_t end_ns; /* Unix; 0: not yet */
	uint32_t rank;   /* in the step */
	pid_t pid;       /* 0: it never started */
	int status;      /* raw wait status */
};

/* By local rank; zeroed: none. */
struct tasks {
	struct task *list;
	uint32_t n;
	uint64_t start_ns; /* of all: slurmstepd lets them go together */
};

/* Room for n tasks, in place of what there was; without memory, for none.
 * tasks_free ends it. */
void tasks_make(struct tasks *tasks, uint32_t n);
void tasks_free(struct tasks *tasks);

/* The hooks task_post_fork and task_exit, as root.  A task that has no room is
 * left alone. */
void tasks_note_start(struct tasks *tasks, struct spank_handle *sp);
void tasks_note_end(struct tasks *tasks, struct spank_handle *sp, int status);

/* How many ended and were not noted, of how we do not know: slurmstepd has
 * waited for them, and called no task_exit of ours.  In that process alone. */
uint32_t tasks_unnoted(const struct tasks *tasks);

/* It has ended, and with success or not. */
bool task_succeeded(const struct task *task);
bool task_failed(const struct task *task);

#endif
