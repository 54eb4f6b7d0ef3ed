/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parsers and printers of single values: booleans, numbers, durations, sizes,
 * ratios and choices.  None depends on the locale, because these run inside
 * programs that may have set one.
 */
#include "config/private.h"

#include <inttypes.h>
#include <string.h>

#include "util/utf8.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool equal_nocase(const char *text, size_t len, const char *word)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!word[i] || lower(text[i]) != lower(word[i]))
			return false;
	return !word[len];
}

bool value_is_clean(const char *text, size_t len)
{
	bool ascii = true;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
		ascii &= c < 0x80;
	}
	return ascii || utf8_valid(text, len);
}

const char *value_quote(const char *text, char *ret)
{
	const size_t room = CONFIG_QUOTE_SIZE - sizeof("...");
	size_t len = strnlen(text, CONFIG_QUOTE_SIZE);
	size_t show = len > room ? room : len;
	size_t i;

	for (i = 0; i < show; i++)
		ret[i] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
	strcpy(ret + show, len > room ? "..." : "");
	return ret;
}

/* ---- booleans ---------------------------------------------------------- */

int value_parse_bool(const struct config_key *key, const char *text,
		     struct config *config, struct err *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "yes", true }, { "no", false },    { "true", true },
		{ "on", true },  { "false", false }, { "off", false },
		{ "1", true },   { "0", false },
	};
	char quote[CONFIG_QUOTE_SIZE];
	size_t len = strlen(text);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (equal_nocase(text, len, words[i].word)) {
			*(bool *)value_place(key, config) = words[i].value;
			return 0;
		}
	}
	return err_set(err, "\"%s\" is not yes or no",
		       value_quote(text, quote));
}

void value_print_bool(const struct config_key *key, const struct config *config,
		      FILE *out)
{
	const bool *value = value_place_const(key, config);

	fputs(*value ? "yes" : "no", out);
}

/* ---- numbers with and without a unit ----------------------------------- */

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit no_units[] = { { "", 1 }, { NULL, 0 } };

/* The largest first: the printers take the first that divides. */
static const struct unit durations[] = {
	{ "h", 3600 * 1000 }, { "m", 60 * 1000 }, { "s", 1000 },
	{ "ms", 1 },          { NULL, 0 },
};

static const struct unit sizes[] = {
	{ "GiB", UINT64_C(1) << 30 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "", 1 },
	{ NULL, 0 },
};

static void format_scaled(uint64_t value, const struct unit *units, char *ret,
			  size_t size)
{
	const struct unit *unit = units;

	while (unit[1].name && (!value || value % unit->factor))
		unit++;
	snprintf(ret, size, "%" PRIu64 "%s", value / unit->factor, unit->name);
}

/* Digits and a unit.  An overflow yields UINT64_MAX: over any bound. */
static int parse_scaled(const char *text, const struct unit *units,
			uint64_t *ret)
{
	const struct unit *unit = units;
	uint64_t value = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			value = UINT64_MAX;
	while (unit->name && !equal_nocase(p, strlen(p), unit->name))
		unit++;
	if (p == text || !unit->name)
		return -1;
	if (__builtin_mul_overflow(value, unit->factor, &value))
		value = UINT64_MAX;
	*ret = value;
	return 0;
}

static int parse_bounded(const struct config_key *key, const char *text,
			 const struct unit *units, const char *wanted,
			 struct config *config, struct err *err)
{
	const struct value_bounds *bounds = key->arg;
	char quote[CONFIG_QUOTE_SIZE], min[32], max[32];
	uint64_t value;

	if (parse_scaled(text, units, &value) < 0)
		return err_set(err, "\"%s\" is not %s",
			       value_quote(text, quote), wanted);
	if (value < bounds->min || value > bounds->max) {
		format_scaled(bounds->min, units, min, sizeof(min));
		format_scaled(bounds->max, units, max, sizeof(max));
		return err_set(err, "\"%s\" is out of range: %s to %s",
			       value_quote(text, quote), min, max);
	}
	*(uint64_t *)value_place(key, config) = value;
	return 0;
}

static void print_scaled(const struct config_key *key,
			 const struct config *config, const struct unit *units,
			 FILE *out)
{
	const uint64_t *value = value_place_const(key, config);
	char text[32];

	format_scaled(*value, units, text, sizeof(text));
	fputs(text, out);
}

int value_parse_unsigned(const struct config_key *key, const char *text,
			 struct config *config, struct err *err)
{
	return parse_bounded(key, text, no_units, "a number", config, err);
}

void value_print_unsigned(const struct config_key *key,
			  const struct config *config, FILE *out)
{
	print_scaled(key, config, no_units, out);
}

int value_parse_duration(const struct config_key *key, const char *text,
			 struct config *config, struct err *err)
{
	return parse_bounded(
		key, text, durations,
		"a duration; write a whole number and ms, s, m or h", config,
		err);
}

void value_print_duration(const struct config_key *key,
			  const struct config *config, FILE *out)
{
	print_scaled(key, config, durations, out);
}

int value_parse_size(const struct config_key *key, const char *text,
		     struct config *config, struct err *err)
{
	return parse_bounded(key, text, sizes,
			     "a size; write bytes or use KiB, MiB, GiB", config,
			     err);
}

void value_print_size(const struct config_key *key, const struct config *config,
		      FILE *out)
{
	print_scaled(key, config, sizes, out);
}

/* ---- choices ----------------------------------------------------------- */

/* "a, b or c" */
static void list_choices(const struct value_choice *choice, char *ret,
			 size_t size)
{
	size_t len = 0;

	for (; choice->name && len < size; choice++) {
		const char *after = !choice[1].name  ? ""
				    : choice[2].name ? ", "
						     : " or ";

		len += (size_t)snprintf(ret + len, size - len, "%s%s",
					choice->name, after);
	}
}

int value_parse_choice(const struct config_key *key, const char *text,
		       struct config *config, struct err *err)
{
	const struct value_choice *choice;
	char quote[CONFIG_QUOTE_SIZE], names[256] = "";

	for (choice = key->arg; choice->name; choice++) {
		if (equal_nocase(text, strlen(text), choice->name)) {
			*(unsigned int *)value_place(key, config) =
				choice->value;
			return 0;
		}
	}
	list_choices(key->arg, names, sizeof(names));
	return err_set(err, "\"%s\" is not known; write %s",
		       value_quote(text, quote), names);
}

void value_print_choice(const struct config_key *key,
			const struct config *config, FILE *out)
{
	const unsigned int *value = value_place_const(key, config);
	const struct value_choice *choice;

	for (choice = key->arg; choice->name; choice++)
		if (choice->value == *value)
			fputs(choice->name, out);
}
