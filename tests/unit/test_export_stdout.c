/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stdout: exporter: whole lines into whatever standard output is. */
#include "otlp/exporter.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "otlp_fixture.h"

#define OUT_MAX (1 << 20)

static struct config config;
static struct resource *resource;
static struct exporter *out;
static int saved = -1;

static void set_up(void)
{
	signal(SIGPIPE, SIG_IGN);
	config = fixture_config();
	config.timeout = 50;
	resource = resource_create(&config, "c1", "i1", NULL);
	out = exporter_create("stdout:", &config, NULL);
	cr_assert(out);
	saved = dup(STDOUT_FILENO);
}

static void tear_down(void)
{
	dup2(saved, STDOUT_FILENO);
	close(saved);
	exporter_destroy(out);
	resource_destroy(resource);
}

TestSuite(export_stdout, .init = set_up, .fini = tear_down);

/* Makes fd standard output. */
static void redirect(int fd)
{
	cr_assert_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
}

static struct export_result send_named(const char *name)
{
	return fixture_send(out, resource, name, 1, 1);
}

static void expect_retry(const char *name, const char *why)
{
	struct export_result r = send_named(name);

	cr_assert_eq(r.verdict, VERDICT_RETRY);
	cr_assert(strstr(r.msg, why), "%s", r.msg);
}

/* A name that makes a line several times a pipe's size. */
static const char *long_name(char c)
{
	static char name[200000];

	memset(name, c, sizeof(name) - 1);
	return name;
}

/* Reads what is there now; returns the length. */
static size_t drain(int fd, char *ret)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, ret + len, OUT_MAX - len)) > 0)
		len += (size_t)n;
	return len;
}

/* Every line is whole and JSON; returns how many hold text. */
static unsigned lines_with(char *text, size_t len, const char *what)
{
	unsigned n = 0;
	char *rest = text, *line;

	cr_assert(len && text[len - 1] == '\n', "the last line is cut");
	text[len] = '\0';
	while ((line = strsep(&rest, "\n")) && rest) {
		json_object *object = json_tokener_parse(line);

		cr_assert(object, "%.80s", line);
		json_object_put(object);
		n += strstr(line, what) != NULL;
	}
	return n;
}

static void pipe_out(int *ret_reader)
{
	int ends[2];

	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	cr_assert_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	redirect(ends[1]);
	*ret_reader = ends[0];
}

Test(export_stdout, takes_nothing_after_the_colon)
{
	struct err err;

	cr_assert_null(exporter_create("stdout:x", &config, &err));
	cr_assert_null(exporter_create("stdout:/dev/null", &config, &err));
	cr_assert_str_eq(exporter_name(out), "stdout:");
}

Test(export_stdout, a_line_a_batch)
{
	static char text[OUT_MAX + 1];
	int reader;
	size_t len;

	pipe_out(&reader);
	cr_assert_eq(send_named("one").verdict, VERDICT_SENT);
	cr_assert_eq(send_named("two\nlines").verdict, VERDICT_SENT);
	len = drain(reader, text);
	cr_assert_eq(lines_with(text, len, "resourceSpans"), 2);
	close(reader);
}

Test(export_stdout, a_span_that_does_not_decode_is_refused_alone)
{
	struct iovec bad = { (void *)"\xff\xff", 2 };
	struct export_result r;

	exporter_send(out, &(struct batch){ &bad, 1, resource }, &r);
	cr_assert_eq(r.verdict, VERDICT_REJECT);
	cr_assert(r.divisible);
}

Test(export_stdout, a_reader_that_is_gone_keeps_the_batch)
{
	int reader;

	pipe_out(&reader);
	close(reader);
	expect_retry("nobody", "Broken pipe");
	close(STDOUT_FILENO);
	expect_retry("closed", "standard output");
}

/* The same batch again: its line is finished and not repeated. */
Test(export_stdout, a_full_pipe_is_gone_on_with)
{
	static char text[OUT_MAX + 1];
	size_t len;
	int reader;

	pipe_out(&reader);
	expect_retry(long_name('a'), "is full");
	len = drain(reader, text);
	cr_assert_gt(len, 0);
	for (int i = 0; send_named(long_name('a')).verdict != VERDICT_SENT;
	     i++) {
		cr_assert_lt(i, 100);
		len += drain(reader, text + len);
	}
	len += drain(reader, text + len);
	cr_assert_eq(lines_with(text, len, "aaaa"), 1);
	close(reader);
}

/* Another batch, from another exporter: the line is finished all the same. */
Test(export_stdout, a_line_outlives_its_exporter)
{
	static char text[OUT_MAX + 1];
	size_t len;
	int reader;

	pipe_out(&reader);
	expect_retry(long_name('a'), "is full");
	exporter_destroy(out);
	out = exporter_create("stdout:", &config, NULL);
	len = drain(reader, text);
	for (int i = 0; send_named("short").verdict != VERDICT_SENT; i++) {
		cr_assert_lt(i, 100);
		len += drain(reader, text + len);
	}
	len += drain(reader, text + len);
	cr_assert_eq(lines_with(text, len, "short"), 1);
	cr_assert(strstr(text, "aaaa"));
	close(reader);
}

static bool stop(void *arg)
{
	(void)arg;
	return true;
}

Test(export_stdout, gives_up_when_told_to)
{
	int reader;

	config.timeout = 3600 * 1000;
	exporter_on_wait(out, stop, NULL);
	pipe_out(&reader);
	expect_retry(long_name('a'), "is full");
	close(reader);
}

/* A socket is not made non-blocking for those who share it. */
Test(export_stdout, a_socket_is_not_waited_for_without_end)
{
	int ends[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
		     0);
	redirect(ends[1]);
	for (int i = 0; send_named(long_name('a')).verdict == VERDICT_SENT; i++)
		cr_assert_lt(i, 100);
	cr_assert_eq(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close(ends[0]);
	expect_retry("gone", "Broken pipe");
}

Test(export_stdout, a_caller_about_to_end_waits_no_longer_than_it_may,
     .timeout = 60)
{
	int reader;

	pipe_out(&reader);
	config.timeout = 3600 * 1000;
	exporter_limit(out, 50);
	expect_retry(long_name('a'), "full");
	close(reader);
}
