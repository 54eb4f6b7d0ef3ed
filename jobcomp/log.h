/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slurm's own log functions, as its public spank.h declares them. */
#ifndef OTEL_JOBCOMP_LOG_H
#define OTEL_JOBCOMP_LOG_H

void slurm_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void slurm_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
