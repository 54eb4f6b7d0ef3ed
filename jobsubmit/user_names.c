/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One place for each uid, by its last digits; see user_names.h. */
#include "jobsubmit/user_names.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"

#define KEEP_NS (600 * NS_PER_SECOND)
#define PASSWD_BUFFER 16384

static void look_up(uid_t uid, char ret[USER_NAME_MAX + 1])
{
	_cleanup_free_ char *buffer = malloc(PASSWD_BUFFER);
	struct passwd pwd, *found = NULL;

	if (buffer &&
	    getpwuid_r(uid, &pwd, buffer, PASSWD_BUFFER, &found) == 0 &&
	    found && strlen(pwd.pw_name) <= USER_NAME_MAX)
		strcpy(ret, pwd.pw_name);
	else
		snprintf(ret, USER_NAME_MAX + 1, "%u", uid);
}

const char *user_names_get(struct user_names *names, uid_t uid, uint64_t now_ns)
{
	__typeof__(&names->entry[0]) entry = &names->entry[uid % USER_NAMES];

	if (!entry->used || entry->uid != uid || now_ns >= entry->until_ns) {
		look_up(uid, entry->name);
		entry->uid = uid;
		entry->until_ns = now_ns + KEEP_NS;
		entry->used = true;
	}
	return entry->name;
}
