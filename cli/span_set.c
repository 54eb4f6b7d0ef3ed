/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans as read from files; see span_set.h. */
#include "cli/span_set.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "span/attrs.h"

#define TEXT_MAX 1024
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct field {
	const char *key;
	bool is_int;
	size_t offset;
} fields[] = {
#define TEXT_FIELD(key, member)                                                \
	{                                                                      \
		key, false, offsetof(struct span_record, member)               \
	}
#define INT_FIELD(key, member)                                                 \
	{                                                                      \
		key, true, offsetof(struct span_record, member)                \
	}
	TEXT_FIELD(ATTR_JOB_ID, job_id),
	TEXT_FIELD(ATTR_JOB_ID_RAW, job_id_raw),
	TEXT_FIELD(ATTR_ARRAY_JOB_ID, array_job_id),
	TEXT_FIELD(ATTR_HET_JOB_ID, het_job_id),
	TEXT_FIELD(ATTR_JOB_NAME, job_name),
	TEXT_FIELD(ATTR_JOB_USER, user),
	TEXT_FIELD(ATTR_USER_NAME, user_name),
	TEXT_FIELD(ATTR_STATE, state),
	TEXT_FIELD(ATTR_EXIT_CODE, exit_code),
	TEXT_FIELD(ATTR_ERROR_TYPE, error_type),
	TEXT_FIELD(ATTR_STEP_ID, step_id),
	TEXT_FIELD(ATTR_STEP_NAME, step_name),
	TEXT_FIELD(ATTR_NODE_NAME, node_name),
	TEXT_FIELD(ATTR_HOST_NAME, host_name),
	INT_FIELD(ATTR_RESTART_COUNT, restart_count),
	INT_FIELD(ATTR_HET_OFFSET, het_offset),
	INT_FIELD(ATTR_NNODES, nnodes),
	INT_FIELD(ATTR_JOB_EXIT_STATUS, exit_status),
	INT_FIELD(ATTR_JOB_EXIT_SIGNAL, exit_signal),
	INT_FIELD(ATTR_STEP_NNODES, step_nnodes),
	INT_FIELD(ATTR_STEP_NTASKS, step_ntasks),
	INT_FIELD(ATTR_STEP_EXIT_STATUS, exit_status),
	INT_FIELD(ATTR_STEP_EXIT_SIGNAL, exit_signal),
	INT_FIELD(ATTR_STEP_FAILED_TASK, failed_task),
	INT_FIELD(ATTR_TASK_RANK, task_rank),
	TEXT_FIELD(ATTR_PROCESS_EXECUTABLE_NAME, executable),
	INT_FIELD(ATTR_PROCESS_EXIT_CODE, exit_status),
	INT_FIELD(ATTR_TASK_EXIT_SIGNAL, exit_signal),
#undef TEXT_FIELD
#undef INT_FIELD
};

static const struct {
	const char *name;
	enum span_type type;
} types[] = {
	{ "slurm.job", TYPE_JOB },
	{ "slurm.step", TYPE_STEP },
	{ "slurm.node", TYPE_NODE },
	{ "slurm.task", TYPE_TASK },
};

#define PHASE_PREFIX "slurm.phase."

static const char *const failed_states[] = {
	"FAILED",    "TIMEOUT",   "OUT_OF_MEMORY",
	"NODE_FAIL", "BOOT_FAIL", "DEADLINE",
};

void span_set_free(struct span_set *set)
{
	int saved = errno;

	free(set->spans);
	arena_free(&set->texts);
	*set = (struct span_set){ 0 };
	errno = saved;
}

static void *field_place(struct span_record *record, const struct field *field)
{
	return (char *)record + field->offset;
}

void span_record_init(struct span_record *ret)
{
	*ret = (struct span_record){ 0 };
	for (size_t i = 0; i < COUNT(fields); i++)
		if (fields[i].is_int)
			*(int64_t *)field_place(ret, &fields[i]) =
				SPAN_INT_UNSET;
}

static const struct field *field_find(const char *key)
{
	for (size_t i = 0; i < COUNT(fields); i++)
		if (!strcmp(fields[i].key, key))
			return &fields[i];
	return NULL;
}

const char *span_set_text(struct span_set *set, const char *text, size_t len)
{
	if (len > TEXT_MAX) {
		len = TEXT_MAX;
		/* Not inside a character: 10xxxxxx continues one. */
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	return arena_text(&set->texts, text, len);
}

static int set_text(struct span_set *set, struct span_record *record,
		    const struct field *field, const char *text, size_t len)
{
	const char *copy = span_set_text(set, text, len);

	if (!copy)
		return -1;
	*(const char **)field_place(record, field) = copy;
	return 0;
}

int span_record_set_text(struct span_set *set, struct span_record *record,
			 const char *key, const char *text, size_t len)
{
	const struct field *field = field_find(key);
	char *end;
	long long value;

	if (!field)
		return 0;
	if (!field->is_int)
		return set_text(set, record, field, text, len);
	errno = 0;
	value = strtoll(text, &end, 10);
	if (!errno && end != text && !*end)
		*(int64_t *)field_place(record, field) = value;
	return 0;
}

int span_record_set_int(struct span_set *set, struct span_record *record,
			const char *key, int64_t value)
{
	const struct field *field = field_find(key);
	char text[24];
	int len;

	if (!field)
		return 0;
	if (field->is_int) {
		*(int64_t *)field_place(record, field) = value;
		return 0;
	}
	len = snprintf(text, sizeof(text), "%" PRId64, value);
	return set_text(set, record, field, text, (size_t)len);
}

/* "slurm.job", or with SpanNames=descriptive "slurm.job train.sh". */
static bool named(const char *name, const char *type)
{
	size_t len = strlen(type);

	return !strncmp(name, type, len) && (!name[len] || name[len] == ' ');
}

static enum span_type type_of(const char *name)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (named(name, types[i].name))
			return types[i].type;
	if (!strncmp(name, PHASE_PREFIX, strlen(PHASE_PREFIX)))
		return TYPE_PHASE;
	return TYPE_OTHER;
}

/* slurm.exit_code is "status:signal", as sacct writes it. */
static void settle_exit(struct span_record *record)
{
	int64_t status, signo;

	if (!record->exit_code || record->exit_status != SPAN_INT_UNSET ||
	    record->exit_signal != SPAN_INT_UNSET)
		return;
	if (sscanf(record->exit_code, "%9" SCNd64 ":%9" SCNd64, &status,
		   &signo) != 2)
		return;
	record->exit_status = status;
	record->exit_signal = signo;
}

static int grow(struct span_set *set)
{
	size_t cap = set->cap ? 2 * set->cap : 256;
	struct span_record *spans;

	spans = reallocarray(set->spans, cap, sizeof(*spans));
	if (!spans)
		return -1;
	set->spans = spans;
	set->cap = cap;
	return 0;
}

int span_set_add(struct span_set *set, const struct span_record *record)
{
	struct span_record *added;

	if (set->n == set->cap && grow(set) < 0)
		return -1;
	added = &set->spans[set->n++];
	*added = *record;
	if (!added->name)
		added->name = "";
	if (added->end_ns < added->start_ns)
		added->end_ns = added->start_ns;
	added->type = type_of(added->name);
	settle_exit(added);
	return 0;
}

bool state_failed(const char *state)
{
	for (size_t i = 0; state && i < COUNT(failed_states); i++)
		if (!strcmp(state, failed_states[i]))
			return true;
	return false;
}

bool span_failed(const struct span_record *record)
{
	return record->status == SPAN_STATUS_ERROR ||
	       state_failed(record->state);
}

bool span_quiet(const struct span_record *record)
{
	return !span_failed(record) &&
	       (!record->state || !strcmp(record->state, "COMPLETED"));
}
