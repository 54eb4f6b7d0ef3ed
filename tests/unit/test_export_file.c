/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file exporter: whole lines, whatever happens to the file. */
#include "otlp/exporter.h"

#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include "otlp_fixture.h"
#include "temp_dir.h"

#define PATH_SIZE 256

struct fixture {
	struct temp_dir dir;
	char path[PATH_SIZE], endpoint[PATH_SIZE];
	struct config config;
	struct resource *resource;
	struct exporter *exporter;
};

static struct fixture f;

static void set_up(void)
{
	temp_dir_make(&f.dir);
	snprintf(f.path, PATH_SIZE, "%s/traces.jsonl", f.dir.path);
	snprintf(f.endpoint, PATH_SIZE, "file:%.200s", f.path);
	f.config = fixture_config();
	f.config.timeout = 200;
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

TestSuite(export_file, .init = set_up, .fini = tear_down);

static struct export_result send_named(const char *name)
{
	return fixture_send(f.exporter, f.resource, name, 1, 1);
}

static void expect_sent(const char *name)
{
	struct export_result r = send_named(name);

	cr_assert_eq(r.verdict, VERDICT_SENT, "%s", r.msg);
	cr_assert_str_empty(r.msg);
}

static void expect_retry(const char *name, const char *why)
{
	struct export_result r = send_named(name);

	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert(strstr(r.msg, why), "%s", r.msg);
}

static char *read_path(const char *path)
{
	static char text[1 << 20];
	FILE *file = fopen(path, "re");
	size_t len;

	cr_assert(file, "%s: %s", path, strerror(errno));
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

/* Every line is one TracesData; returns how many. */
static size_t count_lines(const char *path)
{
	char *rest = read_path(path), *line;
	size_t n = 0;

	cr_assert(!*rest || rest[strlen(rest) - 1] == '\n', "no last newline");
	while ((line = strsep(&rest, "\n")) && rest) {
		json_object *object = json_tokener_parse(line);

		cr_assert(json_object_object_get_ex(object, "resourceSpans",
						    NULL),
			  "line %zu: %s", n, line);
		json_object_put(object);
		n++;
	}
	return n;
}

Test(export_file, paths_that_can_not_be_meant_are_refused)
{
	const char *const bad[] = { "file:", "file:relative", "file:/",
				    "file://host/path", "file:./x" };
	struct err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_null(exporter_create(bad[i], &f.config, &err), "%s",
			       bad[i]);
	cr_assert_null(exporter_create(NULL, &f.config, &err));
	cr_assert_null(exporter_create("ftp://u:secret@h/", &f.config, &err));
	cr_assert_null(strstr(err.msg, "secret"), "%s", err.msg);
	exporter_destroy(NULL);
}

Test(export_file, a_url_without_host_is_the_same_path)
{
	char url[PATH_SIZE + 8];
	struct exporter *other;

	snprintf(url, sizeof(url), "file://%s", f.path);
	other = exporter_create(url, &f.config, NULL);
	cr_assert(other);
	cr_assert_str_eq(exporter_name(other), f.endpoint);
	exporter_destroy(other);
}

Test(export_file, an_empty_batch_writes_nothing)
{
	struct export_result r;

	exporter_send(f.exporter, &(struct batch){ NULL, 0, f.resource }, &r);
	cr_assert_eq(r.verdict, VERDICT_SENT);
	cr_assert_neq(access(f.path, F_OK), 0);
}

Test(export_file, one_line_a_batch)
{
	struct stat st;

	umask(077);
	expect_sent("one");
	expect_sent("two\nlines");
	cr_assert_eq(count_lines(f.path), 2);
	cr_assert_eq(stat(f.path, &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0640);
}

Test(export_file, a_span_that_does_not_decode_is_refused_alone)
{
	struct iovec bad = { (void *)"\xff\xff", 2 };
	struct export_result r;

	exporter_send(f.exporter, &(struct batch){ &bad, 1, f.resource }, &r);
	cr_assert_eq(r.verdict, VERDICT_REJECT);
	cr_assert(r.divisible);
	cr_assert_neq(access(f.path, F_OK), 0);
}

Test(export_file, follows_a_rotation)
{
	char old[PATH_SIZE];

	snprintf(old, sizeof(old), "%.200s.1", f.path);
	expect_sent("before");
	cr_assert_eq(rename(f.path, old), 0);
	expect_sent("after");
	expect_sent("after");
	cr_assert_eq(count_lines(old), 1);
	cr_assert_eq(count_lines(f.path), 2);
	cr_assert_eq(unlink(f.path), 0);
	expect_sent("anew");
	cr_assert_eq(count_lines(f.path), 1);
}

Test(export_file, a_missing_directory_keeps_the_batch)
{
	char endpoint[PATH_SIZE], dir[PATH_SIZE];
	struct exporter *first = f.exporter;

	snprintf(dir, sizeof(dir), "%.100s/not/yet", f.dir.path);
	snprintf(endpoint, sizeof(endpoint), "file:%.100s/not/yet/x",
		 f.dir.path);
	f.exporter = exporter_create(endpoint, &f.config, NULL);
	expect_retry("early", "No such file");
	*strrchr(dir, '/') = '\0';
	mkdir(dir, 0700);
	snprintf(dir, sizeof(dir), "%.100s/not/yet", f.dir.path);
	mkdir(dir, 0700);
	expect_sent("late");
	exporter_destroy(f.exporter);
	f.exporter = first;
}

Test(export_file, only_a_regular_file_is_written)
{
	char target[PATH_SIZE];

	cr_assert_eq(mkfifo(f.path, 0600), 0);
	expect_retry("fifo", "not a regular file");
	unlink(f.path);
	cr_assert_eq(symlink("/dev/null", f.path), 0);
	expect_retry("link", "open");
	unlink(f.path);
	snprintf(target, sizeof(target), "%s/target", f.dir.path);
	cr_assert_eq(symlink(target, f.path), 0);
	expect_retry("dangling link", "open");
	cr_assert_neq(access(target, F_OK), 0);
	unlink(f.path);
	expect_sent("file");
}

/* RLIMIT_FSIZE cuts a write like a disk that fills up in the middle of it. */
static void limit_file_size(rlim_t size)
{
	const struct rlimit limit = { size, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(export_file, a_full_disk_leaves_no_half_line)
{
	struct stat st;

	expect_sent("fits");
	cr_assert_eq(stat(f.path, &st), 0);
	limit_file_size((rlim_t)st.st_size + 10);
	expect_retry("does not fit", "write");
	cr_assert_eq(count_lines(f.path), 1);
	limit_file_size(RLIM_INFINITY);
	expect_sent("fits again");
	cr_assert_eq(count_lines(f.path), 2);
}

static void append_text(const char *text)
{
	FILE *file = fopen(f.path, "ae");

	fputs(text, file);
	fclose(file);
}

Test(export_file, a_line_that_a_crash_cut_is_taken_back)
{
	const char *const cuts[] = { "{", "{\"resourceSp",
				     "{\"resourceSpans\":[{\"resource\":{" };

	expect_sent("whole");
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		append_text(cuts[i]);
		expect_sent("next");
		cr_assert_eq(count_lines(f.path), i + 2);
	}
}

Test(export_file, a_long_cut_line_is_taken_back)
{
	char *tail = malloc(20000);

	memset(tail, 'x', 19999);
	tail[19999] = '\0';
	append_text("{\"resourceSpans\":[");
	append_text(tail);
	expect_sent("next");
	cr_assert_eq(count_lines(f.path), 1);
	free(tail);
}

Test(export_file, what_is_not_ours_is_ended_not_deleted)
{
	append_text("a note without newline");
	expect_sent("span");
	cr_assert_eq(
		strncmp(read_path(f.path), "a note without newline\n{", 24), 0);
}

Test(export_file, a_foreign_lock_is_not_waited_for_without_end)
{
	int fd;

	expect_sent("free");
	fd = open(f.path, O_RDONLY | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	expect_retry("locked", "lock");
	cr_assert_eq(flock(fd, LOCK_UN), 0);
	expect_sent("free");
	close(fd);
	cr_assert_eq(count_lines(f.path), 2);
}

Test(export_file, a_caller_about_to_end_waits_no_longer_than_it_may,
     .timeout = 60)
{
	int fd;

	expect_sent("free");
	fd = open(f.path, O_RDONLY | O_CLOEXEC);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	f.config.timeout = 3600 * 1000;
	exporter_limit(f.exporter, 50);
	expect_retry("locked", "lock");
	close(fd);
}

Test(export_file, writers_do_not_mix_their_lines)
{
	enum { WRITERS = 4, LINES = 50 };

	f.config.timeout = 60000;
	for (int i = 0; i < WRITERS; i++) {
		if (fork())
			continue;
		f.exporter = exporter_create(f.endpoint, &f.config, NULL);
		for (int n = 0; n < LINES; n++)
			if (send_named("mixed").verdict != VERDICT_SENT)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		wait(&status);
		cr_assert_eq(status, 0);
	}
	cr_assert_eq(count_lines(f.path), WRITERS * LINES);
}
