/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the resource; see resource.h. */
#include "config.h"

#include "otlp/resource.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/otlp.pb-c.h"
#include "span/attrs.h"
#include "util/cleanup.h"
#include "util/utf8.h"

#define SDK_NAME "slurm-otel"
#define MACHINE_ID "/etc/machine-id"
#define MACHINE_ID_LEN 32
#define ATTRS_MAX 128

struct attrs {
	const struct config *config; /* for AttributeDeny */
	char *key[ATTRS_MAX];        /* owned, as is value */
	char *value[ATTRS_MAX];
	size_t n;
	bool failed; /* no memory: must not be encoded */
};

static void attrs_clear(struct attrs *attrs)
{
	for (size_t i = 0; i < attrs->n; i++) {
		free(attrs->key[i]);
		free(attrs->value[i]);
	}
}

static bool denied(const struct config *config, const char *key)
{
	for (size_t i = 0; config->attribute_deny && config->attribute_deny[i];
	     i++) {
		const char *deny = config->attribute_deny[i];
		size_t len = strlen(deny);

		if (len >= 2 && !strcmp(deny + len - 2, ".*")) {
			if (!strncmp(key, deny, len - 1))
				return true;
		} else if (!strcmp(key, deny)) {
			return true;
		}
	}
	return false;
}

static char *repaired(const char *text, size_t len)
{
	char *copy = malloc(3 * len + 1);

	if (copy)
		utf8_repair(text, len, 0, copy);
	return copy;
}

/* The last value of a key wins.  No value: nothing is set. */
static void set(struct attrs *attrs, const char *key, const char *value)
{
	_cleanup_free_ char *k = NULL, *v = NULL;
	size_t i;

	if (!value || !*value || !*key || denied(attrs->config, key))
		return;
	k = repaired(key, strlen(key));
	v = repaired(value, strlen(value));
	if (!k || !v) {
		attrs->failed = true;
		return;
	}
	for (i = 0; i < attrs->n && strcmp(attrs->key[i], k); i++)
		;
	if (i == ATTRS_MAX)
		return;
	if (i == attrs->n)
		attrs->key[attrs->n++] = TAKE_PTR(k);
	else
		free(attrs->value[i]);
	attrs->value[i] = TAKE_PTR(v);
}

static void set_configured(struct attrs *attrs, const char *pair)
{
	_cleanup_free_ char *key = strdup(pair);
	char *value = key ? strchr(key, '=') : NULL;

	attrs->failed |= !key;
	if (!value)
		return;
	*value++ = '\0';
	set(attrs, key, value);
}

/* A container image may carry an empty or a foreign file: only a well-formed
 * id is said (machine-id(5): 32 lowercase hexadecimal digits). */
static void set_host_id(struct attrs *attrs)
{
	_cleanup_close_ int fd = open(MACHINE_ID, O_RDONLY | O_CLOEXEC);
	char id[MACHINE_ID_LEN + 1] = "";

	if (fd < 0 || read(fd, id, MACHINE_ID_LEN) != MACHINE_ID_LEN ||
	    strspn(id, "0123456789abcdef") != MACHINE_ID_LEN)
		return;
	set(attrs, ATTR_HOST_ID, id);
}

static void fill(struct attrs *attrs, const char *cluster, const char *instance)
{
	const struct config *config = attrs->config;
	char host[HOST_NAME_MAX + 1] = "";

	gethostname(host, HOST_NAME_MAX);
	set(attrs, ATTR_SERVICE_NAME, config->service_name);
	set(attrs, ATTR_SERVICE_VERSION, PACKAGE_VERSION);
	set(attrs, ATTR_SERVICE_INSTANCE_ID, instance);
	set(attrs, ATTR_HOST_NAME, host);
	set_host_id(attrs);
	set(attrs, ATTR_OS_TYPE, "linux");
	set(attrs, ATTR_DEPLOYMENT_ENVIRONMENT, config->environment);
	set(attrs, ATTR_SDK_NAME, SDK_NAME);
	set(attrs, ATTR_SDK_LANGUAGE, "c");
	set(attrs, ATTR_SDK_VERSION, PACKAGE_VERSION);
	set(attrs, ATTR_CLUSTER_NAME, cluster);
	for (size_t i = 0;
	     config->resource_attributes && config->resource_attributes[i]; i++)
		set_configured(attrs, config->resource_attributes[i]);
}

static int pack(const struct attrs *attrs, struct resource *ret)
{
	Otlp__Resource message = OTLP__RESOURCE__INIT;
	Otlp__KeyValue pair[ATTRS_MAX], *pairs[ATTRS_MAX];
	Otlp__AnyValue value[ATTRS_MAX];

	for (size_t i = 0; i < attrs->n; i++) {
		otlp__key_value__init(&pair[i]);
		otlp__any_value__init(&value[i]);
		value[i].value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE;
		value[i].string_value = attrs->value[i];
		pair[i].key = attrs->key[i];
		pair[i].value = &value[i];
		pairs[i] = &pair[i];
	}
	message.n_attributes = attrs->n;
	message.attributes = pairs;
	ret->len = otlp__resource__get_packed_size(&message);
	ret->data = malloc(ret->len + 1); /* all may be denied: len 0 */
	if (!ret->data)
		return -1;
	otlp__resource__pack(&message, ret->data);
	return 0;
}

struct resource *resource_create(const struct config *config,
				 const char *cluster, const char *instance,
				 struct err *err)
{
	__attribute__((cleanup(
		attrs_clear))) struct attrs attrs = { .config = config };
	struct resource *resource = calloc(1, sizeof(*resource));

	if (resource) {
		fill(&attrs, cluster, instance);
		if (!attrs.failed && pack(&attrs, resource) == 0)
			return resource;
	}
	free(resource);
	errno = ENOMEM;
	err_set(err, "no memory for the resource");
	return NULL;
}

void resource_destroy(struct resource *resource)
{
	int saved = errno;

	if (!resource)
		return;
	free(resource->data);
	free(resource);
	errno = saved;
}
