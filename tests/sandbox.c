/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a program under the seccomp filters that systemd would make of a unit,
 * where no systemd runs:
 *
 *   sandbox NAMES PROGRAM [ARGUMENT]...
 *
 * NAMES is a file of the system calls that are allowed, one a line; all others
 * fail with EPERM (SystemCallFilter=, SystemCallErrorNumber=EPERM).  And
 * always: AF_UNIX, AF_INET and AF_INET6 alone (RestrictAddressFamilies=), no
 * memory that is writable and executable (MemoryDenyWriteExecute=), no
 * namespaces (RestrictNamespaces=), no new privileges.
 */
#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#define FAMILIES 64
#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static void need(int rc, const char *what)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "sandbox: %s: %s\n", what, strerror(-rc));
	exit(125);
}

static void load(scmp_filter_ctx filter)
{
	need(seccomp_load(filter), "load a filter");
	seccomp_release(filter);
}

static void allow_listed(const char *names)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	FILE *file = fopen(names, "re");
	char name[64];
	int n = 0;

	need(file ? 0 : -errno, names);
	while (fscanf(file, "%63s", name) == 1) {
		int call = seccomp_syscall_resolve_name(name);

		/* a call of another architecture */
		if (call < 0)
			continue;
		need(seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0), name);
		n++;
	}
	fclose(file);
	need(n > 100 ? 0 : -ENODATA, names);
	load(filter);
}

static void forbid(scmp_filter_ctx filter, int error, int call,
		   unsigned argument, uint64_t mask, uint64_t value)
{
	const struct scmp_arg_cmp compare =
		SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, mask, value);

	need(seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint16_t)error),
				    call, 1, &compare),
	     "add a rule");
}

static void forbid_families(scmp_filter_ctx filter)
{
	for (int family = 0; family < FAMILIES; family++)
		if (family != AF_UNIX && family != AF_INET &&
		    family != AF_INET6)
			forbid(filter, EAFNOSUPPORT, SCMP_SYS(socket), 0,
			       UINT32_MAX, (uint64_t)family);
}

static void forbid_namespaces(scmp_filter_ctx filter)
{
	for (unsigned bit = 0; bit < 32; bit++)
		if (NAMESPACES & 1u << bit)
			forbid(filter, EPERM, SCMP_SYS(clone), 0, 1u << bit,
			       1u << bit);
	need(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3),
			      0),
	     "clone3");
	need(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare),
			      0),
	     "unshare");
	need(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(setns),
			      0),
	     "setns");
}

static void forbid_code_in_data(scmp_filter_ctx filter)
{
	const uint64_t both = PROT_EXEC | PROT_WRITE;

	forbid(filter, EPERM, SCMP_SYS(mmap), 2, both, both);
	forbid(filter, EPERM, SCMP_SYS(mprotect), 2, PROT_EXEC, PROT_EXEC);
	forbid(filter, EPERM, SCMP_SYS(pkey_mprotect), 2, PROT_EXEC, PROT_EXEC);
	forbid(filter, EPERM, SCMP_SYS(shmat), 2, SHM_EXEC, SHM_EXEC);
}

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (argc < 3 || !filter) {
		fputs("usage: sandbox NAMES PROGRAM [ARGUMENT]...\n", stderr);
		return 125;
	}
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0, "prctl");
	forbid_families(filter);
	forbid_namespaces(filter);
	forbid_code_in_data(filter);
	load(filter);
	/* last: it does not allow what loads filters */
	allow_listed(argv[1]);
	execv(argv[2], argv + 2);
	need(-errno, argv[2]);
	return 125;
}
