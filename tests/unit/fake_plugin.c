/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plugin that says of itself no more than a version, which test_check_plugins
 * finds by its value and replaces. */
#include <stdint.h>

#include "fake_plugin.h"

extern const uint32_t plugin_version;

__attribute__((visibility("default"))) const uint32_t plugin_version =
	FAKE_PLUGIN_VERSION;
