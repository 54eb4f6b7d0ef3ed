/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place that knows what older C libraries and kernels lack; RHEL 8 has
 * glibc 2.28.  To be included first.
 */
#ifndef OTEL_UTIL_COMPAT_H
#define OTEL_UTIL_COMPAT_H

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc 2.34: closes what was not opened with O_CLOEXEC.  Without it such a
 * descriptor is inherited, which is untidy and no more. */
static inline int compat_close_from(posix_spawn_file_actions_t *files, int fd)
{
#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
	return posix_spawn_file_actions_addclosefrom_np(files, fd);
#else
	(void)files;
	(void)fd;
	return 0;
#endif
}

/* glibc 2.32: "KILL" for 9; NULL when the signal has no name. */
static inline const char *compat_signal_name(int signal)
{
#ifdef HAVE_SIGABBREV_NP
	return sigabbrev_np(signal);
#else
	return signal > 0 && signal < NSIG ? sys_sigabbrev[signal] : NULL;
#endif
}

/* Linux 5.1: signals the process of an open /proc/PID directory, and no other
 * that has its number by now.  Returns -1 with ENOSYS where there is no such
 * call. */
static inline int compat_pidfd_signal(int proc_fd, int signal)
{
#ifdef SYS_pidfd_send_signal
	return (int)syscall(SYS_pidfd_send_signal, proc_fd, signal, NULL, 0);
#else
	(void)proc_fd;
	(void)signal;
	errno = ENOSYS;
	return -1;
#endif
}

#endif
