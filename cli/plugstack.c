/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds our line in plugstack.conf; see plugstack.h. */
#include "cli/plugstack.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/slurm_conf.h"
#include "util/cleanup.h"

#define PLUGIN "spank_otel.so"
#define LINE_SIZE 4096 /* of Slurm's own reader */
#define INCLUDE_DEPTH_MAX 8
#define BLANKS " \t\n"

static int search(const char *path, int depth, struct arguments *ret,
		  struct err *err);

static bool is_ours(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, PLUGIN);
}

/* The words that are left of a line; it is the caller's until then. */
static int take_line(char *line, char *rest, struct arguments *ret,
		     struct err *err)
{
	struct arguments arguments = { .text = line, .size = LINE_SIZE };
	char *word;

	/* each has a byte at least, and a blank before it */
	arguments.list = calloc(LINE_SIZE / 2, sizeof(*arguments.list));
	if (!arguments.list)
		return err_set(err, "plugstack.conf: %m");
	while ((word = strtok_r(NULL, BLANKS, &rest)))
		arguments.list[arguments.n++] = word;
	*ret = arguments;
	return 1;
}

static int include(const char *from, const char *pattern, int depth,
		   struct arguments *ret, struct err *err)
{
	const char *slash = strrchr(from, '/');
	char path[PATH_MAX];
	int found = 0, n;
	glob_t files;

	if (*pattern == '/')
		n = snprintf(path, sizeof(path), "%s", pattern);
	else
		n = snprintf(path, sizeof(path), "%.*s%s",
			     slash ? (int)(slash + 1 - from) : 0, from,
			     pattern);
	if (n < 0 || (size_t)n >= sizeof(path) || depth >= INCLUDE_DEPTH_MAX ||
	    glob(path, 0, NULL, &files))
		return 0;
	for (size_t i = 0; !found && i < files.gl_pathc; i++)
		found = search(files.gl_pathv[i], depth + 1, ret, err);
	globfree(&files);
	return found;
}

/* Returns 1 with *ret, which then owns line; 0 when it is not our line. */
static int look_at(const char *path, char *line, int depth,
		   struct arguments *ret, struct err *err)
{
	char *rest = NULL, *kind, *name;

	line[strcspn(line, "#")] = '\0';
	kind = strtok_r(line, BLANKS, &rest);
	name = kind ? strtok_r(NULL, BLANKS, &rest) : NULL;
	if (!name)
		return 0;
	if (!strcmp(kind, "include"))
		return include(path, name, depth, ret, err);
	return is_ours(name) ? take_line(line, rest, ret, err) : 0;
}

/* Returns 1 with *ret, 0 when it is not there, -1 with err. */
static int search(const char *path, int depth, struct arguments *ret,
		  struct err *err)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	int found = 0;

	if (!file && (errno == ENOENT || errno == EACCES))
		return 0;
	if (!file)
		return err_set(err, "read %s: %m", path);
	line = malloc(LINE_SIZE);
	if (!line)
		return err_set(err, "read %s: %m", path);
	while (!found && fgets(line, LINE_SIZE, file))
		found = look_at(path, line, depth, ret, err);
	if (found == 1 && ret->text == line)
		line = NULL;
	return found;
}

int plugstack_load(struct arguments *ret, struct err *err)
{
	struct arguments arguments = { 0 };
	const char *conf = slurm_conf_path();
	char path[PATH_MAX];

	if (slurm_conf_value("PlugStackConfig", path, sizeof(path), NULL) <= 0)
		snprintf(path, sizeof(path), "%.*s/plugstack.conf",
			 (int)(strrchr(conf, '/') - conf), conf);
	if (search(path, 0, &arguments, err) < 0)
		return -1;
	*ret = arguments;
	return 0;
}
