/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a host's spools as people and programs read it.  All pure:
 * the time is passed in.
 */
#ifndef OTEL_CLI_STATUS_VIEW_H
#define OTEL_CLI_STATUS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/style.h"
#include "status/host_status.h"
#include "util/buf.h"

/* A loss is worth attention for so long. */
#define STATUS_LOSS_NS (24 * 3600 * UINT64_C(1000000000))
/* So is a span that waits longer than this for an agent that runs, */
#define STATUS_WAIT_NS (600 * UINT64_C(1000000000))
/* and a spool that is fuller than this percentage. */
#define STATUS_FULL_PERCENT 80

struct status_view {
	const struct host_status *host;
	const char *spool_dir;
	uint64_t limit;  /* SpoolMaxSize */
	uint64_t now_ns; /* Unix */
};

/*
 * Calls report with one sentence for each thing that needs attention; NULL
 * only counts.  Returns how many there are.
 */
size_t status_findings(const struct status_view *view,
		       void (*report)(const char *sentence, void *arg),
		       void *arg);

/* Draws tables and findings. */
void status_draw(const struct status_view *view, const struct look *look,
		 size_t width, struct buf *out);

/*
 * Appends a JSON object, slurm-otel(1) says which, and a newline; on one line
 * unless pretty.  Returns -1 when there is no memory.
 */
int status_json(const struct status_view *view, bool pretty, struct buf *out);

/* An agent of another version, or none, keeps no figures of this endpoint. */
bool status_shows(const struct endpoint_metrics *endpoint);

#endif
