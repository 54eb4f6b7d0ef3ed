/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `slurm-otel detail`. */
#ifndef OTEL_CLI_DETAIL_OPTIONS_H
#define OTEL_CLI_DETAIL_OPTIONS_H

#include <stdint.h>

#include "host/detail_file.h"

enum detail_action { DETAIL_SHOW, DETAIL_ON, DETAIL_OFF };

struct detail_options {
	enum detail_action action;
	const char *config;      /* NULL: the standard one */
	const char *spool;       /* NULL: all of SpoolDir */
	uint64_t for_s;          /* DETAIL_ON */
	struct detail_file file; /* DETAIL_ON; but for until_s */
};

/* Fills *ret.  Returns -1 to go on, else the exit status, after a message. */
int detail_options_parse(int argc, char **argv, struct detail_options *ret);

#endif
