/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands calls on to another job completion plugin; see chain.h. */
#include "jobcomp/chain.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "jobcomp/log.h"
#include "util/cleanup.h"
#include "util/err.h"

#define SYMBOLS (JOBCOMP_ENTRY_COUNT + 1)
#define TYPE JOBCOMP_ENTRY_COUNT /* the last of them: plugin_type */

_Static_assert(sizeof(struct jobcomp_entries) ==
		       JOBCOMP_ENTRY_COUNT * sizeof(void *),
	       "Slurm fills the entries as an array of pointers");

/* Checks what Slurm's loader does not: that it is a job completion plugin of
 * that name with all that will be called. */
static int link_entries(void *plugin, const char *type, const char *path,
			struct jobcomp_entries *ret, struct err *err)
{
	const char *names[SYMBOLS] = { JOBCOMP_ENTRY_NAMES, "plugin_type" };
	void *symbols[SYMBOLS] = { NULL };

	plugin_get_syms(plugin, SYMBOLS, names, symbols);
	if (!symbols[TYPE] || strcmp(symbols[TYPE], type))
		return err_set(err, "%s is %.64s", path,
			       symbols[TYPE] ? (const char *)symbols[TYPE]
					     : "no plugin of Slurm's");
	for (int i = 0; i < JOBCOMP_ENTRY_COUNT; i++)
		if (!symbols[i])
			return err_set(err, "%s has no %s()", path, names[i]);
	memcpy(ret, symbols, sizeof(*ret));
	return 0;
}

static int load_file(struct chain *chain, const char *type, const char *path,
		     struct err *err)
{
	struct jobcomp_entries entries;
	void *plugin = NULL;
	char *name;
	int rc;

	if (!plugin_load_from_file || !plugin_get_syms || !plugin_unload)
		return err_set(err, "%s: this Slurm can not load it for us",
			       path);
	rc = PLUGIN_LOAD(&plugin, path);
	if (rc)
		return err_set(err, "%s: %s", path, plugin_load_error(rc));
	name = strdup(type);
	if (!name)
		err_set(err, "out of memory");
	if (!name || link_entries(plugin, type, path, &entries, err) < 0) {
		plugin_unload(plugin);
		free(name);
		return -1;
	}
	chain->plugin = plugin;
	chain->name = name;
	chain->entries = entries;
	return 0;
}

static int load(struct chain *chain, const char *name, const char *directories,
		struct err *err)
{
	_cleanup_free_ char *copy = strdup(directories);
	char type[NAME_MAX], path[PATH_MAX], *save = NULL;
	struct stat st;

	if (!copy)
		return err_set(err, "out of memory");
	err_set(err, "there is no jobcomp_%s.so in %s", name, directories);
	snprintf(type, sizeof(type), "jobcomp/%s", name);
	for (char *dir = strtok_r(copy, ":", &save); dir;
	     dir = strtok_r(NULL, ":", &save)) {
		if (snprintf(path, sizeof(path), "%s/jobcomp_%s.so", dir,
			     name) >= (int)sizeof(path) ||
		    stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (load_file(chain, type, path, err) == 0)
			return 0;
	}
	return -1;
}

/* It stays as it is: says so, when the configuration wants something else. */
static void keep(struct chain *chain, const char *name)
{
	const char *loaded = strchr(chain->name, '/') + 1;

	if (!name)
		slurm_info(
			"otel: JobCompChain names no plugin; %s goes on until slurmctld is restarted",
			chain->name);
	else if (strcmp(name, loaded))
		slurm_info(
			"otel: JobCompChain names jobcomp/%s; %s goes on until slurmctld is restarted",
			name, chain->name);
}

bool chain_configure(struct chain *chain, const char *name,
		     const char *directories)
{
	struct err err;

	if (chain->plugin) {
		keep(chain, name);
		return false;
	}
	if (!name)
		return false;
	if (load(chain, name, directories ? directories : "", &err) == 0)
		return true;
	if (log_once(&chain->load_trouble, err.msg))
		slurm_error(
			"otel: JobCompChain=jobcomp/%s: it is not loaded and gets no record of any job: %s",
			name, err.msg);
	return false;
}

bool chain_is_loaded(const struct chain *chain)
{
	return chain->plugin;
}

/* jobcomp/filetxt opens its file so, and calls fatal() when it can not. */
static int try_filetxt(const char *location, struct err *err)
{
	const char *path = location ? location : "/var/log/slurm_jobcomp.log";
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	return fd < 0 ? err_set(err, "open %s: %m", path) : 0;
}

static int set_location(struct chain *chain, char *location, struct err *err)
{
	int rc;

	if (!strcmp(chain->name, "jobcomp/filetxt") &&
	    try_filetxt(location, err) < 0)
		return -1;
	rc = JOBCOMP_CALL_SET_LOCATION(&chain->entries, location);
	return rc ? err_set(err, "%s", slurm_strerror(rc)) : 0;
}

void chain_set_location(struct chain *chain, char *location)
{
	uint64_t suppressed;
	struct err err;

	if (!chain->plugin)
		return;
	if (set_location(chain, location, &err) == 0)
		log_once_clear(&chain->location_trouble, &suppressed);
	else if (log_once(&chain->location_trouble, err.msg))
		slurm_error(
			"otel: %s (JobCompChain) can not use JobCompLoc and may lose its records: %s",
			chain->name, err.msg);
}

static void report_failure(struct chain *chain, int rc)
{
	char cause[64];

	snprintf(cause, sizeof(cause), "%d", rc);
	if (rc && log_once(&chain->record_trouble, cause))
		slurm_error(
			"otel: %s (JobCompChain) could not record a job; its records of the next ones are lost, too, while this lasts: %s",
			chain->name, slurm_strerror(rc));
}

static void report_success(struct chain *chain, int rc)
{
	uint64_t suppressed;

	if (!rc && log_once_clear(&chain->record_trouble, &suppressed))
		slurm_info(
			"otel: %s (JobCompChain) records jobs again; %" PRIu64
			" more records were lost",
			chain->name, suppressed);
}

/* Most plugins do nothing here, and that can not but succeed. */
void chain_record_start(struct chain *chain, struct job_record *job,
			uint32_t event)
{
	if (chain->plugin)
		report_failure(chain, JOBCOMP_CALL_RECORD_START(&chain->entries,
								job, event));
}

void chain_record_end(struct chain *chain, struct job_record *job,
		      uint32_t event)
{
	int rc;

	if (!chain->plugin)
		return;
	rc = JOBCOMP_CALL_RECORD_END(&chain->entries, job, event);
	report_failure(chain, rc);
	report_success(chain, rc);
}

struct xlist *chain_get_jobs(struct chain *chain, void *job_cond)
{
	return chain->plugin ? chain->entries.get_jobs(job_cond) : NULL;
}

void chain_release(struct chain *chain)
{
	if (!chain->plugin)
		return;
	plugin_unload(chain->plugin);
	free(chain->name);
	*chain = (struct chain){ .plugin = NULL };
}
