/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a daemon's spool may lie. */
#include "host/daemon_spool.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "temp_dir.h"

static struct temp_dir dir;
static struct err err;
static char path[PATH_MAX], made[PATH_MAX];

static int make(void)
{
	struct config config = { .spool_dir = path,
				 .agent_user = (char *)"root" };

	return daemon_spool_make(&config, "slurmd", "c1", made, sizeof(made),
				 &err);
}

static void start(void)
{
	temp_dir_make(&dir);
	snprintf(path, sizeof(path), "%s/spool", dir.path);
	if (geteuid() != 0)
		cr_skip("AgentUser=root needs root");
}

static void stop(void)
{
	temp_dir_remove(&dir);
}

TestSuite(daemon_spool, .init = start, .fini = stop);

static void expect_refused(const char *why)
{
	cr_assert_eq(make(), -1);
	cr_assert(strstr(err.msg, why), "%s", err.msg);
	cr_assert_neq(faccessat(dir.fd, "spool/slurmd", F_OK, 0), 0);
}

Test(daemon_spool, what_others_can_change_is_refused)
{
	cr_assert_eq(mkdirat(dir.fd, "spool", 0700), 0);
	cr_assert_eq(fchmodat(dir.fd, "spool", 01777, 0), 0);
	expect_refused("can be written by group or others");
	cr_assert_eq(fchmodat(dir.fd, "spool", 0770, 0), 0);
	expect_refused("can be written by group or others");
	cr_assert_eq(fchmodat(dir.fd, "spool", 0755, 0), 0);
	cr_assert_eq(fchownat(dir.fd, "spool", 12345, 12345, 0), 0);
	expect_refused("belongs to uid 12345");
}

Test(daemon_spool, is_made_with_the_name_of_the_cluster)
{
	struct stat st;

	cr_assert_eq(make(), 0, "%s", err.msg);
	cr_assert_eq(fstatat(dir.fd, "spool", &st, 0), 0);
	cr_assert_eq(st.st_mode & 022, 0);
	cr_assert_eq(fstatat(dir.fd, "spool/slurmd", &st, 0), 0);
	cr_assert_eq(st.st_mode & 07777, 0700);
	cr_assert_eq(faccessat(dir.fd, "spool/slurmd/cluster", F_OK, 0), 0);
}

/* /var/spool/slurm-otel may lie on another disk. */
Test(daemon_spool, an_administrators_link_is_followed)
{
	cr_assert_eq(mkdirat(dir.fd, "disk", 0755), 0);
	cr_assert_eq(symlinkat("disk", dir.fd, "spool"), 0);
	cr_assert_eq(make(), 0, "%s", err.msg);
	cr_assert_eq(faccessat(dir.fd, "disk/slurmd/cluster", F_OK, 0), 0);
}
