/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arguments of plugstack.conf that slurmd leaves in the spool. */
#include "host/arguments.h"

#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "temp_dir.h"

#define HEAD "# slurm-otel: arguments of plugstack.conf, written by slurmd\n"

static struct temp_dir dir;
static struct err err;
static struct arguments got;

static char *const two[] = { "Endpoint=http://c:4318", "config=/etc/o.conf" };

static void start(void)
{
	temp_dir_make(&dir);
}

static void stop(void)
{
	arguments_clear(&got);
	temp_dir_remove(&dir);
}

TestSuite(arguments, .init = start, .fini = stop);

static void put(const char *text, size_t len, mode_t mode)
{
	int fd;

	unlinkat(dir.fd, ARGUMENTS_FILE, 0);
	fd = openat(dir.fd, ARGUMENTS_FILE, O_WRONLY | O_CREAT | O_EXCL, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	fchmod(fd, mode);
	close(fd);
}

static int load(void)
{
	arguments_clear(&got);
	return arguments_load(dir.fd, &got, &err);
}

static struct stat status(void)
{
	struct stat st;

	cr_assert_eq(fstatat(dir.fd, ARGUMENTS_FILE, &st, AT_SYMLINK_NOFOLLOW),
		     0);
	return st;
}

Test(arguments, are_none_until_somebody_gives_some)
{
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 0);
	cr_assert_null(arguments_config(&got));
	cr_assert_eq(arguments_store(dir.fd, NULL, 0, &err), 0);
	cr_assert_eq(arguments_store(-1, two, 2, &err), -1);
	cr_assert_eq(arguments_load(-1, &got, &err), -1);
}

Test(arguments, that_can_not_be_kept_are_refused)
{
	static char *const lines[] = { "Endpoint=x\nAgentUser=root" };
	char *many[ARGUMENTS_MAX + 1], *huge = malloc(ARGUMENTS_MAX_BYTES + 1);

	cr_assert_eq(arguments_store(dir.fd, lines, 1, &err), -1);
	for (size_t i = 0; i <= ARGUMENTS_MAX; i++)
		many[i] = "Detail=node";
	cr_assert_eq(arguments_store(dir.fd, many, ARGUMENTS_MAX + 1, &err),
		     -1);
	memset(huge, 'x', ARGUMENTS_MAX_BYTES);
	huge[ARGUMENTS_MAX_BYTES] = '\0';
	cr_assert_eq(arguments_store(dir.fd, &huge, 1, &err), -1);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 0);
	cr_assert_eq(arguments_store(dir.fd, many, ARGUMENTS_MAX, &err), 0);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, ARGUMENTS_MAX);
	free(huge);
}

Test(arguments, come_back_as_they_were)
{
	cr_assert_eq(arguments_store(dir.fd, two, 2, &err), 0);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 2);
	cr_assert_str_eq(got.list[0], two[0]);
	cr_assert_str_eq(got.list[1], two[1]);
	cr_assert_str_eq(arguments_config(&got), "/etc/o.conf");
	cr_assert_eq(status().st_mode & 0777, geteuid() ? 0600 : 0640);
	cr_assert_eq(arguments_store(dir.fd, NULL, 0, &err), 0);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 0);
}

/* An agent reads its configuration again whenever the file is replaced. */
Test(arguments, are_written_when_they_change_only)
{
	ino_t first;

	arguments_store(dir.fd, two, 2, &err);
	first = status().st_ino;
	arguments_store(dir.fd, two, 2, &err);
	cr_assert_eq(status().st_ino, first);
	arguments_store(dir.fd, two, 1, &err);
	cr_assert_neq(status().st_ino, first);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 1);
}

Test(arguments, are_written_anew_for_another_agent)
{
	if (geteuid() != 0)
		cr_skip("not root");
	arguments_store(dir.fd, two, 2, &err);
	cr_assert_eq(fchown(dir.fd, 65534, 65534), 0);
	arguments_store(dir.fd, two, 2, &err);
	cr_assert_eq(status().st_gid, 65534);
	cr_assert_eq(status().st_uid, 0);
	cr_assert_eq(status().st_mode & 07777, 0640);
}

Test(arguments, of_others_are_refused_and_replaced)
{
	static const char text[] = HEAD "AgentUser=root\n";

	put(text, strlen(text), 0600);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 1);
	put(text, strlen(text), 0660);
	cr_assert_eq(load(), -1);
	put(text, strlen(text), 0602);
	cr_assert_eq(load(), -1);
	put(text, strlen(text), 0600);
	cr_assert_eq(linkat(dir.fd, ARGUMENTS_FILE, dir.fd, "other", 0), 0);
	cr_assert_eq(load(), -1);
	unlinkat(dir.fd, ARGUMENTS_FILE, 0);
	cr_assert_eq(symlinkat("other", dir.fd, ARGUMENTS_FILE), 0);
	cr_assert_eq(load(), -1);
	unlinkat(dir.fd, ARGUMENTS_FILE, 0);
	cr_assert_eq(mkfifoat(dir.fd, ARGUMENTS_FILE, 0600), 0);
	cr_assert_eq(load(), -1);
	if (geteuid() == 0) {
		put(text, strlen(text), 0600);
		cr_assert_eq(fchownat(dir.fd, ARGUMENTS_FILE, 65534, 65534, 0),
			     0);
		cr_assert_eq(load(), -1);
	}
	cr_assert_eq(arguments_store(dir.fd, two, 2, &err), 0);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 2);
}

/* Another file of root's that its owner renamed, or half of one. */
Test(arguments, that_are_damaged_are_refused)
{
	static const char *const bad[] = {
		"",
		"\n",
		"AgentUser=root\n",
		"# something else\nAgentUser=root\n",
		HEAD "Endpoint=http://c:43",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put(bad[i], strlen(bad[i]), 0600);
		cr_assert_eq(load(), -1, "%s", bad[i]);
	}
	put(HEAD "Detail=node\n\0Enabled=no\n", sizeof(HEAD) + 23, 0600);
	cr_assert_eq(load(), -1);
	put(HEAD, strlen(HEAD), 0600);
	cr_assert_eq(load(), 0);
	cr_assert_eq(got.n, 0);
}
