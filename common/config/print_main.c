/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-config: the build's helper that prints the generated documents. */
#include <stdio.h>
#include <string.h>

#include "config/print.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "example")) {
		config_print_example(stdout);
	} else if (argc == 2 && !strcmp(argv[1], "man")) {
		config_print_man(stdout);
	} else {
		fprintf(stderr, "usage: print-config example|man\n");
		return 2;
	}
	return fflush(stdout) || ferror(stdout);
}
