/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to wrong arguments; see usage.h. */
#include "cli/usage.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/say.h"

int usage_error(const struct command *command, const char *what,
		const char *value)
{
	say("%s: %s%s", command->name, what, value);
	fprintf(stderr, "Try 'slurm-otel %s --help'.\n", command->name);
	return EXIT_USAGE;
}

int usage_answer(const struct command *command, int option, char *const *argv)
{
	if (option == 'h') {
		fputs(command->usage, stdout);
		return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	return usage_error(command,
			   option == ':' ? "a value is missing after "
					 : "unknown option ",
			   argv[optind - 1]);
}

int usage_surplus(const struct command *command, int argc, char *const *argv)
{
	if (optind >= argc)
		return -1;
	return usage_error(command, "unexpected argument ", argv[optind]);
}
