/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurm-otel check: exit status, what it prints, what it hides, and what it
 * warns about. */
#include "cli/check.h"

#include "config_support.h"

#include <pwd.h>

static char output[65536];

/* Runs check with these arguments; output is what it printed. */
static int run(const char *first, const char *second)
{
	char *argv[] = { "check", (char *)first, (char *)second, NULL };
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO), rc;
	size_t n;

	cr_assert(file && saved >= 0);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	rc = check_main(!first ? 1 : !second ? 2 : 3, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	n = fread(output, 1, sizeof(output) - 1, file);
	output[n] = '\0';
	fclose(file);
	return rc;
}

/* Runs check on text, to which a spool directory without fault is added. */
static int check(const char *text)
{
	char spool[PATH_MAX], whole[2 * PATH_MAX];

	snprintf(spool, sizeof(spool), "%s", config_path("spool"));
	mkdir(spool, 0755);
	snprintf(whole, sizeof(whole), "SpoolDir=%s\n%s", spool, text);
	config_write("otel.conf", whole);
	return run("--config", config_path("otel.conf"));
}

static void assert_says(const char *expected)
{
	cr_assert(strstr(output, expected), "no \"%s\" in:\n%s", expected,
		  output);
}

static void assert_silent(const char *unexpected)
{
	cr_assert_null(strstr(output, unexpected), "\"%s\" in:\n%s", unexpected,
		       output);
}

TestSuite(cli_check, .timeout = 60);

Test(cli_check, refuses_wrong_arguments)
{
	cr_assert_eq(run("--nonsense", NULL), 2);
	cr_assert_eq(run("--config", NULL), 2);
	cr_assert_eq(run("otel.conf", NULL), 2);
	cr_assert_str_eq(output, "");
}

Test(cli_check, prints_help)
{
	cr_assert_eq(run("--help", NULL), 0);
	assert_says("Usage: slurm-otel check [--config FILE] [--send]");
}

Test(cli_check, fails_without_a_file_that_was_named)
{
	cr_assert_eq(run("--config", config_path("none")), 1);
	assert_says("none: can not be read: No such file or directory");
	assert_says("1 mistake, ");
}

Test(cli_check, shows_defaults_without_a_file_by_default)
{
	setenv("SLURM_CONF", config_path("slurm.conf"), 1);
	cr_assert_eq(run(NULL, NULL), 0);
	assert_says("otel.conf (does not exist: defaults)\n");
	assert_says("no mistakes, ");
	config_write("otel.conf", "Enabled=maybe\n");
	cr_assert_eq(run(NULL, NULL), 1);
	assert_says("/otel.conf:1: Enabled: \"maybe\" is not yes or no\n");
}

Test(cli_check, prints_rules_below_one_another)
{
	cr_assert_eq(check("SampleRule=user=a? sample=0\n"
			   "SampleRule=name=a*,partition=b sample=.5\n"),
		     0);
	assert_says("user=a?,sample=0 ");
	assert_says(":3\n                             "
		    "partition=b,name=a*,sample=0.5\n");
}

Test(cli_check, warns_of_sampling_that_slurm_conf_prevents)
{
	setenv("SLURM_CONF", config_path("slurm.conf"), 1);
	cr_assert_eq(check("MaxTracesPerSecond=1\n"), 0);
	assert_silent("MaxTracesPerSecond do nothing");
	config_write("slurm.conf", "JobSubmitPlugins=lua\n");
	cr_assert_eq(check("MaxTracesPerSecond=1\n"), 0);
	assert_says("warning: SampleRule and MaxTracesPerSecond do nothing");
	cr_assert_eq(check("LogLevel=debug\n"), 0);
	assert_silent("MaxTracesPerSecond do nothing");
	config_write("slurm.conf", "JobSubmitPlugins=lua,job_submit/Otel\n");
	cr_assert_eq(check("SampleRule=sample=1\n"), 0);
	assert_says(
		"warning: SampleRule and MaxTracesPerSecond are not applied "
		"to jobs of srun and salloc");
	config_write("slurm.conf", "JobSubmitPlugins=otel\n"
				   "PrologFlags=DeferBatch,contain\n");
	cr_assert_eq(check("SampleRule=sample=1\n"), 0);
	assert_silent("PrologFlags");
}

Test(cli_check, warns_of_what_prologs_in_jobs_take_away)
{
	setenv("SLURM_CONF", config_path("slurm.conf"), 1);
	config_write("slurm.conf", "JobSubmitPlugins=otel\n"
				   "PrologFlags=Contain,Alloc\n");
	cr_assert_eq(check("SampleErrors=yes\nDetail=node\n"
			   "SampleRule=sample=1\n"),
		     0);
	assert_silent("RunInJob");
	config_write("slurm.conf", "JobSubmitPlugins=otel\n"
				   "PrologFlags=Alloc,runinjob\n");
	cr_assert_eq(check("SampleErrors=yes\n"), 0);
	assert_says("warning: SampleErrors: with PrologFlags=RunInJob");
	assert_silent("Detail: with");
	cr_assert_eq(check("Detail=task\n"), 0);
	assert_says("warning: Detail: with PrologFlags=RunInJob");
	cr_assert_eq(check("SampleRule=sample=1\n"), 0);
	assert_says("to jobs of srun and salloc with spank_otel.so: "
		    "slurm.conf has PrologFlags=RunInJob");
	cr_assert_eq(check("LogLevel=debug\n"), 0);
	assert_silent("RunInJob");
}

/* The start of each column's text is where the heading line has it. */
static size_t column_of(const char *key, const char *text)
{
	char *line = strstr(output, key), *found = strstr(line, text);

	cr_assert(line && found, "%s %s:\n%s", key, text, output);
	cr_assert_lt(found, strchr(line, '\n'));
	return (size_t)(found - line);
}

Test(cli_check, prints_values_with_their_origin_in_columns)
{
	setenv("OTEL_SERVICE_NAME", "hpc", 1);
	cr_assert_eq(check("LogLevel=debug\nTimeout=2500ms\n"), 0);
	assert_says("configuration: ");
	cr_assert_eq(column_of("LogLevel ", "debug "),
		     column_of("Timeout ", "2500ms "));
	cr_assert_eq(column_of("LogLevel ", "file "),
		     column_of("Timeout ", "file "));
	cr_assert_eq(column_of("LogLevel ", "file "),
		     column_of("BatchTimeout ", "default"));
	cr_assert_eq(
		column_of("LogLevel ", "file "),
		column_of("ServiceName ", "environment  OTEL_SERVICE_NAME"));
	column_of("Timeout ", "/otel.conf:3");
	assert_says("warning: OTEL_* variables are those of this shell");
	assert_says("\nno mistakes, 1 warning\n");
}

Test(cli_check, shows_every_key_once)
{
	check("");
	for (const struct config_key *key = config_keys; key->name; key++) {
		char line[64];

		snprintf(line, sizeof(line), "\n  %s ", key->name);
		assert_says(line);
		cr_assert_null(strstr(strstr(output, line) + 1, line));
	}
	assert_says("\nno mistakes, no warnings\n");
}

Test(cli_check, hides_secrets)
{
	chmod(config_path(""), 0700);
	check("Headers=a=s3cret\nEndpoint=https://u:s3cret@c,http://v:s3cret@d\n"
	      "TraceURL=https://u:s3cret@b/{trace_id}\n"
	      "Enabled=maybe\n");
	assert_silent("s3cret");
	assert_says("https://********@c/v1/traces,http://********@d/v1/traces");
	assert_says("https://********@b/{trace_id}");
	column_of("Headers ", "********");
}

Test(cli_check, lists_every_mistake)
{
	cr_assert_eq(check("Enabled=maybe\nColor=x\nKeyFile=/k\n"), 1);
	assert_says("mistake: ");
	assert_says("/otel.conf:2: Enabled: \"maybe\" is not yes or no\n");
	assert_says("/otel.conf:3: Color: unknown key\n");
	assert_says("/otel.conf:4: KeyFile: is set without CertFile\n");
	assert_says("\n3 mistakes, 1 warning: tracing stays off until the "
		    "mistakes are corrected\n");
}

Test(cli_check, says_that_tracing_is_switched_off)
{
	cr_assert_eq(check("Enabled=no\n"), 0);
	assert_says("\nno mistakes, no warnings: tracing is switched off by "
		    "Enabled=no\n");
}

Test(cli_check, warns_about_the_spool)
{
	cr_assert_eq(check("SpoolDir=/nowhere/at/all\n"), 0);
	assert_says("warning: SpoolDir: /nowhere/at/all does not exist");
	cr_assert_eq(check("SpoolDir=/dev/null\n"), 0);
	assert_says("warning: SpoolDir: /dev/null is not a directory");
	check("");
	cr_assert_eq(chmod(config_path("spool"), 0775), 0);
	cr_assert_eq(check(""), 0);
	assert_says("/spool has mode 0775, and others than its owner");
	assert_says("\nno mistakes, 1 warning\n");
}

Test(cli_check, warns_about_headers_that_others_can_read)
{
	char line[PATH_MAX + 32];

	cr_assert_eq(check("Headers=a=b\n"), 0);
	assert_says("warning: Headers: everybody can read ");
	cr_assert_eq(chmod(config_path("otel.conf"), 0600), 0);
	cr_assert_eq(run("--config", config_path("otel.conf")), 0);
	assert_silent("everybody");

	config_write("headers", "a=b\n");
	snprintf(line, sizeof(line), "AgentUser=root\nHeadersFile=%s\n",
		 config_path("headers"));
	cr_assert_eq(chmod(config_path("headers"), 0640), 0);
	cr_assert_eq(check(line), 0);
	assert_says("/headers has mode 0640, and others can read or change it");
	cr_assert_eq(chmod(config_path("headers"), 0600), 0);
	cr_assert_eq(check(line), 0);
	assert_says("\nno mistakes, no warnings\n");
	cr_assert_eq(check("HeadersFile=/nowhere\n"), 0);
	assert_says("warning: HeadersFile: /nowhere can not be read: No such");
}

/* Root can, which says nothing. */
Test(cli_check, warns_about_files_that_the_agent_can_not_read)
{
	const struct passwd *nobody = getpwnam("nobody");
	char line[PATH_MAX + 64], said[80];

	if (geteuid() != 0 || !nobody)
		cr_skip("not root, or nobody to be");
	config_write("headers", "a=b\n");
	cr_assert_eq(chmod(config_path("headers"), 0600), 0);
	snprintf(line, sizeof(line), "AgentUser=nobody\nHeadersFile=%s\n",
		 config_path("headers"));
	cr_assert_eq(check(line), 0);
	snprintf(said, sizeof(said),
		 "can not be read by AgentUser, uid %u: ", nobody->pw_uid);
	assert_says(said);
	assert_says("give it to that user (chown)\n");
	cr_assert_eq(chown(config_path("headers"), nobody->pw_uid, 0), 0);
	cr_assert_eq(check(line), 0);
	assert_silent("can not be read");
	/* the owner's bits count for the owner, and nobody else's */
	cr_assert_eq(chmod(config_path("headers"), 0200), 0);
	cr_assert_eq(check(line), 0);
	assert_says("can not be read by AgentUser");

	cr_assert_eq(chown(config_path("headers"), 0, 0), 0);
	cr_assert_eq(chmod(config_path("headers"), 0644), 0);
	snprintf(line, sizeof(line), "AgentUser=nobody\nCAFile=%s\n",
		 config_path("headers"));
	cr_assert_eq(check(line), 0);
	assert_silent("can not be read");
}

Test(cli_check, shows_no_password_of_a_proxy_and_warns_about_tokens)
{
	char line[PATH_MAX + 64];

	cr_assert_eq(check("Proxy=http://user:s3cret@proxy:3128\n"), 0);
	assert_says("http://********@proxy:3128");
	assert_silent("s3cret");
	config_write("token", "s3cret\n");
	snprintf(line, sizeof(line), "AgentUser=root\nAuth=bearer:%s\n",
		 config_path("token"));
	cr_assert_eq(chmod(config_path("token"), 0644), 0);
	cr_assert_eq(check(line), 0);
	assert_says("warning: Auth: ");
	assert_says("/token has mode 0644, and others can read or change it");
	assert_silent("s3cret");
	cr_assert_eq(chmod(config_path("token"), 0600), 0);
	cr_assert_eq(check(line), 0);
	assert_says("\nno mistakes, no warnings\n");
	cr_assert_eq(check("Auth=sigv4:eu-west-1/xray\n"
			   "CredentialsFile=/nowhere\n"),
		     0);
	assert_says("warning: CredentialsFile: /nowhere can not be read");
}

Test(cli_check, warns_about_a_path_of_its_own_scheme)
{
	cr_assert_eq(check("Endpoint=zipkin://z/\n"), 0);
	assert_says("leave it out to get /api/v2/spans");
	cr_assert_eq(check("Endpoint=grpc://z/\n"), 0);
	assert_says("\nno mistakes, no warnings\n");
}

Test(cli_check, warns_about_tls)
{
	cr_assert_eq(check("TLSVerify=no\n"), 0);
	assert_says("warning: TLSVerify=no: ");
	cr_assert_eq(check("CAFile=/nowhere\nEndpoint=https://c\n"), 0);
	assert_says("warning: CAFile: /nowhere can not be read");
	/* the agent opens them for a plain endpoint too */
	cr_assert_eq(check("CAFile=/nowhere\nEndpoint=http://c\n"), 0);
	assert_says("warning: CAFile: /nowhere can not be read");
	cr_assert_eq(check("CAFile=/nowhere\nEndpoint=file:/dev/null\n"), 0);
	assert_says("\nno mistakes, no warnings\n");
}

Test(cli_check, warns_about_a_lone_slash_and_unknown_users)
{
	cr_assert_eq(check("Endpoint=http://c:4318/\n"), 0);
	assert_says("warning: Endpoint: the path / of a URL is used as it "
		    "stands");
	cr_assert_eq(check("AgentUser=nobody-by-this-name\n"), 0);
	assert_says("warning: AgentUser: there is no user "
		    "\"nobody-by-this-name\"");
	/* the agent wants one of a number too */
	cr_assert_eq(check("AgentUser=4123456789\n"), 0);
	assert_says("warning: AgentUser: there is no user \"4123456789\"");
	cr_assert_eq(check("AgentUser=root\n"), 0);
	assert_says("\nno mistakes, no warnings\n");
}

Test(cli_check, says_when_it_could_not_print)
{
	FILE *full = fopen("/dev/full", "w");
	int saved = dup(STDOUT_FILENO), rc;
	char *argv[] = { "check", NULL };

	if (!full)
		cr_skip_test("no /dev/full");
	setenv("SLURM_CONF", config_path("slurm.conf"), 1);
	fflush(stdout);
	dup2(fileno(full), STDOUT_FILENO);
	rc = check_main(1, argv);
	dup2(saved, STDOUT_FILENO);
	clearerr(stdout);
	cr_assert_eq(rc, 1);
}

/* slurm.conf and what is beside it; check without --config goes by them. */
static int check_host(const char *slurm_conf, const char *plugstack_conf)
{
	int rc;

	config_write("slurm.conf", slurm_conf);
	config_write("plugstack.conf", plugstack_conf);
	setenv("SLURM_CONF", config_path("slurm.conf"), 1);
	rc = run(NULL, NULL);
	unsetenv("SLURM_CONF");
	return rc;
}

Test(cli_check, heeds_plugstack_conf)
{
	check(""); /* leaves an otel.conf */
	cr_assert_eq(check_host("", "# spank_otel.so Timeout=1s\n"
				    "required other.so Timeout=2s\n"
				    "optional\n"
				    "optional\t/x/spank_otel.so  Timeout=3s "
				    "Headers=a=b # Detail=node\n"
				    "optional spank_otel.so Timeout=4s\n"),
		     0);
	assert_says("/otel.conf, and plugstack.conf over it\n");
	assert_says(" 3s ");
	assert_says(" argument     plugstack.conf\n");
	assert_says("warning: Headers: everybody can read plugstack.conf");
	assert_says("warning: arguments of plugstack.conf count for ");
	assert_says("\nno mistakes, 2 warnings\n");
	assert_silent("a=b");
	cr_assert_eq(check_host("", "optional spank_otel.so Nonsense\n"), 1);
	assert_says("mistake: plugstack.conf argument ");
	cr_assert_eq(check_host("", "optional other.so Nonsense\n"), 0);
	assert_says("\nno mistakes, no warnings\n");
}

Test(cli_check, heeds_what_plugstack_conf_includes)
{
	char line[PATH_MAX + 64];

	check("");
	mkdir(config_path("plug.d"), 0755);
	config_write("plug.d/b.conf", "optional spank_otel.so Timeout=7s\n");
	config_write("plug.d/a.conf", "include a.conf\n");
	cr_assert_eq(check_host("", "include plug.d/*.conf\n"
				    "optional spank_otel.so Timeout=8s\n"),
		     0);
	assert_says(" 7s ");
	snprintf(line, sizeof(line), "PlugStackConfig=%s\n",
		 config_path("plug.d/b.conf"));
	cr_assert_eq(check_host(line, "optional spank_otel.so Timeout=8s\n"),
		     0);
	assert_says(" 7s ");
}

Test(cli_check, takes_the_file_that_plugstack_conf_names)
{
	char line[PATH_MAX + 64];

	check("Timeout=5s\n");
	snprintf(line, sizeof(line), "optional spank_otel.so Config=%s\n",
		 config_path("other.conf"));
	cr_assert_eq(check_host("", line), 1);
	assert_says("mistake: ");
	config_write("other.conf", "Timeout=6s\nAgentUser=root\n");
	check_host("", line);
	assert_says(" 6s ");
}
