/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of users in slurmctld, with a name service of the test's own. */
#include "jobsubmit/user_names.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include <criterion/criterion.h>

#include "util/clock.h"

static struct user_names names;
static unsigned int asked;
static int trouble;        /* what the name service returns */
static const char *answer; /* NULL: there is no such user */

int getpwuid_r(uid_t uid, struct passwd *pwd, char *buffer, size_t size,
	       struct passwd **result)
{
	asked++;
	*result = NULL;
	if (trouble || !answer)
		return trouble;
	cr_assert_lt(strlen(answer), size);
	*pwd = (struct passwd){ .pw_name = strcpy(buffer, answer),
				.pw_uid = uid };
	*result = pwd;
	return 0;
}

static const char *get(uid_t uid, uint64_t seconds)
{
	return user_names_get(&names, uid, seconds * NS_PER_SECOND);
}

Test(user_names, asks_once_in_ten_minutes)
{
	answer = "alice";
	cr_assert_str_eq(get(1000, 1), "alice");
	answer = "bob";
	cr_assert_str_eq(get(1000, 600), "alice");
	cr_assert_eq(asked, 1);
	cr_assert_str_eq(get(1000, 601), "bob");
	answer = "carol";
	cr_assert_str_eq(get(1000 + USER_NAMES, 602), "carol");
	cr_assert_str_eq(get(1000, 603), "carol", "asked again");
	cr_assert_eq(asked, 4);
}

Test(user_names, who_has_no_name_has_a_number)
{
	cr_assert_str_eq(get(1000, 1), "1000");
	trouble = ENOENT;
	cr_assert_str_eq(get(1001, 1), "1001");
	get(1001, 600);
	cr_assert_eq(asked, 2);
}

/* A rule on that user would else miss for ten minutes. */
Test(user_names, trouble_of_the_name_service_is_not_its_answer)
{
	answer = "alice";
	get(1000, 1);
	trouble = EIO;
	cr_assert_str_eq(get(1000, 601), "alice");
	cr_assert_str_eq(get(1001, 601), "1001");
	trouble = 0;
	cr_assert_str_eq(get(1001, 660), "1001");
	cr_assert_eq(asked, 3, "not at each submission while it lasts");
	cr_assert_str_eq(get(1001, 661), "alice");
}
