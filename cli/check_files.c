/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warns about what the configuration names; see check_files.h. */
#include "cli/check_files.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/auth.h"
#include "config/endpoint.h"
#include "host/privileges.h"
#include "host/slurm_conf.h"

#define PATH_SHOWN 300 /* a path that is longer is cut */

struct check {
	const struct config *config;
	void (*warn)(const char *message, void *arg);
	void *arg;
	/* whom the agent is to be, when we are root and it is not */
	const struct agent_user *agent;
};

static void __attribute__((format(printf, 2, 3)))
warn(const struct check *check, const char *fmt, ...)
{
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.msg, sizeof(err.msg), fmt, ap);
	va_end(ap);
	check->warn(err.msg, check->arg);
}

/* One that is reached over the network: for all of these, http:// too, the
 * agent opens the files of TLS, and does not start without them. */
static bool any_url(const struct config *config)
{
	char **p;

	for (p = config->endpoint; p && *p; p++) {
		const struct endpoint_scheme *scheme = endpoint_scheme(*p);

		if (scheme && scheme->transport)
			return true;
	}
	return false;
}

/* By its mode, as to a process without other groups.  The directories above are
 * not looked at. */
static bool may_read(const struct agent_user *user, const struct stat *st)
{
	if (st->st_uid == user->uid)
		return st->st_mode & S_IRUSR;
	if (st->st_gid == user->gid)
		return st->st_mode & S_IRGRP;
	return st->st_mode & S_IROTH;
}

/* Root may read it in any case. */
static void check_access(const struct check *check, const char *key,
			 const char *path, const struct stat *st)
{
	if (access(path, R_OK) < 0)
		warn(check, "%s: %.*s can not be read: %m", key, PATH_SHOWN,
		     path);
	else if (check->agent && !may_read(check->agent, st))
		warn(check,
		     "%s: %.*s can not be read by AgentUser, uid %u: give it "
		     "to that user (chown)",
		     key, PATH_SHOWN, path, (unsigned int)check->agent->uid);
}

/* A file the agent opens.  forbidden: mode bits for which it refuses it, and
 * then it follows no symbolic link either. */
static void check_file(const struct check *check, const char *key,
		       const char *path, mode_t forbidden)
{
	struct stat st;

	if (!path)
		return;
	if ((forbidden ? lstat(path, &st) : stat(path, &st)) < 0) {
		warn(check, "%s: %.*s can not be read: %m", key, PATH_SHOWN,
		     path);
		return;
	}
	if (!S_ISREG(st.st_mode))
		warn(check, "%s: %.*s is %s", key, PATH_SHOWN, path,
		     S_ISLNK(st.st_mode) ? "a symbolic link, which the agent "
					   "does not follow here"
					 : "not a regular file");
	else if (st.st_mode & forbidden)
		warn(check,
		     "%s: %.*s has mode %04o, and others can read or change "
		     "it: the agent refuses it; use chmod 0600",
		     key, PATH_SHOWN, path, (unsigned int)st.st_mode & 07777);
	else
		check_access(check, key, path, &st);
}

static void check_tls(const struct check *check)
{
	const struct config *config = check->config;

	if (!config->tls_verify)
		warn(check, "TLSVerify=no: anybody on the way can pose as the "
			    "receiver; for tests only");
	if (!any_url(config))
		return;
	check_file(check, "CAFile", config->ca_file, 0);
	check_file(check, "CertFile", config->cert_file, 0);
	check_file(check, "KeyFile", config->key_file, 037);
}

/* "http://host/" is taken at its word, but seldom meant. */
static void check_endpoints(const struct check *check)
{
	char **p;

	for (p = check->config->endpoint; p && *p; p++) {
		const struct endpoint_scheme *scheme = endpoint_scheme(*p);
		const char *host = strstr(*p, "://");
		const char *slash = host ? strchr(host + 3, '/') : NULL;

		if (slash && !slash[1] && scheme && scheme->path)
			warn(check,
			     "Endpoint: the path / of a URL is used as it "
			     "stands; leave it out to get /%s",
			     scheme->path);
	}
}

/* Headers of a file that everybody can read are no secret. */
static void check_headers(const struct check *check)
{
	const struct config_key *key = config_key_find("Headers", 7);
	size_t i = (size_t)(key - config_keys);
	char path[4096 + 16];
	struct stat st;
	char *line;

	if (!check->config->headers)
		return;
	if (config_origin(check->config, i) == CONFIG_ARGUMENT)
		warn(check, "Headers: everybody can read plugstack.conf, and "
			    "must; keep secrets in HeadersFile");
	if (config_origin(check->config, i) != CONFIG_FILE)
		return;
	config_where(check->config, i, path, sizeof(path));
	line = strrchr(path, ':');
	if (line)
		*line = '\0';
	if (!stat(path, &st) && st.st_mode & S_IROTH)
		warn(check,
		     "Headers: everybody can read %.*s; keep secrets in "
		     "HeadersFile",
		     PATH_SHOWN, path);
}

static void check_auth(const struct check *check)
{
	const struct config *config = check->config;

	check_file(check, "Auth", auth_bearer_file(config), 077);
	check_file(check, "CredentialsFile", config->credentials_file, 077);
}

static void check_spool(const struct check *check)
{
	const char *dir = check->config->spool_dir;
	struct stat st;

	if (stat(dir, &st) < 0) {
		if (errno == ENOENT)
			warn(check,
			     "SpoolDir: %.*s does not exist; slurmd and "
			     "slurmctld make it when they start",
			     PATH_SHOWN, dir);
		else
			warn(check, "SpoolDir: %.*s: %m", PATH_SHOWN, dir);
	} else if (!S_ISDIR(st.st_mode)) {
		warn(check, "SpoolDir: %.*s is not a directory", PATH_SHOWN,
		     dir);
	} else if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		warn(check,
		     "SpoolDir: %.*s has mode %04o, and others than its owner "
		     "can write to it; use chmod 0755",
		     PATH_SHOWN, dir, (unsigned int)st.st_mode & 07777);
	}
}

/* slurm.conf is not ours to read here, if SlurmUser is meant. */
static void check_user(const struct check *check)
{
	const char *name = check->config->agent_user;
	struct err err;
	uid_t uid;
	gid_t gid;

	if (strcasecmp(name, "SlurmUser") &&
	    agent_user_lookup(name, &uid, &gid, &err) < 0)
		warn(check, "AgentUser: %s", err.msg);
}

void check_files(const struct config *config,
		 void (*warn_fn)(const char *message, void *arg), void *arg)
{
	struct agent_user agent;
	bool ignored;
	bool other = geteuid() == 0 &&
		     agent_user_find(config, &agent, &ignored, NULL) == 0 &&
		     agent.uid != 0;
	const struct check check = { config, warn_fn, arg,
				     other ? &agent : NULL };

	check_endpoints(&check);
	check_headers(&check);
	check_file(&check, "HeadersFile", config->headers_file, 077);
	check_auth(&check);
	check_tls(&check);
	check_spool(&check);
	check_user(&check);
}
