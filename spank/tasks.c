/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes what becomes of tasks; see tasks.h. */
#include "spank/tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "spank/compat.h"
#include "util/clock.h"

void tasks_make(struct tasks *tasks, uint32_t n)
{
	if (n > TASKS_MAX)
		n = TASKS_MAX;
	tasks_free(tasks);
	tasks->list = calloc(n, sizeof(*tasks->list));
	tasks->n = tasks->list ? n : 0;
}

void tasks_free(struct tasks *tasks)
{
	free(tasks->list);
	*tasks = (struct tasks){ 0 };
}

static struct task *find(struct tasks *tasks, spank_t sp)
{
	int local = -1;

	if (!tasks->n ||
	    spank_get_item(sp, S_TASK_ID, &local) != ESPANK_SUCCESS ||
	    local < 0 || (uint32_t)local >= tasks->n)
		return NULL;
	return &tasks->list[local];
}

void tasks_note_start(struct tasks *tasks, spank_t sp)
{
	struct task *task = find(tasks, sp);

	if (!task)
		return;
	if (!tasks->start_ns)
		tasks->start_ns = clock_unix_ns();
	spank_get_item(sp, S_TASK_GLOBAL_ID, &task->rank);
	spank_get_item(sp, S_TASK_PID, &task->pid);
}

void tasks_note_end(struct tasks *tasks, spank_t sp, int status)
{
	struct task *task = find(tasks, sp);

	if (!task)
		return;
	task->end_ns = clock_unix_ns();
	task->status = status;
}

/* One that slurmstepd gave up is its child still, dead or alive. */
static bool is_waited_for(pid_t pid)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) <
		       0 &&
	       errno == ECHILD;
}

uint32_t tasks_unnoted(const struct tasks *tasks)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < tasks->n; i++)
		n += tasks->list[i].pid && !tasks->list[i].end_ns &&
		     is_waited_for(tasks->list[i].pid);
	return n;
}

bool task_succeeded(const struct task *task)
{
	return task->pid && task->end_ns && task->status == 0;
}

bool task_failed(const struct task *task)
{
	return task->pid && task->end_ns && task->status != 0;
}
