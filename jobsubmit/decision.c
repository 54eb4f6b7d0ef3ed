/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides which jobs are traced; see decision.h. */
#include "jobsubmit/decision.h"

#include <inttypes.h>

#include "util/clock.h"

#define SAY_EVERY_NS (60 * NS_PER_SECOND)

static const struct sampler all = { .kind = SAMPLER_ALWAYS_ON };
static const struct sampler none = { .kind = SAMPLER_ALWAYS_OFF };

/* ---- rules -------------------------------------------------------------- */

struct subject {
	const job_desc_msg_t *job;
	uid_t user;
	struct user_names *users;
	uint64_t now_ns;
};

static const char *partition_of(const job_desc_msg_t *job)
{
	if (job->partition && *job->partition)
		return job->partition;
	return &default_part_name ? default_part_name : NULL;
}

static const char *value_of(enum sample_key key, void *arg)
{
	const struct subject *subject = arg;
	const job_desc_msg_t *job = subject->job;

	switch (key) {
	case SAMPLE_PARTITION:
		return partition_of(job);
	case SAMPLE_ACCOUNT:
		return job->account;
	case SAMPLE_USER:
		return user_names_get(subject->users, subject->user,
				      subject->now_ns);
	case SAMPLE_QOS:
		return job->qos;
	case SAMPLE_NAME:
		return job->name;
	}
	return NULL;
}

static const struct sample_rule *find_rule(const struct sample_rules *rules,
					   struct subject *subject)
{
	for (size_t i = 0; i < rules->n; i++)
		if (sample_rule_matches(&rules->rule[i], value_of, subject))
			return &rules->rule[i];
	return NULL;
}

/* ---- who decides -------------------------------------------------------- */

static struct sampler sampler_for(const struct config *config,
				  struct subject *subject,
				  const struct job_context *context)
{
	const struct sample_rule *rule;

	if (context->mode == TRACE_MODE_OFF)
		return none;
	if (context->mode != TRACE_MODE_DEFAULT)
		return all;
	if (config->sampler.parent_based && span_id_valid(&context->parent_id))
		return config->sampler;
	rule = find_rule(&config->sample_rules, subject);
	if (!rule)
		return config->sampler;
	return (struct sampler){ .kind = SAMPLER_TRACEIDRATIO,
				 .ratio = rule->ratio };
}

/* ---- the rate ----------------------------------------------------------- */

static void say_limited(struct decisions *decisions, uint64_t per_second,
			uint64_t now_ns)
{
	if (!decisions->limited ||
	    (decisions->last_said_ns &&
	     now_ns - decisions->last_said_ns < SAY_EVERY_NS))
		return;
	slurm_info("otel: %" PRIu64
		   " jobs are not traced, because more than %" PRIu64
		   " began a trace in a second (MaxTracesPerSecond)",
		   decisions->limited, per_second);
	decisions->limited = 0;
	decisions->last_said_ns = now_ns;
}

static void limit(uint64_t per_second, struct decisions *decisions,
		  uint64_t now_ns, struct job_context *context)
{
	if (!per_second)
		return;
	/* Whoever asked for a trace gets it, at the cost of the others. */
	if (context->flags & TRACE_FLAG_SAMPLED &&
	    !span_id_valid(&context->parent_id) &&
	    !token_bucket_take(&decisions->bucket, per_second, now_ns) &&
	    context->mode == TRACE_MODE_DEFAULT) {
		sampler_decide(&none, context);
		decisions->limited++;
	}
	say_limited(decisions, per_second, now_ns);
}

void decision_make(const struct config *config, const job_desc_msg_t *job,
		   uid_t user, struct decisions *decisions,
		   struct job_context *context)
{
	struct subject subject = {
		.job = job,
		/* root may submit for others */
		.user = job->user_id == NO_VAL ? user : job->user_id,
		.users = &decisions->users,
		.now_ns = clock_monotonic_ns(),
	};
	const struct sampler sampler = sampler_for(config, &subject, context);

	sampler_decide(&sampler, context);
	limit(config->max_traces_per_second, decisions, subject.now_ns,
	      context);
}
