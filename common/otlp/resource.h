/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The OpenTelemetry resource: who made the spans.  Made once from the
 * configuration and the host, kept as the bytes of an OTLP Resource.
 */
#ifndef OTEL_OTLP_RESOURCE_H
#define OTEL_OTLP_RESOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "util/err.h"

struct resource {
	uint8_t *data; /* owned: a serialised otlp.Resource */
	size_t len;
};

/*
 * Makes the resource.  instance is service.instance.id; cluster (may be NULL)
 * is slurm.cluster.name.  ResourceAttributes replace what we would say
 * ourselves, AttributeDeny is heeded, and bad UTF-8 is repaired.  Reads
 * /etc/machine-id.  Returns NULL with err when there is no memory.
 */
struct resource *resource_create(const struct config *config,
				 const char *cluster, const char *instance,
				 struct err *err);
/* NULL is fine; keeps errno. */
void resource_destroy(struct resource *resource);

#endif
