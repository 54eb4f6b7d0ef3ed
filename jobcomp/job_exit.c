/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells wait statuses from codes that Slurm makes up; see job_exit.h. */
#include "jobcomp/job_exit.h"

#include <string.h>

#define OUT_OF_MEMORY 253

bool job_exit_describe(const struct job_view *view, struct exit_status *ret)
{
	const int low = view->exit_code & 0xff;
	const bool ran =
		view->nnodes && view->state && !strcmp(view->state, "FAILED");

	/* wait(2) puts nothing above the signal: an error of slurmstepd's */
	const bool is_error_number = (low & 0x7f) && view->exit_code != low;

	exit_status_describe(view->exit_code, ret);
	return !low || (ran && low != OUT_OF_MEMORY && !is_error_number);
}
