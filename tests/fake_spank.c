/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake Slurm process; see fake_spank.h. */
#include "fake_spank.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_spank fake;

static void clear(char **list)
{
	for (; *list; list++) {
		free(*list);
		*list = NULL;
	}
}

static char **find(char **list, const char *name)
{
	size_t len = strlen(name);

	for (; *list; list++)
		if (!strncmp(*list, name, len) && (*list)[len] == '=')
			break;
	return list;
}

static void set(char **list, const char *name, const char *value)
{
	size_t size = strlen(name) + strlen(value) + 2;
	char **at = find(list, name);

	if (at - list >= FAKE_ENV_MAX)
		abort();
	free(*at);
	*at = malloc(size);
	if (!*at)
		abort();
	snprintf(*at, size, "%s=%s", name, value);
}

static void unset(char **list, const char *name)
{
	char **at = find(list, name);

	if (!*at)
		return;
	free(*at);
	for (; *at; at++)
		at[0] = at[1];
}

static const char *get(char **list, const char *name)
{
	char **at = find(list, name);

	return *at ? strchr(*at, '=') + 1 : NULL;
}

void fake_spank_reset(spank_context_t context)
{
	clear(fake.env);
	clear(fake.job_control);
	memset(&fake, 0, sizeof(fake));
	fake.context = context;
	fake.array_task_id = NO_VAL;
}

void fake_spank_setenv(const char *name, const char *value)
{
	set(fake.env, name, value);
}

const char *fake_spank_getenv(const char *name)
{
	return get(fake.env, name);
}

const char *fake_spank_job_control(const char *name)
{
	return get(fake.job_control, name);
}

spank_context_t spank_context(void)
{
	return fake.context;
}

static spank_err_t get_argv(va_list args)
{
	int *argc = va_arg(args, int *);
	char ***argv = va_arg(args, char ***);

	*argv = fake.argv;
	for (*argc = 0; fake.argv && fake.argv[*argc];)
		++*argc;
	return ESPANK_SUCCESS;
}

spank_err_t spank_get_item(spank_t sp, spank_item_t item, ...)
{
	const struct {
		spank_item_t item;
		uint32_t value;
	} numbers[] = {
		{ S_JOB_ID, fake.job_id },
		{ S_JOB_STEPID, fake.step_id },
		{ S_JOB_NODEID, fake.node_id },
		{ S_JOB_NNODES, fake.nnodes },
		{ S_JOB_TOTAL_TASK_COUNT, fake.ntasks },
		{ S_JOB_LOCAL_TASK_COUNT, fake.local_ntasks },
		{ S_JOB_ARRAY_ID, fake.array_job_id },
		{ S_JOB_ARRAY_TASK_ID, fake.array_task_id },
		{ S_TASK_GLOBAL_ID, fake.task_rank },
	};
	spank_err_t rc = ESPANK_BAD_ARG;
	va_list args;

	(void)sp;
	va_start(args, item);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].item == item) {
			*va_arg(args, uint32_t *) = numbers[i].value;
			rc = ESPANK_SUCCESS;
		}
	if (item == S_TASK_ID) {
		*va_arg(args, int *) = fake.task_local;
		rc = ESPANK_SUCCESS;
	} else if (item == S_TASK_PID) {
		*va_arg(args, pid_t *) = (pid_t)fake.task_pid;
		rc = ESPANK_SUCCESS;
	} else if (item == S_TASK_EXIT_STATUS) {
		*va_arg(args, int *) = fake.task_status;
		rc = ESPANK_SUCCESS;
	} else if (item == S_JOB_ENV) {
		memcpy(fake.shown, fake.env, sizeof(fake.shown));
		*va_arg(args, char ***) = fake.shown;
		rc = ESPANK_SUCCESS;
	} else if (item == S_JOB_ARGV) {
		rc = get_argv(args);
	}
	va_end(args);
	return rc;
}

spank_err_t spank_setenv(spank_t sp, const char *name, const char *value,
			 int overwrite)
{
	(void)sp;
	fake.shown[0] = NULL;
	if (overwrite || !get(fake.env, name))
		set(fake.env, name, value);
	return ESPANK_SUCCESS;
}

spank_err_t spank_unsetenv(spank_t sp, const char *name)
{
	(void)sp;
	fake.shown[0] = NULL;
	unset(fake.env, name);
	return ESPANK_SUCCESS;
}

spank_err_t spank_job_control_setenv(spank_t sp, const char *name,
				     const char *value, int overwrite)
{
	(void)sp;
	if (overwrite || !get(fake.job_control, name))
		set(fake.job_control, name, value);
	return ESPANK_SUCCESS;
}

spank_err_t spank_job_control_unsetenv(spank_t sp, const char *name)
{
	(void)sp;
	unset(fake.job_control, name);
	return ESPANK_SUCCESS;
}

spank_err_t spank_option_register(spank_t sp, struct spank_option *option)
{
	(void)sp;
	if (fake.n_options == FAKE_OPTIONS_MAX)
		abort();
	fake.options[fake.n_options++] = *option;
	return ESPANK_SUCCESS;
}

const char *spank_strerror(spank_err_t err)
{
	return err == ESPANK_SUCCESS ? "Success" : "fake error";
}

static void log_line(const char *format, va_list args)
{
	size_t len = strlen(fake.log);

	vsnprintf(fake.log + len, sizeof(fake.log) - len, format, args);
	len = strlen(fake.log);
	if (len + 1 < sizeof(fake.log))
		strcpy(fake.log + len, "\n");
}

#define LOG_FUNCTION(name)                                                     \
	void name(const char *format, ...)                                     \
	{                                                                      \
		va_list args;                                                  \
                                                                               \
		va_start(args, format);                                        \
		log_line(format, args);                                        \
		va_end(args);                                                  \
	}

LOG_FUNCTION(slurm_error)
LOG_FUNCTION(slurm_info)
LOG_FUNCTION(slurm_debug)
