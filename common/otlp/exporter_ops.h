/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a protocol implements to become an exporter, and what all of them
 * share.  Private to common/otlp.
 */
#ifndef OTEL_OTLP_EXPORTER_OPS_H
#define OTEL_OTLP_EXPORTER_OPS_H

#include "otlp/exporter.h"

struct exporter_ops {
	/*
	 * Returns an exporter of the protocol's own type, which begins with a
	 * struct exporter of which it has set name alone, or NULL with err.
	 */
	struct exporter *(*create)(const char *endpoint,
				   const struct config *config,
				   struct err *err);
	/* Frees everything but name.  Never called with NULL. */
	void (*destroy)(struct exporter *exporter);
	/* *ret is zeroed, with retry_after_ms -1, before the call. */
	void (*send)(struct exporter *exporter, const struct batch *batch,
		     struct export_result *ret);
};

/* The first member of every protocol's exporter. */
struct exporter {
	const struct exporter_ops *ops;
	const struct config *config; /* borrowed */
	char *name;                  /* owned; fit for a log */
	bool (*give_up)(void *arg);  /* NULL: never */
	void *give_up_arg;
	uint64_t limit_ms; /* of one send, beside config->timeout; 0: none */
};

extern const struct exporter_ops grpc_exporter_ops;
extern const struct exporter_ops http_exporter_ops;
extern const struct exporter_ops http_json_exporter_ops;
extern const struct exporter_ops zipkin_exporter_ops;
extern const struct exporter_ops file_exporter_ops;
extern const struct exporter_ops stdout_exporter_ops;

/* What a send that begins now may take, in milliseconds: config->timeout, or
 * less for a caller about to end. */
uint64_t exporter_time(const struct exporter *exporter);

/* Sets the verdict and the message, which is cut at its size. */
void export_result_set(struct export_result *ret, enum verdict verdict,
		       const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
