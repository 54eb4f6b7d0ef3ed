/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans that are held: who may put files there, what is released, in which
 * order, what a crash leaves, and what a full disk does. */
#include "spool/hold.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "spool/open.h"
#include "temp_dir.h"

#define SPOOL_SIZE (1 << 20) /* a job: 128 KiB, half of it for successes */

static const struct spool_options options = { .max_size = SPOOL_SIZE };
static struct temp_dir dir;
static struct hold_result result;
static struct err err;
static char got[4096]; /* payloads that came into the spool, a blank behind */

static void start(void)
{
	temp_dir_make(&dir);
	memset(&result, 0, sizeof(result));
}

static void stop(void)
{
	temp_dir_remove(&dir);
}

TestSuite(hold, .init = start, .fini = stop);

static int append(uint32_t job_id, enum spool_kind kind, const char *text)
{
	const struct spool_entry entry = { kind, job_id, text, strlen(text) };

	return hold_append(dir.fd, &options, &entry, 1, &err);
}

static int end(uint32_t job_id, enum hold_decision decision)
{
	return hold_end(dir.fd, &options, job_id, decision, &result, &err);
}

static void begin(uint32_t job_id)
{
	cr_assert_eq(hold_begin(dir.fd, &options, job_id, 0, &err), 0, "%s",
		     err.msg);
}

static const char *spool(void)
{
	struct spool_reader *reader = spool_reader_create(dir.fd, &err);
	struct spool_record record;

	got[0] = '\0';
	while (spool_read(reader, &record, &err) == 1) {
		cr_assert_eq(record.kind, SPOOL_SPAN);
		if (strlen(got) + record.len + 2 < sizeof(got))
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
				 "%.*s ", (int)record.len,
				 (const char *)record.payload);
	}
	spool_reader_destroy(reader);
	return got;
}

static int count_files(void)
{
	struct dirent *entry;
	char path[128];
	int n = 0;
	DIR *hold;

	snprintf(path, sizeof(path), "%s/hold", dir.path);
	hold = opendir(path);
	while (hold && (entry = readdir(hold)))
		n += entry->d_name[0] != '.';
	if (hold)
		closedir(hold);
	return n;
}

static bool runs_all(void *arg, uint32_t job_id)
{
	(void)job_id;
	return *(bool *)arg;
}

static int sweep(bool runs)
{
	return hold_sweep(dir.fd, &options, runs_all, &runs, &result, &err);
}

Test(hold, refuses_bad_arguments)
{
	struct spool_entry many[SPOOL_APPEND_MAX + 1];

	for (size_t i = 0; i <= SPOOL_APPEND_MAX; i++)
		many[i] = (struct spool_entry){ SPOOL_SPAN, 7, "x", 1 };
	begin(7);
	cr_assert_eq(
		hold_append(dir.fd, &options, many, SPOOL_APPEND_MAX + 1, &err),
		-1);
	cr_assert_eq(hold_append(dir.fd, &options, many, 0, &err), -1);
	cr_assert_eq(hold_append(-1, &options, many, 1, &err), -1);
	cr_assert_eq(append(7, SPOOL_COMMENT, "x"), -1);
	cr_assert_eq(append(7, SPOOL_SPAN, ""), -1);
	many[1].job_id = 8;
	cr_assert_eq(hold_append(dir.fd, &options, many, 2, &err), -1);
	cr_assert_eq(hold_begin(-1, &options, 7, 0, &err), -1);
	cr_assert_eq(hold_end(-1, &options, 7, HOLD_DROP, &result, &err), -1);
}

Test(hold, without_a_prolog_nobody_decides)
{
	cr_assert_eq(append(7, SPOOL_SPAN, "a"), 0);
	begin(8);
	cr_assert_eq(append(7, SPOOL_HOLD_ERROR, "a"), 0);
	cr_assert_eq(end(7, HOLD_RELEASE), 0);
	cr_assert_str_eq(spool(), "");
}

Test(hold, nor_after_the_epilog)
{
	begin(7);
	cr_assert_eq(append(7, SPOOL_SPAN, "a"), 1);
	cr_assert_eq(end(7, HOLD_DROP), 0);
	cr_assert_eq(append(7, SPOOL_SPAN, "b"), 0);
	cr_assert_eq(count_files(), 0);
	cr_assert_str_eq(spool(), "");
}

Test(hold, releases_everything_in_order)
{
	const struct spool_entry two[] = { { SPOOL_SPAN, 7, "c", 1 },
					   { SPOOL_HOLD_ERROR, 7, "d", 1 } };

	begin(7);
	begin(8);
	cr_assert_eq(append(7, SPOOL_SPAN, "a"), 1);
	cr_assert_eq(append(8, SPOOL_SPAN, "other"), 1);
	cr_assert_eq(append(7, SPOOL_SPAN, "b"), 1);
	cr_assert_eq(hold_append(dir.fd, &options, two, 2, &err), 1);
	cr_assert_eq(end(7, HOLD_RELEASE), 0, "%s", err.msg);
	cr_assert_eq(result.released, 4);
	cr_assert_eq(result.lost, 0);
	cr_assert_str_eq(spool(), "a b c d ");
	cr_assert_eq(count_files(), 1);
}

Test(hold, decides_by_its_spans)
{
	begin(7);
	begin(8);
	append(7, SPOOL_SPAN, "a");
	append(8, SPOOL_SPAN, "b");
	append(8, SPOOL_HOLD_ERROR, "c");
	cr_assert_eq(end(7, HOLD_BY_SPANS), 0);
	cr_assert_eq(end(8, HOLD_BY_SPANS), 0);
	cr_assert_str_eq(spool(), "b c ");
	cr_assert_eq(count_files(), 0);
}

Test(hold, a_step_that_never_ended_is_a_failure)
{
	for (uint32_t job = 7; job <= 8; job++) {
		begin(job);
		for (int i = 0; i < 2; i++)
			cr_assert_eq(hold_note(dir.fd, &options, job,
					       SPOOL_HOLD_BEGIN, &err),
				     1);
		append(job, SPOOL_SPAN, job == 7 ? "a" : "b");
		for (uint32_t i = 7; i <= job; i++)
			hold_note(dir.fd, &options, job, SPOOL_HOLD_END, &err);
		cr_assert_eq(end(job, HOLD_BY_SPANS), 0);
	}
	cr_assert_str_eq(spool(), "a ");
}

Test(hold, a_prolog_that_runs_again_takes_nothing_away)
{
	begin(7);
	append(7, SPOOL_SPAN, "a");
	begin(7);
	cr_assert_eq(end(7, HOLD_RELEASE), 0);
	cr_assert_str_eq(spool(), "a ");
}

Test(hold, an_attempt_without_an_epilog_is_released_by_the_next)
{
	begin(7);
	append(7, SPOOL_SPAN, "first");
	cr_assert_eq(hold_begin(dir.fd, &options, 7, 1, &err), 0);
	append(7, SPOOL_SPAN, "second");
	cr_assert_eq(end(7, HOLD_DROP), 0);
	cr_assert_str_eq(spool(), "first ");
}

/* ---- bounds -------------------------------------------------------------- */

Test(hold, failures_find_room_where_successes_do_not)
{
	static char big[16 * 1024 + 1];
	struct spool_stats stats;

	memset(big, 's', sizeof(big) - 1);
	begin(7);
	for (int i = 0; i < 10; i++)
		cr_assert_eq(append(7, SPOOL_SPAN, big), 1);
	big[0] = 'e';
	for (int i = 0; i < 10; i++)
		cr_assert_eq(append(7, SPOOL_HOLD_ERROR, big), 1);
	cr_assert_eq(end(7, HOLD_RELEASE), 0);
	cr_assert_eq(result.released, 3 + 4); /* of 16 KiB in 64 KiB each */
	cr_assert_eq(result.lost, 13);
	cr_assert_eq(spool_stats(dir.fd, &stats, &err), 0);
	cr_assert_eq(stats.dropped_records, 13);
}

Test(hold, root_and_notes_find_room_too)
{
	static char big[60 * 1024 + 1];

	memset(big, 's', sizeof(big) - 1);
	begin(7);
	cr_assert_eq(append(7, SPOOL_SPAN, big), 1);
	cr_assert_eq(append(7, SPOOL_SPAN, big), 1);
	hold_note(dir.fd, &options, 7, SPOOL_HOLD_BEGIN, &err);
	hold_note(dir.fd, &options, 7, SPOOL_HOLD_END, &err);
	big[0] = 'r';
	cr_assert_eq(append(7, SPOOL_HOLD_ROOT, big), 1);
	hold_note(dir.fd, &options, 7, SPOOL_HOLD_BEGIN, &err);
	cr_assert_eq(end(7, HOLD_BY_SPANS), 0);
	cr_assert_eq(result.released, 2);
	cr_assert_eq(result.lost, 1);
}

Test(hold, a_root_alone_is_no_failure)
{
	begin(7);
	append(7, SPOOL_HOLD_ROOT, "r");
	append(7, SPOOL_SPAN, "s");
	cr_assert_eq(end(7, HOLD_BY_SPANS), 0);
	cr_assert_str_eq(spool(), "");
}

Test(hold, what_is_dropped_anyway_is_no_loss)
{
	static char big[100 * 1024 + 1];
	struct spool_stats stats;

	memset(big, 's', sizeof(big) - 1);
	begin(7);
	cr_assert_eq(append(7, SPOOL_SPAN, big), 1);
	cr_assert_eq(end(7, HOLD_DROP), 0);
	cr_assert_eq(spool_stats(dir.fd, &stats, &err), 0);
	cr_assert_eq(stats.dropped_records, 0);
}

Test(hold, a_file_does_not_grow_for_ever)
{
	static char big[64 * 1024];
	struct stat st;
	int r = 1;

	memset(big, 's', sizeof(big) - 1);
	begin(7);
	for (int i = 0; i < 20000 && r == 1; i++)
		r = append(7, SPOOL_SPAN, big);
	cr_assert_eq(r, -1);
	cr_assert_eq(fstatat(dir.fd, "hold/7", &st, 0), 0);
	cr_assert_leq(st.st_size, 2 * SPOOL_SIZE / 8 + 64);
}

static void age(uint32_t job_id, time_t seconds)
{
	const struct timespec times[] = { { seconds, 0 }, { seconds, 0 } };
	char name[32];

	snprintf(name, sizeof(name), "hold/%u", job_id);
	cr_assert_eq(utimensat(dir.fd, name, times, 0), 0);
}

Test(hold, the_oldest_go_when_all_are_too_large)
{
	static char big[60 * 1024 + 1];

	memset(big, 's', sizeof(big) - 1);
	for (uint32_t job = 1; job <= 6; job++) {
		begin(job);
		cr_assert_eq(append(job, SPOOL_SPAN, big), 1);
		age(job, 1000 - job); /* the last is the oldest */
	}
	cr_assert_eq(hold_sweep(dir.fd, &options, NULL, NULL, &result, &err),
		     0);
	cr_assert_eq(count_files(), 4); /* of 60 KiB in 256 KiB */
	cr_assert_eq(result.lost, 2);
	cr_assert_eq(append(6, SPOOL_SPAN, "late"), 0);
	cr_assert_eq(append(4, SPOOL_SPAN, "late"), 1);
}

/* ---- hostile ------------------------------------------------------------- */

Test(hold, refuses_links_fifos_and_directories)
{
	begin(7);
	cr_assert_eq(symlinkat("7", dir.fd, "hold/8"), 0);
	cr_assert_eq(mkfifoat(dir.fd, "hold/9", 0600), 0);
	cr_assert_eq(linkat(dir.fd, "hold/7", dir.fd, "hold/10", 0), 0);
	cr_assert_eq(mkdirat(dir.fd, "hold/11", 0700), 0);
	for (uint32_t job = 7; job <= 11; job++) {
		cr_assert_eq(append(job, SPOOL_SPAN, "x"), -1, "%u", job);
		cr_assert_eq(end(job, HOLD_RELEASE), -1, "%u", job);
	}
	/* a prolog sweeps away what it can */
	begin(8);
	begin(9);
	cr_assert_eq(append(8, SPOOL_SPAN, "x"), 1);
	cr_assert_eq(hold_begin(dir.fd, &options, 11, 0, &err), -1);
}

Test(hold, refuses_a_directory_that_is_not_ours_alone)
{
	begin(7);
	cr_assert_eq(fchmodat(dir.fd, "hold", 0777, 0), 0);
	cr_assert_eq(append(7, SPOOL_SPAN, "x"), -1);
	cr_assert(strstr(err.msg, "not ours"), "%s", err.msg);
	cr_assert_eq(hold_begin(dir.fd, &options, 8, 0, &err), -1);
	cr_assert_eq(sweep(false), -1);
	cr_assert_eq(fchmodat(dir.fd, "hold", 0700, 0), 0);
	if (geteuid() != 0)
		return;
	cr_assert_eq(fchownat(dir.fd, "hold", 12345, 12345, 0), 0);
	cr_assert_eq(append(7, SPOOL_SPAN, "x"), -1);
	cr_assert_eq(end(7, HOLD_RELEASE), -1);
}

Test(hold, refuses_a_link_for_a_directory)
{
	cr_assert_eq(symlinkat("/tmp", dir.fd, "hold"), 0);
	cr_assert_eq(hold_begin(dir.fd, &options, 7, 0, &err), -1);
	cr_assert_eq(append(7, SPOOL_SPAN, "x"), -1);
	cr_assert_eq(sweep(true), -1);
}

Test(hold, refuses_a_file_of_somebody_else)
{
	if (geteuid() != 0)
		cr_skip("only root can give files away");
	begin(7);
	cr_assert_eq(fchownat(dir.fd, "hold/7", 12345, 12345, 0), 0);
	cr_assert_eq(append(7, SPOOL_SPAN, "x"), -1);
	cr_assert_eq(end(7, HOLD_RELEASE), -1);
}

static void put(const char *name, const void *data, size_t len, int flags)
{
	int fd = openat(dir.fd, name, O_WRONLY | O_CREAT | flags, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

Test(hold, passes_over_garbage)
{
	static char junk[5000];

	memset(junk, 'O', sizeof(junk));
	begin(7);
	append(7, SPOOL_SPAN, "a");
	put("hold/7", junk, sizeof(junk), O_APPEND);
	append(7, SPOOL_SPAN, "b");
	put("hold/7", "OTL1", 4, O_APPEND);
	cr_assert_eq(end(7, HOLD_RELEASE), 0);
	cr_assert_str_eq(spool(), "a b ");
}

Test(hold, survives_a_file_cut_anywhere)
{
	struct stat st;

	begin(7);
	append(7, SPOOL_SPAN, "abc");
	append(7, SPOOL_HOLD_ERROR, "def");
	cr_assert_eq(fstatat(dir.fd, "hold/7", &st, 0), 0);
	cr_assert_eq(end(7, HOLD_DROP), 0);
	for (off_t cut = 0; cut <= st.st_size; cut++) {
		char path[128];

		begin(7);
		append(7, SPOOL_SPAN, "abc");
		append(7, SPOOL_HOLD_ERROR, "def");
		snprintf(path, sizeof(path), "%s/hold/7", dir.path);
		cr_assert_eq(truncate(path, cut), 0);
		cr_assert_eq(end(7, HOLD_BY_SPANS), 0, "%s", err.msg);
		cr_assert_eq(count_files(), 0);
	}
	cr_assert_str_eq(spool(), "abc def ");
}

/* ---- crashes ------------------------------------------------------------- */

Test(hold, slurmd_ends_what_belongs_to_no_job)
{
	begin(7);
	append(7, SPOOL_SPAN, "a");
	begin(8);
	append(8, SPOOL_HOLD_ERROR, "b");
	cr_assert_eq(sweep(true), 0);
	cr_assert_eq(count_files(), 2);
	cr_assert_eq(sweep(false), 0);
	cr_assert_eq(count_files(), 0);
	cr_assert_str_eq(spool(), "b ");
}

Test(hold, what_a_reboot_interrupted_is_released)
{
	/* over the boot id in the head, which is then another's or torn */
	static const char zeros[BOOT_ID_SIZE];
	int fd;

	begin(7);
	append(7, SPOOL_SPAN, "a");
	fd = openat(dir.fd, "hold/7", O_WRONLY);
	cr_assert_eq(pwrite(fd, zeros, BOOT_ID_SIZE, SPOOL_HEADER_SIZE),
		     BOOT_ID_SIZE);
	close(fd);
	cr_assert_eq(sweep(true), 0);
	cr_assert_eq(result.released, 1);
	cr_assert_str_eq(spool(), "a ");
}

Test(hold, a_release_that_was_cut_short_begins_again)
{
	begin(7);
	append(7, SPOOL_SPAN, "a");
	append(7, SPOOL_SPAN, "b");
	/* as it is between the first append and the unlink */
	cr_assert_eq(renameat(dir.fd, "hold/7", dir.fd, "hold/release.7.99"),
		     0);
	cr_assert_eq(append(7, SPOOL_SPAN, "late"), 0);
	cr_assert_eq(hold_sweep(dir.fd, &options, NULL, NULL, &result, &err),
		     0);
	cr_assert_str_eq(spool(), "a b ");
	cr_assert_eq(count_files(), 0);
}

Test(hold, a_release_that_goes_on_is_let_alone)
{
	int fd;

	begin(7);
	append(7, SPOOL_SPAN, "a");
	renameat(dir.fd, "hold/7", dir.fd, "hold/release.7.99");
	fd = openat(dir.fd, "hold/release.7.99", O_RDWR);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert_eq(sweep(false), 0);
	cr_assert_eq(count_files(), 1);
	close(fd);
	cr_assert_eq(sweep(false), 0);
	cr_assert_eq(count_files(), 0);
}

Test(hold, a_killed_release_loses_nothing)
{
	char payload[16];
	pid_t pid;

	begin(7);
	for (int i = 0; i < 300; i++) {
		snprintf(payload, sizeof(payload), "%03d", i);
		cr_assert_eq(append(7, SPOOL_SPAN, payload), 1);
	}
	pid = fork();
	if (pid == 0) {
		end(7, HOLD_RELEASE);
		_exit(0);
	}
	while (faccessat(dir.fd, "current", F_OK, 0) < 0)
		sched_yield();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* the next epilog, or slurmd's start: whatever it had got to */
	cr_assert_eq(end(7, HOLD_RELEASE), 0);
	cr_assert_eq(sweep(false), 0);
	spool();
	for (int i = 0; i < 300; i++) {
		snprintf(payload, sizeof(payload), "%03d ", i);
		cr_assert_not_null(strstr(got, payload), "%d", i);
	}
}

Test(hold, a_full_disk_at_the_release_keeps_what_was_held)
{
	const struct rlimit none = { 0, RLIM_INFINITY };
	struct rlimit before;

	begin(7);
	append(7, SPOOL_SPAN, "a");
	getrlimit(RLIMIT_FSIZE, &before);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	cr_assert_eq(end(7, HOLD_RELEASE), -1);
	setrlimit(RLIMIT_FSIZE, &before);
	cr_assert_eq(count_files(), 1);
	cr_assert_eq(hold_sweep(dir.fd, &options, NULL, NULL, &result, &err),
		     0);
	cr_assert_str_eq(spool(), "a ");
	cr_assert_eq(count_files(), 0);
}

Test(hold, a_full_disk_in_a_step_is_an_error)
{
	const struct rlimit none = { 0, RLIM_INFINITY };
	struct rlimit before;

	begin(7);
	getrlimit(RLIMIT_FSIZE, &before);
	setrlimit(RLIMIT_FSIZE, &none);
	cr_assert_eq(append(7, SPOOL_SPAN, "a"), -1);
	cr_assert_eq(hold_begin(dir.fd, &options, 8, 0, &err), -1);
	setrlimit(RLIMIT_FSIZE, &before);
	cr_assert_eq(count_files(), 1);
}

/* Writers in other processes, while the epilog ends it: what a writer was told
 * is held is released, and nothing else is. */
Test(hold, writers_and_the_epilog_agree)
{
	int held = 0, came = 0, pipes[2];
	char told;

	begin(7);
	cr_assert_eq(pipe(pipes), 0);
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			/* as many as there is room for */
			for (int j = 0;
			     j < 400 && append(7, SPOOL_SPAN, "x") == 1; j++)
				if (write(pipes[1], "x", 1) != 1)
					break;
			_exit(0);
		}
	close(pipes[1]);
	for (int i = 0; i < 40; i++, held++)
		cr_assert_eq(read(pipes[0], &told, 1), 1);
	cr_assert_eq(end(7, HOLD_RELEASE), 0, "%s", err.msg);
	while (read(pipes[0], &told, 1) == 1)
		held++;
	while (wait(NULL) > 0)
		;
	for (const char *at = spool(); *at; at += 2)
		came++;
	cr_assert_eq(result.released, (uint64_t)held);
	cr_assert(came == held || strlen(got) > sizeof(got) - 8);
}
