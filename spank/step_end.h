/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node writes of a step when it ends. */
#ifndef OTEL_SPANK_STEP_END_H
#define OTEL_SPANK_STEP_END_H

#include "config/config.h"
#include "spank/step.h"

/* In slurmstepd's last hook, as root.  What is lost is logged in one line. */
void step_end_write(const struct config *config, const struct step *step);

#endif
