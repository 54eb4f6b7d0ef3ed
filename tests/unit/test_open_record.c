/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of running steps: what a writer leaves at each moment of its
 * life, and what a reader makes of that and of what no writer wrote.
 */
#include "config.h"

#include "spool_steps.h"

#include <dirent.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <time.h>

#include "spool/open.h"
#include "spool/record.h"

#define NAME "7.batch.0123456789abcdef"
#define SPAN "a span"

static struct buf buffer;
static struct open_orphan orphan;
static int dir_fd;

static void setup(void)
{
	spool_setup();
	dir_fd = open_dir(spool.fd, &err);
	cr_assert_geq(dir_fd, 0, "%s", err.msg);
}

static void teardown(void)
{
	close(dir_fd);
	buf_free(&buffer);
	spool_teardown();
}

TestSuite(open_record, .init = setup, .fini = teardown);

static int make(const char *name, struct open_record *ret)
{
	return open_record_make(spool.fd, name, false, 7, SPAN, strlen(SPAN),
				ret, &err);
}

static struct open_record made(const char *name)
{
	struct open_record record = { 0 };

	cr_assert_eq(make(name, &record), 0, "%s", err.msg);
	return record;
}

/* As the kernel does it for a process that is killed. */
static void die(struct open_record *record)
{
	close(record->fd);
	close(record->dir_fd);
}

static int look(const char *name)
{
	return open_record_look(dir_fd, name, &buffer, &orphan, &err);
}

static int count(bool hidden)
{
	DIR *dir = fdopendir(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY));
	struct dirent *entry;
	int n = 0;

	while ((entry = readdir(dir)))
		n += (entry->d_name[0] == '.') == hidden;
	closedir(dir);
	return hidden ? n - 2 : n;
}

static void put_file(const char *name, const void *data, size_t len)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static int truncate_at(const char *name, off_t size)
{
	int fd = openat(dir_fd, name, O_WRONLY);
	int r = ftruncate(fd, size);

	close(fd);
	return r;
}

/* ---- arguments ---------------------------------------------------------- */

Test(open_record, wrong_arguments)
{
	const char *const names[] = { "", ".hidden", ".", "..", "a/b" };
	static char large[SPOOL_PAYLOAD_MAX];
	struct open_record record = { 0 };
	char name[OPEN_NAME_SIZE + 1];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_assert_eq(make(names[i], &record), -1, "%s", names[i]);
		cr_assert_eq(errno, EINVAL);
	}
	memset(name, 'a', OPEN_NAME_SIZE);
	name[OPEN_NAME_SIZE] = '\0';
	cr_assert_eq(make(name, &record), -1);
	cr_assert_eq(
		open_record_make(-1, NAME, false, 1, SPAN, 1, &record, &err),
		-1);
	cr_assert_eq(open_record_make(spool.fd, NAME, false, 1, large,
				      sizeof(large), &record, &err),
		     -1);
	cr_assert_eq(errno, EMSGSIZE);
	cr_assert_not(record.made);
	cr_assert_eq(count(false) + count(true), 0);
	open_record_touch(&record);
	open_record_remove(&record);
}

/* ---- a life ------------------------------------------------------------- */

Test(open_record, lives_and_ends)
{
	struct open_record record = made(NAME);
	struct stat st;

	cr_assert_eq(fcntl(record.fd, F_GETFD), FD_CLOEXEC);
	cr_assert_eq(fcntl(record.dir_fd, F_GETFD), FD_CLOEXEC);
	cr_assert_eq(fstat(record.fd, &st), 0);
	cr_assert_eq(st.st_mode, (mode_t)(S_IFREG | 0600));
	cr_assert_eq(look(NAME), OPEN_ALIVE);
	open_record_remove(&record);
	cr_assert_eq(look(NAME), OPEN_GONE);
	cr_assert_eq(count(false), 0);
	open_record_remove(&record);
}

Test(open_record, dies)
{
	struct open_record record = made(NAME);
	uint8_t boot_id[BOOT_ID_SIZE];
	struct stat st;

	die(&record);
	boot_id_read(boot_id);
	cr_assert_eq(look(NAME), OPEN_ORPHAN);
	cr_assert_eq(orphan.job_id, 7);
	cr_assert_eq(orphan.len, strlen(SPAN));
	cr_assert_eq(memcmp(orphan.span, SPAN, orphan.len), 0);
	cr_assert_eq(memcmp(orphan.boot_id, boot_id, BOOT_ID_SIZE), 0);
	cr_assert_eq(fstatat(dir_fd, NAME, &st, 0), 0);
	cr_assert_eq(orphan.touched_ns / 1000000000u, (uint64_t)st.st_mtime);
	cr_assert_eq(look(NAME), OPEN_ORPHAN, "a look changes nothing");
}

Test(open_record, a_fork_that_has_executed_does_not_keep_it_alive)
{
	struct open_record record = made(NAME);
	int pipe_fd[2];
	pid_t child;
	char c;

	cr_assert_eq(pipe2(pipe_fd, 0), 0);
	child = fork();
	if (!child) {
		dup2(pipe_fd[1], STDOUT_FILENO);
		execlp("sh", "sh", "-c", "echo; exec sleep 100", NULL);
		_exit(1);
	}
	cr_assert_eq(read(pipe_fd[0], &c, 1), 1);
	cr_assert_eq(look(NAME), OPEN_ALIVE);
	die(&record);
	cr_assert_eq(look(NAME), OPEN_ORPHAN);
	steps_kill(child);
}

static time_t coarse_second(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now.tv_sec;
}

Test(open_record, touch_moves_the_time_once_a_second)
{
	const struct timespec old[2] = { { .tv_sec = 5 }, { .tv_sec = 5 } };
	struct open_record record = made(NAME);
	time_t before, after;
	struct stat st;

	cr_assert_eq(futimens(record.fd, old), 0);
	record.touched_s = 0;
	open_record_touch(&record);
	cr_assert_eq(fstat(record.fd, &st), 0);
	cr_assert_gt(st.st_mtime, 5);
	do {
		cr_assert_eq(futimens(record.fd, old), 0);
		before = coarse_second();
		record.touched_s = (uint64_t)before;
		open_record_touch(&record);
		after = coarse_second();
	} while (before != after);
	cr_assert_eq(fstat(record.fd, &st), 0);
	cr_assert_eq(st.st_mtime, 5);
	open_record_remove(&record);
}

Test(open_record, the_second_of_a_name_replaces_the_first)
{
	struct open_record dead = made(NAME), second, third;

	die(&dead);
	second = made(NAME);
	cr_assert_eq(look(NAME), OPEN_ALIVE);
	third = made(NAME);
	cr_assert_eq(count(false), 1);
	open_record_remove(&second);
	cr_assert_eq(look(NAME), OPEN_ALIVE, "it is the third's");
	open_record_remove(&third);
	cr_assert_eq(look(NAME), OPEN_GONE);
}

Test(open_record, files_are_used_again_and_few_are_kept)
{
	struct open_record records[10], record;
	char name[OPEN_NAME_SIZE];
	int spares;

	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "%d", i);
		records[i] = made(name);
	}
	for (int i = 0; i < 10; i++)
		open_record_remove(&records[i]);
	spares = count(true);
	cr_assert(spares > 0 && spares < 10, "%d", spares);
	record = made(NAME);
	cr_assert_eq(count(true), spares - 1);
	die(&record);
	cr_assert_eq(look(NAME), OPEN_ORPHAN);
	cr_assert_eq(orphan.len, strlen(SPAN));
}

Test(open_record, a_shorter_record_in_a_used_file)
{
	static const char large[3000] = "large";
	struct open_record record = { 0 };

	cr_assert_eq(open_record_make(spool.fd, NAME, true, 7, large,
				      sizeof(large), &record, &err),
		     0);
	open_record_remove(&record);
	record = made(NAME);
	die(&record);
	cr_assert_eq(look(NAME), OPEN_ORPHAN);
	cr_assert_eq(orphan.len, strlen(SPAN));
}

/* ---- a death at every moment -------------------------------------------- */

static void whole_life(void)
{
	struct open_record record = { 0 };

	if (make(NAME, &record) < 0)
		_exit(1);
	open_record_remove(&record);
}

static void check_after_death(bool *ret_was_orphan)
{
	int state = look(NAME);

	cr_assert(state == OPEN_GONE || state == OPEN_ORPHAN ||
			  state == OPEN_BAD,
		  "%d", state);
	if (state == OPEN_BAD) /* named twice, on its way to be a spare */
		cr_assert(strstr(err.msg, "second name"), "%s", err.msg);
	*ret_was_orphan |= state == OPEN_ORPHAN;
	cr_assert_eq(open_remove(dir_fd, NAME, &err), 0);
}

static void at_every_step(bool used_before)
{
	bool orphans = false;
	pid_t child = 1;
	int stop;

	for (stop = 0; child; stop += 2) {
		struct open_record next;

		if (used_before)
			whole_life();
		child = steps_run(whole_life, stop);
		if (child)
			steps_kill(child);
		check_after_death(&orphans);
		next = made(NAME);
		cr_assert_eq(look(NAME), OPEN_ALIVE);
		open_record_remove(&next);
		cr_assert_eq(count(false), 0);
	}
	cr_assert(orphans);
	cr_assert_gt(stop, 20);
	cr_assert_leq(count(true), 5);
}

Test(open_record, killed_at_every_step)
{
	at_every_step(false);
}

Test(open_record, killed_at_every_step_with_a_used_file)
{
	at_every_step(true);
}

/* Whatever the writer is just doing, a reader finds it alive or nothing. */
Test(open_record, looked_at_while_at_every_step)
{
	pid_t child = 1;

	for (int stop = 0; child; stop += 2) {
		DIR *dir;
		struct dirent *entry;

		child = steps_run(whole_life, stop);
		if (!child)
			break;
		dir = fdopendir(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY));
		while ((entry = readdir(dir))) {
			int state = OPEN_PASS;

			if (strcmp(entry->d_name, ".") &&
			    strcmp(entry->d_name, ".."))
				state = look(entry->d_name);
			cr_assert(state == OPEN_ALIVE || state == OPEN_PASS ||
					  state == OPEN_GONE,
				  "stop %d: %s is %d", stop, entry->d_name,
				  state);
		}
		closedir(dir);
		steps_finish(child);
	}
}

/* Two components of one step on one node begin at one moment, with one name:
 * each has a record, the later one keeps the name. */
Test(open_record, made_while_another_makes_it_at_every_step)
{
	pid_t child = 1;

	for (int stop = 0; child; stop += 2) {
		struct open_record ours;

		child = steps_run(whole_life, stop);
		ours = made(NAME);
		if (child)
			steps_finish(child);
		cr_assert_neq(look(NAME), OPEN_ORPHAN, "stop %d", stop);
		cr_assert_neq(look(NAME), OPEN_BAD, "stop %d", stop);
		open_record_remove(&ours);
		cr_assert_eq(look(NAME), OPEN_GONE);
		for (unsigned i = 0; i < 4; i++) {
			char spare[16];

			snprintf(spare, sizeof(spare), ".free.%u", i);
			unlinkat(dir_fd, spare, 0);
		}
	}
	cr_assert_eq(count(true), 0);
}

/* ---- what no writer left ------------------------------------------------ */

static void expect_bad(const char *name, const char *why)
{
	cr_assert_eq(look(name), OPEN_BAD, "%s", name);
	cr_assert(strstr(err.msg, why), "%s: %s", name, err.msg);
	cr_assert_eq(open_remove(dir_fd, name, &err), 0, "%s", err.msg);
	cr_assert_eq(look(name), OPEN_GONE);
}

Test(open_record, no_files)
{
	cr_assert_eq(symlinkat("/etc/passwd", dir_fd, "link"), 0);
	cr_assert_eq(mkfifoat(dir_fd, "fifo", 0600), 0);
	cr_assert_eq(mkfifoat(dir_fd, ".free.0", 0600), 0);
	cr_assert_eq(mkdirat(dir_fd, "dir", 0700), 0);
	expect_bad("link", "no regular file");
	expect_bad("fifo", "no regular file");
	expect_bad(".free.0", "no regular file");
	expect_bad("dir", "no regular file");
}

Test(open_record, hostile_spares_are_not_written_to)
{
	struct open_record record;
	struct stat st;

	put_file("victim", "precious", 8);
	cr_assert_eq(symlinkat("victim", dir_fd, ".free.0"), 0);
	cr_assert_eq(linkat(dir_fd, "victim", dir_fd, ".free.1", 0), 0);
	cr_assert_eq(mkfifoat(dir_fd, ".free.2", 0600), 0);
	cr_assert_eq(mkdirat(dir_fd, ".free.3", 0700), 0);
	record = made(NAME);
	cr_assert_eq(fstatat(dir_fd, "victim", &st, 0), 0);
	cr_assert_eq(st.st_size, 8);
	cr_assert_eq(look(NAME), OPEN_ALIVE);
	open_record_remove(&record);
	cr_assert_eq(look(NAME), OPEN_GONE);
}

/* To cut a large file takes time, which a step has not. */
Test(open_record, large_spares_are_not_used)
{
	struct open_record record;
	struct stat st;

	put_file(".free.0", "x", 1);
	cr_assert_eq(truncate_at(".free.0", 1 << 20), 0);
	record = made(NAME);
	cr_assert_eq(fstatat(dir_fd, ".free.0", &st, 0), 0);
	cr_assert_eq(st.st_size, 1 << 20);
	open_record_remove(&record);
}

Test(open_record, damaged)
{
	struct open_record record = made(NAME);
	uint8_t data[256], copy[256];
	ssize_t n = pread(record.fd, data, sizeof(data), 0);

	die(&record);
	put_file("empty", "", 0);
	expect_bad("empty", "torn");
	for (ssize_t len = 1; len < n; len++) {
		put_file("cut", data, (size_t)len);
		expect_bad("cut", "torn");
	}
	for (ssize_t at = 0; at < n; at++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, data, sizeof(copy));
			copy[at] ^= (uint8_t)(1 << bit);
			put_file("bit", copy, (size_t)n);
			expect_bad("bit", "torn");
		}
	put_file("long", data, (size_t)n + 1);
	expect_bad("long", "torn");
}

static void put_record(const char *name, uint8_t version, uint8_t kind,
		       uint32_t len)
{
	uint8_t data[SPOOL_HEADER_SIZE + 64] = { 0 };
	const struct spool_header header = {
		.version = version,
		.kind = kind,
		.len = len,
		.job_id = 1,
	};

	spool_header_encode(&header, data + SPOOL_HEADER_SIZE, data);
	put_file(name, data, SPOOL_HEADER_SIZE + len);
}

Test(open_record, other_kinds_and_versions)
{
	put_record("span", SPOOL_VERSION, SPOOL_SPAN, 64);
	expect_bad("span", "kind");
	put_record("version", SPOOL_VERSION + 1, SPOOL_OPEN, 64);
	expect_bad("version", "kind");
	put_record("short", SPOOL_VERSION, SPOOL_OPEN, BOOT_ID_SIZE);
	expect_bad("short", "kind");
}

Test(open_record, too_large)
{
	int fd = openat(dir_fd, "large", O_WRONLY | O_CREAT, 0600);

	cr_assert_eq(ftruncate(fd, SPOOL_RECORD_MAX + 1), 0);
	close(fd);
	expect_bad("large", "large");
}

Test(open_record, hidden_ones_are_swept_when_old)
{
	const struct timespec old[2] = { { .tv_sec = 5 }, { .tv_sec = 5 } };

	put_file(".x", "x", 1);
	cr_assert_eq(look(".x"), OPEN_PASS);
	cr_assert_eq(utimensat(dir_fd, ".x", old, 0), 0);
	cr_assert_eq(look(".x"), OPEN_STALE);
	put_file(".free.1", "x", 1);
	cr_assert_eq(utimensat(dir_fd, ".free.1", old, 0), 0);
	cr_assert_eq(look(".free.1"), OPEN_PASS);
}

/* Its writer tries the lock once, and must find it free. */
Test(open_record, a_young_hidden_one_is_not_touched)
{
	int fd;

	put_file(".x", "x", 1);
	fd = openat(dir_fd, ".x", O_RDWR);
	cr_assert_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	cr_assert_eq(look(".x"), OPEN_PASS);
	close(fd);
}

/* ---- the directory ------------------------------------------------------ */

/* slurmstepd takes on the mask of the job's user. */
Test(open_record, whatever_the_umask)
{
	struct stat st;
	mode_t old;
	int fd;

	cr_assert_eq(unlinkat(spool.fd, OPEN_DIR, AT_REMOVEDIR), 0);
	old = umask(0777);
	fd = open_dir(spool.fd, &err);
	umask(old);
	cr_assert_geq(fd, 0, "%s", err.msg);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_eq(st.st_mode, (mode_t)(S_IFDIR | 0700), "%o", st.st_mode);
	close(fd);
}

Test(open_record, directory)
{
	struct open_record record = { 0 };
	struct stat st;

	cr_assert_eq(fstat(dir_fd, &st), 0);
	cr_assert_eq(st.st_mode, (mode_t)(S_IFDIR | 0700));
	cr_assert_eq(fchmod(dir_fd, 0722), 0);
	cr_assert_eq(make(NAME, &record), -1);
	cr_assert_eq(errno, EPERM);
	cr_assert_eq(fchmod(dir_fd, 0700), 0);
	cr_assert_eq(renameat(spool.fd, OPEN_DIR, spool.fd, "other"), 0);
	cr_assert_eq(symlinkat("other", spool.fd, OPEN_DIR), 0);
	cr_assert_eq(make(NAME, &record), -1);
	cr_assert(strstr(err.msg, "symbolic link"), "%s", err.msg);
	cr_assert_eq(unlinkat(spool.fd, OPEN_DIR, 0), 0);
	cr_assert_eq(make(NAME, &record), 0, "made again: %s", err.msg);
	open_record_remove(&record);
	cr_assert_eq(count(false), 0);
}

Test(open_record, root_gives_all_to_the_spools_owner)
{
	struct open_record record = { 0 };
	struct stat st;

	if (geteuid() != 0)
		cr_skip("not root");
	cr_assert_eq(unlinkat(spool.fd, OPEN_DIR, AT_REMOVEDIR), 0);
	cr_assert_eq(fchown(spool.fd, 12345, 12345), 0);
	cr_assert_eq(make(NAME, &record), 0, "%s", err.msg);
	cr_assert_eq(fstat(record.dir_fd, &st), 0);
	cr_assert_eq(st.st_uid, 12345);
	cr_assert_eq(fstat(record.fd, &st), 0);
	cr_assert_eq(st.st_uid, 12345);
	cr_assert_eq(fchown(record.dir_fd, 54321, 54321), 0);
	open_record_remove(&record);
	cr_assert_eq(make(NAME, &record), -1);
	cr_assert(strstr(err.msg, "stranger"), "%s", err.msg);
}

Test(open_record, full_disk)
{
	struct rlimit limit, none;
	struct open_record record = { 0 };

	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = limit;
	none.rlim_cur = 10;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	cr_assert_eq(make(NAME, &record), -1);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_assert_not(record.made);
	cr_assert_eq(count(false) + count(true), 0);
}
