/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look at protobuf bytes before protobuf-c decodes them: it decodes by
 * recursion without a limit, and AnyValue may hold itself, so that a megabyte
 * of brackets would overflow the stack.
 */
#ifndef OTEL_OTLP_NESTING_H
#define OTEL_OTLP_NESTING_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages inside messages; a frame of protobuf-c's is some 1.5 KiB. */
#define NESTING_MAX 1000

/*
 * True when the len bytes of data, as a message of this type, nest at most
 * NESTING_MAX deep.  False for bytes that are no protobuf message, too; other
 * damage is left to the decoder.
 */
bool nesting_bounded(const ProtobufCMessageDescriptor *type, const void *data,
		     size_t len);

#endif
