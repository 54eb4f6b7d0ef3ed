/* SPDX-License-Identifier: GPL-2.0-or-later */
/* otel.conf as a file: its grammar, what it includes, hostile bytes. */
#include "config/config.h"

#include <errno.h>

#include "config_support.h"
#include "support.h"
#include "util/utf8.h"

/* ---- what is refused ---------------------------------------------------- */

Test(config_file, refuses_what_is_not_key_and_value)
{
	assert_refused("Enabled\n",
		       ":1: the line is not of the form Key=Value");
	assert_refused("Enabled yes\n",
		       ":1: the line is not of the form Key=Value");
	assert_refused("=yes\n", ":1: the line is not of the form Key=Value");
	assert_refused("\"Enabled\"=yes\n",
		       ":1: the line is not of the form Key=Value");
}

Test(config_file, refuses_two_keys_on_a_line)
{
	assert_refused("Enabled=yes LogLevel=debug\n",
		       ":1: Enabled: more text after the value; put a value "
		       "with blanks in double quotes, and one Key=Value on a "
		       "line");
	assert_refused("Enabled=\"yes\"LogLevel=debug\n",
		       ":1: Enabled: more text after the value; put a value "
		       "with blanks in double quotes, and one Key=Value on a "
		       "line");
}

Test(config_file, refuses_broken_quotes)
{
	assert_refused("ServiceName=\"x\n",
		       ":1: ServiceName: the quote is not closed");
	assert_refused("ServiceName=a\"b\"\n",
		       ":1: ServiceName: a quote inside the value; put the "
		       "whole value in double quotes");
}

Test(config_file, refuses_unknown_keys_and_names_the_nearest)
{
	assert_refused("SpoolMaxSiz=1MiB\n",
		       ":1: SpoolMaxSiz: unknown key (did you mean "
		       "SpoolMaxSize?)");
	assert_refused("endpont=x\n",
		       ":1: endpont: unknown key (did you mean Endpoint?)");
	assert_refused("Colour=x\n", ":1: Colour: unknown key");
	assert_refused("Config=/x\n", ":1: Config: unknown key");
}

Test(config_file, refuses_hostile_bytes)
{
	static const char nul[] = "Enabled=yes\nServiceName=a\0b\n";
	struct err err;

	config_write_bytes("otel.conf", nul, sizeof(nul) - 1);
	cr_assert_null(config_load_written(&err));
	cr_assert(strstr(err.msg, ":2: the line holds a NUL byte"), "%s",
		  err.msg);
	assert_refused("ServiceName=\"a\x1b[31m\"\n",
		       ":1: ServiceName: the value holds a control character "
		       "or is not UTF-8");
	assert_refused("ServiceName=\xff\n",
		       ":1: ServiceName: the value holds a control character "
		       "or is not UTF-8");
}

Test(config_file, refuses_long_lines_and_files)
{
	const size_t size = 1048577;
	char *text = malloc(size + 1);
	struct err err;

	cr_assert(text);
	memset(text, 'x', size);
	memcpy(text, "ServiceName=", 12);
	text[16384] = '\n';
	text[16385] = '\0';
	config_destroy(config_of(text));
	text[16384] = 'x';
	text[16385] = '\n';
	text[16386] = '\0';
	assert_refused(text, ":1: the line is longer than 16384 bytes");
	memset(text, '\n', size);
	config_write_bytes("otel.conf", text, size - 1);
	config_destroy(config_load_written(&err));
	config_write_bytes("otel.conf", text, size);
	cr_assert_null(config_load_written(&err));
	cr_assert(strstr(err.msg, "otel.conf: is larger than 1 MiB"), "%s",
		  err.msg);
	free(text);
}

Test(config_file, refuses_what_is_no_regular_file)
{
	struct config_source source = { .file = "/tmp", .file_optional = true };
	struct config *config = NULL;
	struct err err;

	cr_assert_eq(config_load(&source, &config, &err), -1);
	cr_assert_str_eq(err.msg, "/tmp: is not a regular file");
	/* must not wait for a writer */
	cr_assert_eq(mkfifo(config_path("fifo"), 0600), 0);
	source.file = config_path("fifo");
	cr_assert_eq(config_load(&source, &config, &err), -1);
	cr_assert(strstr(err.msg, "fifo: is not a regular file"), "%s",
		  err.msg);
	cr_assert_null(config);
}

Test(config_file, missing_file_is_an_error_unless_optional)
{
	struct config_source source = { .file = config_path("none") };
	struct config *config = NULL;
	struct err err;

	cr_assert_eq(config_load(&source, &config, &err), -1);
	cr_assert(strstr(err.msg, "none: can not be read: No such file"), "%s",
		  err.msg);
	cr_assert_null(config);
	/* without a place for the message, too */
	cr_assert_eq(config_load(&source, &config, NULL), -1);
	source.file_optional = true;
	cr_assert_eq(config_load(&source, &config, &err), 0);
	config_destroy(config);
}

/* ---- the grammar -------------------------------------------------------- */

Test(config_file, reads_blanks_comments_and_quotes)
{
	struct config *config =
		config_of("# comment \"with a quote\n"
			  "\n"
			  "  \t\n"
			  "   serviceNAME \t=  \"a b # c\"   # comment\n"
			  "Environment=x#comment\n"
			  "# LogLevel=debug\n"
			  "SpoolDir=\"/a b\"#comment \"\n"
			  "AgentUser = slurm");

	cr_assert_str_eq(config->service_name, "a b # c");
	cr_assert_str_eq(config->environment, "x");
	cr_assert_eq(config->log_level, LOG_LEVEL_INFO);
	cr_assert_str_eq(config->spool_dir, "/a b");
	cr_assert_str_eq(config->agent_user, "slurm");
	config_destroy(config);
}

Test(config_file, reads_lines_that_go_on)
{
	struct config *config = config_of("Endpoint=http://a,\\\n"
					  "   \thttp://b,\\\n"
					  "http://c\n"
					  "Service\\\nName=x\n"
					  "# a comment ends here \\\n"
					  "LogLevel=debug\n"
					  "Environment=\"a \\\n  # b\" \\\n");

	assert_value(config, "Endpoint",
		     "http://a/v1/traces,http://b/v1/traces,"
		     "http://c/v1/traces");
	cr_assert_str_eq(config->service_name, "x");
	cr_assert_eq(config->log_level, LOG_LEVEL_DEBUG);
	cr_assert_str_eq(config->environment, "a # b");
	config_destroy(config);
}

Test(config_file, counts_lines_through_continuations)
{
	assert_refused("\nServiceName=\\\nx\\\n\nEnabled=\\\nmaybe\n",
		       ":5: Enabled: \"maybe\" is not yes or no");
}

Test(config_file, reads_files_from_other_systems)
{
	struct config *config = config_of("\xef\xbb\xbfServiceName=a\r\n"
					  "Endpoint=http://a,\\\r\n"
					  "  http://b\r\n"
					  "LogLevel=debug\r\n");

	cr_assert_str_eq(config->service_name, "a");
	cr_assert_eq(config->log_level, LOG_LEVEL_DEBUG);
	assert_value(config, "Endpoint",
		     "http://a/v1/traces,http://b/v1/traces");
	config_destroy(config);
}

Test(config_file, lets_the_last_of_repeated_keys_win)
{
	struct config *config = config_of("Endpoint=http://a,http://b\n"
					  "ENDPOINT=http://c\n");
	char where[PATH_MAX + 16];

	assert_value(config, "Endpoint", "http://c/v1/traces");
	config_where(config, config_index("Endpoint"), where, sizeof(where));
	cr_assert_str_eq(where + strlen(config_path("otel.conf")), ":2");
	config_destroy(config);
}

/* ---- Include ------------------------------------------------------------ */

Test(config_file, includes_relative_to_the_including_file)
{
	struct config *config;
	char absolute[PATH_MAX + 16];

	cr_assert_eq(mkdir(config_path("sub dir"), 0700), 0);
	config_write("sub dir/a.conf", "Include b.conf\nLogLevel=debug\n");
	config_write("sub dir/b.conf", "ServiceName=b\nEnvironment=b\n");
	config = config_of("INCLUDE \"sub dir/a.conf\" # comment\n"
			   "ServiceName=mine\n");
	cr_assert_str_eq(config->service_name, "mine");
	cr_assert_str_eq(config->environment, "b");
	cr_assert_eq(config->log_level, LOG_LEVEL_DEBUG);
	config_destroy(config);

	config_write("c.conf", "Environment=c\n");
	snprintf(absolute, sizeof(absolute), "Include\t%s",
		 config_path("c.conf"));
	config = config_of(absolute);
	cr_assert_str_eq(config->environment, "c");
	config_destroy(config);
}

Test(config_file, names_the_included_file_in_mistakes)
{
	struct err err;

	config_write("a.conf", "\n\nEnabled=maybe\n");
	config_write("otel.conf", "Include a.conf\n");
	cr_assert_null(config_load_written(&err));
	cr_assert(strstr(err.msg, "/a.conf:3: Enabled: \"maybe\""), "%s",
		  err.msg);
	config_write("otel.conf", "\nInclude missing.conf\n");
	cr_assert_null(config_load_written(&err));
	cr_assert(strstr(err.msg, "/otel.conf:2: Include: /"), "%s", err.msg);
	cr_assert(strstr(err.msg, "/missing.conf can not be read: No such"),
		  "%s", err.msg);
	assert_refused("Include\n",
		       ":1: the line is not of the form Key=Value");
	assert_refused("Include \"\"\n", ":1: Include: no path");
	assert_refused("Include a b\n",
		       ":1: Include: more text after the value; put a value "
		       "with blanks in double quotes, and one Key=Value on a "
		       "line");
}

Test(config_file, bounds_what_includes_itself)
{
	struct err err;

	config_write("otel.conf", "Include otel.conf\n");
	cr_assert_null(config_load_written(&err));
	cr_assert(strstr(err.msg, ":1: Include: more than 8 files include one "
				  "another"),
		  "%s", err.msg);
	for (int last = 8; last <= 9; last++) {
		for (int i = 1; i <= last; i++) {
			char name[16], text[32];

			snprintf(name, sizeof(name), "%d.conf", i);
			snprintf(text, sizeof(text),
				 i < last ? "Include %d.conf\n" : "#", i + 1);
			config_write(name, text);
		}
		config_write("otel.conf", "Include 1.conf\n");
		config_destroy(config_load_written(&err));
		cr_assert_eq(last == 9, !!strstr(err.msg, "/8.conf:1: "), "%s",
			     err.msg);
	}
}

static void count(const char *message, void *arg)
{
	(void)message;
	++*(size_t *)arg;
}

/* Going on after mistakes must not make a file that includes itself twice
 * take for ever. */
Test(config_file, bounds_the_number_of_files)
{
	struct config_source source = { .file = config_path("otel.conf") };
	struct config *config = NULL;
	size_t reports = 0;
	int mistakes;

	config_write("otel.conf", "Include otel.conf\nInclude otel.conf\n"
				  "Include otel.conf\n");
	mistakes = config_check(&source, &config, count, &reports);
	cr_assert_gt(mistakes, 0);
	cr_assert_lt(mistakes, 1000);
	cr_assert_eq(reports, (size_t)mistakes);
	cr_assert(config);
	config_destroy(config);
}

Test(config_file, skips_unreadable_files_only_when_told_to)
{
	struct config_source source = { .file = NULL };
	struct config *config = NULL;
	struct err err;

	config_write("secret.conf", "Headers=a=b\n");
	config_write("otel.conf", "Include secret.conf\nLogLevel=debug\n");
	cr_assert_eq(chmod(config_path("secret.conf"), 0), 0);
	cr_assert_eq(chmod(config_path(""), 0755), 0);
	source.file = config_path("otel.conf");
	/* root may read everything */
	cr_assert(geteuid() || !seteuid(65534));
	cr_assert_eq(config_load(&source, &config, &err), -1);
	cr_assert(strstr(err.msg, "can not be read: Permission denied"), "%s",
		  err.msg);
	/* a daemon must not go on with defaults */
	source.file_optional = true;
	cr_assert_eq(config_load(&source, &config, &err), -1);
	source.skip_unreadable = true;
	cr_assert_eq(config_load(&source, &config, &err), 0, "%s", err.msg);
	cr_assert_null(config->headers);
	cr_assert_eq(config->log_level, LOG_LEVEL_DEBUG);
	config_destroy(config);
	source.file = config_path("secret.conf");
	cr_assert_eq(config_load(&source, &config, &err), 0, "%s", err.msg);
	cr_assert_eq(config->log_level, LOG_LEVEL_INFO);
	config_destroy(config);
	/* so that the directory can be removed */
	cr_assert(getuid() || !seteuid(0));
}

Test(config_file, missing_include_is_an_error_though_optional)
{
	struct config_source source = { .file_optional = true };
	struct config *config = NULL;
	struct err err;

	config_write("otel.conf", "Include missing.conf\n");
	source.file = config_path("otel.conf");
	cr_assert_eq(config_load(&source, &config, &err), -1);
	cr_assert(strstr(err.msg, "missing.conf can not be read: No such"),
		  "%s", err.msg);
}

/* ---- anything ----------------------------------------------------------- */

/* Whatever bytes a file holds, it is read or refused with a clean message. */
Test(config_file, survives_random_files)
{
	static const char *const words[] = {
		"Endpoint", "=",          "Headers",
		"a=b",      "\"",         "#",
		"\\\n",     "\n",         " ",
		"\r\n",     "%",          "%41",
		",",        "http:",      "//",
		"@",        ":",          "ResourceAttributes",
		"${X}",     "\0",         "\xff",
		"Include ", "SamplerArg", "0.1",
	};
	uint64_t seed = 2;

	for (int round = 0; round < 3000; round++) {
		char text[512];
		struct config *config;
		struct err err = { "" };
		size_t len = 0;

		while (len < sizeof(text) - 32) {
			const char *word = words[random_below(
				&seed, sizeof(words) / sizeof(words[0]))];
			size_t n = *word ? strlen(word) : 1;

			memcpy(text + len, word, n);
			len += n;
		}
		config_write_bytes("otel.conf", text, len);
		config = config_load_written(&err);
		cr_assert(utf8_valid(err.msg, strlen(err.msg)));
		for (const char *p = err.msg; *p; p++)
			cr_assert((unsigned char)*p >= ' ' && *p != 0x7f, "%s",
				  err.msg);
		config_destroy(config);
	}
}

Test(config_file, a_long_path_in_a_mistake_is_cut_between_characters)
{
	for (size_t shift = 0; shift < 4; shift++) {
		char text[1024] = "Include xxxx";
		size_t len = strlen(text) - shift;

		for (int i = 0; i < 200; i++)
			len = (size_t)(stpcpy(text + len,
					      i % 40 ? "\xf0\x9f\x98\x80"
						     : "x/") -
				       text);
		cr_assert(utf8_valid(config_refusal(text),
				     strlen(config_refusal(text))),
			  "%zu", shift);
	}
}
