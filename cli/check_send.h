/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exports one test span, for `slurm-otel check --send`. */
#ifndef OTEL_CLI_CHECK_SEND_H
#define OTEL_CLI_CHECK_SEND_H

#include "config/config.h"

/*
 * Sends a span named slurm-otel.check to every endpoint, as the agent would:
 * with its configuration, and as its user, which the process becomes for good
 * when it is root's.  Prints the trace's id and what each receiver answered.
 * Returns how many endpoints did not take it, or -1, the reason being printed,
 * when nothing could be sent.
 */
int check_send(const struct config *config);

#endif
