/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two processes at the spool, one of them held up at any point: a child is
 * halted at its first system call, then at its second, and so on; another does
 * its whole work meanwhile, and the child goes on.  Nobody may hang, and every
 * record is delivered once or counted as dropped once.
 */
#include "config.h"

#include "spool_steps.h"

TestSuite(spool_interleave, .init = steps_setup);

static void at_every_step(void (*prepare)(void), void (*work)(void),
			  void (*meanwhile)(void), uint64_t written)
{
	bool through = false;
	int stop;

	for (stop = 0; !through; stop += 2) {
		pid_t child;

		spool_setup();
		memset(handled, 0, RECORDS_MAX);
		prepare();
		child = steps_run(work, stop);
		through = child == 0;
		meanwhile();
		if (child)
			steps_finish(child);
		deliver_rest(handled);
		balance(written);
		spool_teardown();
	}
	cr_assert_gt(stop, 15, "only %d stops: was anything done?", stop);
}

static void agent(void)
{
	if (deliver(handled, 12) < 0)
		_exit(1);
}

static void agent_meanwhile(void)
{
	cr_assert_eq(deliver(handled, 12), 0, "%s", err.msg);
}

static void prepare_few(void)
{
	for (uint32_t i = 0; i < 6; i++)
		put_large(&small, i);
}

enum { FEW = 2 * PER_SEGMENT };

static void write_few(void)
{
	for (uint32_t i = 0; i < FEW; i++)
		put_large(&small, LATER + i);
}

/* The file a writer opened is set aside, read, and gone. */
Test(spool_interleave, agent_overtakes_a_writer)
{
	at_every_step(prepare_few, append_childs, agent_meanwhile, 6 + 1);
}

Test(spool_interleave, agent_overtakes_a_writer_that_trims)
{
	at_every_step(prepare_full, append_childs, agent_meanwhile, FULL + 1);
}

Test(spool_interleave, writer_overtakes_a_writer_that_trims)
{
	at_every_step(prepare_full, append_childs, write_few, FULL + 1 + FEW);
}

Test(spool_interleave, writer_overtakes_an_agent)
{
	at_every_step(prepare_few, agent, write_few, 6 + FEW);
}

Test(spool_interleave, writer_that_trims_overtakes_an_agent)
{
	at_every_step(prepare_full, agent, write_few, FULL + FEW);
}
