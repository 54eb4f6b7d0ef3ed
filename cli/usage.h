/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands of the command line tool say of wrong arguments, and of -h. */
#ifndef OTEL_CLI_USAGE_H
#define OTEL_CLI_USAGE_H

#define EXIT_USAGE 2

struct command {
	const char *name;  /* behind slurm-otel */
	const char *usage; /* all of --help */
};

/* Says what is wrong, `what` and the value behind it, and where to read what is
 * right.  Returns EXIT_USAGE. */
int usage_error(const struct command *command, const char *what,
		const char *value);

/* Answers to what getopt_long() gave (of options that begin with ':') and is
 * no option of the command's own: 'h', ':' or '?'.  Returns the exit status. */
int usage_answer(const struct command *command, int option, char *const *argv);

/* Of what getopt_long() left, which must be nothing.  Returns EXIT_USAGE, or -1
 * to go on. */
int usage_surplus(const struct command *command, int argc, char *const *argv);

#endif
