/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One place for each uid, by its last digits; see user_names.h. */
#include "jobsubmit/user_names.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"

#define KEEP_NS (600 * NS_PER_SECOND)
#define KEEP_ERROR_NS (60 * NS_PER_SECOND)
#define PASSWD_BUFFER 16384

/* Returns 0, or -1 with ret untouched when that can not be known now. */
static int look_up(uid_t uid, char ret[USER_NAME_MAX + 1])
{
	_cleanup_free_ char *buffer = malloc(PASSWD_BUFFER);
	struct passwd pwd, *found = NULL;
	int rc;

	if (!buffer)
		return -1;
	rc = getpwuid_r(uid, &pwd, buffer, PASSWD_BUFFER, &found);
	/* see getpwnam(3): these too say that there is no such user */
	if (!found && rc && rc != ENOENT && rc != ESRCH && rc != EBADF &&
	    rc != EPERM)
		return -1;
	if (found && strlen(pwd.pw_name) <= USER_NAME_MAX)
		strcpy(ret, pwd.pw_name);
	else
		snprintf(ret, USER_NAME_MAX + 1, "%u", uid);
	return 0;
}

const char *user_names_get(struct user_names *names, uid_t uid, uint64_t now_ns)
{
	__typeof__(&names->entry[0]) entry = &names->entry[uid % USER_NAMES];
	int rc;

	if (entry->used && entry->uid == uid && now_ns < entry->until_ns)
		return entry->name;
	if (!entry->used || entry->uid != uid)
		snprintf(entry->name, sizeof(entry->name), "%u", uid);
	rc = look_up(uid, entry->name);
	entry->uid = uid;
	entry->until_ns = now_ns + (rc < 0 ? KEEP_ERROR_NS : KEEP_NS);
	entry->used = true;
	return entry->name;
}
