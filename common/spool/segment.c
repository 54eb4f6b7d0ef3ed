/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists the segments of a spool; see segment.h. */
#include "spool/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spool/file.h"
#include "spool/spool.h"
#include "util/cleanup.h"

#define PREFIX "segment."
#define DIGITS 20

struct spool_segment_name spool_segment_name(uint64_t number)
{
	struct spool_segment_name name;

	snprintf(name.text, sizeof(name.text), PREFIX "%0*" PRIu64, DIGITS,
		 number);
	return name;
}

/* The number in a segment's name; 0: this is no segment. */
static uint64_t parse_name(const char *name)
{
	uint64_t number = 0;

	if (strncmp(name, PREFIX, strlen(PREFIX)))
		return 0;
	name += strlen(PREFIX);
	if (strspn(name, "0123456789") != DIGITS || name[DIGITS])
		return 0;
	for (; *name; name++) {
		if (number > SPOOL_SEGMENT_LAST / 10)
			return 0;
		number = number * 10 + (uint64_t)(*name - '0');
	}
	return number > SPOOL_SEGMENT_LAST ? 0 : number;
}

static void cleanup_closedirp(DIR **dir)
{
	int saved = errno;

	if (*dir)
		closedir(*dir);
	errno = saved;
}

static int each_segment(int dirfd,
			void (*visit)(int dirfd, uint64_t number, void *arg),
			void *arg, struct err *err)
{
	_cleanup_(cleanup_closedirp) DIR *dir = NULL;
	/* Opened anew: a duplicate would share its position with others. */
	_cleanup_close_ int fd =
		openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return err_set(err, "list the spool: %m");
	take_fd(&fd);
	while (errno = 0, (entry = readdir(dir))) {
		uint64_t number = parse_name(entry->d_name);

		if (number)
			visit(dirfd, number, arg);
	}
	if (errno)
		return err_set(err, "list the spool: %m");
	return 0;
}

struct lowest {
	uint64_t after;
	uint64_t found;
};

static void visit_lowest(int dirfd, uint64_t number, void *arg)
{
	struct lowest *lowest = arg;

	(void)dirfd;
	if (number > lowest->after &&
	    (!lowest->found || number < lowest->found))
		lowest->found = number;
}

int spool_segment_next(int dirfd, uint64_t after, uint64_t *ret,
		       struct err *err)
{
	uint64_t seen = 0;

	/*
	 * A listing may show the second of two segments that were set aside
	 * while it ran and not the first.  What exists when a listing begins
	 * it does show, so one more settles it.
	 */
	for (;;) {
		struct lowest lowest = { .after = after };

		if (each_segment(dirfd, visit_lowest, &lowest, err) < 0)
			return -1;
		if (!lowest.found || lowest.found == after + 1 ||
		    lowest.found == seen) {
			*ret = lowest.found;
			return 0;
		}
		seen = lowest.found;
	}
}

struct listing {
	uint64_t after;
	uint64_t *numbers;
	size_t n, cap;
	bool failed;
};

static void visit_list(int dirfd, uint64_t number, void *arg)
{
	struct listing *listing = arg;
	uint64_t *more;

	(void)dirfd;
	if (number <= listing->after || listing->n == SPOOL_SEGMENT_LIST_MAX)
		return;
	if (listing->n == listing->cap) {
		listing->cap = listing->cap ? 2 * listing->cap : SPOOL_SEGMENTS;
		more = reallocarray(listing->numbers, listing->cap,
				    sizeof(*more));
		if (!more) {
			listing->failed = true;
			listing->cap = listing->n;
			return;
		}
		listing->numbers = more;
	}
	listing->numbers[listing->n++] = number;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int spool_segment_list(int dirfd, uint64_t after, uint64_t **ret, size_t *ret_n,
		       struct err *err)
{
	struct listing listing = { .after = after };
	int r = each_segment(dirfd, visit_list, &listing, err);

	if (r == 0 && listing.failed)
		r = err_set(err, "no memory to list the spool");
	if (r < 0) {
		cleanup_freep(&listing.numbers);
		return -1;
	}
	if (listing.n)
		qsort(listing.numbers, listing.n, sizeof(*listing.numbers),
		      by_number);
	*ret = listing.numbers;
	*ret_n = listing.n;
	return 0;
}

static void visit_usage(int dirfd, uint64_t number, void *arg)
{
	struct spool_usage *usage = arg;
	struct stat st;

	if (number > usage->highest)
		usage->highest = number;
	/* Gone between readdir and here is as good as never seen. */
	if (fstatat(dirfd, spool_segment_name(number).text, &st,
		    AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return;
	usage->segments++;
	usage->bytes += (uint64_t)st.st_size;
}

int spool_usage(int dirfd, struct spool_usage *ret, struct err *err)
{
	struct spool_usage usage = { 0 };
	struct stat st;

	if (each_segment(dirfd, visit_usage, &usage, err) < 0)
		return -1;
	if (fstatat(dirfd, SPOOL_CURRENT, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode))
		usage.current = (uint64_t)st.st_size;
	usage.bytes += usage.current;
	*ret = usage;
	return 0;
}
