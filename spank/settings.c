/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the plugin's configuration once a process; see settings.h. */
#include "spank/settings.h"

#include <limits.h>
#include <stdio.h>
#include <strings.h>

#include "spank/compat.h"

#define CONFIG_ARGUMENT "config="

const char *settings_argument(int argc, char **argv)
{
	const size_t len = sizeof(CONFIG_ARGUMENT) - 1;

	for (int i = 0; i < argc; i++)
		if (!strncasecmp(argv[i], CONFIG_ARGUMENT, len))
			return argv[i] + len;
	return NULL;
}

int settings_path(int argc, char **argv, char *ret, size_t size)
{
	const char *argument = settings_argument(argc, argv);

	if (!argument)
		return config_default_path(ret, size);
	return snprintf(ret, size, "%s", argument) < (int)size ? 0 : -1;
}

static void say(enum settings_report report, const char *message)
{
	if (report == REPORT_ERROR)
		slurm_error("otel: tracing is off: %s", message);
	else if (report == REPORT_INFO)
		slurm_info("otel: tracing is off: %s", message);
	else
		slurm_debug("otel: tracing is off: %s", message);
}

int settings_read(int argc, char **argv, struct config **ret, struct err *err)
{
	struct config_source source = {
		.file_optional = !settings_argument(argc, argv),
		.skip_unreadable = spank_context() == S_CTX_LOCAL ||
				   spank_context() == S_CTX_ALLOCATOR,
		.args = argv,
		.n_args = argc > 0 ? (size_t)argc : 0,
		/* slurmstepd has slurmd's environment; a client has a user's,
		 * a prolog has one made of the job. */
		.use_environment = spank_context() == S_CTX_SLURMD ||
				   spank_context() == S_CTX_REMOTE,
	};
	char path[PATH_MAX];

	if (settings_path(argc, argv, path, sizeof(path)) < 0)
		return err_set(err, "the path of otel.conf is too long");
	source.file = path;
	return config_load(&source, ret, err);
}

bool settings_load(struct plugin *plugin, int argc, char **argv,
		   enum settings_report report)
{
	struct config *config;
	struct err err;

	if (plugin->configured)
		return plugin->config != NULL;
	plugin->configured = true;
	if (settings_read(argc, argv, &config, &err) < 0) {
		say(report, err.msg);
		return false;
	}
	if (!config->enabled) {
		/* once, by the daemon: somebody wanted it so */
		say(report == REPORT_ERROR ? REPORT_INFO : REPORT_QUIET,
		    "Enabled=no");
		config_destroy(config);
		return false;
	}
	plugin->config = config;
	return true;
}
