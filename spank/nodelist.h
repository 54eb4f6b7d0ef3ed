/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first node of a node list in Slurm's notation, without its library. */
#ifndef OTEL_SPANK_NODELIST_H
#define OTEL_SPANK_NODELIST_H

#include <stdbool.h>

/*
 * True when node is the first node that a list like "n[3-5,8],m1" or
 * "r[0-1]n[01-04]" names.  NULL for either is false.
 */
bool nodelist_starts_with(const char *list, const char *node);

#endif
