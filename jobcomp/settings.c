/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads otel.conf for the job completion plugin; see settings.h. */
#include "jobcomp/settings.h"

#include <stddef.h>

#include "jobcomp/log.h"

#define MISTAKES_LOGGED_MAX 8

/* How many more mistakes are logged. */
static void log_mistake(const char *message, void *arg)
{
	unsigned *left = arg;

	if (*left == 0)
		return;
	--*left;
	slurm_error("otel: tracing is off: %s", message);
}

void settings_read(bool serving, struct settings *ret)
{
	unsigned left = serving ? MISTAKES_LOGGED_MAX : 0;
	struct config_source source = {
		.file = ret->path,
		.file_optional = true,
		.skip_unreadable = !serving,
		.use_environment = serving,
	};

	ret->config = NULL;
	ret->has_mistakes = true;
	if (config_default_path(ret->path, sizeof(ret->path)) < 0)
		log_mistake("the path of otel.conf is too long", &left);
	else
		ret->has_mistakes = config_check(&source, &ret->config,
						 log_mistake, &left) > 0;
}

void settings_release(struct settings *settings)
{
	config_destroy(settings->config);
	settings->config = NULL;
}
