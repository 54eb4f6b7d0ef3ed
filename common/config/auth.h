/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two kinds of Auth, told apart in one place. */
#ifndef OTEL_CONFIG_AUTH_H
#define OTEL_CONFIG_AUTH_H

#include "config/config.h"

/* What follows "bearer:", a path, or "sigv4:", REGION/SERVICE; NULL when Auth
 * is not set or of the other kind.  Borrowed from config. */
const char *auth_bearer_file(const struct config *config);
const char *auth_sigv4_scope(const struct config *config);

#endif
