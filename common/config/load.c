/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a configuration of its sources: defaults, otel.conf, arguments over
 * it, the environment under it; then what concerns several keys at once.
 */
#include "config/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/auth.h"
#include "span/attrs.h"
#include "util/cleanup.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif

/* ---- one value ---------------------------------------------------------- */

static int unknown_key(struct loader *loader, const struct config_place *place,
		       const char *key, size_t key_len)
{
	const char *nearest = config_key_nearest(key, key_len);

	if (nearest)
		return loader_mistake(loader, place, key, key_len,
				      "unknown key (did you mean %s?)",
				      nearest);
	return loader_mistake(loader, place, key, key_len, "unknown key");
}

/* An empty value stands for the default. */
static int parse_value(struct loader *loader, const struct config_key *key,
		       const char *value, struct err *err)
{
	struct config *config = &loader->loaded->config;

	if (strlen(value) > CONFIG_VALUE_MAX)
		return err_set(err, "the value is longer than %d bytes",
			       CONFIG_VALUE_MAX);
	if (!value_is_clean(value, strlen(value)))
		return err_set(err, "the value holds a control character or "
				    "is not UTF-8");
	if (!*value)
		value = key->def ? key->def : "";
	return key->parse(key, value, config, err);
}

/* A key that adds does not add to what a weaker source said. */
static int begin_anew(struct loader *loader, const struct config_key *key,
		      const struct config_place *place, struct err *err)
{
	struct loaded_config *loaded = loader->loaded;

	if (!key->adds ||
	    loaded->places[config_key_index(key)].origin == place->origin)
		return 0;
	return key->parse(key, "", &loaded->config, err);
}

int loader_set(struct loader *loader, const struct config_place *place,
	       const char *key_name, size_t key_len, const char *value)
{
	const struct config_key *key = config_key_find(key_name, key_len);
	_cleanup_free_ char *expanded = NULL;
	struct err err;
	int rc = 0;

	if (!key)
		return unknown_key(loader, place, key_name, key_len);
	/* the variables of OpenTelemetry know no such thing as ${NAME} */
	if (key->expands && loader->source->use_environment &&
	    place->origin != CONFIG_ENVIRONMENT && strstr(value, "${")) {
		rc = expand_environment(value, &expanded, &err);
		value = expanded;
	}
	if (!rc)
		rc = begin_anew(loader, key, place, &err);
	if (!rc)
		rc = parse_value(loader, key, value, &err);
	if (rc < 0)
		return loader_mistake(loader, place, key->name,
				      strlen(key->name), "%s", err.msg);
	loader->loaded->places[config_key_index(key)] = *place;
	return 0;
}

static int read_defaults(struct loader *loader)
{
	static const struct config_place place = { CONFIG_DEFAULT, "", 0 };
	const struct config_key *key;
	struct err err;

	for (key = config_keys; key->name; key++)
		if (key->def &&
		    key->parse(key, key->def, &loader->loaded->config, &err))
			return loader_mistake(loader, &place, key->name,
					      strlen(key->name), "%s", err.msg);
	return 0;
}

static int read_arguments(struct loader *loader)
{
	static const struct config_place place = { CONFIG_ARGUMENT, "", 0 };
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < loader->source->n_args; i++) {
		const char *arg = loader->source->args[i];
		size_t len = strcspn(arg, "=");

		if (equal_nocase(arg, len, "Config"))
			continue;
		if (arg[len] != '=')
			rc = loader_mistake(loader, &place, arg, len,
					    "not of the form Key=Value");
		else
			rc = loader_set(loader, &place, arg, len,
					arg + len + 1);
	}
	return rc;
}

/* ---- what concerns several keys ----------------------------------------- */

static const struct config_place *place_of(const struct loader *loader,
					   const char *key)
{
	size_t i = config_key_index(config_key_find(key, strlen(key)));

	return &loader->loaded->places[i];
}

static int wrong_pair(struct loader *loader, const char *key, const char *what)
{
	return loader_mistake(loader, place_of(loader, key), key, strlen(key),
			      "%s", what);
}

static int check_pairs(struct loader *loader)
{
	const struct config *config = &loader->loaded->config;
	int rc = 0;

	if (config->credentials_file && !auth_sigv4_scope(config))
		rc = wrong_pair(loader, "CredentialsFile",
				"is set without Auth=sigv4:REGION/SERVICE");
	if (!rc && config->no_proxy && !config->proxy)
		rc = wrong_pair(loader, "NoProxy", "is set without Proxy");
	if (!rc && config->cert_file && !config->key_file)
		rc = wrong_pair(loader, "CertFile", "is set without KeyFile");
	if (!rc && config->key_file && !config->cert_file)
		rc = wrong_pair(loader, "KeyFile", "is set without CertFile");
	if (!rc && config->retry_max_delay < config->retry_initial_delay) {
		/* the one that was written is the one to look at */
		const char *key = "RetryMaxDelay";

		if (place_of(loader, key)->origin == CONFIG_DEFAULT)
			key = "RetryInitialDelay";
		rc = wrong_pair(loader, key,
				"RetryMaxDelay is shorter than "
				"RetryInitialDelay");
	}
	return rc;
}

/*
 * An attribute that has a key of its own moves there, unless that key was set
 * by the same or a stronger source: OTEL_SERVICE_NAME before service.name in
 * OTEL_RESOURCE_ATTRIBUTES, as the specification says, and a resource never
 * has an attribute twice.
 */
static int lift_attribute(struct loader *loader, const char *attribute,
			  const char *key_name)
{
	const struct config_key *key =
		config_key_find(key_name, strlen(key_name));
	struct config_place *to =
		&loader->loaded->places[config_key_index(key)];
	const struct config_place *from =
		place_of(loader, "ResourceAttributes");
	struct config *config = &loader->loaded->config;
	_cleanup_free_ char *pair =
		strlist_take_pair(&config->resource_attributes, attribute);
	const char *value = pair ? pair + strlen(attribute) + 1 : "";
	struct err err;

	if (!*value || from->origin <= to->origin)
		return 0;
	if (key->parse(key, value, config, &err) < 0)
		return loader_mistake(loader, from, key->name,
				      strlen(key->name), "%s", err.msg);
	*to = *from;
	return 0;
}

int loader_finish(struct loader *loader)
{
	struct config *config = &loader->loaded->config;
	int rc;

	config->sampler.ratio = config->sampler_arg;
	rc = lift_attribute(loader, ATTR_SERVICE_NAME, "ServiceName");
	if (!rc)
		rc = lift_attribute(loader, ATTR_DEPLOYMENT_ENVIRONMENT,
				    "Environment");
	return rc ? rc : check_pairs(loader);
}

/* ---- public ------------------------------------------------------------- */

static int load(struct loader *loader, struct config **ret)
{
	int rc;

	loader->loaded = calloc(1, sizeof(*loader->loaded));
	if (!loader->loaded) {
		loader->mistakes++;
		loader->report("out of memory", loader->arg);
		return -1;
	}
	rc = read_defaults(loader);
	if (!rc)
		rc = loader_read_file(loader);
	if (!rc)
		rc = read_arguments(loader);
	if (!rc && loader->source->use_environment)
		rc = loader_read_environment(loader);
	if (!rc)
		rc = loader_finish(loader);
	if (rc < 0)
		config_destroy(&loader->loaded->config);
	else
		*ret = &loader->loaded->config;
	return rc;
}

static void keep_message(const char *message, void *arg)
{
	err_set(arg, "%s", message);
}

int config_load(const struct config_source *source, struct config **ret,
		struct err *err)
{
	struct loader loader = {
		.source = source,
		.report = keep_message,
		.arg = err,
	};

	return load(&loader, ret);
}

int config_check(const struct config_source *source, struct config **ret,
		 void (*report)(const char *message, void *arg), void *arg)
{
	struct loader loader = {
		.source = source,
		.go_on = true,
		.report = report,
		.arg = arg,
	};

	*ret = NULL;
	load(&loader, ret);
	return (int)loader.mistakes;
}

void config_destroy(struct config *config)
{
	struct loaded_config *loaded = (struct loaded_config *)config;
	int saved = errno;

	if (!config)
		return;
	strlist_free(config->endpoint);
	strlist_free(config->headers);
	free(config->headers_file);
	free(config->auth);
	free(config->credentials_file);
	secret_free(config->proxy);
	free(config->no_proxy);
	free(config->ca_file);
	free(config->cert_file);
	free(config->key_file);
	free(config->service_name);
	free(config->environment);
	strlist_free(config->resource_attributes);
	sample_rules_clear(&config->sample_rules);
	free(config->trace_url);
	free(config->job_endpoint);
	free(config->job_comp_chain);
	strlist_free(config->attribute_deny);
	free(config->spool_dir);
	free(config->agent_user);
	free(config->metrics_file);
	strlist_free(loaded->files);
	free(loaded);
	errno = saved;
}

enum config_origin config_origin(const struct config *config, size_t i)
{
	return ((const struct loaded_config *)config)->places[i].origin;
}

void config_where(const struct config *config, size_t i, char *ret, size_t size)
{
	const struct config_place *place =
		&((const struct loaded_config *)config)->places[i];

	if (place->origin == CONFIG_FILE)
		snprintf(ret, size, "%s:%u", place->name, place->line);
	else if (place->origin == CONFIG_ARGUMENT)
		snprintf(ret, size, "plugstack.conf");
	else
		snprintf(ret, size, "%s", place->name ? place->name : "");
}

int config_default_path(char *ret, size_t size)
{
	const char *slurm_conf = getenv("SLURM_CONF");
	const char *slash;
	int n;

	if (slurm_conf && *slurm_conf == '/') {
		slash = strrchr(slurm_conf, '/');
		n = snprintf(ret, size, "%.*s/otel.conf",
			     (int)(slash - slurm_conf), slurm_conf);
	} else {
		n = snprintf(ret, size, "%s", SYSCONFDIR "/slurm/otel.conf");
	}
	return n < 0 || (size_t)n >= size ? -1 : 0;
}
