/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and making the spool's directory, the agent's lock, the figures. */
#include "config.h"

#include "spool_support.h"

#include <limits.h>
#include <sys/wait.h>

TestSuite(spool_directory, .init = spool_setup, .fini = spool_teardown);

static char path[PATH_MAX];

static int open_dir(const char *name, bool make, uid_t owner)
{
	snprintf(path, sizeof(path), "%s/%s", spool.path, name);
	errno = 0;
	return spool_open_dir(path, make, owner, owner, &err);
}

static void expect_refused(const char *name, bool make, int code)
{
	cr_assert_eq(open_dir(name, make, (uid_t)-1), -1, "%s", name);
	cr_assert_eq(errno, code, "%s: %s (%s)", name, strerror(errno),
		     err.msg);
}

Test(spool_directory, wrong_arguments)
{
	static char deep[PATH_MAX + 2];

	memset(deep, 'a', PATH_MAX);
	cr_assert_eq(spool_open_dir(NULL, false, 0, 0, &err), -1);
	cr_assert_eq(errno, EINVAL);
	cr_assert_eq(spool_open_dir("", false, 0, 0, &err), -1);
	cr_assert_eq(errno, EINVAL);
	cr_assert_eq(spool_open_dir(deep, true, 0, 0, NULL), -1);
	cr_assert_eq(errno, ENAMETOOLONG);
}

Test(spool_directory, missing_one_is_made_when_asked)
{
	struct stat st;
	int fd;

	expect_refused("sub", false, ENOENT);
	umask(0);
	fd = open_dir("sub///", true, (uid_t)-1);
	cr_assert_geq(fd, 0, "%s", err.msg);
	cr_assert_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_eq(st.st_mode, (mode_t)(S_IFDIR | 0700));
	cr_assert_eq(st.st_uid, geteuid());
	cr_assert_eq(faccessat(fd, "dropped", F_OK, 0), 0);
	cr_assert_eq(faccessat(fd, "rotate.lock", F_OK, 0), 0);
	close(fd);
	fd = open_dir("sub", true, (uid_t)-1);
	cr_assert_geq(fd, 0, "again: %s", err.msg);
	close(fd);
	expect_refused("no/sub", true, ENOENT);
}

Test(spool_directory, what_is_no_directory)
{
	file_text("file", "");
	expect_refused("file", true, ENOTDIR);
	cr_assert_eq(mkfifoat(spool.fd, "fifo", 0600), 0);
	expect_refused("fifo", false, ENOTDIR);
	cr_assert_eq(mkdirat(spool.fd, "real", 0700), 0);
	cr_assert_eq(symlinkat("real", spool.fd, "link"), 0);
	expect_refused("link", false, ENOTDIR);
	expect_refused("link/", true, ENOTDIR);
}

Test(spool_directory, writable_by_others)
{
	cr_assert_eq(mkdirat(spool.fd, "open", 0700), 0);
	cr_assert_eq(fchmodat(spool.fd, "open", 0720, 0), 0);
	expect_refused("open", true, EPERM);
	cr_assert_eq(fchmodat(spool.fd, "open", 0702, 0), 0);
	expect_refused("open", false, EPERM);
	cr_assert_eq(fchmodat(spool.fd, "open", 0755, 0), 0);
	close(open_dir("open", false, (uid_t)-1));
	cr_assert_eq(errno, 0);
}

static uid_t owner_of(const char *name)
{
	struct stat st;

	cr_assert_eq(fstatat(spool.fd, name, &st, 0), 0);
	return st.st_uid;
}

Test(spool_directory, root_gives_it_away)
{
	if (geteuid() != 0)
		cr_skip("only root gives");
	close(open_dir("new", true, 12345));
	cr_assert_eq(owner_of("new"), 12345);
	cr_assert_eq(owner_of("new/dropped"), 12345);
	/* An earlier start made it and died. */
	cr_assert_eq(mkdirat(spool.fd, "half", 0700), 0);
	close(open_dir("half", true, 12345));
	cr_assert_eq(owner_of("half"), 12345);
	/* A mistake in the configuration names something else. */
	cr_assert_eq(mkdirat(spool.fd, "other", 0700), 0);
	file_text("other/file", "");
	close(open_dir("other", true, 12345));
	cr_assert_eq(owner_of("other"), 0);
	/* Nobody asked for it to be made. */
	cr_assert_eq(mkdirat(spool.fd, "empty", 0700), 0);
	close(open_dir("empty", false, 12345));
	cr_assert_eq(owner_of("empty"), 0);
}

Test(spool_directory, strangers_directory)
{
	if (geteuid() != 0)
		cr_skip("only root can make a stranger's directory");
	close(open_dir("sub", true, 12345));
	cr_assert_eq(open_dir("sub", true, 12346), -1);
	cr_assert_eq(errno, EPERM);
	cr_assert(strstr(err.msg, "12345") && strstr(err.msg, "12346"), "%s",
		  err.msg);
	/* Who does not say whose it is to be does not care. */
	close(open_dir("sub", false, (uid_t)-1));
	cr_assert_eq(errno, 0);
}

Test(spool_directory, one_agent_only)
{
	bool held = true;
	int fd = spool_lock(spool.fd, &held, &err);

	cr_assert_geq(fd, 0, "%s", err.msg);
	cr_assert_not(held);
	cr_assert_eq(spool_lock(spool.fd, &held, &err), -1);
	cr_assert(held);
	close(fd);
	fd = spool_lock(spool.fd, &held, &err);
	cr_assert_geq(fd, 0);
	cr_assert_not(held);
	close(fd);
}

Test(spool_directory, lock_of_a_dead_agent_is_free)
{
	bool held = true;
	pid_t child = fork();
	int fd, status;

	if (child == 0) {
		if (spool_lock(spool.fd, &held, &err) < 0)
			_exit(1);
		raise(SIGKILL);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status));
	fd = spool_lock(spool.fd, &held, &err);
	cr_assert_geq(fd, 0, "%s", err.msg);
	close(fd);
}

Test(spool_directory, bad_lock_file)
{
	bool held = true;

	cr_assert_eq(symlinkat("elsewhere", spool.fd, "agent.lock"), 0);
	cr_assert_eq(spool_lock(spool.fd, &held, &err), -1);
	cr_assert_not(held);
	cr_assert_eq(errno, ELOOP);
	cr_assert_not(exists("elsewhere"));
}

Test(spool_directory, figures)
{
	struct spool_stats figures = { .bytes = 77 };

	cr_assert_eq(spool_stats(-1, &figures, &err), -1);
	cr_assert_eq(figures.bytes, 77);
	figures = stats();
	cr_assert_eq(figures.bytes, 0);
	cr_assert_eq(figures.segments, 0);
	put(1);
	set_aside_as(3);
	put(2);
	put(3);
	/* What else lies there does not count. */
	cr_assert_eq(mkdirat(spool.fd, "bad", 0700), 0);
	file_text("segment.1", "short");
	file_text("segment.000000000000000000001", "long");
	file_text("segment.0000000000000000000x", "no number");
	file_text("segment.00000000000000000000", "zero");
	file_text("segment.99999999999999999999", "too large");
	cr_assert_eq(mkdirat(spool.fd, segment(9), 0700), 0);
	figures = stats();
	cr_assert_eq(figures.bytes, 3 * RECORD_SIZE);
	cr_assert_eq(figures.segments, 2);
}

Test(spool_directory, damaged_counters_begin_anew)
{
	uint8_t data[100] = { 0 };
	size_t len;

	cr_assert_eq(spool_append(spool.fd, &roomy, SPOOL_SPAN, 1, data,
				  SPOOL_PAYLOAD_MAX + 1, &err),
		     -1);
	cr_assert_eq(stats().failed_records, 1);
	len = file_read("dropped", data, sizeof(data));
	for (size_t i = 0; i < len; i++) {
		data[i] ^= 4;
		file_write("dropped", data, len);
		cr_assert_eq(stats().failed_records, 0, "byte %zu", i);
		data[i] ^= 4;
	}
	file_text("dropped", "");
	cr_assert_eq(stats().failed_records, 0);
	cr_assert_eq(spool_append(spool.fd, &roomy, SPOOL_SPAN, 1, data,
				  SPOOL_PAYLOAD_MAX + 1, &err),
		     -1);
	cr_assert_eq(stats().failed_records, 1);
}

Test(spool_directory, who_asks_for_an_agent_keeps_none_from_starting)
{
	bool held;
	pid_t child;
	int fd;

	cr_assert_not(spool_is_held(-1));
	cr_assert_not(spool_is_held(spool.fd), "there is not even the file");
	cr_assert_not(exists("agent.lock"), "and asking makes none");
	fd = spool_lock(spool.fd, &held, &err);
	cr_assert(spool_is_held(spool.fd));
	close(fd);
	cr_assert_not(spool_is_held(spool.fd));
	child = fork();
	if (!child)
		for (;;)
			spool_is_held(spool.fd);
	for (int i = 0; i < 20000; i++) {
		fd = spool_lock(spool.fd, &held, &err);
		cr_expect_geq(fd, 0, "%s", err.msg);
		close(fd);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}
