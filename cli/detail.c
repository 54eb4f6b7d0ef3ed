/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raises the detail of traces in the spools of this host; see detail.h. */
#include "cli/detail.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/detail_options.h"
#include "cli/load_config.h"
#include "cli/say.h"
#include "cli/time_text.h"
#include "spool/spool.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define NAME_CHARACTERS                                                        \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* What is done, and how it went. */
struct detail_run {
	const struct detail_options *options;
	uint64_t now_s;
	unsigned int spools, failures;
};

static void fail(struct detail_run *run, const struct err *err)
{
	say("detail: %s", err->msg);
	run->failures++;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* ---- one spool ----------------------------------------------------------- */

static void print_file(const char *name, const struct detail_file *file)
{
	char until[TIME_TEXT_SIZE];

	clock_text(file->until_s * NS_PER_SECOND, until);
	printf("%s: %s until %s", name,
	       file->level == DETAIL_TASK ? "task" : "node", until);
	if (file->has_job)
		printf(", job %" PRIu32, file->job_id);
	if (*file->partition)
		printf(", partition %s", file->partition);
	if (file->has_uid)
		printf(", uid %" PRIu32, file->uid);
	putchar('\n');
}

static int show(int fd, const char *name, uint64_t now_s, struct err *err)
{
	struct detail_file file;
	int rc = detail_file_read(fd, &file, err);

	if (rc < 0)
		return -1;
	if (rc == 1 && file.until_s > now_s) {
		print_file(name, &file);
		return 0;
	}
	printf("%s: as configured\n", name);
	return rc == 1 ? detail_file_remove(fd, err) : 0;
}

static int switch_on(int fd, const char *name, const struct detail_run *run,
		     struct err *err)
{
	struct detail_file file = run->options->file;

	file.until_s = run->now_s + run->options->for_s;
	if (detail_file_write(fd, &file, err) < 0)
		return -1;
	print_file(name, &file);
	return 0;
}

static int switch_off(int fd, const char *name, struct err *err)
{
	int rc = detail_file_remove(fd, err);

	if (rc >= 0)
		printf("%s: as configured\n", name);
	return rc < 0 ? -1 : 0;
}

static int act(int fd, const char *name, const struct detail_run *run,
	       struct err *err)
{
	switch (run->options->action) {
	case DETAIL_ON:
		return switch_on(fd, name, run, err);
	case DETAIL_OFF:
		return switch_off(fd, name, err);
	default:
		return show(fd, name, run->now_s, err);
	}
}

/* Others may not even look into it, which the kernel would say less plainly. */
static int check_user(const char *path, struct err *err)
{
	const struct passwd *user;
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_set(err, "%s: %m", path);
	if (geteuid() == 0 || geteuid() == st.st_uid)
		return 0;
	user = getpwuid(st.st_uid);
	return err_set(err, "%s: only root and its owner, %s, may do that",
		       path, user ? user->pw_name : "who has no name");
}

static void do_spool(struct detail_run *run, const char *path)
{
	_cleanup_close_ int fd = -1;
	struct err err;

	run->spools++;
	if (check_user(path, &err) < 0) {
		fail(run, &err);
		return;
	}
	fd = spool_open_dir(path, false, (uid_t)-1, (gid_t)-1, &err);
	if (fd < 0 || act(fd, last_part(path), run, &err) < 0)
		fail(run, &err);
}

/* ---- all of them --------------------------------------------------------- */

/* Only nodes have steps.  A name that none of ours has is left alone: it goes
 * to a terminal. */
static int is_of_a_slurmd(const struct dirent *entry)
{
	const char *name = entry->d_name;

	if (strspn(name, NAME_CHARACTERS) != strlen(name))
		return 0;
	return !strcmp(name, "slurmd") || !strncmp(name, "slurmd.", 7);
}

static void do_all(struct detail_run *run, const char *dir)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_of_a_slurmd, alphasort);
	char path[PATH_MAX];

	for (int i = 0; i < n; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", dir,
			     entries[i]->d_name) < (int)sizeof(path))
			do_spool(run, path);
		free(entries[i]);
	}
	free(entries);
	if (run->spools)
		return;
	say("detail: there is no slurmd's spool in %s%s%s", dir,
	    n < 0 ? ": " : "", n < 0 ? strerror(errno) : "");
	run->failures++;
}

int detail_main(int argc, char **argv)
{
	struct detail_options options;
	struct detail_run run = { .options = &options,
				  .now_s = clock_unix_ns() / NS_PER_SECOND };
	struct config *config = NULL;
	int status = detail_options_parse(argc, argv, &options);

	if (status >= 0)
		return status;
	if (options.spool) {
		do_spool(&run, options.spool);
	} else {
		if (load_config("detail", options.config, &config) < 0)
			return EXIT_FAILURE;
		do_all(&run, config->spool_dir);
		config_destroy(config);
	}
	return run.failures || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
