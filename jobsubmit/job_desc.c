/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job's lists of NAME=VALUE; see job_desc.h. */
#include "jobsubmit/job_desc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct desc_list desc_spank_env(job_desc_msg_t *job)
{
	return (struct desc_list){ &job->spank_job_env,
				   &job->spank_job_env_size };
}

struct desc_list desc_environment(job_desc_msg_t *job)
{
	return (struct desc_list){ &job->environment, &job->env_size };
}

static bool is_named(const char *entry, const char *name, size_t len)
{
	return entry && !strncmp(entry, name, len) && entry[len] == '=';
}

/* A size that came without a list counts nothing. */
static uint32_t size_of(const struct desc_list *env)
{
	return *env->list ? *env->size : 0;
}

/* The place of name; the size when it is not there. */
static uint32_t find(const struct desc_list *env, const char *name)
{
	size_t len = strlen(name);
	uint32_t n = size_of(env), i = 0;

	while (i < n && !is_named((*env->list)[i], name, len))
		i++;
	return i;
}

const char *desc_get(const struct desc_list *env, const char *name)
{
	uint32_t i = find(env, name);

	return i < size_of(env) ? (*env->list)[i] + strlen(name) + 1 : NULL;
}

/* In one pass: a user may have sent a list of nothing else. */
static void drop_all(const struct desc_list *env, const char *name)
{
	size_t len = strlen(name);
	uint32_t n = size_of(env), kept = 0;
	char **list = *env->list;

	for (uint32_t i = 0; i < n; i++)
		if (is_named(list[i], name, len))
			slurm_xfree((void **)&list[i]);
		else
			list[kept++] = list[i];
	for (uint32_t i = kept; i < n; i++)
		list[i] = NULL;
	if (list)
		*env->size = kept;
}

/* Room for one more and the NULL that some readers want at the end. */
static int make_room(const struct desc_list *env)
{
	uint32_t n = size_of(env);

	if (!*env->list)
		*env->list = slurm_xcalloc(2, sizeof(char *), true, true,
					   __FILE__, __LINE__, __func__);
	else if (!slurm_xrecalloc((void **)env->list, n + 2, sizeof(char *),
				  true, true, __FILE__, __LINE__, __func__))
		return -1;
	if (!*env->list)
		return -1;
	*env->size = n;
	return 0;
}

int desc_set(const struct desc_list *env, const char *name, const char *value)
{
	_cleanup_free_ char *text = NULL;
	char *entry;

	if (!*value) {
		drop_all(env, name);
		return 0;
	}
	if (asprintf(&text, "%s=%s", name, value) < 0 || make_room(env) < 0)
		return -1;
	entry = slurm_xstrdup(text);
	if (!entry)
		return -1;
	drop_all(env, name);
	(*env->list)[(*env->size)++] = entry;
	(*env->list)[*env->size] = NULL;
	return 0;
}
