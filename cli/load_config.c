/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads otel.conf for a command; see load_config.h. */
#include "cli/load_config.h"

#include <limits.h>

#include "cli/say.h"

int load_config(const char *command, const char *path, struct config **ret)
{
	struct config_source source = { .file = path, .use_environment = true };
	char standard[PATH_MAX];
	struct err err;

	if (!path) {
		if (config_default_path(standard, sizeof(standard)) < 0) {
			say("%s: the path of otel.conf is too long", command);
			return -1;
		}
		source.file = standard;
		source.file_optional = true;
	}
	if (config_load(&source, ret, &err) < 0) {
		say("%s: %s", command, err.msg);
		return -1;
	}
	return 0;
}
