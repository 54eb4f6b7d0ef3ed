/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the versions of plugins; see check_plugins.h. */
#include "cli/check_plugins.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/plugin_version.h"
#include "host/slurm_conf.h"
#include "util/cleanup.h"

#define DIRECTORIES_SIZE 4096

/* Slurm's rule, in src/common/plugin.c: the release for SPANK, the very version
 * for all others. */
static const struct ours {
	const char *name;
	bool exact;
} ours[] = {
	{ "spank_otel.so", false },
	{ "jobcomp_otel.so", true },
	{ "job_submit_otel.so", true },
};

/* Of these Slurm has one at least, wherever it has plugins. */
static const char *const witnesses[] = { "select_cons_tres.so", "auth_munge.so",
					 "proctrack_linuxproc.so",
					 "accounting_storage_slurmdbd.so" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct slurm {
	uint32_t version;
	char path[PATH_MAX]; /* of the plugin that told it */
};

/* ---- where ------------------------------------------------------------------
 */

static bool in_dir(const char *dir, const char *name, char ret[PATH_MAX])
{
	int n = snprintf(ret, PATH_MAX, "%s/%s", dir, name);

	return n > 0 && n < PATH_MAX && access(ret, R_OK) == 0;
}

static bool slurm_in_dir(const char *dir, struct slurm *ret)
{
	struct slurm found;

	for (size_t i = 0; i < COUNT(witnesses); i++)
		if (in_dir(dir, witnesses[i], found.path) &&
		    plugin_version_read(found.path, &found.version, NULL) ==
			    0) {
			*ret = found;
			return true;
		}
	return false;
}

/* In slurm.conf's form, directories with colons between. */
static bool slurm_in(const char *dirs, struct slurm *ret)
{
	char copy[DIRECTORIES_SIZE], *rest = copy, *dir;

	snprintf(copy, sizeof(copy), "%s", dirs);
	while ((dir = strsep(&rest, ":")))
		if (*dir && slurm_in_dir(dir, ret))
			return true;
	return false;
}

/* What Slurm searches; it does not say so without being run. */
static void plugin_dirs(char ret[DIRECTORIES_SIZE])
{
	if (slurm_conf_value("PluginDir", ret, DIRECTORIES_SIZE, NULL) > 0)
		return;
	snprintf(ret, DIRECTORIES_SIZE, "%s:%s", SLURM_PLUGIN_DIR,
		 strcmp(SLURM_OWN_PLUGIN_DIR, SLURM_PLUGIN_DIR)
			 ? SLURM_OWN_PLUGIN_DIR
			 : "");
}

/* ---- ours -------------------------------------------------------------------
 */

static bool fits(const struct ours *plugin, uint32_t version,
		 const struct slurm *slurm)
{
	return plugin->exact ? version == slurm->version
			     : version >> 8 == slurm->version >> 8;
}

static int check_one(const struct ours *plugin, const char *path,
		     const struct slurm *slurm,
		     void (*mistake)(const char *message, void *arg), void *arg)
{
	char theirs[PLUGIN_VERSION_TEXT_SIZE], its[PLUGIN_VERSION_TEXT_SIZE];
	uint32_t version;
	struct err err;

	if (plugin_version_read(path, &version, &err) == 0) {
		if (fits(plugin, version, slurm))
			return 0;
		(plugin->exact ? plugin_version_text
			       : plugin_version_release_text)(version, its);
		plugin_version_text(slurm->version, theirs);
		err_set(&err,
			"%.150s is for Slurm %s, but this is Slurm %s (as "
			"%.150s says), which does not load it: build "
			"slurm-otel for that one",
			path, its, theirs, slurm->path);
	}
	mistake(err.msg, arg);
	return 1;
}

static int check_dir(const char *dir, const struct slurm *slurm,
		     void (*mistake)(const char *message, void *arg), void *arg)
{
	char path[PATH_MAX];
	int n = 0;

	for (size_t i = 0; i < COUNT(ours); i++)
		if (in_dir(dir, ours[i].name, path))
			n += check_one(&ours[i], path, slurm, mistake, arg);
	return n;
}

int check_plugins(void (*mistake)(const char *message, void *arg), void *arg)
{
	char dirs[DIRECTORIES_SIZE], *rest = dirs, *dir;
	struct slurm slurm;
	int n = 0;

	plugin_dirs(dirs);
	if (!slurm_in(dirs, &slurm) && !slurm_in(SLURM_OWN_PLUGIN_DIR, &slurm))
		return 0;
	while ((dir = strsep(&rest, ":")))
		if (*dir)
			n += check_dir(dir, &slurm, mistake, arg);
	return n;
}

static void print_mistake(const char *message, void *arg)
{
	(void)arg;
	fprintf(stderr, "slurm-otel check: %s\n", message);
}

/* A plugin under another name is of a kind that Slurm is strict about. */
static struct ours kind_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct ours kind = { slash ? slash + 1 : path, true };

	for (size_t i = 0; i < COUNT(ours); i++)
		if (!strcmp(kind.name, ours[i].name))
			kind = ours[i];
	return kind;
}

int check_plugin_file(const char *path)
{
	char dirs[DIRECTORIES_SIZE], text[PLUGIN_VERSION_TEXT_SIZE];
	struct ours kind = kind_of(path);
	struct slurm slurm;

	plugin_dirs(dirs);
	/* first where it is to go, whatever this host's slurm.conf says */
	if (!slurm_in(SLURM_PLUGIN_DIR, &slurm) && !slurm_in(dirs, &slurm) &&
	    !slurm_in(SLURM_OWN_PLUGIN_DIR, &slurm)) {
		printf("%s: no Slurm was found to hold it against\n", path);
		return fflush(stdout) ? 1 : 0;
	}
	if (check_one(&kind, path, &slurm, print_mistake, NULL))
		return 1;
	plugin_version_text(slurm.version, text);
	printf("%s: fits this host's Slurm, %s\n", path, text);
	return fflush(stdout) ? 1 : 0;
}
