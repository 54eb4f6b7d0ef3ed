/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An application's resource and endpoint; see step_resource.h. */
#include "spank/step_resource.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "span/attrs.h"
#include "spank/env_list.h"
#include "spank/step_span.h"
#include "util/percent.h"
#include "util/slice.h"
#include "util/utf8.h"

#define PAIRS_MAX 16
#define TEXT_MAX 256

/* What we say, not encoded. */
struct pairs {
	size_t n;
	struct {
		const char *key;
		char value[TEXT_MAX];
	} list[PAIRS_MAX];
};

static void add(struct pairs *pairs, const char *key, const char *value)
{
	if (!value || !*value || strlen(value) >= TEXT_MAX ||
	    !utf8_valid(value, strlen(value)))
		return;
	pairs->list[pairs->n].key = key;
	strcpy(pairs->list[pairs->n++].value, value);
}

static void add_number(struct pairs *pairs, const char *key, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, number);
	add(pairs, key, text);
}

static void collect(char *const *env, const struct step *step,
		    struct pairs *ret)
{
	char id[STEP_NAME_SIZE > 32 ? STEP_NAME_SIZE : 32];

	ret->n = 0;
	add(ret, ATTR_CLUSTER_NAME, step->job.cluster);
	if (step->is_array_task) {
		snprintf(id, sizeof(id), "%" PRIu32 "_%" PRIu32,
			 step->array_job_id, step->array_task_id);
		add(ret, ATTR_JOB_ID, id);
		add_number(ret, ATTR_ARRAY_JOB_ID, step->array_job_id);
		add_number(ret, ATTR_ARRAY_TASK_ID, step->array_task_id);
	} else {
		add_number(ret, ATTR_JOB_ID, step->job_id);
	}
	add_number(ret, ATTR_JOB_ID_RAW, step->job_id);
	step_id_name(step->step_id, id);
	add(ret, ATTR_STEP_ID, id);
	add(ret, ATTR_NODE_NAME, step->node);
	add(ret, ATTR_PARTITION, env_get(env, "SLURM_JOB_PARTITION"));
	add(ret, ATTR_JOB_NAME, env_get(env, "SLURM_JOB_NAME"));
}

/* Whether text is a list of key=value with valid percent-encoding: else an SDK
 * discards it whole, and what we added would change that. */
static bool is_list(const char *text)
{
	struct slice rest = { text, strlen(text) }, member, key;
	char value[RESOURCE_MAX + 1];

	while (slice_split(&rest, ',', &member)) {
		struct slice pair = member;

		slice_split(&pair, '=', &key);
		if (!pair.p || !slice_trim(key).len ||
		    percent_decode(pair.p, pair.len, value, sizeof(value)) < 0)
			return false;
	}
	return true;
}

static bool has_key(const char *text, const char *wanted)
{
	const struct slice name = { wanted, strlen(wanted) };
	struct slice rest = { text, strlen(text) }, member, key;

	while (slice_split(&rest, ',', &member)) {
		slice_split(&member, '=', &key);
		if (slice_equal(slice_trim(key), name))
			return true;
	}
	return false;
}

/* Copies text to ret (RESOURCE_MAX + 1 bytes) without what an outer step of
 * ours wrote into it.  Returns -1 when it is too long. */
static int without_ours(const char *text, const char *ours, char *ret)
{
	const size_t len = ours ? strlen(ours) : 0;
	char *at;

	if (strnlen(text, RESOURCE_MAX + 1) > RESOURCE_MAX)
		return -1;
	strcpy(ret, text);
	at = len ? strstr(ret, ours) : NULL;
	if (!at || (at > ret && at[-1] != ',') ||
	    (at[len] != '\0' && at[len] != ','))
		return 0;
	if (at[len] == ',')
		memmove(at, at + len + 1, strlen(at + len + 1) + 1);
	else
		at[at > ret ? -1 : 0] = '\0';
	return 0;
}

/* What of pairs the user has not said, encoded.  Returns -1 when it does not
 * fit into ret (RESOURCE_MAX + 1 bytes). */
static int format(const struct pairs *pairs, const char *users, char *ret)
{
	size_t at = 0;

	*ret = '\0';
	for (size_t i = 0; i < pairs->n; i++) {
		char value[3 * TEXT_MAX];
		int len;

		if (has_key(users, pairs->list[i].key))
			continue;
		percent_encode(pairs->list[i].value, value, sizeof(value));
		len = snprintf(ret + at, RESOURCE_MAX + 1 - at, "%s%s=%s",
			       at ? "," : "", pairs->list[i].key, value);
		at += (size_t)len;
		if (at > RESOURCE_MAX)
			return -1;
	}
	return 0;
}

static void make_attributes(char *const *env, const struct step *step,
			    struct step_resource *ret)
{
	const char *text = env_get(env, RESOURCE_VAR);
	char users[RESOURCE_MAX + 1], ours[RESOURCE_MAX + 1];
	struct pairs pairs;

	if (without_ours(text ? text : "", env_get(env, RESOURCE_OURS_VAR),
			 users) < 0 ||
	    (*users && !is_list(users)))
		return;
	collect(env, step, &pairs);
	if (format(&pairs, users, ours) < 0 || !*ours ||
	    strlen(users) + 1 + strlen(ours) > RESOURCE_MAX)
		return;
	strcpy(ret->ours, ours);
	if (*users)
		strcpy(stpcpy(ret->attributes, users), ",");
	strcat(ret->attributes, ours);
}

/* Empty means unset: OpenTelemetry, "Parsing empty value". */
static bool is_set(char *const *env, const char *name)
{
	const char *value = env_get(env, name);

	return value && *value;
}

void step_resource_make(const struct config *config, char *const *env,
			const struct step *step, struct step_resource *ret)
{
	ret->attributes[0] = ret->ours[0] = '\0';
	ret->endpoint = "";
	if (config->resource_attributes_in_job)
		make_attributes(env, step, ret);
	if (config->job_endpoint && !is_set(env, ENDPOINT_VAR) &&
	    !is_set(env, TRACES_ENDPOINT_VAR))
		ret->endpoint = config->job_endpoint;
}
