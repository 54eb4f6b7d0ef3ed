/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which attempt of its job a batch step belongs to, where no job file says so.
 *
 * slurmd leaves the prolog of a requeued job out where it has run the job
 * before and the purge of what it remembers of that was put off (Slurm's
 * slurm_cred.c scans at most every other second); with PrologFlags=RunInJob
 * no SPANK prolog runs at all, and the extern step does not know it either.
 * slurmstepd knows the restart count, but keeps it to itself until it makes the
 * environment of the script, in the forked process of that task.  So the task
 * tells the step, through shared memory.
 */
#ifndef OTEL_SPANK_ATTEMPT_H
#define OTEL_SPANK_ATTEMPT_H

#include <stdbool.h>

struct plugin;
struct spank_handle;
struct step;

/* When the context is made: shares memory with the task to come, where step
 * is a batch step without a job file.  Without memory nothing is learnt. */
void attempt_watch(struct step *step);

/* In the task, before it becomes the user's script: looks into the environment
 * that Slurm made, tells the step, and puts the right TRACEPARENT there. */
void attempt_tell(struct step *step, struct spank_handle *sp);

/* In slurmstepd, when the task has ended: takes over what it told. */
void attempt_learn(struct step *step);

#endif
