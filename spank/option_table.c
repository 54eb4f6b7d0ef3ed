/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The users' options as Slurm lists them; see option_table.h.  Not the symbol
 * spank_options: Slurm does not look for it in sbatch and salloc.
 */
#include "spank/option_table.h"

#include "spank/options.h"

static const struct {
	enum option_id id;
	char *argument, *usage;
} rows[] = {
	{ OPTION_TRACE, "on|off|detail",
	  "trace this job or step, do not, or with each node and task" },
	{ OPTION_PARENT, "traceparent|new",
	  "continue that trace (W3C traceparent), or begin one" },
	{ OPTION_ATTR, "key=value",
	  "attribute of the span of this job or step; repeatable" },
};

void options_register(spank_t sp, spank_opt_cb_f take)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* Slurm copies it */
		struct spank_option option = {
			.name = (char *)option_names[rows[i].id],
			.arginfo = rows[i].argument,
			.usage = rows[i].usage,
			.has_arg = 1,
			.val = (int)rows[i].id,
			.cb = take,
		};

		spank_option_register(sp, &option);
	}
}
