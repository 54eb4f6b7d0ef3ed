/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of users, remembered: the name service may be slow, and slurmctld holds
 * locks while a plugin asks it. */
#ifndef OTEL_JOBSUBMIT_USER_NAMES_H
#define OTEL_JOBSUBMIT_USER_NAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define USER_NAME_MAX 255
#define USER_NAMES 64

/* All zero: empty. */
struct user_names {
	struct {
		bool used;
		uid_t uid;
		uint64_t until_ns;
		char name[USER_NAME_MAX + 1];
	} entry[USER_NAMES];
};

/*
 * The name of uid, or its number where it has none.  Valid until the next call.
 * Asks the name service when it did not for ten minutes; one that can not
 * answer is asked again after one, and the name that was known stands till
 * then. now_ns is monotonic.
 */
const char *user_names_get(struct user_names *names, uid_t uid,
			   uint64_t now_ns);

#endif
