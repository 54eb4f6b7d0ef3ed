/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The span limits that a configuration asks for. */
#ifndef OTEL_SPAN_LIMITS_H
#define OTEL_SPAN_LIMITS_H

#include "config/config.h"
#include "span/span.h"

/* Borrows AttributeDeny from config. */
static inline struct span_limits span_limits_of(const struct config *config)
{
	struct span_limits limits = {
		.attr_count = (uint32_t)config->attribute_count_limit,
		.attr_value_length =
			(uint32_t)config->attribute_value_length_limit,
		.deny = (const char *const *)config->attribute_deny,
	};

	return limits;
}

#endif
