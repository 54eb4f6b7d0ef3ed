/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Picks the protocol of an endpoint by its URL scheme; see exporter.h. */
#include "otlp/exporter.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "otlp/exporter_ops.h"
#include "util/utf8.h"

static const struct scheme {
	const char *prefix;
	const struct exporter_ops *ops;
} schemes[] = {
	{ "http://", &http_exporter_ops },
	{ "https://", &http_exporter_ops },
	{ "http+json://", &http_json_exporter_ops },
	{ "https+json://", &http_json_exporter_ops },
	{ "grpc://", &grpc_exporter_ops },
	{ "grpcs://", &grpc_exporter_ops },
	{ "zipkin://", &zipkin_exporter_ops },
	{ "zipkins://", &zipkin_exporter_ops },
	{ "file:", &file_exporter_ops },
	{ "stdout:", &stdout_exporter_ops },
};

static const struct exporter_ops *find_ops(const char *endpoint)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (!strncasecmp(endpoint, schemes[i].prefix,
				 strlen(schemes[i].prefix)))
			return schemes[i].ops;
	return NULL;
}

struct exporter *exporter_create(const char *endpoint,
				 const struct config *config, struct err *err)
{
	const struct exporter_ops *ops;
	struct exporter *exporter;

	if (!endpoint || !config) {
		errno = EINVAL;
		err_set(err, "no endpoint");
		return NULL;
	}
	ops = find_ops(endpoint);
	if (!ops) {
		/* not the endpoint itself: it may hold a password */
		errno = EINVAL;
		err_set(err,
			"an endpoint does not begin with \"%.*s\"; "
			"otel.conf(5) lists what it begins with",
			(int)strcspn(endpoint, ":/@"), endpoint);
		return NULL;
	}
	exporter = ops->create(endpoint, config, err);
	if (!exporter)
		return NULL;
	exporter->ops = ops;
	exporter->config = config;
	return exporter;
}

void exporter_destroy(struct exporter *exporter)
{
	int saved = errno;
	char *name;

	if (!exporter)
		return;
	name = exporter->name;
	exporter->ops->destroy(exporter);
	free(name);
	errno = saved;
}

void exporter_send(struct exporter *exporter, const struct batch *batch,
		   struct export_result *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->retry_after_ms = -1;
	/* the protocol forbids empty envelopes */
	if (!batch->n_spans)
		return;
	exporter->ops->send(exporter, batch, ret);
}

void exporter_on_wait(struct exporter *exporter, bool (*give_up)(void *arg),
		      void *arg)
{
	exporter->give_up = give_up;
	exporter->give_up_arg = arg;
}

void exporter_limit(struct exporter *exporter, uint64_t limit_ms)
{
	exporter->limit_ms = limit_ms;
}

uint64_t exporter_time(const struct exporter *exporter)
{
	uint64_t timeout = exporter->config->timeout;

	return exporter->limit_ms && exporter->limit_ms < timeout
		       ? exporter->limit_ms
		       : timeout;
}

const char *exporter_name(const struct exporter *exporter)
{
	return exporter->name;
}

void export_result_set(struct export_result *ret, enum verdict verdict,
		       const char *fmt, ...)
{
	va_list ap;

	ret->verdict = verdict;
	va_start(ap, fmt);
	utf8_vprint(ret->msg, sizeof(ret->msg), fmt, ap);
	va_end(ap);
}
