/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner of the spool directory against root, who writes into it: links
 * that come and go around the opening of a file.  The attacker strikes from
 * within openat(), which the test program has of its own.
 */
#include "config.h"

#include "spool_support.h"

#include <stdarg.h>
#include <sys/syscall.h>

#include "spool/file.h"

#define OWNER 12345

static const char *strike; /* a name that is removed once it is open */

int openat(int dirfd, const char *name, int flags, ...)
{
	va_list ap;
	int fd;

	va_start(ap, flags);
	fd = (int)syscall(SYS_openat, dirfd, name, flags, va_arg(ap, mode_t));
	va_end(ap);
	if (fd >= 0 && strike && !strcmp(name, strike)) {
		strike = NULL;
		syscall(SYS_unlinkat, dirfd, name, 0);
	}
	return fd;
}

static void root_in_the_directory_of_another(void)
{
	spool_setup();
	strike = NULL;
	if (geteuid() == 0)
		cr_assert_eq(fchown(spool.fd, OWNER, OWNER), 0);
}

TestSuite(spool_hostile, .init = root_in_the_directory_of_another,
	  .fini = spool_teardown);

static struct stat look(const char *name)
{
	struct stat st;

	cr_assert_eq(fstatat(spool.fd, name, &st, AT_SYMLINK_NOFOLLOW), 0, "%s",
		     name);
	return st;
}

/* A file of root's elsewhere: here it is in the same directory, under a name
 * that the attacker could not remove. */
static void make_victim(const char *text)
{
	file_text("victim", text);
	cr_assert_eq(fchmodat(spool.fd, "victim", 0644, 0), 0);
}

static void expect_victim_untouched(size_t size)
{
	struct stat st = look("victim");

	cr_assert_eq(st.st_uid, 0, "it was given to the attacker");
	cr_assert_eq(st.st_mode & 07777, 0644);
	cr_assert_eq((size_t)st.st_size, size);
}

static const char *const files[] = { SPOOL_CURRENT, SPOOL_DROPPED,
				     SPOOL_ROTATE_LOCK, SPOOL_AGENT_LOCK };
#define N_FILES (sizeof(files) / sizeof(files[0]))

static int open_file(const char *name)
{
	struct stat st;

	return spool_file_open(spool.fd, name, O_RDWR | O_CREAT, &st, &err);
}

static void attack(const char *name, const char *text)
{
	int fd;

	make_victim(text);
	cr_assert_eq(linkat(spool.fd, "victim", spool.fd, name, 0), 0);
	strike = name;
	fd = open_file(name);
	cr_assert_null(strike, "%s was not opened", name);
	expect_victim_untouched(strlen(text));
	cr_assert_geq(fd, 0, "%s: %s", name, err.msg);
	cr_assert_eq(look(name).st_uid, OWNER);
	cr_assert_neq(look(name).st_ino, look("victim").st_ino);
	close(fd);
	cr_assert_eq(unlinkat(spool.fd, name, 0), 0);
}

Test(spool_hostile, a_hard_link_that_vanishes_gives_nothing_away)
{
	if (geteuid() != 0)
		cr_skip("only root has something to give");
	for (size_t i = 0; i < N_FILES; i++) {
		attack(files[i], "root's");
		/* like one that root made and did not give away yet */
		attack(files[i], "");
	}
}

Test(spool_hostile, a_hard_link_that_stays_is_refused)
{
	make_victim("root's");
	cr_assert_eq(linkat(spool.fd, "victim", spool.fd, "current", 0), 0);
	cr_assert_eq(open_file("current"), -1);
	cr_assert_eq(errno, EMLINK);
	cr_assert_eq((size_t)look("victim").st_size, 6);
}

Test(spool_hostile, what_root_left_is_removed_when_it_is_empty)
{
	int fd;

	if (geteuid() != 0)
		cr_skip("only root leaves something");
	file_text("current", "");
	fd = open_file("current");
	cr_assert_geq(fd, 0, "%s", err.msg);
	cr_assert_eq(look("current").st_uid, OWNER);
	close(fd);
	file_text("dropped", "not empty");
	cr_assert_eq(open_file("dropped"), -1);
	cr_assert_eq(errno, EPERM);
	cr_assert(strstr(err.msg, "is root's"), "%s", err.msg);
	cr_assert_eq(look("dropped").st_uid, 0);
}

Test(spool_hostile, a_link_that_replaces_a_new_file_is_not_followed)
{
	int fd;

	/* between the look for it and its making */
	cr_assert_eq(symlinkat("target", spool.fd, "current"), 0);
	cr_assert_eq(open_file("current"), -1);
	cr_assert_eq(errno, ELOOP);
	cr_assert_not(exists("target"));
	cr_assert_eq(unlinkat(spool.fd, "current", 0), 0);
	fd = open_file("current");
	cr_assert_geq(fd, 0);
	close(fd);
}
