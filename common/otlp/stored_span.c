/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes stored spans; see stored_span.h. */
#include "otlp/stored_span.h"

#include <errno.h>

#include "otlp/nesting.h"

int stored_span_refuse(const struct iovec *bytes, struct err *err)
{
	errno = EBADMSG;
	return err_set(err, "a stored span of %zu bytes does not decode",
		       bytes->iov_len);
}

Otlp__Span *stored_span_decode(const struct iovec *bytes, struct err *err)
{
	Otlp__Span *span = NULL;

	if (nesting_bounded(&otlp__span__descriptor, bytes->iov_base,
			    bytes->iov_len))
		span = otlp__span__unpack(NULL, bytes->iov_len,
					  bytes->iov_base);
	if (!span)
		stored_span_refuse(bytes, err);
	return span;
}
