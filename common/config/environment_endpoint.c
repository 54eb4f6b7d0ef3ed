/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endpoint, of the variables of OpenTelemetry's specification: they say
 * exporter, protocol, URL and security apart ("OpenTelemetry Protocol
 * Exporter", "Environment Variable Specification"), where our key has one URL
 * whose scheme says all.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif

#include "config/private.h"

#include <stdlib.h>
#include <string.h>

#include "config/endpoint.h"

#define TRACES_URL "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
#define BASE_URL "OTEL_EXPORTER_OTLP_ENDPOINT"
#define ZIPKIN_URL "OTEL_EXPORTER_ZIPKIN_ENDPOINT"
#define EXPORTER "OTEL_TRACES_EXPORTER"

/* What a value of _PROTOCOL makes of a URL, and of none. */
static const struct protocol {
	const char *name;
	const char *plain, *secure; /* schemes */
	const char *endpoint;       /* NULL: the default of Endpoint */
	bool needs_no_scheme;
} protocols[] = {
	/* the first is the default */
	{ "http/protobuf", "http://", "https://", NULL, false },
	{ "http/json", "http+json://", "https+json://",
	  "http+json://localhost:4318/v1/traces", false },
	{ "grpc", "grpc://", "grpcs://", "grpc://localhost:4317", true },
};

const char *environment_value(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* The variable of traces before the general one; *ret_name is the one that was
 * found. */
static const char *either(const char *traces, const char *general,
			  const char **ret_name)
{
	const char *value = environment_value(traces);

	*ret_name = value ? traces : general;
	return value ? value : environment_value(general);
}

/* NULL: err. */
static const struct protocol *find_protocol(const char **ret_name,
					    struct err *err)
{
	const char *value = either("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
				   "OTEL_EXPORTER_OTLP_PROTOCOL", ret_name);
	char quote[CONFIG_QUOTE_SIZE];

	if (!value)
		return &protocols[0];
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (equal_nocase(value, strlen(value), protocols[i].name))
			return &protocols[i];
	err_set(err,
		"\"%s\" is not supported; grpc, http/protobuf and http/json "
		"are",
		value_quote(value, quote));
	return NULL;
}

/* _INSECURE: for gRPC only, and there for what has no scheme. */
static bool insecure(void)
{
	const char *name;
	const char *value = either("OTEL_EXPORTER_OTLP_TRACES_INSECURE",
				   "OTEL_EXPORTER_OTLP_INSECURE", &name);

	return value && equal_nocase(value, strlen(value), "true");
}

static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strnlen(text, len) == len && equal_nocase(text, len, prefix)
		       ? text + len
		       : NULL;
}

/* The URL under the scheme of the protocol.  One that is neither http nor https
 * stays as it is: it is one of ours, or wrong. */
static int under_scheme(const char *url, const struct protocol *protocol,
			char **ret, struct err *err)
{
	const char *plain = after(url, "http://");
	const char *secure = after(url, "https://");
	const char *scheme = "", *rest = url;

	if (plain || secure) {
		scheme = plain ? protocol->plain : protocol->secure;
		rest = plain ? plain : secure;
	} else if (protocol->needs_no_scheme && !strstr(url, "://")) {
		scheme = insecure() ? protocol->plain : protocol->secure;
	}
	return asprintf(ret, "%s%s", scheme, rest) < 0
		       ? err_set(err, "out of memory")
		       : 0;
}

/* The key holds a list, a variable one URL. */
static int refuse_list(const char *url, struct err *err)
{
	return strchr(url, ',') ? err_set(err, "the URL holds a comma; "
					       "write %%2C, and one URL only")
				: 0;
}

static int otlp_endpoint(const char **ret_name, char **ret_text,
			 struct err *err)
{
	const struct protocol *protocol = find_protocol(ret_name, err);
	const char *protocol_name = *ret_name;
	const char *url = either(TRACES_URL, BASE_URL, ret_name);
	_cleanup_free_ char *full = NULL;
	bool base = !strcmp(*ret_name, BASE_URL);

	if (!protocol || !url)
		*ret_name = protocol_name;
	if (!protocol)
		return -1;
	if (!url && !protocol->endpoint)
		return 0;
	if (!url) {
		*ret_text = strdup(protocol->endpoint);
		return *ret_text ? 1 : err_set(err, "out of memory");
	}
	if (refuse_list(url, err) < 0 ||
	    under_scheme(url, protocol, &full, err) < 0)
		return -1;
	if ((base ? endpoint_from_base : endpoint_as_is)(full, ret_text, err) <
	    0)
		return -1;
	return 1;
}

/* The URL stands for itself: http's own port where it has none, not Zipkin's,
 * which is that of zipkin:// alone. */
static int add_port(const char *url, bool secure, char **ret, struct err *err)
{
	size_t host = strcspn(url, "/?#");
	const char *bracket = memrchr(url, ']', host);
	const char *at = memrchr(url, '@', host);
	const char *from = bracket ? bracket : at ? at : url;
	const char *port = memchr(from, ':', host - (size_t)(from - url)) ? ""
			   : secure ? ":443"
				    : ":80";

	return asprintf(ret, "%s%.*s%s%s", secure ? "zipkins://" : "zipkin://",
			(int)host, url, port, url + host) < 0
		       ? err_set(err, "out of memory")
		       : 0;
}

static int zipkin_endpoint(const char **ret_name, char **ret_text,
			   struct err *err)
{
	const char *url = environment_value(ZIPKIN_URL);
	const char *plain, *secure;
	_cleanup_free_ char *full = NULL;

	*ret_name = url ? ZIPKIN_URL : EXPORTER;
	if (!url)
		url = "http://localhost:9411/api/v2/spans";
	plain = after(url, "http://");
	secure = after(url, "https://");
	if (!plain && !secure)
		return err_set(err, "the URL begins with neither http:// nor "
				    "https://");
	if (refuse_list(url, err) < 0 ||
	    add_port(plain ? plain : secure, secure, &full, err) < 0 ||
	    endpoint_as_is(full, ret_text, err) < 0)
		return -1;
	return 1;
}

static int console_endpoint(const char **ret_name, char **ret_text,
			    struct err *err)
{
	*ret_name = EXPORTER;
	*ret_text = strdup("stdout:");
	return *ret_text ? 1 : err_set(err, "out of memory");
}

bool environment_says(const char *exporter)
{
	const char *value = environment_value(EXPORTER);

	return value && equal_nocase(value, strlen(value), exporter);
}

int environment_endpoint(const char **ret_name, char **ret_text,
			 struct err *err)
{
	if (environment_says("zipkin"))
		return zipkin_endpoint(ret_name, ret_text, err);
	if (environment_says("console"))
		return console_endpoint(ret_name, ret_text, err);
	return otlp_endpoint(ret_name, ret_text, err);
}
