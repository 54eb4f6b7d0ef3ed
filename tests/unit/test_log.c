/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's log: its lines, the system log's socket, the file in the spool.
 */
#include "agent/log_line.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "agent/log_fallback.h"
#include "agent/log_syslog.h"
#include "agent/span_ids.h"
#include "otlp_fixture.h"
#include "spool/file.h"
#include "support.h"
#include "temp_dir.h"
#include "util/utf8.h"

static char line[LOG_LINE_SIZE];

static struct log_message message_of(const char *body)
{
	return (struct log_message){
		.time_ns = 1700000000123456789,
		.level = LOG_LEVEL_WARNING,
		.body = body,
		.service = "slurm",
		.spool = "/var/spool/x",
		.pid = 42,
	};
}

static const char *member(json_object *object, const char *key)
{
	json_object *value;

	return json_object_object_get_ex(object, key, &value)
		       ? json_object_get_string(value)
		       : NULL;
}

Test(log_line, json_as_agreed)
{
	const struct log_span span = { .trace_id = { { 0x4b, [15] = 1 } },
				       .span_id = { { 0xaf, [7] = 2 } } };
	struct log_message message = message_of("it \"broke\"\n\x1b[2J");

	message.span = &span;
	log_line_json(&message, line);
	cr_assert_str_eq(
		line,
		"{\"timestamp\":\"2023-11-14T22:13:20.123Z\","
		"\"severity_text\":\"WARN\",\"body\":\"it \\\"broke\\\"\\u000a"
		"\\u001b[2J\",\"service.name\":\"slurm\",\"pid\":42,"
		"\"spool\":\"/var/spool/x\","
		"\"trace_id\":\"4b000000000000000000000000000001\","
		"\"span_id\":\"af00000000000002\"}");
}

Test(log_line, what_is_not_known_is_left_out)
{
	const struct log_span none = { 0 };
	struct log_message message = message_of("x");

	message.service = message.spool = NULL;
	message.span = &none;
	message.level = LOG_LEVEL_DEBUG;
	log_line_json(&message, line);
	cr_assert_str_eq(line, "{\"timestamp\":\"2023-11-14T22:13:20.123Z\","
			       "\"severity_text\":\"DEBUG\",\"body\":\"x\","
			       "\"pid\":42}");
	log_line_text(&message, line);
	cr_assert_str_eq(line, "x");
}

Test(log_line, text_has_the_ids_at_its_end)
{
	const struct log_span span = { .trace_id = { { 1 } } };
	struct log_message message = message_of("a\nb\tc\x7f\xc2\x9b"
						"d\xff");

	message.span = &span;
	log_line_text(&message, line);
	cr_assert_str_eq(line, "a b c  d\xef\xbf\xbd "
			       "trace_id=01000000000000000000000000000000");
}

/* Whatever the bytes: one line, UTF-8, JSON, its body the repaired text. */
Test(log_line, any_bytes_make_one_line)
{
	uint64_t seed = 7;

	for (int i = 0; i < 2000; i++) {
		size_t len = random_below(&seed, 2 * LOG_TEXT_MAX);
		char *body = guarded_alloc(len + 1);
		struct log_message message = message_of(body);
		json_object *object;

		random_bytes(&seed, body, len);
		if (i % 3 == 0) /* mostly what grows the most */
			memset(body, i % 2 ? 1 : 0xff, len);
		body[len] = '\0';
		message.service = message.spool = body;
		log_line_json(&message, line);
		cr_assert_lt(strlen(line), LOG_LINE_SIZE);
		cr_assert(utf8_valid(line, strlen(line)));
		cr_assert_null(strchr(line, '\n'));
		object = json_tokener_parse(line);
		cr_assert(object, "%s", line);
		cr_assert_str_eq(member(object, "body"),
				 member(object, "spool"));
		json_object_put(object);
		log_line_text(&message, line);
		cr_assert(utf8_valid(line, strlen(line)));
		cr_assert_null(strpbrk(line, "\n\r\x1b"));
	}
}

Test(span_ids, are_found_and_nothing_else)
{
	struct iovec span = fixture_span("name", 9);
	struct log_span ids = span_ids(span.iov_base, span.iov_len);
	uint64_t seed = 3;

	cr_assert_eq(ids.trace_id.b[0], 0x4b);
	cr_assert_eq(ids.span_id.b[7], 9);
	for (size_t len = 0; len < span.iov_len; len++)
		span_ids(guarded_copy(span.iov_base, len), len);
	for (int i = 0; i < 1000; i++) {
		size_t len = 1 + random_below(&seed, 40);
		char *bytes = guarded_alloc(len);

		random_bytes(&seed, bytes, len);
		span_ids(bytes, len);
	}
	free(span.iov_base);
	/* of another length */
	ids = span_ids("\x0a\x02xy\x12\x01z", 7);
	cr_assert_not(trace_id_valid(&ids.trace_id));
	cr_assert_not(span_id_valid(&ids.span_id));
}

/* ---- the system log ---------------------------------------------------- */

static struct temp_dir dir;
static char path[128];

static void start(void)
{
	temp_dir_make(&dir);
	snprintf(path, sizeof(path), "%.90s/log", dir.path);
}

static void stop(void)
{
	temp_dir_remove(&dir);
}

TestSuite(log_syslog, .init = start, .fini = stop);

static int listen_at(int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int say(int *fd, const char *text)
{
	return log_syslog_send(fd, path, 27, "prog", text);
}

Test(log_syslog, tells_whether_anybody_takes_it)
{
	char got[256] = "", want[64];
	int fd = -1, server, n;

	cr_assert_eq(say(&fd, "nobody"), -1);
	server = listen_at(SOCK_DGRAM);
	cr_assert_eq(say(&fd, "hello"), 0);
	cr_assert_gt(recv(server, got, sizeof(got) - 1, 0), 0);
	snprintf(want, sizeof(want), " prog[%d]: hello", (int)getpid());
	cr_assert(!strncmp(got, "<27>", 4) && strstr(got, want), "%s", got);
	/* one that hangs */
	for (n = 0; n < 100000 && say(&fd, "full") == 0; n++)
		;
	cr_assert_lt(n, 100000);
	/* one that was started anew */
	close(server);
	cr_assert_eq(say(&fd, "nobody"), -1);
	unlink(path);
	server = listen_at(SOCK_DGRAM);
	cr_assert_eq(say(&fd, "again"), 0);
	close(server);
	close(fd);
}

Test(log_syslog, speaks_to_a_stream_too)
{
	int fd = -1, server = listen_at(SOCK_STREAM), client;
	char got[256] = "";
	ssize_t n;

	cr_assert_eq(listen(server, 1), 0);
	cr_assert_eq(say(&fd, "hello"), 0);
	client = accept(server, NULL, NULL);
	n = recv(client, got, sizeof(got), 0);
	cr_assert_gt(n, 0);
	cr_assert_eq(got[n - 1], '\0');
	cr_assert(strstr(got, "]: hello"), "%s", got);
	close(client);
	close(server);
	close(fd);
}

/* ---- the file in the spool --------------------------------------------- */

TestSuite(log_fallback, .init = start, .fini = stop);

static off_t size_of(const char *name)
{
	struct stat st;

	return fstatat(dir.fd, name, &st, AT_SYMLINK_NOFOLLOW) ? -1
							       : st.st_size;
}

Test(log_fallback, is_private_and_bounded)
{
	static char text[1000];
	struct stat st;
	int fd = -1;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\n';
	for (int i = 0; i < 5000; i++) {
		log_fallback_write(&fd, i % 2 ? dir.fd : -1, dir.path, text,
				   sizeof(text));
		cr_assert_leq(size_of(SPOOL_AGENT_LOG), LOG_FALLBACK_MAX);
	}
	cr_assert_gt(size_of(SPOOL_AGENT_LOG), 0);
	cr_assert_gt(size_of(LOG_FALLBACK_OLD), LOG_FALLBACK_MAX - 1000);
	cr_assert_eq(fstatat(dir.fd, SPOOL_AGENT_LOG, &st, 0), 0);
	cr_assert_eq(st.st_mode & 07777, 0600);
	/* removed under us */
	cr_assert_eq(unlinkat(dir.fd, SPOOL_AGENT_LOG, 0), 0);
	log_fallback_write(&fd, dir.fd, dir.path, "new\n", 4);
	cr_assert_eq(size_of(SPOOL_AGENT_LOG), 4);
	close(fd);
}

Test(log_fallback, follows_no_link_and_needs_a_spool)
{
	int fd = -1;

	log_fallback_write(&fd, -1, "/no/such/spool", "x\n", 2);
	cr_assert_eq(fd, -1);
	cr_assert_eq(symlinkat("target", dir.fd, SPOOL_AGENT_LOG), 0);
	log_fallback_write(&fd, dir.fd, dir.path, "x\n", 2);
	cr_assert_eq(size_of("target"), -1);
}
