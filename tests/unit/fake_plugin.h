/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version of fake_plugin.so: bytes that it has once. */
#ifndef OTEL_TESTS_FAKE_PLUGIN_H
#define OTEL_TESTS_FAKE_PLUGIN_H

#define FAKE_PLUGIN_VERSION 0x5eed1eafu

#endif
