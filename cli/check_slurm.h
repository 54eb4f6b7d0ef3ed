/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `slurm-otel check` warns about because of slurm.conf: keys that have no
 * effect without something there. */
#ifndef OTEL_CLI_CHECK_SLURM_H
#define OTEL_CLI_CHECK_SLURM_H

#include "config/config.h"

/* Hands each warning to warn; none when slurm.conf can not be read. */
void check_slurm(const struct config *config,
		 void (*warn)(const char *message, void *arg), void *arg);

#endif
