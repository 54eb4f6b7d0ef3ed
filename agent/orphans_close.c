/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closes what one step left that ended without a word; see orphans.h. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "orphans_private.h"
#include "span/limits.h"
#include "span/lost.h"
#include "spool/spool.h"
#include "util/cleanup.h"
#include "util/clock.h"

static uint64_t boot_time_ns(uint64_t now_ns)
{
	struct timespec up;
	uint64_t up_ns;

	clock_gettime(CLOCK_BOOTTIME, &up);
	up_ns = (uint64_t)up.tv_sec * NS_PER_SECOND + (uint64_t)up.tv_nsec;
	return up_ns < now_ns ? now_ns - up_ns : 0;
}

static bool is_other_boot(const struct orphans *orphans,
			  const struct open_orphan *orphan)
{
	static const uint8_t unknown[BOOT_ID_SIZE];

	return memcmp(orphan->boot_id, orphans->boot_id, BOOT_ID_SIZE) &&
	       memcmp(orphan->boot_id, unknown, BOOT_ID_SIZE) &&
	       memcmp(orphans->boot_id, unknown, BOOT_ID_SIZE);
}

/* Makes orphans->span of it.  Returns 0, or -1 with err, errno kept: ENOMEM, or
 * EINVAL for what is no beginning of a span. */
static int end_span(struct orphans *orphans, const struct open_orphan *orphan,
		    struct err *err)
{
	const struct span_limits limits = span_limits_of(orphans->config);
	uint64_t now_ns = clock_unix_ns();
	const struct orphan_times times = {
		.other_boot = is_other_boot(orphans, orphan),
		.touched_ns = orphan->touched_ns,
		.alive_ns = orphans->alive_ns,
		.seen_ns = orphans->seen_ns,
		.boot_ns = boot_time_ns(now_ns),
		.now_ns = now_ns,
	};
	const char *message = times.other_boot
				      ? "the node went down"
				      : "slurmstepd was killed or crashed";

	buf_clear(&orphans->span);
	if (span_end_lost(orphan->span, orphan->len, &limits,
			  orphan_end(&times), message, &orphans->span, err) < 0)
		return -1;
	if (orphans->span.len <= SPOOL_PAYLOAD_MAX)
		return 0;
	errno = EINVAL;
	return err_set(err, "too large for the spool");
}

static void remove_bad(struct orphans *orphans, const char *name,
		       const char *why, struct look *look)
{
	struct err err;

	if (open_remove(orphans->dir_fd, name, &err) < 0) {
		look->failed = true;
		log_cause_say(&orphans->trouble, LOG_LEVEL_ERROR, "%s",
			      err.msg);
		return;
	}
	orphans->damaged++;
	log_say(orphans->said_damaged ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
		"a record of a running step in " OPEN_DIR " was %s: removed; "
		"the step has no span unless it ends by itself%s",
		why, orphans->said_damaged ? "" : "; more are only counted");
	orphans->said_damaged = true;
}

static int append(struct orphans *orphans, uint32_t job_id, struct err *err)
{
	const struct spool_options options = {
		.max_size = orphans->config->spool_max_size,
		.sync = orphans->config->spool_sync,
		.kept = true,
	};

	return spool_append(orphans->spool_fd, &options, SPOOL_SPAN, job_id,
			    orphans->span.data, orphans->span.len, err);
}

/* It would be appended again and again. */
static void give_up(struct orphans *orphans, const struct err *err)
{
	log_say(LOG_LEVEL_ERROR,
		"%s; until the agent starts anew, spans of steps that are "
		"killed stay in " OPEN_DIR,
		err->msg);
	cleanup_closep(&orphans->dir_fd);
	orphans->dir_fd = -1;
}

static void close_orphan(struct orphans *orphans, const char *name,
			 const struct open_orphan *orphan, struct look *look)
{
	struct err err;
	int rc = end_span(orphans, orphan, &err);

	if (rc < 0 && errno == EINVAL) {
		remove_bad(orphans, name, err.msg, look);
		return;
	}
	if (rc < 0 || append(orphans, orphan->job_id, &err) < 0) {
		look->failed = look->over = true;
		log_cause_say(&orphans->trouble, LOG_LEVEL_ERROR,
			      "%s; spans of lost steps stay in " OPEN_DIR,
			      err.msg);
		return;
	}
	/* in this order: a crash in between repeats a span and loses none */
	look->closed++;
	look->over = look->more = look->closed == CLOSED_MAX;
	log_say(LOG_LEVEL_DEBUG,
		"job %" PRIu32 ": a step ended without a word: closed as lost",
		orphan->job_id);
	if (open_remove(orphans->dir_fd, name, &err) == 0)
		return;
	look->over = true;
	give_up(orphans, &err);
}

void orphans_look_at(struct orphans *orphans, const char *name,
		     struct look *look)
{
	struct open_orphan orphan;
	struct err err;

	switch (open_record_look(orphans->dir_fd, name, &orphans->record,
				 &orphan, &err)) {
	case OPEN_ORPHAN:
		close_orphan(orphans, name, &orphan, look);
		break;
	case OPEN_BAD:
		remove_bad(orphans, name, err.msg, look);
		break;
	case OPEN_STALE:
		open_remove(orphans->dir_fd, name, NULL);
		break;
	case -1:
		look->failed = true;
		log_cause_say(&orphans->trouble, LOG_LEVEL_ERROR, "%s",
			      err.msg);
		break;
	default:
		break;
	}
}
