/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds and makes spool directories; see daemon_spool.h. */
#include "host/daemon_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/slurm_conf.h"
#include "spool/open.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define CMDLINE_MAX 65536
/* slurmd's short options without a value */
#define SLURMD_FLAGS "bcCDGhMsvVZ"
#define CLUSTER_FILE "cluster"

static int join(const struct config *config, const char *name, char *ret,
		size_t size, struct err *err)
{
	int n = snprintf(ret, size, "%s/%s", config->spool_dir, name);

	if (n < 0 || (size_t)n >= size)
		return err_set(err, "SpoolDir %s is too long a path",
			       config->spool_dir);
	return 0;
}

/* Written anew at every start, so that a renamed cluster is seen. */
static int write_cluster(int dir, const char *cluster, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (unlinkat(dir, CLUSTER_FILE, 0) < 0 && errno != ENOENT)
		return err_set(err,
			       "replace " CLUSTER_FILE " in the spool: %m");
	fd = openat(dir, CLUSTER_FILE,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s\n", cluster) < 0)
		return err_set(err, "write " CLUSTER_FILE " in the spool: %m");
	/* the agent's user reads it */
	if (geteuid() == 0 && fstat(dir, &st) == 0 &&
	    fchown(fd, st.st_uid, st.st_gid) < 0)
		return err_set(err, "give " CLUSTER_FILE
				    " in the spool to the agent's user: %m");
	return 0;
}

/* Whoever may rename in it could put a directory of his own in the place of a
 * daemon's, and read what root writes there. */
static int check_spool_dir(const char *path, const struct stat *st, uid_t agent,
			   struct err *err)
{
	errno = ENOTDIR;
	if (!S_ISDIR(st->st_mode))
		return err_set(err, "SpoolDir %s: %m", path);
	errno = EPERM;
	if (st->st_uid != 0 && st->st_uid != geteuid() && st->st_uid != agent)
		return err_set(err,
			       "SpoolDir %s belongs to uid %u, who is neither "
			       "root nor AgentUser: give it to one of them",
			       path, (unsigned)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err,
			       "SpoolDir %s can be written by group or others: "
			       "chmod go-w it, or name a directory below it",
			       path);
	return 0;
}

static int make_spool_dir(const char *path, uid_t agent, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_set(err, "make SpoolDir %s: %m", path);
	/* it may be a link that the administrator made */
	if (stat(path, &st) < 0)
		return err_set(err, "SpoolDir %s: %m", path);
	return check_spool_dir(path, &st, agent, err);
}

int daemon_spool_make(const struct config *config, const char *name,
		      const char *cluster, char *ret_path, size_t size,
		      struct err *err)
{
	_cleanup_close_ int fd = -1, open_fd = -1;
	uid_t uid;
	gid_t gid;

	if (join(config, name, ret_path, size, err) < 0 ||
	    agent_user_lookup(config->agent_user, &uid, &gid, err) < 0 ||
	    make_spool_dir(config->spool_dir, uid, err) < 0)
		return -1;
	fd = spool_open_dir(ret_path, true, uid, gid, err);
	if (fd < 0)
		return -1;
	/* now, so that no step has to; one that can not have it says why */
	open_fd = open_dir(fd, NULL);
	return write_cluster(fd, cluster, err);
}

int daemon_spool_open(const struct config *config, const char *name,
		      struct err *err)
{
	char path[PATH_MAX];

	if (join(config, name, path, sizeof(path), err) < 0)
		return -1;
	return spool_open_dir(path, false, (uid_t)-1, (gid_t)-1, err);
}

int node_spool_open(const struct config *config, const char *node,
		    struct err *err)
{
	char name[NAME_MAX];
	int n, fd;

	n = node ? snprintf(name, sizeof(name), "slurmd.%s", node) : -1;
	if (n > 0 && (size_t)n < sizeof(name) && !strchr(node, '/')) {
		fd = daemon_spool_open(config, name, err);
		if (fd >= 0 || errno != ENOENT)
			return fd;
	}
	return daemon_spool_open(config, "slurmd", err);
}

/* The whole command line of this process, its arguments divided by NULs;
 * returns its length.  slurmd has no public way to ask for its node's name. */
static size_t read_cmdline(char *ret, size_t size)
{
	_cleanup_close_ int fd =
		open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret, size - 1);

	if (n < 0)
		n = 0;
	ret[n] = '\0';
	return (size_t)n;
}

/* The value of -N among the arguments; NULL without one.  slurmd takes short
 * options bundled: "-DN n1". */
static const char *option_node(const char *cmdline, size_t len)
{
	const char *node = NULL;

	for (size_t at = 0; at < len; at += strlen(cmdline + at) + 1) {
		const char *arg = cmdline + at;
		size_t flags;

		if (arg[0] != '-' || arg[1] == '-')
			continue;
		flags = 1 + strspn(arg + 1, SLURMD_FLAGS);
		if (arg[flags] != 'N')
			continue;
		node = arg + flags + 1;
		if (!*node)
			node++; /* the next argument */
		if (node >= cmdline + len)
			node = NULL;
	}
	return node && *node && !strchr(node, '/') ? node : NULL;
}

void slurmd_spool_name(const struct config *config, char *ret, size_t size)
{
	_cleanup_free_ char *cmdline = malloc(CMDLINE_MAX);
	size_t len = cmdline ? read_cmdline(cmdline, CMDLINE_MAX) : 0;
	const char *node = cmdline ? option_node(cmdline, len) : NULL;
	char host[HOST_NAME_MAX + 1] = "";
	char path[PATH_MAX];

	if (node && snprintf(ret, size, "slurmd.%s", node) < (int)size)
		return;
	/* Steps take the directory with the node's name where it exists: one
	 * that is left from a time with -N must be served. */
	gethostname(host, HOST_NAME_MAX);
	host[strcspn(host, ".")] = '\0';
	if (snprintf(ret, size, "slurmd.%s", host) < (int)size &&
	    join(config, ret, path, sizeof(path), NULL) == 0 &&
	    access(path, F_OK) == 0)
		return;
	snprintf(ret, size, "slurmd");
}

bool daemon_spool_is_name(const char *name)
{
	return !strcmp(name, "slurmctld") || !strcmp(name, "slurmd") ||
	       (!strncmp(name, "slurmd.", 7) && name[7]);
}
