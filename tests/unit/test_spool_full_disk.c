/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk without room: a small tmpfs of our own, so root only. */
#include "config.h"

#include "spool_support.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#define DISK "size=256k,mode=0700"

/* Mounts below the test's directory, in a namespace that ends with it. */
static void setup(void)
{
	char path[128];
	int fd;

	alarm(60);
	spool_setup();
	snprintf(path, sizeof(path), "%s/disk", spool.path);
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mkdir(path, 0700) < 0 ||
	    mount("tmpfs", path, "tmpfs", 0, DISK) < 0) {
		spool_teardown();
		cr_skip("only root can mount a small disk");
	}
	fd = spool_open_dir(path, true, geteuid(), getegid(), &err);
	cr_assert_geq(fd, 0, "%s", err.msg);
	dup2(fd, spool.fd);
	close(fd);
}

static void teardown(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/disk", spool.path);
	close(spool.fd);
	umount(path);
	spool.fd = open(spool.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	spool_teardown();
}

TestSuite(spool_full_disk, .init = setup, .fini = teardown);

static uint64_t free_blocks(void)
{
	struct statvfs fs;

	cr_assert_eq(fstatvfs(spool.fd, &fs), 0);
	return fs.f_bfree;
}

/* Appends until the disk is full; returns how many it took. */
static uint32_t fill(uint32_t from)
{
	uint32_t number = from;

	while (record_append(&roomy, number, RECORD_LEN) == 0)
		number++;
	cr_assert_eq(errno, ENOSPC, "%s", err.msg);
	cr_assert(strstr(err.msg, "No space left on device") ||
			  strstr(err.msg, "only a part"),
		  "%s", err.msg);
	cr_assert_eq(free_blocks(), 0);
	return number;
}

Test(spool_full_disk, loss_is_reported_and_counted)
{
	uint32_t n = fill(0);

	cr_assert_eq(stats().failed_records, 1);
	cr_assert_eq(record_append(&roomy, n, RECORD_LEN), -1);
	cr_assert_eq(stats().failed_records, 2);
	cr_assert_lt(stats().bytes, (n + 2) * RECORD_SIZE);
}

/* The cursor can not be written until something is removed: the agent must
 * find out of this by itself. */
Test(spool_full_disk, agent_makes_room)
{
	struct spool_reader *reader;
	struct spool_record record = { 0 };
	uint32_t n, i;

	for (i = 0; i < 50; i++)
		put(i);
	set_aside_as(1);
	n = fill(50);
	reader = reader_make();
	for (i = 0; i < n; i++) {
		record = expect(reader, i);
		if (i % 30 == 20)
			spool_commit(reader, record.segment, record.end, &err);
	}
	commit(reader, &record);
	expect_end(reader);
	cr_assert_eq(stats().bytes, 0);
	cr_assert_gt(stats().torn_bytes, 0);
	for (i = 0; i < 100; i++)
		put(i);
	for (i = 0; i < 100; i++)
		record = expect(reader, i);
	commit(reader, &record);
	spool_reader_destroy(reader);
}

/* Killed before the cursor could ever be written: repeats, no loss. */
Test(spool_full_disk, new_agent_goes_on_without_a_cursor)
{
	struct spool_reader *reader;
	struct spool_record record = { 0 };
	uint32_t n, i;

	for (i = 0; i < 50; i++)
		put(i);
	set_aside_as(1);
	n = fill(50);
	reader = reader_make();
	for (i = 0; i < 10; i++)
		record = expect(reader, i);
	cr_assert_eq(spool_commit(reader, record.segment, record.end, &err),
		     -1);
	cr_assert(strstr(err.msg, "No space left"), "%s", err.msg);
	cr_assert_not(exists("cursor.tmp"));
	spool_reader_destroy(reader);
	reader = reader_make();
	for (i = 0; i < n; i++)
		record = expect(reader, i);
	commit(reader, &record);
	spool_reader_destroy(reader);
}
