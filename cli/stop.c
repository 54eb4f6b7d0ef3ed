/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends the agents of all spools of this host; see stop.h. */
#include "cli/stop.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/load_config.h"
#include "cli/say.h"
#include "cli/stop_agent.h"
#include "cli/usage.h"
#include "host/daemon_spool.h"
#include "spool/spool.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* beyond ShutdownTimeout, within which the agent flushes */
#define PATIENCE_MS 10000
#define NS_PER_MS (NS_PER_SECOND / 1000)

struct stop_options {
	const char *config;
	bool replaced; /* only those whose program was replaced */
};

static const char usage[] =
	"Usage: slurm-otel stop [OPTION]...\n"
	"End the agents that serve the spools of this host; what they have not "
	"sent\n"
	"stays in the spools.\n"
	"\n"
	"  --replaced     only agents whose program was replaced since they "
	"started\n"
	"  --config FILE  read FILE alone, instead of the otel.conf beside "
	"slurm.conf\n"
	"                 and the arguments in plugstack.conf\n"
	"  -h, --help     print this and exit\n"
	"\n"
	"Exit status: 0 those agents have ended, 1 one may still run, 2 wrong\n"
	"usage.\n";

static const struct command command = { "stop", usage };

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct stop_options *ret)
{
	static const struct option table[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "replaced", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	optind = 0; /* main may have looked at its own options */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
		switch (option) {
		case 'c':
			ret->config = optarg;
			break;
		case 'r':
			ret->replaced = true;
			break;
		default:
			return usage_answer(&command, option, argv);
		}
	}
	return usage_surplus(&command, argc, argv);
}

static int stop_one(int spool_fd, const char *name,
		    const struct stop_options *options,
		    const struct config *config, struct err *err)
{
	struct agent_process process = { .fd = -1 };
	int r = agent_process_find(spool_fd, &process, err);
	_cleanup_close_ int fd = process.fd;

	if (r <= 0 || (options->replaced && !process.replaced))
		return r < 0 ? -1 : 0;
	if (agent_process_stop(&process,
			       config->shutdown_timeout / NS_PER_MS +
				       PATIENCE_MS,
			       err) < 0)
		return -1;
	printf("%s: agent %d has ended\n", name, (int)process.pid);
	return 0;
}

static int is_spool(const struct dirent *entry)
{
	return daemon_spool_is_name(entry->d_name);
}

static int stop_spool(const char *path, const char *name,
		      const struct stop_options *options,
		      const struct config *config, struct err *err)
{
	_cleanup_close_ int fd =
		spool_open_dir(path, false, (uid_t)-1, (gid_t)-1, err);

	return fd < 0 ? -1 : stop_one(fd, name, options, config, err);
}

/* Returns how many of them may still have an agent. */
static unsigned int stop_all(const struct stop_options *options,
			     const struct config *config)
{
	struct dirent **entries = NULL;
	int n = scandir(config->spool_dir, &entries, is_spool, alphasort);
	unsigned int failures = 0;
	char path[PATH_MAX];
	struct err err;

	if (n < 0 && errno != ENOENT) {
		say("stop: list %s: %s", config->spool_dir, strerror(errno));
		failures++;
	}
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (snprintf(path, sizeof(path), "%s/%s", config->spool_dir,
			     name) < (int)sizeof(path) &&
		    stop_spool(path, name, options, config, &err) < 0) {
			say("stop: %s: %s", path, err.msg);
			failures++;
		}
		free(entries[i]);
	}
	free(entries);
	return failures;
}

int stop_main(int argc, char **argv)
{
	struct stop_options options = { 0 };
	struct config *config = NULL;
	int status = parse(argc, argv, &options);

	if (status >= 0)
		return status;
	if (load_config("stop", options.config, &config) < 0)
		return EXIT_FAILURE;
	status = stop_all(&options, config) ? EXIT_FAILURE : EXIT_SUCCESS;
	config_destroy(config);
	return fflush(stdout) ? EXIT_FAILURE : status;
}
