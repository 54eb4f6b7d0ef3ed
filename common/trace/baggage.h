/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Baggage (W3C Baggage, section 3.3): the application's own key=value list.
 * We only carry it, checked, so that a hostile one ends here.
 */
#ifndef OTEL_TRACE_BAGGAGE_H
#define OTEL_TRACE_BAGGAGE_H

/* Section 3.3.2: a list within both limits must pass whole. */
#define BAGGAGE_MAX 8192
#define BAGGAGE_MEMBERS 64
#define BAGGAGE_INPUT_MAX 65536 /* longer input is refused unread */

/*
 * Validates text and writes it in canonical form (no blanks around ',', '='
 * and ';') to ret, which holds BAGGAGE_MAX + 1 bytes.  Keys are tokens
 * (RFC 7230), values baggage-octets with valid percent-encoding, properties
 * kept; empty members are left out.  Members over the limits are left out from
 * the right, never cut inside.  Returns 0, or -1 with ret untouched when the
 * list is not valid or longer than BAGGAGE_INPUT_MAX.  NULL and "" yield "".
 */
int baggage_normalize(const char *text, char *ret);

#endif
