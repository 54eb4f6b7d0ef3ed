/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets refused spans aside; see refused.h. */
#include "config.h"

#include "refused.h"

#include <stdio.h>

#include "spool/spool.h"

/* By descriptor, because the agent's user may not pass the parents' modes. */
int refused_open(int spool_fd, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", spool_fd,
		 REFUSED_DIR);
	return spool_open_dir(path, true, (uid_t)-1, (gid_t)-1, err);
}

size_t refused_append(int dirfd, const struct iovec *spans,
		      const uint32_t *job_ids, size_t n, struct err *err)
{
	const struct spool_options options = { .max_size = REFUSED_SIZE_MAX };
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (spool_append(dirfd, &options, SPOOL_SPAN, job_ids[i],
				 spans[i].iov_base, spans[i].iov_len, err) == 0)
			kept++;
	return kept;
}
