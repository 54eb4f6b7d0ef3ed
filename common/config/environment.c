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

	if (equal_nocase(value, len, "otlp") ||
	    equal_nocase(value, len, "zipkin") ||
	    equal_nocase(value, len, "console"))
		return 0;
	if (equal_nocase(value, len, "none"))
		return give("no", ret_text, err);
	return err_set(
		err,
		"\"%s\" is not supported; otlp, zipkin, console and none "
		"are",
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

/* In order: the first row that sets a key decides. */
static const struct variable {
	const char *name;
	const char *general; /* consulted where name is not set; or NULL */
	const char *key;
	translate_fn *translate;
} variables[] = {
	{ "OTEL_SDK_DISABLED", NULL, "Enabled", no_if_true },
	{ "OTEL_TRACES_EXPORTER", NULL, "Enabled", no_if_none },
	{ "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS",
	  "Headers", give },
	{ "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
	  "OTEL_EXPORTER_OTLP_COMPRESSION", "Compression", give },
	{ "OTEL_EXPORTER_ZIPKIN_TIMEOUT", NULL, "Timeout", milliseconds },
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

static enum config_origin origin_of(const struct loader *loader,
				    const char *key)
{
	size_t i = config_key_index(config_key_find(key, strlen(key)));

	return loader->loaded->places[i].origin;
}

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* What belongs to one exporter must not reach another: least of all headers,
 * which are secret.  An endpoint of otel.conf is taken for OTLP's. */
static bool of_other_exporter(const struct loader *loader,
			      const struct variable *variable)
{
	bool ours = origin_of(loader, "Endpoint") == CONFIG_ENVIRONMENT;
	bool zipkin = ours && environment_says("zipkin");
	bool console = ours && environment_says("console");

	if (begins(variable->name, "OTEL_EXPORTER_OTLP_"))
		return zipkin || console;
	return begins(variable->name, "OTEL_EXPORTER_ZIPKIN_") && !zipkin;
}

/* A sampler's argument means something to that sampler only, so it is taken
 * with the sampler of the environment or not at all. */
static bool wanted(const struct loader *loader, const struct variable *variable)
{
	if (!strcmp(variable->name, "OTEL_TRACES_SAMPLER_ARG") &&
	    origin_of(loader, "Sampler") != CONFIG_ENVIRONMENT)
		return false;
	return origin_of(loader, variable->key) == CONFIG_DEFAULT &&
	       !of_other_exporter(loader, variable);
}

static int read_endpoint(struct loader *loader)
{
	struct config_place place = { CONFIG_ENVIRONMENT, "", 0 };
	_cleanup_free_ char *text = NULL;
	struct err err;
	int rc;

	if (origin_of(loader, "Endpoint") != CONFIG_DEFAULT)
		return 0;
	rc = environment_endpoint(&place.name, &text, &err);
	if (rc < 0)
		return loader_mistake(loader, &place, NULL, 0, "%s", err.msg);
	return rc ? loader_set(loader, &place, "Endpoint", strlen("Endpoint"),
			       text)
		  : 0;
}

static int read_variable(struct loader *loader, const struct variable *variable)
{
	struct config_place place = { CONFIG_ENVIRONMENT, variable->name, 0 };
	const char *value = environment_value(variable->name);
	_cleanup_free_ char *text = NULL;
	struct err err;
	int rc;

	if (!value) {
		place.name = variable->general;
		value = variable->general ? environment_value(variable->general)
					  : NULL;
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
	int rc = read_endpoint(loader);
	size_t i;

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
