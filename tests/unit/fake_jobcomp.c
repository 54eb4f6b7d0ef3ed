/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job completion plugin that writes a line for each call to the file that
 * FAKE_JOBCOMP_LOG names, and returns what FAKE_JOBCOMP_RETURN says, for
 * init() FAKE_JOBCOMP_INIT.  FAKE_NAME, FAKE_TYPE, FAKE_VERSION,
 * FAKE_INCOMPLETE and HAVE_JOBCOMP_RECORD_JOB make the flavours of it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "jobcomp/compat.h"

#ifndef FAKE_VERSION
#define FAKE_VERSION SLURM_VERSION_NUMBER
#endif

#define EXPORT __attribute__((visibility("default")))
#define SLURM_SUCCESS number_of("FAKE_JOBCOMP_RETURN")

extern const char plugin_name[], plugin_type[];
extern const uint32_t plugin_version;
int init(void);
int fini(void);
int jobcomp_p_set_location(JOBCOMP_SET_LOCATION_ARGS);
struct xlist *jobcomp_p_get_jobs(void *job_cond);
JOBCOMP_ENTRY_PROTOTYPES

EXPORT const char plugin_name[] = "A fake";
EXPORT const char plugin_type[] = FAKE_TYPE;
EXPORT const uint32_t plugin_version = FAKE_VERSION;

static int number_of(const char *variable)
{
	const char *value = getenv(variable);

	return value ? atoi(value) : 0;
}

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	FILE *log = fopen(getenv("FAKE_JOBCOMP_LOG"), "a");
	va_list args;

	va_start(args, format);
	vfprintf(log, format, args);
	va_end(args);
	fclose(log);
}

EXPORT int init(void)
{
	note("init\n");
	return number_of("FAKE_JOBCOMP_INIT");
}

EXPORT int fini(void)
{
	note("fini\n");
	return 0;
}

EXPORT int jobcomp_p_set_location(JOBCOMP_SET_LOCATION_ARGS)
{
	note("set_location %s\n", JOBCOMP_LOCATION("-"));
	return number_of("FAKE_JOBCOMP_RETURN");
}

JOBCOMP_ENTRY_POINTS(note("start %p %u\n", (void *)job, event),
		     note("end %p %u\n", (void *)job, event))

#ifndef FAKE_INCOMPLETE
EXPORT struct xlist *jobcomp_p_get_jobs(void *job_cond)
{
	note("get_jobs\n");
	return job_cond;
}
#endif
