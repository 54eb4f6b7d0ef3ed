/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stdout: - OTLP JSON, one TracesData object a line, to standard output.  What
 * a full pipe took a part of is gone on with: no line is cut while the reader
 * lives.  Needs a process that ignores SIGPIPE, as the agent does.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "otlp/exporter_ops.h"
#include "otlp/json_line.h"
#include "util/buf.h"
#include "util/clock.h"

#define NAME "stdout:"
/* How often a wait asks whether to give up. */
#define LOOK_MS 200

struct stdout_exporter {
	struct exporter base;
	struct buf line; /* of the batch in hand */
};

/* The line that is out in part, before any other.  There is one standard
 * output, and a line outlives the exporter that began it (SIGHUP). */
static struct started {
	struct buf line;
	size_t written;
} started;

static struct stdout_exporter *of(struct exporter *exporter)
{
	return (struct stdout_exporter *)exporter;
}

static void destroy(struct exporter *exporter)
{
	struct stdout_exporter *out = of(exporter);

	buf_free(&out->line);
	free(out);
}

static struct exporter *create(const char *endpoint,
			       const struct config *config, struct err *err)
{
	struct stdout_exporter *out;

	(void)config;
	if (endpoint[strlen(NAME)]) {
		errno = EINVAL;
		err_set(err, "endpoint %s: nothing comes after " NAME,
			endpoint);
		return NULL;
	}
	out = calloc(1, sizeof(*out));
	if (out && (out->base.name = strdup(NAME)))
		return &out->base;
	free(out);
	errno = ENOMEM;
	err_set(err, "no memory for endpoint " NAME);
	return NULL;
}

/* Waits until something can be written, or writing fails at once. */
static int wait_writable(const struct stdout_exporter *out, uint64_t end,
			 struct err *err)
{
	struct pollfd fd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	while (poll(&fd, 1, LOOK_MS) <= 0) {
		if (clock_monotonic_ms() < end &&
		    !(out->base.give_up &&
		      out->base.give_up(out->base.give_up_arg)))
			continue;
		errno = EAGAIN;
		return err_set(err, "standard output is full: its reader does "
				    "not read");
	}
	return 0;
}

/*
 * O_NONBLOCK would be everybody's who shares the descriptor, so it is not set.
 * A pipe that poll calls writable takes PIPE_BUF bytes without waiting.
 */
static ssize_t write_some(const uint8_t *data, size_t len)
{
	ssize_t n;

	if (len > PIPE_BUF)
		len = PIPE_BUF;
	n = send(STDOUT_FILENO, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && errno == ENOTSOCK)
		n = write(STDOUT_FILENO, data, len);
	return n;
}

/* Writes what is left of the line that was started. */
static int finish(const struct stdout_exporter *out, uint64_t end,
		  struct err *err)
{
	while (started.written < started.line.len) {
		ssize_t n;

		if (wait_writable(out, end, err) < 0)
			return -1;
		n = write_some(started.line.data + started.written,
			       started.line.len - started.written);
		if (n > 0) {
			started.written += (size_t)n;
		} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
			/* a reader that comes later begins with a line */
			if (errno == EPIPE)
				started.written = 0;
			return err_set(err, "write to standard output: %m");
		}
	}
	started.written = 0;
	return 0;
}

static bool is_started(const struct buf *line)
{
	return started.written && started.line.len == line->len &&
	       !memcmp(started.line.data, line->data, line->len);
}

/*
 * A line that could not be finished counted as not sent, and its spans come
 * again: mostly as the same batch, which then need not be written twice.
 */
static int deliver(struct stdout_exporter *out, struct err *err)
{
	uint64_t end = clock_monotonic_ms() + exporter_time(&out->base);
	bool again = is_started(&out->line);
	struct buf line = out->line;

	if (started.written && finish(out, end, err) < 0)
		return -1;
	if (again)
		return 0;
	out->line = started.line;
	started.line = line;
	return finish(out, end, err);
}

static void send_batch(struct exporter *exporter, const struct batch *batch,
		       struct export_result *ret)
{
	struct stdout_exporter *out = of(exporter);
	struct err err;

	if (json_line_make(batch, &out->line, ret) < 0)
		return;
	if (deliver(out, &err) < 0)
		export_result_set(ret, VERDICT_RETRY, "%s", err.msg);
	json_line_done(&out->line);
	if (!started.written)
		json_line_done(&started.line);
}

const struct exporter_ops stdout_exporter_ops = {
	.create = create,
	.destroy = destroy,
	.send = send_batch,
};
