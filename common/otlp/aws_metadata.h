/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The credentials of the role of an EC2 instance, asked of its metadata
 * service by IMDSv2 (Amazon EC2 User Guide, "Retrieve security credentials from
 * instance metadata").  Private to common/otlp.
 */
#ifndef OTEL_OTLP_AWS_METADATA_H
#define OTEL_OTLP_AWS_METADATA_H

#include "otlp/aws_credentials.h"
#include "otlp/exporter_ops.h"

struct aws_metadata;

/* Asks nobody yet.  AWS_EC2_METADATA_SERVICE_ENDPOINT replaces
 * http://169.254.169.254.  Returns NULL with err: no memory, or
 * AWS_EC2_METADATA_DISABLED is "true". */
struct aws_metadata *aws_metadata_create(struct err *err);
/* NULL is fine. */
void aws_metadata_destroy(struct aws_metadata *metadata);

/*
 * The credentials, kept until five minutes before they expire, and for as long
 * as they are good when new ones can not be had.  May take half of the
 * exporter's time (exporter_time); heeds its give_up.  Returns 1 and *ret
 * (owned by metadata, until the next call) when they are new, 0 when they are
 * those of the last call, or -1 with err.
 */
int aws_metadata_get(struct aws_metadata *metadata,
		     const struct exporter *exporter,
		     const struct aws_credentials **ret, struct err *err);

/* Has the next call ask anew: the caller could not use what it got. */
void aws_metadata_forget(struct aws_metadata *metadata);

#endif
