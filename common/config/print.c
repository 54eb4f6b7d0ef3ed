/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the documents that come from the table of keys; see print.h. */
#include "config/print.h"

#include <string.h>

#include "config/config.h"

#define WIDTH 76

static const char preamble[] =
	"# otel.conf: configuration of slurm-otel, the tracing of Slurm jobs.\n"
	"# It lies beside slurm.conf, on every node.  otel.conf(5) describes it.\n"
	"#\n"
	"# Every key stands here at its default.  A line is Key=Value; keys are "
	"in\n"
	"# any case; a value with blanks or a # goes in double quotes.  After a\n"
	"# change: slurm-otel check\n";

/* True when a key is the first of its section: the table is in their order. */
static bool begins_section(const struct config_key *key)
{
	return key == config_keys || strcmp(key->section, key[-1].section);
}

/* The line of help at *text, at most WIDTH long and at most one sentence, as
 * roff asks; *text moves behind it.  Returns its length. */
static size_t take_line(const char **text, const char **ret_line,
			bool sentences)
{
	const char *start = *text, *p = start;
	size_t len = 0;

	while (*p) {
		size_t word = strcspn(p, " ");

		if (p > start && (size_t)(p - start) + word > WIDTH)
			break;
		len = (size_t)(p - start) + word;
		p += word + (p[word] == ' ');
		if (sentences && start[len - 1] == '.')
			break;
	}
	*text = p;
	*ret_line = start;
	return len;
}

/* The words that a key takes, where there are no others. */
static void print_choices(const struct config_key *key, FILE *out)
{
	const char *p;

	if (!strchr(key->type, '|'))
		return;
	fputs("# Values: ", out);
	for (p = key->type; *p; p++) {
		if (*p == '|')
			fputs(", ", out);
		else
			putc(*p, out);
	}
	putc('\n', out);
}

void config_print_example(FILE *out)
{
	const struct config_key *key;

	fputs(preamble, out);
	for (key = config_keys; key->name; key++) {
		const char *text = key->help, *line;

		if (begins_section(key))
			fprintf(out, "\n# ---- %s ----\n", key->section);
		putc('\n', out);
		while (*text) {
			size_t len = take_line(&text, &line, false);

			fprintf(out, "# %.*s\n", (int)len, line);
		}
		print_choices(key, out);
		fprintf(out, "#%s=%s\n", key->name, key->def ? key->def : "");
	}
}

/* Text, so that roff takes no character of it for a request. */
static void put_roff(const char *text, size_t len, FILE *out)
{
	size_t i;

	if (len && (*text == '.' || *text == '\''))
		fputs("\\&", out);
	for (i = 0; i < len; i++) {
		if (text[i] == '\\')
			fputs("\\e", out);
		else
			putc(text[i], out);
	}
	putc('\n', out);
}

/* "Endpoint = list", with the default after it. */
static void print_item(const struct config_key *key, FILE *out)
{
	const char *choice = key->type;
	bool words = strchr(choice, '|');

	fprintf(out, ".It Cm %s Ns = Ns", key->name);
	while (*choice) {
		size_t len = strcspn(choice, "|");

		/* words to write stand as they are, others are placeholders */
		fprintf(out, " %s %.*s", words ? "Cm" : "Ar", (int)len, choice);
		choice += len;
		if (*choice++)
			fputs(" |", out);
		else
			break;
	}
	putc('\n', out);
	if (key->def)
		fprintf(out, "Default:\n.Ql %s .\n", key->def);
}

void config_print_man(FILE *out)
{
	const struct config_key *key;

	for (key = config_keys; key->name; key++) {
		const char *text = key->help, *line;

		if (begins_section(key) && key != config_keys)
			fputs(".El\n", out);
		if (begins_section(key))
			fprintf(out, ".Ss %s\n.Bl -tag -width 4n\n",
				key->section);
		print_item(key, out);
		while (*text) {
			size_t len = take_line(&text, &line, true);

			put_roff(line, len, out);
		}
	}
	fputs(".El\n", out);
}
