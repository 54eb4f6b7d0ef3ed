/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads the configuration for a command; see load_config.h. */
#include "cli/load_config.h"

#include <errno.h>
#include <string.h>

#include "cli/plugstack.h"
#include "cli/say.h"

int command_source_fill(const char *path, struct command_source *ret,
			struct err *err)
{
	struct config_source *source = &ret->source;

	memset(ret, 0, sizeof(*ret));
	source->file = path;
	if (path)
		return 0;
	if (plugstack_load(&ret->arguments, err) < 0)
		return -1;
	source->args = ret->arguments.list;
	source->n_args = ret->arguments.n;
	source->file = arguments_config(&ret->arguments);
	if (source->file)
		return 0;
	source->file_optional = true;
	source->file = ret->path;
	if (config_default_path(ret->path, sizeof(ret->path)) == 0)
		return 0;
	command_source_clear(ret);
	errno = ENAMETOOLONG;
	return err_set(err, "the path of otel.conf is too long");
}

void command_source_clear(struct command_source *command)
{
	arguments_clear(&command->arguments);
	command->source = (struct config_source){ 0 };
}

int load_config(const char *command, const char *path, struct config **ret)
{
	struct command_source from;
	struct err err;
	int rc = command_source_fill(path, &from, &err);

	from.source.use_environment = true;
	if (!rc)
		rc = config_load(&from.source, ret, &err);
	if (rc < 0)
		say("%s: %s", command, err.msg);
	command_source_clear(&from);
	return rc;
}
