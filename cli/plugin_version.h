/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads from a Slurm plugin which Slurm it was built for, without running it.
 */
#ifndef OTEL_CLI_PLUGIN_VERSION_H
#define OTEL_CLI_PLUGIN_VERSION_H

#include <stdint.h>

#include "util/err.h"

#define PLUGIN_VERSION_TEXT_SIZE 24

/*
 * The number that Slurm's loader compares with its own: plugin_version, of
 * major << 16, minor << 8 and micro (SLURM_VERSION_NUM in slurm/slurm.h).  It
 * is read from the file's dynamic symbols (ELF, of this program's class and
 * byte order): to dlopen the plugin would run it, and it needs symbols of
 * Slurm's daemons.  The file is not trusted.  Returns -1 with err.
 */
int plugin_version_read(const char *path, uint32_t *ret, struct err *err);

/* "22.05.8", or "22.05" of which spank_otel.so needs no more. */
void plugin_version_text(uint32_t version, char ret[PLUGIN_VERSION_TEXT_SIZE]);
void plugin_version_release_text(uint32_t version,
				 char ret[PLUGIN_VERSION_TEXT_SIZE]);

#endif
