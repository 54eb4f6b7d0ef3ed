/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an agent counts, in the file `metrics` of its spool: of fixed size, one
 * record for the agent and one for each endpoint, each below a page and
 * written in place by one write under a checksum.  So the figures outlive a
 * killed agent, a full disk can not refuse them, and a reader can tell a
 * record that is just being written.  Not mapped: a file that a stranger cuts,
 * or a filesystem that has no room for a changed page, would end the process.
 * After a power failure they may be those of half a minute before.
 */
#ifndef OTEL_STATUS_METRICS_FILE_H
#define OTEL_STATUS_METRICS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/histogram.h"
#include "util/err.h"

#define METRICS_FILE "metrics"
#define METRICS_ENDPOINTS 16
#define METRICS_TEXT_SIZE 256 /* of a name, of an error; NUL included */

/* In the order of the agent's enum breaker_state. */
enum circuit_state { CIRCUIT_CLOSED, CIRCUIT_OPEN, CIRCUIT_HALF_OPEN };

/* All that the agents of this spool did, since its file was made.  Times are
 * Unix nanoseconds, 0: never. */
struct agent_metrics {
	uint64_t taken;    /* spans that the cursor has passed, each once */
	uint64_t exported; /* spans that receivers accepted, repeats included */
	uint64_t rejected; /* by a receiver inside an accepted batch */
	uint64_t refused;  /* for good, and set aside in bad/ */
	uint64_t lost;     /* refused, and bad/ could not take them */
	uint64_t unsettled; /* of all these, where the cursor has not moved yet
			     */
	uint64_t repeated; /* of all these, sent again: the cursor did not move,
			    * because the agent was killed or the disk failed */
	uint64_t created;  /* spans that came into the spool; as of the last
			    * count of what waits */
	uint64_t unknown;  /* records of a kind of a later version, skipped */
	uint64_t orphans;  /* steps whose slurmstepd was gone, closed */
	uint64_t orphans_damaged; /* records of such steps that could not be
				   * read: they have no span */
	uint64_t comments_set, comments_failed;
	uint64_t starts, reloads;
	uint64_t started_ns; /* the agent that runs, or ran last */
	uint64_t loss_ns;    /* something was rejected, refused or lost */
};

struct endpoint_metrics {
	char name[METRICS_TEXT_SIZE];  /* masked; "": the slot is free */
	char error[METRICS_TEXT_SIZE]; /* the last one, clean; "": none */
	uint64_t error_ns;
	uint64_t success_ns;          /* of the last batch that was accepted */
	uint64_t used_ns;             /* in the configuration, or tried */
	uint64_t configured;          /* 1 or 0 */
	uint64_t circuit;             /* enum circuit_state */
	uint64_t failures;            /* attempts in a row */
	uint64_t sent, retry, reject; /* attempts, by their verdict */
	uint64_t exported, rejected, refused; /* spans, as above */
	uint64_t bytes; /* of the spans exported, as they lie in the spool */
	struct histogram duration; /* of attempts */
};

struct metrics_data {
	struct agent_metrics agent;
	struct endpoint_metrics endpoints[METRICS_ENDPOINTS];
};

/*
 * Reads the file of a spool.  A record that is damaged is read as nothing but
 * zeros; so is a whole file of another version or size.  Returns 1, 0 when
 * there is none (*ret is zeroed), or -1 with err and *ret untouched.
 */
int metrics_file_read(int spool_fd, struct metrics_data *ret, struct err *err);

/*
 * Opens it for the agent, reading what is there; a file that is missing, or of
 * another version or size, is made anew and begins at zero.
 * Returns a descriptor, or -1 with err.
 */
int metrics_file_open(int spool_fd, struct metrics_data *ret, struct err *err);

/* Write one record.  Return -1 with err; the next write makes good. */
int metrics_file_put_agent(int fd, const struct agent_metrics *agent,
			   struct err *err);
int metrics_file_put_endpoint(int fd, size_t slot,
			      const struct endpoint_metrics *endpoint,
			      struct err *err);

#endif
