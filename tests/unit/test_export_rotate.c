/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rotation of a file: endpoint.  Kills come at every single rename: the test
 * program's own rename() stands before the C library's.
 */
#include "otlp/exporter.h"

#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include "otlp/file_rotate.h"
#include "otlp_fixture.h"
#include "temp_dir.h"

#define PATH_SIZE 256
#define IDS 256 /* spans are told apart by one byte */

static struct fixture {
	struct temp_dir dir;
	char path[PATH_SIZE], endpoint[PATH_SIZE];
	struct config config;
	struct resource *resource;
	struct exporter *exporter;
} f;

/* Dies at the rename with this number, before or after it. */
static unsigned die_at, renames;
static bool die_before;

int rename(const char *from, const char *to);

int rename(const char *from, const char *to)
{
	bool now = ++renames == die_at;
	long r;

	if (now && die_before)
		raise(SIGKILL);
	r = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (now)
		raise(SIGKILL);
	return (int)r;
}

static void set_up(void)
{
	temp_dir_make(&f.dir);
	snprintf(f.path, PATH_SIZE, "%s/traces.jsonl", f.dir.path);
	snprintf(f.endpoint, PATH_SIZE, "file:%.200s", f.path);
	f.config = fixture_config();
	f.config.timeout = 60000;
	f.config.file_max_size = 1; /* a line a file */
	f.config.file_max_count = 3;
	f.resource = resource_create(&f.config, "c1", "i1", NULL);
	f.exporter = exporter_create(f.endpoint, &f.config, NULL);
	cr_assert(f.exporter);
}

static void tear_down(void)
{
	exporter_destroy(f.exporter);
	resource_destroy(f.resource);
	temp_dir_remove(&f.dir);
}

TestSuite(export_rotate, .init = set_up, .fini = tear_down);

static struct export_result send_id(uint8_t id)
{
	return fixture_send(f.exporter, f.resource, "span", id, 1);
}

static void expect_sent(uint8_t id)
{
	struct export_result r = send_id(id);

	cr_assert_eq(r.verdict, VERDICT_SENT, "%s", r.msg);
}

/* "" for the file itself */
static const char *numbered(unsigned n)
{
	static char name[PATH_SIZE + 16];

	if (n)
		snprintf(name, sizeof(name), "%s.%u", f.path, n);
	else
		snprintf(name, sizeof(name), "%s", f.path);
	return name;
}

static unsigned id_of(const char *line)
{
	const char *at = strstr(line, "\"spanId\":\"");

	cr_assert(at, "%s", line);
	return (unsigned)strtoul(at + strlen("\"spanId\":\""), NULL, 16);
}

/* Counts the lines of each id in file n; every line is whole. */
static unsigned count_ids(unsigned n, unsigned *seen)
{
	FILE *file = fopen(numbered(n), "re");
	static char line[65536];
	unsigned lines = 0;

	while (file && fgets(line, sizeof(line), file)) {
		json_object *object = json_tokener_parse(line);

		cr_assert(object && strchr(line, '\n'), "%s", line);
		json_object_put(object);
		seen[id_of(line) % IDS]++;
		lines++;
	}
	if (file)
		fclose(file);
	return lines;
}

static bool there(unsigned n)
{
	return access(numbered(n), F_OK) == 0;
}

static void expect_only(unsigned n, uint8_t id)
{
	unsigned seen[IDS] = { 0 };

	cr_assert_eq(count_ids(n, seen), 1, "file %u", n);
	cr_assert_eq(seen[id], 1, "file %u does not hold %u", n, id);
}

Test(export_rotate, names_that_are_too_long_and_places_that_are_taken)
{
	static char deep[PATH_MAX];
	struct err err;

	memset(deep, 'a', sizeof(deep) - 1);
	deep[0] = '/';
	cr_assert_eq(file_rotate(deep, 3, &err), -1);
	cr_assert_eq(errno, ENAMETOOLONG);
	expect_sent(1);
	f.config.file_max_count = 1;
	cr_assert_eq(mkdir(numbered(1), 0700), 0);
	cr_assert_eq(send_id(2).verdict, VERDICT_RETRY);
	expect_only(0, 1);
	rmdir(numbered(1));
	expect_sent(2);
	expect_only(0, 2);
	expect_only(1, 1);
}

Test(export_rotate, is_off_by_default)
{
	unsigned seen[IDS] = { 0 };

	f.config.file_max_size = 0;
	for (uint8_t id = 1; id <= 20; id++)
		expect_sent(id);
	cr_assert_eq(count_ids(0, seen), 20);
	cr_assert_not(there(1));
}

Test(export_rotate, the_newest_is_number_one_and_the_oldest_goes)
{
	for (uint8_t id = 1; id <= 6; id++)
		expect_sent(id);
	expect_only(0, 6);
	expect_only(1, 5);
	expect_only(2, 4);
	expect_only(3, 3);
	cr_assert_not(there(4));
}

Test(export_rotate, a_file_grows_up_to_its_size)
{
	unsigned seen[IDS] = { 0 };
	struct stat st;

	expect_sent(1);
	cr_assert_eq(stat(f.path, &st), 0);
	f.config.file_max_size = 3 * (uint64_t)st.st_size;
	for (uint8_t id = 2; id <= 7; id++)
		expect_sent(id);
	cr_assert_eq(count_ids(0, seen), 1);
	cr_assert_eq(count_ids(1, seen), 3);
	cr_assert_eq(count_ids(2, seen), 3);
	cr_assert_not(there(3));
}

Test(export_rotate, links_in_the_place_of_a_number_are_not_followed)
{
	char target[PATH_SIZE];

	snprintf(target, sizeof(target), "%s/target", f.dir.path);
	f.config.file_max_count = 1;
	expect_sent(1);
	cr_assert_eq(symlink(target, numbered(1)), 0);
	expect_sent(2);
	expect_only(1, 1);
	cr_assert_neq(access(target, F_OK), 0);
}

Test(export_rotate, a_cut_line_is_taken_back_before_its_file_is_set_aside)
{
	FILE *file;

	expect_sent(1);
	file = fopen(f.path, "ae");
	fputs("{\"resourceSpans\":[{\"scop", file);
	fclose(file);
	expect_sent(2);
	expect_only(0, 2);
	expect_only(1, 1);
}

/* In a process that dies at its n-th rename. */
static void send_and_die(uint8_t id, unsigned n, bool before)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		renames = 0;
		die_at = n;
		die_before = before;
		send_id(id);
		_exit(0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status), "no rename number %u", n);
}

Test(export_rotate, a_kill_at_any_rename_loses_and_doubles_nothing)
{
	for (unsigned n = 1; n <= 3; n++) {
		for (int before = 0; before < 2; before++) {
			unsigned seen[IDS] = { 0 };

			for (unsigned i = 0; i < 10; i++)
				unlink(numbered(i));
			for (uint8_t id = 1; id <= 3; id++)
				expect_sent(id);
			/* the file, .1, .2; two renames and the file's own */
			send_and_die(4, n, before);
			expect_sent(4); /* its cursor had not moved */
			for (unsigned i = 0; i <= 3; i++)
				count_ids(i, seen);
			for (unsigned id = 1; id <= 4; id++)
				cr_assert_eq(seen[id], 1,
					     "rename %u, %s: span %u is there "
					     "%u times",
					     n, before ? "before" : "after", id,
					     seen[id]);
		}
	}
}

Test(export_rotate, writers_rotate_beside_one_another)
{
	enum { WRITERS = 4, LINES = 40 };
	unsigned seen[IDS] = { 0 }, lines = 0;

	f.config.file_max_count = 1000;
	for (int i = 0; i < WRITERS; i++) {
		if (fork())
			continue;
		f.exporter = exporter_create(f.endpoint, &f.config, NULL);
		for (int n = 0; n < LINES; n++) {
			uint8_t id = (uint8_t)(i * LINES + n);

			/* "again and again": as the agent does */
			while (send_id(id).verdict != VERDICT_SENT)
				;
		}
		_exit(0);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		wait(&status);
		cr_assert_eq(status, 0);
	}
	for (unsigned i = 0; i <= 1000; i++)
		lines += count_ids(i, seen);
	cr_assert_eq(lines, WRITERS * LINES);
	for (unsigned i = 0; i < WRITERS * LINES; i++)
		cr_assert_eq(seen[i], 1, "span %u", i);
}
