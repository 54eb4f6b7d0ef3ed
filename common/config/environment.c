/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The OTEL_* variables of OpenTelemetry's specification that have a key of
 * ours, and ${NAME} in values.  A variable is looked at only when nothing else
 * set its key, so what a site wrote in otel.conf never depends on the shell a
 * daemon was started from.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif

#include "config/private.h"

#include <stdlib.h>
#include <string.h>

#include "config/endpoint.h"
#include "util/buf.h"
#include "util/cleanup.h"

/*
 * Turns the variable's value into the key's text.  Returns 1 and *ret_text
 * (malloc'ed), 0 when the variable says nothing about the key, -1 with err.
 */
typedef int translate_fn(const char *value, char **ret_text, struct err *err);

static int give(const char *text, char **ret_text, struct err *err)
{
	*ret_text = strdup(text);
	return *ret_text ? 1 : err_set(err, "out of memory");
}

/* The specification: a boolean is true as "true" only, and never an error. */
static int no_if_true(const char *value, char **ret_text, struct err *err)
{
	if (!equal_nocase(value, strlen(value), "true"))
		return 0;
	return give("no", ret_text, err);
}

static int no_if_none(const char *value, char **ret_text, struct err *err)
{
	size_t len = strlen(value);
	char quote[CONFIG_QUOTE_SIZE];

	if (equal_nocase(value, len, "otlp"))
		return 0;
	if (equal_nocase(value, len, "none"))
		return give("no", ret_text, err);
	return err_set(err, "\"%s\" is not supported; otlp and none are",
		       value_quote(value, quote));
}

/* Says nothing about the endpoint, but an endpoint of another protocol must
 * not be taken for one of ours. */
static int check_protocol(const char *value, char **ret_text, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];

	(void)ret_text;
	if (equal_nocase(value, strlen(value), "http/protobuf"))
		return 0;
	return err_set(err, "\"%s\" is not supported; http/protobuf is",
		       value_quote(value, quote));
}

static int milliseconds(const char *value, char **ret_text, struct err *err)
{
	char quote[CONFIG_QUOTE_SIZE];

	if (value[strspn(value, "0123456789")])
		return err_set(err, "\"%s\" is not a number of milliseconds",
			       value_quote(value, quote));
	return asprintf(ret_text, "%sms", value) < 0
		       ? err_set(err, "out of memory")
		       : 1;
}

/* These variables hold one URL, our key a list. */
static int one_url(const char *value,
		   int (*endpoint)(const char *, char **, struct err *),
		   char **ret_text, struct err *err)
{
	if (strchr(value, ','))
		return err_set(err, "the URL holds a comma; "
				    "write %%2C, and one URL only");
	return endpoint(value, ret_text, err) < 0 ? -1 : 1;
}

static int base_url(const char *value, char **ret_text, struct err *err)
{
	return one_url(value, endpoint_from_base, ret_text, err);
}

static int traces_url(const char *value, char **ret_text, struct err *err)
{
	return one_url(value, endpoint_as_is, ret_text, err);
}

/* In order: the first row that sets a key decides. */
static const struct variable {
	const char *name;
	const char *general; /* consulted where name is not set; or NULL */
	const char *key;
	translate_fn *translate;
} variables[] = {
	{ "OTEL_SDK_DISABLED", NULL, "Enabled", no_if_true },
	{ "OTEL_TRACES_EXPORTER", NULL, "Enabled", no_if_none },
	{ "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL",
	  "Endpoint", check_protocol },
	{ "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", NULL, "Endpoint", traces_url },
	{ "OTEL_EXPORTER_OTLP_ENDPOINT", NULL, "Endpoint", base_url },
	{ "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS",
	  "Headers", give },
	{ "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
	  "OTEL_EXPORTER_OTLP_COMPRESSION", "Compression", give },
	{ "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT",
	  "Timeout", milliseconds },
	{ "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
	  "OTEL_EXPORTER_OTLP_CERTIFICATE", "CAFile", give },
	{ "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
	  "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "CertFile", give },
	{ "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
	  "OTEL_EXPORTER_OTLP_CLIENT_KEY", "KeyFile", give },
	{ "OTEL_SERVICE_NAME", NULL, "ServiceName", give },
	{ "OTEL_RESOURCE_ATTRIBUTES", NULL, "ResourceAttributes", give },
	{ "OTEL_TRACES_SAMPLER", NULL, "Sampler", give },
	{ "OTEL_TRACES_SAMPLER_ARG", NULL, "SamplerArg", give },
	{ "OTEL_BSP_SCHEDULE_DELAY", NULL, "BatchTimeout", milliseconds },
	{ "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", NULL, "MaxExportBatchSize", give },
	{ "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT",
	  "AttributeCountLimit", give },
	{ "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
	  "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "AttributeValueLengthLimit",
	  give },
};

/* Empty means unset (specification, "Parsing empty value"). */
static const char *non_empty(const char *name)
{
	const char *value = name ? getenv(name) : NULL;

	return value && *value ? value : NULL;
}

static enum config_origin origin_of(const struct loader *loader,
				    const char *key)
{
	size_t i = config_key_index(config_key_find(key, strlen(key)));

	return loader->loaded->places[i].origin;
}

/* A sampler's argument means something to that sampler only, so it is taken
 * with the sampler of the environment or not at all. */
static bool wanted(const struct loader *loader, const struct variable *variable)
{
	if (!strcmp(variable->name, "OTEL_TRACES_SAMPLER_ARG") &&
	    origin_of(loader, "Sampler") != CONFIG_ENVIRONMENT)
		return false;
	return origin_of(loader, variable->key) == CONFIG_DEFAULT;
}

static int read_variable(struct loader *loader, const struct variable *variable)
{
	struct config_place place = { CONFIG_ENVIRONMENT, variable->name, 0 };
	const char *value = non_empty(variable->name);
	_cleanup_free_ char *text = NULL;
	struct err err;
	int rc;

	if (!value) {
		place.name = variable->general;
		value = non_empty(variable->general);
	}
	if (!value || !wanted(loader, variable))
		return 0;
	rc = variable->translate(value, &text, &err);
	if (rc < 0)
		return loader_mistake(loader, &place, NULL, 0, "%s", err.msg);
	if (!rc)
		return 0;
	return loader_set(loader, &place, variable->key, strlen(variable->key),
			  text);
}

int loader_read_environment(struct loader *loader)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < sizeof(variables) / sizeof(variables[0]); i++)
		rc = read_variable(loader, &variables[i]);
	return rc;
}

/* ---- ${NAME} ------------------------------------------------------------ */

#define NAME_CHARACTERS                                                        \
	"abcdefghijklmnopqrstuvwxyz"                                           \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                           \
	"0123456789_"

int expand_environment(const char *text, char **ret_text, struct err *err)
{
	_cleanup_buf_ struct buf buf = BUF_INIT;
	const char *dollar;

	while ((dollar = strstr(text, "${"))) {
		size_t len = strspn(dollar + 2, NAME_CHARACTERS);
		char name[256];
		const char *value;

		if (!len || len >= sizeof(name) || dollar[2 + len] != '}')
			return err_set(err, "\"${\" does not begin ${NAME}");
		memcpy(name, dollar + 2, len);
		name[len] = '\0';
		buf_append(&buf, text, (size_t)(dollar - text));
		value = getenv(name);
		if (value)
			buf_puts(&buf, value);
		text = dollar + 2 + len + 1;
	}
	buf_puts(&buf, text);
	buf_append(&buf, "", 1);
	if (buf.failed)
		return err_set(err, "out of memory");
	*ret_text = (char *)TAKE_PTR(buf.data);
	return 0;
}
