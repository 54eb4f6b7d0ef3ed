/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where spans are sent, as text: the forms of Endpoint that are accepted, and
 * how one is shown to people without the password in it.
 */
#ifndef OTEL_CONFIG_ENDPOINT_H
#define OTEL_CONFIG_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

/* A form of Endpoint: what it begins with, and what completes it. */
struct endpoint_scheme {
	const char *prefix;    /* "grpcs://" */
	const char *transport; /* "https://"; NULL: it is no URL */
	const char *path;  /* default, no leading slash; NULL: it has none */
	unsigned int port; /* default; 0: that of the transport */
};

/* The scheme that text begins with, in any case; NULL: none of ours. */
const struct endpoint_scheme *endpoint_scheme(const char *text);

/* Whether text, up to end, is [USER[:PASSWORD]@]HOST[:PORT] of a URL; the user
 * information is not looked at. */
bool endpoint_authority_valid(const char *text, const char *end);

/*
 * Checks one endpoint and completes it: a URL without a path gets that of its
 * scheme (/v1/traces for OTLP over HTTP); one with a path, a lone "/" included,
 * stays as it is; gRPC and Zipkin URLs without a port get 4317 and 9411.
 * file:PATH needs an absolute path, stdout: nothing more.  Returns 0 and
 * *ret_endpoint (malloc'ed, the caller frees it), or -1 with err, which never
 * shows a password.
 */
int endpoint_complete(const char *text, char **ret_endpoint, struct err *err);

/*
 * OTEL_EXPORTER_OTLP_ENDPOINT: the base URL for all signals; v1/traces is
 * always appended to its path.  Return as endpoint_complete.
 */
int endpoint_from_base(const char *text, char **ret_endpoint, struct err *err);

/*
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: used as it stands, so no path means
 * "/".  Return as endpoint_complete.
 */
int endpoint_as_is(const char *text, char **ret_endpoint, struct err *err);

/*
 * Copies text, which may hold several URLs, to ret (size bytes), with what
 * stands between "://" and '@' of each replaced by "********".
 */
void endpoint_mask(const char *text, char *ret, size_t size);

#endif
