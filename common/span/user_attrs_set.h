/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users' attributes (trace/user_attrs.h) on a span. */
#ifndef OTEL_SPAN_USER_ATTRS_SET_H
#define OTEL_SPAN_USER_ATTRS_SET_H

#include "span/span.h"
#include "trace/user_attrs.h"

/* Call it after our own were set, so that these are the last to be dropped at
 * the limit of attributes. */
static inline void span_set_user_attrs(struct span *span,
				       const struct user_attrs *attrs)
{
	for (size_t i = 0; i < attrs->n; i++)
		span_set_str(span, attrs->list[i].key, attrs->list[i].value);
}

#endif
