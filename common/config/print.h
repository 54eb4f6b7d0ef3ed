/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The documents that come from the table of keys.  Not part of libotel: the
 * build helper print-config and a unit test link print.c themselves.
 */
#ifndef OTEL_CONFIG_PRINT_H
#define OTEL_CONFIG_PRINT_H

#include <stdio.h>

/* etc/otel.conf.example: every key at its default, commented out. */
void config_print_example(FILE *out);

/* The list of keys in otel.conf(5), in mdoc(7). */
void config_print_man(FILE *out);

#endif
