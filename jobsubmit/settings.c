/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads otel.conf when it has changed; see settings.h. */
#include "jobsubmit/settings.h"

#include <limits.h>

#include "host/slurm_conf.h"
#include "jobsubmit/compat.h"

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* True when the file is not the one that was read. */
static bool changed(struct settings *settings, const char *path)
{
	struct stat st = { 0 };
	bool there = stat(path, &st) == 0;
	bool before = settings->looked && settings->there == there &&
		      same(&settings->file, &st);

	settings->looked = true;
	settings->there = there;
	settings->file = st;
	return !before;
}

/* What can not be done, said where an administrator looks for it. */
static void say_limits(const struct settings *settings)
{
	const struct config *config = settings->config;

	if (config && !settings->at_allocation &&
	    (config->sample_rules.n || config->max_traces_per_second))
		slurm_info("otel: slurm.conf has %s: SampleRule and "
			   "MaxTracesPerSecond are not applied to jobs of srun "
			   "and salloc with spank_otel.so",
			   slurm_conf_prolog_in_job() ? "PrologFlags=RunInJob"
						      : "no PrologFlags=Alloc");
}

static void load(struct settings *settings, const char *path)
{
	const struct config_source source = {
		.file = path,
		.file_optional = true,
		.use_environment = true,
	};
	struct config *config = NULL;
	struct err err;

	if (config_load(&source, &config, &err) < 0) {
		slurm_error("otel: submissions get no context: %s", err.msg);
	} else if (!config->enabled) {
		slurm_info("otel: submissions get no context: Enabled=no");
		config_destroy(config);
		config = NULL;
	}
	settings_free(settings);
	settings->config = config;
	settings->at_allocation = slurm_conf_prolog_at_allocation();
	say_limits(settings);
}

const struct config *settings_now(struct settings *settings)
{
	char path[PATH_MAX];

	if (config_default_path(path, sizeof(path)) < 0)
		return settings->config;
	if (changed(settings, path))
		load(settings, path);
	return settings->config;
}

void settings_free(struct settings *settings)
{
	config_destroy(settings->config);
	settings->config = NULL;
}
