/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the names of cluster and instance; see identity.h. */
#include "config.h"

#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

#define CLUSTER_FILE "cluster"
#define CLUSTER_MAX 255

/* NULL when the file is not there or does not hold a name. */
static char *read_cluster(int spool_fd)
{
	_cleanup_close_ int fd =
		openat(spool_fd, CLUSTER_FILE,
		       O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	char line[CLUSTER_MAX + 1];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	n = read(fd, line, CLUSTER_MAX);
	if (n <= 0)
		return NULL;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return *line ? strdup(line) : NULL;
}

static char *default_instance(const char *spool)
{
	char host[HOST_NAME_MAX + 1] = "";
	size_t end = strlen(spool), from;
	char *instance;

	gethostname(host, HOST_NAME_MAX);
	while (end > 1 && spool[end - 1] == '/')
		end--;
	for (from = end; from > 0 && spool[from - 1] != '/'; from--)
		;
	if (asprintf(&instance, "%.*s@%s", (int)(end - from), spool + from,
		     host) < 0)
		return NULL;
	return instance;
}

int identity_fill(const struct options *options, int spool_fd,
		  struct identity *ret, struct err *err)
{
	struct identity identity;

	identity.cluster = options->cluster ? strdup(options->cluster)
					    : read_cluster(spool_fd);
	identity.instance = options->service_instance
				    ? strdup(options->service_instance)
				    : default_instance(options->spool);
	if (!identity.instance || (options->cluster && !identity.cluster)) {
		identity_clear(&identity);
		errno = ENOMEM;
		return err_set(err, "no memory");
	}
	*ret = identity;
	return 0;
}

void identity_clear(struct identity *identity)
{
	cleanup_freep(&identity->cluster);
	cleanup_freep(&identity->instance);
	identity->cluster = NULL;
	identity->instance = NULL;
}
