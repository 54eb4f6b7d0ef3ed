/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of make_seeds. */
#ifndef OTEL_TESTS_FUZZ_MAKE_SEEDS_H
#define OTEL_TESTS_FUZZ_MAKE_SEEDS_H

#include "util/buf.h"

/* Writes data as the seed of this name, and empties it.  Exits on failure. */
void save(const char *target, const char *name, struct buf *data);

void seed_spools(void);
void seed_spans(void);

#endif
