/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers a request of fake_grpc's client, well or ill. */
#ifndef OTEL_TESTS_FAKE_GRPC_ANSWER_H
#define OTEL_TESTS_FAKE_GRPC_ANSWER_H

#include "fake_grpc_script.h"
#include "fake_grpc_wire.h"

/* Returns when the connection goes on. */
void act(const struct answer *a);
/* Closes the connection in peace and ends the process. */
void leave(void);

/* Without end; of the answer's kind.  Ends the process. */
void flood(const struct answer *a);

/* The headers before the message, and len bytes of others. */
void put_head(struct buf *block, const struct answer *a);
void put_padding(struct buf *block, size_t len);

#endif
