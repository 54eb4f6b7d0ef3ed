/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of common/config/ share and nobody else needs: parsers that
 * the table names, and the loader that carries values from file, arguments
 * and environment to them.
 */
#ifndef OTEL_CONFIG_PRIVATE_H
#define OTEL_CONFIG_PRIVATE_H

#include "config/config.h"
#include "util/cleanup.h"

#define CONFIG_KEYS_MAX 64
#define CONFIG_VALUE_MAX 16384  /* bytes of a logical line, and of a value */
#define CONFIG_FILE_MAX 1048576 /* bytes of one file */
#define CONFIG_FILES_MAX 256    /* files read in one load */
#define CONFIG_INCLUDE_DEPTH 8  /* Include below Include */
#define CONFIG_LIST_MAX 128     /* entries of one list */
#define CONFIG_QUOTE_SIZE 80    /* a value as error messages show it */
#define CONFIG_RULES_MAX 64     /* SampleRule lines */

/* ---- parsers and printers; contracts as in struct config_key ----------- */

/* For unsigned, duration, size: arg. */
struct value_bounds {
	uint64_t min, max;
};

/* For choices: arg, ends with name NULL. */
struct value_choice {
	const char *name;
	unsigned int value;
};

#define VALUE_TYPE(name)                                                       \
	int value_parse_##name(const struct config_key *key, const char *text, \
			       struct config *config, struct err *err);        \
	void value_print_##name(const struct config_key *key,                  \
				const struct config *config, FILE *out)

VALUE_TYPE(bool);
VALUE_TYPE(unsigned);
VALUE_TYPE(duration);
VALUE_TYPE(size);
VALUE_TYPE(ratio);
VALUE_TYPE(amount); /* a decimal number from 0 up; 0 prints as unset */
VALUE_TYPE(choice);
VALUE_TYPE(sampler);
VALUE_TYPE(rules);        /* adds one; "" takes all away */
VALUE_TYPE(string);       /* any text on one line */
VALUE_TYPE(path);         /* absolute */
VALUE_TYPE(user);         /* a login name */
VALUE_TYPE(trace_url);    /* http(s), with {trace_id} */
VALUE_TYPE(jobcomp);      /* [jobcomp/]NAME; keeps NAME */
VALUE_TYPE(user_options); /* names of enum user_option, or none */
VALUE_TYPE(job_endpoint); /* http:// or https://, without a password */
VALUE_TYPE(auth);         /* bearer:FILE or sigv4:REGION/SERVICE */
VALUE_TYPE(proxy);        /* a URL of a scheme that libcurl knows */
VALUE_TYPE(no_proxy);     /* hosts, separated by commas */
VALUE_TYPE(endpoints);    /* see endpoint.h */
VALUE_TYPE(
	attributes); /* name=value, percent-encoded; the last of a name wins */
VALUE_TYPE(headers); /* name=value, percent-encoded; errors show nothing */
VALUE_TYPE(names);   /* attribute names, or prefix.* */

/* The field that a key describes. */
static inline void *value_place(const struct config_key *key,
				struct config *config)
{
	return (char *)config + key->offset;
}

static inline const void *value_place_const(const struct config_key *key,
					    const struct config *config)
{
	return (const char *)config + key->offset;
}

/* Copies text to ret (CONFIG_QUOTE_SIZE bytes) for an error message: cut, and
 * what a terminal could take for a command replaced.  Returns ret. */
const char *value_quote(const char *text, char *ret);

/* True when text is UTF-8 without control characters. */
bool value_is_clean(const char *text, size_t len);

/* Both overwrite what they free: headers are secret, and the endpoints may hold
 * passwords.  NULL is fine. */
void secret_free(char *text);
void strlist_free(strlist list);

/* Leaves none. */
void sample_rules_clear(struct sample_rules *rules);

static inline void cleanup_strlist(strlist *list)
{
	strlist_free(*list);
}

#define _cleanup_strlist_ _cleanup_(cleanup_strlist)

/* Appends item, which the list owns from then on, also on failure (-1: no
 * memory).  n is the number of entries. */
int strlist_append(strlist *list, size_t *n, char *item);
/* Splits at commas, blanks around each entry cut, empty entries left out. */
int strlist_split(const char *text, strlist *ret, struct err *err);
/* Removes the entry "name=..." and returns it, the caller's to free; NULL when
 * there is none. */
char *strlist_take_pair(strlist *list, const char *name);

/* True when the len bytes of text are word, in any case (ASCII). */
bool equal_nocase(const char *text, size_t len, const char *word);

/* ---- the loader -------------------------------------------------------- */

/* Where a value stands. */
struct config_place {
	enum config_origin origin;
	const char *name; /* file, or variable; owned by the config or static */
	unsigned int line; /* of a file; 0: the file as a whole */
};

struct loaded_config {
	struct config config; /* first: config_origin casts back */
	struct config_place places[CONFIG_KEYS_MAX];
	strlist files;
	size_t n_files;
};

struct loader {
	const struct config_source *source;
	struct loaded_config *loaded;
	bool go_on; /* after a mistake */
	size_t mistakes;
	void (*report)(const char *message, void *arg);
	void *arg;
};

/*
 * Reports a mistake.  key may be NULL: none is known; it is not
 * NUL-terminated.  Returns 0 to go on, -1 to stop.
 */
int loader_mistake(struct loader *loader, const struct config_place *place,
		   const char *key, size_t key_len, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Sets one key from text.  Reports mistakes itself; returns as they do. */
int loader_set(struct loader *loader, const struct config_place *place,
	       const char *key, size_t key_len, const char *value);

/* The name of the known key that name may have meant; NULL: none is near. */
const char *config_key_nearest(const char *name, size_t len);

static inline size_t config_key_index(const struct config_key *key)
{
	return (size_t)(key - config_keys);
}

/* Reads the source's file and what it includes. */
int loader_read_file(struct loader *loader);

/* Fills keys that are at their defaults from OTEL_*. */
int loader_read_environment(struct loader *loader);

/* The value of a variable; NULL when it is not set or empty, which means unset
 * (specification, "Parsing empty value"). */
const char *environment_value(const char *name);

/*
 * Endpoint by OTEL_TRACES_EXPORTER and the variables of its exporter. *ret_name
 * is the variable that says it, or that is wrong.  Returns 1 and *ret_text
 * (malloc'ed), 0 when none says anything, -1 with err.
 */
int environment_endpoint(const char **ret_name, char **ret_text,
			 struct err *err);
/* Whether OTEL_TRACES_EXPORTER is this one, in any case. */
bool environment_says(const char *exporter);

/* Replaces ${NAME}.  Returns 0 and *ret_text (malloc'ed), or -1 with err. */
int expand_environment(const char *text, char **ret_text, struct err *err);

/* Checks what no single key can tell; completes derived values. */
int loader_finish(struct loader *loader);

#endif
