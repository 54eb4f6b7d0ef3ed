/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SLUID, Slurm's own unique name of one attempt of a job, from 25.11 on: 64
 * bits, printed as "s" and 13 digits of Crockford's base 32
 * (crockford.com/base32.html), the highest first, as scontrol shows it.
 */
#ifndef OTEL_HOST_SLUID_H
#define OTEL_HOST_SLUID_H

#include <stdbool.h>
#include <stdint.h>

#define SLUID_LEN 14
/* What Slurm calls it in the environment: of a prolog from 25.11 on, of a task
 * from 26.05 on. */
#define SLUID_VAR "SLURM_JOB_SLUID"

/* Writes the text and a NUL; "" for 0, which names nothing. */
void sluid_format(uint64_t sluid, char ret[SLUID_LEN + 1]);

/* True for exactly what sluid_format() writes; text may be hostile, or NULL. */
bool sluid_is_valid(const char *text);

#endif
