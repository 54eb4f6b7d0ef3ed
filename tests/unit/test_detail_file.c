/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The detail of traces, raised on a node for a while. */
#include "host/detail_file.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "temp_dir.h"

#define NOW 1700000000

static struct temp_dir dir;
static struct err err;

static const struct detail_subject subject = { 7, 5, 1000, "main" };

static void start(void)
{
	temp_dir_make(&dir);
}

static void stop(void)
{
	temp_dir_remove(&dir);
}

TestSuite(detail_file, .init = start, .fini = stop);

static void put(const char *text, mode_t mode)
{
	int fd;

	unlinkat(dir.fd, DETAIL_FILE, 0);
	fd = openat(dir.fd, DETAIL_FILE, O_WRONLY | O_CREAT | O_EXCL, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
}

static bool is_there(void)
{
	return faccessat(dir.fd, DETAIL_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum detail level(void)
{
	return detail_file_level(dir.fd, NOW, &subject);
}

Test(detail_file, is_not_there_until_somebody_wants_it)
{
	struct detail_file got;

	cr_assert_eq(detail_file_read(dir.fd, &got, &err), 0);
	cr_assert_eq(detail_file_remove(dir.fd, &err), 0);
	cr_assert_eq(level(), DETAIL_STEP);
	cr_assert_eq(detail_file_read(-1, &got, &err), -1);
	cr_assert_eq(detail_file_level(-1, NOW, &subject), DETAIL_STEP);
}

Test(detail_file, refuses_what_is_damaged)
{
	static const char *const bad[] = {
		"",
		"\n",
		"until=9999999999\n",
		"level=task\n",
		"until=9999999999\nlevel=step\n",
		"until=9999999999\nlevel=\n",
		"until=9999999999\nlevel=tasks\n",
		"until=\nlevel=task\n",
		"until=0\nlevel=task\n",
		"until=-1\nlevel=task\n",
		"until=99999999999999999999\nlevel=task\n",
		"until=9999999999 \nlevel=task\n",
		"until=9999999999\nlevel=task\nuid=\n",
		"until=9999999999\nlevel=task\nuid=x\n",
		"until=9999999999\nlevel=task\nuid=4294967296\n",
		"until=9999999999\nlevel=task\njob=4294967295\n",
		"until=9999999999\nlevel=task\njob=-1\n",
		"until=9999999999\nlevel=task\npartition=\n",
		"until=9999999999\nlevel=task\npartition=a\033[2Jb\n",
		"until=9999999999\nlevel=task\nqos=high\n",
		"until=9999999999\nlevel=task\nnonsense\n",
	};
	struct detail_file got;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i], 0600);
		cr_assert_eq(detail_file_read(dir.fd, &got, &err), -1, "%s",
			     bad[i]);
		cr_assert_eq(level(), DETAIL_STEP);
		cr_assert(is_there());
	}
	put("until=9999999999\nlevel=task", 0600);
	cr_assert_eq(level(), DETAIL_TASK);
}

Test(detail_file, refuses_what_others_could_have_put_there)
{
	const char *good = "until=9999999999\nlevel=task\n";
	struct detail_file got;

	put(good, 0622);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), -1);
	put(good, 0600);
	cr_assert_eq(linkat(dir.fd, DETAIL_FILE, dir.fd, "other", 0), 0);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), -1);
	unlinkat(dir.fd, DETAIL_FILE, 0);
	cr_assert_eq(symlinkat("other", dir.fd, DETAIL_FILE), 0);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), -1);
	cr_assert_eq(level(), DETAIL_STEP);
	unlinkat(dir.fd, DETAIL_FILE, 0);
	cr_assert_eq(mkfifoat(dir.fd, DETAIL_FILE, 0600), 0);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), -1);
	if (geteuid() != 0)
		return;
	put(good, 0600);
	cr_assert_eq(fchownat(dir.fd, DETAIL_FILE, 12345, 12345, 0), 0);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), -1);
	cr_assert_eq(fchown(dir.fd, 12345, 12345), 0);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), 1, "%s", err.msg);
}

Test(detail_file, that_is_too_long_is_refused)
{
	char text[2048] = "until=9999999999\nlevel=task\n";
	struct detail_file got;

	memset(text + strlen(text), '\n', sizeof(text) - strlen(text) - 1);
	put(text, 0600);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), -1);
}

Test(detail_file, comes_back_as_written)
{
	struct detail_file file = { .until_s = NOW + 1,
				    .level = DETAIL_NODE,
				    .partition = "main",
				    .has_uid = true,
				    .uid = 0,
				    .has_job = true,
				    .job_id = 4294967294 },
			   got;

	cr_assert_eq(detail_file_write(dir.fd, &file, &err), 0, "%s", err.msg);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), 1, "%s", err.msg);
	cr_assert_eq(memcmp(&file, &got, sizeof(got)), 0);
	file = (struct detail_file){ .until_s = NOW, .level = DETAIL_TASK };
	cr_assert_eq(detail_file_write(dir.fd, &file, &err), 0, "%s", err.msg);
	cr_assert_eq(detail_file_read(dir.fd, &got, &err), 1, "%s", err.msg);
	cr_assert_eq(memcmp(&file, &got, sizeof(got)), 0);
	file.level = DETAIL_STEP;
	cr_assert_eq(detail_file_write(dir.fd, &file, &err), -1);
	cr_assert_eq(detail_file_remove(dir.fd, &err), 1);
	cr_assert_not(is_there());
	cr_assert_neq(faccessat(dir.fd, ".detail.new", F_OK, 0), 0);
}

Test(detail_file, demands_all_conditions)
{
	static const struct {
		struct detail_file file;
		bool matches;
	} cases[] = {
		{ { .level = DETAIL_NODE }, true },
		{ { .partition = "main" }, true },
		{ { .partition = "mai" }, false },
		{ { .partition = "mains" }, false },
		{ { .has_uid = true, .uid = 1000 }, true },
		{ { .has_uid = true, .uid = 0 }, false },
		{ { .has_job = true, .job_id = 7 }, true },
		{ { .has_job = true, .job_id = 5 }, true },
		{ { .has_job = true, .job_id = 6 }, false },
		{ { .partition = "main", .has_job = true, .job_id = 6 },
		  false },
		{ { .partition = "x", .has_job = true, .job_id = 7 }, false },
		{ { .partition = "main",
		    .has_uid = true,
		    .uid = 1000,
		    .has_job = true,
		    .job_id = 7 },
		  true },
	};
	const struct detail_subject unknown = { 7, 0, UINT32_MAX, "" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(detail_file_matches(&cases[i].file, &subject),
			     cases[i].matches, "%zu", i);
	cr_assert(detail_file_matches(&cases[0].file, &unknown));
	cr_assert_not(detail_file_matches(&cases[1].file, &unknown));
	cr_assert_not(detail_file_matches(&cases[5].file, &unknown));
	cr_assert(detail_file_matches(&cases[6].file, &unknown));
}

Test(detail_file, counts_until_its_second_and_is_then_removed)
{
	struct detail_file file = { .until_s = NOW + 1, .level = DETAIL_NODE };

	cr_assert_eq(detail_file_write(dir.fd, &file, &err), 0);
	cr_assert_eq(level(), DETAIL_NODE);
	cr_assert(is_there());
	file.has_job = true;
	file.job_id = 8;
	cr_assert_eq(detail_file_write(dir.fd, &file, &err), 0);
	cr_assert_eq(level(), DETAIL_STEP);
	cr_assert(is_there());
	file.until_s = NOW;
	cr_assert_eq(detail_file_write(dir.fd, &file, &err), 0);
	cr_assert_eq(level(), DETAIL_STEP);
	cr_assert_not(is_there());
}

Test(detail_file, is_not_removed_while_somebody_replaces_it)
{
	int fd;

	put("until=1\nlevel=task\n", 0600);
	fd = openat(dir.fd, DETAIL_FILE, O_RDONLY);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert_eq(level(), DETAIL_STEP);
	cr_assert(is_there());
	close(fd);
	cr_assert_eq(level(), DETAIL_STEP);
	cr_assert_not(is_there());
}

Test(detail_file, is_given_to_the_owner_of_the_spool)
{
	struct detail_file file = { .until_s = NOW, .level = DETAIL_TASK };
	struct stat st;

	if (geteuid() != 0)
		cr_skip("only root can give files away");
	cr_assert_eq(fchown(dir.fd, 12345, 12346), 0);
	cr_assert_eq(detail_file_write(dir.fd, &file, &err), 0);
	cr_assert_eq(fstatat(dir.fd, DETAIL_FILE, &st, 0), 0);
	cr_assert_eq(st.st_uid, 12345);
	cr_assert_eq(st.st_gid, 12346);
	cr_assert_eq(st.st_mode & 07777, 0600);
}
