/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `slurm-otel check` says of the plugins themselves: whether they were
 * built for the Slurm that is to load them.
 */
#ifndef OTEL_CLI_CHECK_PLUGINS_H
#define OTEL_CLI_CHECK_PLUGINS_H

/*
 * Looks where Slurm looks for plugins: PluginDir of slurm.conf, else where this
 * program was installed for, and where Slurm was when it was configured.  This
 * host's Slurm is told by its own plugins there.  Hands each plugin of ours
 * that it would not load to mistake and returns their number; 0 where either
 * is missing, since not every host has all of them.
 */
int check_plugins(void (*mistake)(const char *message, void *arg), void *arg);

/*
 * The same of one file that is to be installed, where no Slurm of another
 * version may be; prints what it finds.  Returns 0 when nothing is against it,
 * which is so where no Slurm is, else 1.
 */
int check_plugin_file(const char *path);

#endif
