/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first node of a node list. */
#include "spank/nodelist.h"

#include <criterion/criterion.h>

Test(nodelist, refuses_what_is_missing)
{
	cr_assert_not(nodelist_starts_with(NULL, "n1"));
	cr_assert_not(nodelist_starts_with("n1", NULL));
	cr_assert_not(nodelist_starts_with("", ""));
	cr_assert_not(nodelist_starts_with("n[1", "n1"));
	cr_assert_not(nodelist_starts_with("n[", "n"));
}

Test(nodelist, finds_the_first_node)
{
	cr_assert(nodelist_starts_with("n1", "n1"));
	cr_assert(nodelist_starts_with("n1,n2", "n1"));
	cr_assert(nodelist_starts_with("n[3-5,8],m1", "n3"));
	cr_assert(nodelist_starts_with("n[08,11]", "n08"));
	cr_assert(nodelist_starts_with("r[0-1]n[01-04]", "r0n01"));
	cr_assert(nodelist_starts_with("r[0-1]n[01-04]-ib,x", "r0n01-ib"));
}

Test(nodelist, finds_no_other)
{
	cr_assert_not(nodelist_starts_with("n1,n2", "n2"));
	cr_assert_not(nodelist_starts_with("n[3-5]", "n4"));
	cr_assert_not(nodelist_starts_with("n[3-5]", "n"));
	cr_assert_not(nodelist_starts_with("n[3-5]", "n33"));
	cr_assert_not(nodelist_starts_with("n12", "n1"));
	cr_assert_not(nodelist_starts_with("n1", "n12"));
	cr_assert_not(nodelist_starts_with("n[10-12]", "n1"));
}
