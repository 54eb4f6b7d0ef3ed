/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells Slurm of the users' options. */
#ifndef OTEL_SPANK_OPTION_TABLE_H
#define OTEL_SPANK_OPTION_TABLE_H

#include "spank/compat.h"

/*
 * Registers them, in slurm_spank_init of a client and of slurmstepd, where srun
 * sends what it was given: slurmstepd complains to the user of an option it
 * does not know.  take gets the option_id (options.h) as its value.
 */
void options_register(spank_t sp, spank_opt_cb_f take);

#endif
