/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads otel.conf and what it includes.  A file is read whole, once, and cut
 * into logical lines in place: no allocation a line, because every slurmstepd
 * does this.  The grammar stands in otel.conf(5).
 */
#include "config/private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

/* A place in the text of one file. */
struct cursor {
	char *next;
	char *end;         /* a NUL stands here */
	unsigned int line; /* number of the line at next */
};

static int read_file(struct loader *loader, const struct config_place *from,
		     const char *path, int depth);

/* ---- the file as bytes -------------------------------------------------- */

static int read_all(int fd, char *data, size_t size, size_t *ret_len)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, data + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

/* Returns 1 with the contents and a NUL, 0 when the file is not there or not
 * for us to read (errno says which), -1 with err. */
static int slurp(const char *path, char **ret_text, size_t *ret_len,
		 struct err *err)
{
	/* O_NONBLOCK: a FIFO must not hang a daemon.  Symbolic links are
	 * followed, because administrators use them. */
	_cleanup_close_ int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t size, len;

	if (fd < 0 && (errno == ENOENT || errno == EACCES))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, "can not be read: %m");
	if (!S_ISREG(st.st_mode))
		return err_set(err, "is not a regular file");
	if (st.st_size > CONFIG_FILE_MAX)
		return err_set(err, "is larger than 1 MiB");
	/* one byte more than there should be shows a file that grew */
	size = (size_t)st.st_size + 1;
	text = malloc(size + 1);
	if (!text)
		return err_set(err, "out of memory");
	if (read_all(fd, text, size, &len) < 0)
		return err_set(err, "can not be read: %m");
	if (len == size)
		return err_set(err, "changed while it was read");
	text[len] = '\0';
	*ret_text = TAKE_PTR(text);
	*ret_len = len;
	return 1;
}

/* ---- lines -------------------------------------------------------------- */

/* Where the comment of this physical line starts, or its end. */
static char *find_comment(char *p, char *end, bool *quoted)
{
	for (; p < end; p++) {
		if (*p == '"')
			*quoted = !*quoted;
		else if (*p == '#' && !*quoted)
			break;
	}
	return p;
}

/*
 * Takes one logical line: physical lines that end in a backslash are joined,
 * with the blanks at the start of the next one left out; the comment is cut
 * off.  Comments end with their physical line.  Returns false at the end.
 */
static bool next_line(struct cursor *cursor, char **ret_text, size_t *ret_len,
		      unsigned int *ret_line)
{
	char *start = cursor->next, *out = start;
	bool quoted = false, more = true;

	if (start >= cursor->end)
		return false;
	*ret_line = cursor->line;
	while (more && cursor->next < cursor->end) {
		char *p = cursor->next;
		char *eol = memchr(p, '\n', (size_t)(cursor->end - p));
		char *end = eol ? eol : cursor->end;
		char *comment;

		cursor->next = eol ? eol + 1 : cursor->end;
		cursor->line++;
		if (end > p && end[-1] == '\r')
			end--;
		if (out > start)
			p += strspn(p, " \t");
		comment = find_comment(p, end, &quoted);
		more = comment == end && end > p && end[-1] == '\\';
		if (more)
			comment--;
		memmove(out, p, (size_t)(comment - p));
		out += comment - p;
	}
	*ret_text = start;
	*ret_len = (size_t)(out - start);
	return true;
}

/* Cuts the value: what stands between double quotes, or a word.  Returns what
 * is wrong with it, or NULL. */
static const char *cut_value(char *p, char **ret_value)
{
	char *value = p, *end;

	if (*p == '"') {
		value = p + 1;
		end = strchr(value, '"');
		if (!end)
			return "the quote is not closed";
		p = end + 1;
	} else {
		end = p + strcspn(p, " \t\"");
		if (*end == '"')
			return "a quote inside the value; put the whole value "
			       "in double quotes";
		p = end;
	}
	if (p[strspn(p, " \t")])
		return "more text after the value; put a value with blanks in "
		       "double quotes, and one Key=Value on a line";
	*end = '\0';
	*ret_value = value;
	return NULL;
}

/* The rest of the line is the value, unless it is quoted. */
static const char *cut_line(char *p, char **ret_value)
{
	size_t len = strlen(p);

	if (*p == '"')
		return cut_value(p, ret_value);
	while (len && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	p[len] = '\0';
	*ret_value = p;
	return NULL;
}

/* ---- Include ------------------------------------------------------------ */

/* "Include PATH": the path, else NULL. */
static char *include_path(char *line)
{
	size_t len = strcspn(line, " \t\"=");
	char *p = line + len;

	p += strspn(p, " \t");
	if (!equal_nocase(line, len, "Include") || p == line + len || *p == '=')
		return NULL;
	return p;
}

static int include(struct loader *loader, const struct config_place *place,
		   char *text, int depth)
{
	const char *slash = strrchr(place->name, '/');
	char path[PATH_MAX], *name = NULL;
	const char *flaw = cut_value(text, &name);
	int dir_len, n;

	if (!flaw && !*name)
		flaw = "no path";
	if (!flaw && !value_is_clean(name, strlen(name)))
		flaw = "the path holds a control character or is not UTF-8";
	if (!flaw && depth >= CONFIG_INCLUDE_DEPTH)
		flaw = "more than 8 files include one another";
	if (flaw)
		return loader_mistake(loader, place, "Include", 7, "%s", flaw);
	dir_len = *name == '/' || !slash ? 0 : (int)(slash - place->name) + 1;
	n = snprintf(path, sizeof(path), "%.*s%s", dir_len, place->name, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return loader_mistake(loader, place, "Include", 7,
				      "the path is too long");
	return read_file(loader, place, path, depth + 1);
}

/* ---- a file ------------------------------------------------------------- */

/* line ends with a NUL and has no blanks at its start. */
static int read_line(struct loader *loader, const struct config_place *place,
		     char *line, int depth)
{
	size_t key_len = strcspn(line, " \t=\"");
	const struct config_key *key = config_key_find(line, key_len);
	char *p = line + key_len, *value;
	const char *flaw;

	if (!*line)
		return 0;
	p += strspn(p, " \t");
	if (!key_len || *p != '=') {
		char *path = include_path(line);

		if (path)
			return include(loader, place, path, depth);
		/* the line is not shown: it may be half of a secret */
		return loader_mistake(loader, place, NULL, 0,
				      "the line is not of the form Key=Value");
	}
	p++;
	p += strspn(p, " \t");
	flaw = key && key->adds ? cut_line(p, &value) : cut_value(p, &value);
	if (flaw)
		return loader_mistake(loader, place, line, key_len, "%s", flaw);
	return loader_set(loader, place, line, key_len, value);
}

static int read_text(struct loader *loader, const char *name, char *text,
		     size_t len, int depth)
{
	struct config_place place = { CONFIG_FILE, name, 0 };
	struct cursor cursor = { text, text + len, 1 };
	size_t line_len;
	char *line;
	int rc = 0;

	if (!strncmp(text, "\xef\xbb\xbf", 3))
		cursor.next += 3;
	while (!rc && next_line(&cursor, &line, &line_len, &place.line)) {
		if (line_len > CONFIG_VALUE_MAX) {
			rc = loader_mistake(loader, &place, NULL, 0,
					    "the line is longer than %d bytes",
					    CONFIG_VALUE_MAX);
			continue;
		}
		if (memchr(line, '\0', line_len)) {
			rc = loader_mistake(loader, &place, NULL, 0,
					    "the line holds a NUL byte");
			continue;
		}
		line[line_len] = '\0';
		rc = read_line(loader, &place, line + strspn(line, " \t"),
			       depth);
	}
	return rc;
}

/* Remembers path for as long as the configuration lives. */
static const char *keep_path(struct loaded_config *loaded, const char *path)
{
	if (loaded->n_files == CONFIG_FILES_MAX ||
	    strlist_append(&loaded->files, &loaded->n_files, strdup(path)) < 0)
		return NULL;
	return loaded->files[loaded->n_files - 1];
}

static int read_file(struct loader *loader, const struct config_place *from,
		     const char *path, int depth)
{
	const char *name = keep_path(loader->loaded, path);
	struct config_place place = { CONFIG_FILE, name, 0 };
	_cleanup_free_ char *text = NULL;
	struct err err;
	size_t len = 0;
	int rc;

	if (!name)
		return loader_mistake(loader, from, NULL, 0,
				      "more than %d files are included, or no "
				      "memory for another",
				      CONFIG_FILES_MAX);
	rc = slurp(path, &text, &len, &err);
	if (rc < 0)
		return loader_mistake(loader, &place, NULL, 0, "%s", err.msg);
	if (rc > 0)
		return read_text(loader, name, text, len, depth);
	if (errno == EACCES ? loader->source->skip_unreadable
			    : loader->source->file_optional && !depth)
		return 0;
	if (depth)
		return loader_mistake(loader, from, "Include", 7,
				      "%s can not be read: %m", path);
	return loader_mistake(loader, &place, NULL, 0, "can not be read: %m");
}

int loader_read_file(struct loader *loader)
{
	static const struct config_place nowhere = { CONFIG_FILE, "", 0 };

	if (!loader->source->file)
		return 0;
	return read_file(loader, &nowhere, loader->source->file, 0);
}
