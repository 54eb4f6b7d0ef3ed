/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exports one test span; see check_send.h. */
#include "config.h"

#include "cli/check_send.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "cli/text.h"
#include "cli/time_text.h"
#include "config/endpoint.h"
#include "host/privileges.h"
#include "host/slurm_conf.h"
#include "otlp/exporter.h"
#include "otlp/resource.h"
#include "span/attrs.h"
#include "span/span.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define SPAN_NAME "slurm-otel.check"
#define NOTE "sent by slurm-otel check; no job is behind it"
#define LINE_CELLS 1000

/* A receiver's words reach the terminal clean. */
static void print_line(const char *first, const char *second, const char *third)
{
	_cleanup_buf_ struct buf line = BUF_INIT;
	bool utf8 = terminal_is_utf8();

	text_put(&line, first, LINE_CELLS, utf8);
	text_put(&line, second, LINE_CELLS, utf8);
	text_put(&line, third, LINE_CELLS, utf8);
	printf("%.*s\n", (int)line.len, (const char *)line.data);
	fflush(stdout);
}

static int become_agent(const struct config *config, struct err *err)
{
	struct agent_user user;
	bool ignored;

	if (agent_user_find(config, &user, &ignored, err) < 0 ||
	    privileges_drop(&user, err) < 0 || privileges_harden(err) < 0)
		return -1;
	if (ignored)
		printf("warning: not sent as AgentUser=%s, since root did not "
		       "start this\n",
		       config->agent_user);
	return 0;
}

static int make_span(const char *host, uint8_t **ret, size_t *ret_len,
		     char *ret_trace_id, struct err *err)
{
	struct trace_context self = { .flags = TRACE_FLAG_SAMPLED };
	struct span *span = span_create(NULL);
	uint64_t now = clock_unix_ns();
	int r;

	if (!span)
		return err_set(err, "no memory");
	trace_id_mint(&self.trace_id);
	span_id_derive(
		&(struct span_key){ .trace_id = &self.trace_id, .node = host },
		&self.span_id);
	span_set_context(span, &self, NULL, false);
	span_set_name(span, SPAN_NAME);
	span_set_kind(span, SPAN_KIND_INTERNAL);
	span_set_times(span, now, now);
	span_set_str(span, ATTR_HOST_NAME, host);
	span_set_str(span, ATTR_CHECK_NOTE, NOTE);
	r = span_encode(span, ret, ret_len, err);
	span_destroy(span);
	if (r == 0)
		trace_id_format(&self.trace_id, ret_trace_id);
	return r;
}

static struct resource *make_resource(const struct config *config,
				      const char *host, struct err *err)
{
	char cluster[256] = "", instance[HOST_NAME_MAX + 32];

	slurm_conf_cluster(cluster, sizeof(cluster));
	snprintf(instance, sizeof(instance), "check@%s", host);
	return resource_create(config, *cluster ? cluster : NULL, instance,
			       err);
}

/* What became of it.  True when the receiver has the span. */
static bool print_answer(const char *name, const struct export_result *result,
			 uint64_t ns)
{
	static const char *const words[] = {
		[VERDICT_SENT] = ": accepted, after ",
		[VERDICT_RETRY] = ": not taken now; the agent would try again",
		[VERDICT_REJECT] = ": refused for good",
	};
	char took[TIME_TEXT_SIZE], rest[ERR_SIZE + 2] = "";

	if (result->verdict == VERDICT_SENT && result->rejected) {
		snprintf(rest, sizeof(rest), "%s", result->msg);
		print_line(
			name,
			": accepted the request and rejected the span: ", rest);
		return false;
	}
	if (result->verdict == VERDICT_SENT) {
		duration_text(ns, terminal_is_utf8(), took);
		print_line(name, words[VERDICT_SENT], took);
		return true;
	}
	if (*result->msg)
		snprintf(rest, sizeof(rest), ": %s", result->msg);
	print_line(name, words[result->verdict], rest);
	return false;
}

/* Returns true when it was accepted. */
static bool send_to(const char *endpoint, const struct config *config,
		    const struct batch *batch)
{
	struct export_result result;
	struct exporter *exporter;
	char masked[1024];
	uint64_t begun;
	struct err err;
	bool accepted;

	exporter = exporter_create(endpoint, config, &err);
	if (!exporter) {
		endpoint_mask(endpoint, masked, sizeof(masked));
		print_line(masked, ": can not be used: ", err.msg);
		return false;
	}
	begun = clock_monotonic_ns();
	exporter_send(exporter, batch, &result);
	accepted = print_answer(exporter_name(exporter), &result,
				clock_monotonic_ns() - begun);
	exporter_destroy(exporter);
	return accepted;
}

static int send_all(const struct config *config, const char *host,
		    struct err *err)
{
	_cleanup_free_ uint8_t *span = NULL;
	char trace_id[TRACE_ID_HEX + 1];
	struct resource *resource;
	struct iovec iov;
	struct batch batch = { .spans = &iov, .n_spans = 1 };
	int missing = 0;

	if (make_span(host, &span, &iov.iov_len, trace_id, err) < 0)
		return -1;
	iov.iov_base = span;
	resource = make_resource(config, host, err);
	if (!resource)
		return -1;
	batch.resource = resource;
	print_line("sending a span named " SPAN_NAME ", trace id ", trace_id,
		   "");
	for (char *const *p = config->endpoint; p && *p; p++)
		missing += !send_to(*p, config, &batch);
	resource_destroy(resource);
	return missing;
}

int check_send(const struct config *config)
{
	char host[HOST_NAME_MAX + 1] = "";
	struct err err;
	int r;

	signal(SIGPIPE, SIG_IGN);
	gethostname(host, HOST_NAME_MAX);
	r = become_agent(config, &err);
	if (r == 0)
		r = send_all(config, host, &err);
	if (r < 0)
		print_line("nothing was sent: ", err.msg, "");
	return r;
}
