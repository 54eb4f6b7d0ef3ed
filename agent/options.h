/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's command line. */
#ifndef OTEL_AGENT_OPTIONS_H
#define OTEL_AGENT_OPTIONS_H

#include <stdbool.h>

/* Strings are those of argv, or literals. */
struct options {
	const char *spool;   /* required */
	const char *config;  /* NULL: see agent_load_config */
	const char *cluster; /* NULL: the file `cluster` in the spool */
	const char *service_instance; /* NULL: <spool's name>@<host's name> */
	const char *log_file;         /* NULL: none */
	const char *comment_helper;   /* program that sets a job's comment */
	bool foreground;
	bool once; /* implies foreground */
};

/*
 * Parses the command line.  Returns -1 with *ret filled when the program is to
 * go on; else the status to exit with, --help, --version or the mistake being
 * printed already.
 */
int options_parse(int argc, char **argv, struct options *ret);

#endif
