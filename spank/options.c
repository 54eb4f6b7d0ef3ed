/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads users' options and makes the context they ask for; see options.h. */
#include "spank/options.h"

#include <stdlib.h>
#include <string.h>

#include "host/new_context.h"

const char *const option_names[OPTIONS] = {
	[OPTION_TRACE] = "trace",
	[OPTION_PARENT] = "trace-parent",
	[OPTION_ATTR] = "trace-attr",
};

/* The names under which UserOptions knows what is asked for. */
static const struct {
	unsigned int bit;
	const char *name;
} permissions[] = {
	{ USER_OPTION_ON, "on" },         { USER_OPTION_OFF, "off" },
	{ USER_OPTION_DETAIL, "detail" }, { USER_OPTION_PARENT, "parent" },
	{ USER_OPTION_ATTR, "attr" },
};

static int check_allowed(const struct config *config, enum user_option wanted,
			 struct err *err)
{
	if (!config || config->user_options & wanted)
		return 0;
	for (size_t i = 0; i < sizeof(permissions) / sizeof(permissions[0]);
	     i++)
		if (permissions[i].bit == wanted)
			return err_set(err,
				       "not allowed here: UserOptions in this "
				       "site's otel.conf does not name \"%s\"",
				       permissions[i].name);
	return -1;
}

static int take_mode(const struct config *config, bool in_job,
		     const char *value, struct wish *wish, struct err *err)
{
	static const enum user_option needs[] = {
		[TRACE_MODE_ON] = USER_OPTION_ON,
		[TRACE_MODE_OFF] = USER_OPTION_OFF,
		[TRACE_MODE_DETAIL] = USER_OPTION_DETAIL,
	};
	enum trace_mode mode;

	(void)in_job;
	if (trace_mode_parse(value, strlen(value), &mode) < 0)
		return err_set(err, "say on, off or detail");
	if (check_allowed(config, needs[mode], err) < 0)
		return -1;
	wish->mode = mode;
	return 0;
}

static int take_parent(const struct config *config, bool in_job,
		       const char *value, struct wish *wish, struct err *err)
{
	const bool fresh = !strcmp(value, "new");
	struct trace_context given;

	if (!fresh && traceparent_parse(value, &given) < 0)
		return err_set(err, "give a traceparent, such as "
				    "00-0af7651916cd43dd8448eb211c80319c-"
				    "b7ad6b7169203331-01, or new");
	if (fresh && in_job)
		return err_set(err, "a step is always part of its job's "
				    "trace; new is for jobs");
	if (check_allowed(config, USER_OPTION_PARENT, err) < 0)
		return -1;
	wish->parent = fresh ? WISHED_PARENT_FRESH : WISHED_PARENT_GIVEN;
	if (!fresh)
		wish->given = given;
	return 0;
}

static int take_attr(const struct config *config, bool in_job,
		     const char *value, struct wish *wish, struct err *err)
{
	(void)in_job;
	if (check_allowed(config, USER_OPTION_ATTR, err) < 0)
		return -1;
	return user_attrs_add(&wish->attrs, value, err);
}

int wish_take(const struct config *config, bool in_job, enum option_id option,
	      const char *value, struct wish *wish, struct err *err)
{
	static int (*const takers[])(const struct config *config, bool in_job,
				     const char *value, struct wish *wish,
				     struct err *err) = {
		[OPTION_TRACE] = take_mode,
		[OPTION_PARENT] = take_parent,
		[OPTION_ATTR] = take_attr,
	};

	if (!value)
		value = "";
	return takers[option](config, in_job, value, wish, err);
}

/* TRACESTATE tells of the trace that TRACEPARENT names, and of no other. */
static const char *tracestate_of(const struct trace_context *given)
{
	struct trace_context beside;

	if (traceparent_parse(getenv("TRACEPARENT"), &beside) < 0 ||
	    !trace_id_equal(&beside.trace_id, &given->trace_id))
		return NULL;
	return getenv("TRACESTATE");
}

/* The configuration as if the site had wanted what the user does. */
static struct config wished_config(const struct config *config,
				   const struct wish *wish)
{
	struct config wished = *config;

	if (wish->parent == WISHED_PARENT_GIVEN)
		wished.submit_context = SUBMIT_PARENT;
	if (wish->mode != TRACE_MODE_DEFAULT)
		wished.sampler = (struct sampler){
			.kind = wish->mode == TRACE_MODE_OFF
					? SAMPLER_ALWAYS_OFF
					: SAMPLER_ALWAYS_ON,
		};
	return wished;
}

void wish_new_context(const struct config *config, const struct wish *wish,
		      struct job_context *ret)
{
	const struct config wished = wished_config(config, wish);
	const char *traceparent = getenv("TRACEPARENT");
	const char *tracestate = getenv("TRACESTATE");
	char given[TRACEPARENT_LEN + 1];

	if (wish->parent == WISHED_PARENT_FRESH)
		traceparent = NULL;
	if (wish->parent == WISHED_PARENT_GIVEN) {
		traceparent_format(&wish->given, given);
		traceparent = given;
		tracestate = tracestate_of(&wish->given);
	}
	new_context(&wished, traceparent, tracestate, getenv("BAGGAGE"), ret);
	ret->mode = wish->mode;
}
