/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drops privileges; see privileges.h. */
#include "config.h"

#include "host/privileges.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/slurm_conf.h"

int agent_user_find(const struct config *config, struct agent_user *ret,
		    bool *ret_ignored, struct err *err)
{
	struct agent_user user;
	bool known = agent_user_lookup(config->agent_user, &user.uid, &user.gid,
				       err) == 0;

	*ret_ignored = false;
	if (geteuid() == 0) {
		if (!known)
			return -1;
		*ret = user;
		return 0;
	}
	*ret_ignored = known && user.uid != geteuid();
	ret->uid = geteuid();
	ret->gid = getegid();
	return 0;
}

static int verify(const struct agent_user *user, struct err *err)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	errno = EPERM;
	if (getresuid(&ruid, &euid, &suid) < 0 ||
	    getresgid(&rgid, &egid, &sgid) < 0 || ruid != user->uid ||
	    euid != user->uid || suid != user->uid || rgid != user->gid ||
	    egid != user->gid || sgid != user->gid)
		return err_set(err, "user and group ids were not taken");
	if (user->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0)) {
		errno = EPERM;
		return err_set(err, "root's privileges can be had back");
	}
	return 0;
}

int privileges_drop(const struct agent_user *user, struct err *err)
{
	if (geteuid() != 0 || user->uid == 0)
		return 0;
	if (setgroups(0, NULL) < 0)
		return err_set(err, "setgroups: %m");
	if (setresgid(user->gid, user->gid, user->gid) < 0)
		return err_set(err, "setresgid %u: %m", (unsigned)user->gid);
	if (setresuid(user->uid, user->uid, user->uid) < 0)
		return err_set(err, "setresuid %u: %m", (unsigned)user->uid);
	return verify(user, err);
}

int privileges_harden(struct err *err)
{
	const struct rlimit no_core = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &no_core) < 0)
		return err_set(err, "setrlimit: %m");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, "prctl no_new_privs: %m");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_set(err, "prctl dumpable: %m");
	return 0;
}
