/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fake_grpc is told to do.  An answer is words divided by blanks:
 *
 *   TEXT              the grpc-status: 0, 14, ...; none: no grpc-status
 *   http=N            :status, 200 else
 *   type=TEXT         content-type, application/grpc else
 *   only              trailers-only: one HEADERS frame
 *   retry=MS          a RetryInfo in grpc-status-details-bin
 *   details=TEXT      grpc-status-details-bin as it is
 *   retry-after=TEXT  header
 *   twice=TEXT        a second grpc-status in the same trailers
 *   partial=N         partial_success with N rejected spans
 *   split             each byte of the message in a DATA frame of its own
 *   length=N          what the message's prefix says of its length
 *   flag=N            its compressed flag
 *   body=N            N more bytes, zeros, after the message
 *   trailers=N        N bytes of other trailers before the status
 *   message=TEXT      grpc-message as it is; takes the rest
 *
 * and what comes instead of an answer, or after its beginning with `begin`:
 *
 *   hang              nothing more; also to later requests of the connection
 *   drop              the connection is closed
 *   rst=CODE          RST_STREAM
 *   goaway=CODE       GOAWAY for this request; with `begin`, after it
 *   flood=KIND        without end: settings, ping, window, interim (103),
 *                     headers, drip-headers, data, empty, drip
 *   last              after a whole answer: GOAWAY, as a server that restarts
 *   close             after a whole answer: the connection is closed
 *   http1             the connection is answered as HTTP/1.1 does
 */
#ifndef OTEL_TESTS_FAKE_GRPC_SCRIPT_H
#define OTEL_TESTS_FAKE_GRPC_SCRIPT_H

#include <stdbool.h>

#define TEXT_MAX 1024

struct answer {
	char status[64], type[64], twice[64], retry_after[64], flood[16];
	char details[8 * TEXT_MAX], message[TEXT_MAX];
	long http, retry_ms, partial, length, flag, body, trailers, rst, goaway;
	bool only, split, begin, hang, drop, last, close, http1;
};

struct answer parse_answer(const char *text);

#endif
