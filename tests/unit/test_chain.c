/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handing calls on to another job completion plugin, loaded by Slurm's own
 * loader; built for the entry points of this Slurm, and for those of 25.05.
 */
#include "jobcomp/chain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "jobcomp/log.h"
#include "temp_dir.h"

#define PLUGINS "tests/unit/.libs"

#ifdef HAVE_JOBCOMP_RECORD_JOB
#define FAKE "fake_new"
#define EVENT 7
#else
#define FAKE "fake"
#define EVENT 0
#endif
#ifdef HAVE_JOBCOMP_SET_LOCATION_VOID
#define LOCATION "-"
#else
#define LOCATION "/records"
#endif

static struct temp_dir dir;
static struct chain chain;
static char said[4096], calls[4096];
static int errors;
static struct job_record *job = (struct job_record *)0x2a;

static void keep(const char *format, va_list args)
{
	size_t len = strlen(said);

	vsnprintf(said + len, sizeof(said) - len, format, args);
}

/* Slurm's own write to stderr: these come before them. */
void slurm_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep(format, args);
	va_end(args);
	errors++;
}

void slurm_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep(format, args);
	va_end(args);
}

static void start(void)
{
	char path[128];

	temp_dir_make(&dir);
	snprintf(path, sizeof(path), "%s/calls", dir.path);
	setenv("FAKE_JOBCOMP_LOG", path, 1);
}

static void stop(void)
{
	chain_release(&chain);
	temp_dir_remove(&dir);
}

TestSuite(chain, .init = start, .fini = stop);

/* What the plugin was called with. */
static const char *called(void)
{
	FILE *log = fopen(getenv("FAKE_JOBCOMP_LOG"), "r");
	size_t len = 0;

	if (log) {
		len = fread(calls, 1, sizeof(calls) - 1, log);
		fclose(log);
	}
	calls[len] = '\0';
	return calls;
}

static void refused(const char *name, const char *directories,
		    const char *cause)
{
	said[0] = '\0';
	errors = 0;
	cr_assert_not(chain_configure(&chain, name, directories));
	cr_assert_not(chain_is_loaded(&chain));
	cr_assert_eq(errors, 1, "%s: %d errors", name, errors);
	cr_assert(strstr(said, name), "%s", said);
	cr_assert(strstr(said, cause), "%s", said);
	/* nothing happens */
	chain_set_location(&chain, NULL);
	chain_record_start(&chain, job, 0);
	chain_record_end(&chain, job, 0);
	cr_assert_null(chain_get_jobs(&chain, job));
	cr_assert_eq(errors, 1);
}

Test(chain, none_is_wanted)
{
	cr_assert_not(chain_configure(&chain, NULL, PLUGINS));
	chain_record_end(&chain, job, 0);
	chain_release(&chain);
	cr_assert_str_eq(said, "");
}

Test(chain, what_can_not_be_loaded_is_said_and_nothing_else_happens)
{
	refused("missing", "/nowhere:" PLUGINS,
		"no jobcomp_missing.so in /nowhere:");
	refused(FAKE, NULL, "no jobcomp_" FAKE ".so in ");
	refused("fake_aged", PLUGINS, PLUGINS "/jobcomp_fake_aged.so: ");
	cr_assert_str_eq(called(), "");
}

Test(chain, an_incomplete_plugin_is_unloaded)
{
	refused("fake_incomplete", PLUGINS, "has no jobcomp_p_get_jobs()");
	cr_assert_str_eq(called(), "init\nfini\n");
}

Test(chain, a_plugin_of_another_type_is_unloaded)
{
	refused("fake_other", PLUGINS, "is jobcomp/another");
	cr_assert_str_eq(called(), "init\nfini\n");
}

Test(chain, a_plugin_whose_init_fails)
{
	setenv("FAKE_JOBCOMP_INIT", "-1", 1);
	refused(FAKE, PLUGINS, "init");
	cr_assert_str_eq(called(), "init\n");
}

Test(chain, the_same_flaw_is_said_once_and_mended_at_a_reconfigure)
{
	setenv("FAKE_JOBCOMP_INIT", "-1", 1);
	chain_configure(&chain, FAKE, PLUGINS);
	chain_configure(&chain, FAKE, PLUGINS);
	cr_assert_eq(errors, 1);
	setenv("FAKE_JOBCOMP_INIT", "0", 1);
	cr_assert(chain_configure(&chain, FAKE, PLUGINS));
	cr_assert(chain_is_loaded(&chain));
}

Test(chain, every_call_is_handed_on)
{
	char expected[256];

	cr_assert(chain_configure(&chain, FAKE, "/nowhere:" PLUGINS));
	chain_set_location(&chain, (char *)LOCATION);
#ifdef HAVE_JOBCOMP_RECORD_JOB
	chain_record_start(&chain, job, 3);
#endif
	chain_record_end(&chain, job, EVENT);
	cr_assert_eq((void *)chain_get_jobs(&chain, job), (void *)job);
	chain_release(&chain);
	snprintf(expected, sizeof(expected),
		 "init\nset_location %s\n%send 0x2a %d\nget_jobs\nfini\n",
		 LOCATION, EVENT ? "start 0x2a 3\n" : "", EVENT);
	cr_assert_str_eq(called(), expected);
	cr_assert_eq(errors, 0, "%s", said);
}

Test(chain, errors_are_said_once_and_calls_go_on)
{
	chain_configure(&chain, FAKE, PLUGINS);
	setenv("FAKE_JOBCOMP_RETURN", "-1", 1);
	chain_set_location(&chain, NULL);
	chain_set_location(&chain, NULL);
	cr_assert_eq(errors, 1);
	for (int i = 0; i < 3; i++)
		chain_record_end(&chain, job, 0);
	cr_assert_eq(errors, 2, "%s", said);
	setenv("FAKE_JOBCOMP_RETURN", "0", 1);
	said[0] = '\0';
	chain_record_start(&chain, job, 0);
	cr_assert_str_eq(said, "", "a start that succeeds records nothing");
	chain_record_end(&chain, job, 0);
	chain_record_end(&chain, job, 0);
	cr_assert(strstr(said, "2 more records were lost"), "%s", said);
	cr_assert_eq(errors, 2);
	setenv("FAKE_JOBCOMP_RETURN", "-1", 1);
	chain_record_end(&chain, job, 0);
	cr_assert_eq(errors, 3);
}

Test(chain, what_is_loaded_stays)
{
	chain_configure(&chain, FAKE, PLUGINS);
	cr_assert_not(chain_configure(&chain, FAKE, PLUGINS));
	cr_assert_str_eq(said, "");
	cr_assert_not(chain_configure(&chain, "other", PLUGINS));
	cr_assert(strstr(said, "names jobcomp/other; jobcomp/" FAKE
			       " goes on until slurmctld is restarted"),
		  "%s", said);
	said[0] = '\0';
	cr_assert_not(chain_configure(&chain, NULL, PLUGINS));
	cr_assert(strstr(said, "names no plugin; jobcomp/" FAKE), "%s", said);
	cr_assert(chain_is_loaded(&chain));
	cr_assert_str_eq(called(), "init\n");
}
