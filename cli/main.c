/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slurm-otel: what people look at traces, their delivery and the configuration
 * with, and end agents.  This file finds the command; each is a file of its
 * own.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check.h"
#include "cli/detail.h"
#include "cli/say.h"
#include "cli/show.h"
#include "cli/status.h"
#include "cli/stop.h"
#include "cli/trace.h"
#include "config.h"

#define EXIT_USAGE 2

static const struct command {
	const char *name;
	const char *help;
	int (*main)(int argc, char **argv);
} commands[] = {
	{ "show", "draw traces from files of OTLP JSON lines", show_main },
	{ "trace", "print the trace id of a job, and its URL", trace_main },
	{ "status", "say what waits, what was delivered and what was lost",
	  status_main },
	{ "check",
	  "print the configuration, and what is wrong with it or the plugins",
	  check_main },
	{ "detail", "say how much traces tell of nodes and tasks, or raise it",
	  detail_main },
	{ "stop", "end the agents of this host", stop_main },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fputs("Usage: slurm-otel COMMAND [ARGUMENT]...\n\nCommands:\n", out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\n"
	      "  -h, --help     print this and exit\n"
	      "  -V, --version  print the version and exit\n"
	      "\n"
	      "'slurm-otel COMMAND --help' tells more; so does slurm-otel(1).\n",
	      out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *command = find_command(name);

	/* Characters only: messages and numbers are the same everywhere. */
	setlocale(LC_CTYPE, "");
	if (command)
		return command->main(argc - 1, argv + 1);
	if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
		print_help(stdout);
		return EXIT_SUCCESS;
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		puts("slurm-otel " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (*name)
		say("unknown command: %s", name);
	print_help(stderr);
	return EXIT_USAGE;
}
