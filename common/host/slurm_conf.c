/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads single values of slurm.conf; see slurm_conf.h. */
#include "host/slurm_conf.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/cleanup.h"

#define INCLUDE_DEPTH_MAX 8
#define LINE_MAX_BYTES 65536
/* Where a configless slurmd keeps what slurmctld sent it. */
#define CONFIGLESS_PATH "/run/slurm/conf/slurm.conf"
#define PASSWD_BUFFER 16384

/* Cuts the comment and the blanks around; slurm.conf knows "\#". */
static char *trim(char *line)
{
	char *end;

	for (end = line; *end; end++)
		if (*end == '#' && (end == line || end[-1] != '\\'))
			break;
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*line))
		line++;
	return line;
}

/* "Key = value" with this key, anywhere in a line: a line may hold several.
 * The value, else NULL. */
static char *value_of(char *line, const char *key)
{
	size_t len = strlen(key);
	char *hit, *value;

	for (hit = line; (hit = strcasestr(hit, key)); hit++) {
		if (hit > line && !isspace((unsigned char)hit[-1]))
			continue;
		value = hit + len;
		while (isspace((unsigned char)*value))
			value++;
		if (*value++ != '=')
			continue;
		while (isspace((unsigned char)*value) || *value == '"')
			value++;
		value[strcspn(value, " \t\"")] = '\0';
		return value;
	}
	return NULL;
}

/* Does the line go on in the next one?  Cuts the sign for it. */
static bool continues(char *line)
{
	size_t len = strcspn(line, "\n");

	if (!len || line[len - 1] != '\\')
		return false;
	line[len - 1] = ' ';
	line[len] = '\0';
	return true;
}

/* Reads a line together with those that continue it.  Returns false at the
 * end of the file, and for a line longer than LINE_MAX_BYTES. */
static bool read_line(FILE *file, char *ret, size_t size)
{
	size_t len = 0;

	ret[0] = '\0';
	do {
		if (!fgets(ret + len, (int)(size - len), file))
			return len > 0;
		if (!continues(ret + len))
			return true;
		len += strlen(ret + len);
	} while (len + 1 < size);
	return false;
}

static int search_file(const char *path, const char *key, char *ret,
		       size_t size, int depth, struct err *err);

static int search_include(const char *from, char *name, const char *key,
			  char *ret, size_t size, int depth, struct err *err)
{
	const char *slash = strrchr(from, '/');
	char path[PATH_MAX];
	int n;

	if (depth >= INCLUDE_DEPTH_MAX)
		return 0;
	while (isspace((unsigned char)*name))
		name++;
	if (*name == '/' || !slash)
		n = snprintf(path, sizeof(path), "%s", name);
	else
		n = snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - from),
			     from, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return 0;
	return search_file(path, key, ret, size, depth + 1, err);
}

static int search_file(const char *path, const char *key, char *ret,
		       size_t size, int depth, struct err *err)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *text = malloc(LINE_MAX_BYTES);
	int found = 0;

	if (!file)
		return err_set(err, "read %s: %m", path);
	if (!text)
		return err_set(err, "read %s: out of memory", path);
	while (!found && read_line(file, text, LINE_MAX_BYTES)) {
		char *line = trim(text);
		char *value = value_of(line, key);

		if (value) {
			if (strlen(value) >= size)
				return err_set(err, "%s: %s is too long", path,
					       key);
			strcpy(ret, value);
			return 1;
		}
		if (!strncasecmp(line, "include", 7) &&
		    isspace((unsigned char)line[7]))
			found = search_include(path, line + 7, key, ret, size,
					       depth, err);
	}
	return found;
}

const char *slurm_conf_path(void)
{
	const char *path = getenv("SLURM_CONF");

	if (!path || *path != '/')
		path = SYSCONFDIR "/slurm/slurm.conf";
	if (access(path, R_OK) < 0 && access(CONFIGLESS_PATH, R_OK) == 0)
		path = CONFIGLESS_PATH;
	return path;
}

int slurm_conf_value(const char *key, char *ret, size_t size, struct err *err)
{
	return search_file(slurm_conf_path(), key, ret, size, 0, err);
}

int slurm_conf_names(const char *key, const char *const *words, struct err *err)
{
	char text[1024], *rest = text, *item;
	int found = slurm_conf_value(key, text, sizeof(text), err);

	if (found <= 0)
		return found;
	while ((item = strsep(&rest, ",")))
		for (const char *const *word = words; *word; word++)
			if (!strcasecmp(item, *word))
				return 1;
	return 0;
}

bool slurm_conf_prolog_at_allocation(void)
{
	static const char *const flags[] = {
		"Alloc", "Contain", "NoHold", "X11", "ForceRequeueOnFail", NULL
	};

	return slurm_conf_names("PrologFlags", flags, NULL) > 0 &&
	       !slurm_conf_prolog_in_job();
}

bool slurm_conf_prolog_in_job(void)
{
	static const char *const flags[] = { "RunInJob", NULL };

	return slurm_conf_names("PrologFlags", flags, NULL) > 0;
}

void slurm_conf_cluster(char *ret, size_t size)
{
	if (slurm_conf_value("ClusterName", ret, size, NULL) <= 0)
		*ret = '\0';
	for (; *ret; ret++)
		*ret = (char)tolower((unsigned char)*ret);
}

static int lookup_name(const char *name, uid_t *ret_uid, gid_t *ret_gid,
		       struct err *err)
{
	_cleanup_free_ char *buffer = malloc(PASSWD_BUFFER);
	struct passwd pwd, *found = NULL;
	char *end;
	int rc;

	if (!buffer)
		return err_set(err, "look up user %s: out of memory", name);
	rc = getpwnam_r(name, &pwd, buffer, PASSWD_BUFFER, &found);
	if (!rc && !found && isdigit((unsigned char)*name)) {
		unsigned long uid = strtoul(name, &end, 10);

		if (!*end && uid < UINT_MAX)
			rc = getpwuid_r((uid_t)uid, &pwd, buffer, PASSWD_BUFFER,
					&found);
	}
	errno = rc;
	if (rc)
		return err_set(err, "look up user %s: %m", name);
	if (!found)
		return err_set(err, "there is no user \"%s\"", name);
	*ret_uid = pwd.pw_uid;
	*ret_gid = pwd.pw_gid;
	return 0;
}

int agent_user_lookup(const char *agent_user, uid_t *ret_uid, gid_t *ret_gid,
		      struct err *err)
{
	char name[256] = "root";

	if (strcasecmp(agent_user, "SlurmUser"))
		return lookup_name(agent_user, ret_uid, ret_gid, err);
	if (slurm_conf_value("SlurmUser", name, sizeof(name), err) < 0)
		return -1;
	/* slurm.conf may say "name(uid)", as scontrol prints it */
	name[strcspn(name, "(")] = '\0';
	return lookup_name(name, ret_uid, ret_gid, err);
}
