/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent's configuration is made of: otel.conf, and over it what slurmd
 * was told in plugstack.conf, as host/arguments.h keeps it in the spool.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "host/arguments.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define REFUSED_DIR "bad"
#define BEHIND_DIR "behind"

static bool writes_stdout(const struct config *config)
{
	for (char *const *p = config->endpoint; p && *p; p++)
		if (!strcmp(*p, "stdout:"))
			return true;
	return false;
}

/* Cuts the last component off and returns it. */
static const char *cut_last(char *path)
{
	size_t len = strlen(path);
	char *slash;

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return "";
	*slash = '\0';
	return slash + 1;
}

/* The way from a spool to the one of the daemon in which it lies: SPOOL/bad and
 * SPOOL/behind/QUEUE, which has its own bad, are spools as well. */
static const char *way_out(const char *spool)
{
	static const char *const ways[] = { ".", "..", "../..", "../../.." };
	char path[PATH_MAX];
	int up = 0;

	if (strlen(spool) >= sizeof(path))
		return ways[0];
	strcpy(path, spool);
	if (!strcmp(cut_last(path), REFUSED_DIR))
		up++;
	else
		strcpy(path, spool);
	cut_last(path);
	return ways[!strcmp(cut_last(path), BEHIND_DIR) ? up + 2 : up];
}

/* A spool that is not there, or can not be used, is for others to tell of. */
static int load_arguments(const char *spool, int spool_fd,
			  struct arguments *ret, struct err *err)
{
	_cleanup_close_ int own_fd = -1, dir = -1;

	if (spool_fd < 0)
		own_fd = spool_open_dir(spool, false, (uid_t)-1, (gid_t)-1,
					NULL);
	dir = openat(spool_fd < 0 ? own_fd : spool_fd, way_out(spool),
		     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? 0 : arguments_load(dir, ret, err);
}

static int find_file(const struct options *options,
		     const struct arguments *arguments, char *path, size_t size,
		     struct config_source *source, struct err *err)
{
	source->file = options->config;
	if (!source->file)
		source->file = arguments_config(arguments);
	if (source->file)
		return 0;
	errno = ENAMETOOLONG;
	if (config_default_path(path, size) < 0)
		return err_set(err, "the path of otel.conf is too long");
	source->file = path;
	source->file_optional = true;
	return 0;
}

static int load(const struct options *options,
		const struct arguments *arguments, struct config **ret,
		struct err *err)
{
	struct config_source source = {
		.args = arguments->list,
		.n_args = arguments->n,
		.use_environment = true,
	};
	char path[PATH_MAX];

	if (find_file(options, arguments, path, sizeof(path), &source, err) < 0)
		return -1;
	return config_load(&source, ret, err);
}

int agent_load_config(const struct options *options, int spool_fd,
		      struct config **ret, struct err *err)
{
	struct arguments arguments = { 0 };
	struct config *config;
	int rc = load_arguments(options->spool, spool_fd, &arguments, err);

	if (!rc)
		rc = load(options, &arguments, &config, err);
	arguments_clear(&arguments);
	if (rc < 0)
		return -1;
	if (!options->foreground && writes_stdout(config)) {
		config_destroy(config);
		errno = EINVAL;
		return err_set(err,
			       "Endpoint stdout: is for an agent that runs "
			       "with --foreground or --once: a daemon has "
			       "no standard output");
	}
	*ret = config;
	return 0;
}
