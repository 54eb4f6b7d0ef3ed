/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wait statuses in words. */
#include "span/exit_status.h"

#include <criterion/criterion.h>

static void expect(int raw, int status, int signal, const char *code,
		   const char *type, const char *text)
{
	struct exit_status got;

	exit_status_describe(raw, &got);
	cr_assert_eq(got.exit_status, status);
	cr_assert_eq(got.signal, signal);
	cr_assert_str_eq(got.code, code);
	cr_assert_str_eq(got.error_type, type);
	cr_assert_str_eq(got.text, text);
}

Test(exit_status, describes_exits_and_signals)
{
	expect(0, 0, 0, "0:0", "", "exited with status 0");
	expect(3 << 8, 3, 0, "3:0", "exit_status", "exited with status 3");
	expect(9, 0, 9, "0:9", "SIGKILL", "killed by SIGKILL");
	expect(11 | 0x80, 0, 11, "0:11", "SIGSEGV", "killed by SIGSEGV");
	expect(40, 0, 40, "0:40", "signal 40", "killed by signal 40");
}

/* Slurm's NO_VAL and whatever else a record may hold. */
Test(exit_status, stays_in_bounds_for_any_number)
{
	struct exit_status got;

	for (int raw = -70000; raw < 70000; raw++)
		exit_status_describe(raw, &got);
	exit_status_describe((int)0xfffffffe, &got);
	cr_assert(got.code[0]);
}
